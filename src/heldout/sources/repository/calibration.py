"""How the rule of each competency was fitted to readings of repositories: the data of `levels.py`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field

from heldout.evidence import Basis
from heldout.evidence.types import Frozen

NOT_TELLING = (
    "When the rule was compared with readings, this level came hardly nearer than giving everybody the mean: read the"
    " findings and put the questions, and make little of the dot."
)
"""Said beside a level that hardly separates people."""
UNTRIED = (
    "There were too few readings to compare this level with: read the findings and put the questions, and make little"
    " of the dot."
)
"""Said beside a level of which nobody knows whether it separates people."""


class Calibration(Frozen):
    """How the rule of one competency was fitted to readings of repositories.

    `error` is the root mean squared error of the tool's level against the mean of two independent readings,
    leave-one-out, in level points; `readings` is the number of repositories read, `agreement` the readers'
    quadratically weighted kappa. Without readings, `basis` is assumed. `lowest` and `highest` are the ends of what was
    read (means of two readings). `constant` is the error of giving everybody the mean, `nearer` the part of resamples
    of the repositories in which the rule came nearer than that; both are None where nothing could be compared.
    """

    start: float = Field(ge=1, le=5)
    scale: float = Field(gt=0, le=3)
    error: float = Field(gt=0, le=4)
    basis: Basis
    readings: int = Field(ge=0)
    agreement: float | None = Field(default=None, ge=-1, le=1)
    lowest: float = Field(default=1.0, ge=1, le=5)
    highest: float = Field(default=5.0, ge=1, le=5)
    constant: float | None = Field(default=None, gt=0, le=4)
    nearer: float | None = Field(default=None, ge=0, le=1)
    telling: bool = True
    """Whether the rule came clearly nearer to the readings than a constant: an error under 95 % of the constant's,
    and nearer in four of five resamples."""
    typical: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """Check -> mean and standard deviation of its points (before `scale`) over the repositories read, for checks
    that a package from an index cannot answer (`Check.needs_whole`)."""

    @property
    def reservation(self) -> str:
        """What is said beside every level that the rule gives; empty when it tells people apart."""
        return "" if self.telling else UNTRIED if self.constant is None else NOT_TELLING

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and highest level that is given: one error beyond what was ever read, within the scale."""
        return max(1.0, round(self.lowest - self.error, 2)), min(5.0, round(self.highest + self.error, 2))


@cache
def calibrations() -> Mapping[str, Calibration]:
    """The shipped calibration of every competency that the repository source can see."""
    text = (files("heldout.sources.repository") / "calibration.yaml").read_text(encoding="utf-8")
    return {name: Calibration.model_validate(values) for name, values in yaml.safe_load(text)["competencies"].items()}
