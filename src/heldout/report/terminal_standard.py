"""The standard on the terminal: the list, one competency with its anchors, one role with weights and bars."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.report.terminal import level_bar
from heldout.standard import SOURCE_WORDS, Competency, Role, Standard


def print_standard(console: Console, standard: Standard) -> None:
    """The competencies with what can see them, and the roles."""
    console.print(Text(f"The standard, version {standard.version}", "bold"))
    console.print(Padding(Text("What counts when a machine-learning engineer is hired."), (0, 0, 1, 0)))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", style="bold cyan", no_wrap=True)
    table.add_column("competency")
    table.add_column("only\nML", justify="center")
    for words in SOURCE_WORDS.values():
        table.add_column(Text(words.replace(" ", "\n")), justify="center")
    for competency in standard.competencies:
        seen = ["●" if source in competency.sources else "" for source in SOURCE_WORDS]
        table.add_row(competency.id, competency.name, "yes" if competency.specific_to_ml else "", *seen)
    console.print(table)
    roles = Table(box=SIMPLE_HEAD, pad_edge=False)
    roles.add_column("role", style="bold cyan", no_wrap=True)
    roles.add_column("what for")
    for role in standard.roles:
        roles.add_row(role.id, Text(f"{role.name}. {role.business_goal}"))
    console.print(roles)
    console.print(
        Text("Levels of one: heldout standard craft    A role: heldout standard --role ml-engineer-mid", "dim")
    )


def print_competency(console: Console, standard: Standard, competency: Competency) -> None:
    """One competency: why it counts, when it can be told, and what each level looks like."""
    console.print(Text.assemble((competency.name, "bold"), (f"  ({competency.id})", "dim")))
    console.print(Padding(Text(competency.why), (0, 0, 1, 0)))
    if competency.specific_to_ml:
        console.print(Text("Specific to machine learning: other work gets no level here.", "yellow"))
    console.print(Text.assemble(("Occasion  ", "bold"), competency.occasion))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=True)
    table.add_column("level", style="bold cyan", justify="center")
    table.add_column("what it looks like")
    for level, anchor in sorted(competency.anchors.items()):
        table.add_row(str(level), Text(anchor))
    console.print(table)
    for source, where in competency.sources.items():
        console.print(Text.assemble((f"{SOURCE_WORDS[source]:15}", "bold"), where))
    console.print(Padding(Text.assemble(("How to read the levels  ", "bold"), standard.reading), (1, 0, 0, 0)))


def print_role(console: Console, standard: Standard, role: Role) -> None:
    """One role: its goal, and per competency the weight and the bar."""
    console.print(Text.assemble((role.name, "bold"), (f"  {standard.identity(role)}", "dim")))
    console.print(Padding(Text(role.summary), (0, 0, 1, 0)))
    console.print(Text.assemble(("Goal    ", "bold"), role.business_goal))
    console.print(Text.assemble(("Domain  ", "bold"), role.domain))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("competency", no_wrap=True)
    table.add_column("weight", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("bar", justify="right")
    table.add_column("1   2   3   4   5", no_wrap=True)
    heaviest = max(role.weights.values())
    for name, weight in sorted(role.weights.items(), key=lambda item: -item[1]):
        table.add_row(
            Text(standard.by_id[name].name),
            f"{weight:.0%}",
            Text("█" * max(1, round(16 * weight / heaviest)), "cyan"),
            f"{role.bars[name]:g}",
            level_bar(None, None, role.bars[name]),
        )
    console.print(table)
    left_out = [c.name for c in standard.competencies if c.id not in role.requires]
    if left_out:
        console.print(Text(f"Not asked for: {', '.join(left_out)}", "dim"))
