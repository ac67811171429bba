"""What to look at next, and when to stop: what each further piece of evidence is expected to save.

A further piece of evidence changes what we would believe. How, is not known before it is seen; how much, is: given the
variances the new means are Gaussian around today's with a covariance that follows from the model (Raiffa & Schlaifer
1961, preposterior analysis). The expected regret afterwards is E[best] - E[best of the new means].

The rule for stopping is plain, because a cleverer one did not do better: look further at the two who are likeliest best
until the expected regret of the choice is under `ENOUGH`, and nobody who may be the best is left untold. Choosing each
time what saves most was measured and did not beat spreading evenly; stopping did. How to look at each of them is chosen
by cost: the least dear of what saves nearly as much as anything would. Where too little was seen of somebody, only what
sees something new of them counts: to look again at what was seen makes it surer and the rest no better known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heldout.decision.design import Floats, errors_of_one_look
from heldout.decision.model import Solution, leniency_of
from heldout.decision.observations import Observation
from heldout.decision.posterior import Posterior, own_gains, weights_of
from heldout.decision.ranking import SEED, Worth, drawn_alike, shares, worth

ENOUGH = 0.08
"""Expected regret, in level points, under which nothing further is worth asking for."""
LIKELIEST = 2
"""How many of the likeliest best are looked at further, and whoever may be as likely as the last of them."""
NEARLY = 0.5
"""The part of what the best look at somebody would bring (or would see that is new) from which a less dear one is
advised in its place."""
_DRAWS = 4096


@dataclass(frozen=True)
class Cost:
    """What a look takes: `hours` are the company's, `their_hours` the subject's, `outlay` what is paid for it, `whole`
    all of it in money, their hours as well."""

    hours: float
    their_hours: float
    outlay: float = 0.0
    whole: float = 0.0


@dataclass(frozen=True)
class Step:
    """A further look at one subject. `looks` are observations as it would bring them: all ratings of an interviewer
    who is new to the panel, or all measures of one look at a new work. Their levels are not known and not used.
    `planned`: the kit has it ask the same of everybody, so it comes before whatever else could be looked at."""

    name: str
    subject: str
    looks: tuple[Observation, ...]
    cost: Cost
    planned: bool = False


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
    choose or to pass over them: what tells of each of them is advised first."""
    now = now or worth(posterior, weights)
    best = float(now.draws.max(axis=1).mean())
    today = float(now.regret.min())
    reach = [depends @ one.spread for depends, one in zip(now.depends, posterior.solutions, strict=True)]
    found = [_prospect(posterior, now, weights, step, best, reach) for step in steps]
    found.sort(key=lambda one: (one.regret, one.step.cost.whole, one.step.subject, one.step.name))
    likeliest = _likeliest(now)
    looks = {slug: planned_first([one for one in found if one.step.subject == slug]) for slug in (*untold, *likeliest)}
    advised = []
    for subject in untold:
        unsure = float(now.mixture.deviation[posterior.index(subject)])
        new = _that_see_more(posterior, weights, subject, looks[subject])
        advised += _advised([(unsure - one.deviation, one) for one in new])
    for subject in likeliest if today >= ENOUGH else ():
        if subject not in untold:
            advised += _advised([(today - one.regret, one) for one in looks[subject]])
    return Outlook(today, tuple(found), tuple(advised), tuple(untold))


def planned_first(found: Sequence[Prospect]) -> Sequence[Prospect]:
    """What is planned of these, since that comes before whatever else could be looked at; all where nothing is."""
    return [one for one in found if one.step.planned] or found


def _likeliest(now: Worth) -> list[str]:
    """The likeliest best, and with them whoever only the draws put behind the last of these."""
    order = np.argsort(-now.best, kind="stable")
    last, count = float(now.best[order[:LIKELIEST][-1]]), len(order)
    near = [drawn_alike(float(now.best[i]), last, count) for i in order]
    return [now.subjects[i] for k, i in enumerate(order) if k < LIKELIEST or near[k]]


def _that_see_more(
    posterior: Posterior, weights: Mapping[str, float], subject: str, found: Sequence[Prospect]
) -> Sequence[Prospect]:
    """Of looks at a subject those that see nearly as much as any of what was not seen of them yet, by the role's
    weights; all of them where none sees anything new, or where they are planned."""
    if any(one.step.planned for one in found):
        return found
    design = posterior.design
    had = {design.competencies[i] for i in design.competency[design.subject == posterior.index(subject)]}
    more = [
        sum(weights.get(look.competency, 0.0) for look in one.step.looks if look.competency not in had) for one in found
    ]
    least = NEARLY * max(more, default=0.0)
    return [one for one, new in zip(found, more, strict=True) if new >= least]


def _advised(gains: Sequence[tuple[float, Prospect]]) -> list[Prospect]:
    """Of looks at one subject, each with what it gains: the least dear of those that gain nearly as much as any."""
    most = max((gain for gain, _ in gains), default=0.0)
    near = [(one.step.cost.whole, -gain, one) for gain, one in gains if most > 0 and gain >= NEARLY * most]
    return [min(near, key=lambda one: one[:2])[2]] if near else []


def _prospect(
    posterior: Posterior, now: Worth, weights: Mapping[str, float], step: Step, best: float, reach: Sequence[Floats]
) -> Prospect:
    """What one step would bring, averaged over the sets of variances; `reach` (P of (S, G)) is how everybody's worth
    varies with the global effects. Who is never the best today is not looked for among the best of tomorrow."""
    design = posterior.design
    who = posterior.index(step.subject)
    loadings = np.array([look.loading for look in step.looks])
    asked = [design.competencies.index(look.competency) for look in step.looks]
    seen = np.eye(len(design.competencies))[asked] * loadings[:, None]
    wanted = np.vstack([weights_of(design, weights), seen])
    generator = np.random.default_rng(SEED)
    may = np.flatnonzero(now.best)
    tops, variances = [], []
    for k, (solution, count) in enumerate(zip(posterior.solutions, shares(posterior.weights, _DRAWS), strict=True)):
        through = _dependence(posterior, solution, step, who, seen)
        within = _within(posterior, solution, who, wanted)
        covariance = reach[k] @ through.T
        covariance[who] += within[0, 1:]
        variance = through @ solution.spread @ through.T + within[1:, 1:] + _errors(posterior, solution, step)
        change = covariance @ np.linalg.inv(np.linalg.cholesky(variance)).T  # change @ change.T is what is learnt
        tops.append((now.means[k, may] + generator.standard_normal((count, len(seen))) @ change[may].T).max(axis=1))
        whole = now.own[k][who] + reach[k][who] @ now.depends[k][who]
        variances.append(max(float(whole - change[who] @ change[who]), 0.0))
    spread = float(np.sqrt(posterior.weights @ np.array(variances)))
    return Prospect(step, max(best - float(np.concatenate(tops).mean()), 0.0), spread)


def _errors(posterior: Posterior, solution: Solution, step: Step) -> Floats:
    """(n, n): the covariance of the errors of the new observations, beside what is there already."""
    v, first = solution.variances, step.looks[0]
    new = 0.0 if first.source in posterior.design.sources else leniency_of(first.source) ** 2
    if first.kind == "measure":
        own = errors_of_one_look(np.array([look.se for look in step.looks]))
    else:
        own = v.severity**2 + v.halo**2 + np.eye(len(step.looks)) * v.noise**2
    errors: Floats = new + own
    return errors


def _dependence(posterior: Posterior, solution: Solution, step: Step, who: int, seen: Floats) -> Floats:
    """(n, G): how the new observations depend on the global effects that are there already."""
    design = posterior.design
    own = np.flatnonzero(design.subject == who)
    _, weight = own_gains(design, solution, who, seen)
    through: Floats = seen @ design.truth - weight @ design.effects[own].toarray()
    source = step.looks[0].source
    if source in design.sources:
        through[:, design.first_source + design.sources.index(source)] += 1.0
    return through


def _within(posterior: Posterior, solution: Solution, who: int, wanted: Floats) -> Floats:
    """(L, L): the covariance of combinations of one subject's levels given the global effects."""
    covariance, weight = own_gains(posterior.design, solution, who, wanted)
    result: Floats = solution.variances.between(wanted) @ wanted.T - weight @ covariance.T
    return result
