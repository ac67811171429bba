"""What programs inside see of this machine: its programs and libraries, to be read, and an /etc of our own."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from heldout.sandbox.base import Mount
from heldout.sandbox.folders import data_folder, made

TOP = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders at the top that hold programs and libraries; links into /usr on most systems."""
_OWN = {
    "passwd": "root:x:0:0::/:/bin/false\nheldout:x:{user}:{user}::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "group": "root:x:0:\nheldout:x:{user}:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost heldout\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
}
_THEIRS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "mime.types", "fonts")


@cache
def links() -> dict[str, str]:
    """Links at the top: /bin -> usr/bin."""
    paths = [Path("/") / name for name in TOP]
    return {str(path): str(path.readlink()) for path in paths if path.is_symlink()}


@cache
def programs() -> tuple[Mount, ...]:
    """The machine's programs and libraries, and what of its /etc they need."""
    folders = [Path("/usr"), *(Path("/") / name for name in TOP)]
    settings = [Path("/etc") / name for name in _THEIRS]
    found = [path for path in folders if path.is_dir() and not path.is_symlink()]
    return tuple(Mount(path, str(path)) for path in (*found, *(path for path in settings if path.exists())))


def own_settings(user: int) -> tuple[Mount, ...]:
    """An /etc of our own in which a user id has the name `heldout`, and which tells nothing of this machine."""
    return _own_settings(data_folder(), user)


@cache
def _own_settings(data: Path, user: int) -> tuple[Mount, ...]:
    own = made(data / "etc" / str(user))
    for name, text in _OWN.items():
        file = own / name
        content = text.format(user=user)
        if not file.exists() or file.read_text() != content:
            fresh = own / f".new-{os.urandom(6).hex()}"
            fresh.write_text(content)
            fresh.chmod(0o644)
            fresh.replace(file)
    return tuple(Mount(own / name, f"/etc/{name}") for name in _OWN)
