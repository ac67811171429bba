"""One container from its start to its removal, and the removal of those whose owner died.

The first process inside is a shell of ours, the gate: it says that it is there, waits for our word, then runs the
program as its child. So the clock starts with the program and not with the engine, a signal ends the program as it
does everywhere (the first process of a namespace ignores most), and whatever is left dies with the gate.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import selectors
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, cast

from heldout.errors import InputError
from heldout.sandbox.base import Job, SandboxFault, Verdict
from heldout.sandbox.cgroups import Counters, find_leaf
from heldout.sandbox.engines import Engine
from heldout.sandbox.folders import data_folder, made
from heldout.sandbox.running import Running
from heldout.sandbox.watch import Watch

OWNER = "heldout.owner"
"""The label that says whose a container is: machine, process id, and when that process began."""
GATE = 'cd -- "$1" || exit 70; shift; echo; IFS= read -r go || exit 70; exec 3>&2 2>/dev/null; "$@" 2>&3 3>&-; exit $?'
_START, _END = 120.0, 15.0
_GUARDIAN = (
    'cd /; cat > /dev/null; "$@" ps -aq --filter "label=$0" | '
    'while read -r id; do "$@" kill --signal KILL "$id"; "$@" rm --force --volumes "$id"; done > /dev/null 2>&1'
)
_guardians: dict[tuple[int, Engine], int] = {}
_lock = threading.Lock()


@dataclass
class Contained(Running):
    """A program in a container; `process` is the engine's client, which passes its output on."""

    engine: Engine = field(kw_only=True)
    name: str = field(kw_only=True)
    _killer: subprocess.Popen[bytes] | None = field(default=None, kw_only=True)
    _state: dict[str, Any] | None = field(default=None, kw_only=True)
    _known: Counters = field(default=Counters(None, None, None, None, None), kw_only=True)

    def kill(self) -> None:
        """End it, take down how it ended, and remove the container. Raises SandboxFault when it is still there."""
        if self._state is not None:
            return
        self._strike()
        try:
            self.process.wait(_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._killer is not None:
            self._killer.wait()
        if self.first is not None:
            os.close(self.first)
            self.first = None
        self._state = _state_of(self.engine, self.name)
        discard(self.engine, self.name)

    def close(self) -> None:
        """Close the pipes to the engine's client."""
        for stream in (self.process.stdin, self.output, self.errors):
            with suppress(OSError):  # what it did not read is lost with it
                cast("IO[bytes]", stream).close()

    def _strike(self) -> None:
        """The gate dies, and the kernel ends everything in its process namespace with it."""
        if self.first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
        elif self.process.poll() is None and self._killer is None:
            # Not waited for: the engine ends it only when somebody takes what it still says.
            self._killer = subprocess.Popen(  # noqa: S603 - the engine, with arguments of ours
                self.engine.command("kill", "--signal", "KILL", self.name),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _ends(self) -> int:
        if self.first is not None:
            return os.dup(self.first)
        reader, writer = os.pipe()

        def watch() -> None:
            self.process.wait()
            os.close(writer)

        threading.Thread(target=watch, name="heldout-container", daemon=True).start()
        return reader

    def _drain(self, ready: selectors.BaseSelector) -> None:
        """Take the counters before the engine clears them away, then what is still on its way through the client."""
        self._counters()
        self._strike()
        self._ended = time.monotonic()
        end = time.monotonic() + _END
        while time.monotonic() < end:
            open_ = [key for key in ready.get_map().values() if isinstance(key.data, bytearray)]
            if not open_:
                break
            for key, _ in ready.select(0.2):
                if not isinstance(key.data, bytearray):
                    ready.unregister(key.fd)
                elif not self._read(ready, key) and self._stopped is None:
                    self._end(Verdict.OUTPUT, f"it wrote more than {self.watch.limits.output_bytes:,} bytes")
        self.kill()
        self._full = self.watch.full()

    def _counters(self) -> Counters:
        """What the kernel counted, as long as the engine leaves it to be read, and what it was then."""
        fresh, known = super()._counters(), self._known
        self._known = Counters(
            _more(fresh.oom_kills, known.oom_kills),
            _more(fresh.forks_refused, known.forks_refused),
            fresh.cpu_s if fresh.cpu_s is not None else known.cpu_s,
            fresh.memory_bytes if fresh.memory_bytes is not None else known.memory_bytes,
            _more(fresh.peak_bytes, known.peak_bytes),
        )
        return self._known

    def _exit_code(self) -> int | None:
        state = self._state or {}
        if state.get("OOMKilled"):
            self._known = replace(self._known, oom_kills=_more(1, self._known.oom_kills))
        if self._stopped is None and state.get("Status") not in ("exited", "stopped"):
            said = state.get("Error") or state.get("Status") or "it is gone"
            raise SandboxFault(f"{self.engine.kind} lost the container of a run: {said}")
        return int(state.get("ExitCode", 0))


def start(engine: Engine, name: str, arguments: list[str], job: Job, watch: Watch) -> Contained:
    """Start a container and let its program go. Raises SandboxFault when the engine does not start it."""
    _guard(engine)
    try:
        process = subprocess.Popen(  # noqa: S603 - the engine, which starts foreign code behind its walls
            engine.command("run", "--name", name, "--label", f"{OWNER}={owner()}", *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=made(data_folder() / "engine"),  # Podman leaves a file called `oom` where it is started
            start_new_session=True,
        )
    except OSError as error:
        if error.errno == errno.E2BIG:
            raise InputError("the command line or a variable is longer than a program can be given") from error
        raise SandboxFault(f"{engine.program} could not be started: {error.strerror}") from error
    running = Contained(job.argv, process, -1, watch, engine=engine, name=name)
    try:
        _await_gate(running)
        if engine.local:
            _meet(running)
    except BaseException:
        _give_up(running)
        raise
    running.began = time.monotonic()
    threading.Thread(target=_feed, args=(process, job.stdin), name="heldout-stdin", daemon=True).start()
    return running


def _await_gate(running: Running) -> None:
    """Wait for the gate's first line."""
    end = time.monotonic() + _START
    with selectors.DefaultSelector() as ready:
        ready.register(running.output, selectors.EVENT_READ)
        if ready.select(end - time.monotonic()) and os.read(running.output.fileno(), 1) == b"\n":
            _pass_over(running.errors.fileno())
            return
    running.process.kill()
    said = running.errors.read(100_000).decode("utf-8", "replace").strip().splitlines()
    raise SandboxFault(f"the container engine did not start the program: {said[-1][:500] if said else 'no answer'}")


def _pass_over(handle: int) -> None:
    """Drop what the engine had to say on the program's standard error before there was one: warnings."""
    os.set_blocking(handle, False)
    with suppress(BlockingIOError):
        while os.read(handle, 65_536):
            pass


def _meet(running: Contained) -> None:
    """Find the gate's process and the control group in which the engine put it."""
    told = running.engine.call("inspect", "--format", "{{.State.Pid}} {{.Id}}", running.name).split()
    init, container = int(told[0]), told[1]
    try:
        handle = os.pidfd_open(init)
    except (OSError, ValueError):
        return  # another process namespace than ours: the engine's own word is all there is
    # Only now that we hold it can no other process take its number; the gate's command line bears the name.
    try:
        words = Path(f"/proc/{init}/cmdline").read_bytes().split(b"\0")
    except OSError:
        words = []  # it has ended
    if running.name.encode() not in words:
        os.close(handle)
        return
    running.init, running.first = init, handle
    if running.engine.exact:
        running.watch.group = find_leaf(init, container)


def _give_up(running: Contained) -> None:
    running.process.kill()
    running.process.wait()
    if running.first is not None:
        os.close(running.first)
    running.close()
    with suppress(SandboxFault):
        discard(running.engine, running.name)


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    """Open the gate and hand over what the program reads."""
    pipe = cast("IO[bytes]", process.stdin)
    with suppress(OSError), pipe:
        pipe.write(b"go\n" + stdin)


def _state_of(engine: Engine, name: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(engine.call("inspect", "--format", "{{json .State}}", name))
    return state


def discard(engine: Engine, name: str) -> None:
    """Remove a container with its volumes. Raises SandboxFault."""
    engine.call("rm", "--force", "--volumes", name)


def sweep(engine: Engine) -> None:
    """Remove the containers of this machine's dead processes. Raises SandboxFault."""
    names = engine.call("ps", "-aq", "--no-trunc", "--filter", f"label={OWNER}").split()
    for name in names:
        with suppress(SandboxFault):  # gone meanwhile
            if _dead(engine.call("inspect", "--format", f'{{{{index .Config.Labels "{OWNER}"}}}}', name).strip()):
                with suppress(SandboxFault):  # it may have ended
                    engine.call("kill", "--signal", "KILL", name)
                discard(engine, name)


def owner() -> str:
    """This process, as the label has it."""
    return f"{_here()}:{os.getpid()}:{_began(os.getpid())}"


def _dead(told: str) -> bool:
    """Whether a label's process is one of this machine's and over."""
    here, _, rest = told.rpartition(":")[0].rpartition(":")
    return here == _here() and rest.isdigit() and _began(int(rest)) != told.rpartition(":")[2]


def _here() -> str:
    """This machine and process namespace: process ids mean nothing elsewhere."""
    with suppress(OSError):
        return f"{platform.node()}-{Path('/proc/self/ns/pid').stat().st_ino}"
    return platform.node()


def _began(process: int) -> str:
    """When a process began, in the system's own count; empty when there is none."""
    if Path("/proc/self/stat").exists():
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(process)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return "".join(told.stdout.split()).replace(":", "-")


def _guard(engine: Engine) -> None:
    """A small process that outlives ours and removes our containers when we are gone, however we went.

    It waits at a pipe that only we hold open, in a process group of its own, where no Ctrl-C reaches it.
    """
    with _lock:
        if (os.getpid(), engine) in _guardians:
            return
        reader, writer = os.pipe()
        try:
            os.posix_spawn(
                "/bin/sh",
                ["sh", "-c", _GUARDIAN, f"{OWNER}={owner()}", *engine.command()],
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, reader, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
                setpgroup=0,
            )
        except OSError as error:
            os.close(writer)
            raise SandboxFault(f"the process that clears up after us could not be started: {error}") from error
        finally:
            os.close(reader)
        _guardians[os.getpid(), engine] = writer


def _more(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None
