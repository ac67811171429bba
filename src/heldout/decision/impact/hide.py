"""Small groups are hidden, and so much besides that they cannot be computed back from what is shown.

A table of people by one attribute, or by two crossed, is a set of rows, each the sum of cells. Whoever reads it can
add and subtract rows. A hidden row is safe when no combination of shown rows gives its numbers, and when the shown
ones, with every count at least 0, leave more than one possibility.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from heldout.errors import OurFault

Cell = tuple[str, ...]
RowKey = tuple[str, str]
"""Attribute and category."""


@dataclass(frozen=True)
class Cells:
    """People (and how many of them were selected) by cell, and the rows that are sums of cells.

    `open` are rows whose number of people is always shown, and their selected never: those of unknown category. The
    total over all cells is always shown.
    """

    people: Mapping[Cell, int]
    selected: Mapping[Cell, int]
    rows: Mapping[RowKey, frozenset[Cell]]
    open: tuple[frozenset[Cell], ...] = ()

    def count(self, row: RowKey) -> int:
        """People of a row."""
        return sum(self.people.get(cell, 0) for cell in self.rows[row])

    def chosen(self, row: RowKey) -> int:
        """The selected of a row."""
        return sum(self.selected.get(cell, 0) for cell in self.rows[row])


def rows_to_hide(cells: Cells, least: int, already: Iterable[RowKey] = ()) -> frozenset[RowKey]:
    """The rows with fewer than `least` people, those in `already`, and the fewest others that keep them safe.

    Nothing can hide what the totals alone give away (a table of one group, or that nobody was selected).
    """
    small = {row for row in cells.rows if cells.count(row) < least} | set(already)
    if not small:
        return frozenset()
    reader = _Reader(cells)
    guarded = [row for row in sorted(small) if not reader.computes([], [row])]
    shown: list[RowKey] = []
    for row in sorted(set(cells.rows) - small, key=lambda row: (-cells.count(row), row)):
        if not guarded or not reader.computes([*shown, row], guarded):
            shown.append(row)
    secrets = [(row, what) for row in guarded for what in _COUNTS if not reader.pins_down([], row, what)]
    while exposed := next((row for row, what in secrets if reader.pins_down(shown, row, what)), None):
        beside = [row for row in shown if row[0] == exposed[0]] or shown
        shown.remove(min(beside, key=lambda row: (cells.count(row), row)))
    return frozenset(set(cells.rows) - set(shown))


_COUNTS: tuple[Literal["people", "selected"], ...] = ("people", "selected")


class _Reader:
    """Somebody who knows the shown rows and can do sums."""

    def __init__(self, cells: Cells) -> None:
        import numpy as np

        self._cells = cells
        order = sorted(set(cells.people) | {cell for row in cells.rows.values() for cell in row})
        self._vector = {
            row: np.array([float(cell in members) for cell in order]) for row, members in cells.rows.items()
        }
        self._total = np.ones(len(order))
        self._open = [np.array([float(cell in members) for cell in order]) for members in cells.open]
        self._people = np.array([cells.people.get(cell, 0) for cell in order])
        self._selected = np.array([cells.selected.get(cell, 0) for cell in order])

    def computes(self, shown: list[RowKey], wanted: Iterable[RowKey]) -> bool:
        """Whether adding and subtracting shown rows gives one of the wanted ones."""
        import numpy as np

        known = np.array([self._total, *self._open, *(self._vector[row] for row in shown)]).T
        asked = np.array([self._vector[row] for row in wanted]).T
        found = known @ np.linalg.lstsq(known, asked, rcond=None)[0]
        return bool((np.abs(found - asked).max(axis=0) < 1e-6).any())

    def pins_down(self, shown: list[RowKey], row: RowKey, what: Literal["people", "selected"]) -> bool:
        """Whether the shown rows leave one possibility for the people of `row`, or for how many were selected."""
        import numpy as np
        from scipy.optimize import linprog

        vectors = [self._vector[one] for one in shown]
        by_people = np.array([self._total, *self._open, *vectors])
        by_selected = np.array([self._total, *vectors])
        none = np.zeros_like
        equal = np.block([[by_people, none(by_people)], [none(by_selected), by_selected]])
        right = np.concatenate([by_people @ self._people, by_selected @ self._selected])
        row_vector, zero, one = self._vector[row], none(self._total), np.eye(len(self._total))
        asked = np.concatenate([row_vector, zero] if what == "people" else [zero, row_vector])
        no_more = np.hstack([-one, one])  # who is selected is there
        ends = [
            linprog(sign * asked, A_ub=no_more, b_ub=zero, A_eq=equal, b_eq=right, method="highs").fun
            for sign in (1, -1)
        ]
        if None in ends:
            raise OurFault("the table of groups could not be checked for what it gives away")
        return -sum(end for end in ends if end is not None) < 1 - 1e-6
