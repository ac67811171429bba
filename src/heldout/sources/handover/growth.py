"""How a training grows with its rows, from trainings on parts of the rows.

    cost = a + b rows^k,  a >= 0

`a` is what is spent whatever the rows (imports, start-up), and is taken apart: without that a slope of 0.35 was once
measured of a training that grows linearly (fixed cost dominated). The fit is by least squares of relative errors: a
clock is off by a share of what it measures. For each k the best a and b have a closed form; the 95 % interval of k
holds every k whose sum of squares is within t^2 s^2 of the least (the profile of a nonlinear least-squares fit: Bates
and Watts, 1988, chapter 6), with s^2 not below what two runs on one machine differ by anyway, so that four points that
happen to lie on a curve do not promise a third digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, isfinite, sqrt

from heldout.sources.handover.result import Check, Extrapolation, Growth, GrowthPoint
from heldout.sources.handover.student import quantile

_STEEPEST = 4.0
_STEP = 0.02
_NOISE = 0.03
"""Share by which two runs of the same work differ on a quiet machine; residuals below it are luck."""
_START_UP = (0.9, 1.6)
"""Times a measured start-up between which the fixed cost is looked for: the measurement is off by a little, and what
else a training does once (opening files, making a model, writing it) comes on top."""
_MOST_TIMES = 10
_BEYOND = (2, _MOST_TIMES)
"""Times the largest size for which it is said what a training would take."""
_USELESS = 5.0
"""Highest over lowest end of an interval from which on it tells nothing."""
_FLAT = 0.1
"""Share of the cost that must depend on the rows before an exponent means anything."""
_TOO_STEEP = 1.5
_TOO_WIDE = 1.0


@dataclass(frozen=True)
class _Curve:
    """The fit of one cost; `kept` holds (k, a, b) of every k in the interval."""

    a: float
    b: float
    k: float
    low: float
    high: float
    noise: float
    kept: tuple[tuple[float, float, float], ...]
    degrees: int

    def at(self, rows: int) -> float:
        return self.a + self.b * float(rows**self.k)

    def around(self, rows: int) -> tuple[float, float]:
        """Ends of the 95 % interval for one run on so many rows."""
        predicted = [a + b * float(rows**k) for k, a, b in self.kept]
        slack = exp(quantile(0.975, self.degrees) * self.noise)
        return min(predicted) / slack, max(predicted) * slack


def fit_growth(points: Sequence[tuple[int, float, float, int | None]], fixed_s: float | None = None) -> Growth | None:
    """Growth of processor time and of memory over (rows, cpu_s, wall_s, memory_bytes) of each run.

    `fixed_s` is the measured processor time of a start-up without rows; without it the fixed cost is part of the fit,
    which needs one point more and gives a wider interval. From six runs on it is part of the fit in any case, not
    below the start-up. None when there are fewer than three sizes or too few runs to leave a degree of freedom.
    Several runs of one size are welcome: they make the interval honest and narrow.
    """
    used = [p for p in points if p[0] > 0 and p[1] > 0 and isfinite(p[1])]
    if len({p[0] for p in used}) < 3:
        return None
    curve = _fit_time(used, fixed_s)
    if curve is None:
        return None
    memory = _fit_memory(used)
    growth = Growth(
        points=tuple(GrowthPoint(rows=p[0], cpu_s=max(0.0, p[1] - curve.a), memory_bytes=p[3]) for p in used),
        exponent=round(curve.k, 4),
        low=round(curve.low, 4),
        high=round(curve.high, 4),
        fixed_s=curve.a,
        fixed_measured=fixed_s is not None,
        memory_exponent=None if memory is None else round(memory.k, 4),
        memory_low=None if memory is None else round(memory.low, 4),
        memory_high=None if memory is None else round(memory.high, 4),
        fixed_memory_bytes=None if memory is None else int(memory.a),
    )
    largest = max(p[0] for p in used)
    return growth.model_copy(update={"beyond": tuple(extrapolate(growth, times * largest) for times in _BEYOND)})


def extrapolate(growth: Growth, rows: int) -> Extrapolation:
    """Processor seconds and peak of memory of a training on `rows` rows, with the 95 % interval for one run.

    Beyond the largest measured size it is an extrapolation and marked as such by `times`. It is refused - `cpu_s` is
    None and `why` says why - for more than ten times the largest size, and when the interval's ends are five times
    apart or more. Memory is refused by the same rule, and then left out.
    """
    largest = max(point.rows for point in growth.points)
    times = rows / largest
    if times > _MOST_TIMES:
        why = f"{rows:,} rows are more than {_MOST_TIMES} times the {largest:,} that were measured."
        return Extrapolation(rows=rows, times=times, why=why)
    points = [(p.rows, p.cpu_s + growth.fixed_s, 0.0, None) for p in growth.points]
    curve = _fit_time(points, growth.fixed_s if growth.fixed_measured else None)
    if curve is None:
        return Extrapolation(rows=rows, times=times, why="Too few sizes were measured.")
    low, high = curve.around(rows)
    if low <= 0 or high / low > _USELESS:
        why = f"It could be anything from {low:.3g} to {high:.3g} s: the measured sizes do not tell."
        return Extrapolation(rows=rows, times=times, why=why)
    memory = _memory_at(growth, rows)
    return Extrapolation(rows=rows, times=times, cpu_s=curve.at(rows), low=low, high=high, **memory)


def _memory_at(growth: Growth, rows: int) -> dict[str, int]:
    """The fields of an extrapolation about memory. A flat line is fitted as well: its interval says what it hides."""
    known = [(p.rows, float(p.memory_bytes)) for p in growth.points if p.memory_bytes]
    curve = _fit(known, 0.0, min(value for _, value in known), parameters=3) if len(known) > 3 else None
    if curve is None:
        return {}
    low, high = curve.around(rows)
    if low <= 0 or high / low > _USELESS:
        return {}
    return {"memory_bytes": int(curve.at(rows)), "memory_low": int(low), "memory_high": int(high)}


def growth_check(growth: Growth | None, why_not: str = "") -> Check:
    """T6: how time and memory grow.

    Passes when time grows no faster than rows^1.5 as far as the interval tells, fails when even its low end is above,
    and is not assessable in between or without a measurement (`why_not` says why there is none). The bound is a
    judgement: at 1.5, ten times the rows cost thirty-two times the machine.
    """
    if growth is None:
        return Check(id="T6", area="retrain", state="not_assessable", message=why_not or "Growth was not measured.")
    sizes = sorted({point.rows for point in growth.points})
    span = f"Measured from {sizes[0]:,} to {sizes[-1]:,} rows."
    interval = f"(95% interval {growth.low:.1f} to {growth.high:.1f})"
    said = f"Time grows with the rows to the power {growth.exponent:.2f} {interval}; {growth.fixed_s:.1f} s are fixed."
    memory = _memory_said(growth)
    measured = {
        "exponent": growth.exponent,
        "exponent_low": growth.low,
        "exponent_high": growth.high,
        "fixed_s": growth.fixed_s,
        "memory_exponent": growth.memory_exponent,
        "rows_low": sizes[0],
        "rows_high": sizes[-1],
    }
    if growth.low > _TOO_STEEP or (growth.memory_low or 0) > _TOO_STEEP:
        steep = f"Ten times the rows take at least {10 ** max(growth.low, growth.memory_low or 0):.0f} times as much."
        message = " ".join(filter(None, [said, memory, steep, span, beyond_said(growth)]))
        return Check(id="T6", area="retrain", state="fail", message=message, severity="medium", measured=measured)
    if growth.high - growth.low > _TOO_WIDE or growth.high > _TOO_STEEP:
        message = " ".join(filter(None, [said, memory, "That is too vague to judge.", span]))
        return Check(id="T6", area="retrain", state="not_assessable", message=message, measured=measured)
    message = " ".join(filter(None, [said, memory, span, beyond_said(growth)]))
    return Check(id="T6", area="retrain", state="pass", message=message, measured=measured)


def _memory_said(growth: Growth) -> str:
    if growth.memory_exponent is None:
        known = [p.memory_bytes for p in growth.points if p.memory_bytes is not None]
        return f"Memory hardly depends on them (up to {max(known) / 1e6:,.0f} MB)." if known else ""
    return f"Memory grows with the power {growth.memory_exponent:.2f}."


def beyond_said(growth: Growth) -> str:
    """What the farthest size that can be told would take, said to be no measurement."""
    told = next((guess for guess in reversed(growth.beyond) if guess.cpu_s is not None), None)
    if told is None or told.cpu_s is None or told.low is None or told.high is None:
        return ""
    memory = ""
    if told.memory_bytes and told.memory_low and told.memory_high:
        ends = f"{told.memory_low / 1e6:,.0f} to {told.memory_high / 1e6:,.0f} MB"
        memory = f" and {told.memory_bytes / 1e6:,.0f} MB of memory ({ends})"
    return (
        f"Extrapolated, not measured: {told.rows:,} rows would take {_figure(told.cpu_s)} s of processor time "
        f"({_figure(told.low)} to {_figure(told.high)} s){memory}."
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _fit_time(points: Sequence[tuple[int, float, float, int | None]], fixed_s: float | None) -> _Curve | None:
    least = min(p[1] for p in points)
    if fixed_s is None:
        return _fit([(p[0], p[1]) for p in points], 0.0, least, parameters=3)
    start_up = min(max(fixed_s, 0.0), least)
    if len(points) >= 6:
        return _fit([(p[0], p[1]) for p in points], start_up * _START_UP[0], least, parameters=3)
    ends = (start_up * _START_UP[0], min(start_up * _START_UP[1], least))
    return _fit([(p[0], p[1]) for p in points], *ends, parameters=2)


def _fit_memory(points: Sequence[tuple[int, float, float, int | None]]) -> _Curve | None:
    """None also when memory hardly depends on the rows: an exponent of the rest would be noise."""
    known = [(p[0], float(p[3])) for p in points if p[3]]
    if len({rows for rows, _ in known}) < 3:
        return None
    values = [value for _, value in known]
    if max(values) < min(values) * (1 + _FLAT):
        return None
    return _fit(known, 0.0, min(values), parameters=3)


def _fit(points: Sequence[tuple[int, float]], low: float, high: float, *, parameters: int) -> _Curve | None:
    degrees = len(points) - parameters
    if degrees < 1:
        return None
    best_at = _profile(points, low, high)
    steps = round(_STEEPEST / _STEP)
    profile = [(*best_at(step * _STEP), step * _STEP) for step in range(steps + 1)]
    least, a, b, k = min(profile)
    variance = max(least / degrees, _NOISE**2)
    bound = least + quantile(0.975, degrees) ** 2 * variance
    kept = [(k_, a_, b_) for squares, a_, b_, k_ in profile if squares <= bound]
    # The ends lie between two steps: half a step outside the last that was kept.
    ends = max(0.0, kept[0][0] - _STEP / 2), min(_STEEPEST, kept[-1][0] + _STEP / 2)
    return _Curve(a, b, k, *ends, sqrt(variance), tuple(kept), degrees)


def _profile(
    points: Sequence[tuple[int, float]], low: float, high: float
) -> Callable[[float], tuple[float, float, float]]:
    """The function k -> (sum of squared relative errors, a, b) with the best a between `low` and `high`, and b >= 0."""
    largest = max(rows for rows, _ in points)

    def best(k: float) -> tuple[float, float, float]:
        # y/y = a/y + b x/y + e: linear in a and b.
        pairs = [(1 / y, (rows / largest) ** k / y) for rows, y in points]
        uu = sum(u * u for u, _ in pairs)
        uv = sum(u * v for u, v in pairs)
        vv = sum(v * v for _, v in pairs)
        su, sv = sum(u for u, _ in pairs), sum(v for _, v in pairs)
        determinant = uu * vv - uv * uv
        a = (su * vv - sv * uv) / determinant if determinant > 1e-12 * uu * vv else low
        a = min(max(a, low), high)
        b = max(0.0, (sv - a * uv) / vv)
        squares = sum((1 - a * u - b * v) ** 2 for u, v in pairs)
        return squares, a, b / largest**k

    return best
