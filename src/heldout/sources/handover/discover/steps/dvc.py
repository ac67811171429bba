"""Stages of `dvc.yaml`: the command is the stage's, what it makes are its outputs, metrics and plots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, joined, line_with, parent

_STAGES = 60
_VARIABLE = re.compile(r"\$\{\s*([\w.\[\]-]{1,120})\s*\}")


def dvc_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each stage of each `dvc.yaml`; a stage comes after those that make what it depends on."""
    for entry in view.named("dvc.yaml", "dvc.yml"):
        data = view.yaml(entry.path)
        stages = data.get("stages") if isinstance(data, dict) else None
        if isinstance(stages, dict):
            yield from _stages(view, entry.path, data, dict(list(stages.items())[:_STAGES]))


def _stages(view: View, path: str, data: dict[Any, Any], stages: dict[Any, Any]) -> Iterator[Candidate]:
    here = parent(path)
    values = _values(view, here, data)
    makers: dict[str, str] = {}
    read: list[tuple[str, dict[str, Any], list[str], list[str], str]] = []
    for name, given in stages.items():
        if not isinstance(given, dict):
            continue
        stage = given.get("do", given) if "foreach" in given else given
        command = stage.get("cmd") if isinstance(stage, dict) else None
        if isinstance(command, list):
            command = " && ".join(str(part) for part in command)
        if not isinstance(command, str) or not isinstance(name, str):
            continue
        wdir = given.get("wdir")
        folder = joined(here, wdir) if isinstance(wdir, str) else here
        folder = folder or here
        outs = [p for key in ("outs", "metrics", "plots") for p in _paths(stage.get(key), folder, values)]
        deps = list(_paths(stage.get("deps"), folder, values))
        makers.update(dict.fromkeys(outs, name))
        read.append((name, {"cmd": _filled(command, values), "folder": folder}, outs, deps, command))
    for name, stage, outs, deps, written in read:
        first = next(iter(read_commands(stage["cmd"], folder=stage["folder"])), None)
        line = line_with(view.text(path), written.split("\n")[0][:60]) if written else 1
        yield Candidate(
            command=stage["cmd"].strip(),
            words=first.words if first else (),
            trust=10,
            origin="declared",
            location=Location(path=path, line=line),
            folder=stage["folder"],
            name=name,
            inputs=tuple(deps),
            outputs=tuple(dict.fromkeys(outs)),
            after=tuple(dict.fromkeys(makers[d] for d in deps if d in makers and makers[d] != name)),
        )


def _paths(items: Any, folder: str, values: dict[str, Any]) -> Iterator[str]:
    if isinstance(items, str):
        items = [items]
    for item in items if isinstance(items, list) else ():
        name = next(iter(item), None) if isinstance(item, dict) else item
        if isinstance(name, str):
            path = joined(folder, _filled(name.strip(), values))
            if path is not None:
                yield path


def _values(view: View, here: str, data: dict[Any, Any]) -> dict[str, Any]:
    """What `${...}` stands for: params.yaml, and the `vars` of the file."""
    found: dict[str, Any] = {}
    params = view.yaml(joined(here, "params.yaml") or "params.yaml")
    if isinstance(params, dict):
        found.update(params)
    given = data.get("vars")
    for item in given if isinstance(given, list) else ():
        if isinstance(item, dict):
            found.update(item)
        elif isinstance(item, str):
            loaded = view.yaml(joined(here, item.partition(":")[0]) or "")
            found.update(loaded if isinstance(loaded, dict) else {})
    return found


def _filled(text: str, values: dict[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        at: Any = values
        for part in found[1].split("."):
            at = at.get(part) if isinstance(at, dict) else None
        return str(at) if isinstance(at, str | int | float) else found[0]

    return _VARIABLE.sub(value, text)
