"""Splits: `train_test_split`, wrapped where it is defined."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from . import journal
from . import rows as row


def wrap_module(module: Any) -> None:
    """Wrap the splitting function of this module."""
    function = module.__dict__.get("train_test_split")
    if not callable(function):
        return

    @functools.wraps(function)
    def train_test_split(*args: Any, **kwargs: Any) -> Any:
        if journal.busy():
            return function(*args, **kwargs)
        with journal.within():
            result = function(*args, **kwargs)
            with contextlib.suppress(Exception):
                where = journal.place()
                if where:
                    _tell(where, args, kwargs, result)
        return result

    module.train_test_split = train_test_split


def _tell(where: str, args: Any, kwargs: Any, result: Any) -> None:
    left, right = row.look(result[0]), row.look(result[1])
    event: dict[str, Any] = {
        "train": len(left_of(result)),
        "test": len(left_of(result, 1)),
        "seed": "none" if kwargs.get("random_state") is None and kwargs.get("shuffle", True) else "fixed",
        "shuffled": bool(kwargs.get("shuffle", True)),
        "stratified": kwargs.get("stratify") is not None,
    }
    if left is not None and right is not None and left.hashes is not None and right.hashes is not None:
        one = two = None
        if len(args) > 1:
            one, two = row.joined(left, result[2]), row.joined(right, result[3])
        event.update(columns=left.columns, names=left.names, chance=left.chance)
        event.update(hashed_train=left.hashed, hashed_test=right.hashed)
        event.update(equal=row.common(right.hashes, left.hashes), equal_answers=row.common(two, one))
        event.update(repeated_train=row.repeated(left.hashes), repeated_test=row.repeated(right.hashes))
    journal.write("split", where, event)


def left_of(result: Any, index: int = 0) -> Any:
    """A part of the split as something with a length."""
    part = result[index]
    return range(part.shape[0]) if hasattr(part, "shape") else part
