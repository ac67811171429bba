"""Ways of deciding from the same observations: what teams do today, and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.decision.simulator import BAR, COMPETENCIES, Truth
from numpy.typing import NDArray
from scipy.special import ndtr

from heldout.decision.observations import Observation
from heldout.decision.posterior import fit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """What a method says: levels and chances of being above the bar (S, K), and 90 % intervals where it has any."""

    levels: Floats
    above: Floats
    low: Floats | None = None
    high: Floats | None = None


def thumbs(panel: Truth) -> Answer:
    """The share of ratings that are a thumb up (4 or 5)."""
    up, count = np.zeros(_shape(panel)), np.zeros(_shape(panel))
    for s, c, level, _ in _cells(panel, interviews=True):
        up[s, c] += level >= 4
        count[s, c] += 1
    chance = (up + 1) / (count + 2)
    return Answer(chance, chance)


def mean_of(interviews: bool, standardised: bool) -> Callable[[Truth], Answer]:
    """The plain mean of the scores; `standardised` by rater first; with all evidence or `interviews` alone."""

    def decide(panel: Truth) -> Answer:
        cells = _standardised(panel, interviews) if standardised else _cells(panel, interviews)
        values: dict[tuple[int, int], list[float]] = {}
        for s, c, level, _ in cells:
            values.setdefault((s, c), []).append(level)
        every = np.array([level for _, _, level, _ in cells])
        levels, deviations = np.full(_shape(panel), every.mean()), np.full(_shape(panel), every.std() or 1.0)
        spread = np.sqrt(np.mean([np.var(v, ddof=1) for v in values.values() if len(v) > 1] or [0.6**2]))
        for cell, found in values.items():
            levels[cell] = np.mean(found)
            deviations[cell] = max(spread, 0.1) / np.sqrt(len(found))
        return Answer(levels, ndtr((levels - BAR) / deviations))

    return decide


def ours(ordinal: bool) -> Callable[[Truth], Answer]:
    """The model, or its ordinal twin."""

    def decide(panel: Truth) -> Answer:
        posterior = fit(panel.observations, panel.subjects, COMPETENCIES, ordinal=ordinal)
        low, high = posterior.levels.interval(0.9)
        return Answer(posterior.levels.mean, posterior.levels.above(BAR), low, high)

    return decide


METHODS: dict[str, Callable[[Truth], Answer]] = {
    "thumbs": thumbs,
    "mean of the scorecards": mean_of(interviews=True, standardised=False),
    "standardised by rater": mean_of(interviews=True, standardised=True),
    "mean of all evidence": mean_of(interviews=False, standardised=False),
    "standardised, all evidence": mean_of(interviews=False, standardised=True),
    "ours": ours(ordinal=False),
    "ordinal twin": ours(ordinal=True),
}


def _shape(panel: Truth) -> tuple[int, int]:
    return len(panel.subjects), len(COMPETENCIES)


def _cells(panel: Truth, interviews: bool) -> list[tuple[int, int, float, str]]:
    kept: Sequence[Observation] = [o for o in panel.observations if o.kind == "rating" or not interviews]
    return [
        (panel.subjects.index(o.subject), COMPETENCIES.index(o.competency), o.level, o.rater or o.source) for o in kept
    ]


def _standardised(panel: Truth, interviews: bool) -> list[tuple[int, int, float, str]]:
    cells = _cells(panel, interviews)
    every = np.array([level for _, _, level, _ in cells])
    by: dict[str, list[float]] = {}
    for _, _, level, rater in cells:
        by.setdefault(rater, []).append(level)
    mean = {rater: float(np.mean(levels)) for rater, levels in by.items()}
    spread = {rater: float(np.std(levels)) or 1.0 for rater, levels in by.items()}
    return [
        (s, c, float(every.mean() + every.std() * (level - mean[rater]) / spread[rater]), rater)
        for s, c, level, rater in cells
    ]
