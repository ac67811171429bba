"""Builds an environment of packages without trusting any of them: everything foreign happens inside.

Resolving, downloading, building source distributions and installing all run in the sandbox, whose only window is the
relay of the package index. The result stands on disk below the data folder, is shown at /env, and is never written
again.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from uv import find_uv_bin

from heldout.sandbox.base import GIB, MIB, Completed, Job, Limits, Mount, Sandbox, Space, Workspace
from heldout.sandbox.folders import staged
from heldout.sandbox.interpreters import Interpreter
from heldout.sandbox.relay import Relay, check_index

ENV = "/env"
_PORT = 8099
_INSIDE = "/heldout"
_SOCKET = "/heldout-index.sock"
_UV = "/heldout-uv"
_SPACE = Space(disk_bytes=12 * GIB, files=400_000)
_LIMITS = Limits(wall_s=900, cpus=2, memory_bytes=6 * GIB, processes=512, output_bytes=16 * MIB, shm_bytes=GIB)


@dataclass(frozen=True)
class Recipe:
    """One way to make an environment: a Python, an installer, what it is told to install, and of which day."""

    python: Interpreter
    arguments: tuple[str, ...]
    """After `install`: `-r requirements.txt`, `.`; paths are relative to the delivery's folder."""
    installer: str = "uv"
    """`uv` or `pip`."""
    as_of: date | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    """Further files written beside the delivery's before installing: pins taken out of a lock."""

    @property
    def command(self) -> str:
        """As a person would type it."""
        tool = "uv pip install" if self.installer == "uv" else "pip install"
        day = f" --exclude-newer {self.as_of}" if self.as_of and self.installer == "uv" else ""
        return f"{tool} --python {self.python.minor}{day} {' '.join(self.arguments)}"


@dataclass(frozen=True)
class Built:
    """A finished environment: mount it and the Python under it."""

    at: Path
    python: Interpreter
    packages: tuple[str, ...]
    """`name==version` of all that is installed, sorted."""
    seconds: float

    @property
    def digest(self) -> str:
        """SHA-256 over Python and packages, in hexadecimal."""
        return hashlib.sha256("\n".join((str(self.python), *self.packages)).encode()).hexdigest()

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What a job that uses it needs to see."""
        return (Mount(self.at, ENV), *self.python.mounts)

    @property
    def path(self) -> str:
        """The PATH of a job that uses it."""
        return f"{ENV}/bin:/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Attempt:
    """What came of a recipe: an environment, or the output that says why not."""

    recipe: Recipe
    built: Built | None
    done: Completed
    missing: tuple[str, ...] = ()
    """Names that the index does not have and that were asked for."""

    @property
    def log(self) -> str:
        """Everything that the installer said."""
        return (self.done.stdout + self.done.stderr).decode("utf-8", "replace")


def inside_scripts() -> Path:
    """Our own scripts that run inside, in a place that everyone may read."""
    with as_file(files("heldout.sandbox").joinpath("inside")) as folder:
        return staged(Path(folder))


def build(
    sandbox: Sandbox, relay: Relay, recipe: Recipe, delivery: Path, at: Path, limits: Limits = _LIMITS
) -> Attempt:
    """Make an environment at the folder `at` (new or empty) for a delivery, of which a copy is taken.

    Raises SandboxFault when the sandbox or the index failed: that is nobody's fault but ours. UndatedFault, one of
    them, when only the wanted day was too much for the index.
    """
    before = set(relay.record.missing)
    relay.record.forget()
    with sandbox.workspace(_SPACE, at=at, inside=ENV) as workspace:
        workspace.put(delivery, "delivery")
        for name, content in recipe.files:
            workspace.write(f"delivery/{name}", content)
        job = _job(recipe, relay, workspace, limits)
        done = sandbox.run(replace(job, argv=_through_relay(recipe)))
        missing = tuple(sorted(relay.record.missing - before))
        if not done.ok:
            check_index(relay.record)
            return Attempt(recipe, None, done, missing)
        frozen = sandbox.run(replace(job, argv=(_UV, "pip", "freeze", "--python", f"{ENV}/bin/python"), folder=""))
        workspace.remove("cache")
    lines = frozen.stdout.decode("utf-8", "replace").splitlines()
    packages = tuple(sorted(line for line in lines if re.match(r"[\w.-]+( @ |==)", line)))
    return Attempt(recipe, Built(at, recipe.python, packages, done.usage.wall_s), done, missing)


def _through_relay(recipe: Recipe) -> tuple[str, ...]:
    """The command that makes the environment and installs, with the relay on its loopback."""
    make = f"{_UV} venv --quiet --seed --allow-existing --python {recipe.python.inside} {ENV}"
    return (
        recipe.python.inside,
        f"{_INSIDE}/forward.py",
        _SOCKET,
        str(_PORT),
        "--",
        "/bin/sh",
        "-c",
        f'{make} && exec "$@"',
        "sh",
        *_install(recipe),
    )


def _job(recipe: Recipe, relay: Relay, workspace: Workspace, limits: Limits) -> Job:
    uv = staged(Path(os.fsdecode(find_uv_bin())))
    mounts = (Mount(inside_scripts(), _INSIDE), Mount(uv, _UV), *recipe.python.mounts)
    day = f"/asof/{recipe.as_of}" if recipe.as_of else ""
    index = f"http://127.0.0.1:{_PORT}{day}/simple"
    environment = {
        "UV_DEFAULT_INDEX": index,
        "UV_CACHE_DIR": f"{ENV}/cache",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_CONFIG": "1",
        "UV_NO_PROGRESS": "1",
        "UV_HTTP_TIMEOUT": "300",
        "UV_CONCURRENT_BUILDS": "2",
        "PIP_INDEX_URL": index,
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CACHE_DIR": f"{ENV}/cache/pip",
        "PIP_PROGRESS_BAR": "off",
        "PIP_ROOT_USER_ACTION": "ignore",
        "HOME": "/tmp",  # noqa: S108 - inside
        "VIRTUAL_ENV": ENV,
        "PATH": f"{ENV}/bin:/usr/local/bin:/usr/bin:/bin",
    }
    sockets = {_SOCKET: relay.socket}
    return Job((), workspace, mounts, sockets, environment, folder="delivery", limits=limits)


def _install(recipe: Recipe) -> list[str]:
    if recipe.installer == "uv":
        tool = [_UV, "pip", "install", "--python", f"{ENV}/bin/python", "--compile-bytecode"]
        return [*tool, "--index-strategy", "unsafe-best-match", *recipe.arguments]
    return [f"{ENV}/bin/python", "-m", "pip", "install", *recipe.arguments]
