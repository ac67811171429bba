"""Nothing that an audit says names people or shows keys; what it ran stays what it ran."""

from __future__ import annotations

from pathlib import Path

from heldout.evidence import Location
from heldout.material import open_material
from heldout.sources.handover.complete import complete
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Cause
from tests.material.repos import commit, new_repo
from tests.report.audit_samples import GOOD, audit, check, ran

ADA = ("Ada Lovelace", "ada@engine.org")
GRACE = ("Grace Hopper", "grace@navy.mil")
KEY = "AKIA" + "Q3ZT7LMN2PXR4SVW"


def test_people_and_keys_are_taken_out_of_all_that_is_said(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    commit(repo, {"a.py": "x"}, "Start", ADA)
    commit(repo, {"b.py": "y"}, "Go on", GRACE)
    snippet = f"# Grace Hopper <grace@navy.mil>: {KEY}"
    checks = (
        check("O6", "fail", f"Grace Hopper left {KEY}.", locations=(Location(path="a.py", line=1, snippet=snippet),)),
    )
    cause = Cause(code="data_missing", message="`/home/ghopper/data.csv` is not there.")
    runs = (ran("train", "python train.py", 1.0, cause=cause, why=snippet),)
    plan = Plan(steps=(Step(id="train", purpose="train", command="python train.py --data /home/ghopper/data.csv"),))
    with open_material(str(repo)) as material:
        whole = complete(audit("x", checks, runs=runs, on_yours=runs, plan=plan), material)
    said = whole.model_copy(update={"plan": Plan()}).model_dump_json()
    for secret in ("Grace", "navy.mil", KEY, "ghopper"):
        assert secret not in said
    assert whole.checks[0].locations[0].path == "a.py"
    assert whole.plan == plan


def test_what_names_nobody_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with open_material(str(tmp_path)) as material:
        whole = complete(GOOD, material)
    assert whole.model_copy(update={"tests": GOOD.tests}) == GOOD
    assert len(whole.tests) == 28
