"""What protects this machine from the programs inside: each guard tried for real, with the way to mend it."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.sandbox import seccomp
from heldout.sandbox.base import Guard, Job, Limits, SandboxFault, Space, Verdict
from heldout.sandbox.cgroups import find_hierarchy
from heldout.sandbox.slots import user_of

if TYPE_CHECKING:
    from heldout.sandbox.bubblewrap import Bubblewrap

_NAMESPACES = ("user", "pid", "net", "mnt", "ipc", "uts", "cgroup")
_CGROUPS_MEND = (
    "run as root on a machine with control groups, or as a user to whom systemd delegates them "
    "(`systemd-run --user --scope -p Delegate=yes heldout ...`)"
)


def bubblewrap_guards(provider: Bubblewrap) -> tuple[Guard, ...]:
    """The guards of the bubblewrap provider."""
    try:
        seen = provider.run(Job(("/bin/sh", "-c", _LOOK), limits=Limits(wall_s=10)))
    except SandboxFault as error:
        return (Guard("sandbox", False, str(error), "see the message"),)
    said = dict(line.split("=", 1) for line in seen.stdout.decode().splitlines() if "=" in line)
    apart = [name for name in _NAMESPACES if said.get(f"ns-{name}") not in (None, _own(name))]
    root = os.geteuid() == 0
    return (
        Guard("namespaces", len(apart) == len(_NAMESPACES), f"own {', '.join(apart)}", "enable them in the kernel"),
        Guard(
            "user",
            not root or user_of(0) != 0,
            "a user id of its own for each run" if root else "your own user id, without rights inside",
            "" if root else "run as root for a user id of its own for each run",
            required=False,
        ),
        Guard("no rights", said.get("CapEff", "").strip("0") == "", "no capability inside", "update bubblewrap"),
        Guard(
            "system calls",
            seccomp.supported() and said.get("Seccomp") == "2",
            f"a deny-list for {platform.machine()}",
            "use an x86-64 or ARM64 machine",
        ),
        Guard("no nested namespaces", said.get("nested") == "no", "cannot be made inside", "update bubblewrap"),
        Guard("no network", said.get("interfaces") == "lo", f"only {said.get('interfaces', 'unknown')} inside"),
        *_limits(provider),
        _workspace(provider),
    )


def _limits(provider: Bubblewrap) -> tuple[Guard, ...]:
    hierarchy = find_hierarchy()
    where = (
        f"control groups, version {hierarchy.version}" if hierarchy else "watched from outside, several times a second"
    )
    # The writer goes on for as long as tail lives, which holds all of a line that never ends.
    hungry = "{ head -c 80000000 /dev/zero; while sleep 0.1; do printf x; done; } | tail"
    memory = provider.run(Job(("/bin/sh", "-c", hungry), limits=Limits(memory_bytes=32 << 20, wall_s=20)))
    forks = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; wait"
    many = provider.run(Job(("/bin/sh", "-c", forks), limits=Limits(processes=8, wall_s=20)))
    return (
        Guard("memory", memory.verdict is Verdict.MEMORY, where if memory.verdict is Verdict.MEMORY else "not kept"),
        Guard("processes", many.verdict is not Verdict.OK, where if many.verdict is not Verdict.OK else "not kept"),
        Guard("exact limits", hierarchy is not None, where, "" if hierarchy else _CGROUPS_MEND, required=False),
        Guard(
            "processor",
            hierarchy is not None and "cpu" in hierarchy.controllers,
            "a share of the processors" if hierarchy else "not limited, only the time on the clock",
            "" if hierarchy else _CGROUPS_MEND,
            required=False,
        ),
    )


def _workspace(provider: Bubblewrap) -> Guard:
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
    return str(Path(f"/proc/self/ns/{name}").readlink())


_LOOK = """
for n in user pid net mnt ipc uts cgroup; do echo "ns-$n=$(readlink /proc/self/ns/$n)"; done
grep -E 'CapEff|Seccomp:' /proc/self/status | tr -d '\\t ' | tr : =
unshare -Ur true 2>/dev/null && echo nested=yes || echo nested=no
echo "interfaces=$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\\n' ' ' | sed 's/ $//')"
"""
