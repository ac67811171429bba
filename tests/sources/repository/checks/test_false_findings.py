"""Findings that were wrong when people read them on real repositories do not come back."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import Trap
from tests.sources.repository.checks.examples.traps_around import AROUND
from tests.sources.repository.checks.examples.traps_in_code import IN_CODE
from tests.sources.repository.checks.examples.traps_in_leakage import LEAKS
from tests.sources.repository.checks.examples.traps_in_texts import TEXTS
from tests.support import findings_of


@pytest.mark.parametrize("trap", [*IN_CODE, *AROUND, *LEAKS, *TEXTS], ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


def test_a_table_on_ones_own_disk_is_none_of_the_operations_in_the_cloud() -> None:
    (check,) = checks_by_code(["CLD101"])
    text = (
        "import boto3\nimport pandas as pd\n{}.to_parquet('y.parquet')\nboto3.client('s3').upload_file('y', 'b', 'k')\n"
    )
    own = findings_of({"a.py": text.format("pd.read_parquet('x.parquet')")}, check)
    theirs = findings_of({"a.py": text.format("pd.read_parquet('s3://b/x.parquet')")}, check)
    assert "read_parquet" not in own[0].message
    assert "read_parquet" in theirs[0].message
