"""What tests of checks share: a repository from a dict of texts, looked at in this process."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heldout.evidence import Finding
from heldout.material import Change, Commit, History, Limits, Person
from heldout.material.git import Git
from heldout.material.scan import scan_folder
from heldout.material.tree import Kind
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.inspection import Inspection, inspect

Files = Mapping[str, str]


def write_files(root: Path, files: Files) -> Path:
    """Write texts below a folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def look(files: Files, checks: Sequence[Check], *, kind: Kind = "folder", history: History | None = None) -> Inspection:
    """Inspect a repository made of these files, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        tree = scan_folder(write_files(Path(folder), files), kind, Limits())
        return inspect(tree, checks, history=history, workers=0)


def history_of(*commits: tuple[str, int, int]) -> History:
    """A history by one person, oldest first, of commits given as (subject, day, lines added to main.py)."""
    author = Person("Ada Lovelace", "ada@engine.org")
    made: list[Commit] = []
    for number, (subject, day, added) in enumerate(commits):
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        parents = (f"{number - 1:040x}",) if number else ()
        change = (Change("main.py", added, 0),)
        made.append(Commit(f"{number:040x}", parents, author, author, when, when, subject, (), change))
    return History(Git(Path("nowhere")), made[-1].sha, tuple(reversed(made)), assessable=True)


def findings_of(files: Files, check: Check, *, kind: Kind = "folder", history: History | None = None) -> list[Finding]:
    """The findings of one check on a repository made of these files; a crash of the check fails the test."""
    seen = look(files, [check], kind=kind, history=history)
    crashes = [gap for gap in seen.gaps if gap.ours]
    assert not crashes, crashes
    return [finding for finding in seen.findings if finding.code == check.code]


def notebook(*cells: str | tuple[str, Mapping[str, object]], language: str = "python") -> str:
    """The JSON of a notebook whose code cells have these sources, run in order; a pair adds or replaces fields."""
    made = []
    for number, cell in enumerate(cells, start=1):
        source, extra = (cell, {}) if isinstance(cell, str) else cell
        made.append(
            {"cell_type": "code", "source": source, "execution_count": number, "outputs": [], "metadata": {}}
            | dict(extra)
        )
    return json.dumps(
        {"cells": made, "metadata": {"kernelspec": {"language": language}}, "nbformat": 4, "nbformat_minor": 5}
    )


@dataclass(frozen=True)
class Example:
    """Repositories on which a check must speak against, for, say that it cannot tell, and keep quiet.

    `quiet` must give nothing against, and when the check only ever says what it cannot tell, not that either. The
    histories go with the files of the same word.
    """

    code: str
    against: Files | None = None
    favourable: Files | None = None
    unknown: Files | None = None
    quiet: Files = field(default_factory=dict)
    histories: Mapping[str, History] = field(default_factory=dict)
