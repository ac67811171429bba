"""The two files: what is read, and that every problem is told with its line and its mend."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.decision.impact import read_demographics, read_outcomes
from heldout.errors import InputError
from tests.decision.impact.samples import Line, write

HEAD = ("candidate", "stage", "selected", "score")


def outcomes(folder: Path, *lines: Line, head: Line = HEAD) -> Path:
    return write(folder / "o.csv", head, *lines)


def test_a_row_says_that_a_stage_was_reached(tmp_path: Path) -> None:
    told = read_outcomes(
        outcomes(tmp_path, ("a", "screen", "Yes", 3), ("b", "screen", 0, ""), ("a", "talk", "", "2.5"))
    )
    assert told.stages == ("screen", "talk")
    assert [(row.selected, row.score) for row in told.rows] == [(True, 3.0), (False, None), (None, 2.5)]


def test_stages_have_the_order_that_is_given(tmp_path: Path) -> None:
    path = outcomes(tmp_path, ("a", "talk", "yes", ""), ("a", "screen", "yes", ""))
    assert read_outcomes(path, ["screen", "talk"]).stages == ("screen", "talk")


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("\ufeffcandidate;stage;selected\na;screen;yes\n", encoding="utf-8")
    assert len(read_outcomes(path).rows) == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([("a", "screen", "maybe", "")], "o.csv:2: `selected` is 'maybe'; write yes or no"),
        ([("a", "screen", "yes", "good")], "o.csv:2: the score 'good' is no number"),
        ([("a", "screen", "yes", "nan")], "o.csv:2: the score 'nan' is no number"),
        ([("", "screen", "yes", "")], "o.csv:2: a candidate and a stage are needed"),
        ([("a", "s", "yes", ""), ("a", "s", "no", "")], "o.csv:3: 'a' at 's' stands here again (first in line 2)"),
        (
            [("a", "s", "no", ""), ("a", "t", "yes", "")],
            "o.csv:3: 'a' reached 't' but was not selected at 's' (line 2)",
        ),
        ([("a", "s", "yes")], "o.csv:2: 3 values where the first line names 4 columns"),
        ([], "holds no outcome"),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, lines: list[Line], message: str) -> None:
    with pytest.raises(InputError) as error:
        read_outcomes(outcomes(tmp_path, *lines))
    assert message in str(error.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_outcomes(outcomes(tmp_path, *[(f"c{n}", "s", "?", "") for n in range(30)]))
    assert str(error.value).count("\n") == 20
    assert "and 10 more" in str(error.value)


@pytest.mark.parametrize("column", ["sex", "Gender", "race/ethnicity", "ethnicity"])
def test_who_people_are_does_not_stand_with_the_outcomes(tmp_path: Path, column: str) -> None:
    with pytest.raises(InputError, match="move it to a file of its own"):
        read_outcomes(outcomes(tmp_path, ("a", "s", "yes", "Female"), head=("candidate", "stage", "selected", column)))


def test_a_stage_that_is_not_in_the_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'talk' is not among those of --stages"):
        read_outcomes(outcomes(tmp_path, ("a", "talk", "yes", "")), ["screen"])


def test_a_missing_column_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the column `selected` is missing"):
        read_outcomes(outcomes(tmp_path, head=("candidate", "stage")))
    with pytest.raises(InputError, match="cannot be read"):
        read_demographics(tmp_path / "none.csv")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120))
def test_any_text_is_read_or_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.csv"
    for head in ("", "candidate,stage,selected\n", "candidate,sex\n"):
        path.write_bytes((head + text).encode("utf-8", "surrogatepass"))
        for read in (read_outcomes, read_demographics):
            with suppress(InputError):  # anything else is a fault of ours, and fails
                read(path)


def test_categories_differ_by_more_than_their_writing(tmp_path: Path) -> None:
    who = write(tmp_path / "w.csv", ("candidate", "Gender"), ("a", "Female"), ("b", " female "), ("c", "Declined"))
    assert read_demographics(who).of == {"sex": {"a": "Female", "b": "Female", "c": ""}}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([("candidate",), ("a",)], "name one to 6 columns"),
        ([("candidate", "sex"), ("a", "f"), ("a", "m")], "w.csv:3: 'a' stands here again (first in line 2)"),
        ([("candidate", "sex"), ("", "f")], "w.csv:2: no candidate is named"),
        ([("candidate", "sex", "gender"), ("a", "f", "f")], "two columns tell the same"),
        ([("candidate", "age"), *((f"c{n}", n) for n in range(18, 60))], "`age` has 42 categories"),
    ],
)
def test_demographics_that_cannot_be_used(tmp_path: Path, lines: list[Line], message: str) -> None:
    with pytest.raises(InputError) as error:
        read_demographics(write(tmp_path / "w.csv", *lines))
    assert message in str(error.value)
