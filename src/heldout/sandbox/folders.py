"""The data folder: what the sandbox keeps on this machine, where programs inside may read it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from heldout.sandbox.base import SandboxFault

SEARCHABLE = 0o755


def data_folder() -> Path:
    """`$HELDOUT_DATA`, else `/var/lib/heldout` for root, else the user's own data folder; made if need be.

    Raises SandboxFault when it cannot be made.
    """
    told = os.environ.get("HELDOUT_DATA")
    if told:
        folder = Path(told)
    elif os.geteuid() == 0:
        folder = Path("/var/lib/heldout")
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "heldout"
    return made(folder.absolute())


def made(folder: Path) -> Path:
    """The folder, made with its parents so that others may search it; raises SandboxFault."""
    try:
        for part in (*reversed(folder.parents), folder):
            if not part.is_dir():
                try:
                    part.mkdir()
                except FileExistsError:
                    if not part.is_dir():
                        raise
                    continue  # somebody else made it meanwhile, and opens it
                part.chmod(SEARCHABLE)
    except OSError as error:
        raise SandboxFault(
            f"{folder} cannot be made ({error.strerror}); name a folder of yours in HELDOUT_DATA"
        ) from error
    return folder


def reachable(path: Path) -> Path | None:
    """The first folder on the way to `path` that another user could not pass, or None when all can be."""
    for part in reversed(path.parents):
        if not part.stat().st_mode & 0o001:
            return part
    return None


def shown(source: Path) -> Path:
    """The path of something to be mounted; raises SandboxFault when it is not there, or not open to a slot's user."""
    try:
        shut = reachable(source.resolve(strict=True)) if os.geteuid() == 0 else None
    except OSError as error:
        raise SandboxFault(f"{source} cannot be shown inside: {error.strerror}") from error
    if shut:
        raise SandboxFault(f"{source} cannot be shown inside: {shut} is closed to other users")
    return source


def staged(source: Path) -> Path:
    """A copy of a file or folder of ours in the data folder, readable by everyone; the same content is copied once.

    Hard links are used where they can be. `source` is trusted: it is never something that foreign code wrote.
    """
    return _staged(source.resolve())


@cache
def _staged(source: Path) -> Path:
    shelf = made(data_folder() / "staged")
    target = shelf / f"{source.name}-{_digest(source)}"
    if target.exists():
        return target
    private = Path(tempfile.mkdtemp(dir=shelf, prefix=".new-"))
    try:
        copy = private / source.name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            link_or_copy(str(source), str(copy))
        open_to_all(copy)
        copy.rename(target)
    except FileExistsError:
        pass  # somebody else staged the same content meanwhile
    except OSError as error:
        if not target.exists():
            raise SandboxFault(f"{source} could not be copied to {shelf}: {reason(error)}") from error
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return target


def link_or_copy(source: str, target: str) -> str:
    """A hard link where the file system allows one and everyone may read it already, else a copy."""
    try:
        mode = os.stat(source).st_mode  # noqa: PTH116 - a copy function of shutil's takes and gives strings
        if mode == _opened(mode):  # else opening the link would open the file of the user's as well
            os.link(source, target)
            return target
    except OSError:
        pass
    return str(shutil.copy2(source, target))


def reason(error: OSError) -> str:
    """Why something failed, in the system's words; of a copied tree, why its first file did."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return re.sub(r"^\[Errno \d+\] ", "", str(error.args[0][0][-1]))
    return error.strerror or str(error)


def open_to_all(path: Path) -> None:
    """Let everyone read what is below `path`, and run what its owner may run."""
    for part in (path, *(path.rglob("*") if path.is_dir() else ())):
        if part.is_symlink():
            continue
        mode = part.stat().st_mode
        wanted = mode | 0o555 if part.is_dir() else _opened(mode)
        if wanted != mode:
            part.chmod(wanted)


def _opened(mode: int) -> int:
    return mode | 0o444 | (0o111 if mode & 0o100 else 0)


def _digest(source: Path) -> str:
    told = hashlib.sha256()
    for part in sorted((source, *source.rglob("*"))) if source.is_dir() else [source]:
        if part.is_file() and "__pycache__" not in part.parts:
            told.update(str(part.relative_to(source.parent)).encode() + b"\0")
            with part.open("rb") as file:
                told.update(hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()[:16]
