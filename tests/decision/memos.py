"""Memos for the tests of pages: one settled and recorded, one open, one of nobody."""

from datetime import UTC, datetime

from heldout.decision.decide import decide
from heldout.decision.decisions import HumanDecision, Outcome
from heldout.decision.result import Decision
from heldout.evidence import Contribution, Dossier, Evidence, Finding, Location, Subject
from heldout.evidence.case import slug
from heldout.standard import select_role

STANDARD, ROLE = select_role("ml-engineer-mid")
ASKED = [name for name in ROLE.weights if "interview" in STANDARD.by_id[name].sources]


def rated(competency: str, level: float, rater: str) -> Evidence:
    return Evidence(
        competency=competency, level=level, se=0.9, source="interview", instrument="scorecard", version="1",
        rater=rater, group=rater,
    )  # fmt: skip


def read(competency: str, level: float, se: float = 0.4, **more: object) -> Evidence:
    fields: dict[str, object] = {
        "competency": competency, "level": level, "se": se, "basis": "calibrated", "source": "repository",
        "instrument": "review", "version": "1", "group": "churn", "share": 1.0, "start": 2.5,
        "contributions": (Contribution(code="CRF101", points=0.8, findings=3, reason="Functions are short."),),
    }  # fmt: skip
    return Evidence.model_validate(fields | more)


def someone(name: str, *evidence: Evidence, kind: str = "person") -> tuple[Subject, Dossier]:
    subject = Subject.model_validate({"slug": slug(name), "name": name, "kind": kind})
    return subject, Dossier(subject=name, evidence=evidence)


def seen_by_all(name: str, level: float, rater: str = "Grace") -> tuple[Subject, Dossier]:
    ratings = [rated(c, level, r) for c in ASKED for r in (rater, "Mei")]
    return someone(name, *ratings, *(read(c, level) for c in ASKED))


def memo(*subjects: tuple[Subject, Dossier], hours: float | None = None) -> Decision:
    return decide("A case", ROLE, STANDARD, subjects, hours=hours)


def settled() -> tuple[Decision, HumanDecision, Outcome]:
    """A clear choice, made and lived with."""
    made = memo(seen_by_all("Ada", 4.5), seen_by_all("Bob", 2.0), someone("Unseen & Sons", kind="agency"))
    decided = HumanDecision(
        decided_at=datetime(2026, 11, 24, tzinfo=UTC), by="Grace", choice="ada", choice_name="Ada", follows=True,
        reason="Her code held on what it had not seen, and everybody who asked her says so.",
        evidence_digest=made.evidence_digest, model_version=made.model_version, memo=made,
    )  # fmt: skip
    outcome = Outcome(
        decision="2026-11-24-1.json", subject="ada", months=6, recorded_at=datetime(2027, 5, 24, tzinfo=UTC), by="Mei",
        level=4.0, still_there=True, note="Ships.",
    )  # fmt: skip
    return made, decided, outcome


def many(count: int = 24) -> Decision:
    """More than a first page has room for, each with something that no number holds."""
    leak = Finding(
        code="LEK101", polarity="against", severity="high",
        message="mean per group is computed over rows that the model is judged on",
        locations=(Location(path="notebooks/credit.ipynb", cell=10, line=1),),
    )  # fmt: skip
    everybody = []
    for k in range(count):
        level, who = 1.5 + 3 * k / count, ("Grace", "Mei", "Ann")[k % 3]
        seen = [rated(c, round(2 * level) / 2, who) for c in ASKED[:6]]
        everybody.append(someone(f"Candidate Number {k}", *seen, read("craft", level, findings=(leak,))))
    return memo(*everybody)


def undecided() -> Decision:
    """Two alike, seen by one interviewer each time."""
    return memo(*(someone(name, *(rated(c, 4.0, "Grace") for c in ASKED[:6])) for name in ("Ada", "Bob")))
