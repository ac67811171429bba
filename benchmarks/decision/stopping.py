"""Further interviews by our rule for stopping, beside an even spread.

Panels begin with two interviews of each of eight subjects, no other evidence. An interview is by one more interviewer,
on three competencies. Ours asks the two likeliest best in turn while the expected regret is not under `ENOUGH`; the
peer gives everybody one, two or three more.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from benchmarks.decision.figures import around, minus, number, table
from benchmarks.decision.simulator import COMPETENCIES, Truth, draw

from heldout.decision.next_evidence import ENOUGH
from heldout.decision.observations import Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import Worth, worth

MOST = 30
OURS = f"ours: the two likeliest, until regret is under {number(ENOUGH, 2)}"


class Panel:
    """Subjects of known levels who can be interviewed once more."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth = truth
        self.rng = np.random.default_rng([9, seed])
        self.halo, self.noise, self.severity = self.rng.uniform(0.2, 0.6), self.rng.uniform(0.45, 0.85), 0.3
        self.severities = self.severity * self.rng.standard_normal(12)
        self.seen: list[Observation] = []
        self.by: list[set[int]] = [set() for _ in truth.subjects]
        for s in range(len(truth.subjects)):
            self.interview(s)
            self.interview(s)

    def interview(self, s: int) -> None:
        """One more, by somebody who has not seen the subject."""
        r = int(self.rng.choice([r for r in range(12) if r not in self.by[s]]))
        self.by[s].add(r)
        impression = self.halo * self.rng.standard_normal()
        for c in self.rng.choice(len(COMPETENCIES), 3, replace=False):
            felt = self.truth.levels[s, c] - self.severities[r] + impression + self.noise * self.rng.standard_normal()
            mark = float(np.clip(np.round(felt), 1, 5))
            name = self.truth.subjects[s]
            self.seen.append(
                Observation(name, COMPETENCIES[c], mark, "rating", "interview", rater=f"r{r}", group=f"r{r}")
            )

    def worth(self) -> Worth:
        """What is believed now."""
        weights = dict(zip(COMPETENCIES, self.truth.weights, strict=True))
        return worth(fit(self.seen, self.truth.subjects, COMPETENCIES), weights)

    def lost(self, found: Worth) -> float:
        """The true regret of choosing whom we would choose."""
        return float(self.truth.worth.max() - self.truth.worth[int(found.mixture.mean.argmax())])


def judge(seed: int) -> dict[str, tuple[float, int]]:
    """Regret and interviews of each way, on one panel."""
    truth = draw("typical", seed)
    answers: dict[str, tuple[float, int]] = {}
    for more in (0, 1, 2, 3):
        panel = Panel(truth, seed)
        for s in range(len(truth.subjects)):
            for _ in range(more):
                panel.interview(s)
        answers[f"everybody {more} more" if more else "none more"] = (
            panel.lost(panel.worth()),
            more * len(truth.subjects),
        )
    panel, asked = Panel(truth, seed), 0
    found = panel.worth()
    while found.regret.min() >= ENOUGH and asked < MOST:
        open_to = [int(s) for s in np.argsort(-found.best, kind="stable")[:2] if len(panel.by[int(s)]) < 12]
        if not open_to:
            break
        for s in open_to:
            panel.interview(s)
            asked += 1
        found = panel.worth()
    answers[OURS] = (panel.lost(found), asked)
    return answers


def run(options: argparse.Namespace) -> None:
    """Print regret and interviews of each way."""
    with ProcessPoolExecutor(options.workers) as pool:
        rows = list(pool.map(judge, range(1000, 1000 + options.stopped), chunksize=4))
    regret = {name: np.array([row[name][0] for row in rows]) for name in rows[0]}
    table(
        f"When to stop, {options.stopped} panels that begin with two interviews of each of eight",
        ("rule", "more interviews", "regret", "minus ours"),
        [
            (name, f"{np.mean([row[name][1] for row in rows]):.1f}", around(mine), minus(mine, regret[OURS]))
            for name, mine in regret.items()
        ],
    )
