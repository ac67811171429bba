"""What operators come to: sums of texts, paths joined by `/`, comparisons, and whether a value counts as true."""

from __future__ import annotations

import ast
from typing import Any

from heldout.sources.handover.discover.code import strings
from heldout.sources.handover.discover.code.values import (
    HOLE,
    UNKNOWN,
    Choice,
    Class,
    Function,
    Instance,
    concatenated,
    join_paths,
    lift,
    texts,
)

_ITEMS = 200


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None when that is not known."""
    if isinstance(value, str) and HOLE in value:
        return True if value.replace(HOLE, "") else None
    if value is None or isinstance(value, bool | int | float | str | list | tuple | dict):
        return bool(value)
    return True if isinstance(value, Function | Class | Instance | Choice) else None


def iterated(value: Any) -> list[Any] | None:
    """The items of a value that is walked through; None when they are not known."""
    if isinstance(value, dict):
        return list(value)[:_ITEMS]
    if isinstance(value, list | tuple):
        return list(value)[:_ITEMS] or None
    return None


def binary(op: ast.operator, a: Any, b: Any) -> Any:
    """What two values come to: sums of texts, lists and numbers, paths joined by `/`, texts filled by `%`."""
    if isinstance(op, ast.Div) and (texts(a) or texts(b)):
        return join_paths(a, b)
    if isinstance(op, ast.Add):
        if texts(a) or texts(b):
            return concatenated(a, b)
        if isinstance(a, list) and isinstance(b, list):
            return [*a, *b][:_ITEMS]
    if isinstance(op, ast.Mod) and texts(a):
        return lift(strings.percent, a, b)
    if isinstance(op, ast.BitOr) and isinstance(a, dict) and isinstance(b, dict):
        return {**a, **b}
    return _number(op, a, b)


def _number(op: ast.operator, a: Any, b: Any) -> Any:
    if not (isinstance(a, int | float) and isinstance(b, int | float)) or abs(a) > 1e12 or abs(b) > 1e12:
        return UNKNOWN
    try:
        if isinstance(op, ast.Add):
            return a + b
        if isinstance(op, ast.Sub):
            return a - b
        if isinstance(op, ast.Mult):
            return a * b
        if isinstance(op, ast.Div):
            return a / b
        return a // b if isinstance(op, ast.FloorDiv) else UNKNOWN
    except (ZeroDivisionError, OverflowError):
        return UNKNOWN


def compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    """What a comparison of two plain values comes to."""
    try:
        if isinstance(op, ast.Eq | ast.NotEq):
            return (left == right) is isinstance(op, ast.Eq)
        if isinstance(op, ast.In | ast.NotIn):
            if any(item is UNKNOWN or (isinstance(item, str) and HOLE in item) for item in right):
                return UNKNOWN
            return (left in right) is isinstance(op, ast.In)
        if isinstance(op, ast.Lt | ast.LtE):
            return left < right if isinstance(op, ast.Lt) else left <= right
        if isinstance(op, ast.Gt | ast.GtE):
            return left > right if isinstance(op, ast.Gt) else left >= right
    except TypeError:
        pass
    return UNKNOWN
