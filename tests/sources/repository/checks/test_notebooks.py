"""Notebooks: order, hidden state, errors, and what is only a legitimate way of working."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.notebook_shape import LogicInModules, Narrative, TakenFromTutorials
from heldout.sources.repository.checks.notebooks import ErrorsLeft, ExecutionOrder, HiddenState
from tests.support import findings_of, notebook

FILL = ("a = 1", "b = 2", "c = 3", "d = 4")


def test_a_notebook_without_run_numbers_is_not_judged() -> None:
    cells = [(source, {"execution_count": None}) for source in FILL]
    assert [f.polarity for f in findings_of({"a.ipynb": notebook(*cells)}, ExecutionOrder())] == ["unknown"]


def test_growing_numbers_with_gaps_are_normal_work() -> None:
    cells = [(source, {"execution_count": n}) for source, n in zip(FILL, (3, 7, 8, 20), strict=True)]
    assert not findings_of({"a.ipynb": notebook(*cells)}, ExecutionOrder())


def test_cells_of_comments_alone_need_no_run() -> None:
    cells = [*FILL, *[("# later", {"execution_count": None})] * 8]
    assert [f.polarity for f in findings_of({"a.ipynb": notebook(*cells)}, ExecutionOrder())] == ["for"]


@pytest.mark.parametrize(
    "cells",
    [
        ("from lib import *", "use(x)"),
        ("%run setup.py", "use(x)"),
        ("%pylab inline", "plot(linspace(0, 1))"),
        ("exec('x = 1')", "print(x)"),
        ("display(1); get_ipython()", "In[1]; _; __name__"),
        ("%time x = load()", "print(x)"),
        ("%%capture out\nprint(1)", "print(out)"),
        ("x = !ls", "print(x)"),
        ("try:\n    x\nexcept NameError:\n    x = 1", "print(x)"),
        ("def f():\n    return later", "later = 1"),
        ("print([y for y in range(3)], {k: v for k, v in {}.items()})", "(lambda q: q)(1)"),
        ("for i in range(3):\n    if i:\n        print(last)\n    last = i", "print(i, last)"),
        ("with open('x') as f:\n    pass", "print(f)"),
        ("class A:\n    size = 3\n    both = size * 2\n    def g(self) -> 'A':\n        return A", "A()"),
        ("if (n := 3) > 2:\n    print(n)", "import os.path as p, sys", "print(p, sys)"),
        ("def f():\n    global g\n    g = 1\nf()", "print(g)"),
        ("# YOUR CODE HERE", "print(answer)"),
        ("def broken(:", "print(x)"),
        ("if 'x' in globals():\n    print(x)", "1"),
        ("import a.b\nprint(a.b)", "a: int", "print(unicode, xrange)"),
    ],
)
def test_no_false_hidden_names(cells: tuple[str, ...]) -> None:
    found = findings_of({"a.ipynb": notebook(*cells, *FILL)}, HiddenState())
    assert not [f for f in found if f.polarity == "against"]


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        (("print(total)", "total = 1"), "a cell further down defines it"),
        (("print(total)", "x = 1"), "no cell defines it"),
        (("df = df_raw.dropna()", "x = 1"), "no cell defines it"),
        (("def f(x=missing):\n    return x", "x = 1"), "no cell defines it"),
        (("@decorated\ndef f():\n    return 1", "x = 1"), "no cell defines it"),
    ],
)
def test_hidden_names(cells: tuple[str, ...], how: str) -> None:
    found = findings_of({"a.ipynb": notebook(*FILL, *cells)}, HiddenState())
    assert [f.polarity for f in found] == ["against"]
    assert how in found[0].message
    assert found[0].locations[0].cell == 5


def _failed(source: str, name: str) -> str:
    output = {"output_type": "error", "ename": name, "evalue": "", "traceback": []}
    return notebook("x = 1", (source, {"outputs": [output]}))


@pytest.mark.parametrize(
    ("source", "name", "count"),
    [
        ("a = 1\nb = 2\nc = 3\nmodel.fit(a)", "ValueError", 1),
        ("import missing", "ModuleNotFoundError", 1),
        ("(1, 2)[0] = 3", "TypeError", 0),
        ("a = 1\nb = 2\nc = 3\ntrain()", "KeyboardInterrupt", 0),
        ("# this raises\na = 1\nb = 2\nc = 3\nmodel.fit(a)", "ValueError", 0),
    ],
)
def test_errors_left(source: str, name: str, count: int) -> None:
    assert len(findings_of({"a.ipynb": _failed(source, name)}, ErrorsLeft())) == count


def test_a_small_exploration_is_not_blamed() -> None:
    fit = "from sklearn.svm import SVC\nSVC().fit([], [])"
    assert not findings_of({"a.ipynb": notebook(fit, *["x = 1"] * 50)}, LogicInModules())


def test_the_owner_of_a_tutorial_is_not_named_as_taker() -> None:
    book = notebook("# Copyright 2020 The TensorFlow Authors.\nx = 1")
    files = {"a.ipynb": book, "LICENSE": "Copyright 2018 The TensorFlow Authors.  All rights reserved.\n"}
    assert not findings_of(files, TakenFromTutorials())
    assert findings_of({"a.ipynb": book}, TakenFromTutorials())


def test_zeros_for_run_numbers_tell_nothing() -> None:
    cells = [(source, {"execution_count": 0}) for source in FILL]
    assert [f.polarity for f in findings_of({"a.ipynb": notebook(*cells)}, ExecutionOrder())] == ["unknown"]


def test_marks_of_headings_are_no_words() -> None:
    text = ("## Scaling of *all* - and more", {"cell_type": "markdown"})
    (finding,) = findings_of({"a.ipynb": notebook(text, *[f"x{i} = {i}" for i in range(25)])}, Narrative())
    assert "hold 5 words in all" in finding.message
