"""The image that containers start from: on Linux the machine's own system, elsewhere one that you name."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from dataclasses import dataclass, replace

from heldout.sandbox import system
from heldout.sandbox.base import Mount, NoSandboxError
from heldout.sandbox.engines import Engine
from heldout.sandbox.workspace import Folder

SETTING = "HELDOUT_OCI_IMAGE"
_PINNED = re.compile(r"\S+@sha256:[0-9a-f]{64}|localhost/\S+")
_EMPTY = ("usr", "etc", "proc", "sys", "dev", "tmp", "run", "var")


@dataclass(frozen=True)
class Image:
    """What containers start from: a name in the engine's storage, and what of this machine is shown inside with it."""

    name: str
    mounts: tuple[Mount, ...]
    root: Folder | None = None
    """Instead of the name: a folder that programs inside see as their root, and may write."""
    builds: bool = False
    """Whether the program inside is the engine itself, which builds an image from `root`."""


def image(engine: Engine) -> Image:
    """The image to use, there already. Raises NoSandboxError with what to do, SandboxFault.

    An image made here holds a few empty folders and links and nothing else: programs and libraries are the machine's,
    mounted to be read, as bubblewrap shows them. So no registry is asked, nothing is to be kept up to date, and what
    was built with one sandbox runs in the other.
    """
    told = os.environ.get(SETTING, "")
    if told:
        return _named(engine, told)
    if not engine.local:
        raise NoSandboxError(
            f"{engine.kind} runs its containers on another machine or in a virtual one, which needs an image with "
            f"Python: name one by its digest in {SETTING}, as in docker.io/library/python@sha256:..., and pull it"
        )
    content = skeleton()
    name = f"localhost/heldout-base:{hashlib.sha256(content).hexdigest()[:16]}"
    if not engine.has(name):
        engine.call("import", "-", name, content=content)
    return Image(name, system.programs())


def _named(engine: Engine, told: str) -> Image:
    if not _PINNED.fullmatch(told):
        raise NoSandboxError(f"{SETTING} names {told!r}, which may change: name it by digest, as in python@sha256:...")
    if not engine.has(told):
        raise NoSandboxError(f"{told} is not here; run `{engine.kind} pull {told}` first")
    return Image(told, ())


def skeleton() -> bytes:
    """A root with nothing in it, the same for the same machine."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name in _EMPTY:
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            archive.addfile(folder)
        for place, target in system.links().items():
            link = tarfile.TarInfo(place.lstrip("/"))
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    return content.getvalue()


def skeleton_in(workspace: Folder) -> Folder:
    """Such a root in a new folder of a workspace, for an engine that runs inside."""
    root = replace(workspace, path=workspace.path / "root", inside="/")
    root.path.mkdir()
    for name in _EMPTY:
        (root.path / name).mkdir(0o755)
    for place, target in system.links().items():
        (root.path / place.lstrip("/")).symlink_to(target)
    root.own()
    return root
