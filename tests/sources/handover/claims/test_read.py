"""Numbers about quality in texts, tables, files and outputs, and what is none."""

from __future__ import annotations

import pytest

from heldout.sources.handover.claims import read_numbers
from heldout.sources.handover.plan import Reading


def said(text: str, kind: str = "markdown") -> list[tuple[str, float]]:
    return [(r.metric, round(r.value, 9)) for r in read_numbers(text, "README.md", kind)]


def only(text: str, kind: str = "markdown") -> Reading:
    (reading,) = read_numbers(text, "README.md", kind)
    return reading


@pytest.mark.parametrize(
    ("text", "metric", "value"),
    [
        ("The model reaches an accuracy of 91.67% on the test set.", "accuracy", 0.9167),
        ("R² = 0.687", "r2", 0.687),
        ("F1-score: 0.87 (+/- 0.04)", "f1", 0.87),
        ("AUC .7587", "roc_auc", 0.7587),
        ("Mean Absolute Error (MAE): 4,495.15", "mae", 4495.15),
        ("We got 95% test accuracy", "accuracy", 0.95),
        ("**ROC-AUC**: `0.9809`", "roc_auc", 0.9809),
        ("The accuracy of the random forest model is 92%", "accuracy", 0.92),
        ("La exactitud del modelo es del 93,5 %", "accuracy", 0.935),
        ("acurácia de 0,89 no conjunto de teste", "accuracy", 0.89),
        ("L'exactitude obtenue est de 91,2 %", "accuracy", 0.912),
        ("Das Modell erreicht eine Genauigkeit von 94,2 %", "accuracy", 0.942),
        ("MAE: 4.495,15", "mae", 4495.15),
        ("模型准确率达到95.3%", "accuracy", 0.953),
        ("Точность модели составила 93.2%", "accuracy", 0.932),
        ("MAPE: 10.9", "mape", 0.109),
    ],
)
def test_a_sentence_states_a_number(text: str, metric: str, value: float) -> None:
    assert said(text) == [(metric, value)]


@pytest.mark.parametrize(
    "text",
    [
        "accuracy should reach 0.9",
        "Target: accuracy of at least 95%",
        "improved accuracy by 5%",
        "State-of-the-art accuracy is 99.2%",
        "Smith et al. report an accuracy of 97%",
        "precision=3, learning_rate=0.01",
        "The 95% confidence interval of accuracy",
        "A random classifier would have an AUC of 0.5",
        "fit_time 0.91 s",
        "accuracy_threshold: 0.5",
        "scikit-learn==1.3.2 and f1 2.0.1",
        "Retrain if accuracy falls below 0.8",
    ],
)
def test_what_is_no_result_is_left_out(text: str) -> None:
    assert said(text) == []


def test_splits_and_chained_numbers() -> None:
    found = read_numbers("Accuracy: 0.99 (train), 0.95 (test)", "README.md", "markdown")
    assert [(r.value, r.split) for r in found] == [(0.99, "train"), (0.95, "test")]


def test_a_list_of_names_and_of_numbers() -> None:
    text = "Precision, recall and F1 of 0.9, 0.8 and 0.85"
    assert said(text) == [("precision", 0.9), ("recall", 0.8), ("f1", 0.85)]


def test_a_table_has_its_models_and_lines() -> None:
    rows = "| Random Forest | 91.2% | 3.1 |\n| SVM | 0.89 | 0.5 |\n"
    text = "# Results\n\n| Model | Accuracy | Fit time (s) |\n|---|---|---|\n" + rows
    found = read_numbers(text, "README.md", "markdown")
    assert [(r.model, r.value, r.location.line) for r in found] == [("Random Forest", 0.912, 5), ("SVM", 0.89, 6)]


def test_a_table_with_the_metrics_in_its_first_column() -> None:
    text = "| Metric | Train | Test | Target |\n|---|---|---|---|\n| RMSE | 1.2 | 1.5 | 1.0 |\n"
    found = read_numbers(text, "README.md", "markdown")
    assert [(r.value, r.split) for r in found] == [(1.2, "train"), (1.5, "test")]


def test_a_badge() -> None:
    text = "![acc](https://img.shields.io/badge/accuracy-94.2%25-green?style=flat)"
    assert said(text) == [("accuracy", 0.942)]


def test_nested_keys_name_model_and_split() -> None:
    reading = only('{"rf": {\n "test": {\n "accuracy": 0.93}}}', "json")
    assert (reading.model, reading.split, reading.location.line) == ("RF", "test", 3)


def test_a_classification_report() -> None:
    text = (
        "              precision    recall  f1-score   support\n\n"
        "           0       0.90      0.88      0.89       842\n"
        "           1       0.60      0.64      0.62       238\n\n"
        "    accuracy                           0.83      1080\n"
        "   macro avg       0.75      0.76      0.75      1080\n"
    )
    found = {(r.metric, r.average): r.value for r in read_numbers(text, "stdout", "log")}
    assert found["f1", "class 1"] == 0.62
    assert found["f1", "macro"] == 0.75
    assert found["accuracy", ""] == 0.83


def test_the_last_epoch_counts() -> None:
    text = (
        "Epoch 1/2\n100/100 [====] - 3s 2ms/step - loss: 0.9 - accuracy: 0.71 - val_loss: 0.8 - val_accuracy: 0.75\n"
        "Epoch 2/2\n100/100 [====] - 3s 2ms/step - loss: 0.4 - accuracy: 0.91 - val_loss: 0.5 - val_accuracy: 0.88\n"
    )
    found = {(r.metric, r.split): r.value for r in read_numbers(text, "stdout", "log")}
    assert found["accuracy", "train"] == 0.91
    assert found["accuracy", "validation"] == 0.88
    assert len(found) == 4


@pytest.mark.parametrize("mark", ["[", "- ", "{a: "])
def test_settings_nested_too_deep_for_their_library_state_nothing(mark: str) -> None:
    deep = mark * 60_000
    assert not read_numbers(deep, "metrics.yaml", "yaml")
    assert said(f"---\n{deep}\n---\n\nAccuracy: 0.93\n") == [("accuracy", 0.93)]
