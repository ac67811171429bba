"""Seeds: the functions that fix a source of chance. They are called as ever; that they were is all that is kept."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from . import journal


def wrap(module: Any, name: str, source: str) -> None:
    """Wrap one function of a module."""
    function = module.__dict__.get(name)
    if not callable(function) or hasattr(function, "__wrapped__"):
        return

    @functools.wraps(function)
    def seed(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        with contextlib.suppress(Exception):
            given = args[0] if args else next(iter(kwargs.values()), None)
            where = journal.place() if given is not None else ""
            if where:
                journal.write("seed", where, {"source": source})
        return result

    # A built-in method has no module of its own to be found by; this one is found where it stands.
    seed.__module__ = module.__name__ if not getattr(function, "__module__", None) else function.__module__
    seed.__qualname__ = name
    setattr(module, name, seed)
