"""The record as values: what the page, the terminal and the JSON show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from heldout.decision.record.requirements import Requirement
from heldout.decision.result import SAME
from heldout.evidence.types import Frozen, State
from heldout.standard import RoleIdentity

Held = Literal["kept", "part", "missing", "open"]
"""`kept` it is there; `part` of it is; `missing` nothing is; `open` there is nothing to keep yet."""


class Line(Frozen):
    """One thing that was found, and where."""

    text: str
    where: str


class Answer(Frozen):
    """One requirement and what the case holds of it."""

    requirement: Requirement
    held: Held
    found: tuple[Line, ...]
    missing: tuple[str, ...]


class RawScore(Frozen):
    """One level as it was given, before any model, or the reason for none."""

    subject: str
    competency: str
    level: float | None
    se: float | None
    state: State
    reason: str
    source: str
    instrument: str
    version: str
    standard: str
    rater: str
    taken_at: datetime | None
    digest: str


class Counted(Frozen):
    """One competency that counts for the role: its share of the whole, the level that the role asks for, and what each
    source saw of it in a person."""

    name: str
    why: str
    weight: float
    bar: float
    seen: tuple[str, ...]


class Work(Frozen):
    """One work of a candidate that was looked at: what it is and when, the level that counts in each competency
    beside the one that the role asks for, and what spoke most for and against, each with its place and code."""

    name: str
    what: str
    on: date | None
    levels: tuple[tuple[str, float, float], ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]


class Weighed(Frozen):
    """How what was seen of one candidate counted, in the memo of the latest decision: their worth to the role with its
    90 % interval, the pieces that add up to it, and their level in each competency beside the one that the role asks
    for. Interviewers are not named."""

    on: date
    worth: float
    low: float
    high: float
    pieces: tuple[tuple[str, float], ...]
    levels: tuple[tuple[str, float, float], ...]

    @property
    def told(self) -> tuple[tuple[str, float], ...]:
        """The pieces that are more than 0.00 as they are shown."""
        return tuple((name, points) for name, points in self.pieces if abs(points) >= SAME)

    @property
    def slight(self) -> tuple[str, ...]:
        """The others, by name."""
        return tuple(name for name, points in self.pieces if abs(points) < SAME)


class Explanation(Frozen):
    """What one candidate is told: what was looked at, what counts, who decides, how to contest. Of the candidates it
    names no one else."""

    slug: str
    name: str
    looked_at: tuple[str, ...]
    works: tuple[Work, ...]
    counts: tuple[Counted, ...]
    told: date | None
    decided: tuple[str, ...]
    """What was decided about them, when and by whom, oldest first."""
    why: tuple[str, ...]
    """What whoever decided wrote for them, oldest first."""
    weighed: Weighed | None
    contact: str
    contest: str
    kept_until: date | None

    @property
    def whom_to_ask(self) -> str:
        """How to ask for what this page does not print."""
        return f"Write to {self.contact}." if self.contact else "Ask the person who sent you this page."


class Record(Frozen):
    """The whole record of a case on one day."""

    title: str
    case: str
    role: RoleIdentity
    role_name: str
    made_on: date
    answers: tuple[Answer, ...]
    kept_until: date | None
    overdue: bool
    delete: tuple[str, ...]
    """The commands that delete what is overdue."""
    scores: tuple[RawScore, ...]
    explanations: tuple[Explanation, ...]

    @property
    def lacking(self) -> tuple[Answer, ...]:
        """The requirements of which something is missing."""
        return tuple(answer for answer in self.answers if answer.held in ("part", "missing"))
