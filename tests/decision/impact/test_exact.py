"""The statistics against published figures, and what they promise, counted out over all tables of a grid."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from heldout.decision.impact import exact

SIZES = [(5, 5), (8, 30), (20, 20), (60, 10)]
RATES = np.linspace(0.05, 0.95, 10)
RATIOS = np.linspace(0.1, 1.0, 10)


def chances(people: int, rate: float) -> np.ndarray:
    """How likely each number of selected is."""
    return np.asarray(binom.pmf(range(people + 1), people, rate))


def test_a_rate_has_the_interval_of_clopper_and_pearson() -> None:
    assert exact.rate_interval(3, 10) == pytest.approx((0.0667, 0.6525), abs=5e-5)  # as R's binom.test(3, 10)
    assert exact.rate_interval(0, 10) == pytest.approx((0.0, 0.3085), abs=5e-5)
    assert exact.rate_interval(10, 10) == pytest.approx((0.6915, 1.0), abs=5e-5)


@pytest.mark.parametrize("people", [5, 20, 60])
def test_the_interval_of_a_rate_never_covers_less_than_it_says(people: int) -> None:
    intervals = [exact.rate_interval(selected, people) for selected in range(people + 1)]
    for rate in RATES:
        holds = [low <= rate <= high for low, high in intervals]
        assert chances(people, rate) @ holds >= 0.95


def test_the_interval_of_a_ratio_is_the_published_one() -> None:
    """36 of 40 by 16 of 80: 2.94 to 7.15 in Koopman (1984); the variance with N / (N - 1) is a little wider."""
    low, high = exact.ratio_interval(36, 40, 16, 80)
    assert (low, high) == pytest.approx((2.94, 7.15), rel=0.005)
    assert low < 2.94
    assert high > 7.15


def test_the_ends_of_the_interval_of_a_ratio() -> None:
    assert exact.ratio_interval(0, 10, 5, 10)[0] == 0.0
    assert exact.ratio_interval(5, 10, 0, 10)[1] == np.inf
    assert exact.ratio_interval(0, 10, 0, 10) == (0.0, np.inf)
    low, high = exact.ratio_interval(10, 10, 10, 10)
    assert low < 1 < high


@pytest.mark.parametrize(("people", "best"), SIZES)
def test_how_often_the_interval_of_a_ratio_holds_the_truth(people: int, best: int) -> None:
    """On average it holds the true ratio as often as it says; at the worst points of the grid, in nine of ten."""
    ends = np.array(
        [[exact.ratio_interval(x, people, y, best) for y in range(best + 1)] for x in range(people + 1)]
    )  # rows: selected of the group; columns: of the best
    covers = []
    for rate, ratio in product(RATES, RATIOS):
        weight = np.outer(chances(people, rate * ratio), chances(best, rate))
        holds = (ends[..., 0] <= ratio * (1 + 1e-9)) & (ends[..., 1] >= ratio * (1 - 1e-9))
        covers.append(weight[holds].sum())
    assert np.mean(covers) >= 0.95
    assert min(covers) >= 0.89


def test_fishers_test_is_the_published_one() -> None:
    assert exact.fisher(3, 4, 1, 4) == pytest.approx(0.4857, abs=5e-5)  # the lady tasting tea, two-sided
    assert exact.fisher(0, 10, 0, 10) == 1.0


def test_chances_are_adjusted_by_holm() -> None:
    assert exact.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])  # as R's p.adjust
    assert exact.holm([]) == []


def test_power_of_fishers_test() -> None:
    """True rates of 30 % and 15 %: with 10, 20, 50 and 100 people in each group."""
    found = [exact.power(people, people, 0.15, 0.30) for people in (10, 20, 50, 100)]
    assert found == pytest.approx([0.03, 0.12, 0.35, 0.67], abs=0.006)


def test_power_beyond_what_is_counted_out_is_near_it() -> None:
    counted, approximated = exact.power(200, 200, 0.2, 0.3), exact.power(201, 201, 0.2, 0.3)
    assert approximated == pytest.approx(counted, abs=0.01)


def test_the_rate_that_would_be_seen_is_seen_four_times_in_five() -> None:
    below = exact.seen_below(50, 50, 0.4)
    assert below is not None
    assert exact.power(50, 50, below, 0.4) == pytest.approx(0.8, abs=0.005)
    assert exact.seen_below(5, 5, 0.4) is None


@pytest.mark.parametrize(("people", "flags"), [(10, 0.76), (20, 0.62), (50, 0.46), (100, 0.30)])
def test_four_fifths_alone_misleads(people: int, flags: float) -> None:
    """Two groups with the same true rate of 30 %: how often is one under four fifths, how often does Fisher object?"""
    weight = np.outer(chances(people, 0.3), chances(people, 0.3))
    selected = np.arange(people + 1)
    lower, higher = np.minimum.outer(selected, selected), np.maximum.outer(selected, selected)
    assert weight[lower < 0.8 * higher].sum() == pytest.approx(flags, abs=0.005)
    assert 0.01 <= exact.power(people, people, 0.3, 0.3) <= 0.05
