"""Finders of steps, one small module for each kind of place that names commands, the most believed first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.steps.documented import documented_steps
from heldout.sources.handover.discover.steps.dvc import dvc_steps
from heldout.sources.handover.discover.steps.makefile import makefile_steps
from heldout.sources.handover.discover.steps.mlproject import mlproject_steps
from heldout.sources.handover.discover.steps.notebooks import notebook_steps
from heldout.sources.handover.discover.steps.scripts import script_steps
from heldout.sources.handover.discover.view import View

FINDERS: tuple[Callable[[View], Iterable[Candidate]], ...] = (
    dvc_steps,
    mlproject_steps,
    makefile_steps,
    documented_steps,
    notebook_steps,
    script_steps,
)


def candidates(view: View) -> tuple[Candidate, ...]:
    """The commands of every finder, the most believed first."""
    found = [candidate for finder in FINDERS for candidate in finder(view)]
    return tuple(sorted(found, key=lambda candidate: candidate.trust))
