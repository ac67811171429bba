"""Live progress on the terminal, on standard error so that output can be piped."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from heldout.report.clean import one_line, plain

_REFRESH = 0.1
"""Seconds between two pictures of the bar."""


class TerminalProgress:
    """A `runs.Progress` for a person at a terminal. A context manager.

    Where there is no terminal it prints nothing, or with `lines` one line a step, for whoever reads a log of work that
    takes long. It draws when it is told something, without a thread of its own, so that workers can be forked.
    """

    def __init__(self, *, quiet: bool = False, lines: bool = False) -> None:
        console = Console(stderr=True)
        self._lines = lines and not quiet and not console.is_terminal
        self._begun = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            auto_refresh=False,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._drawn = 0.0

    def __enter__(self) -> TerminalProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, text: str) -> None:
        """A new step has begun."""
        if self._lines:
            minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
            print(f"{minutes:3}:{seconds:02}  {one_line(plain(text))[:160]}", file=sys.stderr, flush=True)  # noqa: T201
        self._bar.reset(self._task, total=None, description=one_line(plain(text))[:100])
        self._bar.refresh()
        self._drawn = time.monotonic()

    def count(self, done: int, total: int) -> None:
        """The step that is under way has done this much."""
        self._bar.update(self._task, completed=done, total=total)
        if time.monotonic() - self._drawn > _REFRESH or done == total:
            self._bar.refresh()
            self._drawn = time.monotonic()
