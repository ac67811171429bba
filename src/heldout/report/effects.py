"""How much each finding counts: the level points that its rule moved, by severity and the subject's share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from heldout.evidence import Dossier, Evidence, Finding, Severity

SEVERITIES: dict[Severity, float] = {"info": 1.0, "low": 1.0, "medium": 1.25, "high": 1.5}
"""Factors on level points; a finding for the subject is `info` and counts in full."""

_GRAVE = 0.25
"""The level points that a finding of high severity against the subject counts at least, at full strength: where a level
hardly tells people apart, its rule moves it by little, however grave what was found is."""


@dataclass(frozen=True)
class Weighed:
    """A finding with what it did to levels: `effect` in level points, never negative."""

    finding: Finding
    competency: str
    artifact: str
    effect: float
    alike: int
    """How many findings of the same code and polarity stand beside it, itself included."""


def weigh(dossier: Dossier) -> tuple[Weighed, ...]:
    """One representative per code, polarity and artifact, weightiest first; suppressed findings are left out.

    The effect is the sum over competencies of |points| x severity x share, and the competency the one moved
    most; a grave finding counts a least number of points. A finding that moved nothing has effect 0 and stands
    behind, by severity and strength.
    """
    groups: dict[tuple[str, str, str], list[tuple[Evidence | None, Finding]]] = {}
    for evidence, finding in _with_evidence(dossier):
        artifact = evidence.group if evidence else _artifact(finding)
        groups.setdefault((finding.code, finding.polarity, artifact), []).append((evidence, finding))
    weighed = [_weighed(artifact, members) for (_, _, artifact), members in groups.items()]
    return tuple(sorted(weighed, key=_order))


def _with_evidence(dossier: Dossier) -> Iterable[tuple[Evidence | None, Finding]]:
    pairs: list[tuple[Evidence | None, Finding]] = [(e, f) for e in dossier.evidence for f in e.findings]
    pairs += [(None, finding) for finding in dossier.findings]
    return (pair for pair in pairs if pair[1].suppressed is None)


def _artifact(finding: Finding) -> str:
    return finding.locations[0].artifact if finding.locations else ""


def _weighed(artifact: str, members: list[tuple[Evidence | None, Finding]]) -> Weighed:
    best = max((finding for _, finding in members), key=_weight)
    moved: dict[str, float] = {}
    for evidence in {id(e): e for e, _ in members if e is not None}.values():
        moved[evidence.competency] = moved.get(evidence.competency, 0.0) + _points(evidence, best)
    factor = SEVERITIES[best.severity] * (1.0 if best.share is None else best.share)
    most = max(sorted(moved), key=lambda competency: moved[competency], default="")
    alike = len({(f.message, f.locations) for _, f in members})
    grave = _GRAVE * best.strength if (best.severity, best.polarity) == ("high", "against") and moved else 0.0
    return Weighed(best, most, artifact, max(sum(moved.values()), grave) * factor, alike)


def _points(evidence: Evidence, finding: Finding) -> float:
    """The points that the finding's rule moved its competency in the finding's direction."""
    sign = {"for": 1.0, "against": -1.0, "unknown": 0.0}[finding.polarity]
    moves = (sign * c.points for c in evidence.contributions if c.code == finding.code and isfinite(c.points))
    return sum(max(move, 0.0) for move in moves)


def _weight(finding: Finding) -> float:
    return finding.strength * SEVERITIES[finding.severity] * (1.0 if finding.share is None else finding.share)


def _order(weighed: Weighed) -> tuple[float, int, float, str, str, str]:
    finding = weighed.finding
    severity = tuple(SEVERITIES).index(finding.severity)
    return (-weighed.effect, -severity, -finding.strength, finding.code, finding.polarity, weighed.artifact)
