"""Run git on a private bare repository so that nothing which was given to us can steer it.

Every call has an environment and options of its own: no system, user or repository settings, no hooks, no
filters, no prompts, no helpers, no lazy fetching, no submodules. Nothing is ever checked out, so neither
attributes nor LFS run. `transfer.fsckObjects` stays off: it refuses many honest old repositories, and what it
guards against - names such as `.git` or `..` in a tree - is refused where a tree is written out; index-pack
always verifies that objects are what their names say.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from heldout.errors import InputError, OurFault

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.commitGraph=true",
    "core.bigFileThreshold=2m",  # larger blobs are never diffed or kept whole in memory
    "credential.helper=",
    "protocol.allow=never",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "mailmap.file=",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "diff.renameLimit=400",
)
_MEMORY = 6 * 1024**3
"""Address space of one git process: packs are mapped into it, so it is well above what git really takes."""
_TAIL = 16_384
_CHUNK = 65_536


class GitError(Exception):
    """A git command failed, was stopped at a limit, or wrote more than it may; caught inside material."""


def environment(home: Path) -> dict[str, str]:
    """The whole environment of a git process."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
        "GIT_CEILING_DIRECTORIES": "/",
    }
    # where the machine keeps its certificates and its way out are the user's settings, not the material's
    for name in (
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "GIT_SSL_CAINFO",
        "https_proxy",
        "HTTPS_PROXY",
        "http_proxy",
        "no_proxy",
    ):
        if name in os.environ:
            env[name] = os.environ[name]
    return env


class _Running:
    """The processes of one repository that are under way, and whether any may still start; a copy knows of none."""

    def __init__(self) -> None:
        self.processes: set[subprocess.Popen[bytes]] = set()
        self.stopped = False

    def __reduce__(self) -> tuple[type[_Running], tuple[()]]:
        return _Running, ()


@dataclass(frozen=True)
class Git:
    """git on one private bare repository.

    `replaced` is True when we ourselves stood empty blobs in for missing ones (see `repository`); in every
    other case replace refs are ignored.
    """

    repository: Path
    replaced: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    _running: _Running = field(default_factory=_Running, compare=False, repr=False)

    def stop(self) -> None:
        """End what other threads have under way here, and let nothing start again: the user does not want it any more.

        Their calls raise GitError.
        """
        self._running.stopped = True
        for process in list(self._running.processes):
            _kill(process)

    @contextmanager
    def stream(
        self,
        *args: str,
        stdin: bytes = b"",
        seconds: float = 60.0,
        settings: tuple[str, ...] = (),
        on_line: Callable[[str], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[IO[bytes]]:
        """The standard output of a git command while it runs; the process group is gone afterwards.

        `on_line` hears what git says on standard error; setting `stop` ends the command as a failure.

        Raises GitError when the command fails or runs out of time after its output was read to the end;
        leaving the block early stops the command without an error.
        """
        process = self._start(args, stdin, settings)
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        errors = _Errors(process, on_line)
        clock = _Clock(process, seconds, stop)
        try:
            yield process.stdout
            ended = process.stdout.read(1) == b""
            if not ended:
                _kill(process)
            code = process.wait()
        finally:
            clock.ended.set()
            self._end(process)
            process.stdout.close()
            process.wait()
            message = errors.text()
        if clock.timed_out:
            raise GitError(f"git {args[0]} took longer than {seconds:g} s")
        if code != 0 and ended:
            raise GitError(message or f"git {args[0]} ended with {code}")

    def run(self, *args: str, stdin: bytes = b"", seconds: float = 60.0, cap: int = 256 * 1024 * 1024) -> bytes:
        """The whole output of a git command; raises GitError as `stream`, or when it is over `cap` bytes.

        Without the threads of `stream`: blame starts hundreds of short commands.
        """
        process = self._start(args, stdin, ())
        try:
            data, errors = _read_both(process, args[0], seconds, cap)
        finally:
            self._end(process)
            code = process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        if code != 0:
            raise GitError(_said(errors) or f"git {args[0]} ended with {code}")
        return data

    def begin(self, *args: str, stdin: bytes = b"", cap: int = 256 * 1024 * 1024) -> Pending:
        """Start a git command whose output is wanted later; whoever does not ask for it has to call `stop`."""
        output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by `result`
        process = self._start(args, stdin, (), (output, errors))
        if hasattr(resource, "prlimit"):
            with suppress(OSError, ValueError):
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (cap, cap))
        return Pending(self, args[0], process, output, errors, cap)

    def _start(
        self,
        args: tuple[str, ...],
        stdin: bytes,
        settings: tuple[str, ...],
        out: tuple[IO[bytes] | int, IO[bytes] | int] = (subprocess.PIPE, subprocess.PIPE),
    ) -> subprocess.Popen[bytes]:
        env = environment(self.repository) | {"GIT_DIR": str(self.repository)} | dict(self.extra)
        if not self.replaced:
            env["GIT_NO_REPLACE_OBJECTS"] = "1"
        options = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
        with ExitStack() as open_files:
            given: IO[bytes] | int = subprocess.DEVNULL
            if stdin:
                given = open_files.enter_context(tempfile.TemporaryFile())
                given.write(stdin)
                given.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - arguments are ours; what is given follows -- or is checked
                    ["git", *options, *args],  # noqa: S607 - the user's own git, found the usual way
                    stdin=given,
                    stdout=out[0],
                    stderr=out[1],
                    env=env,
                    cwd=self.repository,
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise InputError("git is not installed; install it to review a git repository") from error
            except OSError as error:
                raise OurFault(f"git could not be started: {error}") from error
        if hasattr(resource, "prlimit"):
            with suppress(OSError, ValueError):  # it has ended already, or a lower limit holds
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        self._running.processes.add(process)
        if self._running.stopped:
            _kill(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _kill(process)
        self._running.processes.discard(process)


@dataclass(frozen=True)
class Pending:
    """A git command that runs while something else is done; its output goes to a file."""

    git: Git
    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    errors: IO[bytes]
    cap: int

    def end(self) -> None:
        """End the command, whose output nobody wants any more."""
        self.git._end(self.process)
        self.process.wait()
        self.output.close()
        self.errors.close()

    def result(self, seconds: float) -> bytes:
        """The whole output, once the command has ended; raises GitError as `Git.run`, `seconds` from now on."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {self.name} took longer than {seconds:g} s") from error
        finally:
            self.git._end(self.process)
            self.process.wait()
            with self.output, self.errors:
                size = self.output.seek(0, os.SEEK_END)
                self.output.seek(0)
                data = self.output.read()
                self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - _TAIL))
                said = _said(self.errors.read())
        if size >= self.cap:
            raise GitError(f"git {self.name} wrote more than {self.cap:,} bytes")
        if code != 0:
            raise GitError(said or f"git {self.name} ended with {code}")
        return data


class _Clock:
    """Ends a process when its time is up or when somebody asks for it."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, stop: threading.Event | None) -> None:
        self.ended = threading.Event()
        self.timed_out = False
        self._process = process
        self._until = time.monotonic() + seconds
        self._stop = stop
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            left = self._until - time.monotonic()
            if self.ended.wait(max(0.0, left if self._stop is None else min(left, 0.2))):
                return
            self.timed_out = time.monotonic() >= self._until
            if self.timed_out or (self._stop is not None and self._stop.is_set()):
                _kill(self._process)
                return


class _Errors:
    """Drains standard error: hands on its lines (progress too) and keeps the end for the message."""

    def __init__(self, process: subprocess.Popen[bytes], on_line: Callable[[str], None] | None) -> None:
        self._process = process
        self._on_line = on_line
        self._tail = b""
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None  # noqa: S101 - a pipe was asked for
        with pipe:
            while chunk := os.read(pipe.fileno(), 4096):
                self._tail = (self._tail + chunk)[-_TAIL:]
                line = chunk.replace(b"\r", b"\n").rstrip(b"\n").rpartition(b"\n")[2]
                if self._on_line is not None and line:
                    self._on_line(line.decode("utf-8", errors="replace"))

    def text(self) -> str:
        """The last lines that are no progress, in one."""
        self._thread.join(timeout=5.0)
        return _said(self._tail)


def _read_both(process: subprocess.Popen[bytes], name: str, seconds: float, cap: int) -> tuple[bytes, bytes]:
    """All of the output and the end of what was said beside it; both are read to the end, and the process is over."""
    until = time.monotonic() + seconds
    output, errors = bytearray(), b""
    with selectors.DefaultSelector() as waiting:
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None  # noqa: S101 - both pipes were asked for
            waiting.register(pipe.fileno(), selectors.EVENT_READ, pipe is process.stdout)
        while waiting.get_map():
            ready = waiting.select(max(0.0, until - time.monotonic()))
            if not ready and time.monotonic() >= until:
                raise GitError(f"git {name} took longer than {seconds:g} s")
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    waiting.unregister(key.fd)
                elif key.data:
                    output += chunk
                    if len(output) > cap:
                        raise GitError(f"git {name} wrote more than {cap:,} bytes")
                else:
                    errors = (errors + chunk)[-_TAIL:]
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {name} took longer than {seconds:g} s") from error
    return bytes(output), errors


def _said(tail: bytes) -> str:
    """The last lines that are no progress, in one, safe to print."""
    lines = tail.replace(b"\r", b"\n").decode("utf-8", errors="replace").splitlines()
    said = [line for line in lines if line.startswith(("fatal:", "error:", "remote: ", "ERROR"))]
    text = "; ".join(said[-3:] or lines[-1:])
    return "".join(c if c.isprintable() else " " for c in text)[:500]


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
