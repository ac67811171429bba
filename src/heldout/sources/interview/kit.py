"""The kit: who asks what, frozen once it is made, so that every subject of a case is asked the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from heldout.errors import InputError
from heldout.evidence import Case, Subject
from heldout.evidence.case import read_model, slug
from heldout.evidence.files import locked, write_atomically
from heldout.evidence.types import Frozen
from heldout.sources.interview.bank import Question
from heldout.sources.interview.scorecard import Name
from heldout.standard.models import Identifier

SCHEMA = 1
TWO = 2
"""People who rate a competency, so that no single person's severity or impression decides it."""
Aim = Literal["person", "vendor"]


class Need(Frozen):
    """Why a competency is asked about: its `weight` in the role (0-1, all sum to 1), and the part (0-1) of what is not
    known beforehand that other evidence has left open, the mean over the subjects there were when the kit was made."""

    competency: Identifier
    weight: float = Field(gt=0.0, le=1.0)
    unknown: float = Field(ge=0.0, le=1.0)

    @property
    def urgency(self) -> float:
        """Weight times what is unknown: what the choice of questions goes by."""
        return self.weight * self.unknown


class Part(Frozen):
    """What one interviewer asks of everybody, by id and in this order."""

    interviewer: Name
    questions: tuple[Identifier, ...] = ()


class Plan(Frozen):
    """Who asks what of one kind of subject. `proven`: no choice of questions covers more; else at most `gap` more."""

    aim: Aim
    parts: tuple[Part, ...]
    proven: bool
    gap: float = Field(default=0.0, ge=0.0)


class Kit(Frozen):
    """A kit as it lies in the case, with the full text of its questions: a later change of the bank is none here.

    `minutes` is an interviewer's whole time; `opening` of it are for greeting, closing and the subject's own questions,
    `personal` for what the subject's own findings raise; the rest is the common part.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    number: int = Field(ge=1)
    made_at: datetime
    role: str
    bank: str
    minutes: int = Field(ge=10, le=240)
    opening: int = Field(ge=0)
    personal: int = Field(ge=0)
    needs: tuple[Need, ...]
    plans: Annotated[tuple[Plan, ...], Field(min_length=1)]
    questions: tuple[Question, ...]

    @property
    def label(self) -> str:
        """What a scorecard quotes: the number, and the first digits of the SHA-256 of the content."""
        content = self.model_dump_json(by_alias=True, exclude={"made_at"})
        return f"kit {self.number} ({hashlib.sha256(content.encode()).hexdigest()[:12]})"

    @property
    def interviewers(self) -> tuple[str, ...]:
        """Who interviews, in the order in which they were named."""
        return tuple(part.interviewer for part in self.plans[0].parts)

    @property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by id."""
        return {question.id: question for question in self.questions}

    @property
    def common(self) -> int:
        """Minutes of the common part, for each interviewer."""
        return self.minutes - self.opening - self.personal

    def plan(self, subject: Subject) -> Plan:
        """The plan for a subject of its kind."""
        return next(plan for plan in self.plans if plan.aim == aim_of(subject))

    def part(self, plan: Plan, interviewer: str) -> Part | None:
        """The part of an interviewer, None when the kit does not know them."""
        return next((part for part in plan.parts if slug(part.interviewer) == slug(interviewer)), None)

    def rated(self, part: Part) -> tuple[str, ...]:
        """The competencies that a part speaks for, those that the role weighs most first."""
        spoken = {name for id_ in part.questions for name in self.by_id[id_].competencies}
        return tuple(need.competency for need in self._by_weight() if need.competency in spoken)

    def _by_weight(self) -> Iterable[Need]:
        return sorted(self.needs, key=lambda need: -need.weight)


@dataclass(frozen=True)
class Covered:
    """How one competency fares in a plan: who rates it on a question of its own, and who besides another."""

    need: Need
    own: tuple[tuple[str, str], ...]
    """(interviewer, question) of questions mainly about it."""
    besides: tuple[tuple[str, str], ...]
    """The same of questions whose answers often show it."""
    why_not: str
    """Why it is not covered; empty when it is."""

    @property
    def people(self) -> int:
        """How many interviewers rate it."""
        return len({who for who, _ in (*self.own, *self.besides)})


def aim_of(subject: Subject) -> Aim:
    """Freelancers, agencies and teams are asked as vendors, everybody else as a person."""
    return "person" if subject.kind == "person" else "vendor"


def kits(case: Case) -> tuple[Kit, ...]:
    """The case's kits, oldest first; raises CaseError when a file is wrong."""
    found = [read_model(path, Kit) for path in (case.path / "kits").glob("*.json")]
    return tuple(sorted(found, key=lambda kit: kit.number))


def keep_kit(case: Case, kit: Kit) -> Kit:
    """Keep a kit, numbered after those that are there; none is ever overwritten."""
    folder = case.path / "kits"
    if folder.is_symlink():
        raise InputError(f"{folder} is a link; put the folder itself there, so that nothing leaves the case")
    with locked(case.path):
        folder.mkdir(exist_ok=True)
        numbered = kit.model_copy(update={"number": len(kits(case)) + 1})
        write_atomically(folder / f"{numbered.number}.json", numbered.model_dump_json(by_alias=True, indent=1) + "\n")
    return numbered
