"""What is wrapped after which import."""

from __future__ import annotations

import contextlib
from typing import Any

from . import estimators, metrics, networks, seeds, splits

_SEEDS = {
    "random": ("seed", "random"),
    "numpy.random": ("seed", "numpy"),
    "torch.random": ("manual_seed", "torch"),
    "tensorflow.python.framework.random_seed": ("set_random_seed", "tensorflow"),
}


def after_import(name: str, module: Any) -> None:
    """Wrap what is to be wrapped of a module that was just read."""
    with contextlib.suppress(Exception):
        if name in _SEEDS:
            seeds.wrap(module, *_SEEDS[name])
            if name.startswith("tensorflow"):
                seeds.wrap(module, "set_seed", "tensorflow")
        elif name == "sklearn.base":
            estimators.wrap_base(module)
        elif name.startswith("sklearn.metrics."):
            metrics.wrap_module(module)
        elif name == "sklearn.model_selection._split":
            splits.wrap_module(module)
        elif name == "sklearn.model_selection._validation":
            metrics.wrap_validation(module)
        elif name == "catboost.core":
            estimators.wrap_classes_in(module)
        elif name in ("xgboost.training", "lightgbm.engine"):
            networks.wrap_train(module)
        else:
            networks.wrap_keras(module)
