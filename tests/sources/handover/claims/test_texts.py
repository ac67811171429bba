"""Sentences and lists: which number is said of which metric, split, model and class, and what is no result."""

from __future__ import annotations

import pytest

from heldout.sources.handover.claims import read_numbers


def said(text: str) -> list[tuple[str, float]]:
    return [(r.metric, round(r.value, 9)) for r in read_numbers(text, "README.md", "markdown")]


@pytest.mark.parametrize(
    ("text", "metric", "value"),
    [
        ("Accuracy went from 70% to 85%.", "accuracy", 0.85),
        ("recall: `0.5256 -> 0.8077`", "recall", 0.8077),
        ("RMSE dropped from 1.9 to 1.2", "rmse", 1.2),
        ("识别准确率提高到了 80% 左右。", "accuracy", 0.8),
        ("在测试集上达到约80%的分类准确率", "accuracy", 0.8),
        ("Il tasso di accuratezza si aggirerà intorno al: 81.48%", "accuracy", 0.8148),
        ("El modelo logró una precisión de clasificación del 87.8%.", "accuracy", 0.878),
        ("Modelo XGBoost entrenado con 85.1% de precisión", "accuracy", 0.851),
        ("Точность на тестовой выборке: 0,91", "accuracy", 0.91),
        ("Test-Genauigkeit: 94,2 %", "accuracy", 0.942),
        ("Precisão do modelo: 92%", "accuracy", 0.92),
        ("R^2 skoru sonucu 96%", "r2", 0.96),
        ("Modelin doğruluğu: %91,5", "accuracy", 0.915),
        ("Doğruluk oranı: 0.91", "accuracy", 0.91),
        ("F1 skoru % 88", "f1", 0.88),
        ("정확도: 0.912", "accuracy", 0.912),
        ("The model gets 0.94 test AUC", "roc_auc", 0.94),
        ("It is 99.2% accurate, accuracy 99.2%", "accuracy", 0.992),
        ("Log loss = 0.3049", "log_loss", 0.3049),
        ("Matthews correlation coefficient: 0.61", "mcc", 0.61),
        ("mAP@0.5: 0.873", "map_50", 0.873),
        ("BLEU: 27.4", "bleu", 0.274),
        ("R-squared Score: 0.6870", "r2", 0.687),
        ("top-1 accuracy of 76.3%", "accuracy", 0.763),
        ("    <li><b>Overall accuracy:</b> 75,2%</li>", "accuracy", 0.752),
        ("Accuracy: <strong>75%</strong>", "accuracy", 0.75),
        ("<b>The accuracy of the algorithm was approximately 75%</b>, though", "accuracy", 0.75),
        ("Gaussian Naive Bayes reached 97% accuracy.", "accuracy", 0.97),
        ("NRMSE: 3.49", "nrmse", 3.49),
        ("SMAPE 12.3%", "smape", 0.123),
        (
            "The model is significant (LLR p-value < 0.001) with a Pseudo R² of 0.255.",
            "pseudo_r2",
            0.255,
        ),
        ("ANOVA (p<0.05) and an R² of 0.61", "r2", 0.61),
        ("McFadden's R²: 0.31", "pseudo_r2", 0.31),
    ],
)
def test_results(text: str, metric: str, value: float) -> None:
    assert said(text) == [(metric, value)]


@pytest.mark.parametrize(
    "text",
    [
        "Expect accuracy between 85% and 90%",
        "Expected accuracy: 95%",
        "AUC > 0.9: excellent",
        "For example, an accuracy of 0.9 means that 90 of 100 are right",
        "Trial 5 achieved 0.31 recall at threshold 0.5",
        "Standard deviation of RMSLE across all folds: 0.0378",
        "With these settings accuracy varies by +/- 0.5% between runs",
        "variations of ±0.5% in accuracy",
        "Accuracy fell by 12%",
        "The loss was a problem.5 Matthews correlation coefficient (MCC).7",
        "Human-level accuracy is 94.9%",
        "- [ ] accuracy of 95%",
        "Alert when the error rate is above 5%",
        "Latency p95 0.2 s, error rate: 0.1%",
        "accuracy ranges from 0.5 to 1.0",
        "准确率目标 95%",
        "Se espera una exactitud superior al 90%",
        "accuracy: 0.1234",
        "See section 4.2 on accuracy",
    ],
)
def test_no_results(text: str) -> None:
    assert said(text) == []


def test_the_sections_about_goals_and_limits_state_nothing() -> None:
    text = "# Model\n\n## Success criteria\n\n- Accuracy: 0.95\n\n## Results\n\n- Accuracy: 0.91\n"
    assert said(text) == [("accuracy", 0.91)]


def test_a_heading_names_the_model_and_the_split() -> None:
    text = "# Results\n\n## Random Forest\n\n**Test set metrics:**\n\n- Accuracy: 0.91\n- F1: 0.88\n"
    found = read_numbers(text, "README.md", "markdown")
    assert {(r.metric, r.model, r.split) for r in found} == {
        ("accuracy", "Random Forest", "test"),
        ("f1", "Random Forest", "test"),
    }


def test_training_a_model_is_no_training_set() -> None:
    text = "## Train and compare models\n\nXGBoost accuracy: 0.91\n"
    (reading,) = read_numbers(text, "README.md", "markdown")
    assert reading.split == "unknown"


def test_a_list_of_classes_under_the_name_of_a_metric() -> None:
    text = "- **Per-Class Accuracy:**\n    - Ship: 94.0%\n    - Frog: 90.4%\n"
    found = read_numbers(text, "README.md", "markdown")
    assert [(r.value, r.average) for r in found] == [(0.94, "class Ship"), (0.904, "class Frog")]


def test_a_class_at_the_beginning_of_a_line_under_a_heading_about_classes() -> None:
    text = "### Per-class performance\n\n- **MEL** (Melanoma): F1 = 0.89\n"
    (reading,) = read_numbers(text, "README.md", "markdown")
    assert (reading.metric, reading.average) == ("f1", "class MEL")


def test_the_model_that_it_is_compared_with_is_not_its_own() -> None:
    text = "Random Forest did better than XGBoost, with an accuracy of 0.91."
    (reading,) = read_numbers(text, "README.md", "markdown")
    assert reading.model == "Random Forest"


def test_a_word_of_two_meanings_takes_that_of_its_company() -> None:
    output = "Précision : 0.72\nRappel : 0.76\nExactitude : 0.76\n"
    assert [r.metric for r in read_numbers(output, "stdout", "log")] == ["precision", "recall", "accuracy"]
    assert [r.metric for r in read_numbers("Précision : 0.72", "stdout", "log")] == ["accuracy"]


def test_bounds() -> None:
    found = read_numbers("It reaches over 95% accuracy.\n\nAUC is about 0.9\n\nRMSE: 0.99+", "README.md", "markdown")
    assert [(r.metric, r.bound) for r in found] == [
        ("accuracy", "at_least"),
        ("roc_auc", "about"),
        ("rmse", "at_least"),
    ]


def test_a_fence_of_the_output_of_a_run_counts_and_a_command_does_not() -> None:
    text = "# Results\n\n```\nTest accuracy: 0.912\n```\n\n```bash\npython train.py --accuracy 0.5\n```\n"
    assert said(text) == [("accuracy", 0.912)]


def test_an_answer_of_a_service_is_no_result() -> None:
    text = '# API\n\n## Example response\n\n```json\n{"prediction": 1, "accuracy": 0.93}\n```\n'
    assert said(text) == []


def test_the_log_of_a_training_in_a_document_ends_with_its_last_epoch() -> None:
    lines = "".join(f"Epoch [{i}/3] Train Loss: 0.{9 - i}1, Val Acc: 0.8{i}\n" for i in (1, 2, 3))
    assert said(f"# Log\n\n{lines}") == [("loss", 0.61), ("accuracy", 0.83)]


def test_what_the_numbers_of_one_table_each_are_about() -> None:
    table = "| Model | Accuracy |\n|---|---|\n| SVM | {} |\n\n"
    text = f"# Results\n\n## Iris\n\n{table.format('0.91')}## Wine\n\n{table.format('0.87')}"
    found = read_numbers(text, "README.md", "markdown")
    assert [(r.value, r.label) for r in found] == [(0.91, "Iris"), (0.87, "Wine")]


def test_the_line_is_that_of_the_number_in_a_paragraph_of_several() -> None:
    text = "We trained a model.\nIt reaches an\naccuracy of 0.91 on the test set.\n"
    (reading,) = read_numbers(text, "README.md", "markdown")
    assert reading.location.line == 3


@pytest.mark.parametrize(
    "text",
    [
        "Train on all weeks but the last 13, score on those: MAE 4.33",
        "`train.py` trains on all weeks but the last 13 and scores on those: mean absolute error 4.33",
        "We train on 2019 to 2021 and evaluate on 2022 (MAE 4.33).",
    ],
)
def test_to_train_on_something_is_no_score_on_training_rows(text: str) -> None:
    assert [(r.metric, r.split) for r in read_numbers(text, "README.md", "markdown")] == [("mae", "unknown")]
