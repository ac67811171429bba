"""T5: what a training on the client's own data shows, and when its failure is nobody's proof."""

from __future__ import annotations

import pytest

from heldout.evidence import Location
from heldout.sandbox.base import Verdict
from heldout.sources.handover.own_data import own_data_check
from heldout.sources.handover.plan import Reading
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.tables_run import OwnData
from heldout.sources.handover.training import Round, Training

GIVEN = "data/train.csv"
KEY = Cause(code="error", message="It stops with an error: KeyError: 'price'.", subject="KeyError")
LACKS = Cause(code="data_missing", message="A file that it reads is not part of the delivery: x.", subject="data/x.csv")
MODULE = Cause(code="module_missing", message="It imports seaborn, which nothing declares.", subject="seaborn")


def ended(cause: Cause | None = None, value: float = 1.0, read: tuple[str, ...] = (GIVEN,)) -> Round:
    reading = Reading(
        metric="mae", name="MAE", value=value, written=str(value), half_digit=0.05, location=Location(path="stdout")
    )
    run = Ran(
        step="train",
        command="python train.py",
        verdict=Verdict.FAILED if cause else Verdict.OK,
        wall_s=1.0,
        readings=() if cause else (reading,),
        read=read,
        cause=cause,
    )
    return Round(runs=(run,))


def trained(done: Round) -> Training:
    return Training(rounds=(done,), trained=("train",) if done.runs[0].worked else (), chain=())


def told(done: Round, base: Round | None = None, fits: bool | None = True) -> Check:
    own = OwnData(paths=(GIVEN,), round=done, trained=("train",) if done.runs[0].worked else (), fits=fits)
    return own_data_check(own, None, trained(base or ended()))


def test_another_result_on_mine_is_a_pass() -> None:
    assert told(ended(value=2.0)).state == "pass"


def test_the_same_result_though_it_read_mine_is_a_fail() -> None:
    assert told(ended()).state == "fail"


def test_a_path_that_nobody_reads_is_my_own_mistake() -> None:
    check = told(ended(read=("data/other.csv",)))
    assert check.state == "not_assessable"
    assert "It reads data/other.csv" in check.message


def test_an_error_on_data_of_the_delivered_form_is_held_against_it() -> None:
    assert told(ended(KEY)).state == "fail"


@pytest.mark.parametrize("fits", [False, None])
def test_an_error_on_data_of_another_or_an_unknown_form_is_not(fits: bool | None) -> None:
    check = told(ended(KEY), ended(LACKS), fits)
    assert check.state == "not_assessable"
    assert "KeyError" in check.message


def test_code_that_stops_so_on_its_own_data_as_well_is_not_excused() -> None:
    assert told(ended(KEY), ended(KEY), None).state == "fail"


def test_what_has_nothing_to_do_with_data_is_not_excused() -> None:
    assert told(ended(MODULE), ended(LACKS), None).state == "fail"


def test_a_further_file_that_it_wants_is_asked_for() -> None:
    check = told(ended(LACKS), ended(LACKS), None)
    assert check.state == "not_assessable"
    assert "--input data/x.csv=FILE" in check.message


@pytest.mark.parametrize("path", ["/home/bob/x.csv", "C:\\Users\\bob\\x.csv", "../x.csv"])
def test_a_path_that_cannot_be_exchanged_is_a_fail(path: str) -> None:
    assert told(ended(LACKS.model_copy(update={"subject": path})), ended(LACKS), None).state == "fail"


def test_without_training_code_there_is_nothing_to_train() -> None:
    check = own_data_check(OwnData(paths=(GIVEN,)), None, Training())
    assert check.state == "fail"
    assert "no code" in check.message
