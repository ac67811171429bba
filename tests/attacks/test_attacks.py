"""Each attack of the catalogue against each sandbox that this machine has: contained, and nothing is left of it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from heldout.sandbox.base import Sandbox
from tests.attacks.catalogue import CATALOGUE, Attack, page
from tests.attacks.field import PROGRAMS, Field
from tests.sandbox.conftest import as_user

BY_NUMBER = {attack.number: attack for attack in CATALOGUE}
each_attack = pytest.mark.parametrize("attack", CATALOGUE, ids=lambda attack: f"{attack.number}-{attack.program}")


def loose(attack: Attack, sandbox: Sandbox, place: Path) -> None:
    """Let an attack loose, and look."""
    attack.play(attack, Field(place, sandbox))


@each_attack
def test_bubblewrap_contains(attack: Attack, sandbox: Sandbox, place: Path) -> None:
    loose(attack, sandbox, place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@each_attack
def test_bubblewrap_of_an_ordinary_user_contains(attack: Attack, sandbox: Sandbox, place: Path) -> None:
    as_user(lambda sandbox, folder: loose(attack, sandbox, folder), place)


@each_attack
def test_a_container_engine_contains(attack: Attack, engine: Sandbox, place: Path) -> None:
    loose(attack, engine, place)


def test_every_program_is_in_the_catalogue() -> None:
    programs = {path.name for path in PROGRAMS.iterdir() if path.suffix in (".py", ".sh")} - {"attempt.py"}
    assert programs == {attack.program for attack in CATALOGUE}
    assert len(BY_NUMBER) == len(CATALOGUE)


def test_the_documentation_lists_every_attack() -> None:
    written = Path(__file__).parents[2] / "docs" / "reference" / "attacks.md"
    assert written.read_text() == page(), "run `python -m tests.attacks.catalogue > docs/reference/attacks.md`"


FORBIDDEN = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch", "skops"})
CALCULATE = ("decision", "sources/interview")
"""Packages that read no foreign files and may calculate with NumPy, whose `load` unpickles."""


def test_nothing_of_ours_unpickles_or_evaluates_what_others_wrote() -> None:
    import heldout

    root = Path(heldout.__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        inner = path.relative_to(root)
        if "inside" in inner.parts:
            continue  # runs in the sandbox
        forbidden = FORBIDDEN if inner.as_posix().startswith(CALCULATE) else FORBIDDEN | {"numpy"}
        for node in ast.walk(ast.parse(path.read_text())):
            if _reaches(node) & forbidden or _loads(node):
                found.append(f"{path.name}:{getattr(node, 'lineno', 0)}")
    assert found == []


def _reaches(node: ast.AST) -> set[str]:
    """The packages that an import names; evaluating counts as unpickling."""
    if isinstance(node, ast.Import):
        return {name.name.split(".")[0] for name in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").split(".")[0]}
    evaluates = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    return {"pickle"} if evaluates else set()


def _loads(node: ast.AST) -> bool:
    """Whether NumPy's way to unpickle is named."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "numpy" and any(name.name == "load" for name in node.names)
    if isinstance(node, ast.keyword):
        return node.arg == "allow_pickle"
    whose = node.value if isinstance(node, ast.Attribute) and node.attr == "load" else None
    return isinstance(whose, ast.Name) and whose.id in ("np", "numpy")


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("import pickle", True),
        ("from joblib import load", True),
        ("eval(x)", True),
        ("import numpy as np\nnp.load(x)", True),
        ("from numpy import load", True),
        ("read(x, allow_pickle=True)", True),
        ("import numpy as np\nnp.linalg.solve(a, b)", False),
        ("json.load(x)", False),
    ],
)
def test_the_look_for_unpickling_sees_it(code: str, caught: bool) -> None:
    assert any(_reaches(node) & FORBIDDEN or _loads(node) for node in ast.walk(ast.parse(code))) == caught
