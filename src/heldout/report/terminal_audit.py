"""An audit on the terminal: the first screen, and where the rest is."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.report.audit_view import FIRST, AuditView, Part, audit_view
from heldout.report.terminal import printable
from heldout.report.words import count, day
from heldout.sources.handover.growth import beyond_said
from heldout.sources.handover.result import Audit

_SIGNS = {"holds": ("✔", "green"), "does_not_hold": ("✖", "red"), "not_assessable": ("◇", "dim")}
_TOLD = {"for": ("✔", "green"), "against": ("✖", "red"), "unknown": ("◇", "dim")}
_CELLS = 20


def print_audit(console: Console, audit: Audit) -> None:
    """Print the audit; every text goes out as `Text`, in which markup means nothing."""
    page = audit_view(audit)
    console.print()
    console.print(Text(printable(page.audit.delivery), "bold"))
    console.print(Text(printable(page.verdict.headline), "bold"))
    console.print(Text(printable(page.reason)))
    console.print(Text(f"Looked at {printable(audit.digest)[:24]}, {day(audit.taken_at)}", "dim"))
    console.print()
    for part in page.parts:
        _part(console, part)
    console.print()
    for question, told in (("Are its numbers true?", page.truth), ("Is it yours?", page.yours)):
        sign, style = _TOLD[told.sign]
        answer = (f"{sign} {told.lead}. ", style)
        console.print(Text.assemble((f"{question}  ", "bold"), answer, printable(told.text)))
    if audit.growth is not None and (more := beyond_said(audit.growth)):
        console.print(Text.assemble(("What would more rows take?  ", "bold"), printable(more)))
    _contract(console, page)


def _part(console: Console, part: Part) -> None:
    sign, style = _SIGNS[part.score.state]
    line = Text.assemble((f"{sign} {part.answer}", style), f"  {part.question}", ("  ", ""))
    if part.score.points is not None:
        filled = round(part.score.points * _CELLS)
        line.append("━" * filled, style)
        line.append("─" * (_CELLS - filled), "dim")
    line.append(f"  {part.score.assessed} of {part.score.of} checks", "dim")
    console.print(line)
    console.print(Padding(Text(printable(part.why), "dim"), (0, 0, 0, 4)))


def _contract(console: Console, page: AuditView) -> None:
    console.print()
    if not page.to_write:
        console.print(Text("Nothing that could be assessed failed.", "bold"))
        return
    console.print(Text("What to write into the contract, dearest first", "bold"))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=3, justify="right")
    grid.add_column(overflow="fold")
    for index, clause in enumerate(page.to_write[:FIRST], start=1):
        told = Text.assemble(printable(clause.text), (f"  [{', '.join(clause.ids)}]", "dim"))
        grid.add_row(Text(f"{index}.", "dim"), told)
    console.print(grid)
    if len(page.to_write) > FIRST:
        more = count(len(page.to_write) - FIRST, "more clause")
        console.print(Padding(Text(f"{more} on the page (--html).", "dim"), (0, 0, 0, 4)))
