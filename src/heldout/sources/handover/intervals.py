"""95 % intervals of metrics from the rows that they were computed over, and what a rule without inputs would score.

Formulas: Wilson (1927) for proportions; Hanley and McNeil (1982) for the area under the ROC curve; Boyd, Eng and Page
(2013) for average precision; Fisher's transformation for R²; Student's t for means; a Dirichlet posterior over the
confusion table for what is none of these. All are from the number of rows alone: they do not know how the rows were
drawn, nor that several models were tried.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence

from heldout.sources.handover.student import quantile

Z = 1.959963984540054
SHARES = frozenset(
    {"accuracy", "balanced_accuracy", "f1", "precision", "recall", "jaccard", "roc_auc", "average_precision", "r2"}
)
"""Metrics on a scale from 0 to 1, of which a half-width can be judged without knowing the data."""
HIGHER = SHARES | {"mcc", "kappa", "explained_variance", "score"}
LOWER = frozenset({"mae", "mse", "rmse", "mape", "msle", "median_ae", "max_error", "log_loss", "brier"})
_DRAWS = 2000
_LIKE_NORMAL = 1_000
"""Degrees of freedom from which on Student's t is the normal distribution to three digits."""

Interval = tuple[float, float]
Table = Sequence[Sequence[int]]
"""`table[i][j]`: rows of class i that were called class j."""


def wilson(hits: float, of: float) -> Interval | None:
    """Wilson's interval for a proportion; None for no rows."""
    if of <= 0:
        return None
    share = min(max(hits / of, 0.0), 1.0)
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    # At the ends the formula gives 0 and 1 but for the last bits.
    return (0.0 if hits <= 0 else middle - half), (1.0 if hits >= of else middle + half)


def of_mean(value: float, spread: float, count: int) -> Interval | None:
    """Interval of a mean from the standard deviation of its parts."""
    if count < 2:
        return None
    half = quantile(0.975, min(count - 1, _LIKE_NORMAL)) * spread / math.sqrt(count)
    return value - half, value + half


def of_root(value: float, spread: float, count: int) -> Interval | None:
    """Interval of the root of a mean of squares whose standard deviation is `spread`."""
    squares = of_mean(value * value, spread, count)
    return None if squares is None else (math.sqrt(max(0.0, squares[0])), math.sqrt(max(0.0, squares[1])))


def of_r2(value: float, count: int) -> Interval | None:
    """By Fisher's transformation of the correlation whose square it is; None below 4 rows or at 0 and under."""
    if count < 4 or not 0 < value <= 1:
        return None
    middle = math.atanh(min(math.sqrt(value), 1 - 1e-9))
    half = Z / math.sqrt(count - 3)
    return math.tanh(max(0.0, middle - half)) ** 2, math.tanh(middle + half) ** 2


def of_roc_auc(value: float, positive: int, negative: int) -> Interval | None:
    """Hanley and McNeil's; the value is first drawn towards a half by half a row, so that 1.0 has an interval too."""
    fewest = min(positive, negative)
    if fewest < 1:
        return None
    area = (value * fewest + 0.25) / (fewest + 0.5)
    one, two = area / (2 - area), 2 * area * area / (1 + area)
    variance = area * (1 - area) + (positive - 1) * (one - area * area) + (negative - 1) * (two - area * area)
    half = Z * math.sqrt(max(0.0, variance) / (positive * negative))
    return max(0.0, area - half), max(value, min(1.0, area + half))


def of_average_precision(value: float, positive: int) -> Interval | None:
    """On the logit scale, from the number of positive rows."""
    if positive < 1:
        return None
    share = (value * positive + 0.25) / (positive + 0.5)
    if not 0 < share < 1:
        return None
    middle, half = math.log(share / (1 - share)), Z / math.sqrt(positive * share * (1 - share))
    return 1 / (1 + math.exp(half - middle)), max(value, 1 / (1 + math.exp(-half - middle)))


def of_table(table: Table, metric: Callable[[Sequence[Sequence[float]]], float]) -> Interval | None:
    """Interval of any metric of a confusion table, from draws of the table that are fixed once and for all."""
    size = len(table)
    if not size or not sum(map(sum, table)):
        return None
    chance = random.Random(0)  # noqa: S311 - draws of a posterior, not secrets
    values = []
    for _ in range(_DRAWS if size <= 4 else _DRAWS // 4):
        # Half a row is spread over the cells: what never happened in these rows may happen yet.
        drawn = [[chance.gammavariate(count + 0.5 / size, 1.0) for count in row] for row in table]
        values.append(metric(drawn))
    values.sort()
    return values[int(0.025 * len(values))], values[int(0.975 * len(values))]


def balanced_accuracy(table: Sequence[Sequence[float]]) -> float:
    """Mean over the classes that occur of the share found."""
    found = [row[index] / sum(row) for index, row in enumerate(table) if sum(row) > 0]
    return sum(found) / len(found) if found else 0.0


def _per_class(table: Sequence[Sequence[float]]) -> list[tuple[float, float, float, float]]:
    """(precision, recall, F1, weight) of each class."""
    told = []
    for index, row in enumerate(table):
        hits, real, said = row[index], sum(row), sum(other[index] for other in table)
        both = real + said
        told.append(
            (hits / said if said else 0.0, hits / real if real else 0.0, 2 * hits / both if both else 0.0, real)
        )
    return told


def averaged(which: int, average: str) -> Callable[[Sequence[Sequence[float]]], float]:
    """Precision (0), recall (1) or F1 (2) of a table, averaged over its classes as `macro` or `weighted`."""

    def metric(table: Sequence[Sequence[float]]) -> float:
        parts = _per_class(table)
        weights = [part[3] if average == "weighted" else 1.0 for part in parts]
        total = sum(weights)
        return sum(part[which] * weight for part, weight in zip(parts, weights, strict=True)) / total if total else 0.0

    return metric


def of_labels(
    metric: str, average: str, value: float, rows: int, table: Table, positive: int | None
) -> Interval | None:
    """Interval of a metric of classes: exact forms where there are, else from the table of confusion.

    `positive` is the index of the positive class in the table; `table` may be empty.
    """
    if metric == "accuracy" or average == "micro":
        return wilson(value * rows, rows)
    if metric == "balanced_accuracy":
        return of_table(table, balanced_accuracy)
    which = {"precision": 0, "recall": 1, "f1": 2}.get(metric)
    if average == "binary" and positive is not None and table:
        return _binary(metric, table, positive)
    if which is not None and average in ("macro", "weighted") and table:
        return of_table(table, averaged(which, average))
    return None


def _binary(metric: str, table: Table, positive: int) -> Interval | None:
    hits, real = table[positive][positive], sum(table[positive])
    said = sum(row[positive] for row in table)
    if metric == "recall":
        return wilson(hits, real)
    if metric == "precision":
        return wilson(hits, said)
    # Of the rows that are or were called positive, the share that is both is a proportion; F1 is 2 s / (1 + s) of it.
    share = wilson(hits, real + said - hits)
    if share is None or metric == "jaccard":
        return share
    return (2 * share[0] / (1 + share[0]), 2 * share[1] / (1 + share[1])) if metric == "f1" else None


def trivial(metric: str, average: str, classes: Mapping[str, int], positive: str) -> float | None:
    """What the best rule that looks at no input scores on answers of these classes; None where that says nothing.

    The rule says the same class for every row (or the shares of the classes, where chances are scored). Of recall of
    one class it is 1 by always saying that class, which is no yardstick: None.
    """
    rows = sum(classes.values())
    if rows <= 0 or not classes:
        return None
    most, kinds = max(classes.values()) / rows, len(classes)
    rare = classes.get(positive, 0) / rows if kinds == 2 and positive in classes else None
    if metric == "accuracy" or (average == "micro" and metric in ("f1", "precision", "recall")):
        return most
    if metric in ("mcc", "kappa"):
        return 0.0
    if metric == "roc_auc":
        return 0.5
    if metric == "balanced_accuracy":
        return 1 / kinds
    if metric == "log_loss":
        return -sum(count / rows * math.log(count / rows) for count in classes.values() if count)
    if metric in ("f1", "precision", "recall", "jaccard", "average_precision", "brier"):
        return _trivial_of_one(metric, average, most, kinds, rare)
    return None


def _trivial_of_one(metric: str, average: str, most: float, kinds: int, rare: float | None) -> float | None:
    if metric in ("average_precision", "jaccard") or (metric == "precision" and average == "binary"):
        return rare
    if metric == "brier":
        return None if rare is None else rare * (1 - rare)
    if average == "binary":
        return None if rare is None or metric == "recall" else 2 * rare / (1 + rare)
    always = 2 * most / (1 + most)
    macro = {"f1": always / kinds, "precision": most / kinds, "recall": 1 / kinds}
    weighted = {"f1": most * always, "precision": most * most, "recall": most}
    return {"macro": macro, "weighted": weighted}.get(average, {}).get(metric)
