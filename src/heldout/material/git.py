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
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from heldout.errors import InputError, OurFault
from heldout.material.git_output import TAIL, Each, GitError, Pending, read_both, said

__all__ = ["Git", "GitError", "environment"]

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
_LOOP = 'while IFS= read -r last; do "$@" "$last" < /dev/null; printf "\\0%s %d\\n" "$0" "$?"; done; true'
"""A program of the shell: its name is the mark, its arguments the command, and it reads the last arguments.

What is read is never part of a program: the shell hands it on as one argument, whatever it holds.
"""


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
            data, errors = read_both(process, args[0], seconds, cap)
        finally:
            self._end(process)
            code = process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        if code != 0:
            raise GitError(said(errors) or f"git {args[0]} ended with {code}")
        return data

    def begin(self, *args: str, stdin: bytes = b"", cap: int = 256 * 1024 * 1024) -> Pending:
        """Start a git command whose output is wanted later; whoever does not ask for it has to call `stop`."""
        return self._begin(args, stdin, (), cap)

    def begin_each(self, *args: str, last: Sequence[str], cap: int = 256 * 1024 * 1024) -> Each:
        """Start a command again and again, each time with another last argument, and want the outputs later.

        A loop of the shell starts a process for half of what it costs from here. An argument that holds a line break
        is passed over.
        """
        given = [argument for argument in last if "\n" not in argument]
        mark = secrets.token_hex(16)
        text = "".join(f"{argument}\n" for argument in given).encode("utf-8", "surrogateescape")
        return Each(self._begin(args, text, ("sh", "-c", _LOOP, mark), cap), mark, tuple(given))

    def _begin(self, args: tuple[str, ...], stdin: bytes, starter: tuple[str, ...], cap: int) -> Pending:
        output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by `result`
        process = self._start(args, stdin, (), (output, errors), starter)
        if hasattr(resource, "prlimit"):
            with suppress(OSError, ValueError):
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (cap, cap))
        return Pending(self._end, args[0], process, output, errors, cap)

    def _start(
        self,
        args: tuple[str, ...],
        stdin: bytes,
        settings: tuple[str, ...],
        out: tuple[IO[bytes] | int, IO[bytes] | int] = (subprocess.PIPE, subprocess.PIPE),
        starter: tuple[str, ...] = (),
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
                    [*starter, "git", *options, *args],
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
                self._tail = (self._tail + chunk)[-TAIL:]
                line = chunk.replace(b"\r", b"\n").rstrip(b"\n").rpartition(b"\n")[2]
                if self._on_line is not None and line:
                    self._on_line(line.decode("utf-8", errors="replace"))

    def text(self) -> str:
        """The last lines that are no progress, in one."""
        self._thread.join(timeout=5.0)
        return said(self._tail)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
