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


def test_nothing_of_ours_unpickles_or_evaluates_what_others_wrote() -> None:
    import heldout

    root = Path(heldout.__file__).parent
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch", "skops", "numpy"}
    found = []
    for path in sorted(root.rglob("*.py")):
        if "inside" in path.relative_to(root).parts:
            continue  # runs in the sandbox
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                names = ["pickle"]
            else:
                continue
            found += [f"{path.name}:{node.lineno}" for name in names if name.split(".")[0] in forbidden]
    assert found == []
