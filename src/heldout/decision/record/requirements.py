"""The requirements as data: what, which law asks it, since when, how sure that is, and how to supply it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from heldout.decision.law import Sure
from heldout.evidence.types import Frozen


class Asked(Frozen):
    """One law that asks for something: its id in `law.yaml`, where in it, since when, how sure that is."""

    law: str
    place: str
    since: str
    sure: Sure


class Requirement(Frozen):
    """One thing to keep. `id` names the function that finds it in a case."""

    id: str
    what: str
    laws: tuple[Asked, ...]
    supply: str


@cache
def requirements() -> tuple[Requirement, ...]:
    """The requirements as shipped, in the order of the page."""
    text = files("heldout.decision.record").joinpath("requirements.yaml").read_text(encoding="utf-8")
    return tuple(Requirement.model_validate(one) for one in yaml.safe_load(text)["requirements"])
