"""`heldout standard`: print what matters, check a company's own files."""

from __future__ import annotations

import json
from pathlib import Path

import click
from pydantic import BaseModel

from heldout.cli.output import write_output
from heldout.errors import InputError
from heldout.report.terminal import make_console
from heldout.report.terminal_standard import print_competency, print_role, print_standard
from heldout.standard import CompetencyFile, Role, Standard, check_file, load_standard, select_role
from heldout.standard.yaml_source import nearest

_SCHEMAS: dict[str, type[BaseModel]] = {"competencies": CompetencyFile, "role": Role}


@click.command()
@click.argument("competency", required=False)
@click.option("--role", metavar="ID|FILE", help="Print a role: its weights and bars.")
@click.option(
    "--standard",
    "extra",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Your own competencies and roles over the built-in ones (repeatable).",
)
@click.option("--check", type=click.Path(path_type=Path), metavar="FILE", help="Check your own file, and stop.")
@click.option("--schema", type=click.Choice(sorted(_SCHEMAS)), help="Print the JSON Schema of a kind of file.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write what would be printed as JSON instead.")
def command(
    competency: str | None,
    role: str | None,
    extra: tuple[Path, ...],
    check: Path | None,
    schema: str | None,
    json_to: str | None,
) -> None:
    """Print what matters: competencies, levels, roles.

    Without an argument all competencies and roles; with the id of a COMPETENCY its five levels.
    """
    if sum(choice is not None for choice in (competency, role, check, schema)) > 1:
        raise click.UsageError("choose one of COMPETENCY, --role, --check and --schema")
    if schema:
        write_output(json_to or "-", json.dumps(_SCHEMAS[schema].model_json_schema(), indent=2))
    elif check:
        _check(check, extra)
    elif role:
        standard, chosen = select_role(role, extra)
        _show_role(standard, chosen, json_to)
    elif competency:
        _show_competency(load_standard(extra), competency, json_to)
    else:
        _show_all(load_standard(extra), json_to)


def _check(path: Path, extra: tuple[Path, ...]) -> None:
    content = check_file(path, extra)
    if isinstance(content, Role):
        click.echo(f"{path}: the role {content.id}, version {content.version}, is right.")
    else:
        names = ", ".join(one.id for one in content.competencies)
        click.echo(f"{path}: {len(content.competencies)} competencies ({names}) are right.")


def _show_role(standard: Standard, role: Role, json_to: str | None) -> None:
    if json_to:
        content = {"identity": standard.identity(role).model_dump(), "weights": role.weights, **role.model_dump()}
        write_output(json_to, json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print_role(make_console(), standard, role)


def _show_competency(standard: Standard, name: str, json_to: str | None) -> None:
    found = standard.by_id.get(name)
    if found is None:
        known = standard.by_id
        raise InputError(f"there is no competency `{name}`{nearest(name, known)}; known are {', '.join(known)}")
    if json_to:
        write_output(json_to, found.model_dump_json(indent=2))
    else:
        print_competency(make_console(), standard, found)


def _show_all(standard: Standard, json_to: str | None) -> None:
    if json_to:
        write_output(json_to, standard.model_dump_json(indent=2))
    else:
        print_standard(make_console(), standard)
