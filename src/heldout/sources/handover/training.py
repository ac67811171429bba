"""Trains the delivery again from deleted outputs, as often as the budget allows, and keeps what each training left.

That a training worked is read off what it made and what it measured: a program that ends with exit code 0 and leaves
nothing has trained nothing.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from heldout.evidence.types import Frozen
from heldout.sandbox.base import Limits
from heldout.sources.handover.bench import Bench, Workshop
from heldout.sources.handover.discover.code.files import MODEL_SUFFIXES
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Cause, Ran

_KEPT = 10
_BESIDE = 0.25
"""Of the time left, what a step may take that no training waits for: it may only be waiting for a network."""
_NO_RESULT = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".md", ".rst", ".html", ".py", ".sh", ".log")

REPEATS = 5
"""Trainings of the same: below five, an interval says next to nothing."""


class Round(Frozen):
    """One training from deleted outputs: its runs in order, and what was deleted before."""

    runs: tuple[Ran, ...]
    deleted: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Wall time of all its runs."""
        return sum(run.wall_s for run in self.runs)

    @property
    def cpu_s(self) -> float | None:
        """Processor time of all its runs; None when the machine does not tell."""
        told = [run.cpu_s for run in self.runs if run.cpu_s is not None]
        return sum(told) if len(told) == len(self.runs) and told else None

    @property
    def peak_bytes(self) -> int | None:
        """Highest memory of any of its runs."""
        return max((run.peak_memory_bytes for run in self.runs if run.peak_memory_bytes), default=None)


class Training(Frozen):
    """All trainings of one audit. `chain` are the ids of the steps that every round after the first repeats."""

    rounds: tuple[Round, ...] = ()
    chain: tuple[str, ...] = ()
    trained: tuple[str, ...] = ()
    """Those of the chain that train: what failed of them or left nothing is not here."""
    kept: tuple[str, ...] = ()
    """Files that a training writes and reads before: they are not deleted."""
    stopped: str = ""
    """Why there are fewer rounds than wanted."""

    @property
    def first(self) -> Round | None:
        """The first round, which tries every command."""
        return self.rounds[0] if self.rounds else None

    @property
    def cause(self) -> Cause | None:
        """Why the first training that failed did so, when none worked."""
        if self.trained or self.first is None:
            return None
        return next((run.cause for run in self.first.runs if run.cause is not None), None)


After = Callable[[Bench, Sequence[Ran]], None]
"""Something to do in a bench when its training is over, while the workspace is still there; given what ran."""


def _nothing(_bench: Bench, _runs: Sequence[Ran]) -> None:
    pass


@dataclass(frozen=True)
class Trainer:
    """Trains by a plan. `deadline` is as of time.monotonic()."""

    shop: Workshop
    plan: Plan
    deadline: float
    prepare: Callable[[Bench], None] = lambda _bench: None
    """Lays the client's own files into a bench before anything runs."""
    again: Callable[[Bench, Ran], None] = lambda _bench, _ran: None
    """Lays them once more after a run that may have made the delivery's in their place."""
    laid: Sequence[str] = ()
    """Their paths: they are no outputs to be deleted, though a step of the delivery may make such."""

    def first(self, after: After = _nothing) -> Training:
        """Try every command that prepares, trains or evaluates, once."""
        steps = ordered(self.plan)
        if not any(step.purpose == "train" for step in steps):
            return Training()
        kept: set[str] = set()
        while True:
            with self.shop.bench("train-1") as bench:
                self.prepare(bench)
                there = bench.files()
                steps = tuple(step for step in steps if not fetches_again(step, there))
                deleted = bench.delete(outputs(steps), kept | self._laid(bench))
                runs = self._runs(bench, steps)
                lacking = wrongly_deleted(steps, runs, deleted)
                if lacking and len(kept) < _KEPT:
                    kept |= lacking
                    continue
                after(bench, runs)
            break
        done = Round(runs=tuple(runs), deleted=deleted)
        trained = tuple(
            run.step for run in runs if self._purpose(run.step) == "train" and has_trained(run, set(deleted))
        )
        chain = tuple(run.step for run in runs if run.counts) if trained else ()
        return Training(rounds=(done,), chain=chain, trained=trained, kept=tuple(sorted(kept)))

    def repeat(self, training: Training, times: int = REPEATS, label: str = "train") -> Training:
        """Further rounds of what worked, until there are `times` or the deadline would be passed."""
        rounds = list(training.rounds)
        stopped = ""
        while len(rounds) < times and training.trained:
            need = max(done.seconds for done in rounds)
            if time.monotonic() + need > self.deadline:
                stopped = f"the time for {times} trainings of {need:.0f} s was not there"
                break
            rounds.append(self.once(training, f"{label}-{len(rounds) + 1}"))
        return training.model_copy(update={"rounds": tuple(rounds), "stopped": stopped})

    def once(self, training: Training, label: str) -> Round:
        """One round of what worked, in a fresh copy."""
        steps = tuple(step for step in ordered(self.plan) if step.id in training.chain)
        with self.shop.bench(label) as bench:
            self.prepare(bench)
            deleted = bench.delete(outputs(steps), {*training.kept, *self._laid(bench)})
            runs = self._runs(bench, steps)
        return Round(runs=tuple(runs), deleted=deleted)

    def _runs(self, bench: Bench, steps: Sequence[Step]) -> list[Ran]:
        runs: list[Ran] = []
        for step in steps:
            left = self.deadline - time.monotonic()
            if runs and left < 1:
                break
            share = left if step.id in needed(steps) else left * _BESIDE
            limits = _within(self.shop.limits, max(share, 30.0))
            ran = bench.run_found(step, command=forced(step.command), limits=limits)
            runs.append(ran.model_copy(update={"came_through": came_through(ran, step)}))
            self.again(bench, ran)
        return runs

    def _laid(self, bench: Bench) -> set[str]:
        return {path for path in bench.files() if any(under(path, laid) for laid in self.laid)}

    def _purpose(self, id_: str) -> str:
        return next((step.purpose for step in self.plan.steps if step.id == id_), "other")


def under(path: str, place: str) -> bool:
    """Whether a path is this file, or lies in this folder."""
    return path == place or path.startswith(f"{place}/")


def ordered(plan: Plan) -> tuple[Step, ...]:
    """The steps of a training, those first that others come after; the plan's order otherwise."""
    rank = {"prepare": 0, "train": 1, "evaluate": 2}
    waiting = sorted((s for s in plan.steps if s.purpose in rank), key=lambda step: rank[step.purpose])
    known = {step.id for step in waiting}
    done: list[Step] = []
    while waiting:
        ready = next((s for s in waiting if {a for a in s.after if a in known} <= {d.id for d in done}), waiting[0])
        waiting.remove(ready)
        done.append(ready)
    return tuple(done)


def fetches_again(step: Step, there: Collection[str]) -> bool:
    """Whether it only fetches what was delivered: without network it would fail, and with it change nothing.

    A training whose model was delivered is none of these, though it fetches something too.
    """
    return step.downloads and step.purpose != "train" and bool(step.outputs) and set(step.outputs) <= set(there)


def outputs(steps: Iterable[Step]) -> tuple[str, ...]:
    """What the steps make and may be deleted before them: nothing that one of them reads before another made it."""
    made: list[str] = []
    read: set[str] = set()
    for step in steps:
        read |= {path for path in step.inputs if path not in made}
        made += [path for path in step.outputs if path not in read]
    return tuple(dict.fromkeys(made))


def needed(steps: Sequence[Step]) -> set[str]:
    """The ids of the steps that train, and of those that one of them comes after."""
    after = {step.id: step.after for step in steps}
    found = set[str]()
    waiting = [step.id for step in steps if step.purpose == "train"]
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting.extend(after.get(id_, ()))
    return found


def wrongly_deleted(steps: Sequence[Step], runs: Sequence[Ran], deleted: Sequence[str]) -> set[str]:
    """What was deleted as an output, and is read before anything makes it: settings that a search writes back."""
    lacking: set[str] = set()
    by_id = {step.id: step for step in steps}
    before: list[Step] = []
    for run in runs:
        step = by_id[run.step]
        if run.cause is not None and run.cause.code == "data_missing":
            named = run.cause.subject.removeprefix("./")
            own = posixpath.normpath(posixpath.join(step.folder, named))
            made = outputs(before)
            lacking |= {
                path
                for path in deleted
                if path in (own, named) and not any(fnmatch.fnmatchcase(path, pattern) for pattern in made)
            }
        before.append(step)
    return lacking


def forced(command: str) -> str:
    """The command such that it works again though its outputs look up to date (make, dvc, snakemake)."""
    command = re.sub(r"(^|[;&|]\s*)make(?=\s|$)(?!\s+-B)", r"\1make -B", command)
    command = re.sub(r"\bdvc repro\b(?!.*(?:\s-f\b|--force))", "dvc repro --force", command)
    return re.sub(r"\bsnakemake\b(?!.*(?:\s-F\b|--forceall))", "snakemake --forceall", command)


def has_trained(run: Ran, deleted: set[str]) -> bool:
    """Whether a run left a training behind: files made or changed, or quality measured; a crash before is none.

    Settings, documents and logs are no training: a program that only writes how to train somewhere else writes them.
    """
    if not run.counts:
        return False
    seen = run.seen is not None and bool(run.seen.fits)
    left = {*run.made, *run.changed, *run.rewritten, *(deleted & set(run.digests))}
    return bool(run.readings or seen or any(not path.lower().endswith(_NO_RESULT) for path in left))


def came_and_missing(run: Ran, step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outputs that the plan names for a step: those that a run wrote, and those that did not come."""
    came = tuple(pattern for pattern in step.outputs if _written(run, pattern))
    return came, tuple(pattern for pattern in step.outputs if pattern not in came)


def came_through(run: Ran, step: Step) -> bool:
    """Whether a run that failed by an error had made everything that it trains before.

    That is every output that is a model, at least one; which files those are tells their kind. What is stopped by a
    limit has not come through: the next part of a model may have been on its way.
    """
    if run.worked or run.cause is None or run.cause.code == "limit":
        return False
    models = [pattern for pattern in step.outputs if pattern.lower().endswith(MODEL_SUFFIXES)]
    return bool(models) and all(_written(run, pattern) for pattern in models)


def _written(run: Ran, pattern: str) -> bool:
    wanted = pattern.removeprefix("./").rstrip("/")
    written = (*run.made, *run.changed, *run.rewritten)
    return any(fnmatch.fnmatchcase(path, wanted) or path.startswith(f"{wanted}/") for path in written)


def _within(limits: Limits, seconds: float) -> Limits:
    return replace(limits, wall_s=min(limits.wall_s, seconds))
