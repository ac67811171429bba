"""What `heldout engage` answers, as values; amounts are in the need's currency, times in months."""

from __future__ import annotations

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.ways import WayId
from heldout.evidence.types import Frozen


class Spread(Frozen):
    """Mean, and the values under which 10, 50 and 90 % of the worlds lie."""

    mean: float
    p10: float
    p50: float
    p90: float


class Part(Frozen):
    """One part of a way's mean total, and what it is for."""

    id: str
    name: str
    amount: float


class Risks(Frozen):
    """What goes wrong on a way, over all worlds: months until somebody starts, months of full output that ramp-up
    takes, chance that somebody leaves or a contract breaks before it is built, chance that the result is locked in."""

    first_day: float
    ramp_months: float
    broken: float
    locked: float


class WayResult(Frozen):
    """What is expected of one way.

    `fits` is whether it serves the need at all (`why_not` says why it does not). `spent` is money over the horizon in
    all worlds, with the standard error of its mean (`spent_error`: that of the simulation, by sets of assumptions),
    `total` the same with months too late; `parts` add up to the mean of `total`. `to_working` (money) and
    `months` are over the worlds in which something works, None when there are none. `built` is the chance that it is
    built before the need ends and `on_time` by the deadline, with value or without; `missed` that nothing of value
    works by the deadline; `never` that nothing does at all.
    """

    id: WayId
    name: str
    fits: bool
    why_not: str
    total: Spread
    spent: Spread
    spent_error: float
    to_working: Spread | None
    months: Spread | None
    built: float
    on_time: float
    missed: float
    never: float
    parts: tuple[Part, ...]
    risks: Risks


class Swing(Frozen):
    """How one assumption, moved through its range with all others left to vary, moves the answer.

    `at_low` and `at_high` are by how much the best way is cheaper than the next at the ends of the range; negative:
    another way is cheaper there. `flips_at` is the value at which it turns, and `to` the way that is then cheapest;
    None when it does not turn. `beyond` is how much of the range lies on that side. `importance` is its share of what
    the assumptions explain of the difference between the two cheapest ways (squared standardised rank coefficients).
    """

    assumption: Assumption
    at_low: float
    at_high: float
    flips_at: float | None = None
    to: WayId | None = None
    beyond: float = 0.0
    importance: float = 0.0
    decides: bool = False

    @property
    def turns(self) -> bool:
        """Whether it turns the answer by itself, at one end of its range or at both."""
        return self.to is not None or max(self.at_low, self.at_high) < 0


class Pair(Frozen):
    """Two assumptions that turn the answer together, though none does by itself: their values where it turns.

    Both are moved from their likeliest value by the same part, `moved`, of the way to the end of the range that leaves
    less lead; of all pairs that were looked at this is the one with the least part. `to` is the way that is then as
    cheap.
    """

    first: Assumption
    second: Assumption
    first_at: float
    second_at: float
    moved: float
    to: WayId


class BreakEven(Frozen):
    """The hourly rate under which a way from outside is the cheapest, over the horizon of the need.

    `rate` holds it for the means (None: at no price), `low` and `high` what 80 % of the assumed worlds put it between.
    """

    way: WayId
    rate: float | None
    low: float
    high: float
    usual: float
    against: WayId


class Stretch(Frozen):
    """From which to which length of the need a way is the cheapest; None: no way works in time more often than not."""

    way: WayId | None
    first: float
    last: float


class Map(Frozen):
    """The cheapest way by length of the need (columns) and hourly rate of one way from outside (rows).

    `limits` is the rate under which that way is the cheapest, for each length; None: it is at none, or at every rate,
    as where no other way serves (`at_any` tells which).
    """

    rate_of: WayId
    horizons: tuple[float, ...]
    rates: tuple[float, ...]
    cheapest: tuple[tuple[WayId | None, ...], ...]
    limits: tuple[float | None, ...]

    def at_any(self, column: int) -> bool:
        """Whether that way is the cheapest at every rate, for the length of this column."""
        return self.limits[column] is None and all(row[column] == self.rate_of for row in self.cheapest)


class StageResult(Frozen):
    """A stage of the way that is best: when it ends, and what has been spent if one stops there, parting included.

    `by` is the month by which 80 % of the worlds that reach the end of the stage have reached it.
    """

    id: str
    months: Spread
    by: float
    stopping: Spread


class Stopping(Frozen):
    """What the right to stop is worth on one way.

    `value` is the mean total without the rules less that with them; `error` its standard error. `worthless_without`
    and `worthless_with` are the mean spent where the idea has no value, `stopped` the chance that a rule ends it
    there, `wrongly` the chance that a rule ends an idea that has value.
    """

    way: WayId
    value: float
    error: float
    worthless_without: float
    worthless_with: float
    stopped: float
    wrongly: float


class Engagement(Frozen):
    """The whole answer. `probability` is that of `best` being cheapest; None until no weak default decides any more.

    `best_on_time` is the cheapest way that is on time more often than not; `worth_on_time` what a month too late must
    cost for it to be cheaper than `best`, None where the two are the same or no price does it. `gap` is by how much
    `best` is cheaper than `next`, with its standard error. `pair` is the pair of assumptions that turns the answer
    first, of the `paired` that leave the least lead; None when one does by itself or no such pair does. `explained` is
    how much of that difference between assumed worlds the assumptions explain by ranks, `by_luck` how much of the
    difference between all worlds is chance alone.
    """

    need: Need
    said: tuple[str, ...]
    version: str
    seed: int
    worlds: int
    groups: int
    assumptions: tuple[Assumption, ...]
    ways: tuple[WayResult, ...]
    best: WayId | None
    next: WayId | None
    best_on_time: WayId | None
    worth_on_time: float | None
    gap: float
    gap_error: float
    probability: float | None
    explained: float
    by_luck: float
    swings: tuple[Swing, ...]
    pair: Pair | None
    paired: int
    break_evens: tuple[BreakEven, ...]
    stretches: tuple[Stretch, ...]
    maps: tuple[Map, ...]
    stages: tuple[StageResult, ...]
    stopping: tuple[Stopping, ...]
    hour_first_year: float
    hour_later: float
