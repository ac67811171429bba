"""The bubblewrap provider passes the suite as root, with a user id for each run, and as an ordinary user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heldout.sandbox.base import Job, Mount, Sandbox, SandboxFault
from tests.sandbox.conformance import CASES, shell
from tests.sandbox.conftest import as_user


@pytest.mark.parametrize("name", CASES)
def test_conformance(name: str, sandbox: Sandbox, place: Path) -> None:
    CASES[name](sandbox, place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", CASES)
def test_conformance_as_an_ordinary_user(name: str, sandbox: Sandbox, place: Path) -> None:
    as_user(CASES[name], place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user id for each run")
def test_what_only_root_may_read_cannot_be_mounted_by_mistake(sandbox: Sandbox, place: Path) -> None:
    (place / "shut").mkdir(mode=0o700)
    (place / "shut" / "x").write_text("x")
    with pytest.raises(SandboxFault, match="closed to other users"):
        sandbox.run(Job(("/bin/true",), mounts=(Mount(place / "shut" / "x", "/x"),)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user id for each run")
def test_two_workspaces_have_two_owners(sandbox: Sandbox) -> None:
    with sandbox.workspace() as one, sandbox.workspace() as two:
        assert shell(sandbox, "echo x > x", one).ok
        assert shell(sandbox, "echo x > x", two).ok
        assert (one.path / "x").stat().st_uid != (two.path / "x").stat().st_uid
    assert not one.path.exists()
