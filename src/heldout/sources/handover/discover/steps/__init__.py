"""Finders of steps, one small module for each kind of place that names commands, the most believed first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.steps.consoles import console_steps
from heldout.sources.handover.discover.steps.containers import container_steps
from heldout.sources.handover.discover.steps.documented import documented_steps
from heldout.sources.handover.discover.steps.dvc import dvc_steps
from heldout.sources.handover.discover.steps.kedro import kedro_steps
from heldout.sources.handover.discover.steps.makefile import makefile_steps
from heldout.sources.handover.discover.steps.mlproject import mlproject_steps
from heldout.sources.handover.discover.steps.notebooks import notebook_steps
from heldout.sources.handover.discover.steps.scripts import script_steps
from heldout.sources.handover.discover.steps.shells import shell_steps
from heldout.sources.handover.discover.steps.snakemake import snakemake_steps
from heldout.sources.handover.discover.steps.tests import test_steps
from heldout.sources.handover.discover.steps.workflows import workflow_steps
from heldout.sources.handover.discover.view import View

FINDERS: tuple[Callable[[View], Iterable[Candidate]], ...] = (
    dvc_steps,
    mlproject_steps,
    snakemake_steps,
    kedro_steps,
    makefile_steps,
    console_steps,
    container_steps,
    documented_steps,
    workflow_steps,
    notebook_steps,
    shell_steps,
    test_steps,
    script_steps,
)
_MOST = 400
"""Candidates of one finder that are looked at."""


def candidates(view: View) -> tuple[Candidate, ...]:
    """The commands of every finder, the most believed first; only those that start where is looked."""
    found: list[Candidate] = []
    for finder in FINDERS:
        for number, candidate in enumerate(finder(view)):
            if number >= _MOST:
                break
            found.append(candidate)
    return tuple(sorted(found, key=lambda candidate: candidate.trust))
