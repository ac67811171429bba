"""What readers of repositories that nobody had seen before found wrong does not come back, and what is right stays."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding
from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.sources.repository.checks.examples.traps_of_fresh_code import FRESH
from tests.support import Files, findings_of, history_of, look

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


_SERVICE = (
    "import joblib\nfrom fastapi import FastAPI, File, HTTPException, UploadFile\nfrom pydantic import BaseModel\n\n"
)
_ROUTE = "app = FastAPI()\nmodel = joblib.load('m.joblib')\n\n\n@app.post('/predict')\n"


@pytest.mark.parametrize(
    ("way", "code"),
    [
        (
            "by declared types",
            "class Row(BaseModel):\n    age: int\n\n\n" + _ROUTE + "def predict(rows: list[Row]):\n"
            "    return model.predict(rows)\n",
        ),
        (
            "by a test that answers 4xx",
            _ROUTE + "def predict(file: UploadFile = File(...)):\n    rows = read(file)\n    if 'age' not in rows:\n"
            "        raise HTTPException(status_code=400, detail='no age')\n    return model.predict(rows)\n",
        ),
    ],
)
def test_how_a_route_looks_at_its_input_is_told(way: str, code: str) -> None:
    said = _found("DEP102", {"a.py": TRAIN, "app.py": _SERVICE + code})
    assert said.message == f"The one predicting route looks at its input before use, {way}."


def test_a_schedule_that_an_optimizer_takes_is_named() -> None:
    text = "import torch\n\nuse = True\nif use:\n    plan = torch.optim.lr_scheduler.StepLR(opt, 3)\nplan.step()\n"
    assert "a schedule of the learning rate" in _found("FRW106", {"a.py": TRAIN + text}).message


def test_a_joined_table_that_is_used_has_to_name_its_key() -> None:
    text = "import pandas as pd\n\nboth = pd.merge(a, b)\nprint(len(both))\nmodel.fit(both)\n"
    assert _found("WRA101", {"a.py": text}).polarity == "against"


_FOLDS = """import pandas as pd
from imblearn.over_sampling import SMOTE
from keras.models import Sequential
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv('a.csv')
y = df.pop('y')
a, b, c, d = train_test_split(df, y)
"""
_ROUNDS = """
for i, j in StratifiedKFold(5).split(a, c):
    model = Sequential()
    model.fit(a[i], c[i], validation_data=(a[j], c[j]))
    print(model.evaluate(b, d))
"""


@pytest.mark.parametrize(
    ("code", "change", "said"),
    [
        (
            "LEK104",
            "a, c = SMOTE().fit_resample(a, c)\n",
            "SMOTE (line 10) makes new rows out of others before the rows for",
        ),
        (
            "LEK101",
            "a = StandardScaler().fit_transform(a)\n",
            "StandardScaler (line 10) is computed over rows of the valid",
        ),
    ],
)
def test_folds_that_are_only_watched_are_told_as_such(code: str, change: str, said: str) -> None:
    found = _found(code, {"a.py": _FOLDS + change + _ROUNDS})
    assert found.severity == "low"
    assert found.message.startswith(said)
    assert found.message.endswith("the rows of the score take no part in it.")
    whole = _found(code, {"a.py": _FOLDS + change + _ROUNDS.replace("evaluate(b, d)", "evaluate(a[j], c[j])")})
    assert whole.severity == "high"


def test_starting_weights_are_told_of_networks_only() -> None:
    plain = _found("REP201", {"a.py": TRAIN + "import numpy as np\n\nrows = np.random.permutation(9)\n"})
    network = _found("REP201", {"a.py": TRAIN + "import torch\n\ntorch.nn.init.normal_(weights)\n"})
    assert plain.message.startswith("The code draws random numbers from NumPy,")
    assert network.message.startswith("The code draws random numbers or starting weights from PyTorch,")


def test_an_environment_to_run_is_counted() -> None:
    listed = "name: x\ndependencies:\n  - numpy=1.2\n  - scipy=1.2\n  - pandas=1.2\n"
    assert _found("REP102", {"a.py": TRAIN, "environment.yml": listed}).polarity == "for"


def test_counts_that_a_reader_may_extend_say_at_least() -> None:
    records = "".join(f"class A{i}(BaseModel):\n    a: int\n\n\n" for i in range(3))
    said = _found("PYT111", {"a.py": "from pydantic import BaseModel\n\n\n" + records})
    assert said.message.endswith("tests apart): at least 3.")
    loops = "".join(f"for row in rows{i}:\n    use(row)\n" for i in range(25))
    assert _found("PYT107", {"a.py": loops}).message.startswith("Of some 25 `for` loops")
    splits = (
        "from sklearn.model_selection import train_test_split\n" + "a, b = train_test_split(x, random_state=1)\n" * 2
    )
    assert (
        "; none was seen without (tests and documentation apart)." in _found("REP202", {"a.py": TRAIN + splits}).message
    )


def test_the_suffix_of_a_distribution_hides_no_library() -> None:
    files = {"a.py": TRAIN + "import rdkit\nimport pandas\n", "requirements.txt": "rdkit-pypi\nscikit-learn\npandas\n"}
    assert _found("REP104", files).polarity == "for"


def test_a_cloud_name_that_is_a_literal_of_the_file_is_no_setting() -> None:
    call = "s3.put_object(Bucket={}, Key=key)\n"
    fixed = {"a.py": "import boto3\n\ns3 = boto3.client('s3')\nname = 'mine'\n" + call.format("name")}
    (check,) = checks_by_code(["CLD104"])
    assert not findings_of(fixed, check)
    given = {"a.py": "import boto3\n\n\ndef f(s3, name, key):\n    " + call.format("name")}
    assert _found("CLD104", given).message.startswith("At least 1 call to a cloud takes the name of a bucket,")


def test_a_model_that_is_scored_under_noise_or_by_group_is_named() -> None:
    noisy = "def evaluate_noise(model, rows):\n    assert len(rows)\n"
    noisy += "    worse = rows + noise(rows)\n    return model.score(worse)\n"
    groups = (
        "def score_by_group(model, rows):\n    out = {}\n    for g in rows:\n        out[g] = model.score(rows[g])\n"
    )
    said = _found("ROB106", {"a.py": TRAIN, "b.py": noisy + "\n\n" + groups}).message
    assert "by segment" in said
    assert "under noise or shift" in said


def test_a_python_is_stated_without_the_build_of_a_package() -> None:
    files = {"a.py": TRAIN, "environment.yml": "name: x\ndependencies:\n  - python=3.9.2=h02fb82a_12\n  - numpy=1.2\n"}
    assert "3.9.2 is stated" in _found("REP106", files).message


def test_rows_that_are_called_validation_are_told_apart_from_those_of_the_score() -> None:
    fits = (
        "a = StandardScaler().fit_transform(a)\nx, x_val, z, z_val = train_test_split(a, c)\n"
        "model = LogisticRegression().fit(x, z)\nprint(model.score(x_val, z_val))\n"
    )
    head = _FOLDS + "from sklearn.linear_model import LogisticRegression\n"
    told = _found("LEK101", {"a.py": head + fits + "print(model.score(b, d))\n"})
    assert told.severity == "low"
    assert "rows of the validation too" in told.message


def test_a_print_in_a_main_that_may_be_imported_is_not_denied() -> None:
    logs = "import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef f(x):\n" + "    log.info(x)\n" * 400
    files = {"pyproject.toml": "[project]\nname = 'p'\n", "p/__init__.py": "", "p/a.py": logs}
    assert _found("PYT113", files).message.endswith(", and no print in functions.")
    files["p/main.py"] = "def g(x):\n    print(x)\n"
    assert _found("PYT113", files).message.endswith("calls of a logger were seen.")


def test_what_a_program_writes_over_its_file_says_no_more() -> None:
    told = [(f"Scores of model {n} are told with their spread", n, 14) for n in range(20)]
    kept = [(f"Auto-retrain: Update {name}.json", 30 + n, 14) for n, name in enumerate(("metadata", "threshold"))]
    (check,) = checks_by_code(["AUT104"])
    (found,) = findings_of({"a.py": TRAIN}, check, history=history_of(*told, *kept))
    assert found.message.startswith("At least 2 of 22 commit messages")


def test_a_default_that_grows_is_changed() -> None:
    code = "def f(rows, more={}):\n    for key in rows:\n        more[key] = 1\n    return more\n"
    assert _found("PYT101", {"a.py": code}).polarity == "against"


def test_imports_that_may_fail_are_told_to_be_left_out() -> None:
    files = {"a.py": TRAIN + "import numpy\nimport pandas\n", "requirements.txt": "scikit-learn\nnumpy\npandas\n"}
    assert _found("REP104", files).message.endswith("comes with one that is.")
    files["b.py"] = "def f():\n    import gdown\n\n    return gdown\n"
    assert _found("REP104", files).message.endswith("(imports in functions, under conditions or in a `try` left out).")


def test_evaluation_mode_with_gradients_on_is_told() -> None:
    train = "import torch\n\n\ndef train(net, rows):\n    net(rows).sum().backward()\n\n\n"
    both = "def sample(net, rows):\n    net.eval()\n    with torch.no_grad():\n        return net(rows)\n\n\n"
    mode = "def test(net, rows):\n    net.eval()\n    return net(rows)\n"
    assert _found("FRW101", {"a.py": TRAIN + train + both}).message.endswith("(`no_grad` or the like).")
    halved = _found("FRW101", {"a.py": TRAIN + train + both + mode})
    assert halved.message.endswith(", in 1 of at least 2 functions or files that set the mode.")


def test_gradients_clipped_before_a_step_guide_it() -> None:
    loop = "import torch\n\nfor x in rows:\n    opt.zero_grad()\n    net(x).backward()\n"
    loop += "    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n    opt.step()\n"
    assert "clipped gradients" in _found("FRW106", {"a.py": TRAIN + loop}).message


def test_a_fit_that_is_asserted_on_is_looked_at() -> None:
    head = "from sklearn.linear_model import LinearRegression\n\n\ndef test_fit():\n    model = LinearRegression()\n"
    body = "    model.fit([[1.0], [2.0]], [1.0, 2.0])\n    said = model.predict([[3.0]])\n    assert said[0] > 2\n"
    assert "fitting" in _found("FRW110", {"a.py": TRAIN, "tests/test_a.py": head + body}).message


def test_a_choice_by_a_score_that_is_handed_on_is_followed() -> None:
    head = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
    head += "from sklearn.model_selection import train_test_split\n\ndf = pd.read_csv('a.csv')\ny = df.pop('y')\n"
    head += "a, b, c, d = train_test_split(df, y)\n\n\ndef pick(results):\n"
    head += "    return max(results, key=lambda row: row[1])\n\n\ndef main():\n    scores = []\n"
    loop = "    for n in (1, 2, 3):\n        model = LogisticRegression(C=n).fit(a, c)\n"
    loop += "        scores.append((n, model.score(b, d)))\n    print(pick(scores))\n\n\nmain()\n"
    assert _found("LEK103", {"a.py": head + loop}).polarity == "against"


def test_an_update_of_a_file_says_no_more_with_the_number_of_its_request() -> None:
    told = [(f"Scores of model {n} are told with their spread", n, 14) for n in range(20)]
    (check,) = checks_by_code(["AUT104"])
    (found,) = findings_of({"a.py": TRAIN}, check, history=history_of(*told, ("Update deploy.yml (#16)", 30, 14)))
    assert found.message.startswith("At least 1 of 21 commit messages")
    assert "the median commit changes about 14 lines (data, " in found.message
