"""What the memo says first: a sentence that a director can act on and a statistician would let stand."""

from __future__ import annotations

from collections.abc import Sequence

from heldout.decision.next_evidence import ENOUGH, Outlook, Prospect, planned_first
from heldout.decision.posterior import Posterior
from heldout.decision.ranking import drawn_alike
from heldout.decision.result import LevelResult, SubjectResult, heads
from heldout.decision.steps import Planned
from heldout.evidence import Evidence
from heldout.evidence.types import Z90
from heldout.wording import bare, capital, listed, percent, within

LIKELY, UNLIKELY = 0.8, 0.2
"""Chances from and to which something is said to be likely so, or likely not."""
_WEIGHTY = 0.1
"""The weight from which a part in which somebody likely fails stands beside what is said of the whole."""
_NAMED = 4
"""Subjects that a sentence names; more are counted."""


def headline(ranked: Sequence[SubjectResult], enough: bool) -> str:
    """Who leads and how sure that is; or that there is not enough to tell."""
    if not ranked:
        return "There is nobody to decide about yet."
    first = ranked[0]
    if not any(one.sources for one in ranked):
        return "Not enough to tell: nothing has been seen of anybody yet."
    bar = _bar(first)
    if len(ranked) == 1:
        return f"{first.name} {bar}." if first.worth.told else f"Not enough to tell: {first.name} {bar}."
    best, level = _best(ranked), heads(ranked)
    if untold := [one for one in level if not one.worth.told]:
        seen = listed([f"{percent(one.covered)} was seen of {one.name}" for one in untold[:_NAMED]])
        return f"Not enough to tell: {best}; of what the role asks for, {seen}."
    return f"{'' if enough else 'Open: '}{best}; {_bars(level)}."


def _best(ranked: Sequence[SubjectResult]) -> str:
    """Who is likeliest the best: the first by expected worth is so as a rule, but need not be."""
    first, count = ranked[0], len(ranked)
    if len(alike := _alike(first, ranked)) > 1:
        each = percent(sum(one.best for one in alike) / len(alike))
        return f"{_names(alike)} cannot be told apart (about {each} each to be the best of {count})"
    other = max(ranked[1:], key=lambda one: one.best)
    next_to = _alike(other, [one for one in ranked if one is not first])
    each = f"{percent(other.best)}{' each' if len(next_to) > 1 else ''}"
    if first.best > other.best:
        return f"{first.name} is likeliest to be the best of {count} ({percent(first.best)}, {each} {_names(next_to)})"
    has = "the same expected worth" if other in heads(ranked) else "the highest expected worth"
    verb = "is" if len(next_to) == 1 else "are"
    return (
        f"{first.name} has {has}, but {_names(next_to)} {verb} likelier to be the best of {count} "
        f"({each} against {percent(first.best)})"
    )


def _alike(one: SubjectResult, among: Sequence[SubjectResult]) -> list[SubjectResult]:
    """Who may be as likely the best as `one`, as far as drawing tells; nobody else where another is likelier."""
    if any(x.best > one.best and not drawn_alike(x.best, one.best, len(among)) for x in among):
        return [one]
    return [x for x in among if x is one or drawn_alike(x.best, one.best, len(among))]


def _names(group: Sequence[SubjectResult]) -> str:
    """Everybody of a group by name; of a large one the first, and how many others."""
    names = [one.name for one in group]
    return listed(names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} others"])


def _bars(level: Sequence[SubjectResult]) -> str:
    """How those who have the highest worth stand to the bar: in one where the same is so of each."""
    told = dict.fromkeys(_bar(one) for one in level)
    if len(level) > 1 and len(told) == 1:
        return f"each of them {next(iter(told))}"
    return "; ".join(f"{one.name} {_bar(one)}" for one in level[:_NAMED])


def _bar(one: SubjectResult) -> str:
    chance = percent(one.worth.above)
    failing = [row for row in one.levels if row.weight >= _WEIGHTY and row.estimate.above <= UNLIKELY]
    but = f", but likely below the bar in {parts_of(failing)}" if failing else ""
    if one.worth.above >= LIKELY:
        return f"is likely above what the role asks for ({chance}){but}"
    if one.worth.above <= UNLIKELY:
        return f"is likely below what the role asks for ({chance} above)"
    return f"may or may not reach what the role asks for ({chance}){but}"


def parts_of(levels: Sequence[LevelResult]) -> str:
    """Competencies by name, each with the chance to reach its bar."""
    return listed([f"{within(bare(row.name))} ({percent(row.estimate.above)} to reach it)" for row in levels])


def advice(ranked: Sequence[SubjectResult], ahead: Outlook, planned: Sequence[Planned] = ()) -> str:
    """What to do next: decide, or look further, and what that is expected to bring; and what of the kit's interviews
    is still to come."""
    return " ".join(part for part in (_advice(ranked, ahead), _to_come(ranked, planned)) if part)


def _to_come(ranked: Sequence[SubjectResult], planned: Sequence[Planned]) -> str:
    """What of the kit is still to come, and what that means for comparing."""
    if not planned:
        return ""
    whom = [one.name for one in ranked if any(due.subject == one.slug for due in planned)]
    names = listed(whom) if len(whom) <= _NAMED else f"{len(whom)} of these {len(ranked)}"
    more = "1 more interview" if len(planned) == 1 else f"{len(planned)} more interviews"
    return f"The kit plans {more} (with {names}); until they are rated, not everybody was asked the same."


def _advice(ranked: Sequence[SubjectResult], ahead: Outlook) -> str:
    if not ranked:
        return "Add somebody: heldout review WHAT --into CASE --subject NAME."
    if ahead.untold:
        return _look_first(ranked, ahead)
    if not ahead.enough and ahead.advised:
        parts = _looks(ranked, ahead.advised)
        least = min(one.regret for one in ahead.advised)
        return (
            f"Before choosing, take {listed(parts)} ({_hours(ahead.advised)}). Choosing "
            f"now is expected to fall {ahead.regret:.2f} levels short of the truly best of them; "
            f"after the {'better' if len(parts) == 2 else 'best'} of these, {least:.2f}. "
            f"Under {ENOUGH:.2f} nothing further is worth asking for."
        )
    if not ahead.enough:
        return (
            f"Choosing now is expected to fall {ahead.regret:.2f} levels short of the truly best of them, and "
            "nothing that can still be asked for is expected to make it less. Decide by what the numbers do not hold."
        )
    if len(ranked) == 1:
        alone = "There is nobody to compare with, so all is held against what the role asks for. The decision is yours."
        better = min(planned_first(ahead.prospects), key=lambda one: one.deviation, default=None)
        if not better:
            return alone
        return f"{alone} {capital(better.step.name)} would narrow the interval to about ± {Z90 * better.deviation:.1f}."
    whom = ranked[0].name if len(heads(ranked)) == 1 else "any of those who are level"
    return (
        f"Enough: choosing {whom} is expected to fall {ahead.regret:.2f} levels short of the truly best of them; under "
        f"{ENOUGH:.2f} nothing further is worth asking for. The decision is yours."
    )


def _look_first(ranked: Sequence[SubjectResult], ahead: Outlook) -> str:
    """What to do while somebody who may be the best was seen too little: look at them."""
    short = [_name(ranked, slug) for slug in ahead.untold]
    whom = listed(short) if len(short) <= _NAMED else f"{len(short)} of those who may be the best"
    why = (
        f"Too little was seen of {whom} to choose by these numbers or to pass anybody over: they lean on what the "
        "model expects of everybody where nobody has looked."
    )
    if not ahead.advised:
        return f"{why} Nothing that Heldout can help to get in the hours there are would change that."
    first = ahead.advised[:_NAMED]
    return f"{why} Before choosing, take {listed(_looks(ranked, first))} ({_hours(first)})."


def _looks(ranked: Sequence[SubjectResult], taken: Sequence[Prospect]) -> list[str]:
    """Looks with whom each is taken, what is the same for several once."""
    whom: dict[str, list[str]] = {}
    for one in taken:
        whom.setdefault(one.step.name, []).append(_name(ranked, one.step.subject))
    return [f"{name} with {listed(names)}" for name, names in whom.items()]


def _hours(taken: Sequence[Prospect]) -> str:
    """What looks take together of both sides."""
    yours, theirs = (
        sum(hours) for hours in zip(*((one.step.cost.hours, one.step.cost.their_hours) for one in taken), strict=True)
    )
    return f"about {yours:g} {'hour' if yours == 1 else 'hours'} of yours, {theirs:g} of theirs"


def _name(ranked: Sequence[SubjectResult], slug: str) -> str:
    return next(one.name for one in ranked if one.slug == slug)


def limits(given: Sequence[Evidence], posterior: Posterior, ranked: Sequence[SubjectResult]) -> tuple[str, ...]:
    """What the numbers cannot carry, in the order in which it matters: first what is about somebody who is named."""
    said = []
    unseen = [one.name for one in ranked if one.covered < 0.5]
    if unseen:
        names = listed(unseen) if len(unseen) <= _NAMED else f"{len(unseen)} of them"
        said.append(
            f"Of {names} less than half of what the role asks for was seen. That is missing, not low: their interval "
            "is wide and their level drawn to the middle, which says nothing against them."
        )
    said.append(
        "Levels describe the work and the answers that were seen. They were not validated against performance at work: "
        "no such data exists here."
    )
    interviews = [one for one in given if one.source == "interview"]
    if interviews and len(interviews) == len(given):
        said.append(
            "All evidence is from interviews. How lenient the panel is as a whole cannot be told from them alone: "
            "it is taken to be up to about a level either way, and that is in every interval. Work that was read, run "
            "or graded would anchor it."
        )
    elif interviews:
        said.append(
            "How lenient the panel is as a whole can be told only from the other evidence; what is left open of it is "
            "in every interval."
        )
    if len({one.sources for one in ranked}) > 1:
        said.append("Not everybody was looked at in the same ways. Ask everybody the same before you compare closely.")
    if len({one.kind for one in ranked}) > 1:
        said.append(
            "Persons and vendors stand on one list by what was seen of them alone. What each costs, when they could "
            "begin and what stays when they leave is not in it."
        )
    assumed = sum(one.basis == "assumed" for one in given if one.source != "interview")
    if assumed:
        measured = sum(one.source != "interview" for one in given)
        said.append(
            f"How exact {assumed} of the {measured} levels from reviews, audits and work samples are was assumed, not "
            "measured; their errors count half as much again."
        )
    if any(0 < one.covered < 1 for one in ranked):
        said.append(
            "What was not observed is taken to be missing by chance. Where somebody chose what to show, or what went "
            "badly was left out, their level is too high."
        )
    return tuple(said)
