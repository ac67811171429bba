"""How well interviewers agree, how severe each is and how consistent: with intervals, and only when there is enough.

Everything is worked out from sums a subject, so that an interval comes from leaving out one subject after the other
(a jackknife): ratings of one subject hang together, and a subject is what a new sample would bring anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import t as student

from heldout.sources.interview.tables import Rated, Shared, shared_answers

Floats = NDArray[np.float64]

CONFIDENCE = 0.9
ENOUGH_ANSWERS, ENOUGH_SUBJECTS = 20, 6
"""Agreement is stated from this many answers (a subject on a competency) that two rated, of this many subjects. The
limits are ours, as those for one interviewer are (`tables.OWN_ANSWERS`). `benchmarks/decision/raters.py` measures how
often the 90 % intervals then hold the truth: that of alpha in 83 to 89 of 100 panels of six or eight subjects, the
others in 87 to 97."""
MOST_VALUES = 60
"""Different values up to which ranks are compared (alpha for ordinal data)."""
_TINY = 1e-12


@dataclass(frozen=True)
class Measure:
    """A number with its 90 % interval, or None and why it is not stated."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why_not: str = ""


@dataclass(frozen=True)
class RaterFigures:
    """One interviewer. `severity` is in levels below the mean of all interviewers on the same answers (below 0: more
    lenient); `error` the standard deviation of their ratings around their own severity, in levels."""

    rater: str
    ratings: int
    shared: int
    subjects: int
    severity: Measure
    error: Measure


@dataclass(frozen=True)
class Agreement:
    """What the ratings say of the interviewers.

    `shared` are the answers (a subject on a competency) that two or more rated. Alpha is Krippendorff's, `icc_1` the
    reliability of one rating whoever gives it, `icc_2_1` the same where the interviewers' severities are told apart.
    """

    ratings: int
    answers: int
    shared: int
    subjects: int
    alpha_interval: Measure
    alpha_ordinal: Measure
    icc_1: Measure
    icc_2_1: Measure
    raters: tuple[RaterFigures, ...]


def agreement(ratings: Sequence[Rated]) -> Agreement:
    """All figures of a set of ratings, in which nobody rates an answer twice."""
    data = _Data(ratings)
    shared = int(data.shared.sum())
    subjects = len(np.unique(data.subject[data.shared[data.answer]])) if shared else 0
    short = ""
    if shared < ENOUGH_ANSWERS or subjects < ENOUGH_SUBJECTS:
        short = (
            f"not enough to tell: {shared} answers of {subjects} subjects were rated by two or more; "
            f"it takes {ENOUGH_ANSWERS} answers of {ENOUGH_SUBJECTS} subjects"
        )

    names = ("alpha_interval", "alpha_ordinal", "icc_1", "icc_2_1")
    made = [Measure(None, why_not=short)] * len(names) if short else data.measures(data.whole, _AS_SHARE)
    whole = dict(zip(names, made, strict=True))
    if not short and len(data.values) > MOST_VALUES:
        whole["alpha_ordinal"] = Measure(None, why_not=f"there are more than {MOST_VALUES} different values")
    return Agreement(
        ratings=len(ratings),
        answers=len(data.shared),
        shared=shared,
        subjects=len(data.subjects),
        raters=tuple(_raters(data, shared_answers(ratings))),
        **whole,
    )


def krippendorff(answers: Sequence[Sequence[float]], *, ordinal: bool = False) -> float:
    """Krippendorff's alpha of answers with any number of ratings each; NaN when there is nothing to compare.

    For interval data, or for ordinal data; after Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    rows = [Rated(str(a), "", str(r), value) for a, of in enumerate(answers) for r, value in enumerate(of)]
    data = _Data(rows)
    return data.alpha(np.ones(len(data.subjects)), ordinal=ordinal)


def intraclass(ratings: Sequence[Rated]) -> tuple[float, float]:
    """ICC(1) and ICC(2,1) of one rating (Shrout and Fleiss 1979), whoever rated whom; NaN where it cannot be told."""
    data = _Data(ratings)
    return data.icc(np.ones(len(data.subjects)))


class _Data:
    """The ratings as arrays, with what each estimate needs summed a subject. Weights `w` (S,) count the subjects."""

    def __init__(self, ratings: Sequence[Rated]) -> None:
        self.subjects = sorted({one.subject for one in ratings})
        self.raters = sorted({one.rater for one in ratings}, key=str.casefold)
        competencies = sorted({one.competency for one in ratings})
        place = {name: index for index, name in enumerate(self.subjects)}
        self.subject = np.array([place[one.subject] for one in ratings], dtype=np.int64)
        self.rater = np.array([self.raters.index(one.rater) for one in ratings], dtype=np.int64)
        competency = np.array([competencies.index(one.competency) for one in ratings], dtype=np.int64)
        self.level = np.array([one.level for one in ratings], dtype=np.float64)
        answers = self.subject * max(len(competencies), 1) + competency
        found, self.answer, counts = np.unique(answers, return_inverse=True, return_counts=True)
        self.shared = counts >= 2
        self.counts = counts
        self.values = np.unique(self.level)
        self._sum_pairs(competency, found // max(len(competencies), 1))
        self._sum_coincidences()
        self._sum_comparisons()

    def _sum_pairs(self, competency: NDArray[np.int64], owner: NDArray[np.int64]) -> None:
        """Sums for the ICC: count, level and level squared by subject, competency and rater."""
        s, c, r = len(self.subjects), int(competency.max(initial=-1)) + 1, len(self.raters)
        self.owner = owner
        self.moments = np.zeros((3, s, c, r))
        for power in range(3):
            np.add.at(self.moments[power], (self.subject, competency, self.rater), self.level**power)

    def _sum_coincidences(self) -> None:
        """Krippendorff's coincidences of values within answers, a table for each subject."""
        k = np.searchsorted(self.values, self.level)
        v, s = len(self.values), len(self.subjects)
        if v > MOST_VALUES:  # then the values' places are their own ranks, and only intervals are compared
            self.coincidences = np.zeros((s, 0, 0))
            return
        table = np.zeros((len(self.counts), v))
        np.add.at(table, (self.answer, k), 1.0)
        pairable = np.flatnonzero(self.shared)
        tables = np.zeros((s, v, v))
        for a in pairable:
            n = table[a]
            tables[self.owner[a]] += (np.outer(n, n) - np.diag(n)) / (n.sum() - 1)
        self.coincidences = tables

    def _sum_comparisons(self) -> None:
        """Sums over the answers that raters share, a subject each: how often two do, their difference and its square,
        the weight of each pair in the mean, and how far each rater lies from the mean."""
        s, r = len(self.subjects), len(self.raters)
        self.often, self.difference, self.square, self.weight = np.zeros((4, s, r, r))
        self.from_mean = np.zeros((s, r))
        order = np.argsort(self.answer, kind="stable")
        for group in np.split(order, np.cumsum(self.counts)[:-1]):
            if len(group) < 2:
                continue
            whose, who, x = self.subject[group[0]], self.rater[group], self.level[group]
            apart = x[:, None] - x[None, :]
            at = np.ix_([whose], who, who)
            self.often[at] += 1.0
            self.difference[at] += apart
            self.square[at] += apart**2
            self.weight[at] += 1.0 / len(group)
            self.from_mean[whose, who] += x - x.mean()

    def alpha(self, w: Floats, *, ordinal: bool) -> float:
        """Krippendorff's alpha: 1 - observed / expected disagreement."""
        if len(self.values) > MOST_VALUES:
            return self._alpha_of_sums(w)
        o = np.tensordot(w, self.coincidences, axes=1)
        n = o.sum(axis=1)
        total = n.sum()
        if total < 2:
            return math.nan
        if ordinal:
            upto = np.cumsum(n) - n / 2
            distance = (upto[:, None] - upto[None, :]) ** 2
        else:
            distance = (self.values[:, None] - self.values[None, :]) ** 2
        expected = (np.outer(n, n) * distance).sum() / (total - 1)
        return math.nan if expected <= _TINY else float(1 - (o * distance).sum() / expected)

    def _alpha_of_sums(self, w: Floats) -> float:
        """The same for interval data, without a table of values."""
        keep = self.shared[self.answer]
        weight = w[self.subject] * keep
        x = self.level - self.level.mean()
        total, first, second = weight.sum(), (weight * x).sum(), (weight * x**2).sum()
        if total < 2:
            return math.nan
        expected = 2 * (total * second - first**2) / (total - 1)
        a = [np.bincount(self.answer, x**power, len(self.counts)) for power in range(3)]
        inside = 2 * (a[0] * a[2] - a[1] ** 2)[self.shared] / (self.counts[self.shared] - 1)
        observed = float((w[self.owner[self.shared]] * inside).sum())
        return math.nan if expected <= _TINY else float(1 - observed / expected)

    def whole(self, w: Floats) -> Floats:
        """Alpha for interval and for ordinal data, ICC(1) and ICC(2,1)."""
        return np.array([self.alpha(w, ordinal=False), self.alpha(w, ordinal=True), *self.icc(w)])

    def icc(self, w: Floats) -> tuple[float, float]:
        """ICC(1) and ICC(2,1) from mean squared differences between pairs of ratings of one competency.

        Half of the mean squared difference is, between ratings of one answer, rater + error variance (`within`);
        between two subjects by two raters, subject + rater + error (`apart`); by one rater, subject + error (`alike`).
        With everybody rating everybody these give Shrout and Fleiss's estimates; without, they stay unbiased.
        """
        by_rater = self.moments
        answer = by_rater.sum(axis=3)
        within = _pairs(answer, w[:, None])
        everything = _crossed(np.tensordot(w, answer, axes=(0, 1)), (w[:, None] ** 2 * answer[0] ** 2).sum())
        same = (w[:, None] ** 2 * (answer[0] * answer[2] - answer[1] ** 2)).sum()
        between = (everything[0] - same, everything[1])
        flat = by_rater.reshape(3, by_rater.shape[1], by_rater.shape[2] * by_rater.shape[3])
        alike = _crossed(np.tensordot(w, flat, axes=(0, 1)), (w[:, None] ** 2 * flat[0] ** 2).sum())
        apart = (between[0] - alike[0], between[1] - alike[1])
        return _one_minus(within, between), _one_minus(within, apart) if alike[1] > _TINY else math.nan

    def severities(self, w: Floats) -> Floats:
        """Each rater's severity (R,): least squares of level = answer - severity, the severities of those who share
        answers with one another summing to 0. NaN for who shares none, and for all when the weights part them anew."""
        laplace = self._laplace(w)
        if np.linalg.matrix_rank(laplace, hermitian=True) < self.rank:
            return np.full(len(self.raters), math.nan)
        solved = np.linalg.pinv(laplace, hermitian=True) @ (w @ self.from_mean)
        return np.where(np.diag(laplace) <= _TINY, math.nan, -solved)

    @cached_property
    def rank(self) -> int:
        """How many severities, relative to one another, all ratings together tell."""
        return int(np.linalg.matrix_rank(self._laplace(np.ones(len(self.subjects))), hermitian=True))

    def _laplace(self, w: Floats) -> Floats:
        """The raters' normal equations, the answers eliminated (R, R)."""
        often = np.diag(np.tensordot(w, self.often, axes=1))
        return np.diag(often) - np.tensordot(w, self.weight, axes=1)

    def errors(self, w: Floats) -> Floats:
        """Each rater's error, a standard deviation (R,), from how far each two are apart (Grubbs 1948): the variance
        of a difference is the sum of the two's, over all pairs, with none below 0. NaN where they cannot tell."""
        severity = self.severities(w)
        n, d, q = (np.tensordot(w, one, axes=1) for one in (self.often, self.difference, self.square))
        r = len(self.raters)
        left, right = np.triu_indices(r, 1)
        used = (n[left, right] > 0) & np.isfinite(severity[left]) & np.isfinite(severity[right])
        left, right = left[used], right[used]
        if not len(left):
            return np.full(r, math.nan)
        count = n[left, right]
        gap = severity[right] - severity[left]  # how far the first's levels lie above the second's
        mean_square = (q[left, right] - 2 * gap * d[left, right]) / count + gap**2
        design = np.zeros((len(left), r))
        design[np.arange(len(left)), left] = design[np.arange(len(left)), right] = 1.0
        told = _identified(design)
        root = np.sqrt(count)
        solved, _ = nnls(design * root[:, None], mean_square * root)
        return np.where(told, np.sqrt(solved), math.nan)

    def measures(self, estimate: Callable[[Floats], Floats], scale: _Scale) -> list[Measure]:
        """Estimates (an array of them) with their intervals: one subject left out after the other, each estimate on a
        scale where it spreads evenly."""
        s = len(self.subjects)
        whole = estimate(np.ones(s))
        left_out = np.array([estimate(w) for w in 1.0 - np.eye(s)])
        return [_interval(one, left_out[:, index], scale) for index, one in enumerate(whole)]


@dataclass(frozen=True)
class _Scale:
    """Where an estimate is spread evenly enough for a symmetric interval, and the way back."""

    to: Callable[[float], float]
    back: Callable[[float], float]


_AS_SHARE = _Scale(lambda x: math.log(max(1 - x, 1e-9)), lambda y: 1 - math.exp(min(y, 50.0)))
_AS_IT_IS = _Scale(lambda x: x, lambda y: y)
_AS_SIZE = _Scale(lambda x: math.log(max(x, 1e-3)), lambda y: math.exp(min(y, 50.0)))


def _interval(whole: float, left_out: Floats, scale: _Scale) -> Measure:
    if not math.isfinite(whole):
        return Measure(None, why_not="it cannot be worked out of these ratings")
    around = np.array([scale.to(one) for one in left_out if math.isfinite(one)])
    n = len(around)
    if n < ENOUGH_SUBJECTS:
        return Measure(None, why_not="too few subjects to tell how sure it is")
    error = math.sqrt((n - 1) / n * float(((around - around.mean()) ** 2).sum()))
    reach = float(student.ppf((1 + CONFIDENCE) / 2, n - 1)) * error
    ends = sorted((scale.back(scale.to(whole) - reach), scale.back(scale.to(whole) + reach)))
    return Measure(float(whole), ends[0], ends[1])


def _pairs(moments: Floats, w: Floats) -> tuple[float, float]:
    """Half the summed squared differences within groups, and the number of (ordered) pairs; `moments` (3, ...)."""
    n, first, second = moments
    return float((w * (n * second - first**2)).sum()), float((w * n * (n - 1)).sum())


def _crossed(moments: Floats, own: float) -> tuple[float, float]:
    """The same over all of a group that the subjects' weighted moments make together, less a subject's own pairs."""
    n, first, second = moments
    return float((n * second - first**2).sum()), float((n**2).sum() - own)


def _one_minus(within: tuple[float, float], between: tuple[float, float]) -> float:
    if within[1] <= _TINY or between[1] <= _TINY or between[0] <= _TINY:
        return math.nan
    return 1 - (within[0] / within[1]) / (between[0] / between[1])


def _identified(design: Floats) -> NDArray[np.bool_]:
    """Which unknowns the equations determine: those whose unit vector lies in the row space."""
    projector = np.linalg.pinv(design) @ design
    return np.isclose(np.diag(projector), 1.0)


def _raters(data: _Data, found: Mapping[str, Shared]) -> Iterable[RaterFigures]:
    """Each rater's figures, those without enough ratings with the reason."""
    told = any(one.enough for one in found.values())
    nothing = [Measure(None)] * len(data.raters)
    severities = data.measures(data.severities, _AS_IT_IS) if told else nothing
    errors = data.measures(data.errors, _AS_SIZE) if told else nothing
    for index, name in enumerate(data.raters):
        shared, severity, error = found[name], severities[index], errors[index]
        if not shared.enough:
            severity = error = Measure(None, why_not=shared.why_not)
        elif error.value is None:
            error = Measure(None, why_not="cannot be told whose it is: that takes three who rate the same answers")
        count = int((data.rater == index).sum())
        yield RaterFigures(name, count, shared.answers, shared.subjects, severity, error)
