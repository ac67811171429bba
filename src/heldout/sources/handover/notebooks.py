"""What became of a notebook that was run inside, and how it differs from the outputs that it was sent with."""

from __future__ import annotations

import re
from typing import Literal

from heldout.evidence.types import Frozen
from heldout.sources.handover import foreign
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.notebooks import alone
from heldout.sources.handover.plan import Reading

_LARGEST = 64 * 1024 * 1024
_MOST_CELLS = 5_000
_TEXT = 100_000
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")
_FLEETING = re.compile(
    r"<Figure size [^>]*>|0x[0-9a-fA-F]+|"
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?|\b\d+(\.\d+)? ?(ns|[µμ]s|us|ms|s|sec|seconds|min)\b"
    r"|(?<=:)\s*\d+it/s|Wall time:.*|CPU times:.*"
)

Status = Literal["ok", "error", "running", "not_run"]


class CellRun(Frozen):
    """One code cell of the run; `cell` counts from 1 over all cells of the notebook."""

    cell: int
    status: Status
    """`running` is what a run that was stopped leaves behind."""
    seconds: float = 0.0
    text: str = ""
    """Everything it printed, showed and gave back, as text."""
    error: str = ""
    """Name of the exception."""
    message: str = ""
    line: int | None = None
    """Line of the cell at which it failed."""
    trace: str = ""
    notes: tuple[str, ...] = ()
    """What was left out: installs, and magics of the notebook's own display."""


class NotebookRun(Frozen):
    """A notebook run top to bottom, as far as it came."""

    notebook: str
    runner: str = ""
    ok: bool = False
    """Whether every cell ran."""
    error: str = ""
    """Why none could be: no notebook, or one of another language."""
    cells: tuple[CellRun, ...] = ()

    @property
    def failed(self) -> CellRun | None:
        """The cell at which it ended, or None."""
        return next((cell for cell in self.cells if cell.status in ("error", "running")), None)

    @property
    def ran(self) -> int:
        """How many cells ran to their end."""
        return sum(cell.status == "ok" for cell in self.cells)

    @property
    def text(self) -> str:
        """All that the cells printed and showed, in order."""
        return "\n".join(cell.text for cell in self.cells if cell.text)


def read_notebook_run(content: bytes) -> NotebookRun | None:
    """What `inside/notebook.py` wrote; None when it is nothing of the kind. The file is foreign and is doubted."""
    raw = foreign.as_object(content, _LARGEST)
    if not isinstance(raw.get("cells"), list):
        return None
    cells = tuple(cell for told in raw["cells"][:_MOST_CELLS] for cell in _cell(told))
    every = bool(cells) and all(cell.status == "ok" for cell in cells)
    return NotebookRun(
        notebook=foreign.text(raw.get("notebook"), 500),
        runner=foreign.text(raw.get("runner"), 100),
        ok=every and not raw.get("error"),
        error=foreign.text(raw.get("error"), 1_000),
        cells=cells,
    )


def text_of(run: NotebookRun) -> str:
    """All that a run printed, and where it stopped."""
    failed = run.failed
    end = f"\nStopped in cell {failed.cell}.\n{failed.trace}\n{failed.error}: {failed.message}" if failed else ""
    return f"{run.error}\n{run.text}{end}"


def alone_in(path: str, content: bytes, run: NotebookRun) -> tuple[Reading, ...]:
    """The numbers that cells of a run printed in lines of their own, named by the notebook's code (`content`)."""
    cells = foreign.items(foreign.as_object(content, _LARGEST).get("cells"))
    found: list[Reading] = []
    for done in run.cells:
        raw = foreign.fields(cells[done.cell - 1]) if done.cell <= len(cells) else {}
        parts = raw.get("source")
        source = "".join(part for part in parts if isinstance(part, str)) if isinstance(parts, list) else parts
        if isinstance(source, str) and done.text:
            here = Context(path, cell=done.cell)
            found += [*alone(source, done.text, here, last=True)] or [*alone(source, done.text, here)]
    return tuple(found)


def _cell(raw: object) -> list[CellRun]:
    if not isinstance(raw, dict):
        return []
    number, status = foreign.count(raw.get("cell"), 10**6), raw.get("status")
    if not number or status not in ("ok", "error", "running", "not_run"):
        return []
    error = foreign.fields(raw.get("error"))
    outputs = [part.get("text") for part in foreign.items(raw.get("outputs")) if isinstance(part, dict)]
    return [
        CellRun(
            cell=number,
            status=status,
            seconds=foreign.number(raw.get("seconds")) or 0.0,
            text=foreign.text(
                "\n".join(part.rstrip("\n") for part in outputs if isinstance(part, str)), _TEXT, keep="\n\t"
            ),
            error=foreign.text(error.get("name"), 100),
            message=foreign.text(error.get("message"), 2_000),
            line=foreign.count(error.get("line"), 10**6) or None,
            trace=foreign.text(error.get("trace"), 8_000, keep="\n"),
            notes=foreign.texts(raw.get("notes"), 50, 300),
        )
    ]
