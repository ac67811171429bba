"""`heldout checks`: list and explain what a review looks at."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click
from rich.markdown import Markdown
from rich.table import Table

from heldout.cli.output import write_output
from heldout.report.terminal import make_console
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.checks.registry import all_checks, checks_by_code

if TYPE_CHECKING:
    from heldout.sources.handover.rubric import Item


@click.command()
@click.argument("code", required=False)
@click.option("--json", "json_to", metavar="FILE|-", help="Write the checks as JSON instead.")
def command(code: str | None, json_to: str | None) -> None:
    """List the checks, or explain those of a CODE (`LEK101`, a whole family: `LEK`, or one of an audit: `HND-T1`)."""
    if code and (item := _of_an_audit(code)) is not None:
        _tell(item, json_to)
        return
    chosen = checks_by_code([code]) if code else all_checks()
    if json_to:
        write_output(json_to, json.dumps([_plain(check) for check in chosen], indent=2, ensure_ascii=False))
    elif code:
        for check in chosen:
            _explain(check)
    else:
        _list(chosen)


def _of_an_audit(code: str) -> Item | None:
    """The line of the audit's rubric that a code such as `HND-T1` stands for."""
    from heldout.sources.handover.rubric import rubric  # only paid for when it may be asked for

    return rubric().items.get(code.strip().upper().removeprefix("HND-")) if "-" in code else None


def _tell(item: Item, json_to: str | None) -> None:
    if json_to:
        write_output(json_to, json.dumps([dataclasses.asdict(item)], indent=2, ensure_ascii=False))
        return
    console = make_console()
    console.print(f"\nHND-{item.id}  {item.title} (of an audit: {item.area})", style="bold", markup=False)
    grave = " Its question stands or falls with it." if item.critical else ""
    console.print(f"{item.asks}{grave}", markup=False)
    console.print(f"\nWhat to write into the contract: {item.clause}", markup=False)
    console.print(f"What to ask its makers: {item.ask}", markup=False)
    console.print(f"Mending it without them may cost the client {item.cost}.", markup=False)


def _list(checks: tuple[Check, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "what it looks at", "speaks for"):
        table.add_column(heading)
    for check in checks:
        note = " (an opinion: off by default)" if check.off_by_default else ""
        table.add_row(check.code, check.title + note, ", ".join(check.competencies) or "informs only")
    console = make_console()
    console.print(table)
    console.print(
        f"\n{len(checks)} checks. `heldout checks CODE` explains one, `heldout checks HND-T1` one of an audit."
    )


def _explain(check: Check) -> None:
    console = make_console()
    console.print(f"\n{check.code}  {check.title}", style="bold", markup=False)
    for name, text in check.documentation().items():
        console.print(Markdown(f"**{name}.** {text}"))
    for name in check.competencies:
        move = check.moves[name]
        size = f", {move.per_kloc:g} full findings per 1,000 lines use the whole" if move.per_kloc else ""
        console.print(f"Moves {name}: up to +{move.up:g}, down to -{move.down:g} level points{size}.", markup=False)


def _plain(check: Check) -> dict[str, object]:
    return {
        "code": check.code,
        "title": check.title,
        "documentation": check.documentation(),
        "moves": {
            name: {"up": move.up, "down": move.down, "per_kloc": move.per_kloc} for name, move in check.moves.items()
        },
        "ml_only": check.ml_only,
        "off_by_default": check.off_by_default,
    }
