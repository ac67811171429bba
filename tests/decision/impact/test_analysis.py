"""From two files to what is said: the rule's worked example, small groups, and where a gap arises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product, repeat
from pathlib import Path

import numpy as np
import pytest

from heldout.decision.impact import (
    Comparison,
    Fairness,
    Group,
    Measure,
    Table,
    analyse,
    read_demographics,
    read_outcomes,
)
from heldout.errors import InputError
from tests.decision.impact.samples import funnel, one_stage, report, write


def table(result: Fairness, attribute: str, measure: int = 0) -> Table:
    return next(t for t in result.measures[measure].tables if t.attribute == attribute)


def group(result: Fairness, name: str, attribute: str = "sex", measure: int = 0) -> Group:
    return next(g for g in table(result, attribute, measure).groups if g.name == name)


def beside(result: Fairness, name: str, attribute: str = "sex", measure: int = 0) -> Comparison:
    comparison = group(result, name, attribute, measure).comparison
    assert comparison is not None
    return comparison


@pytest.fixture
def rule(tmp_path: Path) -> Fairness:
    """The worked example of 6 RCNY 5-301: scoring rates by sex, and by race as far as our copy of it goes."""
    sexes = {"Male": (50, 92), "Female": (34, 76)}
    races = {
        "Hispanic": (18, 28),
        "White": (15, 40),
        "Black": (16, 32),
        "NHPI": (5, 8),
        "Asian": (10, 24),
        "": (20, 36),
    }
    above, below = (
        list(
            zip(*(chain.from_iterable(repeat(n, pick(c)) for n, c in of.items()) for of in (sexes, races)), strict=True)
        )
        for pick in (lambda c: c[0], lambda c: c[1] - c[0])
    )
    people = [(sex, race, 80) for sex, race in above] + [(sex, race, 40) for sex, race in below]
    head = ("candidate", "stage", "selected", "score")
    outcomes = write(tmp_path / "o.csv", head, *((n, "tool", "", p[2]) for n, p in enumerate(people)))
    who = write(tmp_path / "w.csv", ("candidate", "sex", "race"), *((n, *p[:2]) for n, p in enumerate(people)))
    return report((outcomes, who))


@pytest.mark.parametrize(
    ("attribute", "name", "people", "rate", "ratio"),
    [
        ("sex", "Male", 92, 54.3, 1.00),
        ("sex", "Female", 76, 44.7, 0.82),
        ("race", "Hispanic", 28, 64.3, 1.00),  # the rule cuts this one off to 64.2
        ("race", "White", 40, 37.5, 0.58),
        ("race", "Black", 32, 50.0, 0.78),
        ("race", "NHPI", 8, 62.5, 0.97),
        ("race", "Asian", 24, 41.7, 0.65),
    ],
)
def test_the_worked_example_of_new_york_citys_rule(
    rule: Fairness, attribute: str, name: str, people: int, rate: float, ratio: float
) -> None:
    assert (rule.measures[0].kind, rule.measures[0].median) == ("scoring", 60)
    one = group(rule, name, attribute)
    assert one.rate is not None
    assert (one.people, round(one.rate * 100, 1)) == (people, rate)
    assert (1.0 if one.comparison is None else round(one.comparison.ratio, 2)) == ratio
    assert (one.place == "highest") == (ratio == 1.0)
    assert table(rule, "race").unknown == 36


def test_a_large_gap_is_told_from_chance(tmp_path: Path) -> None:
    found = beside(report(one_stage(tmp_path, {"f": (20, 200), "m": (60, 200)})), "f")
    assert (found.reading, found.under_four_fifths, found.turned_by_one) == ("difference", True, False)
    assert (found.ratio, found.chance) == (pytest.approx(1 / 3), pytest.approx(5e-7, rel=0.9))
    assert found.words.startswith("Chance alone would seldom make a gap like this (p < .001")


def test_one_person_turns_the_mark_and_reverses_the_gap(tmp_path: Path) -> None:
    found = beside(report(one_stage(tmp_path, {"f": (3, 10), "m": (4, 10)})), "f")
    assert (found.under_four_fifths, found.turned_by_one, found.reversed_by_one) == (True, True, True)
    assert found.reading == "too_small"
    assert "no rate, not even 0 %, would have been found" in found.words


def test_with_many_people_a_missing_gap_is_said_to_be_that(tmp_path: Path) -> None:
    found = beside(report(one_stage(tmp_path, {"f": (145, 500), "m": (150, 500)})), "f")
    assert found.reading == "not_clear"
    assert found.seen_below == pytest.approx(0.215, abs=0.01)
    assert "smaller gaps are not ruled out" in found.words


def test_many_pairs_make_one_gap_less_telling(tmp_path: Path) -> None:
    groups = dict.fromkeys("abcdefgh", (20, 50)) | {"i": (10, 50)}
    result = report(one_stage(tmp_path, groups, "team"))
    found = beside(result, "i", "team")
    assert result.pairs == 36
    assert found.chance < 0.05 < found.adjusted
    assert found.reading == "perhaps"


def test_groups_under_two_per_cent_are_left_out_of_the_ratios_with_the_reason(tmp_path: Path) -> None:
    result = report(one_stage(tmp_path, {"a": (100, 300), "b": (90, 300), "c": (9, 10)}, "race"))
    small = group(result, "c", "race")
    assert (small.place, small.rate, small.comparison) == ("excluded", 0.9, None)
    assert small.why == "10 of 610 people are under 2 %"
    assert group(result, "a", "race").place == "highest"


def test_small_groups_have_no_numbers_and_are_not_the_rest(tmp_path: Path) -> None:
    result = report(one_stage(tmp_path, {"a": (3, 4), "b": (5, 20), "c": (9, 40), "": (1, 9)}, "race"))
    assert [(g.name, g.place, g.people, g.rate) for g in table(result, "race").groups] == [
        ("a", "hidden", None, None),
        ("b", "hidden", None, None),
        ("c", "none", 40, 9 / 40),
    ]
    assert table(result, "race").unknown == 9
    shown = report(one_stage(tmp_path, {"a": (3, 4), "b": (5, 20), "c": (9, 40), "": (1, 9)}, "race"), least=1)
    assert group(shown, "a", "race").people == 4


def test_a_group_hidden_among_all_is_hidden_at_every_stage(tmp_path: Path) -> None:
    result = report(funnel(tmp_path))
    for measure in range(len(result.measures)):
        assert group(result, "Native American", "race", measure).place == "hidden"
        hidden = [g.name for g in table(result, "race", measure).groups if g.place == "hidden"]
        assert len(hidden) > 1


@pytest.mark.parametrize("seed", range(6))
def test_nobody_can_compute_a_small_group_from_the_page(tmp_path: Path, seed: int) -> None:
    """Totals, groups and unknowns of each measure as equations: no small group's people follow from them."""
    files = funnel(tmp_path, people=90, seed=seed)
    truth = {(m.kind, m.stage, t.attribute, g.name): g.people or 0 for m, t, g in every_group(report(files, least=1))}
    sexes, races = ("Female", "Male", ""), ("White", "Asian", "Black", "Native American", "")
    crossings = {name for _, _, attribute, name in truth if attribute == "sex × race"}
    cells = [
        cell for cell in product(sexes, races) if "" in cell or " × ".join(cell) in crossings
    ]  # others hold nobody
    checked = 0
    for measure in report(files).measures:
        known = [[1.0] * len(cells)]
        hidden = {}
        for t in measure.tables:
            inside = {g.name: [float(member(cell, t.attribute, g.name)) for cell in cells] for g in t.groups}
            known.append([1.0 - sum(column) for column in zip(*inside.values(), strict=True)])  # of unknown category
            for g in t.groups:
                if g.people is not None:
                    known.append(inside[g.name])
                elif 0 < truth[measure.kind, measure.stage, t.attribute, g.name] < 5:
                    hidden[t.attribute, g.name] = inside[g.name]
        rank = np.linalg.matrix_rank(np.array(known))
        for row in hidden.values():
            assert np.linalg.matrix_rank(np.array([*known, row])) > rank
            checked += 1
    assert checked


def every_group(result: Fairness) -> Iterator[tuple[Measure, Table, Group]]:
    for measure in result.measures:
        for t in measure.tables:
            for g in t.groups:
                yield measure, t, g


def member(cell: tuple[str, str], attribute: str, name: str) -> bool:
    return name == {"sex": cell[0], "race": cell[1]}.get(attribute, " × ".join(cell))


def test_nobody_selected_gives_no_ratio(tmp_path: Path) -> None:
    result = report(one_stage(tmp_path, {"a": (0, 10), "b": (0, 20)}))
    assert {g.why for g in table(result, "sex").groups} == {"nobody was selected"}
    assert result.measures[0].tables[0].groups[0].rate == 0.0


def test_the_stage_where_a_gap_arises_is_named(tmp_path: Path) -> None:
    result = report(funnel(tmp_path, people=600))
    assert [m.stage for m in result.measures if m.kind == "selection"] == ["screen", "work sample", "offer"]
    way = next(way for way in result.ways if way.group == "Female")
    ratios = {step.stage: step.ratio for step in way.steps}
    assert min(ratios, key=lambda stage: ratios[stage] or 9) == "screen"
    assert way.words.startswith("The widest gap shown is at screen:")
    assert "chance alone would seldom make it" in way.words


def test_without_a_decision_is_no_refusal(tmp_path: Path) -> None:
    result = report(funnel(tmp_path))
    overall = result.measures[0]
    assert overall.undecided > 0
    assert overall.people + overall.undecided == result.candidates
    assert any("they are no refusals" in note for note in result.notes)


def test_who_tells_nothing_counts_in_the_totals_only(tmp_path: Path) -> None:
    outcomes, who = one_stage(tmp_path, {"f": (5, 10), "m": (6, 10)})
    kept = [line for line in who.read_text().splitlines() if not line.startswith("f1")]
    who.write_text("\n".join([*kept, "stranger,f"]) + "\n")
    result = report((outcomes, who))
    assert (result.without_demographics, result.unused_demographics) == (1, 1)
    assert result.measures[0].people == 20
    assert table(result, "sex").unknown == 1


def test_files_that_name_people_differently_are_refused(tmp_path: Path) -> None:
    outcomes, _ = one_stage(tmp_path, {"f": (5, 10)})
    who = write(tmp_path / "other.csv", ("candidate", "sex"), ("x", "f"))
    with pytest.raises(InputError, match="both files must name people by the same id"):
        analyse(read_outcomes(outcomes), read_demographics(who))


def test_no_word_accuses_or_absolves(tmp_path: Path) -> None:
    text = report(funnel(tmp_path, people=600)).model_dump_json().casefold()
    for word in ("discriminat", "bias", "unlawful", "illegal", "compliant", "unfair", "proves", "violation", "guilty"):
        assert word not in text
