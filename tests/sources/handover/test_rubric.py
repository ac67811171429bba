"""The verdict in words: it must say of a delivery what its checks say, and no more."""

from __future__ import annotations

import pytest

from heldout.sources.handover.result import Check
from heldout.sources.handover.rubric import score, verdict
from tests.report.audit_samples import check

BUILT = (check("B4", "pass", "It builds as declared."), check("B1", "pass", "All declared."))
LACKS = check("T1", "fail", "It could not be retrained. A file is missing: data/train.csv.")


def headline(*checks: Check) -> str:
    return verdict(score(checks), checks).headline


def test_what_runs_and_cannot_be_retrained_is_a_black_box() -> None:
    runs = (check("U1", "pass", "It predicts."), check("U4", "pass", "Its commands run."))
    assert headline(*BUILT, *runs, LACKS).startswith("It runs, but you cannot retrain it")


def test_a_delivery_that_predicts_while_its_commands_fail_is_not_said_to_run() -> None:
    checks = (*BUILT, check("U1", "pass", "It predicts."), check("U4", "fail", "Its report stops."), LACKS)
    assert headline(*checks) == "It predicts, but you cannot retrain it: you would be renting a black box."


def test_what_retrains_on_the_clients_data_is_no_black_box_though_its_own_data_are_missing() -> None:
    own = check("T5", "pass", "It trained on yours in 2.0 s without a change to the code.")
    checks = (*BUILT, check("U1", "pass", "It predicts."), check("U4", "pass", "Its commands run."), LACKS, own)
    told = verdict(score(checks), checks)
    assert not told.holds
    assert told.headline == "You can retrain it on data of your own, but not on what its makers trained it on."
    assert told.reason == f"{LACKS.message} {own.message}"


@pytest.mark.parametrize("state", ["fail", "not_assessable"])
def test_without_a_training_on_the_clients_data_it_stays_a_black_box(state: str) -> None:
    checks = (*BUILT, check("U1", "pass", "It predicts."), LACKS, check("T5", state, "No."))
    assert "black box" in headline(*checks)


def test_what_holds_with_a_reservation_is_told_before_what_holds_without() -> None:
    checks = (
        Check(id="U1", area="run", state="pass", severity="medium", credit=0.6, message="It predicts only so and so."),
        Check(id="U4", area="run", state="pass", message="All of it ran."),
        Check(id="U3", area="run", state="pass", message="Bad input is refused."),
    )
    run = next(told for told in score(checks) if told.area == "run")
    assert (run.state, run.why) == ("holds", "It predicts only so and so.")
