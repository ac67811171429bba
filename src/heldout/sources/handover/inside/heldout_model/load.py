"""Which format a model file is of, told by its first bytes and its name, and how it is read."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import struct
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

_SIGNS = (
    (b"\x89HDF", "keras"),
    (b"CBM1", "catboost"),
    (b"tree\n", "lightgbm"),
    (b"tree\r\n", "lightgbm"),
    (b"{L\x00", "xgboost"),
    (b"binf", "xgboost"),
    # What joblib compressed, with each of the ways that it has.
    *((sign, "joblib") for sign in (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda", b"BZh", b"\xfd7zXZ", b"]\x00\x00")),
    (b"\x04\x22M\x18", "joblib"),
)
_SUFFIXES = {
    ".onnx": "onnx",
    ".safetensors": "safetensors",
    ".joblib": "joblib",
    **dict.fromkeys((".ubj", ".bst", ".xgb"), "xgboost"),
    **dict.fromkeys((".pt", ".pth", ".ckpt"), "torch"),
    **dict.fromkeys((".pkl", ".pickle", ".sav", ".dill"), "pickle"),
}
_FOLDERS = (
    ("MLmodel", "mlflow"),
    ("saved_model.pb", "savedmodel"),
    ("keras_metadata.pb", "savedmodel"),
    ("config.json", "transformers"),
)
_LARGEST_HEADER = 100_000_000


class CannotLoadError(Exception):
    """Why a model could not be loaded, in words."""


class Weights:
    """Numbers without the code that uses them: names and sizes of tensors."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes


def kind_of(path: str) -> str:
    """The format: joblib, pickle, torch, keras, onnx, xgboost, lightgbm, catboost, safetensors ... or other.

    Raises CannotLoadError for a file that holds no model whatever its format.
    """
    if Path(path).is_dir():
        inside = [kind for name, kind in _FOLDERS if (Path(path) / name).is_file()]
        return inside[0] if inside else "other"
    with Path(path).open("rb") as file:
        start = file.read(512)
    if start.startswith(b"version https://git-lfs"):
        raise CannotLoadError("it is only a pointer to a large file that was not delivered (Git LFS)")
    if not start:
        raise CannotLoadError("the file is empty")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inner = archive.namelist()
        pickled = any(entry.endswith("data.pkl") for entry in inner)
        return "torch" if pickled else "keras" if "config.json" in inner else "zip"
    suffix = os.path.splitext(path.lower())[1]  # noqa: PTH122
    if start[:1] == b"{" and b"learner" in start:
        return "xgboost"
    told = [kind for sign, kind in _SIGNS if start.startswith(sign)]
    if told:
        return told[0]
    return _SUFFIXES.get(suffix) or ("pickle" if start[:1] == b"\x80" else "other")


def load(path: str, kind: str) -> Any:
    """The model. Raises CannotLoadError with the reason in words; what the delivery's code raises passes through."""
    reader = {
        "joblib": _pickle,
        "pickle": _pickle,
        "torch": _torch,
        "keras": _keras,
        "savedmodel": _keras,
        "onnx": _onnx,
        "xgboost": _xgboost,
        "lightgbm": _lightgbm,
        "catboost": _catboost,
        "safetensors": _safetensors,
        "mlflow": _mlflow,
    }.get(kind)
    if reader is None:
        raise CannotLoadError("its format is none that is read here" + ("" if kind == "other" else f": {kind}"))
    return reader(path)


def needed(name: str, what: str) -> Any:
    """A library of the environment. Raises CannotLoadError when it is not there."""
    try:
        return import_module(name)
    except ImportError as error:
        raise CannotLoadError(f"{what} needs {name}, which cannot be imported: {error}") from error


def _pickle(path: str) -> Any:
    try:
        return _plain(path)
    except (ImportError, AttributeError, TypeError):
        # dill names some things as only dill knows them.
        if not _there("dill") or not _mentions(path, b"dill"):
            raise
        with open(path, "rb") as file:  # noqa: PTH123
            return import_module("dill").load(file)


def _mentions(path: str, word: bytes) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123
        return word in file.read(10_000_000)


def _plain(path: str) -> Any:
    # joblib reads plain pickles too, and a file that it wrote can begin like one.
    for name in ("joblib", "sklearn.externals.joblib"):
        try:
            joblib = import_module(name)
        except ImportError:
            continue
        return joblib.load(path)
    with open(path, "rb") as file:  # noqa: PTH123
        return pickle.load(file)  # noqa: S301 - inside, where everything is foreign


def _torch(path: str) -> Any:
    torch = needed("torch", "a PyTorch file")
    with contextlib.suppress(Exception):
        return torch.jit.load(path, map_location="cpu")  # fails for what is no script module
    try:
        told = torch.load(path, map_location="cpu", weights_only=False)
    except TypeError:
        told = torch.load(path, map_location="cpu")  # older than that argument
    inner = told
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(inner, dict) and key in inner:
            inner = inner[key]
    if isinstance(inner, dict) and inner and all(hasattr(value, "numel") for value in inner.values()):
        return Weights({str(name): int(value.numel()) for name, value in inner.items()})
    return inner


def _keras(path: str) -> Any:
    try:
        keras = import_module("tensorflow.keras")
    except ImportError:
        keras = needed("keras", "a Keras model")
    return keras.models.load_model(path, compile=False)


def _onnx(path: str) -> Any:
    runtime = needed("onnxruntime", "an ONNX model")
    return runtime.InferenceSession(path, providers=["CPUExecutionProvider"])


def _xgboost(path: str) -> Any:
    booster = needed("xgboost", "an XGBoost model").Booster()
    booster.load_model(path)
    return booster


def _lightgbm(path: str) -> Any:
    return needed("lightgbm", "a LightGBM model").Booster(model_file=path)


def _catboost(path: str) -> Any:
    catboost = needed("catboost", "a CatBoost model")
    model = catboost.CatBoost()
    model.load_model(path)
    # The file does not say of which class it was; what it was trained for does.
    loss = str(model.get_all_params().get("loss_function", ""))
    if loss.split(":", maxsplit=1)[0] not in ("Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll"):
        return model
    model = catboost.CatBoostClassifier()
    model.load_model(path)
    return model


def _safetensors(path: str) -> Weights:
    with open(path, "rb") as file:  # noqa: PTH123
        size = struct.unpack("<Q", file.read(8))[0]
        if size > _LARGEST_HEADER:
            raise CannotLoadError("its header is too large to be one of safetensors")
        header = json.loads(file.read(size))
    sizes = {}
    for name, entry in header.items():
        if name != "__metadata__":
            count = 1
            for side in entry["shape"]:
                count *= int(side)
            sizes[name] = count
    return Weights(sizes)


def _mlflow(path: str) -> Any:
    if "mlflow" in sys.modules or _there("mlflow"):
        return import_module("mlflow.pyfunc").load_model(path)
    for name in ("model.pkl", "python_model.pkl", "model.joblib"):
        if (Path(path) / name).is_file():
            return _pickle(str(Path(path) / name))
    raise CannotLoadError("an MLflow model needs mlflow, which the environment does not have")


def _there(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None
