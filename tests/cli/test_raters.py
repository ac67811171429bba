"""`heldout interview raters`: from cases and tables, in words, as JSON and as a page."""

import json
from pathlib import Path

from heldout.sources.interview.tables import ratings_csv, read_ratings
from tests.cli.test_scorecard import Run, filled, folder, hand_in, run
from tests.report.test_html import check_page
from tests.sources.interview.test_agreement import panel

__all__ = ["folder", "run"]  # fixtures


def written(at: Path) -> Path:
    rows = panel((0.6, 0.0, -0.6), (0.4, 0.4, 0.4), subjects=30, each=2)
    lines = [f"{one.subject};{one.competency};{one.rater};{str(one.level).replace('.', ',')}" for one in rows]
    at.write_text("\n".join(["subject;competency;rater;level", *lines]), encoding="utf-8")
    return at


def test_a_severe_interviewer_stands_out(run: Run, tmp_path: Path) -> None:
    at, html = written(tmp_path / "ratings.csv"), tmp_path / "raters.html"
    code, out, err = run("interview", "raters", at, "--html", html)
    assert (code, err) == (0, "")
    assert "Rate clearly otherwise than the others: r0 lower; r2 higher." in out
    assert "180 ratings of 30 subjects by 3 interviewers; 90 of 90 answers were rated by two or more." in out
    page = check_page(html.read_text())
    labels = [label for label in page.all("aria-label") if label.startswith("r0 rates")]
    assert "lower than the mean of all" in labels[0]
    assert page.all("aria-label").count("Figures of agreement") == 1
    figures = json.loads(run("interview", "raters", at, "--json", "-")[1])
    assert figures["raters"][0]["severity"]["value"] > 0.3
    assert figures["alpha_interval"]["low"] < figures["alpha_interval"]["value"] < figures["alpha_interval"]["high"]


def test_what_goes_into_files_is_told_on_the_terminal_as_well(run: Run, tmp_path: Path) -> None:
    at = written(tmp_path / "ratings.csv")
    out = run("interview", "raters", at, "--html", tmp_path / "r.html", "--json", tmp_path / "r.json")[1]
    assert "180 ratings of 30 subjects by 3 interviewers" in out
    assert "The page for people:" in out
    json.loads((tmp_path / "r.json").read_text())


def test_subjects_of_two_tables_are_two(run: Run, tmp_path: Path) -> None:
    one, two = written(tmp_path / "a.csv"), written(tmp_path / "b.csv")
    assert json.loads(run("interview", "raters", one, two, "--json", "-")[1])["subjects"] == 60


def test_a_case_with_too_little_says_so(run: Run, folder: Path) -> None:
    hand_in(run, folder, "Ann", filled(run, folder, "Ann", craft=["2", "", "", ""]))
    hand_in(run, folder, "Bob", filled(run, folder, "Bob", craft=["4", "", "", ""]))
    out = " ".join(run("interview", "raters", folder)[1].split())
    assert out.count("not enough to tell") >= 3
    exported = run("interview", "scorecard", "export", folder, "--csv", "-")[1]
    assert [(one.rater, one.level) for one in read_ratings(exported, "x")] == [("Ann", 2.0), ("Bob", 4.0)]


def test_every_wrong_cell_is_told(run: Run, tmp_path: Path) -> None:
    at = tmp_path / "ratings.csv"
    at.write_text(
        "subject,competency,rater,level\nAda,craft,Ann,good\n,craft,Bob,3\nAda,craft,Cy,nan\nAda,craft,Cy,3\n"
    )
    code, out, err = run("interview", "raters", at)
    assert (code, out) == (2, "")
    assert "row 2, column level: 'good' is no number" in err
    assert "row 3, column subject: is empty" in err
    assert "row 4, column level: 'nan' is no number" in err
    at.write_text("name,level\n")
    assert "there is no column subject, competency, rater" in run("interview", "raters", at)[2]


def test_nothing_to_write_is_an_empty_table() -> None:
    assert ratings_csv({}).startswith("subject,competency,rater,level")
