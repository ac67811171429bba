"""Long work in steps that are done once: each result is kept, and an interrupted run goes on after the last one."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from heldout.errors import OurFault
from heldout.runs.progress import Progress, Silent

T = TypeVar("T", bound=BaseModel)


@dataclass
class Steps:
    """The steps of one run, kept as JSON in a folder.

    `about` says what the run is about (a digest of its input, options and version): results of something else are
    done again. A step also depends on those before it, so when one is done again, all after it are.
    """

    folder: Path
    about: str
    progress: Progress = field(default_factory=Silent)
    total: int = 0
    """How many steps there are, for the progress; 0 when nobody knows."""
    _chain: str = ""
    _done: int = 0
    taken_up: int = 0
    """Steps whose results were found and not done again."""
    taken_up_s: float = 0.0
    """What those had taken, in seconds, when they were done."""

    def do(self, name: str, text: str, kind: type[T], make: Callable[[], T]) -> T:
        """The result of a step, kept or made now. `text` tells people what is done. Raises what `make` raises."""
        self.progress.step(text)
        self._chain = hashlib.sha256(f"{self.about}|{self._chain}|{name}".encode()).hexdigest()
        kept = self._kept(name, kind)
        if kept is not None:
            result, seconds = kept
            self.taken_up += 1
            self.taken_up_s += seconds
        else:
            began = time.monotonic()
            result = make()
            self._keep(name, result, time.monotonic() - began)
        self._chain = hashlib.sha256((self._chain + result.model_dump_json()).encode()).hexdigest()
        self._done += 1
        if self.total:
            self.progress.count(self._done, self.total)
        return result

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _kept(self, name: str, kind: type[T]) -> tuple[T, float] | None:
        """A result that was kept, and the seconds that it had taken."""
        try:
            told = json.loads(self._path(name).read_text(encoding="utf-8"))
            if told.get("of") != self._chain:
                return None
            return kind.model_validate(told["result"]), float(told["seconds"])
        except (OSError, ValueError, KeyError, AttributeError, TypeError, ValidationError):
            return None  # not there, not ours, or of an older version: done again

    def _keep(self, name: str, result: BaseModel, seconds: float) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                told = {"of": self._chain, "seconds": round(seconds, 1), "result": result.model_dump(mode="json")}
                json.dump(told, file)
            Path(temporary).replace(self._path(name))
        except OSError as error:
            raise OurFault(f"the result of a step could not be kept in {self.folder}: {error.strerror}") from error
