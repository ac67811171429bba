"""Console scripts that the delivery installs: `[project.scripts]`, poetry's scripts, `entry_points` of setup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.material.toml import TomlError, parse_toml
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.view import View, joined, line_with, parent

_ENTRY = re.compile(r"[\"']?\s*([\w.-]{1,60})\s*=\s*([\w.]{1,120}):(\w{1,60})")


def console_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each console script whose function is the delivery's own."""
    for entry in view.named("pyproject.toml"):
        for name, target in _scripts(view.text(entry.path)):
            found = _ENTRY.match(f"{name} = {target}")
            if found:
                yield from _step(view, entry.path, found)
    for entry in view.named("setup.py", "setup.cfg"):
        text = view.text(entry.path)
        at = text.find("console_scripts")
        if at >= 0:
            for found in list(_ENTRY.finditer(text[at : at + 4_000]))[:20]:
                yield from _step(view, entry.path, found)


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = parse_toml(text)
    except TomlError:
        return
    for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
        table: object = data
        for key in keys:
            table = table.get(key) if isinstance(table, dict) else None
        for name, target in list(table.items())[:20] if isinstance(table, dict) else ():
            if isinstance(target, str):
                yield name, target


def _step(view: View, path: str, found: re.Match[str]) -> Iterator[Candidate]:
    here = parent(path)
    inner = found[2].replace(".", "/")
    for root in (here, joined(here, "src") or "src"):
        for script in (joined(root, f"{inner}.py"), joined(root, f"{inner}/__init__.py")):
            if script is not None and script in view.tree:
                yield Candidate(
                    command=found[1],
                    words=(found[1],),
                    trust=22,
                    origin="declared",
                    location=Location(path=path, line=line_with(view.text(path), found[1])),
                    folder=here,
                    name=found[1],
                    script=script,
                    entry=found[3],
                )
                return
