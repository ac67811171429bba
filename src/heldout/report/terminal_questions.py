"""The question bank on the terminal: the list, and one question with all that an interviewer needs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.report.clean import plain
from heldout.sources.interview.bank import KIND_WORDS, WHOM_WORDS, Bank, Question
from heldout.standard import Standard


def print_bank(console: Console, bank: Bank) -> None:
    """The questions with what they are mainly about, and how long each takes."""
    console.print(Text(f"Questions, version {plain(bank.version)}", "bold"))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", style="bold cyan", no_wrap=True)
    table.add_column("for", no_wrap=True)
    table.add_column("min", justify="right")
    table.add_column("speaks for")
    table.add_column("question", ratio=1)
    for one in bank.questions:
        table.add_row(
            one.id, one.whom, str(one.minutes), ", ".join(one.competencies), Text(_begin(plain(one.question)))
        )
    console.print(table)
    if not bank.questions:
        console.print(Text("None. Leave out --for or --competency, or add a question of your own."))
    console.print(Text("One in full: heldout interview questions ID", "dim"))


def print_question(console: Console, standard: Standard, one: Question) -> None:
    """One question: what to say, what to listen for, how to rate it, what to leave alone."""
    console.print(Text.assemble((plain(one.question), "bold"), (f"  ({one.id}, version {one.version})", "dim")))
    facts = f"For {WHOM_WORDS[one.whom]}. About {KIND_WORDS[one.kind]}. {one.minutes} minutes with the follow-ups."
    console.print(Padding(Text(facts), (0, 0, 1, 0)))
    if one.material:
        console.print(Text("To read first", "bold"))
        console.print(Padding(Text(plain(one.material)), (0, 0, 1, 2)))
    _list(console, "Follow-ups", one.follow_ups)
    console.print(Text.assemble(("Tells  ", "bold"), plain(one.tells)))
    console.print(Text.assemble(("Does not tell  ", "bold"), plain(one.cannot_tell)))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=True)
    table.add_column("level", style="bold cyan", justify="center")
    table.add_column(Text(f"{plain(standard.by_id[one.main].name)}: what the answer holds"))
    for level, anchor in sorted(one.anchors.items()):
        table.add_row(str(level), Text(plain(anchor)))
    console.print(table)
    besides = [plain(standard.by_id[name].name) for name in one.competencies[1:]]
    if besides:
        console.print(
            Padding(Text(f"May show besides, on the standard's own levels: {', '.join(besides)}."), (0, 0, 1, 0))
        )
    _list(console, "A good answer holds", one.good_answer)
    _list(console, "Fair warning signs", one.red_flags)
    _list(
        console,
        "What not to ask or say",
        (f"{avoid.say} {avoid.why} Instead: {avoid.instead}" for avoid in one.avoid),
    )
    console.print(Text.assemble(("If somebody needs another form  ", "bold"), plain(one.accommodation)))


def _list(console: Console, title: str, entries: Iterable[str]) -> None:
    lines = [Text(f"- {plain(entry)}") for entry in entries]
    if lines:
        console.print(Text(title, "bold"))
        for index, line in enumerate(lines):
            console.print(Padding(line, (0, 0, index == len(lines) - 1, 2)))


def _begin(text: str, width: int = 110) -> str:
    return text if len(text) <= width else text[:width].rsplit(" ", 1)[0] + " …"
