"""Conducts the runs of an audit: first training with mends, the rest of its commands, repeats, your data, growth."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from heldout.evidence.types import Frozen
from heldout.sources.handover.bench import Bench, Workshop
from heldout.sources.handover.claims import compare
from heldout.sources.handover.client import ClientInput
from heldout.sources.handover.faults_run import Faults, try_command, try_model, try_service
from heldout.sources.handover.mending import package_of
from heldout.sources.handover.models_run import Inspected, inspect
from heldout.sources.handover.observation import Observation
from heldout.sources.handover.older import Older, in_words, needed, saved_with
from heldout.sources.handover.plan import Plan, Reading, Step
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import ClaimResult
from heldout.sources.handover.running import Runner, Running
from heldout.sources.handover.seen import all_readings
from heldout.sources.handover.skew_run import Skew, compare_paths
from heldout.sources.handover.standing import Environments, Standing
from heldout.sources.handover.tables_run import OwnData, Parts, Swapper
from heldout.sources.handover.training import REPEATS, Round, Trainer, Training, ordered

T = TypeVar("T", bound=BaseModel)

_FIRST_SHARE = 0.5
"""Of the budget, what the first training may take; the repeats have what is left."""


_AFTER = 3
"""Predicting commands that are run where a training has just made its model."""

_MATTER = ("prepare", "train", "evaluate", "predict", "serve")
"""Purposes whose needs are needs of the delivery; what its plots and notebooks lack is told and costs no rung."""

_PREDICTING = ("predict", "serve")

_PACKAGES = ("module_missing", "program_missing")
"""Causes that one more package may mend."""


class Do(Protocol):
    """Does a step once and keeps its result (see `runs.steps.Steps.do`)."""

    def __call__(self, name: str, text: str, kind: type[T], make: Callable[[], T]) -> T:
        """The result of the step, kept or made now."""


class Trained(Frozen):
    """A training, with the environments as they stood when it was over."""

    training: Training
    models: tuple[Inspected, ...] = ()
    """The delivered models beside what it made."""
    predicted: tuple[Ran, ...] = ()
    """Predicting commands, run where it had trained."""
    standing: tuple[Standing, ...] = ()


class Exchanged(Frozen):
    """Trainings on the client's own data; None when none were given."""

    own: OwnData | None = None


class Spoilt(Frozen):
    """What came of spoilt input, and of one row by two ways; None when nothing could be given any."""

    faults: Faults | None = None
    skew: Skew | None = None


class Worked(Frozen):
    """What else was run, with the environments as they stood when it was over."""

    running: Running
    older: Older | None = None
    """What predicts with older packages only; None where nothing does, or nothing needs it."""
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class Findings:
    """Everything that running it brought to light; nothing is here when it could not be built."""

    training: Training | None = None
    running: Running | None = None
    models: tuple[Inspected, ...] = ()
    predicted: tuple[Ran, ...] = ()
    older: Older | None = None
    own: OwnData | None = None
    parts: Parts | None = None
    faults: Faults | None = None
    skew: Skew | None = None

    def claims(self, plan: Plan) -> tuple[ClaimResult, ...]:
        """Each claim of the plan beside what was measured."""
        seen = [run.seen for run in self.runs if run.counts and run.seen]
        fitted = {fit.model for one in seen for fit in one.fits if fit.predicts}
        asked = {model for one in seen for model, _ in one.predictions}
        return compare(plan.claims, self.readings, fitted | asked)

    @property
    def readings(self) -> tuple[tuple[Reading, ...], ...]:
        """What each training printed and wrote of quality; with the first, what notebooks and other commands say.

        What broke off has measured nothing that could be held against a claim.
        """
        rounds = [tuple(r for run in done.runs if run.counts for r in all_readings(run)) for done in self.rounds]
        ran = self.running.runs if self.running else ()
        others = tuple(r for run in ran if run.worked for r in all_readings(run))
        return ((*(rounds[0] if rounds else ()), *others), *rounds[1:])

    @property
    def seen(self) -> tuple[tuple[Observation, ...], ...]:
        """What the watch saw of each training."""
        return tuple(tuple(run.seen for run in done.runs if run.seen) for done in self.rounds)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The trainings."""
        return self.training.rounds if self.training else ()

    @property
    def runs(self) -> tuple[Ran, ...]:
        """Every run, in order."""
        trainings = [run for done in self.rounds for run in done.runs]
        return (*trainings, *(self.running.runs if self.running else ()))


@dataclass
class Conduct:
    """One audit's runs. `do` keeps each part, `workshop` gives what runs share for the environments as they stand."""

    plan: Plan
    environments: Environments
    workshop: Callable[[Environments], Workshop]
    do: Do
    budget_s: float
    inputs: Sequence[ClientInput] = ()
    _models: tuple[Inspected, ...] = ()
    _predicted: tuple[Ran, ...] = ()
    _older: Older | None = None

    def run(self) -> Findings:
        """Everything, one part after the other. Raises SandboxFault."""
        trained = self.do("3-train", "Training it again from deleted outputs", Trained, self._train)
        self._stand(trained.standing)
        worked = self.do(
            "4-run", "Running its commands, tests, notebooks and services", Worked, lambda: self._run(trained)
        )
        self._stand(worked.standing)
        self._older = older = worked.older
        running = worked.running.with_(older.running) if older else worked.running
        models = (older.models if older else ()) or trained.models
        training = self.do("5-repeat", "Training it again and again", Training, lambda: self._repeat(trained.training))
        own = self.do("6-own-data", "Training it on your data", Exchanged, self._own).own
        parts = self.do("7-parts", "Training it on parts of its rows", Parts, lambda: self._parts(training, own))
        spoilt = self.do("8-spoilt", "Giving it spoilt input", Spoilt, lambda: self._spoilt(models, running))
        return Findings(
            training=training,
            running=running,
            models=models,
            predicted=trained.predicted,
            older=older,
            own=own,
            parts=parts,
            faults=spoilt.faults,
            skew=spoilt.skew,
        )

    def _stand(self, standing: Sequence[Standing]) -> None:
        self.environments.standing |= {s.id: s for s in standing}

    def _usable(self) -> Plan:
        """The plan with the steps whose environment stands; what predicts only with older packages has those."""
        built = self.environments.built()
        steps = tuple(s for s in self.plan.steps if s.environment in built)
        return _moved(self.plan.model_copy(update={"steps": steps}), self._older.environment if self._older else "")

    def _train(self) -> Trained:
        deadline = time.monotonic() + self.budget_s * _FIRST_SHARE
        best = self._first(deadline)
        while time.monotonic() < deadline:
            before = dict(self.environments.standing)
            runs = best.first.runs if best.first else ()
            if not self._mended([(run.step, run.cause) for run in runs if run.cause and not run.worked]):
                break
            again = self._first(deadline)
            if _same(again, best):
                for standing in before.values():  # it did not help: as if it had never been; another change may
                    self.environments.back(standing)
                continue
            best = again
        return Trained(
            training=self._renamed(best),
            models=self._models,
            predicted=self._predicted,
            standing=tuple(self.environments.standing.values()),
        )

    def _renamed(self, training: Training) -> Training:
        """What no package of the index brought is code of its own that is missing."""
        added = {name for standing in self.environments.standing.values() for name in standing.added}

        def told(run: Ran) -> Ran:
            cause = run.cause
            if cause is None or cause.code != "module_missing" or package_of(cause.subject) not in added:
                return run
            message = f"Code that it calls is not part of the delivery, and no package brings it: {cause.subject}."
            return run.model_copy(
                update={"cause": cause.model_copy(update={"code": "code_missing", "message": message})}
            )

        rounds = tuple(done.model_copy(update={"runs": tuple(told(r) for r in done.runs)}) for done in training.rounds)
        return training.model_copy(update={"rounds": rounds})

    def _first(self, deadline: float) -> Training:
        """A first training; what it leaves in the bench is looked at before the bench is cleared."""
        plan = self._usable()
        self._models, self._predicted = (), ()

        def look(bench: Bench, runs: Sequence[Ran]) -> None:
            self._models = inspect(bench, plan, self._environment(), {path for run in runs for path in run.digests})
            self._predicted = tuple(bench.run_found(step) for step in plan.of("predict")[:_AFTER])

        trainer = Trainer(self.workshop(self.environments), plan, deadline)
        training = trainer.first(look)
        if training.first is None and any(model.present for model in plan.models):
            with trainer.shop.bench("models") as bench:
                self._models = inspect(bench, plan, self._environment())
        return training

    def _environment(self) -> str:
        built = self.environments.built()
        used = [step.environment for step in self.plan.steps if step.environment in built]
        return used[0] if used else next(iter(built))

    def _own(self) -> Exchanged:
        if not self.inputs:
            return Exchanged()
        return Exchanged(own=self._swapper().own(self.inputs))

    def _parts(self, training: Training, own: OwnData | None) -> Parts:
        return self._swapper().parts(training, own, self.inputs)

    def _swapper(self) -> Swapper:
        deadline = time.monotonic() + self.budget_s * _FIRST_SHARE
        return Swapper(self.workshop(self.environments), self._usable(), deadline)

    def _spoilt(self, models: Sequence[Inspected], running: Running) -> Spoilt:
        shop, plan = self.workshop(self.environments), self._usable()
        environment = self._older.environment if self._older else self._environment()
        faults = (
            try_service(running.served)
            or try_command(shop, plan, running.of(plan, "predict"))
            or try_model(shop, plan, models, environment)
        )
        skew = compare_paths(shop, plan, running.served, models, environment)
        return Spoilt(faults=faults, skew=skew)

    def _mended(self, failed: Sequence[tuple[str, Cause]]) -> bool:
        """Whether an environment could be changed as a failed step asks; what a side command lacks costs nothing."""
        steps = {step.id: step for step in self.plan.steps}
        return any(
            self.environments.mend(steps[id_].environment, cause, counts=steps[id_].purpose in _MATTER)
            for id_, cause in failed
        )

    def _lacking(self, running: Running) -> list[tuple[str, Cause]]:
        """The steps that a package more may mend, services and tests that are called in an unknown way among them."""
        ended = [*((run.step, run.cause) for run in running.runs), *((one.step, one.cause) for one in running.served)]
        tests = {step.id for step in self.plan.of("test")}
        return [
            (step, cause)
            for step, cause in ended
            if cause and (cause.code in _PACKAGES or (step in tests and cause.code in ("usage", "guess")))
        ]

    def _run(self, trained: Trained) -> Worked:
        deadline = time.monotonic() + self.budget_s * _FIRST_SHARE
        prepare: tuple[Step, ...] = ordered(self.plan)
        running = Runner(self.workshop(self.environments), self._usable(), deadline).run(prepare)
        for _ in range(4):
            failed, before = self._lacking(running), dict(self.environments.standing)
            if not failed or not self._mended(failed) or time.monotonic() > deadline:
                break
            again = {id_ for id_, _ in failed}
            plan = self._usable()
            part = plan.model_copy(update={"steps": tuple(s for s in plan.steps if s.id in again)})
            later = Runner(self.workshop(self.environments), part, deadline).run(prepare)
            if _told(failed) <= _told(self._lacking(later)):
                for standing in before.values():  # it did not help: as if it had never been
                    self.environments.back(standing)
                break
            running = running.with_(later)
        older = self._with_older(trained, running, deadline)
        return Worked(running=running, older=older, standing=tuple(self.environments.standing.values()))

    def _with_older(self, trained: Trained, running: Running, deadline: float) -> Older | None:
        """What predicts with older packages, where nothing does with those of today and that may be the reason."""
        cause = needed(self.plan, running, trained.models)
        if cause is None or any(run.worked for run in trained.predicted):
            return None
        id_ = self._environment()
        before = self.environments.standing[id_]
        for standing in self.environments.beside(id_, saved_with(trained.models)):
            shop, plan = self.workshop(self.environments), _moved(self._usable(), standing.id)
            steps = tuple(s for s in plan.steps if s.purpose in _PREDICTING)
            with shop.bench("older") as bench:
                models = inspect(bench, plan, standing.id)
            found = Older(
                environment=standing.id,
                words=in_words(before, standing),
                why=cause.message,
                running=Runner(shop, plan.model_copy(update={"steps": steps}), deadline).run(),
                models=models,
            )
            if found.helps(self.plan):
                return found
            if time.monotonic() > deadline:
                break
        self.environments.standing.pop(f"{id_}-older", None)
        return None

    def _repeat(self, training: Training) -> Training:
        deadline = time.monotonic() + self.budget_s
        return Trainer(self.workshop(self.environments), self._usable(), deadline).repeat(training, REPEATS)


def _moved(plan: Plan, environment: str) -> Plan:
    """The plan with what predicts in another environment, if one is named."""
    if not environment:
        return plan
    steps = tuple(
        step.model_copy(update={"environment": environment}) if step.purpose in _PREDICTING else step
        for step in plan.steps
    )
    return plan.model_copy(update={"steps": steps})


def _told(failed: Sequence[tuple[str, Cause]]) -> set[tuple[str, str]]:
    """Which step fails for which reason."""
    return {(step, f"{cause.code} {_about(cause)}") for step, cause in failed}


def _about(cause: Cause) -> str:
    """What a cause is about: of a module the package, since a package that lacks a module of its own helps nothing."""
    return cause.subject.partition(".")[0] if cause.code == "module_missing" else cause.subject


def _same(one: Training, other: Training) -> bool:
    """Whether a change helped nothing: the same steps fail for the same reason."""

    def told(training: Training) -> set[tuple[str, str]]:
        runs = training.first.runs if training.first else ()
        return _told([(run.step, run.cause) for run in runs if run.cause])

    if len(one.trained) > len(other.trained) or len(one.chain) > len(other.chain):
        return False
    return told(one) >= told(other) or len(one.chain) < len(other.chain)
