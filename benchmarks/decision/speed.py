"""How long `decide` takes from scorecards to the memo, and the model alone beside statsmodels' mixed model.

Model and `decide` have one thread for linear algebra, as the command has. Start of Python and reading of the case are
in neither: `time heldout decide CASE` has them.

The peer fits crossed effects of subject and rater to the plain scores by restricted maximum likelihood: no prior, no
competencies, no chance of being best. It is what is at hand; it is tried on the small panel alone, for its crossed
effects need a dense matrix of everybody.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter, process_time

import numpy as np
from benchmarks.decision.evidence import by_subject, cards, role_of, subject_of
from benchmarks.decision.figures import table
from benchmarks.decision.simulator import COMPETENCIES
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from heldout.decision.decide import decide
from heldout.decision.observations import Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import worth
from heldout.sources.interview.evidence import dossier_of

SIZES = ((30, 12, 600), (1000, 200, 20_000))


def ratings(subjects: int, raters: int, count: int) -> list[Observation]:
    """`count` ratings of five competencies, by four raters or so a subject."""
    rng = np.random.default_rng(0)
    truth = 3 + 0.7 * rng.standard_normal((subjects, len(COMPETENCIES)))
    severity = 0.3 * rng.standard_normal(raters)
    each = count // subjects // len(COMPETENCIES)
    found = []
    for s in range(subjects):
        for r in rng.choice(raters, each, replace=False):
            halo = 0.4 * rng.standard_normal()
            for c, name in enumerate(COMPETENCIES):
                mark = float(np.clip(np.round(truth[s, c] - severity[r] + halo + 0.7 * rng.standard_normal()), 1, 5))
                found.append(Observation(f"s{s}", name, mark, "rating", "interview", rater=f"r{r}", group=f"r{r}"))
    return found


def run(options: argparse.Namespace) -> None:
    """Print one line a size: the whole of `decide` once, the model alone best of three."""
    table(
        "Time, wall seconds (and of the processor)",
        ("", "`decide`", "the model alone", "statsmodels, ratings alone"),
        [_row(*size) for size in SIZES],
    )


def _row(subjects: int, raters: int, count: int) -> tuple[str, ...]:
    given = ratings(subjects, raters, count)
    names = [f"s{i}" for i in range(subjects)]
    standard, role = role_of(np.ones(len(COMPETENCIES)))
    of = by_subject(names, given)
    seen = [(subject_of(name), dossier_of(name, cards(mine), standard, role)) for name, mine in of]
    whole = _timed(lambda: decide("Speed", role, standard, seen))
    model = min(_timed(lambda: _model(given, names)) for _ in range(3))
    peer = ""
    if count <= 1000:
        peer = f"{min(_peer(given) for _ in range(3)):.2f}" if find_spec("statsmodels") else "is not there"
    return (f"{subjects:,} subjects, {len(given):,} ratings", _said(whole), _said(model), peer)


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    run()
    return perf_counter() - wall, process_time() - cpu


def _said(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:.2f} ({seconds[1]:.2f})"


@threadpool_limits.wrap(limits=1, user_api="blas")  # type: ignore[untyped-decorator]
def _model(given: list[Observation], names: list[str]) -> None:
    posterior = fit(given, names, COMPETENCIES)
    posterior.levels.interval(0.9)
    worth(posterior, dict.fromkeys(COMPETENCIES, 1.0)).regret.min()


def _peer(given: list[Observation]) -> float:
    import pandas as pd
    import statsmodels.formula.api as formulas

    table = pd.DataFrame([{"score": g.level, "subject": g.subject, "rater": g.rater, "all": 1} for g in given])
    wall = perf_counter()
    parts = {"subject": "0 + C(subject)", "rater": "0 + C(rater)"}
    formulas.mixedlm("score ~ 1", table, groups="all", vc_formula=parts).fit()
    return perf_counter() - wall
