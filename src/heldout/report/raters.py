"""How interviewers rate, as people read it: on the terminal and as a page with one chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heldout.report.chart import EDGE, LINE
from heldout.report.clean import one_line, plain
from heldout.report.page import render_page
from heldout.report.words import count
from heldout.sources.interview.agreement import (
    CONFIDENCE,
    ENOUGH_ANSWERS,
    ENOUGH_SUBJECTS,
    Agreement,
    Measure,
    RaterFigures,
)
from heldout.sources.interview.tables import OWN_ANSWERS, OWN_SUBJECTS
from heldout.wording import listed as all_listed
from heldout.wording import percent

REACH = 1.5
"""Levels to either side that the chart shows; what lies beyond stands at its edge."""
TICKS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)

RULE = (
    f"Agreement is stated from {ENOUGH_ANSWERS} answers of {ENOUGH_SUBJECTS} subjects that two or more rated; an "
    f"interviewer's figures from {OWN_ANSWERS} answers of {OWN_SUBJECTS} subjects shared with others. An answer is one "
    f"subject on one competency. Intervals are of {percent(CONFIDENCE)}, by leaving out one subject after the other."
)


@dataclass(frozen=True)
class Told:
    """One figure with its name, and what it means."""

    name: str
    figures: str
    meaning: str


@dataclass(frozen=True)
class RaterRow:
    """One interviewer: what is said of them, and where it stands in the chart (per cent of the width)."""

    name: str
    counts: str
    leaning: str
    error: str
    x: float | None
    x_low: float
    x_high: float


def told(found: Agreement) -> tuple[Told, ...]:
    """The figures of all interviewers together; one line when none of them can be stated, for one reason."""
    whole = (found.alpha_interval, found.alpha_ordinal, found.icc_1, found.icc_2_1)
    if len({measure.why_not for measure in whole}) == 1 and found.icc_1.why_not:
        return (Told("Alpha and ICC", found.icc_1.why_not, "Neither agreement nor disagreement is shown."),)
    return (
        Told(
            "Krippendorff's alpha (levels as numbers)",
            _figures(found.alpha_interval),
            "1: they always agree; 0: no better than ratings dealt out at random.",
        ),
        Told(
            "Krippendorff's alpha (order of levels only)",
            _figures(found.alpha_ordinal),
            "The same, without taking the steps between levels for equal.",
        ),
        Told(
            "ICC(1)",
            _figures(found.icc_1),
            "What part of the differences between ratings of a competency is the subjects', whoever rates.",
        ),
        Told(
            "ICC(2,1)",
            _figures(found.icc_2_1),
            "The same, told from interviewers who rated several of the same subjects.",
        ),
    )


def rows(found: Agreement) -> tuple[RaterRow, ...]:
    """A row an interviewer, in the order of their names."""
    return tuple(_row(one) for one in found.raters)


def _row(one: RaterFigures) -> RaterRow:
    severity = one.severity
    x = x_low = x_high = None
    if severity.value is not None and severity.low is not None and severity.high is not None:
        x, x_low, x_high = at(-severity.value), at(-severity.high), at(-severity.low)
    return RaterRow(
        name=one_line(plain(one.rater)),
        counts=f"{count(one.ratings, 'rating')}, {count(one.shared, 'shared answer')} of "
        f"{count(one.subjects, 'subject')}",
        leaning=_leaning(severity),
        error=one.error.why_not or f"{_figures(one.error)} levels",
        x=x,
        x_low=x_low or 0.0,
        x_high=x_high or 0.0,
    )


def _leaning(severity: Measure) -> str:
    """Severity in words: lower or higher than the others, and whether it stands out."""
    if severity.value is None or severity.low is None or severity.high is None:
        return severity.why_not
    side = "lower" if severity.value > 0 else "higher"
    gap = f"{abs(severity.value):.1f} {side} than" if abs(severity.value) >= 0.05 else "like"
    ends = sorted((-severity.high, -severity.low))
    said = f"rates {gap} the mean of all ({_signed(ends[0])} to {_signed(ends[1])})"
    return said if _stands_out(severity) else f"{said}: no difference that stands out"


def _stands_out(severity: Measure) -> bool:
    """Whether the interval, as it is printed, lies to one side of nothing."""
    if severity.low is None or severity.high is None:
        return False
    return round(severity.low, 1) > 0 or round(severity.high, 1) < 0


def _headline(found: Agreement) -> str:
    """The first sentence: who rates lower or higher than the others, or that nobody does, or that nobody can tell."""
    told = [one for one in found.raters if one.severity.value is not None]
    if not told:
        return "Too few answers are shared to tell of anybody how they rate."
    out = [(one_line(plain(one.rater)), one.severity.value or 0.0) for one in told if _stands_out(one.severity)]
    sides = {"lower": [name for name, value in out if value > 0], "higher": [name for name, value in out if value < 0]}
    said = [f"{all_listed(names, 'and')} {side}" for side, names in sides.items() if names]
    if not said:
        return "Nobody of whom it can be told rates clearly lower or higher than the others."
    return f"Rate clearly otherwise than the others: {'; '.join(said)}. A decision allows for it."


def _signed(value: float) -> str:
    said = f"{value:+.1f}".replace("-", "\u2212")
    return said if said[1:] != "0.0" else "0.0"


def _figures(measure: Measure) -> str:
    if measure.value is None or measure.low is None or measure.high is None:
        return measure.why_not
    return f"{measure.value:.2f} ({measure.low:.2f} to {measure.high:.2f})".replace("-", "\u2212")


def at(levels: float) -> float:
    """Where a difference in levels stands in the chart, in per cent of its width."""
    inside = min(max(levels, -REACH), REACH)
    return round(EDGE + (inside + REACH) / (2 * REACH) * (100 - 2 * EDGE), 2)


def _what(found: Agreement) -> str:
    return (
        f"{count(found.ratings, 'rating')} of {count(found.subjects, 'subject')} by "
        f"{count(len(found.raters), 'interviewer')}; "
        f"{found.shared} of {found.answers} answers were rated by two or more."
    )


def print_raters(console: Console, found: Agreement) -> None:
    """The figures on the terminal."""
    console.print(Text(_headline(found), "bold"))
    console.print(Text(_what(found)))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="Agreement", title_justify="left", title_style="bold")
    for heading in ("figure", "value (90 % interval)", "what it means"):
        table.add_column(heading)
    for one in told(found):
        table.add_row(one.name, one.figures, one.meaning)
    console.print(table)
    each = Table(box=SIMPLE_HEAD, pad_edge=False, title="Interviewers", title_justify="left", title_style="bold")
    for heading in ("interviewer", "severity", "scatter around it", "from"):
        each.add_column(heading)
    for row in rows(found):
        each.add_row(Text(row.name), row.leaning, row.error, row.counts)
    console.print(each)
    console.print(Text(f"{RULE} A panel that is lenient as a whole cannot be seen from its ratings.", "dim"))


def render_raters(found: Agreement, origins: Iterable[str]) -> str:
    """The same as a page, with a chart of the interviewers' severities."""
    drawn = rows(found)
    return render_page(
        "raters.html.j2",
        headline=_headline(found),
        what=_what(found),
        origins=[plain(one) for one in origins],
        told=told(found),
        rows=drawn,
        ticks=[(_signed(tick) if tick else "0", at(tick)) for tick in TICKS],
        rule=RULE,
        height=LINE,
    )
