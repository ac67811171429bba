"""Gathers what a case holds for its record: evidence, scorecards with every revision, decisions, and record.toml."""

from __future__ import annotations

from datetime import date

from heldout.decision.decisions import decisions
from heldout.decision.record import About, Made, Record, RecordFile, fill, read_notes
from heldout.evidence import LATER, NOBODY, Case
from heldout.runs.dossiers import everything
from heldout.sources.interview.store import every


def record_of(case: Case, today: date, notes: RecordFile | None = None) -> Record:
    """The record of a case as it is on `today`, with `notes` in place of its record.toml where given.

    Raises InputError for a file of the case that is wrong.
    """
    about = [About(subject, everything(case, subject), every(case, subject)) for subject in case.subjects]
    return fill(case, read_notes(case) if notes is None else notes, about, _made(case), today)


def _made(case: Case) -> list[Made]:
    """The recorded decisions of people, oldest first."""
    return [
        Made(
            file=path.relative_to(case.path).as_posix(),
            at=one.decided_at,
            by=one.by,
            choice=one.choice_name,
            reason=one.reason,
            follows=one.follows,
            model_version=one.model_version,
            evidence_digest=one.evidence_digest,
            chosen="" if one.choice in (NOBODY, LATER) else one.choice,
            memo=one.memo,
            told=one.for_candidates,
        )
        for path, one in decisions(case)
    ]
