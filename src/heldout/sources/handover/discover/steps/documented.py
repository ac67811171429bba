"""Commands that documents give as steps: each once, with every place that gives it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.documents import documented_commands, place_of
from heldout.sources.handover.discover.drafts import shell_programs
from heldout.sources.handover.discover.view import View, joined

_PLACEHOLDER = re.compile(
    r"<[^>]*>|\[[A-Z_ ]+\]|\{[a-z_ ]+\}|(^|[\s/=])(your|path/to|/path|xxx|YOUR)[-_/ ]?", re.IGNORECASE
)


_DEPLOYING = re.compile(
    r"^\s*(sudo |docker|kubectl|helm|terraform|gcloud|aws |az |ssh |scp |systemctl|apt)", re.MULTILINE
)


def _deploys(view: View, folder: str, words: tuple[str, ...]) -> bool:
    """Whether a command starts a shell script that deploys, and runs nothing of the delivery by itself."""
    script = next((word for word in words[:2] if word.endswith(".sh")), "")
    path = joined(folder, script) if script else None
    if path is None or path not in view.tree or not _DEPLOYING.search(view.text(path)):
        return False
    return all(program.script is None for program in shell_programs(view, path, folder))


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
        if _deploys(view, folder, command.words):
            continue
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
