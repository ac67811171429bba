"""From the dossiers of a case to a recommendation that shows how sure it is and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

import numpy as np

from heldout.decision.design import Floats
from heldout.decision.explain import explain
from heldout.decision.facts import facts
from heldout.decision.next_evidence import Outlook, outlook
from heldout.decision.observations import Observation, latest_states, observations_of, telling
from heldout.decision.posterior import Mixture, Posterior, fit, weights_of
from heldout.decision.ranking import Worth, sensitivity, worth
from heldout.decision.reasons import reasons
from heldout.decision.result import (
    Decision,
    Estimate,
    LevelResult,
    NextStep,
    RaterNote,
    Reason,
    SubjectResult,
    Twin,
    WeightCheck,
)
from heldout.decision.steps import steps_for
from heldout.decision.words import advice, headline, limits
from heldout.evidence import Dossier, Evidence, Subject
from heldout.evidence.types import Z90
from heldout.standard import Role, Standard

WIDEST = 2.0
"""A 90 % interval wider than this many levels says too little to be told as a level."""
LEAST_COVERED = 0.5
"""The share of the role's weight of which something must have been seen before anything is said of the whole."""
_CONTENDERS = 10
"""Subjects for whom further evidence is thought through, the likeliest best first."""
_FEWEST_RATINGS = 8
"""Ratings by an interviewer before anything is said of how they rate."""
_TWIN_MOST = 200
"""Subjects up to whom the twin is asked: it takes several times as long as the model."""
_SAME = 0.15
"""Level points and probability by which the twins may differ before it is said."""


@dataclass(frozen=True)
class _Numbers:
    """What is told of each entry of a mixture: everything at once, for one by one takes long for many subjects."""

    mean: Floats
    low: Floats
    high: Floats
    above: Floats
    deviation: Floats

    @classmethod
    def of(cls, mixture: Mixture, bars: Floats | float) -> Self:
        """Of a mixture, held against `bars` of its shape."""
        return cls(mixture.mean, *mixture.interval(0.9), mixture.above(bars), mixture.deviation)

    def estimate(self, at: tuple[int, ...], bar: float, prior: float, told: tuple[Reason, ...]) -> Estimate:
        """One entry; the interval is kept within the scale."""
        low, high = float(self.low[at]), float(self.high[at])
        return Estimate(
            mean=float(self.mean[at]),
            low=max(low, 1.0),
            high=min(high, 5.0),
            bar=bar,
            above=float(self.above[at]),
            informed=max(1 - (float(self.deviation[at]) / prior) ** 2, 0.0),
            told=high - low <= WIDEST,
            reasons=told,
        )


@dataclass(frozen=True)
class _Fitted:
    posterior: Posterior
    worth: Worth
    given: list[Evidence]
    """The evidence behind each observation, in the order in which the model had them."""
    weights: Mapping[str, float]
    bars: Mapping[str, float]
    standard: Standard

    @property
    def bar(self) -> float:
        """The role's bars, weighted: the level that the worth is held against."""
        return sum(weight * self.bars[name] for name, weight in self.weights.items())

    @cached_property
    def levels(self) -> _Numbers:
        """Of each subject and competency."""
        return _Numbers.of(
            self.posterior.levels, np.array([self.bars.get(name, 3.0) for name in self.posterior.design.competencies])
        )

    @cached_property
    def whole(self) -> _Numbers:
        """Of each subject's worth."""
        return _Numbers.of(self.worth.mixture, self.bar)


def decide(
    title: str,
    role: Role,
    standard: Standard,
    subjects: Sequence[tuple[Subject, Dossier]],
    *,
    hours: float | None = None,
) -> Decision:
    """The recommendation for a role from all evidence about its subjects.

    `hours` is how many the company can still spend on one further piece of evidence; None: any. Deterministic but for
    the time of making. Raises nothing for missing evidence: what is missing is said.
    """
    subjects = [(subject, latest_states(dossier)) for subject, dossier in subjects]
    observed: list[Observation] = []
    given: list[Evidence] = []
    for subject, dossier in subjects:
        seen = [one for one in dossier.evidence if telling(one)]
        observed += observations_of(subject.slug, seen, delivers=subject.kind in ("agency", "team"))
        given += seen
    slugs = [subject.slug for subject, _ in subjects]
    weights, bars = role.weights, role.bars
    posterior = fit(observed, slugs, list(weights))
    fitted = _Fitted(posterior, worth(posterior, weights), given, weights, bars, standard)
    results = [_subject(fitted, subject, dossier) for subject, dossier in subjects]
    order = sorted(range(len(results)), key=lambda i: (-results[i].worth.mean, i))
    ranked = tuple(results[i] for i in order)
    ahead = _outlook(fitted, subjects, ranked, hours) if ranked else Outlook(0.0, (), ())
    leader = ranked[0].slug if ranked and observed else ""
    twin = _twin(fitted, observed, slugs, ranked) if observed else None
    return Decision(
        title=title,
        role=standard.identity(role),
        role_name=role.name,
        made_at=datetime.now(UTC).replace(microsecond=0),
        headline=headline(ranked, ahead.regret, ahead.enough),
        advice=advice(ranked, ahead),
        leader=leader,
        regret=ahead.regret,
        enough=ahead.enough,
        subjects=ranked,
        next_steps=_next_steps(ahead, {s.slug: s.name for s, _ in subjects}),
        raters=_raters(posterior),
        twin=twin,
        weights=_weights(fitted, ranked) if len(ranked) > 1 and observed else None,
        limits=limits(given, posterior, ranked),
        evidence_digest=_digest(role, subjects),
    )


def _subject(fitted: _Fitted, subject: Subject, dossier: Dossier) -> SubjectResult:
    """Everything about one subject."""
    row = fitted.posterior.index(subject.slug)
    seen = {name: [e for e in dossier.evidence if e.competency == name] for name in fitted.weights}
    observed = {name: sum(telling(e) for e in found) for name, found in seen.items()}
    covered = sum(weight for name, weight in fitted.weights.items() if observed[name])
    whole, pieces = explain(fitted.posterior, subject.slug, fitted.weights)
    levels = []
    for name, weight in sorted(fitted.weights.items(), key=lambda item: -item[1]):
        at = (row, fitted.posterior.design.competencies.index(name))
        known = fitted.standard.by_id.get(name)
        told = reasons(pieces[name], fitted.given, fitted.posterior, fitted.standard, name)
        levels.append(
            LevelResult(
                competency=name,
                name=known.name if known else name,
                weight=weight,
                estimate=fitted.levels.estimate(at, fitted.bars[name], fitted.posterior.prior_deviation(), told),
                seen=observed[name],
                missing="" if observed[name] else _why_missing(seen[name]),
            )
        )
    prior = fitted.posterior.prior_deviation(weights_of(fitted.posterior.design, fitted.weights)[0])
    told = reasons(whole, fitted.given, fitted.posterior, fitted.standard)
    made = fitted.whole.estimate((row,), fitted.bar, prior, told)
    return SubjectResult(
        slug=subject.slug,
        name=subject.name,
        kind=subject.kind,
        worth=made.model_copy(update={"told": made.told and covered >= LEAST_COVERED}),
        best=float(fitted.worth.best[row]),
        regret=float(fitted.worth.regret[row]),
        covered=min(covered, 1.0),
        levels=tuple(levels),
        sources=tuple(dict.fromkeys(e.source for e in dossier.evidence if telling(e))),
        facts=facts(dossier),
    )


def _why_missing(found: Sequence[Evidence]) -> str:
    """Why nothing was seen of a competency, and what stands in."""
    why = next((e.reason.rstrip(".") for e in found if e.reason), "nobody has looked")
    return f"{why}; what is shown follows from their other competencies alone"


def _outlook(
    fitted: _Fitted,
    subjects: Sequence[tuple[Subject, Dossier]],
    ranked: Sequence[SubjectResult],
    hours: float | None,
) -> Outlook:
    likeliest = {one.slug for one in sorted(ranked, key=lambda one: -one.best)[:_CONTENDERS]}
    steps = [
        step
        for subject, dossier in subjects
        if subject.slug in likeliest
        for step in steps_for(fitted.posterior, fitted.weights, fitted.standard, subject, dossier)
        if hours is None or step.hours <= hours
    ]
    return outlook(fitted.posterior, fitted.weights, steps)


def _next_steps(ahead: Outlook, names: Mapping[str, str]) -> tuple[NextStep, ...]:
    return tuple(
        NextStep(
            subject=names[one.step.subject],
            what=one.step.name,
            hours=one.step.hours,
            their_hours=one.step.their_hours,
            regret_after=one.regret,
            half_width_after=Z90 * one.deviation,
            advised=one in ahead.advised,
        )
        for one in ahead.prospects
    )


def _raters(posterior: Posterior) -> tuple[RaterNote, ...]:
    """How the interviewers rate, for those with enough ratings to say it; nobody is compared with themselves alone."""
    design = posterior.design
    if len(design.raters) < 2:
        return ()
    counts = [round(-float(design.effects[:, [design.first_rater + i]].sum())) for i in range(len(design.raters))]
    low, high = posterior.leniency_ends
    mean = posterior.leniency.mean
    return tuple(
        RaterNote(rater=name, lenient=float(mean[i]), low=float(low[i]), high=float(high[i]), ratings=counts[i])
        for i, name in enumerate(design.raters)
        if counts[i] >= _FEWEST_RATINGS
    )


def _twin(
    fitted: _Fitted, observed: Sequence[Observation], slugs: Sequence[str], ranked: Sequence[SubjectResult]
) -> Twin | None:
    """The ordinal twin's answer; None where there are no ratings, which is all that it takes otherwise, or too many
    subjects."""
    if len(slugs) > _TWIN_MOST or not any(one.kind == "rating" for one in observed):
        return None
    other = worth(fit(observed, slugs, list(fitted.weights), ordinal=True), fitted.weights)
    mean = other.mixture.mean
    gap = abs(mean - fitted.worth.mixture.mean).max()
    chance = abs(other.best - fitted.worth.best).max()
    leader = slugs[int(mean.argmax())]
    names = {one.slug: one.name for one in ranked}
    agrees = leader == ranked[0].slug and gap <= _SAME and chance <= _SAME
    return Twin(leader=names[leader], agrees=bool(agrees), worth_gap=float(gap), best_gap=float(chance))


def _weights(fitted: _Fitted, ranked: Sequence[SubjectResult]) -> WeightCheck:
    found = sensitivity(fitted.posterior, fitted.weights, [one.slug for one in ranked])
    names = {one.slug: one.name for one in ranked}
    changes = []
    for what, leaders in (("counted double", found.doubled), ("left out", found.dropped)):
        for competency, leader in leaders.items():
            if leader and leader != ranked[0].slug:
                known = fitted.standard.by_id.get(competency)
                changes.append(f"{known.name if known else competency} {what}: {names[leader]} would lead")
    return WeightCheck(holds=found.leads[ranked[0].slug], changes=tuple(changes))


def _digest(role: Role, subjects: Sequence[tuple[Subject, Dossier]]) -> str:
    """Of the role and of every level, error, share and start that the numbers were made of."""
    made = hashlib.sha256(role.model_dump_json().encode())
    for subject, dossier in subjects:
        made.update(f"\n{subject.slug} {subject.kind}".encode())
        for one in dossier.evidence:
            made.update(
                f"\n{one.source}|{one.competency}|{one.level}|{one.se}|{one.basis}|{one.share}|{one.start}|{one.rater}"
                f"|{one.group}".encode()
            )
    return made.hexdigest()
