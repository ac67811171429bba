"""How the checks of an audit move each competency: the data of `evidence.py`, from `levels.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field

from heldout.evidence.types import Frozen


class Rule(Frozen):
    """How the checks move one competency; see `levels.yaml`."""

    start: float = Field(ge=1, le=5)
    telling: tuple[str, ...]
    moves: dict[str, tuple[float, float]]


class Rules(Frozen):
    """The whole of `levels.yaml`."""

    error: float = Field(gt=0)
    open: float = Field(gt=0)
    competencies: dict[str, Rule]


@cache
def rules() -> Rules:
    """The rules as shipped."""
    text = (files("heldout.sources.handover") / "levels.yaml").read_text(encoding="utf-8")
    return Rules.model_validate(yaml.safe_load(text))
