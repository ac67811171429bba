"""What an audit found: checks that pass, fail or could not be assessed, in four scores."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from heldout.evidence.types import Frozen, Gap, Location, Measured, Severity
from heldout.sources.handover.plan import Plan

Area = Literal["build", "run", "retrain", "own"]
Cost = Literal["hours", "days", "weeks"]
State = Literal["pass", "fail", "not_assessable"]


class Check(Frozen):
    """One line of the rubric (see `rubric.py` for what each id asks)."""

    id: str
    """As in the rubric: B1-B5, U1-U3, T1-T7, O1-O7."""
    area: Area
    state: State
    message: str
    """One plain sentence of what was seen, with the numbers."""
    credit: float = Field(default=1.0, ge=0, le=1)
    """How much of the check's weight a pass earns: a build that needed a repair earns less."""
    severity: Severity = "info"
    command: str = ""
    locations: tuple[Location, ...] = ()
    measured: dict[str, Measured] = Field(default_factory=dict)
    why: str = ""
    mend: str = ""
    clause: str = ""
    """What to write into the contract, where this case needs other words than the rubric's."""
    cost: Cost | None = None
    """What mending it may cost the client who has to do it without the vendor, where it is not as the rubric says."""
    log: str = ""
    """Path of the log, relative to the audit's folder."""


class Score(Frozen):
    """One of the four: what share of what could be assessed was earned, and whether it holds."""

    area: Area
    state: Literal["holds", "does_not_hold", "not_assessable"]
    points: float | None = Field(default=None, ge=0, le=1)
    assessed: int = Field(ge=0)
    of: int = Field(ge=0)
    why: str


class Audit(Frozen):
    """A finished audit of one delivery."""

    delivery: str
    origin: str
    digest: str
    plan: Plan
    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    facts: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    provider: str = ""
    measured: dict[str, Measured] = Field(default_factory=dict)
