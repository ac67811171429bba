"""Which rows a value holds: sources of rows, and the cuts that part them.

A cut has a key and sides. Two sets of rows are apart when they come from different sources or lie on different
sides of one cut; `frame[:n]` and `frame[n:]`, a mask and its negation, and the two results of a split do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Part = tuple[str, str]
"""A cut's key, and the side of it that rows lie on."""

_LONGEST = 8
_MANY = 24
_BEFORE, _AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Atom:
    """The rows of one source that lie on the given sides of the given cuts."""

    source: str
    parts: tuple[Part, ...] = ()

    def apart(self, other: Atom) -> bool:
        """Whether no row can be in both (two positional cuts of unknown order are taken to be apart)."""
        if self.source != other.source:
            return True
        for key, side in self.parts:
            for their_key, their_side in other.parts:
                if side == their_side:
                    continue
                if key == their_key:
                    return True
                if {side, their_side} == {_BEFORE, _AFTER} and not _crossing(key, side, their_key):
                    return True
        return False

    def covers(self, other: Atom) -> bool:
        """Whether each row of the other is also here."""
        return self.source == other.source and set(self.parts) <= set(other.parts)


Rows = frozenset[Atom]
NONE: Rows = frozenset()


def positional(bound: str, *, after: bool) -> Part:
    """The side of a cut by position: rows before `bound`, or from it on."""
    return (f"position {bound}", _AFTER if after else _BEFORE)


def _crossing(key: str, side: str, their_key: str) -> bool:
    """Whether rows before one constant and after another certainly meet (`[:100]` and `[50:]`)."""
    mine, theirs = key.removeprefix("position "), their_key.removeprefix("position ")
    if not (mine.isdigit() and theirs.isdigit()):
        return False
    return int(mine) > int(theirs) if side == _BEFORE else int(mine) < int(theirs)


def meet(some: Rows, others: Rows) -> bool:
    """Whether a row may be in both."""
    return any(not a.apart(b) for a in some for b in others)


def within(rows: Rows, *parts: Part) -> Rows:
    """The rows that lie on the given sides."""
    return frozenset(_narrow(atom, parts) for atom in rows)


def _narrow(atom: Atom, parts: tuple[Part, ...]) -> Atom:
    added = tuple(p for p in parts if p not in atom.parts)
    if not added or len(atom.parts) + len(added) > _LONGEST:
        return atom
    return Atom(atom.source, atom.parts + added)


def beyond(rows: Rows, known: Rows) -> Rows:
    """The atoms of `rows` that `known` does not wholly cover."""
    return frozenset(a for a in rows if not any(k.covers(a) for k in known))


def union(many: Iterable[Rows]) -> Rows:
    """All rows of all, bounded: what one value can come from."""
    found: set[Atom] = set()
    for rows in many:
        found |= rows
    if len(found) > _MANY:
        found = set(sorted(found, key=lambda a: (a.source, a.parts))[:_MANY])
    return frozenset(found)


def opposite(part: Part) -> Part | None:
    """The other side of a cut that has two."""
    key, side = part
    pairs = {_BEFORE: _AFTER, "train": "test", "yes": "no", "taken": "left"}
    for one, other in pairs.items():
        if side == one:
            return (key, other)
        if side == other:
            return (key, one)
    return None
