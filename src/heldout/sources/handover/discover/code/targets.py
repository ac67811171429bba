"""Which column is the answer: `y = df["price"]`, `X = df.drop(columns=["price"])`, `target="price"`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import expressions
from heldout.sources.handover.discover.code.values import texts

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.frames import Frame
    from heldout.sources.handover.discover.code.machine import Machine

_ANSWER = re.compile(r"(^|_)(y|target|label|labels|targets|outcome)(_|$|\d)", re.IGNORECASE)
_INPUTS = re.compile(r"(^|_)(x|features|inputs|predictors)(_|$|\d)", re.IGNORECASE)
_TARGET_NAMES = """
target_col target_column target_name target_variable label_col label_column label_name y_col y_column
dependent_variable outcome_col target_feature
"""
TARGET_WORDS = frozenset(_TARGET_NAMES.split())
"""Names of arguments and settings that hold the name of the answer's column."""
_NAME = 120


def note_target(machine: Machine, frame: Frame, target: ast.expr, value: ast.expr) -> None:
    """Note the column that an assignment to `y`, or the dropping of it from `X`, names."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            note_target(machine, frame, one, part)
        return
    name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
    if name.isupper() and name.lower() in TARGET_WORDS | {"target", "label"}:
        _note(machine, frame, value, expressions.evaluate(machine, frame, value))
    elif _ANSWER.search(name):
        column = _column(value)
        if column is not None:
            _note(machine, frame, value, _of_column(machine, frame, column))
    elif _INPUTS.search(name):
        dropped = _dropped(value)
        if dropped is not None:
            _note(machine, frame, value, expressions.evaluate(machine, frame, dropped), only=True)


def _of_column(machine: Machine, frame: Frame, column: ast.expr | str) -> Any:
    return column if isinstance(column, str) else expressions.evaluate(machine, frame, column)


def _note(machine: Machine, frame: Frame, node: ast.AST, value: Any, *, only: bool = False) -> None:
    if isinstance(value, list | tuple):
        if only and len(value) != 1:
            return
        value = value[0] if len(value) == 1 else None
    for text in texts(value):
        if 0 < len(text) <= _NAME and text.isprintable() and "/" not in text:
            machine.seen.targets.setdefault(text, machine.place(frame, node))


def _column(value: ast.expr) -> ast.expr | str | None:
    """The index of the innermost `df[...]` of an expression such as `np.log1p(df["y"]).astype(int)`."""
    for _ in range(8):
        inner = _within(value)
        if inner is None:
            break
        value = inner
    if isinstance(value, ast.Subscript):
        return _index(value)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.args:
        return value.args[0] if value.func.attr in ("pop", "get") else None
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        return value.attr if value.value.id in _TABLES else None
    return None


_TABLES = frozenset({"df", "data", "train", "dataset", "train_df"})


def _within(value: ast.expr) -> ast.expr | None:
    """The part of an expression that holds the column, one layer down; None when there is none."""
    if isinstance(value, ast.Subscript):
        return value.value if isinstance(value.value, ast.Subscript) else None
    if isinstance(value, ast.Attribute):
        return value.value if value.attr in ("values", "T") else None
    if not isinstance(value, ast.Call):
        return None
    if isinstance(value.func, ast.Attribute):
        if value.func.attr in ("pop", "get") and value.args:
            return None
        if not value.args or isinstance(value.func.value, ast.Subscript | ast.Call):
            return value.func.value
    return value.args[0] if value.args else None


def _index(value: ast.Subscript) -> ast.expr | None:
    """The column of `df[column]` and `df.loc[rows, column]`."""
    owner = value.value
    if isinstance(owner, ast.Attribute) and owner.attr in ("iloc", "values"):
        return None
    if isinstance(owner, ast.Attribute) and owner.attr == "loc":
        return value.slice.elts[-1] if isinstance(value.slice, ast.Tuple) and value.slice.elts else None
    return None if isinstance(value.slice, ast.Slice | ast.Compare) else value.slice


def _dropped(value: ast.expr) -> ast.expr | None:
    """What `df.drop(...)` takes away."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "drop"):
        return None
    for keyword in value.keywords:
        if keyword.arg in ("columns", "labels"):
            return keyword.value
    return value.args[0] if value.args else None
