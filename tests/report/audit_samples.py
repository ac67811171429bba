"""Made-up audits for the pages, as full as real ones: a good delivery, a rented one, a broken one; and a bare one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from heldout.evidence import Location
from heldout.evidence.types import Gap
from heldout.sandbox.base import Verdict
from heldout.sources.handover.growth import fit_growth
from heldout.sources.handover.ml_test_score.rules import rules
from heldout.sources.handover.plan import Claim, Data, Environment, GuideLine, Model, Plan, Service, Step
from heldout.sources.handover.record import Attempt, Cause, Ran
from heldout.sources.handover.result import Audit, Check, ClaimResult, TestScore
from heldout.sources.handover.rubric import score

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MIB = 1024 * 1024


def check(id_: str, state: str, message: str, **more: object) -> Check:
    area = {"B": "build", "U": "run", "T": "retrain", "O": "own"}[id_[0]]
    return Check.model_validate({"id": id_, "area": area, "state": state, "message": message, **more})


def audit(name: str, checks: tuple[Check, ...], **more: object) -> Audit:
    base: dict[str, object] = {
        "delivery": name,
        "origin": f"https://example.org/{name}",
        "digest": "0123456789abcdef0123456789abcdef01234567",
        "plan": Plan(),
        "checks": checks,
        "scores": score(checks),
        "provider": "bubblewrap",
        "taken_at": WHEN,
        "seconds": 184.2,
    }
    return Audit.model_validate(base | more)


def at(path: str, line: int, snippet: str = "") -> Location:
    return Location(path=path, line=line, snippet=snippet or None)


def claim(id_: str, metric: str, value: float, written: str, line: int, model: str = "", **more: object) -> Claim:
    base: dict[str, object] = {
        "id": id_,
        "metric": metric,
        "value": value,
        "written": written,
        "half_digit": 0.0005,
        "split": "test",
        "model": model,
        "location": at("README.md", line, f"| {model or 'model'} | {metric} | {written} |"),
    }
    return Claim.model_validate(base | more)


def ran(step: str, command: str, seconds: float, **more: object) -> Ran:
    base: dict[str, object] = {
        "step": step,
        "command": command,
        "verdict": Verdict.OK,
        "exit_code": 0,
        "wall_s": seconds,
        "cpu_s": seconds * 1.6,
        "peak_memory_bytes": 412 * MIB,
        "log": f"logs/{step}.txt",
    }
    return Ran.model_validate(base | more)


def tests_of(states: dict[str, tuple[str, str]]) -> tuple[TestScore, ...]:
    """All 28 tests; those that are not named are missing."""
    return tuple(_tests(states))


def _tests(states: dict[str, tuple[str, str]]) -> Iterable[TestScore]:
    for rule in rules():
        state, message = states.get(rule.id, ("not_assessable", rule.open) if rule.open else ("missing", rule.missing))
        yield TestScore.model_validate(
            {
                "id": rule.id,
                "section": rule.section,
                "title": rule.title,
                "state": state,
                "message": message or "Nothing of the kind was found.",
                "locations": (at("tests/test_train.py", 12),) if state == "automated" else (),
            }
        )


ENVIRONMENT = Environment(id="default", files=("requirements.txt",), python="3.11")
TRAIN = Step(
    id="train", purpose="train", command="python src/train.py", origin="documented", locations=(at("README.md", 31),)
)
PREDICT = Step(
    id="predict",
    purpose="predict",
    command="python src/predict.py examples/rows.csv",
    origin="documented",
    locations=(at("README.md", 40),),
)
SERVE = Step(id="serve", purpose="serve", command="uvicorn app:app", origin="inferred", port=8000)
TESTS = Step(id="tests", purpose="test", command="pytest", origin="declared", locations=(at("pyproject.toml", 22),))
CLAIM = claim("c1", "accuracy", 0.943, "94.3 %", 26, "forest")

BUILD = (
    check("B1", "pass", "It declares 12 packages, all with versions, and Python 3.11, in requirements.txt."),
    check("B2", "pass", "All declared versions install together on Python 3.11."),
    check("B3", "pass", "All 9 packages that the code imports are declared."),
    check(
        "B4",
        "pass",
        "It builds as declared, on Python 3.11, in 8 s.",
        command="uv pip install -r requirements.txt",
        log="logs/build.txt",
        measured={"rung": "R0", "seconds": 8.1},
    ),
    check("B5", "pass", "All 7 files that the documents and scripts name are there."),
)
BUILT = (
    Attempt(rung="R0", recipe="requirements.txt, by uv, on Python 3.11", worked=True, seconds=8.1, log="logs/b.txt"),
)

GOOD = audit(
    "acme-churn",
    (
        *BUILD,
        check(
            "U1",
            "pass",
            "The command `python src/predict.py examples/rows.csv` answers all 200 rows of its sample.",
            command="python src/predict.py examples/rows.csv",
            log="logs/predict.txt",
            measured={"rows": 200},
        ),
        check("U2", "pass", "The same 200 rows get the same answers by the training's path and by the command."),
        check(
            "U3",
            "fail",
            "A missing value and an unknown category are answered as if nothing were wrong; an empty file is refused.",
            severity="medium",
            command="python src/predict.py changed.csv",
            measured={"loud": 2, "handled": 1, "silent": 2},
            mend="Check each row against the documented columns and refuse what does not fit.",
            log="logs/perturbed.txt",
        ),
        check("U4", "pass", "4 of 4 documented commands ran to a result."),
        check(
            "T1",
            "pass",
            "It retrained five times from deleted outputs without network, and made its model again each time.",
            command="python src/train.py",
            measured={"runs": 5, "seconds_median": 38.2},
            log="logs/train-1.txt",
        ),
        check(
            "T2", "pass", "3 of 4 stated numbers came out as stated; 1 could not be measured.", measured={"claims": 4}
        ),
        check("T3", "pass", "Five trainings gave the same model, byte for byte.", measured={"spread": 0.0}),
        check(
            "T4",
            "pass",
            "The test has 1,250 rows, none of them seen in training, and beats the trivial rule by 0.21.",
            measured={"test_rows": 1250, "overlap": 0, "trivial": 0.733},
        ),
        check("T5", "not_assessable", "No data of yours were given: see `--input`."),
        check("T6", "pass", "Processor time grows with the rows to the power 1.02 (0.93 to 1.11)."),
        check("T7", "pass", "The delivered model and the retrained one give the same answers on all 1,250 rows."),
        check(
            "O1",
            "pass",
            "6 of 6 topics are documented, from installing to the limits.",
            locations=(at("README.md", 3),),
        ),
        check("O2", "pass", "5 of 5 tried commands of the guide worked as written."),
        check(
            "O3",
            "fail",
            "Monitoring is only spoken of: no job that watches inputs or quality is delivered.",
            severity="medium",
            locations=(at("docs/operation.md", 14, "Watch the model for drift."),),
            mend="Ask for a job that compares new inputs, and quality where answers come in, with the training's.",
        ),
        check(
            "O4",
            "pass",
            "It says when to retrain and how to go back; an older model is kept (3 states in the history).",
            credit=1.0,
        ),
        check("O5", "pass", "8 of 8 terms are agreed.", locations=(at("answers.toml", 4),)),
        check(
            "O6", "pass", "Nothing was found that only its makers have: no private package, account, host, path or key."
        ),
        check("O7", "pass", "23 of 23 tests ran and passed; none was skipped.", log="logs/tests.txt"),
        check("O8", "pass", "The code: agreed; the data: agreed; the trained model: agreed."),
        check("O9", "pass", "3 people made at least 10% of 140 commits each; the first made 55%."),
    ),
    plan=Plan(
        environments=(ENVIRONMENT,),
        steps=(TRAIN, PREDICT, TESTS),
        data=(
            Data(path="data/train.csv", role="training", rows=5000),
            Data(path="examples/rows.csv", role="sample", rows=200),
        ),
        models=(Model(path="models/forest.joblib", format="joblib", documented="RandomForestClassifier"),),
        claims=(CLAIM,),
        guide=(GuideLine(command="pip install -r requirements.txt", kind="install", location=at("README.md", 5)),),
    ),
    claims=(
        ClaimResult(
            claim=CLAIM, verdict="match", got=(0.943,) * 5, message="Equal to its last digit in all five runs."
        ),
        ClaimResult(
            claim=claim("c2", "roc_auc", 0.981, "0.981", 26, "forest"),
            verdict="match",
            got=(0.9812,) * 5,
            message="Equal to its last digit in all five runs.",
        ),
        ClaimResult(
            claim=claim("c3", "f1", 0.897, "0.897", 27, "logistic regression"),
            verdict="within_noise",
            got=(0.893, 0.899, 0.896, 0.895, 0.9),
            message="The five runs make 0.888 to 0.906 likely.",
        ),
        ClaimResult(
            claim=claim("c4", "accuracy", 0.95, "95 %", 58, "forest", split="unknown", label="last year's customers"),
            verdict="absent",
            message="Nothing that ran prints or writes it.",
        ),
    ),
    growth=fit_growth(
        [(r, 2.4 + r / 500 * way, 0.0, r * 60_000) for r in (625, 1250, 2500, 5000) for way in (0.98, 1.02)], 2.4
    ),
    runs=(
        ran("tests", "pytest", 12.4),
        ran("predict", "python src/predict.py examples/rows.csv", 2.1, made=("predictions.csv",)),
        *(
            ran("train", "python src/train.py", 38 + n / 2, log=f"logs/train-{n}.txt", made=("models/forest.joblib",))
            for n in range(1, 6)
        ),
    ),
    attempts=BUILT,
    tests=tests_of(
        {
            "Data 1": ("automated", "Its own code, tests or workflows do it."),
            "Data 5": ("by_hand", "None of 12 delivered columns holds personal data, as far as names tell."),
            "Data 7": ("automated", "Its own code, tests or workflows do it."),
            "Model 1": ("by_hand", "41 of 140 commits are merges of requests."),
            "Model 3": ("automated", "Its own code, tests or workflows do it."),
            "Model 5": ("automated", "Its own code, tests or workflows do it."),
            "Infra 1": ("by_hand", "Shown by this audit: Five trainings gave the same model, byte for byte."),
            "Infra 2": ("automated", "Its own code, tests or workflows do it."),
            "Infra 3": ("automated", "Its own code, tests or workflows do it."),
            "Infra 7": ("by_hand", "It is written down, or was done once."),
            "Monitor 1": ("automated", "Its own code, tests or workflows do it."),
            "Monitor 3": ("by_hand", "Shown by this audit: the same rows get the same answers."),
            "Monitor 4": ("by_hand", "It is written down, or was done once."),
        }
    ),
    measured={"python": "3.11", "budget_s": 1800},
)

MISSING = Cause(
    code="data_missing",
    message="`data/raw/hourly.csv` is not part of the delivery.",
    subject="data/raw/hourly.csv",
    location=at("src/data.py", 14, 'frame = pd.read_csv(CONFIG["raw"])'),
)
RENTED = audit(
    "acme-forecast",
    (
        *BUILD[:4],
        check(
            "B5",
            "fail",
            "2 of 9 files that the documents name are not there: `data/raw/hourly.csv`, `docs/api.md`.",
            severity="low",
            locations=(at("README.md", 44, "See docs/api.md for the service."),),
        ),
        check(
            "U1",
            "pass",
            "The service answers its documented request in 12 ms, and 50 at a time without an error.",
            measured={"p50_ms": 12.1, "requests": 500},
            command="uvicorn app:app",
            log="logs/serve.txt",
        ),
        check("U2", "not_assessable", "Nothing was retrained, so there is no second path to compare with."),
        check("U3", "pass", "5 of 5 bad requests were refused with a message.", measured={"refused": 5}),
        check("U4", "pass", "3 of 4 documented commands ran to a result.", credit=0.75),
        check(
            "T1",
            "fail",
            "Training stops: `data/raw/hourly.csv` is not part of the delivery.",
            severity="high",
            command="python -m src.pipeline",
            locations=(
                at("src/data.py", 14, 'frame = pd.read_csv(CONFIG["raw"])'),
                at("config.yaml", 3, "raw: data/raw/hourly.csv"),
            ),
            mend="Ask for the file, or for a lasting right to fetch it.",
            log="logs/train-1.txt",
        ),
        check("T2", "not_assessable", "Nothing was retrained, so no stated number could be measured."),
        check("T3", "not_assessable", "Nothing was retrained, so nothing can be said of its spread."),
        check("T4", "not_assessable", "The test rows are not delivered, so what the numbers are worth is open."),
        check("T5", "not_assessable", "No data of yours were given: see `--input data/raw/hourly.csv=MINE`."),
        check("T6", "not_assessable", "Nothing was retrained, so its growth could not be measured."),
        check("T7", "not_assessable", "There is no retrained model to compare the delivered one with."),
        check(
            "O1",
            "pass",
            "5 of 6 topics are documented; not written down: under which terms the data may be used.",
            credit=0.83,
            locations=(at("README.md", 30), at("MODEL_CARD.md", 20)),
        ),
        check(
            "O2",
            "fail",
            "4 of 5 tried commands of the guide worked as written; the first that did not: "
            "`python -m src.pipeline` (`data/raw/hourly.csv` is not part of the delivery).",
            severity="medium",
            command="python -m src.pipeline",
            locations=(at("README.md", 61),),
        ),
        check("O3", "fail", "No job that watches inputs or quality is delivered.", severity="medium"),
        check(
            "O4",
            "fail",
            "It says when to retrain; it does not say how to go back; no older model is kept.",
            severity="medium",
        ),
        check(
            "O5",
            "fail",
            "5 of 8 terms are agreed; not agreed: whom to call next, rights in the trained model.",
            severity="medium",
            locations=(at("answers.toml", 9),),
            clause="The contract settles what is not agreed yet: whom to call next, rights in the trained model.",
        ),
        check(
            "O6", "pass", "Nothing was found that only its makers have: no private package, account, host, path or key."
        ),
        check("O7", "pass", "9 of 9 tests ran and passed; none was skipped.", log="logs/tests.txt"),
        check(
            "O8",
            "fail",
            "Nothing says on which terms the code may be used; nothing says on which terms the data may be used.",
            severity="medium",
        ),
        check("O9", "fail", "One person made all 12 commits.", severity="low"),
    ),
    plan=Plan(
        environments=(ENVIRONMENT,),
        steps=(TRAIN.model_copy(update={"command": "python -m src.pipeline"}), SERVE, TESTS),
        data=(
            Data(
                path="data/raw/hourly.csv",
                role="training",
                present=False,
                source="https://www.kaggle.com/datasets/x/hourly",
            ),
        ),
        models=(Model(path="models/prophet.json", format="other"),),
        services=(Service(step="serve", path="/forecast?days=7", method="GET"),),
        claims=(claim("c1", "mae", 3532, "3,532", 27, "Prophet"),),
        open_questions=("Which of the two notebooks makes the delivered model?",),
    ),
    claims=tuple(
        ClaimResult(claim=one, verdict="absent", message="Nothing was retrained, so nothing was measured.")
        for one in (
            claim("c1", "mae", 3532, "3,532", 27, "Prophet"),
            claim("c2", "rmse", 4238, "4,238", 27, "Prophet"),
            claim("c3", "mape", 0.109, "10.9%", 27, "Prophet"),
        )
    ),
    runs=(
        ran("tests", "pytest", 9.3),
        ran("serve", "uvicorn app:app", 31.0),
        ran(
            "train",
            "python -m src.pipeline",
            3.2,
            verdict=Verdict.FAILED,
            exit_code=1,
            cause=MISSING,
            log="logs/train-1.txt",
        ),
    ),
    attempts=BUILT,
    tests=tests_of(
        {
            "Data 7": ("automated", "Its own code, tests or workflows do it."),
            "Model 5": ("automated", "Its own code, tests or workflows do it."),
            "Infra 2": ("automated", "Its own code, tests or workflows do it."),
            "Infra 3": ("missing", "Training stops: `data/raw/hourly.csv` is not part of the delivery."),
            "Monitor 2": ("by_hand", "Shown by this audit: 5 of 5 bad requests were refused with a message."),
            "Monitor 4": ("by_hand", "It is written down, or was done once."),
            "Monitor 6": ("not_assessable", "Nothing was retrained, so its growth could not be measured."),
        }
    ),
    gaps=(Gap(what=".venv", why="a committed virtual environment, not copied"),),
)

PINS = Cause(
    code="pins_unsatisfiable",
    message="`numpy==1.22.0` cannot stand beside `pandas==0.24.2` on any Python from 3.7 to 3.13.",
    subject="numpy",
    location=at("requirements.txt", 7, "numpy==1.22.0"),
)
BROKEN = audit(
    "old-pins",
    (
        check(
            "B1",
            "pass",
            "It declares 14 packages with versions in requirements.txt; which Python is not said.",
            credit=0.8,
        ),
        check(
            "B2",
            "fail",
            "No Python from 3.7 to 3.13 satisfies `numpy==1.22.0` beside `pandas==0.24.2`.",
            severity="high",
            locations=(at("requirements.txt", 7, "numpy==1.22.0"),),
        ),
        check(
            "B4",
            "fail",
            "It cannot be built: all 6 ways that were tried failed, as declared and as of the last commit.",
            severity="high",
            command="uv pip install -r requirements.txt",
            log="logs/build-1.txt",
            mend="Ask for versions that install together, and for the list of what was installed when it last ran.",
        ),
        check(
            "B5",
            "fail",
            "1 of 5 files that the scripts name is not there: `USA_housing.csv` (there is `USA_Housing.csv`).",
            severity="low",
        ),
        check("U1", "not_assessable", "Nothing was built, so nothing could be run."),
        check("U4", "not_assessable", "Nothing was built, so nothing could be run."),
        check("T1", "not_assessable", "Nothing was built, so nothing could be retrained."),
        check("T2", "not_assessable", "Nothing was retrained, so no stated number could be measured."),
        check(
            "O1",
            "fail",
            "2 of 6 topics are documented; not written down: how to train it, how to predict with it, "
            "under which terms the data may be used and what it must not be used for, or where it fails.",
            severity="medium",
        ),
        check(
            "O2",
            "fail",
            "0 of 1 tried command of the guide worked as written; the first that did not: "
            "`pip install -r requirements.txt`.",
            severity="medium",
        ),
        check("O3", "fail", "No job that watches inputs or quality is delivered.", severity="medium"),
        check("O5", "not_assessable", "Nobody said what was agreed on support, ownership and accounts."),
        check(
            "O6",
            "fail",
            "2 paths into their own machine (`C:\\Users\\<name>\\data`); 1 key or password (AWS access key).",
            severity="high",
            locations=(
                at("notebooks/train.py", 3, 'FOLDER = r"C:\\Users\\<name>\\data"'),
                at("deploy.sh", 8, "export AWS_ACCESS_KEY_ID=AKIA********"),
            ),
        ),
        check("O8", "pass", "The code: BSD-2-Clause; nothing says on which terms the data may be used.", credit=0.5),
    ),
    plan=Plan(
        environments=(ENVIRONMENT.model_copy(update={"python": None}),),
        steps=(TRAIN,),
        open_questions=("Which Python was it written for?",),
    ),
    attempts=tuple(
        Attempt.model_validate(
            {
                "rung": rung,
                "recipe": recipe,
                "worked": False,
                "cause": PINS,
                "seconds": seconds,
                "log": f"logs/build-{n}.txt",
            }
        )
        for n, (rung, recipe, seconds) in enumerate(
            (
                ("R0", "requirements.txt, by uv, on Python 3.11", 1.2),
                ("R1", "requirements.txt, by pip, on Python 3.7", 4.0),
                ("R1", "requirements.txt, by uv, on Python 3.8", 1.1),
                ("R2", "requirements.txt, by uv, on Python 3.7, packages as of 14 June 2022", 2.3),
            ),
            start=1,
        )
    ),
    provider="",
    seconds=21.0,
)
BARE = audit("a <b>bare</b> one", (check("B1", "fail", "It declares nothing."),), provider="")
AUDITS = {"rented": RENTED, "good": GOOD, "broken": BROKEN, "bare": BARE}
