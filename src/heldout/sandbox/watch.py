"""What a run uses, measured from outside, and capped where the kernel does not do it by itself.

Foreign code may hide what it holds: files that are deleted and still open, folders closed even to their owner, memory
that no process shows. What can be counted is counted; behind that stands the reserve of the machine, below which a run
is ended whatever the counts say.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from heldout.sandbox.base import GIB, MIB, Limits, SandboxFault, Verdict, Workspace
from heldout.sandbox.cgroups import Group
from heldout.sandbox.workspace import Folder

WAS_FULL = "its workspace was full"
_TEMPORARY = ("tmp", "dev/shm")
_TEMPORARY_FILES = 100_000
"""Each file costs the kernel about a kilobyte, however empty."""
_OPEN_FILES = 20_000
"""How many are looked at in one go."""
_WALK_S, _RATHER = 0.5, 20
"""Seconds between two walks over a workspace: at least so many, and so many times what a walk takes."""
_LEAST_DISK, _LEAST_MEMORY = GIB, 256 * MIB
_LEAST_SHARE = 50
"""The reserve is a fiftieth of the machine's disk and memory, and at most this much."""


def free_disk(folder: Path) -> tuple[int, int]:
    """(bytes free for users, all bytes) of the file system under a folder."""
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize, told.f_blocks * told.f_frsize


def free_memory() -> tuple[int, int]:
    """(bytes that programs can still have, all bytes) of this machine."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    told = {line[0]: int(line[1]) * 1024 for line in lines if len(line) > 1}
    return told.get("MemAvailable:", told["MemTotal:"]), told["MemTotal:"]


@dataclass
class Watch:
    """The limits of one run, and who keeps them."""

    limits: Limits
    group: Group | None
    full: Callable[[], bool] = lambda: False
    """Whether the workspace is full; asked now and then, since it takes a walk over its files, and at the end."""
    exact: bool = True
    """Whether the kernel keeps the workspace's limits. If not, a run that fills it is ended by us."""
    folder: Path | None = None
    """The workspace, where its limits are not exact."""
    disk_bytes: int = 0
    """How much the workspace may hold."""
    peak: int = 0
    """Highest use of memory that was seen."""
    most: int = 0
    """Most processes and threads that were seen at one time, where the kernel counts none."""
    _before: dict[str, int] = field(default_factory=dict)
    _next_walk: float = 0.0

    def __post_init__(self) -> None:
        if not self.exact and self.folder is not None:
            self._before["disk"] = free_disk(self.folder)[0]
        if self.group is None and sys.platform == "linux":
            self._before["memory"] = free_memory()[0]

    def look(self, init: int | None) -> tuple[Verdict, str] | None:
        """Measure; the verdict and its reason when the run has to end. `init` is the first process inside.

        Raises SandboxFault when the machine runs short though the run used less than it may.
        """
        if self.folder is not None and (over := self._disk(self.folder, init)):
            return over
        return self._held(init) if self.group is None else None

    def _disk(self, folder: Path, init: int | None) -> tuple[Verdict, str] | None:
        """Where the kernel keeps no limits on the workspace: the reserve at each look, a walk over all now and then."""
        free, whole = free_disk(folder)
        if free < min(_LEAST_DISK, whole // _LEAST_SHARE):
            if self._before["disk"] - free >= self.disk_bytes:
                return Verdict.DISK, "the disk of this machine ran full under it"
            raise SandboxFault(f"only {free:,} bytes are free at {folder}; make room and start again")
        began = time.monotonic()
        if began < self._next_walk:
            return None
        full = self.full()
        here = folder.stat().st_dev
        open_ = unlinked(below(init)) if init is not None and not full else {}
        hidden = sum(size for (device, _), size in open_.items() if device == here)
        now = time.monotonic()
        self._next_walk = now + max(_WALK_S, _RATHER * (now - began))
        if full:
            return Verdict.DISK, WAS_FULL
        if hidden >= self.disk_bytes:
            return Verdict.DISK, f"deleted files that it held open had {hidden:,} bytes"
        return None

    def _held(self, init: int | None) -> tuple[Verdict, str] | None:
        """Without control groups: add up the processes of its namespace."""
        if init is None:
            return None
        processes = below(init)
        memory, count = held(processes, self.folder), sum(processes.values())
        self.peak, self.most = max(self.peak, memory), max(self.most, count)
        if memory > self.limits.memory_bytes:
            return Verdict.MEMORY, f"its processes held {memory:,} bytes together"
        if count > self.limits.processes:
            return Verdict.PROCESSES, f"it had {count} processes and threads"
        if (files := temporary_files(init)) > _TEMPORARY_FILES:
            return Verdict.DISK, f"its temporary folders had {files:,} files"
        free, whole = free_memory()
        if free < min(_LEAST_MEMORY, whole // _LEAST_SHARE):
            if self._before["memory"] - free >= self.limits.memory_bytes:
                return Verdict.MEMORY, "the memory of this machine ran out under it"
            raise SandboxFault(f"only {free:,} bytes of memory are free; end other programs and start again")
        return None


def watch(workspace: Workspace | None, limits: Limits, group: Group | None) -> Watch:
    """The watch over a run in a workspace of this machine, or in none."""
    if not isinstance(workspace, Folder):
        return Watch(limits, group)
    if workspace.exact:
        return Watch(limits, group, workspace.full)
    return Watch(limits, group, workspace.full, False, workspace.path, workspace.space.disk_bytes)


def below(init: int) -> dict[int, int]:
    """Each process from `init` down, with its number of threads."""
    children: dict[int, list[int]] = {}
    threads: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - half a million paths an hour are not free
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:  # noqa: PTH123
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry))
            threads[int(entry)] = int(fields[17])
    waiting, found = [init], {}
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        found[process] = threads.get(process, 0)
    return found


def held(processes: dict[int, int], folder: Path | None = None) -> int:
    """Bytes in memory of processes together: a shared page counts once in all, and so does a file that exists in
    memory alone and is open, mapped or not.
    """
    private = shared = 0
    for process in processes:
        try:
            told = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        lines = (line.split() for line in told.splitlines())
        sizes = {line[0]: int(line[1]) * 1024 for line in lines if len(line) > 1 and line[1].isdigit()}
        mapped = sizes.get("Pss_Shmem:", 0)
        private += sizes.get("Pss:", 0) + sizes.get("SwapPss:", 0) - mapped
        shared += mapped
    disk = folder.stat().st_dev if folder is not None else None
    opened = sum(size for (device, _), size in unlinked(processes).items() if device != disk)
    return private + max(shared, opened)


def unlinked(processes: dict[int, int]) -> dict[tuple[int, int], int]:
    """(device, inode) -> bytes of the files that processes hold open and that no folder names any more."""
    found: dict[tuple[int, int], int] = {}
    for looked, path in enumerate(_open_files(processes)):
        if looked >= _OPEN_FILES:
            break
        with suppress(OSError):
            told = os.stat(path)  # noqa: PTH116 - a link of the kernel's, by the ten thousand
            if told.st_nlink == 0 and stat.S_ISREG(told.st_mode):
                found[told.st_dev, told.st_ino] = told.st_blocks * 512
    return found


def _open_files(processes: dict[int, int]) -> Iterator[str]:
    for process in processes:
        with suppress(OSError):
            for handle in os.listdir(f"/proc/{process}/fd"):  # noqa: PTH208
                yield f"/proc/{process}/fd/{handle}"


def temporary_files(init: int) -> int:
    """How many files and folders the temporary folders of a run hold, where this can be seen."""
    count, ours = 0, os.stat("/").st_dev  # noqa: PTH116
    for name in _TEMPORARY:
        with suppress(OSError):
            place = f"/proc/{init}/root/{name}"
            if os.stat(place).st_dev == ours:  # noqa: PTH116
                continue  # it has not left our own root yet
            told = os.statvfs(place)
            count += told.f_files - told.f_ffree
    return count
