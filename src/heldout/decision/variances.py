"""How large the errors of a panel are is not known but estimated: the model is averaged over what is plausible.

The five variances are searched in units of their priors (each standard normal there). The posterior's mode is found,
its curvature measured, and the model solved at the 27 points of a central composite design around it, weighted so that
the average is right for a Gaussian; the same points and weights as Rue, Martino & Chopin 2009, section 6.5 (INLA).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
from scipy import optimize

from heldout.decision.design import Floats
from heldout.decision.model import Solution, Variances

MEDIANS = Variances(ability=0.8, correlation=0.45, severity=0.3, halo=0.45, noise=0.7)
"""What is expected of a panel before anything is seen of it. Severity and halo as seen on real essays and writing tests
(.21-.46 and .36-.82 of the ability's), noise so that one interview has the reliability of .44 that Huffcutt, Culbertson
and Weyhrauch 2013 found for separate interviews."""
SPREADS = Variances(ability=0.3, correlation=0.6, severity=0.45, halo=0.4, noise=0.35)
"""Prior standard deviations: of the logarithm, and of the logit for the correlation."""

_RADIUS = 1.1
_NEGLIGIBLE = 1e-4
_STEP = 0.1
_FLATTEST = 0.5
Solve = Callable[[Variances], Solution]


def at(position: Floats) -> Variances:
    """The variances at a position (5,) in units of the prior."""
    logit = math.log(MEDIANS.correlation / (1 - MEDIANS.correlation)) + SPREADS.correlation * position[1]
    return Variances(
        ability=MEDIANS.ability * math.exp(SPREADS.ability * position[0]),
        correlation=1 / (1 + math.exp(-logit)),
        severity=MEDIANS.severity * math.exp(SPREADS.severity * position[2]),
        halo=MEDIANS.halo * math.exp(SPREADS.halo * position[3]),
        noise=MEDIANS.noise * math.exp(SPREADS.noise * position[4]),
    )


def integrate(solve: Solve) -> list[tuple[float, Solution]]:
    """The solutions at the points of the design, with weights that sum to 1, heaviest first."""

    def cost(position: Floats) -> float:
        return 0.5 * float(position @ position) - solve(at(position)).evidence

    found = optimize.minimize(
        cost, np.zeros(5), method="L-BFGS-B", bounds=[(-4, 4)] * 5, options={"ftol": 1e-7, "gtol": 1e-2, "eps": 1e-4}
    )
    mode = np.asarray(found.x, dtype=float)
    scale = _scale(cost, mode, float(found.fun))
    points = _design(5)
    outer = math.exp(_RADIUS**2 * 5 / 2) / ((len(points) - 1) * _RADIUS**2)
    solved = []
    for point in points:
        position = mode + scale @ point
        solution = solve(at(position))
        log = solution.evidence - 0.5 * float(position @ position)
        solved.append((log + math.log(outer if point.any() else 1 - 1 / _RADIUS**2), solution))
    top = max(log for log, _ in solved)
    kept = sorted(((math.exp(log - top), s) for log, s in solved), key=lambda pair: -pair[0])
    kept = [(weight, s) for weight, s in kept if weight > _NEGLIGIBLE]
    total = sum(weight for weight, _ in kept)
    return [(weight / total, s) for weight, s in kept]


def _scale(cost: Callable[[Floats], float], mode: Floats, least: float) -> Floats:
    """(5, 5): the root of the posterior's covariance at the mode, by second differences."""
    steps = np.eye(5) * _STEP
    up = np.array([cost(mode + step) for step in steps])
    down = np.array([cost(mode - step) for step in steps])
    curvature = np.diag(up - 2 * least + down)
    for i in range(5):
        for j in range(i):
            mixed = cost(mode + steps[i] + steps[j]) - up[i] - up[j] + least
            curvature[i, j] = curvature[j, i] = mixed
    values, vectors = np.linalg.eigh(curvature / _STEP**2)
    root: Floats = vectors / np.sqrt(np.maximum(values, _FLATTEST))
    return root


def _design(size: int) -> Floats:
    """The centre, half the corners of a cube, the ends of the axes; all but the centre `_RADIUS` times √size away."""
    corners = [c for c in product((-1.0, 1.0), repeat=size) if math.prod(c) > 0]
    axes = math.sqrt(size) * np.vstack([np.eye(size), -np.eye(size)])
    return np.vstack([np.zeros(size), _RADIUS * np.array(corners), _RADIUS * axes])
