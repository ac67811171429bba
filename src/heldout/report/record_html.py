"""The pages of a record: the whole of it for those who answer for a case, and what one candidate is told."""

from __future__ import annotations

from heldout.decision.law import SURE_WORDS, laws
from heldout.decision.record import Explanation, Record
from heldout.report import record_view as view
from heldout.report.clean import cleaned
from heldout.report.page import render_page


def render_record(record: Record) -> str:
    """The record of a case as one self-contained page."""
    record = cleaned(record)
    return render_page(
        "record.html.j2",
        record=record,
        headline=view.headline(record),
        no_advice=view.NO_ADVICE,
        held=view.HELD,
        asked_by=view.asked_by,
        laws=view.LAWS,
        checked=laws().checked,
        sure=SURE_WORDS,
    )


def render_explanation(told: Explanation, title: str) -> str:
    """What one candidate is told, as a page to hand to them; `title` is what people call the case."""
    return render_page("explanation.html.j2", told=cleaned(told), title=title, **view.EXPLAINED)
