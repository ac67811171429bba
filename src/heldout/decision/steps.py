"""What could be looked at next about somebody, and what each look takes.

How well a look measures is not said here: each is put together as the evidence that it would bring and goes through
the same `observations_of` as evidence that is there, so its error, its share and what it has in common with the rest
are the model's own. Another work is expected to show what works have shown in this case, and no more. References are
asked about somebody who was interviewed. What it takes are assumptions, data in `looks.yaml`, and a user's own in their
place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np

from heldout.decision.assumptions import Assumption, AssumptionFile, read_own, shipped, template_of
from heldout.decision.next_evidence import Cost, Step
from heldout.decision.observations import CLAIMED_SHARE, MIDDLE, observations_of
from heldout.decision.posterior import Posterior
from heldout.evidence import Basis, Dossier, Evidence, Subject
from heldout.sources.handover.level_rules import rules
from heldout.sources.interview.bank import load_bank
from heldout.sources.repository.calibration import calibrations
from heldout.standard import Standard
from heldout.wording import listed, within


@dataclass(frozen=True)
class Planned:
    """An interview that the kit plans and that has no scorecard yet: of whom (slug), by whom, on what it speaks for."""

    subject: str
    interviewer: str
    competencies: tuple[str, ...]


INTERVIEW_COMPETENCIES = 4
"""How many competencies one interviewer can ask about in 45 minutes, and one who rates a work sample can tell."""
_NEW = "next"
"""Who and what is not there yet: an interviewer, a work."""


@cache
def builtin() -> AssumptionFile:
    """What looks are assumed to take, as shipped."""
    return shipped("heldout.decision", "looks.yaml")


def load_costs(path: Path | None = None) -> tuple[Assumption, ...]:
    """What looks are assumed to take, the user's of the file `path` in their place. Raises YamlError with every
    problem of the file and its line."""
    own = read_own(path, builtin(), "heldout decide CASE --assumptions-template -") if path else {}
    return tuple(
        one.model_copy(update=own[one.id].model_dump() | {"mark": "own"}) if one.id in own else one
        for one in builtin().assumptions
    )


def template() -> str:
    """A file of these assumptions to edit."""
    return template_of(builtin(), "heldout decide CASE")


def steps_for(
    posterior: Posterior,
    weights: Mapping[str, float],
    standard: Standard,
    subject: Subject,
    dossier: Dossier,
    costs: Sequence[Assumption],
    everybody: Sequence[Dossier] = (),
    planned: Sequence[Planned] = (),
) -> list[Step]:
    """The further looks at a subject that can be taken today, for a role with `weights`. `everybody` are the dossiers
    of all subjects: what works show there is expected of the first work of this one. `planned` are the interviews
    that are still to come: where there are some of this subject, no other interview is thought of."""
    open_to = _openness(posterior, weights, subject.slug)
    amounts = {one.id: one.mode for one in costs}
    found = []
    due = [one for one in planned if one.subject == subject.slug]
    for kind, name, evidence in _looks(standard, open_to, subject, dossier, everybody):
        brought = Dossier(subject=subject.name, evidence=tuple(evidence))
        looks = observations_of(subject.slug, brought, delivers=subject.kind in ("agency", "team"))
        if looks and not (due and kind == "interview"):
            found.append(Step(name, subject.slug, tuple(looks), _cost(kind, amounts)))
    for one in due:
        asked = [name for name in one.competencies if name in open_to]
        brought = Dossier(subject=subject.name, evidence=tuple(_rated(asked)))
        if looks := observations_of(subject.slug, brought, delivers=False):
            name = f"the planned interview by {one.interviewer}"
            found.append(Step(name, subject.slug, tuple(looks), _cost("interview", amounts), planned=True))
    return found


def _looks(
    standard: Standard, open_to: Sequence[str], subject: Subject, dossier: Dossier, everybody: Sequence[Dossier]
) -> Iterator[tuple[str, str, list[Evidence]]]:
    """Each kind of look with its name and the evidence that it would bring."""
    asked = [name for name in open_to if _sees(standard, name, "interview")]
    if asked:
        some = asked[:INTERVIEW_COMPETENCIES]
        yield "interview", f"an interview on {_named(standard, some)}", _rated(some)
    referred = {question.main for question in load_bank().questions if question.whom == "reference"}
    met = any(one.source == "interview" for one in dossier.evidence)
    if met and (some := [name for name in asked if name in referred][:INTERVIEW_COMPETENCIES]):
        yield "reference", f"a reference check on {_named(standard, some)}", _rated(some)
    if some := [name for name in asked if _sees(standard, name, "worksample")][:INTERVIEW_COMPETENCIES]:
        yield "sample", f"a work sample of your own on {_named(standard, some)}", _rated(some)
    share = 1.0 if subject.kind in ("agency", "team") else CLAIMED_SHARE[0]
    for kind, source, first, another in (
        ("review", "repository", "a review of past work", "a review of another work"),
        ("audit", "handover", "an audit of something delivered that should run", "an audit of another delivery"),
    ):
        had = bool(_seen(dossier, source))
        shown = _shown(source, [dossier] if had else everybody) or _by_rule(source)
        yield (
            kind,
            another if had else first,
            [
                one.model_copy(update={"share": share})
                for one in shown
                if one.competency in open_to and _sees(standard, one.competency, source)
            ],
        )


def _seen(dossier: Dossier, source: str) -> list[Evidence]:
    """The levels that a source gave."""
    return [one for one in dossier.evidence if one.source == source and one.level is not None and one.se is not None]


def _shown(source: str, dossiers: Sequence[Dossier]) -> list[Evidence]:
    """What a further work would show, if it is like those of `dossiers`: each competency that half of them show, with
    the error that it has there in the mean."""
    found = [seen for dossier in dossiers if (seen := _seen(dossier, source))]
    shown = Counter(name for seen in found for name in {one.competency for one in seen})
    levels: dict[str, list[Evidence]] = {}
    for one in chain.from_iterable(found):
        levels.setdefault(one.competency, []).append(one)
    return [
        _at_work(source, name, _mean_error(of), of[0].basis, of[0].start, of[0].reason)
        for name, of in levels.items()
        if 2 * shown[name] >= len(found)
    ]


def _mean_error(levels: Sequence[Evidence]) -> float:
    return float(np.mean([one.se for one in levels if one.se is not None]))


def _by_rule(source: str) -> list[Evidence]:
    """What a large work would show: all that the rule of a source can see, with the least error that it gives."""
    if source == "handover":
        known = rules().competencies
        return [_at_work(source, name, rules().error, "assumed", one.start) for name, one in known.items()]
    return [
        _at_work(source, name, one.error, one.basis, one.start, one.reservation) for name, one in calibrations().items()
    ]


def _at_work(source: str, competency: str, se: float, basis: Basis, start: float | None, reason: str = "") -> Evidence:
    """A level of a work that nobody has looked at yet."""
    return Evidence(
        competency=competency, level=MIDDLE, se=se, basis=basis, source=source, instrument=_NEW, version="1",
        start=start, subject_digest=_NEW, reason=reason,
    )  # fmt: skip


def _rated(competencies: Sequence[str]) -> list[Evidence]:
    """Ratings by somebody who has not rated anybody yet."""
    return [
        Evidence(
            competency=name, level=MIDDLE, se=1.0, basis="assumed", source="interview", instrument=_NEW, version="1",
            rater=_NEW, group=_NEW,
        )
        for name in competencies
    ]  # fmt: skip


def _cost(kind: str, amounts: Mapping[str, float]) -> Cost:
    yours, theirs = amounts[f"{kind}_yours"], amounts[f"{kind}_theirs"]
    pay = amounts.get(f"{kind}_pay", 0.0)
    return Cost(yours, theirs, pay, yours * amounts["your_hour"] + theirs * amounts["their_hour"] + pay)


def _named(standard: Standard, names: Sequence[str]) -> str:
    return listed([within(standard.short(name)) for name in names])


def _openness(posterior: Posterior, weights: Mapping[str, float], slug: str) -> Sequence[str]:
    """The role's competencies, those first that matter most and are known least."""
    row = posterior.levels.deviation[posterior.index(slug)]
    names = [name for name in weights if weights[name] > 0]
    worth = {name: weights[name] * float(row[posterior.design.competencies.index(name)]) for name in names}
    return sorted(names, key=lambda name: (-np.round(worth[name], 9), name))


def _sees(standard: Standard, competency: str, source: str) -> bool:
    known = standard.by_id.get(competency)
    return known is not None and source in known.sources
