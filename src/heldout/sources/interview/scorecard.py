"""The scorecard: what one interviewer rated of one subject, and how it came about. A value; `store` keeps it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from heldout.evidence.types import Frozen
from heldout.standard import Role, Standard
from heldout.standard.models import Identifier

SCHEMA = 1
STEP = 0.5
"""Levels are given in halves: the standard's reading says when one lies between two."""
Seen = Literal["nothing", "review", "rating"]
SEEN_WORDS: dict[str, str] = {
    "nothing": "nothing but the questions",
    "review": "a review, an audit or another report on the subject",
    "rating": "another interviewer's rating, or heard it",
}
"""What an interviewer may have seen before rating, as forms put it."""
Overall = Literal["yes", "no", "unsure"]

MOST_WORDS = 4000
"""Characters of a note or a reason."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Notes = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_WORDS)]


class Rating(Frozen):
    """One competency: a level in halves from 1 to 5, or None and the reason why it was not observed."""

    competency: Identifier
    level: float | None = Field(default=None, ge=1.0, le=5.0, multiple_of=STEP)
    not_observed: Notes = ""
    notes: Notes = ""
    questions: tuple[str, ...] = ()
    """Ids of the questions asked: those of the bank, or the code of the finding that raised a personal one."""

    @model_validator(mode="after")
    def _missing_is_not_zero(self) -> Self:
        if self.level is None and not self.not_observed:
            raise ValueError("a competency without a level needs the reason why it was not observed")
        if self.level is not None and self.not_observed:
            raise ValueError("a competency has a level or was not observed, not both")
        return self


class Scorecard(Frozen):
    """What one interviewer rated of one subject (`subject` is the name of its folder).

    `kit` names the kit that was used, empty for none. `seen_before` is what the interviewer had seen before rating.
    `accommodation` says whether the interview was adapted (time, format, language): it is kept as a record, and stands
    in no evidence. `overall` was asked last, if at all; no model reads it. A correction is a card of the next
    `revision` with its reason; the latest counts.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    subject: Name
    rater: Name
    role: str
    standard: str
    kit: str = ""
    held_on: date
    handed_in_at: datetime
    seen_before: Annotated[tuple[Seen, ...], Field(min_length=1)]
    accommodation: bool = False
    ratings: Annotated[tuple[Rating, ...], Field(min_length=1)]
    overall: Overall | None = None
    revision: int = Field(default=1, ge=1)
    correction: Notes = ""
    """Why an earlier revision was wrong; empty for the first."""

    @field_validator("seen_before")
    @classmethod
    def _nothing_stands_alone(cls, seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
        if "nothing" in seen and len(seen) > 1:
            raise ValueError("`nothing` cannot stand beside something that was seen")
        return tuple(sorted(set(seen)))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [rating.competency for rating in self.ratings]
        if len(set(names)) < len(names):
            raise ValueError("a competency is rated twice")
        if (self.revision > 1) != bool(self.correction):
            raise ValueError("a correction, and only a correction, needs its reason")
        return self

    @property
    def levels(self) -> dict[str, float]:
        """The levels given, by competency; what was not observed is not among them."""
        return {rating.competency: rating.level for rating in self.ratings if rating.level is not None}


def rateable(standard: Standard, role: Role) -> tuple[str, ...]:
    """The competencies that the role asks for and interviews can see, the weightiest first."""
    seen = [one.id for one in standard.competencies if one.id in role.requires and "interview" in one.sources]
    return tuple(sorted(seen, key=lambda name: -role.weights[name]))
