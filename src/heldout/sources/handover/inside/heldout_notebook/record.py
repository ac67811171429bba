"""What became of each cell, and the file that says so."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

TEXT = 100_000
"""Characters kept of all outputs of a cell."""
TRACE = 6_000


class Cell:
    """One code cell: `number` counts from 1 over all cells of the notebook."""

    def __init__(self, number: int, source: str, tags: list[str]) -> None:
        self.number = number
        self.source = source
        self.may_fail = "raises-exception" in tags
        self.status = "not_run"
        self.seconds = 0.0
        self.outputs: list[dict[str, str]] = []
        self.error: dict[str, Any] | None = None
        self.notes: list[str] = []
        self._left = TEXT

    def add(self, kind: str, text: str) -> None:
        """Add output, joined to the last if that is of the same stream."""
        part = text[: self._left]
        self._left -= len(part)
        if not part:
            return
        if kind in ("stdout", "stderr") and self.outputs and self.outputs[-1]["kind"] == kind:
            self.outputs[-1]["text"] += part
        else:
            self.outputs.append({"kind": kind, "text": part})

    def told(self) -> dict[str, Any]:
        """As it is written."""
        return {
            "cell": self.number,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "outputs": self.outputs,
            "error": self.error,
            "notes": self.notes,
        }


class Run:
    """A whole run, written anew after each cell when there is a file to write to."""

    def __init__(self, notebook: str, cells: list[Cell], out: str) -> None:
        self.notebook = notebook
        self.cells = cells
        self.out = out
        self.runner = ""
        self.error = ""

    @property
    def ok(self) -> bool:
        """Whether every cell ran."""
        return not self.error and all(cell.status == "ok" for cell in self.cells)

    def save(self) -> None:
        """Replace the file in one step."""
        text = json.dumps(
            {
                "version": 1,
                "notebook": self.notebook,
                "runner": self.runner,
                "python": sys.version.split()[0],
                "ok": self.ok,
                "error": self.error,
                "cells": [cell.told() for cell in self.cells],
            }
        )
        if self.out:
            new = self.out + ".new"
            Path(new).write_text(text, encoding="utf-8")
            os.replace(new, self.out)  # noqa: PTH105

    def text(self) -> str:
        """The last state, for standard output."""
        return json.dumps({"version": 1, "ok": self.ok, "error": self.error, "cells": [c.told() for c in self.cells]})


class Stream:
    """Standard output or error while a cell runs: kept for the cell, and passed on to the log."""

    def __init__(self, kind: str, below: Any) -> None:
        self.kind = kind
        self.below = below
        self.cell: Cell | None = None

    def write(self, text: str) -> int:
        """Keep and pass on."""
        if self.cell is not None:
            self.cell.add(self.kind, str(text))
        self.below.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Each as by `write`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


def trace(error: BaseException, files: set[str]) -> tuple[int | None, str]:
    """(line of the cell at which it failed, the traceback from the cell on)."""
    import traceback

    told = traceback.extract_tb(error.__traceback__)
    mine = [index for index, frame in enumerate(told) if frame.filename in files]
    if isinstance(error, SyntaxError) and (error.filename in files or not mine):
        line: int | None = error.lineno
    else:
        line = told[mine[-1]].lineno if mine else None
    kept = told[mine[0] :] if mine else told
    text = "".join(traceback.format_list(kept) + traceback.format_exception_only(type(error), error))
    return line, text[-TRACE:]
