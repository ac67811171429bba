"""Assumptions as data: ranges with source, date and how weak that is, and a user's own in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from heldout.evidence.types import Frozen
from heldout.standard.models import Text, Version
from heldout.standard.yaml_models import claim, sorted_problems, validated
from heldout.standard.yaml_source import YamlError, YamlSource, nearest, read_yaml

Mark = Literal["V", "S", "R", "M", "A", "own"]
MARK_WORDS: dict[Mark, str] = {
    "V": "seen in the primary or an official page",
    "S": "weak: read only in accounts of it",
    "R": "weak: from memory, not checked",
    "M": "measured by Heldout's makers",
    "A": "weak: assumed, without a source",
    "own": "yours",
}
"""How sure an assumption is, as pages print it."""
WEAK = frozenset({"S", "R", "A"})
Number = Annotated[float, Field(ge=0, le=1e9)]
_MENDS = {"greater_than_equal": "no assumption is negative", "less_than_equal": "write a smaller number"}


class _Range(Frozen):
    """A triangular distribution: never under `low` or over `high`, likeliest at `mode`."""

    id: Text
    low: Number
    mode: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.mode <= self.high:
            told = f"{self.low:g}, {self.mode:g}, {self.high:g}"
            raise ValueError(f"{told} do not rise; write low, mode and high in this order")
        return self


class Assumption(_Range):
    """One input of the simulation: a range, its unit, where it comes from and how sure that is.

    Shares (`unit` begins with `share`) lie between 0 and 1, amounts (`unit` begins with `$`) are in the currency of
    the need.
    """

    name: Text
    what: Text
    unit: Text
    source: Text
    date: Text
    mark: Mark

    @property
    def weak(self) -> bool:
        """Whether its source is weak: neither seen in the primary, nor measured, nor the user's own."""
        return self.mark in WEAK

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.unit.startswith("$")


class AssumptionFile(Frozen):
    """The assumptions that come with Heldout."""

    version: Version
    assumptions: tuple[Assumption, ...]


class OwnAssumption(_Range):
    """A user's own range in place of one of Heldout's, and where it comes from."""

    source: Text
    date: Text = "not dated"


class OwnFile(Frozen):
    """A user's assumptions; those that are left out stay as they come with Heldout."""

    version: Version = "1"
    assumptions: Annotated[tuple[OwnAssumption, ...], BeforeValidator(lambda given: given or ())] = ()


def shipped(package: str, name: str) -> AssumptionFile:
    """The file of assumptions `name` that comes in a package of Heldout."""
    with as_file(files(package).joinpath(name)) as path:
        source = read_yaml(path)
        content = validated(AssumptionFile, source)
    if content is None:
        raise YamlError(sorted_problems([source]))
    return content


Check = Callable[[YamlSource, str, int, object], None]
"""Notes what else is wrong with an entry of a file: given its id, its place in the list, its `low`."""


def read_own(
    path: Path, ours: AssumptionFile, template_by: str, check: Check | None = None
) -> Mapping[str, OwnAssumption]:
    """A user's assumptions by id; `template_by` is the command that lists all of `ours`, `check` notes what else is
    wrong with an entry. Raises YamlError with every problem and its line."""
    source = read_yaml(path)
    content = validated(OwnFile, source, _MENDS) if source.data is not None else None
    _check(source, {one.id: one for one in ours.assumptions}, template_by, check)
    if source.problems or content is None:
        raise YamlError(sorted_problems([source]))
    return {one.id: one for one in content.assumptions}


def _check(
    source: YamlSource,
    known: Mapping[str, Assumption],
    template_by: str,
    check: Check | None,
) -> None:
    """Note unknown and repeated ids and shares over 1; reads raw data, so that a file wrong elsewhere has them told."""
    entries = source.data.get("assumptions") if isinstance(source.data, dict) else None
    owner: dict[str, str] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        place = ("assumptions", index, "id")
        if name not in known:
            what = f"there is no assumption `{name}`{nearest(name, known)}"
            source.problem(source.place(place), what, f"{template_by} lists them all")
            continue
        claim(source, place, "assumption", name, owner)
        low, high = entry.get("low"), entry.get("high")
        if check:
            check(source, name, index, low)
        if known[name].unit.startswith("share") and isinstance(high, int | float) and high > 1:
            where = source.place(("assumptions", index, "high"))
            source.problem(where, f"`{name}` is a share, and {high:g} is more than all", "write 25 % as 0.25")


def template_of(ours: AssumptionFile, used_by: str) -> str:
    """A file of assumptions to edit: everything of ours as comments, since what stands in it counts as the user's."""
    lines = [_HEAD.strip().format(used_by=used_by), "", 'version: "1"', "", "assumptions:"]
    for one in ours.assumptions:
        lines += [
            f"  # {one.name}: {one.what}. In {one.unit}.",
            f"  # Ours: {one.source} ({one.date}; {MARK_WORDS[one.mark]}).",
            f"  # - id: {one.id}",
            f"  #   low: {one.low:.10g}",
            f"  #   mode: {one.mode:.10g}",
            f"  #   high: {one.high:.10g}",
            '  #   source: ""',
            "",
        ]
    return "\n".join(lines)


_HEAD = """
# Assumptions of your own for: {used_by} --assumptions THIS_FILE
# Take away the `# ` before the lines of an entry (id, low, mode, high, source) and write your numbers. What stands
# here counts as yours, so each entry says where it comes from: an offer, your payroll, your last three projects. What
# stays a comment is taken as it comes with Heldout. low and high: ends that you would be surprised to see passed.
"""
