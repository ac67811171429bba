"""`heldout interview scorecard`: an empty form filled in, taken in, corrected, and shown to whom it may be."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.cli import main
from heldout.evidence import Case, Dossier, Evidence
from heldout.runs.dossiers import everything

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    return command


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """A case with one subject whom a review has seen."""
    at = tmp_path / "case"
    run("case", "new", at, "--role", "ml-engineer-mid")
    seen = Evidence(
        competency="craft",
        level=4.75,
        se=0.3,
        source="repository",
        instrument="review",
        version="1",
        subject_digest="d",
    )
    Case.open(at).write_dossier(Dossier(subject="Ada", evidence=(seen,)))
    return at


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def filled(run: Run, folder: Path, rater: str, **answers: list[str]) -> str:
    """An empty form with every competency not observed but those given as [level, reason, notes, questions]."""
    rows = rows_of(run("interview", "scorecard", "form", folder, "--subject", "Ada", "--rater", rater, "--csv", "-")[1])
    about = {"date": "2026-11-20", "seen before": "nothing", "accommodation": "no", "overall": ""}
    for row in rows[1:]:
        if row[0] in about:
            row[2] = about[row[0]]
        elif row[0] not in ("subject", "interviewer", "kit"):
            row[2:] = answers.get(row[0], ["", "no time", "", ""])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def hand_in(run: Run, folder: Path, rater: str, text: str, *more: str) -> tuple[int, str, str]:
    at = folder.parent / f"{rater}.csv"
    at.write_text(text, encoding="utf-8")
    return run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", rater, *more)


def test_a_form_comes_back_as_evidence_beside_the_rest(run: Run, folder: Path) -> None:
    text = filled(run, folder, "Ann", statistics=["3.5", "", "Named the base rate unasked", "LEK108"])
    code, out, err = hand_in(run, folder, "Ann", text)
    assert (code, err) == (0, "")
    assert "1 rated, 13 not observed" in out
    assert "4.75" not in out
    case = Case.open(folder)
    dossier = everything(case, "Ada")
    assert [e.source for e in dossier.evidence].count("repository") == 1
    rating = next(e for e in dossier.evidence if e.competency == "statistics")
    assert (rating.level, rating.source, rating.rater, rating.group, rating.basis) == (
        3.5, "interview", "Ann", "Ann", "assumed",
    )  # fmt: skip
    assert rating.findings[0].message == "Ann noted: Named the base rate unasked"
    assert rating.findings[0].polarity == "for"
    missing = next(e for e in dossier.evidence if e.competency == "python")
    assert (missing.level, missing.state, missing.reason) == (None, "not_observed", "Ann: no time")
    assert [a.kind for a in dossier.artifacts] == ["scorecard"]
    shown = run("case", "show", folder)[1]
    assert "Ann noted: Named the base rate unasked" in " ".join(shown.split())
    assert "interview by Ann" in " ".join(shown.split())
    assert "whose work it is was not assessed" not in shown


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_stored(run: Run, folder: Path) -> None:
    text = filled(
        run, folder, "Ann",
        python=["3.3", "", "", ""], craft=["seven", "", "", ""], statistics=["", "", "", ""],
        scale=["2", "no time", "", ""], mlops=["3", "", "", "slow-matchin"],
    )  # fmt: skip
    text = text.replace("2026-11-20", "3/4/2026").replace("nothing,", "rumours,") + "guitar,,5,,,\n"
    code, out, err = hand_in(run, folder, "Ann", text)
    assert (code, out) == (2, "")
    place = {row[0]: number for number, row in enumerate(rows_of(text), 1)}
    for item, column, words in (
        ("date", "C (answer)", "'3/4/2026' is no day that can be told"),
        ("seen before", "C (answer)", "'rumours' is not one of nothing, review, rating"),
        ("python", "C (answer)", "3.3 is no level; levels go from 1 to 5 in halves"),
        ("craft", "C (answer)", "'seven' is no level"),
        ("statistics", "C (answer)", "give statistics a level from 1 to 5, or say why it was not observed"),
        ("scale", "D (not observed because)", "there is a level as well"),
        ("mlops", "F (questions asked)", "there is no question 'slow-matchin' (did you mean `slow-matching`?)"),
        ("guitar", "A (item)", "'guitar' is nothing that this role rates"),
    ):
        assert f"Ann.csv, row {place[item]}, column {column}: {words}" in err
    assert err.count("Ann.csv, row") == 8
    assert "Nothing was stored." in err
    assert not list(folder.glob("subjects/ada/interviews/*"))


def test_of_very_many_faults_the_first_are_told_and_how_many_more(run: Run, folder: Path) -> None:
    wrong = "".join(f"nonsense-{number},,3,,,\n" for number in range(500))
    code, _, err = hand_in(run, folder, "Ann", filled(run, folder, "Ann", craft=["3", "", "", ""]) + wrong)
    lines = err.splitlines()
    assert code == 2
    assert "nonsense-0" in lines[0]
    assert len(lines) == 40
    assert "... and 462 lines more; mend these first" in lines
    assert lines[-1] == "Nothing was stored."


def test_a_file_that_is_not_there_is_told_in_words(run: Run, folder: Path) -> None:
    at = folder.parent / "none.csv"
    code, _, err = run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Ann")
    assert (code, "Errno" in err) == (2, False)
    assert "cannot be read (No such file or directory)" in err


def test_a_spreadsheet_of_another_country_and_a_form_in_json_say_the_same(run: Run, folder: Path) -> None:
    out = io.StringIO()
    rows = rows_of(filled(run, folder, "Ann", craft=["3,5", "", "=1+1", ""]))
    csv.writer(out, delimiter=";").writerows(rows)
    assert hand_in(run, folder, "Ann", "\ufeff" + out.getvalue())[0] == 0
    form = run("interview", "scorecard", "form", folder, "--subject", "Ada", "--rater", "Bob", "--json", "-")[1]
    content = json.loads(form)
    content |= {"date": "2026-11-20", "seen before": "nothing"}
    for name, one in content["ratings"].items():
        one.update({"level": 3.5, "notes": "=1+1"} if name == "craft" else {"not observed because": "no time"})
    at = folder.parent / "bob.json"
    at.write_text(json.dumps(content))
    assert run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Bob")[0] == 0
    ann, bob = json.loads(run("interview", "scorecard", "export", folder, "--json", "-")[1])["scorecards"]
    assert ann["ratings"] == bob["ratings"]
    table = rows_of(run("interview", "scorecard", "export", folder, "--csv", "-")[1])
    noted = [row for row in table if row[1] == "craft"]
    assert [row[3] for row in noted] == ["3.5", "3.5"]
    assert {row[5] for row in noted} == {"'=1+1"}
    assert "accommodation" not in table[0]


def test_a_cell_that_is_far_too_long_is_told_in_plain_words(run: Run, folder: Path) -> None:
    text = filled(run, folder, "Ann", python=["3", "", "x" * 140_000, ""])
    code, _, err = hand_in(run, folder, "Ann", text)
    words = " ".join(err.split())
    assert code == 2
    assert "has a cell of more than 131,072 characters; shorten it" in words
    assert "field larger" not in words


@pytest.mark.parametrize(("day", "why"), [("1800-01-01", "is too long ago"), ("2999-01-01", "is still to come")])
def test_a_day_on_which_nobody_can_have_held_it_is_refused(run: Run, folder: Path, day: str, why: str) -> None:
    code, _, error = hand_in(run, folder, "Ann", filled(run, folder, "Ann").replace("2026-11-20", day))
    assert (code, why in error) == (2, True)


@pytest.mark.parametrize("day", ["20.11.2026", "20/11/2026", "11/20/2026"])
def test_a_day_that_a_spreadsheet_rewrote_is_understood_where_it_has_one_meaning(
    run: Run, folder: Path, day: str
) -> None:
    assert hand_in(run, folder, "Ann", filled(run, folder, "Ann").replace("2026-11-20", day))[0] == 0
    assert json.loads((folder / "subjects/ada/interviews/ann-1.json").read_text())["held_on"] == "2026-11-20"


def test_what_json_holds_beside_the_form_is_told(run: Run, folder: Path) -> None:
    at = folder.parent / "ann.json"
    ratings = {"craft": {"level": 3, "note": "x"}}
    at.write_text(json.dumps({"date": "2026-11-20", "seen before": "nothing", "ratings": ratings, "mood": "good"}))
    code, _, err = run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Ann")
    assert code == 2
    assert "'note' is nothing that a form holds (did you mean `notes`?)" in err
    assert "'mood' is nothing that this role rates" in err


def test_names_and_reasons_that_cannot_be_kept_are_bad_input(run: Run, folder: Path) -> None:
    text = filled(run, folder, "Ann")
    add = ("interview", "scorecard", "add", folder, folder.parent / "x.csv", "--subject", "Ada", "--rater")
    (folder.parent / "x.csv").write_text(text)
    assert run(*add, "!!!")[0] == 2
    assert run(*add, "A" * 200)[0] == 2
    assert run(*add, "Ann", "--reason", "x" * 5000)[0] == 2
    assert run("interview", "kit", folder, "--interviewers", f"Ann,{'B' * 200}")[0] == 2


def test_a_wrong_level_in_json_is_told_with_its_place(run: Run, folder: Path) -> None:
    at = folder.parent / "ann.json"
    at.write_text(json.dumps({"date": "2026-11-20", "seen before": "review", "ratings": {"craft": {"level": 9}}}))
    code, _, err = run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Ann")
    assert code == 2
    assert "ann.json, ratings.craft.level: 9 is no level" in err


def test_a_correction_is_a_new_revision_with_its_reason_and_the_latest_counts(run: Run, folder: Path) -> None:
    hand_in(run, folder, "Ann", filled(run, folder, "Ann", craft=["2", "", "", ""]))
    again = filled(run, folder, "Ann", craft=["4", "", "", ""])
    code, _, err = hand_in(run, folder, "Ann", again)
    assert code == 2
    assert "never overwritten" in err
    assert hand_in(run, folder, "Ann", again, "--reason", "typed into the wrong row")[0] == 0
    assert sorted(p.name for p in folder.glob("subjects/ada/interviews/*")) == ["ann-1.json", "ann-2.json"]
    dossier = everything(Case.open(folder), "Ada")
    assert [e.level for e in dossier.evidence if e.source == "interview" and e.level] == [4.0]
    assert "typed into the wrong row" in dossier.findings[0].message
    code, _, err = hand_in(run, folder, "Bob", filled(run, folder, "Bob"), "--reason", "x")
    assert code == 2
    assert "to correct" in err


def test_nobody_sees_another_rating_before_theirs_is_in(run: Run, folder: Path) -> None:
    hand_in(run, folder, "Ann", filled(run, folder, "Ann", craft=["2", "", "sloppy tests", ""]))
    code, out, err = run("interview", "scorecard", "export", folder, "--as", "Bob", "--csv", "-")
    assert code == 0
    assert "sloppy" not in out
    assert "Left out until Bob's own scorecard is in: Ada" in err
    _, out, _ = hand_in(run, folder, "Bob", filled(run, folder, "Bob", craft=["4", "", "", ""]))
    assert "Ann" not in out
    assert "sloppy tests" in run("interview", "scorecard", "export", folder, "--as", "bob", "--csv", "-")[1]


def test_what_was_seen_is_told_and_what_was_adapted_reaches_no_evidence(run: Run, folder: Path) -> None:
    text = filled(run, folder, "Ann", craft=["4", "", "", ""]).replace("nothing,", "rating,")
    plain = filled(run, folder, "Bob", craft=["4", "", "", ""])
    adapted = plain.replace('nothing on health",no', 'nothing on health",yes')
    hand_in(run, folder, "Ann", text)
    hand_in(run, folder, "Bob", adapted)
    dossier = everything(Case.open(folder), "Ada")
    assert [f.code for f in dossier.findings] == ["INT-SEEN"]
    assert "accommodation" not in dossier.model_dump_json()
    stored = json.loads((folder / "subjects/ada/interviews/bob-1.json").read_text())
    assert stored["accommodation"] is True


def test_scorecards_go_with_their_subject(run: Run, folder: Path) -> None:
    hand_in(run, folder, "Ann", filled(run, folder, "Ann"))
    assert list(folder.rglob("ann-1.json"))
    assert run("case", "delete-subject", folder, "Ada", "--yes")[0] == 0
    assert not list(folder.rglob("ann-1.json"))


def test_on_the_terminal_the_overall_word_comes_after_every_part(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(run, folder, "Bob", filled(run, folder, "Bob", craft=["2", "", "sloppy tests", ""]))
    asked: list[str] = []
    answers = {"Level": "3", "What was said": "spoke of base rates", "Overall": "yes", "What had you": "nothing"}

    def prompt(text: str, default: str = "", **_: object) -> str:
        asked.append(text)
        if text.startswith("Level") and asked.count(text) == 1:
            return "33"
        return next((answer for start, answer in answers.items() if text.startswith(start)), default)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", prompt)
    code, out, _ = run("interview", "scorecard", "add", folder, "--ask", "--subject", "Ada", "--rater", "Ann")
    assert code == 0
    assert "14 rated" in out
    assert "! statistics (answer): 33 is no level" in out
    assert "sloppy" not in out
    assert "4.75" not in out
    assert asked[-1].startswith("Overall")
    assert sum(text.startswith("Level") for text in asked) == 15  # one was typed wrong and asked again
    assert everything(Case.open(folder), "Ada").evidence[1].level == 3.0


def test_without_a_terminal_nothing_is_asked(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, _, err = run("interview", "scorecard", "add", folder, "--ask", "--subject", "Ada", "--rater", "Ann")
    assert code == 2
    assert "--ask needs a terminal" in err


def test_a_form_of_somebody_else_is_refused(run: Run, folder: Path) -> None:
    code, _, err = hand_in(run, folder, "Ann", filled(run, folder, "Bob"))
    assert code == 2
    assert "this form is for 'Bob', not for 'Ann'" in err


def test_a_scorecard_in_the_wrong_place_is_told(run: Run, folder: Path) -> None:
    hand_in(run, folder, "Ann", filled(run, folder, "Ann"))
    Case.open(folder).ensure_subject("Cy")
    kept = folder / "subjects/ada/interviews/ann-1.json"
    other = folder / "subjects/cy/interviews/ann-1.json"
    other.parent.mkdir(parents=True)
    other.write_text(kept.read_text())
    code, _, err = run("case", "show", folder)
    assert code == 2
    assert "put it back where it belongs" in err


def test_the_schema_is_printed(run: Run) -> None:
    schema = json.loads(run("case", "schema", "scorecard")[1])
    assert {"seen_before", "accommodation", "ratings", "revision"} <= set(schema["properties"])
