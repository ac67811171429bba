"""The ways to get the work done, each as the same few parts: a crew that builds, and perhaps employees who stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from heldout.decision.engagement.need import Need
from heldout.decision.engagement.seats import Seats, exponential, one_after_the_other
from heldout.decision.engagement.worlds import Floats, Worlds

WayId = Literal["full-time", "freelancer", "agency", "team", "agency-then-hire"]
WAYS: dict[WayId, str] = {
    "full-time": "One full-time hire",
    "freelancer": "A freelancer",
    "agency": "An agency",
    "team": "A small team of your own",
    "agency-then-hire": "An agency builds, a hire maintains",
}
"""Every way that is compared, and what pages call it."""
DAYS = 365.25 / 12
"""Days of a month."""
PEOPLE = 8
"""People who may follow one another in a seat; the last one is taken to stay."""
_DOMAIN = {"low": 0.0, "medium": 1.0, "high": 2.0}


@dataclass(frozen=True)
class Crew:
    """Who works, and at what price; every array has the shape (worlds,).

    `people` work as one seat stands for that many. `price` is money for a person-month that is paid, `available` how
    much of a month is paid and worked, `speed` its output beside an employee's, `together` what is left of output when
    people work together, `steer` your own people's time for each paid hour, `joining` what each start costs, `notice`
    person-months still paid when work ends early, `locked` the chance that the result is locked in.
    """

    seats: Seats
    people: float
    hired: bool
    available: Floats
    speed: Floats
    together: Floats
    price: Floats
    steer: Floats
    joining: Floats
    notice: Floats
    locked: Floats

    @property
    def scale(self) -> Floats:
        """Paid person-months for each month of a seat."""
        return self.people * self.available


@dataclass(frozen=True)
class Way:
    """One way: the crew that builds, and the employees who own the system afterwards (None: nobody of yours)."""

    id: WayId
    crew: Crew
    owner: Crew | None

    @property
    def stays(self) -> bool:
        """Whether those who know the system are employees of yours when it is built."""
        return self.owner is not None


def build_way(name: WayId, need: Need, world: Worlds) -> Way:
    """A way in each of the worlds."""
    if name == "full-time":
        crew = _hired(world, 1)
        return Way(name, crew, crew)
    if name == "team":
        crew = _hired(world, need.team_people)
        return Way(name, crew, crew)
    if name == "freelancer":
        return Way(name, _outside(world, need, "freelancer", 1), None)
    agency = _outside(world, need, "agency", need.agency_people)
    if name == "agency":
        return Way(name, agency, None)
    built = agency.seats.start[:, 0, 0] + _planned(world, need, agency)
    wait = built - world["ramp_hire"] - world["search_hire"] / DAYS  # so that they know their way when it is built
    return Way(name, agency, _hired(world, 1, np.maximum(wait, 0)))


def wage_month(world: Worlds) -> Floats:
    """(worlds,): what an employee costs in a month, with benefits and taxes."""
    return world["wage"] * world["load"] / 12


def scope(world: Worlds, need: Need) -> Floats:
    """(worlds,): person-months of an employee after ramp-up that the work truly takes."""
    return need.scope_person_months * world["overrun"]


def _hired(world: Worlds, seats: int, wait: Floats | None = None) -> Crew:
    """Employees; the search for the first in each seat begins after `wait` months."""
    shape, one = (seats, PEOPLE), np.ones(len(world))
    bad = world.luck("bad hire", *shape) < world["bad_hire"][:, None, None]
    monthly = -np.log1p(-np.minimum(world["attrition"], 0.999)) / 12
    leaves = exponential(world.luck("leaves", *shape), np.broadcast_to(monthly[:, None, None], bad.shape))
    life = np.where(bad, np.minimum(leaves, world["bad_hire_seen"][:, None, None]), leaves)
    life[..., -1] = np.inf
    search = np.repeat((world["search_hire"] / DAYS)[:, None, None], seats, axis=1).repeat(PEOPLE, axis=2)
    if wait is not None:
        search[..., 0] += wait[:, None]
    works = np.where(bad, 0.0, 1.0)
    works[..., -1] = 1.0
    return Crew(
        seats=Seats(
            one_after_the_other(search, life), life, works, world["ramp_hire"], world["ramp_output"],
            1 - world["knowledge_leaver"],
        ),
        people=1, hired=True, available=one, speed=one, together=_together(world, seats), price=wage_month(world),
        steer=world["steer_hire"], joining=world["recruiter_fee"] * world["wage"] + world["hire_admin"],
        notice=world["severance"] * (1 - world["useful_rest"]), locked=0 * one,
    )  # fmt: skip


def _outside(world: Worlds, need: Need, who: Literal["freelancer", "agency"], people: int) -> Crew:
    available, together, speed = world[f"availability_{who}"], _together(world, people), world["speed_outside"]
    ramp = world["ramp_outside"]
    if factor := _DOMAIN[need.domain]:
        ramp = ramp + factor * world["domain_ramp"]
    search = world[f"search_{who}"]
    if "data" in need.stays_in_house:
        search = search + world["access"]
    risk = world["abandoned_freelancer" if who == "freelancer" else "fails_agency"]
    planned = scope(world, need) / (people * available * together * speed) + ramp * (1 - world["ramp_output"])
    breaks = world.luck(f"breaks {who}", 1, PEOPLE) < risk[:, None, None]
    life = np.where(breaks, world.luck(f"when {who}", 1, PEOPLE) * planned[:, None, None], np.inf)
    life[..., -1] = np.inf
    waits = np.broadcast_to((search / DAYS)[:, None, None], life.shape)
    fee = 1 + world["market_fee"] if who == "freelancer" else 1.0
    return Crew(
        seats=Seats(
            one_after_the_other(waits, life), life, np.ones_like(life), ramp, world["ramp_output"],
            1 - world["unusable"],
        ),
        people=people, hired=False, available=available, speed=speed, together=together,
        price=world[f"{who}_rate"] * fee * world["hours"] / 12, steer=world[f"steer_{who}"],
        joining=np.zeros(len(world)), notice=world[f"notice_{who}"], locked=world[f"locked_{who}"],
    )  # fmt: skip


def _planned(world: Worlds, need: Need, crew: Crew) -> Floats:
    """Months that a build takes in which nothing goes wrong."""
    return scope(world, need) / (crew.scale * crew.together * crew.speed) + crew.seats.ramp * (
        1 - crew.seats.ramp_output
    )


def _together(world: Worlds, people: int) -> Floats:
    """What is left of output when so many work together; never under a third."""
    if people == 1:
        return np.ones(len(world))
    return np.maximum(1 - world["coordination"] * (people - 1), 1 / 3)
