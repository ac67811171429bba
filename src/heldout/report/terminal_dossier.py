"""A dossier on the terminal: the first screen, the levels, and where the rest is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.evidence import Dossier, Gap
from heldout.report.levels import CARE, WITH_CARE
from heldout.report.summary import Fact, Question
from heldout.report.terminal import level_bar, printable
from heldout.report.view import Section, View, view
from heldout.report.words import count, day, heading, level, together
from heldout.standard import Role, Standard

_SIGNS = {"for": ("▲ for", "green"), "against": ("▼ against", "red"), "unknown": ("◇ could not tell", "dim")}
_GAPS = 5
_WIDE = 72
"""Columns from which bars and numbers stand side by side."""


def print_dossier(console: Console, dossier: Dossier, standard: Standard, role: Role | None = None) -> None:
    """Print the dossier; every text goes out as `Text`, in which markup means nothing."""
    page = view(dossier, standard, role)
    summary = page.summary
    console.print()
    console.print(Text(printable(page.dossier.subject), "bold"))
    console.print(Text(printable(summary.headline)))
    console.print(_looked_at(page))
    _heading(console, heading(len(summary.facts), "fact that counts", "facts that count"))
    for index, fact in enumerate(summary.facts, start=1):
        _item(console, index, _fact(fact, page))
    _heading(console, heading(len(summary.questions), "question to ask", "questions to ask"))
    for index, question in enumerate(summary.questions, start=1):
        _item(console, index, _question(question, page))
    _heading(console, "One thing that it cannot tell")
    told = summary.cannot_tell
    console.print(Padding(Text(f"{printable(told.what).rstrip('.')}. {printable(told.reason)}"), (0, 0, 0, 2)))
    _levels(console, page)
    _missing(console, page.missing)
    _rest(console, page)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _item(console: Console, index: int, text: Text) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=3, justify="right")
    grid.add_column(overflow="fold")
    grid.add_row(Text(f"{index}.", "dim"), text)
    console.print(grid)


def _looked_at(page: View) -> Text:
    names = [f"{a.name} ({', '.join(x for x in (a.kind, a.digest[:12]) if x)})" for a in page.dossier.artifacts]
    return Text(printable(f"Looked at {', '.join(names) or 'nothing'}, {day(page.taken_at)}"), "dim")


def _fact(fact: Fact, page: View) -> Text:
    sign, style = _SIGNS[fact.polarity]
    places = [str(place) for place in fact.finding.locations[:1]]
    source = ", ".join(x for x in (fact.competency, *places, page.number_of(fact.finding)) if x)
    return Text.assemble((f"{sign}  ", style), printable(fact.text), (f"  [{printable(source)}]", "dim"))


def _question(question: Question, page: View) -> Text:
    source = page.number_of(question.finding) if question.finding else "from the standard; nothing here shows it"
    return Text.assemble(printable(question.text), (f"  [{printable(source)}]", "dim"))


def _levels(console: Console, page: View) -> None:
    if not page.observed:
        return
    _heading(console, "Levels, 1 to 5")
    several = len(page.shapes) > 1
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=30)
    if console.width >= _WIDE:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for section in page.observed:
        for index, estimate in enumerate(section.row.estimates):
            name = section.row.short if index == 0 else ""
            figures = f"{level(estimate.level)}  ({level(estimate.low)}–{level(estimate.high)})"
            figures += "" if estimate.calibrated else " assumed"
            figures += f" {WITH_CARE}" if estimate.reservation else ""
            figures += f", role asks {level(section.row.bar)}" if section.row.bar is not None else ""
            figures += f", {estimate.label}" if several else ""
            cells = [Text(printable(name)), Text(printable(figures))]
            if console.width >= _WIDE:
                cells.insert(1, _bar(section, index))
            table.add_row(*cells)
    console.print(Padding(table, (0, 0, 0, 2)))
    note = "● level, ─ 90 % interval" + (", │ what the role asks for" if page.role else "")
    note += "; assumed: the error was not measured" if page.assumed else ""
    note += f"; {WITH_CARE}: {CARE}" if any(section.row.reservations for section in page.observed) else ""
    console.print(Padding(Text(note, "dim"), (0, 0, 0, 2)))


def _bar(section: Section, index: int) -> Text:
    estimate = section.row.estimates[index]
    return Text.assemble(("1 ", "dim"), level_bar(estimate.level, estimate.evidence.se, section.row.bar), (" 5", "dim"))


def _missing(console: Console, sections: Sequence[Section]) -> None:
    if not sections:
        return
    _heading(console, "Without a level (missing is not zero)")
    by_reason: dict[tuple[str, str], list[str]] = {}
    for section in sections:
        first = section.row.missing[0]
        by_reason.setdefault((first.in_words, first.reason), []).append(section.row.short)
    for (state, reason), names in by_reason.items():
        said = Text.assemble((printable(", ".join(names)), "bold"), f": {state}. ", (printable(reason), "dim"))
        console.print(Padding(said, (0, 0, 0, 2)))


def _rest(console: Console, page: View) -> None:
    counts = page.counts
    _heading(console, "Under it")
    said = f"{count(counts['for'], 'finding')} for, {counts['against']} against, {counts['unknown']} could not tell"
    said += f"; {counts['suppressed']} set aside with a reason" if counts["suppressed"] else ""
    console.print(Padding(Text(said), (0, 0, 0, 2)))
    gaps = together(gap for artifact in page.dossier.artifacts for gap in artifact.gaps)
    if gaps:
        console.print(Padding(Text(f"{count(len(gaps), 'gap')}: what was not looked at"), (0, 0, 0, 2)))
    for gap in gaps[:_GAPS]:
        console.print(Padding(_gap(gap), (0, 0, 0, 4)))
    if len(gaps) > _GAPS:
        console.print(Padding(Text(f"and {len(gaps) - _GAPS} more", "dim"), (0, 0, 0, 4)))
    console.print(Padding(Text("Not a verdict: no overall score is made, people decide.", "dim"), (1, 0, 0, 0)))


def _gap(gap: Gap) -> Text:
    ours = " (our fault, counts against nobody)" if gap.ours else ""
    return Text(f"{printable(gap.what)}: {printable(gap.why)}{ours}", "dim")
