"""The page of an audit."""

from __future__ import annotations

from urllib.parse import quote

from heldout.report.audit_parts import POINTS, log_link, short
from heldout.report.audit_view import FIRST, audit_view
from heldout.report.growth_curve import seconds
from heldout.report.page import render_page
from heldout.sources.handover.result import Audit
from heldout.sources.handover.rubric import rubric


def render_audit(audit: Audit, logs: str = "") -> str:
    """The page of one audit. `logs` is the audit's folder as seen from where the page will lie; empty: in it."""
    return render_page(
        "audit.html.j2",
        view=audit_view(audit),
        logs=quote(f"{logs.rstrip('/')}/") if logs else "",
        first=FIRST,
        points=POINTS,
        threshold=rubric().holds_from,
        log_link=log_link,
        seconds=seconds,
        shortened=short,
    )
