"""What a loaded model is: its class, what it wants, what it answers."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from .load import Weights

_MOST_NAMES = 500
_NAMES = (
    "feature_names_in_",
    "get_booster().feature_names",
    "feature_names_",
    "feature_name_",
    "feature_names",
    "feature_name()",
)
_COUNTS = (
    "n_features_in_",
    "num_features()",
    "num_feature()",
    "n_features_",
    "best_estimator_.n_features_in_",
    "steps[0][1].n_features_in_",
    "input_shape[-1]",
    "get_inputs()[0].shape[-1]",
    "coef_.shape[-1]",
    "steps[-1][1].coef_.shape[-1]",
)
_TEXTS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")


def class_of(model: Any) -> str:
    """Module and class; what a pipeline ends in or a search found stands after ` > `."""
    kind = type(model)
    name = f"{kind.__module__}.{kind.__name__}"
    inner = None
    with contextlib.suppress(Exception):
        if kind.__name__ == "Pipeline":
            inner = model.steps[-1][1]
        elif hasattr(model, "best_estimator_"):
            inner = model.best_estimator_
        elif kind.__name__ == "TransformedTargetRegressor":
            inner = model.regressor_
    return f"{name} > {class_of(inner)}" if inner is not None else name


def parts(model: Any) -> dict[str, Any]:
    """Named parts of a dictionary, list or tuple that was shipped in a model's stead."""
    if isinstance(model, dict):
        return {str(key): value for key, value in list(model.items())[:50]}
    if isinstance(model, (list, tuple)):
        return {str(index): value for index, value in enumerate(model[:50])}
    return {}


def predictor(model: Any) -> tuple[str, Any]:
    """(name, part) of what can predict among a model's parts; the whole has no name; (``, None) when nothing can."""
    if can_predict(model):
        return "", model
    for name, part in parts(model).items():
        if can_predict(part):
            return name, part
    return "", None


def can_predict(model: Any) -> bool:
    """Whether there is a way to ask it."""
    if isinstance(model, (Weights, dict, list, tuple, str)) or model is None:
        return False
    return any(callable(getattr(model, name, None)) for name in ("predict", "run", "forward"))


def names_of(model: Any) -> list[str]:
    """Names of its input columns, in order; empty when it knows none."""
    for path in _NAMES:
        with contextlib.suppress(Exception):
            names = [str(name) for name in follow(model, path)]
            if names and not all(name == f"Column_{index}" for index, name in enumerate(names)):
                return names[:_MOST_NAMES]
    with contextlib.suppress(Exception):
        return names_of(model.best_estimator_) or names_of(model.steps[0][1])
    with contextlib.suppress(Exception):
        return names_of(model.steps[0][1])
    with contextlib.suppress(Exception):
        inputs = model.get_inputs()
        return [one.name for one in inputs] if len(inputs) > 1 else []
    with contextlib.suppress(Exception):
        return _columns(model)
    return []


def follow(model: Any, path: str) -> Any:
    """What a path like `steps[0][1].get_booster().names` leads to; raises whatever the way raises."""
    for step in path.split("."):
        name, *rest = re.findall(r"\w+|\(\)|\[-?\d+\]", step)
        model = getattr(model, name)
        for one in rest:
            model = model() if one == "()" else model[int(one[1:-1])]
    return model


def _columns(model: Any) -> list[str]:
    """Columns that a ColumnTransformer of before names were kept is told to take."""
    names: list[str] = []
    for entry in getattr(model, "transformers_", None) or model.transformers:
        columns = entry[2]
        columns = [columns] if isinstance(columns, str) else list(columns)
        names += [name for name in columns if isinstance(name, str) and name not in names]
    return names


def count_of(model: Any) -> int | None:
    """How many input columns it wants, where it says so."""
    for path in _COUNTS:
        with contextlib.suppress(Exception):
            return int(follow(model, path))
    with contextlib.suppress(Exception):
        return int(next(layer.in_features for layer in model.modules() if hasattr(layer, "in_features")))
    return None


def wants_text(model: Any) -> bool:
    """Whether its rows are texts: it begins by counting words."""
    first = model
    with contextlib.suppress(Exception):
        while type(first).__name__ == "Pipeline" or hasattr(first, "best_estimator_"):
            first = first.best_estimator_ if hasattr(first, "best_estimator_") else first.steps[0][1]
    return type(first).__name__ in _TEXTS


def classes_of(model: Any) -> list[str]:
    """The answers that it chooses from; empty for numbers."""
    with contextlib.suppress(Exception):
        return [str(value)[:60] for value in list(model.classes_)[:200]]
    with contextlib.suppress(Exception):
        return [str(value)[:60] for value in list(model.steps[-1][1].classes_)[:200]]
    return []


def parameters_of(model: Any) -> dict[str, str]:
    """Its settings that are numbers, texts or truth values."""
    inner = model
    with contextlib.suppress(Exception):
        inner = model.steps[-1][1] if type(model).__name__ == "Pipeline" else model
    with contextlib.suppress(Exception):
        told = inner.get_params(deep=False)
        plain = {str(key): value for key, value in told.items() if isinstance(value, (bool, int, float, str))}
        return {key: str(value)[:100] for key, value in sorted(plain.items())[:60]}
    return {}


def handles_of(model: Any) -> list[str]:
    """Kinds of bad input that a step of it deals with: `missing` values, `unseen` categories."""
    told = set()
    for step in _steps(model, 0):
        name = type(step).__name__
        if "Imputer" in name or any(name.startswith(start) for start in ("HistGradient", "XGB", "LGBM", "CatBoost")):
            told.add("missing")
        if getattr(step, "handle_unknown", "error") in ("ignore", "use_encoded_value", "infrequent_if_exist", "value"):
            told.add("unseen")
    return sorted(told)


def _steps(model: Any, depth: int) -> list[Any]:
    """A model and everything within it."""
    told = [model]
    if depth > 6:
        return told
    inner: list[Any] = []
    with contextlib.suppress(Exception):
        inner += [step for _, step in model.steps]
    with contextlib.suppress(Exception):
        inner += [entry[1] for entry in model.transformers_]
    with contextlib.suppress(Exception):
        inner += [step for _, step in model.transformer_list]
    with contextlib.suppress(Exception):
        inner.append(model.best_estimator_)
    for step in inner:
        told += _steps(step, depth + 1)
    return told


def size_of(model: Any) -> int | None:
    """How many trained numbers it holds, where that is easily told."""
    if isinstance(model, Weights):
        return sum(model.sizes.values())
    with contextlib.suppress(Exception):
        return int(model.count_params())
    with contextlib.suppress(Exception):
        return sum(int(part.numel()) for part in model.parameters())
    with contextlib.suppress(Exception):
        return int(model.coef_.size + getattr(model.intercept_, "size", 1))
    return None
