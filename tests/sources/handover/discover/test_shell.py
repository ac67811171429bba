"""Shell lines as documents have them, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.sources.handover.discover.shell import Command, read_commands


def read(text: str, **more: bool) -> list[Command]:
    return list(read_commands(text, **more))


def test_prompts_continuations_and_comments_are_no_part_of_a_command() -> None:
    found = read("# first\n$ python a.py \\\n    --x 1  # why\n(venv) $ python b.py\n")
    assert [(c.text, c.line) for c in found] == [("python a.py --x 1", 2), ("python b.py", 4)]


def test_cd_moves_what_follows_and_never_out_of_the_delivery() -> None:
    found = read(
        "cd src && python a.py\npython b.py; cd ..\npython c.py\ncd ../../..\npython d.py\ncd /opt\npython e.py"
    )
    assert [(c.words[1], c.folder) for c in found] == [
        ("a.py", "src"),
        ("b.py", "src"),
        ("c.py", "."),
        ("d.py", "."),
        ("e.py", "."),
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("poetry run python a.py", "python a.py"),
        ("conda run -n env python a.py", "python a.py"),
        ("uv run --with x python a.py", "python a.py"),
        ("sudo time python a.py", "python a.py"),
        ("CUDA_VISIBLE_DEVICES=0 python a.py", "python a.py"),
        ("nohup python a.py > log.txt 2>&1 &", "python a.py"),
        ("python a.py | tee log", "python a.py"),
        ("!python a.py", "python a.py"),
        ("python a.py --text 'two words'", "python a.py --text 'two words'"),
    ],
)
def test_what_only_surrounds_a_command_is_taken_off(line: str, text: str) -> None:
    assert read(line)[0].text == text


def test_variables_are_kept_and_exports_last() -> None:
    found = read("export A=1\nB=2 python a.py\npython b.py")
    assert found[0].variables == (("A", "1"), ("B", "2"))
    assert found[1].variables == (("A", "1"),)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("pip install -r requirements.txt", "install"),
        ("python -m pip install x", "install"),
        ("python -c 'import spacy; print(spacy.__version__)'", "install"),
        ("python3 -m venv .venv", "install"),
        ("source .venv/bin/activate", "install"),
        ("conda activate x", "install"),
        ("poetry install", "install"),
        ("python setup.py install", "install"),
        ("make install", "install"),
        ("git clone https://x/y", "other"),
        ("docker run x", "other"),
        ("kaggle datasets download x", "other"),
        ("dvc pull", "other"),
        ("mlflow ui", "other"),
        ("make clean", "other"),
        ("python train.py", "run"),
        ("dvc repro", "run"),
        ("poetry run pytest", "run"),
        ("make train", "run"),
        ("./run.sh", "run"),
    ],
)
def test_kinds(line: str, kind: str) -> None:
    assert [c.kind for c in read(line)] == [kind]


def test_a_here_document_is_one_command() -> None:
    found = read("python - <<'PY'\nimport x\nprint(1)\nPY\npython a.py")
    assert [(c.heredoc, c.line) for c in found] == [(True, 1), (False, 5)]


def test_prose_is_no_command() -> None:
    assert read("The model is trained.\n- **Bold** text\n| a | b |") == []


def test_output_between_prompts_is_left_out() -> None:
    found = read("$ python a.py\naccuracy 0.9\n$ python b.py", prompted=True)
    assert [c.text for c in found] == ["python a.py", "python b.py"]


@settings(deadline=None, max_examples=200)
@given(st.text("ab $'\"&|;<>#\\\n()=-./`!{}", max_size=80))
def test_any_text_is_read(text: str) -> None:
    for command in read_commands(text, prompted=True):
        assert command.line >= 1
        assert not command.folder.startswith(("/", ".."))
