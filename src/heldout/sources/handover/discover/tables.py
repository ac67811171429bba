"""Rows and columns of tables, counted cheaply and never further than a cap."""

from __future__ import annotations

import csv
import json
from itertools import islice

from heldout.sources.handover.discover.view import View

_HEAD = 200_000
_COLUMNS = 2_000
_NAME = 200
_COUNTED = 32_000_000
"""Bytes of a file in which rows are counted."""


def shape(view: View, path: str) -> tuple[int | None, tuple[str, ...]]:
    """Rows (without the header) and column names of a csv, tsv or json-lines file; None where it cannot be told."""
    entry = view.tree.get(path)
    if entry is None or not entry.readable or entry.size > _COUNTED:
        return None, ()
    suffix = entry.suffix
    if suffix in (".csv", ".tsv", ".txt", ".data"):
        return _separated(view, path)
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(view, path)
    return None, ()


def _separated(view: View, path: str) -> tuple[int | None, tuple[str, ...]]:
    text = view.tree.read_text(path)
    head = text[:_HEAD]
    first = head.partition("\n")[0]
    separator = max((",", ";", "\t", "|"), key=first.count)
    if not first.count(separator):
        separator = ","
    try:
        rows = csv.reader(head.split("\n")[:3], delimiter=separator)
        columns = tuple(name.strip().strip("\ufeff")[:_NAME] for name in islice(next(rows, []), _COLUMNS))
    except csv.Error:
        return None, ()
    if '"' in text:
        return _quoted_rows(text, separator), columns
    lines = text.count("\n") + (0 if text.endswith("\n") or not text else 1)
    return max(lines - 1, 0), columns


def _quoted_rows(text: str, separator: str) -> int | None:
    """Rows where a field may hold line ends."""
    try:
        return max(sum(1 for row in csv.reader(text.split("\n"), delimiter=separator) if row) - 1, 0)
    except csv.Error:
        return None


def _json_lines(view: View, path: str) -> tuple[int | None, tuple[str, ...]]:
    text = view.tree.read_text(path)
    first = text.partition("\n")[0]
    try:
        row = json.loads(first[:_HEAD])
    except (ValueError, RecursionError):
        return None, ()
    columns = tuple(str(key)[:_NAME] for key in islice(row, _COLUMNS)) if isinstance(row, dict) else ()
    return sum(1 for line in text.split("\n") if line.strip()), columns
