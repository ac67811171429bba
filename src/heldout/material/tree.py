"""A snapshot of what is reviewed: a list of files and safe ways to read them.

Nothing here follows a symbolic link, blocks on a pipe, or reads more than it was told to.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from posixpath import splitext
from typing import Literal

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.limits import Limits

LINK = "a symbolic link, not followed"
"""Why a link is left out."""

Kind = Literal["git", "folder", "sdist", "wheel", "archive"]

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
FOLDER_FLAGS = _READ | os.O_DIRECTORY

# fmt: off
_WRITTEN = frozenset({
    ".py", ".pyi", ".ipynb", ".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json",
    ".sql", ".sh", ".r", ".rmd", ".qmd", ".scala", ".java", ".cpp", ".cc", ".c", ".h", ".cu", ".rs",
    ".go", ".js", ".ts", ".tf", ".hcl", ".lock", ".in", ".env", ".proto", ".html", ".css", ".tex",
    ".bib", ".dvc", ".mk", ".pyx",
})
# fmt: on
"""Suffixes of what people write: kept first when a tree holds more files or bytes than are looked at."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_SOURCE = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""Text codecs that no source is in; decoding some takes time that grows with the square of the length."""


class UnreadableError(InputError):
    """The content of a listed file cannot be had: too large, missing from the history, or gone."""


@dataclass(frozen=True, slots=True, order=True)
class FileEntry:
    """One file of a tree.

    `path` is relative to the root, with `/`; characters that cannot be shown (invalid UTF-8, control
    characters) are written as `\\xNN` escapes, so it is safe to print and to store. `size` is in bytes.
    `readable` is False for links and for content over a cap. `target` is where a link leads, as it is written.
    """

    path: str
    size: int
    executable: bool = False
    symlink: bool = False
    readable: bool = True
    stored: str = ""
    """The path on disk where it differs from `path`."""
    target: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The lower-case suffix with its dot, or an empty string."""
        return _suffix(self.path)


@dataclass(frozen=True)
class Tree:
    """An immutable list of files under a root folder, with what was left out and why.

    `digest` names the exact content: a git commit id, or `sha256:` over paths, sizes and what was read.
    A tree can be pickled; it is valid as long as the material that it came from is open.
    """

    root: Path
    kind: Kind
    files: tuple[FileEntry, ...]
    digest: str
    gaps: tuple[Gap, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def _by_path(self) -> dict[str, FileEntry]:
        return {entry.path: entry for entry in self.files}

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    def __iter__(self) -> Iterator[FileEntry]:
        return iter(self.files)

    def get(self, path: str) -> FileEntry | None:
        """The file at this path, or None."""
        return self._by_path.get(path)

    def having(self, *suffixes: str) -> tuple[FileEntry, ...]:
        """The readable files with one of these suffixes (lower case, with the dot)."""
        return tuple(entry for entry in self.files if entry.readable and entry.suffix in suffixes)

    def read_bytes(self, path: str, limit: int | None = None) -> bytes:
        """The content of a file, at most `limit` bytes of it.

        Without a limit, raises UnreadableError for a file over the cap on one file; with one, the first bytes of
        such a file are given where they are on disk. Raises UnreadableError also for links, for what is not in the
        tree, and for what has gone or changed its nature since the tree was made.
        """
        entry = self._by_path.get(path)
        if entry is None or entry.symlink:
            raise UnreadableError(f"{path} is not a file of this tree")
        if not entry.readable and limit is None:
            raise UnreadableError(f"{path} was not read: it is over a limit or its content is missing")
        wanted = self.limits.file_bytes if limit is None else min(limit, self.limits.file_bytes)
        try:
            return _read_inside(self.root, entry.stored or entry.path, wanted)
        except OSError as error:
            raise UnreadableError(f"{path} cannot be read: {error.strerror}") from error

    def read_text(self, path: str, limit: int | None = None) -> str:
        """The content as text with `\\n` line ends; raises UnreadableError as `read_bytes`, never a UnicodeError.

        A byte-order mark decides, else a declared Python coding, else UTF-8, else Latin-1.
        """
        return decode(self.read_bytes(path, limit))


def decode(data: bytes) -> str:
    """Bytes of a source file as text with `\\n` line ends; never raises."""
    text = _decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decode(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", errors="replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    declared = next((m[1] for m in map(_COOKIE.match, data[:400].splitlines()[:2]) if m), None)
    if declared is not None:
        try:
            codec = codecs.lookup(declared.decode("ascii", errors="replace"))
            if codec.name.replace("_", "-") not in _NO_SOURCE:
                return data.decode(codec.name, errors="replace")
        except (LookupError, UnicodeError, ValueError):
            pass  # an unknown coding, or one that is not of text: fall through to the usual ones
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def shown(name: bytes | str) -> str:
    """A file name that is safe to print and to store: what is no printable text is escaped."""
    raw = os.fsencode(name) if isinstance(name, str) else name
    text = raw.decode("utf-8", errors="backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def importance(path: str) -> tuple[bool, int, str]:
    """Sort key: what people write first, then by depth, then by name."""
    suffix = _suffix(path)
    return (bool(suffix) and suffix not in _WRITTEN, path.count("/"), path)


def _suffix(path: str) -> str:
    return splitext(path)[1].lower()


def digest_of(root: Path, files: Iterable[FileEntry], limits: Limits) -> str:
    """`sha256:` over path, size and, where readable, content of every file, in order."""
    total = hashlib.sha256()
    for entry in files:
        total.update(f"{entry.path}\0{entry.size}\0{entry.target}".encode())
        if entry.readable and entry.size:
            try:
                total.update(hashlib.sha256(_read_inside(root, entry.stored or entry.path, limits.file_bytes)).digest())
            except OSError:
                total.update(b"unreadable")
    return f"sha256:{total.hexdigest()}"


def open_folder(top: int, folder: str) -> int:
    """A handle of a folder below the handle `top`, refusing a link in any component; raises OSError."""
    handle = os.dup(top)
    for part in folder.split("/") if folder else ():
        try:
            inner = os.open(part, FOLDER_FLAGS, dir_fd=handle)
        finally:
            os.close(handle)
        handle = inner
    return handle


def _read_inside(root: Path, path: str, limit: int) -> bytes:
    """Read a regular file below root, refusing a link in any component; raises OSError."""
    folder, _, name = path.rpartition("/")
    top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        here = open_folder(top, folder)
    finally:
        os.close(top)
    try:
        handle = os.open(name, _READ, dir_fd=here)
    finally:
        os.close(here)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(limit)
