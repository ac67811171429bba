"""Which assumption, or else which two, moved within their ranges, change the best way; and how much each explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.course import Course
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.result import Pair, Swing
from heldout.decision.engagement.ways import WayId
from heldout.decision.engagement.worlds import Floats, Worlds

GROUPS = 500
"""Worlds of the runs with one assumption held; each has assumptions of its own."""
_TRIES = 8
PAIRED = 8
"""Of how many assumptions, those that leave the least lead, all pairs are tried where none turns it by itself."""
_DECIDES = 0.5
"""An assumption decides when it turns the answer, or leaves no more than this share of the lead at an end."""


class Bench:
    """The ways on the same worlds, run again with one assumption held at a value."""

    def __init__(self, need: Need, assumptions: Sequence[Assumption], ways: Sequence[WayId], seed: int) -> None:
        self.need, self.ways = need, tuple(ways)
        self.world = Worlds(assumptions, GROUPS, 1, seed)
        self.totals: dict[WayId, Floats] = {}
        self.uses: dict[WayId, frozenset[str]] = {}
        for way in self.ways:
            self.world.used.clear()
            self.totals[way] = self._total(way, self.world)
            self.uses[way] = frozenset(self.world.used)

    def _total(self, way: WayId, world: Worlds) -> Floats:
        horizon = self.need.horizon_months
        return Course(way, self.need, world, horizon).outcome(horizon).total

    def held(self, values: Mapping[str, float]) -> dict[WayId, Floats]:
        """Every way's total in each world, with these assumptions at their values in all of them."""
        world = self.world
        for name, value in values.items():
            world = world.with_fixed(name, value)
        return {
            way: self.totals[way] if self.uses[way].isdisjoint(values) else self._total(way, world) for way in self.ways
        }


def swings(bench: Bench, best: WayId, importance: Mapping[str, float]) -> tuple[Swing, ...]:
    """Every assumption that plays a part: those that turn the answer first, then those that leave the least lead."""
    gap = _lead(bench.totals, best)[0]
    found = []
    for one in bench.world.assumptions.values():
        if one.low < one.high and any(one.id in used for used in bench.uses.values()):
            found.append(_swing(bench, best, one, importance.get(one.id, 0.0), gap))
    return tuple(sorted(found, key=lambda s: (-s.beyond, min(s.at_low, s.at_high))))


def _swing(bench: Bench, best: WayId, one: Assumption, importance: float, gap: float) -> Swing:
    ends = [_lead(bench.held({one.id: value}), best) for value in (one.low, one.high)]
    leads = [lead for lead, _, _ in ends]
    decides = one.weak and min(leads) <= _DECIDES * abs(gap)
    swing = Swing(assumption=one, at_low=leads[0], at_high=leads[1], importance=importance, decides=decides)
    turned = [index for index, (lead, error, _) in enumerate(ends) if lead < -2 * error]
    if len(turned) != 1:
        return swing.model_copy(update={"decides": one.weak}) if turned else swing
    end = (one.low, one.high)[turned[0]]
    at = _root(bench, best, one, leads)
    beyond = distribution(one, at) if turned[0] == 0 else 1 - distribution(one, at)
    to = ends[turned[0]][2]
    return swing.model_copy(
        update={"flips_at": at if end is not None else None, "to": to, "beyond": beyond, "decides": one.weak}
    )


def _root(bench: Bench, best: WayId, one: Assumption, leads: Sequence[float]) -> float:
    """The value at which the lead is nothing, between the ends of the range: false position, halved where it sticks."""
    low, high, at_low, at_high = one.low, one.high, leads[0], leads[1]
    middle = (low + high) / 2
    for step in range(_TRIES):
        middle = (low + high) / 2 if step % 3 == 2 else low + (high - low) * at_low / (at_low - at_high)
        lead = _lead(bench.held({one.id: middle}), best)[0]
        if abs(lead) < 1:
            break
        if (lead < 0) == (at_low < 0):
            low, at_low = middle, lead
        else:
            high, at_high = middle, lead
    return middle


def smallest_pair(bench: Bench, best: WayId, found: Sequence[Swing]) -> Pair | None:
    """The two of the first `PAIRED` of `found` that turn the answer together with the least move of both."""
    turning = []
    for one, two in combinations(found[:PAIRED], 2):
        lead, error, _ = _lead(bench.held(_moved(one, two, 1.0)), best)
        if lead < -2 * error:
            turning.append(_pair(bench, best, one, two))
    return min(turning, key=lambda pair: pair.moved, default=None)


def _pair(bench: Bench, best: WayId, one: Swing, two: Swing) -> Pair:
    low, high = 0.0, 1.0
    for _ in range(_TRIES):
        middle = (low + high) / 2
        low, high = (low, middle) if _lead(bench.held(_moved(one, two, middle)), best)[0] < 0 else (middle, high)
    at = _moved(one, two, high)
    first, second = one.assumption, two.assumption
    to = _lead(bench.held(at), best)[2]
    return Pair(first=first, second=second, first_at=at[first.id], second_at=at[second.id], moved=high, to=to)


def _moved(one: Swing, two: Swing, part: float) -> dict[str, float]:
    """Both assumptions at this part of the way from their likeliest value to the end that leaves less lead."""
    values = {}
    for swing in (one, two):
        own = swing.assumption
        end = own.low if swing.at_low < swing.at_high else own.high
        values[own.id] = own.mode + part * (end - own.mode)
    return values


def _lead(totals: Mapping[WayId, Floats], best: WayId) -> tuple[float, float, WayId]:
    """By how much `best` is cheaper than the cheapest other way, the standard error of that, and which way it is."""
    other = min((way for way in totals if way != best), key=lambda way: float(totals[way].mean()))
    difference = totals[other] - totals[best]
    return float(difference.mean()), float(difference.std() / np.sqrt(len(difference))), other


def distribution(one: Assumption, value: float) -> float:
    """How much of an assumption's triangular range lies under `value`."""
    low, mode, high = one.low, one.mode, one.high
    if value <= low or value >= high:
        return float(value >= high)
    if value < mode:
        return (value - low) ** 2 / ((high - low) * (mode - low))
    return 1 - (high - value) ** 2 / ((high - low) * (high - mode)) if high > mode else 1.0


def importances(world: Worlds, difference: Floats, names: Sequence[str]) -> tuple[dict[str, float], float]:
    """Each assumption's share of what all of them explain of `difference` (groups,), and how much they explain.

    A linear regression of ranks on ranks. What assumptions that move together explain in common is shared out evenly:
    the squared CAR scores (Zuber & Strimmer, 2011), which add up to what all explain and are the squared standardised
    coefficients where assumptions are independent.
    """
    varying = [name for name in names if world.assumptions[name].low < world.assumptions[name].high]
    spread = float(np.ptp(difference))
    if not varying or spread == 0 or len(difference) <= 2 * len(varying):
        return {}, 0.0
    ranks = np.stack([world.rank(name) for name in varying], axis=1)
    ranks = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    target = difference.argsort().argsort().astype(np.float64)
    target = (target - target.mean()) / target.std()
    values, vectors = np.linalg.eigh(ranks.T @ ranks / len(ranks))
    scores = vectors @ ((vectors.T @ (ranks.T @ target / len(ranks))) / np.sqrt(np.maximum(values, 1e-12)))
    squares = scores**2
    return dict(zip(varying, map(float, squares / squares.sum()), strict=True)), float(squares.sum())
