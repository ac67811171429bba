"""A shipped model is loaded, described and asked inside; what cannot be done comes with the reason in words."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.sandbox.interpreters import Interpreter, interpreters
from heldout.sources.handover.models import ModelReport, Predicted, read_model_report, same_family, t7_check
from heldout.sources.handover.models_run import Inspected, loaded_check
from heldout.sources.handover.plan import Model
from tests.sources.handover.inside.running import TOOLS, run

TRAIN = """
import joblib, pickle, sys
import numpy as np, pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
rng = np.random.RandomState(3)
rows = pd.DataFrame({"Age": rng.randint(20, 70, 200), "Income": rng.normal(50, 9, 200)})
rows["Kind"] = rng.choice(list("xyz"), 200)
answer = (rows["Age"] + rng.normal(size=200) * 5 > 45).map({True: "yes", False: "no"})
rows.assign(bought=answer).to_csv("rows.csv", index=False)
pipe = make_pipeline(make_column_transformer((StandardScaler(), ["Age", "Income"]), (OneHotEncoder(), ["Kind"])),
                     LogisticRegression(C=0.5)).fit(rows, answer)
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("delivery")
    (folder / "train.py").write_text(
        TRAIN
        + """
joblib.dump(pipe, "pipe.joblib")
joblib.dump(pipe, "small.joblib", compress=3)
pickle.dump(pipe, open("pipe.pkl", "wb"))
other = make_pipeline(make_column_transformer((StandardScaler(), ["Age", "Income"]), (OneHotEncoder(), ["Kind"])),
                      GradientBoostingClassifier(random_state=0)).fit(rows, answer)
joblib.dump(other, "other.pkl")
numbers = rows[["Age", "Income"]].to_numpy()
joblib.dump({"model": LogisticRegression().fit(numbers, answer), "names": ["Age", "Income"]}, "dict.pkl")
joblib.dump(make_pipeline(make_column_transformer((SimpleImputer(), ["Age"]), (OneHotEncoder(handle_unknown="ignore"),
                                                  ["Kind"])), LogisticRegression()).fit(rows, answer), "hardy.joblib")
joblib.dump(LinearRegression().fit(rows[["Age"]], rows["Income"]), "line.joblib")
joblib.dump(StandardScaler().fit(numbers), "scaler.joblib")
texts = ["buy it now", "how are you"] * 20
joblib.dump(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["spam", "ham"] * 20), "text.joblib")
pd.DataFrame({"number": range(4), "message": texts[:4], "label": 1}).to_csv("texts.csv", index=False, sep=";")
class Own:
    def predict(self, X):
        return [len(X)] * len(X)
pickle.dump(Own(), open("own.pkl", "wb"))
"""
    )
    done = run(folder, "train.py")
    assert done.returncode == 0, done.stderr
    return folder


def report(folder: Path, *arguments: str, python: str | None = None) -> ModelReport:
    """What the host reads of a run on a model."""
    extra = {"python": python} if python else {}
    done = run(folder, str(TOOLS / "model.py"), *arguments, "--out", "report.json", **extra)
    told = read_model_report((folder / "report.json").read_bytes())
    assert told is not None, done.stderr
    assert done.returncode == (0 if told.loaded else 1)
    return told


@pytest.mark.parametrize("name", ["pipe.joblib", "small.joblib", "pipe.pkl"])
def test_a_pipeline_is_described_and_asked_by_the_names_of_its_columns(shipped: Path, name: str) -> None:
    told = report(shipped, name, "--rows", "rows.csv", "--target", "bought", "--predictions", "answers.csv")
    assert told.loaded
    assert told.short_name == "LogisticRegression"
    assert (told.names, told.classes) == (("Age", "Income", "Kind"), ("no", "yes"))
    assert told.parameters["C"] == "0.5"
    assert told.predicted is not None
    assert told.predicted.ok
    assert (told.predicted.rows, told.predicted.how) == (200, "by name")
    lines = (shipped / "answers.csv").read_text().splitlines()
    assert len(lines) == 200
    assert lines[:5] == list(told.predicted.first)
    assert lines[0].split(",")[0] in ("no", "yes")


def test_the_same_model_in_two_files_answers_the_same(shipped: Path) -> None:
    told = report(shipped, "pipe.joblib", "--against", "pipe.pkl", "--rows", "rows.csv", "--target", "bought")
    assert told.compared is not None
    assert told.compared.same
    assert (told.compared.rows, told.compared.max_difference) == (200, 0.0)
    assert told.predicted is not None
    assert told.against is not None
    assert told.against.predicted is not None
    assert told.predicted.sha256 == told.against.predicted.sha256


def test_another_model_is_found_to_be_another(shipped: Path) -> None:
    told = report(shipped, "pipe.joblib", "--against", "other.pkl", "--rows", "rows.csv", "--target", "bought")
    check = t7_check([(Model(path="pipe.joblib", format="joblib"), told)])
    assert told.compared is not None
    assert not told.compared.same
    assert check.state == ("pass" if told.compared.close else "fail")
    assert "answers are equal" in check.message
    assert str(check.locations[0]) == "pipe.joblib"


def test_a_model_of_another_kind_than_documented_fails(shipped: Path) -> None:
    told = report(shipped, "pipe.joblib")
    check = t7_check([(Model(path="pipe.joblib", format="joblib", documented="Gradient Boosting"), told)])
    assert check.state == "fail"
    assert check.message == "The documents say Gradient Boosting; the delivered pipe.joblib is a LogisticRegression."


def test_columns_in_other_letters_are_found(shipped: Path) -> None:
    lines = (shipped / "rows.csv").read_text().splitlines()
    (shipped / "loud.csv").write_text(
        "\n".join(["KIND, INCOME ,AGE", *(",".join(x.split(",")[2::-1]) for x in lines[1:])])
    )
    told = report(shipped, "pipe.joblib", "--rows", "loud.csv")
    plain = report(shipped, "pipe.joblib", "--rows", "rows.csv")
    assert told.predicted is not None
    assert plain.predicted is not None
    assert told.predicted.how == "by name, letter case and blanks aside"
    assert told.predicted.sha256 == plain.predicted.sha256


def test_what_is_missing_is_named(shipped: Path) -> None:
    (shipped / "few.csv").write_text("Age,Other\n1,2\n")
    told = report(shipped, "pipe.joblib", "--rows", "few.csv")
    assert told.predicted is not None
    assert "2 of the 3 columns that it wants are not in the rows: Income, Kind" in told.predicted.why
    check = t7_check([(Model(path="pipe.joblib", format="joblib"), told)])
    assert check.state == "not_assessable"
    assert "Income, Kind" in check.message


def test_a_model_in_a_dictionary_is_found(shipped: Path) -> None:
    told = report(shipped, "dict.pkl", "--rows", "rows.csv", "--target", "bought")
    assert (told.part, told.columns, told.names) == ("model", 2, ())
    assert told.predicted is not None
    assert told.predicted.why == "it wants 2 columns and does not name them; the rows have 3"


def test_a_model_of_texts_gets_the_column_of_texts(shipped: Path) -> None:
    told = report(shipped, "text.joblib", "--rows", "texts.csv", "--target", "label")
    assert told.text
    assert told.predicted is not None
    assert told.predicted.columns == ("message",)
    assert [line.split(",")[0] for line in told.predicted.first] == ["spam", "ham", "spam", "ham"]


def test_a_class_of_the_deliverys_own_script_is_found(shipped: Path) -> None:
    (shipped / "train.py").rename(shipped / "hidden.txt")
    try:
        lost = report(shipped, "own.pkl")
        assert not lost.loaded
        assert "it was saved from a script whose own class is not to be found" in lost.why
        (shipped / "lib").mkdir(exist_ok=True)
        (shipped / "lib" / "own.py").write_text("class Own:\n    def predict(self, X):\n        return [0] * len(X)\n")
        found = report(shipped, "own.pkl", "--rows", "rows.csv")
        assert found.loaded
        assert found.predicted is not None
        assert found.predicted.rows == 200
    finally:
        (shipped / "hidden.txt").rename(shipped / "train.py")


def test_steps_that_deal_with_bad_input_are_seen(shipped: Path) -> None:
    assert report(shipped, "hardy.joblib").handles == ("missing", "unseen")
    assert report(shipped, "pipe.joblib").handles == ()


def test_what_predicts_nothing_says_so(shipped: Path) -> None:
    told = report(shipped, "scaler.joblib", "--rows", "rows.csv")
    assert told.loaded
    assert told.kind == "other"
    assert told.predicted is not None
    assert told.predicted.why == "it is a sklearn.preprocessing._data.StandardScaler, which predicts nothing"


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_reasons_are_told_on_every_python_without_packages(python: Interpreter, shipped: Path) -> None:
    program = str(python.home / "bin" / f"python{python.minor}")
    (shipped / "empty.pkl").write_bytes(b"")
    (shipped / "pointer.pkl").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")
    (shipped / "bad.pkl").write_bytes(b"\x80\x04garbage")
    header = json.dumps({"a": {"shape": [3, 4]}, "__metadata__": {}}).encode()
    (shipped / "net.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    with zipfile.ZipFile(shipped / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", "x")
    assert report(shipped, "empty.pkl", python=program).why == "the file is empty"
    assert "large file that was not delivered" in report(shipped, "pointer.pkl", python=program).why
    assert "it is not there" in report(shipped, "absent.pkl", python=program).why
    assert report(shipped, "bad.pkl", python=program).error
    weights = report(shipped, "net.safetensors", "--rows", "rows.csv", python=program)
    assert (weights.kind, weights.numbers) == ("weights", 12)
    assert weights.predicted is not None
    assert "only weights" in weights.predicted.why
    assert not report(shipped, "net.pt", python=program).loaded


def test_a_missing_library_is_named(shipped: Path) -> None:
    with zipfile.ZipFile(shipped / "net.pth", "w") as archive:
        archive.writestr("net/data.pkl", "x")
    (shipped / "m.onnx").write_bytes(b"\x08\x07")
    assert "needs torch, which cannot be imported" in report(shipped, "net.pth").why
    assert "needs onnxruntime" in report(shipped, "m.onnx").why


@pytest.mark.parametrize(
    ("documented", "name", "expected"),
    [
        ("Gradient Boosting", "sklearn.linear_model._logistic.LogisticRegression", False),
        ("Gradient Boosting", "sklearn.ensemble._gb.GradientBoostingClassifier", True),
        ("our best model, XGBoost", "xgboost.sklearn.XGBClassifier", True),
        ("RandomForestClassifier", "p.Pipeline > sklearn.ensemble._forest.RandomForestClassifier", True),
        ("a Random-Forest", "sklearn.ensemble._forest.RandomForestRegressor", True),
        ("SVM", "sklearn.svm._classes.LinearSVC", True),
        ("LSTM network", "keras.src.models.sequential.Sequential", True),
        ("Random Forest", "xgboost.sklearn.XGBClassifier", False),
        ("a secret recipe", "xgboost.sklearn.XGBClassifier", None),
        ("Random Forest", "own.Thing", None),
    ],
)
def test_families_of_models(documented: str, name: str, expected: bool | None) -> None:
    assert same_family(documented, name) is expected


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 9999, b'{"path": 3}'])
def test_what_is_no_report_is_none(content: bytes) -> None:
    assert read_model_report(content) is None


def test_nonsense_in_a_report_is_left_out() -> None:
    raw = {
        "path": "m",
        "loaded": 1,
        "columns": -3,
        "sha256": "zz",
        "compared": {"rows": 3, "equal": 7, "how": "values"},
        "predicted": {"rows": "all"},
        "against": {"path": "n", "against": {"path": "o"}},
    }
    told = read_model_report(json.dumps(raw).encode())
    assert told is not None
    assert (told.loaded, told.columns, told.sha256, told.compared) == (False, None, "", None)
    assert told.predicted is not None
    assert told.predicted.rows == 0
    assert told.against is not None
    assert told.against.against is None


def test_without_a_loaded_model_nothing_is_judged() -> None:
    told = ModelReport(path="m.pkl", why="the file is empty")
    check = t7_check([(Model(path="m.pkl", format="pickle"), told)])
    assert check.state == "not_assessable"
    assert "m.pkl: the file is empty" in check.message


def _keras_file(place: Path) -> None:
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.4.1", "date_saved": "2024-07-09"}))
        archive.writestr("config.json", "{}")


def _saved_model(place: Path) -> None:
    place.mkdir()
    graph = b"\x08\x01\x12\x26\x0a\x24" + b"\x22\x05serve" + b"\x2a\x062.11.0" + b"\x32\x07v2.11.0"
    (place / "saved_model.pb").write_bytes(graph)


def _mlflow_model(place: Path) -> None:
    place.mkdir()
    (place / "MLmodel").write_text("flavors: {}\n")
    (place / "requirements.txt").write_text(
        "mlflow==2.9.2\nscikit_learn==1.2.2; python_version<'3.12'\nnumpy==1.23.5\n"
    )


@pytest.mark.parametrize(
    ("name", "made", "told"),
    [
        ("m.json", b'{"learner":{"attributes":{}},"version":[1,7,6]}', {"xgboost": "1.7.6"}),
        ("m.ubj", b"{L\x07learner{}L\x07version[#L%b\x03i\x02i\x00i\x03}" % bytes(7), {"xgboost": "2.0.3"}),
        ("m.keras", _keras_file, {"keras": "3.4.1"}),
        ("m", _saved_model, {"tensorflow": "2.11.0"}),
        ("m", _mlflow_model, {"scikit-learn": "1.2.2"}),
        ("m.txt", b"tree\nversion=v3\nnum_class=1\n", {}),
        ("m.pkl", b"\x80\x04version[1, 2, 3]", {}),
    ],
    ids=["xgboost JSON", "xgboost UBJSON", "Keras", "SavedModel", "MLflow", "LightGBM", "a pickle that tells none"],
)  # fmt: skip
def test_a_model_tells_the_versions_that_it_was_saved_with_also_where_it_cannot_be_loaded(
    name: str, made: bytes | Callable[[Path], None], told: dict[str, str], tmp_path: Path
) -> None:
    if isinstance(made, bytes):
        (tmp_path / name).write_bytes(made)
    else:
        made(tmp_path / name)
    report = read_model_report(run(tmp_path, str(TOOLS / "model.py"), name).stdout.encode())
    assert report is not None
    assert report.saved_with == told


def test_a_saved_table_is_no_model_and_one_that_was_never_trained_predicts_nothing() -> None:
    def of(path: str, name: str, why: str, kind: str = "model") -> Inspected:
        told = Predicted(why=why)
        report = ModelReport(path=path, loaded=True, kind=kind, name=name, predicted=told)  # type: ignore[arg-type]
        return Inspected(model=Model(path=path, format="pickle"), report=report)

    table = of("rows.pkl", "pandas.core.frame.DataFrame", "it predicts nothing", "other")
    assert loaded_check([table]) is None
    forest = of("rf.pkl", "sklearn.ensemble._forest.RandomForestClassifier", "NotFittedError: it is not fitted yet")
    told = loaded_check([table, forest])
    assert told is not None
    assert told.state == "fail"
    assert "rf.pkl (RandomForestClassifier) was saved before it was trained" in told.message
