"""Steps that are done once, and taken up again by the next run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from heldout.runs.steps import Steps


class Number(BaseModel):
    value: int


def test_a_finished_step_is_not_done_again(tmp_path: Path) -> None:
    calls: list[int] = []

    def make() -> Number:
        calls.append(1)
        return Number(value=7)

    first = Steps(tmp_path, "one delivery")
    assert first.do("a", "Doing a", Number, make).value == 7
    again = Steps(tmp_path, "one delivery")
    assert again.do("a", "Doing a", Number, make).value == 7
    assert (len(calls), again.taken_up) == (1, 1)


def test_what_a_step_took_is_counted_when_it_is_taken_up(tmp_path: Path) -> None:
    def make() -> Number:
        time.sleep(0.2)
        return Number(value=1)

    first = Steps(tmp_path, "x")
    first.do("a", "", Number, make)
    assert first.taken_up_s == 0
    again = Steps(tmp_path, "x")
    again.do("a", "", Number, make)
    assert again.taken_up_s >= 0.2


def test_another_input_is_another_run(tmp_path: Path) -> None:
    Steps(tmp_path, "one delivery").do("a", "", Number, lambda: Number(value=1))
    assert Steps(tmp_path, "another").do("a", "", Number, lambda: Number(value=2)).value == 2


def test_what_comes_after_a_changed_step_is_done_again(tmp_path: Path) -> None:
    first = Steps(tmp_path, "x")
    first.do("a", "", Number, lambda: Number(value=1))
    first.do("b", "", Number, lambda: Number(value=10))
    (tmp_path / "a.json").unlink()
    second = Steps(tmp_path, "x")
    second.do("a", "", Number, lambda: Number(value=2))
    assert second.do("b", "", Number, lambda: Number(value=20)).value == 20


def test_an_interrupted_step_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> Number:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Steps(tmp_path, "x").do("a", "", Number, stop)
    assert Steps(tmp_path, "x").do("a", "", Number, lambda: Number(value=3)).value == 3


@pytest.mark.parametrize("content", ["", "{", "[]", '{"of": 3}', "null"])
def test_a_broken_result_is_done_again(tmp_path: Path, content: str) -> None:
    Steps(tmp_path, "x").do("a", "", Number, lambda: Number(value=1))
    (tmp_path / "a.json").write_text(content)
    assert Steps(tmp_path, "x").do("a", "", Number, lambda: Number(value=2)).value == 2
