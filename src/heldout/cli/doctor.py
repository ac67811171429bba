"""`heldout doctor`: what protects this machine from the code that is run on it."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from heldout.cli.output import check_output, write_output
from heldout.report.terminal import make_console
from heldout.sandbox.base import Guard, NoSandboxError, SandboxFault
from heldout.sandbox.provider import PROVIDERS, open_sandbox


@click.command()
@click.option("--json", "json_to", metavar="FILE|-", help="Write the result as JSON.")
def command(json_to: str | None) -> None:
    """Show each guard of each sandbox, present or missing, with the way to mend it.

    Every guard is tried with a real program. Ends with 3 when no sandbox can run foreign code.
    """
    check_output(json_to)
    found = {name: _guards(name) for name in PROVIDERS}
    usable = [name for name, guards in found.items() if all(g.present for g in guards if g.required)]
    if json_to:
        content = {name: [asdict(guard) for guard in guards] for name, guards in found.items()}
        write_output(json_to, json.dumps({"usable": usable, "guards": content}, indent=2, sort_keys=True))
    if json_to != "-":
        _print(found, usable)
    if not usable:
        raise NoSandboxError("no sandbox on this machine can run foreign code; reviews work without one")


def _guards(name: str) -> tuple[Guard, ...]:
    try:
        return tuple(open_sandbox(name).guards())
    except SandboxFault as error:
        return (Guard("sandbox", False, str(error)),)


def _print(found: dict[str, tuple[Guard, ...]], usable: list[str]) -> None:
    console = make_console()
    for name, guards in found.items():
        console.print(Text(f"\n{name}: {'can run foreign code' if name in usable else 'cannot be used'}", "bold"))
        table = Table(box=None, show_header=False, padding=(0, 1))
        for guard in guards:
            sign = ("✔", "green") if guard.present else ("✖", "red") if guard.required else ("–", "yellow")
            detail = guard.detail if guard.present or not guard.mend else f"{guard.detail}. To mend: {guard.mend}"
            table.add_row(Text(*sign), Text(guard.name), Text(detail))
        console.print(table)
