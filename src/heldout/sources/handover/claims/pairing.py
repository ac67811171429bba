"""Which number of a sentence goes with which name of a metric."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from heldout.sources.handover.claims.joining import (
    follows,
    goes_on,
    is_bare,
    is_origin,
    is_setting,
    leads_to,
    opened,
    unmarked,
)
from heldout.sources.handover.claims.names import Mention
from heldout.sources.handover.claims.numbers import Number
from heldout.sources.handover.claims.words import words
from heldout.sources.handover.plan import Bound

CHANGE = re.compile(
    r"\s*(?:score\s+)?(?:improvement|gain|increase|boost|lift|drop|loss|reduction|decrease|"
    r"difference|gap|delta|change|uplift|"
    r"degradation|mejora|melhoria|am[ée]lioration|verbesserung|miglioramento)(?![^\W_])",
    re.IGNORECASE,
)
"""After a name: the number before it is a change of the metric, not its level."""
RANGING = re.compile(r"(?<![^\W_])(?:rang\w+|vari\w+|between)(?![^\W_])", re.IGNORECASE)
ARRIVED = re.compile(
    r"\s*(?:$|[,.;:()|!?]|(?:on|in|for|while|and|with|after|by|when|using|at)(?![^\W_]))", re.IGNORECASE
)
"""After the end of a change; `accuracy 70% → 9% probability` is none."""
TO = re.compile(
    r"(?:(?<![^\W_])(?:to|a|à|auf|bis|до|para|到|至)|→|->|➜|⟶|=>)\s*(?:about|around|over)?\s*[~≈]?\s*$", re.IGNORECASE
)
_JOIN = re.compile(r"[\s,/&、，+]*(?:and|y|e|et|und|и|和|与|及)?[\s,/&、，]*", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A number and the name that it goes with."""

    mention: Mention
    number: Number
    about: str
    """The words that were found between and beside them."""
    bound: Bound = ""
    named_before: int = -1
    """Where the model must stand before, when it is not the number."""


def paired(text: str, named: Sequence[Mention], listed: Sequence[Number]) -> list[Pair]:
    """The numbers of a sentence that stand beside a name of a metric, each with that name."""
    named, listed = list(named), list(listed)
    return _lists(text, named, listed) or _Pairing(text, named, listed).pairs()


def _lists(text: str, named: list[Mention], listed: list[Number]) -> list[Pair]:
    """`Precision, recall and F1 of 0.9, 0.8 and 0.85`: as many numbers as names, one after the other."""
    if len(named) < 2 or len(named) != len(listed) or named[-1].end > listed[0].start:
        return []
    joined = [text[a.end : b.start] for a, b in pairwise(named)]
    apart = [text[a.end : b.start] for a, b in pairwise(listed)]
    if not all(_JOIN.fullmatch(unmarked(gap)) for gap in (*joined, *apart)):
        return []
    if not leads_to(text[named[-1].end : listed[0].start], inside=False):
        return []
    about = text[named[-1].end : listed[0].start]
    return [Pair(m, n, _near(text, named[0], about)) for m, n in zip(named, listed, strict=True)]


class _Pairing:
    """Gives each number the name before it, or else the name after it; a name before is used once, or chained."""

    def __init__(self, text: str, named: list[Mention], listed: list[Number]) -> None:
        self.text = text
        self.named = named
        self.listed = listed
        self.used: set[int] = set()
        self.chained: tuple[Mention, Number] | None = None
        self.origin: Mention | None = None
        """The name of a number that was left behind: `from 0.80` of `from 0.80 to 0.85`."""

    def pairs(self) -> list[Pair]:
        found = []
        for index, number in enumerate(self.listed):
            before = self._name_before(number)
            if is_origin(self.text, number):
                if RANGING.search(self.text[max(0, number.start - 30) : number.start]):
                    continue
                if before is not None and before.start not in self.used and not is_bare(number, [before]):
                    self.origin = before
                continue
            if is_setting(self.text, number, before):
                self.chained = None
                continue
            pair = self._before(index, before) or self._chain(index, before) or self._arrived(index)
            pair = pair or self._behind(index)
            if pair is not None:
                found.append(pair)
        return found

    def _name_before(self, number: Number) -> Mention | None:
        return max((m for m in self.named if m.end <= number.start), key=lambda m: m.end, default=None)

    def _since(self, index: int) -> int:
        return self.listed[index - 1].end if index else 0

    def _until(self, index: int) -> int:
        return self.listed[index + 1].start if index + 1 < len(self.listed) else len(self.text)

    def _take(self, mention: Mention, number: Number, about: str, lead: str) -> Pair:
        self.used.add(mention.start)
        self.origin = None
        return Pair(mention, number, about, _bound(lead, self.text[number.end : number.end + 1]))

    def _before(self, index: int, before: Mention | None) -> Pair | None:
        number = self.listed[index]
        if before is None or before.start in self.used or before.start < self._since(index):
            return None
        gap = self.text[before.end : number.start]
        if not leads_to(gap, inside=opened(self.text, before)):
            return None
        self.chained = (before, number)
        return self._take(
            before, number, _about(self.text, before, number, self._since(index), self._until(index)), gap
        )

    def _chain(self, index: int, before: Mention | None) -> Pair | None:
        number = self.listed[index]
        if self.chained is None or before is None or self.chained[0] != before:
            return None
        gap = self.text[self.chained[1].end : number.start]
        if not goes_on(gap):
            return None
        about = _own(self.text, self.chained[1], number, self._until(index))
        self.chained = (before, number)
        return self._take(before, number, about, gap)

    def _arrived(self, index: int) -> Pair | None:
        """`to 0.85` after `accuracy from 0.80`."""
        number = self.listed[index]
        if not ARRIVED.match(unmarked(self.text[number.end : number.end + 20])):
            return None
        if self.origin is None or not TO.search(unmarked(self.text[self._since(index) : number.start])):
            return None
        origin = self.origin
        about = self.text[origin.start : number.start]
        return replace(self._take(origin, number, about, ""), named_before=origin.start)

    def _behind(self, index: int) -> Pair | None:
        number = self.listed[index]
        after = next((m for m in self.named if m.start >= number.end), None)
        if after is None or after.start >= self._until(index) or after.start in self.used:
            return None
        if CHANGE.match(unmarked(self.text[after.end : after.end + 30])):
            return None
        if not follows(self.text, number, after):
            return None
        self.chained = None
        about = self.text[number.end : after.end + 40].split(",")[0]
        return self._take(after, number, about, self.text[self._since(index) : number.start])


def _near(text: str, mention: Mention, gap: str) -> str:
    lead = re.split(r"[,.;:|/()\d]", text[max(0, mention.start - 40) : mention.start])[-1]
    return f"{lead} {mention.name} {gap}"


def _about(text: str, mention: Mention, number: Number, since: int, following: int) -> str:
    """The words at a number that say its split and average: before the name, between, and in a bracket after it."""
    lead = re.split(r"[,.;:|()]", text[max(since, mention.start - 40) : mention.start])[-1]
    return f"{lead} {mention.name} {text[mention.end : number.start]} {_trail(text, number, following)}"


def _own(text: str, earlier: Number, number: Number, following: int) -> str:
    """The words of a chained number: after it in brackets when the earlier number had its words there too."""
    trail = _trail(text, number, following)
    gap = text[earlier.end : number.start]
    if trail.strip():
        return trail
    return gap.rpartition(")")[2] if ")" in gap else gap


def _trail(text: str, number: Number, following: int) -> str:
    rest = text[number.end : min(number.end + 60, following)]
    bracket = re.match(r"\s*[*_`]*\s*[(（\[]([^()（）\[\]]*)[)）\]]?", rest)
    if bracket:
        return bracket[1]
    prepositional = re.match(r"\s*[*_`]*\s+(?:on|in|for|at|during|en|no|na|sur|auf|im|sul|на)\s+[^,.;:|()]*", rest)
    return prepositional[0] if prepositional else ""


def _bound(gap: str, following: str) -> Bound:
    table = words()
    clean = unmarked(gap)[-30:]
    if following == "+":
        return "at_least"
    if re.search(r"[~≈≃]\s*$", clean) or re.search(r"~\s*[*_`]*$", gap):
        return "about"
    for name, pattern in (("at_least", table.at_least), ("at_most", table.at_most), ("about", table.about)):
        if any(not clean[match.end() :].strip(" a=:") for match in pattern.finditer(clean)):
            return name  # type: ignore[return-value]
    return ""
