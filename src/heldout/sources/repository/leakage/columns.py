"""Which columns a table is known to hold, and which columns of it a new one was worked out from, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NEIGHBOURS: Final = "other rows"
"""Stands among the origins of a value that looks at other rows too: a lag, a window, a group, a call not known."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, as far as the code tells: all but `gone`, or only `kept`, or not known.

    `made` are those that the code wrote into this very table, not into a copy of it.
    """

    kept: frozenset[str] | None = None
    gone: frozenset[str] = frozenset()
    unsure: bool = False
    made: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        """Whether a column that the table once had is surely still in it."""
        return not self.unsure and name not in self.gone and (self.kept is None or name in self.kept)

    def holds_made(self, name: str) -> bool:
        """Whether a column that the code makes is surely in it."""
        return self.holds(name) and (self.kept is not None or name in self.made)

    def only(self, names: Iterable[str]) -> Columns:
        """These columns of it."""
        return Columns(frozenset(names))

    def without(self, names: Iterable[str]) -> Columns:
        """It without these."""
        many = frozenset(names)
        return Columns(None if self.kept is None else self.kept - many, self.gone | many, self.unsure, self.made - many)

    def plus(self, name: str) -> Columns:
        """It with one more."""
        kept = None if self.kept is None else self.kept | {name}
        return Columns(kept, self.gone - {name}, self.unsure, self.made | {name})

    def beside(self, other: Columns) -> Columns:
        """The columns of both."""
        if self == other:
            return self
        kept = None if self.kept is None or other.kept is None else self.kept | other.kept
        unsure = self.unsure or other.unsure or (self.kept is None) != (other.kept is None)
        return Columns(kept, self.gone & other.gone, unsure, self.made | other.made)

    def either(self, other: Columns) -> Columns:
        """The columns of one of two tables."""
        return self if self == other else UNSURE


ALL: Final = Columns()
UNSURE: Final = Columns(unsure=True)
