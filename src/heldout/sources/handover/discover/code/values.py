"""What an expression of a delivery's code is known to be, without running it.

Plain Python values stand for themselves. In texts, `HOLE` stands for a part that is not known, and a path in the
delivery begins with `ROOT` where the code made it absolute (`__file__`, `os.getcwd()`).
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HOLE = "\ue000"
ROOT = "\ue001"
LONGEST = 600
"""Characters of a text that are followed."""
_CHOICES = 6


class _Unknown:
    """The value of which nothing is known."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts: both ends of an `if` that cannot be decided."""

    options: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Something that a library holds, by its dotted name: `pandas.read_csv`."""

    name: str


@dataclass(slots=True)
class Opaque:
    """An object that a library made: of which class, and what it was made from."""

    name: str
    state: dict[str, Any] = field(default_factory=dict)


EXIT = Opaque("exit")
"""What a call that ends the program comes to."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an object of a library, or of one of which nothing is known (`owner` is then UNKNOWN)."""

    owner: Any
    name: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that was opened."""

    path: Any
    mode: str


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a file."""

    path: Any


@dataclass(slots=True)
class Source:
    """A module of the delivery: its file and its global names.

    `place` turns a line into the cell and line of a notebook.
    """

    path: str
    names: dict[str, Any] = field(default_factory=dict)
    place: Callable[[int], tuple[int, int]] | None = None


@dataclass(slots=True)
class Function:
    """A function of the delivery's own code. `around` are the names of the functions that it stands in."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    source: Source
    around: tuple[dict[str, Any], ...] = ()
    owner: Instance | Class | None = None


@dataclass(slots=True)
class Class:
    """A class of the delivery's own code, with what its body binds."""

    node: ast.ClassDef
    source: Source
    names: dict[str, Any] = field(default_factory=dict)
    bases: tuple[Any, ...] = ()

    def find(self, name: str, depth: int = 0) -> Any:
        """What the class or its own bases bind to a name, UNKNOWN when none of them does."""
        if name in self.names:
            return self.names[name]
        for base in self.bases if depth < 8 else ():
            if isinstance(base, Class):
                found = base.find(name, depth + 1)
                if found is not UNKNOWN:
                    return found
        return UNKNOWN


@dataclass(slots=True)
class Instance:
    """An object of an own class."""

    of: Class
    names: dict[str, Any] = field(default_factory=dict)


def texts(value: Any) -> tuple[str, ...]:
    """The texts that a value may be; none when it is no text."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Choice):
        return tuple(option for option in value.options if isinstance(option, str))
    return ()


def choice(options: list[Any]) -> Any:
    """One value of several that it may be."""
    distinct: list[Any] = []
    for option in options:
        if option is UNKNOWN or option is None:
            continue
        if not any(option is known or (type(option) is type(known) and option == known) for known in distinct):
            distinct.append(option)
    if not distinct:
        return UNKNOWN if not options or any(option is UNKNOWN for option in options) else None
    if len(distinct) == 1:
        return distinct[0]
    flat = [inner for option in distinct for inner in (option.options if isinstance(option, Choice) else (option,))]
    if all(isinstance(option, str) for option in flat):
        return Choice(tuple(dict.fromkeys(flat))[:_CHOICES])
    return distinct[0]


def lift(make: Callable[..., Any], *values: Any) -> Any:
    """A function of texts over what each of them may be; UNKNOWN values become a text that is not known."""
    results: list[tuple[Any, ...]] = [()]
    for value in values:
        options = value.options if isinstance(value, Choice) else (value,)
        results = [(*before, option) for before in results for option in options][:_CHOICES]
    made = [make(*given) for given in results]
    return choice(made) if len(made) > 1 else made[0]


def as_text(value: Any) -> str:
    """The value as a part of a text: a hole where it is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    return HOLE


def join_paths(*parts: Any) -> Any:
    """`os.path.join` of values."""
    return lift(
        lambda *given: _shortened(posixpath.join(*(as_text(part).replace("\\", "/") for part in given))), *parts
    )


def concatenated(left: Any, right: Any) -> Any:
    """The sum of two texts of which one may not be known."""
    return lift(lambda a, b: _shortened(as_text(a) + as_text(b)), left, right)


def _shortened(text: str) -> Any:
    return text if len(text) <= LONGEST else UNKNOWN


def parent_of(path: Any, times: int = 1) -> Any:
    """The folder of a path; what lies above the delivery is not known."""

    def up(text: Any) -> Any:
        if not isinstance(text, str):
            return UNKNOWN
        for _ in range(times):
            if text in (ROOT, "", "."):
                return UNKNOWN
            text = posixpath.dirname(text.rstrip("/")) or "."
        return text

    return lift(up, path)
