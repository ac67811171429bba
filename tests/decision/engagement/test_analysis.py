"""The answer: the same each time, turned where it is said to turn, and no surer than its sources."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement import Engagement, engage
from heldout.decision.engagement.assumptions import builtin
from heldout.decision.engagement.break_even import RATES, courses, maps
from heldout.decision.engagement.flips import Bench, distribution, importances
from heldout.decision.engagement.need import Need
from heldout.decision.engagement.ways import WAYS
from heldout.decision.engagement.words import (
    conditions,
    deciding,
    headline,
    late,
    money,
    rate,
    stretch,
    together,
    turned_by,
    turning,
    value,
)
from heldout.decision.engagement.worlds import SEED, Worlds, quantile
from tests.decision.engagement.samples import fixed, need


@pytest.fixture(scope="module")
def result() -> Engagement:
    return engage(Need(), builtin().assumptions)


def owned(assumptions: Sequence[Assumption], *names: str) -> tuple[Assumption, ...]:
    return tuple(one.model_copy(update={"mark": "own"} if one.id in names or not names else {}) for one in assumptions)


def test_same_input_same_answer(result: Engagement) -> None:
    again = engage(Need(), builtin().assumptions)
    assert again.model_dump_json() == result.model_dump_json()
    assert result.seed == SEED
    json.loads(result.model_dump_json())


def test_another_seed_moves_the_gap_by_little_beside_its_error(result: Engagement) -> None:
    other = engage(Need(), builtin().assumptions, seed=7)
    assert abs(other.gap - result.gap) < 4 * np.hypot(other.gap_error, result.gap_error)


def test_parts_of_each_way_add_up_to_its_total(result: Engagement) -> None:
    for way in result.ways:
        assert sum(part.amount for part in way.parts) == pytest.approx(way.total.mean)
        assert way.never <= way.missed
        assert way.on_time <= way.built


def test_the_chance_of_no_value_is_the_same_for_every_way(result: Engagement) -> None:
    # What is never of value, less what is never built, is the same for every way up to who is built when.
    world = Worlds(builtin().assumptions, 50, 10)
    given = courses(Need(), world, [way.id for way in result.ways], 24)
    good = [course.good for course in given.values()]
    assert all((one == good[0]).all() for one in good)


def test_no_probability_while_weak_assumptions_decide(result: Engagement) -> None:
    assert result.probability is None
    assert deciding(result)
    assert "%" not in headline(result)
    assert "weak" in headline(result)


def test_a_probability_once_they_are_replaced(result: Engagement) -> None:
    names = [swing.assumption.id for swing in deciding(result)]
    some = engage(Need(), owned(builtin().assumptions, names[0]))
    assert some.probability is None
    full = engage(Need(), owned(builtin().assumptions, *names))
    assert full.probability is not None
    assert f"probability of {full.probability * 100:.0f} %" in headline(full)


def test_narrow_ranges_of_ones_own_leave_nothing_of_ours_to_decide() -> None:
    own = {"freelancer_rate": (95, 125), "wage": (135e3, 155e3), "speed_outside": (0.9, 1.1), "ramp_hire": (4, 7)}
    narrowed = tuple(
        one.model_copy(
            update={"low": own[one.id][0], "mode": sum(own[one.id]) / 2, "high": own[one.id][1], "mark": "own"}
        )
        if one.id in own
        else one
        for one in builtin().assumptions
    )
    result = engage(Need(), narrowed)
    assert deciding(result) == []
    assert result.best == "freelancer"
    assert result.probability is not None
    assert result.probability > 0.8
    assert "the lead is still $" in turning(result.swings[0], result)


def test_the_answer_turns_where_it_is_said_to(result: Engagement) -> None:
    turns = [swing for swing in result.swings if swing.flips_at is not None]
    assert turns
    for swing in turns[:3]:
        one = swing.assumption
        assert one.low < swing.flips_at < one.high
        assert min(swing.at_low, swing.at_high) < 0 < max(swing.at_low, swing.at_high)
        assert 0 < swing.beyond < 1
        bench = Bench(Need(), builtin().assumptions, [way.id for way in result.ways], SEED)
        step = (one.high - one.low) / 10
        sides = []
        for at in (swing.flips_at - step, swing.flips_at + step):
            totals = bench.held({one.id: at})
            sides.append(min(totals, key=lambda way: totals[way].mean()))
        assert result.best in sides
        assert swing.to in sides
        assert f"{'Under' if swing.at_low < 0 else 'Over'}" in turning(swing, result)


def test_page_names_assumptions_in_one_order(result: Engagement) -> None:
    told = [swing.assumption.id for swing in deciding(result)]
    assert told == [swing.assumption.id for swing in result.swings if swing.assumption.id in told]
    still = [min(swing.at_low, swing.at_high) for swing in result.swings if not swing.beyond]
    assert still == sorted(still)


def test_headline_leads_with_a_condition_and_without_words_of_frequency(result: Engagement) -> None:
    assert f"if the hour costs under {money(result.break_evens[-1].rate or 0, 'USD')}" in headline(result)
    assert not re.search("nearly all|most of|about half|hardly any|some of", headline(result))


LASTING = Need(horizon_months=36, deadline_months=12, scope_person_months=4, stays_in_house=("data",))
"""A need for which no assumption turns the answer by itself."""


def test_where_nothing_turns_it_by_itself_two_together_are_told_with_their_values() -> None:
    result = engage(LASTING, builtin().assumptions)
    assert turned_by(result) == "Nothing by itself turns it"
    pair = result.pair
    assert pair is not None
    assert 0 < pair.moved < 1
    bench = Bench(LASTING, builtin().assumptions, [way.id for way in result.ways if way.fits], SEED)
    at = bench.held({pair.first.id: pair.first_at, pair.second.id: pair.second_at})
    assert result.best is not None
    assert abs(at[pair.to].mean() - at[result.best].mean()) < 0.05 * result.gap
    assert value(pair.first, pair.first_at, "USD") in together(result)
    assert value(pair.second, pair.second_at, "USD") in together(result)


def test_where_no_pair_turns_it_the_page_says_so(result: Engagement) -> None:
    still = [swing for swing in result.swings if not swing.turns]
    alone = result.model_copy(update={"swings": tuple(still), "pair": None, "paired": 8})
    assert "Nor do any two of the 8" in together(alone)
    assert together(result) == ""
    assert turned_by(result) == "What would turn it"


def test_a_break_even_rate_makes_the_two_ways_cost_the_same(result: Engagement) -> None:
    line = next(one for one in result.break_evens if one.way == "freelancer")
    assert line.low < line.rate < line.high
    world = Worlds(builtin().assumptions, result.groups, result.worlds // result.groups)
    paid = courses(Need(), world.with_fixed("freelancer_rate", line.rate), ["freelancer", line.against], 24)
    mean = {way: course.outcome(24).total.mean() for way, course in paid.items()}
    assert mean["freelancer"] == pytest.approx(mean[line.against], rel=1e-6)


def test_limits_of_a_map_agree_with_its_cells(result: Engagement) -> None:
    for chart in result.maps:
        for column, limit in enumerate(chart.limits):
            below = {
                chart.cheapest[row][column] == chart.rate_of
                for row, at in enumerate(chart.rates)
                if limit is not None and at < limit
            }
            above = {
                chart.cheapest[row][column] == chart.rate_of
                for row, at in enumerate(chart.rates)
                if limit is not None and at > limit
            }
            assert below <= {True}
            assert above <= {False}


def test_importances_are_shares_and_the_largest_is_what_the_gap_hangs_on(result: Engagement) -> None:
    assert sum(swing.importance for swing in result.swings) == pytest.approx(1, abs=0.02)
    assert 0 <= result.by_luck <= 1
    largest = max(result.swings, key=lambda swing: swing.importance)
    assert largest.assumption.id == "freelancer_rate"


def test_knowledge_that_must_stay_leaves_only_ways_with_employees() -> None:
    result = engage(Need(stays_in_house=("knowledge",)), builtin().assumptions)
    fitting = {way.id for way in result.ways if way.fits}
    assert fitting == {"full-time", "team", "agency-then-hire"}
    assert result.best == "full-time"


def test_a_firm_deadline_leaves_only_ways_that_keep_it() -> None:
    result = engage(Need(firm_deadline=True), builtin().assumptions)
    assert result.best in {"team", "agency"}
    assert all(way.on_time >= 0.5 for way in result.ways if way.fits)
    assert late(result).startswith("It keeps the deadline in")


def test_a_firm_deadline_names_beside_the_cheapest_way_the_one_that_keeps_it_more_surely() -> None:
    asked = Need(
        kind="one-off", horizon_months=12, deadline_months=6, firm_deadline=True, scope_person_months=2, domain="low"
    )
    result = engage(asked, builtin().assumptions)
    by_id = {way.id: way for way in result.ways}
    assert result.best == "freelancer"
    assert late(result) == (
        f"It keeps the deadline in {by_id['freelancer'].on_time:.0%} of the assumed worlds, an agency in "
        f"{by_id['agency'].on_time:.0%}, for {money(by_id['agency'].spent.mean, 'USD')} instead of "
        f"{money(by_id['freelancer'].spent.mean, 'USD')} on average."
    ).replace("%", " %")
    least = min(min(swing.at_low, swing.at_high) for swing in deciding(result))
    assert f"weak ones can take up to {1 - least / result.gap:.0%} of the lead".replace("%", " %") in headline(result)


def test_a_month_too_late_at_its_break_even_makes_both_ways_cost_the_same(result: Engagement) -> None:
    assert result.best_on_time == "team"
    assert result.worth_on_time is not None
    assert money(result.worth_on_time, "USD") in late(result)
    world = Worlds(builtin().assumptions, result.groups, result.worlds // result.groups)
    held = courses(Need(), world.with_fixed("late_month", result.worth_on_time), ["freelancer", "team"], 24)
    mean = {way: course.outcome(24).total.mean() for way, course in held.items()}
    assert mean["freelancer"] == pytest.approx(mean["team"], rel=1e-9)


def test_a_need_too_short_for_every_way_has_no_answer() -> None:
    result = engage(Need(horizon_months=2), builtin().assumptions)
    assert (result.best, result.probability, result.swings) == (None, None, ())
    assert "allow more time" in headline(result)
    short = engage(
        Need(kind="one-off", horizon_months=12, deadline_months=5, firm_deadline=True), builtin().assumptions
    )
    assert "the quickest, an agency, needs about" in headline(short)


def test_without_ranges_everything_is_certain_and_stop_rules_cost_nothing_more() -> None:
    result = engage(need(), fixed())
    assert result.gap_error == 0
    assert result.probability == 1
    assert all(one.value == pytest.approx(0) for one in result.stopping)


def test_the_right_to_stop_is_what_a_worthless_build_would_have_cost() -> None:
    # Seen for certain after the discovery: the freelancer is stopped at a tenth of the work, with a month of notice.
    # (0.25 months of ramp-up give the first 0.25 person-months.)
    result = engage(need(), fixed(no_value=1))
    one = next(one for one in result.stopping if one.way == "freelancer")
    assert one.stopped == 1
    assert one.value == pytest.approx(9 * 10_500)
    assert one.worthless_with == pytest.approx(1.25 * 10_500 + 0.5 * 10_500)


def test_checks_that_see_nothing_cost_their_work() -> None:
    result = engage(need(), fixed(no_value=0, gate_effort=0.5))
    assert all(one.value == pytest.approx(-2 * 0.5 * 15_000) for one in result.stopping)


def test_sentences_hold_no_formula_and_no_number_without_its_unit(result: Engagement) -> None:
    said = [rate(one, result) for one in result.break_evens]
    said += [conditions(chart, result) for chart in result.maps] + [stretch(one, result) for one in result.stretches]
    assert any("the hour costs under $" in one for one in said)
    assert all(one.endswith(".") for one in said)
    assert any("more often than not" in one for one in said)


def test_a_triangular_range_is_drawn_as_it_is_described() -> None:
    one = builtin().assumptions[0]
    ranks = np.linspace(0.001, 0.999, 500)
    drawn = quantile(one, ranks)
    assert drawn.min() >= one.low
    assert drawn.max() <= one.high
    np.testing.assert_allclose([distribution(one, value) for value in drawn], ranks, atol=1e-9)
    assert drawn.mean() == pytest.approx((one.low + one.mode + one.high) / 3, rel=1e-3)


def test_replacing_one_assumption_leaves_all_other_draws_as_they_were() -> None:
    before, after = Worlds(builtin().assumptions, 50), Worlds(builtin().assumptions[5:], 50)
    name = builtin().assumptions[10].id
    assert (before[name] == after[name]).all()
    assert (before.luck("leaves", 1, 3) == after.luck("leaves", 1, 3)).all()


def test_wages_and_rates_of_one_market_move_together_and_nothing_else_does() -> None:
    worlds = Worlds(builtin().assumptions, 400)
    prices = ("wage", "freelancer_rate", "agency_rate")
    for first, second in combinations(prices, 2):
        assert 0.45 < np.corrcoef(worlds.rank(first), worlds.rank(second))[0, 1] < 0.75
        assert abs(np.corrcoef(worlds.rank(first), worlds.rank("upkeep"))[0, 1]) < 0.15
    for name in prices:  # each part of the range is still drawn once
        assert (np.sort(np.floor(worlds.rank(name) * 400)) == np.arange(400)).all()
    apart, one = (worlds.with_fixed("market", r) for r in (0.0, 0.99))
    assert abs(np.corrcoef(apart.rank("wage"), apart.rank("agency_rate"))[0, 1]) < 0.15
    assert np.corrcoef(one.rank("wage"), one.rank("agency_rate"))[0, 1] > 0.95


def test_importances_of_assumptions_that_move_together_add_up_to_what_they_explain() -> None:
    worlds = Worlds(builtin().assumptions, 400).with_fixed("market", 0.8)
    names = ["wage", "freelancer_rate", "upkeep"]
    found, explained = importances(worlds, worlds.rank("wage") + worlds.rank("freelancer_rate"), names)
    assert explained == pytest.approx(1, abs=0.02)
    assert found["wage"] == pytest.approx(found["freelancer_rate"], abs=0.05)
    assert found["upkeep"] < 0.01


def test_another_seed_moves_every_mean_by_little_beside_its_error(result: Engagement) -> None:
    other = engage(Need(), builtin().assumptions, seed=7)
    for one, again in zip(result.ways, other.ways, strict=True):
        assert abs(one.spent.mean - again.spent.mean) < 4 * (one.spent_error + again.spent_error)
        assert 0 < one.spent_error < 0.02 * one.spent.mean


def test_amounts_are_told_in_three_figures() -> None:
    assert [money(n, "USD") for n in (0, 9.6, 141.2, 133_100, 1_234_567, -17_675)] == [
        "$0", "$10", "$141", "$133,000", "$1,230,000", "\u2212$17,700",
    ]  # fmt: skip
    assert money(1000, "EUR") == "EUR 1,000"


@pytest.mark.parametrize("kind", ["lasting", "one-off"])
@pytest.mark.parametrize("firm", [False, True])
def test_conditions_never_contradict_the_table_of_lengths(result: Engagement, kind: str, firm: bool) -> None:
    """Over needs of many kinds: each length that a sentence names or leaves out is checked against the table's way."""
    for scope, deadline, domain, kept in product((2, 8, 20), (6, 12), ("low", "high"), ((), ("knowledge",))):
        asked = Need(
            kind=kind, horizon_months=12, deadline_months=deadline, firm_deadline=firm,
            scope_person_months=scope, domain=domain, stays_in_house=kept,
        )  # fmt: skip
        ways = [w for w in WAYS if not (w == "agency-then-hire" and kind == "one-off")]
        ways = [w for w in ways if not kept or w not in ("agency", "freelancer", "agency-then-hire")] or ways
        charts, table = maps(asked, builtin().assumptions, ways, SEED)
        told = result.model_copy(update={"need": asked, "maps": tuple(charts), "stretches": tuple(table)})
        cheapest = {h: one.way for one in table for h in range(int(one.first), int(one.last) + 1, 3)}
        for chart in charts:
            where = lengths_told(conditions(chart, told), [int(h) for h in chart.horizons])
            usual = next(one for one in told.assumptions if one.id == RATES[chart.rate_of])
            for horizon, way in cheapest.items():
                if way == chart.rate_of:
                    assert horizon in where, (asked, horizon)
                if horizon in where and where[horizon] >= usual.high:
                    assert way == chart.rate_of, (asked, horizon)


def lengths_told(sentence: str, horizons: list[int]) -> dict[int, float]:
    """The lengths that a sentence of conditions names, each with the lowest rate under which it is said to hold."""
    if "at no length" in sentence:
        return {}
    found: dict[int, float] = {}
    for part in sentence.split(" if the need lasts ")[1].split("; or "):
        numbers = [int(number) for number in re.findall(r"\d+", re.split(r" and the hour|, whatever", part)[0])]
        first = horizons[0] if part.startswith("up to") else numbers[0]
        last = horizons[-1] if "or more" in part else numbers[-1]
        limit = re.search(r"under \$([\d,]+)", part)
        assert limit or "whatever the hour costs" in part
        found |= {
            h: float(limit[1].replace(",", "")) if limit else float("inf") for h in horizons if first <= h <= last
        }
    return found
