"""What is said of a number: plain, and neither an accusation nor an acquittal."""

from __future__ import annotations

from collections.abc import Sequence

from heldout.decision.impact.exact import ALPHA, WANTED_POWER
from heldout.decision.impact.result import Reading, Step

TOO_SMALL = (
    "A comparison is called too small to judge when no gap was found by Fisher's exact test at 5 % and a group whose "
    "true rate is half the highest would have been found less than four times in five."
)
"""The rule, as pages print it."""


def percent(share: float) -> str:
    """`31 %`; with one decimal under 10 %, unless it is 0."""
    return f"{share * 100:.{0 if share >= 0.0995 else 1}f} %".replace(".0 %", " %")


def chance_words(chance: float) -> str:
    """`p = .03`, `p < .001`."""
    return "p < .001" if chance < 0.001 else f"p = {chance:.3f}".replace("0.", ".") if chance < 1 else "p = 1"


def reading_of(chance: float, adjusted: float, power_for_half: float) -> Reading:
    """Which of the four things can be said of a comparison."""
    if chance < ALPHA:
        return "difference" if adjusted < ALPHA else "perhaps"
    return "too_small" if power_for_half < WANTED_POWER else "not_clear"


def reading_words(reading: Reading, chance: float, adjusted: float, pairs: int, seen_below: float | None) -> str:
    """The same in one or two sentences."""
    several = f"; adjusted for all {pairs} pairs {chance_words(adjusted)}" * (pairs > 1)
    alone = f"{chance_words(chance)}{several}"
    if reading == "difference":
        return f"Chance alone would seldom make a gap like this ({alone})."
    if reading == "perhaps":
        return f"Alone it would seldom be chance; among {pairs} pairs one like it can well come up ({alone})."
    seen = (
        "no rate, not even 0 %, would have been found reliably"
        if seen_below is None
        else f"only a true rate under {percent(seen_below)} would have been found in four of five such tables"
    )
    if reading == "too_small":
        return f"Here {seen} ({chance_words(chance)})."
    return f"A gap like this may well be chance ({chance_words(chance)}). Here {seen}; smaller gaps are not ruled out."


def way_words(group: str, highest: str, overall: float, steps: Sequence[Step]) -> str:
    """Where the gap of `group` to `highest` (the ratio `overall`) arises, as far as the rates that are shown tell."""
    told = [(step.ratio, step) for step in steps if step.ratio is not None]
    hidden = [step.stage for step in steps if step.ratio is None]
    beside = f" Not shown: {_listed(hidden)}, where too few people are left." if hidden else ""
    if overall >= ALIKE:
        return f"From beginning to end there is hardly a gap.{beside}"
    if not told:
        return f"Where it arises cannot be told.{beside}"
    ratio, widest = min(told, key=lambda pair: pair[0])
    if ratio >= ALIKE:
        return f"At no stage shown is the rate much lower than that of {highest}.{beside}"
    sure = "chance alone would seldom make it" if (widest.chance or 0.0) < ALPHA else "it may well be chance"
    return (
        f"The widest gap shown is at {widest.stage}: {percent(widest.rate or 0.0)} of {group} and "
        f"{percent(widest.highest_rate or 0.0)} of {highest} pass. Taken alone, {sure} "
        f"({chance_words(widest.chance or 0.0)}).{beside}"
    )


ALIKE = 0.95
"""A ratio from which two rates are called hardly different."""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
