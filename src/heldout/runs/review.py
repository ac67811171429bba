"""Review past work: one or several repositories of one subject become one dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from heldout.errors import InputError, OurFault
from heldout.evidence import Artifact, Dossier, Gap
from heldout.material import Limits, Material, expand, open_material
from heldout.material.identity import People, UnknownAuthorError, is_bot
from heldout.material.redaction import mask_home
from heldout.runs.progress import Progress, Silent
from heldout.sources.repository.collect import Brief, collect


@dataclass(frozen=True)
class Order:
    """What to review: `specs` name repositories, archives, packages or profiles (see `open_material`)."""

    specs: tuple[str, ...]
    brief: Brief
    revision: str | None = None
    token: str | None = None
    limits: Limits = field(default_factory=Limits)
    most: int = 20
    """Repositories of a profile that are reviewed, the last pushed first."""


@dataclass(frozen=True)
class Outcome:
    """The dossier, and for a history in which no author was named, who could be: for the eyes of the user only."""

    dossier: Dossier
    authors: tuple[tuple[str, int], ...] = ()
    """(name, commits) of the people in the histories, most commits first; never stored."""
    alike: tuple[tuple[str, int], ...] = ()
    """The same of those who may be the named subject under another name; never stored, and counted for nobody."""


def review(order: Order, progress: Progress | None = None) -> Outcome:
    """Review everything that was ordered.

    Raises InputError or OurFault when there is only one thing to review and it cannot be; of several, those that
    cannot be reviewed become gaps of the dossier, so long as one can.
    """
    watcher = progress or Silent()
    dossiers: list[Dossier] = []
    failures: list[tuple[str, InputError | OurFault]] = []
    authors: dict[str, int] = {}
    alike: dict[str, int] = {}
    specs, left_out = _expanded(order, watcher)
    for spec in specs:
        watcher.step(f"Fetching {spec}")
        try:
            with open_material(spec, limits=order.limits, revision=order.revision, progress=watcher.step) as material:
                taken = {artifact.name for dossier in dossiers for artifact in dossier.artifacts}
                dossiers.append(_review_one(material, order.brief, taken, watcher))
                told, claims = (alike if order.brief.claims else authors), order.brief.claims
                for name, commits in _authors(material, claims):
                    told[name] = told.get(name, 0) + commits
        except (InputError, OurFault) as error:
            if len(specs) == 1:
                raise
            failures.append((spec, error))
    if not dossiers:
        raise InputError("nothing could be reviewed:\n" + "\n".join(f"  {spec}: {error}" for spec, error in failures))
    dossier = _merged(dossiers, failures, left_out)
    ranked, near = (sorted(d.items(), key=lambda item: (-item[1], item[0])) for d in (authors, alike))
    return Outcome(dossier, tuple(ranked), tuple(near))


def _expanded(order: Order, watcher: Progress) -> tuple[list[str], tuple[Gap, ...]]:
    """The specs with each profile replaced by its own repositories, and what was left out of it."""
    parts = [expand(spec, token=order.token, most=order.most, progress=watcher.step) for spec in order.specs]
    specs = dict.fromkeys(spec for part in parts for spec in part.specs)
    return list(specs), tuple(gap for part in parts for gap in part.gaps)


def _review_one(material: Material, brief: Brief, taken: set[str], watcher: Progress) -> Dossier:
    name, number = material.name, 1
    while name in taken:
        number += 1
        name = f"{material.name} ({number})"
    watcher.step(f"Reading {name}")
    return collect(replace(material, name=name), brief, tick=watcher.count)


def _authors(material: Material, claims: Sequence[str]) -> list[tuple[str, int]]:
    """Who committed; with claims, who may be the same person under another name."""
    if not material.has_history or material.history is None:
        return []
    people = People.of(material.history.commits)
    chosen = people.alike(claims) if claims else range(len(people.identities))
    counted = ((people.identities[number][0], people.commits[number]) for number in chosen)
    return [(person.name, commits) for person, commits in counted if commits and not is_bot(person)]


def _merged(
    dossiers: Sequence[Dossier], failures: Sequence[tuple[str, InputError | OurFault]], left_out: tuple[Gap, ...]
) -> Dossier:
    first = dossiers[0]
    lost = tuple(
        Artifact(
            name=mask_home(spec),
            kind="unread",
            origin=mask_home(spec),
            digest="",
            gaps=(Gap(what=mask_home(spec), why=_why(error), ours=isinstance(error, OurFault)),),
        )
        for spec, error in failures
    )
    artifacts = [artifact for dossier in dossiers for artifact in dossier.artifacts]
    artifacts[0] = artifacts[0].model_copy(update={"gaps": (*artifacts[0].gaps, *left_out)})
    return Dossier(
        subject=first.subject,
        role=first.role,
        artifacts=(*artifacts, *lost),
        evidence=tuple(e for d in dossiers for e in d.evidence),
        findings=tuple(f for d in dossiers for f in d.findings),
    )


def _why(error: InputError | OurFault) -> str:
    """The reason as it may be stored: without the names of other people that help the user to mend a claim."""
    if isinstance(error, UnknownAuthorError):
        return "nobody in its history goes by the name given as the subject's"
    return mask_home(str(error))
