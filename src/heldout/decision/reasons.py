"""Pieces of a number in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from heldout.decision.explain import Piece
from heldout.decision.posterior import Posterior
from heldout.decision.result import Reason, ReasonKind
from heldout.evidence import Evidence
from heldout.standard import Standard
from heldout.wording import percent, within

_LOOKS = {"repository": "the review", "handover": "the audit", "worksample": "the work sample"}
_NAMED = 2
"""Competencies that are named of what one interviewer or one look said."""
_LEAST = 0.005
"""Points under which reasons of one kind are told together."""


def reasons(
    pieces: Sequence[Piece],
    given: Sequence[Evidence],
    posterior: Posterior,
    standard: Standard,
    competency: str = "",
) -> tuple[Reason, ...]:
    """The pieces as reasons, adding up as before: prior first, then the weightiest.

    `given` is the evidence in the order in which the model had it. With `competency`, evidence on it is told piece by
    piece and evidence on others by source; without, all is told by who or what gave it, with what weighs most in it.
    """
    told: dict[tuple[ReasonKind, str, str], list[Piece]] = defaultdict(list)
    for piece in pieces:
        told[_key(piece, given, posterior, competency)].append(piece)
    made = []
    for (kind, text, source), parts in told.items():
        total = sum(part.points for part in parts)
        most = "" if competency or kind != "evidence" else _most(parts, total, given, standard)
        made.append(Reason(kind=kind, points=total, text=text + most, source=source))
    small = [one for one in made if abs(one.points) < _LEAST and one.kind not in ("start", "pool", "evidence")]
    kept = [one for one in made if one not in small]
    if small:
        rest = sum(one.points for one in small)
        kept.append(Reason(kind="others", points=rest, text="all that moves it by less than a hundredth"))
    return tuple(
        sorted(kept, key=lambda one: (one.kind not in ("start", "pool"), one.kind == "pool", -abs(one.points)))
    )


def _key(piece: Piece, given: Sequence[Evidence], posterior: Posterior, competency: str) -> tuple[ReasonKind, str, str]:
    """Kind, text and source of the reason that a piece belongs to."""
    if piece.kind == "start":
        return "start", "where everybody starts: the middle of the scale", ""
    if piece.kind == "pool":
        side = "above" if piece.points >= 0 else "below"
        return "pool", f"those who apply here are, taken together, {side} the middle", ""
    if piece.kind == "severity":
        return "rater", _severity(piece.rater, posterior), "interview"
    if piece.kind == "leniency":
        return "leniency", _leniency(piece.source, posterior), piece.source
    one = given[piece.observation or 0]
    if competency and one.competency != competency:
        return "others", f"their other competencies: {_looker(one)}", one.source
    if competency:
        return "evidence", _saw(one, piece.points), one.source
    return "evidence", _looker(one), one.source


def _looker(one: Evidence) -> str:
    if one.source == "interview":
        return f"ratings by {one.rater}" if one.rater else "ratings"
    look = _LOOKS.get(one.source, one.source)
    return f"{look} of {one.group}" if one.group else look


def _most(parts: Sequence[Piece], total: float, given: Sequence[Evidence], standard: Standard) -> str:
    """What weighs most of what somebody or something said: its competencies, of a look with the reason that it gave."""
    same = [part for part in parts if (part.points > 0) == (total > 0) and part.observation is not None]
    first = sorted(same, key=lambda part: -abs(part.points))[:_NAMED]
    if not first:
        return ""
    seen = [given[part.observation or 0] for part in first]
    levels = ", ".join(f"{within(standard.short(one.competency))} {one.level:.2g}" for one in seen)
    why = "" if seen[0].source == "interview" else _main(seen[0], first[0].points).partition(". ")[0]
    return f": {levels}" + (f" ({why})" if why else "")


def _saw(one: Evidence, points: float) -> str:
    """What a piece of evidence said, with the weightiest reason that it gave."""
    level = one.level if one.level is not None else 0.0
    if one.source == "interview":
        return f"{one.rater or 'an interviewer'} rated it {level:g}"
    part = "" if one.share is None or one.share >= 1 else f", {percent(one.share)} of it theirs"
    why = _main(one, points)
    return f"{_looker(one)}: level {level:.1f}{part}" + (f"; {why}" if why else "")


def _main(one: Evidence, points: float) -> str:
    """The weightiest reason that the evidence gives for pulling the way in which it pulls (`points`).

    Where it gives none of that kind - all that was seen speaks for them, and yet the level is below the middle - the
    weightiest of the other kind, as what it is.
    """
    told = [c for c in one.contributions if c.code]
    side = [c for c in told if (c.points > 0) == (points > 0)]
    if not told:
        return ""
    why = max(side or told, key=lambda c: abs(c.points)).reason.rstrip(".")
    if side:
        return why
    return f"what was seen does not {'lift' if points < 0 else 'lower'} it to the middle: {why}"


def _severity(rater: str, posterior: Posterior) -> str:
    column = posterior.design.raters.index(rater)
    lenient = float(posterior.leniency.mean[column])
    if abs(lenient) < 0.05:
        return f"{rater} rates like the others"
    low, high = (float(side[column]) for side in posterior.leniency_ends)
    seems = "seems to rate" if low <= 0 <= high else "rates"
    chance = ", which may be chance" if low <= 0 <= high else ""
    return f"{rater} {seems} {abs(lenient):.1f} {'higher' if lenient > 0 else 'lower'} than the others{chance}"


def _leniency(source: str, posterior: Posterior) -> str:
    """What a source as a whole is taken to see too high or too low, by the others' light."""
    column = posterior.design.first_source + posterior.design.sources.index(source)
    by = sum(w * float(s.effects[column]) for w, s in zip(posterior.weights, posterior.solutions, strict=True))
    plural = {"repository": "reviews", "handover": "audits", "worksample": "work samples", "interview": "interviews"}
    side = "high" if by > 0 else "low"
    if abs(by) < 0.05:
        return f"{plural.get(source, source)}, held against all else, seem to see everybody about right"
    return f"{plural.get(source, source)}, held against all else, seem to see everybody {abs(by):.1f} too {side}"
