"""For which Python a delivery is: as it declares, as its automation and documents say; what it was last run with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from heldout.evidence.types import Location
from heldout.material.declarations import Declarations
from heldout.material.tree import UnreadableError
from heldout.sources.handover.discover.documents import documented_commands, documents
from heldout.sources.handover.discover.view import View, line_with

_VERSION = r"(3\.\d{1,2}(?:\.\d{1,2})?)"
_EXACT = re.compile(rf"\s*(?:={{1,3}}|~=)?\s*{_VERSION}(?:\.\*)?\s*")
_RANGE = re.compile(r"[\s,]*(?:[\^~<>=!]{1,3}\s*\d[\d.*]{0,10}[\s,|]*){1,6}")
_SAID = re.compile(
    rf"python(?:\s*version)?\s*[:=(]?\s*(?:>=|≥|~)?\s*v?{_VERSION}\s*"
    r"(\+|or\s+(?:higher|later|newer|above)|o superior|以上|及以上)?"
    r"(?:(?:[-\u2013\u2014]|to|bis|a|à)\s*(?:python\s*)?3\.(\d{1,2})\b)?",
    re.IGNORECASE,
)
"""Python 3.9, 3.9 or higher, 3.8-3.11 (also with the longer dashes)."""
_BADGE = re.compile(rf"badge/python-(?:%3E%3D|>=|≥)?{_VERSION}(\+|%2B)?", re.IGNORECASE)
_CREATED = re.compile(rf"python\s*={{1,2}}\s*{_VERSION}|(?:uv|virtualenv)\b.*(?:-p|--python)[= ](?:python)?{_VERSION}")
_COMPILED = re.compile(r"(?:^|/)__pycache__/[^/]+\.cpython-3(\d{1,2})(?:-[^/]*)?\.pyc$")
_NOTEBOOK = 2_000_000
_NOTEBOOKS = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A Python version or range that something names. Lower ranks are believed more."""

    rank: int
    version: str
    exact: bool
    location: Location


def python_of(
    view: View, folder: str, declarations: Declarations, owner: Callable[[str], str]
) -> tuple[str | None, tuple[Location, ...]]:
    """The version or range of a folder's environment, and where it is named. Exact versions go before ranges.

    `owner` tells the folder that a declaration is for.
    """
    named = list(_declared(declarations, owner, folder))
    if folder in (".", view.folder) or not named:
        named += [*_automated(view), *_documented(view)]
    named.sort(key=lambda item: (not item.exact, item.rank))
    if not named:
        return None, ()
    return named[0].version, tuple(dict.fromkeys(item.location for item in named))[:4]


def trace_of(view: View) -> tuple[str, Location] | None:
    """The version with which something of the delivery was last run, by the traces that it left; and such a trace."""
    first = next(_traces(view), None)
    return (first.version, first.location) if first is not None else None


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _declared(declarations: Declarations, owner: Callable[[str], str], folder: str) -> Iterator[Named]:
    for item in declarations.python_requires:
        held = owner(item.path)
        if held not in (folder, "."):
            continue
        exact = _EXACT.fullmatch(item.specifier)
        if exact or _RANGE.fullmatch(item.specifier):
            rank = 0 if held == folder else 3
            version = exact[1] if exact else item.specifier.strip()
            yield Named(rank, version, exact is not None, Location(path=item.path, line=item.line))


def _automated(view: View) -> Iterator[Named]:
    """The version that a workflow sets up; of several, the newest."""
    for entry in view.files:
        if "github/workflows/" not in entry.path or entry.suffix not in (".yml", ".yaml") or not entry.readable:
            continue
        versions = sorted(set(_set_up(view.yaml(entry.path), 0)), key=_minor)
        if versions:
            line = line_with(view.text(entry.path), "python-version")
            yield Named(1, versions[-1], True, Location(path=entry.path, line=line))


def _set_up(data: Any, depth: int) -> Iterator[str]:
    if depth > 12:
        return
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "python-version":
                for item in value if isinstance(value, list) else [value]:
                    text = "3.10" if item == 3.1 else str(item)  # YAML reads 3.10 as a number
                    if re.fullmatch(_VERSION, text):
                        yield text
            else:
                yield from _set_up(value, depth + 1)
    elif isinstance(data, list):
        for item in data[:100]:
            yield from _set_up(item, depth + 1)


def _documented(view: View) -> Iterator[Named]:
    """The version that an environment is created with, and what documents say in words or a badge."""
    for found in documented_commands(view):
        created = _CREATED.search(found.command.text)
        if created and found.command.kind == "install":
            version = created[1] or created[2]
            yield Named(1, version, True, Location(path=found.path, line=found.command.line))
    for path in documents(view)[:10]:
        for number, line in enumerate(view.lines(path)[:2_000], start=1):
            said = _BADGE.search(line[:1_000]) or _SAID.search(line[:1_000])
            if said:
                last = said[3] if said.re is _SAID else None
                exact = said[2] is None and last is None and re.search(r">=|≥|%3E", said[0]) is None
                version = said[1] if exact else f">={said[1]}" + (f",<3.{int(last) + 1}" if last else "")
                yield Named(2, version, exact, Location(path=path, line=number))


def _traces(view: View) -> Iterator[Named]:
    """The version of compiled files and of notebooks that came along; the most frequent first."""
    counts: dict[str, list[Location]] = {}
    for entry in view.tree.files:
        found = _COMPILED.search(entry.path)
        if found and "site-packages" not in entry.path and view.inside(entry.path):
            counts.setdefault(f"3.{int(found[1])}", []).append(Location(path=entry.path))
    for entry in view.having(".ipynb")[:_NOTEBOOKS]:
        if entry.size < _NOTEBOOK:
            version = _kernel(view, entry.path)
            if version:
                counts.setdefault(version, []).append(Location(path=entry.path))
    for version, places in sorted(counts.items(), key=lambda item: -len(item[1])):
        yield Named(9, version, True, places[0])


def _kernel(view: View, path: str) -> str:
    try:
        data = json.loads(view.tree.read_text(path))
        version = data["metadata"]["language_info"]["version"]
    except (ValueError, KeyError, TypeError, RecursionError, UnreadableError):
        return ""
    found = re.fullmatch(rf"{_VERSION}.*", str(version))
    return ".".join(found[1].split(".")[:2]) if found else ""
