"""A notebook runs top to bottom without Jupyter, on every Python, and each cell's fate is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from heldout.sandbox.interpreters import Interpreter, interpreters
from heldout.sources.handover.notebooks import NotebookRun, read_notebook_run
from heldout.sources.handover.watching import read_observation
from tests.sources.handover.inside.running import TOOLS, run


def write(folder: Path, *cells: str, language: str = "python", tags: tuple[str, ...] = ()) -> Path:
    """A notebook with these code cells after one of text."""
    code = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {"tags": list(tags)}} for cell in cells]
    text = {"cell_type": "markdown", "source": "# A text"}
    raw = {"cells": [text, *code], "metadata": {"kernelspec": {"language": language}}, "nbformat": 4}
    path = folder / "work.ipynb"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def play(folder: Path, *cells: str, python: str = sys.executable, watch: bool = False) -> tuple[int, NotebookRun]:
    """(exit code, what the host reads) of a notebook with these cells."""
    write(folder, *cells)
    arguments = (str(TOOLS / "notebook.py"), "work.ipynb", "--out", "run.json", "--plain")
    done = run(folder, *arguments, python=python, watch=watch)
    told = read_notebook_run((folder / "run.json").read_bytes())
    assert told is not None, done.stderr
    return done.returncode, told


ALL_SORTS = (
    "!pip install nothing-that-exists\nprint('a')\n1 + 1",
    "%matplotlib inline\nvalue = (7\n  % 4)\nvalue",
    "!echo said {value}\nnames = !ls\n'work.ipynb' in names",
    "%%time\ntotal = sum(range(10))\ntotal;",
    "%%bash\necho from the shell",
    "%%writefile made.txt\nhello",
    "open('made.txt').read()",
    "display(total)\nget_ipython().system('echo called')",
    "%cd ..\n%load_ext autoreload\ntotal?",
    "import sys\nprint(__name__, [part for part in sys.path if 'inside' in part], sys.stdout.isatty())",
)


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_magics_are_handled_on_every_python(python: Interpreter, tmp_path: Path) -> None:
    code, told = play(tmp_path, *ALL_SORTS, python=str(python.home / "bin" / f"python{python.minor}"))
    assert code == 0, told.failed
    assert told.ok
    assert [cell.cell for cell in told.cells] == list(range(2, 12))
    texts = [cell.text for cell in told.cells]
    assert texts[:5] == ["a\n2", "3", "said 3\nTrue", "", "from the shell"]
    assert texts[6:] == ["'hello\\n'", "45\ncalled", "", "__main__ [] False"]
    assert told.cells[0].notes == ("left out: !pip install nothing-that-exists",)


@pytest.mark.parametrize("python", interpreters()[-1:], ids=str)
def test_libraries_are_told_that_there_is_no_ipython_and_the_notebook_has_one(
    python: Interpreter, tmp_path: Path
) -> None:
    (tmp_path / "plots.py").write_text(
        "import sys\n\ndef figure():\n    there = sys.modules.get('IPython')\n"
        "    old = there is not None and there.version_info[:2] < (8, 24)\n"
        "    shell = there.get_ipython() if there else None\n    assert not old\n"
        "    if shell:\n        shell.events.register('post_execute', print)\n    return 'drawn'\n"
    )
    cells = ("%matplotlib inline\nimport plots", "plots.figure()", "from IPython import get_ipython as ask")
    called = "ask().run_line_magic('pwd', '') == get_ipython().run_line_magic('pwd', '')"
    code, told = play(tmp_path, *cells, called, python=str(python.home / "bin" / f"python{python.minor}"))
    assert code == 0, told.failed
    assert [cell.text for cell in told.cells] == ["", "'drawn'", "", "True"]


def test_a_failing_cell_ends_the_run_and_is_placed(tmp_path: Path) -> None:
    code, told = play(tmp_path, "def half(x):\n    return 1 / x", "print('before')\n\nhalf(0)", "print('never')")
    assert code == 1
    assert [cell.status for cell in told.cells] == ["ok", "error", "not_run"]
    failed = told.failed
    assert failed is not None
    assert (failed.cell, failed.line, failed.error, failed.text) == (3, 3, "ZeroDivisionError", "before")
    assert "work.ipynb, cell 2" in failed.trace
    assert told.ran == 1


@pytest.mark.parametrize(
    ("source", "error", "line"), [("x = 1\nx +", "SyntaxError", 2), ("\nexit(3)", "SystemExit", 2)]
)
def test_what_is_no_python_and_what_exits_fail(tmp_path: Path, source: str, error: str, line: int) -> None:
    code, told = play(tmp_path, source)
    assert code == 1
    assert told.failed is not None
    assert (told.failed.error, told.failed.line) == (error, line)


def test_an_error_that_the_notebook_expects_is_none(tmp_path: Path) -> None:
    write(tmp_path, "1 / 0", "2", tags=("raises-exception",))
    assert run(tmp_path, str(TOOLS / "notebook.py"), "work.ipynb").returncode == 0


def test_a_magic_that_needs_ipython_is_named(tmp_path: Path) -> None:
    _, told = play(tmp_path, "%%R\nx <- 1")
    assert told.failed is not None
    assert (told.failed.error, told.failed.message) == (
        "UnsupportedMagic",
        "%%R needs IPython, which the environment does not have",
    )


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"cells": []}', '{"cells": [], "metadata": {"kernelspec": {"name": "ir"}}}']
)
def test_what_is_no_notebook_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "work.ipynb").write_text(content)
    done = run(tmp_path, str(TOOLS / "notebook.py"), "work.ipynb", "--out", "run.json")
    assert done.returncode == 2
    told = read_notebook_run((tmp_path / "run.json").read_bytes())
    assert told is not None
    assert not told.ok
    assert told.error


def test_another_language_is_not_run(tmp_path: Path) -> None:
    write(tmp_path, "print(1)", language="R")
    done = run(tmp_path, str(TOOLS / "notebook.py"), "work.ipynb")
    assert (done.returncode, "written in R" in done.stderr) == (2, True)


def test_a_run_that_is_stopped_tells_how_far_it_came(tmp_path: Path) -> None:
    _, told = play(tmp_path, "1", "import os\nos._exit(9)", "2")
    assert [cell.status for cell in told.cells] == ["ok", "running", "not_run"]
    assert told.failed is not None
    assert told.failed.cell == 3
    assert not told.ok


def test_modules_beside_the_notebook_are_found_and_ours_are_not(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("name = 'theirs'")
    code, told = play(tmp_path, "import model\nmodel.name", "import heldout_notebook_missing")
    assert code == 1
    assert told.cells[0].text == "'theirs'"


def test_pickles_of_its_classes_are_read_again(tmp_path: Path) -> None:
    code, _ = play(tmp_path, "import pickle\nclass A:\n    pass", "type(pickle.loads(pickle.dumps(A()))) is A or 1 / 0")
    assert code == 0


def test_the_watch_names_notebook_and_cell(tmp_path: Path) -> None:
    play(tmp_path, "1", "import random\n\nrandom.seed(1)\nfrom sklearn.dummy import DummyClassifier", FIT, watch=True)
    seen = read_observation({path.name: path.read_bytes() for path in (tmp_path / ".watch").glob("*")})
    assert seen is not None
    assert seen.fits[0].place == "work.ipynb, cell 4:2"


FIT = "\nDummyClassifier().fit([[1], [2]], [0, 1])"


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 9999, b'{"cells": 3}', b'{"cells": [{"cell": true}, 4, {"cell": 1}]}']
)
def test_what_is_no_run_is_none_or_empty(content: bytes) -> None:
    told = read_notebook_run(content)
    assert told is None or not told.cells


def test_a_run_that_calls_itself_good_without_cells_is_not() -> None:
    told = read_notebook_run(b'{"ok": true, "cells": [], "notebook": "x"}')
    assert told is not None
    assert not told.ok
