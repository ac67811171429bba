"""Levels as people read them: one row per competency, with intervals, the role's bar, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from heldout.evidence import Dossier, Evidence, State
from heldout.evidence.types import Z90
from heldout.standard import Competency, Role, Standard
from heldout.wording import bare

WITH_CARE = "~"
"""Stands beside a level that its source says to be careful with."""

CARE = "the level hardly tells people apart: read the findings"
"""What the mark means, in short; the evidence has the reason in full."""

STATES: dict[State, str] = {
    "observed": "seen",
    "not_observed": "nothing of the kind was there",
    "not_assessable": "this material cannot show it",
    "not_applicable": "does not apply to this material",
    "faulted": "we failed to look",
}
"""What each state is called on the page."""


@dataclass(frozen=True)
class Estimate:
    """One observed level with its 90 % interval, all on the 1-5 scale."""

    label: str
    level: float
    low: float
    high: float
    evidence: Evidence

    @property
    def nearest(self) -> int:
        """The whole level next to it, halves upwards."""
        return int(self.level + 0.5)

    @property
    def calibrated(self) -> bool:
        """Whether the error was measured rather than assumed."""
        return self.evidence.basis == "calibrated"

    @property
    def reservation(self) -> str:
        """What the source itself says to be careful about with this level; empty when there is nothing."""
        return self.evidence.reason


@dataclass(frozen=True)
class Missing:
    """A competency without a level from one source or artifact, and why."""

    label: str
    state: State | None
    """None when no source has looked at the competency at all."""
    reason: str

    @property
    def in_words(self) -> str:
        """The state as the page says it."""
        return STATES[self.state] if self.state else "not looked at"


NOBODY_LOOKED = Missing("", None, "Nothing was given that could show it.")


@dataclass(frozen=True)
class Row:
    """One competency: its levels, what is missing, and what the role asks (None when it does not)."""

    id: str
    name: str
    why: str
    specific_to_ml: bool
    competency: Competency | None
    bar: float | None
    weight: float
    estimates: tuple[Estimate, ...]
    missing: tuple[Missing, ...]

    @property
    def short(self) -> str:
        """The name without what it has in brackets."""
        return bare(self.name)

    @property
    def detail(self) -> str:
        """What the name has in brackets."""
        return self.name.partition(" (")[2].removesuffix(")")

    @property
    def reservations(self) -> tuple[str, ...]:
        """What is to be careful about with the levels, each said once."""
        return tuple(dict.fromkeys(e.reservation for e in self.estimates if e.reservation))

    def words(self, level: int) -> str:
        """The anchor's text of a whole level, empty for a competency that the standard does not know."""
        return self.competency.anchors[level] if self.competency else ""


def interval(level: float, se: float) -> tuple[float, float]:
    """The central 90 % interval, level ± 1.645 se, kept within the scale."""
    return max(level - Z90 * se, 1.0), min(level + Z90 * se, 5.0)


def rows(dossier: Dossier, standard: Standard, role: Role | None = None) -> tuple[Row, ...]:
    """Every competency of the standard and of the evidence: the role's weightiest first, then the standard's order."""
    weights = role.weights if role else {}
    bars = role.bars if role else {}
    known = standard.by_id
    ids = dict.fromkeys([*known, *(e.competency for e in dossier.evidence)])
    several = len({e.group for e in dossier.evidence}) > 1
    made = []
    for name in sorted(ids, key=lambda name: -weights.get(name, 0.0)):
        competency = known.get(name)
        mine = [e for e in dossier.evidence if e.competency == name]
        made.append(
            Row(
                id=name,
                name=competency.name if competency else name,
                why=competency.why if competency else "",
                specific_to_ml=bool(competency and competency.specific_to_ml),
                competency=competency,
                bar=bars.get(name),
                weight=weights.get(name, 0.0),
                estimates=tuple(_estimates(mine, several)),
                missing=tuple(_missing(mine, several)),
            )
        )
    return tuple(made)


def _label(evidence: Evidence, several: bool) -> str:
    return evidence.group if several and evidence.group else evidence.source


def _estimates(evidence: Iterable[Evidence], several: bool) -> Iterable[Estimate]:
    for e in evidence:
        if e.level is not None and e.se is not None:
            low, high = interval(e.level, e.se)
            yield Estimate(_label(e, several), e.level, low, high, e)


def _missing(evidence: list[Evidence], several: bool) -> Iterable[Missing]:
    if not evidence:
        yield NOBODY_LOOKED
    for e in evidence:
        if e.level is None:
            yield Missing(_label(e, several), e.state, e.reason)
