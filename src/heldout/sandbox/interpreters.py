"""The Pythons of this machine, made reachable for programs inside."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from heldout.sandbox.base import Mount, NoSandboxError, SandboxFault
from heldout.sandbox.folders import data_folder, link_or_copy, made, open_to_all, reason

OLDEST = (3, 7)
_VERSION = re.compile(r"Python (\d+)\.(\d+)\.(\d+)")
_LEFT_OUT = shutil.ignore_patterns(
    "test", "tests", "idlelib", "turtledemo", "*.a", "*.opt-1.pyc", "*.opt-2.pyc", "site-packages", "share"
)


@dataclass(frozen=True)
class Interpreter:
    """One Python: `version` in three numbers, `home` where this machine has it, `inside` its program inside."""

    version: tuple[int, int, int]
    home: Path
    inside: str
    mounts: tuple[Mount, ...]

    @property
    def minor(self) -> str:
        """`3.9`."""
        return f"{self.version[0]}.{self.version[1]}"

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


@cache
def interpreters() -> tuple[Interpreter, ...]:
    """The newest Python of each minor version from 3.7 up, oldest first.

    Raises SandboxFault when there is none, NoSandboxError where the sandbox cannot run the machine's own.
    """
    if sys.platform != "linux":
        raise NoSandboxError(
            "an audit needs the Pythons of a Linux machine; run Heldout inside one: WSL 2, or any virtual machine"
        )
    best: dict[tuple[int, int], tuple[tuple[int, int, int], Path]] = {}
    for program in _programs():
        version = _version(program)
        if version and version[:2] >= OLDEST and version > best.get(version[:2], ((0, 0, 0), program))[0]:
            best[version[:2]] = (version, program)
    if not best:
        raise SandboxFault("no Python from 3.7 up was found; install one, for example python3 of your system")
    return tuple(_reachable(version, program) for version, program in sorted(best.values()))


def _programs() -> Iterator[Path]:
    """Candidates, each resolved: the system's, pyenv's and uv's, and what is on the path."""
    seen = set()
    places = [Path("/usr/bin"), *(Path(part) for part in os.environ.get("PATH", "").split(":") if part)]
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    roots.append(Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python")))
    for root in roots:
        places += [version / "bin" for version in sorted(_listed(root))]
    for place in places:
        if place.name == "shims" or any(one.name == "pyvenv.cfg" for one in _listed(place.parent)):
            continue  # a shim runs whatever pyenv chooses; a virtual environment is another's
        for program in sorted(_listed(place)):
            if re.fullmatch(r"python3\.\d+", program.name):
                real = program.resolve()
                if real not in seen:
                    seen.add(real)
                    yield real


def _listed(folder: Path) -> list[Path]:
    """What is in a folder; nothing when it is not there, or closed to us."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _version(program: Path) -> tuple[int, int, int] | None:
    try:
        done = subprocess.run([program, "-I", "-V"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(done.stdout + done.stderr)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _reachable(version: tuple[int, int, int], program: Path) -> Interpreter:
    home = program.parent.parent
    if Path("/usr") in program.parents:  # as /usr/bin and /usr/local/bin
        return Interpreter(version, home, str(program), ())
    told = program.stat()
    build = hashlib.sha256(f"{home} {told.st_mtime_ns} {told.st_size}".encode()).hexdigest()[:12]
    name = f"{'.'.join(map(str, version))}-{build}"
    # Inside it stands where it was built for: its libraries are looked for there.
    return Interpreter(version, home, str(program), (Mount(_kept(home, program, name), str(home)),))


def _kept(home: Path, program: Path, name: str) -> Path:
    """A copy below the data folder, by hard links where possible, since a home folder is closed to others."""
    shelf = made(data_folder() / "pythons")
    target = shelf / name
    if target.is_dir():
        return target
    private = Path(tempfile.mkdtemp(dir=shelf, prefix=".new-"))
    try:
        for part in ("bin", "include", "lib"):
            if part == "bin":
                (private / part).mkdir()
                link_or_copy(str(program), str(private / part / program.name))
            elif (home / part).is_dir():
                shutil.copytree(
                    home / part, private / part, symlinks=True, ignore=_LEFT_OUT, copy_function=link_or_copy
                )
        open_to_all(private)
        private.rename(target)
    except OSError as error:
        if not target.is_dir():
            raise SandboxFault(f"Python {name} could not be copied to {shelf}: {reason(error)}") from error
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return target
