"""Who is likely best, how sure that is, and what choosing each is expected to cost.

What a subject is worth for a role is the weighted mean of their levels (weights sum to 1), on the same 1-5 scale. The
expected regret of choosing somebody is how much lower their worth is expected to be than that of whoever is truly best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heldout.decision.design import Floats
from heldout.decision.posterior import Mixture, Posterior, moments, weights_of

DRAWS = 8192
WEIGHT_SETS = 4000
"""Sets of weights that are drawn around the role's own."""
SEED = 20261124
_CELLS = 40_000_000
"""Draws times subjects are held under this, in at least a thousand draws."""


@dataclass(frozen=True)
class Worth:
    """The worth of each of S subjects to a role: for each of P sets of variances the means (S,), the variances given
    the global effects (S,) and how it depends on these (S, G)."""

    subjects: tuple[str, ...]
    weights: Floats
    means: Floats
    own: Floats
    depends: tuple[Floats, ...]
    spreads: tuple[Floats, ...]

    @cached_property
    def mixture(self) -> Mixture:
        """Each subject's worth by itself."""
        through = [((d @ s) * d).sum(axis=1) for d, s in zip(self.depends, self.spreads, strict=True)]
        return Mixture(self.weights, self.means, np.sqrt(self.own + np.stack(through)))

    @cached_property
    def draws(self) -> Floats:
        """(draws, S): possible worths of all together, with what they share; the same for the same evidence."""
        count = draws_for(len(self.subjects))
        generator = np.random.default_rng(SEED)
        each = shares(self.weights, count)
        parts = []
        for i, number in enumerate(each):
            common = self.depends[i] @ root_of(self.spreads[i])
            shared = generator.standard_normal((number, common.shape[1])) @ common.T
            parts.append(self.means[i] + shared + np.sqrt(self.own[i]) * generator.standard_normal(shared.shape))
        return np.concatenate(parts)

    @cached_property
    def best(self) -> Floats:
        """(S,): the probability that each subject's worth is the highest."""
        wins = np.bincount(self.draws.argmax(axis=1), minlength=len(self.subjects))
        chances: Floats = wins / len(self.draws)
        return chances

    @cached_property
    def regret(self) -> Floats:
        """(S,): the expected regret of choosing each, in level points."""
        regret: Floats = (self.draws.max(axis=1, keepdims=True) - self.draws).mean(axis=0)
        return regret


def worth(posterior: Posterior, weights: Mapping[str, float]) -> Worth:
    """What every subject is worth to a role with these `weights` of competencies (they need not sum to 1)."""
    design = posterior.design
    wanted = weights_of(design, weights)
    each = [moments(design, one, wanted) for one in posterior.solutions]
    return Worth(
        design.subjects,
        posterior.weights,
        np.stack([means[:, 0] for means, _, _ in each]),
        np.stack([own[:, 0] for _, own, _ in each]),
        tuple(depends[:, 0, :] for _, _, depends in each),
        tuple(one.spread for one in posterior.solutions),
    )


@dataclass(frozen=True)
class Sensitivity:
    """What other weights would change: the probability, over weights drawn around the role's own, that each subject has
    the highest expected worth, and for each competency who would lead if it counted double or not at all."""

    leads: dict[str, float]
    doubled: dict[str, str]
    dropped: dict[str, str]


def sensitivity(posterior: Posterior, weights: Mapping[str, float], among: Sequence[str]) -> Sensitivity:
    """How far the choice depends on the weights, which are a judgement as well.

    Weights are drawn from a Dirichlet distribution around the role's, so that each varies by about a third of itself
    or, for the light ones, more; levels are at their means. `among` are the subjects compared.
    """
    names = [name for name in weights if weights[name] > 0]
    columns = [posterior.design.competencies.index(name) for name in names]
    rows = [posterior.index(subject) for subject in among]
    levels = posterior.levels.mean[np.ix_(rows, columns)]
    base = np.array([weights[name] for name in names])
    base = base / base.sum()
    drawn = np.random.default_rng(SEED).dirichlet(base * 9 * len(names), WEIGHT_SETS)
    first = (drawn @ levels.T).argmax(axis=1)
    leads = np.bincount(first, minlength=len(among)) / len(drawn)

    def leader(factor: float, index: int) -> str:
        changed = base.copy()
        changed[index] *= factor
        return among[int((levels @ changed).argmax())] if changed.sum() > 0 else ""

    return Sensitivity(
        leads={subject: float(share) for subject, share in zip(among, leads, strict=True)},
        doubled={name: leader(2.0, i) for i, name in enumerate(names)},
        dropped={name: leader(0.0, i) for i, name in enumerate(names)},
    )


def draws_for(subjects: int) -> int:
    """How many worths are drawn of so many subjects together."""
    return max(1024, min(DRAWS, _CELLS // max(subjects, 1)))


def drawn_alike(one: float, other: float, subjects: int) -> bool:
    """Whether two chances among so many subjects lie within twice the error that drawing gives their difference, by
    sqrt((p + q) / draws): which is higher may then be the draws' doing."""
    return abs(one - other) <= 2 * float(np.sqrt((one + other) / draws_for(subjects)))


def shares(weights: Floats, count: int) -> list[int]:
    """`count` draws dealt out by the weights, the rounding going to the heaviest."""
    each = np.floor(weights * count).astype(int)
    each[int(weights.argmax())] += count - int(each.sum())
    return [int(number) for number in each]


def root_of(covariance: Floats) -> Floats:
    """A root R of a covariance C that may be of less than full rank: R R' = C."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
