"""What a finished audit gets last: the ML Test Score, and the names and keys taken out of everything that it says."""

from __future__ import annotations

from heldout.material import Material
from heldout.sources.handover.ml_test_score import ml_test_score
from heldout.sources.handover.redaction import redact_audit, redactor_of
from heldout.sources.handover.result import Audit


def complete(audit: Audit, material: Material) -> Audit:
    """The audit with its 28 tests scored and everything that it says redacted; `material` must still be open."""
    tests = ml_test_score(audit.plan, material, audit.runs, audit.checks)
    return redact_audit(audit.model_copy(update={"tests": tests}), redactor_of(material))
