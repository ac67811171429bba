"""Under which hourly rate, and for needs of which length, a way is the cheapest. Found by solving, not by trying.

A total is a straight line in an hourly rate, since no rate changes what happens; so two points give it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.course import Course
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.result import BreakEven, Map, Stretch
from heldout.decision.engagement.ways import WayId
from heldout.decision.engagement.worlds import Floats, Worlds

GROUPS = 400
RATES: dict[WayId, str] = {"agency": "agency_rate", "freelancer": "freelancer_rate"}
"""The ways from outside, and the assumption that holds their hourly rate."""
PAID: dict[WayId, str] = {**RATES, "agency-then-hire": "agency_rate"}
_ROWS = 9
LEAST = 0.5
"""A way serves a need when it is built before the need ends in this share of the worlds or more."""


class Lines:
    """Every way's total as a straight line in the rate that it is paid by: per world, for one length of the need."""

    def __init__(self, courses: Mapping[WayId, Course], free: Mapping[WayId, Course], horizon: float) -> None:
        self.built = {way: _in_time(course) for way, course in courses.items()}
        self.at_rate = {way: course.outcome(horizon).total for way, course in courses.items()}
        self.at_nothing = {way: course.outcome(horizon).total for way, course in free.items()}

    def serves(self, way: WayId) -> bool:
        """Whether the way is built before the need ends often enough."""
        return self.built[way] >= LEAST

    def limit(self, rate_of: WayId, usual: Floats) -> float | None:
        """The rate under which `rate_of` is the cheapest; None when it is at none, or at every one."""
        if not self.serves(rate_of):
            return None
        lines = self._lines(rate_of, usual)
        start, slope = lines.pop(rate_of)
        crossed = [(other - start) / (slope - flatter) for other, flatter in lines.values() if flatter < slope]
        rate = min(crossed, default=0.0)
        return rate if rate > 0 else None

    def means(self, rate_of: WayId, rate: float, usual: Floats) -> dict[WayId, float]:
        """The mean total of each way that serves, when `rate_of` takes `rate` an hour in all worlds."""
        return {way: start + slope * rate for way, (start, slope) in self._lines(rate_of, usual).items()}

    def _lines(self, rate_of: WayId, usual: Floats) -> dict[WayId, tuple[float, float]]:
        """Each way that serves as a line in the rate of `rate_of`: its mean at nothing, and what each unit adds."""
        found = {}
        for way, total in self.at_rate.items():
            if not self.serves(way):
                continue
            if PAID.get(way) == RATES[rate_of]:
                base = self.at_nothing[way]
                found[way] = float(base.mean()), float(((total - base) / usual).mean())
            else:
                found[way] = float(total.mean()), 0.0
        return found


def _in_time(course: Course) -> float:
    """In which share of the worlds a way is built before the need ends, or by the deadline where that is firm."""
    need = course.need
    return float((course.ready <= (need.deadline_months if need.firm_deadline else need.horizon_months)).mean())


def courses(need: Need, world: Worlds, ways: Sequence[WayId], longest: float) -> dict[WayId, Course]:
    """Each way's course in these worlds."""
    return {way: Course(way, need, world, longest) for way in ways}


def without_rate(given: Mapping[WayId, Course]) -> dict[WayId, Course]:
    """The courses of the ways that are paid by the hour, as they would be if the hour cost nothing."""
    return {way: course.for_nothing() for way, course in given.items() if way in PAID}


def break_evens(need: Need, given: Mapping[WayId, Course], assumptions: Mapping[str, Assumption]) -> list[BreakEven]:
    """The rate under which each way from outside is the cheapest over the horizon of the need."""
    lines = Lines(given, without_rate(given), need.horizon_months)
    found = []
    for way, name in RATES.items():
        others = [w for w in given if PAID.get(w) != name and lines.serves(w)]
        if way not in given or not others:
            continue
        world = given[way].world
        base = lines.at_nothing[way]
        slope = (lines.at_rate[way] - base) / world[name]
        against = min(others, key=lambda w: float(lines.at_rate[w].mean()))
        rate = float((lines.at_rate[against].mean() - base.mean()) / slope.mean())
        groups = (world.groups, world.lucks)
        each = {w: lines.at_rate[w].reshape(groups).mean(axis=1) for w in others}
        least = np.min(np.stack(list(each.values())), axis=0)
        by_group = (least - base.reshape(groups).mean(axis=1)) / slope.reshape(groups).mean(axis=1)
        low, high = np.maximum(np.percentile(by_group, (10, 90)), 0)
        served = lines.serves(way) and rate > 0
        found.append(
            BreakEven(
                way=way, rate=rate if served else None, low=float(low), high=float(high),
                usual=float(world[name].mean()) if name in assumptions else 0.0, against=against,
            )
        )  # fmt: skip
    return found


def maps(
    need: Need, assumptions: Sequence[Assumption], ways: Sequence[WayId], seed: int
) -> tuple[list[Map], list[Stretch]]:
    """Which way is cheapest by length of the need and hourly rate, and by length alone at the usual rates.

    A shorter need has a deadline no later than half its length.
    """
    longest = 60.0 if need.horizon_months > 48 else 48.0
    horizons = [float(month) for month in np.arange(3, longest + 1, 3)]
    world = Worlds(assumptions, GROUPS, 1, seed)
    paid = courses(need, world, ways, longest)
    by_name = {one.id: one for one in assumptions}
    lines = []
    for horizon in horizons:
        shorter = need.model_copy(
            update={"horizon_months": horizon, "deadline_months": min(need.deadline_months, horizon / 2)}
        )
        courses_now = {way: course.over(shorter) for way, course in paid.items()}
        lines.append(Lines(courses_now, without_rate(courses_now), horizon))
    found = []
    for way, name in RATES.items():
        if way in ways:
            rates = _rates(by_name[name])
            rows = [tuple(_cheapest(line.means(way, rate, world[name])) for line in lines) for rate in rates]
            limits = tuple(line.limit(way, world[name]) for line in lines)
            found.append(Map(rate_of=way, horizons=tuple(horizons), rates=rates, cheapest=tuple(rows), limits=limits))
    at_usual = [_cheapest({w: float(t.mean()) for w, t in line.at_rate.items() if line.serves(w)}) for line in lines]
    return found, [
        Stretch(way=way, first=pairs[0][0], last=pairs[-1][0])
        for way, group in groupby(zip(horizons, at_usual, strict=True), key=lambda pair: pair[1])
        for pairs in [list(group)]
    ]


def _cheapest(means: Mapping[WayId, float]) -> WayId | None:
    ordered = sorted(means, key=means.__getitem__)
    return ordered[0] if ordered else None


def _rates(one: Assumption) -> tuple[float, ...]:
    """Round rates from well under the range to its end."""
    top, step = one.high, one.high / _ROWS
    size = 10 ** np.floor(np.log10(max(step, 1e-9)))
    step = float(size * min((1, 2, 2.5, 5, 10), key=lambda m: abs(m * size - step)))
    return tuple(float(step * k) for k in range(1, int(np.ceil(top / step)) + 1))
