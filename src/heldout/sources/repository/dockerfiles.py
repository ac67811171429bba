"""Dockerfiles as data: stages, their bases, instructions with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heldout.sources.repository.repository import Repository

_MOST_LINES = 3000
_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_FROM = re.compile(r"^(?:--platform=\S+\s+)?(\S+)(?:\s+[aA][sS]\s+(\S+))?")
_VARIABLE = re.compile(r"\$\{?(\w+)(?::-([^}]*))?\}?")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its continuation lines joined by spaces; `stage` counts the FROMs up to it, from 1."""

    word: str
    value: str
    line: int
    stage: int


@dataclass(frozen=True, slots=True)
class Base:
    """A base image: its name without tag, its tag ('' if none) and whether it is pinned by digest."""

    image: str
    tag: str
    digest: bool
    line: int


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that has at least one FROM."""

    path: str
    instructions: tuple[Instruction, ...]

    def of(self, *words: str) -> tuple[Instruction, ...]:
        """The instructions with one of these words (upper case)."""
        return tuple(i for i in self.instructions if i.word in words)

    @cached_property
    def last_stage(self) -> tuple[Instruction, ...]:
        """The instructions of the stage that becomes the image."""
        last = max(i.stage for i in self.instructions)
        return tuple(i for i in self.instructions if i.stage == last)

    @cached_property
    def bases(self) -> tuple[Base, ...]:
        """External base images; other stages, scratch and names that only the builder knows are left out."""
        defaults: dict[str, str] = {}
        stages: set[str] = set()
        found = []
        for instruction in self.instructions:
            if instruction.word == "ARG" and "=" in instruction.value:
                name, _, value = instruction.value.partition("=")
                defaults.setdefault(name.strip(), value.strip().strip("\"'"))
            match = _FROM.match(instruction.value) if instruction.word == "FROM" else None
            if match is None:
                continue
            image = _VARIABLE.sub(lambda m: defaults.get(m[1], m[2] or m[0]), match[1][:300])
            if match[2]:
                stages.add(match[2].lower())
            if image.lower() in stages and image.lower() != (match[2] or "").lower():
                continue
            if image == "scratch" or "$" in image:
                continue
            name, _, digest = image.partition("@")
            head, _, tail = name.rpartition("/")
            short, _, tag = tail.partition(":")
            found.append(Base(f"{head}/{short}" if head else short, tag, bool(digest), instruction.line))
        return tuple(found)


def parse_dockerfile(path: str, text: str) -> Dockerfile | None:
    """The instructions of a Dockerfile, None when it has no FROM."""
    found: list[Instruction] = []
    joined, begun, stage, until = "", 0, 0, ""
    for number, raw in enumerate(text.split("\n")[:_MOST_LINES], start=1):
        line = raw.strip()[:4000]
        if until:
            if line == until:
                until = ""
            continue
        if not line or line.startswith("#"):
            continue
        if not joined:
            begun = number
        joined += line.removesuffix("\\") + " "
        if line.endswith("\\") and len(joined) < 100_000:
            continue
        match = _INSTRUCTION.match(joined)
        joined, whole = "", joined
        if match is None or not match[2].strip():
            continue
        word = match[1].upper()
        if word in ("RUN", "COPY") and (heredoc := _HEREDOC.search(whole)):
            until = heredoc[1]
        stage += word == "FROM"
        found.append(Instruction(word, match[2].strip(), begun, stage))
    return Dockerfile(path, tuple(found)) if stage else None


def dockerfiles(repo: Repository, most: int = 30) -> tuple[Dockerfile, ...]:
    """The repository's own Dockerfiles, tests and documentation apart."""
    found = []
    for path in repo.glob("dockerfile", "dockerfile.*", "*.dockerfile", "containerfile")[:most]:
        if repo.part(path) in ("code", "example") and not path.lower().endswith((".md", ".dockerignore", ".py", ".j2")):
            parsed = parse_dockerfile(path, repo.text(path).text)
            if parsed is not None:
                found.append(parsed)
    return tuple(found)
