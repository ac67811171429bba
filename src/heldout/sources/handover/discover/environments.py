"""What is to be installed, folder by folder, and for which Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from heldout.evidence.types import Location
from heldout.material.declarations import Declarations, normalise, read_declarations
from heldout.material.declarations.commands import is_dockerfile, is_environment
from heldout.material.declarations.locks import lock_tool
from heldout.material.declarations.requirements import group_of, is_requirements
from heldout.material.import_names import DISTRIBUTIONS, standard
from heldout.sources.handover.causes import USUAL_OWN
from heldout.sources.handover.discover.code.modules import imports_of, is_own
from heldout.sources.handover.discover.pythons import python_of
from heldout.sources.handover.discover.view import View, parent, parse
from heldout.sources.handover.plan import Environment

_HELD_ABOVE = frozenset(
    {
        "requirements",
        "reqs",
        "env",
        "envs",
        "environment",
        "environments",
        "docker",
        ".docker",
        "binder",
        ".binder",
        "conda",
        "deps",
        "dependencies",
        "install",
        "setup",
        "build",
        ".devcontainer",
        "ci",
        "config",
        "configs",
    }
)
_NOT_RUN_WITH = re.compile(r"(^|/)(docs?|documentation|examples?|\.github|\.circleci)(/|$)", re.IGNORECASE)
_ON_TOP = re.compile(r"dev|test|extra|optional|notebook|api|app|serv|train|deploy|bert|gpu", re.IGNORECASE)
_ASSUMED = frozenset({"IPython", "ipywidgets"})
"""Imports that a notebook's surroundings bring; a bare environment does not."""
_ORDER: tuple[tuple[int, str], ...] = (
    (0, r"requirements?\.txt"),
    (1, r"environment\.ya?ml|conda\.ya?ml|.*env.*\.ya?ml|.*conda.*\.ya?ml"),
    (2, r"pipfile\.lock"),
    (3, r"pipfile"),
    (4, r"uv\.lock|poetry\.lock|pdm\.lock|pylock.*\.toml|pixi\.lock"),
    (5, r"pyproject\.toml"),
    (7, r"setup\.py|setup\.cfg"),
    (8, r"dockerfile.*|.*\.dockerfile|containerfile"),
)


@dataclass
class Declared:
    """The environments that are declared, and what could not be told."""

    environments: list[Environment] = field(default_factory=list)
    declarations: Declarations = field(default_factory=Declarations)

    def of(self, path: str) -> Environment | None:
        """The environment of the nearest folder above a path (or of that folder itself)."""
        near = [e for e in self.environments if e.folder in {".", path} or path.startswith(f"{e.folder}/")]
        return max(near, key=lambda e: 0 if e.folder == "." else e.folder.count("/") + 1, default=None)


def find_environments(view: View, installed: Iterable[str], as_of: date | None) -> Declared:
    """The declared environments of each folder that has its own.

    `installed` are the files that the guide installs from: where a folder has several, those come first.
    """
    paths = [e.path for e in view.files if e.readable and _declares(view, e.path)]
    declarations = read_declarations(view.tree, paths)
    telling = {d.path for d in declarations.declared} | {lock.path for lock in declarations.locks}
    telling |= {d.path for d in declarations.distributions}
    guide = list(installed)
    held: dict[str, list[str]] = {}
    for path in paths:
        if path in telling and not _NOT_RUN_WITH.search(parent(path)):
            held.setdefault(owner_of(path), []).append(path)
    found = Declared(declarations=declarations)
    for folder in sorted(held, key=lambda name: (name != ".", name.count("/"), name)):
        found.environments.append(_environment(found, view, folder, held[folder], guide, as_of))
    return found


def _declares(view: View, path: str) -> bool:
    name = path.rpartition("/")[2]
    low = name.lower()
    return (
        low in ("pyproject.toml", "setup.cfg", "setup.py", "pipfile", ".python-version", "runtime.txt")
        or lock_tool(name) is not None
        or is_requirements(path)
        or (is_environment(path) and "dependencies" in view.text(path))
        or is_dockerfile(name)
    )


def owner_of(path: str) -> str:
    """The folder that a declaration is for: the one that holds it, or the one above a folder of declarations."""
    folder = parent(path)
    while folder.rpartition("/")[2].lower() in _HELD_ABOVE:
        folder = parent(folder)
    return folder


def _environment(
    found: Declared, view: View, folder: str, paths: list[str], guide: list[str], as_of: date | None
) -> Environment:
    files = [path for path in paths if _rank(path) < 8 and not _on_top(path)]
    files.sort(key=lambda path: (guide.index(path) if path in guide else len(guide), _rank(path), len(path), path))
    also = sorted(path for path in paths if _on_top(path))
    if not files and also:
        files, also = also, []
    version, places = python_of(view, folder, found.declarations, owner_of)
    kept = tuple(Location(path=path, line=1) for path in (*files, *also))
    return Environment(
        id="default" if folder == "." else _slug(folder),
        folder=folder,
        files=tuple(files) or tuple(paths),
        also=tuple(also),
        python=version,
        as_of=as_of,
        locations=(*kept, *places),
    )


def _rank(path: str) -> int:
    name = path.rpartition("/")[2].lower()
    return next((rank for rank, pattern in _ORDER if re.fullmatch(pattern, name)), 6)


def _on_top(path: str) -> bool:
    return is_requirements(path) and bool(_ON_TOP.search(group_of(path)))


def _slug(folder: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "default"


def inferred_environment(view: View, paths: Iterable[str], found: Declared, as_of: date | None) -> Environment:
    """What code imports, where nothing declares it."""
    version, places = python_of(view, view.folder, found.declarations, owner_of)
    needed: dict[str, Location] = {}
    for path in paths:
        tree = view.module(path)
        if path.endswith(".ipynb") and (read := view.notebook(path)) is not None:
            tree = read[1].tree or parse(read[1].text)
        if tree is None:
            continue
        for item in imports_of(tree):
            top = item.top
            needs = top in _ASSUMED or (top and not standard(top) and top not in USUAL_OWN)
            if needs and not is_own(view, path, item.module, item.level) and not _lies_elsewhere(view, top):
                needed.setdefault(distribution_of(top), Location(path=path, line=item.line))
    return Environment(
        id="default",
        requirements=tuple(sorted(needed)),
        python=version,
        as_of=as_of,
        locations=tuple(dict.fromkeys((*places, *needed.values())))[:20],
    )


def _lies_elsewhere(view: View, top: str) -> bool:
    """Whether a name that no known package brings is a file of the delivery, in a folder that is put on the path."""
    return top not in DISTRIBUTIONS and any(entry.path.endswith(f"/{top}.py") for entry in view.files)


def distribution_of(name: str) -> str:
    """The distribution to install for an import: the usual one where several bring it."""
    known = DISTRIBUTIONS.get(name)
    return known[0] if known else normalise(name)
