"""What one run of a script would do, as far as its code tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.modules import reached
from heldout.sources.handover.discover.code.traits import Trait, traits_in
from heldout.sources.handover.discover.view import View

TouchKind = Literal["table", "model", "config", "image", "other"]


@dataclass(frozen=True, slots=True)
class Touch:
    """A file that code reads or writes: its path relative to the delivery (`*` for what is not known), and where."""

    path: str
    kind: TouchKind
    location: Location


@dataclass(frozen=True)
class Study:
    """What a script does when it is run with these arguments."""

    reads: tuple[Touch, ...] = ()
    writes: tuple[Touch, ...] = ()
    outside: tuple[Touch, ...] = ()
    """Paths that lead out of the delivery, as written."""
    traits: frozenset[Trait] = frozenset()
    targets: tuple[tuple[str, Location], ...] = ()
    """Columns that are used as the answer."""
    variables: tuple[tuple[str, Location], ...] = ()
    """Environment variables without which it stops."""
    programs: tuple[tuple[str, Location], ...] = ()
    """Programs that it starts."""
    files: tuple[str, ...] = field(default=())
    """The delivery's own files that it is made of."""


def study(view: View, script: str, argv: tuple[str, ...] = (), folder: str = ".") -> Study:
    """What the script at `script` does when it is started in `folder` with these arguments."""
    files = reached(view, script, folder)
    traits: set[Trait] = set()
    for path in files:
        tree = view.module(path)
        if tree is not None:
            traits.update(traits_in(tree))
    return Study(traits=frozenset(traits), files=files)
