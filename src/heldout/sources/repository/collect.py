"""The repository source: one material in, one dossier of findings and evidence out."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from heldout.evidence import Artifact, Dossier, Gap
from heldout.material import Material, Ownership, Tree, UnreadableError, blame
from heldout.material.identity import People
from heldout.material.paths import part_of
from heldout.material.redaction import Redactor
from heldout.sources.repository.authorship import Authorship, authorship
from heldout.sources.repository.checks.authorship import copied_files
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.inspection import Inspection, Tick, inspect
from heldout.sources.repository.levels import Run, evidence_of, rules_version
from heldout.standard import Standard

BLAME_SECONDS = 1.5
"""The time that attributing surviving lines may take; what it does not reach is reported as coverage."""


@dataclass(frozen=True)
class Brief:
    """What a review is asked to do.

    `claims` name the subject in the history (names, e-mails, accounts); without them no share is claimed.
    `blame_seconds` bounds the attribution of surviving lines; what it does not reach is reported as coverage.
    """

    subject: str
    standard: Standard
    checks: tuple[Check, ...]
    claims: tuple[str, ...] = ()
    role: str | None = None
    workers: int = 2
    blame_seconds: float = BLAME_SECONDS


def collect(material: Material, brief: Brief, *, tick: Tick | None = None, taken_at: datetime | None = None) -> Dossier:
    """Review one repository; everything in the dossier is redacted.

    Raises InputError for a claim that fits nobody, OurFault when workers cannot be had.
    """
    history = material.history if material.has_history else None
    owned: list[Ownership] = []

    def attribute() -> None:
        if history is not None:
            owned.append(blame(history, _line_counts(material.tree), brief.blame_seconds))

    if brief.claims and history is not None:
        People.of(history.commits).find(brief.claims)  # a wrong name is said at once, not after the work
    seen = inspect(
        material.tree,
        brief.checks,
        history=history,
        artifact=material.name,
        workers=brief.workers,
        tick=tick,
        meanwhile=attribute,
    )
    who = authorship(history, owned[0] if owned else None, brief.claims, copied=copied_files(seen.repository))
    redactor = _redactor(who)
    findings = tuple(
        redactor.finding(finding.model_copy(update={"share": who.share_of(finding)})) for finding in seen.findings
    )
    artifact = _artifact(material, seen, who, redactor)
    taken = taken_at or datetime.now(UTC)
    version = rules_version(brief.checks)
    run = Run(
        artifact=material.name,
        digest=artifact.digest,
        run_id=hashlib.sha256(
            f"{artifact.digest} {version} {sorted(brief.claims)} {brief.subject}".encode()
        ).hexdigest()[:16],
        taken_at=taken,
    )
    evidence = evidence_of(seen.repository, findings, brief.checks, who, brief.standard, run)
    used = {id(finding) for one in evidence for finding in one.findings}
    return Dossier(
        subject=brief.subject,
        role=brief.role,
        artifacts=(artifact,),
        evidence=evidence,
        findings=tuple(finding for finding in findings if id(finding) not in used),
    )


def _line_counts(tree: Tree) -> dict[str, int]:
    """The lines of every file that people write by hand and that somebody else did not."""
    counts = {}
    for entry in tree.having(".py", ".ipynb", ".sql", ".sh", ".md", ".rst", ".yaml", ".yml", ".toml"):
        if part_of(entry.path) not in ("vendored", "generated"):
            with suppress(UnreadableError):
                data = tree.read_bytes(entry.path)
                counts[entry.path] = data.count(b"\n") + (not data.endswith(b"\n"))
    return counts


def _redactor(who: Authorship) -> Redactor:
    subjects = {a.number for a in who.authors if a.subject}
    people = who.identities()
    return Redactor(
        others=[person for number, group in enumerate(people) if number not in subjects for person in group],
        subjects=[person for number, group in enumerate(people) if number in subjects for person in group],
    )


def _artifact(material: Material, seen: Inspection, who: Authorship, redactor: Redactor) -> Artifact:
    repo = seen.repository
    people = [author for author in who.authors if not author.bot]
    measured: dict[str, bool | int | float | str | None] = {
        "files": len(material.tree.files),
        "python_files": sum(1 for m in repo.modules if not m.notebook),
        "notebooks": sum(1 for m in repo.modules if m.notebook),
        "code_lines": repo.code_lines,
        "test_lines": sum(m.code_lines for m in repo.tests),
        "machine_learning": repo.ml.present,
        "frameworks": ", ".join(list(repo.ml.frameworks)[:6]),
    }
    if who.authors:
        measured |= {
            "commits": sum(author.commits for author in who.authors),
            "authors": len(people),
            "programs": len(who.authors) - len(people),
            "first_day": who.first_day,
            "last_day": who.last_day,
            "days_with_commits": who.days,
            "attributed_share_of_lines": round(who.coverage, 3),
        }
    if who.named:
        measured |= {
            "subject_share_of_commits": None if who.commit_share is None else round(who.commit_share, 3),
            "subject_share_of_lines": None if who.line_share is None else round(who.line_share, 3),
        }
    return Artifact(
        name=material.name,
        kind=material.kind,
        origin=_origin(material),
        digest=material.tree.digest,
        measured=measured,
        gaps=tuple(redactor.gap(gap) for gap in _gaps(material, seen, who)),
    )


def _origin(material: Material) -> str:
    """Where it came from; of a folder or file of this machine only the name, since the rest tells of its owner."""
    here = "://" not in material.origin and not material.origin.startswith("pypi:")
    return f"local: {material.origin.rstrip('/').rpartition('/')[2]}" if here else material.origin


def _gaps(material: Material, seen: Inspection, who: Authorship) -> list[Gap]:
    gaps = list(dict.fromkeys((*material.gaps, *seen.gaps)))
    if material.has_history and not who.named:
        gaps.append(Gap(what="who wrote it", why="no author was named, so no share is claimed (see --author)"))
    return gaps
