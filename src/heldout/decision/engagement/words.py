"""The answer in sentences, the same on the page and on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.result import BreakEven, Engagement, Map, Stretch, Swing, WayResult
from heldout.decision.engagement.ways import WayId
from heldout.wording import capital, listed, percent, within

IN_TEXT: dict[WayId, str] = {
    "full-time": "one full-time hire",
    "freelancer": "a freelancer",
    "agency": "an agency",
    "team": "a small team of your own",
    "agency-then-hire": "an agency that builds with a hire who maintains",
}
CHEAPEST = (
    "Cheapest means: the lowest mean of everything that a way costs until the need ends, months too late among it. "
    "It says nothing of how good the people are."
)
SHORTER = "By length: at the assumed rates. A shorter need has its deadline at half its length at the latest."
_SURER = 0.05
"""By how much more often another way has to keep a firm deadline to be named beside the cheapest."""
FIRST = 3
"""How many assumptions are named first."""


def money(amount: float, currency: str) -> str:
    """An amount in three figures: `$412,000`, `EUR 1,350`, and hours to the unit."""
    size = abs(amount)
    digits = 0 if size < 1000 else len(str(int(size))) - 3
    rounded = round(size, -digits) if digits else round(size)
    sign = "\u2212" if amount < 0 and rounded else ""
    return f"{sign}{'$' if currency == 'USD' else currency + ' '}{rounded:,.0f}"


def value(one: Assumption, number: float, currency: str) -> str:
    """A value of an assumption with its unit: `$142/hour`, `25 %` of projects, `6 months`."""
    if one.is_money:
        return money(number, currency) + one.unit.removeprefix("$")
    if one.unit.startswith("share"):
        return f"{number * 100:.0f} %" + one.unit.removeprefix("share")
    return f"{number:,.0f} {one.unit}" if number >= 100 else f"{round(number, 2 if number < 2 else 1):g} {one.unit}"


def ends(one: Assumption, currency: str) -> str:
    """The range of an assumption: `$75 to $200/hour`."""
    if one.unit.startswith("share"):
        return f"{one.low * 100:.0f} to {value(one, one.high, currency)}"
    if one.is_money:
        return f"{money(one.low, currency)} to {value(one, one.high, currency)}"
    return f"{one.low:,.4g} to {value(one, one.high, currency)}"


def months(number: float) -> str:
    """`9 months`, `1 month`, `16.5 months`."""
    shown = f"{number:.0f}" if number >= 20 or abs(number - round(number)) < 0.05 else f"{number:.1f}"
    return f"{shown} month{'s' * (shown != '1')}"


def headline(result: Engagement) -> str:
    """The answer in one or two sentences; a probability is named only once no weak default decides."""
    if result.best is None:
        told = "No way that serves this need is built in time in most of the assumed worlds"
        if times := sorted((way.months.p50, IN_TEXT[way.id]) for way in result.ways if way.months):
            told += f" (the quickest, {times[0][1]}, needs about {months(times[0][0])})"
        return f"{told}: allow more time or more people, cut the scope, or ask less to stay in house."
    best = capital(IN_TEXT[result.best])
    over = f"over {months(result.need.horizon_months)}"
    if result.next is None:
        return f"{best} is the only way that serves this need {over}."
    if result.probability is not None:
        return (
            f"{best} is the cheapest way {over} with a probability of {result.probability * 100:.0f} % (luck averaged "
            f"out), on average by {money(result.gap, result.need.currency)} before {IN_TEXT[result.next]}."
        )
    if result.gap < 2 * result.gap_error:
        told = f"{best} and {IN_TEXT[result.next]} cost the same {over}, as far as the simulation can tell"
    else:
        told = f"{best}{_condition(result)}: the cheapest way {over}, on the average of what is assumed"
    weak = deciding(result)
    names = listed([within(swing.assumption.name) for swing in weak[:FIRST]])
    if not any(swing.turns for swing in weak):
        taken = _taken(weak, result)
        return f"{told}. No single assumption turns that, but weak ones can take {taken}, above all {names}."
    return f"{told}; but weak assumptions decide, above all {names}."


def _taken(weak: Sequence[Swing], result: Engagement) -> str:
    """How much of the lead one of these takes at the end of its range: `up to 66 % of the lead`."""
    left = min(min(swing.at_low, swing.at_high) for swing in weak) / result.gap
    return f"up to {percent(1 - left)} of the lead" if left > 0.05 else "nearly all of the lead"


def _condition(result: Engagement) -> str:
    """The hourly rate under or over which the best way is the cheapest; empty where none is known."""
    currency = result.need.currency
    for one in result.break_evens:
        if one.rate is not None and one.way == result.best:
            return f", if the hour costs under {money(one.rate, currency)} (above: {IN_TEXT[one.against]})"
    for one in result.break_evens:
        if one.rate is not None and one.against == result.best:
            return f", if an hour of {IN_TEXT[one.way]} costs over {money(one.rate, currency)}"
    return ""


def deciding(result: Engagement) -> list[Swing]:
    """The weak assumptions that decide, in the one order of the page: what turns it first, then the least lead."""
    return [swing for swing in result.swings if swing.decides]


def turned_by(result: Engagement) -> str:
    """The heading over what would turn the answer: whether anything does by itself."""
    return "What would turn it" if any(swing.turns for swing in result.swings) else "Nothing by itself turns it"


def together(result: Engagement) -> str:
    """Which two assumptions turn the answer together, where none does by itself; empty where one does."""
    if not result.swings or any(swing.turns for swing in result.swings):
        return ""
    pair, currency = result.pair, result.need.currency
    if pair is None:
        return f"Nor do any two of the {result.paired} that leave the least of the lead, at the ends of their ranges."
    return (
        f"Two together do: at {value(pair.first, pair.first_at, currency)} ({within(pair.first.name)}) and "
        f"{value(pair.second, pair.second_at, currency)} ({within(pair.second.name)}), {IN_TEXT[pair.to]} is as cheap. "
        f"That is {percent(pair.moved)} of the way from what is likeliest to the end of their ranges, the shortest way "
        f"of all pairs of the {result.paired} that leave the least of the lead."
    )


def late(result: Engagement) -> str:
    """What the deadline says about the cheapest way; empty when it is not firm and kept more often than not."""
    way = _way(result, result.best)
    if way is not None and result.need.firm_deadline:
        return _surer(way, result)
    if way is None or way.on_time >= 0.5:
        return ""
    told = (
        f"It would be late: in {percent(1 - way.on_time)} of the worlds nothing is built by month "
        f"{result.need.deadline_months:g}, which is counted as a cost for each month."
    )
    if result.best_on_time:
        over = result.worth_on_time
        price = f", or a month too late costs you over {money(over, result.need.currency)}" if over else ""
        return f"{told} If that month is firm{price}, {IN_TEXT[result.best_on_time]} is the cheapest that keeps it."
    return f"{told} No way keeps it more often than not."


def _surer(best: WayResult, result: Engagement) -> str:
    """How often the cheapest way keeps a firm deadline, and which other keeps it more surely, at what price."""
    told = f"It keeps the deadline in {percent(best.on_time)} of the assumed worlds"
    surest = max((way for way in result.ways if way.fits), key=lambda way: way.on_time)
    if surest.on_time < best.on_time + _SURER:
        return f"{told}."
    spent = [money(way.spent.mean, result.need.currency) for way in (surest, best)]
    return (
        f"{told}, {IN_TEXT[surest.id]} in {percent(surest.on_time)}, for {spent[0]} instead of {spent[1]} on average."
    )


def worthless(result: Engagement) -> str:
    """How often nothing of value can come of it, whatever the way; the sentence that a board has to read first."""
    one = next(one for one in result.assumptions if one.id == "no_value")
    told = (
        f"Whichever way: in {percent((one.low + one.mode + one.high) / 3)} of the assumed worlds the idea brings "
        f"nothing that can be measured, however well it is built{' (a weak assumption)' if one.weak else ''}."
    )
    rules = next((stop for stop in result.stopping if stop.way == result.best), None)
    if rules is None or rules.worthless_without <= rules.worthless_with:
        return told
    with_rules, without = (money(a, result.need.currency) for a in (rules.worthless_with, rules.worthless_without))
    return f"{told} Stages with stop rules make that cost {with_rules} instead of {without}."


def simulated(result: Engagement) -> str:
    """How exact the numbers are as numbers of the simulation: what another seed would change."""
    largest = 2 * max(way.spent_error for way in result.ways)
    return (
        f"Another seed would move a mean by up to {money(largest, result.need.currency)} and a share by up to about "
        f"{percent(1 / result.worlds**0.5)} (two standard errors); that is the error of the simulation alone, the "
        "least of what is not known."
    )


def turning(swing: Swing, result: Engagement) -> str:
    """Where an assumption turns the answer."""
    one, currency = swing.assumption, result.need.currency
    if swing.flips_at is None or swing.to is None:
        if (swing.at_low < 0) and (swing.at_high < 0):
            return f"At both ends of {ends(one, currency)} another way is cheaper."
        least = min((swing.at_low, one.low), (swing.at_high, one.high))
        if least[0] < 0:
            return f"At {value(one, least[1], currency)} both ways cost about the same."
        return (
            f"It does not turn the answer by itself: at {value(one, least[1], currency)} the lead is still "
            f"{money(least[0], currency)} (assumed: {ends(one, currency)})."
        )
    side = "under" if swing.at_low < 0 else "over"
    return (
        f"{capital(side)} {value(one, swing.flips_at, currency)}, {IN_TEXT[swing.to]} is cheaper "
        f"(assumed: {ends(one, currency)})."
    )


def rate(one: BreakEven, result: Engagement) -> str:
    """The break-even of one way from outside, over the horizon of the need."""
    currency = result.need.currency
    best = capital(IN_TEXT[one.way])
    usual = f"the assumed mean is {money(one.usual, currency)}"
    if one.rate is None:
        return f"{best}: at no hourly rate cheaper than {IN_TEXT[one.against]}."
    return (
        f"{best} if the hour costs under {money(one.rate, currency)}; above, {IN_TEXT[one.against]}. In 8 of 10 "
        f"assumed worlds the line lies between {money(one.low, currency)} and {money(one.high, currency)}; {usual}."
    )


def conditions(chart: Map, result: Engagement) -> str:
    """For needs of which length, and under which rate, a way from outside is the cheapest."""
    name = {"agency": "agency_rate", "freelancer": "freelancer_rate"}[chart.rate_of]
    least = next(one.low for one in result.assumptions if one.id == name)
    told = []
    columns = [
        (horizon, limit, "any" if chart.at_any(k) else "under" if limit is not None and limit >= least else "")
        for k, (horizon, limit) in enumerate(zip(chart.horizons, chart.limits, strict=True))
    ]
    for how, group in groupby(columns, key=lambda column: column[2]):
        inside = list(group)
        length = _length(inside[0][0], inside[-1][0], chart.horizons)
        limits = [limit for _, limit, _ in inside if limit is not None]
        if how == "any":
            told.append(f"{length}, whatever the hour costs")
        elif how == "under":
            under = money(min(limits), result.need.currency)
            if max(limits) > 1.05 * min(limits):
                under += f" to {money(max(limits), result.need.currency)}, by length"
            told.append(f"{length} and the hour costs under {under}")
    if not told:
        return f"{capital(IN_TEXT[chart.rate_of])}: at no length of the need, at any rate of the assumed range."
    return f"{capital(IN_TEXT[chart.rate_of])} if the need lasts {'; or '.join(told)}."


def stretch(one: Stretch, result: Engagement) -> str:
    """The cheapest way for needs of some length, at the assumed rates."""
    length = _length(one.first, one.last, result.maps[0].horizons if result.maps else (one.first, one.last))
    if one.way is None:
        return f"If it lasts {length}: no way is built in time more often than not."
    return f"If it lasts {length}: {IN_TEXT[one.way]}."


def turns(swing: Swing, result: Engagement) -> str:
    """The same in few words, for a table."""
    if swing.flips_at is None or swing.to is None:
        return "at both ends" if swing.at_low < 0 and swing.at_high < 0 else "no"
    side = "under" if swing.at_low < 0 else "over"
    at = value(swing.assumption, swing.flips_at, result.need.currency)
    return f"{side} {at}: {IN_TEXT[swing.to]} ({percent(swing.beyond)} of the range)"


def after_it(way: WayResult, result: Engagement) -> str:
    """Where the knowledge is when the need ends."""
    if result.need.kind == "one-off":
        return "not needed"
    return "gone with them" if way.id in ("freelancer", "agency") else "with your employees"


def _way(result: Engagement, name: WayId | None) -> WayResult | None:
    return next((way for way in result.ways if way.id == name), None)


def _length(first: float, last: float, horizons: tuple[float, ...]) -> str:
    if first == horizons[0]:
        return f"up to {last:.0f} months" if last < horizons[-1] else f"anything from {first:.0f} to {last:.0f} months"
    if first == last < horizons[-1]:
        return f"about {first:.0f} months"
    return f"{first:.0f} months or more" if last == horizons[-1] else f"{first:.0f} to {last:.0f} months"
