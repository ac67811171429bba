"""The file that `heldout audit --json` writes: its schema, and reading it back. Writing is `export.audit_json`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from heldout.report.export import read_as
from heldout.sources.handover.result import Audit


class AuditFile(BaseModel):
    """What `heldout audit --json` writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal[1] = Field(default=1, alias="schema")
    audit: Audit


def audit_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return AuditFile.model_json_schema(by_alias=True)


def read_audit(text: str) -> Audit:
    """The audit in a text written by this version; raises InputError with what is wrong."""
    return read_as(text, AuditFile, "audit", "audit").audit
