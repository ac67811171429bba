"""What the answers and the predictions of one score come to: counts of classes, a table of confusion, losses."""

from __future__ import annotations

import math
from typing import Any

from .rows import numpy

MOST_CLASSES = 30
_TABLE = 12
_TINY = 2.220446049250313e-16
"""What scikit-learn divides by in the place of an answer of 0."""


def flat(values: Any) -> Any:
    """The values as one array, or None when they are no single column."""
    np = numpy()

    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return array if array.ndim == 1 and len(array) else None


def classes(true: Any) -> dict[str, int]:
    """How many of each class; empty when there are too many to be classes."""
    np = numpy()

    array = flat(true)
    if array is None:
        return {}
    if array.dtype.kind == "O":
        array = np.array([str(value) for value in array.tolist()])
    values, counts = np.unique(array, return_counts=True)
    if len(values) > MOST_CLASSES:
        return {}
    return {_text(value): int(count) for value, count in zip(values.tolist(), counts.tolist())}


def confusion(true: Any, guessed: Any) -> dict[str, Any]:
    """`labels`, and `table[i][j]`: rows of class i that were called class j. Empty for what has no few classes."""
    np = numpy()

    left, right = flat(true), flat(guessed)
    if left is None or right is None or len(left) != len(right):
        return {}
    if left.dtype.kind == "O" or right.dtype.kind == "O":
        left = np.array([_text(value) for value in left.tolist()])
        right = np.array([_text(value) for value in right.tolist()])
    labels = np.unique(np.concatenate([left, right]))
    if len(labels) > _TABLE:
        return {}
    code = np.searchsorted(labels, left) * len(labels) + np.searchsorted(labels, right)
    table = np.bincount(code, minlength=len(labels) ** 2).reshape(len(labels), len(labels))
    return {"labels": [_text(value) for value in labels.tolist()], "table": table.tolist()}


def losses(metric: str, true: Any, guessed: Any) -> dict[str, Any]:
    """For numbers: the best that a constant can do by this metric, and the spread of the loss over the rows."""
    np = numpy()

    left, right = flat(true), flat(guessed)
    if left is None or right is None or len(left) != len(right) or left.dtype.kind not in "biuf":
        return {}
    left = left.astype(np.float64)
    right = right.astype(np.float64)
    with np.errstate(all="ignore"):
        told = {"trivial": _constant(metric, left), "loss_sd": _spread(metric, left - right, left)}
    return {name: value for name, value in told.items() if value is not None and math.isfinite(value)}


def _constant(metric: str, true: Any) -> float | None:
    np = numpy()
    away = np.abs(true - np.median(true))
    best = {
        "r2": lambda: 0.0,
        "explained_variance": lambda: 0.0,
        "mse": true.var,
        "rmse": true.std,
        "mae": away.mean,
        "median_ae": lambda: np.median(away),
        "max_error": lambda: (true.max() - true.min()) / 2,
        "mape": (away / np.maximum(np.abs(true), _TINY)).mean,
        "msle": np.log1p(true).var,
    }.get(metric)
    return float(best()) if best else None


def _spread(metric: str, errors: Any, true: Any) -> float | None:
    """Standard deviation over the rows of what the metric is the mean of (the squares, for a root)."""
    np = numpy()

    if len(errors) < 2:
        return None
    each = {
        "mae": lambda: np.abs(errors),
        "mse": lambda: errors**2,
        "rmse": lambda: errors**2,
        "mape": lambda: np.abs(errors) / np.maximum(np.abs(true), _TINY),
    }.get(metric)
    return float(each().std(ddof=1)) if each else None


def _text(value: Any) -> str:
    if isinstance(value, float) and value == int(value if math.isfinite(value) else 0):
        value = int(value)
    if isinstance(value, bool):
        value = int(value)
    return str(value)[:60]
