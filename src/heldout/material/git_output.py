"""What a git command writes: read while it runs, or later from files."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

TAIL = 16_384
"""Bytes kept of what a command says on standard error."""
_CHUNK = 65_536


class GitError(Exception):
    """A git command failed, was stopped at a limit, or wrote more than it may; caught inside material."""


def read_both(process: subprocess.Popen[bytes], name: str, seconds: float, cap: int) -> tuple[bytes, bytes]:
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
                    errors = (errors + chunk)[-TAIL:]
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {name} took longer than {seconds:g} s") from error
    return bytes(output), errors


def said(tail: bytes) -> str:
    """The last lines that are no progress, in one, safe to print."""
    lines = tail.replace(b"\r", b"\n").decode("utf-8", errors="replace").splitlines()
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote: ", "ERROR"))]
    text = "; ".join(telling[-3:] or lines[-1:])
    return "".join(c if c.isprintable() else " " for c in text)[:500]


@dataclass(frozen=True)
class Pending:
    """A git command that runs while something else is done; its output goes to a file."""

    stop: Callable[[subprocess.Popen[bytes]], None]
    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    errors: IO[bytes]
    cap: int

    def end(self) -> None:
        """End the command, whose output nobody wants any more."""
        self.stop(self.process)
        self.process.wait()
        self.output.close()
        self.errors.close()

    def result(self, seconds: float) -> bytes:
        """The whole output, once the command has ended; raises GitError as `Git.run`, `seconds` from now on."""
        data, words, code = self.so_far(seconds)
        if code is None:
            raise GitError(f"git {self.name} took longer than {seconds:g} s")
        if len(data) >= self.cap:
            raise GitError(f"git {self.name} wrote more than {self.cap:,} bytes")
        if code != 0:
            raise GitError(words or f"git {self.name} ended with {code}")
        return data

    def so_far(self, seconds: float) -> tuple[bytes, str, int | None]:
        """What the command wrote and said within `seconds` from now on, and its exit code, None if it had not ended."""
        code: int | None = None
        try:
            with suppress(subprocess.TimeoutExpired):
                code = self.process.wait(max(seconds, 0.0))
        finally:
            self.stop(self.process)
            self.process.wait()
            with self.output, self.errors:
                self.output.seek(0)
                data = self.output.read(self.cap)
                self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - TAIL))
                words = said(self.errors.read())
        return data, words, code


@dataclass(frozen=True)
class Each:
    """A command that runs once for each of several last arguments."""

    pending: Pending
    mark: str
    """Ends an output, with the exit code after it; nobody who wrote what git prints could know it."""
    last: tuple[str, ...]

    def results(self, seconds: float) -> tuple[dict[str, bytes], bool]:
        """Last argument -> output, where the command went well, and whether it came to its end with all.

        Counted are the outputs that came within `seconds` from now on; one that was broken off is none.
        """
        data, _, _ = self.pending.so_far(seconds)
        pieces = re.split(f"\0{self.mark} ([0-9]+)\n".encode(), data)
        outputs, codes = pieces[:-1:2], pieces[1::2]
        done = zip(self.last, outputs, codes, strict=False)
        return {last: output for last, output, code in done if code == b"0"}, len(codes) == len(self.last)
