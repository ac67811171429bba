"""The schema of a table: its columns, what stands in them, and how it is written."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from . import formats

_MOST_VALUES = 1_000
_LISTED = 30
_READ = 1_000_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "<na>")
_TRUTH = ({"true", "false"}, {"yes", "no"}, {"t", "f"})


def of(path: str, table: str = "") -> dict[str, Any]:
    """The schema of a file or folder. Raises CannotError when it is no table that can be read."""
    form = formats.form_of(path)
    if form == "images":
        return {"form": form, **_images(Path(path))}
    rows = formats.read(path, table, _READ)
    told: dict[str, Any] = {"form": form, "rows": len(rows.rows), "complete": len(rows.rows) < _READ}
    if rows.dialect is not None:
        told["dialect"] = rows.dialect.told()
    if form == "sqlite":
        told["tables"] = formats.tables_of(path)
        told["table"] = formats.chosen_table(path, table)
    told["columns"] = [
        column(name, [row[place] if place < len(row) else None for row in rows.rows])
        for place, name in enumerate(rows.names)
    ]
    return told


def column(name: str, values: list[Any]) -> dict[str, Any]:
    """What stands in one column."""
    present = [value for value in values if not missing(value)]
    numbers = [formats.number(value) for value in present]
    numeric = [value for value in numbers if value is not None]
    counts = Counter(str(value)[:60] for value in present)
    told: dict[str, Any] = {
        "name": name,
        "kind": kind_of(present, numeric),
        "missing": len(values) - len(present),
        "distinct": min(len(counts), _MOST_VALUES),
    }
    if numeric and len(numeric) == len(present):
        told.update(low=min(numeric), high=max(numeric))
    if counts and len(counts) <= _LISTED:
        told["values"] = dict(counts.most_common(_LISTED))
    return told


def kind_of(present: list[Any], numeric: list[float]) -> str:
    """integer, number, truth, date, text, mixed or empty."""
    if not present:
        return "empty"
    if any(isinstance(value, bool) for value in present) or {str(v).strip().lower() for v in present[:1000]} in _TRUTH:
        return "truth"
    if len(numeric) == len(present):
        whole = all(value == int(value) for value in numeric if abs(value) < 1e15)
        return "integer" if whole else "number"
    if all(_DATE.fullmatch(str(value).strip()) for value in present[:1000]):
        return "date"
    return "mixed" if len(numeric) > 0.5 * len(present) else "text"


def missing(value: Any) -> bool:
    """Whether a value stands for none."""
    return value is None or str(value).strip().lower() in _MISSING


def _images(folder: Path) -> dict[str, Any]:
    found = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in formats.IMAGES]
    groups = Counter(str(file.parent.relative_to(folder)) for file in found)
    return {
        "rows": len(found),
        "complete": True,
        "groups": dict(sorted(groups.items())[:200]),
        "suffixes": dict(Counter(file.suffix.lower() for file in found)),
        "bytes": sum(file.stat().st_size for file in found),
        "columns": [],
    }
