"""What every shipped question keeps to."""

import re

import pytest

from heldout.sources.interview.bank import LONGEST, SHORTEST, Question, load_bank
from heldout.standard import LEVELS, builtin_standard

BANK = load_bank()
STANDARD = builtin_standard()
FORBIDDEN = (
    r"\byoung\b|\bold(er)? (man|woman|person|people)\b|native speaker|mother tongue|culture fit|cultural fit|"
    r"\b(husband|wife|spouse|married|children|pregnan\w*|famil(y|ies)|religio\w*|church|nationality|born|birth|"
    r"disab\w*|illness|sick|health|accent|race|gender|sex|guys|ninja|rock ?star|salary)\b"
)
"""Words that an interviewer is not to say: they touch what the law protects, or shut people out."""


@pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)
class TestEveryQuestion:
    def test_its_levels_are_told_apart(self, question: Question) -> None:
        assert tuple(sorted(question.anchors)) == LEVELS
        texts = list(question.anchors.values())
        assert len({re.sub(r"\W+", " ", text.lower()) for text in texts}) == len(LEVELS)
        assert all(len(text) >= 50 and text.endswith(".") for text in texts)
        standard = {text for competency in STANDARD.competencies for text in competency.anchors.values()}
        assert not standard & set(texts), "an anchor is about this question, not a copy of the standard's"

    def test_it_is_about_what_an_interview_can_see(self, question: Question) -> None:
        for name in question.competencies:
            assert "interview" in STANDARD.by_id[name].sources

    def test_it_fits_an_interview(self, question: Question) -> None:
        assert SHORTEST <= question.minutes <= LONGEST
        assert 2 <= len(question.follow_ups) <= 4
        assert len(question.good_answer) >= 3
        assert question.red_flags
        assert (question.kind == "exercise") <= (question.material is not None)
        assert len(question.question.split()) <= 80, "it has to be said aloud"

    def test_what_is_said_touches_nothing_protected(self, question: Question) -> None:
        spoken = [question.question, *question.follow_ups, question.material or ""]
        rated = [*question.anchors.values(), *question.good_answer, *question.red_flags]
        for text in [*spoken, *rated, *(avoid.instead for avoid in question.avoid)]:
            assert not re.search(FORBIDDEN, text, re.IGNORECASE), text

    def test_it_says_what_to_leave_alone_and_why(self, question: Question) -> None:
        assert question.avoid
        assert all(len({avoid.say, avoid.why, avoid.instead}) == 3 for avoid in question.avoid)


def test_every_competency_is_covered_twice() -> None:
    for competency in STANDARD.competencies:
        if "interview" in competency.sources:
            about = [q for q in BANK.about(competency.id, "person") if q.main == competency.id]
            assert len(about) >= 2, competency.id
            assert len({question.kind for question in about}) >= 2, "two interviewers cover it in different ways"


def test_the_sources_three_questions_are_there() -> None:
    three = [
        ("failed-project", "failed project"),
        ("explain-decision", "product or compliance"),
        ("last-deployment", "trade-offs"),
    ]
    for name, words in three:
        assert words in BANK.by_id[name].question


def test_vendors_and_references_have_their_own() -> None:
    assert {question.main for question in BANK.questions if question.whom == "vendor"} >= {
        "business",
        "domain",
        "handover",
        "mlops",
    }
    assert len([question for question in BANK.questions if question.whom == "reference"]) >= 3


def test_no_two_questions_are_alike() -> None:
    texts = [question.question for question in BANK.questions]
    assert len(set(texts)) == len(texts)
    anchors = [text for question in BANK.questions for text in question.anchors.values()]
    assert len(set(anchors)) == len(anchors)
