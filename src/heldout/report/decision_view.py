"""A decision as the page and the terminal show it: charts' geometry and the order of what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heldout.decision.decisions import HumanDecision, Outcome
from heldout.decision.result import Decision, Estimate, LevelResult, NextStep, Reason, SubjectResult
from heldout.decision.words import LIKELY, UNLIKELY, parts_of
from heldout.report.chart import LINE, Mark, Strip, at, shapes_of
from heldout.report.words import level as level_text
from heldout.report.words import pull
from heldout.wording import listed

FIRST_REASONS = 4
FIRST_LIMITS = 4
FIRST_SUBJECTS = 10
FIRST_FACTS = 3
FIRST_LEVEL = 3
STEPS_SHOWN = 15
ABOUT = 2
WEAKEST = 2


@dataclass(frozen=True)
class Bar:
    """One reason as a step of a waterfall: `x_low` and `width` in per cent of the chart's width."""

    reason: Reason
    sign: str
    x_low: float
    width: float


@dataclass(frozen=True)
class LevelRow:
    """One competency of one subject with its strip and its reasons."""

    level: LevelResult
    strip: Strip
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class SubjectRow:
    """One subject: their place in the list, the strip of their worth, what moves it most, and every competency."""

    number: int
    subject: SubjectResult
    shape: str
    strip: Strip
    first: tuple[Reason, ...]
    bars: tuple[Bar, ...]
    levels: tuple[LevelRow, ...]


@dataclass(frozen=True)
class DecisionView:
    """Everything that the memo shows; `first` and `others` part the rows into those of its first page and the rest."""

    decision: Decision
    rows: tuple[SubjectRow, ...]
    recorded: tuple[tuple[HumanDecision, tuple[Outcome, ...]], ...]
    doubts: tuple[str, ...]
    before: tuple[Reason, ...]
    nobody_leads: str

    @property
    def first(self) -> tuple[SubjectRow, ...]:
        """Whom the first page shows."""
        return self.rows[:FIRST_SUBJECTS]

    @property
    def others(self) -> tuple[SubjectRow, ...]:
        """Who stands in the annex alone."""
        return self.rows[FIRST_SUBJECTS:]

    @property
    def level(self) -> tuple[SubjectRow, ...]:
        """Those of the first page whose worth is shown as the highest: more than one where nothing separates them."""
        return self.first[: min(len(self.decision.heads), FIRST_LEVEL)] if self.decision.leader else ()

    @property
    def steps(self) -> tuple[NextStep, ...]:
        """What could be looked at next: all about those of whom something is advised, or else about the first two."""
        advised = dict.fromkeys(step.subject for step in self.decision.next_steps if step.advised)
        about = list(advised) or [row.subject.name for row in self.rows[:ABOUT]]
        mine = [step for step in self.decision.next_steps if step.subject in about]
        return tuple(sorted(mine, key=lambda step: (about.index(step.subject), step.regret_after)))

    @property
    def facts(self) -> tuple[tuple[SubjectRow, str], ...]:
        """What no number holds, in the order of the list."""
        return tuple((row, fact) for row in self.rows for fact in row.subject.facts)


def decision_view(
    decision: Decision, recorded: Sequence[tuple[HumanDecision, tuple[Outcome, ...]]] = ()
) -> DecisionView:
    """The view of a memo, with the decisions recorded on it or before it."""
    shapes = shapes_of([one.name for one in decision.subjects])
    return DecisionView(
        decision,
        tuple(_row(number, one, shapes[one.name]) for number, one in enumerate(decision.subjects, start=1)),
        tuple(recorded),
        doubts(decision),
        why_before(decision),
        level_words(decision),
    )


def doubts(decision: Decision) -> tuple[str, ...]:
    """In which competencies the leader likely misses the role's bar, all of them, and where else it is least sure; of
    each where several are level."""
    if not decision.leader:
        return ()
    return tuple(told for one in decision.heads[:FIRST_LEVEL] for told in _doubts_of(one))


def _doubts_of(first: SubjectResult) -> list[str]:
    levels = sorted(first.levels, key=lambda level: level.estimate.above)
    below = [level for level in levels if level.estimate.above <= UNLIKELY]
    doubted = [level for level in levels if UNLIKELY < level.estimate.above < LIKELY][:WEAKEST]
    told = []
    if below:
        told.append(
            f"{first.name} is likely below the bar in {parts_of(below)}. The bar of the whole is weighted, so a strong "
            "part pays for a weak one: whether this one may be weak is yours to say."
        )
    if doubted:
        least = "Otherwise least" if below else "Least"
        told.append(f"{least} sure to reach the bar is {first.name} in {parts_of(doubted)}.")
    return told


def why_before(decision: Decision) -> tuple[Reason, ...]:
    """Why the first stands before the second: the largest reasons, and the rest in one, adding up to the difference."""
    if decision.comparison is None:
        return ()
    told = decision.comparison.by_evidence
    if len(told) <= FIRST_REASONS + 1:
        return told
    rest = sum(one.points for one in told[FIRST_REASONS:])
    return (*told[:FIRST_REASONS], Reason(kind="others", points=rest, text="all else, in the annex"))


def level_words(decision: Decision) -> str:
    """That nothing separates those who stand first, where it is so."""
    level = decision.heads
    if not decision.leader or len(level) < 2:
        return ""
    names = listed([one.name for one in level[:FIRST_SUBJECTS]])
    others = f" (and {len(level) - FIRST_SUBJECTS} others)" if len(level) > FIRST_SUBJECTS else ""
    return (
        f"Nobody leads: the worths of {names}{others} differ by less than a hundredth of a level. They stand in the "
        "order in which they were added, which says nothing."
    )


def _row(number: int, one: SubjectResult, shape: str) -> SubjectRow:
    moving = [reason for reason in one.worth.reasons if reason.kind not in ("start", "pool")]
    return SubjectRow(
        number=number,
        subject=one,
        shape=shape,
        strip=_strip(one.name, one.worth, shape, "worth to the role"),
        first=tuple(sorted(moving, key=lambda reason: -abs(reason.points))[:FIRST_REASONS]),
        bars=bars(one.worth.reasons),
        levels=tuple(
            LevelRow(level, _strip(one.name, level.estimate, shape, level.name), bars(level.estimate.reasons))
            for level in one.levels
        ),
    )


def _strip(name: str, estimate: Estimate, shape: str, what: str) -> Strip:
    """One interval with its bar; hollow where there is not enough to tell."""
    mark = Mark(
        label=name,
        level=estimate.mean,
        low=estimate.low,
        high=estimate.high,
        shape=shape,
        hollow=not estimate.told,
        y=LINE // 2,
        x=at(estimate.mean),
        x_low=at(estimate.low),
        x_high=at(estimate.high),
    )
    label = (
        f"{what}, {name}: {level_text(estimate.mean)}, 90 % interval {level_text(estimate.low)} to "
        f"{level_text(estimate.high)}; asked for {level_text(estimate.bar)}"
    )
    return Strip((mark,), estimate.bar, at(estimate.bar), LINE, label)


def bars(reasons: Sequence[Reason]) -> tuple[Bar, ...]:
    """The reasons one below the other, each from where the one before it ended, on the 1-5 scale."""
    made, stand = [], 0.0
    for reason in reasons:
        before, stand = stand, stand + reason.points
        if reason.kind == "start":
            made.append(Bar(reason, "none", at(reason.points), 0.0))
            continue
        low, high = sorted((at(before), at(stand)))
        made.append(Bar(reason, pull(reason.points), low, round(high - low, 2)))
    return tuple(made)
