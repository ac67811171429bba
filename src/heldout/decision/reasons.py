"""Pieces of a number in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heldout.decision.explain import Piece
from heldout.decision.observations import Whose
from heldout.decision.posterior import Posterior
from heldout.decision.result import Reason, ReasonKind
from heldout.evidence import Evidence
from heldout.standard import Standard
from heldout.wording import percent, within

_LOOKS = {"repository": "the review", "handover": "the audit", "worksample": "the work sample"}
_PLURAL = {"repository": "reviews", "handover": "audits", "worksample": "work samples", "interview": "interviews"}
_WHOSE: dict[Whose, str] = {
    "claimed": "that it is theirs is their own claim", "untold": "whose work it is was not told",
}  # fmt: skip
_NAMED = 2
"""Competencies that are named of what one interviewer or one look said."""
_LEAST = 0.005
"""Points under which reasons of one kind are told together."""
_ALIKE = 0.05
"""Level points under which somebody rates like the others."""
_SMALL = "all that moves it by less than a hundredth"


@dataclass(frozen=True)
class Given:
    """A piece of evidence as the model had it, and how it is known whose work it is."""

    evidence: Evidence
    whose: Whose


@dataclass(frozen=True)
class Teller:
    """Tells pieces as reasons. `given` is the evidence in the order in which the model had it; `known` are the
    interviewers who share enough answers with others for their severity to be stated."""

    given: Sequence[Given]
    posterior: Posterior
    standard: Standard
    known: frozenset[str]

    def reasons(self, pieces: Sequence[Piece], competency: str = "") -> tuple[Reason, ...]:
        """The pieces as reasons, adding up as before: prior first, then the weightiest.

        With `competency`, evidence on it is told piece by piece and evidence on others by source; without, all is told
        by who or what gave it, with what weighs most in it.
        """
        told: dict[tuple[ReasonKind, str, str], list[Piece]] = defaultdict(list)
        for piece in pieces:
            told[self._key(piece, competency)].append(piece)
        made = []
        for (kind, text, source), parts in told.items():
            most = "" if competency or kind != "evidence" else self._most(parts)
            made.append(Reason(kind=kind, points=_sum(parts), text=text + (f": {most}" if most else ""), source=source))
        small = [one for one in made if abs(one.points) < _LEAST and one.kind not in ("start", "pool", "evidence")]
        kept = [one for one in made if one not in small]
        if small:
            kept.append(Reason(kind="others", points=sum(one.points for one in small), text=_SMALL))
        return tuple(
            sorted(kept, key=lambda one: (one.kind not in ("start", "pool"), one.kind == "pool", -abs(one.points)))
        )

    def between(self, first: tuple[str, Sequence[Piece]], second: tuple[str, Sequence[Piece]]) -> tuple[Reason, ...]:
        """Why the worth of one (their name and its pieces) differs from another's: reasons that add up to the
        difference, the weightiest first. What one interviewer or one kind of look said of both is one reason."""
        told: dict[tuple[ReasonKind, str, str], tuple[list[Piece], list[Piece]]] = {}
        for side, (_, pieces) in enumerate((first, second)):
            for piece in pieces:
                told.setdefault(self._common_key(piece), ([], []))[side].append(piece)
        made, rest = [], 0.0
        for (kind, text, source), sides in told.items():
            points = _sum(sides[0]) - _sum(sides[1])
            if abs(points) < _LEAST:
                rest += points
                continue
            said = ""
            if kind == "evidence":
                seen = ([part for part in parts if part.observation is not None] for parts in sides)
                both = zip((first[0], second[0]), seen, strict=True)
                said = "; ".join(f"{name}, {self._most(parts) or 'not seen'}" for name, parts in both)
            made.append(Reason(kind=kind, points=points, text=text + (f": {said}" if said else ""), source=source))
        if rest:
            made.append(Reason(kind="others", points=rest, text=_SMALL))
        return tuple(sorted(made, key=lambda one: -abs(one.points)))

    def _key(self, piece: Piece, competency: str) -> tuple[ReasonKind, str, str]:
        """Kind, text and source of the reason that a piece belongs to."""
        if piece.observation is None:
            return self._shared_key(piece)
        one = self.given[piece.observation]
        if not competency:
            return "evidence", _looker(one.evidence), one.evidence.source
        if one.evidence.competency != competency:
            return "others", f"their other competencies: {_looker(one.evidence)}", one.evidence.source
        return "evidence", _saw(one, piece.points), one.evidence.source

    def _common_key(self, piece: Piece) -> tuple[ReasonKind, str, str]:
        """The same for a difference between two: by who saw both, or by the kind of look."""
        if piece.observation is None:
            if piece.kind == "pool":
                return "pool", "what those who apply have in common; it moves most who was seen least", ""
            return self._rated_by(piece.rater) if piece.kind == "severity" else self._shared_key(piece)
        one = self.given[piece.observation].evidence
        if one.source == "interview" and one.rater:
            return self._rated_by(one.rater)
        return "evidence", _PLURAL.get(one.source, one.source), one.source

    def _rated_by(self, rater: str) -> tuple[ReasonKind, str, str]:
        """An interviewer's ratings and the correction for how they rate, in one."""
        how, sure = self._rates(rater)
        if self._alone:
            return "evidence", f"ratings by {rater}, with nobody to compare them with", "interview"
        corrected = f", corrected for {'rating' if sure else 'seeming to rate'} {how}" if how else ""
        return "evidence", f"ratings by {rater}{corrected}", "interview"

    def _shared_key(self, piece: Piece) -> tuple[ReasonKind, str, str]:
        """... of a piece that is not one observation's."""
        if piece.kind == "start":
            return "start", "where everybody starts: the middle of the scale", ""
        if piece.kind == "end":
            return "end", f"the scale ends at {1 if piece.points > 0 else 5}", ""
        if piece.kind == "severity":
            return "rater", self._severity(piece.rater), "interview"
        if piece.kind == "leniency":
            return "leniency", _leniency(piece.source, self.posterior), piece.source
        side = "above" if piece.points >= 0 else "below"
        return "pool", f"those who apply here are, taken together, {side} the middle", ""

    def _most(self, parts: Sequence[Piece]) -> str:
        """What weighs most of what somebody or something said: its competencies, of a look with the reason that it
        gave and how it is known whose work it is."""
        total = _sum(parts)
        same = [part for part in parts if (part.points > 0) == (total > 0) and part.observation is not None]
        first = sorted(same, key=lambda part: -abs(part.points))[:_NAMED]
        if not first:
            return ""
        seen = [self.given[part.observation or 0] for part in first]
        levels = ", ".join(
            f"{within(self.standard.short(one.evidence.competency))} {one.evidence.level:.2g}" for one in seen
        )
        main = seen[0].evidence
        why = "" if main.source == "interview" else _main(main, first[0].points).partition(". ")[0]
        notes = "; ".join(filter(None, (why, _WHOSE.get(seen[0].whose, ""))))
        return levels + (f" ({notes})" if notes else "")

    def _severity(self, rater: str) -> str:
        if self._alone:
            return f"how {rater} may rate, by what the model expects: there is nobody to compare {rater} with"
        how, sure = self._rates(rater)
        if not how:
            return f"{rater} rates like the others"
        return f"{rater} rates {how}" if sure else f"{rater} seems to rate {how}, which may be chance"

    @property
    def _alone(self) -> bool:
        """Whether there is one interviewer only, whom the ratings then cannot show to be severe or lenient."""
        return len(self.posterior.design.raters) == 1

    def _rates(self, rater: str) -> tuple[str, bool]:
        """How a rater rates, with the number where there is enough to state it, and whether that is sure; nothing
        where they rate like the others."""
        column = self.posterior.design.raters.index(rater)
        lenient = float(self.posterior.leniency.mean[column])
        if abs(lenient) < _ALIKE:
            return "", False
        low, high = (float(side[column]) for side in self.posterior.leniency_ends)
        known = rater in self.known
        number = f"{abs(lenient):.1f} " if known else ""
        return f"{number}{'higher' if lenient > 0 else 'lower'} than the others", known and not low <= 0 <= high


def _sum(parts: Iterable[Piece]) -> float:
    return sum(part.points for part in parts)


def _looker(one: Evidence) -> str:
    if one.source == "interview":
        return f"ratings by {one.rater}" if one.rater else "ratings"
    look = _LOOKS.get(one.source, one.source)
    return f"{look} of {one.group}" if one.group else look


def _saw(given: Given, points: float) -> str:
    """What a piece of evidence said, with the weightiest reason that it gave and how it is known whose work it is."""
    one = given.evidence
    level = one.level if one.level is not None else 0.0
    if one.source == "interview":
        return f"{one.rater or 'an interviewer'} rated it {level:g}"
    part = "" if one.share is None or one.share >= 1 else f", {percent(one.share)} of it theirs"
    more = "".join(f"; {note}" for note in (_main(one, points), _WHOSE.get(given.whose, "")) if note)
    return f"{_looker(one)}: level {level:.1f}{part}{more}"


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


def _leniency(source: str, posterior: Posterior) -> str:
    """What a source as a whole is taken to see too high or too low: by the others' light, or where there is no other
    by what the model expects of those who apply."""
    column = posterior.design.first_source + posterior.design.sources.index(source)
    by = sum(w * float(s.effects[column]) for w, s in zip(posterior.weights, posterior.solutions, strict=True))
    name = _PLURAL.get(source, source)
    how = "about right" if abs(by) < 0.05 else f"{abs(by):.1f} too {'high' if by > 0 else 'low'}"
    if len(posterior.design.sources) == 1:
        return f"by what the model expects of applicants, which {name} alone cannot show, they see everybody {how}"
    return f"{name}, held against all else, seem to see everybody {how}"
