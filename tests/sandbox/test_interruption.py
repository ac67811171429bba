"""However a process of ours ends, nothing that it started inside lives on, and the next one clears up after it."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.sandbox import slots
from heldout.sandbox.base import Job, Sandbox, Space
from heldout.sandbox.provider import find_sandbox
from tests.sandbox.conformance import PYTHON, shell
from tests.sandbox.conftest import as_user

INSIDE = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
open('/work/up', 'w').close()
time.sleep(600)
"""
OURS = f"""
import os, sys
from heldout.sandbox.base import Job, Space
from heldout.sandbox.provider import find_sandbox
sandbox = find_sandbox('bubblewrap')
with sandbox.workspace(Space(disk_bytes=1 << 20)) as workspace:
    print(workspace.path, flush=True)
    sandbox.run(Job(('{PYTHON}', '-c', {INSIDE!r}), workspace, environment={{'ATTACK_MARK': sys.argv[1]}}))
"""
each_signal = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])


def interrupted(number: signal.Signals, start: Callable[[str], tuple[int, int]]) -> None:
    """Start one of ours, wait until its program runs, send it a signal; everything must be gone soon."""
    mark = secrets.token_hex(12)
    process, reader = start(mark)
    with os.fdopen(reader) as told:
        place = Path(told.readline().strip())
        wait_for((place / "up").exists)
        assert len(marked(mark)) >= 2
        os.kill(process, number)
        os.waitpid(process, 0)
    wait_for(lambda: not marked(mark))
    find_sandbox("bubblewrap")  # clears up
    assert not place.exists()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def marked(mark: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def as_a_program(mark: str) -> tuple[int, int]:
    reader, writer = os.pipe()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", OURS, mark],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, writer, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    os.close(writer)
    return child, reader


def as_a_fork(mark: str) -> tuple[int, int]:
    """For a user who may not read the Python that runs the tests."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            sandbox = find_sandbox("bubblewrap")
            with sandbox.workspace(Space(disk_bytes=1 << 20)) as workspace:
                os.write(writer, f"{workspace.path}\n".encode())
                sandbox.run(Job((PYTHON, "-c", INSIDE), workspace, environment={"ATTACK_MARK": mark}))
        except KeyboardInterrupt:
            os._exit(130)
        os._exit(0)
    os.close(writer)
    return child, reader


@each_signal
def test_nothing_lives_on(number: signal.Signals, sandbox: Sandbox) -> None:
    interrupted(number, as_a_program)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@each_signal
def test_nothing_of_an_ordinary_user_lives_on(number: signal.Signals, sandbox: Sandbox, place: Path) -> None:
    as_user(lambda _sandbox, _folder: interrupted(number, as_a_fork), place)


def test_an_orphan_that_did_not_die_with_its_parent_is_ended(sandbox: Sandbox) -> None:
    with slots.lease() as slot:
        mark = {"PATH": "/usr/bin:/bin", slots.MARK: slot.mark}
        with subprocess.Popen(["/bin/sleep", "600"], env=mark) as orphan:
            wait_for(lambda: slots.marked(orphan.pid, slot))
            slots._end_orphans(slot)
            assert orphan.wait() == -signal.SIGKILL


def test_what_is_in_use_is_not_cleared(sandbox: Sandbox) -> None:
    with sandbox.workspace() as workspace:
        workspace.write("kept", b"x")
        find_sandbox("bubblewrap")
        assert shell(sandbox, "cat kept", workspace).stdout == b"x"
