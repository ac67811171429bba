"""Find, without running anything, what a delivery has to build, run, retrain and compare: the plan of its audit."""

from __future__ import annotations

from datetime import UTC, date, datetime

from heldout.errors import InputError
from heldout.material.open import Material
from heldout.sources.handover.discover.assemble import assemble
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Plan

__all__ = ["discover"]


def discover(material: Material, folder: str = ".") -> Plan:
    """The plan of an audit of this delivery, found statically.

    `folder` limits where is looked to one sub-project of a delivery that holds several; all paths of the plan stay
    relative to the delivery's root, because a sub-project may read what lies beside it. Raises InputError when there
    is no such folder. What could not be told stands in `open_questions`; nothing is guessed without one.
    """
    view = View(material.tree, folder.strip("/") or ".")
    if view.folder not in view.folders:
        raise InputError(f"{material.name} has no folder {folder}; name one that it has")
    return assemble(view, as_of(material))


def as_of(material: Material) -> date | None:
    """The day of the last commit, else of the newest file; None when neither is known."""
    if material.history is not None and material.history.commits:
        return max(commit.committed for commit in material.history.commits).date()
    newest = 0.0
    for entry in material.tree.files:
        if not entry.symlink:
            try:
                newest = max(newest, (material.tree.root / (entry.stored or entry.path)).lstat().st_mtime)
            except (OSError, ValueError):
                continue
    return datetime.fromtimestamp(newest, UTC).date() if newest else None
