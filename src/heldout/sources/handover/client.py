"""The client's own files, laid over those of the delivery before it trains or predicts."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from heldout.errors import InputError
from heldout.sources.handover.bench import Bench


@dataclass(frozen=True)
class ClientInput:
    """One file or folder of the client's, and the path in the delivery that it takes the place of."""

    path: str
    mine: Path

    @property
    def stamp(self) -> str:
        """Sizes and times of what is given: another text when it was changed."""
        return " ".join(f"{path.stat().st_size} {path.stat().st_mtime_ns}" for path in files_of(self.mine))

    def lay(self, bench: Bench) -> None:
        """Put it into a bench; a folder replaces the whole folder. Raises InputError when it does not fit."""
        bench.replace(self.mine, self.path)


def parse_input(told: str) -> ClientInput:
    """`PATH_IN_DELIVERY=MINE`. Raises InputError, saying what to write, for anything else."""
    path, sign, mine = told.partition("=")
    if not sign or not path.strip() or not mine.strip():
        raise InputError(f"--input {told!r} is not PATH_IN_DELIVERY=MINE; write for example data/train.csv=ours.csv")
    clean = posixpath.normpath(path.strip().replace("\\", "/"))
    if clean.startswith(("/", "..")) or clean == ".":
        raise InputError(f"--input {told!r}: {path} must be a path within the delivery, like data/train.csv")
    source = Path(mine.strip()).expanduser()
    if not source.exists():
        raise InputError(f"--input {told!r}: {mine} does not exist; name a file or folder of yours")
    if not (source.is_file() or source.is_dir()):
        raise InputError(f"--input {told!r}: {mine} is neither a file nor a folder")
    if not any(path.stat().st_size for path in files_of(source)):
        raise InputError(f"--input {told!r}: {mine} is empty; give it the data to train on")
    return ClientInput(clean, source.absolute())


def files_of(source: Path) -> list[Path]:
    """The file, or the files of the folder, in order."""
    return sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
