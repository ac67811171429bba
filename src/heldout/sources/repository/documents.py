"""The texts that a project writes for people: their sections, and the commands in their code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heldout.sources.repository.checks.base import Text

if TYPE_CHECKING:
    from heldout.sources.repository.repository import Repository

_MOST_LINES = 6000
_MOST_DOCUMENTS = 120
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)$")
_UNDERLINE = re.compile(r"^([=\-~^\"*+#])\1{2,}[ \t]*$")
FENCE = re.compile(r"^[ \t]*(```|~~~)(?![^`]*```)")
_ALONE = re.compile(r"^[ \t]*(?:[-*+][ \t]+|\d{1,2}[.)][ \t]+)?(`{1,3})[ \t]*([^`]{4,})\1[ \t]*[.:]?[ \t]*$")
"""A line, or an item of a list, that is nothing but a piece of code."""
_PROMPT = re.compile(r"^(\([\w.-]+\)\s*)?([$>%!]|>>>)\s*")
_CARD = re.compile(r"---\n(?=(.*\n){0,40}license:)(?=(.*\n){0,40}(datasets|tags|language|pipeline_tag):)")
"""How the card of a model on a hub begins: below the root it came with somebody's weights."""
_STARTER = re.compile(
    r"Create React App\b|bootstrapped with \[?`?create-|This template provides a minimal setup"
    r"|was generated (with|by|using) \[?(Angular|Vue|Nuxt|Expo)|This is a \[Next\.js\]|Welcome to your Expo app"
    r"|^#+ About Laravel|Spring Initializr",
    re.IGNORECASE | re.MULTILINE,
)
"""What tools write into the README of a project that they start."""
CITED = re.compile(r"\]\(\s*<?https?://|arxiv|openaccess|doi\.org|aclanthology|et al\b", re.IGNORECASE)
"""Headings that are links to something elsewhere, or the title of a paper: notes on it, and no guide to this work."""
_RECORDS = re.compile(r"change|history|contribut|code_of_conduct|licen[cs]e|\.github", re.IGNORECASE)
_OF_AGENTS = re.compile(r"(^|/)(openspec|\.?specify|\.claude|\.cursor|\.agents?)/", re.IGNORECASE)
"""Orders to programs that write code, and what they report."""
_SHELL = re.compile(
    r"^(python[\d.]*|pip3?|make|just|docker|docker-compose|dvc|snakemake|bash|sh|\./\S+|uv|poetry|[a-z][\w-]*)\s+\S"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, where it stands, and the text under it up to the next one."""

    title: str
    line: int
    body: str


@dataclass(frozen=True, slots=True)
class ShellLine:
    """A command in a code block, without its prompt."""

    command: str
    path: str
    line: int


def copied_folders(repo: Repository) -> tuple[str, ...]:
    """Folders below the root that have a README and a licence other than the root's, or a guide for contributors: a
    repository put into another.

    A project with such a guide of its own at the root may keep one for each of its packages.
    """
    kinds: dict[str, dict[str, str]] = {}
    for path in repo.paths:
        folder, _, name = path.rpartition("/")
        if kind := re.match(r"(readme|licen[cs]e|contributing)\b", name.lower()):
            kinds.setdefault(folder, {})[kind[1][:4]] = path
    root = kinds.pop("", {})
    if "cont" in root:
        return ()
    own = repo.text(root["lice"]).text.split() if "lice" in root else []
    return tuple(
        sorted(
            f"{folder}/"
            for folder, found in kinds.items()
            if "read" in found
            and ("cont" in found or ("lice" in found and repo.text(found["lice"]).text.split() != own))
            and folder not in ("docs", "doc", ".github")
        )
    )


def is_own(path: str, text: str) -> bool:
    """Whether a text was written for this project: no card of somebody's weights, and no README of a starter."""
    head = text[:2_000]
    return not _STARTER.search(head) and ("/" not in path or not _CARD.match(head))


def documents(repo: Repository) -> tuple[Text, ...]:
    """The README files and guides, those nearest to the root first."""
    copies = copied_folders(repo)
    paths = [
        p
        for p in repo.glob("*.md", "*.rst", "readme", "readme.txt", "*.markdown")
        if repo.part(p) != "test" and not p.startswith(copies) and not _OF_AGENTS.search(p)
    ]
    paths.sort(key=lambda p: (p.count("/"), p))
    texts = (repo.text(path) for path in paths[:_MOST_DOCUMENTS])
    return tuple(text for text in texts if is_own(text.path, text.text))


def sections(text: Text) -> Iterator[Section]:
    """The sections of a Markdown or reStructuredText document, code blocks' own hashes left alone."""
    lines = text.lines[:_MOST_LINES]
    title, line, body, fenced = "", 0, list[str](), False
    for number, raw in enumerate(lines, start=1):
        here = raw[:2000]
        if FENCE.match(here):
            fenced = not fenced
        heading = None if fenced else _HEADING.match(here)
        following = lines[number][:2000] if number < len(lines) else ""
        under = not fenced and here.strip() and len(here) < 120 and _UNDERLINE.match(following)
        if heading or under:
            if line:
                yield Section(title, line, "\n".join(body))
            title = heading[1].rstrip("# ") if heading else here.strip()
            line, body = number, []
        else:
            body.append(here)
    if line:
        yield Section(title, line, "\n".join(body))


def shell_lines(text: Text) -> Iterator[ShellLine]:
    """The commands in fenced or indented blocks, or that fill a line; one continued by a backslash is one command."""
    fenced, joined, begun = False, "", 0
    for number, raw in enumerate(text.lines[:_MOST_LINES], start=1):
        here = raw[:1000]
        if FENCE.match(here):
            fenced, joined = not fenced, ""
            continue
        alone = None if fenced else _ALONE.match(here)
        if alone and _SHELL.match(command := _PROMPT.sub("", alone[2].strip())):
            joined = ""
            yield ShellLine(command, text.path, number)
            continue
        indented = here.startswith(("    ", "\t", "   "))
        prompted = bool(re.match(r"^\s*\$\s", here))
        if not (fenced or indented or prompted):
            joined = ""
            continue
        if not joined:
            begun = number
        joined += here.strip()
        if joined.endswith("\\") and len(joined) < 4000:
            joined = joined[:-1] + " "
            continue
        command = _PROMPT.sub("", joined)
        joined = ""
        if _SHELL.match(command):
            yield ShellLine(command, text.path, begun)


def told(repo: Repository, wanted: re.Pattern[str], words: int) -> list[tuple[str, Section]]:
    """(path, section) of the sections under such a heading with at least this many words; records of changes apart."""
    return [
        (text.path, section)
        for text in documents(repo)[:60]
        if not _RECORDS.search(text.path)
        for section in sections(text)
        if wanted.search(section.title[:200])
        and not CITED.search(section.title[:500])
        and len(section.body.split()) >= words
    ]
