"""What a container engine is told about one run: the walls around the program, what it sees, and how it is begun."""

from __future__ import annotations

import hashlib
import os
import resource
import secrets
from pathlib import Path

from heldout.sandbox import seccomp, system
from heldout.sandbox.base import MIB, Job, Limits, Mount, SandboxFault
from heldout.sandbox.containers import GATE
from heldout.sandbox.engines import Engine
from heldout.sandbox.folders import data_folder, made, shown
from heldout.sandbox.images import Image
from heldout.sandbox.jail import PATH
from heldout.sandbox.slots import Slot
from heldout.sandbox.workspace import Folder

_TMP = "/tmp"  # noqa: S108 - a place inside, not the machine's
_LEAST = 6 * MIB
"""Docker takes no smaller limit on memory."""
_FILES, _PROCESSES = 4096, 32_768
"""Descriptors of a process, and processes of a user: as many as Podman leaves itself."""
_AT_ONCE = 4
_GRACE = 60
"""Seconds after the end of a run's time at which Podman ends it though we are gone."""
_BUILDER = (
    *("SYS_ADMIN", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "SETFCAP"),
    *("SYS_CHROOT", "MKNOD", "NET_BIND_SERVICE"),
)
"""Rights in the user namespace of a build, over nothing of this machine: Podman mounts layers and hands on the rest."""
IDS, FIRST_ID = 65_535, 2_020_000_000
"""How many user ids a build has besides its root, and the first of them on this machine, beyond those of the slots."""


def arguments(engine: Engine, image: Image, job: Job, slot: Slot, name: str) -> list[str]:
    """All that stands after `run --name ... --label ...`. Raises SandboxFault for what cannot be shown inside."""
    return [*_walls(engine, image, job, slot), *_sights(image, job, slot), *_command(engine, image, job, name)]


def _walls(engine: Engine, image: Image, job: Job, slot: Slot) -> list[str]:
    """What keeps the program in, whatever it tries."""
    limits = job.limits
    options = [
        *("--interactive", "--pull", "never", "--log-driver", "none", "--network", "none", "--hostname", "heldout"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--cgroupns", "private", "--workdir", "/"),
        *("--ulimit", _ulimit("core", resource.RLIMIT_CORE, 1), "--oom-score-adj", "500"),
        *("--ulimit", _ulimit("nofile", resource.RLIMIT_NOFILE, _FILES)),
        *("--shm-size", str(limits.shm_bytes)),
        *("--tmpfs", f"{_TMP}:rw,exec,nosuid,nodev,size={limits.shm_bytes},mode=1777"),
        *_user(engine, image, slot),
        *filter_of(engine, image),
    ]
    if image.root is None or image.builds:
        options += ["--read-only"]
    else:
        options += ["--sysctl", "net.ipv4.ip_unprivileged_port_start=0"]  # many an image serves at port 80
    options += _limits(engine, limits)
    written = job.workspace or image.root
    if isinstance(written, Folder) and not written.exact:
        options += ["--ulimit", f"fsize={written.space.disk_bytes}:{written.space.disk_bytes}"]
    if engine.kind == "podman":
        # The last one: what the user's shell says of proxies stays outside.
        options += ["--read-only-tmpfs=false", "--no-hosts", "--http-proxy=false"]
        options += ["--timeout", str(int(limits.wall_s) + _GRACE)]
        options += ["--ulimit", _ulimit("nproc", resource.RLIMIT_NPROC, _PROCESSES)]
    if Path("/sys/fs/selinux/enforce").exists():
        options += ["--security-opt", "label=disable"]  # its rules let no container read the machine's /usr
    return options


def _limits(engine: Engine, limits: Limits) -> list[str]:
    """What the engine holds all processes to together, as far as it can."""
    memory = str(max(limits.memory_bytes, _LEAST))
    cpus = min(limits.cpus, engine.processors or limits.cpus)  # Docker takes no more than there are
    wanted = {
        "memory": ["--memory", memory, "--memory-swap", memory],
        "pids": ["--pids-limit", str(limits.processes)],
        "cpu": ["--cpus", f"{cpus:g}"],
    }
    return [option for name, options in wanted.items() if name in engine.keeps for option in options]


def _user(engine: Engine, image: Image, slot: Slot) -> list[str]:
    """Who the program is: nobody else's user, without any right; a build is root in a user namespace of its own."""
    if not image.builds:
        keep = ["--userns", "keep-id"] if engine.rootless else []
        return [*keep, "--user", f"{slot.user}:{os.getgid() if os.geteuid() else slot.user}"]
    options = ["--user", "0:0", "--cap-add", ",".join(_BUILDER)]
    if not engine.rootless:  # else the engine lives in such a namespace itself
        first = FIRST_ID + slot.number * (IDS + 1)
        for kind in ("--uidmap", "--gidmap"):
            options += [kind, f"0:{slot.user}:1", kind, f"1:{first}:{IDS}"]
    return options


def filter_of(engine: Engine, image: Image) -> list[str]:
    """Our list of refused system calls, or nothing, for the engine's own, where ours is not written for the machine."""
    try:
        content = seccomp.profile(engine.machine, builds=image.builds)
    except KeyError:
        return []
    return ["--security-opt", f"seccomp={kept(content)}"]


def kept(content: str) -> Path:
    """A file of ours with this content, which everyone may read."""
    file = made(data_folder() / "filters") / f"{hashlib.sha256(content.encode()).hexdigest()[:16]}.json"
    if not file.exists():
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.write_text(content)
        fresh.chmod(0o644)
        fresh.replace(file)
    return file


def _sights(image: Image, job: Job, slot: Slot) -> list[str]:
    """What of this machine is seen inside."""
    sockets = [Mount(source, target) for target, source in job.sockets.items()]
    mounts = (*image.mounts, *system.own_settings(slot.user), *job.mounts, *sockets)
    options = [part for mount in mounts for part in ("--mount", _bind(shown(mount.source), mount.target, "ro"))]
    if job.workspace is not None:
        options += ["--mount", _bind(job.workspace.path, job.workspace.inside)]
    return options


def _command(engine: Engine, image: Image, job: Job, name: str) -> list[str]:
    """The gate, and the program behind it; neither sees a variable that the job does not name."""
    where = job.workspace.inside if job.workspace is not None else "/" if image.root else _TMP
    folder = os.path.normpath(os.path.join(where, job.folder))  # noqa: PTH118 - a path inside
    settings = {"PATH": PATH, "HOME": _TMP, "LANG": "C.UTF-8", "TMPDIR": _TMP, **job.environment}
    variables = [f"{key}={value}" for key, value in settings.items()]
    gate = GATE if engine.exact else _rlimits(job.limits) + GATE
    # `env` would take a program with a = in its name for a variable.
    program = job.argv if "=" not in job.argv[0] else ("/bin/sh", "-c", 'exec "$0" "$@"', *job.argv)
    outer = ["-i", f"PATH={PATH}", "/bin/sh", "-c", gate, name, folder]
    begin = ["--rootfs", str(image.root.path)] if image.root else ["--entrypoint", "/usr/bin/env", image.name]
    return [*begin, *(["/usr/bin/env"] if image.root else []), *outer, "/usr/bin/env", "-i", *variables, *program]


def _rlimits(limits: Limits) -> str:
    """What the gate sets for each process where nothing holds all of them together; see `jail`."""
    most = limits.processes + 2
    data = _AT_ONCE * limits.memory_bytes // 1024
    return f"{{ ulimit -u {most} || ulimit -p {most}; }} 2>/dev/null; ulimit -d {data}; "


def _ulimit(name: str, kind: int, most: int) -> str:
    """A limit that the engine may set: never above our own, which it could not raise."""
    _, hard = resource.getrlimit(kind)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    return f"{name}={value}:{value}"


def _bind(source: Path, target: str, *options: str) -> str:
    """The words for a mount. Raises SandboxFault for a path that the engine's list of options cannot hold."""
    for path in (str(source), target):
        if any(sign in path for sign in ',"\n'):
            raise SandboxFault(f"{path} cannot be shown inside: a comma or a quote stands in its name")
    return ",".join(["type=bind", f"src={source}", f"dst={target}", *options])
