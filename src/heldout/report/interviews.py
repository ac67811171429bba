"""Pages for interviewers: the empty scorecard; to print and to write on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heldout.report.clean import cleaned, plain
from heldout.report.page import render_page
from heldout.sources.interview.bank import Question
from heldout.sources.interview.form import Blank
from heldout.sources.interview.scorecard import SEEN_WORDS
from heldout.standard import Competency, Role
from heldout.wording import listed

LEVELS = tuple(f"{half / 2:g}" for half in range(2, 11))
"""What can be ringed: 1, 1.5, ... 5."""


JOINED = (
    "One competency gets one level: the mean of your levels on the questions that are mainly about it, to the nearest "
    "half. A level besides counts only where you have no such question."
)
"""How the levels on questions become that of a competency."""
BESIDES = (
    "Only where an answer showed it, else “not observed”. These levels are the standard's and describe work: go by "
    "what was told."
)


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
    rated = [_rated(blank, name) for name in blank.competencies]
    return render_page(
        "scorecard.html.j2",
        subject=plain(blank.subject),
        rater=plain(blank.rater),
        kit=blank.kit,
        role=role,
        parts=_parts(rated),
        joined=JOINED if blank.questions else "",
        levels=LEVELS,
        seen=SEEN_WORDS,
        reading=blank.standard.reading,
    )


def _parts(rated: Sequence[Rated]) -> tuple[tuple[str, str, list[Rated]], ...]:
    """The competencies under headings, each with a sentence: those of own questions, then what shows besides."""
    own, others = [one for one in rated if one.own], [one for one in rated if not one.own]
    if not own:
        return (("Ratings", "", others),)
    parts = (("Your questions", "", own), ("What answers may show besides", BESIDES, others))
    return tuple(part for part in parts if part[2])


def _rated(blank: Blank, name: str) -> Rated:
    besides = listed(blank.besides(name), "or")
    return Rated(blank.standard.by_id[name], tuple(cleaned(question) for question in blank.own(name)), besides)
