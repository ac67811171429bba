"""Who asks what: nothing that is possible is better, held against trying everything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.sources.interview.assign import assign
from heldout.sources.interview.bank import Question, load_bank
from heldout.sources.interview.kit import Need

MODEL = load_bank().questions[0]
NAMES = ("craft", "python", "scale")


def question(number: int, competencies: Sequence[str], minutes: int) -> Question:
    return MODEL.model_copy(update={"id": f"q{number}", "competencies": tuple(competencies), "minutes": minutes})


def worth(
    questions: Sequence[Question], needs: Sequence[Need], taken: Sequence[int], people: int, minutes: int
) -> tuple[float, float, float, float] | None:
    """What one way to share out comes to, best first; None when somebody has too much to ask."""
    parts = [[q for q, who in zip(questions, taken, strict=True) if who == person] for person in range(people)]
    if any(sum(q.minutes for q in part) > minutes for part in parts):
        return None
    two = one = own = 0.0
    for need in needs:
        rates = sum(any(need.competency in q.competencies for q in part) for part in parts)
        mains = sum(any(q.main == need.competency for q in part) for part in parts)
        steps = round(10_000 * need.urgency)
        two += steps * (rates >= 2 and mains >= 1)
        one += steps * (rates >= 1)
        own += steps * min(mains, 2)
    used = sum(q.minutes for part in parts for q in part)
    return (round(two, 6), round(one, 6), round(own, 6), -float(used))


@st.composite
def instances(draw: st.DrawFn) -> tuple[list[Question], list[Need], int]:
    questions = []
    for number in range(draw(st.integers(1, 6))):
        main = draw(st.sampled_from(NAMES))
        besides = draw(st.sampled_from([None, *NAMES]))
        names = [main] if besides in (None, main) else [main, besides]
        questions.append(question(number, names, draw(st.integers(3, 9))))
    weights = [draw(st.sampled_from([0.1, 0.25, 0.4])) for _ in NAMES]
    needs = [Need(competency=n, weight=w, unknown=0.5) for n, w in zip(NAMES, weights, strict=True)]
    return questions, needs, draw(st.integers(5, 20))


@settings(max_examples=25, deadline=None)
@given(instances())
def test_no_other_way_is_better(instance: tuple[list[Question], list[Need], int]) -> None:
    questions, needs, minutes = instance
    found = assign(questions, needs, 2, minutes)
    place = {id_: person for person, part in enumerate(found.questions) for id_ in part}
    reached = worth(questions, needs, [place.get(q.id, 2) for q in questions], 2, minutes)
    ways = (worth(questions, needs, way, 2, minutes) for way in product(range(3), repeat=len(questions)))
    best = max(one for one in ways if one is not None)
    assert found.proven
    assert reached is not None
    assert reached == pytest.approx(best, abs=1e-5)


def test_the_same_comes_out_in_any_order_of_the_bank() -> None:
    questions = [question(n, [NAMES[n % 3]], 8) for n in range(9)]
    needs = [Need(competency=name, weight=1 / 3, unknown=1.0) for name in NAMES]
    there, back = (assign(given, needs, 3, 17) for given in (questions, questions[::-1]))
    assert [sorted(part) for part in there.questions] == [sorted(part) for part in back.questions]
    assert assign(questions, needs, 3, 17) == there


def test_what_other_evidence_tells_already_is_asked_last() -> None:
    questions = [question(n, [name], 10) for n, name in enumerate(("craft", "craft", "python", "python"))]
    needs = [Need(competency="craft", weight=0.6, unknown=0.1), Need(competency="python", weight=0.4, unknown=1.0)]
    found = assign(questions, needs, 2, 10)
    assert sorted(id_ for part in found.questions for id_ in part) == ["q2", "q3"]


def test_without_time_or_questions_nobody_asks() -> None:
    needs = [Need(competency="craft", weight=1.0, unknown=1.0)]
    assert assign([], needs, 2, 30).questions == ((), ())
    assert assign([question(0, ["craft"], 20)], needs, 2, 10).questions == ((), ())
