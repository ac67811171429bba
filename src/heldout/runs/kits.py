"""A kit made for a case: what is known beforehand is weighed, the questions are shared out, the result is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from heldout.decision.observations import SPREAD, observations_of
from heldout.errors import InputError
from heldout.evidence import Case, Dossier, Subject
from heldout.sources.interview.assign import assign
from heldout.sources.interview.bank import Question, bank_of_case
from heldout.sources.interview.kit import (
    OPENING,
    PERSONAL_EACH,
    PERSONAL_MOST,
    PERSONAL_SHARE,
    Aim,
    Kit,
    Need,
    Part,
    Plan,
    aim_of,
    keep_kit,
    kits,
)
from heldout.sources.interview.personal import PersonalPart, personal_parts, personal_questions
from heldout.sources.interview.scorecard import rateable

FEWEST, MOST = 1, 6
SHORTEST, LONGEST = 15, 180
DEFAULT_PEOPLE, DEFAULT_MINUTES = 3, 45


def kit_for(case: Case, interviewers: Sequence[str] | None, minutes: int | None, *, renew: bool) -> tuple[Kit, bool]:
    """The case's kit, and whether it was made just now: the first call makes one, later ones get the same.

    Raises InputError when other interviewers or minutes are asked for than the kit was made for: what subjects are
    asked would differ. `renew` makes a further kit all the same.
    """
    there = kits(case)
    if there and not renew:
        latest = there[-1]
        wanted = latest.interviewers if interviewers is None else tuple(interviewers)
        if wanted != latest.interviewers or minutes not in (None, latest.minutes):
            raise InputError(
                f"the case has {latest.label} for {', '.join(latest.interviewers)}, {latest.minutes} minutes each; "
                "it is the same for every subject. --renew makes another, and those already asked were asked otherwise"
            )
        return latest, False
    before = there[-1] if there else None
    usual = before.interviewers if before else named(DEFAULT_PEOPLE)
    people = tuple(usual if interviewers is None else interviewers)
    return keep_kit(case, make_kit(case, people, minutes or (before.minutes if before else DEFAULT_MINUTES))), True


def named(count: int) -> tuple[str, ...]:
    """Names for interviewers who have none yet."""
    return tuple(f"Interviewer {number}" for number in range(1, count + 1))


def make_kit(case: Case, interviewers: Sequence[str], minutes: int) -> Kit:
    """A kit for persons and for vendors; raises InputError for too many people, a name twice or too little time."""
    if not FEWEST <= len(interviewers) <= MOST:
        raise InputError(f"name {FEWEST} to {MOST} interviewers")
    if len({name.casefold() for name in interviewers}) < len(interviewers):
        raise InputError("two interviewers have the same name; tell them apart")
    if not SHORTEST <= minutes <= LONGEST:
        raise InputError(f"an interview takes {SHORTEST} to {LONGEST} minutes")
    personal = min(PERSONAL_MOST, int(minutes * PERSONAL_SHARE)) // PERSONAL_EACH * PERSONAL_EACH
    bank = bank_of_case(case)
    plans = tuple(
        _plan(case, aim, pool_for(bank.questions, aim), interviewers, minutes - OPENING - personal)
        for aim in ("person", "vendor")
    )
    used = {id_ for plan in plans for part in plan.parts for id_ in part.questions}
    return Kit(
        schema=1,
        made_at=datetime.now(UTC).replace(microsecond=0),
        role=str(case.identity),
        bank=bank.version,
        minutes=minutes,
        opening=OPENING,
        personal=personal,
        plans=plans,
        questions=tuple(question for question in bank.questions if question.id in used),
        unseen=tuple(name for name in case.role.requires if name not in rateable(case.standard, case.role)),
    )


def pool_for(questions: Iterable[Question], aim: Aim) -> tuple[Question, ...]:
    """What may be asked of a person: the questions for persons. Of a vendor: those for vendors, and those for persons
    about competencies that no question for vendors is mainly about."""
    questions = tuple(questions)
    persons = tuple(question for question in questions if question.whom == "person")
    if aim == "person":
        return persons
    vendors = tuple(question for question in questions if question.whom == "vendor")
    theirs = {question.main for question in vendors}
    return (*vendors, *(question for question in persons if question.main not in theirs))


def _plan(case: Case, aim: Aim, pool: Sequence[Question], interviewers: Sequence[str], minutes: int) -> Plan:
    seen = [(s, case.dossier(s)) for s in case.subjects if aim_of(s) == aim]
    weights = case.role.weights
    needs = [
        Need(competency=name, weight=weights[name], unknown=left_open(seen, name))
        for name in rateable(case.standard, case.role)
    ]
    needs.sort(key=lambda need: (-need.urgency, need.competency))
    found = assign(pool, needs, len(interviewers), minutes)
    parts = tuple(
        Part(interviewer=name, questions=asked) for name, asked in zip(interviewers, found.questions, strict=True)
    )
    return Plan(aim=aim, needs=tuple(needs), parts=parts, proven=found.proven, gap=found.gap)


def left_open(seen: Sequence[tuple[Subject, Dossier]], competency: str) -> float:
    """The part (0-1) of the variance of a level that evidence other than interviews leaves open: the subjects' mean.

    1 without subjects or evidence. Of pieces that share their errors (one repository, one audit) the best counts.
    """
    if not seen:
        return 1.0
    return round(sum(_left_open(subject, dossier, competency) for subject, dossier in seen) / len(seen), 4)


def _left_open(subject: Subject, dossier: Dossier, competency: str) -> float:
    told: dict[str, float] = {}
    for one in observations_of(subject.slug, dossier, delivers=subject.kind in ("agency", "team")):
        if one.competency == competency and one.kind == "measure" and one.se > 0:
            told[one.group] = max(told.get(one.group, 0.0), (one.loading / one.se) ** 2)
    return 1 / (1 + SPREAD**2 * sum(told.values()))


@dataclass(frozen=True)
class ForSubject:
    """What a kit comes to for one subject, or, without one, its common part alone (`subject` is empty then)."""

    plan: Plan
    subject: str
    personal: tuple[PersonalPart, ...]
    """One part an interviewer, in the plan's order."""


def made_out(case: Case, kit: Kit, subjects: Sequence[Subject]) -> tuple[ForSubject, ...]:
    """The kit for each subject, with the questions that their own findings raise; without subjects the common part of
    each kind of subject that the case has."""
    if not subjects:
        aims = {aim_of(subject) for subject in case.subjects} or {"person"}
        return tuple(ForSubject(plan, "", personal_parts(kit, plan, ())) for plan in kit.plans if plan.aim in aims)
    made = []
    for subject in subjects:
        plan = kit.plan(subject)
        questions = personal_questions(case.dossier(subject), case.role)
        made.append(ForSubject(plan, subject.name, personal_parts(kit, plan, questions)))
    return tuple(made)
