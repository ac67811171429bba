"""What the watch inside saw of a run: models fitted, data split, metrics computed.

The watch (`inside/watch`) runs in the same process as foreign code, so what it says can be forged by code that wants
to; it is a microscope for honest deliveries, and is never the only ground of a pass (see ADR on the watch).
"""

from __future__ import annotations

from pydantic import Field

from heldout.evidence.types import Frozen


class Fit(Frozen):
    """One call of a `fit`."""

    model: str
    """Class of the model with its module: `sklearn.linear_model._logistic.LogisticRegression`."""
    rows: int
    columns: int | None = None
    names: tuple[str, ...] = ()
    """Names of the columns, when they had any."""
    place: str = ""
    """`path:line` of the delivery's code that called it."""


class Scored(Frozen):
    """One metric computed over rows with known answers."""

    metric: str
    """Canonical, as in `Reading.metric`."""
    value: float
    rows: int
    classes: dict[str, int] = Field(default_factory=dict)
    """Rows of each class among the answers; empty for numbers."""
    trivial: float | None = None
    """The same metric of the best rule that looks at no input (the most frequent class, the mean)."""
    low: float | None = None
    high: float | None = None
    """95 % interval of the value from the rows it was computed over, where there is a formula for it."""
    overlap: int | None = None
    """How many of these rows the model had been fitted on (equal in all inputs), when both were seen."""
    place: str = ""


class Observation(Frozen):
    """All that was seen of one run."""

    fits: tuple[Fit, ...] = ()
    scores: tuple[Scored, ...] = ()
    train_rows: int | None = None
    test_rows: int | None = None
    duplicate_rows: int | None = None
    """Rows of the test part that are equal, inputs and answer, to a row of the training part."""
    seeds: tuple[str, ...] = ()
    """Sources of chance that were given a fixed seed: `numpy`, `random`, `torch`, `random_state`."""
    modules: tuple[str, ...] = ()
    """Top-level packages that were imported, sorted."""
