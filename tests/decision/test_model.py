"""The closed forms against the plain Gaussian written out, and what anyone would expect of the model's answers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from heldout.decision.design import WORK, lay_out
from heldout.decision.model import LENIENCY, OTHER_LENIENCY, POOL, Variances, solve
from heldout.decision.observations import Observation
from heldout.decision.ordinal import solve_ordinal
from heldout.decision.posterior import fit, moments
from tests.decision.panels import measure, panel, rating

V = Variances(ability=0.7, correlation=0.4, severity=0.35, halo=0.5, noise=0.6)


def written_out(given: list[Observation], subjects: list[str], names: list[str]) -> tuple[NDArray[np.float64], ...]:
    """Mean and covariance of all observations and of all levels, entry by entry from the model's statement."""

    def level_cov(s: str, c: str, t: str, d: str) -> float:
        shared = POOL**2 * (1 + (c == d))
        return shared + (s == t) * V.ability**2 * (1.0 if c == d else V.correlation)

    def cov(i: int, j: int) -> float:
        a, b = given[i], given[j]
        total = a.loading * b.loading * level_cov(a.subject, a.competency, b.subject, b.competency)
        total += (a.source == b.source) * LENIENCY.get(a.source, OTHER_LENIENCY) ** 2
        if a.kind == b.kind == "rating":
            total += (a.rater == b.rater) * (V.severity**2 + (a.subject == b.subject) * V.halo**2)
            total += (i == j) * V.noise**2
        elif a.kind == b.kind and a.subject == b.subject:
            (work, look), (other_work, other_look) = parts(a.se), parts(b.se)
            total += (a.work == b.work) * work * other_work * (1 + (a.competency == b.competency))
            total += ((a.source, a.group) == (b.source, b.group)) * look * other_look
            total += (i == j) * (0.7 * a.se**2 - work**2)
        return total

    def parts(se: float) -> tuple[float, float]:
        of_work = min(WORK, 0.35 * se)
        return of_work, math.sqrt(0.3 * se**2 - of_work**2)

    n = len(given)
    sigma = np.array([[cov(i, j) for j in range(n)] for i in range(n)])
    cells = [(s, c) for s in subjects for c in names]
    cross = np.array([[o.loading * level_cov(s, c, o.subject, o.competency) for o in given] for s, c in cells])
    prior = np.array([[level_cov(s, c, t, d) for t, d in cells] for s, c in cells])
    r = np.array([o.level - o.offset - 3 * o.loading for o in given])
    mean = 3 + cross @ np.linalg.solve(sigma, r)
    spread = prior - cross @ np.linalg.solve(sigma, cross.T)
    return mean, np.sqrt(np.diag(spread)), np.array(stats.multivariate_normal(np.zeros(n), sigma).logpdf(r))


def run(work: str, subject: str, competency: str, level: float, se: float) -> Observation:
    """What an audit said."""
    return Observation(subject, competency, level, "measure", "handover", group=f"audit of {work}", se=se, work=work)


def test_the_closed_form_is_the_plain_gaussian() -> None:
    made = panel(5, 3, 4, 2)
    given = [*made.observations[:-4], measure("s4", "c1", 4.5, 0.3, loading=0.4)]  # blocks of unlike size, a share
    given = [replace(one, work=f"churn of {one.subject}") if one.kind == "measure" else one for one in given]
    given += [run(f"churn of s{s}", f"s{s}", f"c{c}", 4.0, 0.7 + s / 5) for s in (0, 1) for c in (0, 2)]
    subjects = [*made.subjects, "nobody"]
    design = lay_out(given, subjects, [*made.competencies, "unseen"])
    solution = solve(design, V)
    means, own, depends = moments(design, solution, np.eye(4))
    deviations = np.sqrt(own + ((depends @ solution.spread) * depends).sum(axis=2))
    mean, deviation, evidence = written_out(given, subjects, [*made.competencies, "unseen"])
    assert means.ravel() == pytest.approx(mean, abs=1e-10)
    assert deviations.ravel() == pytest.approx(deviation, abs=1e-10)
    assert solution.evidence == pytest.approx(float(evidence), abs=1e-8)


def test_two_readings_of_one_work_count_for_less_than_two_works() -> None:
    one, two = (
        [measure("s", "c0", 4.5, 0.6), *(run(work, "s", f"c{c}", 4.5, 0.6) for c in (0, 1))] for work in ("a", "b")
    )
    one, two = ([replace(given[0], work="a"), *given[1:]] for given in (one, two))
    same, apart = (fit(given, ["s"], ["c0", "c1"]).levels for given in (one, two))
    assert same.deviation[0, 0] > apart.deviation[0, 0]
    assert same.mean[0, 0] < apart.mean[0, 0]
    alone = fit(one[1:], ["s"], ["c0", "c1"]).levels
    assert same.deviation[0, 0] < alone.deviation[0, 0]


@pytest.mark.parametrize("errors", [(0.3, 3.5), (0.3, 0.3), (0.9, 2.9)])
def test_a_further_reading_of_one_work_never_counts_the_wrong_way_round(errors: tuple[float, float]) -> None:
    sharp, blunt = errors
    low, high = (
        fit([run("a", "s", "c", 3.0, sharp), replace(measure("s", "c", level, blunt), work="a")], ["s"], ["c"])
        for level in (2.0, 4.0)
    )
    assert low.levels.mean[0, 0] < high.levels.mean[0, 0]


def test_the_ordinal_evidence_is_that_of_a_sum_over_the_levels() -> None:
    """With one rating the integral can be done by quadrature."""
    given = [rating("s", "c", 4.0, "r")]
    design = lay_out(given, ["s"], ["c"])
    total = np.sqrt(2 * POOL**2 + V.ability**2 + LENIENCY["interview"] ** 2 + V.severity**2 + V.halo**2 + V.noise**2)
    exact = np.diff(stats.norm.cdf([3.5, 4.5], 3, total))[0]
    assert np.exp(solve_ordinal(design, V).evidence) == pytest.approx(exact, rel=0.02)  # Laplace's approximation
    all_levels = [
        np.exp(solve_ordinal(lay_out([rating("s", "c", y, "r")], ["s"], ["c"]), V).evidence) for y in (1.0, 2, 3, 4, 5)
    ]
    assert sum(all_levels) == pytest.approx(1.0, abs=0.02)


def test_the_two_twins_agree_on_a_usual_panel() -> None:
    made = panel()
    one = fit(made.observations, made.subjects, made.competencies)
    other = fit(made.observations, made.subjects, made.competencies, ordinal=True)
    assert np.abs(one.levels.mean - other.levels.mean).max() < 0.25
    assert one.levels.mean.mean(axis=1).argmax() == other.levels.mean.mean(axis=1).argmax()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    hits = []
    for seed in range(12):
        made = panel(seed=seed)
        low, high = fit(made.observations, made.subjects, made.competencies).levels.interval(0.9)
        hits += list(((low < made.truth) & (made.truth < high)).ravel())
    assert 0.85 < np.mean(hits) < 0.96  # 384 levels that share raters: within chance of 0.9


def test_the_same_evidence_in_another_order_gives_the_same() -> None:
    made = panel()
    one = fit(made.observations, made.subjects, made.competencies)
    other = fit(made.observations[::-1], made.subjects, made.competencies)
    assert other.levels.mean == pytest.approx(one.levels.mean, abs=1e-6)


def test_nobody_is_judged_without_evidence() -> None:
    alone = fit([], ["ada"], ["craft"])
    assert alone.levels.mean[0, 0] == pytest.approx(3.0)
    assert alone.levels.deviation[0, 0] == pytest.approx(alone.prior_deviation())
    made = panel()
    with_them = fit(made.observations, [*made.subjects, "ada"], made.competencies)
    assert (with_them.levels.deviation[-1] > 1.5 * with_them.levels.deviation[0]).all()


def test_a_competency_that_nobody_saw_is_wider_than_one_that_was_seen() -> None:
    made = panel()
    found = fit(made.observations, made.subjects, [*made.competencies, "unseen"])
    assert (found.levels.deviation[:, -1] > found.levels.deviation[:, :-1].max(axis=1)).all()


def test_one_rater_on_four_things_is_not_four_raters() -> None:
    """The impression that an interviewer has of somebody colours all that they rate (halo)."""
    names = ["a", "b", "c", "d"]
    one = [rating("s", name, 5.0, "r1") for name in names]
    four = [rating("s", name, 5.0, f"r{i}") for i, name in enumerate(names)]
    assert (fit(one, ["s"], names).levels.mean < fit(four, ["s"], names).levels.mean).all()
    together, apart = (moments(d := lay_out(g, ["s"], names), solve(d, V), np.eye(4))[1] for g in (one, four))
    assert (together > apart).all()


def test_who_had_the_severe_interviewer_is_not_the_worse_for_it() -> None:
    given = []
    for s in range(8):
        given += [rating(f"s{s}", c, 2.0, "severe") for c in ("a", "b")]
        given += [rating(f"s{s}", c, 4.0, "mild") for c in ("a", "b")]
    given += [rating("one", c, 2.0, "severe") for c in ("a", "b")]
    given += [rating("two", c, 3.0, "mild") for c in ("a", "b")]
    found = fit(given, [*(f"s{s}" for s in range(8)), "one", "two"], ["a", "b"])
    one, two = found.levels.mean[-2].mean(), found.levels.mean[-1].mean()
    assert one > two  # although the plain means say 2 and 3
    severe, mild = found.leniency.mean[found.design.raters.index("severe")], found.leniency.mean[1]
    assert severe < -0.2 < 0.2 < mild


def test_a_share_of_the_work_moves_less_and_leaves_more_open() -> None:
    whole = fit([measure("s", "c", 4.5, 0.4)], ["s"], ["c"]).levels
    part = fit([measure("s", "c", 4.5, 0.4, loading=0.2)], ["s"], ["c"]).levels
    assert part.deviation[0, 0] > whole.deviation[0, 0]


def test_an_observation_of_a_stranger_is_refused() -> None:
    with pytest.raises(ValueError, match="'eve'"):
        fit([rating("eve", "c", 3.0, "r")], ["ada"], ["c"])
