"""One row by two ways: what counts as the same answer."""

from __future__ import annotations

from heldout.sources.handover.skew_run import Skew, skew_check


def test_the_same_answer_passes_and_another_fails() -> None:
    assert skew_check(Skew(service='{"p": 0.72}', model="1,0.28,0.72", path="m.joblib", same=True)).state == "pass"
    failed = skew_check(Skew(service='{"p": 0.10}', model="1,0.28,0.72", path="m.joblib"))
    assert failed.state == "fail"
    assert "0.10" in failed.message


def test_what_could_not_be_compared_is_told() -> None:
    assert skew_check(None).state == "not_assessable"
    told = skew_check(Skew(why_not="It has no service."))
    assert (told.state, told.message) == ("not_assessable", "It has no service.")
