"""Findings on craft, Python, scale and robustness that were wrong when people read them do not come back."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import Trap
from tests.sources.repository.checks.examples.traps_of_craft import CRAFT
from tests.support import findings_of


@pytest.mark.parametrize("trap", CRAFT, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


def test_a_function_has_hints_when_each_of_its_arguments_has_one() -> None:
    (check,) = checks_by_code(["CRF303"])
    text = "".join(f"def f{n}(a: int, b: int) -> int:\n    return a\n\n\n" for n in range(4))
    text += "".join(f"def g{n}(a: int, b) -> int:\n    return a\n\n\n" for n in range(4))
    (found,) = findings_of({"a.py": text}, check)
    assert found.message.startswith("About half of some 8 public functions")
    assert (found.measured["hinted"], found.measured["functions"]) == (4, 8)


def test_long_functions_are_told_by_their_share() -> None:
    (check,) = checks_by_code(["CRF101"])
    text = "def long():\n" + "    x = 1\n" * 99 + "".join(f"def f{n}():\n    return {n}\n" for n in range(450))
    (found,) = findings_of({"a.py": text}, check)
    assert found.message.startswith("About 10% of function lines stand in functions of more than 80 lines")
    assert "tests, documentation and notebooks apart" in found.message


def test_rows_that_are_walked_where_it_does_no_harm_are_told_apart() -> None:
    (check,) = checks_by_code(["SCL101"])
    text = (
        "import pandas as pd\n\nfor i, row in df.iterrows():\n    df.at[i, 'z'] = row.x * row.y\n"
        "for _, row in df.head(3).iterrows():\n    out.append(row.x)\n"
    )
    (found,) = findings_of({"a.py": text}, check)
    assert "in at least 1 place (iterrows: at least 1; others over a few rows" in found.message
