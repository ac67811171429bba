"""Checks become levels by a rule that anyone can follow: sums that add up, errors that widen, nothing invented."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.evidence import Case, Dossier, Evidence
from heldout.sources.handover.evidence import code_of, dossier_of, evidence_of
from heldout.sources.handover.level_rules import rules
from heldout.sources.handover.result import Audit
from heldout.sources.handover.rubric import rubric
from heldout.standard import load_standard
from tests.report.audit_samples import AUDITS, audit, check

STANDARD = load_standard()
SEEN_BY_AUDITS = {"handover", "reproducibility", "scale", "robustness", "deployment"}
states = st.sampled_from(["pass", "fail", "not_assessable"])
checks = st.builds(
    lambda id_, state, credit: check(id_, state, f"{id_} was {state}.", credit=credit),
    st.sampled_from(list(rubric().items)),
    states,
    st.floats(0, 1),
)
audits = st.lists(checks, max_size=40).map(lambda made: audit("any", tuple(made)))


def told(one: Audit, competency: str) -> Evidence:
    return next(e for e in evidence_of(one, STANDARD) if e.competency == competency)


@given(audits)
def test_start_and_contributions_add_up_to_the_level(one: Audit) -> None:
    for evidence in evidence_of(one, STANDARD):
        if evidence.level is not None and evidence.start is not None:
            total = evidence.start + sum(c.points for c in evidence.contributions)
            assert math.isclose(total, evidence.level, abs_tol=1e-9)


@given(audits, st.sampled_from(list(rubric().items)))
def test_what_cannot_be_assessed_never_lowers_and_never_narrows(one: Audit, id_: str) -> None:
    """Taking one check away moves the level by that check's own points and no other's, and the error never shrinks."""
    unknown = tuple(c.model_copy(update={"state": "not_assessable"}) if c.id == id_ else c for c in one.checks)
    for before, after in zip(evidence_of(one, STANDARD), evidence_of(audit("any", unknown), STANDARD), strict=True):
        if before.se is not None and after.se is not None:
            assert after.se >= before.se
            left = {c.code: c.points for c in before.contributions if c.code not in ("", code_of(id_))}
            assert {c.code: c.points for c in after.contributions if c.code} == left


def test_every_audit_speaks_of_the_same_five_competencies() -> None:
    for one in AUDITS.values():
        assert {e.competency for e in evidence_of(one, STANDARD)} == SEEN_BY_AUDITS


def test_without_a_telling_check_there_is_no_level_and_the_reason_is_the_checks_own() -> None:
    one = audit("x", (check("T6", "not_assessable", "The data could not be made smaller."),))
    scale = told(one, "scale")
    assert scale.level is None
    assert (scale.state, scale.reason) == ("not_assessable", "The data could not be made smaller.")


def test_a_repair_earns_less_than_a_build_as_declared() -> None:
    levels = [
        told(audit("x", (check("B4", "pass", "It builds.", credit=credit),)), "handover").level or 0
        for credit in (1.0, 0.6, 0.3)
    ]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) == 3


def test_a_check_that_was_made_several_times_counts_by_its_mean() -> None:
    both = audit("x", (check("U1", "pass", "One model predicts."), check("U1", "fail", "The other does not.")))
    up, down = rules().competencies["deployment"].moves["U1"]
    moved = next(c for c in told(both, "deployment").contributions if c.code == "HND-U1")
    assert moved.points == pytest.approx((up - down) / 2)
    assert moved.findings == 2
    assert moved.reason == "The other does not."


def test_the_error_is_assumed_and_wide() -> None:
    for one in AUDITS.values():
        for evidence in evidence_of(one, STANDARD):
            assert evidence.basis == "assumed"
            assert evidence.se is None or evidence.se >= rules().error


def test_findings_carry_place_code_and_question() -> None:
    dossier = dossier_of(AUDITS["rented"], STANDARD, "Acme")
    finding = next(f for f in dossier.all_findings() if f.code == "HND-T1")
    assert (finding.polarity, finding.severity) == ("against", "high")
    assert str(finding.locations[0]) == "src/data.py:14"
    assert finding.measured["command"] == "python -m src.pipeline"
    assert finding.ask.endswith("?")
    assert {f.code for f in dossier.all_findings()} == {code_of(c.id) for c in AUDITS["rented"].checks}


def test_a_case_keeps_the_dossier_and_gives_it_back(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", standard=STANDARD, role=STANDARD.roles_by_id["vendor-team"])
    dossier = dossier_of(AUDITS["good"], STANDARD, "Acme", role="vendor-team")
    path = case.write_dossier(dossier, kind="agency")
    assert path.name.startswith("handover-")
    kept: Dossier = case.dossier("Acme")
    assert kept.evidence == dossier.evidence
    assert kept.artifacts[0].kind == "delivery"


def test_the_rules_name_only_checks_of_the_rubric_and_competencies_that_an_audit_can_see() -> None:
    for name, rule in rules().competencies.items():
        assert "handover" in STANDARD.by_id[name].sources
        assert set(rule.moves) <= set(rubric().items)
        assert set(rule.telling) <= set(rule.moves)


def test_the_example_in_the_documentation_comes_out() -> None:
    one = audit(
        "x",
        (
            check("B4", "pass", "It builds as declared."),
            check("U1", "pass", "It predicts."),
            check("T1", "fail", "It cannot be retrained."),
            check("O5", "fail", "Nothing is agreed."),
        ),
    )
    handover = told(one, "handover")
    assert (handover.level, handover.se) == (2.2, 0.78)
