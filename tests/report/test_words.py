from __future__ import annotations

from datetime import date, datetime

import pytest

from heldout.evidence import Gap
from heldout.report import words
from heldout.wording import percent, within


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.004, "under 1 %"), (0.62, "62 %"), (0.997, "over 99 %"), (1, "100 %")]
)
def test_percent_never_rounds_to_none_or_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Statistical thinking", "statistical thinking"),
        ("Machine-learning frameworks", "machine-learning frameworks"),
        ("MLOps", "MLOps"),
        ("GitHub Actions run", "GitHub Actions run"),
        ("Python and data structures", "Python and data structures"),
        ("A", "A"),
        ("", ""),
    ],
)
def test_names_inside_a_sentence(name: str, said: str) -> None:
    assert within(name) == said


def test_lists() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a or b"
    assert words.listed(["a", "b", "c"], last="and") == "a, b and c"
    assert words.listed(["a", "b", "c", "d", "e"], last="and") == "a, b, c and 2 more"


def test_gaps_of_one_reason_are_told_once_and_ours_first() -> None:
    gaps = [Gap(what=f"{n}.py", why="Python 2") for n in range(5)]
    told = words.together([*gaps, Gap(what="x.py", why="CRF101 failed", ours=True)])
    assert [(g.what, g.why) for g in told] == [("x.py", "CRF101 failed"), ("0.py, 1.py, 2.py and 2 more", "Python 2")]


def test_counts_and_points() -> None:
    assert words.count(0, "finding") == "no findings"
    assert words.count(1, "finding") == "1 finding"
    assert words.heading(3, "fact", "facts") == "Three facts"
    assert words.points(-0.2) == "−0.20"


@pytest.mark.parametrize(
    ("value", "key", "said"),
    [
        (None, "commits", "not known"),
        (True, "", "yes"),
        (0.031, "long_share", "3 %"),
        (12_840, "lines", "12,840"),
        (0.5, "ratio", "0.5"),
        (float("inf"), "ratio", "inf"),
        ("uv", "", "uv"),
    ],
)
def test_measured_values(value: object, key: str, said: str) -> None:
    assert words.measured(value, key) == said


def test_days_in_words() -> None:
    assert words.day(datetime.combine(date(2026, 11, 2), datetime.min.time())) == "2 November 2026"
    assert words.day(None) == "date not recorded"
