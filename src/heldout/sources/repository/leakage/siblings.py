"""Modules beside the one that is analysed: what they define is worked out when it is first asked for.

Most of what a module imports is never used on the way of the data, and what it imports imports more: to run every
module whole would cost far more than the module that is asked about.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from heldout.sources.repository.leakage.values import Scope, Value
from heldout.sources.repository.syntax import walk

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_OUTLINES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The top level of a module: its definitions and imports by the name that they bind, and everything else."""

    definitions: dict[str, ast.stmt]
    stars: tuple[ast.ImportFrom, ...]
    rest: tuple[ast.stmt, ...]
    assigned: frozenset[str]


@lru_cache(maxsize=_OUTLINES)
def outline(tree: ast.Module) -> Outline:
    """The outline of a module; `rest` binds the names in `assigned` and runs as a whole, in its order."""
    definitions: dict[str, ast.stmt] = {}
    stars: list[ast.ImportFrom] = []
    rest: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, _DEFINITIONS):
            definitions[statement.name] = statement
        elif isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            stars.append(statement)
        elif isinstance(statement, _IMPORTS):
            definitions.update(dict.fromkeys(_imported(statement), statement))
        elif not is_main_guard(statement):
            rest.append(statement)
    return Outline(definitions, tuple(stars), tuple(rest), frozenset(n for s in rest for n in _bound(s)))


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    return isinstance(node.test.left, ast.Name) and node.test.left.id == "__name__"


def _imported(statement: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement may bind, and some more."""
    found: set[str] = set()
    for node in walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, _IMPORTS):
            found.update(_imported(node))
    return found


class Importer(Protocol):
    """The analysis that a sibling is imported into."""

    stars: bool

    def execute_in(self, sibling: Sibling, body: Sequence[ast.stmt]) -> None:
        """Run top-level statements of a sibling."""

    def own_module(self, name: str) -> Sibling | None:
        """Another sibling, by the name under which it is imported."""


class Sibling(Scope):
    """The top level of one sibling in one analysis."""

    __slots__ = ("_asked", "_importer", "_outline", "_rest_ran")

    def __init__(self, tree: ast.Module, name: str, importer: Importer) -> None:
        super().__init__()
        self.name = name
        self._outline = outline(tree)
        self._importer = importer
        self._asked: set[str] = set()
        self._rest_ran = False

    def everything(self) -> dict[str, Value]:
        """All names that the module binds by itself."""
        for name in (*self._outline.definitions, *sorted(self._outline.assigned)):
            self.find(name)
        return self.names

    def missing(self, name: str) -> Value | None:
        """Run what binds a name, when it is first asked for."""
        if name in self._asked:
            return None  # unknown, or modules that import one another in a circle
        self._asked.add(name)
        statement = self._outline.definitions.get(name)
        if statement is not None:
            self._importer.execute_in(self, [statement])
        if name in self._outline.assigned and not self._rest_ran:
            self._rest_ran = True
            self._importer.execute_in(self, self._outline.rest)
        return self.names.get(name) or self._of_stars(name)

    def _of_stars(self, name: str) -> Value | None:
        for star in reversed(self._outline.stars):
            other = self._importer.own_module("." * star.level + (star.module or ""))
            if other is None:
                self._importer.stars = True
            elif (value := other.find(name)) is not None:
                return value
        return None
