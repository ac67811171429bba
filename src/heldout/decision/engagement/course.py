"""The course of one way in every world: when something works, what it costs, and for what. Formulas are in the docs."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from heldout.decision.engagement.need import Need
from heldout.decision.engagement.seats import Tally
from heldout.decision.engagement.ways import Crew, Way, WayId, build_way, scope, wage_month
from heldout.decision.engagement.worlds import Bools, Floats, Worlds

PARTS: dict[str, str] = {
    "work": "The work itself",
    "ramp": "Ramp-up, paid and not yet productive",
    "lost": "Work lost: people who left, contracts that broke",
    "coordination": "Coordination, and your own people's time",
    "hiring": "Hiring",
    "upkeep": "Keeping it working",
    "idle": "Paid time without work for it, and parting",
    "knowledge": "Knowledge that left",
    "lock-in": "Lock-in: replacing what cannot be run without its makers",
    "checks": "Checks of the stages",
    "late": "Months too late",
}
"""What the total is made of; every part is an amount of money, and they add up to it."""
STEP = 0.25
"""Months between the points at which progress is looked at; between two it is taken to be a straight line."""
DISCOVERY, PILOT = 0.1, 0.35
"""Shares of the work after which the stages discovery and pilot end."""

Parts = dict[str, Floats]


@dataclass(frozen=True)
class Outcome:
    """What came of a way over one horizon; arrays of shape (worlds,).

    `finish` is when something works (infinite: not by the end), `until` how long was built, `building` what was spent
    until then, `parts` the money by what it was for, `late` the months too late of an idea that has value.
    """

    finish: Floats
    until: Floats
    building: Floats
    parts: Parts
    late: Floats

    @cached_property
    def total(self) -> Floats:
        """All parts, months too late among them."""
        return np.asarray(sum(self.parts.values()))

    @cached_property
    def spent(self) -> Floats:
        """All parts but the months too late, which nobody is paid for."""
        return self.total - self.parts["late"]


class Course:
    """One way through all worlds, over up to `longest` months."""

    def __init__(self, name: WayId, need: Need, world: Worlds, longest: float) -> None:
        self.need, self.world = need, world
        self.way: Way = build_way(name, need, world)
        self.scope, self.wage = scope(world, need), wage_month(world)
        self.good = world.luck("value") >= world["no_value"]
        grid = np.append(np.arange(0, longest, STEP), longest)[None, :]
        crew = self.way.crew
        self._grid, self._done = (
            grid[0],
            crew.seats.tally(grid).done * (crew.scale * crew.speed * crew.together)[:, None],
        )

    def reached(self, share: float) -> Floats:
        """(worlds,): when this share of the work is done for the first time; infinite when it is not."""
        wanted = self.scope * share
        there = self._done >= wanted[:, None]
        after = np.maximum(there.argmax(axis=1), 1)
        rows = np.arange(len(after))
        low, high = self._done[rows, after - 1], self._done[rows, after]
        part = (wanted - low) / np.where(high > low, high - low, 1)
        when = self._grid[after - 1] + part * (self._grid[after] - self._grid[after - 1])
        return np.where(there.any(axis=1), when, np.inf)

    @cached_property
    def ready(self) -> Floats:
        """(worlds,): when the system is built, whether or not it then has any value."""
        return self.reached(1.0)

    def over(self, need: Need) -> Course:
        """The same course looked at for a need of another length or deadline, up to what was played through."""
        other = copy(self)
        other.need = need
        return other

    def for_nothing(self) -> Course:
        """The same course if those who build it took no money for their time."""
        other = copy(self)
        crew = replace(self.way.crew, price=np.zeros(len(self.world)))
        other.way = replace(self.way, crew=crew)
        return other

    def outcome(self, horizon: float, stopped: Floats | None = None, checks: Floats | None = None) -> Outcome:
        """What comes of it until `horizon`; `stopped` is when somebody ends it (infinite: nobody does).

        An idea without value is seen for what it is when the system is built, and ended then. `checks` is the money
        that holding stages to their rules took.
        """
        crew, owner = self.way.crew, self.way.owner
        end = np.full(len(self.world), float(horizon))
        limit = end if stopped is None else np.minimum(end, stopped)
        until = np.minimum(self.ready, limit)
        works = self.good & (self.ready <= limit)
        finish = np.where(works, self.ready, np.inf)
        built = crew.seats.tally(until)
        parts = self._building(built)
        if owner is not None and owner is not crew:
            waiting = owner.seats.tally(until)
            parts["ramp"] = parts["ramp"] + owner.price * (waiting.paid * (1 + owner.steer))
            parts["hiring"] = parts["hiring"] + owner.joining * waiting.begun
        building = np.asarray(sum(parts.values()))
        parts |= {name: np.zeros(len(end)) for name in PARTS if name not in parts}
        if checks is not None:
            parts["checks"] = checks
        self._afterwards(parts, until, end, works)
        self._ending(parts, until, end, works)
        missing = np.minimum(finish, horizon) - self.need.deadline_months
        late = np.where(self.good, np.maximum(missing, 0), 0)
        parts["late"] = late * self.world["late_month"]
        return Outcome(finish, until, building, parts, late)

    def _building(self, tally: Tally) -> Parts:
        """The money until then, by what it was for: it adds up to what was paid, your own people's time included."""
        crew = self.way.crew
        month = crew.price * crew.scale
        return {
            "work": month * crew.together * tally.done,
            "ramp": month * tally.ramp,
            "lost": month * (tally.failed + crew.together * (tally.gross - tally.done)),
            "coordination": month * (1 - crew.together) * tally.gross
            + crew.steer * crew.scale * tally.paid * self.wage,
            "hiring": crew.joining * tally.begun,
        }

    def _afterwards(self, parts: Parts, until: Floats, end: Floats, works: Bools) -> None:
        """Keeping it working, and what it takes to be without its makers at the end; a one-off tool needs neither."""
        if self.need.kind == "one-off":
            return
        months = np.where(works, end - until, 0)
        effort = self.world["upkeep"] * self.scope / 12 * months
        taking_over = self.world["takeover"] * self.scope * self.wage
        crew, owner = self.way.crew, self.way.owner
        if owner is None:
            paid = effort / crew.speed
            parts["upkeep"] = paid * crew.price
            parts["coordination"] = parts["coordination"] + crew.steer * paid * self.wage
            parts["knowledge"] = np.where(works, taking_over, 0)
        else:
            self._owned(parts, owner, (until, end, works), effort)
        if not crew.hired:
            locked = works & (self.world.luck("locked") < crew.locked)
            parts["lock-in"] = np.where(locked, self.world["rebuild"] * self.scope * self.wage, 0)

    def _owned(self, parts: Parts, owner: Crew, when: tuple[Floats, Floats, Bools], effort: Floats) -> None:
        """Employees keep it working: their time for it, their time without work for it, and those who leave."""
        until, end, works = when
        before, after = owner.seats.tally(until), owner.seats.tally(end)
        present = np.where(works, after.paid - before.paid, 0)
        busy = np.minimum(effort, present)
        taking_over = self.world["takeover"] * self.scope * self.wage
        parts["upkeep"] = busy * owner.price
        parts["coordination"] = parts["coordination"] + owner.steer * busy * self.wage
        parts["idle"] = (present - busy) * (1 - self.world["useful_rest"]) * owner.price
        parts["hiring"] = parts["hiring"] + np.where(works, owner.joining * (after.begun - before.begun), 0)
        seats = owner.seats.start.shape[1]
        parts["knowledge"] = np.where(works, (after.left - before.left) * taking_over / seats, 0)
        if owner is not self.way.crew:
            crew = self.way.crew
            handed = self.world["handover"] * self.scope * crew.price / crew.speed
            known = np.clip((until - owner.seats.start[:, 0, 0]) / np.maximum(owner.seats.ramp, 1e-9), 0, 1)
            parts["knowledge"] = parts["knowledge"] + np.where(works, handed + (1 - known) * taking_over, 0)

    def _ending(self, parts: Parts, until: Floats, end: Floats, works: Bools) -> None:
        """What parting costs when the work ends before the need does: an idea without value, a stop, a one-off tool."""
        crew, owner = self.way.crew, self.way.owner
        early = ~works & (until < end)
        if not crew.hired:
            parts["idle"] = parts["idle"] + np.where(early, crew.notice * crew.scale * crew.price, 0)
        if owner is not None:
            over = (early | works) if self.need.kind == "one-off" else early
            there = owner.seats.tally(until).filled
            parts["idle"] = parts["idle"] + np.where(over, owner.notice * there * owner.price, 0)
