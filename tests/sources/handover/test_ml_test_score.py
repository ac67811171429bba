"""The 28 tests: each is automated, by hand, missing or open for its own reasons, and the lowest section counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from heldout.material import open_material
from heldout.sandbox.base import Verdict
from heldout.sources.handover.ml_test_score import ml_test_score, total
from heldout.sources.handover.ml_test_score.rules import rules
from heldout.sources.handover.observation import Fit, Observation
from heldout.sources.handover.plan import Data, Plan, Step
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check, TestScore
from tests.material.repos import commit, new_repo
from tests.report.audit_samples import check
from tests.support import notebook, write_files

COLUMNS = Plan(data=(Data(path="d.csv", columns=("tenure", "plan", "churn"), target="churn"),))
SERVED = Plan(steps=(Step(id="serve", purpose="serve", command="uvicorn app:app"),))


def scored(
    folder: Path,
    files: Mapping[str, str],
    *,
    plan: Plan | None = None,
    checks: Sequence[Check] = (),
    runs: tuple[Ran, ...] = (),
) -> dict[str, TestScore]:
    write_files(folder, {"README.md": "# X\n"} | dict(files))
    with open_material(str(folder)) as material:
        return {test.id: test for test in ml_test_score(plan or Plan(), material, runs, checks)}


def test_there_are_seven_in_each_of_four_sections(tmp_path: Path) -> None:
    tests = scored(tmp_path, {})
    assert len(tests) == 28
    assert [one.of for one in total(tuple(tests.values())).sums] == [7, 7, 7, 7]
    assert [rule.id for rule in rules()] == [
        f"{s} {n}" for s in ("Data", "Model", "Infra", "Monitor") for n in range(1, 8)
    ]


@pytest.mark.parametrize(
    ("id_", "files"),
    [
        ("Data 1", {"schema.py": "import pandera as pa\n"}),
        ("Data 7", {"features.py": "", "tests/test_f.py": "from features import add\n"}),
        ("Model 3", {"train.py": "GridSearchCV(m, grid).fit(x, y)\n"}),
        ("Model 5", {"train.py": "DummyClassifier().fit(x, y)\n"}),
        ("Model 7", {"fair.py": "from fairlearn.metrics import MetricFrame\n"}),
        ("Infra 2", {"train.py": "", "tests/test_t.py": "from train import fit\n"}),
        ("Infra 3", {".github/workflows/ci.yml": "steps:\n  - run: python src/train.py\n"}),
        ("Infra 4", {"tests/test_q.py": "def test_q():\n    assert accuracy > 0.8\n"}),
        ("Infra 4", {"gate.py": "if f1 < 0.7:\n    raise SystemExit(1)\n"}),
        ("Monitor 1", {".github/dependabot.yml": "version: 2\n"}),
        (
            "Monitor 4",
            {".github/workflows/t.yml": "on:\n  schedule:\n    - cron: '0 0 1 * *'\njobs: {run: python train.py}\n"},
        ),
        ("Monitor 7", {"watch.py": "import evidently\n"}),
    ],
)
def test_what_a_machine_does_again_and_again_earns_a_point(tmp_path: Path, id_: str, files: dict[str, str]) -> None:
    test = scored(tmp_path, files, checks=(check("T1", "pass", "It retrains."),))[id_]
    assert (test.state, test.points) == ("automated", 1.0)
    assert test.locations


@pytest.mark.parametrize(
    ("id_", "files"),
    [
        ("Data 1", {"data_dictionary.md": "tenure: months\n"}),
        ("Data 2", {"explore.ipynb": notebook("print(model.feature_importances_)")}),
        ("Model 3", {"explore.ipynb": notebook("GridSearchCV(m, grid)")}),
        ("Model 4", {"train.py": "for part in TimeSeriesSplit(5).split(x): pass\n"}),
        ("Infra 7", {"README.md": "# X\n\nTo roll back, restore the previous model.\n"}),
        ("Monitor 4", {"README.md": "# X\n\nRetrain the model every month.\n"}),
    ],
)
def test_what_is_written_down_or_done_once_earns_a_half(tmp_path: Path, id_: str, files: dict[str, str]) -> None:
    assert scored(tmp_path, files)[id_].points == 0.5


@pytest.mark.parametrize(
    ("id_", "files"),
    [
        ("Data 7", {"tests/test_f.py": "from sklearn.preprocessing import StandardScaler\n"}),
        ("Infra 4", {"train.py": "if score > best_score:\n    best = model\n"}),
        ("Infra 4", {"tests/test_q.py": "assert accuracy >= 0.0\n"}),
        ("Model 3", {"train.py": "cross_val_score(model, x, y)\n"}),
        ("Monitor 1", {"requirements.txt": "numpy\n"}),
    ],
)
def test_what_only_looks_like_it_earns_nothing(tmp_path: Path, id_: str, files: dict[str, str]) -> None:
    assert scored(tmp_path, files)[id_].points == 0.0


@pytest.mark.parametrize(
    ("id_", "of"), [("Model 5", "T4"), ("Infra 1", "T3"), ("Infra 3", "T1"), ("Infra 5", "U1"), ("Monitor 3", "U2")]
)
def test_a_check_of_the_audit_decides_both_ways(tmp_path: Path, id_: str, of: str) -> None:
    by = {state: check(of, state, f"It was {state}.") for state in ("pass", "fail", "not_assessable")}
    points = {state: scored(tmp_path / state, {}, checks=(one,))[id_].points for state, one in by.items()}
    assert points == {"pass": 0.5, "fail": 0.0, "not_assessable": None}


def test_tests_that_fail_are_no_sign_of_being_tested(tmp_path: Path) -> None:
    files = {"train.py": "", "tests/test_t.py": "from train import fit\n"}
    assert scored(tmp_path, files, checks=(check("O7", "fail", "2 of 3 tests failed."),))["Infra 2"].points == 0.0


def test_what_only_its_makers_know_is_open_with_the_reason(tmp_path: Path) -> None:
    tests = scored(tmp_path, {})
    for id_ in ("Data 3", "Model 2", "Data 6"):
        assert tests[id_].points is None
        assert tests[id_].message


def test_a_trial_with_few_users_is_asked_only_of_what_serves(tmp_path: Path) -> None:
    assert scored(tmp_path, {})["Infra 6"].points is None
    assert scored(tmp_path, {}, plan=SERVED)["Infra 6"].points == 0.0


@pytest.mark.parametrize(
    ("names", "points"),
    [(("tenure", "plan"), 0.5), (("customer_id", "plan"), 0.0), (("gender", "plan"), 0.0), ((), None)],
)
def test_inputs_that_name_or_protect_people_must_not_be_used(
    tmp_path: Path, names: tuple[str, ...], points: float | None
) -> None:
    fit = Fit(model="sklearn.svm.SVC", rows=10, columns=len(names), names=names)
    runs = (Ran(step="t", command="python t.py", verdict=Verdict.OK, wall_s=1.0, seen=Observation(fits=(fit,))),)
    assert scored(tmp_path, {}, runs=runs)["Data 4"].points == points


def test_personal_data_that_are_delivered_count(tmp_path: Path) -> None:
    personal = Plan(data=(Data(path="d.csv", columns=("email", "churn")),))
    assert scored(tmp_path / "a", {}, plan=personal)["Data 5"].points == 0.0
    assert scored(tmp_path / "b", {}, plan=COLUMNS)["Data 5"].points == 0.5


def test_reviews_are_told_from_the_history(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    commit(repo, {"a.py": "x"}, "Start")
    commit(repo, {"b.py": "y"}, "Add features (#12)")
    with open_material(str(repo)) as material:
        tests = {test.id: test for test in ml_test_score(Plan(), material, (), ())}
    assert tests["Model 1"].points == 0.5
    assert scored(tmp_path / "folder", {})["Model 1"].points is None


def made(section: str, *states: str) -> list[TestScore]:
    names = {"data": "Data", "model": "Model", "infrastructure": "Infra", "monitoring": "Monitor"}
    padded = [*states, *["missing"] * (7 - len(states))]
    return [
        TestScore.model_validate(
            {"id": f"{names[section]} {n}", "section": section, "title": "t", "state": state, "message": "m"}
        )
        for n, state in enumerate(padded, start=1)
    ]


def test_the_score_is_the_lowest_section_and_what_is_open_is_the_difference_to_the_most() -> None:
    tests = [
        *made("data", *["automated"] * 7),
        *made("model", *["automated"] * 5),
        *made("infrastructure", "automated", "by_hand", "not_assessable"),
        *made("monitoring", *["automated"] * 3),
    ]
    score = total(tests)
    assert [one.points for one in score.sums] == [7, 5, 1.5, 3]
    assert (score.points, score.most) == (1.5, 2.5)
    assert score.says.startswith("A first pass")
