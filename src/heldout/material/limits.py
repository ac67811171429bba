"""How much of what we are given is looked at: every cap on hostile or huge input in one place."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on material; whatever passes one of them is skipped and named in a gap, or refused with a message.

    The defaults let through nearly every real project (the largest 1 % lose data files, not code) and keep a
    hostile one to seconds and to about a gigabyte of disk.
    """

    files: int = 50_000
    """Files in a tree; what people write (code, text, settings) is kept first when there are more."""
    entries: int = 1_000_000
    """Names listed while looking for those files."""
    file_bytes: int = 8 * MIB
    """Content of one file; a larger one is listed but not read."""
    total_bytes: int = 512 * MIB
    """Content of all files together."""
    depth: int = 64
    """Folders inside folders."""
    members: int = 200_000
    """Members of an archive."""
    ratio: int = 200
    """Unpacked bytes to a packed byte, over the whole archive, once it has unpacked 32 MiB."""
    download_bytes: int = 2048 * MIB
    """A clone or a download."""
    seconds: float = 600.0
    """One fetch, clone or unpacking."""
    commits: int = 50_000
    """Commits of a history, newest first."""
    diffed: int = 4_000
    """Of those, commits whose changes are looked at (about half a second for a thousand, two at a time)."""
    blame_seconds: float = 1.2
    """Time that the files chosen for blame are expected to take; see `blame`."""
