"""Write the tree of one commit into a private folder: no checkout, no filters, no links."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from heldout.errors import InputError
from heldout.material.gaps import Skipped
from heldout.material.git import GitError
from heldout.material.limits import Limits
from heldout.material.repository import Repository
from heldout.material.scan import keep_within
from heldout.material.tree import LINK, FileEntry, Tree, shown

_LONGEST_LINK = 4096
"""Bytes of a path on Linux; what is longer leads nowhere."""
_LFS = b"version https://git-lfs.github.com/spec/"
_LINE = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(\S+)\t(.*)", re.DOTALL)


def extract(repository: Repository, commit: str, root: Path, limits: Limits) -> Tree:
    """The tree of a commit under `root` (made here): regular files within the caps, the rest in gaps.

    Raises InputError when the commit's tree cannot be read.
    """
    root.mkdir(mode=0o700)
    skipped = Skipped()
    blobs: dict[str, str] = {}
    try:
        entries = list(_listing(repository, commit, limits, skipped, blobs))
        files = keep_within(entries, limits, skipped)
        failed = _write(repository, root, [entry for entry in files if entry.readable], blobs, skipped)
        targets = _targets(repository, [entry.path for entry in files if entry.symlink and entry.path in blobs], blobs)
    except GitError as error:
        raise InputError(f"the files of commit {commit[:12]} cannot be read: {error}") from error
    files = tuple(replace(entry, readable=False) if entry.path in failed else entry for entry in files)
    files = tuple(replace(entry, target=targets.get(entry.path, "")) if entry.symlink else entry for entry in files)
    return Tree(root, "git", files, commit, skipped.gaps(), limits)


def _listing(
    repository: Repository, commit: str, limits: Limits, skipped: Skipped, blobs: dict[str, str]
) -> Iterator[FileEntry]:
    listing = repository.git.run("ls-tree", "-r", "-z", "-l", "--full-tree", commit, seconds=limits.seconds)
    records = listing.split(b"\0")[:-1]
    if len(records) > limits.entries:
        skipped.add(f"more than {limits.entries:,} names in all", "", len(records) - limits.entries)
    for record in records[: limits.entries]:
        match = _LINE.fullmatch(record)
        if match is None:
            skipped.add("a record that git wrote in no known form", shown(record))
            continue
        mode, kind, oid, size = (group.decode("ascii") for group in match.groups()[:4])
        path = shown(match[5])
        why = _hostile(match[5], limits.depth)
        if kind == "commit":
            skipped.add("a submodule, not followed", path)
        elif why:
            skipped.add(why, path)
        elif mode == "120000":
            skipped.add(LINK, path)
            if oid not in repository.missing and size.isdigit() and int(size) <= _LONGEST_LINK:
                blobs.setdefault(path, oid)
            yield FileEntry(path, 0, symlink=True, readable=False)
        else:
            there = oid not in repository.missing and size.isdigit()
            if not there:
                skipped.add("content missing from this copy of the repository", path)
            blobs.setdefault(path, oid)  # of two that read the same the first is kept, and its size was looked at
            yield FileEntry(path, int(size) if there else 0, mode == "100755", readable=there)


def _hostile(path: bytes, depth: int) -> str:
    """Why a path is not written out, or an empty string."""
    parts = path.split(b"/")
    if any(part in {b"", b".", b".."} for part in parts):
        return "a path that leads out of the tree"
    if any(part.lower() == b".git" for part in parts):
        return "a path that poses as git's own folder"
    return f"folders deeper than {depth}" if len(parts) > depth else ""


def _write(
    repository: Repository, root: Path, files: list[FileEntry], blobs: dict[str, str], skipped: Skipped
) -> set[str]:
    """Write the content of files from one `cat-file --batch`; the paths that could not be written."""
    asked = "".join(f"{blobs[entry.path]}\n" for entry in files).encode("ascii")
    made: set[str] = {""}
    failed: set[str] = set()
    if not files:
        return failed
    with repository.git.stream("cat-file", "--batch", "--buffer", stdin=asked, seconds=600.0) as out:
        for entry in files:
            header = out.readline().split()
            if len(header) != 3 or header[1] != b"blob":
                failed.add(entry.path)
                skipped.add("content missing from this copy of the repository", entry.path)
                continue
            data = out.read(int(header[2]))
            out.read(1)
            if data.startswith(_LFS) and len(data) < 1024:
                skipped.add("a Git LFS pointer: the file itself is kept elsewhere", entry.path)
            try:
                _write_file(root, entry.path, data, made)
            except OSError as error:
                failed.add(entry.path)
                skipped.add(f"cannot be written out: {error.strerror}", entry.path)
    return failed


def _targets(repository: Repository, links: list[str], blobs: dict[str, str]) -> dict[str, str]:
    """Where each of these links leads, as it is written; what cannot be read is left out."""
    found: dict[str, str] = {}
    if not links:
        return found
    asked = "".join(f"{blobs[path]}\n" for path in links).encode("ascii")
    with repository.git.stream("cat-file", "--batch", "--buffer", stdin=asked, seconds=600.0) as out:
        for path in links:
            header = out.readline().split()
            if len(header) == 3 and header[1] == b"blob":
                found[path] = shown(out.read(int(header[2])))
                out.read(1)
    return found


def _write_file(root: Path, path: str, data: bytes, made: set[str]) -> None:
    folder = path.rpartition("/")[0]
    if folder not in made:
        (root / folder).mkdir(parents=True, exist_ok=True)
        made.add(folder)
    handle = os.open(f"{root}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
