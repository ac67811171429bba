"""`heldout checks`: every check, also one of an audit, is explained by its code."""

from __future__ import annotations

import json

import pytest

from heldout.cli import main
from heldout.sources.handover.rubric import rubric


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_a_check_of_an_audit_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checks", "hnd-t1") == 0
    text = capsys.readouterr().out
    assert "HND-T1  Retrains" in text
    assert "What to write into the contract" in text


def test_as_json_it_holds_the_whole_line_of_the_rubric(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checks", "HND-O8", "--json", "-") == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert item["clause"] == rubric().items["O8"].clause


def test_a_check_of_a_review_of_the_same_letters_is_another_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checks", "HND101") == 0
    assert "What." in capsys.readouterr().out


def test_a_code_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("checks", "HND-Z9") == 2
    assert "there is no check" in capsys.readouterr().err
