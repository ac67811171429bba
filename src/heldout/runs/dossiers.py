"""Everything that a case holds about a subject, from every source, as one dossier."""

from __future__ import annotations

from heldout.decision.steps import Planned
from heldout.evidence import Case, Dossier, Subject
from heldout.evidence.case import slug
from heldout.sources.interview.evidence import dossier_of
from heldout.sources.interview.kit import aim_of, kits
from heldout.sources.interview.store import current


def everything(case: Case, subject: str | Subject) -> Dossier:
    """What reviews, audits and work samples say of a subject, and what the interviewers rated.

    Raises CaseError when there is no such subject or a file is wrong.
    """
    found = subject if isinstance(subject, Subject) else case.subject(subject)
    seen = case.dossier(found)
    asked = dossier_of(found.name, current(case, found), case.standard, case.role)
    return seen.model_copy(
        update={
            "artifacts": (*seen.artifacts, *asked.artifacts),
            "evidence": (*seen.evidence, *asked.evidence),
            "findings": (*seen.findings, *asked.findings),
        }
    )


def still_planned(case: Case) -> tuple[Planned, ...]:
    """The interviews of the case's latest kit that have no scorecard yet.

    Raises CaseError when a file is wrong.
    """
    made = kits(case)
    if not made:
        return ()
    kit = made[-1]
    due = []
    for subject in case.subjects:
        heard = {slug(card.rater) for card in current(case, subject)}
        for plan in kit.plans:
            if plan.aim == aim_of(subject):
                due += [
                    Planned(subject.slug, part.interviewer, kit.rated(plan, part))
                    for part in plan.parts
                    if part.questions and slug(part.interviewer) not in heard
                ]
    return tuple(due)
