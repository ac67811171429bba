"""Writes the reference pages that describe code and data: checks, competencies, roles, schemas, commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from heldout.cli import heldout
from heldout.evidence import Dossier
from heldout.sources.repository.checks.base import SECTIONS, Check
from heldout.sources.repository.checks.registry import all_checks
from heldout.sources.repository.levels import calibrations
from heldout.standard import Standard, load_standard


def write_reference(folder: Path) -> None:
    """Write every generated page below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    standard = load_standard()
    pages = {
        "checks.md": _check_index(),
        "standard.md": _standard_page(standard),
        "calibration.md": _calibration_page(standard),
        "dossier-schema.md": _schema_page(),
        "commands.md": _commands_page(),
        **{f"checks/{check.code}.md": _check_page(check) for check in all_checks()},
    }
    for name, text in pages.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _check_index() -> str:
    lines = ["# Checks", "", "Every check, by code. A candidate may contest a finding by its code.", ""]
    lines += ["| code | what it looks at | moves |", "|---|---|---|"]
    for check in all_checks():
        moves = ", ".join(check.competencies) or "nothing: it informs"
        lines.append(f"| [{check.code}](checks/{check.code}.md) | {check.title} | {moves} |")
    lines += ["", "```{toctree}", ":hidden:", ":glob:", "", "checks/*", "```"]
    return "\n".join(lines)


def _check_page(check: Check) -> str:
    lines = [f"# {check.code}: {check.title}", ""]
    for name, text in check.documentation().items():
        lines += [f"## {name}", "", text, ""]
    assert tuple(check.documentation()) == SECTIONS
    lines += ["## What it moves", ""]
    if check.moves:
        lines += ["| competency | adds at most | takes away at most | a full finding for each |", "|---|---|---|---|"]
        for name in check.competencies:
            move = check.moves[name]
            size = f"{1 / move.per_kloc:.2g} thousand lines" if move.per_kloc else "repository"
            lines.append(f"| {name} | {move.up:g} | {move.down:g} | {size} |")
        lines += ["", "In level points before the competency's scale; see [how levels come about](/explanation/levels.md)."]
    else:
        lines.append("Nothing: it informs whoever reads the report.")
    if check.ml_only:
        lines += ["", "It speaks only of repositories that hold machine learning."]
    if check.off_by_default:
        lines += ["", "It is an opinion and off by default: ask for it with `--check`."]
    return "\n".join(lines)


def _standard_page(standard: Standard) -> str:
    lines = ["# The standard", "", f"Version {standard.version}. {standard.reading}", ""]
    for one in standard.competencies:
        lines += [f"## {one.name} (`{one.id}`)", "", one.why, "", f"*When a level is given:* {one.occasion}", ""]
        lines += ["| level | what it looks like |", "|---|---|"]
        lines += [f"| {level} | {text} |" for level, text in sorted(one.anchors.items())]
        lines += ["", "Seen by: " + "; ".join(f"**{source}** ({what})" for source, what in one.sources.items()), ""]
    lines += ["# Roles", ""]
    for role in standard.roles:
        lines += [f"## {role.name} (`{role.id}`, version {role.version})", "", role.summary, ""]
        lines += [f"*Business goal:* {role.business_goal}", "", "| competency | weight | bar |", "|---|---|---|"]
        lines += [f"| {name} | {role.weights[name]:.0%} | {role.bars[name]:g} |" for name in role.requires]
        lines.append("")
    return "\n".join(lines)


def _calibration_page(standard: Standard) -> str:
    lines = ["# Calibration of the levels from repositories", ""]
    lines += ["| competency | start | scale | error (level points) | basis | repositories read | agreement |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, one in calibrations().items():
        agreement = "" if one.agreement is None else f"{one.agreement:.2f}"
        lines.append(
            f"| {standard.by_id[name].name} | {one.start:.2f} | {one.scale:.2f} | {one.error:.2f} | {one.basis} |"
            f" {one.readings} | {agreement} |"
        )
    return "\n".join(lines)


def _schema_page() -> str:
    schema = json.dumps(Dossier.model_json_schema(), indent=2)
    return f"# JSON Schema of a dossier\n\nWhat `heldout review --json` writes.\n\n```json\n{schema}\n```\n"


def _commands_page() -> str:
    lines = ["# Commands", ""]
    with click.Context(heldout, info_name="heldout") as context:
        for name in heldout.list_commands(context):
            command = heldout.get_command(context, name)
            assert command is not None
            lines += _command_lines(command, f"heldout {name}", context)
    return "\n".join(lines)


def _command_lines(command: click.Command, name: str, parent: click.Context) -> list[str]:
    with click.Context(command, info_name=name.rpartition(" ")[2], parent=parent) as context:
        lines = [f"## `{name}`", "", "```text", context.get_help(), "```", ""]
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                inner = command.get_command(context, child)
                assert inner is not None
                lines += _command_lines(inner, f"{name} {child}", context)
    return lines
