"""What a finder of steps hands over: a command with the place that names it, before purposes and ids are given."""

from __future__ import annotations

from dataclasses import dataclass

from heldout.evidence.types import Location
from heldout.sources.handover.plan import Origin, Purpose


@dataclass(frozen=True, slots=True)
class Candidate:
    """One command that may become a step. `trust` orders the finders: the lower it is, the more it is believed."""

    command: str
    words: tuple[str, ...]
    trust: int
    origin: Origin
    location: Location
    folder: str = "."
    name: str = ""
    """What the delivery calls it: a stage, a target, an entry point."""
    purpose: Purpose | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """As declared, relative to the delivery."""
    after: tuple[str, ...] = ()
    """Names of steps of the same finder."""
    variables: tuple[tuple[str, str], ...] = ()
    notebook: str | None = None
    script: str = ""
    """The own file that the command comes down to, where its words do not say so (a console script)."""
    entry: str = ""
    """The function of that file that is called."""
