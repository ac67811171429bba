"""Writes the reference pages that describe code and data: commands, checks, standard, schemas, limits, calibration."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import shutil
from itertools import groupby
from pathlib import Path

import click
from generate_interviews import interviewers_page, questions_page

from heldout.cli import heldout
from heldout.decision.assumptions import MARK_WORDS
from heldout.decision.engagement.assumptions import builtin
from heldout.decision.law import SURE_WORDS, laws
from heldout.decision.record import RecordFile
from heldout.decision.record.requirements import requirements
from heldout.evidence.case import CaseFile, EvidenceFile, StandardFile
from heldout.material.limits import Limits
from heldout.report.audit_file import audit_schema
from heldout.report.export import dossier_schema
from heldout.sources.handover.evidence import code_of, rules
from heldout.sources.handover.ml_test_score import SECTIONS
from heldout.sources.handover.ml_test_score.rules import rules as ml_tests
from heldout.sources.handover.rubric import rubric
from heldout.sources.interview.bank import QuestionFile
from heldout.sources.interview.kit import Kit
from heldout.sources.interview.scorecard import Scorecard
from heldout.sources.repository.calibration import calibrations
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.checks.registry import all_checks
from heldout.sources.repository.collect import BLAME_SECONDS
from heldout.sources.repository.leakage import Budget
from heldout.sources.repository.pool import ALL_FILES_SECONDS, FILE_SECONDS, WORKER_MEGABYTES
from heldout.sources.repository.whole import Bounds
from heldout.sources.repository.worker import CHECK_SECONDS, TEXT_BYTES
from heldout.standard import CompetencyFile, Role, Standard, load_standard

_FAMILIES = {
    "AUT": "Authorship", "BUS": "Business goal", "CLD": "Cloud services", "COM": "Communication", "CRF": "Craft",
    "DEP": "Deployment", "FRW": "Frameworks", "HND": "Handover", "JDG": "Judgement", "LEK": "Leakage", "MLO": "MLOps",
    "NBK": "Notebooks", "PYT": "Python", "REP": "Reproducible results", "ROB": "Robustness", "SAF": "Safety",
    "SCL": "Scale", "STA": "Statistics", "WRA": "Data wrangling",
}  # fmt: skip
"""What the letters of a check's code stand for."""

_WIDTH = 88
"""Columns of the help of commands: what fits the page."""


def write_reference(folder: Path) -> None:
    """Write every generated page below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    standard = load_standard()
    pages = {
        "checks.md": _check_index(),
        "rubric.md": _rubric_page(standard),
        "standard.md": _standard_page(standard),
        "roles.md": _roles_page(standard),
        "questions.md": questions_page(standard),
        "interviewers.md": interviewers_page(),
        "calibration.md": _calibration_page(standard),
        "limits.md": _limits_page(),
        "schemas.md": _schemas_page(),
        "commands.md": _commands_page(),
        "law.md": _law_page(),
        "kept.md": _kept_page(),
        "assumptions.md": _assumptions_page(),
        **{f"checks/{check.code}.md": _check_page(check) for check in all_checks()},
    }
    for name, text in pages.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _assumptions_page() -> str:
    lines = ["# What `heldout engage` assumes", "", f"Version {builtin().version}, in US dollars. Triangular ranges."]
    lines += ["[How they are used](/explanation/engagement.md).", ""]
    lines += ["| id | what | unit | low | likeliest | high | source | how sure |", "|---|---|---|---|---|---|---|---|"]
    for one in builtin().assumptions:
        numbers = " | ".join(f"{number:,.10g}" for number in (one.low, one.mode, one.high))
        source = f"{one.source} ({one.date})"
        lines.append(f"| `{one.id}` | {one.what} | {one.unit} | {numbers} | {source} | {MARK_WORDS[one.mark]} |")
    return "\n".join(lines) + "\n"


def _check_index() -> str:
    lines = ["# Checks", "", f"All {len(all_checks())} checks, by code. A code is never given to another check, so a"]
    lines += ["candidate may [contest a finding](/how-to/contest.md) by it. `heldout checks CODE` prints the same.", ""]
    for letters, checks in groupby(all_checks(), key=lambda check: check.code[:3]):
        lines += [f"## {_FAMILIES.get(letters, letters)} (`{letters}`)", ""]
        lines += ["| code | what it looks at | speaks for |", "|---|---|---|"]
        for check in checks:
            note = " (an opinion, off by default)" if check.off_by_default else ""
            moves = ", ".join(check.competencies) or "informs only"
            lines.append(f"| [{check.code}](checks/{check.code}.md) | {check.title}{note} | {moves} |")
        lines.append("")
    return "\n".join(lines)


def _check_page(check: Check) -> str:
    # An orphan: two hundred pages in the navigation of each would help nobody and take minutes to build.
    lines = ["---", "orphan: true", "---", "", f"# {check.code}: {check.title}", "", "[All checks](../checks.md)", ""]
    for name, text in check.documentation().items():
        lines += [f"## {name}", "", text, ""]
    if check.ask:
        lines += ["## The question it raises", "", f"> {check.ask}", ""]
    lines += ["## What it moves", ""]
    if check.moves:
        lines += ["| competency | adds at most | takes away at most | what uses up the whole of what it takes away |"]
        lines += ["|---|---|---|---|"]
        for name in check.competencies:
            move = check.moves[name]
            size = "findings whose strengths add up to 1"
            if move.per_kloc:
                size = f"{move.per_kloc:g} full finding{'s' * (move.per_kloc != 1)} for each 1,000 lines"
            lines.append(f"| {name} | {move.up:g} | {move.down:g} | {size if move.down else ''} |")
        lines += ["", "In level points, before the competency's scale: see [levels](/explanation/levels.md)."]
    else:
        lines.append("Nothing: it informs whoever reads the report.")
    if check.ml_only:
        lines += ["", "It speaks only of repositories that hold machine learning."]
    if check.off_by_default:
        lines += ["", "It is an opinion and off by default: ask for it with `--check`."]
    return "\n".join(lines)


def _rubric_page(standard: Standard) -> str:
    """The rubric of an audit with its clauses, what its checks move, and the ML Test Score."""
    whole = rubric()
    lines = ["# The rubric of an audit", "", "What `heldout audit` asks, question by question; [how it judges]"]
    lines += [
        "(/explanation/audit.md) tells how the checks become four answers. `heldout checks HND-T1` prints one.",
        "",
    ]
    for area, question in whole.areas.items():
        lines += [f"## {question}", ""]
        for item in (one for one in whole.items.values() if one.area == area):
            grave = " The question stands or falls with it." if item.critical else ""
            lines += [f"### {item.id}: {item.title}", "", f"{item.asks} Weight {item.weight}.{grave}", ""]
            lines += [f"*Into the contract:* {item.clause}", "", f"*To ask its makers:* {item.ask}", ""]
            lines += [f"*Without it:* {item.cost} of the client's own work.", ""]
    lines += ["## What the checks move", "", "In level points: what a pass adds, what a failure takes away.", ""]
    for name, rule in rules().competencies.items():
        lines += [f"### {standard.by_id[name].name}", "", f"Starts at {rule.start:g}. No level unless one of"]
        lines += [
            f"{', '.join(rule.telling)} was assessed.",
            "",
            "| check | a pass adds | a failure takes away |",
            "|---|---|---|",
        ]
        lines += [f"| {code_of(id_)} | {up:g} | {down:g} |" for id_, (up, down) in rule.moves.items()]
        lines.append("")
    lines += ["## The ML Test Score", "", "The 28 tests of the annex (Breck and others, 2017).", ""]
    for section, tests in groupby(ml_tests(), key=lambda test: test.section):
        lines += [f"### {SECTIONS[section]}", ""]
        lines += [f"- {test.id}: {test.title}" + (f" (open: {test.open})" if test.open else "") for test in tests]
        lines.append("")
    return "\n".join(lines)


def _standard_page(standard: Standard) -> str:
    lines = ["# The standard: competencies and levels", "", f"Version {standard.version}. {standard.reading}", ""]
    for one in standard.competencies:
        only = " It is specific to machine learning: other code says nothing of it." if one.specific_to_ml else ""
        lines += [f"## {one.name} (`{one.id}`)", "", one.why, "", f"*A level needs:* {one.occasion}{only}", ""]
        lines += ["| level | what it looks like |", "|---|---|"]
        lines += [f"| {level} | {text} |" for level, text in sorted(one.anchors.items())]
        lines += ["", "*Who can see it:*", ""]
        lines += [f"- {source}: {what}" for source, what in one.sources.items()]
        lines.append("")
    return "\n".join(lines)


def _roles_page(standard: Standard) -> str:
    lines = ["# Roles", "", "A weight is the share of the whole that a competency has in a role; the bar is the level"]
    lines += ["that the role asks for. [Your own roles](/how-to/own-standard.md) stand beside these.", ""]
    for role in standard.roles:
        lines += [f"## {role.name} (`{role.id}`, version {role.version})", "", role.summary, ""]
        lines += [f"*Business goal:* {role.business_goal}", "", "| competency | weight | bar |", "|---|---|---|"]
        heaviest = sorted(role.requires, key=lambda name: -role.weights[name])
        lines += [
            f"| {standard.by_id[name].name} | {role.weights[name]:.0%} | {role.bars[name]:g} |" for name in heaviest
        ]
        lines.append("")
    return "\n".join(lines)


def _calibration_page(standard: Standard) -> str:
    lines = ["# Calibration of the levels from repositories", ""]
    lines += ["How the shipped rule was fitted, competency by competency; what each column means is told under"]
    lines += ["[levels](/explanation/levels.md#where-start-scale-and-error-come-from).", ""]
    lines += [
        "| competency | start | scale | error (level points) | of a constant | nearer than it | tells people apart |"
        " basis | repositories read | levels given | readers' agreement |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|---|---|---|"]
    for name, one in calibrations().items():
        agreement = "not measured" if one.agreement is None else f"{one.agreement:.2f}"
        constant = "not measured" if one.constant is None else f"{one.constant:.2f}"
        telling = "not known" if one.basis == "assumed" else "yes" if one.telling else "hardly"
        nearer = "not measured" if one.nearer is None else f"{one.nearer:.0%}"
        lines.append(
            f"| {standard.by_id[name].name} | {one.start:.2f} | {one.scale:.2f} | {one.error:.2f} |"
            f" {constant} | {nearer} | {telling} | {one.basis} |"
            f" {one.readings} | {one.ends[0]:.2f} to {one.ends[1]:.2f} | {agreement} |"
        )
    return "\n".join(lines)


def _law_page() -> str:
    lines = [
        "# Law",
        "",
        f"What laws say of hiring, as far as we could tell on {laws().checked:%d %B %Y}. Laws change. Not",
    ]
    lines += ["legal advice: ask somebody who may give it. Each statement has its source and how sure that is.", ""]
    for law in laws().laws:
        lines += [f"## {law.name}", "", f"*{law.where}*", "", "| statement | source | how sure |", "|---|---|---|"]
        lines += [f"| {one.text} | {one.source} | {SURE_WORDS[one.sure]} |" for one in law.says]
        lines.append("")
    return "\n".join(lines)


def _kept_page() -> str:
    lines = [
        "# What has to be kept",
        "",
        "What `heldout record` looks for in a case. Who asks is told with how sure we are:",
    ]
    lines += ["a weak source is marked. [The laws themselves](law.md). Not legal advice.", ""]
    lines += ["| to keep | who asks, since when | when it is missing |", "|---|---|---|"]
    for one in requirements():
        weak = {asked.place: "" if asked.sure == "seen" else f" ({SURE_WORDS[asked.sure]})" for asked in one.laws}
        asks = "<br>".join(f"{asked.place}; {asked.since}{weak[asked.place]}" for asked in one.laws)
        lines.append(f"| {one.what} | {asks} | {one.supply} |")
    return "\n".join(lines)


def _limits_page() -> str:
    """The caps of `material/limits.py`, with the sentence that stands under each in the source."""
    body = ast.parse(inspect.getsource(Limits)).body[0]
    told = {}
    if isinstance(body, ast.ClassDef):
        for field, below in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                told[ast.unparse(field.target)] = inspect.cleandoc(str(below.value.value))
    lines = [
        "# Limits on material",
        "",
        inspect.getdoc(Limits) or "",
        "",
        "| limit | value | what it caps |",
        "|---|---|---|",
    ]
    for one in dataclasses.fields(Limits):
        if one.name == "blame_seconds":  # a review sets its own, below
            continue
        lines.append(f"| `{one.name}` | {one.default:,} | {told[one.name]} |")
    lines += ["", "## While files are read", "", "| limit | value |", "|---|---|"]
    lines += [f"| a text file that checks of text read | {TEXT_BYTES:,} bytes |"]
    lines += [f"| time for one file in a worker | {FILE_SECONDS:g} seconds |"]
    lines += [f"| processor time of one check on one file | {CHECK_SECONDS:g} seconds |"]
    lines += [f"| time for all files | {ALL_FILES_SECONDS:g} seconds |"]
    lines += [f"| processor time of one check on the whole repository | {Bounds().check:g} seconds |"]
    lines += [f"| time for all checks on the whole repository | {Bounds().all:g} seconds |"]
    lines += [f"| address space of a worker | {WORKER_MEGABYTES:,} MiB |"]
    lines += [f"| work for following the data of one file | {Budget().steps:,} steps, {Budget().calls} calls deep |"]
    lines += [f"| time for attributing lines that blame is expected to take | {BLAME_SECONDS:g} seconds |"]
    return "\n".join(lines)


def _schemas_page() -> str:
    schemas = {
        "A dossier: what `heldout review --json` writes": dossier_schema(),
        "An audit: what `heldout audit --json` writes": audit_schema(),
        "A file of evidence in a case": EvidenceFile.model_json_schema(by_alias=True),
        "`case.toml`": CaseFile.model_json_schema(by_alias=True),
        "A scorecard in a case": Scorecard.model_json_schema(by_alias=True),
        "A kit in a case": Kit.model_json_schema(by_alias=True),
        "`record.toml` of a case": RecordFile.model_json_schema(by_alias=True),
        "`standard.json` of a case": StandardFile.model_json_schema(by_alias=True),
        "A file of competencies": CompetencyFile.model_json_schema(),
        "A file of a role": Role.model_json_schema(),
        "A file of interview questions": QuestionFile.model_json_schema(),
    }
    lines = ["# JSON Schemas", "", "For programs that read or write these files. `heldout case schema` and `heldout"]
    lines += ["standard --schema` print them too. Numbers are in the units that the descriptions name.", ""]
    for title, schema in schemas.items():
        lines += [f"## {title}", "", "```json", json.dumps(schema, indent=2), "```", ""]
    return "\n".join(lines)


def _commands_page() -> str:
    lines = ["# Commands", ""]
    with click.Context(heldout, info_name="heldout", terminal_width=_WIDTH) as context:
        lines += ["```text", context.get_help(), "```", ""]
        for name in heldout.list_commands(context):
            if (command := heldout.get_command(context, name)) is not None:
                lines += _command_lines(command, f"heldout {name}", context)
    return "\n".join(lines)


def _command_lines(command: click.Command, name: str, parent: click.Context) -> list[str]:
    short = name.rpartition(" ")[2]
    with click.Context(command, info_name=short, parent=parent, terminal_width=_WIDTH) as context:
        lines = [f"## `{name}`", "", "```text", context.get_help(), "```", ""]
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                if (inner := command.get_command(context, child)) is not None:
                    lines += _command_lines(inner, f"{name} {child}", context)
    return lines
