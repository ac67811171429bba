"""What every terminal page shares: the console, and the small pictures made of text."""

from __future__ import annotations

import shutil
import sys
from statistics import NormalDist
from typing import TextIO

from rich.console import Console
from rich.text import Text

SCALE = (1.0, 5.0)
_CELLS_PER_LEVEL = 4
INTERVAL = 0.8
"""How much of a level's distribution its shown interval holds; `half_width` is its half, 1.28 standard errors."""

STATE_WORDS = {
    "observed": "observed",
    "not_observed": "not observed",
    "not_assessable": "not assessable",
    "not_applicable": "does not apply",
    "faulted": "our fault",
}
"""What the state of a missing level is called on a page; a missing level is never shown as a low one."""


class _Console(Console):
    """A console that lets the caller see that the reader left, so that the exit code says it."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(stream: TextIO | None = None) -> Console:
    """A console on standard output; 100 columns wide when nobody watches, so that files look the same everywhere."""
    target = stream or sys.stdout
    width = None if target.isatty() else int(shutil.get_terminal_size((100, 24)).columns)
    return _Console(file=target, width=width, highlight=False, emoji=False, markup=False, soft_wrap=False)


def half_width(se: float) -> float:
    """Half the width of the shown interval, in level points, for a standard error in the same unit."""
    return NormalDist().inv_cdf((1 + INTERVAL) / 2) * se


def level_bar(level: float | None, se: float | None, bar: float | None) -> Text:
    """A level 1-5 as text: `─` its interval, `●` the level (`◉` on the bar), `│` the bar of the role.

    `se` is the level's standard error. Without a level only the bar is drawn.
    """
    cells = [("·", "dim")] * (int((SCALE[1] - SCALE[0]) * _CELLS_PER_LEVEL) + 1)
    if level is not None and se is not None:
        for index in range(_cell(level - half_width(se)), _cell(level + half_width(se)) + 1):
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
    """The text without control characters: what a candidate wrote must not steer the reader's terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
