"""What the reading of findings about code showed: wrong ones do not come back, and the right ones stay."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import Trap
from tests.sources.repository.checks.examples.traps_read_again import AGAIN
from tests.support import findings_of, look


@pytest.mark.parametrize("trap", AGAIN, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


def test_what_a_line_works_out_of_many_columns_is_told_once() -> None:
    (check,) = checks_by_code(["LEK101"])
    text = (
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\n\ndf = pd.read_csv('a.csv')\ny = df.pop('y')\n"
        "for name in ['a', 'b', 'c', 'd']:\n    df[name] = df[name].fillna(df[name].median())\n"
        "a, b, c, d = train_test_split(df, y)\nprint(LogisticRegression().fit(a, c).score(b, d))\n"
    )
    (found,) = findings_of({"a.py": text}, check)
    assert found.message.startswith("median of a, b and 2 more (line 8) is computed")


def test_the_mode_and_the_gradients_have_to_be_seen_in_one_function() -> None:
    (check,) = checks_by_code(["FRW101"])
    train = "import torch\n\n\ndef train(loss):\n    loss.backward()\n\n\n"
    judge = "def judge(model, x):\n    model.eval()\n    with torch.no_grad():\n        return model(x)\n"
    apart = "def load(model):\n    model.eval()\n\n\ndef step(p):\n    with torch.no_grad():\n        p -= p.grad\n"
    (together,) = findings_of({"a.py": train + judge}, check)
    (scattered,) = findings_of({"a.py": train + apart}, check)
    assert "in evaluation mode (`eval()`) and without gradients" in together.message
    assert "not seen in one function" in scattered.message


def test_a_value_beside_each_row_of_a_group_is_no_window() -> None:
    (check,) = checks_by_code(["WRA102"])
    (found,) = findings_of({"a.py": "import polars as pl\nx = pl.col('a').sum().over('b')\n"}, check)
    assert "beside each row" in found.message
    assert "windows" not in found.message


def test_text_that_is_put_together_has_no_parameters() -> None:
    (check,) = checks_by_code(["WRA108"])
    text = "def f(con, t):\n    con.run('SELECT a, count(*) FROM %s GROUP BY a'{})\n"
    (pasted,) = findings_of({"a.py": text.format(" % t")}, check)
    (given,) = findings_of({"a.py": text.format(", (t,)")}, check)
    assert "parameters" not in pasted.message
    assert "parameters" in given.message


def test_what_learns_by_methods_of_its_own_is_machine_learning() -> None:
    body = "        self.w = np.linalg.solve(X.T @ X, X.T @ y)\n        return self\n\n    def predict(self, X):\n"
    learns = f"import numpy as np\n\n\nclass Additive:\n    def fit(self, X, y):\n{body}        return X @ self.w\n"
    empty = (
        "import numpy as np\n\n\nclass Base:\n    def fit(self, X, y):\n        ...\n\n    def predict(self, X): ...\n"
    )
    assert look({"pack/gam.py": learns}, []).repository.ml.present
    assert not look({"pack/gam.py": empty}, []).repository.ml.present
    assert not look({"tests/test_gam.py": learns}, []).repository.ml.present
