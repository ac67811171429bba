"""List a local folder as a Tree, in place, without following anything out of it."""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path

from heldout.errors import InputError
from heldout.material.gaps import Skipped
from heldout.material.limits import Limits
from heldout.material.tree import LINK, FileEntry, Kind, Tree, digest_of, importance, open_folder, shown

_ADMIN = frozenset({".git", ".hg", ".svn", ".bzr", "CVS"})
_INSTALLED = frozenset(
    {
        "node_modules",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        ".eggs",
    }
)


def scan_folder(root: Path, kind: Kind, limits: Limits) -> Tree:
    """The tree of a folder as it lies there: links are listed and never followed, special files are left out.

    Folders of installed or generated things (`node_modules`, a virtual environment, caches) are named in a
    gap. A file that is too large is listed without its content. Raises InputError when the folder itself
    cannot be read.
    """
    skipped = Skipped()
    entries = _Walk(limits, skipped).run(root)
    files = keep_within(entries, limits, skipped)
    return Tree(root, kind, files, digest_of(root, files, limits), skipped.gaps(), limits)


def keep_within(entries: list[FileEntry], limits: Limits, skipped: Skipped) -> tuple[FileEntry, ...]:
    """Apply the caps on files and bytes, keeping first what people write; sorted by path."""
    entries.sort(key=lambda entry: importance(entry.path))
    if len(entries) > limits.files:
        why = f"more than {limits.files:,} files; code and text nearest to the top were kept"
        skipped.add(why, entries[limits.files].path, len(entries) - limits.files)
        del entries[limits.files :]
    kept: dict[str, FileEntry] = {}
    total = 0
    for entry in entries:
        if entry.path in kept:
            skipped.add("its name reads the same as another one's", entry.path)
            continue
        why = ""
        if entry.size > limits.file_bytes:
            why = f"content not read: larger than {_mib(limits.file_bytes)}"
        elif total + entry.size > limits.total_bytes:
            why = f"content not read: more than {_mib(limits.total_bytes)} in all"
        if why and entry.readable:
            skipped.add(why, entry.path)
        readable = entry.readable and not why
        total += entry.size if readable else 0
        kept[entry.path] = replace(entry, readable=readable)
    return tuple(sorted(kept.values(), key=lambda entry: entry.path))


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:,.3g} MiB"


@dataclass
class _Walk:
    """Breadth first, so that a folder full of data far down does not hide the code beside it."""

    limits: Limits
    skipped: Skipped
    found: list[FileEntry] = field(default_factory=list)
    seen: int = 0

    def run(self, root: Path) -> list[FileEntry]:
        try:
            top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise InputError(f"{root} cannot be read as a folder: {error.strerror}") from error
        try:
            waiting = deque([("", 0)])
            while waiting:
                folder, depth = waiting.popleft()
                for name in self._folder(top, folder):
                    if depth + 1 >= self.limits.depth:
                        self.skipped.add(f"folders deeper than {self.limits.depth}", shown(name))
                    else:
                        waiting.append((name, depth + 1))
        finally:
            os.close(top)
        return self.found

    def _folder(self, top: int, folder: str) -> list[str]:
        """Note the files of one folder; the names of its folders, sorted."""
        try:
            handle = open_folder(top, folder)
        except OSError as error:
            self.skipped.add(f"folder not readable: {error.strerror}", shown(folder))
            return []
        inner: list[str] = []
        try:
            with os.scandir(handle) as entries:
                names = []
                for entry in entries:
                    self.seen += 1
                    if self.seen > self.limits.entries:
                        self.skipped.add(f"more than {self.limits.entries:,} names in all", shown(folder) or ".")
                        break
                    names.append((entry.name, entry))
            if any(name == "pyvenv.cfg" for name, _ in names):
                self.skipped.add("a virtual environment, not the project's own files", shown(folder) or ".")
                return []
            for name, entry in names:
                path = f"{folder}/{name}" if folder else name
                try:
                    if self._file(path, entry, handle):
                        inner.append(path)
                except OSError as error:
                    self.skipped.add(f"not readable: {error.strerror}", shown(path))
        finally:
            os.close(handle)
        return sorted(inner)

    def _file(self, path: str, entry: os.DirEntry[str], folder: int) -> bool:
        """Note one entry of the folder with this handle; True when it is a folder to look into."""
        if entry.name in _ADMIN:
            return False
        if entry.is_dir(follow_symlinks=False):
            if entry.name in _INSTALLED:
                self.skipped.add("installed or generated, not the project's own files", shown(path))
                return False
            return True
        status = entry.stat(follow_symlinks=False)
        name = shown(path)
        stored = "" if name == path else path
        if stat.S_ISLNK(status.st_mode):
            self.skipped.add(LINK, name)
            target = shown(os.readlink(entry.name, dir_fd=folder))
            self.found.append(FileEntry(name, 0, symlink=True, readable=False, stored=stored, target=target))
        elif stat.S_ISREG(status.st_mode):
            runs = bool(status.st_mode & stat.S_IXUSR)
            self.found.append(FileEntry(name, status.st_size, executable=runs, stored=stored))
        else:
            self.skipped.add("a pipe, socket or device, not opened", name)
        return False
