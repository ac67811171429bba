"""The commands that the delivery's own automation runs: GitHub's workflows, GitLab's CI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.documents import place_of
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, line_with

_RUNS = 60


def workflow_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each command of a workflow that runs something."""
    for entry in view.files:
        folder = entry.path.rpartition("/")[0]
        hosted = folder.endswith("github/workflows") and entry.suffix in (".yml", ".yaml")
        if not entry.readable or not (hosted or entry.name == ".gitlab-ci.yml"):
            continue
        for text, where in list(_runs(view.yaml(entry.path), hosted=hosted))[:_RUNS]:
            line = line_with(view.text(entry.path), text.strip().split("\n")[0][:60])
            yield from _commands(view, entry.path, line, text, where)


def _runs(data: Any, *, hosted: bool) -> Iterator[tuple[str, str]]:
    """The shell texts with the folder that each is run in."""
    if not isinstance(data, dict):
        return
    jobs = data.get("jobs") if hosted else data
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if not isinstance(job, dict):
            continue
        if not hosted:
            script = job.get("script")
            for line in script if isinstance(script, list) else [script]:
                if isinstance(line, str):
                    yield line, "."
            continue
        steps = job.get("steps")
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and isinstance(step.get("run"), str):
                where = step.get("working-directory")
                yield step["run"], where.strip("./") or "." if isinstance(where, str) else "."


def _commands(view: View, path: str, line: int, text: str, where: str) -> Iterator[Candidate]:
    """The commands; a line that holds a secret or a matrix value is left out."""
    folder = where if where in view.folders else "."
    for command in read_commands(text, folder=folder):
        open_ended = any("$" in word for word in command.words[:3]) or "${{" in command.written
        if command.kind == "run" and not open_ended and not command.heredoc:
            yield Candidate(
                command=command.text,
                words=command.words,
                trust=35,
                origin="declared",
                location=Location(path=path, line=line + command.line - 1),
                folder=place_of(view, command.folder, command.words),
                variables=command.variables,
            )
