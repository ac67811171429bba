"""Where an audit keeps its things: the pristine delivery, environments and logs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from heldout.errors import InputError, OurFault
from heldout.evidence.types import Gap
from heldout.material.limits import MIB
from heldout.material.limits import Limits as Caps
from heldout.material.open import Material
from heldout.material.tree import Tree
from heldout.sandbox.base import SandboxFault
from heldout.sandbox.folders import made
from heldout.sandbox.tree import remove

_FORGOTTEN_S = 14 * 86_400
CAPS = Caps(files=200_000, file_bytes=2048 * MIB, total_bytes=3500 * MIB, depth=64)
"""What is copied of a delivery: data and models may be large."""
_READ = Caps()


@dataclass(frozen=True)
class Shelf:
    """Two folders of one audit: `kept` for people (plan, logs, result), `held` for what programs inside see."""

    kept: Path
    held: Path

    @property
    def delivery(self) -> Path:
        """The pristine copy of the delivery; nothing foreign ever writes there."""
        return self.held / "delivery"

    @property
    def environments(self) -> Path:
        """Where environments stand."""
        return self.held / "environments"

    @property
    def logs(self) -> Path:
        """Where the output of every run is kept."""
        return self.kept / "logs"

    @property
    def steps(self) -> Path:
        """Where finished steps keep their results, so that an interrupted audit goes on from there."""
        return self.kept / "steps"

    def write_log(self, name: str, text: str) -> str:
        """Keep a log; gives its path relative to the audit's folder. Raises OurFault when it cannot be written."""
        target = self.logs / f"{name}.log"
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            raise OurFault(f"{target} could not be written: {error.strerror}") from error
        return str(target.relative_to(self.kept))

    def clear(self) -> None:
        """Delete what only a running audit needs; plan, logs and result stay."""
        shutil.rmtree(self.steps, ignore_errors=True)  # first: they speak of what is in the other
        with suppress(SandboxFault):
            remove(self.held)


@contextmanager
def opened(kept: Path, audits: Path, about: str) -> Iterator[Shelf]:
    """The shelf of the audit `about`, for one process at a time; `audits` holds what programs inside see.

    What audits held that were interrupted and never taken up again is deleted after two weeks. Raises InputError when
    another audit is at work in `kept`.
    """
    kept.mkdir(parents=True, exist_ok=True)
    with _alone(kept) as alone:
        if not alone:
            raise InputError(
                f"another audit is at work in {kept}; wait for its end, or name another folder with --keep"
            )
        name = hashlib.sha256(f"{about}\0{kept.resolve()}".encode("utf-8", "surrogateescape")).hexdigest()[:20]
        held = made(audits / name)
        os.utime(held)
        with _alone(held):
            _sweep(audits)
            yield Shelf(kept, held)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether this process is the only one that has the folder, for as long as the block lasts."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass  # a file system without locks: nobody can tell
        yield True
    finally:
        os.close(handle)


def _sweep(audits: Path) -> None:
    for folder in audits.iterdir():
        try:
            if time.time() - folder.stat().st_mtime < _FORGOTTEN_S:
                continue
            with _alone(folder) as alone:
                if alone:
                    remove(folder)
        except (OSError, SandboxFault):
            continue  # gone meanwhile, or not ours to delete


def copy_delivery(material: Material, shelf: Shelf) -> tuple[Gap, ...]:
    """Write the delivery's files to `shelf.delivery`, readable by everyone; links and unread files are left out.

    Gives what this user may not read. Raises OurFault when the disk is full.
    """
    shutil.rmtree(shelf.delivery, ignore_errors=True)
    shut = []
    try:
        shelf.delivery.mkdir(parents=True)
        for entry in material.tree:
            if not entry.readable or entry.symlink:
                continue
            target = shelf.delivery / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                reader = _opened(material.tree.root / (entry.stored or entry.path))
            except PermissionError:
                shut.append(Gap(what=entry.path, why="you may not read it, so it was left out of everything"))
                continue
            with reader, target.open("wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
            target.chmod(0o755 if entry.executable else 0o644)
    except OSError as error:
        raise OurFault(f"the delivery could not be copied: {error.strerror}") from error
    return tuple(shut)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder of ours, by its path there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def reading_tree(tree: Tree) -> Tree:
    """The same tree for reading texts: what is over the usual cap on one file is listed and not read."""
    files = tuple(replace(e, readable=e.readable and e.size <= _READ.file_bytes) for e in tree.files)
    return replace(tree, files=files, limits=_READ)
