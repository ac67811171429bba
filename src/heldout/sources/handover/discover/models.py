"""Trained models that were delivered, and those that the code loads but that are absent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.seen import matches
from heldout.sources.handover.discover.documents import documents
from heldout.sources.handover.discover.drafts import Draft
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

_ALGORITHMS = {
    "LogisticRegression": r"logistic[ -]?regression|regresi[oó]n log[ií]stica",
    "LinearRegression": r"linear[ -]?regression|regresi[oó]n lineal",
    "Ridge": r"ridge(cv)?\b",
    "Lasso": r"lasso(cv)?\b",
    "ElasticNet": r"elastic[ -]?net(cv)?",
    "RandomForest": r"random[ -]?forest",
    "ExtraTrees": r"extra[ -]?trees?",
    "GradientBoosting": r"(?<!extreme )gradient[ -]?boosting(?! machine)",
    "HistGradientBoosting": r"hist[ -]?gradient[ -]?boosting",
    "XGB": r"xg[ -]?boost|\bxgb",
    "LGBM": r"light[ -]?gbm|\blgbm",
    "CatBoost": r"cat[ -]?boost",
    "AdaBoost": r"ada[ -]?boost",
    "DecisionTree": r"decision[ -]?tree",
    "KNeighbors": r"k[ -]?nearest|\bknn\b|kneighbors",
    "SVC": r"\bsvm\b|\bsvc\b|support[ -]vector",
    "NaiveBayes": r"naive[ -]?bayes|gaussiannb|multinomialnb",
    "MLP": r"\bmlp\b|multi[ -]?layer perceptron",
    "Prophet": r"\bprophet\b",
    "ARIMA": r"\bs?arimax?\b",
    "LSTM": r"\blstm\b",
    "CNN": r"\bcnn\b|convolutional",
    "ResNet": r"resnet",
    "BERT": r"\bbert\b",
    "RoBERTa": r"roberta",
    "KMeans": r"k[ -]?means",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _ALGORITHMS.items()}
_BEST = re.compile(
    r"(best|final|selected|chosen|deployed|served|production|winning|mejor|final)[^|\n]{0,40}?(model|modelo|classifier|"
    r"algorithm|estimator|mod[eè]le)|(model|modelo|algorithm|estimator)\s*(type|used|architecture)?\s*(\*\*)?\s*[:=]",
    re.IGNORECASE,
)
_MOST = 40
_LIKE_A_MODEL = re.compile(
    r"model|clf|classif|regress|forest|tree|svm|svc|knn|xgb|lgbm|cat_?boost|estimator|scaler|encoder|vectori|pipeline|predictor",
    re.IGNORECASE,
)
_DATA_FOLDER = re.compile(r"(^|/)(data|datasets?|raw|processed)(/|$)", re.IGNORECASE)


def find_models(view: View, drafts: Sequence[Draft]) -> tuple[Model, ...]:
    """The delivered models, by their suffix or because the code loads or saves them as such; then the absent ones."""
    places: dict[str, list[Location]] = {}
    for draft in drafts:
        for touch in (*draft.study.reads, *draft.study.writes):
            if touch.kind == "model":
                places.setdefault(touch.path, []).append(touch.location)
    _handed_on(drafts, places)
    for path in [one for one in places if _DATA_FOLDER.search(one) and not _LIKE_A_MODEL.search(one)]:
        del places[path]  # tables that were pickled
    present = [
        entry.path
        for entry in view.files
        if not entry.symlink
        and (
            (entry.suffix in FORMATS and (not _DATA_FOLDER.search(entry.path) or _LIKE_A_MODEL.search(entry.name)))
            or any(matches(pattern, entry.path) for pattern in places)
        )
    ]
    read = {touch.path for d in drafts for touch in d.study.reads}
    absent = [
        path for path in places if "*" not in path and path in read and not view.exists(path) and path not in present
    ]
    folders = [path for path in places if path in view.folders and path in read]
    lines = _telling_lines(view)
    found = [_model(path, True, places, lines) for path in dict.fromkeys([*present, *folders])]
    return (*found[:_MOST], *(_model(path, False, places, lines) for path in absent[:_MOST]))


def _handed_on(drafts: Sequence[Draft], places: dict[str, list[Location]]) -> None:
    """A file that a training writes and a prediction reads is a model, whatever its suffix."""
    read = {
        touch.path: touch.location
        for draft in drafts
        if draft.purpose in ("predict", "serve") and "load" in draft.study.traits
        for touch in draft.study.reads
        if touch.kind == "other"
    }
    for draft in drafts:
        for touch in draft.study.writes if draft.purpose == "train" else ():
            if touch.path in read and touch.path not in places:
                places[touch.path] = [touch.location, read[touch.path]]


def _model(path: str, present: bool, places: dict[str, list[Location]], lines: list[tuple[str, str]]) -> Model:
    where = [place for pattern, found in places.items() if matches(pattern, path) for place in found]
    suffix = f".{path.rpartition('/')[2].rpartition('.')[2].lower()}"
    documented, place = _documented(path, lines)
    return Model(
        path=path,
        format=FORMATS.get(suffix, "other"),
        present=present,
        documented=documented,
        locations=tuple(dict.fromkeys([*where[:4], *([place] if place else [])])) or (Location(path=path),),
    )


def _telling_lines(view: View) -> list[tuple[str, str]]:
    """`path:line` and text of the documents' lines that say which model is the one."""
    found: list[tuple[str, str]] = []
    for document in documents(view):
        for number, line in enumerate(view.lines(document)[:3_000], start=1):
            found.append((f"{document}:{number}", line[:600]))
    return found


def _documented(path: str, lines: list[tuple[str, str]]) -> tuple[str, Location | None]:
    """The class of model that the documents name: beside the file's name, else as the best or final one."""
    name = path.rpartition("/")[2]
    for beside in (True, False):
        for place, text in lines:
            if name in text if beside else _BEST.search(text):
                kinds = [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
                if len(kinds) == 1:
                    document, _, line = place.rpartition(":")
                    return kinds[0], Location(path=document, line=int(line))
    return "", None
