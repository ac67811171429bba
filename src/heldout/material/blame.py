"""Which surviving line is whose.

Blame is the dear part of a review, so it is asked only where it can say something new. The pass over the
changes (`history`) already tells, for every file, everyone who ever added to it under any of its names. A file that
one person alone added to, by whatever names and addresses, is wholly theirs, for free. Compared with blame on five
repositories, 329 of 331 files that one identity alone touched agree; two one-line `__init__.py`, renamed among
twins, do not (a merge that itself edits lines would be another exception). That settles a quarter (rlcard, 26
people) to all (a personal repository) of the files. An incremental attribution of our own over all diffs was
considered and left: it has to redo git's merges.

The rest go to `git blame -w --incremental`, two at a time, each started by a loop of the shell. Measured with git 2.39
on two cores, the cost of a file is about 3 ms for the process, 6 us for each commit of the history (the walk that
finds the file's own), and 0.2 ms for each commit that touched it. The files are chosen by that cost, not by the clock,
so the same repository gives the same choice on any machine; a clock at several times the budget only guards against a
hostile history. Changed-path filters (`commit-graph --changed-paths`) took a fifth off blame on rlcard and as long to
write as they saved; they are written when the walk costs more than they do.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from heldout.evidence.types import Gap
from heldout.material.git import GitError
from heldout.material.history import History, Person
from heldout.material.identity import People
from heldout.material.tree import shown

_PROCESS, _WALK, _TOUCH = 3e-3, 6e-6, 2e-4
_STRATA = 4
_GUARD, _LEAST_GUARD = 6.0, 5.0
_HUNK = re.compile(rb"^([0-9a-f]{40,64}) (\d+) (\d+) (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """Lines `first` to `last` (from 1, inclusive) of a file that survive from one author.

    `sha` is the commit, None where only the author is known (nobody else ever touched the file).
    """

    first: int
    last: int
    author: Person
    sha: str | None = None


@dataclass(frozen=True)
class Ownership:
    """Who wrote the lines that survive, file by file, and how much of what was asked could be looked at.

    Lines are counted as line breaks, with a last line that has none. `exact` counts the files that needed no
    blame, `blamed` those that went through it.
    """

    files: dict[str, tuple[Run, ...]] = field(default_factory=dict)
    files_asked: int = 0
    lines_asked: int = 0
    lines_known: int = 0
    exact: int = 0
    blamed: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def coverage(self) -> float:
        """The share (0-1) of the lines asked for whose author is known; 0 when there were none."""
        return self.lines_known / self.lines_asked if self.lines_asked else 0.0

    def lines(self, path: str, first: int = 1, last: int | None = None) -> dict[Person, int] | None:
        """Surviving lines for each author in a range of lines; None when the file was not looked at."""
        runs = self.files.get(path)
        if runs is None:
            return None
        counts: dict[Person, int] = {}
        for run in runs:
            overlap = min(run.last, run.last if last is None else last) - max(run.first, first) + 1
            if overlap > 0:
                counts[run.author] = counts.get(run.author, 0) + overlap
        return counts


def blame(history: History, lines: dict[str, int], seconds: float | None = None) -> Ownership:
    """Ownership of files by path; `lines` gives the number of lines of each (as the caller counts them).

    `seconds` is the expected time that blame may take on two cores (default: 1.2). When that is too little
    for all, a fixed sample is taken: four strata by size, in each the order of the hashed paths, in turn.
    A history that is not assessable gives an empty result with a gap.
    """
    asked = {path: count for path, count in lines.items() if count > 0}
    if not history.assessable:
        gap = Gap(what="who wrote which lines", why=history.reason)
        return Ownership(files_asked=len(asked), lines_asked=sum(asked.values()), gaps=(gap,))
    people = People.of(history.commits)
    touched = _touched(history, people)
    files: dict[str, tuple[Run, ...]] = {}
    if history.complete:
        for path, count in asked.items():
            numbers = touched.get(path, _Touched()).people
            if len(numbers) == 1:
                files[path] = (Run(1, count, people.identities[next(iter(numbers))][0]),)
    exact = len(files)
    waiting = {path: count for path, count in asked.items() if path not in files}
    budget = 1.2 if seconds is None else seconds
    chosen = _choose(waiting, touched, len(history.commits), budget * 2)
    _index(history, len(chosen))
    blamed, late = _blame_all(history, chosen, max(budget * _GUARD, _LEAST_GUARD))
    files.update(blamed)
    failure = "git was too slow on them" if late else "git could not follow them"
    left = (len(waiting) - len(chosen), "a sample was taken to keep to the time"), (len(chosen) - len(blamed), failure)
    gaps = tuple(
        Gap(what=f"who wrote which lines of {count:,} files", why=why, ours=True) for count, why in left if count
    )
    known = sum(asked[path] for path in files)
    return Ownership(files, len(asked), sum(asked.values()), known, exact, len(blamed), gaps)


@dataclass
class _Touched:
    people: set[int] = field(default_factory=set)
    commits: int = 0


def _touched(history: History, people: People) -> dict[str, _Touched]:
    """The numbers of all who added lines to each path or a path it was renamed from, oldest commit first; co-authors
    too. Who only took lines away or moved the file has none that could survive.
    """
    found: dict[str, _Touched] = {}
    for commit in reversed(history.commits):
        for change in commit.changes or ():
            here = found.setdefault(change.path, _Touched())
            if change.renamed_from is not None and change.renamed_from in found:
                older = found[change.renamed_from]
                here.people |= older.people
                here.commits += older.commits
            if change.added != 0:
                here.people.update(people.person_of[person] for person in (commit.author, *commit.co_authors))
            here.commits += 1
    return found


def _choose(waiting: dict[str, int], touched: dict[str, _Touched], commits: int, budget: float) -> list[str]:
    """The files to blame within `budget` expected seconds of one core."""
    by_size = sorted(waiting, key=lambda path: (waiting[path], path))
    step = max(1, -(-len(by_size) // _STRATA))
    strata = [
        deque(sorted(by_size[at : at + step], key=lambda path: hashlib.sha256(path.encode()).digest()))
        for at in range(0, len(by_size), step)
    ]
    chosen: list[str] = []
    total = 0.0
    while any(strata):
        for stratum in reversed(strata):
            if not stratum:
                continue
            path = stratum.popleft()
            touches = touched[path].commits if path in touched else 0
            total += _PROCESS + _WALK * commits + _TOUCH * touches
            if total > budget:
                return chosen
            chosen.append(path)
    return chosen


def _index(history: History, files: int) -> None:
    """Write changed-path filters where the walks they shorten take longer than writing them."""
    commits = len(history.commits)
    if history.git.replaced or files * commits * _WALK * 0.2 < commits * 6e-5:
        return
    try:
        args = ("commit-graph", "write", "--stdin-commits", "--changed-paths", "--no-progress")
        history.git.run(*args, stdin=f"{history.head}\n".encode(), seconds=30.0)
    except GitError:
        return  # it only makes things faster


def _blame_all(history: History, paths: Sequence[str], guard: float) -> tuple[dict[str, tuple[Run, ...]], bool]:
    """Runs by path as far as git gets within `guard` seconds, and whether it was too slow."""
    authors = {commit.sha: commit.author for commit in history.commits}
    until = time.monotonic() + guard
    names = _stored(history, paths)
    args = ("blame", "-w", "--incremental", history.head, "--")
    halves = (list(names.values())[::2], list(names.values())[1::2])
    both = [history.git.begin_each(*args, last=half) for half in halves if half]
    outputs: dict[str, bytes] = {}
    late = False
    try:
        for each in both:
            done, whole = each.results(until - time.monotonic())
            outputs |= done
            late = late or not whole
    except BaseException:  # interrupted: nobody waits for git
        history.git.stop()
        raise
    blamed = ((path, _runs(outputs[name], authors)) for path, name in names.items() if name in outputs)
    return {path: runs for path, runs in blamed if runs}, late


def _stored(history: History, paths: Sequence[str]) -> dict[str, str]:
    """The name that git has for each path: `shown` may have written its odd characters as escapes."""
    if not any("\\" in path for path in paths):
        return {path: path for path in paths}
    try:
        listing = history.git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", history.head)
    except GitError:
        return {}
    names = {shown(name): name for name in reversed(listing.split(b"\0"))}  # of two that read the same, the first
    return {path: names[path].decode("utf-8", "surrogateescape") for path in paths if path in names}


def _runs(output: bytes, authors: dict[str, Person]) -> tuple[Run, ...]:
    """Runs of lines from `git blame --incremental`, sorted; lines of commits beyond the limits are left out."""
    hunks = []
    for match in _HUNK.finditer(output):
        sha, _, first, count = match.groups()
        author = authors.get(sha.decode())
        if author is not None:
            hunks.append(Run(int(first), int(first) + int(count) - 1, author, sha.decode()))
    return tuple(sorted(hunks, key=lambda run: run.first))
