"""Hand-made dossiers of several kinds, as a reviewer would meet them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from heldout.evidence import (
    Artifact,
    Contribution,
    Dossier,
    Evidence,
    Finding,
    FlowStep,
    Gap,
    Location,
    State,
    Suppression,
)

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ML = (*("frameworks", "statistics", "robustness", "deployment"), *("mlops", "scale", "business", "handover"))


def at(path: str, line: int, snippet: str = "", artifact: str = "", cell: int | None = None) -> Location:
    return Location(artifact=artifact, path=path, line=line, end_line=line, cell=cell, snippet=snippet or None)


def seen(
    competency: str,
    *,
    findings: Sequence[Finding] = (),
    moves: dict[str, float] | None = None,
    start: float = 2.2,
    se: float = 0.5,
    group: str = "churn",
    share: float | None = 0.62,
    calibrated: bool = True,
) -> Evidence:
    """An observed competency whose level is its start and its moves."""
    moves = moves or {}
    said = {f.code: f.message.split(";")[0].rstrip(".") for f in findings}
    return Evidence(
        competency=competency,
        level=min(max(start + sum(moves.values()), 1.0), 5.0),
        se=se,
        basis="calibrated" if calibrated else "assumed",
        source="repository",
        instrument="heldout review",
        version="0.1.0",
        standard="1",
        share=share,
        group=group,
        start=start,
        contributions=tuple(
            Contribution(
                code=code,
                points=points,
                findings=sum(f.code == code for f in findings),
                reason=said.get(code, "Several small things"),
            )
            for code, points in moves.items()
        ),
        findings=tuple(findings),
        subject_digest="4f1c2d9e0b6a7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
        taken_at=WHEN,
    )


def unseen(competency: str, state: State, reason: str, group: str = "churn") -> Evidence:
    return Evidence(
        competency=competency,
        source="repository",
        instrument="heldout review",
        version="0.1.0",
        standard="1",
        group=group,
        state=state,
        reason=reason,
        taken_at=WHEN,
    )


LEAK = Finding(
    code="LKG101",
    polarity="against",
    severity="high",
    message="In 1 of 3 training scripts, the scaler has seen the test rows: "
    "`scaler` is fitted on all rows before the split.",
    locations=(at("churn/train.py", 41, "X = scaler.fit_transform(X)", "churn"),),
    flow=(
        FlowStep(
            location=at("churn/train.py", 33, 'df = pd.read_csv("customers.csv")', "churn"), note="All rows are read."
        ),
        FlowStep(
            location=at("churn/train.py", 41, "X = scaler.fit_transform(X)", "churn"),
            note="Mean and spread of all rows go into `X`.",
        ),
        FlowStep(
            location=at(
                "churn/train.py",
                44,
                "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)",
                "churn",
            ),
            note="Only here the test rows are set apart.",
        ),
        FlowStep(
            location=at("churn/train.py", 52, "print(model.score(X_test, y_test))", "churn"),
            note="The score is taken on rows that the scaler knows.",
        ),
    ),
    measured={"scripts": 3, "scripts_with_leakage": 1},
    share=1.0,
    why="A score on rows that the model has met promises more than it keeps.",
    mend="Split first, then fit the scaler on the training rows, or put it into a Pipeline.",
    ask="In `churn/train.py` the scaler is fitted before the split. "
    "How much of the score do you think comes from that, and how would you find out?",
)
TESTED = Finding(
    code="TST101",
    polarity="for",
    message="148 tests with 412 assertions; 37 % of the code lines are in tests.",
    locations=(at("tests/test_features.py", 12, "assert encode(frame).isna().sum().sum() == 0", "churn"),),
    measured={"tests": 148, "assertions": 412, "test_line_share": 0.37},
    share=0.58,
    why="Tests show that somebody asked what the code should do.",
)
LOCKED = Finding(
    code="REP102",
    polarity="for",
    message="All 34 dependencies are locked with hashes in `uv.lock`.",
    locations=(at("uv.lock", 1, "version = 1", "churn"),),
    measured={"locked": 34},
    share=0.9,
    why="A locked environment can be built again next year.",
)
SHORT = Finding(
    code="CRF101",
    polarity="for",
    message="212 functions, 3% of their lines in functions longer than 80 lines.",
    measured={"functions": 212, "long_share": 0.031},
    strength=0.8,
    share=0.66,
    why="Short functions can be read, tested and reused; long ones hide mistakes.",
)
BROAD = tuple(
    Finding(
        code="CRF104",
        polarity="against",
        severity="low",
        message=f"An exception of any kind is swallowed in `{name}`.",
        locations=(at(f"churn/{name}.py", line, "except Exception:\n    pass", "churn"),),
        strength=0.4,
        share=0.5,
        why="A swallowed error shows up later as a wrong number.",
        mend="Catch what can happen by name, and say what happened.",
        ask="When may a data pipeline go on after an error?",
    )
    for name, line in (("export", 88), ("io", 140), ("legacy", 12))
)
UNPICKLED = Finding(
    code="SAF103",
    polarity="against",
    severity="medium",
    message="A pickle from a web address is loaded.",
    locations=(at("churn/legacy.py", 30, "model = pickle.load(urlopen(MODEL_URL))", "churn"),),
    suppressed=Suppression(
        reason="The address is our own server and the file's checksum is compared one line above.",
        where="churn/legacy.py:29",
    ),
    share=0.0,
    why="Loading a pickle runs whatever is in it.",
)
BASELINE = Finding(
    code="STA105",
    polarity="unknown",
    message="Whether the model beats a simple rule could not be told: "
    "no baseline was found, and results are kept elsewhere.",
    strength=0.0,
    why="A model has to be compared with what would be done without it.",
    ask="What would a rule of three lines have scored on the same customers?",
)


def strong() -> Dossier:
    """A tested package by Ada with one leak."""
    return Dossier(
        subject="Ada Okafor",
        role="ml-engineer-senior",
        artifacts=(
            Artifact(
                name="churn",
                kind="git repository",
                origin="https://code.example/ada/churn",
                digest="4f1c2d9e0b6a7c8d9e0f1a2b3c4d5e6f7a8b9c0d",
                measured={
                    "python_lines": 12_840,
                    "notebooks": 2,
                    "commits": 412,
                    "share": 0.62,
                    "blame_coverage_share": 0.98,
                },
                gaps=(
                    Gap(what="data/customers.parquet", why="larger than 4 MiB, not read"),
                    Gap(what="STA107 on notebooks/explore.ipynb", why="the check crashed", ours=True),
                ),
            ),
        ),
        evidence=(
            seen("python", findings=[SHORT], moves={"CRF101": 0.35, "PYT103": 0.42}, se=0.4),
            seen(
                "craft",
                findings=[TESTED, SHORT, *BROAD, UNPICKLED],
                moves={"TST101": 0.85, "CRF101": 0.4, "DOC101": 0.3, "CRF104": -0.22},
                se=0.38,
            ),
            seen("reproducibility", findings=[LOCKED], moves={"REP102": 0.9, "REP104": 0.25}, se=0.45),
            seen("statistics", findings=[LEAK, BASELINE], moves={"LKG101": -0.7, "STA101": 0.25}, se=0.62),
            seen("frameworks", moves={"FRW101": 0.5}, se=0.7, calibrated=False),
            seen("wrangling", moves={"WRA101": 0.6}, se=0.6, calibrated=False),
            seen("scale", moves={"SCA101": 0.55}, se=0.66, calibrated=False),
            seen("communication", moves={"DOC102": 0.75}, se=0.7, calibrated=False),
            seen("mlops", moves={"MLO101": 0.2}, se=0.8, calibrated=False),
            unseen("deployment", "not_observed", "No service, container or scheduled prediction was found."),
            unseen("robustness", "not_observed", "No code that checks inputs or watches for drift was found."),
            unseen("cloud", "not_observed", "No cloud service is used in the code."),
            unseen(
                "judgement", "not_assessable", "Reasons and trade-offs are hardly ever written into code; ask for them."
            ),
            unseen("business", "not_assessable", "No text ties the model to a decision."),
            unseen("handover", "not_assessable", "Only an audit of a delivery shows whether others can run it."),
        ),
        findings=(),
    )


def weak() -> Dossier:
    """A folder of notebooks by Ben."""
    order = Finding(
        code="NBK101",
        polarity="against",
        severity="medium",
        message="5 of 6 notebooks were not run from top to bottom; in `final_v3.ipynb` cell 31 ran before cell 4.",
        locations=(at("final_v3.ipynb", 1, "df = df.merge(prices, on='sku')", "titanic", cell=31),),
        measured={"notebooks": 6, "out_of_order": 5},
        why="What was run in another order may not come out again.",
        mend="Restart and run all, then commit.",
        ask="If I restart `final_v3.ipynb` and run all cells, what comes out?",
    )
    home = tuple(
        Finding(
            code="REP110",
            polarity="against",
            message=f"A path on somebody's own machine is read: `C:/Users/.../data_{n}.csv`.",
            locations=(at(f"final_v{n}.ipynb", 2, f'pd.read_csv("C:/Users/.../data_{n}.csv")', "titanic", cell=n),),
            why="Nobody else has this path.",
            mend="Take the path from an argument or a setting.",
        )
        for n in range(1, 60)
    )
    return Dossier(
        subject="Ben Weiss",
        artifacts=(
            Artifact(
                name="titanic",
                kind="zip archive",
                origin="titanic.zip",
                digest="sha256:77ac0e",
                measured={"notebooks": 6, "commits": None},
            ),
        ),
        evidence=(
            seen(
                "reproducibility",
                findings=[order, *home],
                moves={"NBK101": -0.5, "REP110": -0.4},
                share=None,
                group="titanic",
                se=0.7,
                calibrated=False,
            ),
            seen(
                "statistics",
                findings=[LEAK.model_copy(update={"share": None})],
                moves={"LKG101": -0.7},
                share=None,
                group="titanic",
                se=0.9,
                calibrated=False,
            ),
            *(
                unseen(c, "not_assessable", "Too little code: 240 lines.", "titanic")
                for c in ("python", "craft", "scale")
            ),
            *(
                unseen(c, "not_observed", "Nothing of the kind was found.", "titanic")
                for c in ("deployment", "mlops", "cloud")
            ),
        ),
    )


def framework() -> Dossier:
    """A fine web framework by Chidi, without machine learning, in two repositories."""
    return Dossier(
        subject="Chidi",
        artifacts=tuple(
            Artifact(name=name, kind="git repository", origin=f"https://code.example/{name}", digest=digest)
            for name, digest in (("paddle", "a" * 40), ("paddle-admin", "b" * 40))
        ),
        evidence=(
            seen("python", findings=[SHORT], moves={"CRF101": 1.5}, group="paddle", share=0.8),
            seen("python", findings=[SHORT], moves={"CRF101": 0.9}, group="paddle-admin", share=0.3, se=0.8),
            seen("craft", findings=[TESTED], moves={"TST101": 1.7}, group="paddle", share=0.8),
            *(unseen(c, "not_applicable", "There is no machine learning in it.", "paddle") for c in ML),
        ),
    )


def nothing() -> Dossier:
    """Dana sent an empty repository."""
    return Dossier(
        subject="Dana",
        artifacts=(Artifact(name="empty", kind="git repository", origin="empty", digest=""),),
        evidence=tuple(
            unseen(c, "not_observed", "The repository holds no files.", "empty") for c in ("python", "craft", *ML)
        ),
    )


ALL = {"strong": strong, "weak": weak, "framework": framework, "nothing": nothing}
