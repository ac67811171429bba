"""The report on a model."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import re
import sys
import time
import traceback
import types
import warnings
from pathlib import Path
from typing import Any

from . import ask, describe
from .load import CannotLoadError, Weights, kind_of, load
from .versions import saved_with


def from_command_line(arguments: list[str]) -> int:
    """Load, describe, predict, compare; 0 when the model was loaded."""
    parser = argparse.ArgumentParser(prog="model.py")
    parser.add_argument("file")
    for name in ("rows", "target", "against", "predictions", "out"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--path", action="append", default=[])
    told = parser.parse_args(arguments)
    for folder in (".", "src", *told.path):
        sys.path.insert(0, str(Path(folder).absolute()))
    report, answers, table = _one(told.file, told)
    if told.against:
        other, others, _ = _one(told.against, told, table)
        report["against"] = other
        if answers is not None and others is not None:
            report["compared"] = ask.compared(answers, others)
    text = json.dumps(report, default=str)
    if told.out:
        Path(told.out).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")
    return 0 if report["loaded"] else 1


def _one(path: str, told: Any, table: Any = None) -> tuple[dict[str, Any], Any, Any]:
    report: dict[str, Any] = {"version": 1, "path": path, "format": "", "loaded": False, "why": "", "warnings": []}
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model = _loaded(path, report)
    report["warnings"] = list(dict.fromkeys(f"{one.category.__name__}: {one.message}"[:400] for one in heard))[:10]
    if not report["loaded"]:
        return report, None, table
    with contextlib.suppress(Exception):
        _described(model, report)
    answers = None
    if told.rows:
        answers, table = _asked(model, report, told, table)
    return report, answers, table


def _loaded(path: str, report: dict[str, Any]) -> Any:
    try:
        file = Path(path)
        if file.is_file():
            report["bytes"] = file.stat().st_size
            report["sha256"] = _digest(file)
        report["format"] = kind_of(path)
        report["saved_with"] = saved_with(path)
        model = _with_lost_classes(path, report["format"])
    except CannotLoadError as error:
        report["why"] = str(error)
    except FileNotFoundError as error:
        report["why"] = f"it is not there: {error}"
    except BaseException as error:  # noqa: BLE001 - whatever loading raises is the reason that it cannot be loaded
        report["why"] = _why(error)
        report["error"] = {"name": type(error).__name__, "message": str(error)[:1000], "trace": _trace(error)}
    else:
        report["loaded"] = True
        return model
    return None


def _with_lost_classes(path: str, kind: str) -> Any:
    """Load; a class that was pickled out of a script (`__main__`) is looked for in the delivery's own modules."""
    main: Any = sys.modules["__main__"]
    for _ in range(20):
        try:
            return load(path, kind)
        except AttributeError as error:
            lost = re.search(r"attribute '(\w+)' on <module '__main__'", str(error))
            name = lost.group(1) if lost else ""
            found = _defined(name) if name else None
            if found is None:
                raise
            setattr(main, name, found)
    return load(path, kind)


def _defined(name: str) -> Any:
    """A class or function of this name from a file of the delivery, read as a module and not as a program."""
    for file in sorted(Path().rglob("*.py"))[:2000]:
        with contextlib.suppress(Exception):
            text = file.read_text(encoding="utf-8")
            if f"class {name}" in text or f"def {name}(" in text:
                module = types.ModuleType(".".join(file.with_suffix("").parts))
                module.__file__ = str(file)
                exec(compile(text, str(file), "exec"), module.__dict__)  # noqa: S102
                return module.__dict__[name]
    return None


def _why(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        if "." in str(error.name) and str(error.name).partition(".")[0] in sys.modules:
            return f"it was saved with other versions of its libraries: these have no {error.name}"
        return f"it needs the module {error.name}, which is neither in the environment nor in the delivery"
    text = " ".join(str(error).split())[:300]
    if isinstance(error, AttributeError) and "__main__" in text:
        return f"it was saved from a script whose own class is not to be found: {text}"
    if isinstance(error, (AttributeError, ImportError)):
        return f"it was saved with other versions of its libraries: {text}"
    return f"{type(error).__name__}: {text}"


def _described(model: Any, report: dict[str, Any]) -> None:
    name, part = describe.predictor(model)
    inner = part if part is not None else model
    report["class"] = "" if isinstance(model, Weights) else describe.class_of(inner)
    report["kind"] = "weights" if isinstance(model, Weights) else "model" if part is not None else "other"
    report["part"] = name
    report["parts"] = {key: describe.class_of(value) for key, value in describe.parts(model).items()}
    report["names"] = describe.names_of(inner)
    report["text"] = describe.wants_text(inner)
    report["columns"] = 1 if report["text"] else len(report["names"]) or describe.count_of(inner)
    report["classes"] = describe.classes_of(inner)
    report["parameters"] = describe.parameters_of(inner)
    report["handles"] = describe.handles_of(inner)
    report["numbers"] = describe.size_of(inner)


def _asked(model: Any, report: dict[str, Any], told: Any, table: Any) -> tuple[Any, Any]:
    _, part = describe.predictor(model)
    asked: dict[str, Any] = {"rows": 0, "why": ""}
    report["predicted"] = asked
    if part is None:
        asked["why"] = "it holds only weights; the code of the network is needed to use them"
        if not isinstance(model, Weights):
            asked["why"] = f"it is a {describe.class_of(model)}, which predicts nothing"
        return None, table
    try:
        table = table or ask.Table(told.rows, told.limit, told.target)
        given, names, how = ask.inputs(part, table)
        began = time.perf_counter()
        answers = ask.answers(part, given)
        asked.update(rows=len(answers.values), columns=names[:500], how=how, sha256=answers.digest)
        asked["seconds"] = round(time.perf_counter() - began, 4)
        asked["first"] = answers.lines()[:5]
        if told.predictions and "against" not in report and report["path"] == told.file:
            Path(told.predictions).write_text("\n".join(answers.lines()) + "\n", encoding="utf-8")
    except ask.CannotAskError as error:
        asked["why"] = str(error)
    except BaseException as error:  # noqa: BLE001 - whatever predicting raises is the reason that it cannot predict
        asked["why"] = f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"
        asked["trace"] = _trace(error)
    else:
        return answers, table
    return None, table


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-4000:]


def _digest(file: Path) -> str:
    told = hashlib.sha256()
    with file.open("rb") as opened:
        for part in iter(lambda: opened.read(1 << 20), b""):
            told.update(part)
    return told.hexdigest()
