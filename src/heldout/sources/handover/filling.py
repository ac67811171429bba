"""A documented command that lacks its input: the table of the delivery that a person would give it, and no other."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable

_INPUT = re.compile(r"--(?:in|input|data|dataset|csv|file|source|path)(?:[-_](?:file|path|csv|data))?")
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
_TELLING = tuple(
    re.compile(rf"(?:^|[^a-z])(?:{words})(?:[^a-z]|$)") for words in ("new|unseen", "sample|example|input", "test")
)
"""Names of tables that are there to be predicted, the most telling first."""
_MADE = re.compile(r"output|result|prediction|predicted|submission")


def filled(command: str, lacking: str, folder: str, paths: Iterable[str]) -> tuple[str, str] | None:
    """The command with the one argument that it lacks, and that argument; None when nothing tells what is meant.

    `lacking` is what the command said, `folder` where it runs, `paths` what the delivery holds.
    """
    if not _INPUT.fullmatch(lacking.strip()):
        return None
    table = _table(paths)
    if not table:
        return None
    added = f"{lacking.strip()} {shlex.quote(posixpath.relpath(table, folder))}"
    return f"{command} {added}", added


def _table(paths: Iterable[str]) -> str:
    names = {path: posixpath.basename(path).lower() for path in paths if path.lower().endswith(_TABLES)}
    for telling in _TELLING:
        found = sorted(path for path, name in names.items() if telling.search(name) and not _MADE.search(name))
        if found:
            return found[0]
    return ""
