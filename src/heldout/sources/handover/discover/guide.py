"""The deployment guide: every documented command in order, installing ones too."""

from __future__ import annotations

import re

from heldout.evidence.types import Location
from heldout.sources.handover.discover.documents import Documented, documented_commands, place_of
from heldout.sources.handover.discover.view import View, joined, unique
from heldout.sources.handover.plan import GuideLine

_MOST = 120
_REQUIREMENTS = re.compile(r"(?:-r|--requirement|-f|--file)[ =]?(\S+)")


def find_guide(view: View) -> tuple[GuideLine, ...]:
    """The commands of the documents' code blocks, each once in a document; those within a sentence are left out."""
    lines: dict[tuple[str, str, str], GuideLine] = {}
    for found in documented_commands(view):
        if found.inline:
            continue
        command = found.command
        folder = place_of(view, command.folder, command.words)
        key = (found.path, folder, command.text)
        if key not in lines and len(lines) < _MOST:
            lines[key] = GuideLine(
                command=command.text,
                folder=folder,
                kind=command.kind,
                location=Location(path=found.path, line=command.line),
            )
    return tuple(lines.values())


def installed_files(view: View) -> tuple[str, ...]:
    """The declarations that documented commands install from, in their order: `pip install -r requirements.txt`."""
    return unique(path for found in documented_commands(view) for path in _files(view, found))


def _files(view: View, found: Documented) -> list[str]:
    if found.command.kind != "install" or ("install" not in found.command.text and "env" not in found.command.text):
        return []
    folder = found.command.folder
    paths = []
    for name in _REQUIREMENTS.findall(found.command.text):
        for place in (folder, "."):
            path = joined(place, name)
            if path is not None and path in view.tree:
                paths.append(path)
                break
    return paths
