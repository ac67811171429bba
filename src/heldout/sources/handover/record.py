"""What was seen of one run of the delivery's own code: written by the engine, read by every check.

A run is judged by what it changed and by what it measured, never by its exit code alone.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from heldout.evidence.types import Frozen, Location, Measured
from heldout.sandbox.base import Verdict
from heldout.sources.handover.observation import Observation
from heldout.sources.handover.plan import Reading


class Cause(Frozen):
    """Why a build or a run failed, as far as its output tells."""

    code: str
    """Stable and short: `module_missing`, `data_missing`, `network`, `pins_unsatisfiable` ... (see `causes.py`)."""
    message: str
    """One plain sentence with the name of what is missing."""
    subject: str = ""
    """The module, path, package or host that it is about."""
    location: Location | None = None


Rung = Literal["R0", "R1", "R2", "R3"]
"""How far we had to go for an environment: as declared; another installer or Python; packages as of the day of the
last commit; mended by us, with the patch on record."""


class Attempt(Frozen):
    """One try to build an environment, by one recipe of one rung of the repair ladder."""

    environment: str = "default"
    rung: Rung
    recipe: str
    """In words: `requirements.txt, by uv, on Python 3.11`."""
    worked: bool
    cause: Cause | None = None
    """Why it did not work, as far as the output tells."""
    seconds: float | None = None
    command: str = ""
    log: str = ""
    """Path of its log, relative to the audit's folder."""


class Ran(Frozen):
    """One run of one step of the plan."""

    step: str
    command: str
    folder: str = "."
    verdict: Verdict
    exit_code: int | None = None
    why: str = ""
    wall_s: float
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    made: tuple[str, ...] = ()
    """Files that were not there before, relative to the delivery, sorted."""
    changed: tuple[str, ...] = ()
    """Files whose content is another than before."""
    rewritten: tuple[str, ...] = ()
    """Files written again with the very content they had."""
    read: tuple[str, ...] = ()
    """Files, other than code, that it read and did not write (300 at most), as the kernel tells; sorted."""
    digests: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of the files made, changed or written again."""
    readings: tuple[Reading, ...] = ()
    """What it printed and wrote about quality; the location's path is `stdout`, `stderr` or a file."""
    seen: Observation | None = None
    """What the watch inside saw of its fits, splits and scores; None when it saw nothing of the kind."""
    cause: Cause | None = None
    """Why it failed; a run can end with exit code 0 and still have failed."""
    came_through: bool = False
    """Whether it failed only after it had made the model that it is to make."""
    mended: str = ""
    """What we changed for this run, in words; the log tells of it as it was run last."""
    log: str = ""
    """Path of its log, relative to the audit's folder."""
    measured: dict[str, Measured] = Field(default_factory=dict)

    @property
    def worked(self) -> bool:
        """Whether it ended by itself without a failure that its output shows."""
        return self.verdict is Verdict.OK and self.cause is None

    @property
    def counts(self) -> bool:
        """Whether what it made and measured can be judged: it worked, or failed after the work was done."""
        return self.worked or self.came_through
