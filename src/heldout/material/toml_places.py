"""Where the keys and tables of a TOML text stand, which no TOML reader tells: for messages with a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\[(\[)?\s*([^\]\n]{1,500}?)\s*\]\]?")
_KEY = re.compile(
    r"[ \t]*((?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*'))*)[ \t]*="
)
_PART = re.compile(r"[\w-]+|\"[^\"\n]*\"|'[^'\n]*'")


@dataclass
class Places:
    """The lines, from 1, of the keys of a valid TOML text; tables of an array are numbered from 0."""

    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a key, else of the nearest table around it; 1 when none is known."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def find_places(text: str) -> Places:
    """The lines of tables and keys; the text must have been read as TOML without an error before."""
    places = Places()
    counts: dict[str, int] = {}
    here: Path = ()
    at = 0
    line = 1
    while at < len(text):
        end = _statement_end(text, at)
        statement = text[at:end]
        bare = statement.lstrip(" \t")
        if bare.startswith("["):
            header = _HEADER.match(bare)
            if header:
                here = _table(header[2], bool(header[1]), counts)
                places.lines.setdefault(here, line)
                places.lines.setdefault(here[:1], line)
        elif found := _KEY.match(statement):
            path = (*here, *_parts(found[1]))
            for size in range(len(here) + 1, len(path) + 1):
                places.lines.setdefault(path[:size], line)
        line += statement.count("\n")
        at = end
    return places


def _table(name: str, repeated: bool, counts: dict[str, int]) -> Path:
    parts = _parts(name)
    if repeated:
        counts[name] = counts.get(name, -1) + 1
        return (*parts, counts[name])
    if parts and parts[0] in counts:  # a table within the last one of an array
        return (parts[0], counts[parts[0]], *parts[1:])
    return tuple(parts)


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name)]


def _statement_end(text: str, at: int) -> int:
    """The end of the statement that begins at `at`: its line end, past any that stand in strings and brackets."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char == "\n" and depth <= 0:
            return at + 1
        if char == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        if char in "\"'":
            at = _string_end(text, at)
            continue
        depth += (char in "[{") - (char in "]}")
        at += 1
    return at


def _string_end(text: str, at: int) -> int:
    quote = text[at]
    if text.startswith(quote * 3, at):
        return _closed(text, at + 3, quote * 3)
    return _closed(text, at + 1, quote)


def _closed(text: str, at: int, quote: str) -> int:
    while at < len(text):
        if text[at] == "\\" and quote[0] == '"':
            at += 2
        elif text.startswith(quote, at):
            at += len(quote)
            while len(quote) == 3 and text.startswith(quote[0], at):  # quotes that end the text itself
                at += 1
            return at
        else:
            at += 1
    return at
