"""Notebooks, each to be run from top to bottom."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.view import View, parent

_NOTEBOOKS = 200


def notebook_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each Python notebook that holds code; those in folders of built pages are copies."""
    for entry in view.having(".ipynb")[:_NOTEBOOKS]:
        read = view.notebook(entry.path)
        if read is None or not read[0].code_cells or "_sources/" in entry.path:
            continue
        name = shlex.quote(entry.name)
        yield Candidate(
            command=f"jupyter nbconvert --to notebook --execute --inplace {name}",
            words=("jupyter", "nbconvert", entry.name),
            trust=40,
            origin="inferred",
            location=Location(path=entry.path),
            folder=parent(entry.path),
            name=entry.name.rpartition(".")[0],
            purpose="notebook",
            notebook=entry.path,
        )
