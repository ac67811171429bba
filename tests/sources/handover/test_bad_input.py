"""Whether spoilt input is met loudly, well or silently follows the written rule."""

from __future__ import annotations

from typing import Any

import pytest

from heldout.sources.handover.bad_input import Kind, Outcome, Reply, judge_bad_input, u3_check

SOUND = (0.0, 1.0, 1.0, 0.0)
CRASH = "Traceback (most recent call last):\n  File 'a.py'\nValueError: Input X contains NaN.\n"


def judged(
    kind: Kind, after: tuple[Any, ...] = SOUND, log_before: str = "", handles: frozenset[str] = frozenset(), **more: Any
) -> Outcome:
    before = Reply(answers=SOUND, log=log_before)
    return judge_bad_input(kind, before, Reply(answers=after, **more), rows=len(SOUND), handles=handles)


@pytest.mark.parametrize("kind", ["missing", "unseen", "missing_column", "wrong_type", "out_of_range"])
def test_an_answer_without_a_word_is_silent(kind: Kind) -> None:
    told = judged(kind)
    assert told.verdict == "silent"
    assert "as if nothing were wrong" in told.reason


@pytest.mark.parametrize("kind", ["missing", "empty", "column_order", "huge"])
def test_refusing_is_loud(kind: Kind) -> None:
    by_exit = judged(kind, (), exit_code=2, log="error: column 'age' has missing values")
    assert (by_exit.verdict, by_exit.crash) == ("loud", False)
    assert "column 'age' has missing values" in by_exit.reason
    by_status = judged(kind, (), status=422, log='{"detail": "age: field required"}')
    assert (by_status.verdict, by_status.crash) == ("loud", False)


def test_breaking_down_is_loud_and_told_apart() -> None:
    assert judged("missing", (), exit_code=1, log=CRASH).crash
    assert judged("missing", (), status=500).crash
    lying = judged("missing", (), exit_code=0, log=CRASH)
    assert (lying.verdict, lying.crash) == ("loud", True)
    assert "ended as if all were well" in lying.reason


def test_a_connection_that_breaks_is_loud_and_told_as_what_it_was() -> None:
    told = judged("missing_column", (), broke="it closed the connection without an answer and ended")
    assert (told.verdict, told.crash) == ("loud", True)
    assert told.reason == ("Given a column or field left out, it closed the connection without an answer and ended.")


@pytest.mark.parametrize("kind", ["empty_text", "malformed"])
def test_an_answer_to_no_text_or_to_no_request_is_silent(kind: Kind) -> None:
    assert judged(kind).verdict == "silent"
    assert judged(kind, (), status=400).verdict == "loud"


def test_a_long_text_may_be_answered_and_a_number_as_text_must_not_change_it() -> None:
    assert judged("very_long").verdict == "well"
    assert judged("very_long", (), status=500).crash
    assert judged("number_as_text").verdict == "well"
    assert judged("number_as_text", (1.0, 1.0, 0.0, 0.0)).verdict == "silent"
    assert u3_check((judged("other_language"),)).state == "pass"


def test_no_answer_and_no_word_is_silent() -> None:
    assert judged("missing", (), exit_code=0, log="Loading model...\nDone.").verdict == "silent"


def test_rows_that_vanish_without_a_word_are_silent() -> None:
    assert judged("missing", SOUND[:2], exit_code=0).verdict == "silent"
    assert judged("missing", SOUND[:2], exit_code=0, log="dropped 2 rows").verdict == "well"


def test_the_order_of_columns_must_not_matter() -> None:
    assert judged("column_order").verdict == "well"
    assert judged("column_order", (1.0, 1.0, 0.0, 0.0)).verdict == "silent"
    assert judged("column_order", (1.0, 1.0, 0.0, 0.0), log="UserWarning: feature names differ").verdict == "loud"
    assert judged("extra_column", ("0", "1.0000000001", "1", "0")).verdict == "well"


def test_no_rows_and_many() -> None:
    assert judged("empty", ()).verdict == "well"
    assert judged("empty", (1.0,)).verdict == "silent"
    assert judged("huge").verdict == "well"
    assert judged("huge", SOUND[:3]).verdict == "silent"


def test_a_row_left_unanswered_is_well_met() -> None:
    assert judged("missing", (None, "", "nan", float("nan"))).verdict == "well"


def test_a_step_that_deals_with_it_is_well_met() -> None:
    assert judged("missing", handles=frozenset({"missing"})).verdict == "well"
    assert judged("unseen", handles=frozenset({"missing"})).verdict == "silent"


def test_words_that_sound_rows_bring_about_as_well_say_nothing() -> None:
    usual = "2026-11-24 10:00:01 WARNING missing configuration, using default"
    later = "2026-11-24 10:00:09 WARNING missing configuration, using default"
    assert judged("missing", log=later, log_before=usual).verdict == "silent"
    assert judged("missing", log=later + "\nfilled 3 missing values", log_before=usual).verdict == "well"


def outcome(kind: Kind, verdict: str, crash: bool = False) -> Outcome:
    return Outcome.model_validate({"kind": kind, "verdict": verdict, "reason": f"{kind} {verdict}.", "crash": crash})


def test_the_check_fails_by_one_silent_answer() -> None:
    check = u3_check([outcome("missing", "loud"), outcome("column_order", "silent")], command="python predict.py")
    assert (check.state, check.message, check.command) == ("fail", "column_order silent.", "python predict.py")
    assert check.measured == {"missing": "loud", "column_order": "silent"}


def test_far_numbers_and_drift_are_told_and_fail_nothing() -> None:
    check = u3_check([outcome("missing", "loud"), outcome("out_of_range", "silent")])
    assert (check.state, check.credit) == ("pass", 1.0)
    assert "1 were refused or handled; a number far out of range got an answer without a word." in check.message


def test_a_single_try_is_called_one() -> None:
    assert u3_check([outcome("empty", "loud")]).message == "empty loud. No other kind of bad input was tried."


def test_breaking_down_earns_half_and_dying_nothing() -> None:
    tried = [outcome("missing", "loud", crash=True), outcome("unseen", "well")]
    check = u3_check(tried, service=True)
    assert (check.state, check.credit) == ("pass", 0.5)
    assert "a caller cannot tell its own mistake from a broken service" in check.message
    dead = u3_check(tried, service=True, alive=False)
    assert dead.state == "fail"
    assert "did not answer sound requests any more after a missing value" in dead.message


def test_nothing_tried_is_not_assessable() -> None:
    assert u3_check([]).state == "not_assessable"
