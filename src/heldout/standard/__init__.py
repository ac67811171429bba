"""What matters for a role: competencies, anchored levels, weights and bars; all of it data."""

from heldout.standard.loader import builtin_standard, check_file, load_standard, select_role
from heldout.standard.models import (
    LEVELS,
    SOURCE_WORDS,
    Competency,
    CompetencyFile,
    Requirement,
    Role,
    RoleIdentity,
    SourceName,
    Standard,
)
from heldout.standard.yaml_source import Problem, StandardError

__all__ = [
    "LEVELS",
    "SOURCE_WORDS",
    "Competency",
    "CompetencyFile",
    "Problem",
    "Requirement",
    "Role",
    "RoleIdentity",
    "SourceName",
    "Standard",
    "StandardError",
    "builtin_standard",
    "check_file",
    "load_standard",
    "select_role",
]
