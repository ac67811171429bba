"""The headline says what was seen and no more."""

from __future__ import annotations

import pytest

from heldout.sandbox.base import Verdict
from heldout.sources.handover.bench import OwnCode
from heldout.sources.handover.causes import run_cause
from heldout.sources.handover.plan import Data, Environment, Plan, Step
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check, State
from heldout.sources.handover.retrains import trains
from heldout.sources.handover.rubric import score, verdict
from heldout.sources.handover.running import Running
from heldout.sources.handover.training import Round, Training
from heldout.sources.handover.verdicts import build_checks, run_checks


def check(id_: str, area: str, state: State, credit: float = 1.0) -> Check:
    return Check(id=id_, area=area, state=state, message=f"{id_}.", credit=credit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("built", "runs", "headline"),
    [
        (1.0, "fail", "It can be built, but it can neither be run nor retrained as delivered."),
        (1.0, "not_assessable", "It can be built, but it cannot be retrained as delivered."),
        (0.3, "not_assessable", "It can be built only with mending, but it cannot be retrained as delivered."),
        (1.0, "pass", "It runs, but you cannot retrain it: you would be renting a black box."),
    ],
)
def test_what_cannot_be_retrained(built: float, runs: State, headline: str) -> None:
    checks = (
        check("B4", "build", "pass", built),
        check("U1", "run", runs),
        check("T1", "retrain", "fail"),
        check("O8", "own", "pass"),
    )
    assert verdict(score(checks), checks).headline == headline


@pytest.mark.parametrize(
    ("subject", "there", "said"),
    [
        ("data/ROWS.csv", "data/rows.csv", "There is data/rows.csv; `--input data/ROWS.csv=data/rows.csv` puts it"),
        ("rows.csv", "data/rows.csv", "There is data/rows.csv; `--input rows.csv=data/rows.csv` puts it"),
        ("data/rows.csv", "data/rows.csv", "as seen from the root"),
        ("data/other.csv", "data/rows.csv", ""),
    ],
)
def test_a_missing_file_that_lies_elsewhere_is_told(subject: str, there: str, said: str) -> None:
    step = Step(id="fit", purpose="train", command="python fit.py")
    cause = Cause(code="data_missing", message=f"A file is missing: {subject}.", subject=subject)
    run = Ran(step="fit", command="python fit.py", verdict=Verdict.FAILED, wall_s=1.0, cause=cause)
    told = trains(Plan(steps=(step,), data=(Data(path=there),)), Training(rounds=(Round(runs=(run,)),)))
    assert told.state == "fail"
    assert said in told.message
    assert ("There is" in told.message) == bool(said)


@pytest.mark.parametrize("path", ["/Users/ada/Downloads/rows.csv", "C:\\Users\\ada\\rows.csv"])
def test_a_file_that_is_looked_for_on_its_makers_machine_and_lies_in_the_delivery_is_told(path: str) -> None:
    step = Step(id="fit", purpose="train", command="python fit.py")
    output = f"FileNotFoundError: [Errno 2] No such file or directory: {path!r}"
    cause = run_cause(output, Verdict.FAILED, "", OwnCode(()))
    assert cause is not None
    assert cause.code == "data_missing"
    run = Ran(step="fit", command="python fit.py", verdict=Verdict.FAILED, wall_s=1.0, cause=cause)
    told = trains(Plan(steps=(step,), data=(Data(path="rows.csv"),)), Training(rounds=(Round(runs=(run,)),)))
    assert "a place on its makers' machine" in told.message
    assert "rows.csv is part of the delivery" in told.message
    assert "--input" not in told.message


def test_a_training_that_reads_nothing_and_has_nothing_to_learn_with_learns_nothing() -> None:
    step = Step(id="fit", purpose="train", command="python fit.py")
    run = Ran(step="fit", command="python fit.py", verdict=Verdict.OK, wall_s=1.0, made=("models/rules.joblib",))
    plan = Plan(steps=(step,))

    def of(run: Ran, *, learns: bool) -> Check:
        return trains(plan, Training(rounds=(Round(runs=(run,)),), trained=("fit",)), learns=learns)

    told = of(run, learns=False)
    assert (told.state, told.measured["cause"]) == ("fail", "nothing_learnt")
    assert "models/rules.joblib" in told.message
    assert of(run, learns=True).state == "pass"
    assert of(run.model_copy(update={"read": ("data/rows.csv",)}), learns=False).state == "pass"


def test_what_a_link_to_nothing_should_have_given_is_not_delivered() -> None:
    step = Step(id="fit", purpose="train", command="jupyter nbconvert", notebook="nbs/fit.ipynb")
    cause = Cause(code="data_missing", message="A file is missing.", subject="data/rows.csv")
    run = Ran(step="fit", command="python fit.py", verdict=Verdict.FAILED, wall_s=1.0, cause=cause)
    training = Training(rounds=(Round(runs=(run,)),))
    told = trains(Plan(steps=(step,)), training, ("nbs/data",))
    assert told.state == "fail"
    assert "by the link nbs/data, which leads to nothing that is part of the delivery" in told.message
    assert "link" not in trains(Plan(steps=(step,)), training, ("other/data",)).message


def test_of_several_trainings_the_one_that_makes_the_model_gives_the_cause_and_is_named() -> None:
    steps = (
        Step(id="tune", purpose="train", command="python tune.py"),
        Step(id="ask", purpose="train", command="python ask.py", outputs=("ask.pkl",)),
        Step(id="fit", purpose="train", command="python fit.py", outputs=("models/fit.pkl",)),
    )
    causes = (
        Cause(code="module_missing", message="It imports optuna, which nothing declares.", subject="optuna"),
        Cause(code="asks", message="It waits for somebody to type something."),
        Cause(code="data_missing", message="A file is missing: rows.csv.", subject="rows.csv"),
    )
    runs = tuple(
        Ran(step=step.id, command=step.command, verdict=Verdict.FAILED, wall_s=1.0, cause=cause)
        for step, cause in zip(steps, causes, strict=True)
    )
    told = trains(Plan(steps=steps), Training(rounds=(Round(runs=runs),)))
    assert (told.state, told.measured["cause"], told.command) == ("fail", "data_missing", "python fit.py")
    assert "That is said of `python fit.py`, the first to look at of 3 training commands." in told.message


def test_the_first_step_that_failed_gives_the_cause() -> None:
    steps = (
        Step(id="load", purpose="prepare", command="python load.py"),
        Step(id="fit", purpose="train", command="python fit.py", after=("load",)),
    )
    runs = tuple(
        Ran(
            step=id_,
            command=f"python {id_}.py",
            verdict=Verdict.FAILED,
            wall_s=1.0,
            cause=Cause(code="data_missing", message=f"A file is missing: {path}.", subject=path),
        )
        for id_, path in (("load", "raw.csv"), ("fit", "clean.csv"))
    )
    told = trains(Plan(steps=steps), Training(rounds=(Round(runs=runs),)))
    assert "raw.csv" in told.message
    assert "clean.csv" not in told.message


def test_what_only_our_limit_stopped_is_open() -> None:
    step = Step(id="fit", purpose="train", command="python fit.py")
    cause = Cause(code="limit", message="It was stopped: it ran longer than 60 s.", subject="timeout")
    run = Ran(step="fit", command="python fit.py", verdict=Verdict.TIMEOUT, wall_s=60.0, cause=cause)
    told = trains(Plan(steps=(step,)), Training(rounds=(Round(runs=(run,)),)))
    assert told.state == "not_assessable"
    assert told.message.startswith("Whether it can be retrained could not be told.")
    assert told.message.endswith("`--budget` gives it more.")


def test_what_was_stopped_at_our_limits_is_not_said_to_work() -> None:
    checks = (
        check("B4", "build", "pass"),
        check("U1", "run", "not_assessable"),
        check("T1", "retrain", "not_assessable"),
        check("O8", "own", "fail"),
    )
    told = verdict(score(checks), checks)
    said = "It can be built, but whether it works could not be told, and it is not yours to keep running."
    assert (told.headline, told.reason) == (said, "U1.")


def test_what_waits_for_data_is_told_beside_what_runs() -> None:
    lacks = Cause(code="data_missing", message="It lacks rows.csv.", subject="rows.csv")
    steps = tuple(Step(id=name, purpose="other", command=f"python {name}.py") for name in ("a", "b", "c"))
    ran = [Ran(step=s.id, command=s.command, verdict=Verdict.OK, wall_s=1.0, made=("out.csv",)) for s in steps]
    failed = tuple(run.model_copy(update={"cause": lacks, "made": ()}) for run in ran[1:])
    training = Training(rounds=(Round(runs=failed[:1]),))
    told = run_checks(Plan(steps=steps), Running(runs=(ran[0], *failed)), training)[0]
    assert told.message == (
        "Its one command or notebook ran to a result without network. 2 more wait for data that are not delivered."
    )


def test_where_there_is_nothing_to_run_that_is_said_and_nothing_of_building() -> None:
    checks = (*build_checks(Plan(), {}), *run_checks(Plan(), None, None), trains(Plan(), None))
    told = verdict(score(checks), checks)
    assert told.headline == "There is nothing in it that could be run or trained."
    assert {c.message for c in checks if c.id in ("U4", "T1", "O7")} == {"It holds nothing to run."}


def test_a_declaration_that_nothing_needs_is_open_and_no_fault_of_ours() -> None:
    plan = Plan(environments=(Environment(id="tool", folder="tool", files=("tool/setup.py",)),))
    told = next(c for c in build_checks(plan, {}) if c.id == "B2")
    assert told.state == "not_assessable"
    assert "nothing that was run needs tool/setup.py" in told.message


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("FileNotFoundError: Dataset not found at data/churn.csv. Download it first.", "data/churn.csv"),
        ("FileNotFoundError: model.joblib is missing: run train.py", "model.joblib"),
        ("FileNotFoundError: nothing is here", "nothing is here"),
    ],
)
def test_of_a_sentence_about_a_missing_file_its_path_is_told(said: str, missing: str) -> None:
    cause = run_cause(f"Traceback (most recent call last):\n{said}\n", Verdict.FAILED, "", OwnCode(()))
    assert cause is not None
    assert (cause.code, cause.subject) == ("data_missing", missing)


def test_where_nothing_was_learnt_there_is_no_black_box() -> None:
    checks = (
        check("B4", "build", "pass"),
        check("U1", "run", "pass"),
        check("T1", "retrain", "fail").model_copy(update={"measured": {"cause": "nothing_learnt"}}),
    )
    assert verdict(score(checks), checks).headline.endswith("nothing in it was learnt: there is no training in it.")
