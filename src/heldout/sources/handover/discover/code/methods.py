"""Calls of methods: of texts and paths, lists and settings, files, and of objects that are not known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import library, settings, strings, touches
from heldout.sources.handover.discover.code.arguments import Parser
from heldout.sources.handover.discover.code.files import Path
from heldout.sources.handover.discover.code.traits import dotted
from heldout.sources.handover.discover.code.values import (
    HOLE,
    UNKNOWN,
    Choice,
    Content,
    File,
    Method,
    join_paths,
    lift,
    texts,
)

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.call import Call

_ITEMS = 200
_SPARK = frozenset({"csv", "parquet", "json", "orc", "text", "load", "save"})
"""Last calls of `spark.read.option(...).csv(path)` and `df.write.mode(...).parquet(path)`."""


def call(made: Call, method: Method) -> Any:
    """What a call of a method comes to."""
    owner = method.owner
    for kinds, handler in _BY_OWNER:
        if isinstance(owner, kinds):
            return handler(made, owner, method.name)
    return _of_object(made, owner, method.name)


def _of_object(made: Call, owner: Any, name: str) -> Any:
    """A method of an object of which at most the class is known."""
    known = settings.object_method(made, owner, name)
    if known is not None:
        return known
    touches.callbacks(made)
    written = dotted(made.node.func)
    if name in _SPARK:
        chain = set(_chain(made.node.func))
        if chain & {"read", "readStream"}:
            return touches.read(made, Path(0, "table", ("path",)))
        if chain & {"write", "writeStream"}:
            return touches.write(made, Path(0, "table", ("path",)))
    if name == "save":
        return touches.saved(made)
    made.name = name if name != "from_pretrained" else written
    return touches.by_last_name(made, made.name)


def _chain(node: ast.expr) -> Iterator[str]:
    """The names of a chain of attributes and calls, from its end."""
    for _ in range(12):
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            return


def _of_dict(made: Call, owner: dict[Any, Any], name: str) -> Any:
    key = made.args[0] if made.args else UNKNOWN
    if name in ("get", "setdefault", "pop"):
        default = made.args[1] if len(made.args) > 1 else made.given.get("default")
        return owner.get(key, default) if isinstance(key, str | int) else UNKNOWN
    if name == "items":
        return [list(pair) for pair in owner.items()]
    if name in ("keys", "values"):
        return list(owner) if name == "keys" else list(owner.values())
    if name in ("copy", "_asdict", "dict", "model_dump", "to_dict"):
        return dict(owner)
    if name == "update" and isinstance(key, dict):
        owner.update(key)
        return None
    return touches.by_last_name(made, name)


def _of_list(made: Call, owner: list[Any], name: str) -> Any:
    first = made.args[0] if made.args else UNKNOWN
    if name == "append" and len(owner) < _ITEMS:
        owner.append(first)
        return None
    if name == "extend" and isinstance(first, list):
        owner.extend(first[: max(0, _ITEMS - len(owner))])
        return None
    if name == "copy":
        return list(owner)
    touches.callbacks(made)
    return touches.by_last_name(made, name)


def _of_text(made: Call, owner: Any, name: str) -> Any:
    if not texts(owner):
        return UNKNOWN
    if name in ("resolve", "absolute"):
        return lift(lambda text: library.absolute(made.machine, text), owner)
    if name == "open":
        return touches.opened(made, owner, made.arg(0, "mode"))
    if name in ("read_text", "read_bytes"):
        made.touch(owner, "other")
        return Content(owner)
    if name in ("write_text", "write_bytes", "touch"):
        made.touch(owner, "other", write=True)
        return UNKNOWN
    if name in ("glob", "rglob", "iterdir"):
        pattern = made.args[0] if made.args and isinstance(made.args[0], str) else "*"
        return [join_paths(owner, pattern.replace("**/", "").replace("*", HOLE))]
    return strings.method(owner, name, made.args, made.given)


def _of_file(made: Call, owner: File, name: str) -> Any:
    return Content(owner.path) if name in ("read", "readlines", "readline") else UNKNOWN


def _of_content(made: Call, owner: Content, name: str) -> Any:
    return owner


_BY_OWNER: tuple[tuple[Any, Callable[[Call, Any, str], Any]], ...] = (
    (Parser, settings.parser_method),
    (dict, _of_dict),
    (list, _of_list),
    ((str, Choice), _of_text),
    (File, _of_file),
    (Content, _of_content),
)
