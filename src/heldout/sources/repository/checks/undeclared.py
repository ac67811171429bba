"""Reproducibility: whether what the code imports and what is declared are the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.material.import_names import brought_by, installed_with, known_library, of_family
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.dependencies import FEW, listed, most_telling, needed
from heldout.sources.repository.dockerfiles import dockerfiles
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import foreign_imports, own_names, purpose
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk


@dataclass(frozen=True, slots=True)
class Spared:
    """Top-level names that a module imports only where it can do without."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spare:
    """Modules, by dotted name, that a module tries to import and can do without."""

    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A module that a notebook writes to a file."""

    name: str


_WRITES = re.compile(r"%%(?:writefile|file)\s+(?:-a\s+)?(?:[\w./-]*/)?(\w+)\.py\b")


class Undeclared(Check):
    """Imported but not declared

    What: Libraries that the code imports and no file of the repository declares, though others are declared.

    Why: The installation looks complete and the program then stops at an import, in whatever version is found.

    Example: requirements.txt names torch and tqdm while the training script imports sklearn too: against.

    Limits: Optional imports (in try/except ImportError, under a condition, inside functions) are left out, with
    what a module imports that is itself only tried and what notebooks of a hosted platform find there. So are the
    repository's own modules wherever they lie, and what a declared library has long installed with itself. Names that
    are not those of a well-known library may be modules that were not committed: they count on neither side. When
    setup.py computes its list nothing is said against. What a declared library requires in its turn is not looked up,
    beyond some long-standing companions: an import may work without being declared, until that library changes.
    """

    code = "REP104"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.25)}
    why = (
        "What is imported but not declared is there by chance: on another machine, or a year later, it may be missing."
    )
    mend = "Declare every library that the code imports."
    ask = "How do you check that the list of dependencies is complete?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the imports that the module can do without."""
        firm: set[str] = set()
        soft: set[str] = set()
        for node in (*module.nodes(ast.Import), *module.nodes(ast.ImportFrom)):
            names = [getattr(node, "module", None) or ""]
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            kinds = (ast.Try, ast.If, ast.FunctionDef, ast.AsyncFunctionDef, ast.With)
            target = soft if any(isinstance(around, kinds) for around in module.parents(node)) else firm
            target.update(name.partition(".")[0] for name in names)
        if tried := frozenset(_tried(module)):
            yield Spare(tried)
        if soft - firm:
            yield Spared(frozenset(soft - firm))
        if module.notebook is not None:
            for cell in module.notebook.code_cells:
                if written := _WRITES.match(cell.source):
                    yield Written(written[1])

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare imports with declarations."""
        declared = repo.declarations
        if not declared.declared and not declared.locks:
            return
        notes = repo.notes(self)
        soft = {(noted.path, name) for noted in notes if isinstance(noted.note, Spared) for name in noted.note.names}
        written = {noted.note.name for noted in notes if isinstance(noted.note, Written)}
        tried = {name for noted in notes if isinstance(noted.note, Spare) for name in noted.note.modules}
        soft |= {(m.path, name) for m in repo.scripts if _named(m.path, tried) for name in m.packages()}
        soft |= {(m.path, name) for m in repo.notebooks if _hosted(repo, m.path) for name in m.packages()}
        foreign = foreign_imports(repo, frozenset(soft), frozenset(written))
        if len(foreign) < FEW:
            return
        there = installed_with(declared.names | _in_images(repo))
        absent = {name: place for name, place in foreign.items() if not brought_by(name) & there}
        missing = {
            name: place
            for name, place in absent.items()
            if known_library(name) and not _named_after(name, declared.names)
        }
        # Another name may be a module of the project that was not committed, or come with a family: nothing is said.
        unclear = [name for name in absent.keys() - missing.keys() if not of_family(name, declared.names)]
        if not missing and not unclear:
            # Of a library only the package was asked: programs beside it may need more.
            what = "the package" if purpose(repo) == "library" else "the code"
            hosted = any(_hosted(repo, m.path) for m in repo.notebooks)
            left_out = ["notebooks made for a hosted platform"] if hosted else []
            left_out += ["imports in functions, under conditions or in a `try`"] if soft else []
            apart = f" ({' and '.join(left_out)} left out)" if left_out else ""
            yield self.found(
                f"Every library that {what} is seen to import is declared, or comes with one that is{apart}.",
                *(repo.at(path) for path in first(_declaring(repo, foreign), 2)),
                imported=len(foreign),
            )
        if not missing:
            return
        libraries = len(foreign) - len(unclear)
        numbers: dict[str, Any] = {"imported": libraries, "undeclared": len(missing)}
        if any(
            part.why.endswith("when setup.py runs") or "not in the tree" in part.why for part in declared.unreadable
        ):
            yield self.unknown(
                f"{listed(sorted(missing), 4)} may be undeclared, but part of the declarations could not be read.",
                ask="",
                **numbers,
            )
            return
        yield self.against(
            f"The code imports {listed(sorted(missing))} without declaring"
            f" {'it' if len(missing) == 1 else 'them'}; what a declared library brings along was not looked up.",
            *(repo.at(path, line) for path, line in first(missing.values(), 3)),
            strength=ramp(fraction(len(missing), libraries), 0.0, 0.4),
            severity="medium" if len(missing) >= 3 else "low",
            **numbers,
        )


def _named_after(name: str, declared: AbstractSet[str]) -> bool:
    """Whether a declared distribution carries the library's name, as prometheus-fastapi-instrumentator does, and may
    bring it; type stubs bring nothing.
    """
    word = name.partition("_")[0].lower()
    parts = (re.split(r"[-_.]", other.lower()) for other in declared)
    return any(word in of and not {"types", "stubs"} & set(of) for of in parts)


_HOSTED = re.compile(r"/kaggle/(input|working)|google\.colab|/content/|/databricks|dbutils\.")


def _hosted(repo: Repository, path: str) -> bool:
    """Whether a notebook is made for a platform, which brings the libraries itself."""
    return bool(_HOSTED.search(repo.text(path).text))


def _tried(module: Module) -> Iterator[str]:
    """The dotted names of modules that are imported in a `try`; relative ones by the folder of the module."""
    folder = module.path.split("/")[:-1]
    for node in module.nodes(ast.ImportFrom):
        if any(isinstance(around, ast.Try) and _can_do_without(around) for around in module.parents(node)):
            base = folder[: len(folder) - node.level + 1] if node.level else []
            for name in [node.module or "", *(f"{node.module or ''}.{alias.name}" for alias in node.names)]:
                yield ".".join([*base, *(part for part in name.split(".") if part)])


def _can_do_without(tried: ast.Try) -> bool:
    """Whether the handlers neither import the same from elsewhere nor only raise."""
    bodies = [statement for handler in tried.handlers for statement in handler.body]
    imports = any(isinstance(node, ast.Import | ast.ImportFrom) for s in bodies for node in walk(s))
    return not imports and not all(isinstance(statement, ast.Raise) for statement in bodies)


def _named(path: str, modules: AbstractSet[str]) -> bool:
    """Whether a file is one of these modules, below whatever folder the packages lie in."""
    parts = path.removesuffix(".py").split("/")
    return any(".".join(parts[at:]) in modules for at in range(len(parts) - 1))


def _declaring(repo: Repository, imports: Iterable[str]) -> list[str]:
    """The files that declare any of these imports, the most telling first."""
    wanted = frozenset().union(*(brought_by(name) for name in imports))
    declared = repo.declarations
    told = {d.path for d in declared.declared if d.name in wanted}
    locked = {lock.path for lock in declared.locks if any(package.name in wanted for package in lock.packages)}
    return most_telling(told | locked)


_ANACONDA_NAMES = """
beautifulsoup4 bokeh dask h5py ipython joblib jupyter lxml matplotlib networkx nltk notebook numba numpy openpyxl pandas
pillow pyyaml requests scikit-image scikit-learn scipy seaborn sqlalchemy statsmodels sympy tqdm xlrd
"""
_ANACONDA = frozenset(_ANACONDA_NAMES.split())
_IMAGES = {
    "continuumio/anaconda3": _ANACONDA,
    "apache/airflow": frozenset({"apache-airflow", "pendulum"}),
    "pytorch/pytorch": frozenset({"torch", "torchvision", "torchaudio"}),
    "nvcr.io/nvidia/pytorch": frozenset({"torch", "torchvision", "torchaudio", "numpy", "opencv-python"}),
    "apache/spark": frozenset({"pyspark"}),
    "apache/spark-py": frozenset({"pyspark"}),
    "bitnami/spark": frozenset({"pyspark"}),
    "tensorflow/tensorflow": frozenset({"tensorflow", "keras"}),
    "nvcr.io/nvidia/tensorflow": frozenset({"tensorflow", "keras"}),
}
"""Images, and the libraries that they are made to bring."""


_INSTALLS_ANACONDA = re.compile(r"\bAnaconda3?-[\w.]+-Linux", re.IGNORECASE)
"""The installer that brings most of what scientists use."""


def _in_images(repo: Repository) -> frozenset[str]:
    """What the images that the repository builds or runs on bring along."""
    used = {base.image for file in dockerfiles(repo) for base in file.bases}
    for path in repo.glob("*compose*.yml", "*compose*.yaml"):
        used.update(name for name in _IMAGES if f"{name}:" in repo.text(path).text)
    if any(_INSTALLS_ANACONDA.search(repo.text(path).text) for path in repo.glob("*.sh", "dockerfile*", "*.md")[:50]):
        used.add("continuumio/anaconda3")
    return frozenset().union(*(_IMAGES.get(image, frozenset()) for image in used))


class Unused(Check):
    """Declared but never imported

    What: Dependencies that are declared for running, and that no Python file of the repository imports.

    Why: Each one costs installation time and may conflict; a long list often came from freezing a whole machine.

    Example: A requirements.txt of 120 lines made by `pip freeze` for a project that imports nine libraries.

    Limits: Plugins, drivers and command-line tools are used without being imported, and a frozen list is meant to name
    indirect dependencies: this only informs and moves no level. Exports of conda with the build of each package are
    left out.
    """

    code = "REP105"
    severity = "info"
    why = "A list that names what is needed, and no more, can be kept up to date by hand."
    mend = "Declare what the code imports and leave the rest to a lock file."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare declarations with all imports, tests and documentation included."""
        every = repo.declarations.declared
        exported = {d.path for d in every if _BUILD.search(d.specifier) or _LOCKED.search(d.path)}
        chosen = {d.name for d in repo.declarations.declared if d.path not in exported}
        asked = (d for d in needed(repo) if d.kind != "locked" and not d.cell and not d.group)
        wanted = [d for d in asked if d.name in chosen]
        if len(wanted) < 10:
            return
        imported = {name for m in repo.modules for name in m.packages()} | own_names(repo)
        used = frozenset().union(*(brought_by(name) for name in imported))
        idle = [d for d in wanted if d.name not in used]
        if len(idle) > 0.6 * len(wanted):
            frozen = len(wanted) >= 25 and sum(d.kind == "pinned" for d in wanted) > 0.9 * len(wanted)
            yield self.against(
                f"{len(idle)} of {len(wanted)} declared dependencies are imported nowhere in the repository"
                f" ({listed((d.name for d in idle), 4)})"
                + ("; the list looks like a frozen environment." if frozen else "."),
                *(repo.at(d.path, d.line) for d in first(idle, 2)),
                declared=len(wanted),
                idle=len(idle),
            )


_BUILD = re.compile(r"=[^=,]+=\w*_?\d+$")
"""The version and build of a package, as conda exports it: `=1.0=py36_0`."""


_LOCKED = re.compile(r"(^|/)[^/]*(lock|freeze|frozen)[^/]*$", re.IGNORECASE)
"""Lists that by their name hold all that was installed."""


CHECKS: tuple[Check, ...] = (Undeclared(), Unused())
