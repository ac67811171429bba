"""Watches one program inside to its end: output, clock, counters, and the verdict that follows from them."""

from __future__ import annotations

import json
import os
import re
import select
import selectors
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, cast

from heldout.sandbox.base import Completed, SandboxFault, Usage, Verdict
from heldout.sandbox.cgroups import Counters
from heldout.sandbox.watch import WAS_FULL, Watch

_CHUNK = 65_536
_LOOKS = (0.02, 0.05, 0.1, 0.25)
"""Seconds between the looks at what a run uses: often at first, since many are short."""
_SOON = 0.03
"""Seconds to the next look at a run that holds a quarter of its memory, where only we keep it to that."""
_RATHER = 4
"""A look that took long is followed by a pause this many times as long."""
_DRAIN = 5.0
_DYING = 10.0
_NOT_THERE = re.compile(r"bwrap: (execvp |Can't chdir to )")
"""How bubblewrap says that the program to start, or the folder, is not there; it tells no exit code then."""


@dataclass
class Running:
    """A started program; `wait` sees it through. `init` is the first process of its process namespace."""

    argv: tuple[str, ...]
    process: subprocess.Popen[bytes]
    status: int
    """Descriptor on which bubblewrap tells the program's exit code."""
    watch: Watch
    init: int | None = None
    first: int | None = None
    """A descriptor of the process `init`, by which it is ended: its number may be another's by then."""
    began: float = field(default_factory=time.monotonic)
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    told: bytearray = field(default_factory=bytearray)
    _stopped: tuple[Verdict, str] | None = None
    _full: bool = False
    _ended: float | None = None
    _wake: tuple[int, int] = field(default_factory=os.pipe)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def output(self) -> IO[bytes]:
        """The program's standard output."""
        return cast("IO[bytes]", self.process.stdout)

    @property
    def errors(self) -> IO[bytes]:
        """The program's standard error."""
        return cast("IO[bytes]", self.process.stderr)

    def wait(self) -> Completed:
        """Watch it to its end, or end it at a limit. Everything that it started is dead afterwards."""
        try:
            self._loop()
        finally:
            self.kill()
        self._ended = self._ended or time.monotonic()
        return self._completed()

    def stop(self) -> None:
        """Ask the watching thread to end it now, as a service is ended."""
        with self._lock:
            if self._wake[1] >= 0:
                os.write(self._wake[1], b"x")

    def kill(self) -> None:
        """End it: the first process of a process namespace takes all others with it, and is the last of them to end."""
        if self.first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
            ended = select.poll()
            ended.register(self.first, select.POLLIN)
            if not ended.poll(_DYING * 1000):
                raise SandboxFault(f"process {self.init}, the first of a run, could not be ended")
        if self.process.poll() is None:
            try:
                self.process.wait(1.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.watch.group is not None:
            self.watch.group.kill()

    def usage(self) -> Usage:
        """What it used so far."""
        counters = self._counters()
        peak = self.watch.peak or counters.peak_bytes
        return Usage((self._ended or time.monotonic()) - self.began, counters.cpu_s, peak)

    def _ends(self) -> int:
        """A descriptor that becomes readable when the program has ended."""
        return os.pidfd_open(self.process.pid)

    def _counters(self) -> Counters:
        """What the kernel counted so far."""
        return self.watch.group.counters() if self.watch.group else _nothing()

    def _exit_code(self) -> int | None:
        """How it ended; None when that is not told."""
        return _exit_code(bytes(self.told) + _rest(self.status))

    def _loop(self) -> None:
        ends = self._ends()
        try:
            with selectors.DefaultSelector() as ready:
                for stream, kept in ((self.output, self.stdout), (self.errors, self.stderr)):
                    os.set_blocking(stream.fileno(), False)
                    ready.register(stream.fileno(), selectors.EVENT_READ, kept)
                ready.register(ends, selectors.EVENT_READ, "ended")
                ready.register(self._wake[0], selectors.EVENT_READ, "stop")
                self._select(ready)
        finally:
            os.close(ends)
            with self._lock:
                for handle in self._wake:
                    os.close(handle)
                self._wake = (-1, -1)

    def _select(self, ready: selectors.BaseSelector) -> None:
        deadline = self.began + self.watch.limits.wall_s
        looks = 0
        next_look = self.began + _LOOKS[0]
        while True:
            now = time.monotonic()
            if now >= deadline:
                self._end(Verdict.TIMEOUT, f"it ran longer than {self.watch.limits.wall_s:g} s")
                break
            if now >= next_look:
                if reason := self._look():
                    self._end(*reason)
                    break
                looks += 1
                took = time.monotonic() - now
                next_look = now + took + max(self._pause(looks), _RATHER * took)
            over = False
            for key, _ in ready.select(max(0.0, min(deadline, next_look) - time.monotonic())):
                if key.data == "ended":
                    self._drain(ready)
                    return
                if key.data == "stop":
                    self._stopped = (Verdict.OK, "ended by us")
                    self._drain(ready)
                    return
                over = over or not self._read(ready, key)
            if over:
                self._end(Verdict.OUTPUT, f"it wrote more than {self.watch.limits.output_bytes:,} bytes")
                break
        self._drain(ready)

    def _look(self) -> tuple[Verdict, str] | None:
        """Measure; the verdict and its reason when the run has to end."""
        if self.watch.group is not None:
            self.watch.peak = max(self.watch.peak, self._counters().memory_bytes or 0)
        return self.watch.look(self.init)

    def _pause(self, looks: int) -> float:
        if self.watch.group is None and self.watch.peak > self.watch.limits.memory_bytes // 4:
            return _SOON
        return _LOOKS[min(looks, len(_LOOKS) - 1)]

    def _end(self, verdict: Verdict, why: str) -> None:
        self._stopped = (verdict, why)

    def _read(self, ready: selectors.BaseSelector, key: selectors.SelectorKey) -> bool:
        """Take what a stream has; False when it wrote more than it may."""
        try:
            part = os.read(key.fd, _CHUNK)
        except BlockingIOError:
            return True
        if not part:
            ready.unregister(key.fd)
            return True
        kept: bytearray = key.data
        room = self.watch.limits.output_bytes - len(kept)
        kept += part[:room]
        return len(part) <= room

    def _drain(self, ready: selectors.BaseSelector) -> None:
        """Kill what is left and take the output that is still in the pipes."""
        self.kill()
        self._full = self.watch.full()
        end = time.monotonic() + _DRAIN
        while time.monotonic() < end:
            keys = [key for key in ready.get_map().values() if isinstance(key.data, bytearray)]
            events = ready.select(0.05) if keys else []
            fresh = [key for key, _ in events if isinstance(key.data, bytearray)]
            if not fresh:
                return
            for key in fresh:
                if not self._read(ready, key):
                    ready.unregister(key.fd)
                    if self._stopped is None:
                        self._end(Verdict.OUTPUT, f"it wrote more than {self.watch.limits.output_bytes:,} bytes")

    def _completed(self) -> Completed:
        code = self._exit_code()
        counters = self._counters()
        verdict, why = self._stopped or self._judge(code, counters)
        if verdict is Verdict.TIMEOUT and counters.oom_kills:
            # Many a parent waits for ever for the worker that the kernel took: its time is not what ran out first.
            verdict, why = Verdict.MEMORY, f"{self._judge(code, counters)[1]}, and the rest waited for it"
        if code is None and self._stopped is None and verdict is Verdict.FAILED:
            said = bytes(self.stderr[-500:]).decode(errors="replace").strip()
            if match := _NOT_THERE.match(said):
                return self._result(Verdict.FAILED, said[match.end() :], None)
            raise SandboxFault(f"bubblewrap did not start the program: {said or 'it said nothing'}")
        return self._result(verdict, why, code)

    def _result(self, verdict: Verdict, why: str, code: int | None) -> Completed:
        killed = code is not None and code > 128
        return Completed(
            argv=self.argv,
            verdict=verdict,
            exit_code=None if code is None or killed or self._stopped else code,
            signal=code - 128 if code is not None and killed and not self._stopped else None,
            stdout=bytes(self.stdout),
            stderr=bytes(self.stderr),
            usage=self.usage(),
            why="" if verdict is Verdict.OK else why,
        )

    def _judge(self, code: int | None, counters: Counters) -> tuple[Verdict, str]:
        if counters.oom_kills:
            return Verdict.MEMORY, f"the kernel ended a process of it at {self.watch.limits.memory_bytes:,} bytes"
        if counters.forks_refused:
            return Verdict.PROCESSES, f"the kernel refused it more than {self.watch.limits.processes} processes"
        if self._full:
            return Verdict.DISK, WAS_FULL
        if code == 0:
            return Verdict.OK, ""
        if self.watch.most >= self.watch.limits.processes:
            return Verdict.PROCESSES, f"it had the {self.watch.limits.processes} processes that it may have, and failed"
        return Verdict.FAILED, f"it ended with {'no exit code' if code is None else f'exit code {code}'}"


def _rest(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, _CHUNK):
        parts.append(part)
    return b"".join(parts)


def _exit_code(told: bytes) -> int | None:
    """The exit code among bubblewrap's lines of JSON; None when it told none: the program was killed or not begun."""
    for line in told.decode().split("\n"):
        if line.strip():
            code = json.loads(line).get("exit-code")
            if code is not None:
                return int(code)
    return None


def _nothing() -> Counters:
    return Counters(None, None, None, None, None)
