"""The dossier as every page shows it: cleaned, chosen, numbered and ordered, and still without any markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from heldout.evidence import Dossier, Evidence, Finding
from heldout.report.chart import Step, Strip, shapes_of, strip, waterfall
from heldout.report.clean import cleaned
from heldout.report.levels import Estimate, Row, rows
from heldout.report.numbering import Key, Numbered, key, number
from heldout.report.summary import WHOLE, Summary, summarise
from heldout.standard import Role, Standard

STRONGEST = 3
"""Findings for and against that a competency shows at once."""


@dataclass(frozen=True)
class Account:
    """How one level came about: where it started, and what moved it by how much."""

    estimate: Estimate
    steps: tuple[Step, ...]
    start: float | None


@dataclass(frozen=True)
class Overflow:
    """Findings of one code that are counted and not shown in full."""

    code: str
    items: tuple[Numbered, ...]


@dataclass(frozen=True)
class Section:
    """One competency with everything under it."""

    row: Row
    strip: Strip
    accounts: tuple[Account, ...]
    strongest_for: tuple[Numbered, ...]
    strongest_against: tuple[Numbered, ...]
    findings: tuple[Numbered, ...]
    elsewhere: tuple[Numbered, ...]
    overflow: tuple[Overflow, ...]

    @property
    def total(self) -> int:
        """All findings that speak to it."""
        return len(self.findings) + len(self.elsewhere) + sum(len(o.items) for o in self.overflow)


@dataclass(frozen=True)
class View:
    """Everything that a page or a terminal shows of a dossier."""

    dossier: Dossier
    role: Role | None
    summary: Summary
    sections: tuple[Section, ...]
    others: tuple[Numbered, ...]
    overflow: tuple[Overflow, ...]
    suppressed: tuple[Numbered, ...]
    shapes: dict[str, str]
    numbers: dict[Key, str]
    taken_at: datetime | None
    versions: tuple[tuple[str, str, str], ...]
    """(source, instrument with version, version of the standard) of the evidence, each once."""

    @property
    def observed(self) -> tuple[Section, ...]:
        """The competencies with a level."""
        return tuple(section for section in self.sections if section.row.estimates)

    @property
    def missing(self) -> tuple[Section, ...]:
        """The competencies without one."""
        return tuple(section for section in self.sections if not section.row.estimates)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each polarity; suppressed ones apart."""
        counts = {"for": 0, "against": 0, "unknown": 0, "suppressed": len(self.suppressed)}
        for item in self.all_numbered:
            counts[item.finding.polarity] += 1
        return counts

    @property
    def all_numbered(self) -> tuple[Numbered, ...]:
        """Every finding that counts, wherever it is shown."""
        inside = [n for s in self.sections for n in (*s.findings, *(i for o in s.overflow for i in o.items))]
        return (*inside, *self.others, *(i for o in self.overflow for i in o.items))

    @property
    def shares(self) -> bool:
        """Whether any finding says how much of its lines is the subject's."""
        return any(finding.share is not None for finding in self.dossier.all_findings())

    @property
    def attributable(self) -> bool:
        """Whether lines of what was looked at could be somebody else's: a delivery is its vendor's as a whole."""
        return any(artifact.kind not in WHOLE for artifact in self.dossier.artifacts)

    @property
    def assumed(self) -> bool:
        """Whether any error is assumed rather than measured."""
        return any(not e.calibrated for s in self.sections for e in s.row.estimates)

    def number_of(self, finding: Finding) -> str:
        """The finding's number."""
        return self.numbers[key(finding)]


def view(dossier: Dossier, standard: Standard, role: Role | None = None) -> View:
    """Prepare a dossier for showing."""
    dossier = cleaned(dossier)
    table = rows(dossier, standard, role)
    numbered = number(dossier, [row.id for row in table])
    shapes = shapes_of([e.label for row in table for e in row.estimates])
    counting = [n for n in numbered if n.finding.suppressed is None]
    shown, overflow = _split(n for n in counting if n.home is None)
    return View(
        dossier=dossier,
        role=role,
        summary=summarise(dossier, standard, role),
        sections=tuple(_section(row, counting, shapes) for row in table),
        others=shown,
        overflow=overflow,
        suppressed=tuple(n for n in numbered if n.finding.suppressed is not None),
        shapes=shapes,
        numbers={key(n.finding): n.number for n in numbered},
        taken_at=max((e.taken_at for e in dossier.evidence if e.taken_at), key=datetime.isoformat, default=None),
        versions=tuple(sorted({_version(e) for e in dossier.evidence})),
    )


def _version(e: Evidence) -> tuple[str, str, str]:
    return (e.source, f"{e.instrument} {e.version}".strip(), e.standard)


def _section(row: Row, counting: Sequence[Numbered], shapes: dict[str, str]) -> Section:
    mine = [n for n in counting if n.home == row.id]
    elsewhere = tuple(n for n in counting if row.id in n.also)
    findings, overflow = _split(mine)
    speaking = [*mine, *elsewhere]
    return Section(
        row=row,
        strip=strip(row, shapes),
        accounts=tuple(Account(e, waterfall(e.evidence), e.evidence.start) for e in row.estimates),
        strongest_for=_strongest(speaking, "for", row),
        strongest_against=_strongest(speaking, "against", row),
        findings=findings,
        elsewhere=elsewhere,
        overflow=overflow,
    )


def _strongest(numbered: Iterable[Numbered], polarity: str, row: Row) -> tuple[Numbered, ...]:
    """The finding that stands for each of the rules that moved the level most, distinct codes."""
    moved: dict[str, float] = {}
    for estimate in row.estimates:
        for c in estimate.evidence.contributions:
            moved[c.code] = max(moved.get(c.code, 0.0), abs(c.points))
    mine = [n for n in numbered if n.finding.polarity == polarity]
    mine.sort(key=lambda n: (-moved.get(n.finding.code, 0.0), -n.finding.strength))
    firsts = {n.finding.code: n for n in reversed(mine)}
    return tuple(n for n in mine if firsts[n.finding.code] is n)[:STRONGEST]


def _split(numbered: Iterable[Numbered]) -> tuple[tuple[Numbered, ...], tuple[Overflow, ...]]:
    """Those shown in full, the weightiest polarity first, and the rest by code."""
    items = sorted(numbered, key=lambda n: ("against", "for", "unknown").index(n.finding.polarity))
    rest = sorted((n for n in items if not n.full), key=lambda n: n.finding.code)
    by_code = groupby(rest, key=lambda n: n.finding.code)
    return tuple(n for n in items if n.full), tuple(Overflow(code, tuple(group)) for code, group in by_code)
