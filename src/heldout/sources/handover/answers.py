"""What only people know of a delivery: who answers for it afterwards, until when, and to whom it belongs.

The answers come from a file (TOML or YAML) or are asked on the terminal. Each may be left open: what nobody answered
is not assessable, which is another thing than the answer that it was not agreed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from heldout.errors import InputError
from heldout.evidence.types import Frozen, Location
from heldout.material.toml import TomlError, parse_toml
from heldout.standard.yaml_source import YamlSource, nearest, parse_yaml

Term = str | Literal[False] | None
"""What was agreed, in words; False when it was not agreed; None when nobody answered."""

_LONGEST = 2_000
_NO = frozenset({"no", "none", "not agreed", "nothing", "nobody", "n/a", "-"})


@dataclass(frozen=True)
class Question:
    """One question about the terms of a delivery.

    `key` is its place in the file (`support.owner`), `term` what a report calls it, `needed` whether a delivery can be
    owned without it.
    """

    key: str
    term: str
    text: str
    example: str
    needed: bool = True
    kind: Literal["words", "day"] = "words"


_QUESTIONS = (
    Question(
        "support.owner",
        "an owner",
        "Who answers for it at its makers' after the hand-over? A name or a role.",
        "Head of Data at Acme",
    ),
    Question(
        "support.hours",
        "hours",
        "When can they be reached, and how soon do they answer?",
        "weekdays 9 to 17, within four hours",
    ),
    Question("support.ends", "an end of support", "On which day does support end?", "2027-06-30", kind="day"),
    Question(
        "support.escalation",
        "whom to call next",
        "Whom do you call when they do not answer?",
        "the managing director, by telephone",
    ),
    Question("rights.code", "rights in the code", "Who owns the code, or on what terms may you use it?", "ours"),
    Question(
        "rights.data",
        "rights in the data",
        "Who owns the data that it was trained on, or on what terms may you use them?",
        "ours",
    ),
    Question(
        "rights.weights",
        "rights in the trained model",
        "Who owns the trained model, or on what terms may you use it?",
        "ours",
    ),
    Question(
        "accounts.handed_over",
        "accounts",
        "Which accounts does it need (cloud, registry, domain, tracking), and are they in your name?",
        "one S3 bucket, in our name since 3 May",
    ),
    Question(
        "terms.written",
        "a place where it is written",
        "Where is all this agreed in writing?",
        "service agreement of 3 May, section 7",
        needed=False,
    ),
)


def questions() -> tuple[Question, ...]:
    """Every question, in the order in which they are asked."""
    return _QUESTIONS


class Answers(Frozen):
    """The answers: key of the question -> what was agreed, False for "not agreed". What is not in it is open."""

    given: dict[str, str | Literal[False]] = Field(default_factory=dict)
    lines: dict[str, int] = Field(default_factory=dict)
    """Key -> line of the file in which it stands; empty when it was asked on the terminal."""
    source: str = ""
    """Name of the file; empty for the terminal."""

    def term(self, key: str) -> Term:
        """The answer to a question by its key; None when it was left open."""
        return self.given.get(key)

    def place(self, key: str) -> Location | None:
        """Where the answer stands, None when it was asked on the terminal or left open."""
        line = self.lines.get(key)
        return Location(path=self.source, line=line) if line else None


def answers_from(said: Mapping[str, str]) -> Answers:
    """Answers given on the terminal, by key; an empty one is left open, `no` means that it was not agreed.

    Raises InputError for what cannot be an answer, such as a day that does not exist.
    """
    return Answers(given=_given(said, lambda key: key))


def read_answers(text: str, name: str) -> Answers:
    """The answers of a file; `name` ends in `.toml`, `.yaml` or `.yml` and is used in messages.

    Raises InputError with one line (`file:line: what; mend`) for each thing that is wrong.
    """
    if name.lower().endswith((".yaml", ".yml")):
        raw, lines = _from_yaml(text, name)
    elif name.lower().endswith(".toml"):
        raw, lines = _from_toml(text, name)
    else:
        raise InputError(f"{name} is neither TOML nor YAML by its name; call it answers.toml or answers.yaml")
    known = {question.key for question in _QUESTIONS}
    wrong = [
        f"{name}:{lines.get(key, 1)}: `{key}` is no question{nearest(key, known)}; "
        "the questions are in the template: heldout audit --answers-template FILE"
        for key in raw
        if key not in known
    ]
    if wrong:
        raise InputError("\n".join(wrong))
    given = _given(raw, lambda key: f"{name}:{lines.get(key, 1)}: `{key}`")
    return Answers(given=given, lines={key: lines[key] for key in given if key in lines}, source=name)


def template() -> str:
    """An empty file of answers in TOML, with every question above its line."""
    lines = [
        "# What only people know of a delivery. Fill in what you know; what stays empty is left open, which is no",
        "# fault of anybody's. Write false where you know that it was not agreed.",
    ]
    table = ""
    for question in _QUESTIONS:
        section, _, field = question.key.partition(".")
        if section != table:
            lines += ["", f"[{section}]"]
            table = section
        lines += [f"# {question.text} For example: {question.example}", f'{field} = ""']
    return "\n".join(lines) + "\n"


def _given(raw: Mapping[str, object], place: Any) -> dict[str, str | Literal[False]]:
    given: dict[str, str | Literal[False]] = {}
    wrong = []
    kinds = {question.key: question.kind for question in _QUESTIONS}
    for key, value in raw.items():
        try:
            term = _term(value, kinds[key])
        except ValueError as error:
            wrong.append(f"{place(key)} {error}")
            continue
        if term is not None:
            given[key] = term
    if wrong:
        raise InputError("\n".join(wrong))
    return given


def _term(value: object, kind: str) -> Term:
    """One value as an answer; raises ValueError with what is wrong and how to mend it."""
    if value is None or value is False:
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str):
        raise ValueError("is no text; write the answer in quotes, or false when it was not agreed")  # noqa: TRY004
    text = " ".join(value.split())
    if len(text) > _LONGEST:
        raise ValueError(f"has more than {_LONGEST:,} characters; name the document instead of copying it")
    if not text:
        return None
    if text.casefold().rstrip(".") in _NO:
        return False
    if kind == "day" and re.fullmatch(r"[\d./-]+", text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"is no day ({text}); write it as 2027-06-30, or in words") from None
    return text


def _from_toml(text: str, name: str) -> tuple[dict[str, object], dict[str, int]]:
    try:
        tables = parse_toml(text)
    except TomlError as error:
        cause = error.__cause__
        line = re.search(r"at line (\d+)", str(cause)) if isinstance(cause, tomllib.TOMLDecodeError) else None
        told = re.sub(r" ?\(at [^)]*\)", "", str(error))
        place = f"{name}:{line[1]}" if line else name
        raise InputError(f'{place}: this is no TOML ({told}); write key = "text", one a line') from error
    return _flat(tables), _toml_lines(text)


def _from_yaml(text: str, name: str) -> tuple[dict[str, object], dict[str, int]]:
    if not text.strip():
        return {}, {}
    source = YamlSource(name)
    parse_yaml(text.encode("utf-8"), source)
    if source.problems:
        raise InputError("\n".join(str(problem) for problem in source.problems))
    if source.data is None:
        return {}, {}
    if not isinstance(source.data, dict):
        raise InputError(f"{name}:1: the file is no list of keys; write support: and under it owner: TEXT")
    lines = {".".join(map(str, path)): place.line for path, place in source.keys.items()}
    return _flat(source.data), lines


def _flat(tables: Mapping[Any, Any]) -> dict[str, object]:
    """Two levels of keys as one: `support.owner`."""
    flat: dict[str, object] = {}
    for name, table in tables.items():
        if isinstance(table, dict):
            flat |= {f"{name}.{key}": value for key, value in table.items()}
        else:
            flat[str(name)] = table
    return flat


_TABLE = re.compile(r"^\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w.-]+)\s*=")


def _toml_lines(text: str) -> dict[str, int]:
    """Key -> line, for keys that stand at the beginning of a line, as people write them."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := _TABLE.match(line):
            table = f"{opened[1]}."
            lines.setdefault(opened[1], number)
        elif found := _KEY.match(line):
            lines.setdefault(table + found[1], number)
    return lines
