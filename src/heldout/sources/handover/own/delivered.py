"""The texts of a delivery as the checks of ownership read them: pages for people, code, settings; nothing is run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from heldout.evidence import Location
from heldout.material import FileEntry, Material, UnreadableError
from heldout.material.credentials import mask
from heldout.material.document import Document, read_document
from heldout.material.notebook import Cell, NotebookError, read_notebook
from heldout.material.paths import Part, part_of
from heldout.sources.handover.plan import Plan

_TEXT = 300_000
"""Characters of one text that are read."""
_NOTEBOOK = 8_000_000
_PAGES = 60
_FILES = 3_000
"""Files of code and settings that are read: nobody writes more for one delivery."""

_PAGE = (".md", ".rst", ".qmd", ".rmd", ".markdown", ".adoc", ".org")
_PAGE_NAME = re.compile(r"^(readme|model[_-]?card|data[_-]?card|datasheet|support|runbook)[^/]*$", re.IGNORECASE)
_RECORD = re.compile(
    r"(^|/)(licen[cs]e|copying|change|history|news|contribut|code_of|authors|security|pull_request|issue_template"
    r"|release|notice|citation|todo)[^/]*$|(^|/)_?templates/|egg-info",
    re.IGNORECASE,
)
_SETTING = (
    *(".yaml", ".yml", ".toml", ".cfg", ".ini", ".env", ".tf", ".tfvars", ".properties", ".conf", ".dvc", ".json"),
)
_SETTING_NAME = re.compile(
    r"(^|/)(dockerfile[^/]*|containerfile|makefile|justfile|procfile|pipfile|snakefile|mlproject|pip\.conf|\.env[^/]*"
    r"|\.npmrc|\.pypirc|\.dvc/config[^/]*|requirements[^/]*\.(txt|in)|constraints[^/]*\.txt)$",
    re.IGNORECASE,
)
_NO_SETTING = re.compile(
    r"(^|/)(package-lock|yarn|poetry|uv|pdm|conda|pipfile)[^/]*\.lock$|(^|/)package-lock\.json$|(^|/)mlruns/|\.ipynb$"
    r"|(^|/)\.(github|gitlab|circleci|vscode|idea)/|(^|/)\.pre-commit|(^|/)dvc\.lock$",
    re.IGNORECASE,
)
_WORKFLOW = re.compile(
    r"^\.github/workflows/[^/]+\.ya?ml$|^\.gitlab-ci\.yml$|^\.circleci/config\.yml$|^azure-pipelines[^/]*\.ya?ml$"
    r"|^\.travis\.yml$|(^|/)Jenkinsfile$|^bitbucket-pipelines\.yml$",
    re.IGNORECASE,
)
MOST = 50
"""Matches of one pattern in one text that are looked at."""
_JSON = 60_000
"""Bytes from which a JSON file is data and no setting."""


@dataclass(frozen=True)
class Text:
    """A text, or one cell of a notebook, with its place."""

    path: str
    text: str
    part: Part
    cell: int | None = None
    artifact: str = ""

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    def line_at(self, offset: int) -> int:
        """The line, from 1, in which a character stands."""
        return self.text.count("\n", 0, offset) + 1

    def at(self, line: int) -> Location:
        """A place with its line; secrets in it are hidden."""
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        snippet = mask(shown[:2_000])[:200]
        return Location(artifact=self.artifact, path=self.path, cell=self.cell, line=line, snippet=snippet)

    def place(self, match: re.Match[str]) -> Location:
        """The place of a match of a pattern in the text."""
        return self.at(self.line_at(match.start()))


@dataclass(frozen=True)
class Page(Text):
    """A text for readers, also taken apart."""

    @cached_property
    def document(self) -> Document:
        """Its sections, code blocks and tables."""
        return read_document(self.text)


@dataclass
class Delivered:
    """A delivery as it is read. Where the plan keeps to one folder of many, so does the reading."""

    material: Material
    plan: Plan = field(default_factory=Plan)

    @cached_property
    def scope(self) -> str:
        """The folder that everything of the plan stands in, with a slash at its end; empty for the whole."""
        folders = {step.folder.strip("./") for step in self.plan.steps}
        top = {folder.split("/")[0] for folder in folders}
        if len(top) != 1 or "" in top:
            return ""
        return posixpath.commonpath(list(folders)) + "/"

    @cached_property
    def _entries(self) -> tuple[FileEntry, ...]:
        """Readable files in scope, and those that stand above it, that are the delivery's own and no tests."""
        return tuple(
            entry
            for entry in self.material.tree.files
            if entry.readable
            and self._within(entry.path)
            and part_of(entry.path) not in ("vendored", "generated", "test")
        )

    def _within(self, path: str) -> bool:
        return path.startswith(self.scope) or self.scope.startswith(path.rpartition("/")[0])

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every readable path in scope that is neither vendored nor generated nor a test."""
        return tuple(entry.path for entry in self._entries)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """READMEs, cards and guides, those nearest to the root first."""
        found = [
            path
            for path in self.paths
            if (path.lower().endswith(_PAGE) or _PAGE_NAME.match(path.rpartition("/")[2]))
            and not _RECORD.search(path)
            and not path.endswith((".py", ".ipynb"))
        ]
        found.sort(key=lambda path: (path.count("/"), not _PAGE_NAME.match(path.rpartition("/")[2]), path))
        pages = (Page(path, self._read(path), part_of(path), None, self.material.name) for path in found)
        return tuple(page for page in islice(pages, _PAGES) if page.text.strip())

    @cached_property
    def code(self) -> tuple[Text, ...]:
        """Python files, shell scripts, SQL, and the code cells of notebooks."""
        found = islice((p for p in self.paths if p.lower().endswith((".py", ".sh", ".bat", ".r", ".sql"))), _FILES)
        files = [self._text(path) for path in found]
        cells = [
            Text(path, cell.source, part_of(path), cell.number, self.material.name)
            for path, cell in self._cells("code")
        ]
        return (*files, *cells)

    @cached_property
    def told_in_notebooks(self) -> tuple[Page, ...]:
        """The text cells of notebooks, as pages."""
        return tuple(
            Page(path, cell.source, part_of(path), cell.number, self.material.name)
            for path, cell in self._cells("markdown")
        )

    @cached_property
    def tests(self) -> tuple[Text, ...]:
        """The Python files that are tests."""
        found = (
            entry.path
            for entry in self.material.tree.files
            if entry.readable and entry.suffix == ".py" and part_of(entry.path) == "test" and self._within(entry.path)
        )
        return tuple(self._text(path) for path in islice(found, _FILES))

    @cached_property
    def workflows(self) -> tuple[Text, ...]:
        """What runs by itself at each change: GitHub's and GitLab's workflows and the like."""
        found = (entry.path for entry in self.material.tree.files if entry.readable and _WORKFLOW.search(entry.path))
        return tuple(self._text(path) for path in islice(found, _PAGES))

    @cached_property
    def settings(self) -> tuple[Text, ...]:
        """Files of settings: YAML, TOML, Dockerfiles, Makefiles, small JSON files and the like."""
        found = []
        for entry in self._entries:
            named = entry.suffix in _SETTING or _SETTING_NAME.search(entry.path)
            if not named or _NO_SETTING.search(entry.path):
                continue
            if entry.suffix != ".json" or entry.size <= _JSON:
                found.append(entry.path)
        return tuple(self._text(path) for path in found[:_FILES])

    def file(self, path: str) -> Text:
        """One file as text, empty when it cannot be read."""
        return self._text(path)

    def named(self, pattern: str) -> tuple[str, ...]:
        """The readable paths in which a pattern is found, letter case apart."""
        wanted = re.compile(pattern, re.IGNORECASE)
        return tuple(path for path in self.paths if wanted.search(path))

    def _text(self, path: str) -> Text:
        return Text(path, self._read(path), part_of(path), None, self.material.name)

    def _read(self, path: str, limit: int = _TEXT) -> str:
        try:
            return self.material.tree.read_text(path, limit)
        except UnreadableError:
            return ""

    def _cells(self, kind: str) -> Iterator[tuple[str, Cell]]:
        for path, cells in self._notebooks:
            yield from ((path, cell) for cell in cells if cell.kind == kind)

    @cached_property
    def _notebooks(self) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
        found = []
        for path in islice((p for p in self.paths if p.endswith(".ipynb")), _FILES):
            try:
                found.append((path, read_notebook(self._read(path, _NOTEBOOK)).cells))
            except NotebookError:
                continue
        return tuple(found)


def matches(texts: Iterable[Text], pattern: re.Pattern[str]) -> Iterator[tuple[Text, re.Match[str]]]:
    """The matches of a pattern in some texts, with the text: the first fifty in each, for nobody reads more."""
    for text in texts:
        for match in islice(pattern.finditer(text.text), MOST):
            yield text, match


def in_comment(text: Text, match: re.Match[str]) -> bool:
    """Whether a match stands behind a `#` or `//` on its line, or in a line that begins with one."""
    line = text.lines[text.line_at(match.start()) - 1]
    column = match.start() - (text.text.rfind("\n", 0, match.start()) + 1)
    return bool(re.search(r"(^|\s)(#|//|--|;)", line[:column]))
