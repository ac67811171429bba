"""Edge cases of functions, structure and documentation."""

from __future__ import annotations

import pytest

from heldout.material.licences import recognise_licence
from heldout.sources.repository.checks.documentation import Readme, Results
from heldout.sources.repository.checks.functions import Docstrings, LongFunctions
from heldout.sources.repository.checks.leftovers import CommentedOut, UnusedImports
from heldout.sources.repository.checks.safety import CodeLicence
from heldout.sources.repository.checks.structure import Copies
from heldout.sources.repository.checks.tooling import LintAndFormat
from tests.support import findings_of

CODE = "\n".join(f"def f{i}(x, y):\n    z = x * {i}\n    return z + y\n" for i in range(90))


def test_a_long_docstring_makes_no_long_function() -> None:
    told = '"""Fit.\n' + "\n".join(f"    Parameter {i}." for i in range(120)) + '\n    """'
    text = "\n\n".join(f"def f{i}(x):\n    {told}\n    y = x + 1\n    return y" for i in range(6))
    (finding,) = findings_of({"a.py": text}, LongFunctions())
    assert finding.polarity == "for"


def test_copies_need_two_files_and_code() -> None:
    block = "\n".join(f"    column_{i} = frame.take('some name', {i}).clean()" for i in range(200))
    alone = {f"{n}.py": "def f(frame):\n" + block.replace("column", n) for n in ("aa", "bb", "cc", "dd")}
    assert [f.polarity for f in findings_of(alone, Copies())] == []
    twice = alone | {"ee.py": alone["aa.py"]}
    (finding,) = findings_of(twice, Copies())
    assert finding.polarity == "against"
    assert finding.measured["copied_share"] == pytest.approx(0.4, abs=0.02)
    assert {place.path for place in finding.locations} == {"aa.py", "ee.py"}


def test_words_with_code_in_them_are_no_dead_code() -> None:
    comment = "# Example:\n#   x = load(path)\n#   fit(x)\n# which takes a minute.\ny = 1\n"
    assert not findings_of({"a.py": CODE + comment * 20}, CommentedOut())


def test_a_name_in_a_string_or_list_of_exports_is_used() -> None:
    files = {
        f"m{i}.py": "from typing import List\nimport sys\n\ndef f(x: 'List[int]'):\n    return sys.path\n"
        for i in range(8)
    }
    assert not findings_of(files, UnusedImports())
    exported = {f"m{i}.py": "from os import path\nfrom sys import argv\n__all__ = ['path']\n" for i in range(8)}
    assert not findings_of(exported, UnusedImports())


def test_a_readme_in_chinese_is_judged_by_its_parts() -> None:
    text = (
        "# 项目\n\n"
        + "这个项目用来预测商店的销售额。" * 8
        + "\n\n## 数据\n\n[数据](http://x.y)\n\n```\npip install x\npython main.py\n```\n"
    )
    (finding,) = findings_of({"a.py": CODE, "README.md": text}, Readme())
    assert (finding.polarity, finding.measured["parts"]) == ("for", 4)


def test_no_readme_in_a_wheel_is_unknown() -> None:
    assert [f.polarity for f in findings_of({"a.py": CODE}, Readme(), kind="wheel")] == ["unknown"]
    assert [f.polarity for f in findings_of({"a.py": CODE}, Readme())] == ["against"]


def test_badges_are_no_results() -> None:
    readme = "# A\n\n![build](https://travis-ci.org/a/b.svg)\n\n| file | what |\n|---|---|\n| a | b |\n"
    assert not findings_of({"a.py": CODE, "README.md": readme}, Results())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3 ... GNU GENERAL PUBLIC LICENSE Version 3", "LGPL"),
        (
            "GNU GENERAL PUBLIC LICENSE\nVersion 3 ... 13. Use with the GNU Affero General Public License."
            " ... use the GNU Lesser General Public License instead",
            "GPL-3.0",
        ),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3 ... GNU General Public License version 3", "AGPL-3.0"),
        ("Redistribution and use in source and binary forms ... Neither the name of", "BSD-3-Clause"),
        ("all rights are mine", None),
    ],
)
def test_recognises_licences_by_their_words(text: str, name: str | None) -> None:
    assert recognise_licence(text) == name


def test_a_licence_in_the_metadata_is_enough() -> None:
    assert [f.polarity for f in findings_of({"a.py": CODE, "pyproject.toml": 'license = "MIT"\n'}, CodeLicence())] == [
        "for"
    ]


@pytest.mark.parametrize(
    ("said", "install", "data"),
    [
        ("Make an RC car drive itself.\n* See [races](https://x.org).\n* Use community driving data.", False, False),
        ("It runs on imaging data, see [usage](https://x.org) and https://mybinder.org/v2/gh/x.", False, False),
        ("Run make install.\n\nDownload the data from [here](https://x.org/a).", True, True),
        ("Install it with pip install x.\n\nThe weights:\n* [large](https://x.org/l.pt)", True, True),
    ],
)
def test_a_readme_tells_only_what_it_tells(said: str, install: bool, data: bool) -> None:
    readme = f"# X\n\n{'It finds the best route through a town for every day of a week. ' * 3}\n\n## More\n\n{said}\n"
    code = {"a.py": "def f(x):\n    return x\n" * 20, "README.md": readme + "\n```\npython a.py\n```\n"}
    (found,) = findings_of(code, Readme())
    told = found.message.partition(", but not")[0]
    assert ("how to install it" in told) is install
    assert ("which data or models go with it" in told) is data


@pytest.mark.parametrize(("command", "line"), [("flake8 x", 5), ("echo done", 0)])
def test_a_makefile_that_only_speaks_of_a_linter_sets_none_up(command: str, line: int) -> None:
    files = {"a.py": "x = 1\n", "Makefile": f"help:\n\t@echo 'lint - with flake8'\n\nlint:\n\t{command}\n"}
    assert [f.locations[0].line for f in findings_of(files, LintAndFormat())] == ([line] if line else [])


def test_a_function_within_another_is_counted_once() -> None:
    inner = "\n".join(f"        y = x + {i}" for i in range(90))
    short = "\n\n".join(f"def g{i}(x):\n" + "    x = x + 1\n" * 30 for i in range(3))
    text = f"def outer(x):\n    def inner():\n{inner}\n    return inner()\n\n\n{short}"
    files = {"a.py": text, "b.py": "def h():\n    return 1\n"}
    (finding,) = findings_of(files, LongFunctions())
    assert finding.polarity == "against"
    assert finding.measured["long_share"] == pytest.approx(93 / (93 + 3 * 31 + 2), abs=0.001)


def test_a_function_inside_another_is_nobodys_to_document() -> None:
    body = "    total = x\n" * 9 + "    return total\n"
    outer = "".join(f'def f{n}(x):\n    """Add."""\n{body}\n\n' for n in range(6))
    inner = (
        "def outer(x):\n"
        + '    """Wrap."""\n    def wrapper(x):\n'
        + body.replace("    ", "        ")
        + "    return wrapper\n"
    )
    (found,) = findings_of({"a.py": outer + inner}, Docstrings())
    assert (found.measured["functions"], found.measured["documented"]) == (7, 7)
