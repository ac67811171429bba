"""The "own" part of an audit: can the client keep it without its makers? Read from the files, nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from heldout.material import Material
from heldout.sources.handover.answers import Answers
from heldout.sources.handover.own.delivered import Delivered
from heldout.sources.handover.own.documents import documents_check
from heldout.sources.handover.own.lock_in import lock_in_check
from heldout.sources.handover.own.operation import monitoring_check, rollback_check
from heldout.sources.handover.own.rights import rights_check
from heldout.sources.handover.own.support import heads_check, support_check
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.redaction import redacted, redactor_of
from heldout.sources.handover.result import Check

__all__ = ["own_checks"]


def own_checks(
    material: Material,
    plan: Plan,
    answers: Answers | None,
    runs: Sequence[Ran],
    *,
    today: date | None = None,
) -> tuple[Check, ...]:
    """O1, O3, O4, O5, O6, O8 and O9 of the rubric; O2 is `guide_check`, O7 is for whoever ran the tests.

    Names of people and secrets are hidden in every message. `today` (default: the day it is) says whether support has
    ended.
    """
    delivered = Delivered(material, plan)
    checks = (
        documents_check(delivered, plan),
        monitoring_check(delivered, plan, runs),
        rollback_check(delivered, plan),
        support_check(answers, delivered, today or date.today()),  # noqa: DTZ011 - a day is all that is meant
        lock_in_check(delivered),
        rights_check(delivered, plan, answers),
        heads_check(material.history if material.kind == "git" else None),
    )
    redactor = redactor_of(material)
    return tuple(redacted(check, redactor) for check in checks)
