"""What an image, a Procfile or a compose file starts: usually the service."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import Any

from heldout.evidence.types import Location
from heldout.material.declarations.commands import is_dockerfile
from heldout.sandbox.dockerfiles import words_of
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, line_with, parent

_STARTS = re.compile(r"^\s*(CMD|ENTRYPOINT)\s+(.*)$", re.IGNORECASE)
_PROCESS = re.compile(r"^(\w{1,20})\s*:?\s+(.*)$")
_COMPOSE = re.compile(r"(docker-)?compose[\w.-]*\.ya?ml")


def container_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each command that a container or a platform starts."""
    for entry in view.files:
        if not entry.readable:
            continue
        name = entry.name.lower()
        if is_dockerfile(entry.name):
            yield from _of_image(view, entry.path)
        elif name == "procfile":
            for number, line in enumerate(view.lines(entry.path)[:20], start=1):
                found = _PROCESS.match(line)
                if found:
                    yield from _step(view, entry.path, number, found[2])
        elif _COMPOSE.fullmatch(name):
            data = view.yaml(entry.path)
            services = data.get("services") if isinstance(data, dict) else None
            for service in list(services.values())[:20] if isinstance(services, dict) else ():
                command = service.get("command") if isinstance(service, dict) else None
                text = shlex.join(map(str, command)) if isinstance(command, list) else command
                if isinstance(text, str):
                    yield from _step(view, entry.path, line_with(view.text(entry.path), text[:30]), text)


def _of_image(view: View, path: str) -> Iterator[Candidate]:
    """The entry point with the command as its arguments, as an engine runs it."""
    starts: dict[str, tuple[int, Any]] = {}
    lines = view.lines(path)[:600]
    for number, line in enumerate(lines, start=1):
        found = _STARTS.match(line[:2_000])
        if found:
            starts[found[1].upper()] = (number, _words(found[2], lines[number:]))
    entry, command = starts.get("ENTRYPOINT"), starts.get("CMD")
    number = (command or entry or (1, ()))[0]
    words = [*(entry[1] if entry else ()), *(command[1] if command else ())]
    if words[:2] in (["sh", "-c"], ["bash", "-c"], ["/bin/sh", "-c"], ["/bin/bash", "-c"]) and len(words) > 2:
        yield from _step(view, path, number, words[2])
    elif words:
        yield from _step(view, path, number, shlex.join(words))


def _words(text: str, following: list[str]) -> list[str]:
    text = text.strip()
    for line in following[:10]:
        if not text.endswith("\\"):
            break
        text = f"{text[:-1].rstrip()} {line.strip()}"
    return words_of(text)


def _inside(view: View, word: str) -> str:
    """A path in the image as a path of the delivery, where its end is one: `/app/src/serve.py` -> `src/serve.py`."""
    parts = word.split("/")[1:] if word.startswith("/") else []
    return next((path for at in range(len(parts)) if (path := "/".join(parts[at:])) in view.tree), word)


def _step(view: View, path: str, line: int, text: str) -> Iterator[Candidate]:
    here = parent(path)
    for command in read_commands(text, folder=here):
        if command.kind != "run":
            continue
        folder = here
        words = tuple(_inside(view, re.sub(r"\$\{?PORT(:-\d+)?\}?", "8000", word)) for word in command.words)
        if any("$" in word for word in words[:3]):
            continue  # what it starts is told only when it runs
        script = next((w for w in words[1:] if w.endswith((".py", ".sh"))), "")
        if script and posixpath.normpath(posixpath.join(here, script)) not in view.tree and script in view.tree:
            folder = "."  # the image is built from the root
        yield Candidate(
            command=shlex.join(words),
            words=words,
            trust=25,
            origin="declared",
            location=Location(path=path, line=line),
            folder=folder,
            variables=command.variables,
        )
