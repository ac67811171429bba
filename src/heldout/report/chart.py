"""Geometry of the charts: everything in per cent of the width, so that they fit a phone and a page alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from heldout.evidence import Evidence
from heldout.report.levels import Estimate, Row
from heldout.report.words import level as level_text
from heldout.report.words import points as points_text
from heldout.report.words import pull

SHAPES = ("circle", "square", "diamond", "triangle", "pentagon", "cross")
"""One shape per artifact or subject, so that none is told by colour alone; they repeat after six."""

LINE = 22
"""Height of one interval, in CSS pixels."""

EDGE = 4.0
"""Per cent of the width left free on either side."""


def at(level: float) -> float:
    """Where a level stands, in per cent of the width; beyond the scale it stays at its end."""
    level = min(max(level, 1.0), 5.0) if isfinite(level) else 1.0
    return round(EDGE + (level - 1.0) / 4.0 * (100.0 - 2 * EDGE), 2)


GRID = tuple((level, at(level)) for level in (1, 2, 3, 4, 5))
"""The whole levels and where they stand."""


@dataclass(frozen=True)
class Mark:
    """One level with its interval; `hollow` says that the error is assumed."""

    label: str
    level: float
    low: float
    high: float
    shape: str
    hollow: bool
    y: int
    x: float
    x_low: float
    x_high: float

    @property
    def numbers(self) -> str:
        """`3.4 (2.6-4.2)`."""
        return f"{level_text(self.level)} ({level_text(self.low)}–{level_text(self.high)})"


@dataclass(frozen=True)
class Strip:
    """The marks of one competency, one below the other, with the role's bar."""

    marks: tuple[Mark, ...]
    bar: float | None
    x_bar: float | None
    height: int
    label: str


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: from where to where a rule moved the level."""

    code: str
    reason: str
    points: str
    findings: int
    sign: str
    x_low: float
    width: float


def strip(row: Row, shapes: dict[str, str], named: Sequence[tuple[str, Estimate]] | None = None) -> Strip:
    """The strip of a competency; `named` gives the estimates with other names than their own (several subjects)."""
    pairs = named if named is not None else [(estimate.label, estimate) for estimate in row.estimates]
    marks = tuple(
        Mark(
            label=name,
            level=e.level,
            low=e.low,
            high=e.high,
            shape=shapes.get(name, SHAPES[0]),
            hollow=not e.calibrated,
            y=LINE // 2 + LINE * index,
            x=at(e.level),
            x_low=at(e.low),
            x_high=at(e.high),
        )
        for index, (name, e) in enumerate(pairs)
    )
    said = [
        f"{m.label}: level {level_text(m.level)}, 90 % interval {level_text(m.low)} to {level_text(m.high)}"
        for m in marks
    ]
    if row.bar is not None:
        said.append(f"the role asks for {level_text(row.bar)}")
    return Strip(
        marks=marks,
        bar=row.bar,
        x_bar=None if row.bar is None else at(row.bar),
        height=max(LINE * len(marks), LINE),
        label=f"{row.name}. {'; '.join(said)}.",
    )


def shapes_of(names: Sequence[str]) -> dict[str, str]:
    """A shape for each name, in order."""
    return {name: SHAPES[index % len(SHAPES)] for index, name in enumerate(dict.fromkeys(names))}


def waterfall(evidence: Evidence) -> tuple[Step, ...]:
    """The rules that moved a level, largest first; a last step shows what the ends of the scale or rounding took."""
    if evidence.level is None or evidence.start is None or not isfinite(evidence.start):
        return ()
    here, steps = evidence.start, []
    moves = [c for c in evidence.contributions if isfinite(c.points)]
    for c in sorted(moves, key=lambda c: (c.code == "", -abs(c.points), c.code)):  # the ends of the scale come last
        steps.append(_step(c.code, c.reason, here, c.points, c.findings))
        here += c.points
    if abs(evidence.level - here) >= 0.005:
        steps.append(_step("", "The ends of the scale and rounding", here, evidence.level - here, 0))
    return tuple(steps)


def _step(code: str, reason: str, here: float, points: float, findings: int) -> Step:
    low, high = at(min(here, here + points)), at(max(here, here + points))
    return Step(code, reason, points_text(points), findings, pull(points), low, round(max(high - low, 0.3), 2))
