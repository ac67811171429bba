"""A workspace on a Linux machine: a capped folder that one user writes, and that we read without following links."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from heldout.errors import InputError
from heldout.sandbox.base import MIB, WORK, SandboxFault, Space, Stamp, Workspace
from heldout.sandbox.folders import made, reachable
from heldout.sandbox.slots import Slot, lease, mount_memory
from heldout.sandbox.tree import entered, remove, unlocked, walk

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = MIB
_IN_MEMORY = 4096 * MIB
"""Largest workspace that is kept in memory; a larger one is a folder on disk, watched."""


@dataclass(frozen=True)
class Folder:
    """The workspace of the providers that run on this machine; see `base.Workspace`."""

    path: Path
    space: Space
    slot: Slot
    inside: str
    exact: bool
    """Whether the kernel holds its limits; else they are watched."""

    def put(self, source: Path, target: str) -> None:
        """Copy a file or folder of ours in."""
        parts = _parts(target, empty=source.is_dir())
        if not source.is_dir():
            with source.open("rb") as file, _parent(self.path, parts, self.slot.user) as (folder, name):
                self._create(folder, name, file.fileno(), source.stat().st_mode)
            return
        with _told(parts), _folder(self.path, parts, unlocked, self.slot.user):
            pass
        for part in sorted(source.rglob("*")):
            inner = (*parts, *part.relative_to(source).parts)
            if part.is_symlink():
                continue
            if part.is_dir():
                with _told(inner), _folder(self.path, inner, unlocked, self.slot.user):
                    pass
            elif part.is_file():
                with part.open("rb") as file, _parent(self.path, inner, self.slot.user) as (folder, name):
                    self._create(folder, name, file.fileno(), part.stat().st_mode)

    def write(self, target: str, content: bytes) -> None:
        """Write one file in, replacing what stands there."""
        with tempfile.TemporaryFile() as file, _parent(self.path, _parts(target), self.slot.user) as (folder, name):
            file.write(content)
            file.seek(0)
            self._create(folder, name, file.fileno(), 0o644)

    def _create(self, folder: int, name: str, source: int, mode: int) -> None:
        try:
            os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            pass
        except IsADirectoryError as error:
            raise InputError(f"{name} is a folder in the workspace") from error
        kept = 0o755 if mode & 0o100 else 0o644
        try:
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, kept, dir_fd=folder)
            try:
                _own(handle, self.slot.user)
                os.fchmod(handle, kept)
                with os.fdopen(os.dup(source), "rb") as reader, os.fdopen(os.dup(handle), "wb") as writer:
                    shutil.copyfileobj(reader, writer, _CHUNK)
            finally:
                os.close(handle)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise InputError(
                    f"{name} does not fit into the workspace of {self.space.disk_bytes:,} bytes"
                ) from error
            raise

    def read(self, target: str, limit: int = 64 * MIB) -> bytes:
        """The content of a plain file of at most `limit` bytes."""
        with _plain(self.path, _parts(target), target) as (handle, size):
            if size > limit:
                raise InputError(f"{target} has {size:,} bytes; at most {limit:,} are read")
            with os.fdopen(os.dup(handle), "rb") as file:
                return file.read(limit)

    def digest(self, target: str) -> str:
        """SHA-256 of a plain file."""
        with _plain(self.path, _parts(target), target) as (handle, size), os.fdopen(os.dup(handle), "rb") as file:
            if size > self.space.disk_bytes:
                raise InputError(f"{target} says that it has {size:,} bytes, more than the workspace can hold")
            return hashlib.file_digest(file, "sha256").hexdigest()

    def names(self) -> tuple[tuple[str, int], ...]:
        """Every plain file with its size."""
        found: list[tuple[str, int]] = []
        for path, entry, _ in walk(self.path):
            with suppress(FileNotFoundError, PermissionError):  # gone or closed meanwhile
                if entry.is_file(follow_symlinks=False):
                    found.append((path, entry.stat(follow_symlinks=False).st_size))
        return tuple(sorted(found))

    def stamps(self) -> dict[str, Stamp]:
        """Size and times of every plain file."""
        found = {}
        for path, entry, _ in walk(self.path):
            try:
                if entry.is_file(follow_symlinks=False):
                    told = entry.stat(follow_symlinks=False)
                    found[path] = Stamp(told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_atime_ns)
            except OSError:
                continue  # gone meanwhile
        return found

    def remove(self, target: str) -> None:
        """Delete a file, link or folder if it is there."""
        parts = _parts(target)
        try:
            with _folder(self.path, parts[:-1], unlocked) as folder:
                found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    remove(Path(f"/proc/self/fd/{folder}") / parts[-1])
                else:
                    os.unlink(parts[-1], dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise SandboxFault(f"{target} could not be removed: {error.strerror}") from error

    def used(self) -> tuple[int, int]:
        """(bytes, files) in use."""
        if self.exact:
            told = os.statvfs(self.path)
            return (told.f_blocks - told.f_bfree) * told.f_frsize, told.f_files - told.f_ffree - 1
        return self._counted([])

    def _counted(self, missed: list[str]) -> tuple[int, int]:
        size = count = 0
        for path, entry, above in walk(self.path, missed):
            count += 1
            try:
                size += _blocks(entry, above) * 512
            except FileNotFoundError:
                continue
            except PermissionError:
                missed.append(path)
        return size, count

    def own(self) -> None:
        """Give everything in it to the user of its programs."""
        _give(self.path, self.slot.user)

    def full(self) -> bool:
        """Whether its limit on bytes or files is reached, or foreign code made folders that hide what is in them."""
        missed: list[str] = []
        size, count = self.used() if self.exact else self._counted(missed)
        return size >= self.space.disk_bytes or count >= self.space.files or bool(missed)


def _blocks(entry: os.DirEntry[str], above: int) -> int:
    """How many blocks a file takes. Its folder, which we hold open, may have been closed while we looked."""
    try:
        return entry.stat(follow_symlinks=False).st_blocks
    except PermissionError:
        os.fchmod(above, 0o700)
        return entry.stat(follow_symlinks=False).st_blocks


@contextmanager
def open_workspace(space: Space, at: Path | None = None, inside: str = WORK) -> Iterator[Folder]:
    """A workspace in a slot of its own. Raises SandboxFault when it cannot be had."""
    with lease() as slot:
        if at is not None:
            folder = made(at.absolute())
            if os.geteuid() == 0 and (shut := reachable(folder)):
                raise SandboxFault(f"{shut} is closed to other users; keep the audit's files elsewhere (HELDOUT_DATA)")
            _give(folder, slot.user)
            try:
                yield Folder(folder, space, slot, inside, exact=False)
            finally:
                _give(folder, os.geteuid())
            return
        folder = made(slot.folder / "work")
        exact = False
        if os.geteuid() == 0 and space.disk_bytes <= _IN_MEMORY:
            try:
                mount_memory(folder, space, slot.user)
                exact = True
            except OSError:
                pass  # a container without the right to mount: the folder is watched instead
        if not exact:
            _give(folder, slot.user)
        yield Folder(folder, space, slot, inside, exact)


@contextmanager
def slot_for(workspace: Workspace | None) -> Iterator[Slot]:
    """The slot of a workspace, or a new one where there is none."""
    if workspace is None:
        with lease() as slot:
            yield slot
    elif isinstance(workspace, Folder):
        yield workspace.slot
    else:
        raise SandboxFault("the workspace belongs to another provider")


def _give(folder: Path, user: int) -> None:
    """Make everything below a folder a user's own, without following links."""
    if os.geteuid() != 0:
        return
    for _, entry, above in walk(folder):
        os.chown(entry.name, user, user, dir_fd=above, follow_symlinks=False)
    os.chown(folder, user, user, follow_symlinks=False)


def _own(handle: int, user: int) -> None:
    if os.geteuid() == 0:
        os.fchown(handle, user, user)


def _parts(target: str, *, empty: bool = False) -> tuple[str, ...]:
    path = PurePosixPath(target)
    parts = tuple(part for part in path.parts if part != ".")
    if path.is_absolute() or ".." in parts or "\0" in target or (not parts and not empty):
        raise InputError(f"{target!r} is no path inside a workspace")
    return parts


@contextmanager
def _folder(
    root: Path, parts: tuple[str, ...], way: Callable[[int | None, str], int], user: int | None = None
) -> Iterator[int]:
    """The folder at `parts` below the root, opened step by step without links; made for `user` unless that is None.

    `way` is `entered` to read, `unlocked` to write: what foreign code closed to its own user keeps us out of nothing.
    """
    here = way(None, str(root))
    try:
        for part in parts:
            if user is not None:
                try:
                    os.mkdir(part, 0o755, dir_fd=here)
                    os.chown(part, user, user, dir_fd=here, follow_symlinks=False)
                except FileExistsError:
                    pass
            deeper = way(here, part)
            os.close(here)
            here = deeper
        yield here
    finally:
        os.close(here)


@contextmanager
def _parent(root: Path, parts: tuple[str, ...], user: int) -> Iterator[tuple[int, str]]:
    with _told(parts), _folder(root, parts[:-1], unlocked, user) as folder:
        yield folder, parts[-1]


@contextmanager
def _told(parts: tuple[str, ...]) -> Iterator[None]:
    """Say of a path that foreign code spoilt, or for which there is no room, what is wrong with it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise InputError(f"{'/'.join(parts)} leads through a link or a file") from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(f"{'/'.join(parts)} does not fit into the workspace") from error
        raise SandboxFault(f"{'/'.join(parts)} could not be written: {error.strerror}") from error


@contextmanager
def _plain(root: Path, parts: tuple[str, ...], target: str) -> Iterator[tuple[int, int]]:
    try:
        with _folder(root, parts[:-1], entered) as folder:
            handle = os.open(parts[-1], _OPEN, dir_fd=folder)
    except OSError as error:
        raise InputError(f"{target} is no plain file ({error.strerror})") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise InputError(f"{target} is no plain file of its own")
        yield handle, found.st_size
    finally:
        os.close(handle)
