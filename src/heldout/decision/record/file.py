"""`record.toml`: what only people can tell of a case - notices, purpose, access, retention. Line-exact errors."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Literal, Self

import tomlkit
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from heldout.errors import InputError
from heldout.evidence import Case, Subject
from heldout.evidence.files import locked, read_text, to_mend, why, write_atomically
from heldout.evidence.types import Frozen
from heldout.material.toml import TomlError, parse_toml
from heldout.material.toml_places import find_places
from heldout.standard.yaml_models import validated
from heldout.standard.yaml_source import Place, Problem, YamlSource, nearest

NAME = "record.toml"
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


def _day(told: object) -> object:
    """A day as TOML has it, or in quotes; nothing else, for pydantic takes a number for seconds since 1970."""
    if isinstance(told, str):
        with suppress(ValueError):
            told = date.fromisoformat(told)
    if isinstance(told, date) and not isinstance(told, datetime):
        return told
    raise ValueError("this is no day; write it as 2026-05-31, without quotes")


Day = Annotated[date, BeforeValidator(_day)]


class Controller(Frozen):
    """Who decides and answers for the data; `contact` is whom candidates write to."""

    name: Words = ""
    contact: Words = ""


class Purpose(Frozen):
    """Why data on people are kept, and on which legal basis."""

    text: Words = ""
    legal_basis: Words = ""


class JobAnalysis(Frozen):
    """Where the role's competencies, weights and bars come from."""

    text: Words = ""
    by: Words = ""
    on: Day | None = None


class Access(Frozen):
    """Who can read what, one line each."""

    people: tuple[Words, ...] = ()


class Oversight(Frozen):
    """Who oversees the use of the tool, and how they were trained for it."""

    people: tuple[Words, ...] = ()
    training: Words = ""


class Accommodation(Frozen):
    """How candidates are told that they can have the format, time or place changed."""

    offered: Words = ""


class Contest(Frozen):
    """How candidates get an explanation, and contest."""

    how: Words = ""


class Groups(Frozen):
    """When the rates of groups were compared, and where that report lies: never in the case."""

    compared_on: Day | None = None
    kept_at: Words = ""


class Retention(Frozen):
    """Until when the case is kept, and why so long."""

    until: Day | None = None
    reason: Words = ""


class SubjectNotes(Frozen):
    """What is to be kept of one candidate: when they were told, and consented; what they contested."""

    told: Day | None = None
    consent: Day | None = None
    contested: Words = ""

    @model_validator(mode="after")
    def _told_first(self) -> Self:
        if self.told and self.consent and self.consent < self.told:
            raise ValueError("`consent` lies before `told`; nobody can consent to what they were not told, mend a day")
        return self


class RecordFile(Frozen):
    """The whole of `record.toml`; every part may be left out, and is then named as missing."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    controller: Controller = Controller()
    purpose: Purpose = Purpose()
    job_analysis: JobAnalysis = JobAnalysis()
    access: Access = Access()
    oversight: Oversight = Oversight()
    accommodation: Accommodation = Accommodation()
    contest: Contest = Contest()
    groups: Groups = Groups()
    retention: Retention = Retention()
    subjects: dict[str, SubjectNotes] = Field(default_factory=dict)


_MENDS = {
    "tuple_type": "write it in square brackets",
    "model_type": "write it as a table: [name] and lines of key = value below",
    "dict_type": "write it as a table: [name] and lines of key = value below",
}


def read_notes(case: Case) -> RecordFile:
    """What `record.toml` of the case says; nothing when there is none.

    Raises InputError with every problem and its line, also for a candidate whom the case does not know.
    """
    path = case.path / NAME
    if not path.exists():
        return RecordFile()
    try:
        text = read_text(path)
        data = parse_toml(text)
    except TomlError as error:
        raise InputError(f"{path} is not TOML: {error}; mend the syntax there") from error
    except (OSError, ValueError) as error:
        mend = "save it as UTF-8" if isinstance(error, UnicodeDecodeError) else to_mend(error)
        raise InputError(f"{path} cannot be read: {why(error)}; {mend}") from error
    lines = {key: Place(line, 1) for key, line in find_places(text).lines.items()}
    source = YamlSource(str(path), data, keys=lines, values={(): Place(1, 1), **lines})
    notes = validated(RecordFile, source, _MENDS)
    known = [subject.slug for subject in case.subjects]
    for name in data.get("subjects", {}) if isinstance(data.get("subjects"), dict) else ():
        if name not in known:
            what = f"the case has no subject `{name}`{nearest(name, known)}"
            source.problem(source.place(("subjects", name)), what, f"it has: {', '.join(known) or 'none yet'}")
    if notes is None or source.problems:
        raise InputError("\n".join(map(str, sorted(source.problems, key=_line))))
    return notes


def _line(problem: Problem) -> int:
    return problem.place.line


def template(subjects: Iterable[Subject]) -> str:
    """A `record.toml` to fill in: every part with what it is for."""
    parts = [_HEAD.rstrip()]
    for subject in subjects:
        table = tomlkit.document()
        table["subjects"] = {subject.slug: {}}
        header = tomlkit.dumps(table).splitlines()[-1]
        parts.append(f"{header}\n{_NOTES}")
    return "\n\n".join(parts) + "\n"


def forget(case: Case, subject: Subject) -> bool:
    """Take what is noted of a subject out of `record.toml`, the rest left as it is; whether anything was there."""
    path = case.path / NAME
    with locked(case.path):
        if not path.exists():
            return False
        document = tomlkit.parse(read_text(path))
        noted = document.get("subjects")
        if not isinstance(noted, dict) or subject.slug not in noted:
            return False
        del noted[subject.slug]
        write_atomically(path, tomlkit.dumps(document))
    return True


_NOTES = """\
# told = 2026-01-31                 # when they were told that and how tools are used
# consent = 2026-01-31              # where that is the legal basis
# contested = ""                    # what they contested, and what came of it"""
_HEAD = """
# What only you can tell of this case. Take away the # of what you fill in; what stays empty is named as missing.
# Days are written 2026-01-31, without quotes. See it all with: heldout record CASE
schema = 1

[controller]
# name = "Example GmbH"             # who decides and answers for the data
# contact = "hiring@example.org"    # whom candidates write to

[purpose]
# text = "Filling one position as a machine-learning engineer"
# legal_basis = ""                  # have it named by whoever advises you in law

[job_analysis]
# text = ""                         # where competencies, weights and bars come from
# by = ""
# on = 2026-01-31

[access]
# people = ["head of the team: everything", "interviewers: their own scorecards"]

[oversight]
# people = []                       # who oversees the use of the tool
# training = ""                     # and how they were trained for it

[accommodation]
# offered = ""                      # how candidates are told that they can have format, time or place changed

[contest]
# how = ""                          # how candidates get an explanation, and contest

[groups]
# compared_on = 2026-01-31          # heldout fairness; its report never lies in the case
# kept_at = ""

[retention]
# until = 2027-01-31
# reason = ""
"""
