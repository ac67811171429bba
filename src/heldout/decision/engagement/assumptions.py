"""What the simulation assumes: ranges with source, date and mark as data, and a user's own in their place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from heldout.decision.assumptions import Assumption, AssumptionFile, read_own, shipped, template_of
from heldout.errors import InputError
from heldout.standard.yaml_source import YamlSource

_DIVISORS = frozenset({"hours", "overrun", "speed_outside", "availability_freelancer", "availability_agency"})
"""Assumptions that something is divided by: they are never 0."""
_TEMPLATE_BY = "heldout engage --assumptions-template -"
MARKET = frozenset({"wage", "freelancer_rate", "agency_rate"})
TOGETHER = "market"
"""Prices of the same work in the same market, and the assumption that holds how far they move together."""


@cache
def builtin() -> AssumptionFile:
    """The assumptions as shipped."""
    return shipped("heldout.decision.engagement", "assumptions.yaml")


def load_assumptions(path: Path | None, per_dollar: float | None, currency: str) -> tuple[Assumption, ...]:
    """Heldout's assumptions with the user's of the file `path` in their place, all amounts in `currency`.

    `per_dollar` is how much of the currency one US dollar is. Raises YamlError with every problem and its line;
    InputError when amounts of ours would have to be changed into a currency and nobody said at what rate.
    """
    own = read_own(path, builtin(), _TEMPLATE_BY, _check) if path else {}
    result: list[Assumption] = []
    for one in builtin().assumptions:
        if mine := own.get(one.id):
            result.append(one.model_copy(update=mine.model_dump() | {"mark": "own"}))
        elif one.is_money and currency != "USD":
            result.append(_changed(one, per_dollar, currency))
        else:
            result.append(one)
    return tuple(result)


def _changed(one: Assumption, per_dollar: float | None, currency: str) -> Assumption:
    if per_dollar is None:
        raise InputError(
            f"Heldout's amounts are in US dollars, and `{one.id}` is not replaced by yours; say how many {currency} a "
            "dollar is (--per-dollar), or give every amount yourself (--assumptions)"
        )
    low, mode, high = (value * per_dollar for value in (one.low, one.mode, one.high))
    told = f"{one.source}; changed at {per_dollar:g} {currency} for a dollar: prices of the US, not of your country"
    return one.model_copy(update={"low": low, "mode": mode, "high": high, "source": told})


def _check(source: YamlSource, name: str, index: int, low: object) -> None:
    """Note a nought where something is divided by it."""
    if name in _DIVISORS and low == 0:
        where = source.place(("assumptions", index, "low"))
        source.problem(where, f"`{name}` must be more than 0", "write a larger number")


def template() -> str:
    """A file of assumptions to edit."""
    return template_of(builtin(), "heldout engage")
