"""Scores: the functions of `sklearn.metrics` and of cross-validation, wrapped where they are defined."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from . import answers, journal, links
from . import rows as row

LABELS = {
    "accuracy_score": "accuracy",
    "balanced_accuracy_score": "balanced_accuracy",
    "f1_score": "f1",
    "precision_score": "precision",
    "recall_score": "recall",
    "matthews_corrcoef": "mcc",
    "cohen_kappa_score": "kappa",
    "jaccard_score": "jaccard",
    "classification_report": "accuracy",
    "confusion_matrix": "accuracy",
    "precision_recall_fscore_support": "f1",
}
CHANCES = {
    "roc_auc_score": "roc_auc",
    "average_precision_score": "average_precision",
    "log_loss": "log_loss",
    "brier_score_loss": "brier",
    "roc_curve": "roc_auc",
}
NUMBERS = {
    "r2_score": "r2",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "median_absolute_error": "median_ae",
    "mean_absolute_percentage_error": "mape",
    "mean_squared_log_error": "msle",
    "explained_variance_score": "explained_variance",
    "max_error": "max_error",
}
_GUESSED = ("y_pred", "y_score", "y_prob", "y_proba")


def wrap_module(module: Any) -> None:
    """Wrap the metrics that this module defines; those that it merely shows are wrapped where they come from."""
    for name in (*LABELS, *CHANCES, *NUMBERS):
        function = module.__dict__.get(name)
        if callable(function) and getattr(function, "__module__", "") == module.__name__:
            setattr(module, name, _wrapped(function, name))


def _wrapped(function: Any, name: str) -> Any:
    @functools.wraps(function)
    def metric(*args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(*args, **kwargs)
        with journal.within():
            result = function(*args, **kwargs)
            with contextlib.suppress(Exception):
                where = journal.place(library=False)
                if where:
                    _tell(name, where, args, kwargs, result)
        return result

    return metric


def _tell(name: str, where: str, args: Any, kwargs: Any, result: Any) -> None:
    true = args[0] if args else kwargs.get("y_true")
    guessed = args[1] if len(args) > 1 else next((kwargs[key] for key in _GUESSED if key in kwargs), None)
    if true is None or guessed is None:
        return
    metric = LABELS.get(name) or CHANCES.get(name) or NUMBERS[name]
    if metric == "mse" and kwargs.get("squared") is False:
        metric = "rmse"
    event = {
        "metric": metric,
        "by": name,
        "rows": len(true),
        "value": _value(name, true, guessed, kwargs, result),
        "average": _word(kwargs.get("average", "binary" if metric in ("f1", "precision", "recall", "jaccard") else "")),
        "positive": _word(kwargs.get("pos_label", 1)),
        "weighted": kwargs.get("sample_weight") is not None,
    }
    if event["value"] is None:
        return
    event.update(_facts(name, metric, true, guessed))
    event.update(_origin(guessed, true))
    journal.write("score", where, event)


def _value(name: str, true: Any, guessed: Any, kwargs: Any, result: Any) -> float | None:
    if name in ("classification_report", "confusion_matrix"):
        left, right = answers.flat(true), answers.flat(guessed)
        return None if left is None or right is None else float((left == right).mean())
    if name == "precision_recall_fscore_support":
        return None if getattr(result[2], "ndim", 0) else float(result[2])
    if name == "roc_curve":
        wrong, right = result[0], result[1]
        return float(((wrong[1:] - wrong[:-1]) * (right[1:] + right[:-1])).sum() / 2)
    if getattr(result, "ndim", 0):
        return None
    value = float(result)
    if name == "accuracy_score" and kwargs.get("normalize") is False:
        value /= len(true)
    return value


def _facts(name: str, metric: str, true: Any, guessed: Any) -> dict[str, Any]:
    if name in NUMBERS:
        losses: dict[str, Any] = answers.losses(metric, true, guessed)
        return losses
    told: dict[str, Any] = {"classes": answers.classes(true)}
    if name in LABELS:
        told.update(answers.confusion(true, guessed))
    return told


def _origin(guessed: Any, true: Any) -> dict[str, Any]:
    made, how = links.source(guessed, len(true))
    if made is None:
        return {}
    told: dict[str, Any] = {"link": how}
    if made.held_out:
        told["held_out"] = True
        return told
    if made.table is not None:
        told["columns"] = made.table.columns
        told["sketch"] = row.sketch(made.table.hashes) if made.table.step == 1 else []
        told["repeated"] = row.repeated(made.table.hashes)
    if made.fitted is not None:
        told["model"] = made.fitted.model
        told["fit"] = made.fitted.number
    told.update(links.overlap(made.table, made.fitted, true))
    return told


def _word(value: Any) -> str:
    return str(value)[:40]


def wrap_validation(module: Any) -> None:
    """Wrap the functions of cross-validation."""
    for name in ("cross_val_score", "cross_validate", "cross_val_predict"):
        function = module.__dict__.get(name)
        if callable(function) and getattr(function, "__module__", "") == module.__name__:
            setattr(module, name, _validation(function, name))


def _validation(function: Any, name: str) -> Any:
    @functools.wraps(function)
    def validate(*args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(*args, **kwargs)
        with journal.within():
            result = function(*args, **kwargs)
            with contextlib.suppress(Exception):
                where = journal.place()
                if where:
                    _tell_validation(name, where, args, kwargs, result)
        return result

    return validate


def _tell_validation(name: str, where: str, args: Any, kwargs: Any, result: Any) -> None:
    model = args[0] if args else kwargs.get("estimator")
    table = row.look(args[1] if len(args) > 1 else kwargs.get("X"))
    true = args[2] if len(args) > 2 else kwargs.get("y")
    if name == "cross_val_predict":
        links.predicted(result, table, None, held_out=True)
        return
    scores = {"": result} if name == "cross_val_score" else {}
    if name == "cross_validate":
        scores = {key[5:]: value for key, value in result.items() if key.startswith("test_")}
    for key, values in scores.items():
        scoring = key if key not in ("", "score") else kwargs.get("scoring")
        crossed(where, model, scoring, table, true, [float(value) for value in values])


def crossed(where: str, model: Any, scoring: Any, table: Any, true: Any, values: list[float]) -> None:
    """Tell of one metric of a cross-validation: its mean, its folds, and the rows that are equal to another."""
    metric, sign = scorer(model, scoring)
    values = [sign * value for value in values]
    mean = sum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5 if len(values) > 1 else None
    event: dict[str, Any] = {
        "metric": metric,
        "by": "cross-validation",
        "value": mean,
        "rows": len(true) if hasattr(true, "__len__") else (table.rows if table else 0),
        "folds": [round(value, 12) for value in values[:50]],
        "spread": spread,
        "model": f"{type(model).__module__}.{type(model).__name__}",
        "held_out": True,
        "average": "binary" if metric in ("f1", "precision", "recall", "jaccard") else "",
    }
    if metric in NUMBERS.values():
        event.update(answers.losses(metric, true, [0.0] * len(true)) if true is not None else {})
        event.pop("loss_sd", None)
    elif true is not None:
        event["classes"] = answers.classes(true)
    if table is not None:
        both = row.joined(table, true)
        event.update(columns=table.columns, hashed=table.hashed, repeated=row.repeated(table.hashes))
        event.update(repeated_answers=row.repeated(both), chance=table.chance)
    journal.write("score", where, event)


def scorer(model: Any, scoring: Any) -> tuple[str, int]:
    """The metric that a scorer stands for, and -1 when it gives the metric's negative."""
    if scoring is None:
        kind = getattr(model, "_estimator_type", None)
        if kind is None:
            tags = getattr(model, "__sklearn_tags__", None)
            kind = getattr(tags(), "estimator_type", None) if tags else None
        parents = [cls.__name__ for cls in type(model).__mro__]
        for name in ("Classifier", "Regressor"):
            kind = kind or (name.lower() if name + "Mixin" in parents else None)
        return ("accuracy" if kind == "classifier" else "r2" if kind == "regressor" else "score"), 1
    name = scoring if isinstance(scoring, str) else ""
    if not name:
        function = getattr(scoring, "_score_func", scoring)
        name = getattr(function, "__name__", "score")
        sign = getattr(scoring, "_sign", 1)
        return LABELS.get(name) or CHANCES.get(name) or NUMBERS.get(name) or name[:60], int(sign)
    sign = -1 if name.startswith("neg_") else 1
    plain = name[4:] if sign < 0 else name
    plain = {"root_mean_squared_error": "rmse", "brier_score": "brier"}.get(plain, plain)
    return NUMBERS.get(plain, plain)[:60], sign
