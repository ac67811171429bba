"""What comes out: plain numbers and words, fit for a page, a terminal and JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from heldout.evidence.types import Frozen

Kind = Literal["selection", "scoring", "overall"]
Place = Literal["highest", "compared", "excluded", "hidden", "none"]
"""A group's place in its table: `highest` the others are compared with it; `excluded` under 2 % of the people;
`hidden` too few people to show; `none` there is nothing to compare with (nobody was selected, no second group)."""
Reading = Literal["difference", "perhaps", "too_small", "not_clear"]


class Comparison(Frozen):
    """A group beside the one with the highest rate."""

    highest: str
    ratio: float = Field(description="the group's rate by the highest rate: the impact ratio")
    low: float = Field(description="lower end of the ratio's 95 % score interval")
    high: float | None = Field(description="its upper end; none where no ratio is too large")
    under_four_fifths: bool
    turned_by_one: bool = Field(description="another outcome of one person would turn the mark of four fifths")
    reversed_by_one: bool = Field(description="one selection given to this group instead would reverse the gap")
    chance: float = Field(description="two-sided p of Fisher's exact test")
    adjusted: float = Field(description="the same, adjusted by Holm for all pairs of groups of the report")
    seen_below: float | None = Field(
        description="a true rate under this would be seen in four of five such tables; none: no rate would"
    )
    power_for_half: float = Field(description="how often a true rate of half the highest would be seen")
    reading: Reading
    words: str


class Group(Frozen):
    """One category of people in one table; a hidden one has no numbers."""

    name: str
    place: Place
    people: int | None = None
    selected: int | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    comparison: Comparison | None = None
    why: str = ""


class Table(Frozen):
    """All groups of one attribute. `unknown` people told no category; they count in the totals only."""

    attribute: str
    groups: tuple[Group, ...]
    unknown: int


class Measure(Frozen):
    """One rate: selection at a stage, scores above the median at a stage, or selection from beginning to end."""

    kind: Kind
    stage: str
    people: int
    selected: int
    undecided: int = Field(description="reached the stage, and nothing is decided or scored yet: left out")
    median: float | None = Field(default=None, description="the median of all scores at the stage")
    tables: tuple[Table, ...]


class Step(Frozen):
    """The rates of two groups at one stage; none where they are hidden."""

    stage: str
    rate: float | None
    highest_rate: float | None
    ratio: float | None
    chance: float | None


class Way(Frozen):
    """Where on the way a group's gap to the one with the highest overall rate arises."""

    attribute: str
    group: str
    highest: str
    steps: tuple[Step, ...]
    words: str


class Fairness(Frozen):
    """The whole report."""

    outcomes: str
    demographics: str
    candidates: int
    without_demographics: int
    unused_demographics: int
    stages: tuple[str, ...]
    least: int = Field(description="groups of fewer people are hidden")
    least_share: float = Field(description="groups with a smaller share of the people are left out of the ratios")
    pairs: int = Field(description="pairs of groups that were compared, over all tables")
    measures: tuple[Measure, ...]
    ways: tuple[Way, ...]
    notes: tuple[str, ...]
