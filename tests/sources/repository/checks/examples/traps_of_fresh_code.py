"""What readers of repositories that nobody had seen before found to be wrong: the kinds, in code of our own."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_LOADED = "import numpy as np\nimport pandas as pd\nimport pytest\nfrom a import Fill, f1, prune\n\n\n"


def _test(code: str) -> dict[str, str]:
    return {"a.py": TRAIN, "tests/test_a.py": _LOADED + code}


FRESH = (
    Trap(
        "ROB102",
        "for",
        "a value for a division by zero is a setting",
        _test("def test_zero():\n    assert f1([1, 2], [3, 4], zero_division=np.nan) == 0\n"),
    ),
    Trap(
        "ROB102",
        "for",
        "what replaces a failed row is a setting, however many are tried",
        _test(
            "@pytest.fixture(params=[np.nan, None, np.inf, 0])\ndef fill(request):\n"
            "    return Fill(request.param)\n\n\n"
            "@pytest.mark.parametrize('v', [np.nan, np.inf])\ndef test_fill(v):\n"
            "    assert Fill(replace_value=v).run([1])\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "a name of a test that speaks of null or nan puts none in",
        _test(
            "def test_prune_usage_null():\n    assert prune([1, 2]) == [1]\n\n\n"
            "def test_matheron_nan():\n    assert np.isnan(f1(np.array([1])))\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "missing values that have to come out, and a gap that a filter looks for",
        _test(
            "def test_a():\n    expected = pd.DataFrame({'a': [1, np.nan]})\n"
            "    pd.testing.assert_frame_equal(f1([1, 2]), expected)\n"
            "    np.testing.assert_array_equal(f1([1]), [np.nan])\n"
            "    assert f1([2]) == [None]\n    want = [float('inf')]\n    check(f1([2]), want)\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "an empty list that has to come out, and names with nothing odd behind them",
        _test(
            "def test_empty_result():\n    assert f1([1]) == []\n\n\n"
            "def test_decision_boundary():\n    assert f1([1])\n\n\n"
            "def test_too_many_rows():\n    assert f1([1, 2, 3])\n"
        ),
    ),
    Trap(
        "ROB102",
        "against",
        "a missing value that is put in somewhere unclear",
        _test("".join(f"def test_{n}():\n    run({{'gaps': np.nan}}, {n})\n\n\n" for n in range(25))),
    ),
    Trap(
        "CRF301",
        "for",
        "a model that is judged in a file named test is no test",
        {
            "a.py": TRAIN,
            "train_and_test/test.py": "import torch\n\n\ndef test(model, loader):\n    for x, y in loader:\n"
            "        print(model(x), y)\n",
        },
    ),
)
