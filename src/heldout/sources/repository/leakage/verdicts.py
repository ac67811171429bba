"""From what was seen to what is said: which rows met which estimators, and what each leak is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.machine import UNCOUNTED, Evaluation, Machine
from heldout.sources.repository.leakage.names import sides_in
from heldout.sources.repository.leakage.order import answers, future, units
from heldout.sources.repository.leakage.rows import Atom, Rows, beyond, meet, opposite
from heldout.sources.repository.leakage.types import Kind, Leak, Report, Step, Undecided
from heldout.sources.repository.leakage.values import Fit, Influence, in_order


def report(machine: Machine) -> Report:
    """All that the machine saw, as leaks; the same leak found twice is told once."""
    found: dict[tuple[Kind, str], Leak] = {}
    finders = (at_splits, at_fits, at_evaluations, overlaps, many_tests, answers, future, units)
    every = (leak for finder in finders for leak in finder(machine))
    for leak in sorted(every, key=lambda k: (not k.certain, k.line, k.kind, k.message, k.flow)):
        found.setdefault((leak.kind, leak.message), leak)
    leaks = sorted(found.values(), key=lambda k: (k.line, k.kind, k.message))
    undecided = sorted(machine.undecided, key=lambda u: (u.line, u.why))
    return Report(
        tuple(leaks),
        tuple(undecided),
        sum(not split.inner for split in machine.splits),
        len(machine.fits),
        len(machine.evaluations),
        held_scores(machine),
        own_scores(machine),
    )


def own_scores(machine: Machine) -> int:
    """How many metrics judge a model on nothing but rows that it learnt from."""
    return sum(
        event.how == "metric" and bool(event.rows) and not beyond(event.rows, event.fit.rows)
        for event in machine.evaluations
    )


def held_scores(machine: Machine) -> int:
    """How many metrics judge a model on rows that it did not learn from."""
    return sum(
        event.how == "metric" and bool(event.rows and event.fit.rows) and not meet(event.rows, event.fit.rows)
        for event in machine.evaluations
    )


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps by line, each line once."""
    lines: dict[int, str] = {}
    for line, note in steps:
        lines.setdefault(line, note)
    return tuple(sorted(lines.items()))


def origin(machine: Machine, rows: Rows) -> list[Step]:
    """Where rows were read."""
    steps = []
    for atom in sorted(rows, key=lambda a: (a.source, a.parts))[:2]:
        line, label = machine.sources.get(atom.source, (0, ""))
        if line:
            steps.append((line, f"rows come from {label}" if label else "rows come from here"))
    return steps


def at_splits(machine: Machine) -> Iterator[Leak]:
    """Rows that were parted after something had been computed over all of them."""
    used = {key for fit in machine.fits for atom in fit.rows for key, _ in atom.parts}
    tested = {a.source for e in machine.evaluations if e.how == "metric" and e.side == "test" for a in e.rows}
    for split in machine.splits:
        if split.key and split.key not in used:
            continue  # folds for something else than a model: an encoding out of fold
        for influence in telling(machine, split.influences):
            if not meet(influence.rows, split.rows) or out_of_fold(influence.rows):
                continue
            # Folds inside a training part that was put aside before: the final test stays clean.
            apart = not tested & {a.source for a in influence.rows} or not beyond(influence.rows, split.rows)
            training = split.of_training and bool(tested) and apart
            inside = split.inner and (training or all(machine.parted(atom) for atom in influence.rows))
            end = (split.line, f"{split.how} parts the rows only after that")
            leak = spoken(machine, influence, end, certain=not inside)
            if not inside and only_watched(machine, influence.rows | split.rows):
                leak = of_validation(leak, influence)
            elif inside and leak.kind == "oversampling":
                leak = replace(leak, inner=True)
            elif inside:
                folds = split.how.removesuffix(".fit")
                what = f"{influence.what} (line {influence.line}) is computed over all folds of {folds}"
                leak = replace(leak, message=f"{what}; the test rows take no part in it", inner=True)
            yield leak


def out_of_fold(rows: Rows) -> bool:
    """Whether rows are the training part of folds: what is computed over them is put into the others, fold by fold."""
    return bool(rows) and all(any(k.startswith("fold ") and s == "train" for k, s in a.parts) for a in rows)


def spoken(machine: Machine, influence: Influence, end: Step, *, certain: bool = True, alone: bool = False) -> Leak:
    """The words for one influence that crosses a split; `alone` when it comes of the held-out rows only."""
    flow = ordered([*origin(machine, influence.rows), *influence.flow, end])
    what = f"{influence.what} (line {influence.line})"
    if influence.sort == "copies":
        if _BLENDS.search(influence.what):
            message = (
                f"{what} makes new rows out of others before they are parted: test rows take part in training rows"
            )
        else:
            message = f"{what} makes copies of rows before they are parted: copies of test rows are trained on"
        return Leak("oversampling", end[0], message, flow, certain=certain, origin=influence.line, away=influence.away)
    if alone:
        message = f"{what} is computed over the held-out rows and changes them: at work there is no such set of rows"
    else:
        message = f"{what} is computed over rows that the model is judged on"
    return Leak(
        "preprocessing",
        end[0],
        message,
        flow,
        certain=certain and not influence.weak,
        origin=influence.line,
        away=influence.away,
    )


def at_fits(machine: Machine) -> Iterator[Leak]:
    """Models that learn from rows changed by what rows beyond them say."""
    for fit in machine.fits:
        if fit.name in apis.CLUSTERERS:
            continue
        for influence in telling(machine, fit.influences):
            if out_of_fold(influence.rows):
                continue
            outside = beyond(influence.rows, fit.rows)
            own = {a.source for a in fit.rows} | machine.guessed
            apart = any(a.source not in own for a in outside) and meet(influence.rows, fit.rows)
            if apart or (outside and meet(machine.beside(fit.rows), influence.rows)):
                end = (fit.line, f"{fit.name} learns from rows that were changed by it")
                leak = spoken(machine, influence, end)
                yield of_validation(leak, influence) if only_watched(machine, influence.rows) else leak


def at_evaluations(machine: Machine) -> Iterator[Leak]:
    """Held-out rows that had a part in what changed the training rows or themselves."""
    for event in machine.evaluations:
        if meet(event.rows, event.fit.rows) or not event.fit.rows:
            continue
        if event.fit.name in apis.CLUSTERERS:
            continue  # what learns without an answer may see all rows
        for influence in telling(machine, event.fit.influences | event.influences):
            if not meet(influence.rows, event.rows) or out_of_fold(influence.rows):
                continue
            alone = not beyond(influence.rows, event.rows) and not meet(influence.rows, event.fit.rows)
            if alone and event.how == "metric" and influence.line == event.line:
                continue  # a number that the metric itself works out of the rows
            if influence.sort == "copies" and not meet(influence.rows, event.fit.rows):
                continue  # held-out rows drawn again and again: how sure a score is
            note = "the held-out rows are changed by their own numbers" if alone else "rows that took part in it"
            end = (event.line, note if alone else f"{event.fit.name} is judged on {note}")
            leak = spoken(machine, influence, end, alone=alone)
            yield of_validation(leak, influence) if only_watched(machine, influence.rows) else leak


def only_watched(machine: Machine, rows: Rows) -> bool:
    """Whether fits that only watch these rows are scored on other held-out rows, and no score judges by these."""
    held = [e for e in machine.evaluations if e.rows and not meet(e.rows, e.fit.rows)]
    chosen_by = frozenset[Atom]().union(*(e.rows for e in held if e.side == "val" or e.for_choice))
    tested = frozenset[Atom]().union(*(e.rows for e in held if e.side == "test" and e.how != "validation"))

    def watches(event: Evaluation) -> bool:
        return event.how == "validation" or (event.side != "test" and not beyond(event.rows, chosen_by))

    final = [e for e in held if not watches(e)]
    watched = {e.fit for e in held if watches(e) and meet(e.rows, rows)}
    scores = (e for e in final if e.how == "metric" and e.fit in watched)
    scored = any(e.side == "test" or was_put_aside(e.rows) or not beyond(e.rows, tested) for e in scores)
    return scored and not any(meet(e.rows, rows) for e in final)


def of_validation(leak: Leak, influence: Influence) -> Leak:
    """The same leak, told of the validation rows: those of the score take no part in it."""
    what = f"{influence.what} (line {influence.line})"
    if leak.kind == "oversampling":
        made = "new rows out of others" if _BLENDS.search(influence.what) else "copies of rows"
        message = f"{what} makes {made} before the rows for validation are parted"
    else:
        message = f"{what} is computed over rows of the validation too"
    return replace(leak, message=f"{message}; the rows of the score take no part in it", watched_only=True)


_BLENDS = re.compile(r"SMOTE|ADASYN")
"""Resamplers that make rows between others, and copy none."""


def overlaps(machine: Machine) -> Iterator[Leak]:
    """Models judged on rows that they learnt from: rows put aside as a test, or no other rows at all."""
    judged: dict[Fit, list[Evaluation]] = defaultdict(list)
    for event in machine.evaluations:
        if event.how != "predict" and event.rows and event.fit.name not in apis.CLUSTERERS:
            judged[event.fit].append(event)
    for fit, events in judged.items():
        yield from twice_drawn(fit, events)
        kind, told, what = on_own_rows(machine, fit, events)
        if not told:
            continue
        line = told[0].line
        flow = [
            *origin(machine, fit.rows),
            (fit.line, f"{fit.name} learns from these rows"),
            (line, "and is judged on them"),
        ]
        message = f"{fit.name} (line {fit.line}) is judged on {what}"
        yield Leak(kind, line, message, ordered(flow), owned_up=all(e.side == "train" for e in told))


def on_own_rows(machine: Machine, fit: Fit, events: list[Evaluation]) -> tuple[Kind, list[Evaluation], str]:
    """The judgements of a fit that rest on rows that it learnt from, and what leak they are; none for an honest one."""
    own = [e for e in events if meet(e.rows, fit.rows) and not either_way(e, fit) and not crosswise(e, fit)]
    aside = [e for e in own if was_put_aside(e.rows) and not beyond(e.rows, fit.rows)]
    if aside:
        return "overlap", aside, "rows put aside as a test, which it learnt from"
    honest = len(own) < len(events) or fit.searched or fit.stepwise or fit.name in machine.cross_validated
    # That there are no other rows can only be said of what was followed to its end.
    elsewhere = any(name == fit.name and beyond(rows, fit.rows) for name, rows in machine.entrusted)
    if honest or elsewhere or machine.undecided:
        return "training_score", [], ""
    learnt = {a.source for a in fit.rows}
    only = [e for e in own if {a.source for a in e.rows} <= learnt and e.side not in ("val", "test")]
    partly = [e for e in only if beyond(e.rows, fit.rows)]
    if partly:
        return "overlap", partly, "rows of which it learnt some"
    return "training_score", only, "no other rows than it learnt from"


def crosswise(event: Evaluation, fit: Fit) -> bool:
    """Whether conditions of their own pick both the rows that a fit has and those it is judged on: who knows which."""
    pairs = ((set(a.parts), set(b.parts)) for a in fit.rows for b in event.rows if a.source == b.source)
    return any(_picks(learnt - held) and _picks(held - learnt) for learnt, held in pairs)


def _picks(parts: set[tuple[str, str]]) -> bool:
    return any(key.startswith(("mask ", "picked")) for key, _ in parts)


def either_way(event: Evaluation, fit: Fit) -> bool:
    """Whether a fit has all rows or only those on the other side of a cut, as a branch of the code decides."""
    others = {opposite(part) for atom in event.rows for part in atom.parts} - {None}
    return any(part in others for atom in fit.rows for part in atom.parts)


def twice_drawn(fit: Fit, events: list[Evaluation]) -> Iterator[Leak]:
    """Models judged on one random sample of a table after they learnt from another: rows can be in both."""
    for event in events:
        for learnt, held in ((a, b) for a in fit.rows for b in event.rows if not a.apart(b)):
            mine, theirs = draws(learnt) - draws(held), draws(held) - draws(learnt)
            if mine and theirs:
                line = fit.line
                message = (
                    f"{fit.name} (line {line}) is judged on a sample of the table that it learnt another sample of"
                )
                steps = [(line, f"{fit.name} learns from one sample"), (event.line, "and is judged on another")]
                yield Leak("overlap", event.line, message, ordered(steps))
                return


def draws(atom: Atom) -> frozenset[str]:
    """The random samples that rows were drawn in."""
    return frozenset(key for key, side in atom.parts if key.startswith("sample ") and side == "taken")


def was_put_aside(rows: Rows) -> bool:
    """Whether rows are the test side of a split."""
    return all(any(side == "test" for _, side in atom.parts) for atom in rows)


def many_tests(machine: Machine) -> Iterator[Leak]:
    """One held-out set that judges several fits, or that a fit watched while it learnt and is then judged on."""
    users: dict[Rows, list[Evaluation]] = defaultdict(list)
    called: dict[Rows, set[str]] = defaultdict(set)
    for event in machine.evaluations:
        called[unpicked(event.rows)].add(event.side)
    for event in machine.evaluations:
        if (
            event.for_choice
            or event.fit.name in apis.CLUSTERERS
            or kept_for_choice(machine, event.rows)
            # A loop of one's own says by its names which rows it follows; where they say nothing, nothing is said.
            or (event.fit.stepwise and not (was_put_aside(event.rows) or said_to_be(machine, event.rows, "test")))
        ):
            continue
        asked_of_known = event.how != "predict" or any(a.parts for a in event.rows)
        if asked_of_known and not meet(event.rows, event.fit.rows):
            users[unpicked(event.rows)].append(event)
    for rows, met in users.items():
        if "val" in called[rows] and "test" not in called[rows]:
            continue  # all that names them calls them validation rows
        events = of_one_answer(met)
        folded = any(key.startswith("fold ") for atom in rows for key, _ in atom.parts)
        wrapped = {site for e in events for site in e.fit.wraps}
        fits = {e.fit.site for e in events if e.how != "validation"} - wrapped
        scored = {e.fit.site for e in events if e.how == "metric"}
        # What is predicted in each round may be added up; where a score is told, only that judges.
        told = [e for e in events if e.how != "predict" or e.fit.site not in scored]
        again = {e.fit.site for e in told if same_rows_again(machine, e) and not folded}
        watched = any(e.how == "validation" for e in events)
        if all(e.how == "predict" for e in events) and not was_put_aside(rows):
            continue  # rows of their own that are only predicted: a submission, with no answers to judge by
        models = judgements(machine.evaluations, fits)
        if models + len(again) < 2 and not (watched and any(e.how == "metric" for e in events)):
            continue
        sure = judgements(machine.evaluations, fits & scored)
        yield reused(sorted(events, key=lambda e: (e.line, e.fit.line)), sure, bool(again), watched)


def of_one_answer(events: list[Evaluation]) -> list[Evaluation]:
    """Those that are held against the answer of most fits: models of different answers do not compete."""
    asked: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.truth:
            asked[event.truth].add(event.fit.site)
    several = sum(len(sites) for sites in asked.values()) > len(set[str]().union(*asked.values()))
    if len(asked) < 2 or several:
        return events
    most = max(sorted(asked), key=lambda answer: len(asked[answer]))
    return [e for e in events if e.fit.site in asked[most]]


def judgements(events: Iterable[Evaluation], fits: set[str]) -> int:
    """How many models some fits come to: those that are only ever judged together are one ensemble."""
    scored: dict[str, set[frozenset[str]]] = defaultdict(set)
    for event in events:
        if event.how == "metric":
            scored[event.fit.site].add(frozenset() if event.loops else event.together)
    models = set()
    for fit in fits:
        ways = sorted(scored[fit], key=sorted)
        models.add(ways[0] if len(ways) == 1 and ways[0] else frozenset({fit}))
    return len(models)


def same_rows_again(machine: Machine, event: Evaluation) -> bool:
    """Whether a loop fits and judges, and neither hands out the judged rows nor draws them, others in each round."""
    own = {atom.source for atom in event.rows}
    anew = [machine.drawn.get(key, frozenset()) for a in event.rows for key in (a.source, *(k for k, _ in a.parts))]
    loops = (event.loops & event.fit.loops).difference(*anew)
    counted = [loop for loop in loops if not loop.endswith(UNCOUNTED)]
    return any(not own & machine.handed.get(loop, frozenset()) for loop in counted)


def kept_for_choice(machine: Machine, rows: Rows) -> bool:
    """Whether all rows come from, or lie in a piece of, what the source calls validation data."""
    if rows and all(any(side == "val" for _, side in atom.parts) for atom in rows):
        return True
    return said_to_be(machine, rows, "val")


def said_to_be(machine: Machine, rows: Rows, side: str) -> bool:
    """Whether all rows come from what the source, or the name of its file, calls by this side alone."""
    labels = [machine.sources.get(atom.source, (0, ""))[1] for atom in rows]
    return bool(labels) and all({side} == set(sides_in(re.split(r"\W+", label))) for label in labels)


def unpicked(rows: Rows) -> Rows:
    """The test set that some rows were picked from."""
    return frozenset(Atom(a.source, tuple(p for p in a.parts if p[0] != "picked")) for a in rows)


def reused(events: list[Evaluation], fits: int, looped: bool, watched: bool) -> Leak:
    """The words for a test set that was used more than once."""
    flow = ordered((e.line, f"{e.fit.name} (fitted at line {e.fit.line}) meets the test rows") for e in events[:8])
    if looped:
        message = "Models that are fitted in the rounds of a loop are judged on the same test rows"
    elif fits > 1 or not watched:
        message = f"{fits if fits > 1 else 'Several'} models are judged on the same test rows"
    else:
        message = "The rows that a model watches while it learns are the test rows too"
    scores = tuple(sorted({e.line for e in events if e.how == "metric"}))
    line = scores[-1] if scores else events[-1].line
    measured = () if looped else (("models_judged", fits),)
    return Leak(
        "multi_test",
        line,
        message,
        flow,
        measured=measured,
        scores=scores,
        watched=watched,
        stepwise=any(e.fit.stepwise for e in events),
        away=any(e.away for e in events),
    )


def telling(machine: Machine, influences: Iterable[Influence]) -> list[Influence]:
    """Those that carry rows across a split, in an order that does not depend on hashing.

    An answer that is cut into classes of equal size is what is to be said, not what it is said by.
    """
    answers = {fit.answer for fit in machine.fits} - {None}
    told = (i for i in influences if i.sort != "future" and not (i.what == "qcut" and i.column in answers))
    return sorted(told, key=in_order)


__all__ = ["Undecided", "report"]
