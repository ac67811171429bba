"""Read a YAML file into plain data and remember where each value stands.

Stricter than YAML: no anchors, aliases, tags, merge keys, second documents or repeated keys, and caps on size and
depth. So a file means what it says, a bomb cannot go off, and every problem has a line.
"""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from heldout.errors import InputError

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it
_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}

Key = str | int
KeyPath = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, and how to mend it."""

    file: str
    place: Place
    what: str
    mend: str

    def __str__(self) -> str:
        """One line that editors can jump to: `file:line:column: what; mend`."""
        return f"{self.file}:{self.place.line}:{self.place.column}: {self.what}; {self.mend}"


class YamlError(InputError):
    """Files cannot be used; `problems` holds every reason, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StandardError(YamlError):
    """Files of a standard cannot be used."""


@dataclass
class YamlSource:
    """One file's data, where its keys and values stand, and the problems found so far."""

    file: str
    data: Any = None
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the value (or the key) at `path` stands; the nearest enclosing one when it is not there."""
        if key and path in self.keys:
            return self.keys[path]
        if path in self.values and not key:
            return self.values[path] if path else Place(1, 1)
        while path and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.values.get(path) or Place(1, 1)

    def problem(self, place: Place, what: str, mend: str) -> None:
        """Remember one more problem."""
        self.problems.append(Problem(self.file, place, what, mend))


def read_yaml(path: Path) -> YamlSource:
    """Read `path`; what is wrong with it as YAML stands in `.problems` (then `.data` may be None).

    Raises InputError when there is no such file or it cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is not a file; name a YAML file, or a folder that holds some")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror}); check the path and the permissions") from error
    source = YamlSource(str(path))
    if len(raw) > MAX_BYTES:
        source.problem(
            Place(1, 1), f"the file is larger than {MAX_BYTES // 1024} KiB", "split it into several files of a folder"
        )
        return source
    parse_yaml(raw, source)
    return source


def parse_yaml(raw: bytes, source: YamlSource) -> None:
    """Fill `source` from the bytes of a YAML document; the problems stand in `source.problems`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        source.problem(
            Place(before.count(b"\n") + 1, column),
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
        )
        return
    try:
        if not _shape_refused(text, source):
            node = yaml.compose(text, Loader=_Loader)
            if node is None:
                source.problem(Place(1, 1), "the file is empty", "write its content into it, or remove it")
            else:
                source.data = _plain(node, (), source)
    except yaml.MarkedYAMLError as error:
        what = " ".join(filter(None, (error.context, error.problem)))
        source.problem(_place(error.problem_mark or error.context_mark), f"not YAML: {what}", "mend the syntax here")
    except yaml.YAMLError as error:  # a ReaderError has an offset, not a mark
        offset = int(getattr(error, "position", 0))
        before_text = text[:offset]
        place = Place(before_text.count("\n") + 1, offset - before_text.rfind("\n"))
        source.problem(place, "a character that YAML does not allow", "remove the control character")


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _shape_refused(text: str, source: YamlSource) -> bool:
    """Walk the events, which needs no recursion, and refuse what would make composing costly or ambiguous."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if getattr(event, "anchor", None):
            source.problem(
                _place(event.start_mark), "anchors and aliases (& and *) are not allowed", "write the text out"
            )
            return True
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            source.problem(_place(event.start_mark), f"nested more than {MAX_DEPTH} deep", "flatten it")
            return True
    return False


def _plain(node: Any, path: KeyPath, source: YamlSource) -> Any:
    """The node as dicts, lists and scalars, its places noted; problems are noted and their values None."""
    source.values[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, index), source) for index, child in enumerate(node.value)]
    return _scalar(node, source)


def _mapping(node: Any, path: KeyPath, source: YamlSource) -> dict[Key, Any]:
    result: dict[Key, Any] = {}
    for key_node, value_node in node.value:
        place = _place(key_node.start_mark)
        key = _scalar(key_node, source) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str | int) or isinstance(key, bool):
            source.problem(place, "a key must be a word or a whole number", "write it in quotes")
        elif key in result:
            first = source.keys[(*path, key)]
            source.problem(place, f"`{key}` stands here again (first in line {first.line})", "keep one of the two")
        else:
            source.keys[(*path, key)] = place
            result[key] = _plain(value_node, (*path, key), source)
    return result


def _scalar(node: Any, source: YamlSource) -> Any:
    place = _place(node.start_mark)
    if node.tag not in _SCALARS:
        kind = node.tag.rpartition(":")[2]
        source.problem(place, f"`{str(node.value)[:40]}` is read as {kind}", "write it in quotes, without a tag")
        return None
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, LookupError, yaml.YAMLError):
        source.problem(place, f"`{str(node.value)[:40]}` is no number that can be read", "write it in quotes")
        return None


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` when a known word is near, else an empty text."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean `{found[0]}`?)" if found else ""
