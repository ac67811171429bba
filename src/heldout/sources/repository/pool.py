"""Worker processes that look at files, watched from outside: one that hangs or dies costs its current file only."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from heldout.errors import OurFault
from heldout.evidence import Gap
from heldout.material.tree import Tree
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.worker import FileInspector, FileResult, limit_self

FILE_SECONDS = 20.0
"""A worker that is silent for longer is stopped, and its file becomes a gap."""

ALL_FILES_SECONDS = 900.0
"""All files together; those that are not reached by then become one gap."""

WORKER_MEGABYTES = 2048
"""Address space of a worker."""

_BATCH_BYTES = 120_000
_BATCH_FILES = 40
_GARBAGE = 50_000
"""New objects after which a worker looks for cycles to free."""


def process_context() -> BaseContext:
    """A fork starts at once, but copies locks that other threads hold; a fresh start takes half a second."""
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if sys.platform == "linux" and alone else "spawn")


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: deque[str] = field(default_factory=deque)
    deadline: float = 0.0


class Pool:
    """Looks at the files of one tree in worker processes; use it as a context manager.

    The workers start at once and warm up while the caller does something else.
    """

    def __init__(
        self,
        tree: Tree,
        checks: Sequence[Check],
        artifact: str,
        *,
        workers: int,
        seconds: float = FILE_SECONDS,
        all_seconds: float = ALL_FILES_SECONDS,
    ) -> None:
        self._arguments = (tree, tuple(checks), artifact)
        self._seconds = seconds
        self._all_seconds = all_seconds
        self._workers: list[_Worker] = []
        try:
            for _ in range(workers):
                self._workers.append(self._start())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def results(
        self, files: Sequence[tuple[str, int]], begun: Callable[[], None] | None = None
    ) -> Iterator[FileResult]:
        """One result per (path, bytes), as they come; large files go first so that none is waited for at the end.

        `begun` is called once, when every worker has its first batch. Raises OurFault when workers keep dying
        before they look at anything.
        """
        queue = deque(path for path, _ in sorted(files, key=lambda item: -item[1]))
        sizes = dict(files)
        until = time.monotonic() + self._all_seconds
        for worker in self._workers:
            self._feed(worker, queue, sizes)
        if begun is not None:
            begun()
            for worker in self._workers:  # nobody listened meanwhile: that is not the workers' silence
                worker.deadline = time.monotonic() + self._seconds
        while any(worker.batch for worker in self._workers):
            busy = {worker.pipe: worker for worker in self._workers if worker.batch}
            timeout = max(min(until, *(w.deadline for w in busy.values())) - time.monotonic(), 0.0)
            for pipe in wait(list(busy), timeout):
                worker = busy[pipe]  # type: ignore[index]  # only our pipes are waited for
                try:
                    result: FileResult = worker.pipe.recv()
                except (EOFError, OSError):
                    yield self._lost(worker, "stopped the process that read it (too deep or too large to parse)")
                else:
                    worker.batch.popleft()
                    worker.deadline = time.monotonic() + self._seconds
                    yield result
            for worker in self._workers:
                if worker.batch and time.monotonic() > worker.deadline:
                    yield self._lost(worker, f"took longer than {self._seconds:.0f} s to read")
                if not worker.batch:
                    self._feed(worker, queue, sizes)
            if time.monotonic() > until:
                yield self._unreached([path for worker in self._workers for path in worker.batch] + list(queue))
                return

    def close(self) -> None:
        """Stop every worker; nothing is left running."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.kill()  # a fork holds copies of the pipes of others and would not hear that ours closed
        for worker in self._workers:
            worker.process.join()
            worker.process.close()
        self._workers = []

    def _start(self) -> _Worker:
        context = process_context()
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, *self._arguments), daemon=True)  # type: ignore[attr-defined]
        try:
            process.start()
        except OSError as error:
            ours.close()
            raise OurFault(f"no worker process could be started: {error}") from error
        finally:
            theirs.close()
        return _Worker(process, ours)

    def _feed(self, worker: _Worker, queue: deque[str], sizes: dict[str, int]) -> None:
        total = 0
        while queue and len(worker.batch) < _BATCH_FILES and total < _BATCH_BYTES:
            path = queue.popleft()
            worker.batch.append(path)
            total += sizes[path]
        if worker.batch:
            worker.deadline = time.monotonic() + self._seconds
            with suppress(OSError):  # it has died: the next look at its pipe says so
                worker.pipe.send(tuple(worker.batch))

    def _unreached(self, paths: Sequence[str]) -> FileResult:
        what = f"{len(paths):,} files ({', '.join(sorted(paths)[:3])} ...)"
        return FileResult("", gaps=[Gap(what=what, why="not reached in the time that a review may take", ours=True)])

    def _lost(self, worker: _Worker, why: str) -> FileResult:
        """Replace a worker that died or hangs; its current file is lost, the rest of its batch is looked at."""
        path, *rest = worker.batch
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        fresh = self._start()
        worker.process, worker.pipe = fresh.process, fresh.pipe
        worker.batch = deque(rest)
        worker.deadline = time.monotonic() + self._seconds
        if rest:
            with suppress(OSError):
                worker.pipe.send(tuple(rest))
        return FileResult(path, gaps=[Gap(what=path, why=why)])


def settle(megabytes: int = WORKER_MEGABYTES) -> None:
    """Make the most of a fresh worker process: capped memory, the system's own way with signals, little garbage."""
    for number in (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else (signal.SIGTERM,):
        signal.signal(number, signal.SIG_DFL)  # a fork has the parent's way, which is to tidy up what is the parent's
    limit_self(megabytes)
    gc.freeze()
    gc.set_threshold(_GARBAGE)  # syntax trees are many objects that live briefly: looking through them is a fifth


def _serve(pipe: Connection, tree: Tree, checks: tuple[Check, ...], artifact: str) -> None:
    settle()
    inspector = FileInspector(tree, checks, artifact)
    inspector.patience.start()
    while True:
        try:
            batch: tuple[str, ...] = pipe.recv()
            for path in batch:
                pipe.send(inspector.inspect(path))
        except (EOFError, OSError, KeyboardInterrupt):
            return  # the parent has what it wanted, or has gone
