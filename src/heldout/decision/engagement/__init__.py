"""Full-time, freelancer, agency or team: cost, time and risk by simulation, with everything assumed laid open."""

from __future__ import annotations

from heldout.decision.engagement.analysis import engage, hour_of_a_hire
from heldout.decision.engagement.assumptions import load_assumptions
from heldout.decision.engagement.need import Need, read_need
from heldout.decision.engagement.result import Engagement

__all__ = ["Engagement", "Need", "engage", "hour_of_a_hire", "load_assumptions", "read_need"]
