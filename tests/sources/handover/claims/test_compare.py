"""Claims beside what runs measured."""

from __future__ import annotations

import pytest

from heldout.evidence.types import Location
from heldout.sources.handover.claims import compare, read_numbers
from heldout.sources.handover.plan import Claim, Reading


def claim(text: str) -> Claim:
    (reading,) = read_numbers(text, "README.md", "markdown")
    return Claim(**dict(reading), id="c1")


def runs(*outputs: str) -> list[tuple[Reading, ...]]:
    return [read_numbers(output, "stdout", "log") for output in outputs]


def verdict(text: str, *outputs: str) -> str:
    (result,) = compare([claim(text)], runs(*outputs))
    return result.verdict


def test_identical_repeats_need_not_hit_the_claim_to_the_last_bit() -> None:
    assert verdict("accuracy of 0.86", *["accuracy: 0.8590"] * 5) == "match"


def test_a_wrong_number_is_contradicted_and_the_message_has_both() -> None:
    (result,) = compare(
        [claim("Gradient Boosting accuracy: 91.67%")], runs(*["Gradient Boosting accuracy: 0.8833"] * 5)
    )
    assert result.verdict == "contradicted"
    assert "91.67%" in result.message
    assert "88.33" in result.message
    assert "worse" in result.message


def test_noise_over_five_runs() -> None:
    values = ["0.84", "0.87", "0.85", "0.88", "0.86"]
    assert verdict("accuracy of 0.830", *[f"accuracy: {v}0" for v in values]) == "within_noise"
    assert verdict("accuracy of 0.930", *[f"accuracy: {v}0" for v in values]) == "contradicted"


def test_below_five_runs_the_range_stands_for_the_interval() -> None:
    assert verdict("accuracy of 0.850", "accuracy: 0.840", "accuracy: 0.870") == "within_noise"
    assert verdict("accuracy of 0.880", "accuracy: 0.840", "accuracy: 0.870") == "contradicted"


def test_what_no_run_measured_is_absent() -> None:
    assert verdict("accuracy of 0.85", "F1: 0.85") == "absent"
    assert verdict("accuracy of 0.85") == "absent"


def test_names_decide_before_values() -> None:
    output = "Random Forest accuracy: 0.85\nSVM accuracy: 0.91"
    assert verdict("SVM accuracy: 0.85", output) == "contradicted"


def test_equally_named_numbers_are_ambiguous_when_one_could_agree_by_chance() -> None:
    output = "accuracy: 0.81\naccuracy: 0.85\naccuracy: 0.90\naccuracy: 0.93"
    assert verdict("accuracy of 0.85", output) == "ambiguous"
    assert verdict("accuracy of 0.8537", output.replace("0.85", "0.8537")) == "match"


def test_rounding_and_cutting_off_are_both_how_people_write() -> None:
    assert verdict("accuracy of 0.87", "accuracy: 0.8790") == "match"


def test_a_limit_is_held_by_what_is_better() -> None:
    assert verdict("It achieves over 95% accuracy.", "accuracy: 0.971") == "match"
    assert verdict("It achieves over 95% accuracy.", "accuracy: 0.931") == "contradicted"


def test_the_training_rows_are_not_the_test_rows() -> None:
    assert verdict("test accuracy of 0.95", "train accuracy: 0.95") == "absent"
    assert verdict("train accuracy of 0.95", "accuracy: 0.80") == "absent"
    assert verdict("accuracy of 0.80", "train accuracy: 0.99") == "absent"
    assert verdict("train accuracy of 0.95", "accuracy: 0.95") == "match"


@pytest.mark.parametrize(("claimed", "printed"), [("MAPE of 10.9%", "MAPE: 0.109"), ("MAPE of 0.9%", "mape: 0.9")])
def test_per_cent_and_fraction(claimed: str, printed: str) -> None:
    assert verdict(claimed, printed) == "match"


def test_a_word_of_two_meanings_is_compared_with_either() -> None:
    (reading,) = read_numbers("La precisión del modelo es 0.91", "README.md", "markdown")
    spanish = Claim(**dict(reading), id="c1")
    assert compare([spanish], runs("accuracy: 0.91"))[0].verdict == "match"


def test_a_location_is_kept() -> None:
    assert claim("accuracy of 0.85").location == Location(path="README.md", line=1, snippet="accuracy of 0.85")


def test_a_kept_copy_of_results_is_held_against_the_file_of_its_own_name() -> None:
    table = "model,accuracy\nRandom Forest,{}\n"
    (stated,) = read_numbers(table.format("0.9160"), "kept/results_b.csv", "csv")
    wrote = [
        *read_numbers(table.format("0.9160"), "out/results_a.csv", "csv"),
        *read_numbers(table.format("0.9076"), "out/results_b.csv", "csv"),
    ]
    (result,) = compare([Claim(**dict(stated), id="c1")], [tuple(wrote)] * 5)
    assert (result.verdict, set(result.got)) == ("contradicted", {0.9076})


def test_a_line_that_says_the_claims_label_is_of_the_same_thing() -> None:
    table = "| Metric | Before SMOTE | After SMOTE |\n|---|---|---|\n| Accuracy | 0.79 | 0.78 |\n"
    reading = next(r for r in read_numbers(table, "README.md", "markdown") if r.value == 0.78)
    after = Claim(**dict(reading), id="c1")
    output = "Original Accuracy: 0.79\nAccuracy After SMOTE: 0.78"
    (result,) = compare([after], runs(*[output] * 5))
    assert result.verdict == "match"
    (other,) = compare([after], runs(*[output.replace("0.78", "0.74")] * 5))
    assert other.verdict == "contradicted"


def test_a_number_of_cross_validation_is_held_against_one_that_says_so() -> None:
    (stated,) = read_numbers("Cross-validation F1 (macro) of Logistic Regression: 0.918", "README.md", "markdown")
    printed = read_numbers("Logistic Regression: CV F1 = 0.918", "stdout", "log")
    watched = read_numbers("Logistic Regression macro F1: 0.9374", "watch", "log")
    (result,) = compare([Claim(**dict(stated), id="c1")], [(*watched, *printed)] * 5)
    assert result.verdict == "match"


FOREST = "sklearn.pipeline.Pipeline > sklearn.ensemble._forest.RandomForestClassifier"


@pytest.mark.parametrize(
    ("named", "trained", "wanted"),
    [
        ("Random Forest", FOREST, "contradicted"),
        ("Decision Tree", FOREST, "absent"),
        ("Decision Tree", "makers.own.Model", "contradicted"),
        ("Gradient Boosting", "xgboost.sklearn.XGBClassifier", "contradicted"),
        ("Naive Bayes", "sklearn.naive_bayes.GaussianNB", "contradicted"),
        ("Ensemble", FOREST, "contradicted"),
        ("SVM", "sklearn.discriminant_analysis.LinearDiscriminantAnalysis", "absent"),
    ],
)
def test_a_number_without_a_name_is_not_of_a_model_that_nothing_trained(named: str, trained: str, wanted: str) -> None:
    (result,) = compare([claim(f"{named} accuracy: 0.75")], runs(*["accuracy: 0.91"] * 5), [trained])
    assert result.verdict == wanted


def test_a_number_with_the_models_name_is_nearer_than_one_without_in_the_same_file() -> None:
    place = Location(path="look.ipynb", cell=4)
    alone = [r.model_copy(update={"location": place}) for r in read_numbers("accuracy: 0.98", "look.ipynb", "log")]
    stated = claim("Decision Tree accuracy: 0.95").model_copy(update={"location": place})
    (result,) = compare([stated], [(*alone, *runs("Decision Tree accuracy: 0.95")[0])])
    assert result.verdict == "match"
