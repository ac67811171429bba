"""How a training grows, as a picture: logarithmic on both sides, what was not measured marked as such."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from heldout.sources.handover.result import Growth

REACH = 10
"""How many times the largest size that was measured the extrapolation goes."""

WIDTH, HEIGHT = 560, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 14, 12, 36
_MOST_TICKS = 5

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is, and what stands at it."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """The picture; positions in its own units, from the upper left."""

    dots: tuple[Point, ...]
    start: Point
    edge: Point
    """Where the line leaves what was measured."""
    end: Point
    band: str
    """Path of the area in which the interval of the exponent leaves the line."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    label: str


@dataclass(frozen=True)
class _Fit:
    """A line through the middle of the points on logarithmic axes, with the exponent as its slope."""

    growth: Growth
    x_mid: float
    y_mid: float

    def height(self, x: float, exponent: float) -> float:
        """log10 of the seconds at log10 rows `x`."""
        return self.y_mid + exponent * (x - self.x_mid)


def curve(growth: Growth) -> Curve | None:
    """The picture, None when there are not two different sizes to draw."""
    points = [p for p in growth.points if p.rows > 0 and p.cpu_s > 0 and isfinite(p.cpu_s)]
    if len({p.rows for p in points}) < 2 or not all(map(isfinite, (growth.exponent, growth.low, growth.high))):
        return None
    xs, ys = [log10(p.rows) for p in points], [log10(p.cpu_s) for p in points]
    fit = _Fit(growth, sum(xs) / len(xs), sum(ys) / len(ys))
    first, edge, last = min(xs), max(xs), max(xs) + log10(REACH)
    slopes = (growth.low, growth.exponent, growth.high)
    heights = [*ys, *(fit.height(x, slope) for x in (first, last) for slope in slopes)]
    low, high = min(heights), max(*heights, min(heights) + 0.3)

    def place(x: float, y: float) -> Point:
        across = _LEFT + (x - first) / (last - first) * (WIDTH - _LEFT - _RIGHT)
        down = HEIGHT - _BOTTOM - (y - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
        return round(across, 1), round(down, 1)

    def on_line(x: float, slope: float = growth.exponent) -> Point:
        return place(x, fit.height(x, slope))

    middle = place(fit.x_mid, fit.y_mid)
    wedges = [(on_line(x, growth.low), on_line(x, growth.high)) for x in (first, last)]
    return Curve(
        dots=tuple(place(x, y) for x, y in zip(xs, ys, strict=True)),
        start=on_line(first),
        edge=on_line(edge),
        end=on_line(last),
        band=" ".join(f"M{_at(middle)}L{_at(a)}L{_at(b)}Z" for a, b in wedges),
        x_ticks=tuple(Tick(place(x, low)[0], rows(10**x)) for x in (first, edge, last)),
        y_ticks=tuple(Tick(place(first, y)[1], seconds(10**y)) for y in _decades(low, high)),
        label="; ".join(f"{p.rows:,} rows: {seconds(p.cpu_s)}" for p in points),
    )


def rows(number: float) -> str:
    """A number of rows in few letters: `5,000`, `1.2 million`."""
    if number >= 999_500:
        return f"{number / 1e6:.3g} million"
    return f"{round(number, -max(0, floor(log10(number)) - 2)):,.0f}" if number >= 1 else f"{number:.2g}"


def seconds(value: float) -> str:
    """A time in the unit that people would use."""
    for unit, size in (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if value >= 3 * size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s" if value >= 0.001 else f"{value * 1e6:.3g} µs"


def _decades(low: float, high: float) -> list[float]:
    """Whole powers of ten between the ends, thinned; the ends themselves where there are not two."""
    whole = list(range(ceil(low), floor(high) + 1))
    if len(whole) < 2:
        return [low, high]
    return [float(y) for y in whole[:: ceil(len(whole) / _MOST_TICKS)]]


def _at(point: Point) -> str:
    return f"{point[0]} {point[1]}"
