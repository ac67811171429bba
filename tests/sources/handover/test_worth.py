"""T4 says in numbers what a claim is worth; intervals agree with published figures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.evidence.types import Location
from heldout.material import Limits
from heldout.material.scan import scan_folder
from heldout.sources.handover import intervals
from heldout.sources.handover.observation import Fit, Observation, Scored, Split
from heldout.sources.handover.plan import Data, Reading
from heldout.sources.handover.tables import DataWorth, data_worth, delivered_worth
from heldout.sources.handover.worth import t4_check


def scored(**changes: object) -> Scored:
    """An honest accuracy over 500 rows, with changes."""
    fields: dict[str, object] = {
        "metric": "accuracy",
        "value": 0.85,
        "rows": 500,
        "classes": {"0": 250, "1": 250},
        "trivial": 0.5,
        "low": 0.816,
        "high": 0.879,
        "balanced": 0.85,
        "balanced_low": 0.82,
        "hashed": 500,
        "overlap": 0,
        "overlap_answers": 0,
        "fitted": 2000,
        "covered": 0.0,
        "place": "train.py:9",
    }
    return Scored.model_validate({**fields, **changes})


def test_an_honest_test_passes_with_its_numbers() -> None:
    check = t4_check([Observation(scores=(scored(),))])
    assert check.state == "pass"
    assert "500 rows" in check.message
    assert "0.816 to 0.879" in check.message
    assert str(check.locations[0]) == "train.py:9"


def test_a_perfect_score_is_a_question_and_no_fault() -> None:
    perfect = scored(value=1.0, low=0.993, high=1.0, balanced=1.0, balanced_low=0.99)
    check = t4_check([Observation(scores=(perfect,))])
    assert check.state == "pass"
    assert "ask which column tells the answer" in check.message
    check = t4_check([Observation(scores=(perfect, scored()))])
    assert "ask which column" not in check.message


def test_the_rate_of_the_commonest_class_is_worth_nothing() -> None:
    score = scored(
        value=0.943,
        rows=1000,
        classes={"0": 943, "1": 57},
        trivial=0.943,
        low=0.927,
        high=0.956,
        balanced=0.5,
        balanced_low=0.49,
    )
    auc = scored(metric="roc_auc", value=0.67, rows=1000, classes=score.classes, trivial=0.5, low=0.59, high=0.75)
    check = t4_check([Observation(scores=(score, auc))])
    assert check.state == "fail"
    assert "943 of 1,000 are the commonest class: a rule that always says so scores as well" in check.message


def test_giving_up_accuracy_to_find_the_rare_class_is_no_fault() -> None:
    score = scored(
        value=0.90,
        rows=1000,
        classes={"0": 943, "1": 57},
        trivial=0.943,
        low=0.88,
        high=0.92,
        balanced=0.88,
        balanced_low=0.83,
    )
    check = t4_check([Observation(scores=(score,))])
    assert check.state == "pass"
    assert "943 of 1,000" in check.message


def test_six_rows_are_no_test() -> None:
    score = scored(metric="r2", value=0.687, rows=6, classes={}, trivial=0.0, low=0.003, high=0.962, hashed=6)
    check = t4_check([Observation(scores=(score,))])
    assert check.state == "fail"
    assert "tested on 6 rows: R² 0.687 may be anything from 0.003 to 0.962" in check.message


def test_what_cannot_be_told_from_chance_says_so() -> None:
    check = t4_check([Observation(scores=(scored(value=0.55, rows=60, low=0.42, high=0.67, balanced_low=0.4),))])
    assert check.state == "fail"
    assert "cannot be told from a rule that looks at no input, which scores 0.500" in check.message


def test_the_best_of_several_models_counts() -> None:
    poor = scored(value=0.5, low=0.45, high=0.55, balanced=0.5, balanced_low=0.45)
    assert t4_check([Observation(scores=(poor, scored()))]).state == "pass"


def test_a_yardstick_of_the_deliverys_own_is_no_claim() -> None:
    dummy = scored(value=0.5, low=0.45, high=0.55, balanced=0.5, balanced_low=0.4, rows=900)
    dummy = dummy.model_copy(update={"model": "sklearn.dummy.DummyClassifier"})
    assert t4_check([Observation(scores=(dummy,))]).state == "not_assessable"
    assert t4_check([Observation(scores=(dummy, scored()))]).state == "pass"


def test_test_rows_in_the_training_are_counted() -> None:
    split = Split(train=1800, test=600, equal=528, equal_answers=528, hashed=600, place="model.py:5")
    check = t4_check([Observation(scores=(scored(),), splits=(split,))])
    assert check.state == "fail"
    assert "528 of 600 test rows are equal to a row of the training" in check.message


def test_equal_rows_of_few_distinct_values_are_no_leak() -> None:
    split = Split(train=1800, test=600, equal=590, hashed=600, chance=0.05, place="model.py:5")
    assert t4_check([Observation(scores=(scored(),), splits=(split,))]).state == "pass"


def test_scores_on_training_rows_alone_are_no_test() -> None:
    own = scored(overlap=500, overlap_answers=500, fitted=500, covered=1.0)
    check = t4_check([Observation(scores=(own,))])
    assert check.state == "fail"
    assert "500 rows that the model had been fitted on" in check.message
    assert t4_check([Observation(scores=(own, scored()))]).state == "pass"


def test_a_score_of_all_rows_holds_those_of_the_training() -> None:
    check = t4_check([Observation(scores=(scored(overlap=400, overlap_answers=400, fitted=400, covered=1.0),))])
    assert check.state == "fail"
    assert "400 of the 500 scored" in check.message


def test_a_model_scored_in_another_run_is_held_against_its_fit() -> None:
    rows = tuple(f"{7919 * n:x}" for n in range(200))
    fit = Fit(model="p.Pipeline > m.Model", rows=200, columns=3, sketch=rows)
    score = scored(overlap=None, overlap_answers=None, hashed=0, fitted=None, covered=None, rows=200, columns=3)
    score = score.model_copy(update={"model": "m.Model", "sketch": rows})
    check = t4_check([Observation(fits=(fit,)), Observation(scores=(score,))])
    assert check.state == "fail"
    assert "200 rows that the model had been fitted on" in check.message


def test_folds_that_share_rows_are_told() -> None:
    score = scored(overlap=None, overlap_answers=None, held_out=True, folds=(0.8, 0.9), repeated=400, chance=0.0)
    check = t4_check([Observation(scores=(score,))])
    assert check.state == "fail"
    assert "400 of 500 rows are equal to an earlier one, so folds share rows." in check.message


def test_a_choice_made_with_the_answers_of_the_test_is_told() -> None:
    split = Split(train=200, test=100, equal=0, hashed=100)
    chosen = Fit(model="sklearn.feature_selection._univariate_selection.SelectKBest", rows=300, predicts=False)
    check = t4_check([Observation(fits=(chosen,), splits=(split,), scores=(scored(),))])
    assert check.state == "pass"
    assert "SelectKBest was fitted on all 300 rows and their answers, those of the test too." in check.message


def reading(value: float, metric: str = "accuracy") -> Reading:
    return Reading(
        metric=metric, value=value, written=str(value), half_digit=0.005, location=Location(path="stdout", line=1)
    )


def test_a_score_that_is_not_reported_passes_nothing() -> None:
    seen = [Observation(scores=(scored(),))]
    assert t4_check(seen, reported=[reading(0.85)]).state == "pass"
    assert t4_check(seen, reported=[reading(0.852)]).state == "pass"
    other = t4_check(seen, reported=[reading(0.97), reading(0.85, "f1")])
    assert other.state == "not_assessable"
    assert "none is one that it reports" in other.message
    poor = [Observation(scores=(scored(rows=6, hashed=6),))]
    assert t4_check(poor, reported=[reading(0.97)]).state == "fail"


def test_nothing_seen_is_not_assessable_and_not_failed() -> None:
    assert t4_check([]).state == "not_assessable"
    assert t4_check([Observation(seeds=("numpy",))]).state == "not_assessable"
    honest = DataWorth(name="a.csv", rows=1000, columns=5, repeated=3, chance=0.0)
    assert t4_check([], [honest]).state == "not_assessable"


def test_data_that_repeat_themselves_fail_without_a_run(tmp_path: Path) -> None:
    rows = [f"{n},{n % 7},{n * 3 % 11}.5,{n % 2}" for n in range(200)]
    file = tmp_path / "d.csv"
    file.write_text(
        "id,a,b,target\n" + "\n".join(rows + [f"{1000 + n}{row[row.index(',') :]}" for n, row in enumerate(rows)])
    )
    worth = data_worth(file.read_bytes(), "data/d.csv", target="target")
    assert (worth.rows, worth.columns, worth.classes) == (400, 4, {"0": 200, "1": 200})
    assert worth.repeated == 400 - 154  # 7 * 11 * 2 distinct rows without the running number
    wide = tmp_path / "w.csv"
    lines = [",".join(str((n * prime) % 997) for prime in (3, 5, 7, 11, 13)) for n in range(300)]
    wide.write_text("a;b;c;d;e\n".replace(";", ",") + "\n".join(lines + lines[:217]) + "\n")
    check = t4_check([], [data_worth(wide.read_bytes(), "data/w.csv")])
    assert check.state == "fail"
    assert "217 of 517 rows of data/w.csv are equal to an earlier one" in check.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_and_encoding_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "d.csv"
    lines = [["näme", "x", "y"], *[[f"ä{n}", "1,5" if delimiter != "," else "1.5", str(n)] for n in range(9)]]
    file.write_text("\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    worth = data_worth(file.read_bytes(), "d.csv", target="y")
    assert (worth.rows, worth.columns, worth.repeated, len(worth.classes)) == (9, 3, 0, 9)


def test_an_empty_table_is_no_table() -> None:
    with pytest.raises(InputError, match="holds no rows"):
        data_worth(b"a,b\n", "d.csv")
    with pytest.raises(InputError, match="is empty"):
        data_worth(b"", "d.csv")


def test_delivered_tables_are_read_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "1,2\n" * 40)
    (tmp_path / "b.csv").write_bytes(b"")
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    paths = ("a.csv", "b.csv", "link.csv", "absent.csv", "a.parquet")
    told = delivered_worth(scan_folder(tmp_path, "folder", Limits()), [Data(path=path) for path in paths])
    assert [(one.name, one.rows, one.repeated) for one in told] == [("a.csv", 40, 39)]


def test_intervals_agree_with_published_figures() -> None:
    # Wilson: 81 of 263 (Newcombe 1998, table I, method 3), 0 of 20, 15 of 148.
    assert intervals.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert intervals.wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert intervals.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    # The example of Hanley and McNeil 1982: an area of 0.893 with 51 and 58 rows has a standard error of 0.032.
    area = intervals.of_roc_auc(0.893, 51, 58)
    assert area is not None
    assert (area[1] - area[0]) / (2 * intervals.Z) == pytest.approx(0.032, abs=0.0015)


def test_a_perfect_score_over_few_rows_has_a_wide_interval() -> None:
    table = [[3, 0], [0, 3]]
    for told in (
        intervals.of_labels("accuracy", "", 1.0, 6, table, 1),
        intervals.of_labels("f1", "binary", 1.0, 6, table, 1),
        intervals.of_labels("f1", "macro", 1.0, 6, table, 1),
        intervals.of_labels("balanced_accuracy", "", 1.0, 6, table, 1),
        intervals.of_roc_auc(1.0, 3, 3),
        intervals.of_average_precision(1.0, 3),
    ):
        assert told is not None
        assert told[0] < 0.75
        assert 0.9 <= told[1] <= 1.0


@pytest.mark.parametrize(
    ("metric", "average", "expected"),
    [
        ("accuracy", "", 0.9),
        ("balanced_accuracy", "", 0.5),
        ("f1", "binary", 0.2 / 1.1),
        ("f1", "macro", 0.9 / 1.9),
        ("f1", "weighted", 0.9 * 1.8 / 1.9),
        ("f1", "micro", 0.9),
        ("precision", "binary", 0.1),
        ("recall", "binary", None),
        ("recall", "macro", 0.5),
        ("roc_auc", "", 0.5),
        ("average_precision", "", 0.1),
        ("mcc", "", 0.0),
        ("brier", "", 0.09),
        ("log_loss", "", -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))),
        ("unheard_of", "", None),
    ],
)
def test_what_a_rule_without_inputs_scores(metric: str, average: str, expected: float | None) -> None:
    assert intervals.trivial(metric, average, {"0": 90, "1": 10}, "1") == pytest.approx(expected)
