"""What the first screen says: three facts, three questions, one thing that cannot be told, one headline.

Everything is chosen and phrased from the dossier; no verdict and no overall score is made here, people decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from heldout.evidence import Dossier, Finding, Polarity
from heldout.report.effects import Weighed, weigh
from heldout.report.levels import NOBODY_LOOKED, Row, rows
from heldout.report.words import level, listed
from heldout.standard import Role, Standard
from heldout.wording import percent, within

WANTED = 3
"""Facts and questions: as many as one remembers on the way to the meeting."""


WHOLE = ("delivery", "scorecard")
"""Kinds of artifacts of which nobody asks whose lines they are."""


@dataclass(frozen=True)
class Fact:
    """One of the facts that count; `effect` in level points, by severity and share."""

    polarity: Polarity
    text: str
    competency: str
    artifact: str
    finding: Finding
    effect: float
    alike: int


@dataclass(frozen=True)
class Question:
    """A question for the subject, and what raised it: a finding, or nothing when the evidence is missing."""

    text: str
    about: str
    finding: Finding | None


@dataclass(frozen=True)
class CannotTell:
    """The most important thing that this evidence does not show, with its reason."""

    what: str
    reason: str


@dataclass(frozen=True)
class Summary:
    """The first screen."""

    headline: str
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    cannot_tell: CannotTell


def summarise(dossier: Dossier, standard: Standard, role: Role | None = None) -> Summary:
    """Choose and phrase the first screen; with a role, its weights say which missing competency matters most."""
    table = rows(dossier, standard, role)
    weighed = weigh(dossier)
    facts = tuple(_fact(w, {row.id: row.short for row in table}) for w in _facts(weighed))
    return Summary(
        headline=_headline(dossier, facts, table, role),
        facts=facts,
        questions=_questions(weighed, table, role),
        cannot_tell=_cannot_tell(dossier, weighed, table, role),
    )


def _facts(weighed: Sequence[Weighed]) -> list[Weighed]:
    """The strongest for and the strongest against, then the strongest of the rest; competencies apart if possible."""
    chosen: list[Weighed] = []
    for polarities in (("for",), ("against",), *[("for", "against")] * (WANTED - 2)):
        _choose(chosen, [w for w in weighed if w.finding.polarity in polarities])
    while len(chosen) < WANTED and _choose(chosen, [w for w in weighed if w.finding.polarity != "unknown"]):
        pass
    return sorted(chosen, key=lambda w: w.finding.polarity != "for")


def _choose(chosen: list[Weighed], candidates: Iterable[Weighed]) -> bool:
    """Add the weightiest candidate whose code is new, one of a new competency before others."""
    codes = {w.finding.code for w in chosen}
    competencies = {w.competency for w in chosen}
    fresh = [w for w in candidates if w.finding.code not in codes]
    if not fresh:
        return False
    chosen.append(next((w for w in fresh if w.effect and w.competency not in competencies), fresh[0]))
    return True


def _fact(weighed: Weighed, names: dict[str, str]) -> Fact:
    text = _sentence(weighed.finding.message)
    if weighed.alike > 1:
        text += f" One of {weighed.alike} such findings."
    return Fact(
        polarity=weighed.finding.polarity,
        text=text,
        competency=names.get(weighed.competency, weighed.competency),
        artifact=weighed.artifact,
        finding=weighed.finding,
        effect=weighed.effect,
        alike=weighed.alike,
    )


def _questions(weighed: Sequence[Weighed], table: Sequence[Row], role: Role | None) -> tuple[Question, ...]:
    """From the weightiest findings that raise one; then what the standard would ask where nothing was seen."""
    turn = ("against", "unknown", "for")
    asking = sorted(
        (w for w in weighed if w.finding.ask.strip()), key=lambda w: (-w.effect, turn.index(w.finding.polarity))
    )
    chosen: list[Weighed] = []
    texts: set[str] = set()
    while len(chosen) < WANTED and _choose(chosen, [w for w in asking if w.finding.ask not in texts]):
        texts.add(chosen[-1].finding.ask)
    questions = [Question(w.finding.ask, w.finding.message, w.finding) for w in chosen]
    for row in _missing(table, role):
        prompt = row.competency.sources.get("interview") if row.competency else None
        if prompt and len(questions) < WANTED:
            questions.append(Question(f"{row.short}: {within(prompt)}", "Nothing here shows it.", None))
    return tuple(questions)


def _missing(table: Sequence[Row], role: Role | None) -> list[Row]:
    """Competencies without any level, those that matter most first (for a role only those that it asks for)."""
    order = ("not_assessable", "not_observed", "faulted", "not_applicable", None)
    missing = [r for r in table if not r.estimates and r.missing and (role is None or r.bar is not None)]
    return sorted(missing, key=lambda r: (-r.weight, not r.specific_to_ml, order.index(r.missing[0].state)))


def _cannot_tell(dossier: Dossier, weighed: Sequence[Weighed], table: Sequence[Row], role: Role | None) -> CannotTell:
    if not any(row.estimates for row in table) and not weighed:
        reasons = list(dict.fromkeys(m.reason for row in table for m in row.missing if m.state))
        reasons = reasons or [NOBODY_LOOKED.reason]
        return CannotTell("Anything about the work", " ".join(_sentence(reason) for reason in reasons[:2]))
    if missing := _missing(table, role):
        first = missing[0].missing[0]
        alike = [r.short for r in missing if (r.missing[0].state, r.missing[0].reason) == (first.state, first.reason)]
        names = [alike[0], *(within(name) for name in alike[1:])]
        return CannotTell(
            listed(names, last="and"), f"{_sentence(first.in_words.capitalize())} {_sentence(first.reason)}"
        )
    if unknown := next((w.finding for w in weighed if w.finding.polarity == "unknown"), None):
        return CannotTell(_sentence(unknown.message), _sentence(unknown.why or "The material does not show it."))
    if gap := next((gap for artifact in dossier.artifacts for gap in artifact.gaps), None):
        return CannotTell(f"What {gap.what} holds", _sentence(gap.why))
    levels = [(row, e) for row in table for e in row.estimates]
    if not levels:
        return CannotTell("Any level", "No competency that is asked for was looked at.")
    row, widest = max(levels, key=lambda pair: pair[1].high - pair[1].low)
    span = f"from {level(widest.low)} to {level(widest.high)} on the scale of 1 to 5"
    return CannotTell(f"{row.short} more exactly", f"The interval goes {span}, the widest of all levels here.")


def _headline(dossier: Dossier, facts: Sequence[Fact], table: Sequence[Row], role: Role | None) -> str:
    clauses = [_clause(fact.finding.message) for fact in _one_of_each(facts)]
    clauses += _share(dossier)
    if any(row.estimates for row in table):
        absent = [within(row.short) for row in _missing(table, role)[:2]]
        clauses += [f"nothing here shows {listed(absent)}"] if absent else []
    elif not clauses or not facts:
        clauses = ["Nothing that was looked at shows a level in any competency", *clauses]
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text[:1].upper()}{text[1:]}."


def _one_of_each(facts: Sequence[Fact]) -> Iterable[Fact]:
    for polarity in ("for", "against"):
        of_it = [fact for fact in facts if fact.polarity == polarity]
        yield from sorted(of_it, key=lambda fact: -fact.effect)[:1]


def _share(dossier: Dossier) -> list[str]:
    """How much is the subject's: the median over the evidence of each artifact, the span over several artifacts."""
    shares: dict[str, list[float]] = {}
    for e in dossier.evidence:
        if e.share is not None:
            shares.setdefault(e.group, []).append(e.share)
    if not shares:
        # A delivery is its vendor's, whoever wrote it; of other work it matters who did.
        return ["whose work it is was not assessed"] if any(a.kind not in WHOLE for a in dossier.artifacts) else []
    low, *_, high = sorted([*(median(values) for values in shares.values())] * 2)
    span = percent(low) if percent(low) == percent(high) else f"{percent(low)} to {percent(high)}"
    return [f"{span} of it goes back to {dossier.subject}"]


_CUT = re.compile(r"\s*(?:[;:(]|, (?:and|but|so|which|while)|\s[–—-]\s)")


def _clause(message: str, most: int = 90) -> str:
    """The first statement of a message, short enough for a headline."""
    text = " ".join(message.split()).rstrip(".")
    head = _CUT.split(text, maxsplit=1)[0]
    text = head if len(head) >= 20 else text
    if len(text) > most:
        whole, comma, _ = text[:most].rpartition(", ")
        text = (whole if comma and len(whole) >= 30 else text[:most].rpartition(" ")[0] or text[:most]) + "…"
    if text.count("`") % 2:
        text += "`"
    return within(text)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!", "…")) or not text else f"{text}."
