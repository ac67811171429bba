"""Predicting for the rows of a CSV file: the columns that a model wants, its answers, and what they come to."""

from __future__ import annotations

import contextlib
import csv
import hashlib
from importlib import import_module
from typing import Any

from . import describe

_TEXT_NAMES = ("text", "message", "content", "review", "comment", "body", "sentence", "sms", "tweet", "document")


class CannotAskError(Exception):
    """Why a model cannot be asked for these rows, in words."""


class Table:
    """The rows, as a DataFrame where pandas is there and as lists else."""

    def __init__(self, path: str, limit: int, target: str) -> None:
        self.frame: Any = None
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:  # noqa: PTH123
            start = file.read(65_536)
            file.seek(0)
            first = start.split("\n")[0]
            self.mark = max(",;\t|", key=first.count)
            reader = csv.reader(file, delimiter=self.mark)
            self.names = [name.strip() for name in next(reader, [])]
            self.rows = [row for row, _ in zip((row for row in reader if row), range(limit))]
        if not self.names or not self.rows:
            raise CannotAskError(f"{path} holds no rows")
        with contextlib.suppress(ImportError):
            pandas = import_module("pandas")
            self.frame = pandas.read_csv(path, sep=self.mark, nrows=limit, skipinitialspace=True)
            self.frame.columns = [str(name).strip() for name in self.frame.columns]
        if target in self.names:
            self.names.remove(target)
            if self.frame is not None:
                self.frame = self.frame.drop(columns=[target])
            else:
                raise CannotAskError("leaving out the answer needs pandas, which the environment does not have")

    def chosen(self, names: list[str]) -> Any:
        """These columns, in this order."""
        if self.frame is not None:
            return self.frame[names]
        places = [self.names.index(name) for name in names]
        return [[_number(row[place]) for place in places] for row in self.rows]


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def inputs(model: Any, table: Table) -> tuple[Any, list[str], str]:
    """(what the model is given, names of the columns, how they were chosen). Raises CannotAskError with the reason."""
    if describe.wants_text(model):
        name = _text_column(table)
        values = table.frame[name].astype(str) if table.frame is not None else [str(row[0]) for row in table.rows]
        return list(values), [name], "the column of texts"
    wanted = describe.names_of(model)
    if wanted:
        return _by_name(wanted, table)
    count = describe.count_of(model)
    if count is None:
        return table.chosen(table.names), table.names, "all, in their order: it does not say what it wants"
    if count != len(table.names):
        raise CannotAskError(f"it wants {count} columns and does not name them; the rows have {len(table.names)}")
    return table.chosen(table.names), table.names, f"all {count}, in their order: it names none"


def _by_name(wanted: list[str], table: Table) -> tuple[Any, list[str], str]:
    if all(name in table.names for name in wanted):
        return table.chosen(wanted), wanted, "by name"
    loose = {_plain(name): name for name in table.names}
    missing = [name for name in wanted if _plain(name) not in loose]
    if missing:
        shown = ", ".join(missing[:8]) + (" ..." if len(missing) > 8 else "")
        raise CannotAskError(
            f"{len(missing)} of the {len(wanted)} columns that it wants are not in the rows: {shown}; "
            "what turns these rows into those columns is not part of the model"
        )
    chosen = table.chosen([loose[_plain(name)] for name in wanted])
    if table.frame is not None:
        chosen = chosen.copy()
        chosen.columns = wanted
    return chosen, wanted, "by name, letter case and blanks aside"


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _text_column(table: Table) -> str:
    for name in table.names:
        if name.lower() in _TEXT_NAMES:
            return name
    lengths = dict.fromkeys(table.names, 0)
    for row in table.rows[:200]:
        for name, value in zip(table.names, row):
            lengths[name] += len(value)
    return max(lengths, key=lambda name: lengths[name])


class Answers:
    """Predictions: one value a row, and chances of the classes where the model gives them."""

    def __init__(self, values: list[Any], chances: list[list[float]] | None) -> None:
        self.values = values
        self.chances = chances

    def lines(self) -> list[str]:
        """One line a row, every digit of every number."""
        told = []
        for index, value in enumerate(self.values):
            more = self.chances[index] if self.chances is not None else []
            told.append(",".join([_text(value), *map(repr, more)]))
        return told

    @property
    def digest(self) -> str:
        """SHA-256 over the lines."""
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return " ".join(_text(part) for part in value[:50])
    return str(value).replace("\n", " ").replace(",", " ")


def answers(model: Any, given: Any) -> Answers:
    """Ask the model. What it raises passes through."""
    kind = f"{type(model).__module__}.{type(model).__name__}"
    if kind.startswith("xgboost.") and kind.endswith(".Booster"):
        raw = model.predict(import_module("xgboost").DMatrix(given))
    elif kind.startswith("onnxruntime"):
        raw = _onnx(model, given)
    elif hasattr(model, "forward") and not hasattr(model, "predict"):
        raw = _torch(model, given)
    elif _is_network(model):
        raw = model.predict(_array(given, "float32"), verbose=0)
    else:
        raw = model.predict(given)
    chances = None
    with contextlib.suppress(Exception):
        if hasattr(model, "predict_proba"):
            chances = [[float(part) for part in row] for row in _listed(model.predict_proba(given))]
    values = _listed(raw)
    values = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in values]
    return Answers(values, chances)


def _is_network(model: Any) -> bool:
    return any(cls.__module__.split(".")[0] in ("keras", "tensorflow") for cls in type(model).__mro__)


def _array(given: Any, kind: str) -> Any:
    numpy = import_module("numpy")
    return numpy.asarray(given.values if hasattr(given, "values") else given, dtype=kind)


def _torch(model: Any, given: Any) -> Any:
    torch = import_module("torch")
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(_array(given, "float32"))).numpy()


def _onnx(session: Any, given: Any) -> Any:
    wanted = session.get_inputs()
    if len(wanted) == 1:
        kind = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(int64)": "int64"}.get(wanted[0].type)
        if kind is None:
            raise CannotAskError(f"its input is of the type {wanted[0].type}, which is not made of a table here")
        return session.run(None, {wanted[0].name: _array(given, kind)})[0]
    numpy = import_module("numpy")
    fed = {}
    for one in wanted:
        values = numpy.asarray(given[one.name]).reshape(-1, 1)
        fed[one.name] = (
            values.astype(str) if "string" in one.type else values.astype("int64" if "int64" in one.type else "float32")
        )
    return session.run(None, fed)[0]


def _listed(raw: Any) -> list[Any]:
    if hasattr(raw, "values") and not callable(raw.values):
        raw = raw.values
    return list(raw.tolist()) if hasattr(raw, "tolist") else list(raw)


def compared(one: Answers, other: Answers) -> dict[str, Any]:
    """How far two models' answers for the same rows are apart."""
    count = min(len(one.values), len(other.values))
    equal = sum(1 for index in range(count) if _same(one.values[index], other.values[index]))
    told: dict[str, Any] = {"rows": count, "equal": equal}
    pairs: Any = None
    if one.chances is not None and other.chances is not None:
        told["how"] = "chances"
        pairs = [(a, b) for x, y in zip(one.chances, other.chances) for a, b in zip(x, y)]
        if one.chances and other.chances and len(one.chances[0]) != len(other.chances[0]):
            pairs = None
            told["how"] = "classes differ"
    elif all(isinstance(value, (int, float)) for value in one.values + other.values):
        told["how"] = "values"
        pairs = list(zip(one.values, other.values))
    else:
        told["how"] = "answers"
    if pairs:
        told["max_difference"] = max(abs(float(a) - float(b)) for a, b in pairs)
        told["largest"] = max(abs(float(a)) for a, _ in pairs)
    return told


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - not-a-number equals itself here
