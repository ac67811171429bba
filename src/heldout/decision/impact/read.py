"""Reads the two files: what became of each candidate at each stage, and who they are; every problem has its line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from heldout.errors import InputError
from heldout.evidence.files import read_text, why

UNKNOWN = ""
"""The category of whoever gave none."""
SEX, RACE = "sex", "race"
"""The attributes that are crossed with one another, as the rule of New York City asks."""

_RACE_TOO = {"race/ethnicity", "race_ethnicity", "ethnicity", "race or ethnicity"}
_SEX_TOO = {"gender"}
_NOT_TOLD = {
    *("", "-", "?", "n/a", "na", "none", "null", "unknown", "not stated", "not known", "no answer", "undisclosed"),
    *("prefer not to say", "prefer not to answer", "decline to state", "declined", "declined to state", "decline"),
}
_YES = {"yes", "y", "true", "1", "selected", "passed", "pass"}
_NO = {"no", "n", "false", "0", "rejected", "failed", "fail"}
_MOST_CATEGORIES = 20
_MOST_ATTRIBUTES = 6
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One candidate at one stage that they reached; `selected` is None while nothing was decided there."""

    candidate: str
    stage: str
    selected: bool | None
    score: float | None
    line: int


@dataclass(frozen=True)
class Outcomes:
    """All outcomes of a file, and its stages in their order; `ignored` names columns that were not read."""

    name: str
    rows: tuple[Outcome, ...]
    stages: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Demographics:
    """Category by candidate for each attribute (a column of the file); UNKNOWN where none was told."""

    name: str
    of: Mapping[str, Mapping[str, str]]
    """Attribute -> candidate -> category."""


def read_outcomes(path: Path, stages: Sequence[str] = ()) -> Outcomes:
    """The outcomes in a CSV with the columns candidate, stage, selected and, if there are scores, score.

    A row says that the candidate reached the stage. `stages` gives their order; left out, it is that of the file.
    Raises InputError with every problem and its line.
    """
    table = _Table(path, needed=("candidate", "stage", "selected"))
    if stray := [name for name in table.columns if _attribute(name) in (SEX, RACE)]:
        raise InputError(
            f"{path}:1: the column `{stray[0]}` tells who people are; move it to a file of its own (candidate, "
            f"{stray[0]}) and give that with --demographics: it must never lie where outcomes and scores lie"
        )
    rows = tuple(filter(None, (_outcome(table, line, cells) for line, cells in table.rows())))
    order = tuple(dict.fromkeys(row.stage for row in rows))
    if stages:
        if unknown := [name for name in order if name not in stages]:
            table.problem(1, f"the stage {unknown[0]!r} is not among those of --stages", "name every stage, in order")
        order = tuple(dict.fromkeys(name for name in stages if name in order))
    _once_each(table, rows)
    if not table.problems:
        _never_after_a_no(table, rows, order)
    table.raise_problems()
    if not rows:
        raise InputError(f"{path} holds no outcome; write one line for each candidate at each stage that they reached")
    known = {"candidate", "stage", "selected", "score"}
    return Outcomes(path.name, rows, order, tuple(name for name in table.columns if name not in known))


def read_demographics(path: Path) -> Demographics:
    """The demographics in a CSV with the column candidate and one for each attribute, `sex` and `race` above all.

    Categories differ by more than letter case and blanks; the first writing is the one shown. Raises InputError with
    every problem and its line.
    """
    table = _Table(path, needed=("candidate",))
    attributes = {name: _attribute(name) for name in table.columns if name != "candidate"}
    if not attributes or len(attributes) > _MOST_ATTRIBUTES:
        raise InputError(f"{path}:1: name one to {_MOST_ATTRIBUTES} columns beside `candidate`, such as sex and race")
    if len(set(attributes.values())) < len(attributes):
        raise InputError(f"{path}:1: two columns tell the same of people; keep one of them")
    of: dict[str, dict[str, str]] = {attribute: {} for attribute in attributes.values()}
    shown: dict[tuple[str, str], str] = {}
    first: dict[str, int] = {}
    for line, cells in table.rows():
        candidate = cells["candidate"]
        if not candidate:
            table.problem(line, "no candidate is named", "write the id that the outcomes have, or remove the line")
        elif candidate in first:
            table.problem(line, f"{candidate!r} stands here again (first in line {first[candidate]})", "keep one")
        else:
            first[candidate] = line
            for column, attribute in attributes.items():
                told = " ".join(cells[column].split())
                key = (attribute, told.casefold())
                category = UNKNOWN if key[1] in _NOT_TOLD else shown.setdefault(key, told)
                of[attribute][candidate] = category
    for attribute, by_candidate in of.items():
        if (count := len(set(by_candidate.values()) - {UNKNOWN})) > _MOST_CATEGORIES:
            table.problem(1, f"`{attribute}` has {count} categories", f"group them into at most {_MOST_CATEGORIES}")
    table.raise_problems()
    return Demographics(path.name, of)


def _attribute(column: str) -> str:
    return RACE if column in _RACE_TOO else SEX if column in _SEX_TOO else column


class _Table:
    """A CSV with a header: comma or semicolon, UTF-8; problems are collected and raised together."""

    def __init__(self, path: Path, needed: Iterable[str]) -> None:
        self.path = path
        self.problems: list[str] = []
        try:
            text = read_text(path.resolve()).removeprefix("\ufeff")
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(f"{path} cannot be read ({why(error)}); name a CSV file in UTF-8") from error
        head = text.partition("\n")[0]
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") else ",", strict=True)
        self.columns = [name.strip().casefold() for name in self._next() or []]
        missing = [name for name in needed if name not in self.columns]
        if missing:
            raise InputError(
                f"{path}:1: the column `{missing[0]}` is missing; the first line names {', '.join(needed)}"
            )
        if doubled := [name for name in self.columns if self.columns.count(name) > 1]:
            raise InputError(f"{path}:1: the column `{doubled[0]}` stands there twice; keep one")

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise InputError(f"{self.path}:{self._reader.line_num}: not CSV ({error}); mend the quotes") from error

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each line that is not blank, with its number; a line of another length is a problem."""
        while (cells := self._next()) is not None:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(self.columns):
                what = f"{len(cells)} values where the first line names {len(self.columns)} columns"
                self.problem(self._reader.line_num, what, "write as many, with quotes around what holds a comma")
                continue
            yield self._reader.line_num, {n: c.strip() for n, c in zip(self.columns, cells, strict=True)}

    def problem(self, line: int, what: str, mend: str) -> None:
        """Remember one more problem."""
        self.problems.append(f"{self.path}:{line}: {what}; {mend}")

    def raise_problems(self) -> None:
        """Raise InputError with what was found, if anything was."""
        if self.problems:
            more = len(self.problems) - _MOST_PROBLEMS
            raise InputError("\n".join(self.problems[:_MOST_PROBLEMS] + [f"... and {more} more"] * (more > 0)))


def _outcome(table: _Table, line: int, cells: Mapping[str, str]) -> Outcome | None:
    if not cells["candidate"] or not cells["stage"]:
        table.problem(line, "a candidate and a stage are needed", "write both, or remove the line")
        return None
    told = cells["selected"].casefold()
    selected = True if told in _YES else False if told in _NO else None
    if selected is None and told:
        table.problem(line, f"`selected` is {cells['selected']!r}", "write yes or no; leave it empty if undecided")
    score = None
    if written := cells.get("score", ""):
        try:
            score = float(written)
        except ValueError:
            score = math.nan
        if not math.isfinite(score):
            table.problem(line, f"the score {written!r} is no number", "write it like 3.5, or leave it empty")
    return Outcome(cells["candidate"], cells["stage"], selected, score, line)


def _once_each(table: _Table, rows: Iterable[Outcome]) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        line = first.setdefault((row.candidate, row.stage), row.line)
        if line != row.line:
            what = f"{row.candidate!r} at {row.stage!r} stands here again (first in line {line})"
            table.problem(row.line, what, "keep one of the two")


def _never_after_a_no(table: _Table, rows: Iterable[Outcome], order: Sequence[str]) -> None:
    """Who was not selected at a stage cannot have reached a later one."""
    stopped: dict[str, Outcome] = {}
    for row in sorted(rows, key=lambda row: order.index(row.stage)):
        before = stopped.get(row.candidate)
        if before is not None:
            what = f"{row.candidate!r} reached {row.stage!r} but was not selected at {before.stage!r}"
            table.problem(
                row.line, f"{what} (line {before.line})", "mend one of the two, or give the order with --stages"
            )
        elif row.selected is False:
            stopped[row.candidate] = row
