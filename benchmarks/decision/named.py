"""Who may be the best: how often the truly best is among those whose chance is at least a threshold.

A memo does not say "enough" while somebody who may be the best was seen too little. From which chance somebody may be,
is a threshold: a low one names many, a high one passes over who is truly best. Counted on the simulated panels as they
are, and on those of the rule for stopping, which begin with two interviews of each and nothing else.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from benchmarks.decision.figures import table
from benchmarks.decision.simulator import COMPETENCIES, SCENARIOS, draw
from benchmarks.decision.stopping import Panel

from heldout.decision.posterior import fit
from heldout.decision.ranking import worth

THRESHOLDS = (0.02, 0.05, 0.1, 0.2)
LITTLE = "two interviews of each"
Row = list[tuple[bool, int]]


def judge(work: tuple[str, int]) -> Row:
    """For each threshold, whether the truly best of one panel is named, and how many are."""
    scenario, seed = work
    if scenario == LITTLE:
        panel = draw("typical", 1000 + seed)
        chances = Panel(panel, 1000 + seed).worth().best
    else:
        panel = draw(scenario, seed)
        weights = dict(zip(COMPETENCIES, panel.weights, strict=True))
        chances = worth(fit(panel.observations, panel.subjects, COMPETENCIES), weights).best
    truly = int(panel.worth.argmax())
    return [(bool(chances[truly] >= least), int((chances >= least).sum())) for least in THRESHOLDS]


def run(options: argparse.Namespace) -> None:
    """Print, for each threshold, how often the truly best is named and how many are."""
    work = [(s, options.first + seed) for seed in range(options.panels) for s in SCENARIOS]
    few = [(LITTLE, seed) for seed in range(options.stopped)]
    with ProcessPoolExecutor(options.workers) as pool:
        found = list(pool.map(judge, [*work, *few], chunksize=8))
    parts = (found[: len(work)], found[len(work) :])
    rows = []
    for i, least in enumerate(THRESHOLDS):
        cells = []
        for part in parts:
            cells += [
                f"{np.mean([r[i][0] for r in part]):.1%}".replace("%", " %"),
                f"{np.mean([r[i][1] for r in part]):.1f}",
            ]
        rows.append((f"{least:g}", *cells))
    table(
        f"Who may be the best: {len(work)} panels, and {len(few)} with {LITTLE}",
        ("chance from which", "the best is named", "names", "with little seen: the best is named", "names"),
        rows,
    )
