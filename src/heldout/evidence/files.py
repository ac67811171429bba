"""Files of a case, written so that no writer loses another's work and no link leads out of the folder."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.errors import InputError

MAX_BYTES = 64 * 1024 * 1024


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8) in one step: a reader sees the old or the new, a crash leaves one of them."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; others wait. The system releases it when the process ends, however it ends.

    Raises InputError where the folder, or what is written below it under the lock, may not be written.
    """
    try:
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise InputError(
            f"{folder} may not be written ({error.strerror}); run this as the folder's owner, or have them give "
            "you the right to write in it"
        ) from error


def to_mend(error: Exception) -> str:
    """What to do about a file of a case that cannot be read: there is nothing to restore where it may only not be."""
    if isinstance(error, PermissionError):
        return "it is there, but you may not read it: run this as its owner, or have them give you the right to read it"
    return "restore it"


def why(error: Exception) -> str:
    """Why a file could not be read, in words and without the system's numbers."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    return getattr(error, "strerror", None) or str(error)


def read_text(path: Path) -> str:
    """The text of a regular file that is no link; raises OSError, and ValueError when it is none of that."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not path.is_file():
            raise ValueError("is not a regular file")
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return raw.decode("utf-8")
