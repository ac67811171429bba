"""Trained models that were delivered, and those that the code loads but that are absent."""

from __future__ import annotations

from collections.abc import Iterable

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.study import Study
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Model

FORMATS = {
    ".joblib": "joblib",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".pk": "pickle",
    ".sav": "pickle",
    ".dill": "pickle",
    ".pt": "torch",
    ".pth": "torch",
    ".ckpt": "torch",
    ".h5": "keras",
    ".hdf5": "keras",
    ".keras": "keras",
    ".onnx": "onnx",
    ".ubj": "xgboost",
    ".xgb": "xgboost",
    ".cbm": "catboost",
    ".safetensors": "safetensors",
    ".tflite": "other",
    ".mlmodel": "other",
    ".pmml": "other",
    ".pb": "savedmodel",
    ".gguf": "other",
}
"""Suffix -> format of the plan."""

_MOST = 40


def find_models(view: View, studies: Iterable[Study]) -> tuple[Model, ...]:
    """The shipped models by their suffix."""
    found = [
        Model(path=entry.path, format=FORMATS[entry.suffix], locations=(Location(path=entry.path),))
        for entry in view.files
        if entry.suffix in FORMATS and not entry.symlink
    ]
    return tuple(found[:_MOST])
