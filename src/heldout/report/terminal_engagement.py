"""The answer of `heldout engage` on the terminal: the sentence, the ways, what turns it, the stages."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.decision.assumptions import MARK_WORDS
from heldout.decision.engagement import words
from heldout.decision.engagement.result import Engagement
from heldout.report.terminal import printable
from heldout.wording import percent


def print_engagement(console: Console, result: Engagement, title: str = "") -> None:
    """Print the answer; every text goes out as `Text`, in which markup means nothing."""
    console.print()
    if title:
        console.print(Text(printable(title), "dim"))
    console.print(Text(printable(words.headline(result)), "bold"))
    if late := words.late(result):
        console.print(Text(late))
    if result.best:
        console.print(Text(words.worthless(result)))
    if result.said:
        console.print(Text(f"Assumed, since nobody said otherwise: {'; '.join(result.said)}.", "dim"))
    _ways(console, result)
    for way in result.ways:
        if way.why_not:
            console.print(Padding(Text(f"{way.name} does not serve this need. {way.why_not}", "dim"), (0, 0, 0, 2)))
    if result.best is None:
        return
    _turning(console, result)
    _section(console, "Under which conditions")
    for line in (
        *(words.rate(one, result) for one in result.break_evens),
        *(words.conditions(chart, result) for chart in result.maps),
        *(words.stretch(one, result) for one in result.stretches),
    ):
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    if result.stretches:
        console.print(Padding(Text(words.SHORTER, "dim"), (0, 0, 0, 2)))
    _stop(console, result)
    if weak := words.deciding(result):
        _section(console, "Replace first")
        for swing in weak[: words.FIRST]:
            one = swing.assumption
            told = f"{one.name}: {words.ends(one, result.need.currency)}; {one.source}"
            console.print(Padding(Text(printable(told)), (0, 0, 0, 2)))
        console.print(Text("  heldout engage --assumptions-template FILE writes a file to put yours in.", "dim"))
    console.print()
    console.print(Text(f"{words.CHEAPEST} {words.simulated(result)}", "dim"))


def _turning(console: Console, result: Engagement) -> None:
    _section(console, words.turned_by(result))
    if told := words.together(result):
        console.print(Padding(Text(printable(told)), (0, 0, 0, 2)))
    for swing in result.swings[: words.FIRST]:
        told = f"{printable(swing.assumption.name)}. {words.turning(swing, result)}"
        console.print(Text.assemble("  ", told, (f" [{MARK_WORDS[swing.assumption.mark]}]", "dim")))


def _ways(console: Console, result: Engagement) -> None:
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("way", overflow="fold")
    currency = result.need.currency
    spent = "spent" if currency == "USD" else f"spent, {currency}"  # said once: repeated, it would break the lines
    for name in (spent, "8 in 10 worlds", "works in month", f"by {result.need.deadline_months:g}", "no value ever"):
        grid.add_column(name, justify="right", no_wrap=True)
    for way in result.ways:
        mean, low, high = (
            words.money(amount, currency).removeprefix(f"{currency} ")
            for amount in (way.spent.mean, way.spent.p10, way.spent.p90)
        )
        grid.add_row(
            Text(way.name), mean, f"{low} to {high}",
            f"{way.months.p50:.0f}" if way.months else "–", percent(way.on_time), percent(way.never),
        )  # fmt: skip
    console.print()
    console.print(grid)


def _stop(console: Console, result: Engagement) -> None:
    for one in result.stopping:
        if one.way == result.best:
            _section(console, "In stages, with rules for stopping")
            currency = result.need.currency
            told = (
                f"They are worth {words.money(one.value, currency)} on average. An idea without value then costs "
                f"{words.money(one.worthless_with, currency)} instead of "
                f"{words.money(one.worthless_without, currency)}."
            )
            console.print(Padding(Text(told), (0, 0, 0, 2)))
            for stage in result.stages:
                cost = words.money(stage.stopping.mean, currency)
                line = f"{stage.id}: by month {stage.by:.1f}; stopping then has cost {cost}"
                console.print(Padding(Text(line), (0, 0, 0, 2)))


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, "bold"))
