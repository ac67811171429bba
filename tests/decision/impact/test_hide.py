"""Small groups stay hidden from somebody who can add, subtract and count."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.decision.impact.hide import Cells, RowKey, rows_to_hide


def one_attribute(**people: int) -> Cells:
    cells = {(name,): number for name, number in people.items()}
    return Cells(cells, {cell: n // 2 for cell, n in cells.items()}, {("a", c[0]): frozenset([c]) for c in cells})


def crossed(people: dict[tuple[str, str], int], selected: dict[tuple[str, str], int]) -> Cells:
    rows: dict[RowKey, frozenset[tuple[str, ...]]] = {}
    for position, attribute in enumerate(("sex", "race")):
        for name in {cell[position] for cell in people}:
            rows[attribute, name] = frozenset(cell for cell in people if cell[position] == name)
    rows |= {("both", "×".join(cell)): frozenset([cell]) for cell in people}
    return Cells(people, selected, rows)


def test_nothing_is_hidden_where_nobody_is_few() -> None:
    assert rows_to_hide(one_attribute(a=5, b=9), 5) == frozenset()


def test_a_second_group_is_hidden_so_that_the_first_is_not_the_rest() -> None:
    assert rows_to_hide(one_attribute(a=3, b=30, c=8, d=20), 5) == {("a", "a"), ("a", "c")}


def test_of_two_groups_both_are_hidden() -> None:
    assert rows_to_hide(one_attribute(a=3, b=30), 5) == {("a", "a"), ("a", "b")}


def test_a_small_crossing_hides_a_rectangle() -> None:
    people = {("f", "x"): 3, ("f", "y"): 9, ("f", "z"): 20, ("m", "x"): 12, ("m", "y"): 15, ("m", "z"): 30}
    hidden = rows_to_hide(crossed(people, dict.fromkeys(people, 2)), 5)
    assert {row for row in hidden if row[0] != "both"} == set()
    assert hidden == {("both", "f×x"), ("both", "m×x"), ("both", "f×y"), ("both", "m×y")}


def test_a_rest_that_can_only_be_nobody_is_not_left() -> None:
    """Nobody of the small group and of the next was selected: the rest of 0 would tell it of both."""
    cells = Cells(
        {("a",): 3, ("b",): 8, ("c",): 20, ("d",): 30},
        {("a",): 0, ("b",): 0, ("c",): 5, ("d",): 6},
        {("a", name): frozenset([(name,)]) for name in "abcd"},
    )
    assert rows_to_hide(cells, 5) == {("a", "a"), ("a", "b"), ("a", "c")}


counts = st.lists(st.integers(0, 14), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(counts, counts)
def test_other_people_could_have_given_the_same_page(people: list[int], selected: list[int]) -> None:
    """For each hidden small row there is another table of whole numbers that shows the same and has another count."""
    names = list(product("fm", "xyz"))
    table = dict(zip(names, people, strict=True))
    chosen = {name: min(n, s) for name, n, s in zip(names, people, selected, strict=True)}
    cells = crossed(table, chosen)
    hidden = rows_to_hide(cells, 5)
    shown = [row for row in cells.rows if row not in hidden]
    assert all(cells.count(row) >= 5 for row in shown)
    matrix = np.array([[1.0] * 6] + [[float(n in cells.rows[row]) for n in names] for row in shown])
    free = np.linalg.svd(matrix)[2][np.linalg.matrix_rank(matrix) :]  # what can be changed without a trace
    alone = np.array([[1.0] * 6])
    for row in hidden:
        if cells.count(row) < 5:
            asked = np.array([float(n in cells.rows[row]) for n in names])
            told_by_total = np.allclose(asked - alone.T @ (alone @ asked) / 6, 0)
            assert told_by_total or np.abs(free @ asked).max() > 1e-9
