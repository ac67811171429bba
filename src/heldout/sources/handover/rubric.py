"""The rubric of an audit: what each check asks, what it weighs, and how checks become four scores and one verdict.

After the ML Test Score (Breck et al., 2017: the final score is the lowest of the sections, so that a strong one cannot
hide a weak one), the completeness list of Papers with Code and the ACM's artifact badges (functional, reproduced).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

import yaml

from heldout.sources.handover.result import Area, Check, Cost, Score

NOTHING = "nothing"
"""The cause that B4 gives of a delivery without environment, command and model."""


@dataclass(frozen=True)
class Item:
    """One line of the rubric; `rubric.yaml` says what its fields mean."""

    id: str
    area: Area
    title: str
    asks: str
    clause: str
    ask: str
    cost: Cost
    weight: int = 1
    critical: bool = False


@dataclass(frozen=True)
class Rubric:
    """The whole of `rubric.yaml`."""

    holds_from: float
    assessed_from: float
    areas: dict[Area, str]
    items: dict[str, Item]


@cache
def rubric() -> Rubric:
    """The rubric as shipped, with items in the order of the file."""
    text = files("heldout.sources.handover").joinpath("rubric.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    items = {id_: Item(id=id_, **fields) for id_, fields in raw["items"].items()}
    return Rubric(raw["holds_from"], raw["assessed_from"], raw["areas"], items)


def critical(check: Check) -> bool:
    """Whether its area stands or falls with this check."""
    return rubric().items[check.id].critical


def score(checks: Sequence[Check]) -> tuple[Score, ...]:
    """The four scores. What could not be assessed is left out of the points, and never counts as failed.

    Raises KeyError for a check of no rubric item: that is a fault of ours.
    """
    return tuple(_area(area, [c for c in checks if rubric().items[c.id].area == area]) for area in get_args(Area))


def _area(area: Area, checks: Sequence[Check]) -> Score:
    assessed = [check for check in checks if check.state != "not_assessable"]
    items = sum(1 for item in rubric().items.values() if item.area == area)
    needs_critical = any(item.critical for item in rubric().items.values() if item.area == area)
    weight = sum(rubric().items[check.id].weight for check in assessed)
    earned = sum(rubric().items[check.id].weight * check.credit for check in assessed if check.state == "pass")
    points = earned / weight if weight else None
    failed = [check for check in assessed if check.state == "fail" and critical(check)]
    base = {"area": area, "assessed": len({check.id for check in assessed}), "of": items, "points": points}
    if failed:
        return Score(**base, state="does_not_hold", why=failed[0].message)
    if points is None or (needs_critical and not any(critical(check) for check in assessed)):
        return Score(**base, state="not_assessable", why=_unassessed(checks))
    if points < rubric().holds_from:
        return Score(**base, state="does_not_hold", why=_weakest(assessed))
    if weight < rubric().assessed_from * sum(item.weight for item in rubric().items.values() if item.area == area):
        return Score(**base, state="not_assessable", why="Too little of it could be assessed to say that it holds.")
    return Score(**base, state="holds", why=_strongest(assessed))


def _unassessed(checks: Sequence[Check]) -> str:
    telling = [check for check in checks if critical(check)] or list(checks)
    return telling[0].message if telling else "Nothing of the kind was looked at."


def _weakest(checks: Sequence[Check]) -> str:
    failed = [check for check in checks if check.state == "fail"]
    # Points can also be low by passes that earned little: by mending on our side.
    worst = max(failed or checks, key=lambda check: (rubric().items[check.id].weight * (1 - _earned(check)), check.id))
    return worst.message


def _strongest(checks: Sequence[Check]) -> str:
    """What says most for an area; a pass with a reservation before one without, since that is the news."""
    passed = [check for check in checks if check.state == "pass"]

    def tells(check: Check) -> tuple[bool, bool, float, float]:
        return critical(check), check.severity == "medium", rubric().items[check.id].weight, check.credit

    return max(passed, key=tells).message


def _earned(check: Check) -> float:
    return check.credit if check.state == "pass" else 0.0


@dataclass(frozen=True)
class Verdict:
    """What the four scores come to, for a reader who is no engineer."""

    holds: bool
    """Whether all four hold."""
    headline: str
    reason: str


def verdict(scores: Sequence[Score], checks: Sequence[Check]) -> Verdict:
    """The lowest of the four, in words; whether what it claims is true is told apart from whether it is yours."""
    state = {s.area: s.state for s in scores}
    why = {s.area: s.why for s in scores}
    if all(value == "holds" for value in state.values()):
        return Verdict(True, "You can build, run, retrain and own this without its makers.", why["retrain"])
    built = next((check for check in checks if check.id == "B4"), None)
    if built is None or built.state != "pass":
        return Verdict(False, _unbuilt(built), why["build"])
    claims = next((check for check in checks if check.id == "T2"), None)
    true = claims is not None and claims.state == "pass"
    retrained = next((check for check in checks if check.id == "T1"), None)
    start = "It can be built" if state["build"] != "does_not_hold" else "It can be built only with mending"
    if retrained is not None and retrained.state == "fail":
        exchanged = next((check for check in checks if check.id == "T5" and check.state == "pass"), None)
        if exchanged is not None:
            head = "You can retrain it on data of your own, but not on what its makers trained it on."
            return Verdict(False, head, f"{retrained.message} {exchanged.message}")
        predicts = any(check.id == "U1" and check.state == "pass" for check in checks)
        does = "It runs" if state["run"] == "holds" else "It predicts" if predicts else ""
        if does and retrained.measured.get("cause") == "nothing_learnt":
            return Verdict(
                False, f"{does}, but nothing in it was learnt: there is no training in it.", retrained.message
            )
        if does:
            return _rented(does, true, retrained.message)
        rest = "can neither be run nor" if state["run"] == "does_not_hold" else "cannot be"
        return Verdict(False, f"{start}, but it {rest} retrained as delivered.", retrained.message)
    lost = claims is not None and claims.state == "fail"
    works = f"It works{' and its numbers are true' if true else ''}, but"
    if not any(check.state == "pass" for check in checks if check.id in ("U1", "U4", "T1")):
        works, why["own"] = f"{start}, but whether it works could not be told, and", why["run"]
    heads: dict[Area, str] = {
        "retrain": f"It can be retrained, but {_but(retrained, checks, lost=lost)}",
        "run": f"{start}, but it does not run as delivered.",
        "build": "It works, but only after we had mended what it takes to build it.",
        "own": f"{works} it is not yours to keep running.",
    }
    for area, head in heads.items():
        if state[area] == "does_not_hold":
            return Verdict(False, head, claims.message if area == "retrain" and lost and claims else why[area])
    unknown = next(area for area, value in state.items() if value == "not_assessable")
    return Verdict(False, f"Not everything could be assessed: {rubric().areas[unknown].lower()}", why[unknown])


def _unbuilt(built: Check | None) -> str:
    """The headline for what does not build."""
    if built is not None and built.measured.get("cause") == NOTHING:
        return "There is nothing in it that could be run or trained."
    failed = built is not None and built.state == "fail"
    text = "It cannot be built" if failed else "Whether it can be built is not known"
    return f"{text}, so there is nothing here that you could run without its makers."


def _but(retrained: Check | None, checks: Sequence[Check], *, lost: bool) -> str:
    """What is wrong with a training that works."""
    if lost:
        return "it does not reach what it claims."
    if any(check.id == "T4" and check.state == "fail" for check in checks):
        return "what comes out is worth little."
    return "only in part." if retrained is not None and retrained.credit < 1 else "too little of that holds."


def _rented(does: str, true: bool, reason: str) -> Verdict:
    head = f"{does}, but you cannot retrain it: you would be renting a black box."
    return Verdict(False, f"True but not yours. {head}" if true else head, reason)
