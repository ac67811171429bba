"""What the watch saw of scores, as readings: a run that prints its metrics in no known form has measured them still."""

from __future__ import annotations

from heldout.evidence.types import Location
from heldout.sources.handover.observation import Scored
from heldout.sources.handover.plan import Reading, Split
from heldout.sources.handover.record import Ran

_MOST = 200
_COVERED = 0.95
"""Share of the rows fitted on from which a score is one of the training rows."""


def all_readings(run: Ran) -> tuple[Reading, ...]:
    """What a run printed and wrote of quality, and then what the watch saw it compute."""
    scores = run.seen.scores[-_MOST:] if run.seen else ()
    return (*run.readings, *(_reading(score) for score in scores))


def _reading(score: Scored) -> Reading:
    path, _, line = score.place.rpartition(":")
    return Reading(
        metric=score.metric,
        name=score.metric,
        value=score.value,
        written=f"{score.value:.6g}",
        half_digit=0.0,
        split=_split(score),
        model=score.model.rpartition(".")[2],
        average=score.average,
        location=Location(path=path or "watch", line=int(line) if line.isdigit() and int(line) else None),
    )


def _split(score: Scored) -> Split:
    if score.by == "cross-validation":
        return "cross-validation"
    if score.by == "validation":
        return "validation"
    return "train" if (score.covered or 0.0) >= _COVERED else "unknown"
