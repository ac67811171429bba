"""Models: `fit`, `predict` and `score` of every class that is an estimator of scikit-learn's kind.

Methods are replaced on the library's classes, never the classes: what is pickled names its class, finds it without the
watch, and holds nothing of it. Classes of the delivery's own are left as they are, since some ways of pickling write
them out whole; the library's fits that they call are seen all the same.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import sys
from typing import Any

from . import answers, journal, links, metrics
from . import rows as row

FITS = ("fit", "fit_predict", "partial_fit")
PREDICTS = ("predict", "predict_proba", "decision_function", "predict_log_proba")
_MOST = 400
"""Predictions from one place that are hashed."""

_done: set[int] = set()
_kept: list[Any] = []


def wrap_base(module: Any) -> None:
    """Wrap the subclasses of `sklearn.base.BaseEstimator`, those to come as they are made."""
    base = module.BaseEstimator

    def announced(cls: Any, **kwargs: Any) -> None:
        super(base, cls).__init_subclass__(**kwargs)
        with contextlib.suppress(Exception):
            wrap_class(cls)

    if "__init_subclass__" not in base.__dict__:
        hook: Any = announced
        base.__init_subclass__ = classmethod(hook)
    for name in ("ClassifierMixin", "RegressorMixin", "ClusterMixin"):
        mixin = module.__dict__.get(name)
        if mixin is not None:
            wrap_class(mixin)


def wrap_classes_in(module: Any) -> None:
    """Wrap the classes of a module that fit, for libraries whose classes share no base with scikit-learn's."""
    for one in list(module.__dict__.values()):
        if isinstance(one, type) and one.__module__ == module.__name__ and hasattr(one, "fit"):
            wrap_class(one)


def wrap_class(cls: Any) -> None:
    """Wrap what a class and its parents define of these methods, each once and where it is defined."""
    for owner in cls.__mro__:
        if owner is object or not _of_a_package(owner):
            continue
        for name in (*FITS, *PREDICTS, "score"):
            defined = owner.__dict__.get(name)
            if defined is None or id(defined) in _done:
                continue
            if type(defined).__name__ == "function":
                wrapper = _method(defined, name)
                setattr(owner, name, wrapper)
                _remember(wrapper)
            elif type(getattr(defined, "fn", None)).__name__ == "function":
                # A method that is there only when what it delegates to has it: the inner function is replaced.
                defined.fn = _Inner(defined.fn, name)
                _remember(defined)


class _Inner:
    """A wrapped function that stands in no class, so that it can only be pickled whole: then as it was before."""

    def __init__(self, function: Any, name: str) -> None:
        self._function = function
        self._method = _method(function, name)
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._method(*args, **kwargs)

    def __reduce__(self) -> Any:
        return operator.getitem, ([self._function], 0)


def _remember(one: Any) -> None:
    _kept.append(one)  # so that its id stays its own
    _done.add(id(one))


def _of_a_package(cls: Any) -> bool:
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None) or ""
    return "/site-packages/" in file or "/dist-packages/" in file


def _method(function: Any, name: str) -> Any:
    before = _before_fit if name in FITS else None
    after: Any = {"score": _after_score, "partial_fit": _after_part}.get(name)
    after = after or (_after_fit if name in FITS else _after_predict)

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(self, *args, **kwargs)
        where, seen = "", None
        with contextlib.suppress(Exception):
            # What another library scores for its own purposes is no statement of the delivery's.
            where = journal.place(library=name != "score")
        if not where:
            return function(self, *args, **kwargs)
        with journal.within():
            if before is not None:
                with contextlib.suppress(Exception):
                    seen = before(self, where, args, kwargs)
            result = function(self, *args, **kwargs)
            with contextlib.suppress(Exception):
                after(self, where, args, kwargs, result, seen)
        return result

    return method


def _inputs(args: Any, kwargs: Any) -> tuple[Any, Any]:
    table = args[0] if args else kwargs.get("X", kwargs.get("X_train", kwargs.get("data")))
    true = args[1] if len(args) > 1 else kwargs.get("y", kwargs.get("Y"))
    return table, true


def _predicts(model: Any) -> bool:
    """Whether it is a model; a scaler or an encoder is none, and its rows need no hash."""
    kind = type(model)
    return hasattr(kind, "predict") or any(hasattr(kind, name) for name in PREDICTS)


def _before_fit(model: Any, where: str, args: Any, kwargs: Any) -> Any:
    """Before, since a fit may change its table in place."""
    table, true = _inputs(args, kwargs)
    if not _predicts(model) or journal.count("fit", where) > _MOST:
        return None
    told = row.look(table)
    return None if told is None else (told, row.joined(told, true))


def _after_part(model: Any, where: str, args: Any, kwargs: Any, result: Any, seen: Any) -> None:
    _after_fit(model, where, args, kwargs, result, seen, part=True)


def _after_fit(model: Any, where: str, args: Any, kwargs: Any, result: Any, seen: Any, part: bool = False) -> None:
    table, true = _inputs(args, kwargs)
    number = links.next_fit()
    name = class_of(model)
    event: dict[str, Any] = {"fit": number, "model": name, "predicts": _predicts(model), "seed": seed_of(model)}
    if seen is not None:
        told, both = seen
        links.fitted(number, model, name, told, both, more=part)
        event.update(rows=told.rows, columns=told.columns, names=told.names, hashed=told.hashed)
        event.update(repeated=row.repeated(told.hashes), repeated_answers=row.repeated(both))
        if told.step == 1 and journal.count("fit", where) < 20:
            event["sketch"] = row.sketch(told.hashes)
    else:
        event["rows"] = _length(table)
    journal.write("fit", where, event)
    _searched(model, where, true, seen)


def _searched(model: Any, where: str, true: Any, seen: Any) -> None:
    """The best score of a search over settings: the mean of a cross-validation, and the best of many."""
    best = getattr(model, "best_score_", None)
    found = getattr(model, "cv_results_", None)
    if best is None or not isinstance(found, dict) or seen is None:
        return
    values = [
        float(found[key][model.best_index_])
        for key in sorted(found)
        if key.startswith("split") and key.endswith("_test_score")
    ]
    scoring = getattr(model, "scoring", None)
    if values:
        metrics.crossed(where, model.estimator, scoring, seen[0], true, values)


def _after_predict(model: Any, where: str, args: Any, kwargs: Any, result: Any, seen: Any) -> None:
    table, _ = _inputs(args, kwargs)
    single = _length(table) == 1
    if journal.count("predict", where) > _MOST or (single and links.singles(where) > links.MOST_SINGLES):
        return  # a service asks for many
    told = row.look(table, keep=not single)
    if single:
        if told is not None:
            links.predicted_one(where, told, links.fit_of(model, told.columns))
        return
    by = links.fit_of(model, told.columns if told else None)
    links.predicted(result, told, by)
    event: dict[str, Any] = {"model": class_of(model), "rows": told.rows if told else _length(table)}
    if told is not None:
        event.update(columns=told.columns, names=told.names)
    journal.write("predict", where, event)


def _after_score(model: Any, where: str, args: Any, kwargs: Any, result: Any, seen: Any) -> None:
    table, true = _inputs(args, kwargs)
    if true is None or journal.count("score", where) > _MOST:
        return
    metric, sign = metrics.scorer(model, getattr(model, "scoring", None))
    told = row.look(table)
    by = links.fit_of(model, told.columns if told else None)
    event: dict[str, Any] = {
        "metric": metric,
        "by": "score",
        "value": sign * float(result),
        "rows": len(true),
        "model": class_of(model),
        "fit": by.number if by else None,
        "link": "same",
    }
    if metric == "r2":
        event.update(answers.losses(metric, true, true))
    else:
        event["classes"] = answers.classes(true)
    if told is not None:
        event.update(columns=told.columns, sketch=row.sketch(told.hashes) if told.step == 1 else [])
        event.update(repeated=row.repeated(told.hashes))
    event.update(links.overlap(told, by, true))
    journal.write("score", where, event)


def class_of(model: Any) -> str:
    """Module and class; of a pipeline or a search, what it ends in or wraps too."""
    name = f"{type(model).__module__}.{type(model).__name__}"
    inner = None
    with contextlib.suppress(Exception):
        if type(model).__name__ == "Pipeline":
            inner = model.steps[-1][1]
        elif hasattr(model, "param_grid") or hasattr(model, "param_distributions"):
            inner = model.estimator
    return f"{name} > {class_of(inner)}" if inner is not None else name


def seed_of(model: Any) -> str | None:
    """`fixed`, `none` when it has a random state and none was given, or None when it has none."""
    for one in (model, getattr(model, "steps", [[None, None]])[-1][1], getattr(model, "estimator", None)):
        if one is not None and hasattr(one, "random_state"):
            return "none" if one.random_state is None else "fixed"
    return None


def _length(table: Any) -> int | None:
    shape = getattr(table, "shape", None)
    if isinstance(shape, tuple) and shape:
        return int(shape[0])
    return len(table) if hasattr(table, "__len__") else None
