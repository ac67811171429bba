"""From findings to a level and its standard error, by a rule that anyone can follow with a pencil.

The rule. A competency starts at `Calibration.start`, the level of a repository about which the checks say nothing.
Each check then adds its findings for and takes away its findings against, never more than its cap (`Move.up`,
`Move.down`) times the competency's `scale`. Within its cap a check uses the sum of its findings' strengths (0-1),
each weighted by the subject's share of the lines that it points at; checks that count places divide that sum by
their `per_kloc` times the size in thousands of lines (at least one half). Start and contributions add up to the
level; where the sum would leave the scale of 1-5, a last contribution of no check takes back what is over. `start`
and `scale` come from repositories that were read against the anchors; see `calibration.yaml` and the page on levels
in the documentation.

The standard error is the root of a sum of squares: the error against those readings (never less), what a
small body of work leaves open, what a share under one or an unnamed author leaves open, and what was not in the
material. It is wide when there is little to see, never narrow because nothing was found.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from heldout import __version__
from heldout.evidence import Contribution, Evidence, Finding, State
from heldout.sources.repository.authorship import Authorship
from heldout.sources.repository.calibration import Calibration, calibrations
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.repository import Repository
from heldout.standard import Competency, Standard

INSTRUMENT = "repository-review"

LEAST_LINES = 50
"""Lines of the subject's code under which no level is given."""
LEAST_SHARE = 0.05
"""The subject's share under which the work says nothing of them."""
_SMALL = 0.9
_SMALL_LINES = 400.0
_UNNAMED = 0.3
_PARTIAL = 0.4
_SHARED = 0.8


@dataclass(frozen=True)
class Run:
    """What is the same for all evidence of one review of one artifact."""

    artifact: str
    digest: str
    run_id: str
    taken_at: datetime


def rules_version(checks: Iterable[Check]) -> str:
    """The version of the product and of the rules: it changes when a check's caps or a calibration do."""
    text = repr([(c.code, sorted((k, repr(m)) for k, m in c.moves.items())) for c in checks])
    text += repr(sorted((name, value.model_dump_json()) for name, value in calibrations().items()))
    return f"{__version__}+rules.{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def evidence_of(
    repo: Repository,
    findings: Sequence[Finding],
    checks: Sequence[Check],
    who: Authorship,
    standard: Standard,
    run: Run,
) -> tuple[Evidence, ...]:
    """One Evidence for each competency that the repository source can see, levels or reasons for none."""
    version = rules_version(checks)
    result = []
    for competency in standard.competencies:
        if "repository" not in competency.sources or competency.id not in calibrations():
            continue
        moving = {check.code: check.moves[competency.id] for check in checks if competency.id in check.moves}
        spoken = tuple(f for f in findings if f.code in moving)
        state, reason = _state(competency, repo, spoken, who)
        level = se = start = None
        contributions: tuple[Contribution, ...] = ()
        calibration = calibrations()[competency.id]
        if state == "observed":
            start = calibration.start
            silent = () if repo.complete else _silent(spoken, moving, calibration)
            contributions = _contributions(spoken, moving, repo, calibration, silent)
            level = min(max(start + sum(c.points for c in contributions), 1.0), 5.0)  # a hair of rounding is left
            se = _standard_error(calibration, repo, spoken, who, silent)
            reason = calibration.reservation
        result.append(
            Evidence(
                competency=competency.id,
                level=None if level is None else round(level, 2),
                se=None if se is None else round(se, 2),
                basis=calibration.basis,
                source="repository",
                instrument=INSTRUMENT,
                version=version,
                standard=standard.version,
                share=None if who.share is None else round(who.share, 3),
                group=run.artifact,
                state=state,
                reason=reason,
                start=start,
                contributions=contributions,
                findings=spoken,
                subject_digest=run.digest,
                run_id=run.run_id,
                taken_at=run.taken_at,
            )
        )
    return tuple(result)


def _state(competency: Competency, repo: Repository, spoken: Sequence[Finding], who: Authorship) -> tuple[State, str]:
    lines = repo.code_lines * (1.0 if who.share is None else who.share)
    telling = [f for f in spoken if f.polarity != "unknown" and f.suppressed is None]
    others = bool(telling) and all(f.share is not None and f.share < LEAST_SHARE for f in telling)
    if repo.code_lines >= LEAST_LINES and competency.specific_to_ml and not repo.ml.present:
        return (
            "not_applicable",
            "In this code no machine learning with a known library was seen, so it says nothing of this.",
        )
    if who.named and who.share is not None and who.share < LEAST_SHARE:
        return "not_assessable", f"Only {who.share:.0%} of the work is the subject's."
    if lines < LEAST_LINES:
        return "not_assessable", f"Only {lines:.0f} lines of code to look at; {LEAST_LINES} are the least."
    if others:
        return "not_assessable", "What shows it here was written by others."
    if not telling:
        unsaid = next((f.message for f in spoken if f.polarity == "unknown"), "")
        if unsaid:
            return "not_assessable", unsaid
        return "not_observed", "That counts neither for nor against."
    return "observed", ""


def _silent(spoken: Iterable[Finding], moving: Mapping[str, Move], calibration: Calibration) -> tuple[str, ...]:
    """The checks that this incomplete material cannot answer and that have a typical worth."""
    told = {f.code for f in spoken if f.polarity != "unknown"}
    return tuple(sorted(code for code in calibration.typical if code in moving and code not in told))


def _contributions(
    findings: Iterable[Finding],
    moving: Mapping[str, Move],
    repo: Repository,
    calibration: Calibration,
    silent: Sequence[str],
) -> tuple[Contribution, ...]:
    by_code: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.polarity != "unknown" and finding.suppressed is None:
            by_code[finding.code, finding.polarity].append(finding)
    result = []
    for (code, polarity), group in sorted(by_code.items()):
        move = moving[code]
        cap = move.up if polarity == "for" else -move.down
        use = sum(f.strength * (1.0 if f.share is None else f.share) for f in group)
        if move.per_kloc is not None and polarity == "against":
            use /= move.per_kloc * max(repo.kloc, 0.5)
        points = round(calibration.scale * cap * min(use, 1.0), 3)
        if points:
            heaviest = max(group, key=lambda f: f.strength)
            result.append(Contribution(code=code, points=points, findings=len(group), reason=heaviest.message))
    for code in silent:
        points = round(calibration.scale * calibration.typical[code][0], 3)
        reason = f"{code} cannot be answered by a package from an index: what is typical stands in."
        result.append(Contribution(code=code, points=points, findings=0, reason=reason))
    result.sort(key=lambda c: -abs(c.points))
    total = calibration.start + sum(c.points for c in result)
    low, high = calibration.ends
    over = round(min(max(total, low), high) - total, 3)
    if over:
        end = high if over < 0 else low
        reason = (
            f"The scale ends at {end:.0f}."
            if end in (1.0, 5.0)
            else f"The rule goes no further than {end:.2f}: nothing that it was compared with lies beyond."
        )
        result.append(Contribution(code="", points=over, findings=0, reason=reason))
    return tuple(result)


def _standard_error(
    calibration: Calibration, repo: Repository, spoken: Sequence[Finding], who: Authorship, silent: Sequence[str]
) -> float:
    lines = repo.code_lines * (1.0 if who.share is None else who.share)
    parts = [calibration.error, _SMALL / (1 + lines / _SMALL_LINES)]
    if who.share is None:
        parts.append(_UNNAMED)
    else:
        parts.append(_SHARED * (1 - who.share))
    if any(f.polarity == "unknown" for f in spoken):
        parts.append(_PARTIAL)
    parts += [calibration.scale * calibration.typical[code][1] for code in silent]
    return math.sqrt(sum(part * part for part in parts))
