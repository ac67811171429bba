"""The base of checks that count places."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, first, fraction, ramp
from heldout.sources.repository.repository import Repository


class Tally(Check):
    """Base of checks that count places: `on_module` notes lines, and their number per 1,000 lines of code is judged.

    `least` places are needed before anything is said; `full` per 1,000 lines use the whole strength.
    """

    phrase: ClassVar[str] = ""
    """The message, with `{n}` for the number."""
    least: ClassVar[int] = 2
    low: ClassVar[float] = 0.3
    full: ClassVar[float] = 4.0

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all places."""
        places = [(noted.path, noted.note) for noted in repo.notes(self)]
        rate = fraction(len(places), max(repo.kloc, 0.2))
        if len(places) >= self.least and rate > self.low:
            yield self.against(
                self.phrase.format(n=len(places)),
                *(repo.at(path, line) for path, line in first(places, 4)),
                strength=max(ramp(rate, self.low, self.full), 0.1),
                count=len(places),
                per_kloc=round(rate, 2),
            )


def is_name(node: ast.AST, name: str) -> bool:
    """Whether the node is this name."""
    return isinstance(node, ast.Name) and node.id == name


def calls_name(node: ast.AST | None, name: str) -> bool:
    """Whether the node calls this name."""
    return isinstance(node, ast.Call) and is_name(node.func, name)
