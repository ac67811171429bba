"""Intervals, calibration, and tables as `benchmarks/README.md` has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def interval(values: Floats) -> tuple[float, float]:
    """A 95 % bootstrap interval of the mean over panels."""
    rng = np.random.default_rng(1)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def calibration(chance: Floats, truth: Floats) -> float:
    """Expected calibration error: ten bins of equal width, weighted by how many fall in each."""
    bins = np.minimum((chance * 10).astype(int), 9)
    within = [bins == b for b in range(10) if (bins == b).any()]
    return float(sum(np.mean(at) * abs(chance[at].mean() - truth[at].mean()) for at in within))


def number(value: float, digits: int = 3, sign: str = "-") -> str:
    """As tables print it: without a nought before the point; `sign` "+" shows that of positive ones."""
    text = f"{value:{sign}z.{digits}f}"
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def around(values: Floats) -> str:
    """Mean and interval of figures, a panel each."""
    low, high = interval(values)
    return f"{number(float(values.mean()))} ({number(low)} to {number(high)})"


def minus(values: Floats, base: Floats) -> str:
    """Mean and interval of what `values` are above `base`, paired; empty for themselves."""
    if values is base:
        return ""
    low, high = interval(values - base)
    signed = [number(float(one), sign="+") for one in ((values - base).mean(), low, high)]
    return f"{signed[0]} ({signed[1]} to {signed[2]})"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table."""
    print(f"\n{title}\n")
    for cells in (columns, ["---"] * len(columns), *rows):
        print(f"| {' | '.join(cells)} |", flush=True)
