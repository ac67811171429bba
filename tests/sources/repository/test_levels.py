"""Levels by pencil: start and contributions, caps, size, shares, and what is missing."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.evidence import Evidence, Finding, Location, Suppression
from heldout.material.tree import Kind
from heldout.sources.repository.authorship import Authorship
from heldout.sources.repository.calibration import Calibration, calibrations
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.registry import checks_by_code
from heldout.sources.repository.levels import Run, evidence_of, rules_version
from heldout.sources.repository.repository import Repository
from heldout.standard import load_standard
from tests.support import look

STANDARD = load_standard()
RUN = Run("work", "d" * 40, "run", datetime(2026, 1, 1, tzinfo=UTC))
PLACE = Location(path="a.py", line=1)
CRAFT = calibrations()["craft"]


class Sum(Check):
    """Speaks for craft, both ways."""

    code = "TST101"
    moves: ClassVar = {"craft": Move(up=0.4, down=0.3)}


class Count(Check):
    """Counts places against craft."""

    code = "TST102"
    moves: ClassVar = {"craft": Move(down=0.6, per_kloc=5), "statistics": Move(down=0.5)}


class Great(Check):
    """Moves craft further than the scale goes."""

    code = "TST103"
    moves: ClassVar = {"craft": Move(up=9.0, down=9.0)}


CHECKS = (Sum(), Count(), Great())


def repository(lines: int = 1000, *, ml: bool = True, kind: Kind = "folder") -> Repository:
    text = ("import torch\ntorch.nn.Linear(1, 1).train()\n" if ml else "") + "x = 1\n" * (lines - 2 * ml)
    return look({"a.py": text}, [], kind=kind).repository


THOUSAND = repository()


def levels(
    findings: Sequence[Finding], *, repo: Repository = THOUSAND, share: float | None = None
) -> dict[str, Evidence]:
    who = Authorship() if share is None else Authorship(named=True, line_share=share)
    return {e.competency: e for e in evidence_of(repo, findings, CHECKS, who, STANDARD, RUN)}


def craft(*findings: Finding, repo: Repository = THOUSAND, share: float | None = None) -> Evidence:
    return levels(findings, repo=repo, share=share)["craft"]


def moved(evidence: Evidence) -> dict[str, float]:
    return {c.code: c.points for c in evidence.contributions}


def good(strength: float = 1.0, share: float | None = None) -> Finding:
    return Sum().found("good", PLACE, strength=strength).model_copy(update={"share": share})


def bad(strength: float = 1.0, share: float | None = None) -> Finding:
    return Count().against("bad", PLACE, strength=strength).model_copy(update={"share": share})


def test_start_and_contributions_are_the_level() -> None:
    seen = craft(good(0.5), Sum().against("so-so", PLACE, strength=0.25))
    up, down = 0.4 * 0.5 * CRAFT.scale, 0.3 * 0.25 * CRAFT.scale
    assert [c.points for c in seen.contributions] == pytest.approx([up, -down], abs=0.001)
    assert seen.start == CRAFT.start
    assert seen.level == pytest.approx(CRAFT.start + up - down, abs=0.006)


def test_a_check_never_uses_more_than_its_cap() -> None:
    assert moved(craft(*[good()] * 7)) == {"TST101": pytest.approx(0.4 * CRAFT.scale, abs=0.001)}


def test_places_are_counted_per_thousand_lines() -> None:
    one = -0.6 / 5 * CRAFT.scale
    assert moved(craft(bad()))["TST102"] == pytest.approx(one, abs=0.001)
    assert moved(craft(bad(), repo=repository(2000)))["TST102"] == pytest.approx(one / 2, abs=0.001)
    tiny = moved(craft(bad(), repo=repository(100)))["TST102"]
    assert tiny == pytest.approx(one * 2, abs=0.001), "under 500 lines, no smaller size is taken"


def test_a_finding_counts_by_the_share_of_its_lines() -> None:
    assert moved(craft(good(share=0.5), share=0.9))["TST101"] == pytest.approx(0.2 * CRAFT.scale, abs=0.001)


def test_what_is_suppressed_or_unknown_moves_nothing() -> None:
    suppressed = bad().model_copy(update={"suppressed": Suppression(reason="a lesson", where="a.py:1")})
    seen = craft(good(), suppressed, Count().unknown("cannot tell"))
    assert set(moved(seen)) == {"TST101"}
    assert len(seen.findings) == 3, "they are shown all the same"


@pytest.mark.parametrize(("finding", "side"), [(Great().found("fine"), 1), (Great().against("poor"), 0)])
def test_what_goes_further_than_anything_that_was_read_is_taken_back(finding: Finding, side: int) -> None:
    seen = craft(finding)
    end = CRAFT.ends[side]
    assert seen.level == end
    last = seen.contributions[-1]
    assert (last.code, last.findings) == ("", 0)
    assert last.reason == f"The rule goes no further than {end:.2f}: nothing that it was compared with lies beyond."
    assert seen.start is not None
    assert seen.start + sum(c.points for c in seen.contributions) == pytest.approx(end, abs=0.001)


@pytest.mark.parametrize("name", sorted(calibrations()))
def test_levels_end_one_error_beyond_the_readings_and_within_the_scale(name: str) -> None:
    with (Path(__file__).parents[3] / "benchmarks" / "data" / "readings.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = [row for row in csv.DictReader(file) if row["competency"] == name and row["first"] and row["second"]]
    read = [(float(row["first"]) + float(row["second"])) / 2 for row in rows]
    error = calibrations()[name].error
    low, high = calibrations()[name].ends
    assert low == pytest.approx(max(1.0, min(read) - error), abs=0.011)
    assert high == pytest.approx(min(5.0, max(read) + error), abs=0.011)


def test_a_level_says_whether_it_was_found_wanting_or_never_compared() -> None:
    told = {"start": 2.0, "scale": 1.0, "error": 0.9, "basis": "assumed", "readings": 1}
    assert Calibration.model_validate(told).reservation == ""
    assert "too few readings" in Calibration.model_validate({**told, "telling": False}).reservation
    compared = {**told, "telling": False, "constant": 0.8, "nearer": 0.3}
    assert "hardly nearer than giving everybody the mean" in Calibration.model_validate(compared).reservation


FINDINGS = st.builds(
    lambda check, favourable, strength, share: (check.found if favourable else check.against)(
        "seen", PLACE, strength=strength
    ).model_copy(update={"share": share}),
    st.sampled_from(CHECKS),
    st.booleans(),
    st.floats(0, 1),
    st.floats(0.1, 1),
)


@given(st.lists(FINDINGS, min_size=1, max_size=8))
def test_contributions_always_add_up(findings: list[Finding]) -> None:
    seen = craft(*findings, share=0.8)
    assert seen.start is not None
    assert seen.level is not None
    assert 1 <= seen.level <= 5
    assert seen.start + sum(c.points for c in seen.contributions) == pytest.approx(seen.level, abs=0.006)


@given(st.lists(FINDINGS, min_size=1, max_size=6), st.floats(0.05, 1), st.sampled_from([60, 300, 1000]))
def test_no_error_is_under_that_of_the_calibration(findings: list[Finding], share: float, lines: int) -> None:
    for seen in levels(findings, repo=SIZES[lines], share=share).values():
        if seen.se is not None:
            assert seen.se >= round(calibrations()[seen.competency].error, 2)


SIZES = {lines: repository(lines) for lines in (60, 300, 1000)}


def error(*findings: Finding, repo: Repository = THOUSAND, share: float | None = None) -> float:
    se = craft(*findings, repo=repo, share=share).se
    assert se is not None
    return se


def test_the_error_grows_with_what_is_not_known() -> None:
    best = error(good(), share=1.0)
    assert error(good(), repo=SIZES[60], share=1.0) > best
    assert error(good(), share=0.3) > best
    assert error(good()) > best, "nobody was named"
    assert error(good(), Count().unknown("cannot tell"), share=1.0) > best


def test_code_without_machine_learning_says_nothing_of_it() -> None:
    seen = levels([good(), bad()], repo=repository(ml=False))
    assert seen["statistics"].state == "not_applicable"
    assert "no machine learning" in seen["statistics"].reason
    assert "with a known library was seen" in seen["statistics"].reason  # a method of its own may stand there
    assert seen["craft"].state == "observed"


@pytest.mark.parametrize("ml", [True, False])
def test_too_little_code_gives_no_level(ml: bool) -> None:
    seen = levels([good(), bad()], repo=repository(20, ml=ml))
    assert {(e.state, e.level) for e in seen.values()} == {("not_assessable", None)}
    assert "20 lines" in seen["craft"].reason


def test_a_tiny_share_gives_no_level() -> None:
    assert craft(good(share=1.0), share=0.02).state == "not_assessable"
    little = craft(good(share=1.0), repo=repository(300), share=0.1)
    assert (little.state, "30 lines" in little.reason) == ("not_assessable", True)


def test_what_others_wrote_is_not_the_subjects() -> None:
    seen = craft(good(share=0.01), bad(share=0.0), share=0.5)
    assert seen.state == "not_assessable"
    assert "by others" in seen.reason


def test_what_the_material_cannot_show_is_said_in_its_own_words() -> None:
    seen = craft(Sum().unknown("An sdist holds no tests."), repo=repository(kind="sdist"))
    assert (seen.state, seen.reason) == ("not_assessable", "An sdist holds no tests.")


def test_nothing_seen_is_not_zero() -> None:
    seen = craft()
    assert (seen.state, seen.level, seen.se) == ("not_observed", None, None)
    assert seen.reason


def test_the_version_changes_with_the_rules() -> None:
    class Other(Sum):
        """Moves further."""

        moves: ClassVar = {"craft": Move(up=0.5)}

    assert rules_version([Sum()]) == rules_version([Sum()])
    assert rules_version([Sum()]) != rules_version([Other()])


def test_each_evidence_says_where_it_is_from() -> None:
    seen = craft(good(), share=0.8)
    assert (seen.source, seen.group, seen.subject_digest, seen.run_id) == ("repository", "work", "d" * 40, "run")
    assert seen.share == 0.8
    assert seen.standard == STANDARD.version
    assert seen.taken_at == RUN.taken_at


def test_what_a_package_cannot_show_is_taken_as_typical() -> None:
    workflows = checks_by_code(["CRF305"])
    mean, spread = CRAFT.typical["CRF305"]
    seen = {}
    for kind in ("folder", "sdist"):
        found = evidence_of(repository(kind=kind), [good()], (Sum(), *workflows), Authorship(), STANDARD, RUN)
        seen[kind] = next(e for e in found if e.competency == "craft")
    assert "CRF305" not in moved(seen["folder"])
    assert moved(seen["sdist"])["CRF305"] == pytest.approx(mean * CRAFT.scale, abs=0.001)
    assert spread > 0
    assert (seen["sdist"].se or 0) >= (seen["folder"].se or 0)
