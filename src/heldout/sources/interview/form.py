"""The form that an interviewer fills, a table (CSV) or JSON: written empty, read back with every fault at once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from heldout.errors import InputError
from heldout.sources.interview.bank import Question
from heldout.sources.interview.scorecard import MOST_WORDS, SEEN_WORDS, STEP, Overall, Rating, Scorecard, Seen
from heldout.standard import Standard
from heldout.standard.yaml_source import nearest

_Answer = TypeVar("_Answer")
COLUMNS = ("item", "what it is", "answer", "not observed because", "notes", "questions asked")
_ITEM, _WHAT, _ANSWER, _REASON, _NOTES, _ASKED = COLUMNS
DATE, SEEN, ACCOMMODATION, OVERALL = "date", "seen before", "accommodation", "overall"
HEAD = ("subject", "interviewer", "kit")
"""Rows that are filled in already; a file handed in for somebody else is refused by them."""
ABOUT: dict[str, str] = {
    DATE: "the day of the interview, as 2026-11-24",
    SEEN: f"before rating: {'; '.join(f'`{key}` ({words})' for key, words in SEEN_WORDS.items())}",
    ACCOMMODATION: "was anything adapted (time, format, language)? yes or no; no reasons and nothing on health",
}
LAST: dict[str, str] = {
    OVERALL: "last, only if you like: would you choose them? yes, no, unsure; no calculation uses it"
}
_OVERALL: dict[str, Overall | None] = {"yes": "yes", "no": "no", "unsure": "unsure", "": None}
_YES_NO = {"yes": True, "no": False, "": False}
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_EARLIEST = 2000
"""An interview before this year is a slip of the pen."""
_FINDING_CODE = re.compile(r"^[A-Z]{2,6}[A-Z0-9-]{0,12}[0-9][A-Z0-9]{0,4}$")
"""A question that a finding raised is named by the finding's code."""


@dataclass(frozen=True)
class Blank:
    """What an empty form is made for: names and the competencies to rate, in the order in which they are asked for.

    `questions` are those of the interviewer's part of the kit, whose own anchors are rated on; `personal` says of each
    finding's code that a question is made of for this subject which competency it speaks for. Both are empty without a
    part.
    """

    subject: str
    rater: str
    kit: str
    competencies: tuple[str, ...]
    standard: Standard
    questions: tuple[Question, ...] = ()
    personal: Mapping[str, str] = field(default_factory=dict)

    def title(self, competency: str) -> str:
        """The competency's name."""
        return self.standard.by_id[competency].name

    def own(self, competency: str) -> tuple[Question, ...]:
        """The questions that are mainly about a competency."""
        return tuple(question for question in self.questions if question.main == competency)

    def besides(self, competency: str) -> tuple[str, ...]:
        """What else may show a competency: ids of questions about another, codes of personal ones."""
        others = [question.id for question in self.questions if competency in question.competencies[1:]]
        return (*others, *(f"{code} (personal)" for code, about in self.personal.items() if about == competency))


@dataclass(frozen=True)
class Expected:
    """What a form that is handed in is held against."""

    blank: Blank
    kits: Mapping[str, tuple[str, ...]]
    """The kits there are, and the competencies that must have a row with each: those of the interviewer's part."""
    questions: tuple[str, ...]
    """Ids that may be named as asked."""
    asked: tuple[str, ...]
    """Competencies that are asked for on the terminal: those of the interviewer's part, else all."""


@dataclass(frozen=True)
class Line:
    """One item of a form as it was written. `place` says where the value of a column stands."""

    item: str
    cells: Mapping[str, str]
    place: Callable[[str], str]


@dataclass
class _Reading:
    """The lines of one form, and what is wrong with them so far."""

    lines: list[Line]
    problems: list[str] = field(default_factory=list)

    def wrong(self, line: Line, column: str, what: str) -> None:
        self.problems.append(f"{line.place(column)}: {what}")

    def line(self, item: str) -> Line | None:
        return next((line for line in self.lines if line.item == item), None)

    def cell(self, item: str, column: str = _ANSWER) -> str:
        line = self.line(item)
        return line.cells.get(column, "") if line else ""


def empty_csv(blank: Blank) -> str:
    """An empty form as a table for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item, value in zip(HEAD, (blank.subject, blank.rater, blank.kit), strict=True):
        writer.writerow([item, "filled in already", safe(value), "", "", ""])
    for item, what in ABOUT.items():
        writer.writerow([item, what, "", "", "", ""])
    for name in blank.competencies:
        shown_by = ", ".join([question.id for question in blank.own(name)] or blank.besides(name))
        what = (
            f"{blank.title(name)}{f', on {shown_by}' if shown_by else ''}: 1 to 5, halves allowed, or why not observed"
        )
        writer.writerow([name, what, "", "", "", ""])
    for item, what in LAST.items():
        writer.writerow([item, what, "", "", "", ""])
    return out.getvalue()


def empty_json(blank: Blank) -> str:
    """The same form as JSON."""
    content = {
        **dict(zip(HEAD, (blank.subject, blank.rater, blank.kit), strict=True)),
        **dict.fromkeys(ABOUT, ""),
        "ratings": {
            name: {"level": None, "not observed because": "", "notes": "", "questions asked": []}
            for name in blank.competencies
        },
        OVERALL: "",
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what begins like one."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def read_csv(text: str, name: str) -> list[Line]:
    """The lines of a table; comma, semicolon or tab part its cells. Raises InputError when it is no such table."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "field limit" in str(error):
            raise InputError(
                f"{name} has a cell of more than {csv.field_size_limit():,} characters; shorten it (notes hold up to "
                f"{MOST_WORDS:,}), or close a quotation mark that is left open"
            ) from error
        raise InputError(f"{name} is no table that can be read ({error}); save it as CSV (UTF-8)") from error
    header = [cell.strip().casefold() for cell in table[0]] if table else []
    if missing := [column for column in COLUMNS if column not in header and column != _WHAT]:
        raise InputError(
            f"{name}, row 1: there is no column {' and no column '.join(repr(one) for one in missing)}; "
            "begin with an empty form: heldout interview scorecard form"
        )
    columns = {column: header.index(column) for column in COLUMNS if column in header}
    lines = []
    for number, row in enumerate(table[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {c: unquoted(row[at]) if at < len(row) else "" for c, at in columns.items()}
        lines.append(Line(cells[_ITEM].casefold(), cells, _csv_place(name, number, columns)))
    return lines


def _csv_place(name: str, row: int, columns: Mapping[str, int]) -> Callable[[str], str]:
    return lambda column: f"{name}, row {row}, column {chr(ord('A') + columns[column])} ({column})"


def unquoted(cell: str) -> str:
    """A cell as it was before `safe`, without spaces around it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def read_json(text: str, name: str) -> list[Line]:
    """The lines of a form in JSON. Raises InputError when it is not of that form."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON ({error}); begin with an empty form: --json FILE") from error
    ratings = content.get("ratings") if isinstance(content, dict) else None
    if not isinstance(ratings, dict) or not all(isinstance(one, dict) for one in ratings.values()):
        raise InputError(f"{name} holds no `ratings` by competency; begin with an empty form: --json FILE")
    lines = [
        Line(key.casefold(), {_ANSWER: _text(value)}, _json_place(name, key))
        for key, value in content.items()
        if key != "ratings"
    ]
    for competency, given in ratings.items():
        cells = {("answer" if key == "level" else key): _text(value) for key, value in given.items()}
        lines.append(Line(competency, cells, _json_place(name, f"ratings.{competency}", part=True)))
    return lines


def _json_place(name: str, key: str, *, part: bool = False) -> Callable[[str], str]:
    named = {_ANSWER: "level"}
    return lambda column: f"{name}, {key}{f'.{named.get(column, column)}' if part and column != _ITEM else ''}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()


def scorecard_of(lines: Iterable[Line], expected: Expected, role: str, standard: str) -> Scorecard:
    """The scorecard that a form holds; raises InputError with every wrong cell, each with its place."""
    reading = _Reading(list(lines))
    _check_rows(reading, expected)
    held_on = _held_on(reading)
    seen = _seen(reading)
    accommodation = _choice(reading, ACCOMMODATION, _YES_NO, "write yes or no")
    ratings = [_rating(reading, line, expected) for line in reading.lines if line.item in expected.blank.competencies]
    overall = _choice(reading, OVERALL, _OVERALL, "write yes, no or unsure, or leave it empty")
    if reading.problems or held_on is None:
        raise InputError("\n".join([*reading.problems, "Nothing was stored."]))
    return Scorecard(
        schema=1,
        subject=expected.blank.subject,
        rater=expected.blank.rater,
        role=role,
        standard=standard,
        kit=reading.cell("kit"),
        held_on=held_on,
        handed_in_at=datetime.now(UTC).replace(microsecond=0),
        seen_before=seen,
        accommodation=bool(accommodation),
        ratings=tuple(one for one in ratings if one is not None),
        overall=overall,
    )


def faults(line: Line, expected: Expected) -> list[str]:
    """What is wrong with one line of a form by itself, in words."""
    reading = _Reading([line])
    if line.item in expected.blank.competencies:
        _rating(reading, line, expected)
    elif line.item == DATE:
        _held_on(reading)
    elif line.item == SEEN:
        _seen(reading)
    elif line.item == ACCOMMODATION:
        _choice(reading, ACCOMMODATION, _YES_NO, "write yes or no")
    elif line.item == OVERALL:
        _choice(reading, OVERALL, _OVERALL, "write yes, no or unsure, or leave it empty")
    return reading.problems


def _check_rows(reading: _Reading, expected: Expected) -> None:
    """Items that are unknown, there twice, missing, or of somebody else's form."""
    blank = expected.blank
    known = (*HEAD, *ABOUT, *blank.competencies, *LAST)
    counted: dict[str, int] = {}
    for line in reading.lines:
        for column in line.cells:
            if column not in COLUMNS:
                reading.wrong(line, column, f"{column!r} is nothing that a form holds{nearest(column, COLUMNS)}")
        counted[line.item] = counted.get(line.item, 0) + 1
        if line.item not in known:
            reading.wrong(
                line, _ITEM, f"{line.item!r} is nothing that this role rates in an interview{nearest(line.item, known)}"
            )
        elif counted[line.item] == 2:
            reading.wrong(line, _ITEM, f"{line.item!r} stands here again; keep one of the two rows")
    required = expected.kits.get(reading.cell("kit"), ())
    wanted = [name for name in required if not reading.line(name)]
    if wanted:
        reading.problems.append(
            f"a row is missing for {', '.join(wanted)}: add it, with a level or with why it was not observed"
        )
    elif not any(reading.line(name) for name in blank.competencies):
        reading.problems.append("no competency is rated; begin with an empty form: heldout interview scorecard form")
    _check_whose(reading, expected)


def _check_whose(reading: _Reading, expected: Expected) -> None:
    """The rows that were filled in already: a form of somebody else's, or of a kit that does not exist."""
    for item, name in (("subject", expected.blank.subject), ("interviewer", expected.blank.rater)):
        line = reading.line(item)
        given = reading.cell(item)
        if line and given and given.casefold() != name.casefold():
            reading.wrong(line, _ANSWER, f"this form is for {given!r}, not for {name!r}; take the right one")
    line = reading.line("kit")
    kit = reading.cell("kit")
    if line and kit and kit not in expected.kits:
        known = ", ".join(expected.kits) or "none"
        reading.wrong(line, _ANSWER, f"the case has no kit {kit!r}; it has: {known}")


def _held_on(reading: _Reading) -> date | None:
    given = reading.cell(DATE)
    line = reading.line(DATE)
    held_on = _day(given)
    if held_on is None:
        what = f"{given!r} is no day that can be told; write it as 2026-11-24" if given else "write it as 2026-11-24"
        if line:
            reading.wrong(line, _ANSWER, what)
        else:
            reading.problems.append(f"a row is missing for `{DATE}`, the day of the interview: {what}")
    elif held_on > datetime.now(UTC).astimezone().date() and line:
        reading.wrong(line, _ANSWER, f"{given} is still to come; write the day on which the interview was held")
    elif held_on.year < _EARLIEST and line:
        reading.wrong(line, _ANSWER, f"{given} is too long ago; write the day on which the interview was held")
    return held_on


def _day(given: str) -> date | None:
    """A day as 2026-11-24, or as a spreadsheet rewrites it where that has one meaning only: 24.11.2026, 24/11/2026."""
    parts = re.fullmatch(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", given)
    try:
        if not parts:
            return date.fromisoformat(given)
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        if parts[2] == "/" and first <= 12 and second <= 12 and first != second:
            return None  # the day or the month may come first
        day, month = (first, second) if parts[2] == "." or first > 12 else (second, first)
        return date(year, month, day)
    except ValueError:
        return None


def _seen(reading: _Reading) -> tuple[Seen, ...]:
    given = [part.strip().casefold() for part in re.split("[;,]", reading.cell(SEEN)) if part.strip()]
    known: dict[str, Seen] = {"nothing": "nothing", "review": "review", "rating": "rating"}
    line = reading.line(SEEN)
    wrong = [part for part in given if part not in known]
    what = ""
    if not given:
        what = f"say what was seen before rating: {', '.join(known)} (several parted by semicolons)"
    elif wrong:
        what = f"{wrong[0]!r} is not one of {', '.join(known)}{nearest(wrong[0], known)}"
    elif "nothing" in given and len(set(given)) > 1:
        what = "`nothing` cannot stand beside something that was seen; keep what is true"
    if not what:
        return tuple(known[part] for part in dict.fromkeys(given))
    if line:
        reading.wrong(line, _ANSWER, what)
    else:
        reading.problems.append(f"a row is missing for `{SEEN}`: {what}")
    return ()


def _choice(reading: _Reading, item: str, choices: Mapping[str, _Answer], mend: str) -> _Answer:
    given = reading.cell(item).casefold()
    line = reading.line(item)
    if given not in choices and line:
        reading.wrong(line, _ANSWER, f"{given!r} is not an answer here; {mend}")
    return choices.get(given, choices[""])


def _rating(reading: _Reading, line: Line, expected: Expected) -> Rating | None:
    """One competency's line as a rating, None when it is wrong; every fault of its cells is noted."""
    before = len(reading.problems)
    answer, reason = line.cells.get(_ANSWER, ""), line.cells.get(_REASON, "")
    level = _level(reading, line, answer) if answer else None
    if not answer and not reason:
        reading.wrong(line, _ANSWER, f"give {line.item} a level from 1 to 5, or say why it was not observed")
    if answer and reason:
        reading.wrong(line, _REASON, "there is a level as well; keep the level or the reason, not both")
    notes = line.cells.get(_NOTES, "")
    for column, text in ((_NOTES, notes), (_REASON, reason)):
        if len(text) > MOST_WORDS:
            reading.wrong(line, column, f"longer than {MOST_WORDS:,} characters; shorten it")
    asked = [part.strip() for part in re.split("[;,]", line.cells.get(_ASKED, "")) if part.strip()]
    for one in asked:
        if one not in expected.questions and not _FINDING_CODE.match(one):
            reading.wrong(line, _ASKED, f"there is no question {one!r}{nearest(one, expected.questions)}")
    if len(reading.problems) > before:
        return None
    return Rating(competency=line.item, level=level, not_observed=reason, notes=notes, questions=tuple(asked))


def _level(reading: _Reading, line: Line, answer: str) -> float | None:
    try:
        level = float(answer.replace(",", "."))
    except ValueError:
        reading.wrong(line, _ANSWER, f"{answer!r} is no level; write 1 to 5, halves allowed (3.5)")
        return None
    if not 1 <= level <= 5 or level % STEP:
        reading.wrong(line, _ANSWER, f"{answer} is no level; levels go from 1 to 5 in halves (3, 3.5, 4)")
        return None
    return level
