"""What tests of audits share."""

from __future__ import annotations

from pathlib import Path

from heldout.runs.audit import AuditOrder, audit
from heldout.sources.handover.result import Audit, Check


def audited(folder: Path, kept: Path, index: str, **more: object) -> Audit:
    """A whole audit of a folder, in the real sandbox."""
    return audit(AuditOrder(what=str(folder), kept=kept, index=index, budget_s=120, **more))  # type: ignore[arg-type]


def check(result: Audit, id_: str) -> Check:
    """The check of this id."""
    return next(c for c in result.checks if c.id == id_)
