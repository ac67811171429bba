"""`heldout audit`: can what was delivered be built, run, retrained and owned without the people who made it?"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from heldout.cli.kinds import check_kind, kind_option
from heldout.cli.output import check_output, write_output
from heldout.cli.progress import TerminalProgress
from heldout.errors import InputError
from heldout.evidence import Case
from heldout.evidence.case import SubjectKind
from heldout.report.export import audit_json
from heldout.report.terminal import make_console
from heldout.report.terminal_audit import print_audit
from heldout.runs.audit import AuditOrder, audit, plan_of
from heldout.sources.handover.answers import Answers, answers_from, questions, read_answers, template
from heldout.sources.handover.client import parse_input
from heldout.sources.handover.evidence import dossier_of
from heldout.sources.handover.plan_file import write_plan
from heldout.sources.handover.result import Audit
from heldout.sources.handover.rubric import verdict

DOES_NOT_HOLD = 1
_LARGEST_FILE = 4 << 20


@dataclass(frozen=True)
class _Options:
    what: str
    plan: Path | None
    inputs: tuple[str, ...]
    answers: Path | None
    ask: bool
    budget: float
    keep: Path | None
    folder: str
    revision: str | None
    sandbox: str | None
    html: str | None
    json_to: str | None
    into: Path | None
    subject: str | None
    kind: SubjectKind | None


@click.command()
@click.argument("what", required=False)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Follow this plan; when the file does not exist, write the plan to it, run nothing, and stop.",
)
@click.option("--folder", default=".", metavar="SUB", help="Audit only this folder of the delivery.")
@click.option("--revision", metavar="COMMIT", help="Audit this commit, branch or tag instead of HEAD.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATH=MINE",
    help="Put a file or folder of yours where the delivery has PATH, and train and score on it (repeatable).",
)
@click.option("--budget", default=30.0, show_default=True, metavar="MINUTES", help="Time for all runs and trainings.")
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The support terms.")
@click.option("--answers-template", metavar="FILE|-", help="Write a form for --answers, and stop.")
@click.option("--ask", is_flag=True, help="Ask for the support terms on the terminal.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="FOLDER", help="Where plan, logs and result are kept.")
@click.option("--html", metavar="FILE", help="Write the report as one page (one is always kept in the folder).")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the result as JSON.")
@click.option("--into", type=click.Path(path_type=Path), metavar="CASE", help="Keep the evidence in a case folder.")
@click.option("--subject", metavar="NAME", help="Whose work it is, for --into (default: the delivery's name).")
@kind_option
@click.option("--sandbox", metavar="NAME", help="Use this sandbox (see `heldout doctor`).")
def command(answers_template: str | None, **given: Any) -> None:
    """Run what was delivered: can you build, run, retrain and own it without the people who made it?

    WHAT is a git URL, a local folder, a zip or tar archive, or `pypi:NAME`. Its code runs only in a sandbox, without
    network. An interrupted audit goes on where it stopped when it is started again.

    Ends with 0 when all four hold, 1 when one does not, 2 for bad input, 3 for a fault of ours or without a sandbox.
    """
    if answers_template:
        check_output(answers_template)
        write_output(answers_template, template().rstrip("\n"))
        return
    if not given["what"]:
        raise InputError("name what to audit: a git URL, a folder, an archive")
    options = _Options(**given)
    for target in (options.html, options.json_to):
        check_output(target)
    case = Case.open(options.into) if options.into else None
    check_kind(case, options.subject or _name(options.what), options.kind)
    order = _order(options)
    if options.plan is not None and order.plan is None:
        _write_plan(order, options.plan)
        return
    try:
        with _made(order.kept), TerminalProgress(lines=True) as progress:
            result = audit(order, progress, lambda done: _write(done, order, options, case))
    except KeyboardInterrupt:
        click.echo(f"What was finished is kept in {order.kept}; the same command goes on from there.", err=True)
        raise
    if options.json_to != "-":
        _print(result, order, options)
    if not verdict(result.scores, result.checks).holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


def _order(options: _Options) -> AuditOrder:
    plan = None
    if options.plan is not None and options.plan.exists():
        plan = (_text(options.plan), str(options.plan))
    elif options.plan is not None:
        check_output(str(options.plan))
    if not 0 < options.budget < math.inf:
        raise InputError(f"--budget {options.budget:g} is no time; give minutes, for example 30")
    return AuditOrder(
        what=options.what,
        kept=(options.keep or Path(f"{_name(options.what)}.audit")).absolute(),
        plan=plan,
        subfolder=options.folder,
        revision=options.revision,
        inputs=tuple(parse_input(told) for told in options.inputs),
        answers=_answers(options),
        budget_s=options.budget * 60,
        sandbox=options.sandbox,
    )


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder for plan, logs and result, made now: not after an hour that it cannot be. Gone again when unused."""
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made ({error.strerror}); name a folder of yours with --keep") from error
    try:
        yield
    finally:
        if new:
            with suppress(OSError):  # it holds something
                folder.rmdir()


def _name(what: str) -> str:
    """A name for the folder: the last part of what is audited."""
    last = what.removeprefix("pypi:").rstrip("/").rpartition("/")[2].removesuffix(".git")
    if last in ("", ".", ".."):
        last = Path(what).resolve().name
    return re.sub(r"[^\w.-]+", "-", last)[:60] or "delivery"


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{path} is larger than any file of its kind; name another")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8; save it as such") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _answers(options: _Options) -> Answers:
    if options.answers is not None:
        return read_answers(_text(options.answers), str(options.answers))
    if not options.ask:
        return Answers()
    if not sys.stdin.isatty():
        raise InputError("--ask needs a terminal; write the answers to a file instead (--answers-template)")
    click.echo(
        "Terms of the delivery. Leave a line empty when you do not know; `no` when it was not agreed.\n", err=True
    )
    said = {}
    for question in questions():
        click.echo(f"{question.text} (for example: {question.example})", err=True)
        said[question.key] = click.prompt("", default="", show_default=False, prompt_suffix="> ", err=True)
    return answers_from({key: text for key, text in said.items() if text.strip()})


def _write_plan(order: AuditOrder, target: Path) -> None:
    with TerminalProgress(lines=True) as progress:
        plan = plan_of(order, progress)
    write_output(str(target), write_plan(plan).rstrip("\n"))
    click.echo(f"The plan is in {target}; nothing was run. Read it, mend it, then run the audit with --plan {target}.")
    for question in plan.open_questions:
        click.echo(f"  ? {question}")


def _write(result: Audit, order: AuditOrder, options: _Options, case: Case | None) -> None:
    from heldout.report.audit_html import render_audit  # its template engine is only paid for when there is a page

    page = render_audit(result)
    write_output(str(order.kept / "audit.html"), page)
    write_output(str(order.kept / "audit.json"), audit_json(result))
    write_output(str(order.kept / "plan.toml"), write_plan(result.plan).rstrip("\n"))
    if options.html:
        logs = os.path.relpath(order.kept, Path(options.html).absolute().parent)
        write_output(options.html, render_audit(result, logs))
    if options.json_to:
        write_output(options.json_to, audit_json(result))
    if case is not None:
        subject = options.subject or result.delivery
        case.write_dossier(dossier_of(result, case.standard, subject, case.role.id), kind=options.kind or "agency")


def _print(result: Audit, order: AuditOrder, options: _Options) -> None:
    print_audit(make_console(), result)
    click.echo(f"\nThe whole report, with every log: {order.kept / 'audit.html'}")
    if options.into is not None:
        click.echo(f"Kept in {options.into}. See it with: heldout case show {options.into}")
