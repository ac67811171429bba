from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from heldout.evidence import Dossier, Finding, Suppression
from heldout.report.summary import summarise
from heldout.standard import load_standard
from tests.report import samples
from tests.report.strategies import dossiers

STANDARD = load_standard()
SENIOR = STANDARD.roles_by_id["ml-engineer-senior"]


def finding(code: str, polarity: str = "against", **more: object) -> Finding:
    return Finding.model_validate(
        {"code": code, "polarity": polarity, "message": f"Fact {code}.", "ask": f"Why {code}?"} | more
    )


def dossier(*evidence: object, **more: object) -> Dossier:
    return Dossier.model_validate({"subject": "Ada", "evidence": evidence} | more)


def test_strong_package() -> None:
    summary = summarise(samples.strong(), STANDARD, SENIOR)
    assert [fact.finding.code for fact in summary.facts] == ["REP102", "CRF101", "LKG101"]
    assert [fact.polarity for fact in summary.facts] == ["for", "for", "against"]
    assert len({fact.competency for fact in summary.facts}) == 3
    assert [q.finding.code for q in summary.questions if q.finding] == ["LKG101", "CRF104", "STA105"]
    assert summary.headline == (
        "All 34 dependencies are locked with hashes in `uv.lock`; in 1 of 3 training scripts, the scaler has seen the"
        " test rows; 62 % of it goes back to Ada Okafor; nothing here shows robustness or deployment of models."
    )
    assert summary.cannot_tell.what == "Robustness"


def test_effect_is_points_by_severity_by_share() -> None:
    heavy = samples.seen("craft", findings=[finding("AAA101", severity="low")], moves={"AAA101": -0.5})
    severe = samples.seen("python", findings=[finding("BBB101", severity="high")], moves={"BBB101": -0.4})
    others = samples.seen("scale", findings=[finding("CCC101", severity="high", share=0.1)], moves={"CCC101": -0.9})
    facts = summarise(dossier(others, heavy, severe), STANDARD).facts
    assert [(fact.finding.code, round(fact.effect, 3)) for fact in facts] == [
        ("BBB101", 0.6),
        ("AAA101", 0.5),
        ("CCC101", 0.135),
    ]


def test_a_grave_finding_counts_where_its_rule_moves_little() -> None:
    grave = samples.seen("statistics", findings=[finding("LLL101", severity="high")], moves={"LLL101": -0.02})
    small = samples.seen("craft", findings=[finding("AAA101", severity="medium")], moves={"AAA101": -0.2})
    weak = samples.seen("python", findings=[finding("BBB101", severity="high", strength=0.1)], moves={"BBB101": -0.02})
    facts = summarise(dossier(small, weak, grave), STANDARD).facts
    assert [fact.finding.code for fact in facts] == ["LLL101", "AAA101", "BBB101"]


def test_facts_are_balanced_even_when_one_side_is_stronger() -> None:
    for_it = [
        samples.seen(c, findings=[finding(c, "for")], moves={c: 0.9}) for c in ("craft", "python", "scale", "mlops")
    ]
    against = samples.seen("statistics", findings=[finding("ZZZ101")], moves={"ZZZ101": -0.1})
    facts = summarise(dossier(*for_it, against), STANDARD).facts
    assert sorted(fact.polarity for fact in facts) == ["against", "for", "for"]


def test_one_sided_evidence_gives_one_sided_facts() -> None:
    facts = summarise(samples.framework(), STANDARD).facts
    assert [fact.polarity for fact in facts] == ["for", "for"]


def test_suppressed_findings_are_neither_facts_nor_questions() -> None:
    hidden = finding("AAA101", suppressed=Suppression(reason="ours", where="a.py:1"))
    summary = summarise(dossier(samples.seen("craft", findings=[hidden], moves={"AAA101": -0.5})), STANDARD)
    assert summary.facts == ()
    assert all(question.finding is None for question in summary.questions)


def test_alike_findings_are_one_fact_that_says_how_many() -> None:
    summary = summarise(samples.weak(), STANDARD)
    assert any(fact.text.endswith("One of 59 such findings.") for fact in summary.facts)


def test_questions_are_filled_from_the_standard_for_what_is_missing() -> None:
    questions = summarise(samples.nothing(), STANDARD, SENIOR).questions
    assert len(questions) == 3
    assert questions[0].text.startswith("Statistical thinking: ")
    assert all(question.finding is None for question in questions)


def test_the_same_question_is_not_asked_twice() -> None:
    same = [finding("AAA101", ask="Why?"), finding("BBB101", ask="Why?")]
    summary = summarise(dossier(samples.seen("craft", findings=same, moves={"AAA101": -1, "BBB101": -1})), STANDARD)
    assert [question.text for question in summary.questions].count("Why?") == 1


def test_cannot_tell_follows_the_weights_of_the_role() -> None:
    missing = (
        samples.unseen("communication", "not_assessable", "No text."),
        samples.unseen("statistics", "not_observed", "No evaluation."),
    )
    role = SENIOR.model_copy(update={"requires": {k: SENIOR.requires[k] for k in ("communication", "statistics")}})
    assert (
        summarise(dossier(samples.seen("craft"), *missing), STANDARD, role).cannot_tell.what == "Statistical thinking"
    )


def test_without_machine_learning_that_is_what_cannot_be_told() -> None:
    told = summarise(samples.framework(), STANDARD).cannot_tell
    assert told.what.startswith("Machine-learning frameworks, statistical thinking, robustness and")
    assert told.reason == "Does not apply to this material. There is no machine learning in it."


def test_when_every_level_is_there_an_unknown_finding_is_told() -> None:
    every = [samples.seen(c.id) for c in STANDARD.competencies]
    assert summarise(dossier(*every), STANDARD).cannot_tell.what.endswith("more exactly")
    unknown = (finding("STA105", "unknown", message="Whether it beats a rule"),)
    assert summarise(dossier(*every, findings=unknown), STANDARD).cannot_tell.what == "Whether it beats a rule."
    artifact = {"name": "a", "kind": "b", "origin": "c", "digest": "", "gaps": [{"what": "x.py", "why": "too large"}]}
    assert summarise(dossier(*every, artifacts=[artifact]), STANDARD).cannot_tell.what == "What x.py holds"


def test_nothing_at_all() -> None:
    summary = summarise(Dossier(subject="Dana"), STANDARD)
    assert summary.facts == ()
    assert summary.cannot_tell.what == "Anything about the work"
    assert summary.headline == "Nothing that was looked at shows a level in any competency."


def test_shares_of_several_artifacts_are_a_span() -> None:
    assert "30 % to 80 % of it goes back to Chidi" in summarise(samples.framework(), STANDARD).headline


def test_no_share_is_claimed_when_nobody_was_named() -> None:
    assert "whose work it is was not assessed" in summarise(samples.weak(), STANDARD).headline


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dossiers)
def test_any_dossier_has_a_first_screen(given_dossier: Dossier) -> None:
    summary = summarise(given_dossier, STANDARD)
    assert len(summary.facts) <= 3
    assert len({fact.finding.code for fact in summary.facts}) == len(summary.facts)
    assert len(summary.questions) <= 3
    assert summary.headline.endswith(".")
    assert summary.cannot_tell.what
