"""Communication: what the work is about and where it ends, in words for outsiders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.material.document import count_words
from heldout.sources.repository.checks.base import Check, Move, Text, ramp
from heldout.sources.repository.repository import Repository

_LIMIT_HEADING = re.compile(
    r"\b(limitations?(?! (under|of liability))|caveats?|known (issues?|bugs?|problems?)|shortcomings?"
    r"|out of scope|drawbacks?"
    r"|ethical considerations?)\b|局限|不足|限制|注意事项|制限|한계|ограничен|limitaciones(?! de (hardware|memoria))"
    r"|einschränkung|limitaç"
    r"|limiti\b",
    re.IGNORECASE,
)
_LIMITS_ALONE = re.compile(
    r"^[\W\d]*((the|known|current|other|main|key|important|additional|explicitly|advantages and"
    r"|intended uses? (&|and)) ){0,2}"
    r"(limitations?|caveats?|known (issues?|bugs?|problems?)|shortcomings?|out of scope|drawbacks?"
    r"|ethical considerations?)\b|^\W*(局限|限制|한계|ограничен|limitaciones$|limitações$|einschränkung)",
    re.IGNORECASE,
)
"""On a page about one thing, only a heading that says no more: another names the limits of what it names."""
_LIMIT = re.compile(
    r"\b(?<!hub )(?<!size )(?<!storage )(?<!hardware )(?<!space )"  # what a machine or a host allows is no such limit
    r"(limitations?(?= (of (this|the|our)|are|is|include)\b|:)|known (issues?|bugs?|problems?)"
    r"|shortcomings? of (this|the|our)"
    r"|(is|are) not (suitable|intended|designed|supported|guaranteed|meant) (for|to|as|by)"
    r"|(only|currently) (works|supports?|tested)\b|does(n't| not) (yet )?(work|support) (on|with|for)|may (fail"
    r"|not work|be biased)"
    r"|ethical considerations?)\b",
    re.IGNORECASE,
)
"""Phrases that on the front page speak of the project itself; on other pages they may speak of anything."""

_PLAIN = re.compile(
    r"^\W*(what (is|are|does|can)|why(?=\W*$| (this|we|use|another|choose|it|is|do|does|not|you)\b)"
    r"|how (it|does it) works?|background|motivation|(project "
    r"|general )?overview|introduction|about( the)?"
    r"|intended use|use ?cases?|faq|frequently asked|glossary|concepts?|key (ideas?|concepts?)"
    r"|problem(?!\w)( statement)?"
    r"|the (idea|problem)|context"
    r"|business (problem|context|goal|case|understanding|question|need|background)|简介|介绍|背景|概要|はじめに|소개"
    r"|о проекте|введение|introducci|einleitung|hintergrund|in a nutshell|tl;?dr|abstract)",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"^\W*(what (is|are)\b[^?]{1,50}\?|(faq|frequently asked|glossary|(key )?concepts?)\b)",
    re.IGNORECASE,
)
"""Headings that explain wherever they stand; the overview of a single page speaks of that page."""
_FRONT = re.compile(
    r"(^|/)(readme|index|about|overview|introduction|intro|faq|glossary|concepts?|background|model_?card)\.[\w]+$", re.I
)
"""Pages about the whole project."""
_README_BELOW = re.compile(r"/readme\.", re.IGNORECASE)
_MAKING = re.compile(
    r"fix|debug|checklist|issue|plan|roadmap|handoff|prompt|task|summary|report|todo|decision|(^|/)adr|troubleshoot|checkpoint"
    r"|progress|status|implementation|setup|deploy|migration|tutorial|chapter",
    re.IGNORECASE,
)
"""Pages about the making of the work, or about other people's tools."""

_LICENCE = re.compile(r"^\W*(licen[cs]|copyright|warranty)", re.IGNORECASE)
"""Headings of legal text, whose limitations are not the project's."""


_OF_DOCS = re.compile(r"(^|/)docs?/(readme|contributing)[^/]*$", re.IGNORECASE)
_BUILDS_DOCS = re.compile(r"doc-?builder|sphinx|mkdocs|docusaurus|jupyter-?book|make html", re.IGNORECASE)
"""Words of a text that tells how the documentation is made."""


class PlainWords(Check):
    """Purpose and limits in words for outsiders

    What: A section of at least 40 words that says what the project is about, why, or how it works (background, what
    is, FAQ, glossary ...), and sections, or sentences of the README, that name limits or known faults.

    Why: Product, compliance and customers have to understand a model well enough to use or challenge it.

    Example: "What is drift?" with two paragraphs, and "Limitations: trained on English reviews only" speak for.

    Limits: Found by headings and turns of phrase; whether a lay person understands it only a person can judge.
    """

    code = "COM103"
    moves: ClassVar = {"communication": Move(up=0.6)}
    why = "Who names limits can be trusted with the rest."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for such sections and sentences."""
        plain: list[tuple[str, Location]] = []
        limits: list[tuple[str, Location]] = []
        front = repo.readme.path if repo.readme is not None else ""
        for path, document in repo.documents:
            if _OF_DOCS.search(path) and _BUILDS_DOCS.search(repo.text(path).text):
                continue
            own = path == front or bool(_FRONT.search(path) and not _README_BELOW.search(path))
            if not own and _MAKING.search(path):
                continue
            for section in document.sections:
                title = section.title
                short = count_words(title) <= 8
                if section.words >= 40 and short and (_PLAIN if own else _EXPLAINS).match(title):
                    plain.append((title, repo.at(path, section.line)))
                if _LICENCE.match(title):
                    continue
                if (_LIMIT_HEADING if own else _LIMITS_ALONE).search(title) and section.words + len(section.code) >= 5:
                    limits.append((title, repo.at(path, section.line)))
                elif path == front and (said := _limit_said(section.prose)):
                    limits.append((said, _place(repo.text(path), section.line, said)))
        if plain or limits:
            told = [
                *([f"says under {_titles(plain)} what it is about or how it works"] if plain else []),
                *([f"names limits or known faults: {_titles(limits)}"] if limits else []),
            ]
            yield self.found(
                f"The documentation {' and '.join(told)}.",
                *(place for _, place in plain[:2]),
                *(place for _, place in limits[:2]),
                strength=0.5 * ramp(len(plain), 0, 2) + 0.5 * ramp(len(limits), 0, 2),
                sections=len(plain),
                limits=len(limits),
            )


_OF_PYTHON = re.compile(r"python ?\d|tensorflow ?\d|linux|windows|macos|gpu", re.IGNORECASE)
"""What it has to run on, which is a requirement."""


_QUOTED = re.compile(r"[\"“«](?=[^\"”»]*$)|\b(if|when) (it|they|this|that)\s*$", re.IGNORECASE)
"""What stands before words of somebody else, or before a condition."""


def _limit_said(prose: str) -> str:
    """The phrase of a limit with the words around it; tables are left out, where limits are those of others."""
    for line in prose.split("\n"):
        if not line.lstrip().startswith("|") and (match := _LIMIT.search(line)):
            end = line.find(" ", match.end() + 20)
            if _OF_PYTHON.search(line[match.start() : match.end() + 30]) or _QUOTED.search(line[: match.start()]):
                continue
            begun = line.rfind(" ", 0, max(match.start() - 25, 0)) + 1
            return line[begun : end if end > 0 else len(line)][:90].strip()
    return ""


def _titles(found: list[tuple[str, Location]]) -> str:
    return " and ".join(f"“{title[:90].strip(' *:#_')}”" for title in list(dict.fromkeys(t for t, _ in found))[:2])


def _place(text: Text, line: int, phrase: str) -> Location:
    """The first place of the phrase from the line on: the prose of a section is not all of its lines."""
    found = (number for number, raw in enumerate(text.lines[line - 1 :], start=line) if phrase in raw)
    return text.location(next(found, line))


CHECKS: tuple[Check, ...] = (PlainWords(),)
