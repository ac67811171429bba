"""What a project declares that it needs: values, and the collector that the readers of single formats fill."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Literal

from packaging.utils import canonicalize_name

from heldout.material.tree import Tree, UnreadableError

Kind = Literal["pinned", "bounded", "free", "url", "locked"]
"""How far a declaration narrows the version: to one, to a range, not at all, to a source, or by a lock file."""

_READ_LIMIT = 4_000_000
_DEV = re.compile(
    r"dev|test|lint|docs?\b|docs?[-_]|ci\b|build|style|typ(e|ing)|check|release|bench|format|cover|ide\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One distribution that is asked for.

    `name` is normalised (PEP 503), `specifier` as written. `group` is empty for what is needed to run, else the
    extra, dependency group, or rest of the file's name (`dev`, `gpu`). `line` counts from 1, within `cell` in a
    notebook.
    """

    path: str
    line: int
    name: str
    specifier: str
    kind: Kind
    group: str = ""
    cell: int | None = None
    marked: bool = False
    """Whether an environment marker limits it to some systems or Pythons."""

    @property
    def dev(self) -> bool:
        """Whether only developers of the project need it, by the name of its group."""
        return bool(_DEV.search(self.group))

    @property
    def lower_bound(self) -> bool:
        """Whether it says from which version on: a pin, a lock or a source do."""
        return self.kind in ("pinned", "url", "locked") or bool(re.search(r"[>~=^]", self.specifier))


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file: what wrote it, the file that it locks (if that is in the tree), its packages."""

    path: str
    tool: str
    source: str | None
    packages: tuple[Declaration, ...]
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class PythonVersion:
    """A place that says for which Python the project is."""

    path: str
    line: int
    specifier: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """A place that makes an installable distribution of the tree, and its name if that is a literal."""

    path: str
    line: int
    name: str | None
    scripts: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a declaration that static reading could not tell."""

    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything that a tree says of its dependencies; nothing was executed to learn it."""

    declared: tuple[Declaration, ...] = ()
    locks: tuple[Lock, ...] = ()
    python_requires: tuple[PythonVersion, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    unreadable: tuple[Unread, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files that declare or lock something, in order of path."""
        return tuple(sorted({d.path for d in self.declared} | {lock.path for lock in self.locks}))

    @property
    def locked(self) -> frozenset[str]:
        """The normalised names that some lock file fixes."""
        return frozenset(package.name for lock in self.locks for package in lock.packages)

    @property
    def names(self) -> frozenset[str]:
        """The normalised names of everything declared or locked."""
        return frozenset(d.name for d in self.declared) | self.locked


@dataclass
class Collector:
    """Gathers what the readers of single formats find in one tree."""

    tree: Tree
    declared: list[Declaration] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)
    python: list[PythonVersion] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    unreadable: list[Unread] = field(default_factory=list)
    read: set[tuple[str, str]] = field(default_factory=set)
    """The requirement files that were read, with the group that they were read for: includes can form a circle."""

    def text(self, path: str) -> str:
        """A file's text; an unreadable one is noted and empty."""
        try:
            return self.tree.read_text(path, _READ_LIMIT)
        except UnreadableError as error:
            self.cannot(path, 1, str(error))
            return ""

    def cannot(self, path: str, line: int, why: str) -> None:
        """Note what could not be told."""
        self.unreadable.append(Unread(path, line, why))

    def beside(self, path: str, other: str) -> str | None:
        """The path of a file named relative to the folder of another; None if the tree has no such file."""
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), other.strip().replace("\\", "/")))
        return found if found in self.tree else None

    def result(self) -> Declarations:
        """What was gathered, without repetitions."""
        return Declarations(
            tuple(dict.fromkeys(self.declared)),
            tuple(self.locks),
            tuple(dict.fromkeys(self.python)),
            tuple(dict.fromkeys(self.distributions)),
            tuple(dict.fromkeys(self.unreadable)),
        )


def normalise(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return str(canonicalize_name(name.strip()))


def line_of(text: str, needle: str, start: int = 1) -> int:
    """The first line, from 1, at or after `start` that holds the needle; `start` if none does."""
    if start == 1:
        offset = text.find(needle)
        return text.count("\n", 0, offset) + 1 if offset >= 0 else 1
    for number, line in enumerate(text.split("\n")[start - 1 :], start=start):
        if needle in line:
            return number
    return start
