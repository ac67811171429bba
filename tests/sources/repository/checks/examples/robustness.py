"""Examples for the checks of robustness."""

from tests.support import Example

_ML = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
_STEPS = "\n".join(
    f"def step_{i}(rows, most):\n    total = sum(rows)\n    total += {i}\n    return total\n" for i in range(150)
)
_CHECKED = "\n".join(
    f"def checked_{i}(rows):\n    if not rows:\n        raise ValueError('no rows')\n    return sum(rows)\n"
    for i in range(10)
)
_TESTS = "\n".join(f"def test_step_{i}():\n    assert step({i}) == {i}\n" for i in range(25))
_ENCODE = (
    "from sklearn.preprocessing import LabelEncoder\nle = LabelEncoder()\n"
    "train['city'] = le.fit_transform(train['city'])\ntest['city'] = le.{method}(test['city'])\nmodel.fit(train, y)\n"
)


def _favourable(code: str, text: str) -> Example:
    return Example(code, favourable={"train.py": text + "\n" + _ML})


EXAMPLES = (
    Example(
        "ROB101",
        against={"train.py": _ML + _STEPS},
        favourable={"train.py": _ML + _STEPS + _CHECKED},
        quiet={"train.py": _ML + _STEPS + "assert X.shape\n"},
    ),
    Example(
        "ROB102",
        against={"tests/test_steps.py": _TESTS, "train.py": _ML},
        favourable={
            "tests/test_steps.py": "import pytest\ndef test_empty_table():\n"
            "    with pytest.raises(ValueError):\n        f([])\n"
        },
        quiet={"tests/test_steps.py": "def test_step():\n    assert step(1)\n"},
    ),
    Example(
        "ROB103",
        against={"train.py": _ENCODE.format(method="fit_transform")},
        favourable={
            "train.py": "from sklearn.preprocessing import OneHotEncoder\n"
            "OneHotEncoder(handle_unknown='ignore').fit(X)\n"
        },
        quiet={"train.py": _ENCODE.format(method="transform")},
    ),
    _favourable(
        "ROB104", "from evidently.report import Report\nReport(metrics=[m]).run(reference_data=a, current_data=b)"
    ),
    _favourable("ROB105", "from torchvision import transforms\nt = transforms.RandomResizedCrop(224)"),
    _favourable(
        "ROB106",
        "def accuracy_by_segment(frame):\n    out = {}\n    for k, rows in frame.groupby('segment'):\n"
        "        out[k] = (rows.y == rows.p).mean()\n    return out",
    ),
    _favourable("ROB107", "def f(x):\n    assert x.shape[0] > 1\n    return x"),
    Example(
        "ROB108",
        against={"client.py": "import requests\nrows = requests.get(url).json()\n" + _ML},
        favourable={"client.py": "import requests\nrows = requests.get(url, timeout=5).json()\n" + _ML},
        quiet={"client.py": "import requests\nrows = requests.get(url, **options).json()\n" + _ML},
    ),
)
