"""Texts and paths of which a part may not be known: their attributes and methods."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from heldout.sources.handover.discover.code.values import (
    HOLE,
    LONGEST,
    UNKNOWN,
    Method,
    as_text,
    join_paths,
    lift,
    parent_of,
)

_FIELD = re.compile(r"\{\{|\}\}|\{([\w.\[\]]{0,60})(![rsa])?(:[^{}]{0,60})?\}")
_PERCENT = re.compile(r"%(?:\((\w{1,60})\))?[-+ #0-9.*]{0,12}[a-zA-Z]|%%")
_PART = {
    "name": posixpath.basename,
    "stem": lambda text: posixpath.splitext(posixpath.basename(text))[0],
    "suffix": lambda text: posixpath.splitext(text)[1],
}
_PLAIN = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "removeprefix", "removesuffix"}
)
_SAME = frozenset(
    {
        "resolve",
        "absolute",
        "expanduser",
        "as_posix",
        "encode",
        "decode",
        "__str__",
        "__fspath__",
        "copy",
        "relative_to",
    }
)


@dataclass(frozen=True, slots=True)
class Parents:
    """`path.parents`."""

    path: Any

    def at(self, index: Any) -> Any:
        """The folder so many levels up."""
        return parent_of(self.path, index + 1) if isinstance(index, int) and 0 <= index < 20 else UNKNOWN


def attribute(owner: Any, name: str) -> Any:
    """An attribute of a path, else a method of the text."""
    if name == "parent":
        return parent_of(owner)
    if name == "parents":
        return Parents(owner)
    if name in _PART:
        return lift(lambda text: _PART[name](text) if isinstance(text, str) else UNKNOWN, owner)
    return Method(owner, name)


def method(owner: Any, name: str, args: list[Any], given: dict[str, Any]) -> Any:
    """What a method of a text or path returns; UNKNOWN for one that is not known here."""
    if name in _SAME:
        return owner
    if name in ("joinpath", "__truediv__"):
        return join_paths(owner, *args)
    if name == "format":
        return lift(lambda text: filled(text, args, given), owner)
    if name in _PLAIN and all(isinstance(arg, str) for arg in args):
        return lift(lambda text: getattr(text, name)(*args), owner)
    return _with_arguments(owner, name, args) if args else UNKNOWN


def _with_arguments(owner: Any, name: str, args: list[Any]) -> Any:
    """The methods that do nothing without an argument."""
    first = args[0]
    if name == "join" and isinstance(first, list | tuple):
        return lift(lambda text: text.join(as_text(item) for item in first)[:LONGEST], owner)
    if name in ("with_suffix", "with_name", "with_stem"):
        return lift(lambda text, new: _with(text, name, as_text(new)), owner, first)
    if not isinstance(first, str):
        return UNKNOWN
    if name == "replace" and len(args) > 1 and first:
        return lift(lambda text, new: text.replace(first, as_text(new))[:LONGEST], owner, args[1])
    if not isinstance(owner, str) or HOLE in owner:
        return UNKNOWN
    if name in ("split", "rsplit"):
        return owner.split(first or None)[:50]
    return getattr(owner, name)(first) if name in ("startswith", "endswith") else UNKNOWN


def _with(text: Any, name: str, new: str) -> Any:
    if not isinstance(text, str):
        return UNKNOWN
    folder, base = posixpath.split(text)
    stem, suffix = posixpath.splitext(base)
    made = {"with_suffix": stem + new, "with_name": new, "with_stem": new + suffix}[name]
    return posixpath.join(folder, made)


def filled(text: Any, args: list[Any], given: dict[str, Any]) -> Any:
    """`str.format`, a hole for each field whose value is not known."""
    if not isinstance(text, str):
        return UNKNOWN
    count = -1

    def value(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] in ("{{", "}}"):
            return found[0][0]
        name = found[1]
        if not name:
            count += 1
            name = str(count)
        if found[3]:
            return HOLE
        if name.isdigit():
            return as_text(args[int(name)]) if int(name) < len(args) else HOLE
        return as_text(given.get(name, UNKNOWN))

    return _FIELD.sub(value, text)[:LONGEST]


def percent(text: Any, value: Any) -> Any:
    """`text % value`, a hole for each field whose value is not known."""
    if not isinstance(text, str):
        return UNKNOWN
    values = list(value) if isinstance(value, list | tuple) else [value]

    def one(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1]:
            return as_text(value.get(found[1], UNKNOWN)) if isinstance(value, dict) else HOLE
        taken = values.pop(0) if values else UNKNOWN
        return as_text(taken) if found[0] in ("%s", "%d", "%i") else HOLE

    return _PERCENT.sub(one, text)[:LONGEST]
