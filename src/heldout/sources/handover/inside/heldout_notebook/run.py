"""The run of a notebook from top to bottom."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import types
from pathlib import Path
from typing import Any

from . import magics
from .record import Cell, Run, Stream

_PYTHON = ("python", "conda", "ipython", "")


def from_command_line(arguments: list[str]) -> int:
    """`FILE [--out FILE] [--plain]`; 0 when every cell ran, 1 when one did not, 2 when it is no notebook for Python."""
    out = ""
    if "--out" in arguments:
        at = arguments.index("--out")
        out = str(Path(arguments[at + 1]).absolute())
        del arguments[at : at + 2]
    plain = "--plain" in arguments
    arguments = [argument for argument in arguments if argument != "--plain"]
    if len(arguments) != 1:
        sys.stderr.write("usage: notebook.py FILE [--out FILE] [--plain]\n")
        return 2
    return whole(arguments[0], out, plain)


def whole(path: str, out: str, plain: bool = False) -> int:
    """Run every cell of the notebook at `path`; with `plain`, as if the environment had no IPython."""
    try:
        cells = read(path)
    except (OSError, ValueError) as error:
        run = Run(path, [], out)
        run.error = str(error)
        run.save()
        sys.stderr.write(f"{error}\n")
        return 2
    run = Run(path, cells, out)
    home = os.environ.get("HELDOUT_ROOT", os.getcwd())  # noqa: PTH109
    absolute = str(Path(path).absolute())
    inner = os.path.relpath(absolute, home)
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.chdir(Path(absolute).parent)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    sys.argv = [absolute]
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    streams = Stream("stdout", sys.stdout), Stream("stderr", sys.stderr)
    vars(sys).update(stdout=streams[0], stderr=streams[1])
    runner = _runner(module, absolute, plain)
    run.runner = runner.name
    for cell in cells:
        if not _one(run, runner, cell, streams, inner):
            break
    vars(sys).update(stdout=streams[0].below, stderr=streams[1].below)
    run.save()
    if not out:
        sys.stdout.write(run.text() + "\n")
    sys.stdout.flush()
    return 0 if run.ok else 1


def _one(run: Run, runner: Any, cell: Cell, streams: Any, inner: str) -> bool:
    """Run one cell; False when the run ends with it."""
    cell.status = "running"
    run.save()
    cell.source, cell.notes = magics.without_installs(cell.source)
    vars(sys)["heldout_cell"] = f"{inner}, cell {cell.number}"
    for stream in streams:
        stream.cell = cell
    began = time.perf_counter()
    worked = runner.run(cell)
    cell.seconds = time.perf_counter() - began
    for stream in streams:
        stream.cell = None
    cell.status = "ok" if worked or cell.may_fail else "error"
    run.save()
    return cell.status == "ok"


def _runner(module: Any, path: str, plain: bool) -> Any:
    from .plain import Runner as Plain

    if plain:
        return Plain(module, path)
    try:
        # Its history and profile go nowhere: a home folder need not exist, and one run knows nothing of another.
        os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
        from .with_ipython import Runner

        return Runner(module, path)
    except Exception:  # noqa: BLE001 - no IPython, or one that is too old or broken: then without
        return Plain(module, path)


def read(path: str) -> list[Cell]:
    """The code cells that are not blank, of format 3 or 4; ValueError, saying why, for what cannot be run."""
    raw = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    if not isinstance(raw, dict):
        raise ValueError(f"{path} is no notebook")  # noqa: TRY004 - of the file, not of an argument
    language = _language(raw.get("metadata"))
    if not language.lower().startswith(_PYTHON[:3]) and language:
        raise ValueError(f"{path} is written in {language}, not in Python")
    cells = raw.get("cells")
    if cells is None:
        cells = [cell for sheet in raw.get("worksheets") or [] for cell in sheet.get("cells") or []]
    told = []
    for number, cell in enumerate(cells, 1):
        source = cell.get("source", cell.get("input", ""))
        source = "".join(source) if isinstance(source, list) else str(source)
        if cell.get("cell_type") == "code" and source.strip():
            told.append(Cell(number, source.replace("\r\n", "\n"), (cell.get("metadata") or {}).get("tags") or []))
    if not told:
        raise ValueError(f"{path} has no code to run")
    return told


def _language(metadata: Any) -> str:
    for key in ("kernelspec", "language_info"):
        info = (metadata or {}).get(key) or {}
        name = info.get("language") or info.get("name")
        if name:
            return str(name)
    return ""
