"""What a repository needs: whether it is a library or an application, and which imports are other people's."""

from __future__ import annotations

import re
from typing import Literal

from heldout.material.import_names import DISTRIBUTIONS, standard
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.repository import Repository

Purpose = Literal["library", "application"]

_NOT_PROGRAM = re.compile(
    r"(^|/)(setup|conf|noxfile|fabfile|tasks|conftest|versioneer)\.py$|(^|/)(docs?|benchmarks?|ci|\.[\w-]+)/"
)


_OF_BOARDS = frozenset(["analogio", "busio", "digitalio", "microcontroller", "pulseio", "pwmio"])


def package_folders(repo: Repository) -> frozenset[str]:
    """The top folders of importable packages: they hold an `__init__.py` and no folder above them does."""
    folders = {m.path.rpartition("/")[0] for m in repo.modules if m.path.endswith("/__init__.py")}
    return frozenset(f for f in folders if f.rpartition("/")[0] not in folders)


def in_package(path: str, folders: frozenset[str]) -> bool:
    """Whether a path lies below one of these folders."""
    parts = path.split("/")
    return any("/".join(parts[:depth]) in folders for depth in range(1, len(parts)))


def purpose(repo: Repository) -> Purpose:
    """A library is made to be installed by others: packaged, and its code is mostly the package.

    A packaged repository whose training programs lie outside the package and outweigh it is an application:
    research code often has a setup.py only to make its own imports work.
    """
    if not repo.complete:
        return "library"
    own = [m for m in repo.scripts if m.part == "code"]
    folders = package_folders(repo)
    if not folders or not any(_makes(d.path, own) for d in repo.declarations.distributions):
        return "application"
    training = set(repo.ml.training)
    programs = [m for m in own if m.path in training and m.guarded and not in_package(m.path, folders)]
    inside = sum(m.code_lines for m in own if in_package(m.path, folders))
    outside = sum(m.code_lines for m in own if not in_package(m.path, folders))
    return "library" if not programs or inside >= 3 * outside else "application"


def _makes(path: str, own: list[ModuleFacts]) -> bool:
    """Whether most of the code lies in or below the folder of this packaging file: not so for a bundled extra."""
    folder = path.rpartition("/")[0]
    below = sum(m.code_lines for m in own if not folder or m.path.startswith(folder + "/"))
    return 2 * below >= sum(m.code_lines for m in own)


def own_names(repo: Repository) -> frozenset[str]:
    """Names under which the repository's own code may be imported: every module and folder of code in it.

    Paths put on `sys.path` at run time make any of them a top-level name, submodules and compiled ones too. A
    well-known library's name is the repository's own only as a package at its top.
    """
    names: set[str] = set()
    certain: set[str] = set()
    for entry in repo.tree.files:
        if entry.suffix not in (".py", ".pyx", ".so", ".pyd", ".pyi", ".c", ".cpp", ".cc", ".cu", ".proto", ".ipynb"):
            continue
        parts = entry.path.split("/")
        names.update(parts[:-1])
        names.add(parts[-1].partition(".")[0])
        if parts[-1] == "__init__.py" and 2 <= len(parts) <= 3:
            certain.add(parts[-2])
    if ".gitmodules" in repo.tree:
        for path in re.findall(r"^[ \t]*+path[ \t]*=[ \t]*(\S{1,200})", repo.text(".gitmodules").text, re.MULTILINE):
            names.update(path.split("/"))
    for made in repo.declarations.distributions:
        if made.name:
            certain.add(made.name.replace("-", "_"))
    return frozenset(name for name in names if name not in DISTRIBUTIONS) | certain


def foreign_imports(
    repo: Repository,
    left_out: frozenset[tuple[str, str]] = frozenset(),
    written: frozenset[str] = frozenset(),
) -> dict[str, tuple[str, int]]:
    """Top-level imports that need a distribution, with the first place: (path, line).

    `left_out` holds (path, name) of imports that are optional, `written` the names of modules made by notebooks. Of a
    library only the package itself is asked; documentation, benchmarks, build and test files are left out, and a
    library's notebooks and examples too.
    """
    own = own_names(repo) | written
    library = purpose(repo) == "library"
    folders = package_folders(repo)
    found: dict[str, tuple[str, int]] = {}
    for module in repo.code:
        if _passed_over(module) or _firmware(module) or (library and not _inside(module, folders)):
            continue
        for dotted, line in module.imports.items():
            name = dotted.partition(".")[0]
            if name and name not in own and not standard(name) and (module.path, name) not in left_out:
                found.setdefault(name, (module.path, line))
    return found


def _passed_over(module: ModuleFacts) -> bool:
    return bool(_NOT_PROGRAM.search(module.path))


def _firmware(module: ModuleFacts) -> bool:
    """Whether the module is a program for a board that runs CircuitPython, which brings these imports itself."""
    tops = {dotted.partition(".")[0] for dotted in module.imports}
    return "board" in tops and not tops.isdisjoint(_OF_BOARDS)


def _inside(module: ModuleFacts, folders: frozenset[str]) -> bool:
    return not module.notebook and module.part == "code" and (not folders or in_package(module.path, folders))
