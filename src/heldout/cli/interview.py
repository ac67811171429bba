"""`heldout interview`: what to ask, by whom, and what came of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click
from pydantic import BaseModel

from heldout.cli.output import check_output, write_output
from heldout.cli.scorecard import interviewer_name, read_given, scorecard
from heldout.errors import InputError
from heldout.evidence.case import Case
from heldout.report.terminal import make_console
from heldout.report.terminal_questions import print_bank, print_question
from heldout.sources.interview.bank import Bank, QuestionFile, Whom, bank_of_case, load_bank
from heldout.sources.interview.store import current
from heldout.sources.interview.tables import Rated, rated, read_ratings
from heldout.standard import Standard, builtin_standard
from heldout.standard.yaml_source import nearest

_WHOM = ("person", "vendor", "reference")


@click.group()
def command() -> None:
    """Ask well: questions, who asks what, scorecards, and how interviewers rate."""


command.add_command(scorecard)


@command.command()
@click.argument("question", required=False)
@click.option("--competency", metavar="ID", help="Only those that speak for this competency.")
@click.option("--for", "whom", type=click.Choice(_WHOM), help="Only those for a candidate, a vendor or a reference.")
@click.option(
    "--case", "case_at", type=click.Path(path_type=Path), metavar="CASE", help="With the case's own questions."
)
@click.option(
    "--questions",
    "extra",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Your own questions over the built-in ones (repeatable); mistakes are told with their lines.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a file of questions, and stop.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write what would be printed as JSON instead.")
def questions(
    question: str | None,
    competency: str | None,
    whom: Whom | None,
    case_at: Path | None,
    extra: tuple[Path, ...],
    schema: bool,
    json_to: str | None,
) -> None:
    """Print the question bank: a list, or one QUESTION with its anchors.

    An answer is rated from 1 to 5 by what it contains; each question says what that is.
    """
    check_output(json_to)
    if schema:
        write_output(json_to or "-", json.dumps(QuestionFile.model_json_schema(), indent=2))
        return
    if case_at is not None and extra:
        raise click.UsageError("choose one of --case and --questions")
    bank, standard = _bank(case_at, extra)
    if question is not None:
        _show_one(bank, standard, question, json_to)
    else:
        _show_list(_narrowed(bank, standard, competency, whom), json_to)


def _bank(case_at: Path | None, extra: tuple[Path, ...]) -> tuple[Bank, Standard]:
    if case_at is None:
        return load_bank(extra), builtin_standard()
    case = Case.open(case_at)
    return bank_of_case(case), case.standard


def _narrowed(bank: Bank, standard: Standard, competency: str | None, whom: Whom | None) -> Bank:
    if competency is None:
        return bank.model_copy(update={"questions": tuple(q for q in bank.questions if whom in (None, q.whom))})
    if competency not in standard.by_id:
        known = standard.by_id
        raise InputError(
            f"there is no competency `{competency}`{nearest(competency, known)}; known are {', '.join(known)}"
        )
    return bank.model_copy(update={"questions": bank.about(competency, whom)})


def _show_one(bank: Bank, standard: Standard, name: str, json_to: str | None) -> None:
    found = bank.by_id.get(name)
    if found is None:
        raise InputError(
            f"there is no question `{name}`{nearest(name, bank.by_id)}; `heldout interview questions` lists them"
        )
    if json_to:
        write_output(json_to, found.model_dump_json(indent=2))
    else:
        print_question(make_console(), standard, found)


def _show_list(bank: Bank, json_to: str | None) -> None:
    if json_to:
        write_output(json_to, bank.model_dump_json(indent=2))
    else:
        print_bank(make_console(), bank)


@command.command()
@click.argument("case_at", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "--subject", "names", multiple=True, metavar="NAME", help="With the personal part of this subject (repeatable)."
)
@click.option("--interviewers", metavar="A,B,C|N", help="Who interviews, or how many (3 when left out).")
@click.option("--minutes", type=int, metavar="N", help="Time of each interviewer (45 when left out).")
@click.option("--renew", is_flag=True, help="Make another kit, although the case has one.")
@click.option("--html", metavar="FILE", help="Write an overview and a sheet an interviewer, to print.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the kit as JSON instead.")
def kit(
    case_at: Path,
    names: tuple[str, ...],
    interviewers: str | None,
    minutes: int | None,
    renew: bool,
    html: str | None,
    json_to: str | None,
) -> None:
    """Say who asks what: the same questions for every subject, shared out so that two people rate what counts most.

    The first call makes the kit and freezes it in the case; later ones show it. Levels are never shown.
    """
    from heldout.report.kits import print_kit, render_kit  # the solver is only paid for here
    from heldout.runs.kits import kit_for, made_out

    for target in (html, json_to):
        check_output(target)
    case = Case.open(case_at)
    subjects = [case.subject(name) for name in names]
    found, new = kit_for(case, _people(interviewers), minutes, renew=renew)
    made = made_out(case, found, subjects)
    if html:
        write_output(html, render_kit(found, made, case.standard, case.role))
    if json_to:
        content = {
            "kit": {**found.model_dump(mode="json", by_alias=True), "label": found.label},
            "coverage": {one.plan.aim: [dataclasses.asdict(c) for c in found.coverage(one.plan)] for one in made},
            "personal": {one.subject: [dataclasses.asdict(p) for p in one.personal] for one in made if one.subject},
        }
        write_output(json_to, json.dumps(content, indent=2, ensure_ascii=False, default=_model))
    else:
        print_kit(make_console(), found, made, case.standard)
    if json_to != "-":
        click.echo(f"\n{'Made and kept' if new else 'Already there'} in {case_at}: {found.label}.")
        if html:
            click.echo(f"The sheets to print: {html}")


def _people(given: str | None) -> tuple[str, ...] | None:
    """The interviewers' names; a number stands for as many who have none yet."""
    from heldout.runs.kits import named

    if given is None:
        return None
    if given.strip().isdigit():
        return named(min(int(given), 99))
    names = tuple(interviewer_name(name) for name in given.split(",") if name.strip())
    if not names:
        raise InputError("--interviewers needs names parted by commas, or a number")
    return names


def _model(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@command.command()
@click.argument("given", nargs=-1, required=True, metavar="CASE...|CSV", type=click.Path(path_type=Path))
@click.option("--html", metavar="FILE", help="Write the figures as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the figures as JSON instead.")
def raters(given: tuple[Path, ...], html: str | None, json_to: str | None) -> None:
    """Show how interviewers rate: severity, consistency, agreement.

    From the scorecards of one or more cases, or from a table with the columns subject, competency, rater and level
    (what `scorecard export --csv` writes). Of each interviewer the latest revision counts.
    """
    from heldout.report.raters import print_raters, render_raters  # numpy and scipy are only paid for here
    from heldout.sources.interview.agreement import agreement

    for target in (html, json_to):
        check_output(target)
    found = agreement([one for path in given for one in _ratings(path, several=len(given) > 1)])
    if html:
        write_output(html, render_raters(found, [str(path) for path in given]))
    if json_to:
        write_output(json_to, json.dumps(dataclasses.asdict(found), indent=2, ensure_ascii=False))
    if "-" not in (html, json_to):
        print_raters(make_console(), found)
        if html:
            click.echo(f"\nThe page for people: {html}")


def _ratings(path: Path, *, several: bool) -> list[Rated]:
    """The ratings of a case or a table; of several, subjects of one name are told apart by where they stand."""
    if path.is_dir():
        case = Case.open(path)
        found = rated({subject.name: current(case, subject) for subject in case.subjects})
    else:
        found = read_ratings(read_given(path), path.name)
    return [dataclasses.replace(one, subject=f"{path}: {one.subject}") for one in found] if several else found
