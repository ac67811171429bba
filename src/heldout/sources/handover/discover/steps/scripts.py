"""Scripts that nobody documents but that are plainly meant to be run: by their name, or by a main guard."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.view import View

_SCRIPTS = 400
_TELLING = re.compile(
    r"train|main|run|pipeline|predict|infer|eval|test_model|app|server|serve|api|model|prepare|preprocess|make_dataset|etl|fit",
    re.IGNORECASE,
)
_NOT_RUN = re.compile(
    r"(^|/)(tests?|docs?|examples?|setup\.py|conftest\.py|__init__\.py|__main__\.py|test_[^/]*|[^/]*_test\.py|noxfile\.py|manage\.py|conf\.py)(/|$)"
)


def script_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each script with a main guard, or with a telling name and code that runs at once."""
    for entry in view.having(".py")[:_SCRIPTS]:
        if _NOT_RUN.search(entry.path):
            continue
        module = view.module(entry.path)
        if module is None:
            continue
        guard = main_guard(module)
        if guard or (_TELLING.search(entry.name) and _runs(module)):
            yield _script(entry.path, module, guard)


def main_guard(module: ast.Module) -> int:
    """The line of `if __name__ == "__main__"`, 0 when there is none."""
    for node in module.body:
        if isinstance(node, ast.If) and any(
            isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test)
        ):
            return node.lineno
    return 0


def _runs(module: ast.Module) -> bool:
    """Whether the module does more at once than define things."""
    defining = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Import,
        ast.ImportFrom,
        ast.Assign,
        ast.AnnAssign,
    )
    return sum(1 for node in module.body if not isinstance(node, defining)) >= 3


def _script(path: str, module: ast.Module, guard: int) -> Candidate:
    """From the root, as its imports ask for: `python -m` when they are relative, else by its path."""
    relative = any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(module))
    dotted = path.removesuffix(".py").replace("/", ".")
    if relative and re.fullmatch(r"[\w.]+", dotted):
        words: tuple[str, ...] = ("python", "-m", dotted)
    else:
        words = ("python", path)
    return Candidate(
        command=shlex.join(words),
        words=words,
        trust=50,
        origin="inferred",
        location=Location(path=path, line=guard or 1),
        folder=".",
        name=path.rpartition("/")[2].removesuffix(".py"),
    )
