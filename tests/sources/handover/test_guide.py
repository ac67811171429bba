"""A guide is followed line by line: what worked, what did not, and what nobody could try."""

from __future__ import annotations

import pytest

from heldout.evidence import Location
from heldout.sandbox.base import Verdict
from heldout.sources.handover.guide import follow, guide_check
from heldout.sources.handover.plan import GuideLine, Plan, Step
from heldout.sources.handover.record import Attempt, Cause, Ran

BROKEN = Cause(code="data_missing", message="`data/raw.csv` is not there.")


def guide(*lines: tuple[str, str], steps: tuple[Step, ...] = ()) -> Plan:
    made = [
        GuideLine.model_validate({"command": command, "kind": kind, "location": Location(path="README.md", line=n)})
        for n, (kind, command) in enumerate(lines, start=1)
    ]
    return Plan(guide=tuple(made), steps=steps)


def ran(command: str, cause: Cause | None = None, step: str = "s") -> Ran:
    verdict = Verdict.FAILED if cause else Verdict.OK
    return Ran(step=step, command=command, verdict=verdict, wall_s=1.0, cause=cause, log=f"logs/{step}.txt")


def attempt(rung: str, worked: bool) -> Attempt:
    cause = None if worked else Cause(code="pins_unsatisfiable", message="The versions cannot be installed together.")
    return Attempt.model_validate({"rung": rung, "recipe": "requirements.txt by uv", "worked": worked, "cause": cause})


PLAN = guide(("install", "pip install -r requirements.txt"), ("run", "python train.py"))


def test_a_guide_of_which_everything_worked_passes() -> None:
    check = guide_check(PLAN, (ran("python train.py"),), (attempt("R0", True),))
    assert (check.state, check.credit) == ("pass", 1.0)
    assert check.message == "2 of 2 tried commands of the guide worked as written."


def test_the_first_command_that_failed_is_named_with_cause_place_and_log() -> None:
    check = guide_check(PLAN, (ran("python train.py", BROKEN),), (attempt("R0", True),))
    assert check.state == "fail"
    assert "`python train.py` (`data/raw.csv` is not there)" in check.message
    assert [str(place) for place in check.locations] == ["README.md:2"]
    assert check.log == "logs/s.txt"


def test_what_our_machine_does_not_offer_is_no_hole_in_the_guide() -> None:
    screen = Cause(code="display", message="It opens a window, and there is no screen.")
    check = guide_check(PLAN, (ran("python train.py", screen),), (attempt("R0", True),))
    assert check.state == "pass"
    assert "1 could not be tried here" in check.message


def test_a_build_that_needed_mending_is_not_as_written() -> None:
    attempts = (attempt("R0", False), attempt("R2", True))
    assert [f.outcome for f in follow(PLAN, (ran("python train.py"),), attempts)] == ["failed", "worked"]


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("conda create -n churn python=3.8 -y", "untried"),
        ("python -m venv .venv", "untried"),
        ("source .venv/bin/activate", "untried"),
        ("conda env create -f environment.yml", "failed"),
        ("pip install -r requirements.txt", "failed"),
    ],
)
def test_an_empty_environment_is_not_to_blame_for_what_goes_into_it(command: str, outcome: str) -> None:
    assert follow(guide(("install", command)), (), (attempt("R0", False),))[0].outcome == outcome


def test_a_command_that_we_had_to_complete_does_not_work_as_written() -> None:
    run = ran("python predict.py").model_copy(update={"mended": "--input new.csv was added, which it lacks"})
    (told,) = follow(guide(("run", "python predict.py")), (run,))
    assert told.outcome == "failed"
    assert "--input new.csv was added" in told.why


def test_commands_that_nobody_could_try_cost_credit_and_do_not_fail() -> None:
    plan = guide(("other", "git clone https://example.org/x"), ("run", "python train.py"))
    check = guide_check(plan, (ran("python train.py"),))
    assert (check.state, check.credit) == ("pass", 0.5)
    assert "1 could not be tried here" in check.message


@pytest.mark.parametrize(
    "command",
    ["python predict.py <your file>", "python train.py --data path/to/data.csv", "python a.py --model --text"],
)
def test_a_command_that_has_to_be_filled_in_is_not_tried(command: str) -> None:
    assert [f.outcome for f in follow(guide(("run", command)), (ran(command, BROKEN),))] == ["untried"]


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("python3 train.py", "python train.py"),
        ("CUDA_VISIBLE_DEVICES=0 python train.py", "python train.py"),
        ("uvicorn app:app --reload", "uvicorn app:app"),
        ("python  train.py", "python train.py"),
        ("jupyter nbconvert --execute --inplace a.ipynb", "jupyter nbconvert --execute --inplace a.ipynb"),
    ],
)
def test_what_makes_no_difference_is_the_same_command(written: str, run: str) -> None:
    assert [f.outcome for f in follow(guide(("run", written)), (ran(run),))] == ["worked"]


def test_a_command_is_found_by_its_step_when_we_ran_it_in_other_words() -> None:
    step = Step(id="train", purpose="train", command="make train")
    plan = guide(("run", "make train"), steps=(step,))
    assert [f.outcome for f in follow(plan, (ran("python src/train.py", step="train"),))] == ["worked"]


def test_the_same_command_in_another_folder_is_another_one() -> None:
    assert [f.outcome for f in follow(PLAN, (ran("python train.py").model_copy(update={"folder": "b"}),))][
        1
    ] == "untried"


def test_documents_without_commands_are_no_guide() -> None:
    assert guide_check(Plan(), ()).state == "fail"


def test_nothing_that_could_be_tried_is_open() -> None:
    assert guide_check(guide(("other", "docker compose up")), ()).state == "not_assessable"
