"""Scripts that nobody documents but that are plainly meant to be run: by name, by a main guard, by what they serve."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.code.modules import imports_of
from heldout.sources.handover.discover.code.traits import dotted
from heldout.sources.handover.discover.steps.tests import TEST, holds_tests
from heldout.sources.handover.discover.view import View

_SCRIPTS = 400
_TELLING = re.compile(
    r"train|main|run|pipeline|predict|infer|eval|app|serv|api|model|prep|make_dataset|etl|fit|experiment|forecast|classif|"
    r"regress|cluster|churn|detect|fetch|download|(^|[/_])(get|load)_?data|clean|build",
    re.IGNORECASE,
)
_NOT_RUN = re.compile(
    r"(^|/)(tests?|docs?|examples?|setup\.py|conftest\.py|__init__\.py|__main__\.py|noxfile\.py|"
    r"manage\.py|conf\.py)(/|$)"
)
_FITS = re.compile(r"\.fit\w*\(")
_FLASK = frozenset({"Flask", "create_app"})


def script_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each script with a main guard, with a telling name and code that runs, or that serves."""
    for entry in view.having(".py")[:_SCRIPTS]:
        module = view.module(entry.path) if not _NOT_RUN.search(entry.path) else None
        if module is None or (TEST.fullmatch(entry.name) and not _trains(view, entry.path)):
            continue
        guard = main_guard(module)
        words = _serving(entry.path, module)
        if words is None and (guard or (_TELLING.search(entry.path) and _runs(module))):
            words = _started(entry.path, module)
        if words is not None:
            yield Candidate(
                command=shlex.join(words),
                words=words,
                trust=50,
                origin="inferred",
                location=Location(path=entry.path, line=guard or 1),
                name=entry.name.removesuffix(".py"),
            )


def _trains(view: View, path: str) -> bool:
    """Whether a file that is called as tests are holds none of them, and fits a model."""
    return bool(_FITS.search(view.text(path))) and not holds_tests(view, path)


def main_guard(module: ast.Module) -> int:
    """The line of `if __name__ == "__main__"`, 0 when there is none."""
    for node in module.body:
        if isinstance(node, ast.If) and any(
            isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test)
        ):
            return node.lineno
    return 0


def _runs(module: ast.Module) -> bool:
    """Whether the module does something at once, under a condition or not: calls for their effect, loops, opens."""
    waiting: list[ast.stmt] = list(module.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.For | ast.While | ast.With | ast.Try):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return True
        if isinstance(node, ast.If):
            waiting += [*node.body, *node.orelse]
    return False


def _started(path: str, module: ast.Module) -> tuple[str, ...]:
    """From the root, as its imports ask for: `python -m` when they are relative, else by its path."""
    relative = any(item.level for item in imports_of(module))
    dotted_name = path.removesuffix(".py").replace("/", ".")
    if relative and re.fullmatch(r"[\w.]+", dotted_name):
        return ("python", "-m", dotted_name)
    return ("python", path)


def _serving(path: str, module: ast.Module) -> tuple[str, ...] | None:
    """How a web page or service is started that does not start itself; None for all else."""
    tops = {item.top for item in imports_of(module)}
    if "streamlit" in tops and _runs(module):
        return ("streamlit", "run", path)
    if not tops & {"fastapi", "flask"} or _starts_itself(module):
        return None
    dotted_name = path.removesuffix(".py").replace("/", ".")
    for node in module.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        made = dotted(node.value.func).rpartition(".")[2]
        target = node.targets[0]
        if isinstance(target, ast.Name) and made == "FastAPI":
            return ("uvicorn", f"{dotted_name}:{target.id}")
        if isinstance(target, ast.Name) and made in _FLASK:
            return ("flask", "--app", f"{dotted_name}:{target.id}", "run")
    return None


def _starts_itself(module: ast.Module) -> bool:
    calls = (dotted(node.func) for node in ast.walk(module) if isinstance(node, ast.Call))
    return any(name.endswith((".run", "serve")) for name in calls)
