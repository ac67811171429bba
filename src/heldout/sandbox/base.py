"""What every sandbox promises: foreign code runs without network, within limits, and leaves nothing behind.

This package is the only one that starts code which we did not write. What a run came to is read off counters and
clocks of the machine, never off what the program says of itself; what goes wrong on our side is an exception, so that
it can never be taken for a verdict on the program.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from heldout.errors import OurFault

MIB = 1024 * 1024
GIB = 1024 * MIB

WORK = "/work"
"""Where a workspace is found inside, and the working directory of every run that has one."""


class SandboxFault(OurFault):
    """The sandbox itself failed; nothing is known of the program that was to run."""


class NoSandboxError(SandboxFault):
    """This machine has no way to run foreign code safely; the message says what to install or to switch on."""


class Verdict(StrEnum):
    """What became of a run."""

    OK = "ok"
    """It ended by itself with exit code 0; that alone says nothing of its work."""
    FAILED = "failed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"
    DISK = "disk"


@dataclass(frozen=True)
class Limits:
    """What one run may use; all of it together, whatever number of processes it starts."""

    wall_s: float = 60.0
    cpus: float = 1.0
    """Processors' worth of time per second."""
    memory_bytes: int = 2 * GIB
    processes: int = 256
    """Processes and threads alive at one time."""
    output_bytes: int = 4 * MIB
    """For standard output and standard error each; a run that writes more is stopped."""
    shm_bytes: int = 64 * MIB
    """For the shared memory and the temporary folder, each; they count as memory too."""


@dataclass(frozen=True)
class Space:
    """How much a workspace may hold."""

    disk_bytes: int = GIB
    files: int = 100_000
    """Files, folders and links."""


USUAL_SPACE = Space()


@dataclass(frozen=True)
class Mount:
    """A file or folder of this machine that is seen inside at `target` (absolute), to be read and not written."""

    source: Path
    target: str


@dataclass(frozen=True)
class Usage:
    """What a run used. A figure that this machine cannot give is None, which is not zero."""

    wall_s: float
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    """Highest use of all its processes together."""


@dataclass(frozen=True)
class Completed:
    """A run that is over; everything that it started is dead."""

    argv: tuple[str, ...]
    verdict: Verdict
    exit_code: int | None
    """None when it was stopped or ended by a signal."""
    signal: int | None
    stdout: bytes
    """At most `Limits.output_bytes`."""
    stderr: bytes
    usage: Usage
    why: str = ""
    """One sentence on what the verdict rests on, empty for ok."""

    @property
    def ok(self) -> bool:
        """Whether the verdict is OK."""
        return self.verdict is Verdict.OK


@dataclass(frozen=True)
class Guard:
    """One protection of a provider: there or not, and how to get it when it is not."""

    name: str
    present: bool
    detail: str
    mend: str = ""
    required: bool = True
    """Whether the provider refuses to run foreign code without it."""


class Stamp(NamedTuple):
    """What the kernel keeps of a file; times in ns."""

    size: int
    modified: int
    changed: int
    """Cannot be set by a program."""
    read: int
    """When it was last read, on a file system that keeps that; some keep only the first time after a change."""

    @property
    def written(self) -> tuple[int, int, int]:
        """Other numbers: written since."""
        return self[:3]


@runtime_checkable
class Workspace(Protocol):
    """A folder of limited size that programs inside may write: seen inside at `inside`, which is /work unless told.

    Its content was written by foreign code: read it only through `read`, `names`
    and `digest`, which follow no link and open nothing but plain files. Several runs, one after the other, may use it.
    """

    @property
    def path(self) -> Path:
        """Where this machine sees it."""

    @property
    def space(self) -> Space:
        """How much it may hold."""

    @property
    def inside(self) -> str:
        """Where programs inside see it."""

    def put(self, source: Path, target: str) -> None:
        """Copy a file or folder of ours in, at the relative path `target`; the programs inside own the copy."""

    def write(self, target: str, content: bytes) -> None:
        """Write one file in, replacing what stands there (never through a link)."""

    def read(self, target: str, limit: int = 64 * MIB) -> bytes:
        """The content of a plain file of at most `limit` bytes; InputError for anything else."""

    def names(self) -> tuple[tuple[str, int], ...]:
        """(relative path, size in bytes) of every plain file, sorted; links and special files are left out."""

    def stamps(self) -> dict[str, Stamp]:
        """Size and times of every plain file."""

    def digest(self, target: str) -> str:
        """SHA-256 of a plain file, in hexadecimal; InputError for anything else."""

    def remove(self, target: str) -> None:
        """Delete a file, link or folder if it is there."""

    def used(self) -> tuple[int, int]:
        """(bytes, files) in use."""


@runtime_checkable
class Service(Protocol):
    """A program that runs inside and is reached from outside though it has no network."""

    def connect(self, port: int, timeout_s: float = 5.0) -> socket.socket:
        """A stream connected to `port` on the program's own loopback; ConnectionError when nobody listens there."""

    def running(self) -> bool:
        """Whether the program is still alive."""

    def output(self) -> tuple[bytes, bytes]:
        """(standard output, standard error) so far."""

    def usage(self) -> Usage:
        """What it used so far."""

    def stop(self) -> Completed:
        """End it and everything that it started. Stopping it ourselves gives the verdict OK."""


@dataclass(frozen=True)
class Job:
    """A program to run inside.

    `environment` is all that it sees of variables besides PATH, HOME, LANG and TMPDIR. `stdin` is what it reads.
    Without a workspace it can write nothing but /tmp and /dev/shm. `sockets` are UNIX sockets of ours, by the path at
    which they appear inside.
    """

    argv: tuple[str, ...]
    workspace: Workspace | None = None
    mounts: tuple[Mount, ...] = ()
    sockets: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    """Working directory, relative to the workspace (or absolute)."""
    stdin: bytes = b""
    limits: Limits = field(default_factory=Limits)


@runtime_checkable
class Sandbox(Protocol):
    """One way of running foreign code. Providers are safe to use from several threads."""

    @property
    def name(self) -> str:
        """What it is called in reports and settings."""

    def guards(self) -> Sequence[Guard]:
        """Each protection, present or missing; probed by really trying it."""

    def workspace(
        self, space: Space = USUAL_SPACE, at: Path | None = None, inside: str = WORK
    ) -> AbstractContextManager[Workspace]:
        """A workspace; removed at the end unless `at` names a folder, which is made or taken up again, and kept."""

    def run(self, job: Job) -> Completed:
        """Run a program to its end or to a limit. Raises SandboxFault when we failed, never for the program."""

    def serve(self, job: Job) -> AbstractContextManager[Service]:
        """Start a program and go on; it is ended with the context. `limits.wall_s` is its whole life."""
