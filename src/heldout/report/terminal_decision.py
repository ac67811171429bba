"""A decision memo on the terminal: who leads, how sure that is, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heldout.decision.decisions import HumanDecision
from heldout.decision.result import Decision, Estimate
from heldout.evidence.types import Z90
from heldout.report.decision_view import FIRST_FACTS, FIRST_REASONS, FIRST_SUBJECTS, doubts, level_words, why_before
from heldout.report.terminal import level_bar, printable
from heldout.report.words import level, points
from heldout.wording import percent

_WIDE = 78
_LEGEND = (
    "Bar: the chance of reaching what the role asks for as a whole, where a strong part pays for a weak one. Best: of "
    "being the best of them. Regret: levels that choosing them is expected to fall short of the truly best. Seen: the "
    "part of what the role asks for that something speaks of. ?: not enough to tell."
)


def print_decision(console: Console, decision: Decision, recorded: Sequence[HumanDecision] = ()) -> None:
    """The memo for people."""
    console.print(Text(printable(decision.title), "bold"))
    console.print(Text(f"Role: {decision.role}", "dim"))
    console.print(Text(f"\n{printable(decision.headline)}", "bold"))
    console.print(Text(printable(decision.advice)))
    if not decision.subjects:
        return
    console.print(_table(decision, console.width >= _WIDE))
    if others := decision.subjects[FIRST_SUBJECTS:]:
        console.print(Text(f"{len(others)} others follow; --html and --json show all of them.", "dim"))
    console.print(Text(_LEGEND, "dim"))
    _print_why(console, decision)
    for doubt in doubts(decision):
        console.print(Text(printable(doubt)))
    facts = [(one.name, fact) for one in decision.subjects for fact in one.facts]
    for name, fact in facts[:FIRST_FACTS]:
        console.print(Text(f"! {printable(name)}. {printable(fact)}"))
    if len(facts) > FIRST_FACTS:
        console.print(Text(f"! {len(facts) - FIRST_FACTS} more: --html and --json show them.", "dim"))
    for limit in decision.limits:
        console.print(Text(f"• {printable(limit)}", "dim"))
    for made in recorded:
        console.print(
            Text(f"\nDecided {made.decided_at:%Y-%m-%d} by {printable(made.by)}: {printable(made.choice_name)}", "bold")
        )
        console.print(Text(printable(made.reason)))
    if not recorded:
        console.print(Text("\nPeople decide: record it with --choose NAME --by YOU --reason WHY.", "dim"))


def _print_why(console: Console, decision: Decision) -> None:
    """Why the first stands before the second; of one alone, what moves them; of those who are level, that they are."""
    if decision.comparison:
        told, apart = why_before(decision), decision.comparison
        title = f"Why {apart.first} before {apart.second} ({points(apart.points)})"
    elif title := level_words(decision):
        told = ()
    else:
        first = decision.subjects[0]
        told = tuple(r for r in first.worth.reasons if r.kind not in ("start", "pool"))[:FIRST_REASONS]
        title = f"{first.name}: why" if told else ""
    if title:
        console.print(Text(printable(title), "bold"))
    for reason in told:
        console.print(Text(f"  {points(reason.points)}  {printable(reason.text)}"))


def _table(decision: Decision, wide: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Who")
    table.add_column("Worth, 90 %", no_wrap=True)
    if wide:
        table.add_column("1   2   3   4   5", no_wrap=True)
    for name in ("Bar", "Best", "Regret", "Seen"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in decision.subjects[:FIRST_SUBJECTS]:
        cells: list[str | Text] = [printable(one.name), _numbers(one.worth)]
        if wide:
            cells.append(_drawn(one.worth))
        against = [percent(one.best), f"{one.regret:.2f}"] if len(decision.subjects) > 1 else ["–", "–"]
        cells += [percent(one.worth.above), *against, percent(one.covered)]
        table.add_row(*cells)
    return table


def _numbers(estimate: Estimate) -> str:
    text = f"{level(estimate.mean)} ({level(estimate.low)}-{level(estimate.high)})"
    return text if estimate.told else f"{text} ?"


def _drawn(estimate: Estimate) -> Text:
    return level_bar(estimate.mean, (estimate.high - estimate.low) / 2 / Z90, estimate.bar)
