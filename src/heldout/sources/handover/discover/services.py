"""How to talk to what a delivery serves."""

from __future__ import annotations

from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Service, Step


def find_services(view: View, steps: tuple[Step, ...]) -> tuple[Service, ...]:
    """One service for each step that serves."""
    return tuple(Service(step=step.id, locations=step.locations) for step in steps if step.purpose == "serve")
