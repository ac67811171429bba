"""Whose work it is: shares of commits and of surviving lines. Attribution is not authorship: commits show who
committed, and the report says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from heldout.evidence import Finding, Location
from heldout.material import History, Ownership, Person
from heldout.material.identity import People, is_bot


@dataclass(frozen=True)
class Author:
    """One person in the history, by number and not by name: 0 is who has the most commits."""

    number: int
    commits: int
    lines: float
    bot: bool
    subject: bool


@dataclass(frozen=True)
class Authorship:
    """The shares of the people in a history.

    Shares are 0-1 of what people (not programs) did; None when no author was named or no history tells. A commit
    or line with co-authors counts in equal parts for each. `coverage` (0-1) is the part of the surviving lines
    that could be attributed; `copied` are files that carry somebody else's notice and so are no-one's here.
    """

    authors: tuple[Author, ...] = ()
    named: bool = False
    commit_share: float | None = None
    line_share: float | None = None
    coverage: float = 0.0
    first_day: str = ""
    last_day: str = ""
    days: int = 0
    copied: frozenset[str] = frozenset()
    _people: People | None = field(default=None, repr=False)
    _ownership: Ownership | None = field(default=None, repr=False)
    _subjects: frozenset[int] = field(default=frozenset(), repr=False)
    _together: dict[str, tuple[Person, ...]] = field(default_factory=dict, repr=False)

    @property
    def share(self) -> float | None:
        """The subject's share of the work: of surviving lines where they are known, else of commits."""
        return self.commit_share if self.line_share is None else self.line_share

    def identities(self) -> tuple[tuple[Person, ...], ...]:
        """The names and addresses of each author, in the order of `authors`: for redaction, never for output."""
        return () if self._people is None else self._people.identities

    def share_of(self, finding: Finding) -> float | None:
        """The subject's share of the lines that a finding points at; of the whole where it points at none.

        What lies in copied files alone is nobody's, whether an author was named or not.
        """
        if finding.locations and all(place.path in self.copied for place in finding.locations):
            return 0.0
        if not self.named:
            return None
        parts = [part for place in finding.locations if (part := self._share_at(place)) is not None]
        return round(sum(parts) / len(parts), 3) if parts else self.share

    def _share_at(self, place: Location) -> float | None:
        if place.path in self.copied:
            return 0.0
        if self._ownership is None or self._people is None:
            return None
        # Cells of a notebook have no lines of their own in the file: its share as a whole stands for them.
        whole = place.cell is not None or place.line is None
        runs = self._ownership.files.get(place.path)
        if runs is None:
            return None
        mine = total = 0.0
        for run in runs:
            last = run.last if whole else min(run.last, place.end_line or place.line or run.last)
            size = last - (run.first if whole else max(run.first, place.line or 1)) + 1
            if size > 0:
                weight, part = self._weigh(run.author, run.sha)
                mine += size * part
                total += size * weight
        return mine / total if total else None

    def _weigh(self, author: Person, sha: str | None) -> tuple[float, float]:
        """(the part that people did, the part that the subject did) of a line by this author."""
        assert self._people is not None  # noqa: S101 - for the type checker: callers have looked
        together = (author, *self._together.get(sha or "", ()))
        people = [person for person in together if not is_bot(person)]
        if not people:
            return 0.0, 0.0
        own = sum(1 for person in people if self._people.person_of.get(person) in self._subjects)
        return 1.0, own / len(people)


def authorship(
    history: History | None, ownership: Ownership | None, claims: Sequence[str], *, copied: frozenset[str] = frozenset()
) -> Authorship:
    """Work out the shares of those whom `claims` name (names, e-mails, accounts; none: no share is claimed).

    Raises InputError when a claim fits nobody.
    """
    if history is None or not history.commits:
        return Authorship(copied=copied)
    people = People.of(history.commits)
    subjects = people.find(claims)
    together = {commit.sha: commit.co_authors for commit in history.commits if commit.co_authors}
    blank = Authorship(_people=people, _ownership=ownership, _subjects=subjects, _together=together, copied=copied)
    lines = _lines_of(blank, people)
    commits: dict[int, float] = defaultdict(float)
    own_commits = all_commits = 0.0
    for commit in history.commits:
        weight, part = blank._weigh(commit.author, commit.sha)
        all_commits += weight
        own_commits += part
        commits[people.person_of[commit.author]] += 1
    own_lines = sum(count for number, count in lines.items() if number in subjects)
    all_lines = sum(count for number, count in lines.items() if not is_bot(people.identities[number][0]))
    days = sorted({commit.authored.date().isoformat() for commit in history.commits})
    named = bool(claims)
    return Authorship(
        authors=tuple(
            Author(number, people.commits[number], lines.get(number, 0.0), is_bot(group[0]), number in subjects)
            for number, group in enumerate(people.identities)
        ),
        named=named,
        commit_share=own_commits / all_commits if named and all_commits else None,
        line_share=own_lines / all_lines if named and all_lines else None,
        coverage=ownership.coverage if ownership else 0.0,
        first_day=days[0],
        last_day=days[-1],
        days=len(days),
        copied=copied,
        _people=people,
        _ownership=ownership,
        _subjects=subjects,
        _together=together,
    )


def _lines_of(blank: Authorship, people: People) -> dict[int, float]:
    """Surviving lines by person; lines with co-authors are split."""
    counts: dict[int, float] = defaultdict(float)
    if blank._ownership is None:
        return counts
    for path, runs in blank._ownership.files.items():
        if path in blank.copied:
            continue
        for run in runs:
            together = (run.author, *blank._together.get(run.sha or "", ()))
            for person in together:
                number = people.person_of.get(person)
                if number is not None:
                    counts[number] += (run.last - run.first + 1) / len(together)
    return counts
