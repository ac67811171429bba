"""What an audit found: checks that pass, fail or could not be assessed, in four scores."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from heldout.evidence.types import Frozen, Gap, Location, Measured, Severity
from heldout.sources.handover.plan import Claim, Plan
from heldout.sources.handover.record import Attempt, Ran

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


class ClaimResult(Frozen):
    """A claim beside what our runs measured."""

    claim: Claim
    verdict: Literal["match", "within_noise", "contradicted", "absent", "ambiguous"]
    got: tuple[float, ...] = ()
    """One value a run, on the claim's scale."""
    message: str


class GrowthPoint(Frozen):
    """One training on a part of the rows, or on more rows of the client's."""

    rows: int = Field(ge=0)
    cpu_s: float = Field(ge=0)
    """With the fixed cost taken away."""
    memory_bytes: int | None = None
    yours: bool = False
    """Whether the rows were the client's own."""


class Extrapolation(Frozen):
    """What a training on more rows than were measured would take: not measured, a continuation of the fitted line."""

    rows: int
    times: float
    """How many times the largest measured size."""
    cpu_s: float | None = None
    """Processor seconds, the fixed ones among them. None when it was refused; `why` says why."""
    low: float | None = None
    high: float | None = None
    """Ends of the 95 % interval for one run."""
    memory_bytes: int | None = None
    """Peak of memory; None when the measured sizes do not tell."""
    memory_low: int | None = None
    memory_high: int | None = None
    why: str = ""


class Growth(Frozen):
    """How a training grows with its rows: time goes with rows to the power `exponent`."""

    points: tuple[GrowthPoint, ...]
    exponent: float
    low: float
    high: float
    """Ends of the 95 % interval of the exponent."""
    fixed_s: float = 0.0
    """Processor seconds that are spent whatever the rows."""
    fixed_measured: bool = False
    """Whether that was measured by itself, and not only fitted."""
    memory_exponent: float | None = None
    """The same for the peak of memory; None when it hardly depends on the rows or was not measured."""
    memory_low: float | None = None
    memory_high: float | None = None
    fixed_memory_bytes: int | None = None
    beyond: tuple[Extrapolation, ...] = ()
    """What twice and ten times the largest size would take."""


Section = Literal["data", "model", "infrastructure", "monitoring"]


class TestScore(Frozen):
    """One of the 28 tests of the ML Test Score (Breck et al., 2017), as far as this delivery lets it be measured."""

    __test__: ClassVar[bool] = False  # for pytest, which collects by name
    id: str
    """Section and number as in the paper: `Data 1`, `Model 5`, `Infra 2`, `Monitor 3`."""
    section: Section
    title: str
    state: Literal["automated", "by_hand", "missing", "not_assessable"]
    message: str
    """One plain sentence of what was seen, or of why it could not be."""
    locations: tuple[Location, ...] = ()

    @property
    def points(self) -> float | None:
        """One when it is done by a machine again and again, a half by hand or on paper; None when not assessable."""
        return {"automated": 1.0, "by_hand": 0.5, "missing": 0.0}.get(self.state)


class Audit(Frozen):
    """A finished audit of one delivery."""

    delivery: str
    origin: str
    digest: str
    plan: Plan
    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    claims: tuple[ClaimResult, ...] = ()
    growth: Growth | None = None
    runs: tuple[Ran, ...] = ()
    """What was run of it as delivered, in order, repeats among it."""
    on_yours: tuple[Ran, ...] = ()
    """The training on the client's own data, command by command."""
    attempts: tuple[Attempt, ...] = ()
    """Every try to build an environment, in order."""
    tests: tuple[TestScore, ...] = ()
    """The ML Test Score, test by test."""
    gaps: tuple[Gap, ...] = ()
    provider: str = ""
    """Which sandbox it ran in."""
    taken_at: datetime | None = None
    seconds: float = 0.0
    """Wall time of everything, with that of steps that an interrupted audit of the same had done before."""
    before_s: float = 0.0
    """Of that, what the interrupted audit had done and was not done again."""
    measured: dict[str, Measured] = Field(default_factory=dict)
