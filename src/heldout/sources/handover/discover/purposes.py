"""For what a command is there: by its runner, its name, and what its code does."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Set as AbstractSet

from heldout.sources.handover.discover.code.traits import Trait
from heldout.sources.handover.plan import Purpose

_SERVERS = re.compile(r"streamlit|uvicorn|gunicorn|hypercorn|flask|fastapi|gradio|bentoml|waitress-serve|django-admin")
_TESTERS = re.compile(r"pytest|py\.test|tox|nox|unittest|nosetests|coverage|behave")
_BY_WORD: tuple[tuple[Purpose, re.Pattern[str]], ...] = (
    ("test", re.compile(r"(^|[_\W])(unit)?tests?([_\W]|$)|^test_|_test$", re.IGNORECASE)),
    (
        "serve",
        re.compile(r"serv(e|er|ing)\b|(^|[_\W])(app|api|webapp|dashboard|gui|demo|deploy)([_\W]|$)", re.IGNORECASE),
    ),
    ("evaluate", re.compile(r"eval(uat|\b|_)|(^|_)score|benchmark|backtest|validat|metric|confusion", re.IGNORECASE)),
    (
        "train",
        re.compile(
            r"train|(^|_)fit(_|$)|fine_?tun|entrena|treina|egit|(^|_)model(l?ing|os|s)?(_|$)|learn", re.IGNORECASE
        ),
    ),
    (
        "predict",
        re.compile(
            r"predict|infer(?!no)|forecast|(^|_)score_new|pronostic|classify|detect|generate_submission|submission",
            re.IGNORECASE,
        ),
    ),
    (
        "prepare",
        re.compile(
            r"prep|clean|feature|download|fetch|split|make_dataset|(^|_)(data|etl|ingest|load|raw|dataset|extract|transform)(_|$)|load_data|get_data|generate_data|synth|process|augment|tokeni[sz]e|build_features|ingest",
            re.IGNORECASE,
        ),
    ),
)


def by_runner(words: tuple[str, ...]) -> Purpose | None:
    """What the program that is started says by itself."""
    if not words:
        return None
    name = posixpath.basename(words[0])
    rest = words[1:]
    if re.fullmatch(r"python[\d.]*|py", name) and len(words) > 2 and words[1] == "-m":
        name, rest = words[2].partition(".")[0], words[3:]
    if _TESTERS.fullmatch(name):
        return "test"
    if _SERVERS.fullmatch(name) or (name == "mlflow" and rest[:2] == ("models", "serve")):
        return "serve"
    if name in ("papermill", "jupyter-nbconvert") or (
        name == "jupyter" and rest[:1] and rest[0] in ("nbconvert", "execute", "run", "notebook")
    ):
        return "notebook"
    if name.startswith("python") and "manage.py" in rest[:1] and "runserver" in rest:
        return "serve"
    if name in ("kedro", "mlflow", "snakemake", "dvc"):
        return "train"
    return None


def by_word(name: str) -> Purpose | None:
    """What a name suggests: of a stage, a target, a script."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("-", "_").replace(" ", "_")
    return next((purpose for purpose, pattern in _BY_WORD if pattern.search(plain)), None)


def by_code(traits: AbstractSet[Trait], name: str) -> Purpose | None:
    """What the code does; where it does several things, the name decides between them."""
    named = by_word(name)
    if "window" in traits and "serve" not in traits and named != "train":
        return "other"
    if "serve" in traits and named not in ("train", "evaluate", "prepare"):
        return "serve"
    if "fit" in traits:
        return _fitting(traits, named)
    if "score" in traits and named not in ("predict", "train", "prepare", "test"):
        return "evaluate"
    if "predict" in traits:
        return named if named in ("evaluate", "test") else "predict"
    if named is not None:
        return named
    return "prepare" if {"table_out", "download", "split"} & traits else None


def _fitting(traits: AbstractSet[Trait], named: Purpose | None) -> Purpose:
    """Code that fits something: a training, unless its name says otherwise and it could as well fit a scaler."""
    if named in ("evaluate", "test"):
        return named
    if named == "prepare" and not {"score", "predict"} & traits:
        return "prepare"
    if named == "predict" and "load" in traits:
        return "predict"
    return "train"
