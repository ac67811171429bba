"""The personal part: questions that a subject's own findings raise, heaviest first, and what a good answer holds.

An interviewer is shown the fact, the place and what to listen for; never a level, nor what a fact did to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from heldout.evidence import Dossier, Finding, Location, Polarity, Severity
from heldout.sources.interview.kit import PERSONAL_EACH, Kit, Plan
from heldout.standard import Role

_SEVERITY: Mapping[Severity, float] = {"info": 1.0, "low": 1.0, "medium": 1.25, "high": 1.5}
_TURN: Mapping[Polarity, float] = {"against": 1.0, "unknown": 0.8, "for": 0.6}
"""What speaks against somebody is put to them first: they alone can say whether it holds."""
OTHERS = 0.5
"""A finding of whose lines less than this share is the subject's is not put to them."""

_CHECK_FIRST = "No history shows whose lines these are: ask first whether they know them."


@dataclass(frozen=True)
class PersonalQuestion:
    """A question that a finding raises. `code` is the finding's; `about` the competency that it speaks for."""

    code: str
    about: str
    question: str
    fact: str
    where: tuple[Location, ...]
    good_answer: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class PersonalPart:
    """One interviewer's personal questions for one subject, and the minutes they take."""

    interviewer: str
    questions: tuple[PersonalQuestion, ...]
    minutes: int


def personal_questions(dossier: Dossier, role: Role) -> tuple[PersonalQuestion, ...]:
    """Every question that the findings raise, the heaviest first, one for each code and wording.

    A finding weighs by its competency's weight in the role, its severity, its strength and the subject's share of the
    lines. What the role does not ask for, what was set aside and what is mostly others' work is not put to anybody.
    """
    weighed = [
        (_heaviness(finding, role.weights.get(competency, 0.0)), competency, finding)
        for competency, finding in _asking(dossier)
        if competency in role.requires
    ]
    weighed.sort(key=lambda one: (-one[0], one[2].code, str(one[2].locations[:1]), one[1]))
    delivered = {artifact.name for artifact in dossier.artifacts if artifact.kind == "delivery"}
    chosen: dict[str, PersonalQuestion] = {}
    for _, competency, finding in weighed:
        if finding.code not in chosen and finding.ask not in {one.question for one in chosen.values()}:
            chosen[finding.code] = _question(finding, competency, delivered)
    return tuple(chosen.values())


def _heaviness(finding: Finding, weight: float) -> float:
    share = 1.0 if finding.share is None else finding.share
    return weight * _SEVERITY[finding.severity] * _TURN[finding.polarity] * finding.strength * share


def personal_parts(kit: Kit, plan: Plan, questions: Sequence[PersonalQuestion]) -> tuple[PersonalPart, ...]:
    """The heaviest questions shared out: to whoever rates the competency anyway and has room, else to who has most."""
    room = {part.interviewer: kit.personal // PERSONAL_EACH for part in plan.parts}
    rates = {part.interviewer: set(kit.rated(plan, part)) for part in plan.parts}
    given: dict[str, list[PersonalQuestion]] = {name: [] for name in room}
    for question in questions:
        free = [name for name in room if len(given[name]) < room[name]]
        if not free:
            break
        taker = min(free, key=lambda name: (question.about not in rates[name], len(given[name])))
        given[taker].append(question)
    return tuple(PersonalPart(name, tuple(of), PERSONAL_EACH * len(of)) for name, of in given.items())


def _asking(dossier: Dossier) -> Iterable[tuple[str, Finding]]:
    for evidence in dossier.evidence:
        for finding in evidence.findings:
            others = finding.share is not None and finding.share < OTHERS
            if finding.ask.strip() and finding.suppressed is None and not others:
                yield evidence.competency, finding


def _question(finding: Finding, competency: str, delivered: Set[str]) -> PersonalQuestion:
    """`delivered` names the deliveries: they are their vendor's as a whole, whoever wrote a line."""
    unsure = finding.share is None and any(location.artifact not in delivered for location in finding.locations)
    return PersonalQuestion(
        code=finding.code,
        about=competency,
        question=finding.ask,
        fact=finding.message,
        where=finding.locations[:2],
        good_answer=tuple(_good(finding)),
        note=_CHECK_FIRST if unsure else "",
    )


def _good(finding: Finding) -> Iterable[str]:
    """What to listen for; a finding may be wrong, and saying so with reasons is a good answer."""
    yield "Answers what is asked with particulars of this work: steps, names or numbers that one could check."
    if finding.polarity != "for" and finding.locations:
        yield "Knows the place, or says plainly that it is not theirs."
    if finding.why:
        yield f"Sees what hangs on it: {finding.why}"
    if finding.mend and finding.polarity != "for":
        yield f"Names a way out, such as: {finding.mend}"
    if finding.polarity != "for":
        yield "Or shows that it does not hold here, in a way that could be checked: that is as good an answer."
