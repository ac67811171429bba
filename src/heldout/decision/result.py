"""What a decision memo says, as values: everything that the page, the terminal and the JSON show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from heldout.decision.assumptions import Assumption
from heldout.evidence.case import SubjectKind
from heldout.evidence.types import Frozen
from heldout.standard import RoleIdentity

MODEL_VERSION = "2"
"""Raised at each change of the model or its constants: a decision says by which it was made."""

SAME = 0.005
"""Level points under which two worths are shown as the same: nothing then separates those who have them."""

ReasonKind = Literal["start", "pool", "evidence", "others", "rater", "leniency", "end"]


class Reason(Frozen):
    """One piece of a number, in level points; the pieces of a number add up to it.

    `start` is where everybody starts and `pool` what those who apply have in common: together the prior. The others
    are data: `evidence` on the thing itself, `others` evidence on other competencies, `rater` the correction for how
    somebody rates, `leniency` that for how a source as a whole may see everybody. `end` cuts off what would lie beyond
    the end of the scale.
    """

    kind: ReasonKind
    points: float
    text: str
    source: str = ""


class Estimate(Frozen):
    """A mean with its central 90 % interval, on the 1-5 scale, and the probability of reaching `bar`.

    `told` is false when there is not enough to tell: the interval then is wider than two levels, or the evidence
    covers less than half of what counts. `informed` (0-1) is the part of the prior's variance that the data took away.
    """

    mean: float
    low: float
    high: float
    bar: float
    above: float = Field(ge=0, le=1)
    informed: float
    told: bool
    reasons: tuple[Reason, ...]


class LevelResult(Frozen):
    """One competency that the role asks for. `seen` counts the observations of it; `missing` says why there is none."""

    competency: str
    name: str
    weight: float
    estimate: Estimate
    seen: int
    missing: str = ""


class SubjectResult(Frozen):
    """One subject: what they are worth to the role, and each competency, heaviest first.

    `covered` (0-1) is how much of the role's weight the evidence speaks of directly. `regret` is what choosing them is
    expected to cost against the truly best of the case, in level points.
    """

    slug: str
    name: str
    kind: SubjectKind
    worth: Estimate
    best: float = Field(ge=0, le=1)
    regret: float
    covered: float
    levels: tuple[LevelResult, ...]
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    """What no level holds: the verdict of an audit, the gravest findings against."""


class NextStep(Frozen):
    """A further piece of evidence: what it would take and what it is expected to leave of the regret.

    `hours` are the company's, `their_hours` the subject's; `outlay` is what is paid for it and `cost` all of it in US
    dollars, their hours as well, None in memos of before it was counted.
    """

    subject: str
    what: str
    hours: float
    their_hours: float
    outlay: float = 0.0
    cost: float | None = None
    regret_after: float
    half_width_after: float
    advised: bool


class Comparison(Frozen):
    """Why the first of the list stands before the second: `points` is the difference of their worths, in level points.

    `by_competency` and `by_evidence` each add up to it: the levels' differences by weight, and what was seen.
    """

    first: str
    second: str
    points: float
    by_competency: tuple[Reason, ...]
    by_evidence: tuple[Reason, ...]


class RaterNote(Frozen):
    """How an interviewer rates against the others, in level points (above 0: higher), with its 90 % interval; `why_not`
    says why that is not to be stated, where too little is shared with others: then there is no number."""

    rater: str
    lenient: float | None
    low: float | None
    high: float | None
    ratings: int
    why_not: str = ""


class Twin(Frozen):
    """The ordinal twin's answer beside the model's: who leads by each, and the largest differences."""

    leader: str
    agrees: bool
    worth_gap: float
    best_gap: float


class WeightCheck(Frozen):
    """What other weights would change: for the leader, the share of plausible weights under which they still lead; and
    each competency that would change who leads, counted double or left out.

    To lead is to have the highest expected worth, and that follows from the levels' means alone, whatever the weights.
    How unsure the levels are is not in it: that is in the chances of being the best.
    """

    holds: float
    changes: tuple[str, ...]


class Decision(Frozen):
    """A recommendation with its uncertainty and its reasons. It decides nothing: a person does.

    `subjects` are in the order of their expected worth. `leader` is the slug of the first of them, empty where nothing
    was seen of anybody. `regret` is the expected regret of choosing the leader; `enough` whether nothing further is
    worth asking for before a choice between them.
    """

    title: str
    role: RoleIdentity
    role_name: str
    made_at: datetime
    model_version: str = MODEL_VERSION
    headline: str
    advice: str
    leader: str
    regret: float
    enough: bool
    subjects: tuple[SubjectResult, ...]
    comparison: Comparison | None = None
    next_steps: tuple[NextStep, ...]
    taken_for: tuple[Assumption, ...] = ()
    """What the hours and amounts of the next steps were taken from."""
    raters: tuple[RaterNote, ...]
    twin: Twin | None
    weights: WeightCheck | None
    limits: tuple[str, ...]
    evidence_digest: str
    """SHA-256 of everything that the numbers were made of: the same digest gives the same numbers."""

    @property
    def heads(self) -> tuple[SubjectResult, ...]:
        """The leader and everybody whose expected worth is shown as the same."""
        return heads(self.subjects)


def heads(ranked: Sequence[SubjectResult]) -> tuple[SubjectResult, ...]:
    """The first, and everybody whose expected worth is shown as the same; none of nobody."""
    return tuple(one for one in ranked if ranked[0].worth.mean - one.worth.mean < SAME)
