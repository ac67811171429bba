"""The question bank: what is asked, what it tells, and what an answer of each level from 1 to 5 holds.

The questions are data: those that come with Heldout in `questions/*.yaml` beside this file, a company's own in the
folder `questions` of a case or anywhere else. One of a known id replaces ours, the others are added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from heldout.evidence.case import Case
from heldout.evidence.types import Frozen
from heldout.standard import Standard, builtin_standard
from heldout.standard.models import Anchors, Identifier, Text, Version
from heldout.standard.yaml_models import claim, is_yaml, sorted_problems, validated, yaml_files
from heldout.standard.yaml_source import YamlError, YamlSource, nearest, read_yaml

Whom = Literal["person", "vendor", "reference"]
Kind = Literal["past", "situation", "exercise"]
WHOM_WORDS: dict[str, str] = {
    "person": "a candidate",
    "vendor": "an agency or a freelancer",
    "reference": "somebody who worked with the subject",
}
"""Whom a question is for, as pages call it."""
KIND_WORDS: dict[str, str] = {
    "past": "something that they did",
    "situation": "something that they would do",
    "exercise": "something to read, and what they make of it",
}
"""What a question asks about, as pages call it."""
SHORTEST, LONGEST = 2, 20
"""Minutes that a question may take, its follow-ups included."""
_MENDS = {
    "greater_than_equal": f"levels go from 1 to 5, a question takes {SHORTEST} to {LONGEST} minutes",
    "less_than_equal": f"levels go from 1 to 5, a question takes {SHORTEST} to {LONGEST} minutes",
}

Layout = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""A text whose spaces and line ends count."""


class Avoid(Frozen):
    """What slips out beside a question and should not: what is asked or said, why not, what to say instead."""

    say: Text
    why: Text
    instead: Text


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a competency is named twice; name each once, the main one first")
    return names


class Question(Frozen):
    """One question, and all that an interviewer needs to ask it and to rate the answer.

    `competencies` names what the answer speaks for, the main one first: `anchors` rate that one, in the words of
    this question. The others are what an answer often shows besides; they are rated on the standard's own anchors.
    `minutes` holds the answer and the follow-ups. `material` is handed over to be read, before the question is asked.
    """

    id: Identifier
    version: Version
    competencies: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=4), AfterValidator(_each_once)]
    whom: Whom = "person"
    kind: Kind
    minutes: Annotated[int, Field(strict=True, ge=SHORTEST, le=LONGEST)]
    question: Text
    material: Layout | None = None
    follow_ups: Annotated[tuple[Text, ...], Field(max_length=6)] = ()
    tells: Text
    cannot_tell: Text
    anchors: Anchors
    good_answer: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)]
    red_flags: Annotated[tuple[Text, ...], Field(max_length=6)] = ()
    avoid: tuple[Avoid, ...] = ()
    accommodation: Text = (
        "Send the question in writing, give the time that is needed, or let it be answered in writing."
    )

    @property
    def main(self) -> str:
        """The id of the competency that `anchors` rate."""
        return self.competencies[0]

    @property
    def digest(self) -> str:
        """SHA-256 of the content: a rating keeps it, so that one can tell which text was asked and rated by."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


class QuestionFile(Frozen):
    """A file of questions: those of a known id replace Heldout's, the others are added."""

    version: Version
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Bank(Frozen):
    """All questions that may be asked. `version` names the texts; a company's additions are appended as `+version`."""

    version: str
    questions: tuple[Question, ...]

    @property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by id, in the bank's order."""
        return {question.id: question for question in self.questions}

    def about(self, competency: str, whom: Whom | None = None) -> tuple[Question, ...]:
        """The questions that speak for a competency (to `whom`): first those that are mainly about it."""
        fitting = [q for q in self.questions if competency in q.competencies and whom in (None, q.whom)]
        return tuple(sorted(fitting, key=lambda question: question.main != competency))


def load_bank(extra: Sequence[Path] = (), standard: Standard | None = None) -> Bank:
    """Heldout's questions with those of `extra` (files, or folders of YAML files) over them.

    The competencies are those of `standard` (the built-in one when None is given); of Heldout's questions those about
    others are left out. Raises YamlError with every problem of every file, InputError for a path that cannot be read.
    """
    known = (standard or builtin_standard()).by_id
    base = _builtin()
    questions = {q.id: q for q in base.questions if set(q.competencies) <= set(known)}
    own = _read(yaml_files(extra, "questions"), list(known))
    questions |= {question.id: question for file in own for question in file.questions}
    return Bank(version="+".join([base.version, *(file.version for file in own)]), questions=tuple(questions.values()))


def bank_of_case(case: Case) -> Bank:
    """The questions of a case: Heldout's and those of its folder `questions`, about its own frozen standard."""
    return load_bank(own_questions(case), case.standard)


def own_questions(case: Case) -> list[Path]:
    """The files of the case's folder `questions`, which may be absent or empty."""
    return sorted(path for path in (case.path / "questions").glob("*") if is_yaml(path))


@cache
def _builtin() -> Bank:
    """The questions that come with Heldout."""
    with as_file(files("heldout.sources.interview")) as folder:
        contents = _read(yaml_files([folder / "questions"], "questions"), list(builtin_standard().by_id))
    return Bank(version=contents[0].version, questions=tuple(q for content in contents for q in content.questions))


def _read(paths: Iterable[Path], known: Sequence[str]) -> list[QuestionFile]:
    """The files' content; raises YamlError with all problems of all files."""
    sources = [read_yaml(path) for path in paths]
    found: list[QuestionFile] = []
    owner: dict[str, str] = {}
    for source in sources:
        content = validated(QuestionFile, source, _MENDS) if source.data is not None else None
        _check_known(source, known)
        if content is not None:
            for index, question in enumerate(content.questions):
                claim(source, ("questions", index, "id"), "question", question.id, owner)
            found.append(content)
    if problems := sorted_problems(sources):
        raise YamlError(problems)
    return found


def _check_known(source: YamlSource, known: Sequence[str]) -> None:
    """Note the competencies that do not exist; reads raw data, so that a file wrong elsewhere is told of them too."""
    entries = source.data.get("questions") if isinstance(source.data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        names = entry.get("competencies") if isinstance(entry, dict) else None
        for position, name in enumerate(names if isinstance(names, list) else []):
            if isinstance(name, str) and name not in known:
                source.problem(
                    source.place(("questions", index, "competencies", position)),
                    f"there is no competency `{name}`{nearest(name, known)}",
                    f"use one of {', '.join(known)}, or add it in a competency file of the standard",
                )
