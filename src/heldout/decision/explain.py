"""Every number opens to what it is made of: pieces that add up to it exactly.

Given the variances, the mean of a level is linear in the observations and in the global effects:

    level = 3 + pool + sum over the subject's observations i of gain_i * (level_i - offset_i - 3 * loading_i)
              - sum of gain_i * (what observation i owes to the pool, the source's leniency and the rater's severity)

Averaged over the sets of variances with their weights, the pieces still add up to the level that is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from heldout.decision.design import Floats
from heldout.decision.model import Solution
from heldout.decision.observations import MIDDLE
from heldout.decision.posterior import Posterior, gains, weights_of

Kind = Literal["start", "pool", "observation", "severity", "leniency"]


@dataclass(frozen=True)
class Piece:
    """One reason for a level, in level points.

    `observation` numbers what was given to the model, for the pieces that are about one; `rater` is who was
    corrected for, `source` whose leniency.
    """

    kind: Kind
    points: float
    observation: int | None = None
    rater: str = ""
    source: str = ""


def explain_level(posterior: Posterior, subject: str, competency: str) -> tuple[Piece, ...]:
    """The pieces of a subject's level in one competency; they sum to `posterior.levels.mean`."""
    wanted = np.zeros((1, len(posterior.design.competencies)))
    wanted[0, posterior.design.competencies.index(competency)] = 1.0
    return _pieces(posterior, subject, wanted)


def explain_worth(posterior: Posterior, subject: str, weights: Mapping[str, float]) -> tuple[Piece, ...]:
    """The pieces of a subject's worth to a role; they sum to the mean of `ranking.worth`."""
    return _pieces(posterior, subject, weights_of(posterior.design, weights))


def _pieces(posterior: Posterior, subject: str, wanted: Floats) -> tuple[Piece, ...]:
    design = posterior.design
    who = posterior.index(subject)
    own = np.flatnonzero(design.subject == who)
    effects = design.effects[own].toarray()
    truth = (wanted @ design.truth)[0]
    first_source, first_rater = design.first_source, design.first_rater
    direct, pool = np.zeros(len(own)), 0.0
    lenient: dict[str, float] = defaultdict(float)
    severe: dict[str, float] = defaultdict(float)
    for weight, solution in zip(posterior.weights, posterior.solutions, strict=True):
        gain = _gain(posterior, solution, who, wanted)
        direct += weight * gain * design.residual[own]
        owed = -gain @ effects * solution.effects + truth * solution.effects
        pool += weight * float(owed[:first_source].sum())
        for i, source in enumerate(design.sources):
            lenient[source] += weight * float(owed[first_source + i])
        for i, rater in enumerate(design.raters):
            severe[rater] += weight * float(owed[first_rater + i])
    pieces = [Piece("start", MIDDLE * float(wanted.sum())), Piece("pool", pool)]
    pieces += [
        Piece("observation", float(points), observation=int(design.order[row]))
        for row, points in zip(own, direct, strict=True)
    ]
    pieces += [Piece("leniency", points, source=source) for source, points in lenient.items() if points]
    pieces += [Piece("severity", points, rater=rater) for rater, points in severe.items() if points]
    return tuple(pieces)


def _gain(posterior: Posterior, solution: Solution, who: int, wanted: Floats) -> Floats:
    """(n,): how the subject's own observations enter the mean of the `wanted` combination, in their order."""
    for block, _, weight in gains(posterior.design, solution, wanted):
        for place in np.flatnonzero(block.subjects == who):
            found: Floats = weight[place, 0, block.inside[place]]
            return found
    return np.zeros(0)
