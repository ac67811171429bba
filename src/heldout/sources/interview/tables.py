"""Ratings as a plain table: what `scorecard export --csv` writes and `interview raters` reads."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from heldout.errors import InputError
from heldout.sources.interview.form import safe, unquoted
from heldout.sources.interview.scorecard import Scorecard

NEEDED = ("subject", "competency", "rater", "level")
OWN_ANSWERS, OWN_SUBJECTS = 12, 6
"""An interviewer's severity and consistency are stated from this many answers (a subject on a competency) shared with
others, of this many subjects. Both limits are ours; `benchmarks/decision/raters.py` measures how often intervals then
hold the truth."""
COLUMNS = (*NEEDED, "not observed because", "notes", "questions asked", "held on", "revision", "kit", "seen before")


@dataclass(frozen=True, slots=True)
class Rated:
    """One level that one rater gave to one subject on one competency."""

    subject: str
    competency: str
    rater: str
    level: float


@dataclass(frozen=True, slots=True)
class Shared:
    """How many `answers` (a subject on a competency) of how many `subjects` a rater shares with others."""

    answers: int
    subjects: int

    @property
    def enough(self) -> bool:
        """Whether anything is said of how they rate: one rule for figures of interviewers and for decisions."""
        return self.answers >= OWN_ANSWERS and self.subjects >= OWN_SUBJECTS

    @property
    def why_not(self) -> str:
        """Why nothing is said of it; empty where there is enough."""
        if self.enough:
            return ""
        return (
            f"not enough to tell: shares {self.answers} answer{'s' * (self.answers != 1)} of {self.subjects} "
            f"subject{'s' * (self.subjects != 1)} with others; "
            f"it takes {OWN_ANSWERS} answers of {OWN_SUBJECTS} subjects"
        )


def shared_answers(ratings: Iterable[Rated]) -> dict[str, Shared]:
    """What each rater shares with others, in the order in which they come."""
    by: dict[tuple[str, str], set[str]] = defaultdict(set)
    mine: dict[str, set[tuple[str, str]]] = {}
    for one in ratings:
        by[one.subject, one.competency].add(one.rater)
        mine.setdefault(one.rater, set()).add((one.subject, one.competency))
    found = {}
    for rater, answers in mine.items():
        shared = {answer for answer in answers if len(by[answer]) > 1}
        found[rater] = Shared(len(shared), len({subject for subject, _ in shared}))
    return found


def ratings_csv(cards: Mapping[str, Iterable[Scorecard]]) -> str:
    """The ratings of scorecards by subject, one a row; a cell that a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for subject, of in cards.items():
        for card in of:
            for one in card.ratings:
                level = "" if one.level is None else f"{one.level:g}"
                row = [
                    subject,
                    one.competency,
                    card.rater,
                    level,
                    one.not_observed,
                    one.notes,
                    "; ".join(one.questions),
                ]
                row += [card.held_on.isoformat(), str(card.revision), card.kit, "; ".join(card.seen_before)]
                writer.writerow([safe(cell) for cell in row])
    return out.getvalue().rstrip("\n")


def rated(cards: Mapping[str, Iterable[Scorecard]]) -> list[Rated]:
    """The levels of scorecards by subject; what was not observed is left out."""
    return [
        Rated(subject, competency, card.rater, level)
        for subject, of in cards.items()
        for card in of
        for competency, level in card.levels.items()
    ]


def read_ratings(text: str, name: str) -> list[Rated]:
    """A table with the columns subject, competency, rater and level (numbers on any scale; empty: not observed).

    Raises InputError with every wrong cell, each with its row and column.
    """
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        table = list(reader)
    except csv.Error as error:
        raise InputError(f"{name} is no table that can be read ({error}); save it as CSV (UTF-8)") from error
    header = [cell.strip().casefold() for cell in table[0]] if table else []
    if missing := [column for column in NEEDED if column not in header]:
        raise InputError(f"{name}, row 1: there is no column {', '.join(missing)}; it needs {', '.join(NEEDED)}")
    at = [header.index(column) for column in NEEDED]
    found: dict[tuple[str, str, str], Rated] = {}
    problems: list[str] = []
    for number, row in enumerate(table[1:], 2):
        cells = [unquoted(row[index]) if index < len(row) else "" for index in at]
        if not any(cells):
            continue
        subject, competency, rater, level = cells
        empty = [column for column, cell in zip(NEEDED[:3], cells, strict=False) if not cell]
        problems += [f"{name}, row {number}, column {column}: is empty" for column in empty]
        value = _number(level)
        if level and value is None:
            problems.append(f"{name}, row {number}, column level: {level!r} is no number")
        elif (subject, competency, rater) in found:
            problems.append(f"{name}, row {number}: {rater} rates {competency} of {subject} a second time")
        elif value is not None and not empty:
            found[subject, competency, rater] = Rated(subject, competency, rater, value)
    if problems:
        raise InputError("\n".join(problems))
    return list(found.values())


def _number(cell: str) -> float | None:
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None  # NaN and infinity are no levels
