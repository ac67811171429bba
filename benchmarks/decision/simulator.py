"""Panels of which the truth is known, drawn differently from what the model assumes.

Every panel draws its own true variances, from ranges that are not the model's priors. Raters differ in severity and in
how much of the scale they use, have one impression of each subject that colours all they rate (halo), miss cells, and
give whole marks from 1 to 5. Beside the interviews there are work samples of known error and code of which a known
share is the subject's and the rest a team's; or, in one kind of panel, one work of each that was read and run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heldout.decision.observations import SHARE_ERROR, SPREAD, Observation

COMPETENCIES = ["a", "b", "c", "d", "e"]
BAR = 3.5
WILD, TWICE = "one wild interviewer", "one work, read and run"
SCENARIOS = (
    "typical", "unequal and severe", "lenient by .9", "strong halo", "thin, 5 subjects", "heavy tails", WILD, TWICE,
)  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """One panel: who, the true levels (S, K), the role's weights (K,), and what was observed."""

    scenario: str
    subjects: list[str]
    levels: NDArray[np.float64]
    weights: NDArray[np.float64]
    observations: list[Observation]

    @property
    def worth(self) -> NDArray[np.float64]:
        """(S,): the true worth of each subject."""
        return self.levels @ self.weights


def draw(scenario: str, seed: int, size: int = 8) -> Truth:
    """A panel of a scenario; the same seed gives the same panel."""
    rng = np.random.default_rng([SCENARIOS.index(scenario), seed])
    thin = scenario.startswith("thin")
    size = 5 if thin else size
    levels = _levels(rng, size, heavy=scenario == "heavy tails")
    weights = rng.dirichlet(np.full(len(COMPETENCIES), 4.0))
    subjects = [f"s{i}" for i in range(size)]
    found = _interviews(rng, scenario, subjects, levels)
    found += _work_samples(rng, subjects, levels)
    found += _read_and_run(rng, subjects, levels) if scenario == TWICE else _code(rng, subjects, levels)
    return Truth(scenario, subjects, levels, weights, found)


def _levels(rng: np.random.Generator, size: int, *, heavy: bool) -> NDArray[np.float64]:
    count = len(COMPETENCIES)
    ability, correlation = rng.uniform(0.5, 1.0), rng.uniform(0.2, 0.7)
    root = np.linalg.cholesky(ability**2 * ((1 - correlation) * np.eye(count) + correlation))
    normal = rng.standard_normal((size, count)) @ root.T
    if heavy:
        normal *= np.sqrt(2.0 / rng.gamma(2.0, 2.0, size=(size, 1)))  # Student's t with 4 degrees of freedom
        normal *= np.sqrt(0.5)  # ... brought back to the same variance
    return np.clip(3.1 + 0.25 * rng.standard_normal(count) + normal, 0.5, 5.5)


def _interviews(
    rng: np.random.Generator, scenario: str, subjects: list[str], levels: NDArray[np.float64]
) -> list[Observation]:
    raters = 6
    severe = scenario == "unequal and severe"
    severity = rng.standard_normal(raters) * (rng.uniform(0.6, 1.0) if severe else rng.uniform(0.1, 0.5))
    use = np.exp(0.15 * rng.standard_normal(raters))
    halo = rng.uniform(0.7, 1.0) if scenario == "strong halo" else rng.uniform(0.2, 0.6)
    noise = rng.uniform(0.45, 0.85)
    lenient = 0.9 if scenario.startswith("lenient") else 0.2 * rng.standard_normal()
    found = []
    for s, subject in enumerate(subjects):
        for r in _seen_by(rng, scenario, s, len(subjects), raters):
            impression = halo * rng.standard_normal()
            asked = rng.choice(len(COMPETENCIES), 3, replace=False)
            for c in asked[rng.random(3) > 0.08]:
                error = noise * (rng.standard_t(3) / np.sqrt(3) if scenario == "heavy tails" else rng.standard_normal())
                felt = 3 + use[r] * (levels[s, c] - 3) + lenient - severity[r] + impression + error
                mark = float(np.clip(np.round(felt), 1, 5))
                found.append(
                    Observation(subject, COMPETENCIES[c], mark, "rating", "interview", rater=f"r{r}", group=f"r{r}")
                )
    return _gone_wild(rng, found) if scenario == WILD else found


def _gone_wild(rng: np.random.Generator, found: list[Observation]) -> list[Observation]:
    """One interviewer rates everybody, or one subject, two levels off."""
    rater = found[rng.integers(len(found))].rater
    whom = {one.subject for one in found if one.rater == rater}
    if rng.random() < 0.5:
        whom = {sorted(whom)[rng.integers(len(whom))]}
    off = rng.choice((-2.0, 2.0))
    return [
        replace(one, level=float(np.clip(one.level + off, 1, 5))) if one.rater == rater and one.subject in whom else one
        for one in found
    ]


def _seen_by(rng: np.random.Generator, scenario: str, s: int, size: int, raters: int) -> NDArray[np.int64]:
    """Who interviews the s-th subject: four of six; two where there is little, or other evidence; where unequal, two to
    five, in two blocks."""
    if scenario == "unequal and severe":
        block = np.arange(raters // 2) + (raters // 2) * (s < size // 2)
        bridge = rng.choice(raters, 1)
        return np.unique(np.concatenate([rng.choice(block, rng.integers(1, 4), replace=False), bridge]))
    few = scenario.startswith("thin") or scenario == TWICE
    return rng.choice(raters, 2 if few else 4, replace=False)


def _work_samples(rng: np.random.Generator, subjects: list[str], levels: NDArray[np.float64]) -> list[Observation]:
    difficulty = 0.2 * rng.standard_normal()
    found = []
    for s, subject in enumerate(subjects):
        if rng.random() > 0.8:
            continue
        for c in (0, 1):
            se = float(rng.uniform(0.3, 0.6))
            seen = float(np.clip(levels[s, c] - difficulty + se * rng.standard_normal(), 1, 5))
            found.append(Observation(subject, COMPETENCIES[c], seen, "measure", "worksample", group=f"task{c}", se=se))
    return found


def _code(rng: np.random.Generator, subjects: list[str], levels: NDArray[np.float64]) -> list[Observation]:
    found = []
    for s, subject in enumerate(subjects):
        if rng.random() > 0.7:
            continue
        share = float(rng.beta(3, 1.5))
        counted = float(np.clip(share + 0.1 * rng.standard_normal(), 0.05, 1))
        common = 0.3 * rng.standard_normal()
        for c in (2, 3):
            se = 0.6
            team = 3 + 0.7 * rng.standard_normal()
            level = share * levels[s, c] + (1 - share) * team + common + np.sqrt(se**2 - 0.09) * rng.standard_normal()
            error = float(np.sqrt(se**2 + ((1 - counted) * SPREAD) ** 2 + 2 * (SHARE_ERROR * SPREAD) ** 2))
            seen, offset = float(np.clip(level, 1, 5)), 3 * (1 - counted)
            one = Observation(subject, COMPETENCIES[c], seen, "measure", "repository", group="code", se=error)
            found.append(replace(one, loading=counted, offset=offset))
    return found


def _read_and_run(rng: np.random.Generator, subjects: list[str], levels: NDArray[np.float64]) -> list[Observation]:
    """One work of each subject, reviewed and audited: the work is not quite like what they do otherwise, on the whole
    and in each competency, and both looks see that same work, each with an error of its own."""
    unlike = rng.uniform(0.2, 0.45, 2)
    found = []
    for s, subject in enumerate(subjects):
        if rng.random() > 0.9:
            continue
        work = unlike[0] * rng.standard_normal() + unlike[1] * rng.standard_normal(len(COMPETENCIES))
        for source in ("repository", "handover"):
            look = 0.3 * rng.standard_normal()
            for c in (1, 2, 3):
                level = float(np.clip(levels[s, c] + work[c] + look + 0.55 * rng.standard_normal(), 1, 5))
                found.append(
                    Observation(
                        subject, COMPETENCIES[c], level, "measure", source, group=source, se=0.78, work=f"{subject}'s"
                    )
                )
    return found
