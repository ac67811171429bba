"""What can be judged of a build without running anything: B1 declarations, B3 imports, B5 references."""

from __future__ import annotations

from heldout.material.open import Material
from heldout.sources.handover.discover.static.declared import declared_check
from heldout.sources.handover.discover.static.imports import imports_check
from heldout.sources.handover.discover.static.references import references_check
from heldout.sources.handover.discover.static.used import used_by
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.result import Check

__all__ = ["static_checks"]


def static_checks(material: Material, plan: Plan, folder: str = ".") -> tuple[Check, ...]:
    """B1, B3 and B5 for a delivery and the plan of its audit; `folder` as it was given to `discover`."""
    view = View(material.tree, folder.strip("/") or ".")
    used = used_by(view, plan)
    return (declared_check(view, plan, used), imports_check(view, plan, used), references_check(view, plan, used))
