"""What holds of any text, any number and any runs."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.evidence.types import Location
from heldout.sources.handover.claims import Kind, compare, read_numbers
from heldout.sources.handover.plan import Claim, Reading

KINDS = sorted(get_args(Kind))
WORDS = 'accuracy F1 R² 准确率 0.91 91,7% 12 | --- : of ( ) ± -> # - ``` {" ": } [ ] , <table> <td> test if . Epoch 1/3'
PIECES = st.sampled_from([*WORDS.split(" "), " ", "\n", "\t", "\r", "# ", "- "])


@given(text=st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join)), kind=st.sampled_from(KINDS))
@settings(max_examples=400, deadline=None)
def test_no_text_breaks_the_reader(text: str, kind: Kind) -> None:
    lines = text.count("\n") + 1
    for reading in read_numbers(text, f"x.{kind}", kind):
        assert reading.value == reading.value
        assert reading.half_digit >= 0
        assert reading.location.line is None or 1 <= reading.location.line <= lines


@given(thousandths=st.integers(min_value=100, max_value=1000), digits=st.sampled_from([1, 2]))
def test_a_fraction_and_its_percentage_are_one_number(thousandths: int, digits: int) -> None:
    value = thousandths / 1000
    (fraction,) = read_numbers(f"accuracy: {value:.3f}", "README.md", "markdown")
    (percent,) = read_numbers(f"accuracy: {100 * value:.{digits}f}%", "README.md", "markdown")
    (comma,) = read_numbers(f"exactitud: {100 * value:.{digits}f}%".replace(".", ","), "README.md", "markdown")
    assert fraction.value == pytest.approx(value)
    assert percent.value == pytest.approx(value)
    assert comma.value == pytest.approx(value)
    assert percent.half_digit == pytest.approx(0.005 / 10**digits)


@given(value=st.floats(min_value=1000, max_value=9_999_999))
def test_thousands_are_set_apart_in_either_way(value: float) -> None:
    english = f"{value:,.2f}"
    other = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    if "1234" in english.replace(",", "") or "5678" in english:
        return
    for text in (english, other):
        found = read_numbers(f"MAE: {text}", "README.md", "markdown")
        assert [r.value for r in found] in ([pytest.approx(round(value, 2))], [])


def reading(value: float, written: str = "") -> Reading:
    return Reading(
        metric="accuracy",
        value=value,
        written=written or repr(value),
        half_digit=0.5 * 10.0 ** -len((written or repr(value)).partition(".")[2]),
        location=Location(path="stdout"),
    )


@given(
    values=st.lists(st.floats(min_value=0.3, max_value=0.99), min_size=1, max_size=8),
    digits=st.integers(min_value=2, max_value=4),
)
def test_what_every_run_rounds_to_is_no_contradiction(values: list[float], digits: int) -> None:
    same = values[0]
    stated = f"{same:.{digits}f}"
    claim = Claim(**dict(reading(float(stated), stated)), id="c1")
    (result,) = compare([claim], [[reading(same)] for _ in values])
    assert result.verdict == "match"
    assert stated in result.message


@given(values=st.lists(st.floats(min_value=0.3, max_value=0.99), min_size=1, max_size=8))
def test_a_claim_within_the_range_of_the_runs_is_never_contradicted(values: list[float]) -> None:
    middle = f"{(min(values) + max(values)) / 2:.6f}"
    claim = Claim(**dict(reading(float(middle), middle)), id="c1")
    (result,) = compare([claim], [[reading(value)] for value in values])
    assert result.verdict in ("match", "within_noise")


@given(value=st.floats(min_value=0.3, max_value=0.6), runs=st.integers(min_value=1, max_value=7))
def test_a_claim_far_from_identical_runs_is_contradicted(value: float, runs: int) -> None:
    claim = Claim(**dict(reading(value + 0.3, f"{value + 0.3:.4f}")), id="c1")
    (result,) = compare([claim], [[reading(value)] for _ in range(runs)])
    assert result.verdict == "contradicted"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "piece", ["*", "a", "1", "1,", "[", "()", "|", "<a", "```\n", " ", "- ", "accuracy ", "_", "准确率", "\x1b["]
)
def test_no_text_takes_long(kind: Kind, piece: str) -> None:
    started = time.process_time()
    read_numbers(piece * (30_000 // len(piece)), f"x.{kind}", kind)
    assert time.process_time() - started < 20
