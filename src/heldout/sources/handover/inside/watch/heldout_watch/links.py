"""Which rows a model was fitted on, and which rows a prediction was made for: what a later score is held against."""

from __future__ import annotations

import weakref
from typing import Any

from . import rows as row

_KEPT = 40

_fitted: dict[int, Any] = {}
"""By id of the model: (weak reference, Fitted)."""
_order: list[Fitted] = []
_made: list[Made] = []
_singles: dict[str, Singles] = {}
MOST_SINGLES = 5_000
_newest = [0]


class Singles:
    """Predictions of one row each, made one after the other at one place: a test in a loop, or a service in use."""

    __slots__ = ("asked", "fitted", "hashes")

    def __init__(self) -> None:
        self.hashes: list[int] = []
        self.asked = 0
        self.fitted: Fitted | None = None


class Fitted:
    """The rows of one fit."""

    __slots__ = ("answers", "columns", "model", "number", "rows", "table")

    def __init__(self, number: int, model: str, table: row.Rows, answers: Any) -> None:
        self.number = number
        self.model = model
        self.table = table
        self.rows = table.rows
        self.columns = table.columns
        self.answers = answers


class Made:
    """One prediction: for which rows, by which model, and how to know its values again."""

    __slots__ = ("digests", "fitted", "held_out", "number", "ref", "rows", "table")

    def __init__(self, result: Any, table: row.Rows | None, fitted: Fitted | None, held_out: bool) -> None:
        self.ref = _ref(result)
        self.table = table
        self.fitted = fitted
        self.held_out = held_out
        self.rows = len(result) if hasattr(result, "__len__") else None
        self.digests = _digests(result)


def next_fit() -> int:
    """The number of a fit that was just seen."""
    _newest[0] += 1
    return _newest[0]


def fitted(number: int, model: Any, name: str, table: row.Rows, answers: Any, more: bool = False) -> Fitted:
    """Keep in mind what a model was fitted on; with `more`, beside what it was fitted on already."""
    known = _fitted.get(id(model))
    told = Fitted(number, name, table, answers)
    if more and known is not None and known[0]() is model:
        told = _both(known[1], told)
    for one in (model, getattr(model, "best_estimator_", None)):
        ref = None if one is None else _ref(one)
        if ref is not None:
            _fitted[id(one)] = (ref, told)
    _order.append(told)
    del _order[:-_KEPT]
    while len(_fitted) > 2 * _KEPT:
        del _fitted[next(iter(_fitted))]
    return told


def _both(old: Fitted, new: Fitted) -> Fitted:
    """One fit for two that followed one another."""
    if old.table.hashed + new.table.hashed > row.MOST_ROWS or old.table.hashes is None or new.table.hashes is None:
        return new
    numpy = row.numpy()
    table = row.Rows(old.rows + new.rows, new.columns, new.table.names)
    table.hashes = numpy.concatenate([old.table.hashes, new.table.hashes])
    table.chance = new.table.chance
    known = old.answers is not None and new.answers is not None
    return Fitted(new.number, new.model, table, numpy.concatenate([old.answers, new.answers]) if known else None)


def fit_of(model: Any, columns: int | None) -> Fitted | None:
    """What this model was fitted on; else the last fit of as many columns, since models are copied and reloaded."""
    known = _fitted.get(id(model))
    if known is not None and known[0]() is model:
        return known[1]  # type: ignore[no-any-return]
    for told in reversed(_order):
        if told.columns == columns:
            return told
    return None


def predicted(result: Any, table: row.Rows | None, by: Fitted | None, held_out: bool = False) -> None:
    """Keep in mind what a prediction was made for."""
    _made.append(Made(result, table, by, held_out))
    del _made[:-_KEPT]


def predicted_one(place: str, table: row.Rows, by: Fitted | None) -> None:
    """Keep in mind one row that was asked for by itself."""
    one = _singles.setdefault(place, Singles()) if len(_singles) < _KEPT or place in _singles else Singles()
    one.asked += 1
    if table.hashes is not None and len(one.hashes) < MOST_SINGLES:
        one.hashes.append(int(table.hashes[0]))
    one.fitted = by


def singles(place: str) -> int:
    """How many rows were asked for one by one at this place since they were last taken for a test."""
    return _singles[place].asked if place in _singles else 0


def _gathered(count: int) -> Made | None:
    """The rows that were asked for one by one, if they are as many as were scored."""
    for place, one in _singles.items():
        if one.asked == count == len(one.hashes):
            table = row.Rows(count, one.fitted.columns if one.fitted else 1, [])
            table.hashes = row.numpy().array(one.hashes, dtype="uint64")
            del _singles[place]
            made = Made(None, table, one.fitted, False)
            made.rows = count
            _made.append(made)
            return made
    return None


def source(predictions: Any, count: int) -> tuple[Made | None, str]:
    """The prediction that these values come from, and how that is known: `same`, `values`, or only as many `rows`."""
    chain = [predictions]
    while len(chain) < 4 and getattr(chain[-1], "base", None) is not None:
        chain.append(chain[-1].base)
    for made in reversed(_made):
        held = made.ref() if made.ref is not None else None
        if held is not None and any(held is part for part in chain):
            return made, "same"
    told = row.digest(predictions)
    for made in reversed(_made):
        if told is not None and told in made.digests:
            return made, "values"
    gathered = _gathered(count)
    if gathered is not None:
        return gathered, "rows"
    for made in reversed(_made):
        if made.rows == count:
            # Something was fitted since then whose predictions were not seen: they may be its.
            return (made, "rows") if made.fitted is None or made.fitted.number >= _newest[0] else (None, "")
    return None, ""


def overlap(table: row.Rows | None, by: Fitted | None, answers: Any) -> dict[str, Any]:
    """How many of these rows the model had been fitted on: equal in all inputs, and in inputs and answer."""
    if table is None or by is None or table.hashes is None or by.table.hashes is None:
        return {}
    with_answers = row.joined(table, answers)
    known = by.answers if by.answers is not None and with_answers is not None else None
    return {
        "hashed": table.hashed,
        "fitted_hashed": by.table.hashed,
        "fitted": by.rows,
        "overlap": row.common(table.hashes, by.table.hashes),
        "overlap_answers": row.common(with_answers, known),
        "covered": row.common(by.table.hashes, table.hashes),
        "chance": by.table.chance,
    }


def _ref(one: Any) -> Any:
    try:
        return weakref.ref(one)
    except TypeError:
        return None


def _digests(result: Any) -> tuple[int, ...]:
    columns = [result]
    if getattr(result, "ndim", 1) == 2 and hasattr(result, "shape"):
        columns += [result[:, index] for index in range(min(3, result.shape[1]))]
    return tuple(told for told in map(row.digest, columns) if told is not None)
