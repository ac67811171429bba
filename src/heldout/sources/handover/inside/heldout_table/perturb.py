"""Tables that are spoilt on purpose, each in one way: what does the delivery make of them?"""

from __future__ import annotations

import random
from typing import Any

from . import formats, schema

UNSEEN = "heldout-unseen"
WORD = "not-a-number"
HUGE_ROWS = 200_000
_HUGE_CELLS = 4_000_000

KINDS = (
    "missing",
    "out_of_range",
    "unseen",
    "column_order",
    "empty",
    "huge",
    "shifted",
    "extra_column",
    "missing_column",
    "wrong_type",
)


def perturb(path: str, out: str, kind: str, seed: int, target: str, column: str, most: int | None) -> dict[str, Any]:
    """Write a spoilt copy of a table, and tell what was done. Raises CannotError when it has nothing to spoil so."""
    rows = formats.read(path, "", most)
    if target:
        rows.place(target)
    if not rows.rows:
        raise formats.CannotError(f"{path} holds no rows")
    before = len(rows.rows)
    chance = random.Random(f"{kind} {seed}")  # noqa: S311 - a draw that has to be repeatable
    columns, cells, words = _DONE[kind](rows, _features(rows, target, column), chance)
    formats.write(rows, out)
    return {
        "kind": kind,
        "seed": seed,
        "columns": columns,
        "cells": cells,
        "rows_before": before,
        "rows_after": len(rows.rows),
        "what": words,
    }


def _features(rows: formats.Rows, target: str, column: str) -> list[int]:
    if column:
        return [rows.place(column)]
    return [place for place, name in enumerate(rows.names) if name != target]


def _numeric(rows: formats.Rows, places: list[int]) -> dict[int, tuple[float, float, bool]]:
    """(lowest, highest, whether all are whole) of each column of numbers."""
    told = {}
    for place in places:
        present = [row[place] for row in rows.rows if not schema.missing(row[place])]
        numbers = [value for value in map(formats.number, present) if value is not None]
        if numbers and len(numbers) >= 0.9 * len(present):
            told[place] = (min(numbers), max(numbers), all(value == int(value) for value in numbers))
    return told


def _words(rows: formats.Rows, places: list[int]) -> list[int]:
    """Columns of words: those whose values repeat, so that they are kinds and no names."""
    told = []
    for place in places:
        values = [str(row[place]) for row in rows.rows if not schema.missing(row[place])]
        if values and place not in _numeric(rows, [place]) and len(set(values)) <= max(2, len(values) // 2):
            told.append(place)
    return told


def _written(value: float, whole: bool, like: Any) -> Any:
    number: Any = int(value) if whole else value
    if isinstance(like, str):
        text = str(number)
        return text.replace(".", ",") if "," in like and "." not in like else text
    return number


def _one_each(rows: formats.Rows, places: list[int], chance: random.Random, new: Any) -> int:
    """In each row give one of these columns a new value."""
    for row in rows.rows:
        place = places[int(chance.random() * len(places))]
        row[place] = new(place, row[place])
    return len(rows.rows)


def _missing(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    blank = "" if rows.form == "csv" else None
    cells = _one_each(rows, places, chance, lambda *_: blank)
    return [rows.names[place] for place in places], cells, "in each row one value was left out"


def _out_of_range(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    ranges = _numeric(rows, places)
    if not ranges:
        raise formats.CannotError("no column of numbers to go beyond")

    def far(place: int, old: Any) -> Any:
        low, high, whole = ranges[place]
        span = (high - low) or abs(high) or 1.0
        return _written(high + 10 * span if chance.random() < 0.5 else low - 10 * span, whole, old)

    cells = _one_each(rows, list(ranges), chance, far)
    return (
        [rows.names[place] for place in ranges],
        cells,
        "in each row one number was put ten times the whole range beyond it",
    )


def _unseen(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    words = _words(rows, places)
    if not words:
        raise formats.CannotError("no column of words that could hold an unknown one")
    cells = _one_each(rows, words, chance, lambda *_: UNSEEN)
    return [rows.names[place] for place in words], cells, f"in each row one word became {UNSEEN!r}"


def _column_order(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    if len(rows.names) < 2:
        raise formats.CannotError("one column has no other order")
    rows.names.reverse()
    rows.rows = [row[: len(rows.names)][::-1] for row in rows.rows]
    return list(rows.names), 0, "the columns stand in the opposite order"


def _empty(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    rows.rows = []
    return [], 0, "every row was taken away; the header stands"


def _huge(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    wanted = min(HUGE_ROWS, _HUGE_CELLS // max(1, len(rows.names)))
    if len(rows.rows) >= wanted:
        return [], 0, "it has as many rows as it was to have"
    own = list(rows.rows)
    rows.rows = [own[index % len(own)] for index in range(wanted)]
    return [], 0, f"its rows stand over and over up to {wanted:,}: for the size alone, no score of it means anything"


def _shifted(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    ranges = _numeric(rows, places)
    cells = 0
    moved = {}
    for place, (_, _, whole) in ranges.items():
        numbers = [formats.number(row[place]) for row in rows.rows]
        present = [value for value in numbers if value is not None]
        mean = sum(present) / len(present)
        spread = (sum((value - mean) ** 2 for value in present) / len(present)) ** 0.5
        step = float(max(1, round(spread))) if whole else spread
        if not spread or len(set(present)) <= 2:
            continue  # a constant or a yes and no cannot drift so
        moved[rows.names[place]] = step
        for row, value in zip(rows.rows, numbers):
            if value is not None:
                row[place] = _written(value + step, whole, row[place])
                cells += 1
    if not moved:
        raise formats.CannotError("no column of numbers that could drift")
    told = ", ".join(f"{name} by {step:.4g}" for name, step in list(moved.items())[:20])
    return list(moved), cells, f"each column of numbers was moved up by its standard deviation: {told}"


def _extra_column(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    rows.names.append("heldout_extra")
    for row in rows.rows:
        row.append("1" if rows.form == "csv" else 1)
    return ["heldout_extra"], len(rows.rows), "a column that nobody asked for stands at the end"


def _missing_column(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    if len(rows.names) < 2:
        raise formats.CannotError("one column cannot be left out")
    place = places[int(chance.random() * len(places))]
    name = rows.names.pop(place)
    for row in rows.rows:
        del row[place : place + 1]
    return [name], len(rows.rows), f"the column {name!r} was left out"


def _wrong_type(rows: formats.Rows, places: list[int], chance: random.Random) -> Any:
    ranges = _numeric(rows, places)
    if not ranges:
        raise formats.CannotError("no column of numbers to put a word in")
    cells = _one_each(rows, list(ranges), chance, lambda *_: WORD)
    return [rows.names[place] for place in ranges], cells, f"in each row one number became {WORD!r}"


_DONE: dict[str, Any] = {
    "missing": _missing,
    "out_of_range": _out_of_range,
    "unseen": _unseen,
    "column_order": _column_order,
    "empty": _empty,
    "huge": _huge,
    "shifted": _shifted,
    "extra_column": _extra_column,
    "missing_column": _missing_column,
    "wrong_type": _wrong_type,
}
