"""Control groups: limits that the kernel holds for all processes of a run together, and the counters that it keeps.

Version 1 (one hierarchy a controller) and version 2 (one for all) look the same from outside: a `Group`. On a machine
that lets us make none, `open_group` gives None and the provider falls back to resource limits and watching.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from heldout.sandbox.base import Limits, SandboxFault

_PERIOD_US = 100_000
_NEEDED = ("memory", "pids")
_WANTED = ("memory", "pids", "cpu", "cpuacct")
_PREFIX = "heldout-"


@dataclass(frozen=True)
class Counters:
    """What the kernel counted; None where this machine does not count it."""

    oom_kills: int | None
    forks_refused: int | None
    cpu_s: float | None
    memory_bytes: int | None
    """In use now, without what the kernel caches of files."""
    peak_bytes: int | None
    """Highest use, with cached files among it."""


@dataclass(frozen=True)
class Hierarchy:
    """Where groups are made: a folder for each controller (version 1), or the same for all (version 2)."""

    version: int
    folders: dict[str, Path]

    @property
    def controllers(self) -> tuple[str, ...]:
        """The controllers that limits can be set for."""
        return tuple(self.folders)


@dataclass(frozen=True)
class Group:
    """One run's group; `remove` it when everything in it is dead."""

    hierarchy: Hierarchy
    name: str

    @property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(folder / self.name for folder in self.hierarchy.folders.values()))

    def entries(self) -> tuple[str, ...]:
        """The files into which a process writes `0` to join."""
        return tuple(f"{folder}/cgroup.procs" for folder in self._folders)

    def _path(self, controller: str, file: str) -> Path | None:
        folder = self.hierarchy.folders.get(controller)
        return folder / self.name / file if folder else None

    def limit(self, limits: Limits) -> None:
        """Set the limits; raises SandboxFault when the kernel does not take one."""
        two = self.hierarchy.version == 2
        quota = max(1000, int(limits.cpus * _PERIOD_US))
        wanted = [
            ("memory", "memory.max" if two else "memory.limit_in_bytes", str(limits.memory_bytes)),
            ("pids", "pids.max", str(limits.processes)),
            ("cpu", "cpu.max" if two else "cpu.cfs_quota_us", f"{quota} {_PERIOD_US}" if two else str(quota)),
        ]
        for controller, file, value in wanted:
            path = self._path(controller, file)
            if path is not None:
                _write(path, value)
        # Without these a run could push itself into swap and never meet its limit; absent where there is no swap.
        swap = self._path("memory", "memory.swap.max" if two else "memory.memsw.limit_in_bytes")
        if swap is not None and swap.exists():
            with suppress(SandboxFault):
                _write(swap, "0" if two else str(limits.memory_bytes))

    def counters(self) -> Counters:
        """What the kernel counted so far."""
        if self.hierarchy.version == 2:
            usage = _table(self._path("cpu", "cpu.stat")).get("usage_usec")
            cpu = None if usage is None else usage / 1e6
            stat = _table(self._path("memory", "memory.stat"))
            now = _sum(stat, "anon", "shmem")
            oom = _table(self._path("memory", "memory.events")).get("oom_kill")
            peak = _number(self._path("memory", "memory.peak"))
        else:
            nanoseconds = _number(self._path("cpuacct", "cpuacct.usage"))
            cpu = None if nanoseconds is None else nanoseconds / 1e9
            stat = _table(self._path("memory", "memory.stat"))
            now = _sum(stat, "total_rss", "total_shmem")
            oom = _table(self._path("memory", "memory.oom_control")).get("oom_kill")
            peak = _number(self._path("memory", "memory.max_usage_in_bytes"))
        refused = _table(self._path("pids", "pids.events")).get("max")
        return Counters(oom, refused, cpu, now, peak)

    def members(self) -> set[int]:
        """The processes in it."""
        found: set[int] = set()
        for entry in self.entries():
            with suppress(OSError):
                found.update(int(line) for line in Path(entry).read_text().split())
        return found

    def kill(self, seconds: float = 10.0) -> None:
        """End every process in it; raises SandboxFault when one lives on."""
        end = time.monotonic() + seconds
        pause = 0.0005
        while members := self.members():
            for process in members:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            if time.monotonic() > end:
                raise SandboxFault(f"processes {sorted(members)[:5]} of a run could not be ended")
            time.sleep(pause)
            pause = min(pause * 2, 0.05)

    def remove(self) -> None:
        """Remove the empty group; raises SandboxFault when it is not empty."""
        for folder in self._folders:
            for attempt in range(50):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError as error:
                    if attempt == 49:
                        raise SandboxFault(f"{folder} could not be removed: {error.strerror}") from error
                    time.sleep(0.002 * (attempt + 1))  # the kernel frees what died a moment later
                else:
                    break


def open_group(hierarchy: Hierarchy, name: str, limits: Limits) -> Group:
    """A new group with these limits. Raises SandboxFault."""
    group = Group(hierarchy, f"{_PREFIX}{name}")
    try:
        for folder in group._folders:
            folder.mkdir()
    except OSError as error:
        group.remove()
        raise SandboxFault(f"a control group could not be made: {error.strerror}") from error
    group.limit(limits)
    return group


@cache
def find_hierarchy() -> Hierarchy | None:
    """Where this process may make groups with limits on memory and processes, found by really making one; or None."""
    if sys.platform != "linux":
        return None
    mounts = _mounts(Path("/proc/self/mountinfo"))
    own = _own(Path("/proc/self/cgroup"))
    for candidate in (*_version_1(mounts, own), *_version_2(mounts, own)):
        if _works(candidate):
            return candidate
    return None


def find_leaf(process: int, mark: str, proc: Path = Path("/proc")) -> Group | None:
    """The group that a container engine made for a container, by one of its processes and the mark in the group's name.

    For its counters only: the engine makes it, limits it and takes it away. None when it made none.
    """
    mounts, own = _mounts(proc / "self" / "mountinfo"), _own(proc / str(process) / "cgroup")
    folders, name = {}, ""
    for controller in (*_WANTED, "cgroup2"):
        parts = Path(own.get(controller, "/")).parts
        marked = [index for index, part in enumerate(parts) if mark in part]
        if controller in mounts and marked:
            name = parts[marked[0]]
            folders[controller] = mounts[controller].joinpath(*parts[1 : marked[0]])
    if all(controller in folders for controller in _NEEDED):
        return Group(Hierarchy(1, {c: folders[c] for c in folders if c != "cgroup2"}), name)
    if "cgroup2" in folders:
        return Group(Hierarchy(2, dict.fromkeys(("memory", "pids", "cpu"), folders["cgroup2"])), name)
    return None


def _mounts(table: Path) -> dict[str, Path]:
    """Controller (`cgroup2` for version 2) -> where it is mounted."""
    found: dict[str, Path] = {}
    for line in table.read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        where = Path(left.split()[4])
        if kind == "cgroup2":
            found.setdefault("cgroup2", where)
        elif kind == "cgroup":
            for option in options.split(","):
                if option in _WANTED:
                    found.setdefault(option, where)
    return found


def _own(table: Path) -> dict[str, str]:
    """Controller -> the path of our own group (`cgroup2` for version 2)."""
    found: dict[str, str] = {}
    for line in table.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(",") if controllers else ["cgroup2"]:
            found[controller] = path
    return found


def _version_1(mounts: dict[str, Path], own: dict[str, str]) -> list[Hierarchy]:
    roots = {controller: mounts[controller] for controller in _WANTED if controller in mounts}
    below = {c: root / own.get(c, "/").lstrip("/") for c, root in roots.items()}
    # Below our own group our own limits hold as well; in a container that path is not always the one we see.
    return [Hierarchy(1, folders) for folders in (below, roots) if folders]


def _version_2(mounts: dict[str, Path], own: dict[str, str]) -> list[Hierarchy]:
    root = mounts.get("cgroup2")
    if root is None:
        return []
    here = root / own.get("cgroup2", "/").lstrip("/")
    # A group that holds processes can give no controllers to groups below it, so one above ours has to.
    places = [place for place in (here.parent, *here.parent.parents, root) if place == root or root in place.parents]
    return [Hierarchy(2, dict.fromkeys(("memory", "pids", "cpu"), place)) for place in dict.fromkeys(places)]


def _works(hierarchy: Hierarchy) -> bool:
    if any(controller not in hierarchy.folders for controller in _NEEDED):
        return False
    if hierarchy.version == 2:
        place = hierarchy.folders["memory"]
        with suppress(OSError):
            have = (place / "cgroup.subtree_control").read_text().split()
            missing = [f"+{c}" for c in hierarchy.folders if c not in have]
            if missing:
                (place / "cgroup.subtree_control").write_text(" ".join(missing))
    group = Group(hierarchy, f"{_PREFIX}probe-{os.getpid()}")
    try:
        opened = open_group(hierarchy, f"probe-{os.getpid()}", Limits())
        joined = _joins(opened)
    except (SandboxFault, OSError):
        return False
    finally:
        with suppress(SandboxFault):
            group.remove()
    return joined


def _joins(group: Group) -> bool:
    """Whether a process of ours may really enter the group."""
    child = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", 'for f in "$@"; do echo 0 > "$f" || exit 1; done', "sh", *group.entries()],
        {},
        file_actions=[(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)],
    )
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _write(path: Path, value: str) -> None:
    try:
        path.write_text(value)
    except OSError as error:
        raise SandboxFault(f"{path} does not take {value}: {error.strerror}") from error


def _number(path: Path | None) -> int | None:
    try:
        return int(path.read_text()) if path else None
    except (OSError, ValueError):
        return None


def _table(path: Path | None) -> dict[str, int]:
    """A file of `name number` lines."""
    try:
        lines = path.read_text().splitlines() if path else []
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _sum(table: dict[str, int], *names: str) -> int | None:
    known = [table[name] for name in names if name in table]
    return sum(known) if known else None
