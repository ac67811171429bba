"""How the work came about: what a history can and cannot show. These checks mostly inform; they judge no person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.material.identity import is_bot
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp, rounded
from heldout.sources.repository.copies import NOTICE, committed, holder_of
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository

_IDLE = re.compile(
    r"^(update[sd]?|(bug )?fix(e[sd])?|wip|test(s|ing)?|(minor |small )?(changes?|edits?|updates?|fix(es)?)|commit"
    r"|initial( commit)?|minor|misc|stuff|cleanup|typo|(add(ed)?|delete) files via upload"
    r"|create|delete|remove|rename|\W+|\w{1,2})?"
    r"( (the )?(readme(\.md)?|(main )?files?|code|bugs?|it|this|stuff|things?"
    r"|[\w./-]*\.\w{1,6}|dockerfile|makefile|licen[cs]e))?[.!]*$",
    re.IGNORECASE,
)


_NAMES_FILE = re.compile(
    r"^(add(ed|s)?|upload(ed|s)?|create[sd]?|delete[sd]?|remove[sd]?|rename[sd]?|modif(y|ied)|change[sd]?|commit(ted)?|new|save[sd]?)"
    r"( (the )?[\w./-]*\w\.(?!\d)\w{1,6})+[.!]*$",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"[A-Za-zÀ-ÿ]{1,20}[.!?]*")
"""A message of a single word tells no story in any language that parts words by spaces."""

_OF_REQUEST = re.compile(r"\s*\(#\d+\)$")
"""The number of a request that a platform puts behind a message."""

_BY_ITSELF = re.compile(r"auto[\w-]*:\s*(update|add|commit)\w*\s+[\w./-]+\s*$", re.IGNORECASE)
"""What a program writes over the file that it keeps up to date."""


class CopiedNotices(Check):
    """Files that carry somebody else's copyright notice

    What: Python files whose first lines name only copyright holders other than those that the repository's licence,
    its history or most of its own files name.

    Why: Copying with the notice kept is honest and usual in research code, but it is not the subject's own work,
    so such files count for nobody here.

    Example: `modeling.py` with the notice of a company's authors in a student's repository is left out of the
    student's share.

    Limits: Copies without a notice are not found. A person who works for the holder is treated as a stranger: say
    so when you read the share.
    """

    code = "AUT101"
    why = "What was copied, rightly or not, shows nothing of the person who copied it."
    parts: ClassVar = ("code", "example", "test")

    def on_module(self, module: Module) -> Iterable[object]:
        """Note the holder that the first lines name."""
        if "opyright" not in module.text and "OPYRIGHT" not in module.text:
            return
        matches = NOTICE.finditer("\n".join(module.lines[:25]))
        if holders := tuple(dict.fromkeys(holder for match in matches if (holder := holder_of(match["holder"])))):
            yield holders

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Name the files whose holder is a stranger to the repository."""
        copied = sorted(copied_files(repo))
        if copied:
            yield self.unknown(
                f"{len(copied)} Python file{'' if len(copied) == 1 else 's'} with the copyright notice of somebody who"
                " is neither named in the licence nor in the history: taken to be copied, and left out of the subject's"
                " share.",
                *(repo.at(path, 1) for path in first(copied, 5)),
                ask="Which of the files that you took over did you change, and why?",
                files=len(copied),
            )


def copied_files(repo: Repository) -> frozenset[str]:
    """Paths of files under notices of strangers alone: not the licence's, a committer's, or most files' holder."""
    holders = {noted.path: noted.note for noted in repo.notes(COPIED) if isinstance(noted.note, tuple)}
    if not holders:
        return frozenset()
    licences = " ".join(repo.text(p).text[:2000] for p in repo.glob("licen[cs]e*", "copying*", "notice*")).casefold()
    counted = Counter(name for names in holders.values() for name in names)
    commits = repo.history.commits if repo.history is not None else ()
    people = {holder_of(person.name) for commit in commits for person in (commit.author, *commit.co_authors)}
    own = {name for name in counted if name in licences or committed(name, people)} | _main_folders(repo)
    usual, files = counted.most_common(1)[0]
    if not own and files > len(repo.modules) / 2:
        own = {usual}
    return frozenset(path for path, names in holders.items() if own.isdisjoint(names))


def left_out(repo: Repository) -> str:
    """Words, for the end of a bracket, on the folders that are left out as somebody else's; nothing without any."""
    copies = repo.copies
    more = f" and {len(copies) - 2} more" if len(copies) > 2 else ""
    return f"; {', '.join(f'`{folder}`' for folder in copies[:2])}{more} left out as another's" if copies else ""


def _main_folders(repo: Repository) -> set[str]:
    """Names of folders that hold half of the code: "The Feast Authors" are those of `feast`."""
    code = [m.path.casefold().split("/")[:-1] for m in repo.modules if m.part == "code"]
    held = Counter(name for folders in code for name in set(folders))
    return {name for name, files in held.items() if 2 * files >= len(code)}


class OneDayHistory(Check):
    """A history of a single day

    What: All commits of a repository of some size were made within one day.

    Why: A history that begins when the work is finished cannot show how the work came about: trial, error and
    mending are what distinguishes an author from someone who copied or had it written.

    Example: 3,000 lines in two commits of one afternoon are reported; a small exercise of 200 lines is not.

    Limits: Teams publish finished work from a private repository for good reasons. So this counts against
    nobody; it only says what cannot be told.
    """

    code = "AUT102"
    why = "A history of one day cannot show how the work came about."
    ask = "This repository was published in one go. Can you show the history behind it, or walk through how it grew?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the days with commits."""
        history = repo.history
        if history is None or not history.assessable or repo.code_lines < 500:
            return
        days = {commit.authored.date() for commit in history.commits}
        if len(days) == 1:
            yield self.unknown(
                f"All {len(history.commits)} commits were made on one day ({min(days).isoformat()}), for"
                f" {repo.code_lines:,} lines of code.",
                commits=len(history.commits),
                days=1,
            )


class BulkImport(Check):
    """Most of the code arrived in one commit

    What: One commit added more than 60 % of all the lines of Python ever added, in a history of ten commits or
    more and of some size.

    Why: Whoever commits in bulk may have written none of it: the work of others, a generator, or a copy.

    Example: A first commit of 20,000 lines followed by thirty small ones is reported.

    Limits: Moving a project between repositories looks the same. It counts against nobody.
    """

    code = "AUT103"
    why = "The commit that brings nearly everything says who brought it, not who wrote it."
    ask = "Most of the code came in one commit. Where was it before, and who wrote it?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Find the commit that added most."""
        history = repo.history
        if history is None or not history.assessable or len(history.commits) < 10:
            return
        added = {
            commit.sha: sum(c.added or 0 for c in commit.changes or () if c.path.endswith(".py"))
            for commit in history.commits
        }
        total, (sha, most) = sum(added.values()), max(added.items(), key=lambda item: item[1])
        if total >= 1500 and most > 0.6 * total:
            yield self.unknown(
                f"One commit ({sha[:10]}) added {most / total:.0%} of all the lines of Python ever added.",
                commit=sha,
                share=round(most / total, 3),
            )


class CommitPractice(Check):
    """Commits that tell a story

    What: The size of commits and whether their messages say what changed, over at least twenty commits by people.

    Why: Small commits with a reason are how others follow, review and undo a change; they show the daily practice
    that finished code does not.

    Example: "Clip the gradient before the step: loss was NaN from epoch 3" speaks for; a run of "update" and "fix"
    speaks against.

    Limits: Messages in any language count; a single word, and idle ones of a word or two in English, are told apart, so
    that there may be more. Squashed merges hide
    small commits. Programs' commits are left out.
    """

    code = "AUT104"
    needs_whole = True
    moves: ClassVar = {"craft": Move(up=0.2, down=0.15)}
    severity = "info"
    why = "Small commits with a reason can be reviewed and undone."
    mend = "Commit one change at a time and say why."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge messages and sizes."""
        history = repo.history
        if history is None or not history.assessable:
            return
        commits = [c for c in history.commits if len(c.parents) < 2 and not is_bot(c.author)]
        if len(commits) < 20:
            return
        bare = sum(_says_nothing(c.subject) for c in commits)
        idle = fraction(bare, len(commits))
        counted = ([x for x in c.changes or () if x.added is not None] for c in commits)
        sizes = [sum((x.added or 0) + (x.deleted or 0) for x in changes) for changes in counted if changes]
        typical = median(sizes) if sizes else 0
        words = (
            f"{f'At least {bare}' if bare else 'Hardly any'} of {len(commits)} commit messages (merges apart)"
            f" {'says' if bare == 1 else 'say'} no more than a single word, “update”, “fix” or the name of a file, as"
            f" far as that was recognised; the median commit changes about"
            f" {rounded(round(typical))} line{'' if round(typical) == 1 else 's'} (data, web pages, lock files and"
            " notebooks apart, and commits that change nothing else)."
        )
        measured: dict[str, Any] = {"commits": len(commits), "idle_share": round(idle, 3), "median_lines": typical}
        if idle < 0.15 and typical <= 150 and not _curt([c.subject for c in commits]):
            yield self.found(words, strength=ramp(idle, 0.15, 0.0), **measured)
        elif idle > 0.4:
            yield self.against(words, strength=ramp(idle, 0.4, 0.8), **measured)


def _says_nothing(subject: str) -> bool:
    """Whether a message is known to say nothing of what changed."""
    said = _OF_REQUEST.sub("", subject.strip())
    return bool(_IDLE.match(said) or _NAMES_FILE.match(said) or _ONE_WORD.fullmatch(said) or _BY_ITSELF.match(subject))


def _curt(subjects: list[str]) -> bool:
    """Whether a quarter of the messages are one word, or half of them two at most: that tells no story either.

    Scripts without spaces are not counted by words.
    """
    words = [len(subject.split()) for subject in subjects if subject.isascii() or " " in subject.strip()]
    ones, twos = sum(n <= 1 for n in words), sum(n <= 2 for n in words)
    return 4 * ones >= len(subjects) or 2 * twos >= len(subjects)


COPIED = CopiedNotices()
CHECKS: tuple[Check, ...] = (COPIED, OneDayHistory(), BulkImport(), CommitPractice())
