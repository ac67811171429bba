"""What interviewers do and leave, whatever they ask: rules of structured interviewing, and topics that the law guards.

Each rule that rests on something names it and says how sure we are of it. None of it is legal advice.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import Literal, Self

from pydantic import Field, model_validator

from heldout.evidence.types import Frozen
from heldout.standard.models import Text, Version
from heldout.standard.yaml_models import validated
from heldout.standard.yaml_source import YamlError, read_yaml

Moment = Literal["before", "during", "after"]
Sure = Literal["official", "secondary", "recalled", "measured"]
SURE_WORDS: dict[str, str] = {
    "official": "read in the law or on an official page",
    "secondary": "read in other people's words only: weak",
    "recalled": "recalled and not looked up: check before you rely on it",
    "measured": "measured by ourselves",
}
"""How sure a source is, as pages call it."""


class _Founded(Frozen):
    """Something that may rest on a source; who names one says how sure it is."""

    source: Text | None = None
    sure: Sure | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.source is None) != (self.sure is None):
            raise ValueError("a source and how sure it is belong together; give both or none")
        return self


class Rule(_Founded):
    """What to do at a moment, what to leave instead of it, and why."""

    when: Moment
    do: Text
    leave: Text
    why: Text


class Topic(_Founded):
    """A topic that is left alone: what slips out, and what to do instead."""

    topic: Text
    leave: Text
    instead: Text


class Conduct(Frozen):
    """All rules and topics."""

    version: Version
    rules: tuple[Rule, ...] = Field(min_length=1)
    topics: tuple[Topic, ...] = Field(min_length=1)


@cache
def conduct() -> Conduct:
    """The rules that come with Heldout."""
    with as_file(files("heldout.sources.interview")) as folder:
        source = read_yaml(folder / "conduct.yaml")
    found = validated(Conduct, source)
    if found is None:
        raise YamlError(source.problems)
    return found
