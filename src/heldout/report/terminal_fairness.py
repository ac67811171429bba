"""A report on fairness on the terminal: what stands out, the rates, and where the rest is."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from heldout.decision.impact import Fairness, Measure, Table
from heldout.decision.impact.words import TOO_SMALL, percent
from heldout.report.fairness_view import NO_VERDICT, READINGS, fairness_view, interval, sentence, several, title
from heldout.report.terminal import printable

_FIRST = 5


def print_fairness(console: Console, result: Fairness) -> None:
    """Print the report; every text goes out as `Text`, in which markup means nothing."""
    page = fairness_view(result)
    console.print()
    console.print(Text(printable(page.headline), "bold"))
    console.print(Text(NO_VERDICT))
    for seen in (*page.gaps, *page.perhaps)[:_FIRST]:
        if c := seen.group.comparison:
            console.print()
            console.print(Text(printable(f"{READINGS[c.reading][0]} {sentence(seen)}")))
            console.print(Padding(Text(printable(c.words), "dim"), (0, 0, 0, 2)))
    for measure in page.result.measures:
        console.print()
        console.print(Text(printable(title(measure)), "bold"))
        for table in measure.tables:
            _table(console, measure, table)
    if page.result.ways:
        console.print()
        console.print(Text("Where on the way a gap arises", "bold"))
        for way in page.result.ways:
            console.print(Text.assemble((f"{printable(way.group)}: ", "bold"), printable(way.words)))
    console.print()
    console.print(Text(TOO_SMALL, "dim"))
    if told := several(page.result):
        console.print(Text(told, "dim"))
    for note in page.result.notes:
        console.print(Text(printable(note), "dim"))


def _table(console: Console, measure: Measure, table: Table) -> None:
    grid = Grid(box=None, pad_edge=False, header_style="dim")
    grid.add_column(printable(table.attribute), overflow="fold")
    for name in ("people", "above" if measure.kind == "scoring" else "selected", "rate", "ratio (95 %)"):
        grid.add_column(name, justify="right")
    grid.add_column("what can be said", overflow="fold")
    for group in table.groups:
        if group.rate is None:
            grid.add_row(Text(printable(group.name)), "–", "–", "–", "–", Text("not shown", "dim"))
            continue
        c = group.comparison
        ratio = f"{c.ratio:.2f} ({interval(c.low, c.high)})" if c else "1.00" if group.place == "highest" else "–"
        said = " ".join(READINGS[c.reading]) if c else "highest" if group.place == "highest" else group.why
        if c and c.under_four_fifths:
            said += "; under four fifths" + ", turned by one person" * c.turned_by_one
        grid.add_row(
            Text(printable(group.name)), str(group.people), str(group.selected), percent(group.rate), ratio,
            Text(printable(said)),
        )  # fmt: skip
    console.print(grid)
    if table.unknown:
        console.print(Text(f"{table.unknown} of unknown {printable(table.attribute)}", "dim"))
