"""Reproducibility: what has to be installed, in which version, and whether that is written down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from heldout.evidence import Finding
from heldout.material.declarations import Declaration, Lock
from heldout.material.import_names import DISTRIBUTIONS, brought_by, installed_with
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import foreign_imports, own_names, purpose
from heldout.sources.repository.repository import Repository

_FEW = 2
"""Fewer foreign imports than this say nothing of how somebody keeps dependencies."""


_BY_HAND = re.compile(
    r"\.(sh|ipynb)$|dockerfile|containerfile|^(build_tools|ci|docs?|examples?|tests?)/", re.IGNORECASE
)
"""Where installing is done for one purpose, beside the declaration that holds for the project."""


_ASIDE = re.compile(r"dev|test|docs?\b|lint|optional|extra", re.IGNORECASE)
"""Files of requirements beside the main one."""


def needed(repo: Repository) -> tuple[Declaration, ...]:
    """What is declared as needed to run, one declaration for each name: the one that says most."""
    rank = {"locked": 0, "pinned": 1, "url": 2, "bounded": 3, "free": 4}
    own = {d.name for d in repo.declarations.distributions}
    best: dict[str, Declaration] = {}
    locked = {package.name: package for lock in repo.declarations.locks for package in lock.packages}
    told = [d for d in repo.declarations.declared if not d.dev and d.name not in own and not _BY_HAND.search(d.path)]
    if not told:  # nothing but scripts, images and cells that install: then those are the declaration
        told = [d for d in repo.declarations.declared if not d.dev and d.name not in own]
    for declared in told:
        here = locked.get(declared.name, declared)
        if declared.name not in best or rank[here.kind] < rank[best[declared.name].kind]:
            best[declared.name] = here
    for lock in repo.declarations.locks:
        if lock.source is None:
            for package in lock.packages:
                best.setdefault(package.name, package)
    return tuple(best[name] for name in sorted(best))


def _most_telling(paths: Iterable[str]) -> list[str]:
    """Files that declare, those for the whole project first, the nearest to the root before the deeper ones."""
    return sorted(
        paths, key=lambda path: (bool(_BY_HAND.search(path)), path.count("/"), bool(_ASIDE.search(path)), path)
    )


def _listed(names: Iterable[str], most: int = 6) -> str:
    items = list(names)
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")


class Declared(Check):
    """Dependencies are declared

    What: Whether any file says what has to be installed: requirements, pyproject.toml, setup.py or setup.cfg,
    Pipfile, a lock, a conda environment, a Dockerfile or an installing script or cell.

    Why: Without it nobody else can run the work, and its author cannot either a year later.

    Example: Code that imports torch, pandas and cv2 with no such file speaks against; a requirements.txt that names
    them speaks for.

    Limits: Build systems such as Bazel or Nix are not read; where their files are found nothing is said.
    """

    code = "REP101"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.4)}
    severity = "medium"
    why = "What has to be installed must be written down before anyone else can run the work."
    mend = "Add a requirements.txt or a pyproject.toml that names every library which the code imports."
    ask = "How would a colleague set up a fresh machine to run this?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare what is imported with whether anything is declared."""
        foreign = foreign_imports(repo)
        declared = repo.declarations
        if declared.declared or declared.locks:
            files = _most_telling(declared.files)
            yield self.found(
                f"Dependencies are declared in {_listed(files, 3)}.",
                *(repo.at(path) for path in first(files, 3)),
                declared=len(declared.names),
            )
        elif declared.unreadable:
            part = declared.unreadable[0]
            yield self.unknown(
                f"What has to be installed could not be told: in {part.path}, {part.why}.",
                repo.at(part.path, part.line),
            )
        elif len(foreign) >= _FEW and not repo.glob("BUILD", "BUILD.bazel", "WORKSPACE", "*.nix", "meta.yaml"):
            told = repo.readme is not None and _told_in_words(repo.readme.text, foreign)
            where = "is named only in the README" if told else "is written down nowhere"
            yield self.against(
                f"The code imports {len(foreign)} libraries ({_listed(sorted(foreign), 4)}); what to install {where}.",
                *(repo.at(path, line) for path, line in first(foreign.values(), 3)),
                strength=ramp(len(foreign), 0, 5) * (0.4 if told else 1.0),
                severity="low" if told else None,
                imported=len(foreign),
            )


def _told_in_words(text: str, imports: Iterable[str]) -> bool:
    """Whether a README installs something by name, or names an imported library where it lists what is needed."""
    if re.search(r"(pip3?|conda) install (?!-e|\.)\w", text):
        return True
    names = {spelling.lower() for name in imports for spelling in (name, *DISTRIBUTIONS.get(name, ()))}
    asked = re.compile(r"requirement|dependenc|prerequisite|install|environment|need|tested with", re.IGNORECASE)
    lines = text.split("\n")[:2_000]
    for index, line in enumerate(lines):
        if len(line) < 1_000 and asked.search(line):
            near = " ".join(after[:1_000] for after in lines[index : index + 12]).lower()
            if any(re.search(rf"\b{re.escape(name)}\b", near) for name in names):
                return True
    return False


class Versions(Check):
    """Versions are fixed for an application, bounded for a library

    What: The share of declared dependencies with an exact version or a lock (applications and research code), or
    with at least a lower bound (libraries, which others have to install beside other things).

    Why: The same code with a newer library gives other numbers, or does not run.

    Example: `torch==1.4.0` or a poetry.lock speaks for a training project; `numpy>=1.18` speaks for a library. A list
    of bare names speaks against a training project.

    Limits: Whether a pinned version is old is not judged. A library is told from an application by its packaging
    and by where its training programs are.
    """

    code = "REP102"
    moves: ClassVar = {"reproducibility": Move(up=0.4, down=0.2)}
    why = "The same code with another version of a library gives other results, or none."
    mend = (
        "Write the versions that gave the results: exact pins or a lock file for a project, lower bounds for a library."
    )
    ask = "Which versions of the main libraries produced the results, and how would you find that out today?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge by the kind of project."""
        wanted = needed(repo)
        if len(wanted) < _FEW:
            return
        library = purpose(repo) == "library"
        kinds = [d.kind for d in wanted]
        fixed = sum(kind in ("pinned", "locked", "url") for kind in kinds)
        bounded = sum(d.lower_bound for d in wanted) if library else fixed + 0.5 * kinds.count("bounded")
        share = fraction(bounded, len(wanted))
        places = [repo.at(d.path) if d.cell else repo.at(d.path, d.line) for d in wanted]
        what = "at least a lower bound" if library else "an exact version or a lock"
        count = int(bounded) if library else fixed
        said = f"{count} of {len(wanted)} dependencies have {what}"
        numbers: dict[str, Any] = {
            "dependencies": len(wanted),
            "fixed": fixed,
            "free": kinds.count("free"),
            "library": library,
        }
        if share >= 0.4:
            yield self.found(f"{said}.", *first(places, 2), strength=ramp(share, 0.3, 0.95), **numbers)
        elif share < 0.2 and len(wanted) > _FEW and not library:
            free = [d for d in wanted if d.kind == "free"]
            yield self.against(
                f"{said}; {_listed((d.name for d in free), 4)} may be any version.",
                *(repo.at(d.path) if d.cell else repo.at(d.path, d.line) for d in first(free, 3)),
                strength=ramp(share, 0.25, 0.0),
                **numbers,
            )


class LockAgrees(Check):
    """The lock file agrees with the declaration

    What: Whether every dependency that is declared beside a lock file is in it, in a version that the declaration
    allows.

    Why: A stale lock installs something else than what the project says it needs.

    Example: pyproject.toml asks for `torch>=2.1` while poetry.lock holds torch 1.13: against. All present and
    allowed: for.

    Limits: Only names and versions are compared; hashes are not recomputed, and declarations for some systems only
    may be missing from a lock.
    """

    code = "REP103"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.15)}
    why = "A lock that was not renewed installs other versions than the project asks for."
    mend = "Renew the lock file and let CI install from it."
    ask = "When is the lock file renewed, and who notices when it is stale?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare each lock with the file that it locks."""
        for lock in repo.declarations.locks:
            asked = [d for d in repo.declarations.declared if d.path == lock.source and d.group != "build"]
            if len(asked) < _FEW:
                continue
            wrong = [(d, reason) for d in asked if (reason := _disagrees(d, lock))]
            if not wrong:
                yield self.found(
                    f"{lock.path} holds all {len(asked)} dependencies of {lock.source}, in versions that it allows.",
                    repo.at(lock.path),
                    packages=len(lock.packages),
                    hashed=lock.hashed,
                )
                continue
            declared, reason = wrong[0]
            yield self.against(
                f"{lock.path} is out of step with {lock.source}: {declared.name} {reason}"
                + (f", and {len(wrong) - 1} more." if len(wrong) > 1 else "."),
                *(repo.at(d.path, d.line) for d, _ in first(wrong, 3)),
                strength=ramp(len(wrong), 0, 3),
                asked=len(asked),
                differing=len(wrong),
            )


def _disagrees(declared: Declaration, lock: Lock) -> str | None:
    found = [p for p in lock.packages if p.name == declared.name]
    if not found:
        return None if declared.marked or declared.kind == "url" else "is not in the lock"
    if declared.kind == "url":
        return None
    try:
        allowed = SpecifierSet(_pep440(declared.specifier), prereleases=True)
        versions = [Version(p.specifier.removeprefix("==")) for p in found]
    except (InvalidSpecifier, InvalidVersion):
        return None
    if any(version in allowed for version in versions):
        return None
    return f"is locked at {versions[0]}, asked for is {declared.specifier}"


def _pep440(specifier: str) -> str:
    """Poetry's carets, tildes and bare versions as the lower bound or pin that they surely include."""
    text = specifier.strip()
    if text[:1] in ("^", "~") and not text.startswith("~="):
        return f">={text[1:].strip()}"
    return f"=={text}" if text[:1].isdigit() and "," not in text else text


@dataclass(frozen=True, slots=True)
class Spared:
    """Top-level names that a module imports only where it can do without."""

    names: frozenset[str]


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

    Limits: Optional imports (in try/except ImportError, under a condition, inside functions) are left out, as are the
    repository's own modules wherever they lie, and what a declared library has long installed with itself. When
    setup.py computes its list nothing is said against.
    """

    code = "REP104"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.25)}
    why = "What is imported but not declared breaks the installation of everyone but the author."
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
        foreign = foreign_imports(repo, frozenset(soft), frozenset(written))
        if len(foreign) < _FEW:
            return
        there = installed_with(declared.names)
        missing = {
            name: place
            for name, place in foreign.items()
            if not brought_by(name) & there and (_known(name) or not _may_be_own(name, repo))
        }
        if not missing:
            yield self.found(
                f"All {len(foreign)} libraries that the code imports are declared, or come with one that is.",
                *(repo.at(path) for path in first(_declaring(repo, foreign), 2)),
                imported=len(foreign),
            )
            return
        numbers: dict[str, Any] = {"imported": len(foreign), "undeclared": len(missing)}
        if any(
            part.why.endswith("when setup.py runs") or "not in the tree" in part.why for part in declared.unreadable
        ):
            yield self.unknown(
                f"{_listed(sorted(missing), 4)} may be undeclared, but part of the declarations could not be read.",
                ask="",
                **numbers,
            )
            return
        known = sum(_known(name) for name in missing)
        yield self.against(
            f"The declared dependencies lack {len(missing)} of {len(foreign)} imported libraries:"
            f" {_listed(sorted(missing))}.",
            *(repo.at(path, line) for path, line in first(missing.values(), 3)),
            strength=ramp(fraction(known + 0.5 * (len(missing) - known), len(foreign)), 0.0, 0.4),
            severity="medium" if len(missing) >= 3 else "low",
            **numbers,
        )


def _declaring(repo: Repository, imports: Iterable[str]) -> list[str]:
    """The files that declare any of these imports, the most telling first."""
    wanted = frozenset().union(*(brought_by(name) for name in imports))
    declared = repo.declarations
    told = {d.path for d in declared.declared if d.name in wanted}
    locked = {lock.path for lock in declared.locks if any(package.name in wanted for package in lock.packages)}
    return _most_telling(told | locked)


_WELL_KNOWN_NAMES = """
numpy scipy pandas matplotlib seaborn tqdm requests joblib nltk spacy gensim transformers lightgbm catboost statsmodels
networkx h5py numba librosa flask
"""
_WELL_KNOWN = frozenset(_WELL_KNOWN_NAMES.split())
"""Imports whose distribution has the same name beyond doubt: an undeclared one is surely missing."""


def _known(name: str) -> bool:
    return name in DISTRIBUTIONS or name in _WELL_KNOWN


def _may_be_own(name: str, repo: Repository) -> bool:
    """Whether an unknown name may be a module of the project that is not here: from a submodule, or not committed."""
    return name != name.lower() or ".gitmodules" in repo.tree


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
        exported = {d.path for d in repo.declarations.declared if _BUILD.search(d.specifier)}
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
                f" ({_listed((d.name for d in idle), 4)})"
                + ("; the list looks like a frozen environment." if frozen else "."),
                *(repo.at(d.path, d.line) for d in first(idle, 2)),
                declared=len(wanted),
                idle=len(idle),
            )


_BUILD = re.compile(r"=[^=,]+=\w*_?\d+$")
"""The version and build of a package, as conda exports it: `=1.0=py36_0`."""

_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d\.\d+)")
_IN_WORDS = re.compile(r"\bpython[ -]?(?:version)?[ :=><`*]{0,6}(\d\.\d+)|python-(\d\.\d+)", re.IGNORECASE)
_LOOSELY = re.compile(r"\bpython ?3(?!\.?\d)", re.IGNORECASE)
_IN_CI = re.compile(r"python(?:-version|_version)?\s?:\s*[\[\"' ]{0,3}(\d\.\d+)|\bpy(3\d{1,2})\b", re.IGNORECASE)


class PythonStated(Check):
    """The Python version is stated

    What: Whether a file says for which Python the project is: requires-python, an environment file, a Docker base
    image, classifiers, CI, or at least the README.

    Why: Libraries of a given year install on some Pythons only.

    Example: `python_requires=">=3.6"` or `FROM python:3.8-slim` speaks for.

    Limits: The version that a notebook's kernel recorded is not a statement and does not count.
    """

    code = "REP106"
    moves: ClassVar = {"reproducibility": Move(up=0.1, down=0.1)}
    why = "Libraries of a given year install on some versions of Python only."
    mend = "State the Python version beside the dependencies."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look where a version can be stated, the binding places first."""
        stated = repo.declarations.python_requires
        if stated:
            place = stated[0]
            yield self.found(f"Python {place.specifier} is stated in {place.path}.", repo.at(place.path, place.line))
            return
        for patterns, wanted in (
            (("setup.py", "setup.cfg", "pyproject.toml"), _CLASSIFIER),
            (("tox.ini", ".travis.yml", "*/workflows/*.yml", "*/workflows/*.yaml", ".gitlab-ci.yml"), _IN_CI),
            (("readme*", "install*.md", "environment*.y*ml"), _IN_WORDS),
        ):
            # Those nearest to the root first: folders of data may hold a README each.
            for path in first(sorted(repo.glob(*patterns), key=lambda p: (p.count("/"), p)), 12):
                text = repo.text(path).text[:200_000]
                if match := wanted.search(text):
                    line = text.count("\n", 0, match.start()) + 1
                    strength = 0.5 if wanted is _IN_WORDS else 0.8
                    yield self.found(f"{path} names the Python version.", repo.at(path, line), strength=strength)
                    return
        if repo.readme is not None and _LOOSELY.search(repo.readme.text[:200_000]):
            return
        if repo.complete and repo.code_lines >= 200 and len(foreign_imports(repo)) >= _FEW:
            yield self.against(
                "No file says for which version of Python the code is.",
                *(repo.at(path) for path in first(repo.declarations.files, 1)),
            )


CHECKS: tuple[Check, ...] = (Declared(), Versions(), LockAgrees(), Undeclared(), Unused(), PythonStated())
