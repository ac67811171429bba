"""The provider of container engines: Podman or Docker, by their command line."""

from __future__ import annotations

import hashlib
import os
import resource
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from heldout.sandbox import seccomp, system
from heldout.sandbox.base import (
    MIB,
    USUAL_SPACE,
    WORK,
    Completed,
    Guard,
    Job,
    Mount,
    NoSandboxError,
    SandboxFault,
    Space,
    Workspace,
)
from heldout.sandbox.connector import Network
from heldout.sandbox.containers import GATE, Contained, rlimits, start, sweep
from heldout.sandbox.engines import Engine, engines, runtimes
from heldout.sandbox.folders import data_folder, made, shown
from heldout.sandbox.forwarder import Forwarder
from heldout.sandbox.images import Image, image
from heldout.sandbox.jail import PATH, checked
from heldout.sandbox.service import Served, WayIn, served
from heldout.sandbox.watch import watch
from heldout.sandbox.workspace import Folder, open_workspace, slot_for

_TMP = "/tmp"  # noqa: S108 - a place inside, not the machine's
_LEAST = 6 * MIB
"""Docker takes no smaller limit on memory."""
_FILES, _PROCESSES = 4096, 32_768
"""Descriptors of a process, and processes of a user: as many as Podman leaves itself."""
_GRACE = 60


@dataclass(frozen=True)
class Oci:
    """The provider; see `base.Sandbox`."""

    engine: Engine
    image: Image
    name: str = "oci"

    def guards(self) -> Sequence[Guard]:
        """Each protection, present or missing."""
        from heldout.sandbox.probes import oci_guards

        return oci_guards(self)

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
        with self._started(job) as running:

            def enter() -> WayIn:
                # Entering its network costs a request nothing; the way through the engine works everywhere.
                return Network(running.init) if running.init else Forwarder(self.engine, running.name, PATH)

            with served(running, enter) as service:
                yield service

    @contextmanager
    def _started(self, job: Job) -> Iterator[Contained]:
        checked(job)
        with slot_for(job.workspace) as slot:
            name = f"heldout-{slot.name}-{secrets.token_hex(8)}"
            arguments = [*self._walls(job, slot.user), *self._sights(job, slot.user), *self._command(job, name)]
            running = start(self.engine, name, arguments, job, watch(job.workspace, job.limits, None))
            try:
                yield running
            finally:
                running.kill()
                running.close()

    def _walls(self, job: Job, user: int) -> list[str]:
        """What keeps the program in, whatever it tries."""
        engine, limits = self.engine, job.limits
        memory = str(max(limits.memory_bytes, _LEAST))
        options = [
            *("--interactive", "--pull", "never", "--log-driver", "none", "--network", "none", "--hostname", "heldout"),
            *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--cgroupns", "private"),
            *("--user", f"{user}:{os.getgid() if os.geteuid() else user}", "--workdir", "/", *self._filter()),
            *("--ulimit", _ulimit("core", resource.RLIMIT_CORE, 1), "--oom-score-adj", "500"),
            *("--ulimit", _ulimit("nofile", resource.RLIMIT_NOFILE, _FILES)),
            *("--shm-size", str(limits.shm_bytes)),
            *("--tmpfs", f"{_TMP}:rw,exec,nosuid,nodev,size={limits.shm_bytes},mode=1777"),
        ]
        if engine.limits:
            options += ["--memory", memory, "--memory-swap", memory, "--pids-limit", str(limits.processes)]
            options += ["--cpus", f"{limits.cpus:g}"]
        if isinstance(job.workspace, Folder) and not job.workspace.exact:
            options += ["--ulimit", f"fsize={job.workspace.space.disk_bytes}:{job.workspace.space.disk_bytes}"]
        if engine.kind == "podman":
            # The last two: what the user's shell says of proxies stays outside, and no program outlives us for long.
            options += ["--read-only-tmpfs=false", "--no-hosts", "--http-proxy=false"]
            options += ["--timeout", str(int(limits.wall_s) + _GRACE)]
            options += ["--ulimit", _ulimit("nproc", resource.RLIMIT_NPROC, _PROCESSES)]
            if engine.rootless:
                options += ["--userns", "keep-id"]
        if Path("/sys/fs/selinux/enforce").exists():
            options += ["--security-opt", "label=disable"]  # its rules let no container read the machine's /usr
        return options

    @property
    def own_filter(self) -> bool:
        """Whether our list of refused system calls is in force, not the engine's."""
        return bool(self._filter())

    def _filter(self) -> list[str]:
        """Our list of refused system calls, and the engine's own where ours is not written for the machine."""
        try:
            content = seccomp.profile(self.engine.machine)
        except KeyError:
            return []
        file = made(data_folder() / "filters") / f"{hashlib.sha256(content.encode()).hexdigest()[:16]}.json"
        if not file.exists():
            fresh = file.with_suffix(f".{secrets.token_hex(4)}")
            fresh.write_text(content)
            fresh.replace(file)
        return ["--security-opt", f"seccomp={file}"]

    def _sights(self, job: Job, user: int) -> list[str]:
        """What of this machine is seen inside."""
        sockets = [Mount(source, target) for target, source in job.sockets.items()]
        mounts = (*self.image.mounts, *system.own_settings(user), *job.mounts, *sockets)
        options = [part for mount in mounts for part in ("--mount", _bind(shown(mount.source), mount.target, "ro"))]
        if job.workspace is not None:
            options += ["--mount", _bind(job.workspace.path, job.workspace.inside)]
        return options

    def _command(self, job: Job, name: str) -> list[str]:
        """The gate, and the program behind it; neither sees a variable that the job does not name."""
        where = job.workspace.inside if job.workspace is not None else _TMP
        folder = os.path.normpath(os.path.join(where, job.folder))  # noqa: PTH118 - a path inside
        settings = {"PATH": PATH, "HOME": _TMP, "LANG": "C.UTF-8", "TMPDIR": _TMP, **job.environment}
        variables = [f"{key}={value}" for key, value in settings.items()]
        gate = GATE if self.engine.limits else rlimits(job.limits) + GATE
        # `env` would take a program with a = in its name for a variable.
        program = job.argv if "=" not in job.argv[0] else ("/bin/sh", "-c", 'exec "$0" "$@"', *job.argv)
        outer = ["-i", f"PATH={PATH}", "/bin/sh", "-c", gate, name, folder]
        return ["--entrypoint", "/usr/bin/env", self.image.name, *outer, "/usr/bin/env", "-i", *variables, *program]


def find_oci() -> Oci:
    """The first engine that can run a program here, tried for real; containers of dead processes are removed first.

    Raises NoSandboxError with what to install or to start.
    """
    reasons = []
    for engine in engines():
        if isinstance(engine, str):
            reasons.append(engine)
            continue
        try:
            return _working(engine)
        except SandboxFault as error:
            reasons.append(f"{engine.kind}: {error}")
    raise NoSandboxError(
        f"no container engine can be used: {'; '.join(reasons)}; install podman (on macOS and Windows also "
        "`podman machine init` and `podman machine start`) or start Docker"
    )


def _working(engine: Engine) -> Oci:
    sweep(engine)
    reasons = []
    for options in runtimes() if engine.kind == "podman" and engine.local else ((),):
        provider = Oci(replace(engine, options=options), image(engine))
        try:
            done = provider.run(Job(("/bin/true",)))
        except SandboxFault as error:
            reasons.append(str(error))
            continue
        if done.ok:
            return provider
        reasons.append(f"a trial run ended with {done.verdict}")
    raise SandboxFault("; ".join(dict.fromkeys(reasons)))


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
