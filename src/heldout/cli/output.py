"""Where a command's machine-readable output goes: a file, or `-` for standard output."""

from __future__ import annotations

from pathlib import Path

import click

from heldout.errors import InputError
from heldout.report.export import write_file

_OWN_FILES = ("case.toml", "standard.json", "role.yaml", "record.toml")
_OWN_FOLDERS = ("subjects", "decision", "kits", "questions")


def check_output(target: str | None) -> None:
    """Raise InputError at once, not after minutes of work, when the folder of a file to write does not exist."""
    if target and target != "-" and not Path(target).parent.is_dir():
        raise InputError(f"cannot write {target} (no such folder); name a file in a folder that exists and is yours")
    if target and target != "-" and (case := _case_of(Path(target))):
        raise InputError(
            f"{target} is a file of the case {case} and would be lost; name a file of another name or folder"
        )


def _case_of(target: Path) -> Path | None:
    """The case to whose own files `target` belongs, if any; a new file beside them is nobody's."""
    place = target.resolve()
    for folder in place.parents:
        if (folder / "case.toml").is_file():
            own = place.parent == folder and place.name in _OWN_FILES
            return folder if own or (place.exists() and place.relative_to(folder).parts[0] in _OWN_FOLDERS) else None
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
