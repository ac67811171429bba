"""`heldout review`: read past work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from heldout.cli.kinds import check_kind, kind_option
from heldout.cli.output import check_output, write_output
from heldout.cli.progress import TerminalProgress
from heldout.errors import InputError
from heldout.evidence import Case, Dossier
from heldout.evidence.case import SubjectKind
from heldout.report.export import dossier_json
from heldout.report.terminal import make_console
from heldout.report.terminal_dossier import print_dossier
from heldout.runs.review import Order, Outcome, review
from heldout.sources.repository.checks.registry import checks_by_code, usual_checks
from heldout.sources.repository.collect import Brief
from heldout.standard import Role, Standard, load_standard, select_role

_AUTHORS_SHOWN = 12


@dataclass(frozen=True)
class _Options:
    what: tuple[str, ...]
    authors: tuple[str, ...]
    subject: str | None
    into: Path | None
    kind: SubjectKind | None
    role: str | None
    html: str | None
    json_to: str | None
    no_code: bool
    revision: str | None
    codes: tuple[str, ...]
    token: str | None
    extra: tuple[Path, ...]
    workers: int

    def name(self) -> str:
        """What to call the subject: as told, else the first author, else the work itself."""
        author = self.authors[0].partition("<")[0].strip() if self.authors else ""
        work = self.what[0].removeprefix("pypi:").rstrip("/").rpartition("/")[2]
        if work in ("", ".", "..", ".git"):
            whole = Path(self.what[0]).resolve()
            work = (whole.parent if work == ".git" else whole).name
        return self.subject or author or work


@dataclass(frozen=True)
class _Yardstick:
    """What the work is held against: the case's frozen standard and role, or what was asked for."""

    standard: Standard
    role: Role | None
    case: Case | None


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--author", "authors", multiple=True, metavar="NAME|E-MAIL", help="Who in the history is the subject.")
@click.option("--subject", metavar="NAME", help="What to call the subject (default: the author, or the work's name).")
@click.option("--into", type=click.Path(path_type=Path), metavar="CASE", help="Keep the evidence in a case folder.")
@kind_option
@click.option("--role", metavar="ID|FILE", help="Show the bars of a role beside the levels.")
@click.option("--html", metavar="FILE", help="Write the report as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the dossier as JSON.")
@click.option("--no-code", is_flag=True, help="Leave every line of code out of what is written (private work).")
@click.option("--revision", metavar="COMMIT", help="Review this commit, branch or tag instead of HEAD.")
@click.option("--check", "codes", multiple=True, metavar="CODE", help="Only these checks, or families (`LEK`).")
@click.option("--token", envvar="HELDOUT_TOKEN", metavar="TOKEN", help="For a profile: the forge's API token.")
@click.option(
    "--standard",
    "extra",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Your own competencies and roles (repeatable).",
)
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Worker processes.")
def command(**given: Any) -> None:
    """Read past work: what it shows, how sure that is, what it cannot tell, and what to ask.

    WHAT is a git URL, a local folder, a zip or tar archive, `pypi:NAME`, or a GitHub or GitLab profile; several
    make one dossier. Nothing in it is run. `--author` names the person in the history (repeatable); without it no
    share of the work is claimed for anybody.
    """
    options = _Options(**given)
    for target in (options.html, options.json_to):
        check_output(target)
    yardstick = _yardstick(options)
    check_kind(yardstick.case, options.name(), options.kind)
    brief = Brief(
        subject=options.name(),
        standard=yardstick.standard,
        checks=checks_by_code(options.codes) if options.codes else usual_checks(),
        claims=options.authors,
        role=yardstick.role.id if yardstick.role else None,
        workers=options.workers,
    )
    with TerminalProgress() as progress:
        outcome = review(Order(options.what, brief, revision=options.revision, token=options.token), progress)
    dossier = _without_code(outcome.dossier) if options.no_code else outcome.dossier
    _deliver(dossier, yardstick, options)
    if options.json_to != "-":
        console = make_console()
        print_dossier(console, dossier, yardstick.standard, yardstick.role)
        _say_next(outcome, options)


def _yardstick(options: _Options) -> _Yardstick:
    if options.into is None:
        if options.role is None:
            return _Yardstick(load_standard(options.extra), None, None)
        standard, chosen = select_role(options.role, options.extra)
        return _Yardstick(standard, chosen, None)
    if options.role is not None or options.extra:
        raise InputError("--into takes the role and the standard from the case; leave --role and --standard away")
    case = Case.open(options.into)
    return _Yardstick(case.standard, case.role, case)


def _deliver(dossier: Dossier, yardstick: _Yardstick, options: _Options) -> None:
    if yardstick.case is not None:
        yardstick.case.write_dossier(dossier, kind=options.kind or "person")
    if options.html:
        from heldout.report.html import render_dossier  # its template engine is only paid for by a page

        write_output(options.html, render_dossier(dossier, yardstick.standard, yardstick.role))
    if options.json_to:
        write_output(options.json_to, dossier_json(dossier))


def _without_code(dossier: Dossier) -> Dossier:
    """The dossier with places but without the text at them."""

    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: None if key == "snippet" else bare(inner) for key, inner in value.items()}
        return [bare(inner) for inner in value] if isinstance(value, list | tuple) else value

    return Dossier.model_validate(bare(dossier.model_dump()))


def _say_next(outcome: Outcome, options: _Options) -> None:
    if outcome.authors:
        click.echo("\nWho committed (shown here only; name the subject with --author):")
        for name, commits in outcome.authors[:_AUTHORS_SHOWN]:
            click.echo(f"  {commits:>6} {'commit ' if commits == 1 else 'commits'}  {name}")
        if len(outcome.authors) > _AUTHORS_SHOWN:
            click.echo(f"  and {len(outcome.authors) - _AUTHORS_SHOWN} more")
    if outcome.alike:
        click.echo("\nPerhaps the same person (shown here only; name them too with --author if so):")
        for name, commits in outcome.alike[:_AUTHORS_SHOWN]:
            click.echo(f"  {commits:>6} {'commit ' if commits == 1 else 'commits'}  {name}")
    if options.into is not None:
        click.echo(f"\nKept in {options.into}. See it with: heldout case show {options.into}")
    if options.html:
        click.echo(f"\nThe page for people: {options.html}")
