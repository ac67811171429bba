"""A held-out rater's scores, predicted from the others', and (`crossed`) the best picked by a few raters of many.

Reads CSV files (subject, rater, criterion, score) of real ratings, which are not ours to ship. In each fold a tenth of
the (subject, rater) pairs is held out whole; scores are brought to the scale of 1-5 for the model and back. Small sets
are folded anew five times.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from benchmarks.decision import crossed
from benchmarks.decision.figures import number, table
from numpy.typing import NDArray

from heldout.decision.observations import Observation
from heldout.decision.posterior import Posterior, fit

Score = tuple[str, str, str, float]
Floats = NDArray[np.float64]
FOLDS = 10
SMALL = 5000
MEAN = "mean of the others"
METHODS = ("everybody's mean", MEAN, "standardised", "ours")


def run(options: argparse.Namespace) -> None:
    """Print one table of all files."""
    if options.ratings is None:
        print("\nThe real ratings are left out: give --ratings FOLDER.")
        return
    sets = [(path.stem, _read(path)) for path in sorted(options.ratings.glob("*.csv"))]
    crossed.run(options, sets)
    rows = []
    for name, scores in sets:
        errors = _errors(scores)
        base = np.array(errors[MEAN])
        cells = []
        for method, found in errors.items():
            low, high = _gain(base, np.array(found))
            gain = f" ({number(low, sign='+')} to {number(high, sign='+')})" if method == "ours" else ""
            cells.append(number(float(np.sqrt(np.mean(found)))) + gain)
        rows.append((f"{name}, {len({s[1] for s in scores})} raters ({len(base):,} predicted)", *cells))
    table(
        "Real ratings: root mean square error, and how much less ours is than the mean of the others",
        ("set", *METHODS),
        rows,
    )


def _errors(scores: list[Score]) -> dict[str, list[float]]:
    """The squared errors of each method, over all folds."""
    low, high = min(s[3] for s in scores), max(s[3] for s in scores)
    pairs = sorted({(subject, rater) for subject, rater, _, _ in scores})
    errors: dict[str, list[float]] = {name: [] for name in METHODS}
    for repeat in range(5 if len(scores) < SMALL else 1):
        order = np.random.default_rng(repeat).permutation(len(pairs)) % FOLDS
        fold = dict(zip(pairs, order, strict=True))
        for held in range(FOLDS):
            seen = [s for s in scores if fold[s[0], s[1]] != held]
            rated = {(s[0], s[2]) for s in seen}
            known = {s[1] for s in seen}
            hidden = [s for s in scores if fold[s[0], s[1]] == held and (s[0], s[2]) in rated and s[1] in known]
            truth = np.array([s[3] for s in hidden])
            for name, predicted in zip(METHODS, _predictions(seen, hidden, low, high), strict=True):
                errors[name] += list(np.square(predicted - truth))
    return errors


def _gain(base: Floats, squared: Floats) -> tuple[float, float]:
    """A paired 95 % bootstrap interval of how much smaller the root mean square is."""
    rng = np.random.default_rng(1)
    drawn = (rng.integers(0, len(base), len(base)) for _ in range(1000))
    gains = [np.sqrt(base[i].mean()) - np.sqrt(squared[i].mean()) for i in drawn]
    return float(np.quantile(gains, 0.025)), float(np.quantile(gains, 0.975))


def _predictions(seen: list[Score], hidden: list[Score], low: float, high: float) -> tuple[Floats, ...]:
    """What each of `METHODS` predicts for the hidden scores."""
    cells: dict[tuple[str, str], list[float]] = defaultdict(list)
    by: dict[str, list[float]] = defaultdict(list)
    for subject, rater, criterion, score in seen:
        cells[subject, criterion].append(score)
        by[rater].append(score)
    standard: dict[tuple[str, str], list[float]] = defaultdict(list)
    for subject, rater, criterion, score in seen:
        standard[subject, criterion].append((score - np.mean(by[rater])) / (np.std(by[rater]) or 1.0))
    scale = (high - low) / 4
    given = [
        Observation(subject, criterion, 1 + (score - low) / scale, "rating", "interview", rater=rater, group=rater)
        for subject, rater, criterion, score in seen
    ]
    levels = _expected(fit(given, sorted({s[0] for s in seen}), sorted({s[2] for s in seen})), hidden)
    return (
        np.full(len(hidden), np.mean([s[3] for s in seen])),
        np.array([np.mean(cells[s[0], s[2]]) for s in hidden]),
        np.array([np.mean(by[s[1]]) + np.mean(standard[s[0], s[2]]) * np.std(by[s[1]]) for s in hidden]),
        np.clip(low + (levels - 1) * scale, low, high),
    )


def _expected(posterior: Posterior, hidden: list[Score]) -> Floats:
    """What the held-out rater is expected to give: the level, the panel's leniency, their own."""
    design = posterior.design
    rows = [design.subjects.index(s[0]) for s in hidden]
    columns = [design.competencies.index(s[2]) for s in hidden]
    raters = [design.raters.index(s[1]) for s in hidden]
    panel = sum(w * s.effects[design.first_source] for w, s in zip(posterior.weights, posterior.solutions, strict=True))
    expected: Floats = posterior.levels.mean[rows, columns] + panel + posterior.leniency.mean[raters]
    return expected


def _read(path: Path) -> list[Score]:
    with path.open(newline="") as stream:
        return [(r["subject"], r["rater"], r["criterion"], float(r["score"])) for r in csv.DictReader(stream)]
