"""What programs inside see of this machine: its programs and libraries, to be read, and an /etc of our own."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from heldout.sandbox.base import Mount, SandboxFault
from heldout.sandbox.folders import data_folder, made, open_to_all

TOP = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders at the top that hold programs and libraries; links into /usr on most systems."""
_OWN = {
    "passwd": "root:x:0:0::/:/bin/false\nheldout:x:{user}:{user}::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "group": "root:x:0:\nheldout:x:{user}:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost heldout\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
    "machine-id": "68656c646f7574000000000000000000\n",
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
    settings = [Path("/etc") / name for name in _THEIRS]
    return (*folders(), *(Mount(path, str(path)) for path in settings if path.exists()))


@cache
def folders() -> tuple[Mount, ...]:
    """The machine's programs and libraries."""
    places = [Path("/usr"), *(Path("/") / name for name in TOP)]
    return tuple(Mount(path, str(path)) for path in places if path.is_dir() and not path.is_symlink())


def settings(user: int) -> Mount:
    """All of /etc in one folder: `own_settings`, and copies of what programs need of the machine's.

    One mount takes a seventh of the time of twelve. Raises SandboxFault.
    """
    return Mount(_settings(data_folder(), user, _state()), "/etc")


def _state() -> tuple[tuple[str, int, int], ...]:
    """What the copies are of: installing a program changes it."""
    found = []
    for name in _THEIRS:
        try:
            told = os.stat(f"/etc/{name}")  # noqa: PTH116 - for each run
        except OSError:
            continue
        found.append((name, told.st_mtime_ns, told.st_size))
    return tuple(found)


@cache
def _settings(data: Path, user: int, state: tuple[tuple[str, int, int], ...]) -> Path:
    key = hashlib.sha256(repr((state, _OWN)).encode()).hexdigest()[:12]
    shelf = made(data / "etc")
    target = shelf / f"{user}-{key}"
    if target.is_dir():
        return target
    private = Path(tempfile.mkdtemp(dir=shelf, prefix=".new-"))
    try:
        for name, _, _ in state:
            source = Path("/etc") / name
            if source.is_dir():
                shutil.copytree(source, private / name, symlinks=True, ignore_dangling_symlinks=True)
            else:
                shutil.copy2(source, private / name, follow_symlinks=False)
        for name, text in _OWN.items():
            (private / name).write_text(text.format(user=user))
        open_to_all(private)
        private.rename(target)
    except OSError as error:
        if not target.is_dir():
            raise SandboxFault(f"the settings for programs inside could not be written to {shelf}: {error}") from error
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return target


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
