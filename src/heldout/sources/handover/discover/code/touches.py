"""Calls that read and write files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import functions
from heldout.sources.handover.discover.code.files import READING_METHODS, WRITING_METHODS, Path, kind_by_suffix
from heldout.sources.handover.discover.code.values import UNKNOWN, Content, File, Function, Opaque, texts

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.call import Call


def read(made: Call, where: Path) -> Any:
    """A call that reads the file that one of its arguments names."""
    value = made.arg(where.at, *where.keywords)
    path = value.path if isinstance(value, File | Content) else value
    if made.name.endswith("from_pretrained"):
        for text in texts(path):
            if text.count("/") == 1 and not made.machine.view.exists(text):
                return Opaque(made.name)  # a name on a model hub, not a folder
    made.touch(path, where.kind)
    if where.kind == "model" and texts(path):
        made.machine.seen.traits.add("load")
    return Opaque("table" if where.kind == "table" else made.name)


def write(made: Call, into: Path) -> Any:
    """A call that writes the file that one of its arguments names."""
    value = made.arg(into.at, *into.keywords)
    path = value.path if isinstance(value, File) else value
    made.touch(path, into.kind, write=True)
    if into.kind == "model" and texts(path):
        made.machine.seen.traits.add("save")
    return UNKNOWN


def by_last_name(made: Call, name: str) -> Any:
    """A function by its last name alone: `figure.savefig`, `booster.load_model`; a class makes an object."""
    last = name.rpartition(".")[2]
    into = WRITING_METHODS.get(last)
    if into is not None:
        return write(made, into)
    where = READING_METHODS.get(last)
    if where is not None:
        return read(made, where)
    return Opaque(name) if last[:1].isupper() else UNKNOWN


def saved(made: Call) -> Any:
    """`x.save(path)`: a model, unless its suffix says something else."""
    for text in texts(made.arg(0, "path", "filepath", "fp", "filename")):
        if kind_by_suffix(text) == "other" and not ("/" in text or "model" in text.lower()):
            continue  # a name, as far as anybody can tell
        made.touch(text, kind_by_suffix(text, "model"), write=True)
        made.machine.seen.traits.add("save")
    return UNKNOWN


def opened(made: Call, path: Any, mode: Any) -> File:
    """A file that is opened: written when its mode says so."""
    how = mode if isinstance(mode, str) else "r"
    made.touch(path, "other", write=any(letter in how for letter in "wax"))
    return File(path, how)


def callbacks(made: Call) -> None:
    """Own functions that are handed over are called by whom they are handed to."""
    for value in (*made.args, *made.given.values()):
        for inner in value[:10] if isinstance(value, list) else (value,):
            if isinstance(inner, Function):
                functions.call_function(made.machine, inner, [], {}, unknown=True)
