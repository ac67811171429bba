"""What a training consists of, what is deleted before it, and when it counts as one."""

from __future__ import annotations

import pytest

from heldout.sandbox.base import Verdict
from heldout.sources.handover.observation import Fit, Observation
from heldout.sources.handover.plan import Plan, Purpose, Step
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.training import (
    came_and_missing,
    came_through,
    fetches_again,
    forced,
    has_trained,
    needed,
    ordered,
    outputs,
    wrongly_deleted,
)


def step(id_: str, purpose: Purpose, *, after: tuple[str, ...] = (), **more: tuple[str, ...]) -> Step:
    return Step(id=id_, purpose=purpose, command=f"python {id_}.py", after=after, **more)


def ran(
    id_: str = "t", *, cause: Cause | None = None, made: tuple[str, ...] = (), seen: Observation | None = None
) -> Ran:
    return Ran(step=id_, command="python t.py", verdict=Verdict.OK, wall_s=1.0, made=made, cause=cause, seen=seen)


def test_steps_come_after_what_they_need() -> None:
    plan = Plan(
        steps=(
            step("score", "evaluate", after=("fit",)),
            step("fit", "train", after=("split",)),
            step("split", "prepare", after=("clean",)),
            step("clean", "prepare"),
            step("api", "serve"),
        )
    )
    assert [s.id for s in ordered(plan)] == ["clean", "split", "fit", "score"]


def test_steps_that_wait_for_each_other_still_run() -> None:
    plan = Plan(steps=(step("a", "train", after=("b",)), step("b", "train", after=("a",))))
    assert [s.id for s in ordered(plan)] == ["a", "b"]


def test_only_what_is_made_again_is_deleted() -> None:
    steps = (
        step("prepare", "prepare", inputs=("data/raw.csv",), outputs=("data/clean.csv", "data/raw.csv")),
        step("train", "train", inputs=("data/clean.csv", "data/extra.csv"), outputs=("models/*.pkl", "data/extra.csv")),
    )
    assert outputs(steps) == ("data/clean.csv", "models/*.pkl")


def test_what_no_training_waits_for_is_not_needed() -> None:
    steps = (
        step("fetch", "prepare"),
        step("clean", "prepare"),
        step("split", "prepare", after=("clean",)),
        step("fit", "train", after=("split",)),
        step("score", "evaluate", after=("fit",)),
    )
    assert needed(steps) == {"clean", "split", "fit"}


def test_a_training_is_run_though_it_fetches_and_its_model_was_delivered() -> None:
    fetches = {"outputs": ("data/a.csv",)}
    there = ("data/a.csv", "train.py")
    fetch, train = (
        step("one", purpose, **fetches).model_copy(update={"downloads": True}) for purpose in ("prepare", "train")
    )
    assert fetches_again(fetch, there)
    assert not fetches_again(fetch, ("train.py",))
    assert not fetches_again(train, there)


def test_what_is_read_before_it_is_written_again_was_wrongly_deleted() -> None:
    lacks = Cause(code="data_missing", message="It is not there.", subject="conf/best.json")
    steps = (
        step("clean", "prepare", outputs=("data/clean.csv",)),
        step("search", "train", outputs=("conf/best.json", "models/m.pkl")),
        step("score", "evaluate"),
    )
    runs = (ran("clean"), ran("search", cause=lacks), ran("score", cause=lacks))
    assert wrongly_deleted(steps, runs, ("conf/best.json", "models/m.pkl")) == {"conf/best.json"}
    # What an earlier step should have made is missing by that step's fault.
    runs = (ran("clean"), ran("search", cause=Cause(code="error", message="It stops.")), ran("score", cause=lacks))
    assert wrongly_deleted(steps, runs, ("conf/best.json", "models/m.pkl")) == set()


@pytest.mark.parametrize(
    ("command", "again"),
    [
        ("make all", "make -B all"),
        ("cd x && make train", "cd x && make -B train"),
        ("make -B all", "make -B all"),
        ("cmake .", "cmake ."),
        ("dvc repro", "dvc repro --force"),
        ("dvc repro -f train", "dvc repro -f train"),
        ("snakemake -c1", "snakemake --forceall -c1"),
        ("python train.py", "python train.py"),
    ],
)
def test_what_looks_up_to_date_is_made_again(command: str, again: str) -> None:
    assert forced(command) == again


def test_an_end_with_exit_code_0_is_no_training() -> None:
    assert not has_trained(ran(), set())
    assert not has_trained(ran(cause=Cause(code="error", message="It stops."), made=("m.pkl",)), set())
    assert has_trained(ran(made=("m.pkl",)), set())
    assert not has_trained(ran(made=("pipelines/later.yaml", "run.log")), set())
    assert has_trained(ran(seen=Observation(fits=(Fit(model="sklearn.svm.SVC", rows=10),))), set())


CRASH = Cause(code="error", message="It stops with an error.")
FIT = step("t", "train", outputs=("models/m.pkl", "plots/roc.png"))


def test_a_crash_after_the_model_was_made_has_come_through() -> None:
    run = ran(cause=CRASH, made=("models/m.pkl",))
    assert came_through(run, FIT)
    assert came_and_missing(run, FIT) == (("models/m.pkl",), ("plots/roc.png",))
    assert has_trained(run.model_copy(update={"came_through": True}), set())


@pytest.mark.parametrize(
    ("cause", "made", "outputs"),
    [
        (CRASH, ("plots/roc.png",), ("models/m.pkl", "plots/roc.png")),  # no model
        (CRASH, ("models/a.pkl",), ("models/a.pkl", "models/b.pkl")),  # not all of its models
        (CRASH, ("models/m.pkl",), ()),  # nobody says what it is to make
        (Cause(code="limit", message="It was stopped."), ("models/m.pkl",), ("models/m.pkl",)),
        (None, ("models/m.pkl",), ("models/m.pkl",)),  # it worked
    ],
)
def test_what_else_breaks_off_has_not(cause: Cause | None, made: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    assert not came_through(ran(cause=cause, made=made), step("t", "train", outputs=outputs))
