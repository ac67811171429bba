"""What protects this machine from the programs inside: each guard tried for real, with the way to mend it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.sandbox.base import Guard, Job, Limits, NoSandboxError, Sandbox, SandboxFault, Space, Verdict
from heldout.sandbox.cgroups import find_hierarchy
from heldout.sandbox.slots import user_of

if TYPE_CHECKING:
    from heldout.sandbox.bubblewrap import Bubblewrap
    from heldout.sandbox.oci import Oci

_NAMESPACES = ("user", "pid", "net", "mnt", "ipc", "uts", "cgroup")
_CGROUPS_MEND = (
    "run as root on a machine with control groups, or as a user to whom systemd delegates them "
    "(`systemd-run --user --scope -p Delegate=yes heldout ...`)"
)
_ENGINE_MEND = "run the engine on a system with control groups of version 2 (any of the last years has them)"
_WATCHED = "watched from outside, several times a second"


@dataclass(frozen=True)
class _Kind:
    """What the providers differ in."""

    namespaces: tuple[str, ...]
    filter: str
    """Who says which system calls are refused."""
    exact: bool
    """Whether the kernel holds all processes of a run to its limits together."""
    shared: bool
    """Whether the kernel gives it no more than its share of the processors."""
    where: str
    mend: str
    """How to get limits for all processes of a run together."""
    update: str
    """What to update when a guard is missing that the program itself should give."""


def bubblewrap_guards(provider: Bubblewrap) -> tuple[Guard, ...]:
    """The guards of the bubblewrap provider."""
    hierarchy = find_hierarchy()
    where = f"control groups, version {hierarchy.version}" if hierarchy else _WATCHED
    list_ = f"a deny-list for {platform.machine()}"
    shared = hierarchy is not None and "cpu" in hierarchy.controllers
    kind = _Kind(_NAMESPACES, list_, hierarchy is not None, shared, where, _CGROUPS_MEND, "bubblewrap")
    return _guards(provider, kind)


def oci_guards(provider: Oci) -> tuple[Guard, ...]:
    """The guards of the provider of container engines."""
    engine = provider.engine
    needed = tuple(name for name in _NAMESPACES if name != "user" or engine.rootless)
    filter_ = f"a deny-list for {engine.machine}" if provider.own_filter else f"the list of {engine.kind}"
    where = f"control groups of {engine.kind}" if engine.exact else _WATCHED
    engine_guard = Guard(
        "engine",
        True,
        f"{engine.kind} {engine.version}{' without root' if engine.rootless else ''}"
        f"{'' if engine.local else ', on another machine or in a virtual one'}",
    )
    return (
        engine_guard,
        _builds(provider),
        *_guards(
            provider, _Kind(needed, filter_, engine.exact, "cpu" in engine.keeps, where, _ENGINE_MEND, engine.kind)
        ),
    )


def _builds(provider: Oci) -> Guard:
    from heldout.sandbox.builds import check_builder

    try:
        check_builder(provider)
    except NoSandboxError as error:
        return Guard("Dockerfile", False, "cannot be built", str(error), required=False)
    return Guard("Dockerfile", True, "is built inside, without rights", required=False)


def _guards(provider: Sandbox, kind: _Kind) -> tuple[Guard, ...]:
    try:
        seen = provider.run(Job(("/bin/sh", "-c", _LOOK), limits=Limits(wall_s=10)))
    except SandboxFault as error:
        return (Guard("sandbox", False, str(error), "see the message"),)
    said = dict(line.split("=", 1) for line in seen.stdout.decode().splitlines() if "=" in line)
    apart = [name for name in _NAMESPACES if said.get(f"ns-{name}") not in (None, _own(name))]
    root = os.geteuid() == 0
    update = f"update {kind.update}"
    return (
        Guard("namespaces", set(apart) >= set(kind.namespaces), f"own {', '.join(apart)}", "enable them in the kernel"),
        Guard(
            "user",
            not root or user_of(0) != 0,
            "a user id of its own for each run" if root else "your own user id, without rights inside",
            "" if root else "run as root for a user id of its own for each run",
            required=False,
        ),
        Guard("no rights", said.get("CapEff", "").strip("0") == "", "no capability inside", update),
        Guard("system calls", said.get("Seccomp") == "2", kind.filter, "use an x86-64 or ARM64 machine"),
        Guard("no nested namespaces", said.get("nested") == "no", "cannot be made inside", update),
        Guard("no network", said.get("interfaces") == "lo", f"only {said.get('interfaces', 'unknown')} inside"),
        *_limits(provider, kind),
        _workspace(provider),
    )


def _limits(provider: Sandbox, kind: _Kind) -> tuple[Guard, ...]:
    # The writer goes on for as long as tail lives, which holds all of a line that never ends.
    hungry = "{ head -c 80000000 /dev/zero; while sleep 0.1; do printf x; done; } | tail"
    memory = provider.run(Job(("/bin/sh", "-c", hungry), limits=Limits(memory_bytes=32 << 20, wall_s=20)))
    forks = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; wait"
    many = provider.run(Job(("/bin/sh", "-c", forks), limits=Limits(processes=8, wall_s=20)))
    kept = (memory.verdict is Verdict.MEMORY, many.verdict is not Verdict.OK)
    return (
        Guard("memory", kept[0], kind.where if kept[0] else "not kept", "" if kept[0] else kind.mend),
        Guard("processes", kept[1], kind.where if kept[1] else "not kept", "" if kept[1] else kind.mend),
        Guard("exact limits", kind.exact, kind.where, "" if kind.exact else kind.mend, required=False),
        Guard(
            "processor",
            kind.shared,
            "a share of the processors" if kind.shared else "not limited, only the time on the clock",
            "" if kind.shared else kind.mend,
            required=False,
        ),
    )


def _workspace(provider: Sandbox) -> Guard:
    from heldout.sandbox.workspace import Folder

    with provider.workspace(Space(disk_bytes=4 << 20, files=100)) as workspace:
        exact = isinstance(workspace, Folder) and workspace.exact
        done = provider.run(Job(("/bin/sh", "-c", "head -c 8000000 /dev/zero > x; sleep 1"), workspace=workspace))
    return Guard(
        "disk",
        done.verdict is Verdict.DISK,
        "a file system of its own with caps" if exact else "watched from outside",
        "" if exact else "run as root for caps that the kernel keeps",
    )


def _own(name: str) -> str:
    try:
        return str(Path(f"/proc/self/ns/{name}").readlink())
    except OSError:
        return ""  # not Linux: whatever is inside is apart


_LOOK = """
for n in user pid net mnt ipc uts cgroup; do echo "ns-$n=$(readlink /proc/self/ns/$n)"; done
grep -E 'CapEff|Seccomp:' /proc/self/status | tr -d '\\t ' | tr : =
unshare -Ur true 2>/dev/null && echo nested=yes || echo nested=no
echo "interfaces=$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\\n' ' ' | sed 's/ $//')"
"""
