"""What laws ask, as data, each statement with its source and how sure that is; `law.yaml` holds it."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from heldout.evidence.types import Frozen

Sure = Literal["seen", "secondary", "recalled"]
SURE_WORDS: dict[Sure, str] = {
    "seen": "read in the primary or an official page",
    "secondary": "weak: read only in accounts of it",
    "recalled": "weak: from memory, not checked",
}
"""How sure a statement is, as pages print it."""


class Statement(Frozen):
    """One thing that a law says or that became of it, and where that was read."""

    text: str
    source: str
    sure: Sure


class Law(Frozen):
    """One law, by an id that other files refer to."""

    id: str
    name: str
    where: str
    says: tuple[Statement, ...]


class Laws(Frozen):
    """All of `law.yaml`; `checked` is the day on which its statements were last looked up."""

    checked: date
    laws: tuple[Law, ...]

    def named(self, *ids: str) -> tuple[Law, ...]:
        """The laws of these ids, in the order of the file."""
        return tuple(law for law in self.laws if law.id in ids)


@cache
def laws() -> Laws:
    """The laws as shipped."""
    text = files("heldout.decision").joinpath("law.yaml").read_text(encoding="utf-8")
    return Laws.model_validate(yaml.safe_load(text))
