"""Other people's names and addresses leave no review."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding, Location
from heldout.material.history import Person
from heldout.material.redaction import HIDDEN, Redactor

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open('/home/grace/x')", "open('/home/<name>/x')"),
        ("/Users/Grace H/x", "/Users/<name> H/x"),
        (r"C:\\Users\\grace\\x", r"C:\\Users\\<name>\\x"),
        ("/usr/home.txt", "/usr/home.txt"),
    ],
)
def test_hides_user_names_in_paths(text: str, expected: str) -> None:
    assert REDACTOR.text(text) == expected


def test_half_a_secret_at_the_cut_of_a_line_is_dropped() -> None:
    key = "ghp_" + "aB3dE5" * 6
    shown = ("x = " + "1 + " * 36 + f"f('{key}')")[:160]
    place = REDACTOR.location(Location(path="a.py", line=1, snippet=f"{shown}\nshort line ghp_"))
    assert place.snippet is not None
    assert "aB3dE5" not in place.snippet
    assert place.snippet.endswith("\nshort line ghp_")


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
