"""The facts about a repository that whole-repository checks share, each computed once."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from heldout.evidence import Location
from heldout.material.declarations import Declarations, read_declarations
from heldout.material.document import Document
from heldout.material.notebook import NotebookError, read_notebook
from heldout.material.paths import Part, part_of
from heldout.material.tree import Tree, UnreadableError
from heldout.sources.repository.checks.base import Check, Noted, Text
from heldout.sources.repository.ci import Ci, read_ci
from heldout.sources.repository.copies import find_copies
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.ml_use import MlUse, ml_use
from heldout.sources.repository.patience import OutOfTime
from heldout.sources.repository.readme import read_documents
from heldout.sources.repository.tools import ToolUse, find_tools

if TYPE_CHECKING:
    from heldout.material.history import History

_TEXT_LIMIT = 300_000
"""Characters of a text that are looked at as a whole: people write less, and a check may be slow on more."""
_TEXTS_KEPT = 50
"""Texts kept at hand: several checks look at the same ones, and one may point at thousands of lines."""
_MOST_CELLS = sys.maxsize
_OF_TOOLS = re.compile(r"(^|/)(alembic|migrations?|node_modules|mlruns|wandb|cdk\.out|\.(?!github/)[\w-]+)/")
"""Folders whose README tools have written."""
_README = re.compile(r"^readme(\.(md|rst|txt|markdown|org|adoc))?$", re.IGNORECASE)


T = TypeVar("T")


class LostFactError(Exception):
    """A fact that took too long to find for an earlier check, and is not tried again; the message names it."""


class Fact(cached_property[T]):
    """A fact about a repository, worked out once, and tried only once when that takes too long."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        """The fact; raises LostFactError from the second time on when the first ran out of time."""
        if not isinstance(instance, Repository):
            return self
        name = self.attrname or ""
        if name in instance.lost:
            raise LostFactError(f"the {name} of the repository, which took too long to read")
        try:
            return super().__get__(instance, owner)
        except OutOfTime:
            instance.lost.add(name)
            raise


@dataclass
class Repository:
    """One repository as the checks see it.

    `modules` holds the facts of every Python file and notebook that could be parsed; `taken` the notes that
    checks took on single files, by code.
    """

    tree: Tree
    modules: tuple[ModuleFacts, ...] = ()
    taken: Mapping[str, tuple[Noted[Any], ...]] = field(default_factory=dict)
    history: History | None = None
    artifact: str = ""
    lost: set[str] = field(default_factory=set, repr=False)
    """The facts that took too long."""
    _texts: dict[str, Text] = field(default_factory=dict, repr=False)
    _notebooks: dict[str, dict[int, str]] = field(default_factory=dict, repr=False)

    @property
    def complete(self) -> bool:
        """Whether tests, CI and documents would be here if they existed: not so in an sdist or a wheel."""
        return self.tree.kind not in ("sdist", "wheel")

    @cached_property
    def code(self) -> tuple[ModuleFacts, ...]:
        """The modules that are the project's own code, notebooks and examples included; tests apart."""
        return tuple(m for m in self.modules if m.part in ("code", "example"))

    @cached_property
    def tests(self) -> tuple[ModuleFacts, ...]:
        """The modules that are tests."""
        return tuple(m for m in self.modules if m.part == "test")

    @cached_property
    def scripts(self) -> tuple[ModuleFacts, ...]:
        """The project's own code outside notebooks."""
        return tuple(m for m in self.code if not m.notebook)

    @cached_property
    def notebooks(self) -> tuple[ModuleFacts, ...]:
        """The project's notebooks."""
        return tuple(m for m in self.code if m.notebook)

    @cached_property
    def code_lines(self) -> int:
        """Lines of the project's own code: no blanks, no lone comments, tests apart."""
        return sum(m.code_lines for m in self.code)

    @cached_property
    def kloc(self) -> float:
        """Thousands of lines of the project's own code."""
        return self.code_lines / 1000

    @cached_property
    def ml(self) -> MlUse:
        """What machine learning the code does: which frameworks, where it trains, evaluates, predicts."""
        return ml_use(self.modules)

    @Fact
    def tools(self) -> tuple[ToolUse, ...]:
        """The tools that show in code and files, and how deeply; `tools.tools_used` picks from them."""
        return find_tools(self)

    @Fact
    def ci(self) -> Ci:
        """What continuous integration runs, followed through make, tox, nox and scripts."""
        return read_ci(self)

    @Fact
    def declarations(self) -> Declarations:
        """What the repository declares that it needs: dependencies, locks, Python; tests' and docs' too."""
        return read_declarations(self.tree, self.paths)

    @Fact
    def copies(self) -> tuple[str, ...]:
        """Folders (`lib/x/`) that are somebody else's repository, put into this one."""
        return find_copies(self)

    @Fact
    def documents(self) -> tuple[tuple[str, Document], ...]:
        """Path and parts of the texts for readers, the README first if there is one."""
        return read_documents(self)

    def notes(self, check: Check) -> tuple[Noted[Any], ...]:
        """What this check noted on single files, in the order of paths."""
        return self.taken.get(check.code, ())

    def calls(self, *patterns: str, modules: Iterable[ModuleFacts] | None = None) -> Iterator[tuple[str, str, int]]:
        """(path, dotted name, line) of every library call whose dotted name matches (`mlflow.log_*`)."""
        for module in self.code if modules is None else modules:
            for name, lines in module.calls.items():
                if any(fnmatchcase(name, pattern) for pattern in patterns):
                    for line in lines:
                        yield module.path, name, line

    def imports(self, *packages: str, modules: Iterable[ModuleFacts] | None = None) -> Iterator[tuple[str, int]]:
        """(path, line) of every import of one of these packages (dotted: `google.cloud`)."""
        for module in self.code if modules is None else modules:
            for name, line in module.imports.items():
                if any(name == package or name.startswith(package + ".") for package in packages):
                    yield module.path, line
                    break

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every readable path that is neither vendored nor generated."""
        return tuple(
            e.path for e in self.tree.files if e.readable and self.part(e.path) not in ("vendored", "generated")
        )

    @cached_property
    def file_names(self) -> frozenset[str]:
        """The last parts of all paths, of what could not be read as well."""
        return frozenset(e.name for e in self.tree.files)

    def part(self, path: str) -> Part:
        """What the file at this path is to the project."""
        return self._parts.get(path) or part_of(path)

    @cached_property
    def _parts(self) -> dict[str, Part]:
        return {m.path: m.part for m in self.modules}

    def glob(self, *patterns: str) -> tuple[str, ...]:
        """Paths that match one of the patterns, case-insensitively; `*` crosses folders, and a pattern without
        a slash matches the file name at any depth."""
        whole = _matcher(tuple(p.lower() for p in patterns if "/" in p))
        alone = _matcher(tuple(p.lower() for p in patterns if "/" not in p))
        return tuple(path for path, low, name in self._low_paths if alone(name) or whole(low))

    @cached_property
    def _low_paths(self) -> tuple[tuple[str, str, str], ...]:
        return tuple((path, low := path.lower(), low.rpartition("/")[2]) for path in self.paths)

    def text(self, path: str) -> Text:
        """A file's text (the first 300,000 characters); an empty one if it cannot be read."""
        found = self._texts.get(path)
        if found is None:
            try:
                found = Text(path, self.tree.read_text(path, _TEXT_LIMIT), self.artifact)
            except UnreadableError:
                found = Text(path, "", self.artifact)
            if len(self._texts) >= _TEXTS_KEPT:
                self._texts.clear()
            self._texts[path] = found
        return found

    def at(self, path: str, line: int | None = None) -> Location:
        """A place in a file, with the text of its line where there is one.

        In a notebook, `line` counts over its joined code cells, as in `ModuleFacts`.
        """
        if line is None:
            return Location(artifact=self.artifact, path=path)
        if path.endswith(".ipynb"):
            return self._notebook_place(path, line)
        return self.text(path).location(line)

    def _notebook_place(self, path: str, line: int) -> Location:
        cells = self._cells.get(path, ())
        index = bisect_right(cells, (line, _MOST_CELLS)) - 1
        if index < 0:
            return Location(artifact=self.artifact, path=path)
        start, number = cells[index]
        inner = line - start
        shown = self._cell_text(path, number).split("\n")[inner : inner + 1]
        return Location(artifact=self.artifact, path=path, cell=number, line=inner + 1, snippet="\n".join(shown)[:160])

    @cached_property
    def _cells(self) -> dict[str, tuple[tuple[int, int], ...]]:
        return {m.path: m.cells for m in self.modules if m.notebook}

    def _cell_text(self, path: str, number: int) -> str:
        found = self._notebooks.get(path)
        if found is None:
            try:
                cells = read_notebook(self.tree.read_text(path)).cells
            except (NotebookError, UnreadableError):
                cells = ()
            found = {cell.number: cell.source for cell in cells if cell.kind == "code"}
            if len(self._notebooks) >= _TEXTS_KEPT:
                self._notebooks.clear()
            self._notebooks[path] = found
        return found.get(number, "")

    @cached_property
    def readme(self) -> Text | None:
        """The README nearest to the root, None without one."""
        found = [p for p in self.paths if _README.match(p.rpartition("/")[2]) and not _OF_TOOLS.search(p)]
        return self.text(min(found, key=lambda p: (p.count("/"), len(p)))) if found else None


@cache
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """A quick test for one of these file patterns; false for none."""
    return re.compile("|".join(map(translate, patterns))).match if patterns else lambda _: None
