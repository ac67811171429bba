"""Tables of documents, text tables of programs, and what their rows and columns say."""

from __future__ import annotations

from heldout.sources.handover.claims import read_numbers
from heldout.sources.handover.plan import Reading


def markdown(*rows: str) -> tuple[Reading, ...]:
    head, *rest = rows
    rule = "|".join("---" for _ in head.split("|"))
    return read_numbers("# Results\n\n" + "\n".join([head, rule, *rest]) + "\n", "README.md", "markdown")


def test_columns_of_goals_changes_and_other_peoples_work_are_left_out() -> None:
    found = markdown(
        "Model | Accuracy | Target accuracy | SOTA accuracy | Improvement", "SVM | 0.91 | 0.95 | 0.99 | +2%"
    )
    assert [r.value for r in found] == [0.91]


def test_rows_of_other_peoples_work_are_left_out() -> None:
    found = markdown("Model | Accuracy", "Ours (SVM) | 0.91", "Smith et al. | 0.95", "Human | 0.99")
    assert [r.value for r in found] == [0.91]


def test_a_column_of_deviations_is_the_spread_of_the_one_before_it() -> None:
    found = markdown("Model | Accuracy | Std", "SVM | 0.91 | 0.02")
    assert [(r.value, r.spread) for r in found] == [(0.91, 0.02)]


def test_a_row_of_a_metric_with_mean_and_deviation() -> None:
    found = markdown("Metric | mean | sd", "f1 | 0.338 | 0.045", "auc | 0.844 | 0.015")
    assert [(r.metric, r.value, r.spread) for r in found] == [("f1", 0.338, 0.045), ("roc_auc", 0.844, 0.015)]


def test_a_limit_in_a_cell_is_no_value() -> None:
    assert markdown("Metric | Value", "Accuracy | > 95%", "F1 | 0.9")[0].metric == "f1"


def test_only_the_last_epoch_of_a_table_counts() -> None:
    found = markdown("Epoch | Loss | Accuracy", "1 | 0.9 | 0.7", "2 | 0.5 | 0.8")
    assert {(r.metric, r.value) for r in found} == {("loss", 0.5), ("accuracy", 0.8)}


def test_a_data_frame_whose_columns_stand_one_space_apart() -> None:
    output = (
        "         model_type wine_type  accuracy  precision  recall     f1\n"
        "      Random Forest       red    0.7583     0.7622  0.7583 0.7566\n"
        "           AdaBoost     white    0.5721     0.5741  0.5720 0.5719\n"
    )
    found = {(r.model, r.metric): r.value for r in read_numbers(output, "stdout", "log")}
    assert found["Random Forest", "f1"] == 0.7566
    assert found["AdaBoost", "precision"] == 0.5741
    assert len(found) == 8


def test_a_data_frame_with_its_index() -> None:
    output = (
        "                 model  accuracy     f1\n"
        "0  Logistic Regression     0.910  0.880\n"
        "1                  SVM     0.920  0.890\n"
    )
    found = [(r.model, r.metric, r.value) for r in read_numbers(output, "stdout", "log")]
    assert found == [
        ("Logistic Regression", "accuracy", 0.91),
        ("Logistic Regression", "f1", 0.88),
        ("SVM", "accuracy", 0.92),
        ("SVM", "f1", 0.89),
    ]


def test_the_names_of_rows_to_the_left_of_the_first_heading() -> None:
    output = "               accuracy     f1\nRandom Forest      0.91   0.88\n"
    assert [(r.model, r.metric, r.value) for r in read_numbers(output, "stdout", "log")] == [
        ("Random Forest", "accuracy", 0.91),
        ("Random Forest", "f1", 0.88),
    ]


def test_of_a_description_only_the_mean_counts() -> None:
    text = ",accuracy,f1\ncount,5,5\nmean,0.91,0.88\nstd,0.01,0.02\nmin,0.90,0.85\nmax,0.93,0.91\n"
    assert [r.value for r in read_numbers(text, "scores.csv", "csv")] == [0.91, 0.88]


def test_the_thresholds_of_a_curve_are_no_claims() -> None:
    rows = "".join(f"{i / 10},{1 - i / 10},{0.5 + i / 20},{0.6}\n" for i in range(10))
    assert not read_numbers("threshold,recall,precision,f1\n" + rows, "metrics.csv", "csv")


def test_rows_about_single_pictures_are_no_claims() -> None:
    text = "image,mae\na/1.jpg,0.1\na/2.jpg,0.2\n"
    assert not read_numbers(text, "errors.csv", "csv")


def test_a_table_of_html() -> None:
    page = "<table><tr><th>Model</th><th>Accuracy</th></tr>\n<tr><td>SVM</td><td>91.2%</td></tr></table>"
    (reading,) = read_numbers(page, "index.html", "html")
    assert (reading.model, reading.value, reading.location.line) == ("SVM", 0.912, 2)


def test_a_table_of_restructured_text() -> None:
    text = "Results\n=======\n\n=====  ========\nModel  Accuracy\n=====  ========\nSVM    0.912\n=====  ========\n"
    (reading,) = read_numbers(text, "README.rst", "rst")
    assert (reading.model, reading.value) == ("SVM", 0.912)


def test_a_report_in_a_table_of_markdown_has_its_classes() -> None:
    found = markdown("class | precision | recall | f1-score | support", "ship | 0.9 | 0.8 | 0.85 | 100")
    assert {r.average for r in found} == {"class ship"}
