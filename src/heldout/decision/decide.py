"""From the dossiers of a case to a recommendation that shows how sure it is and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from heldout.decision.assumptions import Assumption
from heldout.decision.design import Floats
from heldout.decision.explain import explain
from heldout.decision.facts import facts
from heldout.decision.next_evidence import Outlook, outlook
from heldout.decision.observations import LEAST, MIDDLE, MOST, Observation, latest_states, observations_of, telling
from heldout.decision.posterior import Mixture, Posterior, fit, weights_of
from heldout.decision.ranking import Worth, sensitivity, worth
from heldout.decision.reasons import Given, Teller
from heldout.decision.result import (
    SAME,
    Comparison,
    Decision,
    Estimate,
    LevelResult,
    NextStep,
    RaterNote,
    Reason,
    SubjectResult,
    Twin,
    WeightCheck,
    heads,
)
from heldout.decision.steps import Planned, load_costs, steps_for
from heldout.decision.words import advice, headline, limits
from heldout.evidence import Dossier, Evidence, Subject
from heldout.evidence.types import Z90
from heldout.sources.interview.tables import Rated, Shared, shared_answers
from heldout.standard import Role, Standard
from heldout.wording import percent

WIDEST = 2.0
"""A 90 % interval wider than this many levels says too little to be told as a level."""
LEAST_COVERED = 0.5
"""The share of the role's weight of which something must have been seen before anything is said of the whole."""
_CONTENDERS = 10
"""Subjects for whom further evidence is thought through, the likeliest best first."""
_MAY_BE_BEST = 0.1
"""The chance of being the best from which somebody is not to be passed over while too little was seen of them. On
simulated panels the truly best is among those named in nine of ten; half as large names half as many more for one of
twenty (`benchmarks/README.md`)."""
_TWIN_MOST = 200
"""Subjects up to whom the twin is asked: it takes several times as long as the model."""
_ROUNDING = 1e-9
_DECIMALS = 9
"""Worths that differ by less than these are the same: who is equal stays in the order in which they were added."""
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
        """One entry; it is kept within the scale, as its pieces are."""
        low, high = float(self.low[at]), float(self.high[at])
        return Estimate(
            mean=min(max(float(self.mean[at]), LEAST), MOST),
            low=min(max(low, LEAST), MOST),
            high=min(max(high, LEAST), MOST),
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
    teller: Teller
    shared: Mapping[str, Shared]
    """What each interviewer shares with others."""
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
            self.posterior.levels,
            np.array([self.bars.get(name, MIDDLE) for name in self.posterior.design.competencies]),
        )

    @cached_property
    def whole(self) -> _Numbers:
        """Of each subject's worth."""
        return _Numbers.of(self.worth.mixture, self.bar)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for linear algebra: with matrices this small, several only wait for one another on a busy machine."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@_one_thread()
def decide(
    title: str,
    role: Role,
    standard: Standard,
    subjects: Sequence[tuple[Subject, Dossier]],
    *,
    hours: float | None = None,
    costs: Sequence[Assumption] | None = None,
    planned: Sequence[Planned] = (),
) -> Decision:
    """The recommendation for a role from all evidence about its subjects.

    `hours` is how many the company can still spend on one further piece of evidence; None: any. `costs` are what looks
    are assumed to take, None: as Heldout assumes it. `planned` are the interviews of the kit that are still to come.
    Deterministic but for the time of making. Raises nothing for missing evidence: what is missing is said.
    """
    costs = load_costs() if costs is None else costs
    subjects = [(subject, latest_states(dossier)) for subject, dossier in subjects]
    observed: list[Observation] = []
    given: list[Evidence] = []
    for subject, dossier in subjects:
        observed += observations_of(subject.slug, dossier, delivers=subject.kind in ("agency", "team"))
        given += filter(telling, dossier.evidence)
    slugs = [subject.slug for subject, _ in subjects]
    weights, bars = role.weights, role.bars
    posterior = fit(observed, slugs, list(weights))
    shared = shared_answers(
        Rated(one.subject, one.competency, one.rater, one.level) for one in observed if one.kind == "rating"
    )
    known = frozenset(rater for rater, of in shared.items() if of.enough)
    seen = [Given(evidence, one.whose) for evidence, one in zip(given, observed, strict=True)]
    teller = Teller(seen, posterior, standard, known)
    fitted = _Fitted(posterior, worth(posterior, weights), teller, shared, weights, bars, standard)
    results = [_subject(fitted, subject, dossier) for subject, dossier in subjects]
    order = np.argsort(-fitted.whole.mean.round(_DECIMALS), kind="stable")
    ranked = tuple(results[i] for i in order)
    ahead = _outlook(fitted, subjects, ranked, hours, costs, planned) if ranked else Outlook(0.0, (), ())
    leader = ranked[0].slug if ranked and observed else ""
    leads = bool(leader) and len(ranked) > len(heads(ranked)) == 1
    twin = _twin(fitted, observed, slugs, ranked) if observed else None
    return Decision(
        title=title,
        role=standard.identity(role),
        role_name=role.name,
        made_at=datetime.now(UTC).replace(microsecond=0),
        headline=headline(ranked, ahead.enough),
        advice=advice(ranked, ahead, planned),
        leader=leader,
        regret=ahead.regret,
        enough=ahead.enough,
        subjects=ranked,
        comparison=_comparison(fitted, ranked) if leads else None,
        next_steps=_next_steps(ahead, {s.slug: s.name for s, _ in subjects}),
        taken_for=tuple(costs),
        raters=_raters(fitted),
        twin=twin,
        weights=_weights(fitted, ranked) if leads else None,
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
        told = fitted.teller.reasons(pieces[name], name)
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
    made = fitted.whole.estimate((row,), fitted.bar, prior, fitted.teller.reasons(whole))
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
    costs: Sequence[Assumption],
    planned: Sequence[Planned],
) -> Outlook:
    likeliest = {one.slug for one in sorted(ranked, key=lambda one: -one.best)[:_CONTENDERS]} | {ranked[0].slug}
    untold = [one.slug for one in ranked if not one.worth.told and (one is ranked[0] or one.best >= _MAY_BE_BEST)]
    everybody = [dossier for _, dossier in subjects]
    steps = [
        step
        for subject, dossier in subjects
        if subject.slug in likeliest
        for step in steps_for(
            fitted.posterior,
            fitted.weights,
            fitted.standard,
            subject,
            dossier,
            costs,
            everybody,
            planned,
        )
        if hours is None or step.cost.hours <= hours
    ]
    return outlook(fitted.posterior, fitted.weights, steps, fitted.worth, untold)


def _next_steps(ahead: Outlook, names: Mapping[str, str]) -> tuple[NextStep, ...]:
    return tuple(
        NextStep(
            subject=names[one.step.subject],
            what=one.step.name,
            hours=one.step.cost.hours,
            their_hours=one.step.cost.their_hours,
            outlay=one.step.cost.outlay,
            cost=one.step.cost.whole,
            regret_after=one.regret,
            half_width_after=Z90 * one.deviation,
            advised=one in ahead.advised,
        )
        for one in ahead.prospects
    )


def _comparison(fitted: _Fitted, ranked: Sequence[SubjectResult]) -> Comparison:
    """Why the first stands before the second, twice over: by competency and by what was seen."""
    first, second = ranked[:2]
    theirs = {row.competency: row.estimate.mean for row in second.levels}
    by_competency = [
        Reason(
            kind="evidence",
            points=row.weight * (row.estimate.mean - theirs[row.competency]),
            text=f"{fitted.standard.short(row.competency)}, which weighs {percent(row.weight)}: "
            f"{row.estimate.mean:.1f} against {theirs[row.competency]:.1f}",
        )
        for row in first.levels
    ]
    points = first.worth.mean - second.worth.mean
    over = points - sum(one.points for one in by_competency)
    if abs(over) > _ROUNDING:
        by_competency.append(Reason(kind="end", points=over, text="levels beyond the end of the scale"))
    sides = [(one.name, explain(fitted.posterior, one.slug, fitted.weights)[0]) for one in (first, second)]
    return Comparison(
        first=first.name,
        second=second.name,
        points=points,
        by_competency=tuple(sorted(by_competency, key=lambda one: -abs(one.points))),
        by_evidence=fitted.teller.between(*sides),
    )


def _raters(fitted: _Fitted) -> tuple[RaterNote, ...]:
    """How the interviewers rate; nobody is compared with themselves alone."""
    design, leniency = fitted.posterior.design, fitted.posterior.leniency
    if len(design.raters) < 2:
        return ()
    counts = -np.asarray(design.effects[:, design.first_rater :].sum(axis=0))
    low, high = fitted.posterior.leniency_ends
    return tuple(
        RaterNote(
            rater=name,
            lenient=float(leniency.mean[i]) if fitted.shared[name].enough else None,
            low=float(low[i]) if fitted.shared[name].enough else None,
            high=float(high[i]) if fitted.shared[name].enough else None,
            ratings=round(float(counts[i])),
            why_not=fitted.shared[name].why_not,
        )
        for i, name in enumerate(design.raters)
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
    level = {one.slug for one in heads(ranked)}
    top = [slug for slug, its in zip(slugs, mean, strict=True) if mean.max() - its < SAME]
    leader = next((slug for slug in top if slug in level), top[0])
    names = {one.slug: one.name for one in ranked}
    agrees = leader in level and gap <= _SAME and chance <= _SAME
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
