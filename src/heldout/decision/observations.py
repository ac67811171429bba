"""What the model is given: one number each, with what is known of its error. Evidence becomes observations here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from heldout.evidence import HANDED_OVER, Dossier, Evidence

LEAST, MOST = 1.0, 5.0
"""The ends of the anchored scale."""
MIDDLE = 3.0
"""The middle of the anchored scale: what is expected of somebody of whom nothing is known."""
SPREAD = 0.8
"""Standard deviation, in level points, of the level of somebody of whom nothing is known (and of a team's)."""
ASSUMED_WIDENING = 1.5
"""An assumed standard error is taken to be this many times as large: errors that nobody measured are, as a rule,
guessed too small. The factor is itself an assumption."""
UNKNOWN_SHARE = (0.5, 0.29)
"""Mean and standard deviation of the subject's share where nobody could tell it: anything from 0 to 1."""
CLAIMED_SHARE = (0.75, 0.15)
"""... of what somebody only claims to be theirs: anything from half of the claim to all of it. An assumption."""
SHARE_ERROR = 0.1
"""Standard deviation of a share that was counted (commits, surviving lines): attribution is not authorship."""

LEAST_ERROR = 0.3
"""No measure of a level is taken to be surer than this, whatever its file says."""
LEAST_RELIABILITY = 0.05
"""A calibrated level whose error is as wide as people differ still says a little."""
WIDEST_ERROR = 100.0
"""A wider standard error, an infinite one even, is counted as this: on a scale from 1 to 5 it tells nothing either."""

Kind = Literal["rating", "measure"]
Whose = Literal["theirs", "counted", "claimed", "untold"]
"""Whose work it is: all theirs; a share of it, which was counted here; what they claim themselves; nobody told."""


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
    work: str = ""
    whose: Whose = "theirs"


def latest_states(dossier: Dossier) -> Dossier:
    """The dossier without what was said of earlier states of the same thing: a repository that was reviewed again
    after some commits is one piece of work, not two."""
    origins = works(dossier)
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


def works(dossier: Dossier) -> dict[str, str]:
    """The work that each content (by its digest) is a state of: what has the same content or the same origin is one
    work, however it was looked at."""
    by_digest: dict[str, str] = {}
    by_origin: dict[str, str] = {}
    for one in dossier.artifacts:
        if one.digest:
            work = by_digest.get(one.digest) or by_origin.get(one.origin) or one.origin
            by_digest.setdefault(one.digest, work)
            by_origin.setdefault(one.origin, work)
    return by_digest


def _when(one: Evidence) -> float:
    return one.taken_at.timestamp() if one.taken_at else -math.inf


def telling(one: Evidence) -> bool:
    """Whether there is a level that tells people apart: its source may say itself that it hardly does."""
    return one.level is not None and not (one.source == "repository" and one.reason)


def observations_of(subject: str, dossier: Dossier, *, delivers: bool) -> list[Observation]:
    """The levels of a subject's evidence that tell, in order; what was not observed is left out, not counted as low.

    `delivers` is true for an agency or a team: what they hand over is theirs, whoever in it wrote it.
    """
    known = _Known.of(dossier, delivers=delivers)
    return [
        _rating(subject, one, one.level)
        if one.source == "interview"
        else _measure(subject, one, one.level, one.se, known)
        for one in dossier.evidence
        if telling(one) and one.level is not None and one.se is not None
    ]


@dataclass(frozen=True)
class _Known:
    """What a dossier as a whole tells of a piece of evidence: which work it is of, and whose that is."""

    works: Mapping[str, str]
    shares: Mapping[str, float | None]
    """By work that was reviewed: the share of it that the review counted, None where no author was named."""
    handed_over: frozenset[str]
    """Digests of what the subject had looked at on their own machine."""
    delivers: bool

    @classmethod
    def of(cls, dossier: Dossier, *, delivers: bool) -> _Known:
        found = works(dossier)
        read = [one for one in dossier.evidence if one.source == "repository"]
        shares = {found[one.subject_digest]: one.share for one in read if one.subject_digest in found}
        handed_over = frozenset(one.digest for one in dossier.artifacts if HANDED_OVER in one.gaps)
        return cls(found, shares, handed_over, delivers)

    def share(self, one: Evidence) -> tuple[Whose, float, float, float]:
        """Whose the work is, the share that its level counts, and of that the part which is truly theirs, as far as is
        known: mean and standard deviation."""
        work = self.works.get(one.subject_digest, "")
        if one.source == "worksample" or (one.source == "handover" and self.delivers):
            return "theirs", 1.0, 1.0, 0.0
        if one.share is None and one.source == "repository":
            return "untold", 1.0, *UNKNOWN_SHARE
        if one.subject_digest in self.handed_over:
            return "claimed", 1.0 if one.share is None else one.share, *CLAIMED_SHARE
        if one.source == "repository" and one.share is not None:
            return "theirs" if one.share >= 1 else "counted", one.share, 1.0, 0.0
        part = self.shares.get(work) if one.share is None else one.share
        if part is None:
            return "untold", 1.0, *(UNKNOWN_SHARE if work in self.shares else CLAIMED_SHARE)
        return ("theirs", 1.0, 1.0, 0.0) if part >= 1 else ("counted", 1.0, part, SHARE_ERROR)


def _rating(subject: str, one: Evidence, level: float) -> Observation:
    group = one.group or one.rater
    return Observation(subject, one.competency, level, "rating", one.source, rater=one.rater, group=group)


def _measure(subject: str, one: Evidence, level: float, se: float, known: _Known) -> Observation:
    whose, counted, part, error = known.share(one)
    loading, offset, added = _share(counted, MIDDLE if one.start is None else one.start, part, error)
    own = min(max(se, LEAST_ERROR), WIDEST_ERROR)
    widened = own * ASSUMED_WIDENING if one.basis == "assumed" else own / math.sqrt(_reliability(one, own))
    group = one.group or f"{one.source} {one.subject_digest}"
    return Observation(
        subject, one.competency, level, "measure", one.source,
        group=group, se=math.hypot(widened, added), loading=loading, offset=offset,
        work=known.works.get(one.subject_digest) or one.subject_digest or group, whose=whose,
    )  # fmt: skip


def _share(counted: float, start: float, part: float, error: float) -> tuple[float, float, float]:
    """Loading, offset and added standard error from how much of what was looked at is the subject's.

    A review counts each finding by the share `counted` (known to ± `SHARE_ERROR` unless it is all), from its rule's
    start s. Of what was counted as theirs, or of the whole where nothing was, `part` (with its `error`) is; the rest is
    a team's of unknown level: `level = counted * (part * truth + (1 - part) * team) + (1 - counted) * s`. The variances
    are those of the products at the expected levels, all of which spread by `SPREAD`.
    """
    team = SPREAD * math.sqrt((1 - part) ** 2 + 2 * error**2)
    miscounted = 0.0 if counted >= 1 else SHARE_ERROR * math.hypot(SPREAD, MIDDLE - start)
    return counted * part, counted * (1 - part) * MIDDLE + (1 - counted) * start, math.hypot(counted * team, miscounted)


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
