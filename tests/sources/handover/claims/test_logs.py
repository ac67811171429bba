"""What programs print: the last epoch of a training, no progress, no tries of a search."""

from __future__ import annotations

import pytest

from heldout.sources.handover.claims import read_numbers


def printed(text: str) -> dict[tuple[str, str], float]:
    return {(r.metric, r.split): r.value for r in read_numbers(text, "stdout", "log")}


@pytest.mark.parametrize(
    "line",
    [
        "Epoch {i}/3 | train loss 0.{j} | val accuracy 0.8{i}",
        "epoch {i}: train_loss=0.{j} val_acc=0.8{i}",
        "[{i}] training loss: 0.{j}, validation accuracy: 0.8{i}",
        "Época {i} - train loss: 0.{j} - val accuracy: 0.8{i}",
        "第 {i} 轮 train loss: 0.{j} val accuracy: 0.8{i}",
    ],
)
def test_the_last_epoch(line: str) -> None:
    text = "\n".join(line.format(i=i, j=9 - i) for i in (1, 2, 3))
    assert printed(text) == {("loss", "train"): 0.6, ("accuracy", "validation"): 0.83}


def test_what_a_summary_of_statsmodels_says_of_the_fit() -> None:
    text = "Method:    MLE   Df Model:            4\nDate:  Tue, 17 Feb 2026   Pseudo R-squ.:      0.2551\n"
    assert printed(text) == {("pseudo_r2", "unknown"): 0.2551}


def test_lightgbm_and_xgboost() -> None:
    text = "[100]\tvalid_0's auc: 0.81\n[200]\tvalid_0's auc: 0.84\n"
    assert printed(text) == {("roc_auc", "validation"): 0.84}
    text = "[0]\tvalidation_0-logloss:0.69\n[1]\tvalidation_0-logloss:0.61\n"
    assert printed(text) == {("log_loss", "validation"): 0.61}


def test_a_bar_that_is_not_at_its_end_says_nothing() -> None:
    text = "57/100 [====>......] - ETA: 12s - loss: 0.4 - accuracy: 0.81"
    assert printed(text) == {}


def test_a_line_that_was_written_over_is_read_as_it_was_left() -> None:
    assert printed("accuracy: 0.5\raccuracy: 0.9") == {("accuracy", "unknown"): 0.9}


def test_tries_of_a_search_and_checkpoints_are_no_results() -> None:
    lines = (
        "[CV 1/5] END C=1;, score=0.91 total time= 0.1s",
        "Trial 3 finished with accuracy: 0.93",
        "val_loss improved from 0.5 to 0.4",
    )
    assert printed("\n".join(lines)) == {}


def test_two_trainings_each_have_a_last_epoch() -> None:
    one = "Model: SVM\nEpoch 1 accuracy: 0.7\nEpoch 2 accuracy: 0.8\n"
    found = read_numbers(one + one.replace("SVM", "CNN").replace("0.8", "0.9"), "stdout", "log")
    assert [(r.model, r.value) for r in found] == [("SVM", 0.8), ("CNN", 0.9)]


def test_a_class_named_on_a_line_holds_for_its_block() -> None:
    text = "Label: ship\n  precision: 0.74\n\nLabel: frog\n  precision: 0.81\n\naccuracy: 0.68\n"
    found = read_numbers(text, "stdout", "log")
    assert [(r.metric, r.average) for r in found] == [
        ("precision", "class ship"),
        ("precision", "class frog"),
        ("accuracy", ""),
    ]


def test_a_line_above_names_the_model() -> None:
    text = "=== Random Forest ===\nAccuracy: 0.91\n=== SVM ===\nAccuracy: 0.89\n"
    assert [(r.model, r.value) for r in read_numbers(text, "stdout", "log")] == [("Random Forest", 0.91), ("SVM", 0.89)]


def test_the_layers_of_a_network_are_no_models() -> None:
    text = "(fc): Linear(in_features=512, out_features=2)\nAccuracy: 0.91\n"
    assert [r.model for r in read_numbers(text, "stdout", "log")] == [""]


def test_ultralytics_and_coco() -> None:
    yolo = (
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)\n"
        "                   all        128        929      0.668      0.532      0.611      0.443\n"
    )
    assert printed(yolo)["map_50", "unknown"] == 0.611
    coco = " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.412\n"
    assert [(r.metric, r.value) for r in read_numbers(coco, "stdout", "log")] == [("map_50_95", 0.412)]


@pytest.mark.parametrize("value", ["0.797", "np.float64(0.797)", "tensor(0.797, device='cuda:0')"])
def test_a_dictionary_that_was_printed(value: str) -> None:
    text = f"{{'test_recall': {value}, 'std_recall': 0.08, 'train_recall': 0.84}}"
    assert printed(text) == {("recall", "test"): 0.797, ("recall", "train"): 0.84}


def test_headings_of_two_words_cut_no_cell_of_a_printed_table() -> None:
    single = (
        "                 Model  Accuracy  F1 Score     Mean\n"
        "1  Logistic Regression     0.945  0.937408  0.91758\n"
        "2        Decision Tree     0.915  0.911650  0.88384\n"
    )
    double = (
        "                 Model     mean  Test Accuracy  Test F1 Macro\n"
        "1  Logistic Regression  0.91758          0.945        0.93741\n"
        "2        Decision Tree  0.88384          0.915        0.91165\n"
    )
    read = [(r.metric, r.value, r.model) for r in read_numbers(single, "stdout", "log")]
    assert read == [
        ("accuracy", 0.945, "Logistic Regression"),
        ("f1", 0.937408, "Logistic Regression"),
        ("accuracy", 0.915, "Decision Tree"),
        ("f1", 0.911650, "Decision Tree"),
    ]
    tests = [(r.metric, r.value, r.split, r.average) for r in read_numbers(double, "stdout", "log")]
    assert tests[:2] == [("accuracy", 0.945, "test", ""), ("f1", 0.93741, "test", "macro")]


def test_a_class_that_a_line_names_is_told_apart_from_the_whole() -> None:
    text = "General accuracy: 0.752\nClass 1 accuracy: 0.766, Class 2 accuracy: 0.741\n"
    text += "Class 0 - precision: 0.8, recall: 0.7\nMulti-class accuracy: 0.751\n"
    found = [(r.metric, r.average, r.value) for r in read_numbers(text, "stdout", "log")]
    assert found == [
        ("accuracy", "", 0.752),
        ("accuracy", "class 1", 0.766),
        ("accuracy", "class 2", 0.741),
        ("precision", "class 0", 0.8),
        ("recall", "class 0", 0.7),
        ("accuracy", "", 0.751),
    ]
