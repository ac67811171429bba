"""How each of the 28 tests is told, read from `tests.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import yaml

from heldout.sources.handover.result import Section

Where = Literal["code", "scripts", "tests", "ci", "settings", "pages", "paths"]
Signs = dict[Where, re.Pattern[str]]

_SECTIONS: dict[str, Section] = {
    "Data": "data",
    "Model": "model",
    "Infra": "infrastructure",
    "Monitor": "monitoring",
}


@dataclass(frozen=True)
class Rule:
    """One test; `tests.yaml` says what the fields mean."""

    id: str
    title: str
    automated: Signs = field(default_factory=dict)
    by_hand: Signs = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    open: str = ""
    missing: str = ""
    needs_service: bool = False

    @property
    def section(self) -> Section:
        """The section that it belongs to, by the first word of its id."""
        return _SECTIONS[self.id.partition(" ")[0]]


@cache
def rules() -> tuple[Rule, ...]:
    """All 28, in the order of the paper."""
    text = (files("heldout.sources.handover.ml_test_score") / "tests.yaml").read_text(encoding="utf-8")
    return tuple(_rule(name, raw) for name, raw in yaml.safe_load(text).items())


def _rule(name: str, raw: dict[str, object]) -> Rule:
    known = {key: value for key, value in raw.items() if key not in ("automated", "by_hand", "checks", "sure")}
    return Rule(
        id=name,
        automated=_signs(raw.get("automated")),
        by_hand=_signs(raw.get("by_hand")),
        checks=_names(raw.get("checks")),
        sure=_names(raw.get("sure")),
        **known,  # type: ignore[arg-type]  # the file is ours, and a test reads it
    )


def _signs(raw: object) -> Signs:
    signs = raw if isinstance(raw, dict) else {}
    return {
        where: re.compile(signs[where], re.IGNORECASE | re.MULTILINE) for where in get_args(Where) if where in signs
    }


def _names(raw: object) -> tuple[str, ...]:
    return tuple(str(name) for name in raw) if isinstance(raw, list) else ()
