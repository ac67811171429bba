"""`python -m benchmarks.decision`: regret, calibration and coverage of each way of deciding, on simulated panels."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import process_time

import numpy as np
from benchmarks.decision.methods import METHODS
from benchmarks.decision.simulator import BAR, SCENARIOS, draw


def judge(work: tuple[str, int]) -> list[dict[str, object]]:
    """Every method on one panel."""
    scenario, seed = work
    panel = draw(scenario, seed)
    rows = []
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


def main() -> None:
    """Run, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panels", type=int, default=120, help="panels of each scenario")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="keep every panel's figures")
    options = parser.parse_args()
    work = [(scenario, options.first + seed) for seed in range(options.panels) for scenario in SCENARIOS]
    with ProcessPoolExecutor(options.workers) as pool:
        rows = [row for rows in pool.map(judge, work, chunksize=8) for row in rows]
    if options.json:
        options.json.write_text(json.dumps(rows))
    for scenario in (None, *SCENARIOS):
        print(f"\n{scenario or 'all'}")
        table([row for row in rows if scenario in (None, row["scenario"])])


def table(rows: list[dict[str, object]]) -> None:
    """Print the figures of every method, with what it differs from ours in regret."""
    base = np.array([row["regret"] for row in rows if row["method"] == "ours"], dtype=float)
    print(f"{'method':28} regret [95 %]          minus ours [95 %]        best  Brier  ECE   90 % holds  s")
    for name in METHODS:
        mine = [row for row in rows if row["method"] == name]
        regret = np.array([row["regret"] for row in mine], dtype=float)
        above = np.concatenate([row["above"] for row in mine])
        truth = np.concatenate([row["truth"] for row in mine]).astype(float)
        covered = [row["covered"] for row in mine if row["covered"] is not None]
        low, high = interval(regret)
        less, more = interval(regret - base)
        found = np.mean([row["found"] for row in mine])
        brier = np.mean((above - truth) ** 2)
        held = f"{np.mean(covered):.1%}" if covered else ""
        print(
            f"{name:28} {regret.mean():.3f} [{low:.3f}, {high:.3f}]  "
            f"{np.mean(regret - base):+.3f} [{less:+.3f}, {more:+.3f}]  {found:.0%}  {brier:.3f}  "
            f"{calibration(above, truth):.3f}  {held:10}  {np.mean([row['seconds'] for row in mine]):.2f}"
        )


def interval(values: np.ndarray) -> tuple[float, float]:
    """A 95 % bootstrap interval of the mean over panels."""
    rng = np.random.default_rng(1)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def calibration(chance: np.ndarray, truth: np.ndarray) -> float:
    """Expected calibration error: ten bins of equal width, weighted by how many fall in each."""
    bins = np.minimum((chance * 10).astype(int), 9)
    within = [bins == b for b in range(10) if (bins == b).any()]
    return float(sum(np.mean(at) * abs(chance[at].mean() - truth[at].mean()) for at in within))


if __name__ == "__main__":
    main()
