"""What one run of a script would do, as far as its code tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.machine import Machine
from heldout.sources.handover.discover.code.modules import reached
from heldout.sources.handover.discover.code.seen import Touch
from heldout.sources.handover.discover.code.traits import Trait, traits_in
from heldout.sources.handover.discover.view import View, parse

__all__ = ["Study", "Touch", "combined", "study", "study_text"]

_INLINE = 20_000

Placed = tuple[tuple[str, Location], ...]


@dataclass(frozen=True)
class Study:
    """What a script does when it is run with these arguments; paths are relative to the delivery."""

    reads: tuple[Touch, ...] = ()
    writes: tuple[Touch, ...] = ()
    outside: tuple[Touch, ...] = ()
    """Paths that lead out of the delivery, as written."""
    traits: frozenset[Trait] = frozenset()
    targets: Placed = ()
    """Columns that are used as the answer, the surest first."""
    variables: Placed = ()
    """Environment variables that it reads and for which it has no default."""
    programs: Placed = ()
    """Programs that it starts, its own scripts apart."""
    urls: Placed = ()
    """Addresses that it fetches from."""
    arguments: tuple[tuple[str, str], ...] = ()
    """The arguments of its command line with their values, defaults too."""
    required: tuple[str, ...] = ()
    """Arguments that it must be given and is not."""
    port: int | None = None
    """Where it listens, when its code says so."""
    files: tuple[str, ...] = ()
    """The delivery's own files that it is made of."""
    complete: bool = True
    """Whether its code was followed to the end."""


def study(view: View, script: str, argv: tuple[str, ...] = (), folder: str = ".", entry: str = "") -> Study:
    """What the script or notebook at `script` does when it is started in `folder` with these arguments.

    With `entry`, it is imported and that function of it is called.
    """
    machine = Machine(view, folder, (script, *argv))
    tree = view.module(script)
    place = None
    if script.endswith(".ipynb"):
        read = view.notebook(script)
        tree = (read[1].tree or parse(read[1].text)) if read is not None else None
        place = read[1].place if read is not None else None
    machine.run(script, tree, place, entry)
    files = reached(view, script, folder)
    followed = tree is not None and machine.left >= 0
    traits = frozenset(machine.seen.traits if followed else {*machine.seen.traits, *_anywhere(view, files, tree)})
    return _of(machine, traits, tuple(dict.fromkeys((*files, *machine.sources))), tree is not None)


def study_text(view: View, code: str, place: Location, folder: str) -> Study:
    """What code does that stands in a command itself: `python -c '...'`."""
    machine = Machine(view, folder, ("-c",))
    tree = parse(code) if len(code) < _INLINE else None
    machine.run(place.path, tree, lambda _line: (0, place.line or 1))
    return _of(machine, frozenset(machine.seen.traits), (), tree is not None)


def combined(studies: Iterable[Study]) -> Study:
    """What several programs do, one after the other: what one makes and another reads is no input of the whole."""
    every = list(studies)
    writes = [touch for one in every for touch in one.writes]
    made = {touch.path for touch in writes}
    return Study(
        reads=tuple({t.path: t for one in every for t in one.reads if t.path not in made}.values()),
        writes=tuple({t.path: t for t in writes}.values()),
        outside=tuple(t for one in every for t in one.outside),
        traits=frozenset(trait for one in every for trait in one.traits),
        targets=tuple(dict(t for one in every for t in one.targets).items()),
        variables=tuple(dict(v for one in every for v in one.variables).items()),
        programs=tuple(dict(p for one in every for p in one.programs).items()),
        urls=tuple(dict(u for one in every for u in one.urls).items()),
        required=tuple(dict.fromkeys(name for one in every for name in one.required)),
        port=next((one.port for one in every if one.port), None),
        files=tuple(dict.fromkeys(path for one in every for path in one.files)),
        complete=all(one.complete for one in every),
    )


def _of(machine: Machine, traits: frozenset[Trait], files: tuple[str, ...], parsed: bool) -> Study:
    seen = machine.seen
    return Study(
        reads=tuple(seen.reads.values()),
        writes=tuple(seen.writes.values()),
        outside=tuple(seen.outside.values()),
        traits=traits,
        targets=tuple(seen.targets.items()),
        variables=tuple(seen.variables.items()),
        programs=tuple(seen.programs.items()),
        urls=tuple(seen.urls.items()),
        arguments=tuple(sorted(seen.arguments.items())),
        required=tuple(seen.required),
        port=next(iter(seen.ports), None),
        files=files,
        complete=machine.left >= 0 and parsed,
    )


def _anywhere(view: View, files: tuple[str, ...], tree: ast.Module | None) -> set[Trait]:
    """The traits of all the code, where it could not be followed to its end."""
    trees = [tree, *(view.module(path) for path in files)]
    return {trait for one in trees if one is not None for trait in traits_in(one)}
