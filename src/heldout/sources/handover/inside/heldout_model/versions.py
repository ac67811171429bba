"""The versions that a model says it was saved with, read without loading it: most formats write down their own.

scikit-learn in its pickles, XGBoost in its files and in pickles (model files as JSON and UBJSON, "version" of three),
Keras in `metadata.json` of an archive and in an attribute of HDF5, TensorFlow in a SavedModel (`MetaInfoDef`, field 5),
MLflow in the requirements beside a model. LightGBM, CatBoost, PyTorch and ONNX write the version of a format, which
newer libraries read, and none of a library.
"""

from __future__ import annotations

import contextlib
import json
import re
import zipfile
from importlib import import_module
from pathlib import Path

_LOOKED_AT = 64_000_000
"""Bytes of a file in which a version is looked for; scikit-learn's stands in the first estimator."""
_VERSION = r"\d{1,2}\.\d{1,3}(?:\.\d{1,3})?"
_SKLEARN = re.compile(rb"_sklearn_version.{1,12}?(" + _VERSION.encode() + rb")", re.DOTALL)
_XGBOOST = (
    re.compile(rb'"version"\s*:\s*\[\s*(\d{1,2})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\]'),
    re.compile(rb"version\[#L\x00{7}\x03i(.)i(.)i(.)", re.DOTALL),
)
_SAVED_MODEL = re.compile(rb"\x2a[\x03-\x09](" + _VERSION.encode() + rb")\x32[\x01-\x7f](?:v\d|unknown)")
_PINNED = re.compile(r"^([A-Za-z][\w.-]*)==(" + _VERSION + r")\s*(?:;.*)?$", re.MULTILINE)
_TELLING = frozenset(
    {"scikit-learn", "xgboost", "lightgbm", "catboost", "tensorflow", "keras", "torch", "statsmodels", "prophet"}
)
_PACKED = (
    (b"x", "zlib", "decompressobj", ()),
    (b"\x1f\x8b", "zlib", "decompressobj", (31,)),
    (b"BZh", "bz2", "BZ2Decompressor", ()),
    (b"\xfd7zXZ", "lzma", "LZMADecompressor", ()),
)


def saved_with(path: str) -> dict[str, str]:
    """Library -> version; empty when the model tells none."""
    place = Path(path)
    found: dict[str, str] = {}
    with contextlib.suppress(Exception):  # cut off in the middle, or another format than it seems
        found = _of_folder(place) if place.is_dir() else _of_file(place)
    return found


def _of_folder(place: Path) -> dict[str, str]:
    listed, graph = place / "requirements.txt", place / "saved_model.pb"
    if (place / "MLmodel").is_file() and listed.is_file():
        pins = {name.lower().replace("_", "-"): version for name, version in _PINNED.findall(_text(listed))}
        return {name: version for name, version in pins.items() if name in _TELLING}
    if graph.is_file():
        told = _SAVED_MODEL.search(_start(graph))
        return {"tensorflow": told.group(1).decode("ascii")} if told else {}
    return {}


def _of_file(place: Path) -> dict[str, str]:
    content = _start(place)
    if content.startswith(b"\x89HDF"):
        with import_module("h5py").File(place, "r") as file:
            told = file.attrs.get("keras_version", "")
        return _keras(told.decode() if isinstance(told, bytes) else str(told))
    if content.startswith(b"PK") and zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive, archive.open("metadata.json") as member:
            return _keras(str(json.loads(member.read(1_000_000)).get("keras_version", "")))
    for sign, module, opener, arguments in _PACKED:
        if content.startswith(sign):
            content = getattr(import_module(module), opener)(*arguments).decompress(content, _LOOKED_AT)
    found = {}
    sklearn = _SKLEARN.search(content)
    if sklearn:
        found["scikit-learn"] = sklearn.group(1).decode("ascii")
    if b"learner" in content:
        plain, binary = (pattern.search(content) for pattern in _XGBOOST)
        if plain:
            found["xgboost"] = ".".join(str(int(part)) for part in plain.groups())
        elif binary:
            found["xgboost"] = ".".join(str(part[0]) for part in binary.groups())
    return found


def _keras(told: str) -> dict[str, str]:
    """Keras 2.4 to 2.15 came with the TensorFlow of the same two numbers, which surely reads what they saved."""
    version = re.match(r"(\d{1,2})\.(\d{1,3})(?:\.\d{1,3})?$", told)
    if version is None:
        return {}
    major, minor = int(version.group(1)), int(version.group(2))
    if major == 2 and 4 <= minor <= 15:
        return {"tensorflow": f"2.{minor}.0"}
    return {"keras": told}


def _start(place: Path) -> bytes:
    with place.open("rb") as file:
        return file.read(_LOOKED_AT)


def _text(place: Path) -> str:
    return _start(place).decode("utf-8", "replace")
