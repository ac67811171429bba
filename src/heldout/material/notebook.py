"""Jupyter notebooks as they are: cells, their order, their outputs; and their code as one source with a line map."""

from __future__ import annotations

import ast
import json
import re
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from heldout.errors import InputError

_OUTPUT_TEXT = 4_000
"""Characters kept of a cell's text output: enough to find an error or a metric."""

_FOREIGN_CELL = re.compile(r"%%(?!time\b|timeit\b|capture\b|prun\b|memit\b|debug\b|heat\b|python3?\b)")
_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!?]|.*\S\?{1,2}\s*$)")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w.,\[\]'\" ]+=\s*)[!%](?!=)")


class NotebookError(InputError):
    """The file is not a notebook that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `number` counts from 1 over all cells; `errors` names the exceptions left in its outputs."""

    number: int
    kind: str
    source: str
    execution_count: int | None = None
    errors: tuple[str, ...] = ()
    output_text: str = ""
    has_output: bool = False


@dataclass(frozen=True, slots=True)
class Notebook:
    """A parsed notebook of format 3 or 4."""

    language: str
    cells: tuple[Cell, ...]

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The cells that hold code and are not blank."""
        return tuple(cell for cell in self.cells if cell.kind == "code" and cell.source.strip())


@dataclass(frozen=True, slots=True)
class JoinedSource:
    """The code cells as one Python source.

    `starts[i]` is the line (from 1) of the joined source at which `cells[i]` begins; `dropped` are the numbers
    of cells that are no Python by themselves and were left blank. `tree` is the syntax tree of the text when none
    had to be left out.
    """

    text: str
    starts: tuple[int, ...]
    cells: tuple[int, ...]
    dropped: tuple[int, ...] = ()
    tree: ast.Module | None = field(default=None, compare=False, repr=False)

    def place(self, line: int) -> tuple[int, int]:
        """The cell and the line within it of a line of the joined source, all from 1."""
        index = max(bisect_right(self.starts, line) - 1, 0)
        return self.cells[index], line - self.starts[index] + 1


def read_notebook(text: str) -> Notebook:
    """Parse a notebook; raises NotebookError for what is no notebook or of a format before 3."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"is not valid JSON: {error}") from error
    if not isinstance(raw, dict):
        raise NotebookError("is not a notebook: the JSON is no object")
    cells = raw.get("cells")
    if cells is None:
        sheets = _list(raw.get("worksheets"))
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
        if not sheets:
            raise NotebookError("is not a notebook of format 3 or later: it has no cells")
    if not isinstance(cells, list):
        raise NotebookError("is not a notebook: its cells are no list")
    parsed = tuple(_cell(i, c) for i, c in enumerate(cells, start=1) if isinstance(c, dict))
    return Notebook(language=_language(raw), cells=parsed)


def join_cells(notebook: Notebook) -> JoinedSource:
    """Join the code cells; magics and shell lines become `pass`, cells that are no Python become blank.

    The number of lines of each cell is kept, so that a line of the result has a place in the notebook.
    """
    cells = notebook.code_cells
    sources = [strip_magics(cell.source) for cell in cells]
    dropped: list[int] = []
    tree = _parsed("\n".join(sources))
    if tree is None:
        for index, source in enumerate(sources):
            if _parsed(source) is None:
                dropped.append(cells[index].number)
                sources[index] = "\n" * source.count("\n")
    starts: list[int] = []
    line = 1
    for source in sources:
        starts.append(line)
        line += source.count("\n") + 1
    return JoinedSource("\n".join(sources), tuple(starts), tuple(c.number for c in cells), tuple(dropped), tree)


def strip_magics(source: str) -> str:
    """Replace IPython's own syntax by Python of the same number of lines."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if _FOREIGN_CELL.match(lines[first]):
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    if not any(mark in source for mark in "%!?"):
        return "\n".join(lines)
    return "\n".join(_without_magic(lines))


def _without_magic(lines: list[str]) -> list[str]:
    result: list[str] = []
    in_string = ""
    for line in lines:
        if in_string:
            result.append(line)
        elif assigned := _ASSIGNED_MAGIC.match(line):
            result.append(f"{assigned[1]}None")
        elif (magic := _LINE_MAGIC.match(line)) and not line.lstrip().startswith(("#", '"', "'")):
            result.append(f"{magic[1]}pass")
        else:
            result.append(line)
        # A line that starts with % inside a triple-quoted string is text, not a magic.
        for quote in ('"""', "'''"):
            if in_string in ("", quote) and line.count(quote) % 2:
                in_string = "" if in_string else quote
    return result


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _cell(number: int, raw: dict[str, Any]) -> Cell:
    kind = raw.get("cell_type")
    count = raw.get("execution_count", raw.get("prompt_number"))
    outputs = [o for o in _list(raw.get("outputs")) if isinstance(o, dict)]
    return Cell(
        number=number,
        kind=kind if isinstance(kind, str) else "raw",
        source=_text(raw.get("source", raw.get("input"))),
        execution_count=count if isinstance(count, int) else None,
        errors=tuple(str(o.get("ename") or "error") for o in outputs if o.get("output_type") in ("error", "pyerr")),
        output_text="\n".join(_output_text(o) for o in outputs)[:_OUTPUT_TEXT],
        has_output=bool(outputs),
    )


def _output_text(output: dict[str, Any]) -> str:
    if "text" in output:
        return _text(output["text"])[:_OUTPUT_TEXT]
    data = output.get("data")
    return _text(data.get("text/plain"))[:_OUTPUT_TEXT] if isinstance(data, dict) else ""


def _language(raw: dict[str, Any]) -> str:
    metadata = raw.get("metadata")
    for key in ("kernelspec", "language_info"):
        info = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(info, dict):
            name = info.get("language") or info.get("name")
            if isinstance(name, str) and name:
                return "python" if name.lower().startswith(("python", "conda")) else name.lower()
    return "python"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str)).replace("\r\n", "\n")
    return ""
