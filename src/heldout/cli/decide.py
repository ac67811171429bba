"""`heldout decide` and `heldout outcome`: what all evidence says, what a person decided, how it turned out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heldout.cli.output import check_output, write_output, write_template
from heldout.errors import InputError
from heldout.evidence import Case

if TYPE_CHECKING:
    from heldout.decision.decisions import HumanDecision, Outcome
    from heldout.decision.result import Decision

_CASE = click.argument("directory", metavar="CASE", type=click.Path(path_type=Path))


@click.command()
@_CASE
@click.option("--hours", type=click.FloatRange(min=0), help="How many hours you can spend on a further look at one.")
@click.option("--assumptions", type=click.Path(path_type=Path), metavar="FILE", help="What further looks cost you.")
@click.option("--assumptions-template", "template_to", metavar="FILE|-", help="Instead: write these, to put yours in.")
@click.option("--html", metavar="FILE", help="Write the memo and its annex as one page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the memo and what was decided on it as JSON.")
@click.option("--choose", metavar="NAME|nobody|later", help="Record what you decided; needs --by and --reason.")
@click.option("--by", default="", metavar="NAME", help="Who decides and answers for it.")
@click.option("--reason", default="", metavar="TEXT", help="Why, above all where it is not the memo's first.")
@click.option(
    "--for-candidate", "told", multiple=True, metavar="NAME=TEXT", help="Why, for one candidate to read (repeatable)."
)
def command(directory: Path, **given: Any) -> None:
    """Weigh all evidence of CASE: who is likely best, how sure that is and why, and what to look at next.

    Reviews, audits, work samples and scorecards are combined by one model that shows every number's reasons. It
    recommends and never rejects: a person decides, and says why.
    """
    from heldout.decision.decide import decide
    from heldout.decision.decisions import decisions, outcomes, record_decision
    from heldout.decision.steps import load_costs, template
    from heldout.runs.dossiers import everything, still_planned

    hours, html, json_to, choose = (given[name] for name in ("hours", "html", "json_to", "choose"))
    for target in (html, json_to, given["template_to"]):
        check_output(target)
    if given["template_to"]:
        write_template(given["template_to"], template())
        return
    if hours is not None and not math.isfinite(hours):
        raise InputError(f"--hours {hours} is no number of hours; write one such as 3, or leave it away")
    if (given["by"] or given["reason"] or given["told"]) and not choose:
        raise InputError(
            "--by, --reason and --for-candidate go with --choose: name whom you chose, or nobody, or later"
        )
    case = Case.open(directory)
    seen = [(subject, everything(case, subject)) for subject in case.subjects]
    costs = load_costs(given["assumptions"])
    memo = decide(case.title, case.role, case.standard, seen, hours=hours, costs=costs, planned=still_planned(case))
    if choose:
        kept = record_decision(
            case, memo, by=given["by"], choice=choose, reason=given["reason"], for_candidates=_told(given["told"])
        )
        click.echo(f"Recorded in {kept}, with the memo as it is now.", err=json_to == "-")
    made = decisions(case)
    turned_out = [one for _, one in outcomes(case)]
    recorded = [(one, tuple(o for o in turned_out if o.decision == path.name)) for path, one in made]
    if html:
        from heldout.report.decision_html import render_decision  # its template engine is only paid for by a page

        write_output(html, render_decision(memo, recorded))
    if json_to:
        write_output(json_to, _as_json(memo, recorded))
    if "-" not in (html, json_to):
        from heldout.report.terminal import make_console
        from heldout.report.terminal_decision import print_decision

        print_decision(make_console(), memo, [one for _, one in made])
        if html:
            click.echo(f"The memo for people: {html}")


def _told(given: Sequence[str]) -> dict[str, str]:
    """What candidates are told, by name."""
    told = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign or name.strip() in told:
            raise InputError(
                f"--for-candidate {one!r} is to be NAME=TEXT, once for each candidate, "
                'such as --for-candidate "Ada=We need somebody who has run such a service."'
            )
        told[name.strip()] = text
    return told


def _as_json(memo: Decision, recorded: Sequence[tuple[HumanDecision, Sequence[Outcome]]]) -> str:
    """The memo with the decisions that people made, each with how it turned out; their own memos are in the case."""
    from heldout.decision.decisions import superseded

    made = [
        one.model_dump(mode="json", by_alias=True, exclude={"memo"})
        | {
            "outcomes": [
                outcome.model_dump(mode="json", by_alias=True) | {"superseded": superseded(outcome, turned_out)}
                for outcome in turned_out
            ]
        }
        for one, turned_out in recorded
    ]
    return json.dumps(memo.model_dump(mode="json") | {"recorded": made}, indent=2, ensure_ascii=False)


@click.command()
@_CASE
@click.option("--subject", required=True, metavar="NAME", help="Whom it is about; a decision for them is recorded.")
@click.option("--months", required=True, type=click.IntRange(1, 120), help="Months since they began, 6 or 12 say.")
@click.option("--by", required=True, metavar="NAME", help="Who saw it.")
@click.option("--level", type=float, help="The level at which they work, 1-5 on the role's scale as a whole.")
@click.option("--competency", "levels", multiple=True, metavar="ID=LEVEL", help="The level of one (repeatable).")
@click.option("--left", is_flag=True, help="They are no longer there.")
@click.option("--note", default="", help="What there is to say.")
def outcome(
    directory: Path,
    subject: str,
    months: int,
    by: str,
    level: float | None,
    levels: tuple[str, ...],
    left: bool,
    note: str,
) -> None:
    """Record how a choice turned out, after 6 or 12 months say: the only thing that a hiring tool can learn from."""
    from heldout.decision.decisions import outcomes, record_outcome, superseded

    case = Case.open(directory)
    known = [_level(text) for text in levels]
    if len(dict(known)) < len(known):
        raise InputError("--competency names one twice; give each level once")
    kept = record_outcome(
        case,
        subject=subject,
        months=months,
        by=by,
        level=level,
        levels=dict(known),
        still_there=not left,
        note=note,
    )
    click.echo(f"Recorded in {kept}.")
    found = outcomes(case)
    mine, told = dict(found)[kept], [one for _, one in found]
    for one in told:
        if one is not mine and (one.decision, one.months) == (mine.decision, mine.months):
            counts = "this one counts" if superseded(one, told) else "both count, as the views of two people"
            click.echo(f"One after {one.months} months by {one.by} is kept beside it; {counts}.")


def _level(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise InputError(f"--competency {text!r} is not of the form craft=3.5") from error
