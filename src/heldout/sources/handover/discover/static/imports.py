"""B3: is everything that the code imports, and every program that it calls, among what it declares?"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from heldout.evidence.types import Location
from heldout.material.import_names import brought_by, installed_with, standard
from heldout.sources.handover.discover.code.modules import imports_of, is_own
from heldout.sources.handover.discover.documents import documents
from heldout.sources.handover.discover.static.declared import declared_in
from heldout.sources.handover.discover.static.used import Used
from heldout.sources.handover.discover.view import View, parse
from heldout.sources.handover.plan import Environment, Plan
from heldout.sources.handover.result import Check

_PLACES = 12
_FILES = 600
_SIDE = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|benchmarks?|notebooks?)/|\.ipynb$|(^|/)(test_[^/]*|conftest|setup)\.py$"
)
_COMMON_NAMES = """
git bash sh python python3 pip pip3 conda echo ls cat cp mv rm mkdir touch find grep sed awk head tail wc sort uniq tar
unzip gzip clear cls uname nproc lscpu nvidia-smi kill ps sleep open start xdg-open explorer notepad chmod chown sudo
which where pwd cd env export test true false date df du free whoami hostname sys.executable
"""
_COMMON = frozenset(_COMMON_NAMES.split())
"""Programs of every machine, and of version control."""
_TOOLS = frozenset({"pytest", "unittest", "nose", "hypothesis", "setuptools", "pip", "wheel"})


@dataclass(frozen=True)
class Undeclared:
    """An import that no declaration covers."""

    name: str
    location: Location
    side: bool
    """Whether only code beside the steps needs it: tests, notebooks, examples."""


def imports_check(view: View, plan: Plan, used: tuple[Used, ...]) -> Check:
    """Fails for an import of a step's code that nothing declares; what only code beside the steps needs costs less."""
    reached = {path for item in used for path in item.files}
    files = _sources(view, reached)
    if not files:
        return Check(id="B3", area="build", state="not_assessable", message="There is no Python code to look at.")
    found = list(_undeclared(view, plan, files, reached))
    programs = list(_programs(view, used))
    needed = list(dict.fromkeys(item.name for item in found if not item.side))
    side = list(dict.fromkeys(item.name for item in found if item.side and item.name not in needed))
    places = [
        *(i.location for i in found if not i.side),
        *(p for _, p in programs),
        *(i.location for i in found if i.side),
    ]
    failed = bool(needed or programs)
    return Check(
        id="B3",
        area="build",
        state="fail" if failed else "pass",
        credit=0.5 if side and not failed else 1.0,
        severity="medium" if needed else "low" if programs or side else "info",
        message=_said(needed, side, [name for name, _ in programs], len(files)),
        locations=tuple(dict.fromkeys(places))[:_PLACES],
        measured={"files": len(files), "undeclared": len(needed), "beside": len(side), "programs": len(programs)},
        why="What is not declared is not installed, and the code stops where it imports it." if failed else "",
        mend=f"Declare {', '.join([*needed, *(n for n, _ in programs)][:6])}." if failed else "",
    )


def _said(needed: list[str], side: list[str], programs: list[str], files: int) -> str:
    parts = []
    if needed:
        parts.append(f"the code imports {_listed(needed)}, which nothing declares")
    if programs:
        parts.append(f"it starts the program {_listed(programs)}, which nothing says is needed")
    if side:
        parts.append(f"tests, notebooks or examples import {_listed(side)}, which nothing declares")
    if not parts:
        return f"Everything that {files} files import is declared."
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _listed(names: list[str]) -> str:
    rest = len(names) - 6
    return ", ".join(names[:6]) + (f" and {rest} more" if rest > 0 else "")


def _sources(view: View, reached: Iterable[str]) -> list[str]:
    """The Python files and notebooks that are looked at: those of the steps first."""
    every = [entry.path for entry in view.having(".py", ".ipynb") if entry.name != "setup.py"]
    return list(dict.fromkeys([*(p for p in reached if p.endswith((".py", ".ipynb"))), *every]))[:_FILES]


def _undeclared(view: View, plan: Plan, files: list[str], reached: set[str]) -> Iterator[Undeclared]:
    packages = " ".join(f"/{entry.path}" for entry in view.files if entry.name == "__init__.py")
    covered = {environment.id: _covered(view, environment) for environment in plan.environments}
    for path in files:
        tree = _tree(view, path)
        environment = _environment(plan, path)
        if tree is None or environment is None:
            continue
        seen: set[str] = set()
        for item in imports_of(tree):
            top = item.top
            if not top or top in seen or item.guarded or top in _TOOLS or standard(top):
                continue
            seen.add(top)
            if brought_by(top) & covered[environment.id] or is_own(view, path, item.module, item.level):
                continue
            if f"{top}.py" in view.by_name or f"/{top}/__init__.py" in packages:
                continue  # its own, wherever it stands: how it is found is for the run to tell
            side = path not in reached or bool(_SIDE.search(path))
            yield Undeclared(top, _place(view, path, item.line), side)


def _tree(view: View, path: str) -> ast.AST | None:
    if not path.endswith(".ipynb"):
        return view.module(path)
    read = view.notebook(path)
    return (read[1].tree or parse(read[1].text)) if read is not None else None


def _place(view: View, path: str, line: int) -> Location:
    read = view.notebook(path) if path.endswith(".ipynb") else None
    if read is None:
        return Location(path=path, line=line)
    cell, within = read[1].place(line)
    return Location(path=path, cell=cell, line=within)


def _covered(view: View, environment: Environment) -> frozenset[str]:
    """Everything that is installed with what an environment declares."""
    declarations = declared_in(view, [environment]) if environment.files else None
    return installed_with(declarations.names) if declarations is not None else frozenset()


def _environment(plan: Plan, path: str) -> Environment | None:
    near = [e for e in plan.environments if e.folder in {".", path} or path.startswith(f"{e.folder}/")]
    return max(near, key=lambda e: 0 if e.folder == "." else e.folder.count("/") + 1, default=None)


def _programs(view: View, used: tuple[Used, ...]) -> Iterator[tuple[str, Location]]:
    """The programs that steps start and that neither documents nor images name."""
    texts = " ".join(view.text(path) for path in (*documents(view), *_images(view))).lower()
    seen: set[str] = set()
    for item in used:
        for draft in item.drafts:
            for word, place in draft.study.programs:
                name = posixpath.basename(word)
                own = word.startswith("./") or posixpath.normpath(word) in view.tree
                known = name in _COMMON or own or name in seen
                if not known and not re.search(rf"\b{re.escape(name.lower())}\b", texts):
                    seen.add(name)
                    yield name, place


def _images(view: View) -> list[str]:
    names = ("dockerfile", "environment.yml", "environment.yaml", "conda.yaml", "apt.txt", "packages.txt")
    return [entry.path for entry in view.named(*names)]
