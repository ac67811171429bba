"""Keras models, and the native training functions of the boosting libraries."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from . import answers, estimators, journal, links
from . import rows as row

_NAMES = {"acc": "accuracy", "categorical_accuracy": "accuracy", "binary_accuracy": "accuracy", "auc": "roc_auc"}
_NAMES.update({"sparse_categorical_accuracy": "accuracy", "mean_absolute_error": "mae", "mean_squared_error": "mse"})
_NAMES.update({"root_mean_squared_error": "rmse", "r2_score": "r2"})
_KNOWN = frozenset({"accuracy", "mae", "mse", "rmse", "r2", "roc_auc", "precision", "recall", "mape"})


def wrap_keras(module: Any) -> None:
    """Wrap `fit`, `evaluate` and `predict` of `Model`, each where it is defined."""
    for name, after in (("fit", _after_fit), ("evaluate", _after_evaluate), ("predict", _after_predict)):
        for owner in module.Model.__mro__:
            function = owner.__dict__.get(name)
            if type(function).__name__ == "function":
                setattr(owner, name, _method(function, after))
                break


def wrap_train(module: Any) -> None:
    """Wrap `train` of xgboost or lightgbm, of which only the class and the rows are told."""
    function = module.__dict__.get("train")
    if callable(function):
        module.train = _train(function, module.__name__)


def _train(function: Any, name: str) -> Any:
    @functools.wraps(function)
    def train(*args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(*args, **kwargs)
        with journal.within():
            result = function(*args, **kwargs)
            with contextlib.suppress(Exception):
                where = journal.place()
                data: Any = args[1] if len(args) > 1 else kwargs.get("dtrain", kwargs.get("train_set"))
                count = data.num_row() if hasattr(data, "num_row") else data.num_data()
                if where:
                    event = {"fit": links.next_fit(), "model": name + ".Booster", "rows": int(count), "predicts": True}
                    journal.write("fit", where, event)
        return result

    return train


def _method(function: Any, after: Any) -> Any:
    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(self, *args, **kwargs)
        with journal.within():
            result = function(self, *args, **kwargs)
            with contextlib.suppress(Exception):
                where = journal.place()
                if where:
                    after(self, where, args, kwargs, result)
        return result

    return method


def _data(args: Any, kwargs: Any) -> tuple[Any, Any]:
    table = args[0] if args else kwargs.get("x")
    true = args[1] if len(args) > 1 else kwargs.get("y")
    return table, true


def _after_fit(model: Any, where: str, args: Any, kwargs: Any, result: Any) -> None:
    table, true = _data(args, kwargs)
    told = row.look(table)
    number = links.next_fit()
    event: dict[str, Any] = {"fit": number, "model": estimators.class_of(model), "predicts": True}
    if told is not None:
        both = row.joined(told, true)
        links.fitted(number, model, event["model"], told, both)
        event.update(rows=told.rows, columns=told.columns, hashed=told.hashed, repeated=row.repeated(told.hashes))
        event.update(repeated_answers=row.repeated(both))
        event["sketch"] = row.sketch(told.hashes) if told.step == 1 else []
    journal.write("fit", where, event)
    history = getattr(result, "history", {})
    for name, values in history.items():
        metric = _NAMES.get(name[4:], name[4:])
        if name.startswith("val_") and metric in _KNOWN and values:
            count = _validation_rows(kwargs, told)
            if count:
                event = {"metric": metric, "by": "validation", "value": float(values[-1]), "rows": count}
                journal.write("score", where, dict(event, held_out=True, model=estimators.class_of(model)))


def _validation_rows(kwargs: Any, told: Any) -> int:
    given = kwargs.get("validation_data")
    if isinstance(given, (list, tuple)) and len(given) > 1:
        return len(given[1])
    share = kwargs.get("validation_split") or 0.0
    return int(told.rows * share) if told is not None else 0


def _after_evaluate(model: Any, where: str, args: Any, kwargs: Any, result: Any) -> None:
    table, true = _data(args, kwargs)
    if true is None:
        return
    values = result if isinstance(result, dict) else _named(model, result, kwargs)
    told = row.look(table)
    by = links.fit_of(model, told.columns if told else None)
    for name, value in values.items():
        metric = _NAMES.get(name, name)
        if metric not in _KNOWN:
            continue
        event: dict[str, Any] = {"metric": metric, "by": "evaluate", "value": float(value), "rows": len(true)}
        event["model"] = estimators.class_of(model)
        if metric in ("mae", "mse", "rmse", "r2", "mape"):
            event.update(answers.losses(metric, true, true))
            event.pop("loss_sd", None)
        else:
            event["classes"] = answers.classes(_labels(true))
        event.update(links.overlap(told, by, true))
        journal.write("score", where, event)


def _named(model: Any, result: Any, kwargs: Any) -> dict[str, Any]:
    values = list(result) if isinstance(result, (list, tuple)) else [result]
    # Of Keras 3, `metrics_names` says `compile_metrics`; asking again for a dict would run the model a second time.
    names = [name for name in _metric_names(model) if name != "loss"]
    return dict(zip(["loss", *names], values))


def _metric_names(model: Any) -> list[str]:
    names: list[str] = []
    for metric in getattr(model, "metrics", []):
        inner = getattr(metric, "metrics", None)
        names += [one.name for one in inner] if inner else [metric.name]
    return names


def _labels(true: Any) -> Any:
    """Classes of one-hot answers."""
    if getattr(true, "ndim", 1) == 2 and true.shape[1] > 1:
        return true.argmax(axis=1)
    return true


def _after_predict(model: Any, where: str, args: Any, kwargs: Any, result: Any) -> None:
    table, _ = _data(args, kwargs)
    if hasattr(table, "__len__") and len(table) == 1:
        return
    told = row.look(table)
    links.predicted(result, told, links.fit_of(model, told.columns if told else None))
    journal.write("predict", where, {"model": estimators.class_of(model), "rows": told.rows if told else None})
