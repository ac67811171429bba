"""Commands that documents give as steps: each once, with every place that gives it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.documents import documented_commands, place_of
from heldout.sources.handover.discover.view import View, joined

_PLACEHOLDER = re.compile(
    r"<[^>]*>|\[[A-Z_ ]+\]|\{[a-z_ ]+\}|(^|[\s/=])(your|path/to|/path|xxx|YOUR)[-_/ ]?", re.IGNORECASE
)


def documented_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each documented command that runs something, in the order of the documents."""
    for found in documented_commands(view):
        command = found.command
        if command.kind != "run" or command.heredoc or re.search(r"<[^<>]+>", command.written):
            continue
        if re.search(r"^(/|~|[A-Za-z]:)|\$", " ".join(command.words[1:2])):
            continue  # on the machine of who wrote it
        opened = command.words[:2] in (("streamlit", "run"), ("jupyter", "notebook"))
        if opened and not any(word.endswith((".py", ".ipynb")) for word in command.words):
            continue  # nothing says what it opens
        folder = place_of(view, command.folder, command.words)
        notebook = next((w for w in command.words[1:] if w.endswith(".ipynb")), None)
        path = joined(folder, notebook) if notebook is not None else None
        text, words = command.text, command.words
        if path is not None and not {"nbconvert", "execute", "papermill"} & set(words[:3]):
            name = posixpath.basename(path)  # opened by hand in the documents: run from top to bottom here
            words = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", name)
            text, folder = shlex.join(words), posixpath.dirname(path) or "."
        placeholder = bool(_PLACEHOLDER.search(text))
        yield Candidate(
            command=text,
            words=words,
            trust=(31 if found.inline else 30) + (8 if placeholder else 0),
            origin="documented",
            location=Location(path=found.path, line=command.line),
            folder=folder,
            purpose="notebook" if path is not None and path in view.tree else None,
            variables=command.variables,
            notebook=path if path is not None and path in view.tree else None,
        )
