"""What `inside/table.py` found in a table, and how a client's own differs from the one that a delivery expects."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from heldout.evidence.types import Frozen
from heldout.sources.handover import foreign

_LARGEST = 16 * 1024 * 1024
_MOST_COLUMNS = 5_000
_FEW_ROWS = 0.1
"""A table with less than this share of the expected rows is worth a word."""

Kind = Literal["integer", "number", "truth", "date", "text", "mixed", "empty"]
_KINDS = ("integer", "number", "truth", "date", "text", "mixed", "empty")
_FITS = {("integer", "number"), ("integer", "truth"), ("truth", "integer"), ("number", "integer")}
"""(expected, given) kinds that code for the one takes as well."""


class Column(Frozen):
    """One column of a table."""

    name: str
    kind: Kind
    missing: int = 0
    distinct: int = 0
    low: float | None = None
    high: float | None = None
    values: dict[str, int] = Field(default_factory=dict)
    """Rows of each value, when there are few."""


class Schema(Frozen):
    """A table, or a folder of images."""

    form: str
    rows: int
    columns: tuple[Column, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    header: bool = True
    tables: dict[str, int] = Field(default_factory=dict)
    """Rows of each table of a database."""
    groups: dict[str, int] = Field(default_factory=dict)
    """Images in each folder."""
    complete: bool = True

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)


class TableNote(Frozen):
    """What a subsample or a perturbation came to."""

    done: bool
    why: str = ""
    """Why it was not done, in words."""
    what: str = ""
    """What was done to the rows, in words."""
    rows_before: int = 0
    rows_after: int = 0
    columns: tuple[str, ...] = ()
    classes_before: dict[str, int] = Field(default_factory=dict)
    classes_after: dict[str, int] = Field(default_factory=dict)


def read_schema(content: bytes) -> Schema | None:
    """What `table.py schema` wrote; None when it failed or is nothing of the kind."""
    raw = foreign.as_object(content, _LARGEST)
    rows = foreign.count(raw.get("rows"))
    if raw.get("command") != "schema" or raw.get("why") or rows is None:
        return None
    told = foreign.fields(raw.get("dialect"))
    return Schema(
        form=foreign.text(raw.get("form"), 20),
        rows=rows,
        columns=tuple(
            column for entry in foreign.items(raw.get("columns"))[:_MOST_COLUMNS] for column in _column(entry)
        ),
        delimiter=foreign.text(told.get("delimiter"), 1, keep="\t"),
        encoding=foreign.text(told.get("encoding"), 20),
        header=told.get("header") is not False,
        tables=foreign.counts(raw.get("tables"), 1_000),
        groups=foreign.counts(raw.get("groups"), 1_000),
        complete=raw.get("complete") is not False,
    )


def read_table_note(content: bytes) -> TableNote | None:
    """What `table.py subsample` or `table.py perturb` wrote; None when it is nothing of the kind."""
    raw = foreign.as_object(content, _LARGEST)
    if raw.get("command") not in ("subsample", "perturb"):
        return None
    why = foreign.text(raw.get("why"), 500)
    fraction = raw.get("fraction")
    part = f"a part of {fraction:g} of the rows" if isinstance(fraction, float) and math.isfinite(fraction) else ""
    return TableNote(
        done=not why,
        why=why,
        what=foreign.text(raw.get("what"), 1_000) or part,
        rows_before=foreign.count(raw.get("rows_before")) or 0,
        rows_after=foreign.count(raw.get("rows_after")) or 0,
        columns=tuple(foreign.text(name, 100) for name in foreign.items(raw.get("columns"))[:500]),
        classes_before=foreign.counts(raw.get("classes_before"), 1_000),
        classes_after=foreign.counts(raw.get("classes_after"), 1_000),
    )


def fits(expected: Schema, given: Schema) -> bool:
    """Whether code for the one can be asked to take the other: same form, no table, column or folder missing."""
    mine = {column.name: column for column in given.columns}
    return (
        given.form == expected.form
        and expected.tables.keys() <= given.tables.keys()
        and expected.groups.keys() <= given.groups.keys()
        and all(
            column.name in mine
            and (mine[column.name].kind == column.kind or (column.kind, mine[column.name].kind) in _FITS)
            for column in expected.columns
        )
    )


def compare_schemas(expected: Schema, given: Schema) -> tuple[str, ...]:
    """In what the given table differs from the expected one, in plain words, what stops a run first.

    Empty when code that reads the expected table reads the given one as well.
    """
    if (expected.form == "images") != (given.form == "images"):
        return (f"{_form(expected)} is expected, and {_form(given)} was given.",)
    if expected.form == "images":
        return tuple(_groups(expected, given))
    return (*_form_differs(expected, given), *_columns_differ(expected, given), *_rows_differ(expected, given))


def _form_differs(expected: Schema, given: Schema) -> Iterator[str]:
    if expected.form != given.form:
        yield f"{_form(expected)} is expected, and {_form(given)} was given."
        return
    lost = [name for name in expected.tables if name not in given.tables]
    if lost:
        yield f"The database has no {_names(lost, 'table', 'tables')}."
    if expected.form != "csv":
        return
    if expected.header != given.header:
        yield (
            "A line of names is expected at the top." if expected.header else "No line of names is expected at the top."
        )
    if expected.delimiter != given.delimiter and len(given.columns) > 1:
        yield f"Columns are parted by {_mark(expected.delimiter)} there and by {_mark(given.delimiter)} here."
    if not _same_encoding(expected.encoding, given.encoding):
        yield f"The text is written in {given.encoding}, and {expected.encoding} is expected."


def _columns_differ(expected: Schema, given: Schema) -> Iterator[str]:
    names = {column.name for column in given.columns}
    lost = [column.name for column in expected.columns if column.name not in names]
    loose = {_plain(column.name): column.name for column in given.columns}
    renamed = {name: loose[_plain(name)] for name in lost if _plain(name) in loose}
    missing = [name for name in lost if name not in renamed]
    if missing:
        yield f"It lacks the {_names(missing, 'column', 'columns')}."
    for name, other in list(renamed.items())[:5]:
        yield f"The column {name!r} is called {other!r} here; letters and blanks have to be the same."
    for column in expected.columns:
        mine = given.column(column.name)
        if mine is not None:
            yield from _column_differs(column, mine)
            if not (_numbers(column, expected.rows) and _numbers(mine, given.rows)):
                yield from _range_differs(column, mine)
    known = {column.name for column in expected.columns} | set(renamed.values())
    extra = [column.name for column in given.columns if column.name not in known]
    if extra:
        yield f"It has the {_names(extra, 'column', 'columns')} more, which code that takes all columns would use."
    order = [column.name for column in given.columns if column.name in known]
    if not lost and order != [column.name for column in expected.columns]:
        yield "The columns stand in another order, which matters to code that counts them."


def _column_differs(expected: Column, given: Column) -> Iterator[str]:
    name = given.name
    if given.kind == "empty" and expected.kind != "empty":
        yield f"The column {name!r} is empty."
        return
    if expected.kind not in (given.kind, "empty", "mixed") and (expected.kind, given.kind) not in _FITS:
        yield f"The column {name!r} holds {_kind(given.kind)}, and {_kind(expected.kind)} are expected."
        return
    if given.missing and not expected.missing:
        yield f"{given.missing:,} values of {name!r} are missing, where none was before."
    if expected.kind in ("text", "truth") and expected.values and given.values:
        unknown = [value for value in given.values if value not in expected.values]
        if unknown:
            yield f"{name!r} holds {_names(unknown, 'value', 'values')} that the expected data never had."


def _numbers(column: Column, rows: int) -> bool:
    """Whether a column only numbers the rows."""
    told = column.kind == "integer" and column.low is not None and column.high is not None and not column.missing
    return told and (column.high or 0) - (column.low or 0) == rows - 1


def _range_differs(expected: Column, given: Column) -> Iterator[str]:
    if None in (expected.low, expected.high, given.low, given.high):
        return
    low, high = expected.low or 0.0, expected.high or 0.0
    mine_low, mine_high = given.low or 0.0, given.high or 0.0
    span = (high - low) or abs(high) or 1.0
    if mine_high > high + span or mine_low < low - span:
        yield (
            f"{given.name!r} goes from {mine_low:g} to {mine_high:g}, far beyond the expected {low:g} to {high:g}: "
            "it may be in another unit."
        )


def _rows_differ(expected: Schema, given: Schema) -> Iterator[str]:
    if given.rows == 0:
        yield "It holds no rows."
    elif given.rows < _FEW_ROWS * expected.rows:
        yield f"It holds {given.rows:,} rows, where {expected.rows:,} are expected."


def _groups(expected: Schema, given: Schema) -> Iterator[str]:
    lost = [name for name in expected.groups if name not in given.groups]
    more = [name for name in given.groups if name not in expected.groups]
    if lost:
        yield f"It lacks the {_names(lost, 'folder', 'folders')} of images."
    if more:
        yield f"It has the {_names(more, 'folder', 'folders')} of images more."
    yield from _rows_differ(expected, given)


def _form(schema: Schema) -> str:
    words = {
        "csv": "A table of text (CSV)",
        "jsonl": "JSON lines",
        "json": "JSON",
        "sqlite": "An SQLite database",
        "parquet": "A parquet file",
        "excel": "An Excel file",
        "images": "A folder of images",
    }
    return words.get(schema.form, schema.form or "Something else")


def _kind(kind: str) -> str:
    words = {"integer": "whole numbers", "number": "numbers", "truth": "yes or no", "date": "dates", "text": "words"}
    return words.get(kind, "a mixture")


def _mark(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter, repr(delimiter))


def _names(names: list[str], one: str, more: str) -> str:
    shown = ", ".join(repr(name) for name in names[:6]) + (f" and {len(names) - 6} others" if len(names) > 6 else "")
    return f"{one if len(names) == 1 else more} {shown}"


def _same_encoding(one: str, other: str) -> bool:
    plain = {"utf-8-sig": "utf-8"}
    return plain.get(one, one) == plain.get(other, other) or not one or not other


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _column(raw: object) -> Iterator[Column]:
    if not isinstance(raw, dict) or raw.get("kind") not in _KINDS or not isinstance(raw.get("name"), str):
        return
    yield Column(
        name=foreign.text(raw["name"], 200),
        kind=raw["kind"],
        missing=foreign.count(raw.get("missing")) or 0,
        distinct=foreign.count(raw.get("distinct")) or 0,
        low=foreign.number(raw.get("low")),
        high=foreign.number(raw.get("high")),
        values=foreign.counts(raw.get("values"), 1_000),
    )
