"""The provider of container engines: Podman or Docker, by their command line."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from heldout.sandbox.base import (
    USUAL_SPACE,
    WORK,
    Completed,
    Guard,
    Job,
    NoSandboxError,
    SandboxFault,
    Space,
    Workspace,
)
from heldout.sandbox.connector import Network
from heldout.sandbox.containers import Contained, start, sweep
from heldout.sandbox.engines import Engine, engines, runtimes
from heldout.sandbox.forwarder import Forwarder
from heldout.sandbox.images import Image, image
from heldout.sandbox.jail import PATH, checked
from heldout.sandbox.service import Served, WayIn, served
from heldout.sandbox.walls import arguments, filter_of
from heldout.sandbox.watch import watch
from heldout.sandbox.workspace import open_workspace, slot_for


@dataclass(frozen=True)
class Oci:
    """The provider; see `base.Sandbox`."""

    engine: Engine
    image: Image
    name: str = "oci"

    def guards(self) -> Sequence[Guard]:
        """Each protection, present or missing."""
        from heldout.sandbox.probes import oci_guards

        return oci_guards(self)

    @property
    def own_filter(self) -> bool:
        """Whether our list of refused system calls is in force, not the engine's."""
        return bool(filter_of(self.engine, self.image))

    def workspace(
        self, space: Space = USUAL_SPACE, at: Path | None = None, inside: str = WORK
    ) -> AbstractContextManager[Workspace]:
        """A workspace of its own user."""
        return open_workspace(space, at, inside)

    def run(self, job: Job) -> Completed:
        """Run a program to its end or to a limit."""
        with self._started(job) as running:
            return running.wait()

    @contextmanager
    def serve(self, job: Job) -> Iterator[Served]:
        """Start a program and go on."""
        with self._started(job) as running:

            def enter() -> WayIn:
                # Entering its network costs a request nothing; the way through the engine works everywhere.
                return Network(running.init) if running.init else Forwarder(self.engine, running.name, PATH)

            with served(running, enter) as service:
                yield service

    @contextmanager
    def _started(self, job: Job) -> Iterator[Contained]:
        checked(job)
        written = job.workspace or self.image.root
        with slot_for(written) as slot:
            name = f"heldout-{slot.name}-{secrets.token_hex(8)}"
            options = arguments(self.engine, self.image, job, slot, name)
            running = start(self.engine, name, options, job, watch(written, job.limits, None))
            try:
                yield running
            finally:
                running.kill()
                running.close()


def find_oci() -> Oci:
    """The first engine that can run a program here, tried for real; containers of dead processes are removed first.

    Raises NoSandboxError with what to install or to start.
    """
    reasons = []
    for engine in engines():
        if isinstance(engine, str):
            reasons.append(engine)
            continue
        try:
            return _working(engine)
        except SandboxFault as error:
            reasons.append(f"{engine.kind}: {error}")
    raise NoSandboxError(
        f"no container engine can be used: {'; '.join(reasons)}; install podman (on macOS and Windows also "
        "`podman machine init` and `podman machine start`) or start Docker"
    )


def _working(engine: Engine) -> Oci:
    sweep(engine)
    reasons = []
    for options in runtimes() if engine.kind == "podman" and engine.local else ((),):
        provider = Oci(replace(engine, options=options), image(engine))
        try:
            done = provider.run(Job(("/bin/true",)))
        except SandboxFault as error:
            reasons.append(str(error))
            continue
        if done.ok:
            return provider
        reasons.append(f"a trial run ended with {done.verdict}")
    raise SandboxFault("; ".join(dict.fromkeys(reasons)))
