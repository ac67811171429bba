"""An audit as its pages show it: the verdict, the four answers, the clauses, and the checks under them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heldout.report.audit_parts import Annex, ClaimLine, RunLine, annex, build_lines, claim_lines, glossary, run_lines
from heldout.report.clean import cleaned
from heldout.report.growth_curve import Curve, curve
from heldout.report.words import count, listed
from heldout.sources.handover.result import Area, Audit, Check, ClaimResult, Score
from heldout.sources.handover.rubric import Item, Verdict, rubric, verdict

COSTS = ("weeks", "days", "hours")
"""What mending costs the client, dearest first."""

SEVERITIES = ("high", "medium", "low", "info")

FIRST = 3
"""Clauses on the first screen."""
SHORT = 110
"""Characters of a reason on the first screen, which is one line; the checks have the whole."""

_SENTENCES = re.compile(r"(?<=[.!?]) (?=[^\W\d_a-z])")
_PARTS = re.compile(r"[;,](?= )| \((?=[^)]*$)")
"""Where a part of a sentence ends: at a comma, a semicolon, or before a bracket that nobody closes."""
_SAID_ALREADY = re.compile(
    r"^(?:It could not be retrained\. |It does not predict as delivered: |"
    r"(?:Not one command of it|None of its \d+ commands and notebooks) ran to a result\. )(?=\S)"
)
"""Beginnings of a reason that the answer before it says."""

ANSWERS = {"holds": "Yes", "does_not_hold": "No", "not_assessable": "Could not tell"}


@dataclass(frozen=True)
class Line:
    """One check with its line of the rubric."""

    item: Item
    check: Check
    number: int
    """Its place among the checks of its question, from 1."""
    leads: bool
    """Whether it is the first of its kind: several models may each be tried, and a link leads to one check."""

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
        """The answer in a word or three; what we got to build in the end is not said not to build."""
        built = any(line.item.id == "B4" for line in self.passed)
        return "Only mended" if built and self.score.state == "does_not_hold" else ANSWERS[self.score.state]

    @property
    def why(self) -> str:
        """The reason in one line."""
        return in_a_line(self.score.why)

    @property
    def failed(self) -> tuple[Line, ...]:
        """The checks that failed."""
        return tuple(line for line in self.lines if line.check.state == "fail")

    @property
    def passed(self) -> tuple[Line, ...]:
        """The checks that passed."""
        return tuple(line for line in self.lines if line.check.state == "pass")

    @property
    def open(self) -> tuple[Line, ...]:
        """The checks that could not be assessed."""
        return tuple(line for line in self.lines if line.check.state == "not_assessable")

    @property
    def width(self) -> float:
        """The points in per cent, for the bar."""
        return round(100 * (self.score.points or 0), 1)


@dataclass(frozen=True)
class Told:
    """An answer: its sign (`for`, `against`, `unknown`), a word or two, and a sentence."""

    sign: str
    lead: str
    text: str


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
    grave: int
    """How grave the failure is: 0 for high to 3 for info."""

    @property
    def shortly(self) -> str:
        """What was seen, in one line."""
        return in_a_line(self.because)


@dataclass(frozen=True)
class AuditView:
    """Everything that the pages of an audit show, safe to print."""

    audit: Audit
    verdict: Verdict
    parts: tuple[Part, ...]
    truth: Told
    """Are its numbers true?"""
    yours: Told
    """Is it yours?"""
    clauses: tuple[Clause, ...]
    claims: tuple[ClaimLine, ...]
    glossary: tuple[tuple[str, str], ...]
    """Abbreviations of metrics and what they mean."""
    builds: tuple[RunLine, ...]
    runs: tuple[RunLine, ...]
    on_yours: tuple[RunLine, ...]
    curve: Curve | None
    annex: Annex | None

    @property
    def reason(self) -> str:
        """The reason of the verdict in one line."""
        return in_a_line(self.verdict.reason)

    @property
    def sign(self) -> str:
        """`for` when all four hold, `against` when one does not, else `unknown`."""
        states = {part.score.state for part in self.parts}
        return "for" if self.verdict.holds else "against" if "does_not_hold" in states else "unknown"

    @property
    def open(self) -> tuple[Line, ...]:
        """The checks that could not be assessed, of all parts."""
        return tuple(line for part in self.parts for line in part.open)

    @property
    def unmade(self) -> tuple[Item, ...]:
        """The lines of the rubric of which no check was made."""
        made = {check.id for check in self.audit.checks}
        return tuple(item for item in rubric().items.values() if item.id not in made)

    @property
    def origin(self) -> str:
        """Where it came from; of a folder of this machine only the name, since the rest tells of its owner."""
        given = self.audit.origin
        return given if "://" in given or given.startswith("pypi:") else given.rstrip("/").rpartition("/")[2]

    @property
    def to_write(self) -> tuple[Clause, ...]:
        """The clauses for what failed, dearest first."""
        return tuple(clause for clause in self.clauses if not clause.met and not clause.open)

    @property
    def to_see(self) -> tuple[Clause, ...]:
        """The clauses for what could not be assessed, dearest first."""
        return tuple(clause for clause in self.clauses if clause.open)

    @property
    def to_keep(self) -> tuple[Clause, ...]:
        """The clauses for what was seen to hold, dearest first."""
        return tuple(clause for clause in self.clauses if clause.met)


def in_a_line(text: str) -> str:
    """What a reason says first, in `SHORT` characters: whole sentences as far as they fit, else the first, cut.

    It is cut where a part of it ends, if that leaves enough of it.
    """
    told = _SAID_ALREADY.sub("", text, count=1)
    told = f"{told[:1].upper()}{told[1:]}"
    fits = ""
    for sentence in _SENTENCES.split(told):
        if len(f"{fits} {sentence}") > SHORT:
            break
        fits = f"{fits} {sentence}".strip()
    if fits:
        return fits
    cut = told[:SHORT].rsplit(" ", 1)[0]
    ends = [found.start() for found in _PARTS.finditer(cut) if found.start() >= SHORT // 2]
    cut = (cut[: ends[-1]] if ends else cut).rstrip(" ,;:(")
    return f"{cut}{'`' if cut.count('`') % 2 else ''} …"


def audit_view(audit: Audit) -> AuditView:
    """The view of an audit; every text in it is made safe to show first."""
    audit = cleaned(audit)
    parts = tuple(_part(score, audit.checks) for score in audit.scores)
    return AuditView(
        audit=audit,
        verdict=verdict(audit.scores, audit.checks),
        parts=parts,
        truth=_truth(audit.claims),
        yours=_yours(audit.checks, audit.scores),
        clauses=_clauses(audit.checks),
        claims=claim_lines(audit.claims),
        glossary=glossary(audit.claims),
        builds=build_lines(audit.attempts),
        runs=run_lines(audit.runs),
        on_yours=run_lines(audit.on_yours),
        curve=curve(audit.growth) if audit.growth else None,
        annex=annex(audit.tests),
    )


def _part(score: Score, checks: Sequence[Check]) -> Part:
    items = rubric().items
    order = {"fail": 0, "pass": 1, "not_assessable": 2}
    mine = [check for check in checks if items[check.id].area == score.area]
    mine.sort(key=lambda check: (order[check.state], -items[check.id].weight, check.id))
    ids = [check.id for check in mine]
    lines = tuple(
        Line(items[check.id], check, number, ids.index(check.id) == number - 1)
        for number, check in enumerate(mine, start=1)
    )
    return Part(score.area, rubric().areas[score.area], score, lines)


def _truth(claims: Sequence[ClaimResult]) -> Told:
    if not claims:
        return Told("unknown", "Nothing stated", "It names no number about its quality that could be true or false.")
    held = [c for c in claims if c.verdict in ("match", "within_noise")]
    wrong = [c for c in claims if c.verdict == "contradicted"]
    rest = len(claims) - len(held) - len(wrong)
    if not held and not wrong:
        none = "Its one stated number could not" if len(claims) == 1 else f"None of {len(claims)} stated numbers could"
        return Told("unknown", "Not shown", f"{none} be measured here.")
    said = [f"{len(held)} of {count(len(claims), 'stated number')} came out as stated"]
    if wrong:
        said.append(f"{len(wrong)} did not")
    if rest:
        said.append(f"{rest} could not be measured")
    lead = "No" if wrong else "Yes, as far as measured" if rest else "Yes"
    return Told("against" if wrong else "for", lead, f"{listed(said, last='and')}.")


def _yours(checks: Sequence[Check], scores: Sequence[Score]) -> Told:
    # A training on parts of the delivered rows earns a half of T5, and shows nothing of the client's own.
    state = {check.id: "open" if check.id == "T5" and check.credit < 1 else check.state for check in checks}
    able, unable = _abilities(state, "pass"), _abilities(state, "fail")
    kept = next((score.state != "does_not_hold" for score in scores if score.area == "own"), True)
    lacking = [] if kept else [words for id_, words in _LACKING.items() if state.get(id_) == "fail"]
    if not able and not unable:
        return Told("unknown", "Not shown", "Nothing of it could be run here.")
    said = []
    if able:
        said.append(f"You can {listed(able, last='and')} without its makers")
    if unable:
        said.append(f"{'you' if able else 'You'} cannot {listed(unable)}")
    elif lacking:
        said.append(f"to keep it you lack {listed(lacking, last='and')}")
    text = f"{', but '.join(said)}."
    if not unable and kept:
        return Told("for", "Yes", text)
    if state.get("B4") == "fail" or (state.get("T1") == "fail" and state.get("T5") != "pass"):
        return Told("against", "No", text)
    return Told("unknown", "In part", text)


_LACKING = {
    "O1": "documents",
    "O6": "freedom from what only they have",
    "O8": "rights",
    "O5": "agreed terms",
    "O2": "a guide that works",
    "O7": "tests",
    "O4": "a way back",
    "O3": "monitoring",
    "O9": "a second person who knows it",
}
"""What is missing when a check of owning failed, the gravest first."""

_ABILITIES = {"B4": "build it", "U1": "predict with it", "T1": "retrain it", "T5": "retrain it on your own data"}
_BOTH = {"pass": "retrain it, on its own data and on yours", "fail": "retrain it, on its own data or on yours"}


def _abilities(state: Mapping[str, str], wanted: str) -> list[str]:
    """What the client is able to do (`pass`) or not (`fail`), in words that can stand beside one another."""
    words = {id_: text for id_, text in _ABILITIES.items() if state.get(id_) == wanted}
    if {"T1", "T5"} <= words.keys():
        return [*(words[id_] for id_ in words if id_ not in ("T1", "T5")), _BOTH[wanted]]
    if state.get("T1") == "fail" and state.get("T5") == "pass" and wanted == "fail":
        words["T1"] = "retrain it on the data that they used"
    return list(words.values())


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
            grave=SEVERITIES.index(check.severity) if first is None else first.grave,
        )
    items = list(rubric().items)
    return tuple(
        sorted(
            clauses.values(),
            key=lambda c: (
                COSTS.index(c.cost),
                not any(rubric().items[id_].critical for id_ in c.ids),
                c.grave if not c.met and not c.open else 0,
                -max(rubric().items[id_].weight for id_ in c.ids),
                items.index(c.ids[0]),
            ),
        )
    )
