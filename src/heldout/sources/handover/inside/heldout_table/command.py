"""The command line of `table.py`."""

from __future__ import annotations

import argparse
import csv
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from . import formats, perturb, sample, schema


def from_command_line(arguments: list[str]) -> int:
    """Do it, and write the note; 0 when it was done, 1 with the reason when not."""
    parser = argparse.ArgumentParser(prog="table.py")
    parser.add_argument("--note", default="")
    commands = parser.add_subparsers(dest="command")
    commands.required = True
    for name in ("schema", "subsample", "perturb"):
        one = commands.add_parser(name)
        one.add_argument("file")
        if name != "schema":
            one.add_argument("out")
            one.add_argument("--seed", type=int, default=0)
            one.add_argument("--target", default="")
        one.add_argument("--table", default="")
        one.add_argument("--note", default=argparse.SUPPRESS)
        if name == "subsample":
            one.add_argument("--fraction", type=float, required=True)
        if name == "perturb":
            one.add_argument("--kind", choices=perturb.KINDS, required=True)
            one.add_argument("--column", default="")
            one.add_argument("--rows", type=int, default=None)
    told = parser.parse_args(arguments)
    note: dict[str, Any] = {"version": 1, "command": told.command, "path": told.file, "why": ""}
    try:
        note.update(_done(told))
    except formats.CannotError as error:
        note["why"] = str(error)
    except (OSError, ValueError, UnicodeError, MemoryError, csv.Error, sqlite3.Error) as error:
        note["why"] = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    text = json.dumps(note, default=str)
    if told.note:
        Path(told.note).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")
    return 1 if note["why"] else 0


def _done(told: Any) -> dict[str, Any]:
    if told.command == "schema":
        return schema.of(told.file, told.table)
    if told.command == "subsample":
        return sample.subsample(told.file, told.out, told.fraction, told.seed, told.target, told.table)
    return perturb.perturb(told.file, told.out, told.kind, told.seed, told.target, told.column, told.rows)
