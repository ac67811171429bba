"""The answer of `heldout engage` as its page draws it: places on axes, cells of maps, bars of swings."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from heldout.decision.engagement.result import Engagement, Map, Spread, Swing
from heldout.decision.engagement.ways import WAYS, WayId
from heldout.decision.engagement.words import money, value

LETTERS: dict[WayId | None, str] = {
    "full-time": "H",
    "freelancer": "F",
    "agency": "A",
    "team": "T",
    "agency-then-hire": "B",
    None: "–",
}
"""One letter for each way in a map: hire, freelancer, agency, team, both."""
SHOWN = 10
"""Bars of swings that are drawn."""
CELL, LEFT, TOP, BOTTOM = 20, 46, 4, 34


@dataclass(frozen=True)
class Axis:
    """A straight axis of money: `at(amount)` is a place in per cent of the width."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, amount: float) -> float:
        """Where an amount stands; a little is left free on either side."""
        return round(4 + 92 * (min(max(amount, self.low), self.high) - self.low) / ((self.high - self.low) or 1), 2)


@dataclass(frozen=True)
class Bar:
    """An interval and its mean, in per cent of the width."""

    low: float
    mean: float
    high: float
    label: str


@dataclass(frozen=True)
class SwingBar:
    """How far one assumption moves the difference, in per cent of the width; `low` and `high` are its ends."""

    x: float
    width: float
    low: str
    high: str
    low_x: float
    high_x: float
    label: str


@dataclass(frozen=True)
class Cell:
    """One square of a map."""

    x: int
    y: int
    letter: str
    way: str


@dataclass(frozen=True)
class MapView:
    """A map as squares, in units of its own from the upper left."""

    way: WayId
    width: int
    height: int
    cells: tuple[Cell, ...]
    columns: tuple[tuple[int, str], ...]
    rows: tuple[tuple[int, str], ...]
    letters: tuple[tuple[str, str, str], ...]
    """Letter, class and name of each way that is in it."""
    label: str


def axis(lowest: float, highest: float, currency: str) -> Axis:
    """An axis with three to six round ticks over these amounts."""
    span = max(highest - lowest, 1.0)
    size = 10 ** floor(log10(span / 4))
    step = size * min((1, 2, 5, 10), key=lambda m: abs(m * size - span / 4))
    low, high = floor(lowest / step) * step, ceil(highest / step) * step
    ticks = tuple((low + k * step, _short(low + k * step, currency)) for k in range(round((high - low) / step) + 1))
    return Axis(low, high, ticks if len(ticks) <= 6 else ticks[::2])


def spread_bar(spread: Spread, on: Axis, what: str, currency: str) -> Bar:
    """An interval from the 10th to the 90th of a hundred worlds, with its mean."""
    label = (
        f"{what}: mean {money(spread.mean, currency)}, 8 in 10 worlds "
        f"{money(spread.p10, currency)} to {money(spread.p90, currency)}"
    )
    return Bar(on.at(spread.p10), on.at(spread.mean), on.at(spread.p90), label)


def cost_axis(result: Engagement) -> Axis:
    """The axis on which the ways' spending is drawn, from nothing."""
    return axis(0, max((way.spent.p90 for way in result.ways), default=1), result.need.currency)


def swing_axis(result: Engagement) -> Axis:
    """The axis on which swings are drawn; nothing stands on it as the place where the answer turns."""
    ends = [end for swing in result.swings[:SHOWN] for end in (swing.at_low, swing.at_high)]
    return axis(min(0.0, *ends, result.gap), max(0.0, *ends, result.gap), result.need.currency)


def swing_bar(swing: Swing, on: Axis, currency: str) -> SwingBar:
    """The bar of one assumption."""
    low, high = on.at(swing.at_low), on.at(swing.at_high)
    one = swing.assumption
    label = (
        f"{one.name}: at {value(one, one.low, currency)} the lead is {money(swing.at_low, currency)}, at "
        f"{value(one, one.high, currency)} it is {money(swing.at_high, currency)}"
    )
    return SwingBar(
        min(low, high), round(abs(high - low), 2), value(one, one.low, currency), value(one, one.high, currency),
        low, high, label,
    )  # fmt: skip


def map_view(chart: Map, currency: str) -> MapView:
    """A map as squares: length of the need from left to right, hourly rate from below."""
    count = len(chart.rates)
    cells = tuple(
        Cell(LEFT + CELL * column, TOP + CELL * (count - 1 - row), LETTERS[way], way or "none")
        for row, ways in enumerate(chart.cheapest)
        for column, way in enumerate(ways)
    )
    there = {way for ways in chart.cheapest for way in ways}
    letters: tuple[tuple[str, str, str], ...] = tuple((LETTERS[way], way, WAYS[way]) for way in WAYS if way in there)
    if None in there:
        letters += ((LETTERS[None], "none", "None is built in time"),)
    return MapView(
        way=chart.rate_of,
        width=LEFT + CELL * len(chart.horizons) + 4,
        height=TOP + CELL * count + BOTTOM,
        cells=cells,
        columns=tuple(
            (LEFT + CELL * k + CELL // 2, f"{month:.0f}") for k, month in enumerate(chart.horizons) if k % 3 == 2
        )[:: 1 + len(chart.horizons) // 18],
        rows=tuple((TOP + CELL * (count - 1 - k) + 14, money(rate, currency)) for k, rate in enumerate(chart.rates)),
        letters=letters,
        label=f"Cheapest way by length of the need and hourly rate of {WAYS[chart.rate_of].lower()}",
    )


def _short(amount: float, currency: str) -> str:
    """An amount on an axis: `$400k`, `-$50k`, `$1.2M`."""
    size, sign = abs(amount), "\u2212" if amount < 0 else ""
    shown = f"{size / 1e6:.3g}M" if size >= 1e6 else f"{size / 1e3:.3g}k" if size >= 1e3 else f"{size:.3g}"
    return f"{sign}{'$' if currency == 'USD' else ''}{shown}"
