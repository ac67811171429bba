"""The page of a report on fairness."""

from __future__ import annotations

from heldout.decision.impact import Fairness
from heldout.decision.impact.words import TOO_SMALL, chance_words, percent
from heldout.decision.law import SURE_WORDS, laws
from heldout.report import fairness_view as view
from heldout.report.page import render_page

_LAWS = ("ugesp", "nyc-ll144", "us-states")


def render_fairness(result: Fairness) -> str:
    """One self-contained page; it holds no candidate's id and no group that is hidden."""
    return render_page(
        "fairness.html.j2",
        view=view.fairness_view(result),
        readings=view.READINGS,
        no_verdict=view.NO_VERDICT,
        too_small=TOO_SMALL,
        several=view.several(result),
        title=view.title,
        sentence=view.sentence,
        bar=view.bar,
        at_share=view.at_share,
        interval=view.interval,
        share=percent,
        chance=chance_words,
        laws=laws().named(*_LAWS),
        checked=laws().checked,
        sure=SURE_WORDS,
    )
