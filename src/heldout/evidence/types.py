"""Findings say what was seen and where to look; Evidence says what it is worth and how sure we are."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Polarity = Literal["for", "against", "unknown"]
"""Whether a finding speaks for the subject, against, or says that something could not be told."""

Severity = Literal["info", "low", "medium", "high"]
Basis = Literal["calibrated", "assumed"]
State = Literal["observed", "not_observed", "not_assessable", "not_applicable", "faulted"]
"""Why a level is there or not: `not_observed` the material holds nothing of the kind; `not_assessable` this
material could not show it (no history, too little code); `not_applicable` the competency does not apply to
it (no machine learning in it); `faulted` we failed to look."""

Z90 = 1.645
"""Standard normal quantile at 0.95: 90 % of a normal distribution lies within that many standard errors."""

Measured = bool | int | float | str | None


class Frozen(BaseModel):
    """A value: immutable, compared by content, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Location(Frozen):
    """A place where anyone can look.

    `line` and `end_line` count from 1 and are inclusive; inside a notebook they count within `cell`, and
    `cell` counts from 1 over all cells of the notebook. `column` counts characters from 1.
    """

    artifact: str = ""
    path: str
    cell: int | None = Field(default=None, ge=1)
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)
    end_line: int | None = Field(default=None, ge=1)
    snippet: str | None = None

    def __str__(self) -> str:
        """The place as people write it: `path:line`, `path, cell 3:line`."""
        text = self.path
        if self.cell is not None:
            text += f", cell {self.cell}"
        if self.line is not None:
            text += f":{self.line}"
        return text


class FlowStep(Frozen):
    """One step of a data flow: a place, and what happens to the data there."""

    location: Location
    note: str


class Suppression(Frozen):
    """Somebody asked for a finding not to count, and why. It is shown all the same."""

    reason: str
    where: str


class Finding(Frozen):
    """One observed fact, with a place to look.

    `strength` (0-1) is how much of its rule's cap this finding alone uses. `share` (0-1) is how much of the
    lines it points at is the subject's, None when no author was named or no history shows it. `measured`
    holds the numbers behind the message, in the units that their names end in.
    """

    code: str
    polarity: Polarity
    severity: Severity = "info"
    message: str
    locations: tuple[Location, ...] = ()
    flow: tuple[FlowStep, ...] = ()
    measured: dict[str, Measured] = Field(default_factory=dict)
    strength: float = Field(default=1.0, ge=0.0, le=1.0)
    share: float | None = Field(default=None, ge=0.0, le=1.0)
    why: str = ""
    mend: str = ""
    ask: str = ""
    suppressed: Suppression | None = None


class Gap(Frozen):
    """What could not be looked at, and why: a file skipped, a check that crashed, a limit reached."""

    what: str
    why: str
    ours: bool = False
    """True when the fault is Heldout's own; such a gap never counts against anyone."""


HANDED_OVER = Gap(what="the whole", why="handed over by the subject; not looked at again here")
"""Marks what a subject had looked at on their own machine."""


class Artifact(Frozen):
    """One thing that was looked at: a repository, an archive, a delivery.

    `digest` identifies the exact content (a git commit or a SHA-256 of what was read); `measured` describes
    it (files, lines, commits, the subject's share ...).
    """

    name: str
    kind: str
    origin: str
    digest: str
    measured: dict[str, Measured] = Field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


class Contribution(Frozen):
    """How far one rule moved a level, in level points; contributions and `start` add up to the level."""

    code: str
    points: float
    findings: int = Field(ge=0)
    reason: str


class Evidence(Frozen):
    """What one source says of one competency of one subject.

    `level` is on the competency's anchored 1.0-5.0 scale, None when it was not observed (`state` and `reason`
    say why); `se` is its standard error on the same scale. `basis` tells whether the error was measured
    (calibrated) or assumed; the decision model widens an assumed one. `share` (0-1) is how much of what was
    looked at is the subject's. `rater` and `group` name what makes errors shared: one interviewer, one task,
    one repository.
    """

    competency: str
    level: float | None = Field(default=None, ge=1.0, le=5.0)
    se: float | None = Field(default=None, gt=0.0)
    basis: Basis = "assumed"
    source: str
    instrument: str
    version: str
    standard: str = ""
    share: float | None = Field(default=None, ge=0.0, le=1.0)
    rater: str = ""
    group: str = ""
    state: State = "observed"
    reason: str = ""
    start: float | None = None
    contributions: tuple[Contribution, ...] = ()
    findings: tuple[Finding, ...] = ()
    subject_digest: str = ""
    run_id: str = ""
    taken_at: datetime | None = None

    @model_validator(mode="after")
    def _missing_is_not_zero(self) -> Self:
        if (self.level is None) != (self.se is None):
            raise ValueError("a level and its standard error come together")
        if (self.state == "observed") != (self.level is not None):
            raise ValueError("a level is given exactly when the state is 'observed'")
        if self.level is None and not self.reason:
            raise ValueError("a missing level needs its reason")
        return self


class Dossier(Frozen):
    """All evidence about one subject, for one role or for none yet."""

    subject: str
    role: str | None = None
    artifacts: tuple[Artifact, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Findings of no single competency; those of one are under its evidence."""

    def all_findings(self) -> tuple[Finding, ...]:
        """Every finding once, in order, whichever competencies it speaks for."""
        seen: dict[tuple[str, str, tuple[Location, ...]], Finding] = {}
        for finding in (*self.findings, *(f for e in self.evidence for f in e.findings)):
            seen.setdefault((finding.code, finding.message, finding.locations), finding)
        return tuple(seen.values())
