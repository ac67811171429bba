"""From the checks of an audit to levels with their error, by a rule that anyone can follow with a pencil.

The rule. A competency starts at `start` of `levels.yaml`. Each check that passed adds its points times the credit that
the pass earned; each that failed takes its points away; where a check was made several times the mean counts. What
could not be assessed moves nothing. Start and contributions add up to the level; where the sum would leave the scale
of 1-5, a last contribution of no check takes back what is over.

The standard error is the root of the sum of two squares: the error of the rule, which is assumed, and `open` times the
share of the points that could have been moved and were not, because nobody could assess them. So what is not known
widens and never lowers. Without one of a competency's telling checks there is no level, and the reason is said.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from heldout import __version__
from heldout.evidence import Artifact, Contribution, Dossier, Evidence, Finding
from heldout.evidence.types import Measured, Polarity, Severity
from heldout.material.redaction import mask_home
from heldout.sources.handover.level_rules import Rule, rules
from heldout.sources.handover.result import Audit, Check
from heldout.sources.handover.rubric import rubric, verdict
from heldout.standard import Standard

INSTRUMENT = "handover-audit"

_POLARITY: dict[str, Polarity] = {"pass": "for", "fail": "against", "not_assessable": "unknown"}
_SEVERITY: dict[str, Severity] = {"weeks": "high", "days": "medium", "hours": "low"}
"""What a failure costs the client says how grave it is, where the check does not."""
_ABLE = {"build": "builds", "run": "runs", "retrain": "retrains", "own": "can_be_owned"}


def code_of(check_id: str) -> str:
    """The code under which a check's finding can be quoted and contested: `HND-B4`."""
    return f"HND-{check_id}"


def rules_version() -> str:
    """The version of the product and of rubric and rules: it changes when a weight or a text of them does."""
    text = repr(rubric()) + rules().model_dump_json()
    return f"{__version__}+rubric.{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def evidence_of(audit: Audit, standard: Standard) -> tuple[Evidence, ...]:
    """One Evidence for each competency of the standard of which an audit can tell: a level, or why there is none."""
    return tuple(
        _evidence(audit, standard, name, rule)
        for name, rule in rules().competencies.items()
        if (competency := standard.by_id.get(name)) is not None and "handover" in competency.sources
    )


def dossier_of(audit: Audit, standard: Standard, subject: str, role: str | None = None) -> Dossier:
    """Everything that an audit says of the maker of a delivery; what moves no level is kept beside it."""
    evidence = evidence_of(audit, standard)
    spoken = {finding.code for one in evidence for finding in one.findings}
    return Dossier(
        subject=subject,
        role=role,
        artifacts=(_artifact(audit),),
        evidence=evidence,
        findings=tuple(f for f in _findings(audit, audit.checks) if f.code not in spoken),
    )


def _evidence(audit: Audit, standard: Standard, name: str, rule: Rule) -> Evidence:
    spoken = [check for check in audit.checks if check.id in rule.moves]
    assessed = [check for check in spoken if check.state != "not_assessable"]
    level = se = start = None
    contributions: tuple[Contribution, ...] = ()
    reason = ""
    if any(check.id in rule.telling for check in assessed):
        start = rule.start
        contributions = _contributions(assessed, rule)
        level = round(min(max(start + sum(c.points for c in contributions), 1.0), 5.0), 3)
        se = round(_standard_error(assessed, rule), 2)
    else:
        reason = _why_none(spoken, rule)
    return Evidence(
        competency=name,
        level=level,
        se=se,
        basis="assumed",
        source="handover",
        instrument=INSTRUMENT,
        version=rules_version(),
        standard=standard.version,
        group=audit.delivery,
        state="observed" if level is not None else "not_assessable",
        reason=reason,
        start=start,
        contributions=contributions,
        findings=_findings(audit, spoken),
        subject_digest=audit.digest,
        run_id=_run_id(audit),
        taken_at=audit.taken_at,
    )


def _contributions(assessed: Sequence[Check], rule: Rule) -> tuple[Contribution, ...]:
    result = []
    for id_, (up, down) in rule.moves.items():
        group = [check for check in assessed if check.id == id_]
        if not group:
            continue
        each = [up * check.credit if check.state == "pass" else -down for check in group]
        points = round(sum(each) / len(each), 3)
        if points:
            telling = max(group, key=lambda check: (check.state == "fail", check.credit))
            result.append(Contribution(code=code_of(id_), points=points, findings=len(group), reason=telling.message))
    result.sort(key=lambda c: -abs(c.points))
    total = rule.start + sum(c.points for c in result)
    over = round(min(max(total, 1.0), 5.0) - total, 3)
    if over:
        end = 5 if over < 0 else 1
        result.append(Contribution(code="", points=over, findings=0, reason=f"The scale ends at {end}."))
    return tuple(result)


def _standard_error(assessed: Sequence[Check], rule: Rule) -> float:
    known = {check.id for check in assessed}
    whole = sum(up + down for up, down in rule.moves.values())
    unknown = sum(up + down for id_, (up, down) in rule.moves.items() if id_ not in known)
    return math.hypot(rules().error, rules().open * unknown / whole)


def _why_none(spoken: Sequence[Check], rule: Rule) -> str:
    said = next((check.message for id_ in rule.telling for check in spoken if check.id == id_), "")
    return said or "The audit did not come to look at it."


def _findings(audit: Audit, checks: Sequence[Check]) -> tuple[Finding, ...]:
    return tuple(_finding(check, audit.delivery) for check in checks)


def _finding(check: Check, delivery: str) -> Finding:
    item = rubric().items[check.id]
    failed = check.state == "fail"
    severity = check.severity if check.severity != "info" or not failed else _SEVERITY[check.cost or item.cost]
    return Finding(
        code=code_of(check.id),
        polarity=_POLARITY[check.state],
        severity=severity if failed else "info",
        message=check.message,
        locations=tuple(place.model_copy(update={"artifact": delivery}) for place in check.locations),
        measured=check.measured | ({"command": check.command} if check.command else {}),
        strength=check.credit if check.state == "pass" else float(failed),
        why=check.why or item.asks,
        mend=check.mend if failed else "",
        ask="" if check.state == "pass" else item.ask,
    )


def _artifact(audit: Audit) -> Artifact:
    here = "://" not in audit.origin and not audit.origin.startswith("pypi:")
    measured: dict[str, Measured] = {"verdict": verdict(audit.scores, audit.checks).headline.rstrip(".")}
    words = {"holds": "yes", "does_not_hold": "no", "not_assessable": "could not tell"}
    measured |= {_ABLE[score.area]: words[score.state] for score in audit.scores}
    measured["commands_run"] = len(audit.runs)
    return Artifact(
        name=audit.delivery,
        kind="delivery",
        origin=f"local: {audit.origin.rstrip('/').rpartition('/')[2]}" if here else mask_home(audit.origin),
        digest=audit.digest,
        measured=measured,
        gaps=audit.gaps,
    )


def _run_id(audit: Audit) -> str:
    return hashlib.sha256(f"{audit.digest} {rules_version()} {audit.plan.model_dump_json()}".encode()).hexdigest()[:16]
