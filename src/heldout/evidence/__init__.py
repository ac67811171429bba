"""The one currency of Heldout: Finding -> Evidence -> Dossier, kept in a Case."""

from heldout.evidence.case import LATER, NOBODY, Case, CaseError, Subject
from heldout.evidence.types import (
    HANDED_OVER,
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
    "HANDED_OVER",
    "LATER",
    "NOBODY",
    "Artifact",
    "Basis",
    "Case",
    "CaseError",
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
    "Subject",
    "Suppression",
]
