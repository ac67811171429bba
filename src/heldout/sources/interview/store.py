"""Scorecards in a case: kept for good, corrected by a next revision, and read only by whoever may see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from heldout.errors import InputError
from heldout.evidence import Case, CaseError, Subject
from heldout.evidence.case import read_model, slug
from heldout.evidence.files import locked, write_atomically
from heldout.sources.interview.scorecard import Scorecard


def keep(case: Case, subject: Subject, card: Scorecard, correction: str = "") -> tuple[Scorecard, Path]:
    """Keep a scorecard below its subject's folder; returns it with its revision, and the file.

    Nothing is overwritten: when the interviewer has handed one in for this subject, `correction` says why a new
    revision is needed. Raises InputError without that reason, or with one when there is nothing to correct; CaseError
    when the subject is gone or a file is wrong.
    """
    with locked(case.path):
        subject = case.subject(subject.slug)
        earlier = [one for one in every(case, subject) if slug(one.rater) == slug(card.rater)]
        if earlier and not correction.strip():
            raise InputError(
                f"{earlier[-1].rater} has handed in a scorecard for {subject.name} already; it is never overwritten. "
                "To correct it, say why: --reason TEXT makes a new revision, and the latest counts"
            )
        if correction.strip() and not earlier:
            raise InputError(f"{card.rater} has no scorecard for {subject.name} to correct; leave --reason away")
        made = Scorecard.model_validate(
            card.model_dump(by_alias=True)
            | {
                "subject": subject.slug,
                "rater": earlier[-1].rater if earlier else card.rater,
                "revision": earlier[-1].revision + 1 if earlier else 1,
                "correction": correction,
            }
        )
        folder = case.folder_of(subject, "interviews")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{slug(made.rater)}-{made.revision}.json"
        write_atomically(target, made.model_dump_json(by_alias=True, indent=1) + "\n")
    return made, target


def every(case: Case, subject: Subject) -> tuple[Scorecard, ...]:
    """Every revision of every scorecard of a subject, by interviewer and revision.

    Raises CaseError with every file that is wrong, or that speaks of somebody else.
    """
    cards: list[Scorecard] = []
    problems: list[str] = []
    for path in sorted(case.folder_of(subject, "interviews").glob("*.json")):
        try:
            card = read_model(path, Scorecard)
        except CaseError as error:
            problems.append(str(error))
            continue
        cards.append(card)
        if path.name != f"{slug(card.rater)}-{card.revision}.json" or card.subject != subject.slug:
            problems.append(
                f"{path} holds the scorecard of {card.rater} for {card.subject}, revision {card.revision}; "
                "put it back where it belongs"
            )
    if problems:
        raise CaseError("\n".join(problems))
    return tuple(sorted(cards, key=lambda card: (slug(card.rater), card.revision)))


def current(case: Case, subject: Subject) -> tuple[Scorecard, ...]:
    """The latest revision of each interviewer's scorecard of a subject, in the order of the interviewers' names."""
    return tuple({slug(card.rater): card for card in every(case, subject)}.values())


def readable(case: Case, subject: Subject, rater: str) -> tuple[Scorecard, ...]:
    """What an interviewer may read of a subject's scorecards: nothing before theirs is in, then all that count."""
    cards = current(case, subject)
    return cards if any(slug(card.rater) == slug(rater) for card in cards) else ()


def rated_by(cards: Sequence[Scorecard], rater: str) -> Scorecard | None:
    """The card of an interviewer among `cards`."""
    return next((card for card in cards if slug(card.rater) == slug(rater)), None)
