"""What readers of repositories that nobody had seen before found wrong does not come back, and what is right stays."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding
from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.sources.repository.checks.examples.traps_of_fresh_code import FRESH
from tests.support import Files, findings_of, look

_LOADED = "import numpy as np\nimport pandas as pd\nimport pytest\nfrom a import f, g\n\n\n"


def _found(code: str, files: Files) -> Finding:
    (check,) = checks_by_code([code])
    (found,) = findings_of(files, check)
    return found


@pytest.mark.parametrize("trap", FRESH, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("missing values", "def test_gap():\n    assert f(pd.Series([1, np.nan])) == 1\n"),
        ("missing values", "def test_gap():\n    x = np.array([[1.0, np.nan]])\n    assert f(x).all()\n"),
        (
            "missing values",
            "def test_gap():\n    df = g()\n    df.loc[0, 'a'] = None\n    df.loc[1, 'a'] = np.nan\n    f(df)\n",
        ),
        ("missing values", "def test_gap():\n    f(pd.DataFrame({'a': [1, None]}))\n"),
        ("missing values", "@pytest.fixture\ndef table():\n    return pd.DataFrame({'a': [1, float('nan')]})\n"),
        (
            "missing values",
            "def test_gap(tmp_path):\n    (tmp_path / 'a.csv').write_text('a,b\\n1,\\n')\n    f(tmp_path)\n",
        ),
        ("infinite or extreme", "def test_odd():\n    np.testing.assert_equal(f([1, -np.inf]), 2)\n"),
        ("infinite or extreme", "def test_too_long_text():\n    assert f('a' * 100000)\n"),
        ("empty", "def test_empty():\n    assert f([]) == []\n"),
        ("empty", "def test_empty_table():\n    df = pd.DataFrame(columns=['a'])\n    assert f(df) is None\n"),
        ("unknown, invalid or doubled", "def test_unknown_word():\n    assert f('an unknown word') == 0\n"),
        (
            "missing columns, fields or files",
            "def test_missing_column():\n    df = g().drop(columns='a')\n    assert f(df) == 1\n",
        ),
    ],
)
def test_an_odd_input_that_is_put_in_is_named(kind: str, body: str) -> None:
    said = _found("ROB102", {"a.py": TRAIN, "tests/test_a.py": _LOADED + body})
    assert said.message == f"Tests try what can go wrong: {kind}."


def test_a_model_that_is_judged_in_a_file_named_test_is_code() -> None:
    judged = "def test(model, rows):\n    print(model.predict(rows))\n"
    asserted = "from train import model\n\n\ndef test_model():\n    model.predict([1])\n"
    seen = look({"run/test.py": judged, "run/test_b.py": asserted, "tests/helper.py": judged}, []).repository
    assert [m.path for m in seen.code] == ["run/test.py"]
