"""An audit as its pages show it: the verdict, the four answers, the clauses, and the checks under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

from heldout.report.clean import cleaned
from heldout.report.words import count, listed
from heldout.sources.handover.result import Area, Audit, Check, ClaimResult, Growth, Score
from heldout.sources.handover.rubric import Item, Verdict, rubric, verdict

COSTS = ("weeks", "days", "hours")
"""What mending costs the client, dearest first."""

FIRST = 3
"""Clauses on the first screen."""

ANSWERS = {"holds": "Yes", "does_not_hold": "No", "not_assessable": "Could not tell"}

VERDICTS = {
    "match": "Match",
    "within_noise": "Within noise",
    "contradicted": "Contradicted",
    "absent": "Not measured",
    "ambiguous": "Could not tell",
}


@dataclass(frozen=True)
class Line:
    """One check with its line of the rubric."""

    item: Item
    check: Check

    @property
    def cost(self) -> str:
        """What mending may cost the client: hours, days or weeks."""
        return self.check.cost or self.item.cost


@dataclass(frozen=True)
class Part:
    """One of the four questions: its answer and its checks, failed ones first."""

    area: Area
    question: str
    score: Score
    lines: tuple[Line, ...]

    @property
    def answer(self) -> str:
        """The answer in a word or three."""
        return ANSWERS[self.score.state]

    @property
    def width(self) -> float:
        """The points in per cent, for the bar."""
        return round(100 * (self.score.points or 0), 1)


@dataclass(frozen=True)
class Clause:
    """One line of the knowledge-transfer checklist."""

    text: str
    cost: str
    because: str
    """What was seen, or that it could not be assessed."""
    ids: tuple[str, ...]
    met: bool
    open: bool
    """Whether it could not be assessed: the client must see for itself."""


@dataclass(frozen=True)
class Curve:
    """The growth of a training as a picture, logarithmic on both sides; in per cent of the width and height."""

    dots: tuple[tuple[float, float, str], ...]
    line: tuple[tuple[float, float], tuple[float, float]]
    label: str


@dataclass(frozen=True)
class AuditView:
    """Everything that the pages of an audit show, safe to print."""

    audit: Audit
    verdict: Verdict
    parts: tuple[Part, ...]
    truth: str
    """Are its numbers true? One sentence."""
    yours: str
    """Is it yours? One sentence."""
    clauses: tuple[Clause, ...]
    curve: Curve | None

    @property
    def to_write(self) -> tuple[Clause, ...]:
        """The clauses for what failed, dearest first."""
        return tuple(clause for clause in self.clauses if not clause.met and not clause.open)

    @property
    def to_see(self) -> tuple[Clause, ...]:
        """The clauses for what could not be assessed, dearest first."""
        return tuple(clause for clause in self.clauses if clause.open)


def audit_view(audit: Audit) -> AuditView:
    """The view of an audit; every text in it is made safe to show first."""
    audit = cleaned(audit)
    parts = tuple(_part(score, audit.checks) for score in audit.scores)
    return AuditView(
        audit=audit,
        verdict=verdict(audit.scores, audit.checks),
        parts=parts,
        truth=_truth(audit.claims),
        yours=_yours(audit.checks),
        clauses=_clauses(audit.checks),
        curve=_curve(audit.growth) if audit.growth else None,
    )


def _part(score: Score, checks: Sequence[Check]) -> Part:
    items = rubric().items
    order = {"fail": 0, "pass": 1, "not_assessable": 2}
    lines = [Line(items[check.id], check) for check in checks if items[check.id].area == score.area]
    lines.sort(key=lambda line: (order[line.check.state], -line.item.weight, line.item.id))
    return Part(score.area, rubric().areas[score.area], score, tuple(lines))


def _truth(claims: Sequence[ClaimResult]) -> str:
    if not claims:
        return "It states no number about its quality, so there is none to be true or false."
    held = [c for c in claims if c.verdict in ("match", "within_noise")]
    wrong = [c for c in claims if c.verdict == "contradicted"]
    rest = len(claims) - len(held) - len(wrong)
    if not held and not wrong:
        return f"Not shown. None of {count(len(claims), 'stated number')} could be measured here."
    said = [f"{len(held)} of {count(len(claims), 'stated number')} came out as stated"]
    if wrong:
        said.append(f"{len(wrong)} did not")
    if rest:
        said.append(f"{rest} could not be measured")
    return f"{'No' if wrong else 'Yes'}. {listed(said, last='and')}."


def _yours(checks: Sequence[Check]) -> str:
    state = {check.id: check.state for check in checks}
    able = [words for id_, words in _ABILITIES.items() if state.get(id_) == "pass"]
    unable = [words for id_, words in _ABILITIES.items() if state.get(id_) == "fail"]
    if not able and not unable:
        return "Not shown: nothing of it could be run here."
    said = []
    if able:
        said.append(f"you can {listed(able, last='and')} without its makers")
    if unable:
        said.append(f"you cannot {listed(unable)}")
    lead = "Yes" if not unable else "No" if "fail" in (state.get("B4"), state.get("T1")) else "In part"
    return f"{lead}: {', but '.join(said)}."


_ABILITIES = {"B4": "build it", "U1": "predict with it", "T1": "retrain it", "T5": "retrain it on your own data"}


def _clauses(checks: Sequence[Check]) -> tuple[Clause, ...]:
    clauses: dict[str, Clause] = {}
    rank = {"fail": 0, "not_assessable": 1, "pass": 2}
    for check in sorted(checks, key=lambda check: rank[check.state]):
        item = rubric().items[check.id]
        text = check.clause or item.clause
        ids = (*clauses[text].ids, check.id) if text in clauses else (check.id,)
        first = clauses.get(text)
        clauses[text] = Clause(
            text=text,
            cost=first.cost if first else check.cost or item.cost,
            because=first.because if first else check.message,
            ids=tuple(dict.fromkeys(ids)),
            met=check.state == "pass" if first is None else first.met,
            open=check.state == "not_assessable" if first is None else first.open,
        )
    items = list(rubric().items)
    return tuple(
        sorted(
            clauses.values(),
            key=lambda c: (
                COSTS.index(c.cost),
                not any(rubric().items[id_].critical for id_ in c.ids),
                items.index(c.ids[0]),
            ),
        )
    )


def _curve(growth: Growth) -> Curve | None:
    points = [p for p in growth.points if p.rows > 0 and p.cpu_s > 0 and isfinite(p.cpu_s)]
    if len({p.rows for p in points}) < 2:
        return None
    xs, ys = [log10(p.rows) for p in points], [log10(p.cpu_s) for p in points]
    wide, high = _scaled(xs, 8, 92), _scaled(ys, 88, 12)
    dots = tuple((x, y, f"{p.rows:,} rows: {p.cpu_s:.3g} s") for x, y, p in zip(wide, high, points, strict=True))
    # The line through the middle of the points with the exponent that was fitted.
    middle = sum(ys) / len(ys) - growth.exponent * sum(xs) / len(xs)
    ends = [middle + growth.exponent * min(xs), middle + growth.exponent * max(xs)]
    low, span = min(ys), (max(ys) - min(ys)) or 1.0
    heights = [round(88 - 76 * (end - low) / span, 2) for end in ends]
    return Curve(dots, ((8.0, heights[0]), (92.0, heights[1])), "; ".join(label for _, _, label in dots))


def _scaled(values: Sequence[float], start: float, end: float) -> list[float]:
    low, span = min(values), (max(values) - min(values)) or 1.0
    return [round(start + (value - low) / span * (end - start), 2) for value in values]
