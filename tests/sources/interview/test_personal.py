"""The personal part: what a subject's own findings ask, in order, shared out, without a level."""

from __future__ import annotations

from datetime import UTC, datetime

from heldout.evidence import Artifact, Contribution, Dossier, Evidence, Finding, Location, Suppression
from heldout.sources.interview.bank import load_bank
from heldout.sources.interview.kit import Kit, Need, Part, Plan
from heldout.sources.interview.personal import personal_parts, personal_questions
from heldout.standard import load_standard

ROLE = load_standard().roles_by_id["ml-engineer-mid"]


def finding(code: str, ask: str = "", **more: object) -> Finding:
    given = {"code": code, "polarity": "against", "message": f"{code} was seen", "ask": ask or f"Why {code}?"}
    return Finding.model_validate(given | more)


def evidence(competency: str, *findings: Finding) -> Evidence:
    moved = tuple(Contribution(code=f.code, points=-0.77, findings=1, reason="rule") for f in findings)
    return Evidence(
        competency=competency, level=1.23, se=0.4, source="repository", instrument="review", version="1",
        findings=findings, contributions=moved, group="churn",
    )  # fmt: skip


def dossier(*given: Evidence, kind: str = "git repository") -> Dossier:
    artifact = Artifact(name="churn", kind=kind, origin="churn", digest="d")
    return Dossier(subject="Ada", artifacts=(artifact,), evidence=given)


def kit(**parts: tuple[str, ...]) -> Kit:
    bank = load_bank()
    needs = (Need(competency="statistics", weight=0.5, unknown=1), Need(competency="craft", weight=0.5, unknown=1))
    made = tuple(Part(interviewer=name, questions=ids) for name, ids in parts.items())
    plan = Plan(aim="person", needs=needs, parts=made, proven=True)
    return Kit(
        schema=1, made_at=datetime(2026, 11, 24, tzinfo=UTC), role="r", bank="1", minutes=45, opening=5, personal=8,
        plans=(plan,), questions=bank.questions,
    )  # fmt: skip


def test_the_heaviest_comes_first_and_each_code_once() -> None:
    heavy, light = finding("LEK108", severity="high"), finding("CLD101", severity="high")
    again = finding("LEK108", ask="The same again?", severity="low")
    mild = finding("STA101", severity="low")
    given = dossier(evidence("cloud", light), evidence("statistics", again, mild, heavy))
    assert [q.code for q in personal_questions(given, ROLE)] == ["LEK108", "STA101", "CLD101"]
    assert personal_questions(given, ROLE)[0].question == "Why LEK108?"


def test_what_is_others_work_or_set_aside_or_asks_nothing_is_not_put_to_anybody() -> None:
    aside = finding("CRF101", suppressed=Suppression(reason="sample", where="heldout.toml"))
    silent = Finding(code="CRF102", polarity="against", message="seen")
    mine, others = finding("CRF104", share=0.9), finding("CRF103", share=0.2)
    not_asked_for = evidence("handover", finding("HND101", share=1.0))
    given = dossier(evidence("craft", others, mine, aside, silent), not_asked_for)
    assert [q.code for q in personal_questions(given, ROLE)] == ["CRF104"]


def test_whose_lines_they_are_is_asked_first_where_no_history_shows_it() -> None:
    place = (Location(artifact="churn", path="train.py", line=3, snippet="fit(X)"),)
    unsure = finding("LEK108", locations=place)
    question = personal_questions(dossier(evidence("statistics", unsure)), ROLE)[0]
    assert "ask first whether they know them" in question.note
    assert question.where[0].snippet == "fit(X)"
    sure = unsure.model_copy(update={"share": 1.0})
    assert personal_questions(dossier(evidence("statistics", sure)), ROLE)[0].note == ""
    vendor = dossier(evidence("statistics", unsure), kind="delivery")
    assert personal_questions(vendor, ROLE)[0].note == ""


def test_no_level_and_no_points_reach_an_interviewer() -> None:
    given = dossier(evidence("statistics", finding("LEK108", why="It flatters the score.", mend="Split first.")))
    shown = repr(personal_questions(given, ROLE))
    assert "1.23" not in shown
    assert "0.77" not in shown
    assert "It flatters the score." in shown
    assert "Split first." in shown
    assert "does not hold here" in shown


def test_questions_go_to_whoever_rates_the_competency_and_stay_within_the_time() -> None:
    made = kit(Ann=("review-a-change",), Bob=("half-a-point",))
    codes = [finding(f"STA10{n}", ask=f"Why {n}?") for n in range(6)]
    parts = personal_parts(made, made.plans[0], personal_questions(dossier(evidence("statistics", *codes)), ROLE))
    assert [len(part.questions) for part in parts] == [2, 2]
    assert all(part.minutes <= made.personal for part in parts)
    craft = personal_questions(dossier(evidence("craft", finding("CRF101"), finding("CRF102", ask="x?"))), ROLE)
    assert [len(part.questions) for part in personal_parts(made, made.plans[0], craft)] == [2, 0]


def test_a_good_answer_answers_the_question_and_names_a_place_only_where_there_is_one() -> None:
    strength = finding("HND101", "What has a stranger to prepare?", polarity="for")
    placed = finding("CRF101", locations=(Location(path="a.py", line=1),))
    asked = personal_questions(dossier(evidence("craft", strength, placed, finding("CRF102"))), ROLE)
    by_code = {one.code: " ".join(one.good_answer) for one in asked}
    assert all("Answers what is asked" in good for good in by_code.values())
    assert [code for code, good in by_code.items() if "Knows the place" in good] == ["CRF101"]
