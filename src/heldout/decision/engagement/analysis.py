"""From a need and assumptions to the whole answer: every way in the same worlds, compared, turned and cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.assumptions import builtin
from heldout.decision.engagement.break_even import LEAST, break_evens, courses, maps
from heldout.decision.engagement.course import PARTS, Course, Outcome
from heldout.decision.engagement.flips import PAIRED, Bench, importances, smallest_pair, swings
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.result import Engagement, Pair, Part, Risks, Swing, WayResult
from heldout.decision.engagement.stopping import spread, stage_results, stopping
from heldout.decision.engagement.ways import WAYS, WayId
from heldout.decision.engagement.worlds import SEED, Floats, Worlds

GROUPS, LUCKS = 400, 15
"""Assumed worlds, and how often chance is thrown in each."""


def engage(need: Need, assumptions: Sequence[Assumption], said: Sequence[str] = (), seed: int = SEED) -> Engagement:
    """The whole answer to a need; the same for the same need, assumptions and seed."""
    world = Worlds(assumptions, GROUPS, LUCKS, seed)
    given = courses(need, world, _considered(need), need.horizon_months)
    outcomes = {way: course.outcome(need.horizon_months) for way, course in given.items()}
    ways = tuple(_result(given[way], outcomes[way]) for way in given)
    fitting = sorted((way for way in ways if way.fits), key=lambda way: way.total.mean)
    names = [way.id for way in fitting]
    best, after = (*names, None, None)[:2]
    on_time = next((way.id for way in fitting if way.on_time >= LEAST), None)
    totals = {name: outcomes[name].total for name in names}
    shares = _shares(world, totals)
    found: tuple[Swing, ...] = ()
    pair: Pair | None = None
    gap = gap_error = explained = by_luck = 0.0
    if best and after:
        difference = totals[after] - totals[best]
        grouped = difference.reshape(GROUPS, LUCKS)
        gap, gap_error = float(difference.mean()), _error(world, difference)
        by_luck = float(grouped.var(axis=1, ddof=1).mean() / max(difference.var(), 1e-9))
        bench = Bench(need, assumptions, names, seed)
        weights, explained = importances(world, grouped.mean(axis=1), sorted(bench.uses[best] | bench.uses[after]))
        found = swings(bench, best, weights)
        if not any(swing.turns for swing in found):
            pair = smallest_pair(bench, best, found)
    charts, stretches = maps(need, assumptions, names, seed) if names else ([], [])
    hour = hour_of_a_hire(*(_typical(assumptions, name) for name in _HOUR))
    earned = best is not None and not any(swing.decides for swing in found)
    return Engagement(
        need=need, said=tuple(said), version=builtin().version, seed=seed, worlds=len(world), groups=GROUPS,
        assumptions=tuple(assumptions), ways=ways, best=best, next=after,
        best_on_time=on_time, worth_on_time=_worth(outcomes, best, on_time), gap=gap, gap_error=gap_error,
        probability=shares[best] if best and earned else None, explained=explained, by_luck=min(by_luck, 1.0),
        swings=found, pair=pair, paired=min(PAIRED, len(found)),
        break_evens=tuple(break_evens(need, {n: given[n] for n in names}, world.assumptions)),
        stretches=tuple(stretches), maps=tuple(charts),
        stages=stage_results(given[best]) if best else (),
        stopping=tuple(stopping(given[name]) for name in given),
        hour_first_year=hour[0], hour_later=hour[1],
    )  # fmt: skip


_HOUR = ("wage", "load", "recruiter_fee", "hours", "ramp_hire", "ramp_output")


def hour_of_a_hire(
    wage: float, load: float, fee: float, hours: float, ramp: float, output: float
) -> tuple[float, float]:
    """What a productive hour of an employee costs in the first year, and later.

    `wage` a year, `load` times the wage, `fee` as a share of it, `hours` a year, `ramp` months at `output` of full.
    """
    year = wage * load
    slow = min(ramp, 12) / 12 * (1 - output)
    return (year + fee * wage) / (hours * (1 - slow)), year / hours


def _typical(assumptions: Sequence[Assumption], name: str) -> float:
    return next(one.mode for one in assumptions if one.id == name)


def _considered(need: Need) -> tuple[WayId, ...]:
    """The ways that are worth simulating: nobody is hired to maintain what is left as it is."""
    return tuple(way for way in WAYS if not (way == "agency-then-hire" and need.kind == "one-off"))


def _result(course: Course, outcome: Outcome) -> WayResult:
    need, way = course.need, course.way
    works = np.isfinite(outcome.finish)
    tally = way.crew.seats.tally(outcome.until)
    built = float((course.ready <= need.horizon_months).mean())
    on_time = float((course.ready <= need.deadline_months).mean())
    why_not = ""
    if "knowledge" in need.stays_in_house and not way.stays:
        why_not = "The knowledge has to stay in house, and here it leaves with those who built it."
    elif need.firm_deadline and on_time < LEAST:
        why_not = "In most of the assumed worlds it is not built by the deadline, which is firm."
    elif built < LEAST:
        why_not = "In most of the assumed worlds it is not built before the need ends."
    first = way.crew.seats.start[..., 0].min(axis=1)
    return WayResult(
        id=way.id, name=WAYS[way.id], fits=not why_not, why_not=why_not,
        total=spread(outcome.total), spent=spread(outcome.spent), spent_error=_error(course.world, outcome.spent),
        to_working=spread(outcome.building[works]) if works.any() else None,
        months=spread(outcome.finish[works]) if works.any() else None,
        built=built, on_time=on_time,
        missed=float((outcome.finish > need.deadline_months).mean()), never=float((~works).mean()),
        parts=tuple(Part(id=key, name=PARTS[key], amount=float(outcome.parts[key].mean())) for key in PARTS),
        risks=Risks(
            first_day=float(first.mean()), ramp_months=float((tally.ramp * way.crew.scale).mean()),
            broken=float((tally.left > 0).mean()), locked=float(way.crew.locked.mean()),
        ),
    )  # fmt: skip


def _error(world: Worlds, values: Floats) -> float:
    """The standard error of a mean over all worlds; those of one group, with the same assumptions, count as one."""
    return float(values.reshape(world.groups, world.lucks).mean(axis=1).std() / np.sqrt(world.groups))


def _worth(outcomes: Mapping[WayId, Outcome], best: WayId | None, on_time: WayId | None) -> float | None:
    """What a month too late must cost for the way that is on time to be cheaper: two straight lines in that cost."""
    if best is None or on_time in (None, best):
        return None
    late, early = outcomes[best], outcomes[on_time]
    saved = float(late.late.mean() - early.late.mean())
    return float(early.spent.mean() - late.spent.mean()) / saved if saved > 0 else None


def _shares(world: Worlds, totals: dict[WayId, Floats]) -> dict[WayId, float]:
    """In which share of the assumed worlds each way is the cheapest, over chance."""
    if not totals:
        return {}
    means = np.stack([total.reshape(world.groups, world.lucks).mean(axis=1) for total in totals.values()])
    wins = np.bincount(means.argmin(axis=0), minlength=len(totals)) / world.groups
    return dict(zip(totals, map(float, wins), strict=True))
