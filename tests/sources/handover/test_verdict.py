"""The headline says what was seen and no more."""

from __future__ import annotations

import pytest

from heldout.sources.handover.result import Check, State
from heldout.sources.handover.rubric import score, verdict


def check(id_: str, area: str, state: State, credit: float = 1.0) -> Check:
    return Check(id=id_, area=area, state=state, message=f"{id_}.", credit=credit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("built", "runs", "headline"),
    [
        (1.0, "fail", "It can be built, but it can neither be run nor retrained as delivered."),
        (1.0, "not_assessable", "It can be built, but it cannot be retrained as delivered."),
        (0.3, "not_assessable", "It can be built only with mending, but it cannot be retrained as delivered."),
        (1.0, "pass", "It runs, but you cannot retrain it: you would be renting a black box."),
    ],
)
def test_what_cannot_be_retrained(built: float, runs: State, headline: str) -> None:
    checks = (
        check("B4", "build", "pass", built),
        check("U1", "run", runs),
        check("T1", "retrain", "fail"),
        check("O8", "own", "pass"),
    )
    assert verdict(score(checks), checks).headline == headline
