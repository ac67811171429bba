"""Assumptions without any range, with which a way can be worked out by hand."""

from __future__ import annotations

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.assumptions import builtin
from heldout.decision.engagement.course import Course
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.ways import WayId
from heldout.decision.engagement.worlds import Worlds

DAYS = 365.25 / 12
PLAIN: dict[str, float] = {
    "wage": 120_000, "load": 1.5, "recruiter_fee": 0.2, "hire_admin": 4_000, "hours": 1_200, "search_hire": 2 * DAYS,
    "ramp_hire": 4, "ramp_output": 0.5, "attrition": 0, "bad_hire": 0, "bad_hire_seen": 3, "knowledge_leaver": 0.25,
    "severance": 2, "useful_rest": 0.5, "steer_hire": 0, "freelancer_rate": 100, "market_fee": 0.05,
    "search_freelancer": DAYS, "availability_freelancer": 0.5, "abandoned_freelancer": 0, "steer_freelancer": 0,
    "notice_freelancer": 1, "locked_freelancer": 0, "agency_rate": 200, "search_agency": DAYS,
    "availability_agency": 1, "fails_agency": 0, "steer_agency": 0, "notice_agency": 1, "locked_agency": 0,
    "ramp_outside": 1, "domain_ramp": 1, "speed_outside": 1, "unusable": 0.5, "access": DAYS, "handover": 0.1,
    "market": 0.5, "overrun": 1, "coordination": 0.1, "upkeep": 0.24, "takeover": 0.5, "rebuild": 1, "no_value": 0,
    "late_month": 10_000, "seen_discovery": 1, "seen_pilot": 1, "false_stop": 0, "gate_effort": 0,
}  # fmt: skip
"""No risk, no range: a month of an employee costs 15,000, an hour is a hundredth of a month."""
WAGE, MONTH = 15_000.0, 100


def fixed(**values: float) -> tuple[Assumption, ...]:
    """Heldout's assumptions at the plain values, or at those given, without a range."""
    told = PLAIN | values
    return tuple(
        one.model_copy(update={"low": told[one.id], "mode": told[one.id], "high": told[one.id]})
        for one in builtin().assumptions
    )


def need(**values: object) -> Need:
    """A lasting need of two years, ten person-months, in a field that is not special."""
    told = {"horizon_months": 24, "deadline_months": 12, "scope_person_months": 10, "domain": "low"}
    return Need.model_validate(told | values)


def course(way: WayId, asked: Need | None = None, worlds: int = 1, **values: float) -> Course:
    """One way in worlds of these values."""
    asked = asked or need()
    return Course(way, asked, Worlds(fixed(**values), worlds), asked.horizon_months)
