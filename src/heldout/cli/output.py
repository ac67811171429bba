"""Where a command's machine-readable output goes: a file, or `-` for standard output."""

from __future__ import annotations

from pathlib import Path

import click

from heldout.report.export import write_file


def write_output(target: str, text: str) -> None:
    """Write `text` and a last newline to the file `target` (`-`: standard output).

    The file is replaced as a whole or not at all. Raises InputError when it cannot be written, OurFault when the
    disk is full.
    """
    if target == "-":
        click.echo(text)
    else:
        write_file(Path(target), text + "\n")
