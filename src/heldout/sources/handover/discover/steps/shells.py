"""Shell scripts of the delivery that run something of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.drafts import shell_commands, shell_programs
from heldout.sources.handover.discover.view import View, parent

_SCRIPTS = 40
_DEPLOYING = re.compile(r"install|setup|deploy|build|push|docker|entrypoint|download|env", re.IGNORECASE)


def shell_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each shell script that starts an own Python script."""
    for entry in view.having(".sh", ".bash")[:_SCRIPTS]:
        folder = _folder(view, entry.path)
        commands = shell_commands(view, entry.path, folder)
        if not commands or (_DEPLOYING.search(entry.name) and len(commands) < 2):
            continue
        path = entry.path if folder == "." else entry.path.removeprefix(f"{folder}/")
        words = ("bash", path)
        yield Candidate(
            command=shlex.join(words),
            words=words,
            trust=42,
            origin="inferred",
            location=Location(path=entry.path, line=commands[0].line),
            folder=folder,
            name=entry.name.rpartition(".")[0],
        )


def _folder(view: View, path: str) -> str:
    """Where it is meant to be started: where what it names is found; the root, its folder, or the one above."""
    for folder in dict.fromkeys((".", parent(path), parent(parent(path)))):
        if any(program.script is not None for program in shell_programs(view, path, folder)):
            return folder
    return "."
