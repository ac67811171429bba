"""Container engines, by their command line: Podman and Docker, on this machine or in a virtual one beside it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from heldout.sandbox.base import NoSandboxError, SandboxFault

KINDS = ("podman", "docker")
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_CONTROLLERS = frozenset({"memory", "pids", "cpu"})
_DOCKERS = {"memory": "MemoryLimit", "pids": "PidsLimit", "cpu": "CpuCfsQuota"}


@dataclass(frozen=True)
class Engine:
    """One engine and what it told about itself."""

    program: str
    kind: str
    """`podman` or `docker`: they differ in a few options."""
    options: tuple[str, ...] = ()
    """Before every command, for example the runtime that works here."""
    local: bool = True
    """Whether its containers are processes of this machine's kernel, which we can watch ourselves."""
    rootless: bool = False
    keeps: frozenset[str] = _CONTROLLERS
    """What it can hold all processes of a container to together: `memory`, `pids`, `cpu`."""
    processors: float = 0.0
    """How many it has, 0 when it does not tell."""
    machine: str = ""
    """The processor's architecture, as `platform.machine` has it."""
    version: str = ""

    @property
    def exact(self) -> bool:
        """Whether the kernel holds a run to its memory and its processes, so that we need not watch them."""
        return self.keeps >= {"memory", "pids"}

    def command(self, *arguments: str) -> list[str]:
        """The whole command line."""
        return [self.program, *self.options, *arguments]

    def call(self, *arguments: str, seconds: float = 60.0, content: bytes = b"") -> str:
        """What the engine answers to a command of ours. Raises SandboxFault when it fails or does not answer."""
        try:
            done = subprocess.run(  # noqa: S603 - the engine, with arguments of ours
                self.command(*arguments), input=content, capture_output=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SandboxFault(f"{self.kind} {arguments[0]} gave no answer in {seconds:g} s") from error
        except OSError as error:
            raise SandboxFault(f"{self.program} could not be started: {error.strerror}") from error
        if done.returncode != 0:
            raise SandboxFault(f"{self.kind} {arguments[0]} failed: {_last(done.stderr)}")
        return done.stdout.decode("utf-8", "replace")

    def has(self, image: str) -> bool:
        """Whether an image is in its storage."""
        try:
            self.call("image", "inspect", "--format", "{{.Id}}", image)
        except SandboxFault as error:
            if "no such" in str(error).lower() or "not known" in str(error).lower():
                return False
            raise
        return True


def engines() -> Iterator[Engine | str]:
    """Each engine that answers, or a sentence on why it does not. `HELDOUT_OCI_ENGINE` names the only one to try."""
    told = os.environ.get("HELDOUT_OCI_ENGINE", "")
    for name in (told,) if told else KINDS:
        program = shutil.which(name)
        if program is None:
            yield f"{name} is not installed"
            continue
        kind = "docker" if "docker" in Path(program).name else "podman"
        try:
            yield _asked(Engine(program, kind))
        except (SandboxFault, NoSandboxError) as error:
            yield str(error)


def _asked(engine: Engine) -> Engine:
    """The engine with what it tells of itself. Raises SandboxFault, NoSandboxError."""
    answer = json.loads(engine.call("info", "--format", "{{json .}}", seconds=30))
    return _podman(engine, answer) if engine.kind == "podman" else _docker(engine, answer)


def _podman(engine: Engine, answer: dict[str, Any]) -> Engine:
    host = answer.get("host", answer.get("Host", {}))
    arch = str(host.get("arch", ""))
    return Engine(
        engine.program,
        "podman",
        local=sys.platform == "linux" and not host.get("serviceIsRemote", False),
        rootless=bool(host.get("security", {}).get("rootless", False)),
        keeps=_CONTROLLERS & set(host.get("cgroupControllers") or ()),
        processors=float(host.get("cpus") or 0),
        machine=_MACHINES.get(arch, arch),
        version=str(answer.get("version", {}).get("Version", "")),
    )


def _docker(engine: Engine, answer: dict[str, Any]) -> Engine:
    if errors := answer.get("ServerErrors"):
        raise SandboxFault(f"docker does not answer: {errors[0]}")
    if answer.get("OSType", "linux") != "linux":
        raise NoSandboxError("docker runs Windows containers; switch it to Linux containers")
    if any("rootless" in option for option in answer.get("SecurityOptions") or ()):
        raise NoSandboxError("Docker without root cannot give the programs inside a user of their own; use Podman")
    arch = str(answer.get("Architecture", ""))
    here = (platform.node(), platform.release()) == (answer.get("Name"), answer.get("KernelVersion"))
    return Engine(
        engine.program,
        "docker",
        local=sys.platform == "linux" and here,
        keeps=frozenset(name for name, key in _DOCKERS.items() if answer.get(key, False)),
        processors=float(answer.get("NCPU") or 0),
        machine=_MACHINES.get(arch, arch),
        version=str(answer.get("ServerVersion", "")),
    )


@cache
def runtimes() -> tuple[tuple[str, ...], ...]:
    """Options that name another runtime, for where the engine's own does not work (crun on mixed control groups)."""
    return ((), *(("--runtime", name) for name in ("runc", "crun") if shutil.which(name)))


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:500] if lines else "it said nothing"
