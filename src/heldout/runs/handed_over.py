"""Take a dossier into a case that its subject made elsewhere: marked, and never in place of what was seen here."""

from __future__ import annotations

from pathlib import Path

from heldout.errors import InputError
from heldout.evidence import HANDED_OVER, Case, Dossier


def add_dossier(case: Case, dossier: Dossier, subject: str) -> Path:
    """Keep a dossier that was handed over, under `subject`; returns the file written.

    Every artifact gets the gap `HANDED_OVER`. Raises InputError when the dossier names nothing that was looked at,
    speaks of competencies that the case does not know, or of content that was looked at here already.
    """
    if not dossier.artifacts:
        raise InputError("this dossier does not say what was looked at; have it made anew by `heldout review --json`")
    known = {competency.id for competency in case.standard.competencies}
    strange = sorted({evidence.competency for evidence in dossier.evidence} - known)
    if strange:
        raise InputError(
            f"this dossier speaks of competencies that the case does not know: {', '.join(strange)}; "
            "have it made with the standard of the case"
        )
    there = next((one for one in case.subjects if subject in (one.name, one.slug)), None)
    seen = {a.digest: a.name for a in case.dossier(there).artifacts if HANDED_OVER not in a.gaps} if there else {}
    twice = [seen[artifact.digest] for artifact in dossier.artifacts if artifact.digest in seen]
    if twice:
        raise InputError(f"{', '.join(twice)} was looked at here already; what is handed over does not replace it")
    marked = tuple(
        artifact
        if HANDED_OVER in artifact.gaps
        else artifact.model_copy(update={"gaps": (HANDED_OVER, *artifact.gaps)})
        for artifact in dossier.artifacts
    )
    return case.write_dossier(
        dossier.model_copy(update={"subject": subject, "role": case.role.id, "artifacts": marked})
    )
