"""The bubblewrap provider passes the suite as root, with a user id for each run, and as an ordinary user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sandbox import bubblewrap, jail
from heldout.sandbox.base import Job, Mount, Sandbox, SandboxFault, Verdict
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


def test_a_sandbox_that_is_never_made_does_not_hold_us_for_ever(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = place / "bwrap"
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_SETUP_S", 0.3)
    monkeypatch.setattr(jail, "_program", lambda _: ([str(hanging)], Path("/")))
    with pytest.raises(SandboxFault, match=r"within 0\.3 s"):
        sandbox.run(Job(("/bin/true",)))


@pytest.mark.parametrize(
    "job",
    [
        Job(("/bin/echo", "a\0b")),
        Job(("/bin/echo", "\ud800")),
        Job(("/bin/echo",), environment={"X": "a\0--bind\0/\0/tmp"}),
        Job(("/bin/echo",), environment={"A=B": "x"}),
        Job(("/bin/echo",), environment={"": "x"}),
        Job(("/bin/echo",), folder="a\0b"),
        Job(("/bin/echo", "x" * 3_000_000)),
        Job(()),
    ],
)
def test_what_no_program_can_be_given_is_refused_in_words(job: Job, sandbox: Sandbox) -> None:
    with pytest.raises(InputError):
        sandbox.run(job)


def test_a_folder_that_is_not_there_is_the_program_s_failure(sandbox: Sandbox) -> None:
    with sandbox.workspace() as workspace:
        done = sandbox.run(Job(("/bin/true",), workspace, folder="gone/deeper"))
    assert done.verdict is Verdict.FAILED
    assert "gone/deeper" in done.why


def test_no_program_can_pass_its_end_off_as_a_fault_of_ours(sandbox: Sandbox) -> None:
    """It says what bubblewrap says when it fails, and dies in every way that it can."""
    for end in ("exit 1", "kill -KILL $$", "kill -SEGV $$", "exec 0<&- 1<&- 2<&-; exit 1"):
        done = shell(sandbox, f"echo 'bwrap: Can\\'t make it' >&2; echo '{{}}'; {end}")
        assert done.verdict is Verdict.FAILED
