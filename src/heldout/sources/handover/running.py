"""Runs the delivery as it stands: its tests, what predicts, its notebooks and other commands, its services."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from heldout.evidence.types import Frozen
from heldout.sandbox.base import Limits
from heldout.sources.handover.bench import Bench, Workshop
from heldout.sources.handover.filling import filled
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Ran
from heldout.sources.handover.service_run import Served, try_service
from heldout.sources.handover.tests_run import Tested, read_tests

_FIRST = ("test", "predict", "other", "notebook")


class Suite(Frozen):
    """One run of a delivery's own tests."""

    step: str
    tested: Tested
    command: str
    log: str


class Running(Frozen):
    """Everything that was run of it beside training."""

    runs: tuple[Ran, ...] = ()
    suites: tuple[Suite, ...] = ()
    served: tuple[Served, ...] = ()
    left_out: tuple[str, ...] = ()
    """Ids of steps for which there was no time."""

    def of(self, plan: Plan, *purposes: str) -> tuple[Ran, ...]:
        """The runs of steps with one of these purposes."""
        wanted = {step.id for step in plan.steps if step.purpose in purposes}
        return tuple(run for run in self.runs if run.step in wanted)

    def with_(self, later: Running) -> Running:
        """These, with those of the same steps taken from a later run."""
        again = {run.step for run in later.runs} | {one.step for one in later.served}
        return Running(
            runs=(*(run for run in self.runs if run.step not in again), *later.runs),
            suites=(*(suite for suite in self.suites if suite.step not in again), *later.suites),
            served=(*(one for one in self.served if one.step not in again), *later.served),
            left_out=self.left_out,
        )


@dataclass(frozen=True)
class Runner:
    """Runs by a plan. `deadline` is as of time.monotonic(), `logs` reads a log that was kept."""

    shop: Workshop
    plan: Plan
    deadline: float
    each_s: float = 300.0
    """The longest that one command may take; never more than a third of the time that is left."""

    def run(self, prepare: Sequence[Step] = ()) -> Running:
        """Every step that does not train, each in a fresh copy; `prepare` are run in it before. Raises SandboxFault."""
        runs: list[Ran] = []
        suites: list[Suite] = []
        served: list[Served] = []
        left: list[str] = []
        for step in self._steps():
            if runs and time.monotonic() > self.deadline:
                left.append(step.id)
                continue
            with self.shop.bench("run") as bench:
                if step.purpose == "serve":
                    planned = next((s for s in self.plan.services if s.step == step.id), None)
                    served.append(try_service(bench, step, planned))
                    continue
                ran, tested = self.one(bench, step, prepare)
                runs.append(ran)
                if tested is not None:
                    suites.append(Suite(step=step.id, tested=tested, command=ran.command, log=ran.log))
        return Running(runs=tuple(runs), suites=tuple(suites), served=tuple(served), left_out=tuple(left))

    def one(self, bench: Bench, step: Step, prepare: Sequence[Step] = ()) -> tuple[Ran, Tested | None]:
        """One step in a bench; for tests also how they went."""
        left = max(30.0, (self.deadline - time.monotonic()) / 3)
        limits = replace(self.shop.limits, wall_s=min(self.each_s, left))
        for before in prepare:
            if before.id in step.after:
                bench.run(before, limits=limits)
        ran = bench.run_found(step, limits=limits)
        if step.purpose == "predict" and ran.cause is not None and ran.cause.code == "usage":
            ran = _with_input(bench, step, ran, ran.cause.subject, limits)
        if step.purpose != "test":
            return ran, None
        return ran, read_tests(bench.output)

    def _steps(self) -> tuple[Step, ...]:
        order = {purpose: number for number, purpose in enumerate((*_FIRST, "serve"))}
        wanted = [step for step in self.plan.steps if step.purpose in order]
        return tuple(sorted(wanted, key=lambda step: order[step.purpose]))


def _with_input(bench: Bench, step: Step, ran: Ran, lacking: str, limits: Limits) -> Ran:
    """The run of a documented command that lacks its input, with the delivery's own table where it has one for it."""
    found = filled(step.command, lacking, step.folder, bench.files())
    if found is None:
        return ran
    again = bench.run_found(step, command=found[0], limits=limits)
    if again.cause is not None:
        said = f"It lacks {found[1]}; with that: {again.cause.message[:1].lower()}{again.cause.message[1:]}"
        return again.model_copy(update={"cause": again.cause.model_copy(update={"message": said})})
    return again.model_copy(update={"mended": f"{found[1]} was added, which it lacks"}) if again.worked else ran
