"""Other people's names and addresses leave no review."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding, Location
from heldout.material.history import Person
from heldout.sources.repository.redaction import HIDDEN, Redactor

ADA = Person("Ada Lovelace", "ada@engine.org")
GRACE = Person("Grace Hopper", "grace@navy.mil")
SHORT = Person("mark", "mark@place.org")
REDACTOR = Redactor(others=[GRACE, SHORT], subjects=[ADA])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fixed with Grace Hopper", f"fixed with {HIDDEN}"),
        ("mail grace@navy.mil or ada@engine.org", f"mail {HIDDEN} or ada@engine.org"),
        ("stranger@elsewhere.net knows", f"{HIDDEN} knows"),
        ("# Author: Somebody Else", f"# Author: {HIDDEN}"),
        ("__author__ = 'Somebody Else'", f"__author__ = {HIDDEN}'"),
        ("# Author: Ada Lovelace", "# Author: Ada Lovelace"),
        ("thanks @mark", f"thanks {HIDDEN}"),
        ("mark the rows", "mark the rows"),
        ("the authors of the paper", "the authors of the paper"),
    ],
)
def test_hides_others_and_keeps_the_subject(text: str, expected: str) -> None:
    assert REDACTOR.text(text) == expected


def test_reaches_every_text_of_a_finding() -> None:
    place = Location(path="a.py", line=1, snippet="# by Grace Hopper")
    finding = Finding(
        code="X",
        polarity="against",
        message="Grace Hopper",
        locations=(place,),
        ask="Grace Hopper?",
        measured={"who": "Grace Hopper"},
    )
    assert "Grace" not in REDACTOR.finding(finding).model_dump_json()
