"""Entry points of an `MLproject` file, their parameters filled with the defaults."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, line_with, parent

_PARAMETER = re.compile(r"\{(\w{1,80})\}")


def mlproject_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each entry point whose parameters all have a default."""
    for entry in view.named("mlproject"):
        data = view.yaml(entry.path)
        points = data.get("entry_points") if isinstance(data, dict) else None
        for name, point in list(points.items())[:30] if isinstance(points, dict) else ():
            if isinstance(point, dict) and isinstance(point.get("command"), str):
                yield _step(view, entry.path, str(name), point)


def _step(view: View, path: str, name: str, point: dict[str, Any]) -> Candidate:
    parameters = point.get("parameters")
    defaults = {
        str(key): _default(value) for key, value in (parameters.items() if isinstance(parameters, dict) else ())
    }
    written = str(point["command"])
    command = _PARAMETER.sub(lambda found: _quoted(defaults.get(found[1]), found[0]), written).strip()
    first = next(iter(read_commands(command, folder=parent(path))), None)
    return Candidate(
        command=command,
        words=first.words if first else (),
        trust=11,
        origin="declared",
        location=Location(path=path, line=line_with(view.text(path), written.split("\n", maxsplit=1)[0][:60])),
        folder=parent(path),
        name=name,
    )


def _default(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("default")
    elif isinstance(value, str):
        return None  # only a type: the caller must give it
    return None if value is None else str(value)


def _quoted(value: str | None, otherwise: str) -> str:
    return otherwise if value is None else shlex.quote(value)
