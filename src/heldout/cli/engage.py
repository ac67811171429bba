"""`heldout engage`: a full-time hire, a freelancer, an agency or a team - at what cost, how soon, at what risk?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from heldout.cli.output import check_output, write_output, write_template
from heldout.errors import InputError
from heldout.evidence import Case

_FILE = click.Path(path_type=Path)
NEED = "need.yaml"
"""Where a case may say what is needed."""
_TEMPLATES = ("need_template", "assumptions_template", "vetting_template")


@click.command()
@click.option("--case", "directory", type=_FILE, metavar="CASE", help="A case: its title, its vendors, its need.yaml.")
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
@click.option("--vetting-template", metavar="FILE|-", help="Instead: write what to ask a vendor, to fill in.")
@click.option("--vetting", type=_FILE, metavar="FILE", help="Instead: take in a vendor's answers (with --into).")
@click.option("--into", type=_FILE, metavar="CASE", help="With --vetting: the case that keeps them.")
@click.option("--subject", metavar="NAME", help="With --vetting: whose answers they are.")
@click.option("--html", metavar="FILE", help="Write the answer as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the answer as JSON.")
def command(**given: Any) -> None:
    """Compare ways to get it done: one full-time hire, a freelancer, an agency, a team of your own.

    Cost, time and risk are simulated from assumptions that are laid open, each with its source and how weak that is.
    What you do not say is assumed, and the answer begins with it. It tells under which conditions the answer turns,
    and a probability only once no weak assumption of ours decides any more.

    Vendors are vetted with a list of questions (--vetting-template); their answers go into a case as claims to check.
    """
    for target in (given["html"], given["json_to"], *(given[name] for name in _TEMPLATES)):
        check_output(target)
    if bool(given["vetting"]) != bool(given["into"] and given["subject"]) or bool(given["into"]) != bool(
        given["subject"]
    ):
        raise InputError("a vendor's answers are taken in with all of --vetting FILE, --into CASE and --subject NAME")
    if given["vetting"]:
        _take_in(given["vetting"], given["into"], given["subject"])
    elif any(given[name] for name in _TEMPLATES):
        _write_templates(given)
    else:
        _answer(given)


def _take_in(answers: Path, directory: Path, name: str) -> None:
    from heldout.decision.engagement import vetting
    from heldout.report.words import count
    from heldout.sources.interview.bank import bank_of_case

    case = Case.open(directory)
    bank = bank_of_case(case)
    told = vetting.read_answers(answers, bank)
    kept = case.write_dossier(
        vetting.dossier_of(name, told, bank, case.standard, case.role.id), kind=_kind_of(case.role.id)
    )
    said = sum(bool(one.answer) for one in told.answers)
    left = len(vetting.asked(bank)) - said
    click.echo(f"Kept in {kept}: {count(said, 'answer')} as claims to check, {count(left, 'open question')}.")
    click.echo(f"They move no level. See them with: heldout case show {directory} --subject {name}")


def _kind_of(role: str) -> Literal["freelancer", "agency"]:
    """What a vendor is that the case does not know yet."""
    return "freelancer" if "freelance" in role else "agency"


def _answer(given: dict[str, Any]) -> None:
    from heldout.decision.engagement import engage, load_assumptions, read_need
    from heldout.decision.engagement.vetting import vendor
    from heldout.report.engagement_html import render_engagement
    from heldout.report.terminal import make_console
    from heldout.report.terminal_engagement import print_engagement
    from heldout.runs.dossiers import everything

    case = Case.open(given["directory"]) if given["directory"] else None
    need, said = read_need(given["need_file"] or _need_of(case), _told(given))
    result = engage(need, load_assumptions(given["assumptions"], need.per_dollar, need.currency), said)
    title = case.title if case else ""
    vendors = [vendor(s.name, s.kind, everything(case, s)) for s in case.subjects if s.kind != "person"] if case else []
    if given["html"]:
        write_output(given["html"], render_engagement(result, title, vendors))
    if given["json_to"]:
        write_output(given["json_to"], result.model_dump_json(indent=2))
    if "-" not in (given["html"], given["json_to"]):
        print_engagement(make_console(), result, title)
        if given["html"]:
            click.echo(f"\nThe page for people: {given['html']}")


def _need_of(case: Case | None) -> Path | None:
    """What a case says of its need, if it does."""
    return case.path / NEED if case and (case.path / NEED).is_file() else None


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


def _write_templates(given: dict[str, Any]) -> None:
    from heldout.decision.engagement import assumptions, need, vetting
    from heldout.sources.interview.bank import load_bank

    makers: dict[str, Callable[[], str]] = {
        "need_template": need.template,
        "assumptions_template": assumptions.template,
        "vetting_template": lambda: vetting.template(load_bank()),
    }
    for name, make in makers.items():
        if given[name]:
            write_template(given[name], make())
