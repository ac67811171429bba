"""How interviewers agree: published examples, panels whose makers are known, and silence where there is too little."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.sources.interview.agreement import Agreement, agreement, intraclass, krippendorff
from heldout.sources.interview.tables import Rated

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: four observers, twelve units, gaps.
KRIPPENDORFF = (
    (1, 1, None, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4),
    (4, 4, 4, 4), (1, 1, 2, 1), (2, 2, 2, 2), (None, 5, 5, 5), (None, None, 1, 1), (None, 3, None, None),
)  # fmt: skip
# Shrout and Fleiss, "Intraclass correlations: uses in assessing rater reliability" (1979), table 2.
SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def test_alpha_is_krippendorffs_own() -> None:
    answers = [[float(value) for value in unit if value is not None] for unit in KRIPPENDORFF]
    assert krippendorff(answers) == pytest.approx(0.849, abs=5e-4)
    assert krippendorff(answers, ordinal=True) == pytest.approx(0.815, abs=5e-4)


def test_alpha_without_a_table_of_values_is_the_same() -> None:
    rng = np.random.default_rng(5)
    truth = rng.normal(size=(90, 1))
    fine = truth + rng.normal(size=(90, 2))
    expected = ((fine.ravel()[:, None] - fine.ravel()[None, :]) ** 2).sum() / (180 * 179)
    observed = ((fine[:, 0] - fine[:, 1]) ** 2).mean()
    assert krippendorff(fine.tolist()) == pytest.approx(1 - observed / expected)


def test_icc_is_shrout_and_fleiss_own() -> None:
    one_way, two_way = intraclass(table(SHROUT_FLEISS))
    assert one_way == pytest.approx(0.17, abs=5e-3)
    assert two_way == pytest.approx(0.29, abs=5e-3)


def table(levels: Sequence[Sequence[float]], competency: str = "craft") -> list[Rated]:
    return [Rated(f"s{s}", competency, f"r{r}", level) for s, row in enumerate(levels) for r, level in enumerate(row)]


def panel(severities: Sequence[float], errors: Sequence[float], subjects: int, each: int, seed: int = 7) -> list[Rated]:
    """Ratings of which everything is known: abilities of SD 0.8, `each` of the raters by lot, three competencies."""
    rng = np.random.default_rng(seed)
    made = []
    for s in range(subjects):
        ability = rng.normal(3, 0.8, 3)
        for r in rng.permutation(len(severities))[:each]:
            levels = ability - severities[r] + rng.normal(0, errors[r], 3)
            made += [Rated(f"s{s}", f"c{c}", f"r{r}", float(level)) for c, level in enumerate(levels)]
    return made


def test_severity_and_error_of_raters_who_see_different_subjects_are_found() -> None:
    severities, errors = (0.6, 0.0, -0.2, -0.4), (0.3, 0.5, 0.7, 0.9)
    found = agreement(panel(severities, errors, subjects=400, each=2))
    for figures, severity, error in zip(found.raters, severities, errors, strict=True):
        assert figures.severity.value == pytest.approx(severity, abs=0.1)
        assert figures.error.value == pytest.approx(error, abs=0.1)
        assert figures.severity.low is not None
        assert figures.severity.high is not None
        assert figures.severity.low < figures.severity.value < figures.severity.high
    rater, error_variance = float(np.var(severities, ddof=1)), float(np.mean(np.square(errors)))
    assert found.icc_1.value == pytest.approx(0.64 / (0.64 + rater + error_variance), abs=0.05)
    assert found.icc_2_1.value == pytest.approx(0.64 / (0.64 + rater + error_variance), abs=0.05)


def test_intervals_narrow_with_more_subjects() -> None:
    def width(found: Agreement) -> float:
        assert found.icc_1.low is not None
        assert found.icc_1.high is not None
        return found.icc_1.high - found.icc_1.low

    few, many = (agreement(panel((0, 0, 0), (0.6, 0.6, 0.6), subjects=n, each=2)) for n in (10, 160))
    assert width(many) < width(few) / 2


def test_little_is_called_too_little() -> None:
    found = agreement(panel((0.5, -0.5), (0.5, 0.5), subjects=5, each=2))
    assert found.alpha_interval.value is None
    assert "15 answers of 5 subjects" in found.alpha_interval.why_not
    assert found.raters[0].severity.value is None
    assert "it takes 12 answers of 6 subjects" in found.raters[0].severity.why_not


def test_two_raters_cannot_be_told_apart_in_error_but_in_severity() -> None:
    found = agreement(panel((0.5, -0.5), (0.3, 0.9), subjects=20, each=2))
    assert found.raters[0].severity.value == pytest.approx(0.5, abs=0.25)
    assert found.raters[0].error.value is None
    assert "three who rate" in found.raters[0].error.why_not


def test_who_shares_nothing_is_compared_with_nobody() -> None:
    alone = [Rated(f"t{s}", "craft", "Eve", 3.0) for s in range(30)]
    found = agreement([*panel((0, 0, 0), (0.5, 0.5, 0.5), subjects=20, each=2), *alone])
    eve = next(one for one in found.raters if one.rater == "Eve")
    assert (eve.ratings, eve.shared, eve.severity.value) == (30, 0, None)


def test_equal_ratings_and_no_ratings_give_no_figure() -> None:
    assert math.isnan(krippendorff([[3.0, 3.0]] * 9))
    assert agreement([Rated(f"s{s}", "craft", r, 3.0) for s in range(30) for r in "ab"]).alpha_interval.value is None
    assert agreement([]).raters == ()


LEVELS = st.lists(st.lists(st.sampled_from([1.0, 1.5, 2.0, 3.0, 4.5, 5.0]), max_size=4), min_size=6, max_size=9)


@settings(max_examples=60, deadline=None)
@given(LEVELS, st.integers(-3, 3), st.permutations(range(4)))
def test_names_order_and_origin_of_the_scale_do_not_matter(
    levels: list[list[float]], shift: int, names: list[int]
) -> None:
    moved = [[one + shift for one in row] for row in levels]
    assert krippendorff(moved) == pytest.approx(krippendorff(levels), nan_ok=True, abs=1e-9)
    assert krippendorff(moved, ordinal=True) == pytest.approx(krippendorff(levels, ordinal=True), nan_ok=True)
    renamed = [Rated(one.subject, one.competency, f"r{names[int(one.rater[1:])]}", one.level) for one in table(moved)]
    assert intraclass(renamed[::-1]) == pytest.approx(intraclass(table(levels)), nan_ok=True, abs=1e-9)
