"""Collecting what was left out, so that a million skipped files make one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from heldout.evidence.types import Gap

_NAMED = 3


@dataclass
class Skipped:
    """Counts what was skipped for each reason and remembers the first few names."""

    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, why: str, name: str, times: int = 1) -> None:
        """Note that `name` was skipped, for a reason that reads after "skipped: "."""
        self.counts[why] = self.counts.get(why, 0) + times
        named = self.names.setdefault(why, [])
        if len(named) < _NAMED:
            named.append(name)

    def gaps(self) -> tuple[Gap, ...]:
        """One gap for each reason, in the order in which the reasons came up."""
        return tuple(Gap(what=self._what(why, count), why=why) for why, count in self.counts.items())

    def _what(self, why: str, count: int) -> str:
        names = self.names[why]
        rest = count - len(names)
        return ", ".join(names) + (f" and {rest:,} more" if rest > 0 else "")
