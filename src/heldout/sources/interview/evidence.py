"""Scorecards become evidence: one piece for each competency that an interviewer rated or could not observe."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

from heldout.evidence import Artifact, Dossier, Evidence, Finding
from heldout.sources.interview.scorecard import Rating, Scorecard
from heldout.standard import Role, Standard

SOURCE, INSTRUMENT, KIND = "interview", "scorecard", "scorecard"
RELIABILITY = 0.44
"""How much of the variance of one interviewer's rating is the subject's: separate structured interviews, Huffcutt,
Culbertson and Weyhrauch 2013 (k = 125), read in a secondary source only: weak."""
SPREAD = 0.8
"""Standard deviation of people's true levels, in level points: an assumption, the decision model's own."""
ERROR = round(SPREAD * math.sqrt((1 - RELIABILITY) / RELIABILITY), 2)
"""Standard error of one interviewer's level that follows, in level points: assumed, not measured."""


def dossier_of(subject: str, cards: Iterable[Scorecard], standard: Standard, role: Role) -> Dossier:
    """The evidence that the scorecards hold, one artifact each; `overall` and `accommodation` stay out of it."""
    cards = tuple(cards)
    return Dossier(
        subject=subject,
        role=role.id,
        artifacts=tuple(_artifact(card) for card in cards),
        evidence=tuple(_evidence(card, rating, standard, role.bars) for card in cards for rating in card.ratings),
        findings=tuple(finding for card in cards for finding in _remarks(card)),
    )


def digest_of(card: Scorecard) -> str:
    """SHA-256 of what the card says."""
    return hashlib.sha256(card.model_dump_json(by_alias=True).encode()).hexdigest()


def _artifact(card: Scorecard) -> Artifact:
    return Artifact(
        name=f"Interview by {card.rater}",
        kind=KIND,
        origin=f"interview of {card.held_on.isoformat()} by {card.rater}",
        digest=digest_of(card),
        measured={
            "rated": len(card.levels),
            "not_observed": len(card.ratings) - len(card.levels),
            "revision": card.revision,
            "kit": card.kit or "none",
        },
    )


def _evidence(card: Scorecard, rating: Rating, standard: Standard, bars: Mapping[str, float]) -> Evidence:
    return Evidence(
        competency=rating.competency,
        level=rating.level,
        se=None if rating.level is None else ERROR,
        basis="assumed",
        source=SOURCE,
        instrument=INSTRUMENT,
        version=card.kit or "no kit",
        standard=standard.version,
        rater=card.rater,
        group=card.rater,
        state="observed" if rating.level is not None else "not_observed",
        reason=f"{card.rater}: {rating.not_observed}" if rating.level is None else "",
        findings=_noted(card, rating, bars.get(rating.competency)),
        subject_digest=digest_of(card),
        run_id=f"{card.rater}, revision {card.revision}",
        taken_at=card.handed_in_at,
    )


def _noted(card: Scorecard, rating: Rating, bar: float | None) -> tuple[Finding, ...]:
    """The interviewer's note, word for word; for or against by the role's bar, since a note has no sign of its own."""
    if not rating.notes:
        return ()
    asked = f" Asked: {', '.join(rating.questions)}." if rating.questions else ""
    if rating.level is None or bar is None:
        polarity, why = "unknown", f"{card.rater} noted it without a level that a bar of the role could be held to."
    else:
        polarity = "for" if rating.level >= bar else "against"
        side = "at or above" if rating.level >= bar else "below"
        why = f"{card.rater} rated it {rating.level:g}, {side} the role's bar of {bar:g}."
    return (
        Finding.model_validate(
            {
                "code": f"INT-{rating.competency}",
                "polarity": polarity,
                "message": f"{card.rater} noted: {rating.notes}",
                "why": why + asked,
            }
        ),
    )


def _remarks(card: Scorecard) -> Iterable[Finding]:
    """What a reader has to know of how the ratings came about."""
    if "rating" in card.seen_before:
        yield Finding(
            code="INT-SEEN",
            polarity="unknown",
            message=f"{card.rater} knew another interviewer's rating before giving theirs: it is no independent one.",
            why="Who has heard a level drifts towards it. By how much, nobody knows: the memo counts the rating like "
            "any other, and says this beside the numbers.",
        )
    if card.correction:
        yield Finding(
            code="INT-CORRECTED",
            polarity="unknown",
            message=f"{card.rater} corrected the scorecard (revision {card.revision}): {card.correction}",
            why="The earlier revision is kept in the case; the latest counts.",
        )
