"""An audit on the terminal: the first screen at any width, and nothing that steers the terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from rich.console import Console

from heldout.report.audit_view import SHORT, in_a_line
from heldout.report.terminal_audit import print_audit
from heldout.sources.handover.result import Audit
from tests.report.audit_samples import AUDITS, audit, check
from tests.report.audit_strategies import audits


def printed(one: Audit, width: int = 100) -> str:
    stream = io.StringIO()
    print_audit(Console(file=stream, width=width, no_color=True, highlight=False), one)
    return stream.getvalue()


def test_first_screen() -> None:
    text = printed(AUDITS["rented"])
    for part in (
        "It runs, but you cannot retrain it: you would be renting a black box.",
        "✔ Yes  Can it be built?",
        "✖ No  Can you retrain it, and are its claims true?",
        "Are its numbers true?  ◇ Not shown. ",
        "What to write into the contract, dearest first",
        "[T1]",
        "5 more clauses on the page",
    ):
        assert part in text


def test_what_was_built_after_a_change_is_not_said_not_to_build() -> None:
    text = printed(
        audit(
            "mended",
            (
                check("B2", "fail", "The index does not have acme==9.0."),
                check("B3", "fail", "The code imports seaborn, which nothing declares."),
                check("B4", "pass", "It builds after a change to what is declared.", credit=0.3),
            ),
        )
    )
    assert "✖ Only mended  Can it be built?" in text


def test_what_more_rows_would_take_is_told_as_no_measurement() -> None:
    text = " ".join(printed(AUDITS["good"]).split())
    assert "What would more rows take? Extrapolated, not measured: 50,000 rows would take 102 s" in text


@pytest.mark.parametrize("name", AUDITS)
@pytest.mark.parametrize("width", [30, 60, 100])
def test_nothing_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert all(len(line) <= width for line in printed(AUDITS[name], width).splitlines())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(audits())
def test_any_audit_prints_and_never_steers_the_terminal(one: Audit) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", printed(one))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "It could not be retrained. A file is missing: a.csv. There is b.csv.",
            "A file is missing: a.csv. There is b.csv.",
        ),
        (
            "It does not predict as delivered: the page breaks down. It imports x.",
            "The page breaks down. It imports x.",
        ),
        ("None of its 2 commands and notebooks ran to a result. It lacks a.csv.", "It lacks a.csv."),
        (f"It trains. {'More ' * 40}.", "It trains."),
        (f"One {'word ' * 40}.", f"One {'word ' * 21}…"),
        ("It could not be retrained.", "It could not be retrained."),
        (
            f"It predicts as delivered; its service answers a request after 2 s to start, 13 {'requests ' * 10}.",
            "It predicts as delivered; its service answers a request after 2 s to start …",
        ),
        (
            f"2 of 3 commands of the guide worked; the first that did not: `python -m train` (a file {'that ' * 9}).",
            "2 of 3 commands of the guide worked; the first that did not: `python -m train` …",
        ),
    ],
)
def test_a_reason_on_the_first_screen_is_one_line(text: str, line: str) -> None:
    told = in_a_line(text)
    assert told == line
    assert len(told) <= SHORT
