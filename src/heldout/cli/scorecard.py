"""`heldout interview scorecard`: an empty form, a filled one taken in, all of them written out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from heldout.cli.asking import ask_scorecard
from heldout.cli.output import check_output, write_output
from heldout.errors import InputError
from heldout.evidence import Case, Subject
from heldout.evidence.case import slug
from heldout.evidence.files import read_text, why
from heldout.sources.interview.bank import bank_of_case
from heldout.sources.interview.form import Blank, Expected, empty_csv, empty_json, read_csv, read_json, scorecard_of
from heldout.sources.interview.kit import Kit, kits
from heldout.sources.interview.personal import personal_parts, personal_questions
from heldout.sources.interview.scorecard import MOST_WORDS, rateable
from heldout.sources.interview.store import current, keep, readable
from heldout.sources.interview.tables import ratings_csv

_CASE = click.argument("case_at", metavar="CASE", type=click.Path(path_type=Path))
_SUBJECT = click.option("--subject", required=True, metavar="NAME", help="Who was, or will be, interviewed.")
_RATER = click.option("--rater", required=True, metavar="NAME", help="Who interviews.")


@click.group()
def scorecard() -> None:
    """Rate on anchors, alone: an empty form, a filled one taken in, all of them written out."""


@scorecard.command()
@_CASE
@_SUBJECT
@_RATER
@click.option("--part", metavar="NAME", help="The interviewer of the kit whose part it is, when somebody stands in.")
@click.option("--csv", "csv_to", metavar="FILE|-", help="Write it as a table for a spreadsheet.")
@click.option("--html", metavar="FILE", help="Write it as a page to print and fill by hand.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write it as JSON.")
def form(
    case_at: Path, subject: str, rater: str, part: str | None, csv_to: str | None, html: str | None, json_to: str | None
) -> None:
    """Write an empty scorecard for one interviewer and one subject.

    With a kit it holds the competencies of the interviewer's part, else all that the role asks for.
    """
    if not (csv_to or html or json_to):
        raise click.UsageError("say where to write it: --csv FILE, --html FILE or --json FILE")
    for target in (csv_to, html, json_to):
        check_output(target)
    case = Case.open(case_at)
    blank = blank_for(case, case.subject(subject), rater, part)
    if csv_to:
        write_output(csv_to, empty_csv(blank).rstrip())
    if json_to:
        write_output(json_to, empty_json(blank))
    if html:
        from heldout.report.interviews import render_form  # its template engine is only paid for by a page

        write_output(html, render_form(blank, case.role))
    if "-" not in (csv_to, json_to):
        written = ", ".join(filter(None, (csv_to, html, json_to)))
        click.echo(f"An empty scorecard of {rater} for {blank.subject}: {written}")
        click.echo(f"Filled in, it goes back with: heldout interview scorecard add {case_at} FILE ...")


@scorecard.command()
@_CASE
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_SUBJECT
@_RATER
@click.option("--part", metavar="NAME", help="The interviewer of the kit whose part it was, when somebody stood in.")
@click.option("--ask", is_flag=True, help="Fill it in here, on the terminal, instead of giving a file.")
@click.option("--reason", default="", help="Why an earlier scorecard was wrong: makes a new revision of it.")
def add(case_at: Path, file: Path | None, subject: str, rater: str, part: str | None, ask: bool, reason: str) -> None:
    """Take in a filled scorecard: FILE (.csv or .json), or --ask.

    Everything that is wrong in it is told at once, and then nothing is stored. One that was handed in is never
    overwritten. Nobody else's ratings are shown.
    """
    if ask == (file is not None):
        raise click.UsageError("give the FILE that was filled in, or --ask")
    if len(reason) > MOST_WORDS:
        raise InputError(f"the reason has more than {MOST_WORDS:,} characters; shorten it")
    case = Case.open(case_at)
    found = case.subject(subject)
    expected = _expected(case, found, rater, part)
    role, standard = str(case.identity), case.standard.version
    if file is None:
        if not sys.stdin.isatty():
            raise InputError("--ask needs a terminal; fill in a file instead (heldout interview scorecard form)")
        lines = ask_scorecard(expected, case.role)
    else:
        text = read_given(file)
        lines = read_json(text, file.name) if file.suffix.lower() == ".json" else read_csv(text, file.name)
    card, target = keep(case, found, scorecard_of(lines, expected, role, standard), reason)
    again = f", revision {card.revision}" if card.revision > 1 else ""
    click.echo(
        f"Kept the scorecard of {card.rater} for {found.name}{again}: {len(card.levels)} rated, "
        f"{len(card.ratings) - len(card.levels)} not observed ({target})."
    )


@scorecard.command()
@_CASE
@click.option("--subject", "names", multiple=True, metavar="NAME", help="Only this subject (repeatable).")
@click.option(
    "--as", "reader", metavar="RATER", help="Only what this interviewer may see: nothing before theirs is in."
)
@click.option("--csv", "csv_to", metavar="FILE|-", help="Write the ratings as a table, one a row.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the scorecards as JSON.")
def export(case_at: Path, names: tuple[str, ...], reader: str | None, csv_to: str | None, json_to: str | None) -> None:
    """Write out the scorecards that count, for whoever leads the hiring; with --as, for an interviewer."""
    if not (csv_to or json_to):
        raise click.UsageError("say where to write them: --csv FILE or --json FILE (- for the screen)")
    for target in (csv_to, json_to):
        check_output(target)
    case = Case.open(case_at)
    subjects = [case.subject(name) for name in names] if names else list(case.subjects)
    cards = {s.name: readable(case, s, reader) if reader else current(case, s) for s in subjects}
    if csv_to:
        write_output(csv_to, ratings_csv(cards))
    if json_to:
        content = [
            {**card.model_dump(mode="json", by_alias=True), "subject": name}
            for name, of in cards.items()
            for card in of
        ]
        write_output(json_to, json.dumps({"schema": 1, "scorecards": content}, indent=2, ensure_ascii=False))
    hidden = [name for name, of in cards.items() if reader and not of]
    if hidden:
        click.echo(f"Left out until {reader}'s own scorecard is in: {', '.join(hidden)}", err=True)


def blank_for(case: Case, subject: Subject, rater: str, part: str | None) -> Blank:
    """The empty form of an interviewer: their part of the latest kit, else everything that can be rated."""
    rater = interviewer_name(rater)
    latest = (kits(case) or (None,))[-1]
    asked = latest.part(latest.plan(subject), part or rater) if latest else None
    if part and not (latest and asked and _part(latest, subject, part)):
        known = ", ".join(latest.interviewers) if latest else "no kit yet"
        raise InputError(f"the kit has no part of {part!r}; it has: {known}")
    everything = Blank(
        subject=subject.name,
        rater=rater,
        kit=latest.label if latest else "",
        competencies=rateable(case.standard, case.role),
        standard=case.standard,
    )
    if not latest or not asked:
        return everything
    personal = _personal(case, subject, latest, asked.interviewer)
    own = dict.fromkeys([*_part(latest, subject, asked.interviewer), *personal.values()])
    return replace(
        everything,
        competencies=tuple(own) or everything.competencies,
        questions=tuple(latest.by_id[id_] for id_ in asked.questions),
        personal=personal,
    )


def _personal(case: Case, subject: Subject, kit: Kit, interviewer: str) -> dict[str, str]:
    """The code of each finding that this interviewer asks this subject about, and the competency it speaks for."""
    questions = personal_questions(case.dossier(subject), case.role)
    shared = {one.interviewer: one for one in personal_parts(kit, kit.plan(subject), questions)}
    rateable_here = rateable(case.standard, case.role)
    return {one.code: one.about for one in shared[interviewer].questions if one.about in rateable_here}


def interviewer_name(given: str) -> str:
    """An interviewer's name on one line; raises InputError for one that cannot name a file or is too long."""
    slug(given)
    return " ".join(given.split())


def _expected(case: Case, subject: Subject, rater: str, part: str | None) -> Expected:
    blank = blank_for(case, subject, rater, part)
    return Expected(
        blank=replace(blank, competencies=rateable(case.standard, case.role)),
        kits={kit.label: _part(kit, subject, part or rater) for kit in kits(case)},
        questions=tuple(dict.fromkeys([*bank_of_case(case).by_id, *(id_ for k in kits(case) for id_ in k.by_id)])),
        asked=blank.competencies,
    )


def _part(kit: Kit, subject: Subject, interviewer: str) -> tuple[str, ...]:
    plan = kit.plan(subject)
    part = kit.part(plan, interviewer)
    return kit.rated(plan, part) if part else ()


def read_given(path: Path) -> str:
    """The text of a file that was filled in or exported; raises InputError when there is none."""
    try:
        return read_text(path.resolve()).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8; save it as 'CSV UTF-8'") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({why(error)}); name a file of text") from error
