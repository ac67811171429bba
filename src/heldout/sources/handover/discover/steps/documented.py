"""Commands that documents give as steps: each once, with every place that gives it."""

from __future__ import annotations

from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.documents import documented_commands, place_of
from heldout.sources.handover.discover.view import View


def documented_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each documented command that runs something, in the order of the documents."""
    for found in documented_commands(view):
        command = found.command
        if command.kind != "run" or command.heredoc or "<" in command.text:
            continue
        yield Candidate(
            command=command.text,
            words=command.words,
            trust=31 if found.inline else 30,
            origin="documented",
            location=Location(path=found.path, line=command.line),
            folder=place_of(view, command.folder, command.words),
            variables=command.variables,
        )
