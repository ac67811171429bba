"""The record of a case on the terminal: what is missing first, then each requirement on a line."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from heldout.decision.record import Explanation, Record
from heldout.decision.record.result import Work
from heldout.report.record_view import HELD, NO_ADVICE, NO_WORDS, NOTHING_AGAINST, REASON_KEPT, hardly, headline
from heldout.report.terminal import printable
from heldout.report.words import level, points
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
    for work in told.works:
        _print_work(console, work)
    console.print(Text("What counts", "bold"))
    for counted in told.counts:
        console.print(
            Text(f"  {percent(counted.weight):>5}  {printable(counted.name)}; the role asks for {level(counted.bar)}")
        )
        for seen in counted.seen:
            console.print(Padding(Text(printable(seen), "dim"), (0, 0, 0, 9)))
    console.print(Text("What was decided", "bold"))
    for one in told.decided or ("nothing yet",):
        console.print(Text(f"  {printable(one)}"))
    if told.decided:
        for one in (*(told.why or (NO_WORDS,)), f"{REASON_KEPT} {told.whom_to_ask}"):
            console.print(Padding(Text(printable(one)), (0, 0, 0, 2)))
    if weighed := told.weighed:
        console.print(Text(f"How it counted: {weighed.worth:.2f} of 5, made of", "bold"))
        for name, value in weighed.told:
            console.print(Text(f"  {points(value)}  {printable(name)}"))
        if weighed.slight:
            console.print(Padding(Text(printable(hardly(weighed)), "dim"), (0, 0, 0, 2)))
    console.print(Text("How to object", "bold"))
    console.print(Text(f"  {printable(told.contest or told.contact or 'no address is named in record.toml yet')}"))


def _print_work(console: Console, work: Work) -> None:
    """One work: its levels beside what the role asks for, and what spoke most for and against."""
    on = f", looked at on {work.on}" if work.on else ""
    console.print(Text(f"{printable(work.name)} ({work.what}{on})", "bold"))
    for name, seen, bar in work.levels:
        console.print(Text(f"  {printable(name)}: level {level(seen)}; the role asks for {level(bar)}"))
    for sign, found in (("+", work.good), ("-", work.bad)):
        for one in found:
            console.print(Padding(Text(f"{sign} {printable(one)}"), (0, 0, 0, 2)))
    if work.levels and not work.bad:
        console.print(Padding(Text(NOTHING_AGAINST, "dim"), (0, 0, 0, 2)))
