"""What the model is given: one number each, with what is known of its error. Evidence becomes observations here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from heldout.evidence import Dossier, Evidence

MIDDLE = 3.0
"""The middle of the anchored scale: what is expected of somebody of whom nothing is known."""
SPREAD = 0.8
"""Standard deviation, in level points, of the level of somebody of whom nothing is known (and of a team's)."""
ASSUMED_WIDENING = 1.5
"""An assumed standard error is taken to be this many times as large: errors that nobody measured are, as a rule,
guessed too small. The factor is itself an assumption."""
UNKNOWN_SHARE = (0.5, 0.29)
"""Mean and standard deviation of the subject's share where nobody could tell it: anything from 0 to 1."""
SHARE_ERROR = 0.1
"""Standard deviation of a share that was counted (commits, surviving lines): attribution is not authorship."""

LEAST_ERROR = 0.3
"""No measure of a level is taken to be surer than this, whatever its file says."""
LEAST_RELIABILITY = 0.05
"""A calibrated level whose error is as wide as people differ still says a little."""
WIDEST_ERROR = 100.0
"""A wider standard error, an infinite one even, is counted as this: on a scale from 1 to 5 it tells nothing either."""

Kind = Literal["rating", "measure"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One level (1.0-5.0) of one competency of one subject, as one rater or instrument saw it.

    It is taken as `level = loading * truth + offset + errors`. A `rating` is a person's judgement: its error is
    estimated from all ratings. A `measure` has an error of its own, `se`, in level points, widened already where it
    was assumed or where the subject's share is not known. `source` names what shares an unknown leniency over all
    subjects (the panel, the review); `rater` who gave a rating; `group` what shares an error among observations of the
    same subject (one interviewer's impression of them, one repository).
    """

    subject: str
    competency: str
    level: float
    kind: Kind
    source: str
    rater: str = ""
    group: str = ""
    se: float = 0.0
    loading: float = 1.0
    offset: float = 0.0


def latest_states(dossier: Dossier) -> Dossier:
    """The dossier without what was said of earlier states of the same thing: a repository that was reviewed again
    after some commits is one piece of work, not two."""
    origins = {one.digest: one.origin for one in dossier.artifacts if one.digest}
    latest: dict[tuple[str, str], Evidence] = {}
    for one in dossier.evidence:
        if one.source != "interview" and (origin := origins.get(one.subject_digest)):
            before = latest.get((one.source, origin))
            if before is None or _when(before) <= _when(one):
                latest[one.source, origin] = one
    kept = [
        one
        for one in dossier.evidence
        if (last := latest.get((one.source, origins.get(one.subject_digest, "")))) is None
        or last.subject_digest == one.subject_digest
    ]
    return dossier.model_copy(update={"evidence": tuple(kept)})


def _when(one: Evidence) -> float:
    return one.taken_at.timestamp() if one.taken_at else -math.inf


def telling(one: Evidence) -> bool:
    """Whether there is a level that tells people apart: its source may say itself that it hardly does."""
    return one.level is not None and not (one.source == "repository" and one.reason)


def observations_of(subject: str, evidence: Iterable[Evidence], *, delivers: bool) -> list[Observation]:
    """The levels of a subject's evidence that tell, in order; what was not observed is left out, not counted as low.

    `delivers` is true for an agency or a team: what they hand over is theirs, whoever in it wrote it.
    """
    return [
        _rating(subject, one, one.level)
        if one.source == "interview"
        else _measure(subject, one, one.level, one.se, delivers=delivers)
        for one in evidence
        if telling(one) and one.level is not None and one.se is not None
    ]


def _rating(subject: str, one: Evidence, level: float) -> Observation:
    group = one.group or one.rater
    return Observation(subject, one.competency, level, "rating", one.source, rater=one.rater, group=group)


def _measure(subject: str, one: Evidence, level: float, se: float, *, delivers: bool) -> Observation:
    loading, offset, added = _share(one, delivers=delivers)
    error = min(max(se, LEAST_ERROR), WIDEST_ERROR)
    widened = error * ASSUMED_WIDENING if one.basis == "assumed" else error / math.sqrt(_reliability(one, error))
    group = one.group or f"{one.source} {one.subject_digest}"
    return Observation(
        subject, one.competency, level, "measure", one.source,
        group=group, se=math.hypot(widened, added), loading=loading, offset=offset,
    )  # fmt: skip


def _share(one: Evidence, *, delivers: bool) -> tuple[float, float, float]:
    """Loading, offset and added standard error from how much of what was looked at is the subject's.

    A level that was made with a known share m counts the subject's own part from the rule's start s:
    `level = m * truth + (1 - m) * s`. Where the share is not known the level is that of the whole, which holds an
    unknown part by a team whose level is not known either: the variance of `m * truth + (1 - m) * team` is added.
    """
    if one.source == "worksample" or (one.source == "handover" and (delivers or one.share is None)):
        return 1.0, 0.0, 0.0
    if one.share is None:
        mean, error = UNKNOWN_SHARE
        return mean, (1 - mean) * MIDDLE, SPREAD * math.sqrt((1 - mean) ** 2 + 2 * error**2)
    start = MIDDLE if one.start is None else one.start
    error = 0.0 if one.share >= 1 else SHARE_ERROR
    return one.share, (1 - one.share) * start, error * math.hypot(SPREAD, MIDDLE - start)


def _reliability(one: Evidence, se: float) -> float:
    """How much of a calibrated level is news, 0-1.

    Such a level is a forecast from what was read: it is drawn to the middle of what was read as far as its rule cannot
    tell, and its error is that of the truth around it. As a measurement it then holds r / se² of information, with
    r = 1 - (se / spread)² (the attenuation of a regression; Carroll et al. 2006, Measurement Error in Nonlinear Models,
    section 1.4). It is not drawn out again: that would read more from a level than it says.
    """
    if one.source != "repository":
        return 1.0
    return max(1 - (se / SPREAD) ** 2, LEAST_RELIABILITY)
