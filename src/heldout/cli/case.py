"""`heldout case`: make, fill, show and clear the folder that joins the commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import get_args

import click
from pydantic import BaseModel

from heldout.cli.output import check_output, write_output
from heldout.errors import InputError
from heldout.evidence import Case, Dossier
from heldout.evidence.case import SubjectKind
from heldout.evidence.files import read_text
from heldout.standard import select_role

_SCHEMAS = {
    "case": "heldout.evidence.case:CaseFile",
    "evidence": "heldout.evidence.case:EvidenceFile",
    "kit": "heldout.sources.interview.kit:Kit",
    "record": "heldout.decision.record:RecordFile",
    "scorecard": "heldout.sources.interview.scorecard:Scorecard",
    "standard": "heldout.evidence.case:StandardFile",
}
"""What each file of a case holds; the models are only loaded when one is asked for."""
_DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))


@click.group()
def command() -> None:
    """Make, fill, show and clear a case: the folder that joins the commands."""


@command.command()
@_DIRECTORY
@click.option("--role", required=True, metavar="ID|FILE", help="The role to fill; frozen when the case is made.")
@click.option("--title", default="", help="What people call this case; the role's name when left out.")
@click.option(
    "--standard",
    "extra",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Your own competencies and roles (repeatable).",
)
def new(directory: Path, role: str, title: str, extra: tuple[Path, ...]) -> None:
    """Make a case in DIR for a role."""
    standard, chosen = select_role(role, extra)
    case = Case.create(directory, standard=standard, role=chosen, title=title)
    click.echo(f"Made {directory} for {case.identity}.")
    click.echo(f"Next: heldout review WHAT --into {directory} --subject NAME")


@command.command()
@_DIRECTORY
@click.option("--subject", "names", multiple=True, metavar="NAME", help="Only this subject (repeatable).")
@click.option("--html", metavar="FILE", help="Write the case as one self-contained page instead.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the case as JSON instead.")
def show(directory: Path, names: tuple[str, ...], html: str | None, json_to: str | None) -> None:
    """Show a case: subjects side by side, then each with evidence and questions."""
    from heldout.runs.dossiers import everything

    for target in (html, json_to):
        check_output(target)
    case = Case.open(directory)
    subjects = [case.subject(name) for name in names] if names else list(case.subjects)
    dossiers = [everything(case, subject) for subject in subjects]
    if html:
        from heldout.report.html import render_case  # its template engine is only paid for by a page

        write_output(html, render_case(case.title, case.role, dossiers, case.standard))
        if "-" not in (html, json_to):
            click.echo(f"The page for people: {html}")
    if not json_to:
        if not html:
            _print(case, dossiers)
        return
    content = {
        "title": case.title,
        "created": case.created.isoformat(),
        "role": {"identity": case.identity.model_dump(), **case.role.model_dump(mode="json")},
        "subjects": [
            {**subject.model_dump(), "dossier": dossier.model_dump(mode="json")}
            for subject, dossier in zip(subjects, dossiers, strict=True)
        ],
    }
    write_output(json_to, json.dumps(content, indent=2, ensure_ascii=False))


def _print(case: Case, dossiers: Sequence[Dossier]) -> None:
    from heldout.report.terminal import make_console
    from heldout.report.terminal_case import print_case

    print_case(make_console(), case, dossiers)


@command.command()
@_DIRECTORY
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--subject", required=True, metavar="NAME", help="Whose dossier it is.")
def add(directory: Path, file: Path, subject: str) -> None:
    """Take in a dossier that its subject made on their own machine.

    For work that cannot leave it: `heldout review . --author ME --no-code --json dossier.json`. Every artifact in it
    is marked as handed over and not looked at again here.
    """
    from heldout.report.export import read_dossier
    from heldout.runs.handed_over import add_dossier

    case = Case.open(directory)
    try:
        text = read_text(file.resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error}); name a file that `heldout review --json` wrote") from error
    target = add_dossier(case, read_dossier(text), subject)
    click.echo(f"Kept in {target}, marked as handed over. See it with: heldout case show {directory}")


@command.command("add-subject")
@_DIRECTORY
@click.argument("name")
@click.option("--kind", type=click.Choice(get_args(SubjectKind)), default="person", help="What they are.")
def add_subject(directory: Path, name: str, kind: SubjectKind) -> None:
    """Add somebody of whom there is no work to look at (yet), to interview them say.

    `heldout review` and `heldout audit` with --into add whom they look at by themselves.
    """
    subject = Case.open(directory).add_subject(name, kind)
    click.echo(f"Added {subject.name} ({subject.kind}) to {directory}.")


@command.command("delete-subject")
@_DIRECTORY
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def delete_subject(directory: Path, name: str, yes: bool) -> None:
    """Delete a subject's files and entry for good."""
    from heldout.decision import decisions
    from heldout.decision.record import forget

    case = Case.open(directory)
    subject = case.subject(name)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("nobody is there to confirm the deletion; add --yes")
        if not click.confirm(f"Delete everything about {subject.name} in {directory}? It cannot be undone"):
            click.echo("Nothing was deleted.")
            return
    changed = decisions.forget(case, subject)
    noted = forget(case, subject)
    removed = case.delete_subject(subject.slug)
    entries = "the entries in case.toml and record.toml" if noted else "the entry in case.toml"
    click.echo(f"Deleted {subject.name}: {entries} and {len(removed)} files and folders.")
    for path in removed:
        click.echo(f"  {path}")
    for path in changed:
        click.echo(f"  {path.relative_to(case.path)} (what it said of them)")


@command.command()
@click.argument("kind", type=click.Choice(tuple(_SCHEMAS)), default="evidence")
@click.option("--output", default="-", metavar="FILE|-", help="Where to write it.")
def schema(kind: str, output: str) -> None:
    """Print the JSON Schema of a case's files: evidence (the default), case, standard and others."""
    model: type[BaseModel] = resolve_name(_SCHEMAS[kind])
    write_output(output, json.dumps(model.model_json_schema(by_alias=True), indent=2))
