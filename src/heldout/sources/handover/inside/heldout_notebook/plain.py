"""Runs cells as Python, for environments without IPython."""

from __future__ import annotations

import ast
import builtins
import linecache
import sys
import types
from typing import Any

from . import magics
from .record import Cell, trace

_AWAIT = getattr(ast, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0)


class Runner:
    """Cells in the names of one module."""

    name = "plain Python"

    def __init__(self, module: Any, path: str) -> None:
        self.space: dict[str, Any] = module.__dict__
        self.path = path
        self.cell: Cell | None = None
        self.shell = magics.ZMQShell(self.space)
        self.files: set[str] = set()
        vars(builtins)["get_ipython"] = lambda: self.shell
        vars(builtins)["display"] = self.display
        if not _has_ipython():
            _stand_in(self.display, self.shell)

    def display(self, *things: Any, **_: Any) -> None:
        """Show values as text."""
        for thing in things:
            if self.cell is not None:
                self.cell.add("display", _text(thing))

    def run(self, cell: Cell) -> bool:
        """Run one cell; False when it failed, and why stands in the cell."""
        self.cell = cell
        source, notes = magics.to_python(cell.source)
        cell.notes += notes
        file = f"{self.path}, cell {cell.number}"
        self.files.add(file)
        linecache.cache[file] = (len(cell.source), None, [line + "\n" for line in cell.source.split("\n")], file)
        try:
            self._execute(source, file)
        except BaseException as error:  # noqa: BLE001 - whatever a cell raises is what is to be told
            line, text = trace(error, {file})
            name = (
                "UnsupportedMagic" if isinstance(error, NotImplementedError) and "needs IPython" in str(error) else ""
            )
            cell.error = {
                "name": name or type(error).__name__,
                "message": str(error)[:2000],
                "line": line,
                "trace": text,
            }
            return False
        return True

    def _execute(self, source: str, file: str) -> None:
        tree = ast.parse(source, file)
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not _silenced(source)
        if shown:
            tree.body.pop()
        if tree.body:
            self._await(eval(compile(tree, file, "exec", _AWAIT, dont_inherit=True), self.space))  # noqa: S307
        if shown and isinstance(last, ast.Expr):
            code = compile(ast.Expression(last.value), file, "eval", _AWAIT, dont_inherit=True)
            value = self._await(eval(code, self.space))  # noqa: S307
            if value is not None and self.cell is not None:
                self.space["_"] = value
                self.cell.add("result", _text(value))

    def _await(self, value: Any) -> Any:
        """A cell with `await` at its top compiles to a coroutine, which is run to its end."""
        if not (_AWAIT and isinstance(value, types.CoroutineType)):
            return value
        import asyncio

        loop = self.space.setdefault("__loop__", None) or asyncio.new_event_loop()
        self.space["__loop__"] = loop
        return loop.run_until_complete(value)


def _silenced(source: str) -> bool:
    lines = [line for line in source.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    return bool(lines) and lines[-1].split("#")[0].rstrip().endswith(";")


def _text(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a value that cannot be shown is no failure of the cell
        return f"<{type(value).__name__} that could not be shown: {error}>"


def _has_ipython() -> bool:
    from importlib.util import find_spec

    return find_spec("IPython") is not None


def _stand_in(display: Any, shell: Any) -> None:
    """An `IPython.display` for notebooks that ask for it where it is missing: each thing is shown as its text."""
    top, shown = types.ModuleType("IPython"), types.ModuleType("IPython.display")

    class Shown:
        """Anything that is only there to be shown."""

        def __init__(self, data: Any = None, *_: Any, **__: Any) -> None:
            self.data = data

        def __repr__(self) -> str:
            return str(self.data)

    def get_ipython() -> Any:
        """The shell for the notebook itself and for pandas; other libraries would go on to parts that are not here."""
        asking = str(sys._getframe(1).f_globals.get("__name__", ""))
        return shell if asking == "__main__" or asking.partition(".")[0] == "pandas" else None

    for name in ("HTML", "Image", "Markdown", "Math", "Latex", "SVG", "Audio", "Video", "IFrame", "Javascript", "JSON"):
        setattr(shown, name, type(name, (Shown,), {}))
    shown.__dict__.update(display=display, clear_output=lambda *_, **__: None)
    # Plotting libraries mend versions older than 8.24 from within, which is not what stands here.
    newest = {"__version__": "99.0.0", "version_info": (99, 0, 0)}
    top.__dict__.update(newest, display=shown, get_ipython=get_ipython, __path__=[])
    sys.modules["IPython"], sys.modules["IPython.display"] = top, shown
