"""Where a text stands, and what is known of its numbers before they are read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from heldout.sources.handover.plan import Split


@dataclass(frozen=True)
class Context:
    """Where a text stands, and what the text around it says of what its numbers are about."""

    path: str
    line: int | None = None
    cell: int | None = None
    model: str = ""
    split: Split = "unknown"
    label: str = ""
    average: str = ""
    log: bool = False
    comment: bool = False
    """Whether it is a comment of code: printed like a log, but written by a person."""

    per_class: bool = False
    """Whether a heading says that each line is about one class."""
    beside: frozenset[str] = frozenset()
    """The metrics that are named elsewhere in the same output, which settle a name of two meanings."""

    def at(self, line: int | None) -> Context:
        """The same on another line."""
        return replace(self, line=line)
