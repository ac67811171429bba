"""What long work tells whoever watches it: the same for the terminal, a page, and nobody."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of steps as they happen; every method returns at once."""

    def step(self, text: str) -> None:
        """A new step has begun."""

    def count(self, done: int, total: int) -> None:
        """The step that is under way has done this much."""


class Silent:
    """A Progress that nobody watches."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def count(self, done: int, total: int) -> None:
        """Say nothing."""
