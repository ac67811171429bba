"""Pages for interviewers: the empty scorecard; to print and to write on."""

from __future__ import annotations

from dataclasses import dataclass

from heldout.report.clean import cleaned, plain
from heldout.report.html import render_page
from heldout.sources.interview.bank import Question
from heldout.sources.interview.form import Blank
from heldout.sources.interview.scorecard import SEEN_WORDS
from heldout.standard import Competency, Role

LEVELS = tuple(f"{half / 2:g}" for half in range(2, 11))
"""What can be ringed: 1, 1.5, ... 5."""


JOINED = (
    "One competency gets one level: the mean of your levels on the questions that are mainly about it, to the nearest "
    "half. A level besides counts only where you have no such question."
)
"""How the levels on questions become that of a competency."""


@dataclass(frozen=True)
class Rated:
    """One competency of a form: on the anchors of the interviewer's own questions, else on the standard's.

    `besides` names the questions that may show it without being mainly about it.
    """

    competency: Competency
    own: tuple[Question, ...]
    besides: str


def render_form(blank: Blank, role: Role) -> str:
    """An empty scorecard to print: every competency with its anchors and room for notes; the overall word last."""
    return render_page(
        "scorecard.html.j2",
        subject=plain(blank.subject),
        rater=plain(blank.rater),
        kit=blank.kit,
        role=role,
        rated=[_rated(blank, name) for name in blank.competencies],
        joined=JOINED if blank.questions else "",
        levels=LEVELS,
        seen=SEEN_WORDS,
        reading=blank.standard.reading,
    )


def _rated(blank: Blank, name: str) -> Rated:
    own = tuple(cleaned(question) for question in blank.questions if question.main == name)
    besides = ", ".join(q.id for q in blank.questions if name in q.competencies[1:])
    return Rated(blank.standard.by_id[name], own, besides)
