"""Leaks through what rows mean: the answer among the features, the future in the past, one unit on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from heldout.sources.repository.leakage.machine import Machine, Split
from heldout.sources.repository.leakage.rows import beyond, meet
from heldout.sources.repository.leakage.types import Leak, Step
from heldout.sources.repository.leakage.values import Fit, Influence, in_order


def answers(machine: Machine) -> Iterator[Leak]:
    """Features that hold the target, or that were computed from it over all rows."""
    for fit in machine.fits:
        if fit.given_answer:
            flow = (
                (fit.line, f"{fit.name} gets a table with the column {fit.answer!r} and learns to say that column"),
            )
            yield Leak("target", fit.line, f"the target {fit.answer!r} is among the features of {fit.name}", flow)
        yield from given_away(fit)
        for influence in sorted(fit.seen, key=in_order):
            made_of_answer = fit.answer is not None and influence.of == fit.answer != influence.column
            # A mean of the answer over nothing but a training part is what we advise.
            honest = all(atom.parts for atom in influence.rows) and not beyond(influence.rows, fit.rows)
            if influence.sort == "statistic" and made_of_answer and meet(influence.rows, fit.rows) and not honest:
                yield encoded(fit, influence)


def given_away(fit: Fit) -> Iterator[Leak]:
    """Features that were worked out from the answer row by row, and answers that were from the features."""
    for found in fit.read_off:
        origins = " and ".join(repr(origin) for origin in found.of)
        steps = ((found.line, f"{found.made!r} is worked out from {origins}"),)
        if found.answer:
            message = (
                f"the target {found.made!r} (line {found.line}) can be read off: {origins} stays among the features"
            )
            yield told(fit, steps, message, certain=False)
        else:
            message = f"the feature {found.made!r} (line {found.line}) is worked out from the target"
            yield told(fit, steps, message, certain=True)


def told(fit: Fit, steps: tuple[Step, ...], message: str, *, certain: bool) -> Leak:
    """A leak of the target into a fit."""
    flow = (*steps, (fit.line, f"{fit.name} learns from that table"))
    return Leak("target", fit.line, message, tuple(sorted(flow)), certain=certain)


def encoded(fit: Fit, influence: Influence) -> Leak:
    """The words for a feature that was made of the answer."""
    flow = (*influence.flow, (fit.line, f"{fit.name} learns from it to say {fit.answer!r}"))
    message = f"{influence.what} (line {influence.line}) puts the target into the features"
    return Leak("target", fit.line, message, tuple(sorted(flow)), certain=False)


def future(machine: Machine) -> Iterator[Leak]:
    """Features taken from later rows, and rows in the order of time that are shuffled apart."""
    for fit in machine.fits:
        for influence in sorted(fit.seen, key=in_order):
            if influence.sort == "future":
                flow = tuple(sorted((*influence.flow, (fit.line, f"{fit.name} learns from it"))))
                message = f"{influence.what} (line {influence.line}) puts a later row's value into the features"
                yield Leak("time", fit.line, message, flow, certain=False)
    for split in machine.splits:
        if "Group" in split.how:
            continue  # whole series are put on either side
        for source in sources(split):
            before = source in machine.ordered and machine.ordered[source][0] <= split.line
            if before and split.shuffled:
                message = "rows in the order of time are shuffled into training and test"
                yield parted("time", split, machine.ordered[source], message)
            if source in machine.ordered and source in machine.backward:
                message = "gaps or windows look at later rows before the rows are parted"
                yield parted("time", split, machine.backward[source], message)


def units(machine: Machine) -> Iterator[Leak]:
    """Rows of one patient, customer or device that a split by single rows puts on both sides."""
    for split in machine.splits:
        if "Group" in split.how or split.grouped or split.how.endswith("validation_split"):
            continue
        for source in sources(split):
            if source in machine.units:
                line, unit = machine.units[source]
                step = (line, f"rows are grouped by {unit!r}: there are many per {unit}")
                message = f"rows of one {unit!r} can fall on both sides of the split"
                yield parted("group", split, step, message)


def parted(kind: str, split: Split, step: Step, message: str) -> Leak:
    """A leak that likely is one: the code shows the evidence, the data would show the leak."""
    flow = tuple(sorted((step, (split.line, f"{split.how} parts the rows one by one"))))
    return Leak("time" if kind == "time" else "group", split.line, message, flow, certain=False)


def sources(split: Split) -> list[str]:
    """Where the rows of a split come from."""
    return sorted({atom.source for atom in split.rows})
