"""Live progress on the terminal, on standard error so that output can be piped."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text


class TerminalProgress:
    """A `runs.Progress` for a person at a terminal; prints nothing where there is none. A context manager."""

    def __init__(self, *, quiet: bool = False) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> TerminalProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, text: str) -> None:
        """A new step has begun."""
        shown = Text(text.replace("\n", " ")[:100]).plain
        self._bar.reset(self._task, total=None, description=shown)

    def count(self, done: int, total: int) -> None:
        """The step that is under way has done this much."""
        self._bar.update(self._task, completed=done, total=total)
