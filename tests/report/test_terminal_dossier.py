from __future__ import annotations

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from heldout.evidence import Dossier
from heldout.report.terminal_dossier import print_dossier
from heldout.standard import load_standard
from tests.report import samples
from tests.report.strategies import NASTY, dossiers

STANDARD = load_standard()
SENIOR = STANDARD.roles_by_id["ml-engineer-senior"]


def printed(dossier: Dossier, width: int = 100, *, colour: bool = False, role: bool = True) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    print_dossier(console, dossier, STANDARD, SENIOR if role else None)
    return stream.getvalue()


def test_first_screen_levels_counts_and_gaps() -> None:
    text = printed(samples.strong())
    for part in (
        "Three facts that count",
        "▼ against  In 1 of 3 training scripts",
        "Three questions to ask",
        "One thing that it cannot tell",
        "Craft                           1 ········──●─│─··· 5  3.5 (2.9–4.2), role asks 4.0",
        "3 findings for, 4 against, 1 could not tell; 1 set aside with a reason",
        "(our fault, counts against nobody)",
        "Not a verdict",
    ):
        assert part in text


def test_several_artifacts_have_a_line_each() -> None:
    text = printed(samples.framework(), role=False)
    assert "3.7 (2.9–4.5), paddle\n" in re.sub(" +\n", "\n", re.sub("  +", " ", text))
    assert "paddle-admin" in text


def test_a_level_to_take_care_with_is_marked() -> None:
    careful = samples.seen("statistics").model_copy(update={"reason": "It came no nearer than the mean."})
    text = printed(Dossier(subject="Ada", evidence=(careful, samples.seen("craft"))), role=False)
    lines = [line for line in text.splitlines() if " 5  " in line]
    assert ["~" in line for line in lines] == ["Statistical" in line for line in lines]
    assert "~: the level hardly tells people apart" in text
    assert "~" not in printed(samples.strong())


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("width", [30, 60, 100])
def test_fits_the_width_and_holds_no_escapes_in_a_pipe(name: str, width: int) -> None:
    text = printed(samples.ALL[name](), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text


def test_colour_only_on_a_terminal_that_wants_it() -> None:
    assert "\x1b[" in printed(samples.strong(), colour=True)


@pytest.mark.parametrize("bad", NASTY)
def test_hostile_text_stays_text(bad: str) -> None:
    finding = samples.LEAK.model_copy(update={"message": f"before {bad} after", "ask": bad, "code": bad})
    evidence = samples.seen("statistics", findings=[finding], moves={bad: -0.5}, group=bad)
    text = printed(Dossier(subject=bad, evidence=(evidence,)), 300)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", text)
    if bad.startswith("["):
        assert f"before {bad} after" in text


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dossiers, st.integers(20, 120))
def test_any_dossier_prints(dossier: Dossier, width: int) -> None:
    text = printed(dossier, width)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
