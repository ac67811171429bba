"""Files of numbers, model cards, notebooks and code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heldout.sources.handover.claims import kind_of, read_numbers
from heldout.sources.handover.notebooks import CellRun, NotebookRun, alone_in


def test_a_key_that_says_which_class_becomes_the_label() -> None:
    (reading,) = read_numbers('{"recall_alto": 0.15}', "metrics.json", "json")
    assert (reading.metric, reading.label) == ("recall", "alto")


@pytest.mark.parametrize(
    "text",
    [
        '{"fit_time": 0.91, "accuracy_threshold": 0.5, "n_estimators": 100}',
        '{"accuracy_std": 0.02}',
        '{"desviacion_estandar": {"roc_auc": 0.004}}',
        '{"ganancia_marginal": {"pr_auc": 0.0009}}',
        '{"thresholds": {"accuracy": 0.9}}',
        '{"config": {"target_accuracy": 0.9}}',
        '{"acc_now_delinq": 0.5}',
        '{"drift": {"accuracy": 0.9}}',
    ],
)
def test_keys_that_are_no_quality(text: str) -> None:
    assert not read_numbers(text, "metrics.json", "json")


def test_a_mean_and_its_deviation_stand_side_by_side() -> None:
    (reading,) = read_numbers('{"mae": {"mean": 1.5, "std": 0.25}}', "metrics.json", "json")
    assert (reading.value, reading.spread) == (1.5, 0.25)


def test_names_in_the_objects_around_a_number() -> None:
    text = '[{"model": "SVM", "accuracy": 0.91},\n {"model": "Random Forest", "accuracy": 0.93}]'
    found = read_numbers(text, "results.json", "json")
    assert [(r.model, r.value, r.location.line) for r in found] == [("SVM", 0.91, 1), ("Random Forest", 0.93, 2)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("yaml", "test:\n  accuracy: 0.91\n"),
        ("toml", "[test]\naccuracy = 0.91\n"),
        ("json", '{"test":\n {"accuracy": 0.91}}'),
        ("csv", "split,accuracy\ntest,0.91\n"),
    ],
)
def test_the_same_in_every_format(kind: Any, text: str) -> None:
    (reading,) = read_numbers(text, f"x.{kind}", kind)
    assert (reading.metric, reading.value, reading.split, reading.location.line) == ("accuracy", 0.91, "test", 2)


def test_the_name_of_a_file_tells_the_split() -> None:
    assert read_numbers('{"accuracy": 0.91}', "out/test_metrics.json", "json")[0].split == "test"
    assert read_numbers('{"accuracy": 0.91}', "out/training_metrics.json", "json")[0].split == "unknown"
    assert read_numbers('{"accuracy": 0.91}', "out/eval_results.json", "json")[0].split == "unknown"


def test_headings_of_two_levels() -> None:
    text = "model,accuracy,accuracy\n,mean,std\nSVM,0.91,0.02\n"
    found = read_numbers(text, "cv.csv", "csv")
    assert [(r.model, r.value) for r in found] == [("SVM", 0.91)]


def test_a_search_names_its_settings() -> None:
    text = "param_max_depth,mean_test_score,rank_test_score\n3,0.77,1\n"
    (reading,) = read_numbers(text, "search.csv", "csv")
    assert (reading.metric, reading.split, reading.label) == ("score", "cross-validation", "param_max_depth 3")


MODEL_INDEX = """---
license: mit
model-index:
- name: my-model
  results:
  - task: {type: text-classification}
    dataset: {name: imdb, type: imdb, split: test}
    metrics:
    - type: accuracy
      value: 0.932
---

# My model
"""


def test_the_index_of_a_model_card() -> None:
    (reading,) = read_numbers(MODEL_INDEX, "README.md", "markdown")
    assert (reading.metric, reading.value, reading.split, reading.location.line) == ("accuracy", 0.932, "test", 10)


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells), "nbformat": 4})


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def test_the_outputs_of_a_notebook_have_their_cell() -> None:
    text = notebook({"cell_type": "markdown", "source": "## SVM"}, code("print(acc)", stream("Accuracy: 0.91\n")))
    (reading,) = read_numbers(text, "a.ipynb", "notebook")
    assert (reading.metric, reading.model, reading.location.cell, reading.location.line) == ("accuracy", "SVM", 2, None)


def test_a_number_shown_alone_is_what_its_expression_computes() -> None:
    shown = {"output_type": "execute_result", "data": {"text/plain": ["0.7587"]}}
    (reading,) = read_numbers(notebook(code("roc_auc_score(y_test, p)", shown)), "a.ipynb", "notebook")
    assert (reading.metric, reading.value) == ("roc_auc", 0.7587)


PRINTS = "p = m.predict(x)\nprint(accuracy_score(y, p))\nprint(confusion_matrix(y, p))\nprint(precision_score(y, p))"


def test_numbers_printed_alone_are_what_the_cell_prints_in_this_order() -> None:
    shown = stream("0.9709\n[[896   0]\n [ 30 108]]\n1.0\n")
    found = read_numbers(notebook(code(PRINTS, shown)), "a.ipynb", "notebook")
    assert [(r.metric, r.value, r.location.line) for r in found] == [("accuracy", 0.9709, 2), ("precision", 1.0, 4)]
    one = stream("0.9709\n[[896   0]\n [ 30 108]]\n")
    assert read_numbers(notebook(code(PRINTS, one)), "a.ipynb", "notebook") == (), "whose the one number is, is open"


def test_a_run_of_the_notebook_names_them_too() -> None:
    run = NotebookRun(notebook="a.ipynb", cells=(CellRun(cell=1, status="ok", text="0.9709\n[[1 0]]\n1.0\n0.81"),))
    content = notebook(code(f"{PRINTS}\nroc_auc_score(y, p)")).encode()
    found = alone_in("a.ipynb", content, run)
    assert [(r.metric, r.value) for r in found] == [("accuracy", 0.9709), ("precision", 1.0), ("roc_auc", 0.81)]
    assert {(r.location.path, r.location.cell) for r in found} == {("a.ipynb", 1)}


def test_a_broken_notebook_states_nothing() -> None:
    assert read_numbers('{"cells": 3}', "a.ipynb", "notebook") == ()
    assert read_numbers("{", "a.ipynb", "notebook") == ()
    assert read_numbers(notebook({"cell_type": "code", "outputs": "x", "source": None}), "a.ipynb", "notebook") == ()


def test_comments_claim_and_code_does_not() -> None:
    text = "# Test accuracy: 0.91\naccuracy = 0.5\n# model.score(accuracy=0.7)\nprint('accuracy: 0.3')\n"
    found = read_numbers(text, "train.py", "python")
    assert [(r.value, r.location.line) for r in found] == [(0.91, 1)]


def test_an_example_in_a_docstring_is_no_claim() -> None:
    text = '"""Metrics.\n\n>>> scores(y, p)\n{\'f1\': 0.8}\n"""\n'
    assert read_numbers(text, "metrics.py", "python") == ()


def test_a_docstring_claims() -> None:
    text = '"""Train the model.\n\nReaches an accuracy of 0.91 on the test set.\n"""\n'
    assert [(r.value, r.location.line) for r in read_numbers(text, "train.py", "python")] == [(0.91, 3)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", "markdown"),
        ("docs/a.rst", "rst"),
        ("README", "log"),
        ("README.txt", "markdown"),
        ("out.txt", "log"),
        ("a/b.ipynb", "notebook"),
        ("x.tsv", "csv"),
        ("model.pkl", None),
    ],
)
def test_kinds(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
