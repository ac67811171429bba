"""Made-up audits for the pages: a good delivery, a rented one, a broken one."""

from __future__ import annotations

from datetime import UTC, datetime

from heldout.evidence import Location
from heldout.evidence.types import Gap
from heldout.sources.handover.plan import Claim, Data, Model, Plan, Step
from heldout.sources.handover.result import Audit, Check, ClaimResult, Growth, GrowthPoint
from heldout.sources.handover.rubric import score

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def check(id_: str, state: str, message: str, **more: object) -> Check:
    area = {"B": "build", "U": "run", "T": "retrain", "O": "own"}[id_[0]]
    return Check.model_validate({"id": id_, "area": area, "state": state, "message": message, **more})


def audit(name: str, checks: tuple[Check, ...], **more: object) -> Audit:
    base: dict[str, object] = {
        "delivery": name,
        "origin": f"https://example.org/{name}",
        "digest": "0123456789abcdef",
        "plan": PLAN,
        "checks": checks,
        "scores": score(checks),
        "provider": "bubblewrap",
        "taken_at": WHEN,
        "seconds": 184.2,
    }
    return Audit.model_validate(base | more)


CLAIM = Claim(
    id="c1",
    metric="accuracy",
    value=0.943,
    written="94.3 %",
    half_digit=0.0005,
    split="test",
    model="forest",
    location=Location(path="README.md", line=26, snippet="The forest reaches an accuracy of 94.3 %."),
)
PLAN = Plan(
    steps=(
        Step(
            id="train",
            purpose="train",
            command="python src/train.py",
            origin="documented",
            locations=(Location(path="README.md", line=12),),
        ),
        Step(id="serve", purpose="serve", command="uvicorn app:app", origin="inferred", port=8000),
    ),
    data=(Data(path="data/raw.csv", role="training", present=False),),
    models=(Model(path="models/forest.joblib", format="joblib"),),
    claims=(CLAIM,),
    open_questions=("Which of the two notebooks makes the delivered model?",),
)

BUILD = (
    check("B1", "pass", "It declares 12 packages in requirements.txt."),
    check("B4", "pass", "It builds as declared, on Python 3.11, in 8 s.", command="uv pip install -r requirements.txt"),
)
RENTED = audit(
    "acme-forecast",
    (
        *BUILD,
        check("U1", "pass", "The service answers its documented request in 12 ms.", measured={"p50_ms": 12.1}),
        check("U4", "pass", "2 of 3 documented commands ran to a result."),
        check("O7", "pass", "9 of 9 tests ran and passed.", log="logs/tests.txt"),
        check(
            "T1",
            "fail",
            "Training stops: `data/raw.csv` is not part of the delivery.",
            severity="high",
            command="python src/train.py",
            locations=(Location(path="src/train.py", line=14, snippet='frame = pd.read_csv("data/raw.csv")'),),
            mend="Ask for the file, or for a lasting right to fetch it.",
            log="logs/train-1.txt",
        ),
        check("T2", "not_assessable", "Nothing was retrained, so no stated number could be measured."),
        check("O5", "fail", "No owner, hours or end of support are named.", cost="weeks"),
    ),
    claims=(ClaimResult(claim=CLAIM, verdict="absent", message="Nothing was measured for it."),),
    gaps=(Gap(what=".venv", why="a committed virtual environment, not copied"),),
)
GOOD = audit(
    "churn <b>model</b>",
    (
        *BUILD,
        check("U4", "pass", "3 of 3 documented commands ran to a result."),
        check("T1", "pass", "It retrained five times from deleted outputs without network.", measured={"runs": 5}),
        check("T2", "pass", "The one stated number came out as stated.", measured={"claims": 1}),
        check("O1", "pass", "Five of five topics are documented."),
        check("O2", "pass", "3 of 3 commands of the guide worked as written."),
        check("O6", "pass", "Nothing that it needs stands in its makers' accounts."),
    ),
    claims=(ClaimResult(claim=CLAIM, verdict="match", got=(0.943,) * 5, message="Equal in all five runs."),),
    growth=Growth(
        points=tuple(GrowthPoint(rows=r, cpu_s=r / 500, memory_bytes=r * 10_000) for r in (625, 1250, 2500, 5000)),
        exponent=1.02,
        low=0.93,
        high=1.11,
        fixed_s=2.4,
    ),
)
BROKEN = audit(
    "old-pins",
    (
        check("B2", "fail", "No Python from 3.7 to 3.13 satisfies numpy==1.22.0 beside pandas==0.24.2."),
        check("B4", "fail", "It cannot be built: every honest installer refused.", severity="high"),
    ),
    provider="",
)
AUDITS = {"rented": RENTED, "good": GOOD, "broken": BROKEN}
