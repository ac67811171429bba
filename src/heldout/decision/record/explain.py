"""What one candidate is told of how they were looked at, without a word about anybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from heldout.decision.decisions import names_any
from heldout.decision.observations import latest_states, telling
from heldout.decision.record.file import RecordFile, SubjectNotes
from heldout.decision.record.result import Counted, Explanation, Weighed, Work
from heldout.decision.result import Decision, Reason
from heldout.evidence import Artifact, Case, Dossier, Evidence, Finding, Subject
from heldout.evidence.types import Polarity, Severity
from heldout.sources.interview.evidence import KIND
from heldout.standard import SOURCE_WORDS
from heldout.wording import capital

_PIECES = {
    "start": "where everybody starts: the middle of the scale",
    "pool": "what all who apply have in common",
    "rater": "allowing for interviewers who rate higher or lower than others",
    "leniency": "allowing for a kind of look that sees everybody too high or too low",
}
_GRAVE: tuple[Severity, ...] = ("info", "low", "medium", "high")
_HEAVIEST = 3
"""Findings on each side of a work that are told."""
_STATES = {
    "not_observed": "nothing of the kind was seen",
    "not_assessable": "it could not be told from this",
    "not_applicable": "it does not apply to this",
    "faulted": "we failed to look",
}


def explanation(
    subject: Subject,
    dossier: Dossier,
    case: Case,
    notes: RecordFile,
    *,
    decided: tuple[str, ...],
    why: tuple[str, ...],
    memos: Sequence[Decision],
) -> Explanation:
    """The page of one candidate as a value; interviewers are counted, not named. `why` is what was written for them,
    `memos` are those that decisions were made on, oldest first."""
    noted = notes.subjects.get(subject.slug, SubjectNotes())
    latest = latest_states(dossier)
    counted = {one.subject_digest for one in latest.evidence}
    superseded = {one.subject_digest for one in dossier.evidence} - counted
    looked = [_artifact(one, one.digest in superseded) for one in dossier.artifacts if one.kind != KIND]
    interviews = sum(artifact.kind == KIND for artifact in dossier.artifacts)
    if interviews:
        looked.append(f"{interviews} interview{'s' * (interviews != 1)}, each rated by itself")
    weights = case.role.weights
    counts = []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        competency = case.standard.by_id[name]
        seen = tuple(_seen(evidence) for evidence in latest.evidence if evidence.competency == name)
        counts.append(
            Counted(name=competency.name, why=competency.why, weight=weights[name], bar=case.role.bars[name], seen=seen)
        )
    return Explanation(
        slug=subject.slug,
        name=subject.name,
        looked_at=tuple(looked),
        works=tuple(_works(subject, latest, case)),
        counts=tuple(counts),
        told=noted.told,
        decided=decided,
        why=why,
        weighed=_weighed(subject, memos),
        contact=notes.controller.contact,
        contest=notes.contest.how,
        kept_until=notes.retention.until,
    )


def _weighed(subject: Subject, memos: Sequence[Decision]) -> Weighed | None:
    """How the latest memo that has them counted what was seen; None where no memo has."""
    found = ((memo, one) for memo in reversed(memos) for one in memo.subjects if one.slug == subject.slug)
    memo, mine = next(found, (None, None))
    if memo is None or mine is None:
        return None
    pieces: dict[str, float] = {}
    for reason in mine.worth.reasons:
        name = _piece(reason)
        pieces[name] = pieces.get(name, 0.0) + reason.points
    return Weighed(
        on=memo.made_at.date(),
        worth=mine.worth.mean,
        low=mine.worth.low,
        high=mine.worth.high,
        pieces=tuple(pieces.items()),
        levels=tuple((row.name, row.estimate.mean, row.estimate.bar) for row in mine.levels),
    )


def _works(subject: Subject, latest: Dossier, case: Case) -> Iterator[Work]:
    """Each work that was looked at, in the order of looking; no other candidate and no interviewer is named."""
    others = [one.name for one in case.subjects if one.slug != subject.slug]
    others += [one.rater for one in latest.evidence if one.rater]
    looks: dict[tuple[str, str], list[Evidence]] = {}
    for one in latest.evidence:
        if one.source != "interview":
            looks.setdefault((one.source, one.subject_digest), []).append(one)
    named = {one.digest: one.name for one in latest.artifacts}
    for (source, digest), seen in looks.items():
        bars, names = case.role.bars, case.standard.by_id
        levels = [
            (names[one.competency].name, one.level, bars[one.competency])
            for one in seen
            if one.competency in bars and one.level is not None and telling(one)
        ]
        yield Work(
            name=named.get(digest) or seen[0].group or "a work",
            what=SOURCE_WORDS.get(source, source),
            on=next((one.taken_at.date() for one in seen if one.taken_at), None),
            levels=tuple(levels),
            good=_heaviest(seen, case.role.weights, "for", others),
            bad=_heaviest(seen, case.role.weights, "against", others),
        )


def _heaviest(
    seen: Sequence[Evidence], weights: Mapping[str, float], side: Polarity, others: Sequence[str]
) -> tuple[str, ...]:
    """What speaks most for or against in a work: by how far its rule moved the levels that the role asks for, then by
    how grave it is; one of each rule."""
    moved: dict[str, float] = {}
    for one in seen:
        for piece in one.contributions:
            moved[piece.code] = moved.get(piece.code, 0.0) + weights.get(one.competency, 0.0) * piece.points
    found = [f for one in seen if one.competency in weights for f in one.findings]
    mine = [f for f in found if f.polarity == side and f.suppressed is None]
    mine.sort(key=lambda f: (-abs(moved.get(f.code, 0.0)), -_GRAVE.index(f.severity), -f.strength, f.code))
    first = {f.code: f for f in reversed(mine)}
    return tuple(_told(first[code], others) for code in list(dict.fromkeys(f.code for f in mine))[:_HEAVIEST])


def _told(finding: Finding, others: Sequence[str]) -> str:
    """A finding with the first place to look, and the code to quote; of one that names somebody else the code alone."""
    if names_any(f"{finding.message} {' '.join(map(str, finding.locations[:1]))}", others):
        return f"What is not printed here, for it names somebody else; you may ask for it ({finding.code})"
    place = ", ".join([*map(str, finding.locations[:1]), finding.code])
    return f"{capital(finding.message.rstrip('. '))} ({place})"


def _piece(reason: Reason) -> str:
    """What a piece of their worth is, without the name of an interviewer or of what else was compared."""
    if reason.kind == "evidence":
        return f"what was seen of you: {SOURCE_WORDS.get(reason.source, reason.source)}"
    return _PIECES.get(reason.kind, "all else")


def _artifact(artifact: Artifact, superseded: bool) -> str:
    """What was looked at; of a work that was looked at again, the earlier state is named as what it is."""
    source = artifact.origin.removeprefix("local: ")
    origin = f" from {source}" if source and source != artifact.name else ""
    earlier = ", an earlier state: a later one counts in its place" if superseded else ""
    return f"{artifact.name} ({artifact.kind}){origin}{earlier}"


def _seen(evidence: Evidence) -> str:
    """One observation, without its rater's name."""
    source = SOURCE_WORDS.get(evidence.source, evidence.source)
    rated = ", rated" if evidence.source == "interview" else ""  # that is its day, not the interview's
    on = f"{rated} on {evidence.taken_at.date()}" if evidence.taken_at else ""
    if evidence.level is not None:
        level = f"{source}{on}: level {evidence.level:.1f} of 5"
        return level if telling(evidence) else f"{level}, which hardly tells people apart and is not counted"
    why = f" ({evidence.reason.rstrip('. ')})" if evidence.state in ("not_assessable", "not_applicable") else ""
    return f"{source}{on}: {_STATES.get(evidence.state, evidence.state)}{why}; that does not count against you"
