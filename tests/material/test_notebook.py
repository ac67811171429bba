"""Notebooks are read as they are, and their joined code keeps its places."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.material.notebook import NotebookError, join_cells, read_notebook, strip_magics
from tests.support import notebook


def test_lines_of_the_joined_code_have_places_in_cells() -> None:
    joined = join_cells(read_notebook(notebook("a = 1\nb = 2", "", "c = 3\n\nd = 4")))
    line = joined.text.split("\n").index("d = 4") + 1
    assert joined.place(line) == (3, 3)
    assert joined.place(1) == (1, 1)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if x:\n    !pip install y", "if x:\n    pass"),
        ("files = !ls *.csv", "files = None"),
        ("x = 7 % 3", "x = 7 % 3"),
        ("df.head?", "pass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls -l\necho 'a", "\n\n"),
        ('text = """\n%s is\n!important\n"""', 'text = """\n%s is\n!important\n"""'),
    ],
)
def test_magics_become_python_of_the_same_length(source: str, expected: str) -> None:
    assert strip_magics(source) == expected


def test_a_cell_that_is_no_python_costs_only_itself() -> None:
    joined = join_cells(read_notebook(notebook("x = 1", "def broken(:", "y = 2")))
    assert joined.dropped == (2,)
    assert ast.parse(joined.text)
    assert "y = 2" in joined.text


def test_reads_outputs_and_errors() -> None:
    output = {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}
    text = {"output_type": "stream", "name": "stdout", "text": ["accuracy 0.9\n", "done"]}
    cell = read_notebook(notebook(("x", {"outputs": [output, text], "execution_count": 7}))).cells[0]
    assert cell.errors == ("KeyError",)
    assert cell.output_text.endswith("accuracy 0.9\ndone")
    assert cell.execution_count == 7


def test_reads_format_3() -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "print 1", "prompt_number": 4}]}]}
    cell = read_notebook(json.dumps(old)).cells[0]
    assert (cell.source, cell.execution_count) == ("print 1", 4)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": 1}', '{"cells": 5}', "[" * 100_000])
def test_says_what_is_no_notebook(text: str) -> None:
    with pytest.raises(NotebookError):
        read_notebook(text)


@given(st.lists(st.text(alphabet="ab=1%!?'\"\n #()", max_size=60), max_size=5))
def test_places_never_leave_the_notebook(sources: list[str]) -> None:
    made = read_notebook(notebook(*sources))
    joined = join_cells(made)
    lengths = {cell.number: cell.source.count("\n") + 1 for cell in made.code_cells}
    if joined.cells:
        for line in range(1, joined.text.count("\n") + 2):
            cell, inner = joined.place(line)
            assert 1 <= inner <= lengths[cell]
