"""Notebooks: whether they run from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.material.notebook import Cell, Notebook
from heldout.sources.repository.checks.base import Check, Move, first, fraction, looked_at, ramp
from heldout.sources.repository.checks.hidden_state import hidden_state
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository

_SMALL = 4
"""A notebook of fewer code cells than this is a note, not work to be judged."""

_LEFT_OUT = (
    "left out: notebooks of documentation, or with run numbers on fewer than four cells; cells of comments alone"
    " count as none"
)


def code_of(cell: Cell) -> list[str]:
    """The lines of a cell that are neither blank nor comments."""
    return [line for line in cell.source.split("\n") if line.strip() and not line.lstrip().startswith("#")]


def judged_cells(notebook: Notebook | None) -> tuple[Cell, ...]:
    """The code cells of a notebook that is large enough to be judged, those of comments alone left out."""
    cells = tuple(cell for cell in notebook.code_cells if code_of(cell)) if notebook is not None else ()
    return cells if len(cells) >= _SMALL else ()


@dataclass(frozen=True, slots=True)
class Order:
    """How the saved notebook was run: cells, those without a number, steps back, and the first line of one."""

    cells: int
    unrun: int
    back: int
    straight: bool
    line: int


class ExecutionOrder(Check):
    """Cells were run from top to bottom

    What: The numbers that Jupyter gives to runs of cells: whether they grow down the page, and whether cells were left
    unrun among others that ran.

    Why: What is shown then came from another order than the reader sees, and running it again may show something else.

    Example: Cells numbered 1, 2, 3 ... without gaps come from "restart and run all" and speak for; [12], [7], [31]
    speaks against.

    Limits: Notebooks saved without outputs carry no numbers and are not judged; nor are those of hosted platforms
    that write 0 for every run. Growing numbers with gaps are normal work and neither praised nor blamed.
    """

    code = "NBK101"
    moves: ClassVar = {"reproducibility": Move(up=0.1, down=0.2)}
    why = "A notebook that was run out of order shows results that its reader may not get."
    mend = "Restart the kernel and run all cells before saving."
    ask = "If I press 'restart and run all' in this notebook, what happens?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the order of one notebook."""
        cells = judged_cells(module.notebook)
        numbered = [cell for cell in cells if cell.execution_count]  # hosted platforms write 0 where they keep none
        if len(numbered) < _SMALL or module.joined is None:
            return
        counts = [cell.execution_count or 0 for cell in numbered]
        back = [b for a, b in pairwise(numbered) if (b.execution_count or 0) <= (a.execution_count or 0)]
        starts = dict(zip(module.joined.cells, module.joined.starts, strict=True))
        unrun = [cell for cell in cells if cell.execution_count is None]
        place = (back or unrun or numbered)[0]
        yield Order(
            len(cells),
            len(unrun),
            len(back),
            counts == list(range(counts[0], counts[0] + len(counts))) and counts[0] <= 2 and not unrun,
            starts.get(place.number, 1),
        )

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """The share of notebooks in each state."""
        notes = repo.notes(self)
        if not notes:
            if repo.notebooks:
                yield self.unknown(
                    "The notebooks carry too few run numbers to tell the order in which they were run.", ask=""
                )
            return
        mixed = [n for n in notes if n.note.back > 0 or n.note.unrun > 0.3 * n.note.cells]
        straight = [n for n in notes if n.note.straight]
        numbers: dict[str, Any] = {"notebooks": len(notes), "out_of_order": len(mixed), "straight": len(straight)}
        if fraction(len(straight), len(notes)) > 0.5:
            yield self.found(
                f"{looked_at(len(straight), len(notes), 'notebook', 'was', 'were')} saved after one run from top to"
                f" bottom ({_LEFT_OUT}).",
                *(repo.at(n.path, n.note.line) for n in first(straight, 2)),
                strength=ramp(len(straight) / len(notes), 0.4, 1.0),
                **numbers,
            )
        if mixed:
            worst = sorted(mixed, key=lambda n: -fraction(n.note.back + n.note.unrun, n.note.cells))
            share = sum(fraction(n.note.back + n.note.unrun, n.note.cells) for n in mixed) / len(notes)
            yield self.against(
                f"{looked_at(len(mixed), len(notes), 'notebook', 'was', 'were')} saved with cells run out of order"
                f" or not run at all ({_LEFT_OUT}).",
                *(repo.at(n.path, n.note.line) for n in first(worst, 3)),
                strength=ramp(share, 0.0, 0.25),
                **numbers,
            )


class HiddenState(Check):
    """Names used before they are defined

    What: Names that a notebook's cells use before any cell above has defined them: defined only further down, or in a
    cell that is no longer there.

    Why: Such a notebook stops with a NameError for everyone who runs it from the top.

    Example: Cell 3 plots `history`, which only cell 7 assigns; or `df_clean` is used and assigned nowhere.

    Limits: Only what a cell runs at once is looked at, not the bodies of functions. With star imports, %run, exec,
    cells that are no Python, or exercises to fill in, nothing is said.
    """

    code = "NBK102"
    moves: ClassVar = {"reproducibility": Move(down=0.15)}
    severity = "medium"
    why = "The notebook stops with a NameError when it is run from the top."
    mend = "Restart the kernel, run all cells, and define what is missing above its first use."
    ask = "This notebook uses a name that no cell above defines. How did it come to run?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the hidden names of one notebook, or why they could not be told."""
        if judged_cells(module.notebook):
            yield hidden_state(module)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all notebooks."""
        notes = repo.notes(self)
        bad = [n for n in notes if n.note.names]
        untold = [n for n in notes if n.note.untold]
        if bad:
            name = bad[0].note.names[0]
            how = "a cell further down defines it" if name.later else "no cell defines it"
            left_out = " (notebooks that could not be followed left out)" if untold else ""
            yield self.against(
                looked_at(len(bad), len(notes) - len(untold), "notebook", "uses", "use")
                + f" names before they are defined, such as `{name.name}`: {how}{left_out}.",
                *(repo.at(n.path, n.note.names[0].line) for n in first(bad, 3)),
                strength=ramp(fraction(len(bad), len(notes)), 0.0, 0.4),
                notebooks=len(notes),
                with_hidden_names=len(bad),
            )
        elif untold and len(untold) == len(notes):
            yield self.unknown(
                f"Whether the notebooks run from the top could not be told: {untold[0].note.untold}.",
                repo.at(untold[0].path),
                ask="",
            )


_MEANT = re.compile(
    r"error|exception|fail|raise|wrong|invalid|not work|cannot|can't|won't|illegal|break|assert", re.IGNORECASE
)


_SHOWN = 3
"""A cell of at most so many lines that fails may be there to show the failure: lessons do so without a word."""

_NEVER_MEANT = frozenset(["ModuleNotFoundError", "ImportError", "NameError", "FileNotFoundError"])


class ErrorsLeft(Check):
    """Errors left in the outputs

    What: Notebooks saved with the traceback of a failed cell.

    Why: The reader cannot tell whether what follows was made before or after the failure.

    Example: A `ValueError` under the training cell of a published notebook.

    Limits: Errors that the cell or the text above announces are left out, and those of cells of up to three lines
    unless something is missing: lessons show failures so. Also left out are runs that were stopped by hand.
    """

    code = "NBK103"
    moves: ClassVar = {"reproducibility": Move(down=0.1)}
    why = "An error left in a notebook leaves open how the results below it were made."
    mend = "Mend or remove the failing cell and run the notebook again."
    ask = "One notebook was saved with an error in it. What had happened?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the first unannounced error of one notebook."""
        if module.notebook is None or module.joined is None or _MEANT.search(module.path):
            return
        starts = dict(zip(module.joined.cells, module.joined.starts, strict=True))
        before = ""
        for cell in module.notebook.cells:
            if cell.kind != "code":
                before = cell.source
                continue
            errors = [name for name in cell.errors if name not in ("KeyboardInterrupt", "SystemExit")]
            sure = len(code_of(cell)) > _SHOWN or bool(_NEVER_MEANT & set(errors))
            if errors and sure and not _MEANT.search(cell.source) and not _MEANT.search(before[-600:]):
                yield errors[0][:60], starts.get(cell.number, 1)
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all notebooks."""
        notes = repo.notes(self)
        if notes:
            total = max(len(repo.notebooks), 1)
            yield self.against(
                f"{looked_at(len(notes), total, 'notebook', 'was', 'were')} saved with an error in an output, such as"
                f" {notes[0].note[0]}.",
                *(repo.at(n.path, n.note[1]) for n in first(notes, 3)),
                strength=ramp(len(notes) / total, 0.0, 0.3),
                notebooks=total,
                with_errors=len(notes),
            )


CHECKS: tuple[Check, ...] = (ExecutionOrder(), HiddenState(), ErrorsLeft())
