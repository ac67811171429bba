"""Checks that recognise a practice by what is called: a table of kinds, and one finding for all of them.

A kind is a thing that is done, not a tool: equivalent tools stand under one kind, and using two of them earns no
more than using one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, says_something, switched_off
from heldout.sources.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Seen:
    """What one file shows of a practice: kind -> (places, first line)."""

    kinds: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to recognise a kind, read from its text.

    `package:name` a call of a library's function, wherever in the package it stands; `.name` a method of something
    that is not imported; `<package:Name` a class derived from the library's. `?keyword` after a call asks for
    that argument, set to something other than None, False, 0 or 1; `?keyword` alone takes any call. `|` parts names.
    """

    kind: str
    package: str
    name: str
    keyword: str
    derived: bool

    @classmethod
    def read(cls, kind: str, text: str) -> tuple[Rule, ...]:
        """Read the rules that one text of a table writes."""
        derived = text.startswith("<")
        head, _, keyword = text.removeprefix("<").partition("?")
        package, _, name = ("", "", head[1:]) if head.startswith(".") else head.partition(":")
        return tuple(cls(kind, package, each, keyword, derived) for each in name.split("|"))

    def matches(self, dotted: str | None) -> bool:
        """Whether something that resolves to `dotted` (None: not imported) is what the rule means."""
        if not self.package:
            return dotted is None
        return dotted is not None and dotted.startswith(self.package + ".") and dotted.endswith("." + self.name)


class Practice(Check):
    """Base of the checks that look for a practice; see `Rule` for how a kind is recognised."""

    kinds: ClassVar[dict[str, tuple[str, ...]]] = {}
    """What is done -> rules, any of which shows it. The words stand in the report."""
    sentence: ClassVar[str] = ""
    """How the finding begins."""
    counted: ClassVar[bool] = True
    """Whether the finding says in how many places; not where a reader may count otherwise than the rules do."""
    full: ClassVar[int] = 2
    """The number of kinds at which the finding has its full strength."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The table, read once."""
        return tuple(rule for kind, texts in self.kinds.items() for text in texts for rule in Rule.read(kind, text))

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note which kinds the file shows, and where first."""
        places: dict[str, set[int]] = defaultdict(set)
        for kind, line in (*self._by_rules(module), *self.also(module)):
            places[kind].add(line)
        if places:
            yield Seen({kind: (len(lines), min(lines)) for kind, lines in places.items()})

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """(kind, line) of what the table cannot say."""
        return ()

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether a call that a rule matched shows the kind; for what a rule cannot say."""
        return True

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all that was seen."""
        return self.praise(repo)

    def seen(self, repo: Repository) -> dict[str, list[tuple[str, int, int]]]:
        """Kind -> (path, first line, places) of each file that shows it, in the order of the table."""
        found: dict[str, list[tuple[str, int, int]]] = {}
        for noted in repo.notes(self):
            if isinstance(noted.note, Seen):
                for kind, (places, line) in noted.note.kinds.items():
                    found.setdefault(kind, []).append((noted.path, line, places))
        return dict(
            sorted(found.items(), key=lambda item: list(self.kinds).index(item[0]) if item[0] in self.kinds else 99)
        )

    def praise(
        self, repo: Repository, more: Mapping[str, Location] | None = None, *, factor: float = 1.0
    ) -> Iterator[Finding]:
        """The finding for the subject, if any kind was seen; `more` are kinds seen outside the code."""
        seen = self.seen(repo)
        more = more or {}
        if not seen and not more:
            return
        numbers = {kind: sum(n for _, _, n in files) if self.counted else 1 for kind, files in seen.items()}
        words = [_counted(kind, number) for kind, number in numbers.items()] + list(more)
        shown = dict.fromkeys((files[0][0], files[0][1]) for files in seen.values())
        locations = [repo.at(path, line) for path, line in shown] + list(more.values())
        places = sum(n for files in seen.values() for _, _, n in files) + len(more)
        strength = ramp(len(words), 0, self.full) * (0.7 if places == 1 else 1.0) * factor
        yield self.found(
            f"{self.sentence}: {'; '.join(words)}.",
            *locations[:4],
            strength=strength,
            kinds=len(words),
            places=places,
        )

    def _by_rules(self, module: Module) -> Iterator[tuple[str, int]]:
        for rule in self.rules:
            if rule.derived:
                for node in module.nodes(ast.ClassDef):
                    if any((d := module.resolve(b)) and rule.matches(d) for b in node.bases):
                        yield rule.kind, node.lineno
                continue
            calls = (
                module.called.get(rule.name.rpartition(".")[2], ())
                if rule.name
                else module.keyworded.get(rule.keyword, ())
            )
            for call in calls:
                if rule.name and not rule.matches(_dotted(module, call)):
                    continue
                if rule.keyword and not says_something(argument(call, rule.keyword)):
                    continue
                if self.counts(module, rule.kind, call) and not switched_off(module, call):
                    yield rule.kind, call.lineno


def _dotted(module: Module, call: ast.Call) -> str | None:
    # A function or method of one's own is neither a table's method nor a library's: give it a name that no rule has.
    return module.resolve(call.func) or ("(local)." if _own(module, call.func) else None)


def _own(module: Module, called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute):
        return True
    this = isinstance(called.value, ast.Name) and called.value.id in ("self", "cls")
    return this and any(facts.name == called.attr for _, facts in module.functions)


def plural(count: int, word: str) -> str:
    """`1 place`, `2 places`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _counted(kind: str, places: int) -> str:
    return kind if places == 1 else f"{kind} (at least {places} places)"
