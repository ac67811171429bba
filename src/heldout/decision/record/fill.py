"""Finds in a case what each requirement asks for. One function for each; the table at the end joins them by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from heldout.decision.decisions import ERASED
from heldout.decision.record.explain import explanation
from heldout.decision.record.file import NAME, RecordFile, SubjectNotes
from heldout.decision.record.requirements import Requirement, requirements
from heldout.decision.record.result import Answer, Held, Line, RawScore, Record
from heldout.decision.result import Decision
from heldout.evidence import Case, Dossier, Subject
from heldout.sources.interview.scorecard import SEEN_WORDS, Scorecard
from heldout.wording import listed

LOGS_KEPT = timedelta(days=183)
"""Six months: how long the logs of a high-risk system are kept at least."""


@dataclass(frozen=True)
class About:
    """One subject with everything that the case holds of it; `cards` are its scorecards, every revision."""

    subject: Subject
    dossier: Dossier
    cards: tuple[Scorecard, ...]


@dataclass(frozen=True)
class Made:
    """One recorded decision of a person; `follows` whether it is what the memo recommended, None where
    that had not enough to tell."""

    file: str
    at: datetime
    by: str
    choice: str
    reason: str
    follows: bool | None
    model_version: str
    evidence_digest: str
    chosen: str = ""
    """The slug of the subject that was chosen; empty for nobody."""
    memo: Decision | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    """What candidates are told of why, by their slugs."""


@dataclass(frozen=True)
class _Facts:
    case: Case
    notes: RecordFile
    about: Sequence[About]
    made: Sequence[Made]
    today: date

    def notes_of(self, subject: Subject) -> SubjectNotes:
        return self.notes.subjects.get(subject.slug, SubjectNotes())


_Found = tuple[Held, list[Line], list[str]]


def fill(case: Case, notes: RecordFile, about: Sequence[About], made: Sequence[Made], today: date) -> Record:
    """The record of a case as it is on `today`, which only decides whether the retention date has passed."""
    facts = _Facts(case, notes, about, made, today)
    until = notes.retention.until
    overdue = until is not None and until < today
    return Record(
        title=case.title,
        case=str(case.path),
        role=case.identity,
        role_name=case.role.name,
        made_on=today,
        answers=tuple(_answer(requirement, facts) for requirement in requirements()),
        kept_until=until,
        overdue=overdue,
        delete=tuple(_delete(case, one.subject) for one in about) if overdue else (),
        scores=tuple(score for one in about for score in _scores(one)),
        explanations=tuple(
            explanation(
                one.subject,
                one.dossier,
                case,
                notes,
                decided=tuple(_outcome(m, one.subject) for m in made),
                why=tuple(m.told[one.subject.slug] for m in made if one.subject.slug in m.told),
                memos=tuple(m.memo for m in made if m.memo),
            )
            for one in about
        ),
    )


def _answer(requirement: Requirement, facts: _Facts) -> Answer:
    held, found, missing = _FINDERS[requirement.id](facts)
    return Answer(requirement=requirement, held=held, found=tuple(found), missing=tuple(missing))


def _delete(case: Case, subject: Subject) -> str:
    return f'heldout case delete-subject {case.path} "{subject.name}"'


def _outcome(made: Made, subject: Subject) -> str:
    """What a decision says about one subject, and nothing about another."""
    said = "to look further before choosing"
    if _settles(made):
        said = "you were chosen" if made.chosen == subject.slug else "you were not chosen"
    return f"{made.at.date()}, by {made.by}: {said}"


def _settles(made: Made) -> bool:
    return made.choice != "later"


def _scores(one: About) -> Iterable[RawScore]:
    for evidence in one.dossier.evidence:
        yield RawScore(
            subject=one.subject.name,
            competency=evidence.competency,
            level=evidence.level,
            se=evidence.se,
            state=evidence.state,
            reason=evidence.reason,
            source=evidence.source,
            instrument=evidence.instrument,
            version=evidence.version,
            standard=evidence.standard,
            rater=evidence.rater,
            taken_at=evidence.taken_at,
            digest=evidence.subject_digest,
        )


def _told(table: str, **said: object) -> _Found:
    """What a table of record.toml says: each key that is filled, and the names of those that are not."""
    found = [Line(text=_words(value), where=f"{NAME}, [{table}] {key}") for key, value in said.items() if value]
    missing = [f"[{table}] {key}" for key, value in said.items() if not value]
    return ("kept" if not missing else "part" if found else "missing"), found, missing


def _words(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _controller(facts: _Facts) -> _Found:
    return _told("controller", name=facts.notes.controller.name, contact=facts.notes.controller.contact)


def _purpose(facts: _Facts) -> _Found:
    held, found, missing = _told("purpose", text=facts.notes.purpose.text, legal_basis=facts.notes.purpose.legal_basis)
    goal = Line(text=f"The role's goal: {facts.case.role.business_goal}", where="standard.json")
    return held, [*found, goal], missing


def _notice(facts: _Facts) -> _Found:
    import numpy as np

    found, missing = [], []
    for one in facts.about:
        notes = facts.notes_of(one.subject)
        where = f"{NAME}, [subjects.{one.subject.slug}]"
        if notes.told is None:
            missing.append(f"when {one.subject.name} was told")
            continue
        consent = f", consented on {notes.consent}" if notes.consent else ""
        first = min((e.taken_at.date() for e in one.dossier.evidence if e.taken_at), default=None)
        ahead = f", {int(np.busday_count(notes.told, first))} working days before the first look" if first else ""
        found.append(Line(text=f"{one.subject.name}: told on {notes.told}{ahead}{consent}", where=where))
        if first and first < notes.told:
            missing.append(f"a notice to {one.subject.name} before the first look at their work ({first})")
    held: Held = "open" if not facts.about else "kept" if not missing else "part" if found else "missing"
    return held, found, missing


def _access(facts: _Facts) -> _Found:
    return _told("access", people=facts.notes.access.people)


def _job_analysis(facts: _Facts) -> _Found:
    told = facts.notes.job_analysis
    return _told("job_analysis", text=told.text, by=told.by, on=told.on)


def _standard(facts: _Facts) -> _Found:
    identity, competencies = facts.case.identity, len(facts.case.role.requires)
    text = f"{identity.id} version {identity.version}, SHA-256 {identity.digest}; {competencies} competencies"
    line = Line(text=f"{text}, frozen on {facts.case.created.date()}", where="standard.json, case.toml")
    return "kept", [line], []


def _instruments(facts: _Facts) -> _Found:
    used: dict[str, set[str]] = {}
    for one in facts.about:
        for evidence in one.dossier.evidence:
            name = f"{evidence.source}: {evidence.instrument} version {evidence.version}"
            used.setdefault(name, set()).add(one.subject.name)
    found = [
        Line(text=f"{name}, for {', '.join(sorted(names))}", where="subjects/*/evidence and interviews")
        for name, names in sorted(used.items())
    ]
    return ("kept" if found else "open"), found, []


def _raw_scores(facts: _Facts) -> _Found:
    found, missing = [], []
    for one in facts.about:
        scores = [score for score in _scores(one) if score.level is not None]
        if scores:
            text = f"{one.subject.name}: {len(scores)} levels, the first on {_first(scores)}"
            found.append(Line(text=text, where=f"subjects/{one.subject.slug}"))
        if without := sum(score.taken_at is None for score in scores):
            missing.append(f"the time of {without} of the levels of {one.subject.name}")
    return ("part" if missing else "kept" if found else "open"), found, missing


def _first(scores: Iterable[RawScore]) -> str:
    days = [score.taken_at.date() for score in scores if score.taken_at]
    return str(min(days)) if days else "an unknown day"


def _seen_before(facts: _Facts) -> _Found:
    found = [
        Line(
            text=f"{card.rater} on {one.subject.name}: {', '.join(SEEN_WORDS[seen] for seen in card.seen_before)}",
            where=f"subjects/{one.subject.slug}/interviews, revision {card.revision}",
        )
        for one in facts.about
        for card in one.cards
    ]
    return ("kept" if found else "open"), found, []


def _missing(facts: _Facts) -> _Found:
    found, required = [], facts.case.role.requires
    for one in facts.about:
        reasons = sum(e.level is None for e in one.dossier.evidence)
        nobody = sum(all(e.competency != name for e in one.dossier.evidence) for name in required)
        looked = f"{reasons} not observed, each with its reason"
        text = f"{one.subject.name}: {looked}; at {nobody} of {len(required)} competencies nobody has looked yet"
        found.append(Line(text=text, where=f"subjects/{one.subject.slug}"))
    return ("kept" if found else "open"), found, []


def _accommodation(facts: _Facts) -> _Found:
    held, found, missing = _told("accommodation", offered=facts.notes.accommodation.offered)
    adapted = sum(card.accommodation for one in facts.about for card in one.cards)
    if any(one.cards for one in facts.about):
        text = f"{adapted} interviews were adapted; that is on the scorecards and in no evidence"
        found.append(Line(text=text, where="subjects/*/interviews"))
    return held, found, missing


def _model(facts: _Facts) -> _Found:
    found = [
        Line(
            text=f"Model version {made.model_version}, given evidence of SHA-256 {made.evidence_digest}",
            where=made.file,
        )
        for made in facts.made
    ]
    return ("kept" if found else "open"), found, []


def _decision(facts: _Facts) -> _Found:
    found = [
        Line(text=f"{made.at:%Y-%m-%d %H:%M} UTC, {made.by}: {made.choice}. {made.reason}", where=made.file)
        for made in facts.made
    ]
    missing = _erased(facts)
    return ("part" if missing else "kept" if found else "open"), found, missing


def _erased(facts: _Facts) -> list[str]:
    """Reasons that went with a subject who was deleted."""
    erased = sum(made.reason == ERASED for made in facts.made)
    count = f"the reason of {erased} decision{'s' * (erased != 1)}"
    return [f"{count}, erased on request when a subject was deleted"] if erased else []


def _overrides(facts: _Facts) -> _Found:
    settled = [made for made in facts.made if _settles(made)]
    other = [made for made in settled if made.follows is False]
    untold = sum(made.follows is None for made in settled)
    found = (
        [Line(text=f"{len(other)} of {len(settled)} decisions differ from the memo", where="decision")]
        if settled
        else []
    )
    if untold:
        found.append(
            Line(
                text=f"{untold} of {len(settled)} chose the first of a memo that had not enough to tell",
                where="decision",
            )
        )
    found += [Line(text=f"{made.by}: {made.choice}. {made.reason}", where=made.file) for made in other]
    missing = _erased(facts)
    return ("part" if missing else "kept" if found else "open"), found, missing


def _oversight(facts: _Facts) -> _Found:
    return _told("oversight", people=facts.notes.oversight.people, training=facts.notes.oversight.training)


def _contest(facts: _Facts) -> _Found:
    held, found, missing = _told("contest", how=facts.notes.contest.how)
    for one in facts.about:
        if contested := facts.notes_of(one.subject).contested:
            where = f"{NAME}, [subjects.{one.subject.slug}] contested"
            found.append(Line(text=f"{one.subject.name}: {contested}", where=where))
    if untold := _untold(facts):
        missing.append(f"a sentence for {listed(untold)} to read on why they were not chosen")
        held = "part" if found else "missing"
    return held, found, missing


def _untold(facts: _Facts) -> list[str]:
    """Who was not chosen by the latest decision, and is told nothing of why."""
    settled = next((made for made in reversed(facts.made) if _settles(made)), None)
    if settled is None:
        return []
    spoken = [one.slug for one in settled.memo.subjects] if settled.memo else None
    return [
        one.subject.name
        for one in facts.about
        if one.subject.slug != settled.chosen
        and (spoken is None or one.subject.slug in spoken)
        and not any(one.subject.slug in made.told for made in facts.made)
    ]


def _groups(facts: _Facts) -> _Found:
    told = facts.notes.groups
    return _told("groups", compared_on=told.compared_on, kept_at=told.kept_at)


def _retention(facts: _Facts) -> _Found:
    told = facts.notes.retention
    held, found, missing = _told("retention", until=told.until, reason=told.reason)
    moments = [score.taken_at.date() for one in facts.about for score in _scores(one) if score.taken_at]
    moments += [made.at.date() for made in facts.made]
    if told.until and moments and told.until < max(moments) + LOGS_KEPT:
        missing.append(f"a date at least six months after the last entry ({max(moments)}), as the AI Act asks of logs")
        held = "part"
    if told.until and told.until < facts.today:
        missing.append(f"the deletion: it was due after {told.until}")
        held = "part"
    return held, found, missing


_FINDERS: dict[str, Callable[[_Facts], _Found]] = {
    "controller": _controller,
    "purpose": _purpose,
    "notice": _notice,
    "access": _access,
    "job-analysis": _job_analysis,
    "standard": _standard,
    "instruments": _instruments,
    "scores": _raw_scores,
    "seen-before": _seen_before,
    "missing": _missing,
    "accommodation": _accommodation,
    "model": _model,
    "decision": _decision,
    "overrides": _overrides,
    "oversight": _oversight,
    "contest": _contest,
    "groups": _groups,
    "retention": _retention,
}
