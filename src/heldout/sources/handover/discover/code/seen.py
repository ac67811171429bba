"""What following a script's code brings to light, gathered as it is met."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.files import TouchKind, kind_by_suffix
from heldout.sources.handover.discover.code.traits import Trait
from heldout.sources.handover.discover.code.values import HOLE, ROOT, Source
from heldout.sources.handover.discover.view import joined

_MOST = 200
_URL = re.compile(r"(https?|ftp)://", re.IGNORECASE)
_HERE = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\[::1\])", re.IGNORECASE)
"""An address of the machine itself: nothing is fetched from outside there."""
_ELSEWHERE = re.compile(
    r"(s3|gs|gcs|hdfs|abfss?|wasbs?|dbfs|az)a?://|(models|runs|mlflow-artifacts):/|~|/|[A-Za-z]:[\\/]|\\\\",
    re.IGNORECASE,
)
_ABOVE = re.compile(rf"({ROOT}/?)?\.\./")
"""A path that leads above the delivery, where `relative` knows no path for it."""
_SQLITE = re.compile(r"^sqlite(\+\w+)?:/{2,4}")


@dataclass(frozen=True, slots=True)
class Touch:
    """A file that code reads or writes: its path relative to the delivery (`*` for what is not known), and where.

    For one outside of the delivery, the path is as the code has it.
    """

    path: str
    kind: TouchKind
    location: Location
    order: int = 0
    """Which of all reads and writes of the script it was, from 1."""


@dataclass
class Seen:
    """Files, calls and names that were met, each once."""

    reads: dict[str, Touch] = field(default_factory=dict)
    writes: dict[str, Touch] = field(default_factory=dict)
    outside: dict[str, Touch] = field(default_factory=dict)
    urls: dict[str, Location] = field(default_factory=dict)
    traits: set[Trait] = field(default_factory=set)
    targets: dict[str, Location] = field(default_factory=dict)
    variables: dict[str, Location] = field(default_factory=dict)
    programs: dict[str, Location] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)
    ports: dict[int, Location] = field(default_factory=dict)

    def read(self, text: str, kind: TouchKind, folder: str, place: Location) -> None:
        """Note that a path is read, by a program that stands in `folder`."""
        self._touch(self.reads, text, kind, folder, place)

    def write(self, text: str, kind: TouchKind, folder: str, place: Location) -> None:
        """Note that a path is written."""
        self._touch(self.writes, text, kind, folder, place)

    def _touch(self, into: dict[str, Touch], text: str, kind: TouchKind, folder: str, place: Location) -> None:
        text = _SQLITE.sub(lambda found: "/" if found[0].endswith("////") else "", text)
        if _HERE.match(text):
            return
        if _URL.match(text):
            self.urls.setdefault(shown(text), place)
            self.traits.add("download")
            return
        kind = kind_by_suffix(text, kind) if kind == "other" else kind
        if _ELSEWHERE.match(text):
            if len(self.outside) < _MOST:
                self.outside.setdefault(shown(text), Touch(shown(text), kind, place))
            return
        path = relative(text, folder)
        if path is None and _ABOVE.match(text) and len(self.outside) < _MOST:
            self.outside.setdefault(shown(text), Touch(shown(text), kind, place))
        if path is None or len(into) >= _MOST:
            return
        known = into.get(path)
        if known is None:
            into[path] = Touch(path, kind, place, len(self.reads) + len(self.writes) + 1)
        elif known.kind in ("other", "config") and kind not in ("other", "config"):
            into[path] = replace(known, kind=kind)


def relative(text: str, folder: str) -> str | None:
    """A path as code has it, relative to the delivery, `*` for what is not known; None when too little is known."""
    if text.startswith(ROOT):
        text, folder = text[len(ROOT) :].lstrip("/") or ".", "."
    text = re.sub(rf"[{HOLE}*]+", "*", text)
    first = text.lstrip("./").partition("/")[0]
    if not re.search(r"[^*/.\s]", text) or (first == "*" and "/" in text) or ROOT in text or re.search(r"[{}<>]", text):
        return None
    path = joined(folder, text)
    return None if path in (None, ".") or text == ":memory:" else path


def shown(text: str) -> str:
    """A text with its unknown parts as `*`."""
    return re.sub(rf"[{HOLE}]+", "*", text).replace(ROOT, "")


def place_of(source: Source, node: ast.AST) -> Location:
    """Where a piece of code stands; in a notebook the cell, and the line within it."""
    line = getattr(node, "lineno", 1)
    if source.place is not None:
        cell, within = source.place(line)
        return Location(path=source.path, cell=cell or None, line=within)
    return Location(path=source.path, line=line)


def matches(pattern: str, path: str) -> bool:
    """Whether a path is one that a pattern with `*` means; a `*` stands for any text without a slash."""
    if "*" not in pattern:
        return pattern == path
    parts = pattern.split("*")
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        found = path.find(part, at)
        if found < 0 or "/" in path[at:found]:
            return False
        at = found + len(part)
    last = parts[-1]
    return path.endswith(last) and len(path) - len(last) >= at and "/" not in path[at : len(path) - len(last)]
