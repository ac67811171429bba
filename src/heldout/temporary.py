"""Folders that are gone when they are no longer needed, even after a process that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "heldout-private-"
_AGE = 24 * 3600.0
"""Seconds for which a folder that nobody holds is left alone: one that is being made is not held yet."""


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new private folder below `parent` (default: the system's), removed with all that is in it at the end.

    It is locked for as long as its process lives. What killed processes left there is removed first.
    """
    place = parent or Path(tempfile.gettempdir())
    _clear(place)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place, ignore_cleanup_errors=True) as folder:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Path(folder)
        finally:
            os.close(handle)


def _clear(place: Path) -> None:
    """Remove the folders of ours that are old and that no living process holds; what cannot be removed stays."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            told = folder.lstat()
            if told.st_uid != os.geteuid() or time.time() - told.st_mtime < _AGE:
                continue
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
