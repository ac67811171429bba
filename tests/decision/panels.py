"""Panels of which the truth is known, made for the tests of the model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heldout.decision.observations import Observation


@dataclass(frozen=True)
class Panel:
    subjects: list[str]
    competencies: list[str]
    truth: NDArray[np.float64]
    observations: list[Observation]


def panel(
    size: int = 8, competencies: int = 4, raters: int = 6, each: int = 3, *, seed: int = 1, measures: bool = True
) -> Panel:
    """`size` subjects, each rated by `each` of `raters` on everything, and measured once, drawn as the model says."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(0.64 * (0.55 * np.eye(competencies) + 0.45))
    truth = 3 + rng.standard_normal((size, competencies)) @ root.T
    severity = 0.3 * rng.standard_normal(raters)
    found = []
    for s in range(size):
        for r in rng.choice(raters, each, replace=False):
            halo = 0.45 * rng.standard_normal()
            for c in range(competencies):
                felt = truth[s, c] - severity[r] + halo + 0.7 * rng.standard_normal()
                found.append(rating(f"s{s}", f"c{c}", float(np.clip(round(felt), 1, 5)), f"r{r}"))
        for c in range(competencies if measures else 0):
            seen = float(np.clip(truth[s, c] + 0.6 * rng.standard_normal(), 1, 5))
            found.append(measure(f"s{s}", f"c{c}", seen, 0.6))
    return Panel([f"s{i}" for i in range(size)], [f"c{i}" for i in range(competencies)], truth, found)


def rating(subject: str, competency: str, level: float, rater: str) -> Observation:
    return Observation(subject, competency, level, "rating", "interview", rater=rater, group=rater)


def measure(subject: str, competency: str, level: float, se: float, *, loading: float = 1.0) -> Observation:
    offset = 3 * (1 - loading)
    return Observation(
        subject, competency, level, "measure", "repository", group="code", se=se, loading=loading, offset=offset
    )
