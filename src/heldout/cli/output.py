"""Where a command's machine-readable output goes: a file, or `-` for standard output."""

from __future__ import annotations

from pathlib import Path

import click

from heldout.errors import InputError


def write_output(target: str, text: str) -> None:
    """Write `text` and a last newline to the file `target` (`-`: standard output); raises InputError."""
    if target == "-":
        click.echo(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {target} ({error.strerror}); name a file in a folder that exists") from error
