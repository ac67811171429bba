"""The Gaussian model given its variances: what the observations say of everybody, in closed form.

With W the inverse of the covariance of the observations given the global effects (block by block, one a subject), X how
these enter, and D their prior variances, the effects' posterior is Gaussian with precision Q = D⁻¹ + X'WX and mean
Q⁻¹X'Wr, and the log marginal likelihood follows from the matrix determinant lemma. Henderson's mixed-model equations
(Searle, Casella & McCulloch 1992, ch. 7) say the same. The mean of a level is exactly linear in the observations, which
is what makes it explainable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from heldout.decision.design import Block, Design, Floats

POOL = 0.3
"""Prior standard deviation, in level points, of the mean level of those who apply, over all and of each competency."""
LENIENCY = {"interview": 0.6}
"""... and of how much too high a source sees everybody. That of a whole panel cannot be told from interviews alone."""
OTHER_LENIENCY = 0.3


def leniency_of(source: str) -> float:
    """The prior standard deviation of how much too high a source sees everybody, in level points."""
    return LENIENCY.get(source, OTHER_LENIENCY)


@dataclass(frozen=True)
class Variances:
    """The standard deviations that the panel itself tells of, in level points, and the correlation of competencies."""

    ability: float
    correlation: float
    severity: float
    halo: float
    noise: float

    def between(self, wanted: Floats) -> Floats:
        """(L, K): the prior covariances of `wanted` (L, K) combinations of a subject's levels with each level."""
        competencies = wanted.shape[1]
        covariances: Floats = wanted @ (
            self.ability**2 * ((1 - self.correlation) * np.eye(competencies) + self.correlation)
        )
        return covariances


@dataclass(frozen=True)
class Solution:
    """What follows from one set of variances.

    `weights` are the blocks' inverse covariances, (s, n, n) each; `inverse` the same as one sparse (N, N) matrix;
    `effects` (G,) the mean of the global effects and `spread` (G, G) their covariance; `evidence` the log marginal
    likelihood.
    """

    variances: Variances
    weights: tuple[Floats, ...]
    inverse: sparse.csr_array
    effects: Floats
    spread: Floats
    evidence: float
    left: Floats
    """(N,): Σ⁻¹ r, with Σ the covariance of the observations with the effects integrated out."""


def solve(
    design: Design, variances: Variances, residual: Floats | None = None, noise: Floats | None = None
) -> Solution:
    """The solution for `variances`; `residual` (N,) and `noise` (N,), variances of ratings, replace the usual."""
    r = design.residual if residual is None else residual
    own = np.where(design.rating, variances.noise**2, 0.0) if noise is None else noise
    weights, determinant = [], 0.0
    for block in design.blocks:
        factor = np.linalg.cholesky(_covariance(block, variances, own))
        determinant += 2 * float(np.log(np.diagonal(factor, axis1=1, axis2=2)).sum())
        lower = np.linalg.inv(factor)
        weights.append(lower.swapaxes(1, 2) @ lower)
    inverse = _assembled(design, weights)
    prior = _effect_variances(design, variances)
    weighted = inverse @ design.effects
    precision = (design.effects.T @ weighted).toarray() + np.diag(1 / prior)
    factor, _ = linalg.cho_factor(precision, lower=True, check_finite=False)
    score = np.asarray(weighted.T @ r)
    effects = linalg.cho_solve((factor, True), score, check_finite=False)
    plain = np.asarray(inverse @ r)
    left = plain - np.asarray(weighted @ effects)
    determinant += 2 * float(np.log(np.diag(factor)).sum()) + float(np.log(prior).sum())
    evidence = -0.5 * (determinant + float(r @ left) + len(r) * math.log(2 * math.pi))
    spread = linalg.cho_solve((factor, True), np.eye(len(prior)), check_finite=False)
    return Solution(variances, tuple(weights), inverse, effects, spread, evidence, left)


def _covariance(block: Block, v: Variances, own: Floats) -> Floats:
    """(s, n, n): of a block's observations, given the global effects."""
    ability = v.ability**2
    covariance = block.same * (ability * (1 - v.correlation))
    covariance += block.all * (ability * v.correlation)
    covariance += block.halo * v.halo**2
    covariance += block.fixed
    n = block.rows.shape[1]
    covariance[:, np.arange(n), np.arange(n)] += np.where(block.inside, own[block.rows], 0.0)
    return covariance


def _assembled(design: Design, weights: list[Floats]) -> sparse.csr_array:
    """The blocks on the diagonal of one sparse matrix; the observations of a subject stand together."""
    cells = [weight[block.cells] for weight, block in zip(weights, design.blocks, strict=True)]
    columns, starts = design.pattern
    size = len(design.residual)
    return sparse.csr_array((np.concatenate(cells) if cells else np.zeros(0), columns, starts), shape=(size, size))


def _effect_variances(design: Design, variances: Variances) -> Floats:
    """(G,): the prior variance of each global effect."""
    lenient = [leniency_of(source) for source in design.sources]
    deviations = [POOL] * design.first_source + lenient + [variances.severity] * len(design.raters)
    result: Floats = np.square(np.array(deviations, dtype=float))
    return result
