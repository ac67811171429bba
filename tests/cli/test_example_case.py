"""The case that ships in examples/decision: it opens, every command runs on it, and it says what is made up."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from heldout.cli import heldout
from heldout.evidence import Case

EXAMPLE = Path(__file__).parents[2] / "examples" / "decision"
MARK = "interviews synthetic"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy, so that nothing is written into the repository."""
    copy = tmp_path / "decision"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("works", ".lock"))
    return copy


def run(*arguments: object) -> str:
    result = CliRunner().invoke(heldout, [str(part) for part in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_it_is_a_case_of_six_two_of_them_vendors(case: Path) -> None:
    opened = Case.open(case)
    assert [one.kind for one in opened.subjects] == ["person"] * 4 + ["freelancer", "agency"]
    assert MARK in opened.title
    for one in opened.subjects:
        sources = {evidence.source for evidence in opened.dossier(one).evidence}
        assert sources == ({"repository"} if one.kind == "person" else {"repository", "handover"})


def test_the_memo_ranks_them_and_says_that_the_interviews_are_synthetic(case: Path, tmp_path: Path) -> None:
    page = tmp_path / "memo.html"
    text = run("decide", case, "--html", page)
    assert MARK in text
    assert "People decide: record it with" in text  # nothing is decided in what ships
    assert MARK in page.read_text()
    assert "Least sure to reach the bar is Ada Madeup in " in text
    assert "Least sure to reach the bar is Ada Madeup in " in page.read_text()
    order = [one["name"] for one in json.loads(run("decide", case, "--json", "-"))["subjects"]]
    assert order[:2] == ["Ada Madeup", "Eli Nobody"]
    assert order[-1] == "Bea Invented"


@pytest.mark.parametrize(
    "command", [("interview", "kit"), ("interview", "raters"), ("record",), ("case", "show")], ids=" ".join
)
def test_every_other_command_runs_on_it(command: tuple[str, ...], case: Path) -> None:
    assert run(*command, case)


def test_the_severe_interviewer_is_corrected_for_without_a_number_that_so_few_answers_cannot_carry(case: Path) -> None:
    told = json.loads(run("decide", case, "--json", "-"))
    assert all(one["why_not"] and one["lenient"] is None for one in told["raters"])
    texts = [reason["text"] for one in told["subjects"] for reason in one["worth"]["reasons"]]
    assert "Interviewer B (made up) seems to rate lower than the others, which may be chance" in texts


def test_a_decision_can_be_recorded_on_it(case: Path) -> None:
    reason = "Her figures are held out by month, and she says what they cannot tell."
    text = run("decide", case, "--choose", "Ada Madeup", "--by", "Director (made up)", "--reason", reason)
    assert reason in text


def test_each_scorecard_is_marked_as_made_up() -> None:
    cards = sorted((EXAMPLE / "interviews").glob("*.csv"))
    assert len(cards) == len(list(EXAMPLE.glob("subjects/*/interviews/*.json")))
    for card in cards:
        rows = list(csv.DictReader(card.read_text(encoding="utf-8").splitlines()))
        assert "SYNTHETIC" in rows[0]["what it is"]
        said = [(row["notes"] or row["not observed because"]) for row in rows[6:-1]]
        assert all(note.startswith("Synthetic: ") for note in said)


def test_it_can_be_built_anew(tmp_path: Path) -> None:
    """One work, reviewed with its history and interviewed; audits need an index of packages, which tests do without."""
    out = tmp_path / "anew"
    command = [sys.executable, EXAMPLE / "build.py", "cem-parcels", "--no-audit", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made, shipped = Case.open(out).dossier("Cem Fictional"), Case.open(EXAMPLE).dossier("Cem Fictional")
    assert made.artifacts[0].digest == shipped.artifacts[0].digest
    assert len(list(out.glob("subjects/*/interviews/*.json"))) == 2
