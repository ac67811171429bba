"""The names of one call (or of a module) while its code is followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from heldout.sources.handover.discover.code.values import Source


@dataclass(slots=True)
class Frame:
    """The names of one call (or of a module), and what was returned so far."""

    names: dict[str, Any]
    source: Source
    around: tuple[dict[str, Any], ...] = ()
    returned: list[Any] = field(default_factory=list)
    outer: set[str] = field(default_factory=set)
    """Names that a `global` hands to the module."""

    @property
    def is_module(self) -> bool:
        """Whether these are the names of a module."""
        return self.names is self.source.names
