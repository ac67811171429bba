"""The page of `heldout engage`."""

from __future__ import annotations

from heldout.decision.engagement import words
from heldout.decision.engagement.assumptions import MARK_WORDS
from heldout.decision.engagement.result import Engagement
from heldout.decision.engagement.stopping import stages
from heldout.decision.engagement.ways import WAYS
from heldout.report import engagement_view as view
from heldout.report.clean import cleaned, plain
from heldout.report.html import render_page


def render_engagement(result: Engagement, title: str = "") -> str:
    """One self-contained page; `title` is that of the case it belongs to, if any."""
    result = cleaned(result)
    return render_page(
        "engagement.html.j2",
        r=result,
        title=plain(title),
        words=words,
        chart=view,
        deciding=words.deciding(result),
        costs=view.cost_axis(result),
        lead=view.swing_axis(result) if result.swings else None,
        marks=MARK_WORDS,
        stages=stages(),
        reached={stage.id: stage for stage in result.stages},
        stopping={one.way: one for one in result.stopping},
        names=WAYS,
        money=lambda amount: words.money(amount, result.need.currency),
    )
