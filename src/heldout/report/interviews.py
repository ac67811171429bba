"""Pages for interviewers: the empty scorecard; to print and to write on."""

from __future__ import annotations

from heldout.report.clean import plain
from heldout.report.html import render_page
from heldout.sources.interview.form import Blank
from heldout.sources.interview.scorecard import SEEN_WORDS
from heldout.standard import Role

LEVELS = tuple(f"{half / 2:g}" for half in range(2, 11))
"""What can be ringed: 1, 1.5, ... 5."""


def render_form(blank: Blank, role: Role) -> str:
    """An empty scorecard to print: every competency with its anchors and room for notes; the overall word last."""
    return render_page(
        "scorecard.html.j2",
        subject=plain(blank.subject),
        rater=plain(blank.rater),
        kit=blank.kit,
        role=role,
        competencies=[blank.standard.by_id[name] for name in blank.competencies],
        levels=LEVELS,
        seen=SEEN_WORDS,
        reading=blank.standard.reading,
    )
