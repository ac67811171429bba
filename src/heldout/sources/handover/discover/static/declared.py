"""B1: does it say what it needs - packages, versions, Python?"""

from __future__ import annotations

from heldout.evidence.types import Location
from heldout.material.declarations import Declarations, read_declarations
from heldout.sources.handover.discover.static.used import Used
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Environment, Plan
from heldout.sources.handover.result import Check

_PLACES = 8


def declared_check(view: View, plan: Plan, used: tuple[Used, ...]) -> Check:
    """Fails where something runs with packages that no file declares; versions and a Python earn the full credit."""
    needed = {step.environment for step in plan.steps} or {environment.id for environment in plan.environments}
    environments = [environment for environment in plan.environments if environment.id in needed]
    bare = [environment for environment in environments if not environment.files]
    if not environments or not used:
        return Check(
            id="B1", area="build", state="not_assessable", message="There is nothing to run, so nothing to be declared."
        )
    if bare:
        return _undeclared(bare, used, len(environments))
    declarations = declared_in(view, environments)
    packages = {item.name for item in declarations.declared} | declarations.locked
    fixed = {d.name for d in declarations.declared if d.kind in ("pinned", "locked", "url")} | declarations.locked
    bounded = {d.name for d in declarations.declared if d.lower_bound} | fixed
    pythons = [environment for environment in environments if environment.python is not None]
    share = len(bounded & packages) / len(packages) if packages else 1.0
    credit = 0.5 + 0.25 * share + 0.25 * (len(pythons) == len(environments))
    files = [path for environment in environments for path in (*environment.files, *environment.also)]
    return Check(
        id="B1",
        area="build",
        state="pass",
        credit=round(credit, 3),
        severity="info" if credit > 0.9 else "low",
        message=_said(files, packages, fixed, bounded, pythons),
        locations=_places(environments),
        measured={
            "files": len(files),
            "packages": len(packages),
            "fixed": len(fixed & packages),
            "with_a_bound": len(bounded & packages),
            "locked": bool(declarations.locks),
            "python": pythons[0].python if pythons else None,
        },
        why="" if credit > 0.9 else "What is not said is decided anew on the day of each installation.",
        mend="" if credit > 0.9 else "Add what is missing: a version for each package, and the version of Python.",
    )


def declared_in(view: View, environments: list[Environment]) -> Declarations:
    """What the files of these environments declare."""
    paths = {path for environment in environments for path in (*environment.files, *environment.also)}
    return read_declarations(view.tree, [path for path in paths if path in view.tree])


def _undeclared(bare: list[Environment], used: tuple[Used, ...], every: int) -> Check:
    names = {environment.id for environment in bare}
    steps = [item.step for item in used if item.step.environment in names]
    places = tuple(place for environment in bare for place in environment.locations)[:_PLACES]
    what = "No file declares the packages that it needs" if len(bare) == every else "A part of it declares no packages"
    return Check(
        id="B1",
        area="build",
        state="fail",
        severity="high",
        message=f"{what}: {len(steps)} of {len(used)} steps run with what the code imports, in whatever version.",
        locations=places,
        measured={"files": 0, "steps_without": len(steps), "imported": sum(len(e.requirements) for e in bare)},
        why="Packages change; without versions the same code gives other results, or none, a year from now.",
        mend="Write every package with its version, and the version of Python, into one file that an installer reads.",
    )


def _said(files: list[str], packages: set[str], fixed: set[str], bounded: set[str], pythons: list[Environment]) -> str:
    named = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    counted = f"{len(fixed & packages)} of {len(packages)} packages with an exact version"
    if not packages:
        counted = "no package by name"
    elif len(bounded & packages) > len(fixed & packages):
        counted += f", {len(bounded & packages) - len(fixed & packages)} with a bound"
    stated = f"it is for Python {pythons[0].python}" if pythons else "no Python version is stated"
    return f"{named} {'declares' if len(files) == 1 else 'declare'} {counted}; {stated}."


def _places(environments: list[Environment]) -> tuple[Location, ...]:
    return tuple(dict.fromkeys(place for e in environments for place in e.locations))[:_PLACES]
