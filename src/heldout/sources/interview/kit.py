"""The kit: who asks what, frozen once it is made, so that every subject of a case is asked the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

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


OPENING = 5
"""Minutes of an interview for greeting, closing and the subject's own questions."""
PERSONAL_EACH = 4
"""Minutes for one personal question, follow-up included."""
PERSONAL_MOST = 8
PERSONAL_SHARE = 0.2
"""The personal part takes at most so many minutes, and at most so much of the whole: the rest is the same for all."""


class Need(Frozen):
    """Why a competency is asked about: its `weight` in the role (0-1, all sum to 1), and `unknown`, the part (0-1) of
    what is not known beforehand that other evidence has left open: the mean over the subjects when the kit was made."""

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
    """Who asks what of one kind of subject; `needs` holds every competency of the role that interviews can see, the
    most urgent first. `proven`: no other choice of questions covers more of the urgency; else at most `gap` more (0-1).
    """

    aim: Aim
    needs: tuple[Need, ...]
    parts: tuple[Part, ...]
    proven: bool
    gap: float = Field(default=0.0, ge=0.0)


@dataclass(frozen=True)
class Covered:
    """How one competency fares in a plan: (interviewer, question) of the questions mainly about it, and of those whose
    answers often show it besides; `why_not` says why it is not covered, empty when it is."""

    need: Need
    own: tuple[tuple[str, str], ...]
    besides: tuple[tuple[str, str], ...]
    why_not: str

    @property
    def people(self) -> int:
        """How many interviewers rate it."""
        return len({who for who, _ in (*self.own, *self.besides)})


class Kit(Frozen):
    """A kit as it lies in the case, with the full text of its questions: a later change of the bank is none here.

    `minutes` is an interviewer's whole time; `opening` of it are for greeting, closing and the subject's own questions,
    `personal` for what the subject's own findings raise; the rest is the common part.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    number: int = Field(default=1, ge=1)
    made_at: datetime
    role: str
    bank: str
    minutes: int
    opening: int
    personal: int
    plans: Annotated[tuple[Plan, ...], Field(min_length=1)]
    questions: tuple[Question, ...]
    unseen: tuple[Identifier, ...] = ()
    """Competencies of the role that no interview can see."""

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

    def takes(self, part: Part) -> int:
        """Minutes that the common questions of a part take."""
        return sum(self.by_id[id_].minutes for id_ in part.questions)

    def rated(self, plan: Plan, part: Part) -> tuple[str, ...]:
        """The competencies of the role that a part speaks for.

        Those with a question of their own come first, as they are asked; then what shows besides, most urgent first.
        """
        needed = [need.competency for need in plan.needs]
        asked = [self.by_id[id_] for id_ in part.questions]
        own = [question.main for question in asked if question.main in needed]
        besides = {name for question in asked for name in question.competencies[1:]}
        return tuple(dict.fromkeys([*own, *(name for name in needed if name in besides)]))

    def coverage(self, plan: Plan) -> tuple[Covered, ...]:
        """How each competency fares, the most urgent first."""
        return tuple(self._covered(plan, need) for need in plan.needs)

    def _covered(self, plan: Plan, need: Need) -> Covered:
        asked = [(part.interviewer, self.by_id[id_]) for part in plan.parts for id_ in part.questions]
        own = tuple((who, q.id) for who, q in asked if q.main == need.competency)
        besides = tuple((who, q.id) for who, q in asked if need.competency in q.competencies[1:])
        people = len({who for who, _ in (*own, *besides)})
        why_not = ""
        if people == 0:
            why_not = "nobody rates it: the time goes to what weighs more or is less known"
        elif people < TWO:
            why_not = "one person alone rates it"
        elif not own:
            why_not = "it is rated besides other questions only, on none of its own"
        return Covered(need, own, besides, why_not)


def aim_of(subject: Subject) -> Aim:
    """Freelancers, agencies and teams are asked as vendors, everybody else as a person."""
    return "person" if subject.kind == "person" else "vendor"


def kits(case: Case) -> tuple[Kit, ...]:
    """The case's kits, oldest first; raises CaseError when a file is wrong."""
    found = [read_model(path, Kit) for path in (case.path / "kits").glob("*.json")]
    return tuple(sorted(found, key=lambda kit: kit.number))


def keep_kit(case: Case, kit: Kit) -> Kit:
    """Keep a kit, numbered after those that are there; none is ever overwritten."""
    folder = case.folder("kits")
    with locked(case.path):
        folder.mkdir(exist_ok=True)
        numbered = kit.model_copy(update={"number": len(kits(case)) + 1})
        write_atomically(folder / f"{numbered.number}.json", numbered.model_dump_json(by_alias=True, indent=1) + "\n")
    return numbered
