"""The page of `heldout engage`."""

from __future__ import annotations

from collections.abc import Sequence

from heldout.decision.assumptions import MARK_WORDS
from heldout.decision.engagement import words
from heldout.decision.engagement.result import Engagement
from heldout.decision.engagement.stopping import stages
from heldout.decision.engagement.vetting import Vendor, asked
from heldout.decision.engagement.ways import WAYS
from heldout.report import engagement_view as view
from heldout.report.clean import cleaned, plain
from heldout.report.page import render_page
from heldout.sources.interview.bank import load_bank


def render_engagement(result: Engagement, title: str = "", vendors: Sequence[Vendor] = ()) -> str:
    """One self-contained page; `title` and `vendors` are those of the case it belongs to, if any."""
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
        vetting=asked(load_bank()),
        vendors=[cleaned(one) for one in vendors],
        money=lambda amount: words.money(amount, result.need.currency),
    )
