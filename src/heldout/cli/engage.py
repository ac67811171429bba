"""`heldout engage`: a full-time hire, a freelancer, an agency or a team - at what cost, how soon, at what risk?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from heldout.cli.output import check_output, write_output
from heldout.errors import InputError

_FILE = click.Path(path_type=Path)
_TEMPLATES = ("need_template", "assumptions_template")


@click.command()
@click.option("--case", "directory", type=_FILE, metavar="CASE", help="A case, whose title stands on the page.")
@click.option("--need", "need_file", type=_FILE, metavar="FILE", help="What is needed, as a file; options go over it.")
@click.option("--assumptions", type=_FILE, metavar="FILE", help="Your own assumptions in place of some of ours.")
@click.option("--lasting/--one-off", "lasting", default=None, help="A lasting capability, or a tool left as it is?")
@click.option("--horizon", type=float, metavar="MONTHS", help="How long the need lasts, from today.")
@click.option("--deadline", type=float, metavar="MONTHS", help="When something has to work.")
@click.option("--firm/--not-firm", "firm", default=None, help="Does only count what keeps the deadline?")
@click.option("--scope", type=float, metavar="PERSON-MONTHS", help="Work to a working system.")
@click.option("--domain", type=click.Choice(["low", "medium", "high"]), help="How special your field is.")
@click.option(
    "--in-house",
    type=click.Choice(["data", "code", "knowledge"]),
    multiple=True,
    help="What has to stay in house (repeatable).",
)
@click.option("--currency", metavar="CODE", help="Three letters, such as EUR.")
@click.option("--per-dollar", type=float, metavar="RATE", help="How much of it a US dollar is.")
@click.option("--need-template", metavar="FILE|-", help="Instead: write a need to fill in.")
@click.option("--assumptions-template", metavar="FILE|-", help="Instead: write all assumptions, to put yours in.")
@click.option("--html", metavar="FILE", help="Write the answer as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the answer as JSON.")
def command(**given: Any) -> None:
    """Compare ways to get it done: one full-time hire, a freelancer, an agency, a team of your own.

    Cost, time and risk are simulated from assumptions that are laid open, each with its source and how weak that is.
    What you do not say is assumed, and the answer begins with it. It tells under which conditions the answer turns,
    and a probability only once no weak assumption of ours decides any more.
    """
    from heldout.decision.engagement import assumptions, need

    for target in (given["html"], given["json_to"], *(given[name] for name in _TEMPLATES)):
        check_output(target)
    asked = [name for name in _TEMPLATES if given[name]]
    for name in asked:
        _write_template(given[name], need.template() if name == "need_template" else assumptions.template())
    if not asked:
        _answer(given)


def _answer(given: dict[str, Any]) -> None:
    from heldout.decision.engagement import engage, load_assumptions, read_need
    from heldout.evidence import Case
    from heldout.report.engagement_html import render_engagement
    from heldout.report.terminal import make_console
    from heldout.report.terminal_engagement import print_engagement

    case = Case.open(given["directory"]) if given["directory"] else None
    need, said = read_need(given["need_file"], _told(given))
    result = engage(need, load_assumptions(given["assumptions"], need.per_dollar, need.currency), said)
    title = case.title if case else ""
    if given["html"]:
        write_output(given["html"], render_engagement(result, title))
    if given["json_to"]:
        write_output(given["json_to"], result.model_dump_json(indent=2))
    if "-" not in (given["html"], given["json_to"]):
        print_engagement(make_console(), result, title)
        if given["html"]:
            click.echo(f"\nThe page for people: {given['html']}")


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """The need as far as options tell it, by the names of its file."""
    return {
        "kind": None if given["lasting"] is None else "lasting" if given["lasting"] else "one-off",
        "horizon_months": given["horizon"],
        "deadline_months": given["deadline"],
        "firm_deadline": given["firm"],
        "scope_person_months": given["scope"],
        "domain": given["domain"],
        "stays_in_house": given["in_house"],
        "currency": given["currency"],
        "per_dollar": given["per_dollar"],
    }


def _write_template(target: str, text: str) -> None:
    if target != "-" and Path(target).exists():
        raise InputError(
            f"{target} is there already and is not overwritten; name another file, or - to see the template"
        )
    write_output(target, text.rstrip("\n"))
