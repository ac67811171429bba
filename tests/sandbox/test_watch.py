"""What is watched from outside where the kernel keeps no limits, and the reserve of the machine behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heldout.sandbox import watch
from heldout.sandbox.base import GIB, MIB, Job, Limits, Sandbox, SandboxFault, Space, Verdict
from tests.sandbox.conformance import PYTHON, shell

WAIT = "print('up', flush=True)\nsys.stdin.read()\n"


@pytest.fixture
def without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that lets us make no control groups."""
    monkeypatch.setattr("heldout.sandbox.bubblewrap.find_hierarchy", lambda: None)
    monkeypatch.setattr("heldout.sandbox.slots.find_hierarchy", lambda: None)


@contextmanager
def holding(text: str) -> Iterator[int]:
    """A program that does something and then waits."""
    child = subprocess.Popen(
        [sys.executable, "-c", f"import os, sys, mmap, threading\n{text}\n{WAIT}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"up\n"
        try:
            yield child.pid
        finally:
            child.stdin.close()


def test_processes_and_threads_below_one_are_counted() -> None:
    with holding(
        "if os.fork() == 0:\n    sys.stdin.read(); os._exit(0)\n"
        "for _ in range(3):\n    threading.Thread(target=sys.stdin.read, daemon=True).start()"
    ) as process:
        found = watch.below(process)
    assert len(found) == 2
    assert sum(found.values()) == 5
    assert os.getpid() not in found


def test_memory_is_counted_once_though_processes_share_it() -> None:
    with holding(
        "kept = bytearray(os.urandom(1 << 20) * 40)\nif os.fork() == 0:\n    sys.stdin.read(); os._exit(0)"
    ) as one:
        held = watch.held(watch.below(one))
    assert 40 * MIB < held < 80 * MIB


@pytest.mark.parametrize("mapped", [False, True])
def test_files_in_memory_are_counted_once_mapped_or_not(mapped: bool) -> None:
    text = "handle = os.memfd_create('x')\nos.write(handle, os.urandom(1 << 20) * 40)\n"
    if mapped:
        text += "view = mmap.mmap(handle, 40 << 20)\nassert sum(view[::4096]) > 0\n"
    with holding(text) as process, holding("") as bare:
        more = watch.held(watch.below(process)) - watch.held(watch.below(bare))
    assert 39 * MIB < more < 60 * MIB


def test_deleted_files_that_are_open_are_found_by_their_disk(tmp_path: Path) -> None:
    text = (
        f"file = open({str(tmp_path / 'x')!r}, 'wb')\nfile.write(os.urandom(3 << 20))\nfile.flush()\n"
        f"os.fsync(file.fileno())\nos.unlink(file.name)\nagain = os.dup(file.fileno())"
    )
    with holding(text) as process:
        found = watch.unlinked(watch.below(process))
    here = tmp_path.stat().st_dev
    assert 3 * MIB <= sum(size for (device, _), size in found.items() if device == here) < 4 * MIB


def test_the_machine_s_own_temporary_folders_are_not_taken_for_a_run_s() -> None:
    assert watch.temporary_files(os.getpid()) < 100_000
    assert watch.temporary_files(1 << 30) == 0


def low(monkeypatch: pytest.MonkeyPatch, what: str, *free: int) -> None:
    """A machine on which this much is free at first, and then this much."""
    answers = iter(free)
    last = [0]

    def told(*_: object) -> tuple[int, int]:
        last[0] = next(answers, last[0])
        return last[0], 100 * GIB

    monkeypatch.setattr(watch, what, told)


def test_a_run_that_fills_the_machine_s_disk_unseen_is_ended(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, "free_disk", 20 * GIB, MIB)
    with sandbox.workspace(Space(disk_bytes=MIB), at=place / "kept") as workspace:
        done = shell(sandbox, "sleep 20", workspace)
    assert (done.verdict, done.why) == (Verdict.DISK, "the disk of this machine ran full under it")


def test_a_disk_that_is_full_for_other_reasons_is_nobody_s_failure(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, "free_disk", 2 * MIB, MIB)
    with (
        sandbox.workspace(Space(disk_bytes=64 * MIB), at=place / "kept") as workspace,
        pytest.raises(SandboxFault, match="make room"),
    ):
        shell(sandbox, "sleep 20", workspace)


def test_a_run_that_eats_the_machine_s_memory_unseen_is_ended(
    sandbox: Sandbox, without_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, "free_memory", 20 * GIB, MIB)
    done = shell(sandbox, "sleep 20")
    assert (done.verdict, done.why) == (Verdict.MEMORY, "the memory of this machine ran out under it")


def test_a_machine_that_is_short_of_memory_is_nobody_s_failure(
    sandbox: Sandbox, without_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, "free_memory", 2 * MIB, MIB)
    with pytest.raises(SandboxFault, match="end other programs"):
        shell(sandbox, "sleep 20")


def test_files_in_temporary_folders_are_bounded_where_their_memory_is_not(
    sandbox: Sandbox, without_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_TEMPORARY_FILES", 1000)
    text = "for n in range(3000):\n    open(f'/tmp/{n}', 'w').close()\nimport time\ntime.sleep(20)"
    done = sandbox.run(Job((PYTHON, "-I", "-c", text), limits=Limits(wall_s=30)))
    assert done.verdict is Verdict.DISK
    assert "temporary folders" in done.why


FORKS = """
import os, time
for _ in range(100):
    try:
        child = os.fork()
    except OSError:
        time.sleep(1)
        raise
    if child == 0:
        time.sleep(30)
        os._exit(0)
"""


def test_a_program_that_fails_for_want_of_processes_says_so(sandbox: Sandbox, without_groups: None) -> None:
    done = sandbox.run(Job((PYTHON, "-I", "-c", FORKS), limits=Limits(wall_s=30, processes=20)))
    assert done.verdict is Verdict.PROCESSES, done


def test_a_process_that_takes_much_at_once_is_held_by_the_kernel(sandbox: Sandbox, without_groups: None) -> None:
    limits = Limits(wall_s=30, memory_bytes=64 * MIB)
    done = sandbox.run(Job((PYTHON, "-I", "-c", "x = bytearray(1 << 30)\nprint('had it')"), limits=limits))
    assert done.stdout == b""
    assert done.verdict in (Verdict.MEMORY, Verdict.FAILED)


def test_a_worker_that_the_kernel_took_counts_though_its_parent_waited_for_ever(sandbox: Sandbox) -> None:
    from heldout.sandbox.cgroups import find_hierarchy

    if find_hierarchy() is None:
        pytest.skip("this machine lets us make no control groups")
    text = "import os, time\nif os.fork() == 0:\n    x = bytearray(300_000_000)\n    time.sleep(60)\ntime.sleep(60)\n"
    done = sandbox.run(Job((PYTHON, "-I", "-c", text), limits=Limits(wall_s=3, memory_bytes=64 * MIB)))
    assert done.verdict is Verdict.MEMORY
    assert "waited for it" in done.why
