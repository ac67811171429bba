"""Everything that a case holds about a subject, from every source, as one dossier."""

from __future__ import annotations

from heldout.evidence import Case, Dossier, Subject
from heldout.sources.interview.evidence import dossier_of
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
