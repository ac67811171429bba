"""What every terminal page shares: the console, and the small pictures made of text."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

from rich.console import Console
from rich.text import Text

from heldout.report.clean import one_line, plain
from heldout.report.levels import interval

SCALE = (1.0, 5.0)
_CELLS_PER_LEVEL = 4


class _Console(Console):
    """A console that lets the caller see that the reader left, so that the exit code says it."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(stream: TextIO | None = None) -> Console:
    """A console on standard output; 100 columns wide when nobody watches, so that files look the same everywhere."""
    target = stream or sys.stdout
    width = None if target.isatty() else int(shutil.get_terminal_size((100, 24)).columns)
    return _Console(file=target, width=width, highlight=False, emoji=False, markup=False, soft_wrap=False)


def level_bar(level: float | None, se: float | None, bar: float | None) -> Text:
    """A level 1-5 as text: `─` its interval, `●` the level (`◉` on the bar), `│` the bar of the role.

    `se` is the level's standard error. Without a level only the bar is drawn.
    """
    cells = [("·", "dim")] * (int((SCALE[1] - SCALE[0]) * _CELLS_PER_LEVEL) + 1)
    if level is not None and se is not None:
        low, high = interval(level, se)
        for index in range(_cell(low), _cell(high) + 1):
            cells[index] = ("─", "cyan")
    if bar is not None:
        cells[_cell(bar)] = ("│", "yellow")
    if level is not None:
        style = "bold cyan"
        cells[_cell(level)] = ("◉" if bar is not None and _cell(bar) == _cell(level) else "●", style)
    text = Text()
    for character, style in cells:
        text.append(character, style)
    return text


def _cell(level: float) -> int:
    inside = min(max(level, SCALE[0]), SCALE[1])
    return round((inside - SCALE[0]) * _CELLS_PER_LEVEL)


def printable(text: str) -> str:
    """The text on one line and without control characters: what a candidate wrote must not steer the terminal."""
    return one_line(plain(text))
