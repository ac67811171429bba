"""Sibling modules: what is asked for is found, however it is bound; what is not asked for costs nothing."""

from __future__ import annotations

import ast

import pytest

from heldout.sources.repository.leakage import Budget, Report, analyse

MAIN = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
{0}
df = pd.read_csv("x.csv")
X, y = {1}(df[["a"]]), df["y"]
a, b, c, d = train_test_split(X, y)
m = LogisticRegression().fit(a, c)
m.score(b, d)
"""
SCALED = "def scaled(t):\n    return (t - t.mean()) / t.std()\n"


def read(modules: dict[str, str], imports: str, called: str, steps: int = 60_000) -> Report:
    trees = {name: ast.parse(text) for name, text in modules.items()}
    return analyse(ast.parse(MAIN.format(imports, called)), resolve_module=trees.get, budget=Budget(steps=steps))


@pytest.mark.parametrize(
    ("modules", "imports", "called"),
    [
        ({"helpers": SCALED}, "import helpers", "helpers.scaled"),
        ({"helpers": SCALED}, "from helpers import *", "scaled"),
        ({"helpers": SCALED}, "try:\n    import helpers as h\nexcept ImportError:\n    h = None", "h.scaled"),
        ({"helpers": "from clean import scaled", "clean": SCALED}, "from helpers import scaled", "scaled"),
        ({"helpers": "from clean import *", "clean": SCALED}, "from helpers import scaled", "scaled"),
        ({"helpers": "import helpers\n" + SCALED}, "from helpers import scaled", "scaled"),
        ({"helpers": f"if True:\n    {SCALED.replace(chr(10), chr(10) + '    ')}"}, "import helpers", "helpers.scaled"),
        ({"helpers": SCALED + "prepare = scaled"}, "from helpers import prepare", "prepare"),
        (
            {"helpers": "prepare = lambda t: inner(t)\ninner = lambda t: t - t.mean()"},
            "import helpers as h",
            "h.prepare",
        ),
    ],
)
def test_what_a_sibling_binds_is_found(modules: dict[str, str], imports: str, called: str) -> None:
    leaks = read(modules, imports, called).leaks
    assert {leak.kind for leak in leaks} == {"preprocessing"}
    assert all(1 < line <= MAIN.count("\n") + 3 for leak in leaks for line, _ in leak.flow)
    assert all(" in helpers " in leak.message or " in clean " in leak.message for leak in leaks), "where it is done"


def test_what_a_metric_works_out_of_the_held_out_rows_is_no_leak() -> None:
    metric = (
        "import numpy as np\nfrom sklearn.metrics import precision_score\n"
        "def judged(y, p):\n    hits = p - np.average(p)\n    return precision_score(y, hits)\n"
    )
    trees = {"own": ast.parse(metric)}
    text = MAIN.format("from own import judged", "abs") + "print(judged(d, m.predict(b)))\n"
    assert not analyse(ast.parse(text), resolve_module=trees.get).leaks


def test_siblings_that_import_one_another_end() -> None:
    modules = {"one": "from two import scaled", "two": "from one import scaled"}
    assert not read(modules, "from one import scaled", "scaled").leaks


def test_what_is_not_asked_for_is_not_run() -> None:
    much = "\n".join(f"x{n} = f(x{n - 1}, {n})" for n in range(5_000))
    report = read({"helpers": SCALED, "other": much}, "import other\nfrom helpers import scaled", "scaled", steps=2_000)
    assert report.leaks
    assert not report.undecided


def test_a_function_of_a_sibling_that_is_not_called_is_the_siblings_own_affair() -> None:
    judged = "def judge(m, X, y):\n    m.fit(X, y)\n    return m.score(X, y)\n"
    assert not read({"helpers": judged}, "from helpers import judge", "abs").leaks


def test_long_tables_of_constants_cost_one_step() -> None:
    table = "TABLE = [" + ", ".join(map(str, range(5_000))) + "]"
    assert not read({}, table, "abs", steps=500).undecided
