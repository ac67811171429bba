"""Regret, calibration and coverage of each way of deciding, on simulated panels of known truth."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from time import process_time

import numpy as np
from benchmarks.decision.figures import around, calibration, minus, number, table
from benchmarks.decision.methods import METHODS
from benchmarks.decision.simulator import BAR, SCENARIOS, draw

OURS, MEAN = "ours", "mean of the scorecards"
Row = dict[str, object]


def judge(work: tuple[str, int]) -> list[Row]:
    """Every method on one panel."""
    scenario, seed = work
    panel = draw(scenario, seed)
    rows: list[Row] = []
    for name, method in METHODS.items():
        start = process_time()
        answer = method(panel)
        seconds = process_time() - start
        worth = answer.levels @ panel.weights
        covered = None
        if answer.low is not None and answer.high is not None:
            covered = float(np.mean((answer.low <= panel.levels) & (panel.levels <= answer.high)))
        rows.append(
            {
                "scenario": scenario, "seed": seed, "method": name, "seconds": seconds, "covered": covered,
                "regret": float(panel.worth.max() - panel.worth[int(worth.argmax())]),
                "found": bool(worth.argmax() == panel.worth.argmax()),
                "above": answer.above.ravel().tolist(), "truth": (panel.levels >= BAR).ravel().tolist(),
            }
        )  # fmt: skip
    return rows


class Figures:
    """What one method came to on some panels."""

    def __init__(self, rows: list[Row], method: str) -> None:
        mine = [row for row in rows if row["method"] == method]
        self.regret = np.array([row["regret"] for row in mine], dtype=float)
        self.found = float(np.mean([row["found"] for row in mine]))
        above = np.concatenate([row["above"] for row in mine])
        truth = np.concatenate([row["truth"] for row in mine]).astype(float)
        self.brier = float(np.mean((above - truth) ** 2))
        self.error = calibration(above, truth)
        covered = [row["covered"] for row in mine if row["covered"] is not None]
        self.held = f"{np.mean(covered):.1%}".replace("%", " %") if covered else ""
        self.seconds = float(np.mean([row["seconds"] for row in mine]))


def run(options: argparse.Namespace) -> None:
    """Print a table of the ways of deciding, and one of ours by kind of panel."""
    work = [(scenario, options.first + seed) for seed in range(options.panels) for scenario in SCENARIOS]
    with ProcessPoolExecutor(options.workers) as pool:
        rows = [row for rows in pool.map(judge, work, chunksize=8) for row in rows]
    if options.json:
        options.json.write_text(json.dumps(rows))
    found = {name: Figures(rows, name) for name in METHODS}
    base = found[OURS].regret
    table(
        f"Ways of deciding, {len(work)} panels",
        ("way of deciding", "regret", "minus ours", "best found", "Brier", "calibration error", "90 % intervals hold",
         "processor s a panel"),
        [
            (name, around(one.regret), minus(one.regret, base), f"{one.found:.0%}".replace("%", " %"),
             number(one.brier), number(one.error), one.held, number(one.seconds, 2))
            for name, one in found.items()
        ],
    )  # fmt: skip
    kinds = []
    for scenario in SCENARIOS:
        mine = [row for row in rows if row["scenario"] == scenario]
        ours, twin, mean = (Figures(mine, name) for name in (OURS, "ordinal twin", MEAN))
        kinds.append(
            (scenario, number(float(ours.regret.mean())), number(float(mean.regret.mean())),
             minus(mean.regret, ours.regret), minus(twin.regret, ours.regret), number(ours.error), ours.held)
        )  # fmt: skip
    table(
        f"By kind, {options.panels} each",
        ("panels", "ours", MEAN, "minus ours", "twin minus ours", "calibration error", "90 % hold"),
        kinds,
    )
