"""Findings that were wrong when people read them on real repositories do not come back."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAPS, Trap
from tests.support import findings_of


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said
