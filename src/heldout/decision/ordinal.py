"""The twin of the Gaussian model that takes ratings for what they are: one of a few marks on a scale that ends.

A rating of 4 says that what the rater felt lay between 3.5 and 4.5 (of a rating between two levels, a quarter to each
side; at the ends of the scale, anything beyond): an ordinal probit with known thresholds. The posterior is Laplace's
approximation at its mode, found by Newton's method: each step is the Gaussian model with working ratings and variances
(Rasmussen & Williams 2006, section 3.4). It checks the Gaussian model; where the two differ much, that is said.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.special import log_ndtr, ndtr

from heldout.decision.design import Design, Floats
from heldout.decision.model import Solution, Variances, solve
from heldout.decision.observations import MIDDLE

_STEPS = 30
_NEAR = 1e-5
_LEAST_CURVATURE = 1e-3
_LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)


def solve_ordinal(design: Design, variances: Variances) -> Solution:
    """The solution with ordinal ratings for `variances`; measures stay Gaussian."""
    rated = design.rating
    low, high = _thresholds(design.level[rated])
    low, high = low - MIDDLE, high - MIDDLE
    felt = design.residual[rated] * 0.7  # any start does: the posterior has one mode
    residual, noise = design.residual.copy(), np.zeros(len(rated))
    for _ in range(_STEPS):
        log_chance, slope, curvature = _likelihood(low, high, felt, variances.noise)
        residual[rated] = felt + slope / curvature
        noise[rated] = 1 / curvature
        solution = solve(design, variances, residual, noise)
        following = residual[rated] - noise[rated] * solution.left[rated]
        step = following - felt
        felt = felt + np.clip(step, -1.5, 1.5)
        if not step.size or np.max(np.abs(step)) < _NEAR:
            break
    log_chance, _, _ = _likelihood(low, high, felt, variances.noise)
    working = -0.5 * (residual[rated] - felt) ** 2 / noise[rated] - 0.5 * np.log(noise[rated]) - _LOG_ROOT_TWO_PI
    return replace(solution, evidence=solution.evidence + float((log_chance - working).sum()))


def _thresholds(levels: Floats) -> tuple[Floats, Floats]:
    """The bounds of what a rater who gave these levels felt; infinite beyond the ends."""
    half = np.where(np.isclose(levels, np.round(levels)), 0.5, 0.25)
    return np.where(levels <= 1, -np.inf, levels - half), np.where(levels >= 5, np.inf, levels + half)


def _likelihood(low: Floats, high: Floats, felt: Floats, noise: float) -> tuple[Floats, Floats, Floats]:
    """Log chance of each rating, its slope and (positive) curvature in what was felt."""
    a, b = (low - felt) / noise, (high - felt) / noise
    mirrored = a > 0  # in the upper tail differences of probabilities near 1 lose their digits
    a, b = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    log_a, log_b = log_ndtr(a), log_ndtr(b)
    log_chance = log_b + np.log1p(-np.exp(np.minimum(log_a - log_b, -1e-12)))
    at_a = np.exp(-0.5 * a**2 - _LOG_ROOT_TWO_PI - log_chance)
    at_b = np.exp(-0.5 * b**2 - _LOG_ROOT_TWO_PI - log_chance)
    slope = np.where(mirrored, 1.0, -1.0) * (at_b - at_a) / noise
    ends = np.where(np.isfinite(b), b, 0.0) * at_b - np.where(np.isfinite(a), a, 0.0) * at_a
    curvature = slope**2 + ends / noise**2
    return log_chance, slope, np.maximum(curvature, _LEAST_CURVATURE / noise**2)


def chance_of_rating(level: Floats, mean: Floats, deviation: Floats) -> Floats:
    """The chance that what is felt, normal with `mean` and `deviation`, is given as the rating `level`."""
    low, high = _thresholds(level)
    chance: Floats = ndtr((high - mean) / deviation) - ndtr((low - mean) / deviation)
    return chance
