"""A Kedro project: the whole is run by `kedro run`; what it makes stands in its catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.view import View, joined, line_with, parent

_MADE = re.compile(r"data/0[2-8]_|model|metric|report|output|predict", re.IGNORECASE)


def kedro_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each project."""
    for entry in view.named("pyproject.toml"):
        text = view.text(entry.path)
        if "[tool.kedro]" not in text:
            continue
        here = parent(entry.path)
        made, given = _catalog(view, here)
        yield Candidate(
            command="kedro run",
            words=("kedro", "run"),
            trust=12,
            origin="declared",
            location=Location(path=entry.path, line=line_with(text, "[tool.kedro]")),
            folder=here,
            name="kedro",
            purpose="train",
            inputs=given,
            outputs=made,
        )


def _catalog(view: View, here: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the project makes and what it is given: by the layers of the data folder."""
    made, given = list[str](), list[str]()
    for name in ("conf/base/catalog.yml", "conf/base/catalog.yaml"):
        data = view.yaml(joined(here, name) or name)
        for item in list(data.values())[:200] if isinstance(data, dict) else ():
            path = item.get("filepath") if isinstance(item, dict) else None
            found = joined(here, path) if isinstance(path, str) and "{" not in path else None
            if found is not None:
                (made if _MADE.search(found) else given).append(found)
    return tuple(dict.fromkeys(made)), tuple(dict.fromkeys(given))
