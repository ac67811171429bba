"""Runs cells with IPython's own shell, where the environment has it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from .record import Cell, trace


class Runner:
    """Cells in IPython's shell, over the names of one module."""

    def __init__(self, module: Any, path: str) -> None:
        runner = self
        self.name = f"IPython {import_module('IPython').__version__}"
        self.path = path
        self.cell: Cell | None = None
        hook: Any = import_module("IPython.core.displayhook").DisplayHook
        publisher: Any = import_module("IPython.core.displaypub").DisplayPublisher
        shell: Any = import_module("IPython.core.interactiveshell").InteractiveShell

        class Hook(hook):  # type: ignore[misc]
            """Keeps the value of a cell's last expression."""

            def write_output_prompt(self) -> None:
                """No prompt."""

            def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
                """Keep its text."""
                runner.show("result", format_dict)

        class Publisher(publisher):  # type: ignore[misc]
            """Keeps what is displayed."""

            def publish(self, data: Any, *_: Any, **__: Any) -> None:
                """Keep its text."""
                runner.show("display", data)

        class ZMQShell(shell):  # type: ignore[misc]
            """The shell; pandas prints tables as in a notebook when the name holds `zmq` and there is a `kernel`."""

            kernel = None

        shell.clear_instance()
        self.shell = ZMQShell.instance(
            user_module=module, user_ns=module.__dict__, displayhook_class=Hook, display_pub_class=Publisher
        )
        self.shell.history_manager.enabled = False
        self.shell.showtraceback = lambda *_, **__: None
        self.shell.showsyntaxerror = lambda *_, **__: None
        # A command of the shell writes past Python's own streams; through a pipe it is part of the cell's output.
        self.shell.system = self._system
        if hasattr(self.shell.compile, "get_code_name"):
            self.shell.compile.get_code_name = lambda *_, **__: self._file()

    def _file(self) -> str:
        """What the code of the cell is called in a traceback."""
        return f"{self.path}, cell {self.cell.number if self.cell else 0}"

    def show(self, kind: str, data: Any) -> None:
        """Keep the text of something shown."""
        if self.cell is not None and isinstance(data, dict):
            text = data.get("text/plain") or data.get("text/markdown") or ""
            self.cell.add(kind, str(text))

    def run(self, cell: Cell) -> bool:
        """Run one cell; False when it failed, and why stands in the cell."""
        self.cell = cell
        try:
            done = self.shell.run_cell(cell.source, store_history=False)
        except BaseException as error:  # noqa: BLE001 - whatever a cell raises is what is to be told
            problem: Any = error
        else:
            problem = done.error_before_exec or done.error_in_exec
        if problem is None:
            return True
        # The first of the cells' own frames is of this cell; deeper ones may be of functions of earlier cells.
        names = [name for name in _files(problem) if name == self._file() or "ipython-input" in name]
        files = set(names[:1])
        line, text = trace(problem, files)
        cell.error = {
            "name": type(problem).__name__,
            "message": str(problem)[:2000],
            "line": line,
            "trace": text,
        }
        return False

    def _system(self, command: str) -> None:
        import subprocess

        done = subprocess.run(  # noqa: S602 - inside, where everything is foreign
            self.shell.var_expand(command, depth=1),
            shell=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
        self.shell.user_ns["_exit_code"] = done.returncode


def _files(error: Any) -> list[str]:
    import traceback

    names = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    return [*names, error.filename or ""] if isinstance(error, SyntaxError) else names
