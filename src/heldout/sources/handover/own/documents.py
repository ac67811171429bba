"""O1, the documents: is it written down how to install, train and predict, where the data are from, and the limits?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest

import yaml

from heldout.evidence import Location
from heldout.material.document import Section, count_words
from heldout.sources.handover.own.delivered import Delivered, Page
from heldout.sources.handover.own.rights import data_terms
from heldout.sources.handover.plan import Plan, Purpose
from heldout.sources.handover.result import Check
from heldout.wording import listed

_LINE = 400
"""Characters of a line that are looked at: patterns go over many lines, few of them long."""
_USE = re.compile(
    r"\busage|how to (use|run)|getting started|quick ?start|\buso\b|utilisation|verwendung|使用", re.IGNORECASE
)
_TITLE_LINES = 12
"""The heading that names the project stands within so many lines, below badges and logos."""


@dataclass(frozen=True)
class Topic:
    """One thing that documents have to tell; see `topics.yaml`."""

    id: str
    title: str
    needed: bool
    words: int
    headings: re.Pattern[str]
    surely: re.Pattern[str] | None
    says: re.Pattern[str]
    holds: re.Pattern[str] | None = None


@cache
def topics() -> tuple[Topic, ...]:
    """The topics as shipped, in the order of the file."""
    text = (files("heldout.sources.handover.own") / "topics.yaml").read_text(encoding="utf-8")
    return tuple(
        Topic(
            id=name,
            title=raw["title"],
            needed=raw["needed"],
            words=raw["words"],
            headings=_pattern(raw["headings"]),
            surely=_pattern(raw["surely"]) if "surely" in raw else None,
            says=_pattern(raw["says"]),
            holds=_pattern(raw["holds"]) if "holds" in raw else None,
        )
        for name, raw in yaml.safe_load(text).items()
    )


def documents_check(delivered: Delivered, plan: Plan) -> Check:
    """Which of the topics the documents cover, with the first place of each."""
    told = {topic.id: place for topic in topics() if (place := _told(topic, delivered, plan)) is not None}
    missing = [topic for topic in topics() if topic.id not in told]
    failed = [topic for topic in missing if topic.needed]
    covered = f"{len(told)} of {len(topics())} topics are documented"
    if not delivered.pages and not told:
        message = "No document for readers is delivered: no README, no guide, no card."
    elif missing:
        message = f"{covered}; not written down: {listed([topic.title for topic in missing])}."
    else:
        message = f"{covered}, from installing to the limits."
    return Check(
        id="O1",
        area="own",
        state="fail" if failed else "pass",
        message=message,
        credit=1.0 if failed else len(told) / len(topics()),
        severity="medium" if failed else "info",
        locations=tuple(told.values()),
        measured={topic.id: topic.id in told for topic in topics()} | {"documents": len(delivered.pages)},
        why="What is written down nowhere leaves with the people who know it.",
        mend=f"Ask for a text on {listed([topic.title for topic in failed])}." if failed else "",
    )


def _told(topic: Topic, delivered: Delivered, plan: Plan) -> Location | None:
    """Where a topic is told: under a heading, in words or a command, or by a step that the plan found in a text."""
    if topic.id == "licence":
        return next((place for place in data_terms(delivered)), None)
    surely = topic.surely
    return (
        (next((at for page in delivered.pages for at in _said(surely, page)), None) if surely else None)
        or next(_in_pages(topic, delivered.pages), None)
        or next(_documented(topic.id, plan, {page.path for page in delivered.pages}), None)
        or next(_in_pages(topic, delivered.told_in_notebooks), None)
    )


def _in_pages(topic: Topic, pages: Iterable[Page]) -> Iterator[Location]:
    for page in pages:
        yield from _under_headings(topic, page)
        yield from _said(topic.says, page)


def _under_headings(topic: Topic, page: Page) -> Iterator[Location]:
    for section, following in _with_following(page.document.sections):
        title = page.cell is None and section.line <= _TITLE_LINES and section is page.document.sections[0]
        if title:
            continue  # the name of the project is no section on a topic
        titled = bool(topic.headings.search(section.title[:200])) and _substance(section, following) >= topic.words
        used = topic.holds is not None and bool(_USE.search(section.title[:200]))
        if titled or (used and topic.holds and topic.holds.search(_body(section)[:4_000])):
            yield page.at(section.line)


def _with_following(sections: Sequence[Section]) -> Iterator[tuple[Section, Section | None]]:
    yield from zip_longest(sections, sections[1:])


def _substance(section: Section, following: Section | None) -> int:
    """Words under a heading; code counts as twenty, and an empty heading lends from its first sub-heading."""
    return _content(section) or (_content(following) if following is not None else 0)


def _body(section: Section) -> str:
    return "\n".join((section.prose, *(code for _, code in section.code)))


def _content(section: Section) -> int:
    return count_words(section.prose) + 20 * (len(section.code) + section.prose.count("`") // 2)


def _said(pattern: re.Pattern[str], page: Page) -> Iterator[Location]:
    for number, line in enumerate(page.lines[:6_000], start=1):
        if not line.startswith("# ") and pattern.search(line[:_LINE]):
            yield page.at(number)


_PURPOSES: dict[str, tuple[Purpose, ...]] = {"train": ("train",), "predict": ("predict", "serve")}


def _documented(topic: str, plan: Plan, pages: set[str]) -> Iterator[Location]:
    for step in plan.of(*_PURPOSES.get(topic, ())):
        yield from (place for place in step.locations if place.path in pages)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+\|", "|", text.strip()), re.IGNORECASE)
