"""Reproducibility: what has to be installed, in which version, and whether that is written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, ClassVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from heldout.evidence import Finding
from heldout.material.declarations import Declaration, Lock
from heldout.material.import_names import DISTRIBUTIONS, brought_by, known_library
from heldout.material.tree import UnreadableError
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp, rounded
from heldout.sources.repository.checks.paths_and_config import RECORDED
from heldout.sources.repository.needs import foreign_imports, purpose
from heldout.sources.repository.repository import Repository

FEW = 2
"""Fewer foreign imports than this say nothing of how somebody keeps dependencies."""


_BY_HAND = re.compile(
    r"\.(sh|ipynb)$|dockerfile|containerfile|^(build_tools|ci|docs?|examples?|tests?|benchmarks?|binder|tools|\.[\w-]+)/",
    re.IGNORECASE,
)
"""Where installing is done for one purpose, beside the declaration that holds for the project."""


_BUILD_OF = re.compile(r"(?<=\d)=\w+$")
"""The build that conda writes behind a version."""
_ASIDE = re.compile(r"dev|test|docs?\b|lint|optional|extra", re.IGNORECASE)
"""Files of requirements beside the main one."""


def needed(repo: Repository) -> tuple[Declaration, ...]:
    """What is declared as needed to run, one declaration for each name: the one that says most."""
    rank = {"locked": 0, "pinned": 1, "url": 2, "bounded": 3, "free": 4}
    own = {d.name for d in repo.declarations.distributions}
    best: dict[str, Declaration] = {}
    locked = {package.name: package for lock in repo.declarations.locks for package in lock.packages}
    every = [
        d for d in repo.declarations.declared if not RECORDED.search(d.path) and not d.path.startswith(repo.copies)
    ]
    told = [d for d in every if not d.dev and d.name not in own and not _BY_HAND.search(d.path)]
    main = [d for d in told if not d.group]
    if len(main) >= FEW and any(
        "/" not in d.path for d in main
    ):  # extras, and lists for one purpose, are what some users take
        told = main
    if not told:  # nothing but scripts, images and cells that install: then those are the declaration
        told = [d for d in every if not d.dev and d.name not in own]
    for declared in told:
        here = locked.get(declared.name, declared)
        if declared.name not in best or rank[here.kind] < rank[best[declared.name].kind]:
            best[declared.name] = here
    for lock in repo.declarations.locks:
        if lock.source is None:
            for package in lock.packages:
                best.setdefault(package.name, package)
    return tuple(best[name] for name in sorted(best))


def most_telling(paths: Iterable[str]) -> list[str]:
    """Files that declare, those for the whole project first, the nearest to the root before the deeper ones."""
    return sorted(
        paths, key=lambda path: (bool(_BY_HAND.search(path)), path.count("/"), bool(_ASIDE.search(path)), path)
    )


def listed(names: Iterable[str], most: int = 6) -> str:
    """The first names, and how many more there are."""
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

    Limits: Build systems such as Bazel or Nix are not read; where their files are found nothing is said. Cells that
    install less than half of what is imported are no declaration, and nothing is said of them here.
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
        cells = bool(declared.declared) and not declared.locks and all(d.cell for d in declared.declared)
        if cells and 2 * len({n for n in foreign if brought_by(n) & declared.names}) < len(foreign):
            return  # a cell that installs one thing is no declaration; what is missing is REP104's
        if declared.declared or declared.locks:
            own = (path for path in declared.files if not RECORDED.search(path) and not path.startswith(repo.copies))
            files = most_telling(own) or list(declared.files)
            yield self.found(
                f"Dependencies are declared in {listed(files, 3)}.",
                *(repo.at(path) for path in first(files, 3)),
                declared=len(declared.names),
            )
        elif declared.unreadable:
            part = declared.unreadable[0]
            yield self.unknown(
                f"What has to be installed could not be told: in {part.path}, {part.why}.",
                repo.at(part.path, part.line),
            )
        elif len(foreign) >= FEW and not repo.glob("BUILD", "BUILD.bazel", "WORKSPACE", "*.nix", "meta.yaml"):
            told = repo.readme is not None and _told_in_words(repo.readme.text, foreign)
            where = "is named only in the README" if told else "is written down nowhere"
            # Any other name may be a module of the project that was not committed.
            sure = sorted(name for name in foreign if known_library(name))
            if len(sure) < FEW:
                return
            more = "" if len(sure) == len(foreign) <= 4 else " among others"
            yield self.against(
                f"The code imports {', '.join(sure[:4])}{more}; what to install {where}.",
                *(repo.at(*foreign[name]) for name in sure[:3]),
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
        if len(wanted) < FEW:
            return
        library = purpose(repo) == "library"
        kinds = [d.kind for d in wanted]
        fixed = sum(kind in ("pinned", "locked", "url") for kind in kinds)
        bounded = sum(d.lower_bound for d in wanted) if library else fixed + 0.5 * kinds.count("bounded")
        share = fraction(bounded, len(wanted))
        counted = [d for d in wanted if (d.lower_bound if library else d.kind in ("pinned", "locked", "url"))]
        places = [repo.at(d.path) if d.cell else repo.at(d.path, d.line) for d in counted or wanted]
        what = "at least a lower bound" if library else "an exact version or a lock"
        count = int(bounded) if library else fixed
        where = listed(dict.fromkeys(d.path for d in wanted), 2)
        many = len(wanted) > 40  # nobody counts so many to the last, with what comes twice
        rough = f"About {fraction(count, len(wanted)):.0%} of some {rounded(len(wanted))}"
        said = f"{rough if many else f'{count} of {len(wanted)}'} dependencies have {what} (those to run, in {where})"
        if not library and share >= 0.4 and 2 * fixed < len(wanted):
            held = sum(kind != "free" for kind in kinds)
            said = (
                f"{held} of {len(wanted)} dependencies have a bound on their version, {fixed or 'none'} an exact one"
                f" (those to run, in {where})"
            )
        numbers: dict[str, Any] = {
            "dependencies": len(wanted),
            "fixed": fixed,
            "free": kinds.count("free"),
            "library": library,
        }
        if share >= 0.5:
            yield self.found(f"{said}.", *first(places, 2), strength=ramp(share, 0.3, 0.95), **numbers)
        elif share < 0.2 and len(wanted) > FEW and not library:
            free = [d for d in wanted if d.kind == "free"]
            yield self.against(
                f"{said}; {listed((d.name for d in free), 4)} may be any version.",
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
            groups = ("",) if lock.tool == "rye" else None  # the lists of other groups have a lock of their own
            asked = [
                d
                for d in repo.declarations.declared
                if d.path == lock.source and d.group != "build" and (groups is None or d.group in groups)
            ]
            if len(asked) < FEW:
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


_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d\.\d+)")
_IN_WORDS = re.compile(r"\bpython[ -]?(?:version)?[ :=><`*|~^]{0,30}(\d\.\d+)|python-(\d\.\d+)", re.IGNORECASE)
_CREATED = re.compile(
    r"^[ \t]*+-[ \t]+[\"']?python\s*[=~<>]=?\s*(\d\.\d+)"
    r"|\b(?:conda|mamba|uv|virtualenv|pyenv)\b[^\n]{0,80}?python(?:=|@|\s)=?(\d\.\d+)"
    r"|\bmodule (?:load|add)\b[^\n]{0,80}?python3?/(\d\.\d+)"
    r"|--python[= ](?:python)?(\d\.\d+)|^(?:python-)?(3\.\d+)(?:\.\d+)?\s*$|\bpy(?:thon)?(3\.\d+)\b",
    re.MULTILINE,
)
"""An environment that is made with a version of Python, in an export of conda, a script or an image."""

_LOOSELY = re.compile(r"\bpython ?3(?!\.?\d)", re.IGNORECASE)
_IN_CI = re.compile(r"python(?:-version|_version)?\s?:\s*[\[\"' ]{0,3}(\d\.\d+)|\bpy(3\d{1,2})\b", re.IGNORECASE)


def _ran_with(repo: Repository) -> Iterator[tuple[str, str]]:
    """(notebook, version of Python) of the first notebooks that tell it."""
    for module in first(repo.notebooks, 20):
        with suppress(UnreadableError):
            if match := _RAN_WITH.search(repo.tree.read_bytes(module.path)[-4_000:].decode("utf-8", "replace")):
                yield module.path, match[1]


_RAN_WITH = re.compile(r'"language_info"\s*:\s*\{.{0,1500}?"version"\s*:\s*"(\d+\.\d+[\w.]*)"', re.DOTALL)
"""What Jupyter notes of its own accord at the end of a notebook."""


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
        every = (p for p in repo.declarations.python_requires if not RECORDED.search(p.path))
        stated = [place for place in every if not place.path.startswith(repo.copies)]
        if stated:
            place = stated[0]
            yield self.found(
                f"Python {_BUILD_OF.sub('', place.specifier)} is stated in {place.path}.",
                repo.at(place.path, place.line),
            )
            return
        for patterns, wanted in (
            (("setup.py", "setup.cfg", "pyproject.toml"), _CLASSIFIER),
            (("tox.ini", ".travis.yml", "*/workflows/*.yml", "*/workflows/*.yaml", ".gitlab-ci.yml"), _IN_CI),
            (("*.yml", "*.yaml", "*.sh", "makefile", "runtime.txt", ".python-version", "*dockerfile*"), _CREATED),
            (("readme*", "install*.md", "environment*.y*ml"), _IN_WORDS),
        ):
            # Those nearest to the root first: folders of data may hold a README each.
            paths = (p for p in repo.glob(*patterns) if not RECORDED.search(p) and not p.startswith(repo.copies))
            for path in first(sorted(paths, key=lambda p: (p.count("/"), p)), 12):
                text = repo.text(path).text[:200_000]
                if "PYTHON_INTERPRETER" in text:
                    continue  # a template's makefile, which would make an environment of one Python or the other
                if match := wanted.search(text):
                    line = text.count("\n", 0, match.start()) + 1
                    strength = 0.5 if wanted is _IN_WORDS else 0.8
                    yield self.found(f"{path} names the Python version.", repo.at(path, line), strength=strength)
                    return
        if repo.readme is not None and _LOOSELY.search(repo.readme.text[:200_000]):
            return
        if ran := next(_ran_with(repo), None):
            yield self.unknown(
                "Neither declarations, images and workflows nor the README name a version of Python;"
                f" {ran[0]} was last run with {ran[1]}.",
                repo.at(ran[0]),
            )
            return
        if repo.complete and repo.code_lines >= 200 and len(foreign_imports(repo)) >= FEW:
            yield self.against(
                "Neither declarations, images and workflows nor the README name a version of Python.",
                *(repo.at(path) for path in first(repo.declarations.files, 1)),
            )


CHECKS: tuple[Check, ...] = (Declared(), Versions(), LockAgrees(), PythonStated())
