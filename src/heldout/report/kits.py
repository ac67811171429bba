"""The kit as people use it: who asks what on the terminal, and a sheet an interviewer to print and write on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.report.clean import cleaned, one_line, plain
from heldout.report.interviews import JOINED, LEVELS
from heldout.report.page import render_page
from heldout.report.words import listed
from heldout.runs.kits import ForSubject
from heldout.sources.interview.bank import Question
from heldout.sources.interview.kit import OPENING, PERSONAL_EACH, Covered, Kit, Plan
from heldout.sources.interview.personal import PersonalPart, PersonalQuestion
from heldout.standard import Role, Standard
from heldout.wording import percent

GREETING = 2
"""Minutes of the opening that come first; the rest of it is kept for the end."""
AIM_WORDS = {"person": "persons", "vendor": "freelancers, agencies and teams"}

HOW = (
    "Questions are shared out so that as much as possible of the role's weight, what is least known first, is rated by "
    "two people, one of them on a question of its own; then so that as much as possible is rated by one; then with as "
    "many questions of their own as possible; then in the fewest minutes. Nobody asks what another asks."
)


@dataclass(frozen=True)
class Slot:
    """One common question on a sheet: from which minute, and what the answer speaks for, by name."""

    question: Question
    begins: int
    main: str
    besides: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One interviewer's page."""

    interviewer: str
    title: str
    subject: str
    slots: tuple[Slot, ...]
    personal: PersonalPart
    personal_begins: int
    closing: int
    """Minutes that are left for the subject's own questions."""


@dataclass(frozen=True)
class CoverRow:
    """How a competency fares, in words."""

    name: str
    weight: str
    unknown: str
    own: str
    besides: str
    why_not: str


@dataclass(frozen=True)
class PlanView:
    """A plan with its table, what it leaves out, and its sheets."""

    title: str
    aim: str
    rows: tuple[CoverRow, ...]
    uncovered: tuple[str, ...]
    proven: str
    sheets: tuple[Sheet, ...]


def views(kit: Kit, made: Sequence[ForSubject], standard: Standard) -> tuple[PlanView, ...]:
    """What is shown of a kit, every text made safe."""
    return tuple(_view(cleaned(kit), one, standard) for one in made)


def _view(kit: Kit, one: ForSubject, standard: Standard) -> PlanView:
    plan = next(plan for plan in kit.plans if plan.aim == one.plan.aim)
    covered = kit.coverage(plan)
    return PlanView(
        title=plain(one.subject) or f"Every subject among the {AIM_WORDS[plan.aim]}",
        aim=plan.aim,
        rows=tuple(_row(c, standard) for c in covered),
        uncovered=tuple(_uncovered(kit, covered, standard)),
        proven=_proven(plan),
        sheets=tuple(_sheets(kit, plan, one, standard)),
    )


def _proven(plan: Plan) -> str:
    if plan.proven:
        return "Solved to the end: no other choice of questions from the bank does better by this order."
    if plan.gap == 0:
        return "Two people rate as much as can be; what is left may be shared out better: the search was stopped there."
    return f"The search was stopped: another choice could cover at most {percent(plan.gap)} more of the weight."


def _row(covered: Covered, standard: Standard) -> CoverRow:
    return CoverRow(
        name=standard.short(covered.need.competency),
        weight=percent(covered.need.weight),
        unknown=percent(covered.need.unknown),
        own=", ".join(f"{who} ({id_})" for who, id_ in covered.own),
        besides=", ".join(f"{who} ({id_})" for who, id_ in covered.besides),
        why_not=covered.why_not,
    )


def _uncovered(kit: Kit, covered: Sequence[Covered], standard: Standard) -> Iterable[str]:
    """What is not rated by two on a question of its own, each with the reason."""
    by_reason: dict[str, list[str]] = {}
    for one in covered:
        if one.why_not:
            by_reason.setdefault(one.why_not, []).append(standard.short(one.need.competency))
    for reason, names in by_reason.items():
        yield f"{', '.join(names)}: {reason}."
    if kit.unseen:
        names = [standard.short(name) for name in kit.unseen]
        yield f"{', '.join(names)}: no interview can see it; the standard says what can."


def _sheets(kit: Kit, plan: Plan, one: ForSubject, standard: Standard) -> Iterable[Sheet]:
    asked_for = {need.competency for need in plan.needs}
    for part, personal in zip(plan.parts, one.personal, strict=True):
        begins, slots = GREETING, []
        for id_ in part.questions:
            question = kit.by_id[id_]
            besides = tuple(standard.short(name) for name in question.competencies[1:] if name in asked_for)
            slots.append(Slot(question, begins, standard.short(question.main), besides))
            begins += question.minutes
        yield Sheet(
            interviewer=part.interviewer,
            title=f"{part.interviewer} asks {plain(one.subject) or AIM_WORDS[plan.aim]}",
            subject=plain(one.subject),
            slots=tuple(slots),
            personal=replace(personal, questions=tuple(_clean(q) for q in personal.questions)),
            personal_begins=begins,
            closing=kit.minutes - begins - personal.minutes,
        )


def _clean(question: PersonalQuestion) -> PersonalQuestion:
    return replace(
        question,
        question=plain(question.question),
        fact=plain(question.fact),
        where=tuple(cleaned(location) for location in question.where),
        good_answer=tuple(plain(text) for text in question.good_answer),
    )


def render_kit(kit: Kit, made: Sequence[ForSubject], standard: Standard, role: Role) -> str:
    """The page: an overview for whoever leads the hiring, then a sheet an interviewer (and subject)."""
    return render_page(
        "kit.html.j2",
        kit=cleaned(kit),
        label=kit.label,
        role=role,
        views=views(kit, made, standard),
        how=HOW,
        levels=LEVELS,
        greeting=GREETING,
        opening=OPENING,
        each=PERSONAL_EACH,
        reading=standard.reading,
        joined=JOINED,
        standard=standard,
    )


def print_kit(console: Console, kit: Kit, made: Sequence[ForSubject], standard: Standard) -> None:
    """Who asks what, what is covered, what is not and why."""
    console.print(Text(f"{kit.label}, for {listed(list(kit.interviewers), most=8, last='and')}", "bold"))
    console.print(
        Text(
            f"{kit.minutes} minutes an interviewer: {kit.opening} for greeting, closing and their questions, "
            f"{kit.common} common, up to {kit.personal} personal. The common part is the same for every subject."
        )
    )
    for view in views(kit, made, standard):
        console.print()
        console.rule(Text(one_line(view.title), "bold"), align="left")
        for sheet in view.sheets:
            _print_sheet(console, sheet)
        _print_cover(console, view)
    console.print(Text(f"\n{HOW}", "dim"))


def _print_sheet(console: Console, sheet: Sheet) -> None:
    console.print(Padding(Text(one_line(sheet.interviewer), "bold"), (1, 0, 0, 0)))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column()
    for slot in sheet.slots:
        until = slot.begins + slot.question.minutes
        table.add_row(f"{slot.begins}–{until} min", slot.question.id, Text(one_line(slot.question.question)))
    for number, one in enumerate(sheet.personal.questions):
        begins = sheet.personal_begins + number * PERSONAL_EACH
        place = f"[{one.where[0]}]" if one.where else ""
        words = Text.assemble(("personal ", "bold yellow"), one_line(one.question), " ", (one_line(place), "dim"))
        table.add_row(f"{begins}–{begins + PERSONAL_EACH} min", one.code, words)
    console.print(table)
    if not sheet.slots:
        console.print(Text("No question fits the time.", "dim"))


def _print_cover(console: Console, view: PlanView) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("competency")
    table.add_column("weight", justify="right")
    table.add_column("left open", justify="right")
    table.add_column("on a question of its own", overflow="fold")
    table.add_column("besides others", overflow="fold")
    for row in view.rows:
        table.add_row(row.name, row.weight, row.unknown, Text(row.own or "-"), Text(row.besides or "-"))
    console.print(Padding(table, (1, 0, 0, 0)))
    console.print(Text("What stays uncovered", "bold"))
    for line in view.uncovered or ("Nothing: two people rate each competency.",):
        console.print(Text(f"  - {line}"))
    console.print(Text(view.proven, "dim"))
