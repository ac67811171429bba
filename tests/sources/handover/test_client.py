"""The client's own files on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sources.handover.client import parse_input


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


def test_nothing_at_all_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder").mkdir()
    for empty in ("empty.csv", "folder"):
        with pytest.raises(InputError, match="is empty"):
            parse_input(f"data/train.csv={tmp_path / empty}")


def test_what_was_changed_is_another_input(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("a\n1\n")
    before = parse_input(f"data/train.csv={mine}").stamp
    mine.write_text("a\n1\n2\n")
    assert parse_input(f"data/train.csv={mine}").stamp != before
