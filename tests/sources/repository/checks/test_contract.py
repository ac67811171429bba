"""One contract for every check: documented, coded, exemplified, and unmoved by hostile input."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from heldout.sources.repository.checks.base import SECTIONS, Check
from heldout.sources.repository.checks.registry import all_checks
from heldout.standard import load_standard
from tests.sources.repository.checks import examples
from tests.support import Example, findings_of, look, notebook

EXAMPLES: dict[str, Example] = {
    example.code: example
    for info in pkgutil.iter_modules(examples.__path__)
    if not info.name.startswith("traps")
    for example in importlib.import_module(f"{examples.__name__}.{info.name}").EXAMPLES
}
CHECKS = all_checks()
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)

HOSTILE = {
    "empty.py": "",
    "broken.py": "def f(:\n",
    "two.py": "print 'hello'\n",
    "deep.py": "x = " + "(" * 300 + ")" * 300 + "\n",
    "nested.py": "\n".join("    " * i + "if x:" for i in range(90)) + "\n" + "    " * 90 + "pass\n",
    "long.py": "x = '" + "a" * 300_000 + "'\n",
    "bad.ipynb": "{not json",
    "list.ipynb": "[1, 2]",
    "odd.ipynb": '{"cells": [1, {"cell_type": 3, "source": 5, "outputs": "x"}], "metadata": [], "nbformat": "x"}',
    "r.ipynb": notebook("x <- 1", language="R"),
    "magic.ipynb": notebook("%%bash\nls", "!pip install x\n%matplotlib inline\ndf = !ls", "def broken(:"),
    "Dockerfile": "FROM\nRUN\nCOPY\n\\\n",
    "requirements.txt": "==\n-r other.txt\n-e .\ngit+https://\n\x01\n",
    "pyproject.toml": "[project\n",
    "setup.py": "setup(",
    "setup.cfg": "[[[",
    "environment.yml": "a: [",
    "Pipfile": "x",
    "poetry.lock": "x",
    "dvc.yaml": "- 1",
    ".pre-commit-config.yaml": "- 1\n- 2\n",
    ".github/workflows/ci.yml": "on: [push]\njobs: 3\n",
    ".gitlab-ci.yml": "[]",
    "README.md": "#" * 5000,
    "main.tf": "resource {",
    "query.sql": "SELECT FROM (((",
    "heldout.toml": "suppress = 3\n",
}


@each_check
def test_has_a_stable_code_and_full_documentation(check: Check) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", check.code)
    assert check.title
    assert len(check.title) <= 80
    sections = check.documentation()
    assert tuple(sections) == SECTIONS
    assert all(len(text) >= 20 for text in sections.values())
    assert check.why


def test_codes_are_unique() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))


@each_check
def test_moves_competencies_of_the_standard_within_reason(check: Check) -> None:
    known = {competency.id for competency in load_standard().competencies}
    assert set(check.moves) <= known
    for move in check.moves.values():
        assert 0 <= move.up <= 1.5
        assert 0 <= move.down <= 1.5
        assert move.up or move.down
    if any(move.down for move in check.moves.values()):
        assert check.mend


@each_check
def test_has_an_example_that_speaks_and_one_that_does_not(check: Check) -> None:
    example = EXAMPLES[check.code]
    assert example.against or example.favourable or example.unknown
    if any(move.down for move in check.moves.values()):
        assert example.against
    if any(move.up for move in check.moves.values()):
        assert example.favourable
    for word, polarity in (("against", "against"), ("favourable", "for"), ("unknown", "unknown")):
        files = getattr(example, word)
        if files:
            found = [
                f for f in findings_of(files, check, history=example.histories.get(word)) if f.polarity == polarity
            ]
            assert found, word
            assert all(f.message and f.why for f in found)
    unwanted = {"against"} if example.against or example.favourable else {"against", "unknown"}
    quiet = findings_of(example.quiet, check, history=example.histories.get("quiet"))
    assert not [f for f in quiet if f.polarity in unwanted]


@each_check
def test_survives_hostile_files(check: Check) -> None:
    for kind in ("folder", "sdist"):
        crashes = [gap for gap in look(HOSTILE, [check], kind=kind).gaps if gap.ours]
        assert not crashes


@each_check
def test_has_nothing_against_an_empty_repository(check: Check) -> None:
    assert not [f for f in findings_of({"notes.txt": "nothing yet"}, check) if f.polarity == "against"]


def test_no_example_without_a_check() -> None:
    assert set(EXAMPLES) == {check.code for check in CHECKS}
