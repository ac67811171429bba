"""A text for readers is taken apart by what it holds."""

from __future__ import annotations

from heldout.material.document import count_words, read_document
from tests.support import look


def test_markdown_sections_and_code() -> None:
    document = read_document(
        "# Title\n\nSome words here.\n\n## Run\n\n```bash\n# not a heading\npython a.py\n```\nDone now.\n"
    )
    assert [(s.title, s.line) for s in document.sections] == [("Title", 1), ("Run", 5)]
    assert document.code == ((8, "# not a heading\npython a.py"),)
    assert document.words == 5


def test_restructured_text() -> None:
    document = read_document("Title\n=====\n\nRun it so::\n\n    python a.py\n\nThen look.\n\nMore\n----\nwords\n")
    assert [s.title for s in document.sections] == ["Title", "More"]
    assert "python a.py" in document.code[0][1]


def test_ideographs_count_as_words() -> None:
    assert count_words("本项目预测每家商店") == 4
    assert count_words("[link text](http://x.y) and `code` words") == 2


def test_tables_need_numbers_and_badges_are_no_pictures() -> None:
    files = "| file | what |\n|---|---|\n| a.py | code |\n"
    scores = "| model | F1 |\n|---|---|\n| a | 0.91 |\n| b | 0.87 |\n"
    assert read_document(files).tables == ()
    assert read_document("Text\n\n" + scores).tables == (3,)
    pictures = "![build](https://img.shields.io/x.svg)\n![loss](figures/loss.png)\n<img width=3 src='roc.png'>\n"
    assert read_document(pictures).pictures == (2, 3)


def test_an_open_block_ends_with_the_text() -> None:
    assert read_document("```\nx = 1").code == ((2, "x = 1"),)


def test_a_donation_button_is_no_picture_of_a_result() -> None:
    text = "[![pay](https://www.paypalobjects.com/x/btn_donate.gif)](https://pay)\n\n![Scores](scores.png)\n"
    assert read_document(text).pictures == (3,)


def test_the_status_of_a_build_is_no_picture() -> None:
    badge = "[![Build Status](https://dev.azure.com/x/y/_apis/build/status/unit)](https://dev.azure.com/x)\n"
    assert read_document(badge + "\n![loss](loss.png)\n").pictures == (3,)


def test_templates_are_no_pages() -> None:
    prose = "Words about how the pieces fit together and why they do so. " * 12
    files = {"README.md": "# X\n", "docs/guide.rst": prose, "docs/_templates/module.rst": "{% if x %}\n" + prose}
    assert [path for path, _ in look(files, []).repository.documents] == ["README.md", "docs/guide.rst"]


def test_what_is_hidden_from_readers_is_not_read() -> None:
    document = read_document("# A\n\n<!-- ## B\n\nwords -->\n\n## C\n\n<!-- left open\nseen words\n")
    assert [(s.title, s.line, s.words) for s in document.sections] == [("A", 1, 0), ("C", 7, 4)]
    assert read_document("<!--" * 60_000).words == 0
