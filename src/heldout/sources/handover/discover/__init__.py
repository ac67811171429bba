"""Find, without running anything, what a delivery has to build, run, retrain and compare: the plan of its audit."""

from __future__ import annotations

from datetime import UTC, date, datetime

from heldout.errors import InputError
from heldout.material.open import Material
from heldout.sources.handover.discover.assemble import assemble
from heldout.sources.handover.discover.static import static_checks
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.plan_file import read_plan

__all__ = ["DELIVERY", "as_of", "discover", "static_checks"]

DELIVERY = "delivery.toml"
"""The file in which a vendor writes the plan themselves."""


def discover(material: Material, folder: str = ".") -> Plan:
    """The plan of an audit of this delivery, found statically.

    A `delivery.toml` of the vendor is taken as it is; only the sections that it leaves out are found. `folder` limits
    where is looked to one sub-project of a delivery that holds several; all paths of the plan stay relative to the
    delivery's root, because a sub-project may read what lies beside it. Raises InputError when there is no such
    folder. What could not be told stands in `open_questions`; nothing is guessed without one.
    """
    view = View(material.tree, folder.strip("/") or ".")
    if view.folder not in view.folders:
        raise InputError(f"{material.name} has no folder {folder}; name one that it has")
    found = assemble(view, as_of(material, view.folder))
    path = DELIVERY if view.folder == "." else f"{view.folder}/{DELIVERY}"
    return _completed(view, path, found) if path in view.tree else found


def _completed(view: View, path: str, found: Plan) -> Plan:
    """The vendor's plan, with what it leaves out as it was found; the found plan alone where theirs cannot be used."""
    try:
        given = read_plan(view.text(path), path)
    except InputError as error:
        question = f"{path} cannot be used, and the plan was made without it: {error}"
        return found.model_copy(update={"open_questions": (question, *found.open_questions)})
    fields = {
        name: getattr(given, name) or getattr(found, name)
        for name in ("environments", "steps", "data", "models", "claims", "guide")
    }
    services = given.services or (() if given.steps else found.services)
    steps = given.steps or found.steps
    known = {environment.id for environment in fields["environments"]}
    lost = sorted({step.environment for step in steps} - known)
    first = fields["environments"][0].id if fields["environments"] else "default"
    mended = tuple(s if s.environment in known else s.model_copy(update={"environment": first}) for s in steps)
    questions = given.open_questions if given.steps else (*given.open_questions, *found.open_questions)
    if lost and given.steps:
        unknown = f"{path} names the environment {', '.join(lost)} and does not say what is in it; {first} is used."
        questions = (*questions, unknown)
    return Plan(**{**fields, "steps": mended, "services": services, "open_questions": questions})


_CODE = (".py", ".ipynb", ".toml", ".txt", ".cfg", ".yml", ".yaml", ".lock", ".R", ".sql", ".sh")


def as_of(material: Material, folder: str = ".") -> date | None:
    """The day on which the code below a folder was last changed: packages of that day are those it was written for.

    By the last commit that changed code or a declaration there, else by the last of all, else by the newest file; None
    when none of these is known.
    """
    if material.history is not None and material.history.commits:
        commits = material.history.commits
        prefix = "" if folder == "." else f"{folder}/"
        told = [c for c in commits if any(_is_code(change.path, prefix) for change in c.changes or ())]
        return max(commit.committed for commit in told or commits).date()
    newest = 0.0
    for entry in material.tree.files:
        if not entry.symlink:
            try:
                newest = max(newest, (material.tree.root / (entry.stored or entry.path)).lstat().st_mtime)
            except (OSError, ValueError):
                continue
    return datetime.fromtimestamp(newest, UTC).date() if newest else None


def _is_code(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and path.endswith(_CODE)
