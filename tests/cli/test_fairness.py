"""`heldout fairness`: two files in, a report out, and nothing of it into a case."""

import json
from pathlib import Path

import pytest

from heldout.evidence import Case
from heldout.standard import load_standard
from tests.cli.test_case import run
from tests.decision.impact.samples import funnel, one_stage


def test_the_terminal_tells_rates_and_how_sure_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, who = funnel(tmp_path, people=600)
    code, out, _ = run(capsys, "fairness", outcomes, "--demographics", who)
    assert code == 0
    for part in ("that chance alone would seldom make", "Female", "not shown", "of unknown sex", "under four fifths"):
        assert part in out
    assert "no certificate" in " ".join(out.split())


def test_the_example_shows_the_gap_that_was_drawn_into_it(capsys: pytest.CaptureFixture[str]) -> None:
    example = Path(__file__).parents[2] / "examples" / "groups"
    out = run(capsys, "fairness", example / "outcomes.csv", "--demographics", example / "who.csv")[1]
    words = " ".join(out.split())
    assert "1 of 36 comparisons shows a gap that chance alone would seldom make." in words
    assert "At screen, 28 % of Female were selected and 47 % of Male" in words
    assert "Female: The widest gap shown is at screen" in words
    assert "36 comparisons are shown: each group beside the one with the highest rate in its table" in words
    assert "out of 72 pairs of groups" in words


def test_json_and_page_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, who = one_stage(tmp_path, {"f": (4, 10), "m": (5, 10)})
    page = tmp_path / "page.html"
    code, out, _ = run(capsys, "fairness", outcomes, "--demographics", who, "--json", "-", "--html", page)
    assert code == 0
    assert json.loads(out)["measures"][0]["tables"][0]["groups"][0]["name"] == "f"
    assert "<h1>Do groups fare differently?</h1>" in page.read_text()


def test_no_candidates_id_is_in_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, who = funnel(tmp_path)
    page = tmp_path / "page.html"
    _, out, _ = run(capsys, "fairness", outcomes, "--demographics", who, "--json", "-", "--html", page)
    assert '"c1' not in out
    assert ">c1" not in page.read_text()


def test_small_groups_are_shown_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, who = one_stage(tmp_path, {"f": (1, 3), "m": (5, 10)})
    hidden = run(capsys, "fairness", outcomes, "--demographics", who)[1]
    shown = run(capsys, "fairness", outcomes, "--demographics", who, "--least", "1")[1]
    assert "not shown" in hidden
    assert "33 %" in shown


def test_nothing_of_it_lies_in_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    standard = load_standard()
    folder = tmp_path / "case"
    Case.create(folder, standard=standard, role=standard.roles[0])
    outcomes, who = one_stage(tmp_path, {"f": (4, 10), "m": (5, 10)})
    inside = folder / "who.csv"
    inside.write_bytes(who.read_bytes())
    code, _, err = run(capsys, "fairness", outcomes, "--demographics", inside)
    assert (code, "keep the file of demographics outside of it" in err) == (2, True)
    for flag in ("--html", "--json"):
        code, _, err = run(capsys, "fairness", outcomes, "--demographics", who, flag, folder / "x")
        assert (code, "keep the report outside of it" in err) == (2, True)
        assert not (folder / "x").exists()


def test_problems_of_both_kinds_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, who = one_stage(tmp_path, {"f": (4, 10)})
    outcomes.write_text("candidate,stage\na,b\n")
    code, _, err = run(capsys, "fairness", outcomes, "--demographics", who)
    assert (code, "outcomes.csv:1: the column `selected` is missing" in err) == (2, True)
