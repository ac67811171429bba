"""Builds one environment up the ladder of repairs: the first rung that holds is taken, and its height is the cost.

R0 as declared; R1 another installer or another Python; R2 the packages as they were on the day of the last commit;
R3 with a change that is written down. A failure is laid to the delivery only when every honest way failed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import get_args

from heldout.material.tree import Tree
from heldout.sandbox.base import Verdict
from heldout.sandbox.environments import Attempt as Made
from heldout.sandbox.environments import Built, Recipe
from heldout.sandbox.index import UndatedFault
from heldout.sandbox.interpreters import Interpreter
from heldout.sources.handover.causes import build_cause
from heldout.sources.handover.installs import WANTED, Install, installs, patched
from heldout.sources.handover.plan import Environment
from heldout.sources.handover.pythons import allowed, ordered, others
from heldout.sources.handover.record import Attempt, Rung

RUNGS: dict[Rung, str] = {
    "R0": "as declared",
    "R1": "by another installer or with another Python",
    "R2": "with the packages as they were on the day of the last commit",
    "R3": "after a change to what is declared",
}
CREDIT: dict[Rung, float] = {"R0": 1.0, "R1": 0.8, "R2": 0.5, "R3": 0.3}
"""What of a build's weight each rung earns."""

LOOSE = "heldout-loosened.txt"
"""The packages of which any version is taken, since the index lacks the declared one."""
_SLIPS = 6
"""More missing versions than these are no slip: it was made for another index."""
_OLD = timedelta(days=180)
"""Packages as of a commit younger than this are hardly others than today's."""

Build = Callable[[Recipe, str], Made]
"""Makes an environment; the second argument names it in logs and folders."""


@dataclass(frozen=True)
class Climb:
    """How the climb went: every attempt, and the environment that it ended with."""

    tried: tuple[Attempt, ...]
    built: Built | None = None
    recipe: Recipe | None = None
    rung: Rung = "R0"
    untried: str = ""
    """Why not every way was tried, as a sentence."""

    @property
    def ours(self) -> bool:
        """Whether it failed, and for all that is known by our limits, or for ways that we could not try."""
        if self.built is not None:
            return False
        return bool(self.untried) or all(t.cause and t.cause.code in ("limit", "remote_source") for t in self.tried)


@dataclass(frozen=True)
class Planned:
    """One attempt to make."""

    level: int
    recipe: Recipe
    note: str


def rungs(
    environment: Environment, tree: Tree, pythons: Sequence[Interpreter], today: date | None = None
) -> Iterator[Planned]:
    """Everything that is worth an attempt, cheapest first. `pythons` are the machine's, oldest first."""
    wanted = installs(environment, tree)
    mended = [m for install in wanted if (m := patched(install, tree))]
    day = environment.as_of
    best = ordered(environment.python, day, pythons)
    now = today or date.today()  # noqa: DTZ011 - a day is all that is meant
    old = day is not None and now - day > _OLD
    seen: set[Recipe] = set()
    near = others(best, pythons)
    for rung in _all(environment, wanted, mended, best, near, day if old else None):
        if rung.recipe not in seen:
            seen.add(rung.recipe)
            yield rung


def _all(
    environment: Environment,
    wanted: Sequence[Install],
    mended: Sequence[Install],
    pythons: Sequence[Interpreter],
    near: Sequence[Interpreter],
    day: date | None,
) -> Iterator[Planned]:
    low = [install for install in wanted if install.level < 3]
    changed = [*mended, *(install for install in wanted if install.level >= 3)]
    yield from _today(environment, low, pythons, near)
    if day is not None:
        for python in pythons[:2]:
            for install in low[:2]:
                yield _rung(2, install, python, "uv", day)
                yield _rung(2, install, python, "pip", day)
    for install in changed:
        for when in (None, day) if day else (None,):
            for python in pythons[:2]:
                yield _rung(3, _ready(install), python, "uv", when)
        yield _rung(3, install, pythons[0], "uv", day)


def _today(
    environment: Environment, low: Sequence[Install], pythons: Sequence[Interpreter], near: Sequence[Interpreter]
) -> Iterator[Planned]:
    """With the packages of today: first where everything large comes ready made, then with compiling.

    `near` are Pythons that are not declared: where one has everything ready made, nobody compiles for hours.
    """

    def level(python: Interpreter) -> int:
        return 0 if allowed(environment.python, python) else 1

    for python in pythons:
        for install in low[:3]:
            yield _rung(level(python), _ready(install), python, "uv")
    for python in near:
        yield from (_rung(1, _ready(install), python, "uv") for install in low[:1])
    for install in low:
        yield _rung(max(1, level(pythons[0])), install, pythons[0], "pip")
    for install in low[:2]:
        yield _rung(level(pythons[0]), install, pythons[0], "uv")
    for python in pythons[1:3]:
        yield from (_rung(1, install, python, "pip") for install in low[:1])


def _ready(install: Install) -> Install:
    """The same without compiling what takes long to compile: a Python that has no wheels of it is passed over."""
    flags = tuple(part for name in _LARGE for part in ("--only-binary", name))
    return replace(install, arguments=(*install.arguments, *flags))


_LARGE = (
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "torch",
    "tensorflow",
    "matplotlib",
    "pyarrow",
    "xgboost",
    "numba",
)
"""Packages that take minutes to compile, and that nobody compiles who can choose another Python."""


def _rung(level: int, install: Install, python: Interpreter, installer: str, day: date | None = None) -> Planned:
    recipe = Recipe(python, install.arguments, installer, day, install.files)
    return Planned(max(level, install.level), recipe, install.note)


def climb(
    environment: Environment,
    attempts: Iterator[Planned],
    build: Build,
    *,
    deadline: float,
    above: int = -1,
    keep: Callable[[str, str], str] = lambda _name, _text: "",
) -> Climb:
    """Make attempts until one works, or until `deadline` (as of time.monotonic()).

    Only rungs higher than `above` are tried. `keep` stores a log by name and gives its path. Raises SandboxFault.
    """
    tried: list[Attempt] = []
    ends: list[tuple[Planned, Attempt]] = []
    untried = ""
    for rung in chain(attempts, _loosened(ends)):
        if rung.level <= above or _hopeless(rung, ends) or (untried and rung.recipe.as_of):
            continue
        if tried and time.monotonic() > deadline:
            untried = "The time for building was over before every way was tried."
            break
        name = f"build-{environment.id}-{len(tried) + 1}-r{rung.level}"
        began = time.monotonic()
        try:
            attempt = build(rung.recipe, name)
        except UndatedFault as fault:
            untried = f"Its packages as of {rung.recipe.as_of} could not be had: {fault}."
            continue
        log = keep(name, f"$ {rung.recipe.command}\n{attempt.log}")
        told = _told(environment, rung, attempt, time.monotonic() - began, log)
        tried.append(told)
        ends.append((rung, told))
        if attempt.built is not None:
            return Climb(tuple(tried), attempt.built, rung.recipe, told.rung)
    return Climb(tuple(tried), untried=untried)


def _loosened(ends: Sequence[tuple[Planned, Attempt]]) -> Iterator[Planned]:
    """What failed for a version that the index does not have, with whatever version of that package there is.

    `ends` grows while this is asked: where another version is missing then, that goes too.
    """
    first, version = next(((rung, told) for rung, end in ends if (told := _no_version(rung, end))), (None, ""))
    missing: list[str] = []
    while first is not None and version and version not in missing and len(missing) < _SLIPS:
        missing.append(version)
        names = [one.partition("=")[0] for one in missing]
        files = (*first.recipe.files, (LOOSE, ("\n".join(names) + "\n").encode()))
        recipe = replace(first.recipe, arguments=("--override", LOOSE, *first.recipe.arguments), files=files)
        told = " and ".join(f"{one} became {name}" for one, name in zip(missing, names, strict=True))
        yield Planned(3, recipe, f"{first.note}; {told}, since the index has no such version")
        version = _no_version(*ends[-1])


def _no_version(rung: Planned, told: Attempt) -> str:
    """The exact version that an attempt failed for, since the whole index of today lacks it; else empty.

    Only uv tells this apart from a version that is there for other Pythons.
    """
    cause = told.cause
    if cause is None or cause.code != "version_missing" or rung.recipe.installer != "uv" or rung.recipe.as_of:
        return ""
    return cause.subject if re.fullmatch(r"[\w.-]+==[\w.+!*-]+", cause.subject) else ""


def _told(environment: Environment, rung: Planned, made: Made, seconds: float, log: str) -> Attempt:
    cause = None
    if made.built is None:
        cause = build_cause(made.log, made.done.verdict, made.done.why)
    return Attempt(
        environment=environment.id,
        rung=get_args(Rung)[rung.level],
        recipe=f"{rung.note}, by {rung.recipe.installer}, on Python {rung.recipe.python.minor}"
        + (f", as of {rung.recipe.as_of}" if rung.recipe.as_of else ""),
        worked=made.built is not None,
        cause=cause,
        seconds=round(seconds, 2),
        command=rung.recipe.command,
        log=log,
    )


def _hopeless(rung: Planned, ends: Sequence[tuple[Planned, Attempt]]) -> bool:
    """Whether an attempt cannot end otherwise than one before: the index lacks a name or a version on every Python.

    A name that only an import gave is no more than a guess: for that, one answer of the index is enough.
    """
    for before, told in ends:
        if before.note != rung.note:
            continue
        code = told.cause.code if told.cause else ""
        if rung.level < 3 and (code in ("remote_source", "file_missing", "local_path") or _no_version(before, told)):
            return True
        if code == "private_index" and WANTED in rung.recipe.arguments:
            return True
        if code == "limit" and told.cause and told.cause.subject == Verdict.DISK.value:
            return True
    return False


def with_more(recipe: Recipe, packages: Sequence[str]) -> Recipe:
    """The recipe that also installs these packages: what the code imports and nothing declares."""
    text = "\n".join(sorted(packages)) + "\n"
    name = "heldout-undeclared.txt"
    files = tuple(pair for pair in recipe.files if pair[0] != name)
    arguments = recipe.arguments if name in recipe.arguments else (*recipe.arguments, "-r", name)
    return replace(recipe, arguments=arguments, files=(*files, (name, text.encode())))
