"""Whatever the source, the analysis ends, says where it stopped, and raises nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.sources.repository.leakage import Budget, analyse

NAMES = st.sampled_from(["df", "X", "y", "a", "b", "model", "train", "test", "np", "pd", "self"])
LINES = st.sampled_from(
    [
        "{0} = pd.read_csv('f.csv')",
        "{0} = {1}.fillna({1}.mean())",
        "{0}, {1} = train_test_split({2})",
        "{0} = {1}[{2}:{0}]",
        "{0}[{1}] = {2}",
        "{0}['c'] = {1}['c'] / {2}.max()",
        "{0}.fit({1}, {2})",
        "{0} = {1}.predict({2})",
        "{0}.score({1}, {2})",
        "for {0} in {1}: {2} = {0}",
        "for {0}, {1} in zip({1}, {2}): {0}.append({1})",
        "{0} = [{1} for {1} in {2} if {1}]",
        "{0} = lambda {1}: {2}({1})",
        "def {0}({1}): return {0}({2})",
        "class {0}: pass",
        "{0} = {1}()",
        "{0} = {1}.{2}",
        "if {0}: {1} = {2}",
        "while {0}: {1} = pd.concat([{1}, {2}] * 3)",
        "{0} = {{'k': {1}, **{2}}}",
        "{0} = SMOTE().fit_resample({1}, {2})",
        "{0} += {1} @ ~{2}",
        "*{0}, {1} = {2}",
        "from {0} import *",
        "global {0}",
        "del {0}[{1}]",
        "{0} = {1}.groupby({2}).transform({0})",
        "{0} = {1}.apply({2})",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(LINES, NAMES, NAMES, NAMES), max_size=25))
def test_any_mix_of_statements_gives_a_report(drawn: list[tuple[str, str, str, str]]) -> None:
    tree = ast.parse("\n".join(line.format(*names) for line, *names in drawn))
    assert analyse(tree) == analyse(tree)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abX=[](){}:.,'\n *~-1", max_size=60))
def test_garbled_text_that_happens_to_parse_gives_a_report(text: str) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    analyse(tree)


def chain(depth: int) -> ast.Module:
    """`x = a.b.b.b...`, deeper than any parser would make it."""
    node: ast.expr = ast.Name("a", ast.Load(), lineno=1, col_offset=0)
    for _ in range(depth):
        node = ast.Attribute(node, "b", ast.Load(), lineno=1, col_offset=0)
    target = ast.Name("x", ast.Store(), lineno=1, col_offset=0)
    return ast.Module([ast.Assign([target], node, lineno=1, col_offset=0)], [])


def test_deep_nesting_is_undecided() -> None:
    assert "deep" in analyse(chain(sys.getrecursionlimit() * 2)).undecided[0].why
    assert not analyse(chain(20)).undecided


def test_a_spent_budget_is_undecided_at_the_line_where_it_ended() -> None:
    tree = ast.parse("import pandas as pd\nd = pd.read_csv('f')\n" + "d = d.fillna(d.mean())\n" * 500)
    (doubt,) = analyse(tree, budget=Budget(steps=300)).undecided
    assert 3 < doubt.line < 200
    assert not analyse(tree).undecided


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"def f{i}(x):\n    return f{i - 1}(x) + f{i - 1}(x) + f{i - 1}(x)" for i in range(1, 40))
        + "\nf39(d)",
        "def f(x):\n    return f(x)\nf(f)",
        "x = []\n" + "x = [x, x]\n" * 500,
        "f = lambda g: g(g)\nf(f)",
        "class A:\n    def __init__(self):\n        self.a = A()\nA()",
    ],
    ids=["calls that triple", "recursion", "lists of themselves", "self-application", "objects of themselves"],
)
def test_work_that_would_never_end_ends(source: str) -> None:
    analyse(ast.parse(source))


def test_modules_that_import_each_other_end() -> None:
    tree = ast.parse("from .m import f\nf(1)")
    analyse(tree, resolve_module=lambda _: tree)


HASHED = """\
import ast, sys
from heldout.sources.repository.leakage import analyse
print(analyse(ast.parse(sys.stdin.read())))
"""


def test_the_report_does_not_depend_on_the_order_of_hashes() -> None:
    source = "\n".join(
        [
            "import pandas as pd",
            "a, b, y = pd.read_csv('a'), pd.read_csv('b'), pd.read_csv('y')",
            "d = pd.concat([a, b])",
            *(f"d['c{i}'] = d['c{i}'].fillna(d['c{i}'].mean()) / d['e{i}'].max()" for i in range(40)),
            "p, q = train_test_split(d)",
            "for m in [A(), B(), C()]:\n    m.fit(p, y)\n    m.score(q, y)",
        ]
    )
    reports = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            input=source,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(reports) == 1
    assert "preprocessing" in reports.pop()
