"""`python -m benchmarks.decision.speed`: how long the model takes, beside statsmodels' mixed model on the same ratings.

The peer fits crossed effects of subject and rater to the plain scores by restricted maximum likelihood: no prior, no
competencies, no chance of being best. It is what is at hand; it is tried on the small panel alone, for its crossed
effects need a dense matrix of everybody.
"""

from __future__ import annotations

from time import perf_counter, process_time

import numpy as np

from heldout.decision.observations import Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import worth

SIZES = ((30, 12, 600), (1000, 200, 20_000))
NAMES = ["a", "b", "c", "d", "e"]


def ratings(subjects: int, raters: int, count: int) -> list[Observation]:
    """`count` ratings of five competencies, by four raters or so a subject."""
    rng = np.random.default_rng(0)
    truth = 3 + 0.7 * rng.standard_normal((subjects, len(NAMES)))
    severity = 0.3 * rng.standard_normal(raters)
    each = count // subjects // len(NAMES)
    found = []
    for s in range(subjects):
        for r in rng.choice(raters, each, replace=False):
            halo = 0.4 * rng.standard_normal()
            for c, name in enumerate(NAMES):
                mark = float(np.clip(np.round(truth[s, c] - severity[r] + halo + 0.7 * rng.standard_normal()), 1, 5))
                found.append(Observation(f"s{s}", name, mark, "rating", "interview", rater=f"r{r}", group=f"r{r}"))
    return found


def main() -> None:
    """Print one line a size, best of three."""
    for subjects, raters, count in SIZES:
        given = ratings(subjects, raters, count)
        names = [f"s{i}" for i in range(subjects)]
        best = min((_ours(given, names) for _ in range(3)), key=lambda pair: pair[0])
        line = f"{subjects} subjects, {len(given)} ratings: ours {best[0]:.2f} s wall, {best[1]:.2f} s of processor"
        if count <= 1000:
            peer = min(_peer(given) for _ in range(3))
            line += f"; statsmodels {peer:.2f} s wall; ours {best[0] / peer:.2f} times as long"
        print(line)


def _ours(given: list[Observation], names: list[str]) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    posterior = fit(given, names, NAMES)
    posterior.levels.interval(0.9)
    worth(posterior, dict.fromkeys(NAMES, 1.0)).regret.min()
    return perf_counter() - wall, process_time() - cpu


def _peer(given: list[Observation]) -> float:
    import pandas as pd
    import statsmodels.formula.api as formulas

    table = pd.DataFrame([{"score": g.level, "subject": g.subject, "rater": g.rater, "all": 1} for g in given])
    wall = perf_counter()
    parts = {"subject": "0 + C(subject)", "rater": "0 + C(rater)"}
    formulas.mixedlm("score ~ 1", table, groups="all", vc_formula=parts).fit()
    return perf_counter() - wall


if __name__ == "__main__":
    main()
