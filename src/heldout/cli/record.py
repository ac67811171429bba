"""`heldout record`: what has to be kept of a hiring, what a case holds of it, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from heldout.cli.output import check_output, write_output
from heldout.decision.record import Record, RecordFile, read_notes
from heldout.decision.record import template as blank
from heldout.errors import InputError
from heldout.evidence import Case
from heldout.report.record_html import render_explanation, render_record
from heldout.report.terminal import make_console
from heldout.report.terminal_record import print_explanation, print_record
from heldout.runs.recording import record_of


@click.command()
@click.argument("directory", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--html", metavar="FILE", help="Write the record as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write everything, each raw score too, as JSON.")
@click.option("--candidate", metavar="NAME", help="Instead: what this one candidate is told, to hand to them.")
@click.option("--template", metavar="FILE|-", help="Instead: write a record.toml to fill in (CASE/record.toml).")
def command(
    directory: Path, html: str | None, json_to: str | None, candidate: str | None, template: str | None
) -> None:
    """Say what has to be kept of a hiring, what the case holds of it, and how to supply what is missing.

    What only you can tell - notices, purpose, access, retention - stands in CASE/record.toml. Not legal advice, and no
    certificate.
    """
    case = Case.open(directory)
    for target in (html, json_to, template):
        check_output(target)
    if template:
        _write_template(case, template)
        return
    today = datetime.now(UTC).date()
    try:
        read_notes(case)
    except InputError as fault:
        if not (html or json_to or candidate):
            print_record(make_console(), record_of(case, today, RecordFile()))
        raise InputError(
            f"{fault}\nUntil this is mended nothing of record.toml counts, and no file is written."
        ) from fault
    record = record_of(case, today)
    if candidate is None:
        _deliver_record(record, html, json_to)
        return
    slug = case.subject(candidate).slug
    told = next(one for one in record.explanations if one.slug == slug)
    if html:
        write_output(html, render_explanation(told, record.title))
    if json_to:
        write_output(json_to, told.model_dump_json(indent=2))
    if "-" not in (html, json_to):
        print_explanation(make_console(), told)
        if html:
            click.echo(f"\nThe page for people: {html}")


def _deliver_record(record: Record, html: str | None, json_to: str | None) -> None:
    if html:
        write_output(html, render_record(record))
    if json_to:
        write_output(json_to, record.model_dump_json(indent=2))
    if "-" not in (html, json_to):
        print_record(make_console(), record)
        if html:
            click.echo(f"\nThe page for people: {html}")


def _write_template(case: Case, target: str) -> None:
    if target != "-" and Path(target).exists():
        raise InputError(
            f"{target} is there already and is not overwritten; name another file, or - to see the template"
        )
    write_output(target, blank(case.subjects).rstrip("\n"))
    if target != "-":
        click.echo(f"Fill in {target}, then: heldout record {case.path}")
