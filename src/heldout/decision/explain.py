"""Every number opens to what it is made of: pieces that add up to it exactly.

Given the variances, the mean of a level is linear in the observations and in the global effects:

    level = 3 + pool + sum over the subject's observations i of gain_i * (level_i - offset_i - 3 * loading_i)
              - sum of gain_i * (what observation i owes to the pool, the source's leniency and the rater's severity)

Averaged over the sets of variances with their weights, the pieces still add up to the level that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from heldout.decision.design import Floats, Ints
from heldout.decision.observations import LEAST, MIDDLE, MOST
from heldout.decision.posterior import Posterior, own_gains, weights_of

Kind = Literal["start", "pool", "observation", "severity", "leniency", "end"]


@dataclass(frozen=True)
class Piece:
    """One reason for a level, in level points.

    `observation` numbers what was given to the model, for the pieces that are about one; `rater` is who was
    corrected for, `source` whose leniency. `end` is what the scale's end cuts off.
    """

    kind: Kind
    points: float
    observation: int | None = None
    rater: str = ""
    source: str = ""


def explain(
    posterior: Posterior, subject: str, weights: Mapping[str, float]
) -> tuple[tuple[Piece, ...], dict[str, tuple[Piece, ...]]]:
    """The pieces of a subject's worth to a role with these `weights`, and of their level in each competency.

    They sum to the means of `ranking.worth` and of `posterior.levels`, kept within the scale.
    """
    names = posterior.design.competencies
    whole, *levels = map(
        _ended, _pieces(posterior, subject, np.vstack([weights_of(posterior.design, weights), np.eye(len(names))]))
    )
    return whole, dict(zip(names, levels, strict=True))


def _pieces(posterior: Posterior, subject: str, wanted: Floats) -> list[tuple[Piece, ...]]:
    """The pieces of each of `wanted` (L, K) combinations of a subject's levels."""
    design = posterior.design
    who = posterior.index(subject)
    own = np.flatnonzero(design.subject == who)
    effects = design.effects[own].toarray()
    truth = wanted @ design.truth
    direct = np.zeros((len(wanted), len(own)))
    owed = np.zeros((len(wanted), effects.shape[1]))
    for weight, solution in zip(posterior.weights, posterior.solutions, strict=True):
        _, gain = own_gains(design, solution, who, wanted)
        direct += weight * gain * design.residual[own]
        owed += weight * (truth - gain @ effects) * solution.effects
    return [_told(posterior, own, MIDDLE * float(wanted[i].sum()), direct[i], owed[i]) for i in range(len(wanted))]


def _ended(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces with one for what lies beyond the end of the scale, where anything does."""
    total = sum(piece.points for piece in pieces)
    over = min(max(total, LEAST), MOST) - total
    return (*pieces, Piece("end", over)) if over else pieces


def _told(posterior: Posterior, own: Ints, start: float, direct: Floats, owed: Floats) -> tuple[Piece, ...]:
    """The pieces of one combination: what its observations gave, and what is owed to each global effect."""
    design = posterior.design
    lenient = zip(design.sources, owed[design.first_source :], strict=False)
    severe = zip(design.raters, owed[design.first_rater :], strict=True)
    return (
        Piece("start", start),
        Piece("pool", float(owed[: design.first_source].sum())),
        *(Piece("observation", float(p), int(design.order[row])) for row, p in zip(own, direct, strict=True)),
        *(Piece("leniency", float(points), source=source) for source, points in lenient if points),
        *(Piece("severity", float(points), rater=rater) for rater, points in severe if points),
    )
