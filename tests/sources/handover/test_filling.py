"""An argument is filled in only where the delivery itself tells what belongs there."""

from __future__ import annotations

import pytest

from heldout.sources.handover.filling import filled

PATHS = ("data/train.csv", "data/new_houses.csv", "data/sample.csv", "data/new_output.csv", "model.pkl")


@pytest.mark.parametrize(
    ("lacking", "folder", "paths", "added"),
    [
        ("--input", ".", PATHS, "--input data/new_houses.csv"),
        ("--data-path", "src", PATHS, "--data-path ../data/new_houses.csv"),
        ("--input", ".", ("data/train.csv", "in/sample rows.csv"), "--input 'in/sample rows.csv'"),
        ("--input", ".", ("data/latest.csv", "renewed.csv", "out/predictions_test.csv"), ""),
        ("--input", ".", ("data/train.csv",), ""),
        ("--size", ".", PATHS, ""),
        ("--input, --model", ".", PATHS, ""),
    ],
)
def test_what_belongs_there(lacking: str, folder: str, paths: tuple[str, ...], added: str) -> None:
    found = filled("python -m predict", lacking, folder, paths)
    assert found == ((f"python -m predict {added}", added) if added else None)
