"""Where a command's machine-readable output goes: a file, or `-` for standard output."""

from __future__ import annotations

import os
from pathlib import Path

import click

from heldout.errors import InputError
from heldout.report.export import write_file

_OWN = ("case.toml", "standard.json", "record.toml", "need.yaml", "subjects", "decision", "kits", "questions")
"""What a case keeps in its folder; anything else beside it is somebody's page."""


def check_output(target: str | None) -> None:
    """Raise InputError at once, not after minutes of work, when the folder of a file to write does not exist, or when
    the file is one that a case is made of."""
    if target and target != "-" and not Path(target).parent.is_dir():
        raise InputError(f"cannot write {target} (no such folder); name a file in a folder that exists and is yours")
    if target and target != "-" and (case := _case_of(Path(target))):
        raise InputError(
            f"{target} is a file of the case {case} and is not overwritten; name a file of another name or folder"
        )


def _case_of(target: Path) -> Path | None:
    """The case of whose own files `target` is one, if any; a new file is nobody's."""
    place = Path(os.path.realpath(target))
    for folder in place.parents if os.path.lexists(place) else ():
        if (folder / "case.toml").is_file():
            return folder if place.relative_to(folder).parts[0] in _OWN else None
    return None


def write_output(target: str, text: str) -> None:
    """Write `text` and a last newline to the file `target` (`-`: standard output).

    The file is replaced as a whole or not at all. Raises InputError when it cannot be written, OurFault when the
    disk is full.
    """
    if target == "-":
        click.echo(text)
    else:
        write_file(Path(target), text + "\n")


def write_template(target: str, text: str) -> None:
    """Write a file to fill in; one that is there is somebody's work. Raises InputError for it."""
    if target != "-" and Path(target).exists():
        raise InputError(
            f"{target} is there already and is not overwritten; name another file, or - to see the template"
        )
    write_output(target, text.rstrip("\n"))
