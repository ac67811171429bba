"""Audit a delivery: plan, build, run, retrain, the client's own data, growth, ownership - in steps that are kept."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from heldout import __version__
from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.material import open_material
from heldout.material.open import Material
from heldout.material.tree import LINK
from heldout.runs.progress import Progress, Silent
from heldout.runs.steps import Steps
from heldout.sandbox.base import Sandbox
from heldout.sandbox.environments import Attempt, Recipe, build
from heldout.sandbox.folders import data_folder, made
from heldout.sandbox.interpreters import interpreters
from heldout.sandbox.provider import find_sandbox
from heldout.sandbox.relay import Relay, relay
from heldout.sources.handover.answers import Answers
from heldout.sources.handover.bench import OwnCode, Workshop
from heldout.sources.handover.client import ClientInput
from heldout.sources.handover.complete import complete
from heldout.sources.handover.conduct import Conduct, Findings
from heldout.sources.handover.discover import discover, static_checks
from heldout.sources.handover.followed import follow_links
from heldout.sources.handover.image_run import Imaged, try_image
from heldout.sources.handover.judge import judge
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.plan_file import read_plan
from heldout.sources.handover.result import Audit, Check
from heldout.sources.handover.rubric import rubric, score
from heldout.sources.handover.shelf import CAPS, Shelf, copy_delivery, digests, opened, reading_tree
from heldout.sources.handover.standing import Environments, Standing

_STEPS = 9


@dataclass(frozen=True)
class AuditOrder:
    """What to audit and how far. `budget_s` is for all trainings and runs together; `folder` keeps plan and logs."""

    what: str
    kept: Path
    plan: tuple[str, str] | None = None
    """(text, name) of a plan file to follow instead of what is discovered."""
    subfolder: str = "."
    revision: str | None = None
    inputs: tuple[ClientInput, ...] = ()
    answers: Answers = field(default_factory=Answers)
    budget_s: float = 1800.0
    sandbox: str | None = None
    index: str | None = None
    """Address of the package index; None: the one that the installers of this machine use."""


class _GoneError(Exception):
    """Environments of an interrupted audit were deleted meanwhile."""


class _Statics(Frozen):
    checks: tuple[Check, ...] = ()


class _Stands(Frozen):
    standing: tuple[Standing, ...] = ()


def plan_of(order: AuditOrder, progress: Progress | None = None) -> Plan:
    """The plan that an audit would follow; nothing is built or run. Raises InputError, OurFault."""
    watcher = progress or Silent()
    watcher.step(f"Fetching {order.what}")
    with _opened(order, watcher) as material:
        return _planned(order, material)


def audit(
    order: AuditOrder, progress: Progress | None = None, deliver: Callable[[Audit], None] = lambda _result: None
) -> Audit:
    """Audit a delivery from beginning to end, going on where an interrupted audit of the same stopped.

    `deliver` hands the result on: only when it has returned is forgotten what was done, so that nothing has to be run
    again for want of a place to write to. Raises InputError for what cannot be audited, NoSandboxError without a
    sandbox, SandboxFault and OurFault when we failed; whatever became of the delivery is in the result.
    """
    watcher = progress or Silent()
    began = time.monotonic()
    sandbox = find_sandbox(order.sandbox)
    watcher.step(f"Fetching {order.what}")
    with _opened(order, watcher) as material:
        plan = _planned(order, material)
        about = _about(order, material, plan, sandbox)
        with opened(order.kept, made(data_folder() / "audits"), about) as shelf:
            shut = copy_delivery(material, shelf)
            with relay(made(data_folder() / "cache" / "packages"), order.index) as index:
                steps = Steps(shelf.steps, about, watcher, _STEPS)
                try:
                    result = _Audit(order, material, plan, sandbox, shelf, steps, index).run()
                except _GoneError:  # what was built before the interruption is no longer there
                    shutil.rmtree(shelf.steps, ignore_errors=True)
                    steps = Steps(shelf.steps, about, watcher, _STEPS)
                    result = _Audit(order, material, plan, sandbox, shelf, steps, index).run()
            result = result.model_copy(update={"gaps": (*result.gaps, *shut)})
            result = complete(result, replace(material, tree=reading_tree(material.tree)))
            day, before = datetime.now(UTC).replace(microsecond=0), round(steps.taken_up_s, 1)
            seconds = round(time.monotonic() - began + before, 1)
            result = result.model_copy(update={"taken_at": day, "seconds": seconds, "before_s": before})
            deliver(result)
            shelf.clear()
    return result


@dataclass
class _Audit:
    order: AuditOrder
    material: Material
    plan: Plan
    sandbox: Sandbox
    shelf: Shelf
    steps: Steps
    index: Relay

    def run(self) -> Audit:
        reading = replace(self.material, tree=reading_tree(self.material.tree))
        where = self.order.subfolder
        static = self.steps.do(
            "1-static",
            "Reading what it declares",
            _Statics,
            lambda: _Statics(checks=static_checks(reading, self.plan, where)),
        )
        environments = self._environments()
        stands = self.steps.do(
            "2-build", "Building its environments", _Stands, lambda: self._build(environments)
        ).standing
        if any(s.at and not s.there for s in stands):
            raise _GoneError
        environments.standing = {s.id: s for s in stands}
        imaged = self.steps.do("2-image", "Building its image", Imaged, self._image)
        found = Findings()
        if environments.built():
            conduct = Conduct(
                plan=self.plan,
                environments=environments,
                workshop=self._workshop,
                do=self.steps.do,
                budget_s=self.order.budget_s,
                inputs=self.order.inputs,
            )
            found = conduct.run()
        order = list(rubric().items)
        judged = judge(reading, self.plan, environments.standing, imaged, found, self.order.answers)
        checks = tuple(sorted((*static.checks, *judged), key=lambda check: order.index(check.id)))
        return self._audit(checks, environments.standing, found)

    @cached_property
    def _digests(self) -> dict[str, str]:
        return digests(self.shelf.delivery)

    def _environments(self) -> Environments:
        def make(recipe: Recipe, at: Path) -> Attempt:
            self.steps.progress.step(f"Building: {recipe.command}")
            return build(self.sandbox, self.index, recipe, self.shelf.delivery, at)

        return Environments(
            tree=reading_tree(self.material.tree),
            planned={env.id: env for env in self.plan.environments},
            pythons=interpreters(),
            folder=self.shelf.environments,
            make=make,
            keep=self.shelf.write_log,
        )

    def _build(self, environments: Environments) -> _Stands:
        used = {step.environment for step in self.plan.steps} or {env.id for env in self.plan.environments}
        return _Stands(standing=tuple(environments.build(id_) for id_ in environments.planned if id_ in used))

    def _workshop(self, environments: Environments) -> Workshop:
        return Workshop(
            sandbox=self.sandbox,
            delivery=self.shelf.delivery,
            environments=environments.built(),
            write_log=self.shelf.write_log,
            code=OwnCode(tuple(entry.path for entry in self.material.tree if entry.suffix == ".py")),
            digests=self._digests,
            tell=lambda line: self.steps.progress.step(f"Running: {line}"),
        )

    def _image(self) -> Imaged:
        day = next((env.as_of for env in self.plan.environments if env.as_of), None)
        tree = reading_tree(self.material.tree)
        at = made(self.shelf.held / "image")
        return try_image(tree, self.shelf.delivery, at, self.index, day, self.shelf.write_log)

    def _audit(self, checks: tuple[Check, ...], standing: Mapping[str, Standing], found: Findings) -> Audit:
        return Audit(
            delivery=self.material.name,
            origin=self.material.origin,
            digest=self.material.tree.digest,
            plan=self.plan,
            checks=checks,
            scores=score(checks),
            claims=found.claims(self.plan),
            growth=found.parts.growth if found.parts else None,
            runs=found.runs,
            on_yours=found.own.round.runs if found.own and found.own.round else (),
            attempts=tuple(a for s in standing.values() for a in s.attempts),
            gaps=self.material.gaps,
            provider=self.sandbox.name,
        )


@contextmanager
def _opened(order: AuditOrder, watcher: Progress) -> Iterator[Material]:
    """The delivery, with its links followed as far as they stay inside."""
    with open_material(order.what, limits=CAPS, revision=order.revision, progress=watcher.step) as material:
        tree, gaps = follow_links(material.tree)
        kept = tuple(gap for gap in material.gaps if gap.why != LINK)
        yield replace(material, tree=tree, gaps=(*kept, *gaps))


def _planned(order: AuditOrder, material: Material) -> Plan:
    if order.plan is not None:
        plan = read_plan(*order.plan)
        if not plan.environments:
            raise InputError(
                f"{order.plan[1]} names no [[environment]], so nothing could be built or run. What is given with "
                "--plan is the whole plan; leave --plan out to have the rest found: a delivery.toml is read by itself"
            )
        return plan
    tree = reading_tree(material.tree)
    return discover(replace(material, tree=tree), order.subfolder)


def _about(order: AuditOrder, material: Material, plan: Plan, sandbox: Sandbox) -> str:
    """A digest over everything that the results depend on."""
    told = hashlib.sha256()
    for part in (
        __version__,
        material.tree.digest,
        order.subfolder,
        plan.model_dump_json(),
        sandbox.name,
        *(f"{item} {item.stamp}" for item in order.inputs),
        str(order.budget_s),
    ):
        told.update(part.encode() + b"\0")
    return told.hexdigest()
