"""Goes through a folder that foreign code wrote, perhaps while it still writes: nothing is followed out of it.

Every folder is opened from the one that holds it, so that a link put in the place of a folder meanwhile leads nowhere.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from heldout.sandbox.base import SandboxFault

DEEPEST = 200
"""How many folders may stand in one another; what lies deeper is not looked at."""


def walk(root: Path, missed: list[str] | None = None) -> Iterator[tuple[str, os.DirEntry[str], int]]:
    """Each file, folder and link below a folder: its path from there, its entry, and the open folder that holds it.

    An entry can be asked only until the next is given. Links are given and not followed, what vanishes is passed over.
    To `missed` goes each folder that could not be looked into, too deep or closed.
    """
    opened: list[tuple[str, int, list[str]]] = []
    try:
        opened.append(("", entered(None, str(root)), []))
        yield from _listed(opened[-1])
        while opened:
            prefix, here, waiting = opened[-1]
            if not waiting:
                opened.pop()
                os.close(here)
                continue
            name = waiting.pop()
            try:
                deeper = entered(here, name) if len(opened) <= DEEPEST else None
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                deeper = None
            if deeper is not None:
                opened.append((f"{prefix}{name}/", deeper, []))
                yield from _listed(opened[-1])
            elif missed is not None:
                missed.append(f"{prefix}{name}")
    finally:
        for _, here, _ in opened:
            os.close(here)


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _listed(level: tuple[str, int, list[str]]) -> Iterator[tuple[str, os.DirEntry[str], int]]:
    prefix, here, waiting = level
    with os.scandir(here) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.name)
            yield f"{prefix}{entry.name}", entry, here


def remove(path: Path) -> None:
    """Delete a file, link or folder; nothing is followed, whatever foreign code put there. Raises SandboxFault."""
    for attempt in (1, 2):
        try:
            if path.is_symlink() or not path.is_dir():
                path.unlink(missing_ok=True)
                return
            handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _remove(handle, path.name)
            finally:
                os.close(handle)
        except OSError as error:
            if attempt == 2:
                raise SandboxFault(f"{path} could not be removed: {error.strerror}") from error
        else:
            return


def _remove(parent: int, name: str) -> None:
    """Delete a folder below an open one, depth first without recursion, so that no depth overflows."""
    opened = [(parent, name, unlocked(parent, name))]
    try:
        while opened:
            above, called, here = opened[-1]
            deeper = _emptied(here)
            if deeper is None:
                opened.pop()
                os.close(here)
                os.rmdir(called, dir_fd=above)
                continue
            below = unlocked(here, deeper)
            if len(opened) > DEEPEST:
                # Too deep to hold a descriptor for each level: bring the branch up, then go on.
                os.close(below)
                fresh = f".heldout-{os.urandom(8).hex()}"
                os.rename(deeper, fresh, src_dir_fd=here, dst_dir_fd=opened[0][2])
            else:
                opened.append((here, deeper, below))
    finally:
        for _, _, here in opened:
            os.close(here)


def _emptied(folder: int) -> str | None:
    """Delete files until there is a folder, whose name is given back; None when the folder is empty."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                return entry.name
            os.unlink(entry.name, dir_fd=folder)
    return None


def unlocked(parent: int | None, name: str) -> int:
    """An open folder in which we may make and delete: many a tool leaves its folders closed even to their owner.

    Raises OSError, NotADirectoryError for a link.
    """
    handle = entered(parent, name)
    if os.fstat(handle).st_mode & 0o700 != 0o700:
        try:
            os.fchmod(handle, 0o700)
        except OSError:
            os.close(handle)
            raise
    return handle


def entered(parent: int | None, name: str) -> int:
    """An open folder that can be listed and whose files can be asked for, found from another open one, or by its path.

    It is opened to its owner where that took the right. Raises OSError, NotADirectoryError for a link.
    """
    with suppress(PermissionError):
        handle = os.open(name, _FOLDER, dir_fd=parent)
        if os.geteuid() == 0 or os.fstat(handle).st_mode & stat.S_IXUSR:
            return handle
        os.close(handle)
    try:
        os.chmod(name, 0o700, dir_fd=parent, follow_symlinks=False)
    except (ValueError, NotImplementedError) as error:
        # How Python says that Linux changes no mode of a link: one was put in the folder's place just now.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name) from error
    return os.open(name, _FOLDER, dir_fd=parent)
