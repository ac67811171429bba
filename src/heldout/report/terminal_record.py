"""The record of a case on the terminal: what is missing first, then each requirement on a line."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from heldout.decision.record import Explanation, Record
from heldout.report.record_view import HELD, NO_ADVICE, headline
from heldout.report.terminal import printable
from heldout.report.words import points
from heldout.wording import percent

_STYLES = {"kept": "green", "part": "yellow", "missing": "red", "open": "dim"}


def print_record(console: Console, record: Record) -> None:
    """Print the record; every text goes out as `Text`, in which markup means nothing."""
    console.print()
    console.print(Text(printable(record.title), "bold"))
    console.print(Text(printable(headline(record)), "bold"))
    for line in record.delete:
        console.print(Text(f"  {printable(line)}"))
    console.print(Text(NO_ADVICE, "dim"))
    console.print()
    for answer in record.answers:
        sign, words = HELD[answer.held]
        style = _STYLES[answer.held]
        console.print(Text.assemble((f"{sign} {words}", style), f"  {answer.requirement.what}"))
        if answer.missing:
            console.print(Padding(Text(f"missing: {printable('; '.join(answer.missing))}"), (0, 0, 0, 4)))
        if answer.held in ("part", "missing"):
            console.print(Padding(Text(printable(answer.requirement.supply), "dim"), (0, 0, 0, 4)))


def print_explanation(console: Console, told: Explanation) -> None:
    """Print what one candidate is told."""
    console.print()
    console.print(Text(f"How {printable(told.name)} is looked at. A person decides, not a program.", "bold"))
    console.print(Text("What was looked at", "bold"))
    for one in told.looked_at or ("nothing yet",):
        console.print(Text(f"  {printable(one)}"))
    console.print(Text("What counts", "bold"))
    for counted in told.counts:
        console.print(Text(f"  {percent(counted.weight):>5}  {printable(counted.name)}"))
        for seen in counted.seen:
            console.print(Padding(Text(printable(seen), "dim"), (0, 0, 0, 9)))
    console.print(Text("What was decided", "bold"))
    for one in told.decided or ("nothing yet",):
        console.print(Text(f"  {printable(one)}"))
    if weighed := told.weighed:
        console.print(Text(f"How it counted: {weighed.worth:.2f} of 5, made of", "bold"))
        for name, value in weighed.pieces:
            console.print(Text(f"  {points(value)}  {printable(name)}"))
    console.print(Text("How to object", "bold"))
    console.print(Text(f"  {printable(told.contest or told.contact or 'no address is named in record.toml yet')}"))
