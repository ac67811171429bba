"""The dossier as JSON for other programs, and files written so that nobody ever reads half of one."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heldout.errors import InputError, OurFault
from heldout.evidence import Dossier
from heldout.evidence.files import write_atomically

if TYPE_CHECKING:
    from heldout.sources.handover.result import Audit  # a review pays for no audit

_File = TypeVar("_File", bound=BaseModel)

SCHEMA = 1
"""Raised by every change that a reader of the older form would trip over."""

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""Schema -> what makes a file of that schema one of the next; a file written once stays readable."""


class DossierFile(BaseModel):
    """What `--json` writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal[1] = Field(default=1, alias="schema")
    dossier: Dossier


def dossier_json(dossier: Dossier) -> str:
    """The dossier as JSON: keys sorted, lists in the dossier's order, ASCII only; the same dossier gives the same text.

    Being ASCII, it is safe on a terminal whatever a repository holds. Numbers that JSON lacks become null.
    """
    content = _without_infinity({"schema": SCHEMA, "dossier": dossier.model_dump(mode="json")})
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False)


def audit_json(audit: Audit) -> str:
    """An audit as JSON, in the same manner."""
    content = _without_infinity({"schema": SCHEMA, "audit": audit.model_dump(mode="json")})
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False)


def dossier_schema() -> dict[str, Any]:
    """The JSON Schema of what `dossier_json` writes."""
    return DossierFile.model_json_schema(by_alias=True)


def read_dossier(text: str, upgrades: Mapping[int, Upgrade] = UPGRADES) -> Dossier:
    """The dossier in a text written by this or an older version; raises InputError with what is wrong."""
    return read_as(text, DossierFile, "dossier", "review", upgrades).dossier


def read_as(
    text: str, model: type[_File], what: str, command: str, upgrades: Mapping[int, Upgrade] = UPGRADES
) -> _File:
    """A file of ours as `model`; `what` is the key that it must hold, `command` what writes it. Raises InputError."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is not JSON ({error}); give a file that `heldout {command} --json` wrote") from error
    if not isinstance(content, dict) or what not in content:
        raise InputError(f"this JSON holds no {what}; give a file that `heldout {command} --json` wrote")
    while isinstance(version := content.get("schema"), int) and version in upgrades:
        content = upgrades[version](content)
    if isinstance(version, int) and version > SCHEMA:
        raise InputError(f"this {what} was written by a newer Heldout (schema {version}); update Heldout to read it")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"this {what} is damaged at {place}: {first['msg']}") from error


def write_file(path: Path, text: str) -> None:
    """Write `text` (UTF-8) in one step, readable by its owner alone, for it speaks of a person.

    A link keeps pointing where it did; a pipe or device is written to and not replaced. Raises InputError when
    the place cannot be written, OurFault when the disk is full.
    """
    try:
        target = path.resolve()
        if target.is_dir():
            raise InputError(f"{path} is a folder; name a file in it")
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
        else:
            write_atomically(target, text)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise OurFault(f"{path} could not be written: {reason}") from error
        raise InputError(f"cannot write {path} ({reason}); name a file in a folder that exists and is yours") from error


def _without_infinity(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_infinity(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_infinity(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
