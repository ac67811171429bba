"""A delivery as its finders look at it: texts and syntax trees read once, and nothing that somebody else wrote.

`folder` limits where is looked; paths stay relative to the delivery, so that a sub-project finds what it reads from
the folders beside it.
"""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from heldout.material.notebook import JoinedSource, Notebook, NotebookError, join_cells, read_notebook
from heldout.material.tree import FileEntry, Tree, UnreadableError

_TEXT = 400_000
"""Bytes of a text that are looked at: a person's file is shorter."""
_CODE = 400_000
_NOTEBOOK = 8_000_000
_YAML = 200_000
_PARSED = 1_500
"""Python files that are parsed: a delivery that holds more holds other people's."""
_YAML_DEPTH = 30
_YAML_ALIASES = 20
"""Each can double what comes out: twenty make a thousand of one, a bomb has eighty."""
_FOREIGN = re.compile(
    r"(^|/)(site-packages|dist-packages|node_modules|__pycache__|\.ipynb_checkpoints|\.venv|venv|\.tox|\.eggs|_static|"
    r"_build|third[_-]?party|vendor|[^/]+\.egg-info|[^/]+\.dist-info|\.git|\.dvc)/",
    re.IGNORECASE,
)
_YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class View:
    """The files of a delivery at or below `folder`, without installed, generated and vendored ones."""

    tree: Tree
    folder: str = "."
    steps_left: int = 800_000
    """Statements and expressions that are still followed, over all scripts together."""
    memory: dict[str, Any] = field(default_factory=dict, repr=False)
    """What finders work out once and others need again."""
    _texts: dict[str, str] = field(default_factory=dict, repr=False)
    _modules: dict[str, ast.Module | None] = field(default_factory=dict, repr=False)
    _notebooks: dict[str, tuple[Notebook, JoinedSource] | None] = field(default_factory=dict, repr=False)

    @cached_property
    def files(self) -> tuple[FileEntry, ...]:
        """The delivery's own files here, those nearest to the top first."""
        environments = {e.path.rpartition("/")[0] + "/" for e in self.tree.files if e.name == "pyvenv.cfg"}
        kept = [
            entry
            for entry in self.tree.files
            if self.inside(entry.path)
            and not _FOREIGN.search(entry.path)
            and not any(entry.path.startswith(folder) for folder in environments if folder != "/")
        ]
        return tuple(sorted(kept, key=lambda entry: (entry.path.count("/"), entry.path)))

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder of the whole delivery, `.` for its root."""
        found = {"."}
        for entry in self.tree.files:
            folder = entry.path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """The paths of the delivery's own files of one name."""
        found: dict[str, list[str]] = {}
        for entry in self.files:
            found.setdefault(entry.name, []).append(entry.path)
        return {name: tuple(paths) for name, paths in found.items()}

    def inside(self, path: str) -> bool:
        """Whether a path lies where is looked."""
        return self.folder in {".", path} or path.startswith(f"{self.folder}/")

    def having(self, *suffixes: str) -> tuple[FileEntry, ...]:
        """The readable own files with one of these suffixes (lower case, with the dot)."""
        return tuple(entry for entry in self.files if entry.readable and entry.suffix in suffixes)

    def named(self, *names: str) -> tuple[FileEntry, ...]:
        """The readable own files with one of these names, whatever the case."""
        return tuple(entry for entry in self.files if entry.readable and entry.name.lower() in names)

    def exists(self, path: str) -> bool:
        """Whether the delivery has this file or folder."""
        return path in self.tree or path in self.folders

    def text(self, path: str) -> str:
        """A file's text; empty when it cannot be read or is no text."""
        if path not in self._texts:
            try:
                text = self.tree.read_text(path, _TEXT)
            except UnreadableError:
                text = ""
            self._texts[path] = "" if "\0" in text[:4_000] else text
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        """A file's lines."""
        return self.text(path).split("\n")

    def module(self, path: str) -> ast.Module | None:
        """The syntax tree of a Python file; None when it is none that can be parsed."""
        if path not in self._modules:
            text = self.text(path) if len(self._modules) < _PARSED else ""
            self._modules[path] = parse(text) if text and len(text) < _CODE else None
        return self._modules[path]

    def notebook(self, path: str) -> tuple[Notebook, JoinedSource] | None:
        """A Python notebook with its joined code; None when it cannot be read or is in another language."""
        if path not in self._notebooks:
            self._notebooks[path] = self._read_notebook(path)
        return self._notebooks[path]

    def _read_notebook(self, path: str) -> tuple[Notebook, JoinedSource] | None:
        try:
            notebook = read_notebook(self.tree.read_text(path, _NOTEBOOK))
            if notebook.language != "python":
                return None
            return notebook, join_cells(notebook)
        except (UnreadableError, NotebookError, RecursionError, MemoryError):
            return None

    def yaml(self, path: str) -> Any:
        """The data of a YAML file; None when it is none, or one that no person would write."""
        return read_yaml(self.text(path))


def parse(text: str) -> ast.Module | None:
    """The syntax tree of a Python source, None for what is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_yaml(text: str) -> Any:
    """The data of a YAML text; None for what is none, or one that nests or repeats itself as no person writes."""
    if not text or len(text) > _YAML:
        return None
    try:
        depth = aliases = 0
        for event in yaml.parse(text, Loader=_YamlLoader):
            aliases += isinstance(event, yaml.AliasEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _YAML_DEPTH or aliases > _YAML_ALIASES:
                return None
        return yaml.load(text, Loader=_YamlLoader)  # noqa: S506 - a safe loader, of either kind
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, LookupError):
        return None


def line_with(text: str, needle: str) -> int:
    """The first line, from 1, that holds the needle; 1 when none does."""
    offset = text.find(needle)
    return text.count("\n", 0, offset) + 1 if offset >= 0 else 1


def joined(folder: str, path: str) -> str | None:
    """A path as written in a folder, relative to the delivery; None when it leads out of it."""
    if not path or path.startswith(("/", "~")) or "\0" in path or re.match(r"[A-Za-z]:[\\/]", path):
        return None
    found = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    return None if found == ".." or found.startswith(("../", "/")) else found


def parent(path: str) -> str:
    """The folder of a path, `.` for the root."""
    return path.rpartition("/")[0] or "."


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items without repetitions, in order."""
    return tuple(dict.fromkeys(items))
