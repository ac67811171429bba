"""Builds a delivered Dockerfile without trusting it, and runs programs in what came of it.

The engine that builds runs inside as well: in a container without network, as the root of a user namespace that rules
over nothing outside, and with limits on memory, processes, disk and time that hold for all steps together. Its storage
lies in a workspace and is gone afterwards, so nothing that a delivery makes comes near the images of this machine. Base
images are handed in from the engine's storage; packages come from the relay of the index. Whatever else a step wants of
the network is not there, and that is said instead of a failure.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from heldout.errors import InputError
from heldout.sandbox import seccomp
from heldout.sandbox.base import GIB, MIB, Completed, Job, Limits, Mount, NoSandboxError, SandboxFault, Space
from heldout.sandbox.dockerfiles import base_images
from heldout.sandbox.environments import inside_scripts
from heldout.sandbox.folders import data_folder, made
from heldout.sandbox.images import Image, skeleton_in
from heldout.sandbox.oci import Oci
from heldout.sandbox.relay import Relay, check_index
from heldout.sandbox.walls import FIRST_ID, IDS, kept
from heldout.sandbox.workspace import Folder

PULL = "HELDOUT_OCI_PULL"
LIMITS = Limits(wall_s=1800, cpus=2, memory_bytes=6 * GIB, processes=512, output_bytes=16 * MIB, shm_bytes=GIB)
SPACE = Space(disk_bytes=20 * GIB, files=1_000_000)
_PORT = 8099
_SOCKET = "/heldout-index.sock"
_INSIDE = "/heldout"
_ROOT = "rootfs"
_ABSENT = re.compile(r"image not known|no such image|short-name|did not resolve to an alias|not in local storage", re.I)
_NETWORK = re.compile(
    r"Temporary failure (?:in name resolution|resolving)|could ?n.t resolve host|Name or service not known"
    r"|Network is unreachable|getaddrinfo|bad address|unable to resolve|ENOTFOUND|EAI_AGAIN|CondaHTTPError"
    r"|Failed to establish a new connection|dial tcp|No route to host|Temporary failure resolving",
    re.IGNORECASE,
)
_FULL = re.compile(r"No space left on device|File size limit exceeded|exit status 153\b|Disk quota exceeded")
"""153 is how a shell tells of SIGXFSZ: a file was larger than all that the build may hold."""


class Cause(StrEnum):
    """Why there is no image."""

    NONE = ""
    BASE_IMAGE = "base image"
    """An image to build on is not on this machine: nothing is known of the delivery."""
    NETWORK = "network"
    """A step wants more of the network than Python packages: nothing is known of the delivery."""
    LIMIT = "limit"
    FAILED = "failed"


@dataclass(frozen=True)
class BuiltImage:
    """The files of an image, kept at a folder, and what the Dockerfile says of running it."""

    at: Path
    command: tuple[str, ...]
    """ENTRYPOINT and CMD together."""
    environment: tuple[tuple[str, str], ...]
    folder: str
    ports: tuple[int, ...]
    """What EXPOSE names, of TCP."""
    user: str
    seconds: float

    def job(self, *argv: str, limits: Limits | None = None) -> Job:
        """A job of it: its own command, or another."""
        return Job(
            argv or self.command,
            environment=dict(self.environment),
            folder=self.folder,
            limits=limits or Limits(),
        )


@dataclass(frozen=True)
class ImageAttempt:
    """What came of a Dockerfile."""

    built: BuiltImage | None
    cause: Cause
    why: str
    """One sentence, empty for an image."""
    done: Completed | None = None

    @property
    def log(self) -> str:
        """Everything that the build said."""
        return (self.done.stdout + self.done.stderr).decode("utf-8", "replace") if self.done else ""


def build_image(
    sandbox: Oci,
    context: Path,
    dockerfile: str,
    at: Path,
    relay: Relay | None = None,
    as_of: date | None = None,
    limits: Limits = LIMITS,
    space: Space = SPACE,
) -> ImageAttempt:
    """Build the Dockerfile at the path `dockerfile` below `context`, of which a copy is taken; keep the image at `at`.

    Raises NoSandboxError where no build is safe, SandboxFault when we or the index failed, InputError when the
    Dockerfile is not there.
    """
    check_builder(sandbox)
    if relay is not None:
        relay.record.forget()
    file = context / dockerfile
    if not file.is_file() or file.is_symlink():
        raise InputError(f"{dockerfile} is no file of the delivery")
    bases = base_images(file.read_text("utf-8", "replace"))
    for base in bases:
        if why := _missing(sandbox, base):
            return ImageAttempt(None, Cause.BASE_IMAGE, why)
    with (
        tempfile.TemporaryDirectory(dir=made(data_folder() / "bases"), prefix="build-") as name,
        sandbox.workspace(space, at=at) as workspace,
    ):
        if not isinstance(workspace, Folder):
            raise SandboxFault("the workspace belongs to another provider")
        _clear(sandbox, workspace)
        workspace.put(context, "context")
        _configure(workspace, sandbox, relay, as_of)
        mounts = [Mount(archive, f"/bases/{archive.name}") for archive in _saved(sandbox, bases, Path(name))]
        done, settings = _built(sandbox, workspace, _job(workspace, dockerfile, relay, mounts, limits))
        _clear(sandbox, workspace, *([_ROOT] if settings is not None else []))
    if settings is not None:
        return ImageAttempt(_read(at, settings, done.usage.wall_s), Cause.NONE, "", done)
    if relay is not None:
        check_index(relay.record)
    return ImageAttempt(None, *_cause(done), done)


@contextmanager
def opened(sandbox: Oci, built: BuiltImage, space: Space = SPACE) -> Iterator[Oci]:
    """A provider whose programs run in the image: they see its files as their root, and may change them.

    They run as a user without rights to whom all these files belong, whatever USER says. `image.root` is the
    workspace for putting files in and taking them out. Raises SandboxFault.
    """
    with sandbox.workspace(space, at=built.at, inside="/") as workspace:
        if not isinstance(workspace, Folder):
            raise SandboxFault("the workspace belongs to another provider")
        root = built.at / _ROOT
        if root.is_symlink() or not root.is_dir():  # foreign code wrote what is beside it
            raise SandboxFault(f"{root} is no image that was built here")
        yield replace(sandbox, image=Image("", (), root=replace(workspace, path=root)))


def check_builder(sandbox: Oci) -> None:
    """Raise NoSandboxError, saying why, where a Dockerfile cannot be built safely."""
    engine = sandbox.engine
    if engine.kind != "podman" or not engine.local or sys.platform != "linux":
        raise NoSandboxError(
            "a Dockerfile is built with Podman on Linux only, whose builder works without rights and within limits; "
            "install podman, or build it yourself and audit the rest"
        )
    if os.geteuid() == 0:
        ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
        if not any(first <= FIRST_ID and first + length > FIRST_ID + 256 * IDS for first, _, length in ranges):
            raise NoSandboxError("this container has too few user ids for a build; run on the machine itself")


def _missing(sandbox: Oci, base: str) -> str:
    """Why an image is not in the engine's storage, empty when it is; it is fetched first where the user allows that."""
    if "$" in base or base.startswith("-"):
        return f"the base image {base} has no name of its own: an argument of the Dockerfile has no value"
    if sandbox.engine.has(base):
        return ""
    if os.environ.get(PULL, "") not in ("1", "yes", "true"):
        return f"the base image {base} is not here; `{sandbox.engine.kind} pull {base}` gets it"
    try:
        sandbox.engine.call("pull", "--quiet", base, seconds=1800)
    except SandboxFault as error:
        return f"the base image {base} is not here and could not be fetched: {error}"
    return ""


def _saved(sandbox: Oci, bases: tuple[str, ...], folder: Path) -> list[Path]:
    """Base images as archives that the builder may read."""
    folder.chmod(0o755)
    archives = []
    for number, base in enumerate(bases):
        archive = folder / f"{number}.tar"
        sandbox.engine.call("save", "--quiet", "--output", str(archive), base, seconds=1800)
        archive.chmod(0o644)
        archives.append(archive)
    return archives


def _job(workspace: Folder, dockerfile: str, relay: Relay | None, mounts: list[Mount], limits: Limits) -> Job:
    """The build, with the relay on its loopback."""
    settings = [Mount(kept(content), f"/etc/containers/{name}") for name, content in _CONTAINERS.items()]
    script = ("/bin/sh", f"{_INSIDE}/build.sh", dockerfile)
    forward = ("/usr/bin/python3", f"{_INSIDE}/forward.py", _SOCKET, str(_PORT), "--") if relay else ()
    return Job(
        (*forward, *script),
        workspace,
        (Mount(inside_scripts(), _INSIDE), *settings, *mounts),
        {_SOCKET: relay.socket} if relay else {},
        limits=limits,
    )


def _built(sandbox: Oci, workspace: Folder, job: Job) -> tuple[Completed, dict[str, Any] | None]:
    """Run the build; the settings of the image when there is one."""
    done = _builder(sandbox, workspace).run(job)
    if not done.ok:
        return done, None
    settings: dict[str, Any] = json.loads(workspace.read("image.json", 4 * MIB))[0]["Config"]
    return done, settings


def _builder(sandbox: Oci, workspace: Folder) -> Oci:
    return replace(sandbox, image=Image("", sandbox.image.mounts, skeleton_in(workspace), builds=True))


def _clear(sandbox: Oci, workspace: Folder, *but: str) -> None:
    """Empty a workspace but for some names."""
    workspace.remove("root")
    if sandbox.engine.rootless and (workspace.path / "store").exists():
        # Files of users that only exist in the engine's namespace are not ours to delete.
        ample = replace(workspace, space=Space(1 << 60, 1 << 60))
        _builder(sandbox, ample).run(Job(("/bin/sh", "-c", "rm -rf /work/store /work/rootfs /work/temporary"), ample))
    for left in workspace.path.iterdir():
        if left.name not in but:
            workspace.remove(left.name)


_CONTAINERS = {
    "policy.json": json.dumps({"default": [{"type": "insecureAcceptAnything"}]}),
    "registries.conf": 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n',
}
"""What the builder knows of registries: how short names are completed. It can reach none."""


def _configure(workspace: Folder, sandbox: Oci, relay: Relay | None, as_of: date | None) -> None:
    """Where installers inside find packages, and which system calls a step is refused."""
    day = f"/asof/{as_of}" if as_of else ""
    index = f"http://127.0.0.1:{_PORT}{day}/simple"
    pip = f"[global]\nindex-url = {index}\ndisable-pip-version-check = true\n" if relay else ""
    uv = f'[[index]]\nurl = "{index}"\ndefault = true\n' if relay else ""
    workspace.write("settings/pip.conf", pip.encode())
    workspace.write("settings/uv.toml", uv.encode())
    workspace.write("settings/filter.json", seccomp.profile(sandbox.engine.machine).encode())


def _cause(done: Completed) -> tuple[Cause, str]:
    if done.verdict not in ("ok", "failed"):
        return Cause.LIMIT, f"the build was stopped: {done.why}"
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    errors = [line for line in said.splitlines() if line.startswith("Error:")]
    last = errors[-1][:400] if errors else done.why
    if _ABSENT.search(last):
        return Cause.BASE_IMAGE, f"an image that it builds on is not here: {last}"
    if _FULL.search(said):
        return Cause.LIMIT, f"it needs more disk than a build may have: {last}"
    if match := _NETWORK.search(said):
        return Cause.NETWORK, f"it needs more of the network than Python packages ({match[0]}): {last}"
    return Cause.FAILED, last


def _read(at: Path, settings: dict[str, Any], seconds: float) -> BuiltImage:
    """What the Dockerfile says of running it; words of foreign code, taken as words."""
    command = [*(settings.get("Entrypoint") or []), *(settings.get("Cmd") or [])]
    variables = [str(pair).partition("=") for pair in settings.get("Env") or []]
    ports = [str(port).partition("/") for port in settings.get("ExposedPorts") or {}]
    return BuiltImage(
        at=at,
        command=tuple(map(str, command)),
        environment=tuple((name, value) for name, _, value in variables),
        folder=str(settings.get("WorkingDir") or "/"),
        ports=tuple(int(port) for port, _, kind in ports if port.isdigit() and kind in ("", "tcp")),
        user=str(settings.get("User") or ""),
        seconds=seconds,
    )
