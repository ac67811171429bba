"""Pieces of a number in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from heldout.decision.explain import Piece
from heldout.decision.posterior import Posterior
from heldout.decision.result import Reason
from heldout.evidence import Evidence

_LOOKS = {"repository": "the review", "handover": "the audit", "worksample": "the work sample"}
_LEAST = 0.005
"""Points under which reasons of one kind are told together."""


def reasons(
    pieces: Sequence[Piece], given: Sequence[Evidence], posterior: Posterior, competency: str = ""
) -> tuple[Reason, ...]:
    """The pieces as reasons, adding up as before: prior first, then the weightiest.

    `given` is the evidence in the order in which the model had it. With `competency`, evidence on it is told piece by
    piece and evidence on others by source; without, all is told by who or what gave it.
    """
    points: dict[tuple[str, str, str], float] = defaultdict(float)
    for piece in pieces:
        points[_key(piece, given, posterior, competency)] += piece.points
    made = [Reason(kind=kind, points=value, text=text, source=source) for (kind, text, source), value in points.items()]
    small = [one for one in made if abs(one.points) < _LEAST and one.kind not in ("start", "pool", "evidence")]
    kept = [one for one in made if one not in small]
    if small:
        rest = sum(one.points for one in small)
        kept.append(Reason(kind="others", points=rest, text="all that moves it by less than a hundredth"))
    return tuple(
        sorted(kept, key=lambda one: (one.kind not in ("start", "pool"), one.kind == "pool", -abs(one.points)))
    )


def _key(piece: Piece, given: Sequence[Evidence], posterior: Posterior, competency: str) -> tuple[str, str, str]:
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
        return "evidence", _saw(one), one.source
    return "evidence", _looker(one), one.source


def _looker(one: Evidence) -> str:
    if one.source == "interview":
        return f"ratings by {one.rater}" if one.rater else "ratings"
    look = _LOOKS.get(one.source, one.source)
    return f"{look} of {one.group}" if one.group else look


def _saw(one: Evidence) -> str:
    """What a piece of evidence said, with the weightiest reason that it gave."""
    level = one.level if one.level is not None else 0.0
    if one.source == "interview":
        return f"{one.rater or 'an interviewer'} rated it {level:g}"
    part = "" if one.share is None or one.share >= 1 else f", {one.share:.0%} of it theirs"
    why = _main(one, level)
    return f"{_looker(one)}: level {level:.1f}{part}" + (f"; {why}" if why else "")


def _main(one: Evidence, level: float) -> str:
    """The weightiest reason on the side to which the level lies from where its rule starts."""
    up = level >= (one.start if one.start is not None else 3.0)
    side = [c for c in one.contributions if c.code and (c.points > 0) == up]
    return max(side, key=lambda c: abs(c.points)).reason.rstrip(".") if side else ""


def _severity(rater: str, posterior: Posterior) -> str:
    lenient = float(posterior.leniency.mean[posterior.design.raters.index(rater)])
    if abs(lenient) < 0.05:
        return f"{rater} rates like the others"
    return f"{rater} rates {abs(lenient):.1f} {'higher' if lenient > 0 else 'lower'} than the others"


def _leniency(source: str, posterior: Posterior) -> str:
    """What a source as a whole is taken to see too high or too low, by the others' light."""
    column = posterior.design.first_source + posterior.design.sources.index(source)
    by = sum(w * float(s.effects[column]) for w, s in zip(posterior.weights, posterior.solutions, strict=True))
    plural = {"repository": "reviews", "handover": "audits", "worksample": "work samples", "interview": "interviews"}
    side = "high" if by > 0 else "low"
    return f"{plural.get(source, source)} as a whole are taken to see everybody {abs(by):.1f} too {side}"
