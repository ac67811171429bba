"""Stages and stop rules: when each stage ends, what stopping there costs, and what the right to stop is worth."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from heldout.decision.engagement.course import DISCOVERY, PILOT, Course
from heldout.decision.engagement.result import Spread, StageResult, Stopping
from heldout.decision.engagement.worlds import Bools, Floats
from heldout.evidence.types import Frozen
from heldout.standard.models import Identifier, Text


class Stage(Frozen):
    """One stage: what has to be seen at its end, which command shows it, and when to stop."""

    id: Identifier
    name: Text
    buys: Text
    seen: tuple[Text, ...]
    shown_by: tuple[Text, ...]
    stop: Text


@cache
def stages() -> tuple[Stage, ...]:
    """The stages as shipped, in order."""
    text = files("heldout.decision.engagement").joinpath("stages.yaml").read_text(encoding="utf-8")
    return tuple(Stage.model_validate(one) for one in yaml.safe_load(text)["stages"])


def spread(values: Floats) -> Spread:
    """Mean and tenths of some values."""
    p10, p50, p90 = np.percentile(values, (10, 50, 90))
    return Spread(mean=float(values.mean()), p10=float(p10), p50=float(p50), p90=float(p90))


def stage_results(course: Course) -> tuple[StageResult, ...]:
    """For each stage when it ends and what has been spent if one stops there; stages that no world reaches are left
    out. The hand-over is taken to end when the system is built."""
    horizon = course.need.horizon_months
    found = []
    for stage, share in (("discovery", DISCOVERY), ("pilot", PILOT), ("build", 1.0)):
        when = course.reached(share)
        there = when < horizon
        if there.any():
            spent = course.outcome(horizon, stopped=np.nextafter(when, 0)).spent
            by = float(np.percentile(when[there], 80))
            found.append(StageResult(id=stage, months=spread(when[there]), by=by, stopping=spread(spent[there])))
    return tuple(found)


def stopping(course: Course) -> Stopping:
    """What the rules after discovery and pilot are worth on this way."""
    world, horizon = course.world, course.need.horizon_months
    ends = [course.reached(share) for share in (DISCOVERY, PILOT)]
    stopped = np.full(len(world), np.inf)
    for name, when in reversed(list(zip(("discovery", "pilot"), ends, strict=True))):
        seen = ~course.good & (world.luck(f"seen {name}") < world[f"seen_{name}"])
        wrongly = course.good & (world.luck(f"wrong {name}") < world["false_stop"])
        stopped = np.where((seen | wrongly) & (when < horizon), when, stopped)
    held = sum(((when < horizon) & (when <= stopped)).astype(np.float64) for when in ends)
    checks = np.asarray(held) * world["gate_effort"] * course.wage
    without, with_rules = course.outcome(horizon), course.outcome(horizon, stopped, checks)
    saved = without.total - with_rules.total
    bad, ended = ~course.good, np.isfinite(stopped)
    by_group = saved.reshape(world.groups, world.lucks).mean(axis=1)
    return Stopping(
        way=course.way.id,
        value=float(saved.mean()),
        error=float(by_group.std() / np.sqrt(len(by_group))),
        worthless_without=_mean(without.spent[bad]),
        worthless_with=_mean(with_rules.spent[bad]),
        stopped=_mean(ended[bad]),
        wrongly=_mean(ended[course.good]),
    )


def _mean(values: Floats | Bools) -> float:
    return float(values.mean()) if len(values) else 0.0
