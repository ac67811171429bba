"""What the watch inside saw of a run: models fitted, data split, metrics computed.

The watch (`inside/watch`) runs in the same process as foreign code, so what it says can be forged by code that wants
to; it is a microscope for honest deliveries, and is never the only ground of a pass (see the decision on the watch).
"""

from __future__ import annotations

from pydantic import Field

from heldout.evidence.types import Frozen


class Fit(Frozen):
    """One call of a `fit`."""

    model: str
    """Class of the model with its module, `sklearn.linear_model._logistic.LogisticRegression`; what a pipeline ends in
    or a search wraps stands after ` > `."""
    rows: int
    columns: int | None = None
    names: tuple[str, ...] = ()
    """Names of the columns, when they had any."""
    place: str = ""
    """`path:line` of the delivery's code that called it."""
    predicts: bool = True
    """Whether it is a model; a scaler or an encoder is none."""
    repeated: int | None = None
    """Rows equal, in inputs and answer where both were seen, to an earlier one."""
    hashed: int = 0
    """How many rows were compared; fewer than `rows` when there were too many."""
    seed: str | None = None
    """`fixed`; `none` when it could be given a `random_state` and was not, whether it draws or not; None else."""
    sketch: tuple[str, ...] = ()
    """The smallest hashes of its rows, in hexadecimal: to compare with rows of another run."""


class Split(Frozen):
    """One cut of the rows into a part to train on and a part to test on."""

    train: int
    test: int
    place: str = ""
    equal: int | None = None
    """Rows of the test part that are equal, in all inputs, to a row of the training part."""
    equal_answers: int | None = None
    """The same with the answer equal too; None when the answers were cut elsewhere."""
    hashed: int = 0
    """Rows of the test part that were compared."""
    chance: float | None = None
    """Probability that two rows are equal if their columns had nothing to do with one another."""
    seed: str | None = None

    @property
    def shared(self) -> int | None:
        """Rows of the test part that the training part holds too, answers included where they were seen."""
        return self.equal if self.equal_answers is None else self.equal_answers


class Scored(Frozen):
    """One metric computed over rows with known answers."""

    metric: str
    """Canonical, as in `Reading.metric`."""
    value: float
    rows: int
    average: str = ""
    """How it was taken over classes: `binary`, `macro`, `weighted`, `micro`, or nothing."""
    by: str = ""
    """Which function gave it; `cross-validation`, `validation` and `score` for what is no function of metrics."""
    classes: dict[str, int] = Field(default_factory=dict)
    """Rows of each class among the answers; empty for numbers."""
    trivial: float | None = None
    """The same metric of the best rule that looks at no input (the most frequent class, the mean)."""
    low: float | None = None
    high: float | None = None
    """95 % interval of the value from the rows it was computed over, where there is a formula for it."""
    balanced: float | None = None
    """Mean over the classes of the share found, of the same predictions; 1 / classes when they tell nothing."""
    balanced_low: float | None = None
    held_out: bool = False
    """Whether it is of a cross-validation or a validation part, which hold rows back by themselves."""
    overlap: int | None = None
    """How many of these rows the model had been fitted on (equal in all inputs), when both were seen."""
    overlap_answers: int | None = None
    """The same, equal in the answer too."""
    hashed: int = 0
    """How many of these rows were compared."""
    fitted: int | None = None
    """How many rows the model had been fitted on."""
    covered: float | None = None
    """Share of the fitted rows that are among these: 1.0 when the training rows were scored."""
    repeated: int | None = None
    """For a cross-validation: rows equal to an earlier one, which lie in another fold as often as not."""
    chance: float | None = None
    folds: tuple[float, ...] = ()
    model: str = ""
    columns: int | None = None
    sketch: tuple[str, ...] = ()
    place: str = ""

    @property
    def shared(self) -> int | None:
        """Rows that the model had been fitted on, answers included where they were seen."""
        return self.overlap if self.overlap_answers is None else self.overlap_answers


class Observation(Frozen):
    """All that was seen of one run."""

    fits: tuple[Fit, ...] = ()
    splits: tuple[Split, ...] = ()
    scores: tuple[Scored, ...] = ()
    predictions: tuple[tuple[str, int], ...] = ()
    """(class of the model, rows) of each prediction of more than one row."""
    train_rows: int | None = None
    test_rows: int | None = None
    """Of the largest split."""
    duplicate_rows: int | None = None
    """Rows of the test part that are equal, inputs and answer, to a row of the training part."""
    seeds: tuple[str, ...] = ()
    """Sources of chance that were given a fixed seed: `numpy`, `random`, `torch`, `random_state`."""
    modules: tuple[str, ...] = ()
    """Top-level packages that were imported, sorted."""
