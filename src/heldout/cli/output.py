"""Where a command's machine-readable output goes: a file, or `-` for standard output."""

from __future__ import annotations

from pathlib import Path

import click

from heldout.errors import InputError
from heldout.report.export import write_file


def check_output(target: str | None) -> None:
    """Raise InputError at once, not after minutes of work, when the folder of a file to write does not exist."""
    if target and target != "-" and not Path(target).parent.is_dir():
        raise InputError(f"cannot write {target} (no such folder); name a file in a folder that exists and is yours")


def write_output(target: str, text: str) -> None:
    """Write `text` and a last newline to the file `target` (`-`: standard output).

    The file is replaced as a whole or not at all. Raises InputError when it cannot be written, OurFault when the
    disk is full.
    """
    if target == "-":
        click.echo(text)
    else:
        write_file(Path(target), text + "\n")
