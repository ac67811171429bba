"""Hides other people's names, addresses and secrets in everything that an audit says."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from heldout.material import Material
from heldout.material.identity import is_bot
from heldout.material.redaction import Redactor
from heldout.sources.handover.result import Audit

_Model = TypeVar("_Model", bound=BaseModel)

_KEPT = frozenset({"id", "area", "state", "severity", "cost", "path", "log", "artifact", "digest", "digests", "made"})
"""Fields that name places and states: with a path hidden nobody could look."""


def redactor_of(material: Material) -> Redactor:
    """Knows everybody who committed to a delivery; of its makers nobody is the subject by name."""
    commits = material.history.commits if material.history is not None else ()
    people = {person for commit in commits for person in (commit.author, commit.committer, *commit.co_authors)}
    return Redactor(others=[person for person in people if not is_bot(person)])


def redacted(model: _Model, redactor: Redactor) -> _Model:
    """A check, a run, a claim or a whole audit with every text in it redacted; paths, ids and digests stay."""
    return type(model).model_validate(_hidden(model.model_dump(), redactor))


def _hidden(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        return {key: item if key in _KEPT else _hidden(item, redactor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_hidden(item, redactor) for item in value)
    return value


def redact_audit(audit: Audit, redactor: Redactor) -> Audit:
    """An audit with everything that it says redacted, but for its plan, which has to stay what was run.

    The claims and the runs, which repeat parts of the plan for readers, are redacted.
    """
    said = {
        "checks": tuple(redacted(check, redactor) for check in audit.checks),
        "scores": tuple(redacted(score, redactor) for score in audit.scores),
        "claims": tuple(redacted(claim, redactor) for claim in audit.claims),
        "runs": tuple(redacted(run, redactor) for run in audit.runs),
        "on_yours": tuple(redacted(run, redactor) for run in audit.on_yours),
        "attempts": tuple(redacted(attempt, redactor) for attempt in audit.attempts),
        "tests": tuple(redacted(test, redactor) for test in audit.tests),
        "gaps": tuple(redacted(gap, redactor) for gap in audit.gaps),
    }
    return audit.model_copy(update=said)
