"""The simulation where it can be checked by hand, where it must not fall, and that its parts add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.decision.engagement.analysis import hour_of_a_hire
from heldout.decision.engagement.assumptions import builtin
from heldout.decision.engagement.course import Course
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.ways import WAYS, WayId
from heldout.decision.engagement.worlds import Worlds
from tests.decision.engagement.samples import WAGE, course, need


def parts(way: WayId, asked: Need | None = None, **values: float) -> dict[str, float]:
    """The parts that are not nothing, in one world without risk."""
    asked = asked or need()
    found = course(way, asked, **values).outcome(asked.horizon_months).parts
    return {name: round(float(amount[0]), 4) for name, amount in found.items() if abs(amount[0]) > 1e-6}


def test_a_hire_without_risk_is_arithmetic() -> None:
    # Starts at 2, gives half for 4 months (2 of 10 person-months), then 8 more months: works at 14, two months late.
    # Afterwards 10 months, of which 0.24 x 10 / 12 x 10 = 2 are upkeep; half of the other 8 are of no use.
    assert course("full-time").ready[0] == pytest.approx(14)
    assert parts("full-time") == {
        "work": 10 * WAGE,
        "ramp": 2 * WAGE,
        "hiring": 0.2 * 120_000 + 4_000,
        "upkeep": 2 * WAGE,
        "idle": 4 * WAGE,
        "late": 20_000,
    }


def test_a_freelancer_without_risk_is_arithmetic() -> None:
    # 100 an hour, 100 hours a month and 5 % fee: 10,500. Starts at 1, half there: a month of ramp-up gives 0.25
    # person-months and costs half a month, then 9.75 / 0.5 months: works at 21.5. Upkeep 2.5 months x 0.2. Last, 5
    # person-months of an employee to take it over.
    assert course("freelancer").ready[0] == pytest.approx(21.5)
    assert parts("freelancer") == {
        "work": 10 * 10_500.0,
        "ramp": 0.25 * 10_500,
        "upkeep": 0.5 * 10_500,
        "knowledge": 5 * WAGE,
        "late": 95_000,
    }


def test_an_agency_of_two_without_risk_is_arithmetic() -> None:
    # Two people at 20,000 a month lose a tenth to coordination: 1.8 a month. Starts at 1, a month of ramp-up gives 0.9,
    # the other 9.1 take 9.1 / 1.8 months.
    ready = 2 + 9.1 / 1.8
    assert course("agency").ready[0] == pytest.approx(ready)
    assert parts("agency") == {
        "work": 200_000.0,
        "ramp": 20_000.0,
        "coordination": pytest.approx(20_000 * 10 / 0.9 * 0.1),
        "upkeep": pytest.approx(0.2 * (24 - ready) * 20_000, abs=1e-3),
        "knowledge": 5 * WAGE,
    }


def test_a_team_without_risk_is_arithmetic() -> None:
    # Three hires at 0.8 of their output together. Start at 2, four months at half (4.8), then 5.2 / 2.4 months.
    ready = 6 + 5.2 / 2.4
    upkeep = 0.2 * (24 - ready)
    assert course("team").ready[0] == pytest.approx(ready)
    assert parts("team") == {
        "work": 150_000.0,
        "ramp": 6 * WAGE,
        "coordination": pytest.approx(10 / 0.8 * 0.2 * WAGE),
        "hiring": 84_000,
        "upkeep": pytest.approx(upkeep * WAGE, abs=1e-3),
        "idle": pytest.approx((3 * (24 - ready) - upkeep) / 2 * WAGE, abs=1e-3),
    }


def test_a_hire_who_maintains_starts_in_time_to_know_it() -> None:
    # The agency is ready at 2 + 9.1 / 1.8; the hire starts 4 months before, is paid while learning, and takes over.
    ready = 2 + 9.1 / 1.8
    upkeep = 0.2 * (24 - ready)
    assert parts("agency-then-hire") == {
        "work": 200_000.0,
        "ramp": pytest.approx(20_000 + 4 * WAGE),
        "coordination": pytest.approx(20_000 * 10 / 0.9 * 0.1),
        "hiring": 28_000,
        "upkeep": pytest.approx(upkeep * WAGE, abs=1e-3),
        "idle": pytest.approx((24 - ready - upkeep) / 2 * WAGE, abs=1e-3),
        "knowledge": 1 * 20_000,
    }


def test_a_one_off_tool_needs_no_upkeep_and_the_hire_is_let_go_or_moved() -> None:
    assert parts("full-time", need(kind="one-off")) == {
        "work": 10 * WAGE, "ramp": 2 * WAGE, "hiring": 28_000, "idle": 2 * 0.5 * WAGE, "late": 20_000,
    }  # fmt: skip
    assert set(parts("freelancer", need(kind="one-off"))) == {"work", "ramp", "late"}


def test_an_idea_without_value_is_ended_when_it_is_built_and_is_never_late() -> None:
    assert parts("full-time", no_value=1) == {
        "work": 10 * WAGE, "ramp": 2 * WAGE, "hiring": 28_000, "idle": 1 * WAGE,
    }  # fmt: skip
    assert parts("agency", no_value=1)["idle"] == 2 * 20_000
    assert not np.isfinite(course("agency", no_value=1).outcome(24).finish[0])


def test_what_is_stopped_costs_what_was_done_until_then_and_parting() -> None:
    hire = course("full-time")
    stopped = hire.outcome(24, np.array([6.0]))
    assert {k: float(v[0]) for k, v in stopped.parts.items() if v[0]} == {
        "work": 2 * WAGE, "ramp": 2 * WAGE, "hiring": 28_000, "idle": WAGE, "late": 120_000,
    }  # fmt: skip


def test_data_that_stay_in_house_and_a_special_field_cost_outsiders_time() -> None:
    plain = course("agency").ready[0]
    assert course("agency", need(stays_in_house=("data",))).ready[0] == pytest.approx(plain + 1)
    assert course("agency", need(domain="high")).ready[0] == pytest.approx(plain + 1)  # two months at half
    assert course("full-time", need(stays_in_house=("data",), domain="high")).ready[0] == pytest.approx(14)


def test_lock_in_costs_its_share_of_the_worlds() -> None:
    found = course("agency", worlds=4000, locked_agency=0.3).outcome(24).parts["lock-in"]
    assert set(np.unique(found)) == {0.0, 10 * WAGE}
    assert (found > 0).mean() == pytest.approx(0.3, abs=0.03)


def test_attrition_is_the_share_that_leaves_in_a_year() -> None:
    crew = course("full-time", worlds=4000, attrition=0.25).way.crew
    first = crew.seats.life[:, 0, 0]
    assert (first <= 12).mean() == pytest.approx(0.25, abs=0.03)


def test_a_contract_that_breaks_costs_time_and_the_unusable_share() -> None:
    whole, broken = course("agency", worlds=500), course("agency", worlds=500, fails_agency=0.5)
    outcome = broken.outcome(24)
    assert (broken.ready >= whole.ready - 1e-9).all()
    assert (outcome.parts["lost"] > 0).mean() == pytest.approx(0.5, abs=0.07)


def test_the_facts_check_of_a_hires_hour() -> None:
    first, later = hour_of_a_hire(wage=133_100, load=1.42, fee=0.2, hours=1_760, ramp=6, output=0.5)
    assert first == pytest.approx(164, abs=1)
    assert later == pytest.approx(108, abs=1)
    # A freelancer at 120 an hour is cheaper in year one only.
    assert later < 120 < first


def test_the_simulation_agrees_with_that_hour() -> None:
    asked = need(horizon_months=12, deadline_months=12, scope_person_months=9)
    values = {"wage": 133_100, "load": 1.42, "recruiter_fee": 0.2, "hire_admin": 0, "hours": 1_760, "ramp_hire": 6}
    hire = course("full-time", asked, search_hire=0, **values)
    assert hire.ready[0] == pytest.approx(12)
    assert hire.outcome(12).spent[0] / (9 / 12 * 1_760) == pytest.approx(163.35, abs=0.01)


ANY = Worlds(builtin().assumptions, 60, 2)
needs = st.builds(
    lambda **told: Need.model_validate(told | {"deadline_months": told["horizon_months"] * told.pop("part")}),
    kind=st.sampled_from(["lasting", "one-off"]),
    horizon_months=st.floats(1, 60),
    part=st.floats(0.1, 1),
    scope_person_months=st.floats(0.5, 60),
    domain=st.sampled_from(["low", "medium", "high"]),
    team_people=st.integers(2, 6),
)


@settings(max_examples=40, deadline=None)
@given(needs, st.sampled_from(sorted(WAYS)))
def test_parts_add_up_and_what_was_paid_for_is_all_there(asked: Need, way: WayId) -> None:
    one = Course(way, asked, ANY, asked.horizon_months)
    outcome = one.outcome(asked.horizon_months)
    assert all((amount >= -1e-6).all() for amount in outcome.parts.values())
    np.testing.assert_allclose(outcome.total, np.sum(list(outcome.parts.values()), axis=0))
    crew, tally = one.way.crew, one.way.crew.seats.tally(outcome.until)
    np.testing.assert_allclose(tally.paid, tally.ramp + tally.failed + tally.gross, atol=1e-9)
    if way != "agency-then-hire":  # until then: people by the month, your own people's time, hiring
        paid = tally.paid * crew.scale * (crew.price + crew.steer * one.wage) + crew.joining * tally.begun
        np.testing.assert_allclose(outcome.building, paid, rtol=1e-9, atol=1e-6)
    assert (tally.done <= tally.gross + 1e-9).all()


DEARER = ("wage", "load", "agency_rate", "freelancer_rate", "late_month", "overrun", "coordination", "upkeep")


@pytest.mark.parametrize("name", DEARER)
@pytest.mark.parametrize("way", WAYS)
def test_dearer_or_more_work_never_costs_less(way: WayId, name: str) -> None:
    asked, values = need(), []
    world = Worlds(builtin().assumptions, 200, 2)
    one = world.assumptions[name]
    for value in (one.low, one.mode, one.high):
        held = world.with_fixed(name, value)
        if name in ("overrun", "coordination"):  # what is built later is kept working for less time: compare building
            held = held.with_fixed("no_value", 1.0)
        values.append(Course(way, asked, held, 24).outcome(24).total.mean())
    assert values == sorted(values)


SLOWER = ("search_hire", "ramp_hire", "overrun", "domain_ramp", "search_agency", "unusable", "knowledge_leaver")


@pytest.mark.parametrize("name", SLOWER)
@pytest.mark.parametrize("way", WAYS)
def test_delays_never_make_it_work_sooner(way: WayId, name: str) -> None:
    asked = need(domain="medium")
    world = Worlds(builtin().assumptions, 300, 2)
    one = world.assumptions[name]
    early, late = (
        Course(way, asked, world.with_fixed(name, value), 60).outcome(60).finish for value in (one.low, one.high)
    )
    assert np.isfinite(early).sum() >= np.isfinite(late).sum()
    both = np.isfinite(early) & np.isfinite(late)
    assert early[both].mean() <= late[both].mean() + 1e-9
