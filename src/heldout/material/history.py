"""Who changed what and when, read from a private copy of a git history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from heldout.evidence.types import Gap
from heldout.material.git import Git, GitError
from heldout.material.git_output import Pending
from heldout.material.limits import Limits
from heldout.material.repository import Repository
from heldout.material.tree import shown

_FIELDS = ("%H", "%P", "%aN", "%aE", "%ad", "%cN", "%cE", "%cd", "%s", "%(trailers:key=Co-authored-by,valueonly)")
_DATE = re.compile(r"(-?\d{1,12}) ([+-])(\d\d)(\d\d)")
_PERSON = re.compile(r"\s*(.{0,200}?)\s*<([^<>]{0,200})>\s*")
_TEXT = 300
_UNREAD = (
    "json", "csv", "tsv", "lock", "svg", "xml", "html", "js", "css", "map", "go", "sum", "txt", "data", "png", "jpg",
    "jpeg", "gif", "pdf", "npy", "npz", "pkl", "h5", "hdf5", "pt", "pth", "onnx", "bin", "gz", "zip", "mp4", "wav",
)  # fmt: skip
"""Data, media and generated files: half to nine tenths of the time of a history, and nobody's written lines."""
_WRITTEN_PATHS = ("--", ".", *(f":(exclude,icase)*.{suffix}" for suffix in (*_UNREAD, "ipynb")))
_NOTEBOOK_PATHS = ("--", ":(icase)*.ipynb")
"""Notebooks are JSON with pictures: to count their lines takes ten times as long as all the rest, and says nothing."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an e-mail address as a commit gives them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file in one commit; `added` and `deleted` are lines, None where they are not counted: for a binary file or a
    notebook (0 where the commit only removed or moved it).

    `renamed_from` is the older path when git recognises the file under a new name.
    """

    path: str
    added: int | None
    deleted: int | None
    renamed_from: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; the dates carry their own time zone. `co_authors` are its `Co-authored-by` lines.

    `changes` is None when it was not looked at: a merge, or a commit past the limits of the history.
    """

    sha: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    authored: datetime
    committed: datetime
    subject: str
    co_authors: tuple[Person, ...] = ()
    changes: tuple[Change, ...] | None = None


@dataclass(frozen=True)
class History:
    """The commits reachable from what is reviewed, newest first.

    `assessable` is False, with the `reason`, when the commits cannot say who wrote what. `complete` is True
    when every commit was read with its changes; only then is "nobody else ever touched it" known.
    Changes of data, media and generated files (by suffix) are not listed.
    """

    git: Git
    head: str
    commits: tuple[Commit, ...]
    assessable: bool
    reason: str = ""
    complete: bool = True
    gaps: tuple[Gap, ...] = ()


def read_history(repository: Repository, head: str, limits: Limits, *, mailmap: bool = False) -> History:
    """The history of `head`: all commits in one pass, then their changes by two processes side by side.

    The repository's own mailmap is not believed unless asked for: whoever writes it can hand other people's
    commits to themselves. Merges have no changes of their own here. Never raises for a broken history: it is
    then not assessable.
    """
    return begin_history(repository, head, limits, mailmap=mailmap).finish()


def begin_history(repository: Repository, head: str, limits: Limits, *, mailmap: bool = False) -> Reading:
    """As `read_history`, up to where git looks for the changes, which takes the longest; `finish` waits for them."""
    git = repository.git
    gaps: list[Gap] = []
    commits: list[Commit] = []
    try:
        commits = list(_commits(git, head, limits, mailmap=mailmap))
    except GitError as error:
        gaps.append(Gap(what=f"history before the newest {len(commits):,} commits", why=str(error)))
    complete = not gaps and len(commits) < limits.commits and not repository.shallow
    if len(commits) >= limits.commits:
        gaps.append(Gap(what=f"commits before the newest {limits.commits:,}", why="a limit on long histories"))
    plain = [commit.sha for commit in commits if len(commit.parents) < 2]
    diffed = plain[: limits.diffed]
    if len(plain) > len(diffed):
        gaps.append(Gap(what=f"changes before the newest {len(diffed):,} commits", why="a limit on long histories"))
    parts = [(part, _ask_for_changes(git, part, "--numstat", _WRITTEN_PATHS)) for part in _halves(diffed)]
    parts += [(diffed, _ask_for_changes(git, diffed, "--raw", _NOTEBOOK_PATHS))] if diffed else []
    return Reading(repository, head, limits, commits, complete and len(diffed) == len(plain), gaps, parts)


@dataclass
class Reading:
    """A history of which git still looks for the changes."""

    repository: Repository
    head: str
    limits: Limits
    commits: list[Commit]
    complete: bool
    gaps: list[Gap]
    parts: list[tuple[list[str], Pending]]

    def finish(self) -> History:
        """The history, when git has done its part."""
        changes: dict[str, list[Change]] = {}
        try:
            for shas, pending in self.parts:
                changes |= {sha: [] for sha in shas if sha not in changes}
                for sha, change in _changes(pending.result(self.limits.seconds)):
                    changes.setdefault(sha, []).append(change)
        except GitError as error:
            for _, pending in self.parts:
                pending.end()
            self.complete, changes = False, {}
            self.gaps.append(Gap(what="which files each commit changed", why=str(error)))
        found = {sha: tuple(several) for sha, several in changes.items()}
        commits = tuple(replace(commit, changes=found.get(commit.sha)) for commit in self.commits)
        reason = _reason(commits, self.repository)
        gaps = tuple(dict.fromkeys(self.gaps))
        return History(self.repository.git, self.head, commits, not reason, reason, self.complete, gaps)


def _reason(commits: Sequence[Commit], repository: Repository) -> str:
    if not commits:
        return "the history cannot be read"
    if repository.shallow:
        return f"a shallow clone with {len(commits):,} commits: the older history is missing"
    if len(commits) == 1:
        return "a single commit: it shows who uploaded the files, not who wrote them"
    return ""


def _commits(git: Git, head: str, limits: Limits, *, mailmap: bool) -> Iterator[Commit]:
    form = "%x00".join(_FIELDS)
    if not mailmap:
        form = form.replace("aN", "an").replace("aE", "ae").replace("cN", "cn").replace("cE", "ce")
    args = ("log", "-z", "--date=raw", f"--max-count={limits.commits}", f"--format=tformat:{form}", head, "--")
    data = git.run(*args, seconds=limits.seconds)
    values = data.decode("utf-8", errors="replace").split("\0")
    for at in range(0, len(values) - len(_FIELDS), len(_FIELDS)):
        sha, parents, name, email, authored, c_name, c_email, committed, subject, trailers = values[
            at : at + len(_FIELDS)
        ]
        yield Commit(
            sha,
            tuple(parents.split()),
            Person(name[:_TEXT], email[:_TEXT]),
            Person(c_name[:_TEXT], c_email[:_TEXT]),
            _date(authored),
            _date(committed),
            subject[:_TEXT],
            tuple(_people(trailers)),
        )


def _people(trailers: str) -> Iterator[Person]:
    for line in trailers[:10_000].splitlines():
        match = _PERSON.fullmatch(line[:500])
        if match:
            yield Person(match[1], match[2])


def _date(raw: str) -> datetime:
    """A date as git stores it, seconds and offset; an impossible one becomes the nearest possible."""
    match = _DATE.fullmatch(raw.strip())
    if match is None:
        return datetime.fromtimestamp(0, UTC)
    minutes = min(int(match[3]) * 60 + int(match[4]), 14 * 60) * (-1 if match[2] == "-" else 1)
    seconds = min(max(int(match[1]), 0), 4_102_444_800)
    return datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))


def _halves(shas: list[str]) -> list[list[str]]:
    """Two parts for two processes."""
    half = (len(shas) + 1) // 2
    return [part for part in (shas[:half], shas[half:]) if part]


def _ask_for_changes(git: Git, shas: list[str], how: str, paths: tuple[str, ...]) -> Pending:
    args = ("diff-tree", "--stdin", "-z", "-r", "-M", "--root", how, "--no-ext-diff", "--no-textconv")
    return git.begin(*args, *paths, stdin="\n".join(shas).encode("ascii") + b"\n")


def _changes(data: bytes) -> Iterator[tuple[str, Change]]:
    """(commit, file touched) with lines added and deleted, renames followed, from both forms of output."""
    records = iter(data.split(b"\0"))
    sha = ""
    for record in records:
        if record.startswith(b":"):
            yield sha, _unlined(record.rpartition(b" ")[2], records)
        elif record.count(b"\t") >= 2:
            added, deleted, path = record.split(b"\t", 2)
            older = None
            if not path:
                older, path = shown(next(records, b"")), next(records, b"")
            yield sha, Change(shown(path), _number(added), _number(deleted), older)
        else:
            sha = record.decode("ascii", errors="replace")


def _unlined(status: bytes, records: Iterator[bytes]) -> Change:
    """A change whose lines are not counted: `M`, `A`, `D`, or `R` and `C` with how much is the same (`R100`)."""
    older = shown(next(records, b"")) if status[:1] in (b"R", b"C") else None
    nothing_new = status[:1] == b"D" or status == b"R100"
    return Change(shown(next(records, b"")), 0 if nothing_new else None, None, older if status[:1] == b"R" else None)


def _number(text: bytes) -> int | None:
    return None if text == b"-" else int(text)
