"""How a delivery's own tests went, by what their runner printed."""

from __future__ import annotations

from heldout.sources.handover.tests_run import read_tests


def test_pytest() -> None:
    tested = read_tests(
        "FAILED tests/test_a.py::test_x - assert 1\n== 1 failed, 8 passed, 3 skipped, 2 warnings in 4.1s =="
    )
    assert (tested.executed, tested.passed, tested.failed, tested.skipped) == (True, 8, 1, 3)
    assert tested.names == ("tests/test_a.py::test_x",)


def test_skipped_ones_did_not_run() -> None:
    tested = read_tests("====== 1 skipped in 0.02s ======")
    assert tested.executed
    assert tested.ran == 0


def test_errors_while_collecting() -> None:
    tested = read_tests("ERROR tests/test_a.py\n1 error in 0.5s")
    assert tested.errors == 1


def test_unittest() -> None:
    tested = read_tests("..s.\n-----\nRan 4 tests in 0.001s\n\nFAILED (failures=1, skipped=1)\n")
    assert (tested.passed, tested.failed, tested.skipped) == (2, 1, 1)


def test_no_runner() -> None:
    assert not read_tests("hello\n").executed
