"""Picking the best on real ratings: a few raters are seen, all the others who rated the same subjects are the truth.

Only subjects whom at least `CROSSED` of the raters rated are taken, and of these raters those who rated all of them, so
that the held-out raters' mean needs no correction. Each panel draws eight subjects and either three raters who see
everybody, or six of whom two to four, drawn anew for each subject, see them. Regret is how much lower the held-out mean
of the one picked is than the highest of them, in points of the set's scale; the error is that of the held-out mean as
predicted. Panels of one set share subjects and raters, so the intervals are those of drawing panels from these ratings:
for other subjects and raters they would be wider.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from benchmarks.decision.figures import around, minus, number, table
from numpy.typing import NDArray

from heldout.decision.observations import Observation
from heldout.decision.posterior import fit

Floats = NDArray[np.float64]
CROSSED = 0.9
SIZE, SAME, AMONG = 8, 3, 6
METHODS = ("plain mean", "shrunk mean", "standardised", "ours")
KINDS = ("the same three raters see all", "two to four of six see each")


@dataclass(frozen=True)
class Crossed:
    """The scores (subjects, raters, criteria) of those who rated everybody, and the ends of the scale."""

    name: str
    scores: Floats
    low: float
    high: float


def crossed(name: str, scores: list[tuple[str, str, str, float]]) -> Crossed:
    """The part of a set in which everybody was rated by the same raters."""
    raters = {s[1] for s in scores}
    by: dict[str, set[str]] = defaultdict(set)
    for subject, rater, _, _ in scores:
        by[subject].add(rater)
    subjects = sorted(s for s, seen in by.items() if len(seen) >= CROSSED * len(raters))
    common = sorted(set.intersection(*(by[s] for s in subjects)))
    criteria = sorted({s[2] for s in scores})
    value = {(s[0], s[1], s[2]): s[3] for s in scores}
    cube = np.array([[[value.get((s, r, c), np.nan) for c in criteria] for r in common] for s in subjects])
    whole = ~np.isnan(cube).any(axis=(1, 2))
    return Crossed(name, cube[whole], min(s[3] for s in scores), max(s[3] for s in scores))


def judge(data: Crossed, kind: str, seed: int) -> list[tuple[float, float]]:
    """Regret and squared error of each of `METHODS`, on one panel."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    whom = rng.permutation(len(data.scores))[:SIZE]
    order = rng.permutation(data.scores.shape[1])
    count = SAME if kind == KINDS[0] else AMONG
    given = data.scores[whom][:, order[:count]]
    truth = data.scores[whom][:, order[count:]].mean(axis=(1, 2))
    seen = np.ones(given.shape[:2], dtype=bool)
    if kind != KINDS[0]:
        for row in seen:
            row[rng.permutation(count)[rng.integers(2, 5) :]] = False
    answers = (_mean(given, seen), _shrunk(given, seen), _standardised(given, seen), _ours(data, given, seen))
    return [(float(truth.max() - truth[int(a.argmax())]), float(np.mean((a - truth) ** 2))) for a in answers]


def _mean(given: Floats, seen: NDArray[np.bool_]) -> Floats:
    each = given.mean(axis=2)
    return np.array([each[s][seen[s]].mean() for s in range(len(given))])


def _shrunk(given: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Means drawn to the mean of all, the more the fewer the raters: variances by moments."""
    each, means, counts = given.mean(axis=2), _mean(given, seen), seen.sum(axis=1)
    noise = float(np.mean([each[s][seen[s]].var(ddof=1) for s in range(len(given))]))
    between = max(float(means.var(ddof=1)) - float(np.mean(noise / counts)), 1e-6)
    shrunk: Floats = means.mean() + (means - means.mean()) * between / (between + noise / counts)
    return shrunk


def _standardised(given: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Scores standardised by rater, their means put back to the scale of all."""
    each = given.mean(axis=2)
    own = [(each[seen[:, r], r].mean(), each[seen[:, r], r].std() or 1.0) if seen[:, r].any() else (0.0, 1.0)
           for r in range(each.shape[1])]  # fmt: skip
    standard = (each - np.array([m for m, _ in own])) / np.array([d for _, d in own])
    means = np.array([standard[s][seen[s]].mean() for s in range(len(given))])
    answer: Floats = each[seen].mean() + means * each[seen].std()
    return answer


def _ours(data: Crossed, given: Floats, seen: NDArray[np.bool_]) -> Floats:
    """The levels, all criteria alike, and the panel's leniency, as what others of its kind are expected to give."""
    scale = (data.high - data.low) / 4
    names = [f"c{c}" for c in range(given.shape[2])]
    subjects = [f"s{s}" for s in range(len(given))]
    ratings = [
        Observation(
            subjects[s], names[c], 1 + (given[s, r, c] - data.low) / scale, "rating", "interview",
            rater=f"r{r}", group=f"r{r}",
        )
        for s, r, c in np.argwhere(np.broadcast_to(seen[:, :, None], given.shape))
    ]  # fmt: skip
    posterior = fit(ratings, subjects, names)
    first = posterior.design.first_source
    panel = sum(w * s.effects[first] for w, s in zip(posterior.weights, posterior.solutions, strict=True))
    expected: Floats = data.low + (posterior.levels.mean.mean(axis=1) + panel - 1) * scale
    return expected


def run(options: argparse.Namespace, sets: list[tuple[str, list[tuple[str, str, str, float]]]]) -> None:
    """Print regret and error of each way, by set and kind of panel."""
    rows = []
    for name, scores in sets:
        data = crossed(name, scores)
        for kind in KINDS:
            with ProcessPoolExecutor(options.workers) as pool:
                found = np.array(list(pool.map(partial(judge, data, kind), range(options.picked), chunksize=8)))
            base = found[:, METHODS.index("ours")]
            for m, method in enumerate(METHODS):
                mine = found[:, m]
                other = (minus(mine[:, 0], base[:, 0]), minus(mine[:, 1], base[:, 1])) if method != "ours" else ("", "")
                error = number(float(np.sqrt(mine[:, 1].mean())))
                rows.append((f"{name}, {len(data.scores)} by {data.scores.shape[1]}", kind, method,
                             around(mine[:, 0]), other[0], error, other[1]))  # fmt: skip
    table(
        f"Picking the best of real panels, {options.picked} of each kind; the other raters are the truth",
        ("set", "panel", "way", "regret", "minus ours", "root mean square error", "squared error minus ours"),
        rows,
    )
