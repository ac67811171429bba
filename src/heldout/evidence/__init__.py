"""The one currency of Heldout: Finding -> Evidence -> Dossier, kept in a Case."""

from heldout.evidence.types import (
    Artifact,
    Basis,
    Contribution,
    Dossier,
    Evidence,
    Finding,
    FlowStep,
    Gap,
    Location,
    Polarity,
    Severity,
    State,
    Suppression,
)

__all__ = [
    "Artifact",
    "Basis",
    "Contribution",
    "Dossier",
    "Evidence",
    "Finding",
    "FlowStep",
    "Gap",
    "Location",
    "Polarity",
    "Severity",
    "State",
    "Suppression",
]
