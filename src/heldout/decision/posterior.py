"""What all evidence together says of everybody: a mixture of Gaussians, one for each plausible set of variances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from heldout.decision.design import Block, Design, Floats, lay_out
from heldout.decision.model import POOL, Solution, solve
from heldout.decision.observations import MIDDLE, Observation
from heldout.decision.ordinal import solve_ordinal
from heldout.decision.variances import integrate

_ROOT_STEPS = 40


@dataclass(frozen=True)
class Mixture:
    """Normal distributions on a common shape, averaged: `means` and `deviations` (P, ...), `weights` (P,)."""

    weights: Floats
    means: Floats
    deviations: Floats

    @property
    def mean(self) -> Floats:
        """The mean of the mixture."""
        mean: Floats = np.tensordot(self.weights, self.means, 1)
        return mean

    @property
    def deviation(self) -> Floats:
        """The standard deviation of the mixture."""
        second = np.tensordot(self.weights, self.deviations**2 + self.means**2, 1)
        deviation: Floats = np.sqrt(np.maximum(second - self.mean**2, 0.0))
        return deviation

    def above(self, bar: Floats | float) -> Floats:
        """The probability of being at or above `bar` (of the mixture's shape, or a number)."""
        whole = np.tensordot(self.weights, ndtr((self.means - bar) / self.deviations), 1)
        chance: Floats = np.clip(whole, 0.0, 1.0)  # the weights sum to 1 but for rounding
        return chance

    def quantile(self, chance: float) -> Floats:
        """The value below which the mixture lies with `chance`, by bisection within ten deviations of the mean."""
        low, high = self.mean - 10 * self.deviation, self.mean + 10 * self.deviation
        for _ in range(_ROOT_STEPS):
            middle = (low + high) / 2
            below = 1 - self.above(middle) < chance
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2

    def interval(self, chance: float = 0.9) -> tuple[Floats, Floats]:
        """The central interval that holds the value with `chance`."""
        return self.quantile((1 - chance) / 2), self.quantile((1 + chance) / 2)


@dataclass(frozen=True)
class Posterior:
    """The fitted model: the design and the solutions with their weights."""

    design: Design
    weights: Floats
    solutions: tuple[Solution, ...]

    @cached_property
    def levels(self) -> Mixture:
        """The level of each subject in each competency: (S, K), on the anchored scale."""
        moments = [_levels(self.design, one) for one in self.solutions]
        return Mixture(self.weights, np.stack([m for m, _ in moments]), np.stack([d for _, d in moments]))

    def prior_deviation(self, combination: Floats | None = None) -> float:
        """How uncertain the level of somebody is of whom nothing is known, in level points; or a `combination` (K,)
        of their levels."""
        w = np.ones(1) if combination is None else combination
        row = w[None, :]
        pool = POOL**2 * (float(w @ w) + float(w.sum()) ** 2)
        variances = [float((one.variances.between(row) * row).sum()) + pool for one in self.solutions]
        return float(np.sqrt(self.weights @ variances))

    @cached_property
    def leniency(self) -> Mixture:
        """How much too high each rater rates: minus the severity, (R,) in level points."""
        first = self.design.first_rater
        means = np.stack([-one.effects[first:] for one in self.solutions])
        deviations = np.stack([np.sqrt(np.diag(one.spread)[first:]) for one in self.solutions])
        return Mixture(self.weights, means, deviations)

    @cached_property
    def leniency_ends(self) -> tuple[Floats, Floats]:
        """The central 90 % intervals of `leniency`: worked out once, for every reason asks for them."""
        return self.leniency.interval(0.9)

    def index(self, subject: str) -> int:
        """The row of a subject."""
        return self.design.subjects.index(subject)


def fit(
    observations: Sequence[Observation],
    subjects: Sequence[str],
    competencies: Sequence[str],
    *,
    ordinal: bool = False,
) -> Posterior:
    """The posterior of the levels of `subjects` in `competencies`; with `ordinal`, by the ordinal twin.

    Deterministic. Raises ValueError for an observation of a subject that is not among `subjects`.
    """
    design = lay_out(observations, subjects, competencies)
    solver = solve_ordinal if ordinal and design.rating.any() else solve
    points = integrate(lambda variances: solver(design, variances))
    return Posterior(design, np.array([w for w, _ in points]), tuple(s for _, s in points))


def own_gains(design: Design, solution: Solution, who: int, wanted: Floats) -> tuple[Floats, Floats]:
    """How `wanted` (L, K) combinations of one subject's levels depend on their own n observations: the covariances
    (L, n) given the global effects, and the weights (L, n) with which the observations enter the means."""
    for block, weight in zip(design.blocks, solution.weights, strict=True):
        for place in np.flatnonzero(block.subjects == who):
            rows = block.rows[place][block.inside[place]]
            covariance = solution.variances.between(wanted)[:, design.competency[rows]] * design.loading[rows]
            return covariance, covariance @ weight[place][: len(rows), : len(rows)]
    return np.zeros((len(wanted), 0)), np.zeros((len(wanted), 0))


def moments(design: Design, solution: Solution, wanted: Floats) -> tuple[Floats, Floats, Floats]:
    """Of `wanted` (L, K) combinations of competencies of everybody: means (S, L), variances given the global effects
    (S, L), and how they depend on the global effects (S, L, G)."""
    size, count = len(design.subjects), len(wanted)
    truth, prior = wanted @ design.truth, solution.variances.between(wanted)
    means = np.broadcast_to(MIDDLE * wanted.sum(axis=1) + truth @ solution.effects, (size, count)).copy()
    own = np.broadcast_to((prior * wanted).sum(axis=1), (size, count)).copy()
    depends = np.broadcast_to(truth, (size, *truth.shape)).copy()
    for block, inverse in zip(design.blocks, solution.weights, strict=True):
        loading = np.where(block.inside, design.loading[block.rows], 0.0)
        covariance = prior[:, design.competency[block.rows]].swapaxes(0, 1) * loading[:, None, :]
        weight = covariance @ inverse
        left = np.where(block.inside, solution.left[block.rows], 0.0)
        means[block.subjects] += (covariance @ left[:, :, None])[:, :, 0]
        own[block.subjects] -= (weight * covariance).sum(axis=2)
        depends[block.subjects] -= _through(design, block, weight)
    return means, np.maximum(own, 0.0), depends


def _through(design: Design, block: Block, weight: Floats) -> Floats:
    """(s, L, G): how the means of a block's combinations depend on the global effects through the observations."""
    size, count, _ = weight.shape
    inside = np.broadcast_to(block.inside[:, None, :], weight.shape)
    columns = np.broadcast_to(block.rows[:, None, :], weight.shape)[inside]
    starts = np.concatenate([[0], np.cumsum(np.repeat(block.inside.sum(axis=1), count))])
    sums = sparse.csr_array((weight[inside], columns, starts), shape=(size * count, len(design.residual)))
    through: Floats = (sums @ design.effects).toarray().reshape(size, count, -1)
    return through


def _levels(design: Design, solution: Solution) -> tuple[Floats, Floats]:
    means, own, depends = moments(design, solution, np.eye(len(design.competencies)))
    through = ((depends @ solution.spread) * depends).sum(axis=2)
    return means, np.sqrt(own + through)


def weights_of(design: Design, weights: Mapping[str, float]) -> Floats:
    """(1, K): the role's weights, summing to 1, in the design's order of competencies."""
    row = np.array([weights.get(name, 0.0) for name in design.competencies])
    result: Floats = (row / row.sum())[None, :]
    return result
