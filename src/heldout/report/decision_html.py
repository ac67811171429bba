"""The page of a decision: the memo of one sheet, and its annex."""

from __future__ import annotations

from collections.abc import Sequence

from heldout.decision.assumptions import MARK_WORDS
from heldout.decision.decisions import HumanDecision, Outcome, superseded
from heldout.decision.ranking import DRAWS, WEIGHT_SETS
from heldout.decision.result import Decision
from heldout.report.decision_view import FIRST_FACTS, FIRST_LIMITS, STEPS_SHOWN, decision_view
from heldout.report.page import render_page


def render_decision(decision: Decision, recorded: Sequence[tuple[HumanDecision, tuple[Outcome, ...]]] = ()) -> str:
    """One self-contained page; `recorded` are the decisions that people made, each with its outcomes."""
    view = decision_view(decision, recorded)
    return render_page(
        "decision.html.j2",
        view=view,
        limits=FIRST_LIMITS,
        facts=FIRST_FACTS,
        steps=STEPS_SHOWN,
        marks=MARK_WORDS,
        draws=DRAWS,
        sets=WEIGHT_SETS,
        superseded=superseded,
    )
