"""The watch sees what a script fits, splits and scores, and changes nothing about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heldout.sandbox.interpreters import Interpreter, interpreters
from heldout.sources.handover.watching import read_observation
from tests.sources.handover.inside.running import run, watched

DATA = """
import numpy as np, pandas as pd
rng = np.random.RandomState(7)
X = pd.DataFrame(rng.normal(size=(400, 4)), columns=list("abcd"))
X["kind"] = rng.choice(["x", "y", "z"], 400)
y = (X["a"] + X["b"] + rng.normal(size=400) > 0).astype(int)
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
model = make_pipeline(make_column_transformer((StandardScaler(), list("abcd")), (OneHotEncoder(), ["kind"])),
                      LogisticRegression())
"""
FITTED = (
    DATA
    + """
train, test, known, answers = train_test_split(X, y, test_size=0.25, random_state=1)
model.fit(train, known)
"""
)


def test_a_pipeline_is_one_fit_with_its_names_and_its_place(tmp_path: Path) -> None:
    (fit,) = watched(tmp_path, FITTED).fits
    assert fit.model == "sklearn.pipeline.Pipeline > sklearn.linear_model._logistic.LogisticRegression"
    assert (fit.rows, fit.columns, fit.names) == (300, 5, ("a", "b", "c", "d", "kind"))
    assert fit.place == f"train.py:{len(FITTED.splitlines())}"
    assert fit.repeated == 0


def test_a_score_comes_with_its_rows_classes_interval_and_the_trivial_rule(tmp_path: Path) -> None:
    seen = watched(tmp_path, FITTED + "print(accuracy_score(answers, model.predict(test)), sorted(answers).count(0))")
    (score,) = seen.scores
    assert (score.metric, score.rows, score.hashed, score.overlap, score.fitted) == ("accuracy", 100, 100, 0, 300)
    assert sum(score.classes.values()) == 100
    assert score.trivial == max(score.classes.values()) / 100
    assert score.low is not None
    assert score.high is not None
    assert score.low < score.value < score.high


def test_the_split_is_seen_with_the_rows_that_both_parts_hold(tmp_path: Path) -> None:
    double = DATA + "\nX, y = pd.concat([X] * 2), pd.concat([y] * 2)\n" + FITTED[len(DATA) :]
    seen = watched(tmp_path, double + "accuracy_score(answers, model.predict(test))")
    (split,) = seen.splits
    (score,) = seen.scores
    assert (split.train, split.test) == (600, 200)
    assert split.equal is not None
    assert 100 < split.equal < 200
    assert seen.duplicate_rows == split.equal_answers == score.overlap_answers == split.equal
    assert not seen.fits[0].predicts or seen.fits[0].repeated is not None


def test_equal_rows_with_another_answer_are_told_apart(tmp_path: Path) -> None:
    code = DATA + "\nX, y = pd.concat([X] * 2), pd.concat([y, 1 - y])\n" + FITTED[len(DATA) :]
    (split,) = watched(tmp_path, code).splits
    assert split.equal is not None
    assert split.equal > 100
    assert split.equal_answers == 0


@pytest.mark.parametrize(
    "table",
    ["train.to_numpy()", "train", "train.to_numpy().tolist()", "sparse.csr_matrix(train.to_numpy())"],
)
def test_rows_are_known_again_in_every_form(tmp_path: Path, table: str) -> None:
    code = (
        FITTED.replace("model.fit(train, known)", "").replace('X["kind"]', "kind")
        + f"""
from scipy import sparse
rows = {table}
model = LogisticRegression().fit(rows, known)
accuracy_score(known, model.predict(rows))
"""
    )
    seen = watched(tmp_path, code)
    (score,) = seen.scores
    assert (score.overlap, score.overlap_answers, score.hashed, score.covered) == (300, 300, 300, 1.0)


def test_texts_are_rows_too(tmp_path: Path) -> None:
    code = """
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
texts, labels = ["buy now", "hello you", "buy this", "good day"] * 20, ["spam", "ham", "spam", "ham"] * 20
model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts[:60], labels[:60])
accuracy_score(labels[60:], model.predict(texts[60:]))
"""
    seen = watched(tmp_path, code)
    assert seen.fits[-1].repeated == 56
    assert (seen.scores[0].overlap, seen.scores[0].hashed) == (20, 20)


def test_regression_is_held_against_the_mean_and_the_median(tmp_path: Path) -> None:
    code = (
        FITTED
        + """
line = LinearRegression().fit(train[["a"]], train["b"])
guess = line.predict(test[["a"]])
r2_score(test["b"], guess); mean_absolute_error(test["b"], guess)
print(abs(test["b"] - test["b"].median()).mean())
"""
    )
    (tmp_path / "line.py").write_text(code)
    printed = float(run(tmp_path, "line.py").stdout)
    r2, mae = watched(tmp_path, code).scores
    assert (r2.metric, r2.trivial, mae.metric) == ("r2", 0.0, "mae")
    assert mae.trivial == pytest.approx(printed)
    assert mae.low is not None
    assert mae.low < mae.value


def test_cross_validation_search_and_score_are_scores(tmp_path: Path) -> None:
    code = (
        FITTED
        + """
cross_val_score(model, X, y, cv=4, scoring="f1")
GridSearchCV(model, {"logisticregression__C": [0.1, 1]}, cv=3).fit(train, known).score(test, answers)
"""
    )
    crossed, searched, plain = watched(tmp_path, code).scores
    assert (crossed.metric, crossed.rows, len(crossed.folds), crossed.held_out) == ("f1", 400, 4, True)
    assert (searched.metric, searched.rows, len(searched.folds)) == ("accuracy", 300, 3)
    assert (plain.by, plain.metric, plain.rows, plain.overlap) == ("score", "accuracy", 100, 0)


def test_rows_asked_for_one_by_one_are_a_test(tmp_path: Path) -> None:
    code = (
        FITTED
        + """
guesses = [int(model.predict(train.iloc[[i]])[0]) for i in range(len(train))]
accuracy_score(known, guesses)
"""
    )
    (score,) = watched(tmp_path, code).scores
    assert (score.overlap, score.hashed) == (300, 300)


def test_what_a_library_scores_for_itself_is_no_score_of_the_deliverys(tmp_path: Path) -> None:
    code = (
        FITTED
        + """
from sklearn.inspection import permutation_importance
permutation_importance(model, test, answers, n_repeats=2, random_state=0)
model.score(test, answers)
"""
    )
    (score,) = watched(tmp_path, code).scores
    assert score.place.endswith(f":{len(code.splitlines())}")


def test_fits_in_parts_add_up(tmp_path: Path) -> None:
    code = (
        FITTED
        + """
from sklearn.linear_model import SGDClassifier
parts, own = train[list("abcd")].to_numpy(), SGDClassifier(random_state=0)
for start in range(0, 300, 100):
    own.partial_fit(parts[start:start + 100], known[start:start + 100], classes=[0, 1])
own.score(parts, known)
"""
    )
    seen = watched(tmp_path, code)
    assert [fit.rows for fit in seen.fits[1:]] == [100, 100, 100]
    assert (seen.scores[0].overlap, seen.scores[0].fitted, seen.scores[0].covered) == (300, 300, 1.0)


def test_seeds_are_seen_and_so_is_that_none_was_given(tmp_path: Path) -> None:
    code = """
import random
import numpy as np
random.seed(1)
np.random.seed()
from sklearn.ensemble import RandomForestClassifier
RandomForestClassifier(5).fit([[0], [1]] * 5, [0, 1] * 5)
RandomForestClassifier(5, random_state=3).fit([[0], [1]] * 5, [0, 1] * 5)
"""
    seen = watched(tmp_path, code)
    assert seen.seeds == ("random", "random_state")
    assert [fit.seed for fit in seen.fits] == ["none", "fixed"]


CHANGES_NOTHING = (
    FITTED
    + """
import hashlib, inspect, pickle, random, sys, warnings
import cloudpickle, joblib, sklearn.metrics
class Own(LogisticRegression):
    def fit(self, X, y):
        return super().fit(X, y)
own = Own().fit(train[["a"]], known)
warnings.simplefilter("always")
things = [model, own, accuracy_score, sklearn.metrics.get_scorer("f1"), train_test_split, model.predict]
for thing in things[:1] + things[2:]:
    print(hashlib.sha256(pickle.dumps(thing)).hexdigest())
print(b"heldout_watch" in cloudpickle.dumps([things, Own]))
print(np.random.random(), random.random() != 2, model.predict_proba(test).sum(), model.predict(test).dtype)
print(accuracy_score.__module__, accuracy_score.__qualname__, inspect.signature(accuracy_score))
print(inspect.signature(LogisticRegression.fit), inspect.signature(random.seed), sys.path[1:2])
print([name for name in vars(model.steps[-1][1])], accuracy_score(answers, model.predict(test)))
print(cross_val_score(model, X, y, n_jobs=2))
print(np.random.seed.__module__, np.random.seed.__name__, type(sys.modules["sklearn.base"].__loader__).__name__)
try:
    model.predict(test[["a"]])
except ValueError as error:
    print(error)
with open(sys.argv[1], "wb") as file:
    pickle.dump(things[:1] + things[2:], file)
with open(sys.argv[1] + "2", "wb") as file:
    cloudpickle.dump(things, file)
"""
)


def test_nothing_is_changed_and_pickles_load_without_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import numpy as np; np.random.seed(5)\n" + CHANGES_NOTHING)
    plain = run(tmp_path, "a.py", "plain.pkl")
    seen = run(tmp_path, "a.py", "seen.pkl", watch=True)
    assert plain.returncode == 0, plain.stderr
    assert (seen.stdout, seen.stderr) == (plain.stdout, plain.stderr)
    assert (tmp_path / "plain.pkl").read_bytes() == (tmp_path / "seen.pkl").read_bytes()
    load = "import pickle; print([len(pickle.load(open(name, 'rb'))) for name in ('seen.pkl', 'seen.pkl2')])"
    assert run(tmp_path, "-c", load).stdout == "[5, 6]\n"


def test_the_deliverys_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("print('mine')")
    (tmp_path / "a.py").write_text("import sys, random; random.seed(1); print(sys.modules['sitecustomize'].__file__)")
    tools = run(tmp_path, "-c", "import os; print(os.environ['PYTHONPATH'])", watch=True).stdout.strip()
    done = run(tmp_path, "a.py", watch=True, PYTHONPATH=f"{tools}:{own}")
    assert done.stdout.splitlines() == ["mine", str(own / "sitecustomize.py")]
    assert list((tmp_path / ".watch").glob("*.jsonl"))


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "a.py").write_text("import random; random.seed(1); print('ran')")
    done = run(tmp_path, "a.py", watch=True, HELDOUT_WATCH=str(tmp_path / "file" / "below"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


def test_each_process_writes_its_own_file_and_children_are_seen(tmp_path: Path) -> None:
    code = """
import os, random, subprocess, sys
random.seed(1)
if os.fork() == 0:
    random.seed(2)
    os._exit(0)
os.wait()
subprocess.run([sys.executable, "-c", "import random; random.seed(3)"], check=True)
"""
    watched(tmp_path, code)
    assert len(list((tmp_path / ".watch").glob("*.jsonl"))) == 3


def test_a_loop_of_scores_stays_small(tmp_path: Path) -> None:
    code = FITTED + "guess = model.predict(test)\nfor _ in range(3000): f1_score(answers, guess)"
    seen = watched(tmp_path, code)
    assert 20 < len(seen.scores) < 100
    assert sum(path.stat().st_size for path in (tmp_path / ".watch").glob("*")) < 2_000_000


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_it_starts_on_every_python_without_packages(python: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import random\nrandom.seed(1)\nprint(random.random())\n")
    program = str(python.home / "bin" / f"python{python.minor}")
    plain, seen = run(tmp_path, "a.py", python=program), run(tmp_path, "a.py", python=program, watch=True)
    assert (seen.returncode, seen.stdout, seen.stderr) == (0, plain.stdout, "")
    told = read_observation({path.name: path.read_bytes() for path in (tmp_path / ".watch").glob("*")})
    assert told is not None
    assert told.seeds == ("random",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00" * 100,
        b"[" * 100_000,
        b'{"e": "score", "metric": "accuracy", "value": 1e999, "rows": 10}',
        b'{"e": "score", "metric": "accuracy", "value": 7, "rows": 10}',
        b'{"e": "score", "metric": "accuracy", "value": 0.5, "rows": -4}',
        b'{"e": "fit", "model": 3, "rows": "many"}',
        b'{"e": "split", "train": true, "test": 1}',
        b'{"e": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_event_is_left_out(content: bytes) -> None:
    seen = read_observation({"1-1.jsonl": content})
    assert seen is None or (not seen.scores and not seen.fits and not seen.splits)


def test_numbers_that_do_not_fit_together_are_left_out() -> None:
    event = {
        "e": "score",
        "metric": "accuracy",
        "value": 0.9,
        "rows": 10,
        "classes": {"a": 500},
        "labels": ["a"],
        "table": [[7000]],
        "hashed": 5_000_000,
        "overlap": 3,
        "place": "a\x1b[31m.py:3",
    }
    seen = read_observation({"1-1.jsonl": json.dumps(event).encode()})
    assert seen is not None
    (score,) = seen.scores
    assert (score.classes, score.balanced, score.hashed, score.overlap, score.trivial) == ({}, None, 0, None, None)
    assert score.place == "a[31m.py:3"


def test_only_so_much_is_read() -> None:
    line = b'{"e": "fit", "model": "m", "rows": 3}\n'
    seen = read_observation({f"{n}-{n}.jsonl": line * 50_000 for n in range(400)})
    assert seen is not None
    assert len(seen.fits) == 300
