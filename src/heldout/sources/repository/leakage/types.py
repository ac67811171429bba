"""What the analysis is given and what it says: plain values, free of the machinery behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["preprocessing", "overlap", "training_score", "multi_test", "oversampling", "target", "group", "time"]
"""How held-out rows reach a model before they should.

`preprocessing` something was computed or fitted over rows that a model is later judged on; `overlap` rows that
were put aside, or drawn a second time, are learnt from and judged on; `training_score` the only score is one on the
rows that were learnt from; `multi_test` one test set judges several models; `oversampling` copies of rows
were made before the split; `target` a feature holds the answer; `group` rows of one unit fall on both sides;
`time` the future informs the past.
"""

Step = tuple[int, str]
"""A line of the source, and what happens to the data there."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak: where it takes effect, and the way of the data there, in the order of the lines.

    `certain` is False when the code shows a likely leak that depends on what cannot be seen in it, and when it touches
    only folds inside the training part (`inner`): the rows that the model is judged on in the end take no part.
    """

    kind: Kind
    line: int
    message: str
    flow: tuple[Step, ...]
    certain: bool = True
    owned_up: bool = False
    """Whether the code itself calls the score one on training rows."""
    measured: tuple[tuple[str, int], ...] = ()
    inner: bool = False
    watched_only: bool = False
    """Whether only rows that a fit watches or is chosen by take part: those of the score do not."""
    origin: int = 0
    """The line where what crosses the split was computed, 0 where nothing was."""
    away: bool = False
    """Whether that was in another module: the line is that of the call from here."""
    scores: tuple[int, ...] = ()
    """The lines in which a test set that is used again was scored."""
    stepwise: bool = False
    """Whether a network that is judged learns in a loop that the source writes out."""
    watched: bool = False
    """Whether a fit watched the test set while it learnt."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Where the analysis could not tell, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """All leaks of one source, in the order of their lines, and what could not be told.

    `splits` (those inside a search left out), `fits` and `evaluations` count what was recognised: a report without
    any of them says nothing.
    """

    leaks: tuple[Leak, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    splits: int = 0
    fits: int = 0
    evaluations: int = 0
    held_scores: int = 0
    """Metrics on rows that the model did not learn from, as far as they can be followed."""
    training_scores: int = 0
    """Metrics on rows that the model learnt from, those beside a score on other rows too: no leak by themselves."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much work one source may cost, in evaluated syntax nodes, and how deep calls are followed."""

    steps: int = field(default=60_000)
    calls: int = field(default=5)
