"""Review past work: one or several repositories of one subject become one dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from heldout.errors import InputError, OurFault
from heldout.evidence import Artifact, Dossier, Gap
from heldout.material import Limits, Material, Person, open_material
from heldout.material.forge import list_repositories
from heldout.runs.progress import Progress, Silent
from heldout.sources.repository.collect import Brief, collect
from heldout.sources.repository.identity import People, is_bot


@dataclass(frozen=True)
class Order:
    """What to review: `specs` name repositories, archives, packages or profiles (see `open_material`)."""

    specs: tuple[str, ...]
    brief: Brief
    revision: str | None = None
    token: str | None = None
    limits: Limits = Limits()


@dataclass(frozen=True)
class Outcome:
    """The dossier, and for a history in which no author was named, who could be: for the eyes of the user only."""

    dossier: Dossier
    authors: tuple[tuple[str, int], ...] = ()
    """(name, commits) of the people in the histories, most commits first; never stored."""


def review(order: Order, progress: Progress | None = None) -> Outcome:
    """Review everything that was ordered.

    Raises InputError or OurFault when there is only one thing to review and it cannot be; of several, those that
    cannot be reviewed become gaps of the dossier, so long as one can.
    """
    watcher = progress or Silent()
    dossiers: list[Dossier] = []
    failures: list[tuple[str, InputError | OurFault]] = []
    authors: dict[str, int] = {}
    specs = _expanded(order, watcher)
    for spec in specs:
        watcher.step(f"Fetching {spec}")
        try:
            with open_material(spec, limits=order.limits, revision=order.revision, progress=watcher.step) as material:
                taken = {artifact.name for dossier in dossiers for artifact in dossier.artifacts}
                dossiers.append(_review_one(material, order.brief, taken, watcher))
                for name, commits in _authors(material):
                    authors[name] = authors.get(name, 0) + commits
        except (InputError, OurFault) as error:
            if len(specs) == 1:
                raise
            failures.append((spec, error))
    if not dossiers:
        raise InputError("nothing could be reviewed:\n" + "\n".join(f"  {spec}: {error}" for spec, error in failures))
    dossier = _merged(dossiers, failures)
    ranked = sorted(authors.items(), key=lambda item: (-item[1], item[0]))
    return Outcome(dossier, () if order.brief.claims else tuple(ranked))


def _expanded(order: Order, watcher: Progress) -> list[str]:
    """The specs with each profile replaced by its own repositories."""
    found: list[str] = []
    for spec in order.specs:
        listing = list_repositories(spec, token=order.token, progress=watcher.step)
        found.extend([spec] if listing is None else [repository.url for repository in listing.own])
    if not found:
        raise InputError("there is no repository in what was named: forks are left out, name one to review it")
    return list(dict.fromkeys(found))


def _review_one(material: Material, brief: Brief, taken: set[str], watcher: Progress) -> Dossier:
    name, number = material.name, 1
    while name in taken:
        number += 1
        name = f"{material.name} ({number})"
    watcher.step(f"Reading {name}")
    return collect(replace(material, name=name), brief, tick=watcher.count)


def _authors(material: Material) -> list[tuple[str, int]]:
    if not material.has_history or material.history is None:
        return []
    people = People.of(material.history.commits)
    names: list[tuple[Person, int]] = [(group[0], n) for group, n in zip(people.identities, people.commits, strict=True)]
    return [(person.name, commits) for person, commits in names if commits and not is_bot(person)]


def _merged(dossiers: Sequence[Dossier], failures: Sequence[tuple[str, InputError | OurFault]]) -> Dossier:
    first = dossiers[0]
    lost = tuple(
        Artifact(
            name=spec,
            kind="unread",
            origin=spec,
            digest="",
            gaps=(Gap(what=spec, why=str(error), ours=isinstance(error, OurFault)),),
        )
        for spec, error in failures
    )
    return Dossier(
        subject=first.subject,
        role=first.role,
        artifacts=(*(a for d in dossiers for a in d.artifacts), *lost),
        evidence=tuple(e for d in dossiers for e in d.evidence),
        findings=tuple(f for d in dossiers for f in d.findings),
    )
