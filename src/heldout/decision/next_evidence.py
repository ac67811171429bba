"""What to look at next, and when to stop: what each further piece of evidence is expected to save.

A further piece of evidence changes what we would believe. How, is not known before it is seen; how much, is: given the
variances the new means are Gaussian around today's with a covariance that follows from the model (Raiffa & Schlaifer
1961, preposterior analysis). The expected regret afterwards is E[best] - E[best of the new means].

The rule for stopping is plain, because a cleverer one did not do better: look further at the two who are likeliest best
until the expected regret of the choice is under `ENOUGH`, and nobody who may be the best is left untold. Choosing each
time what saves most was measured and did not beat spreading evenly; stopping did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from heldout.decision.design import SHARED_ERROR, Floats
from heldout.decision.model import Solution, leniency_of
from heldout.decision.posterior import Posterior, own_gains, weights_of
from heldout.decision.ranking import SEED, Worth, shares, worth

ENOUGH = 0.08
"""Expected regret, in level points, under which nothing further is worth asking for."""
LIKELIEST = 2
"""How many of the likeliest best are looked at further."""
_DRAWS = 4096


@dataclass(frozen=True)
class Step:
    """A further piece of evidence about one subject: a `rating` by an interviewer who is new to the panel, or a
    `measure` with standard error `se` on each competency. `hours` are the company's, `their_hours` the subject's."""

    name: str
    subject: str
    competencies: tuple[str, ...]
    kind: Literal["rating", "measure"]
    source: str
    hours: float
    their_hours: float
    se: float = 0.0


@dataclass(frozen=True)
class Prospect:
    """What a step is expected to bring: the expected regret after it, and the deviation of the subject's worth."""

    step: Step
    regret: float
    deviation: float


@dataclass(frozen=True)
class Outlook:
    """The expected regret of choosing today, what each step would leave of it, and which are worth taking now.

    `untold` are those who may be the best and of whom too little was seen to say so: the regret leans there on what
    the model expects of everybody, so it is not enough however small it is.
    """

    regret: float
    prospects: tuple[Prospect, ...]
    advised: tuple[Prospect, ...]
    untold: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether nothing further is worth asking for before the choice is made."""
        return self.regret < ENOUGH and not self.untold


def outlook(
    posterior: Posterior,
    weights: Mapping[str, float],
    steps: Sequence[Step],
    now: Worth | None = None,
    untold: Sequence[str] = (),
) -> Outlook:
    """What each of `steps` would bring, most first; advised are the best ones about the likeliest best. `now` is what
    everybody is worth by these weights, where that was worked out before. Of the `untold`, too little was seen to
    choose or to pass over them: what tells most of each is advised first."""
    now = now or worth(posterior, weights)
    best = float(now.draws.max(axis=1).mean())
    today = float(now.regret.min())
    found = [_prospect(posterior, now, weights, step, best) for step in steps]
    found.sort(key=lambda one: (one.regret, one.step.hours + one.step.their_hours, one.step.subject, one.step.name))
    likeliest = [posterior.design.subjects[i] for i in np.argsort(-now.best, kind="stable")[:LIKELIEST]]
    advised = []
    for subject in untold:
        about = [one for one in found if one.step.subject == subject]
        advised += sorted(about, key=lambda one: one.deviation)[:1]
    for subject in likeliest if today >= ENOUGH else ():
        mine = [one for one in found if one.step.subject == subject and one.regret < today]
        advised += mine[:1] if subject not in untold else []
    return Outlook(today, tuple(found), tuple(advised), tuple(untold))


def _prospect(posterior: Posterior, now: Worth, weights: Mapping[str, float], step: Step, best: float) -> Prospect:
    """What one step would bring, averaged over the sets of variances."""
    design = posterior.design
    who = posterior.index(step.subject)
    seen = np.eye(len(design.competencies))[[design.competencies.index(name) for name in step.competencies]]
    wanted = np.vstack([weights_of(design, weights), seen])
    generator = np.random.default_rng(SEED)
    tops, variances = [], []
    for k, (solution, count) in enumerate(zip(posterior.solutions, shares(posterior.weights, _DRAWS), strict=True)):
        through = _dependence(posterior, solution, step, who, seen)
        within = _within(posterior, solution, who, wanted)
        covariance = now.depends[k] @ solution.spread @ through.T
        covariance[who] += within[0, 1:]
        variance = through @ solution.spread @ through.T + within[1:, 1:] + _errors(posterior, solution, step)
        change = covariance @ np.linalg.inv(np.linalg.cholesky(variance)).T  # change @ change.T is what is learnt
        tops.append((now.means[k] + generator.standard_normal((count, len(seen))) @ change.T).max(axis=1))
        whole = now.own[k][who] + now.depends[k][who] @ solution.spread @ now.depends[k][who]
        variances.append(max(float(whole - change[who] @ change[who]), 0.0))
    spread = float(np.sqrt(posterior.weights @ np.array(variances)))
    return Prospect(step, max(best - float(np.concatenate(tops).mean()), 0.0), spread)


def _errors(posterior: Posterior, solution: Solution, step: Step) -> Floats:
    """(n, n): the covariance of the errors of the new observations, beside what is there already."""
    v, count = solution.variances, len(step.competencies)
    new = 0.0 if step.source in posterior.design.sources else leniency_of(step.source) ** 2
    own = v.severity**2 + v.halo**2 + np.eye(count) * v.noise**2
    if step.kind == "measure":
        own = step.se**2 * (SHARED_ERROR + (1 - SHARED_ERROR) * np.eye(count))
    errors: Floats = new + own
    return errors


def _dependence(posterior: Posterior, solution: Solution, step: Step, who: int, seen: Floats) -> Floats:
    """(n, G): how the new observations depend on the global effects that are there already."""
    design = posterior.design
    own = np.flatnonzero(design.subject == who)
    _, weight = own_gains(design, solution, who, seen)
    through: Floats = seen @ design.truth - weight @ design.effects[own].toarray()
    if step.source in design.sources:
        through[:, design.first_source + design.sources.index(step.source)] += 1.0
    return through


def _within(posterior: Posterior, solution: Solution, who: int, wanted: Floats) -> Floats:
    """(L, L): the covariance of combinations of one subject's levels given the global effects."""
    covariance, weight = own_gains(posterior.design, solution, who, wanted)
    result: Floats = solution.variances.between(wanted) @ wanted.T - weight @ covariance.T
    return result
