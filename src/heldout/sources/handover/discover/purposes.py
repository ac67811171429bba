"""For what a command is there: by its runner, its name, and what its code does."""

from __future__ import annotations

import posixpath
import re

from heldout.sources.handover.discover.code.study import Study
from heldout.sources.handover.plan import Purpose

_SERVERS = re.compile(r"streamlit|uvicorn|gunicorn|hypercorn|flask|fastapi|gradio|bentoml|waitress-serve|django-admin")
_TESTERS = re.compile(r"pytest|py\.test|tox|nox|unittest|nosetests|coverage|behave")
_BY_WORD: tuple[tuple[Purpose, str], ...] = (
    ("test", r"^(unit_?|run_?)?tests?$|^test_|_tests?$|^ci$|^check$"),
    ("train", r"train(?!_?test_?split|ing_?data|_?data)|(^|_)fit(_|$)|fine_?tun|finetun|entrena|treina|egitim|learn"),
    ("evaluate", r"eval(uat|\b|_)|(^|_)scor(e|ing)|benchmark|backtest|validat|metric|confusion|compar"),
    ("serve", r"serv(e|er|ing)\b|(^|_)(app|api|webapp|dashboard|gui|demo|web|frontend|backend)(_|$)"),
    ("predict", r"predict|infer(?!no)|forecast|pronostic|classify|detect|submission|recommend"),
    (
        "prepare",
        r"prep|clean|feature|featuri[sz]|download|fetch|split|make_?dataset|(^|_)(data|etl|ingest|load|raw|dataset|extract|transform|"
        r"convert|merge|eda)(_|$)|load_data|get_data|generate_data|synth|process|augment|tokeni[sz]e|ingest",
    ),
    ("train", r"(^|_)model(l?ing|s)?(_|$)|regress|classif|(^|_)(main|pipeline|run|experiment)(_|$)"),
)
_PATTERNS = tuple((purpose, re.compile(pattern, re.IGNORECASE)) for purpose, pattern in _BY_WORD)
_SURE = len(_PATTERNS) - 1
"""The last row suggests only a little: it counts where nothing else tells."""


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
    if name in ("papermill", "jupyter-nbconvert"):
        return "notebook"
    if name == "jupyter" and rest[:1] and rest[0] in ("nbconvert", "execute", "run", "notebook"):
        return "notebook"
    if name.startswith("python") and "manage.py" in rest[:1]:
        return "serve" if "runserver" in rest else "other"
    return "train" if name in ("kedro", "mlflow", "snakemake", "dvc") else None


def by_word(name: str, *, sure: bool = False) -> Purpose | None:
    """What a name suggests: of a stage, a target, a script; with `sure`, only where it says it plainly."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:120]).replace("-", "_").replace(" ", "_")
    patterns = _PATTERNS[:_SURE] if sure else _PATTERNS
    return next((purpose for purpose, pattern in patterns if pattern.search(plain)), None)


def by_code(study: Study, name: str) -> Purpose | None:
    """What the code does; where it does several things, the name decides between them."""
    traits = study.traits
    named = by_word(name, sure=True)
    if "window" in traits and named != "train":
        return "other"
    if "client" in traits and not {"fit", "serve"} & traits:
        return "other"  # it asks a service, which must be up
    learning = {"fit", "score", "predict"} & traits
    if "serve" in traits and (named not in ("train", "evaluate", "prepare") or not learning):
        return "serve"
    if named == "serve":
        named = None  # a name alone serves nothing
    if "fit" in traits:
        return _fitting(study, named)
    if "score" in traits and named not in ("predict", "train", "prepare"):
        return "evaluate"
    if "predict" in traits:
        return named if named in ("evaluate", "train") else "evaluate" if named == "test" else "predict"
    if {"table_out", "download", "split"} & traits and named not in ("serve", "test"):
        return "prepare"
    return named if traits and named != "train" else None


def _fitting(study: Study, named: Purpose | None) -> Purpose:
    """Code that fits something: a training, unless its name says otherwise and it keeps no model."""
    keeps = any(touch.kind == "model" for touch in study.writes)
    made = {touch.path for touch in study.writes}
    loads = any(touch.kind == "model" and touch.path not in made for touch in study.reads)
    if named == "prepare" and not {"score", "predict"} & study.traits:
        return "prepare"
    if named in ("evaluate", "test") and (loads or not keeps):
        return "evaluate" if loads else "train" if named == "test" else "evaluate"
    if named == "predict" and loads:
        return "predict"
    return "train"
