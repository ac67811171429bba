"""The report on fairness as its page and the terminal show it: ordered, counted, drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.decision.impact import Fairness, Group, Measure, Table
from heldout.decision.impact.result import Reading
from heldout.decision.impact.words import percent
from heldout.report.clean import cleaned
from heldout.report.words import count

NO_VERDICT = (
    "A gap does not show that anybody was treated unfairly, and no gap does not show that nobody was; why a gap is "
    "there, the numbers do not tell. This is no legal advice and no certificate."
)
READINGS: dict[Reading, tuple[str, str]] = {
    "difference": ("▲", "Gap, seldom chance"),
    "perhaps": ("△", "Perhaps chance"),
    "too_small": ("◇", "Too few to judge"),
    "not_clear": ("○", "No clear gap"),
}
"""Sign and words of each reading; no colour: none of them is good or bad news about anybody."""
_KINDS = {"selection": "selected", "scoring": "scored above the median", "overall": "selected"}


@dataclass(frozen=True)
class Bar:
    """Where a rate and its interval stand, in per cent of the width of a chart from 0 to 100 %."""

    x: float
    x_low: float
    x_high: float
    label: str


@dataclass(frozen=True)
class Seen:
    """One comparison with the measure and table that it stands in."""

    measure: Measure
    table: Table
    group: Group


@dataclass(frozen=True)
class FairnessView:
    """What both faces print; `gaps` are those that chance would seldom make, the surest first."""

    result: Fairness
    headline: str
    counts: dict[Reading, int]
    gaps: tuple[Seen, ...]
    perhaps: tuple[Seen, ...]


def fairness_view(result: Fairness) -> FairnessView:
    """The view of a report, its texts made safe to show."""
    result = cleaned(result)
    compared = list(_compared(result))
    readings = Counter(seen.group.comparison.reading for seen in compared if seen.group.comparison)
    by_chance = sorted(compared, key=_chance)
    return FairnessView(
        result=result,
        headline=_headline(readings, len(compared)),
        counts={reading: readings[reading] for reading in READINGS},
        gaps=tuple(seen for seen in by_chance if _reading(seen) == "difference"),
        perhaps=tuple(seen for seen in by_chance if _reading(seen) == "perhaps"),
    )


def several(result: Fairness) -> str:
    """How the comparisons that are shown and the pairs that their chances are adjusted for hang together."""
    compared = sum(1 for _ in _compared(result))
    if result.pairs < 2:
        return ""
    shown = f"{count(compared, 'comparison')} {'is' if compared == 1 else 'are'} shown"
    return (
        f"{shown[:1].upper()}{shown[1:]}: each group beside the one with the highest rate in its table. Which one that "
        "is, is picked after its rate is seen, out of "
        f"{count(result.pairs, 'pair')} of groups; so each chance is also given adjusted for all these pairs (Holm)."
    )


def title(measure: Measure) -> str:
    """`screen: scored above the median (3.4)`, `From beginning to end: selected`."""
    middle = f" ({measure.median:g})" if measure.median is not None else ""
    return f"{measure.stage[:1].upper()}{measure.stage[1:]}: {_KINDS[measure.kind]}{middle}"


def bar(group: Group) -> Bar | None:
    """The rate of a group as a chart draws it; None when it is hidden."""
    if group.rate is None or group.low is None or group.high is None:
        return None
    label = f"{group.name}: {percent(group.rate)}, 95 % interval {percent(group.low)} to {percent(group.high)}"
    return Bar(at_share(group.rate), at_share(group.low), at_share(group.high), label)


def at_share(share: float) -> float:
    """Where a share from 0 to 1 stands in a chart, in per cent of its width; a little is left free on either side."""
    return round(4 + 92 * share, 2)


def sentence(seen: Seen) -> str:
    """One comparison in a sentence: who, where, how much."""
    group, comparison = seen.group, seen.group.comparison
    if comparison is None or group.rate is None:
        return ""
    verb = "scored above the median" if seen.measure.kind == "scoring" else "were selected"
    high = next((g.rate for g in seen.table.groups if g.name == comparison.highest), None) or 0.0
    where = seen.measure.stage if seen.measure.kind == "overall" else f"at {seen.measure.stage}"
    return (
        f"{where[:1].upper()}{where[1:]}, {percent(group.rate)} of {group.name} {verb} and {percent(high)} of "
        f"{comparison.highest}: ratio {comparison.ratio:.2f}, 95 % interval "
        f"{interval(comparison.low, comparison.high)}."
    )


def interval(low: float, high: float | None) -> str:
    """`0.49 to 1.02`, or `from 0.49` where there is no upper end."""
    return f"from {low:.2f}" if high is None else f"{low:.2f} to {high:.2f}"


def _compared(result: Fairness) -> Iterator[Seen]:
    for measure in result.measures:
        for table in measure.tables:
            yield from (Seen(measure, table, group) for group in table.groups if group.comparison)


def _chance(seen: Seen) -> float:
    return seen.group.comparison.chance if seen.group.comparison else 1.0


def _reading(seen: Seen) -> str:
    return seen.group.comparison.reading if seen.group.comparison else ""


def _headline(readings: Counter[Reading], compared: int) -> str:
    if not compared:
        return "There is nothing to compare: no two groups are large enough to be shown."
    if gaps := readings["difference"]:
        verb = "shows a gap" if gaps == 1 else "show gaps"
        return f"{gaps} of {count(compared, 'comparison')} {verb} that chance alone would seldom make."
    if readings["too_small"] == compared:
        return (
            f"Too few people to judge, in {'the one comparison' if compared == 1 else f'all {compared} comparisons'}."
        )
    few = f"In {readings['too_small']} of {compared} comparisons there are too few people to judge. "
    few *= bool(readings["too_small"])
    if readings["perhaps"]:
        return f"{few}No gap stands out among so many comparisons, though {readings['perhaps']} would alone."
    among = "In the others no" if few else "No"
    return f"{few}{among} gap was found that is larger than chance would make."
