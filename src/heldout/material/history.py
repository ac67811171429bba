"""Who changed what and when, from a private copy of a git history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an e-mail address as a commit gives them (after the repository's own mailmap)."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file in one commit; `added` and `deleted` are lines, None for a binary file.

    `renamed_from` is the older path when git recognises the file under a new name.
    """

    path: str
    added: int | None
    deleted: int | None
    renamed_from: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; the dates carry their own time zone. `co_authors` are its `Co-authored-by` lines."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    authored: datetime
    committed: datetime
    subject: str
    co_authors: tuple[Person, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Lines `first` to `last` (from 1, inclusive) of a file that survive from one author."""

    first: int
    last: int
    author: Person
    sha: str | None
    """The commit, None where only the author is known (nobody else ever touched the file)."""


@dataclass(frozen=True)
class Ownership:
    """Who wrote the lines that survive, file by file, and how much of what was asked could be looked at."""

    files: dict[str, tuple[Run, ...]]
    files_asked: int = 0
    lines_asked: int = 0
    lines_known: int = 0

    def lines(self, path: str, first: int = 1, last: int | None = None) -> dict[Person, int] | None:
        """Surviving lines for each author within a range of lines; None when the file was not looked at."""
        runs = self.files.get(path)
        if runs is None:
            return None
        counts: dict[Person, int] = {}
        for run in runs:
            overlap = min(run.last, last if last is not None else run.last) - max(run.first, first) + 1
            if overlap > 0:
                counts[run.author] = counts.get(run.author, 0) + overlap
        return counts


@dataclass(frozen=True)
class History:
    """The commits reachable from what is reviewed, newest first."""

    repository: str
    """The private bare copy."""
    head: str
    commits: tuple[Commit, ...]
    assessable: bool
    reason: str = ""
