"""The list to vet a vendor by, and what becomes of their answers: claims to be checked, never a level."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BeforeValidator, StringConstraints

from heldout.decision.facts import facts
from heldout.evidence import Artifact, Dossier, Evidence, Finding, Gap
from heldout.evidence.types import Frozen
from heldout.sources.interview.bank import Bank, Question
from heldout.standard import Standard
from heldout.standard.models import Identifier, Text, Version
from heldout.standard.yaml_models import claim, sorted_problems, validated
from heldout.standard.yaml_source import YamlError, YamlSource, nearest, read_yaml

SOURCE = "vetting"
WORD_ONLY = Gap(what="what the vendor says", why="a vendor's word about itself; nothing of it was looked at here")
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class Item(Frozen):
    """One line of the list: a question of the bank, what to be shown, and which command shows it."""

    question: Identifier
    show: tuple[Text, ...]
    shown_by: Text


class Answer(Frozen):
    """What a vendor said to one question, and what they let you see for it (paths, links, names)."""

    id: Identifier
    answer: Words = ""
    shown: Annotated[tuple[Words, ...], BeforeValidator(lambda given: given or ())] = ()


class Answers(Frozen):
    """One vendor's answers, as written down by whoever asked."""

    version: Version
    asked_by: Words = ""
    asked_on: Words = ""
    answers: tuple[Answer, ...]


@cache
def items() -> tuple[Item, ...]:
    """The list as shipped, in its order."""
    text = files("heldout.decision.engagement").joinpath("vetting.yaml").read_text(encoding="utf-8")
    return tuple(Item.model_validate(one) for one in yaml.safe_load(text)["items"])


def asked(bank: Bank) -> tuple[tuple[Item, Question], ...]:
    """Each line with its question; those whose question the bank of a case leaves out are left out too."""
    by_id = bank.by_id
    return tuple((item, by_id[item.question]) for item in items() if item.question in by_id)


class Vendor(Frozen):
    """What a case holds about one vendor: what was looked at, and what nobody has looked at yet."""

    name: str
    kind: str
    looked_at: tuple[str, ...]
    not_yet: tuple[str, ...]
    facts: tuple[str, ...] = ()
    """What the case knows of them that no assumption holds: above all what an audit of their delivery found."""


def vendor(name: str, kind: str, dossier: Dossier) -> Vendor:
    """A vendor as the case knows it; only what gave a level counts as looked at, and answers to the list."""
    seen = {one.source for one in dossier.evidence if one.level is not None or one.source == SOURCE}
    return Vendor(
        name=name,
        kind=kind,
        looked_at=tuple(words for source, words in _LOOKS.items() if source in seen),
        not_yet=tuple(words for source, words in _LOOKS.items() if source not in seen),
        facts=facts(dossier),
    )


_LOOKS = {
    SOURCE: "answers to the list taken down",
    "repository": "past work read",
    "handover": "a delivery audited",
    "interview": "interviews rated",
}


def template(bank: Bank) -> str:
    """A file to write a vendor's answers into."""
    lines = [_HEAD.strip(), "", 'version: "1"', 'asked_by: ""', 'asked_on: ""', "", "answers:"]
    for item, question in asked(bank):
        lines += [
            f"  # {question.question}",
            *(f"  #   - {follow_up}" for follow_up in question.follow_ups),
            f"  # Ask to see: {'; '.join(item.show)}.",
            f"  # Better than words: {item.shown_by}",
            f"  - id: {item.question}",
            '    answer: ""',
            "    shown: []",
            "",
        ]
    return "\n".join(lines)


def read_answers(path: Path, bank: Bank) -> Answers:
    """The answers in a file; raises YamlError with every problem and its line."""
    source = read_yaml(path)
    content = validated(Answers, source) if source.data is not None else None
    _check(source, [item.question for item, _ in asked(bank)])
    if content is None or source.problems:
        raise YamlError(sorted_problems([source]))
    return content


def _check(source: YamlSource, known: Sequence[str]) -> None:
    entries = source.data.get("answers") if isinstance(source.data, dict) else None
    owner: dict[str, str] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        place = ("answers", index, "id")
        if name not in known:
            what = f"there is no question `{name}` in the list{nearest(name, known)}"
            source.problem(source.place(place), what, "heldout engage --vetting-template - shows them all")
        else:
            claim(source, place, "answer", name, owner)


def dossier_of(subject: str, answers: Answers, bank: Bank, standard: Standard, role: str) -> Dossier:
    """What the answers are worth to a case: findings to be checked, and states with their reason; never a level.

    A question that was not answered says so too. Competencies that the case does not know are left out.
    """
    told = {one.id: one for one in answers.answers}
    findings: dict[str, list[Finding]] = {}
    for item, question in asked(bank):
        one = _finding(item, question, told.get(item.question))
        for competency in question.competencies:
            if competency in standard.by_id:
                findings.setdefault(competency, []).append(one)
    digest = hashlib.sha256(answers.model_dump_json().encode()).hexdigest()
    said = sum(bool(one.answer) for one in answers.answers)
    return Dossier(
        subject=subject,
        role=role,
        artifacts=(
            Artifact(
                name=f"Vetting of {subject}",
                kind=SOURCE,
                origin=f"answers taken down{_by(answers)}",
                digest=digest,
                measured={"answered": said, "not_answered": len(asked(bank)) - said},
                gaps=(WORD_ONLY,),
            ),
        ),
        evidence=tuple(
            Evidence(
                competency=competency,
                source=SOURCE,
                instrument="vetting list",
                version=answers.version,
                standard=standard.version,
                group=SOURCE,
                state="not_observed",
                reason="only the vendor's word so far; what would show it stands with each answer",
                findings=tuple(mine),  # without a digest of its own, so that later answers replace earlier ones
            )
            for competency, mine in findings.items()
        ),
    )


def _by(answers: Answers) -> str:
    return (f" by {answers.asked_by}" if answers.asked_by else "") + (
        f" on {answers.asked_on}" if answers.asked_on else ""
    )


def _finding(item: Item, question: Question, answer: Answer | None) -> Finding:
    """A claim with how to check it, or the question that is still open."""
    said = answer.answer if answer else ""
    shown = [one for one in answer.shown if one] if answer else []
    look = f"Better than words: {item.shown_by}."
    if not said:
        message, ask = f"Not answered: {question.question}", question.question
    else:
        message = f"They say: {said}" + (f" Shown: {'; '.join(shown)}." if shown else "")
        ask = "" if shown else f"May we see it: {'; '.join(item.show)}?"
    return Finding(
        code=f"VET-{item.question}",
        polarity="unknown",
        message=message,
        measured={"shown": len(shown)},
        why=f"A vendor's word about itself moves no level. {look}",
        ask=ask,
    )


_HEAD = """
# Answers of one vendor, for: heldout engage --vetting THIS_FILE --into CASE --subject NAME
# Take down what they say, in their words, and under `shown` what you were let see: a path, a link, a name to call.
# Leave empty what was not answered: it is kept as an open question. What they say becomes findings to check, no level.
"""
