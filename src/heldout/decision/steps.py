"""What could be looked at next about somebody, and what each look takes.

How well a look measures is not said here: each is put together as the evidence that it would bring and goes through
the same `observations_of` as evidence that is there, so its error, its share and what it has in common with the rest
are the model's own. What it takes are assumptions, data in `looks.yaml`, and a user's own in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from heldout.decision.assumptions import Assumption, AssumptionFile, read_own, shipped, template_of
from heldout.decision.next_evidence import Cost, Step
from heldout.decision.observations import CLAIMED_SHARE, MIDDLE, observations_of
from heldout.decision.posterior import Posterior
from heldout.evidence import Dossier, Evidence, Subject
from heldout.sources.handover.level_rules import rules
from heldout.sources.interview.bank import load_bank
from heldout.sources.repository.calibration import calibrations
from heldout.standard import Standard
from heldout.wording import within

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
) -> list[Step]:
    """The further looks at a subject that can be taken today, for a role with `weights`."""
    open_to = _openness(posterior, weights, subject.slug)
    amounts = {one.id: one.mode for one in costs}
    found = []
    for kind, name, evidence in _looks(standard, open_to, subject, dossier):
        brought = Dossier(subject=subject.name, evidence=tuple(evidence))
        looks = observations_of(subject.slug, brought, delivers=subject.kind in ("agency", "team"))
        if looks:
            found.append(Step(name, subject.slug, tuple(looks), _cost(kind, amounts)))
    return found


def _looks(
    standard: Standard, open_to: Sequence[str], subject: Subject, dossier: Dossier
) -> Iterator[tuple[str, str, list[Evidence]]]:
    """Each kind of look with its name and the evidence that it would bring."""
    asked = [name for name in open_to if _sees(standard, name, "interview")]
    if asked:
        some = asked[:INTERVIEW_COMPETENCIES]
        yield "interview", f"an interview on {_named(standard, some)}", _rated(some)
    referred = {question.main for question in load_bank().questions if question.whom == "reference"}
    if some := [name for name in asked if name in referred][:INTERVIEW_COMPETENCIES]:
        yield "reference", f"a reference check on {_named(standard, some)}", _rated(some)
    if some := [name for name in asked if _sees(standard, name, "worksample")][:INTERVIEW_COMPETENCIES]:
        yield "sample", f"a work sample of your own on {_named(standard, some)}", _rated(some)
    have = {one.source for one in dossier.evidence if one.level is not None}
    share = 1.0 if subject.kind in ("agency", "team") else CLAIMED_SHARE[0]
    read = {
        name: one for name, one in calibrations().items() if name in open_to and _sees(standard, name, "repository")
    }
    yield (
        "review",
        "a review of another work" if "repository" in have else "a review of past work",
        [
            Evidence(
                competency=name, level=MIDDLE, se=one.error, basis=one.basis, source="repository", instrument=_NEW,
                version="1", share=share, start=one.start, subject_digest=_NEW, reason=one.reservation,
            )
            for name, one in read.items()
            if _sees(standard, name, "repository")
        ],
    )  # fmt: skip
    run = {name: rules().competencies[name] for name in open_to if name in rules().competencies}
    yield (
        "audit",
        "an audit of another delivery" if "handover" in have else "an audit of something delivered that should run",
        [
            Evidence(
                competency=name, level=MIDDLE, se=rules().error, basis="assumed", source="handover", instrument=_NEW,
                version="1", share=share, start=one.start, subject_digest=_NEW,
            )
            for name, one in run.items()
            if _sees(standard, name, "handover")
        ],
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
    return ", ".join(within(standard.short(name)) for name in names)


def _openness(posterior: Posterior, weights: Mapping[str, float], slug: str) -> Sequence[str]:
    """The role's competencies, those first that matter most and are known least."""
    row = posterior.levels.deviation[posterior.index(slug)]
    names = [name for name in weights if weights[name] > 0]
    worth = {name: weights[name] * float(row[posterior.design.competencies.index(name)]) for name in names}
    return sorted(names, key=lambda name: (-np.round(worth[name], 9), name))


def _sees(standard: Standard, competency: str, source: str) -> bool:
    known = standard.by_id.get(competency)
    return known is not None and source in known.sources
