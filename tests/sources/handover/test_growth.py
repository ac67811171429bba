"""How a training grows: the exponent, its interval, what is fixed, and what is not extrapolated."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.sources.handover.growth import extrapolate, fit_growth, growth_check
from heldout.sources.handover.result import Growth

SIZES = (1000, 2000, 4000, 8000)
MB = 1_000_000


def runs(
    power: float, fixed: float, noise: float = 0.0, sizes: tuple[int, ...] = SIZES, seed: int = 0
) -> list[tuple[int, float, float, int | None]]:
    chance = random.Random(seed)
    return [
        (n, (fixed + 0.5 * (n / 1000) ** power) * math.exp(chance.gauss(0, noise)), 1.0, 100 * MB + 20_000 * n)
        for n in sizes
    ]


def grown(
    power: float, fixed: float, noise: float = 0.0, measured: float | None = None, sizes: tuple[int, ...] = SIZES
) -> Growth:
    growth = fit_growth(runs(power, fixed, noise, sizes), measured)
    assert growth is not None
    return growth


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5, 2.0])
def test_the_fixed_cost_is_taken_apart(power: float) -> None:
    growth = grown(power, 2.0, measured=2.0)
    assert growth.exponent == pytest.approx(power, abs=0.05)
    assert growth.fixed_s == pytest.approx(2.0, rel=0.1)
    assert growth.low <= power <= growth.high
    assert growth.points[0].cpu_s == pytest.approx(0.5, abs=0.1)


def test_without_a_measured_start_up_the_interval_is_wider() -> None:
    assert (
        grown(1.0, 2.0).high - grown(1.0, 2.0).low
        > grown(1.0, 2.0, measured=2.0).high - grown(1.0, 2.0, measured=2.0).low
    )


def test_a_perfect_curve_promises_no_third_digit() -> None:
    growth = grown(1.0, 0.5, measured=0.5)
    assert growth.high - growth.low > 0.1


def test_more_runs_narrow_the_interval() -> None:
    few = grown(1.0, 1.0, 0.04, 1.0)
    many = grown(1.0, 1.0, 0.04, 1.0, sizes=tuple(n for n in SIZES for _ in range(4)))
    assert many.high - many.low < few.high - few.low


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(60):
        growth = fit_growth(runs(1.0, 0.3, 0.05, seed=seed), 0.3)
        assert growth is not None
        held += growth.low <= 1.0 <= growth.high
    assert held >= 52


def test_two_sizes_tell_nothing() -> None:
    assert fit_growth(runs(1.0, 1.0, sizes=(1000, 1000, 2000, 2000)), 1.0) is None
    assert fit_growth([], 1.0) is None
    assert fit_growth(runs(1.0, 1.0, sizes=(1000, 2000, 4000))) is None


def test_memory_has_an_exponent_of_its_own() -> None:
    growth = grown(2.0, 1.0, measured=1.0, sizes=(1000, 2000, 4000, 8000, 16000))
    assert growth.memory_exponent == pytest.approx(1.0, abs=0.1)
    assert growth.fixed_memory_bytes == pytest.approx(100 * MB, rel=0.2)


def test_memory_that_hardly_grows_has_none() -> None:
    flat = [(n, cpu, wall, 300 * MB + n) for n, cpu, wall, _ in runs(1.0, 1.0)]
    growth = fit_growth(flat, 1.0)
    assert growth is not None
    assert growth.memory_exponent is None
    assert "hardly" in growth_check(growth).message


def test_an_extrapolation_is_marked_and_has_an_interval() -> None:
    guess = extrapolate(grown(1.0, 0.5, measured=0.5), 32_000)
    assert guess.times == 4
    assert guess.cpu_s == pytest.approx(16.5, rel=0.1)
    assert guess.low is not None
    assert guess.high is not None
    assert guess.low < 16.5 < guess.high


def test_twice_and_ten_times_the_rows_are_told_as_no_measurement() -> None:
    growth = grown(1.0, 0.5, measured=0.5, sizes=(1000, 2000, 4000, 8000, 16000) * 2)
    twice, ten = growth.beyond
    assert (twice.rows, ten.rows) == (32_000, 160_000)
    assert ten.cpu_s == pytest.approx(80.5, rel=0.1)
    assert ten.memory_bytes is not None
    assert ten.memory_low is not None
    assert ten.memory_high is not None
    assert ten.memory_low < ten.memory_bytes < ten.memory_high
    assert "Extrapolated, not measured: 160,000 rows" in growth_check(growth).message
    assert "MB of memory" in growth_check(growth).message


def test_what_the_sizes_do_not_tell_is_not_told() -> None:
    growth = grown(1.0, 5.0)
    assert all(guess.why for guess in growth.beyond)
    assert "xtrapolated" not in growth_check(growth).message


def test_no_extrapolation_beyond_ten_times() -> None:
    guess = extrapolate(grown(1.0, 0.5, measured=0.5), 80_001)
    assert guess.cpu_s is None
    assert "10 times" in guess.why


def test_no_extrapolation_that_tells_nothing() -> None:
    guess = extrapolate(grown(1.0, 5.0), 80_000)
    assert guess.cpu_s is None
    assert "anything from" in guess.why


def test_the_check() -> None:
    assert growth_check(grown(1.0, 0.5, measured=0.5)).state == "pass"
    steep = growth_check(grown(2.5, 0.5, measured=0.5))
    assert steep.state == "fail"
    assert "Ten times the rows" in steep.message
    assert growth_check(grown(1.0, 5.0)).state == "not_assessable"
    assert growth_check(None, "The data cannot be cut.").message == "The data cannot be cut."


@settings(max_examples=40, deadline=None)
@given(
    costs=st.lists(st.floats(0.01, 1e4), min_size=4, max_size=8),
    fixed=st.none() | st.floats(0, 1e5),
    memory=st.integers(0, 2**40),
)
def test_any_measurement_is_fitted_or_refused(costs: list[float], fixed: float | None, memory: int) -> None:
    growth = fit_growth([(1000 * 2**i, c, c, memory or None) for i, c in enumerate(costs)], fixed)
    if growth is not None:
        assert 0 <= growth.low <= growth.exponent <= growth.high <= 4
        assert all(p.cpu_s >= 0 for p in growth.points)
        assert growth_check(growth).state in ("pass", "fail", "not_assessable")
        guess = extrapolate(growth, 1_000_000)
        assert (guess.cpu_s is None) == bool(guess.why)
        assert len(growth.beyond) == 2
