"""The client's own files on the command line, and requests that a service ought to refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sources.handover.client import parse_input
from heldout.sources.handover.service_run import spoil


def test_a_file_of_mine_for_one_of_theirs(tmp_path: Path) -> None:
    mine = tmp_path / "ours=2026.csv"
    mine.write_text("a\n1\n")
    given = parse_input(f"./data//train.csv={mine}")
    assert (given.path, given.mine) == ("data/train.csv", mine)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("data/train.csv", "PATH_IN_DELIVERY=MINE"),
        ("=x.csv", "PATH_IN_DELIVERY=MINE"),
        ("data/train.csv=no-such-file", "does not exist"),
        ("/etc/passwd=.", "within the delivery"),
        ("../x.csv=.", "within the delivery"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(told: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_input(told)


def test_spoilt_requests_keep_the_shape_of_the_valid_one() -> None:
    body = json.dumps({"instances": [{"age": 41, "city": "Ulm"}, {"age": 12, "city": "Bonn"}]})
    bad = spoil(body, "application/json")
    assert json.loads(bad["missing_field"]) == {"instances": [{"city": "Ulm"}, {"age": 12, "city": "Bonn"}]}
    assert json.loads(bad["wrong_type"])["instances"][0] == {"age": "not a number", "city": "Ulm"}
    assert json.loads(bad["unseen_category"])["instances"][0]["city"] == "never seen before"
    with pytest.raises(ValueError, match=r".+"):
        json.loads(bad["malformed"])


def test_lists_of_numbers_and_forms_are_spoilt_too() -> None:
    assert json.loads(spoil('{"data": [[1, 2, 3]]}', "application/json")["missing_field"]) == {"data": [[2, 3]]}
    assert spoil("age=41&city=Ulm", "application/x-www-form-urlencoded")["missing_field"] == b"city=Ulm"
