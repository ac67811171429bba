"""`heldout interview kit`: made once and frozen, the same for all, with what a subject's own work asks."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from heldout.cli.scorecard import blank_for
from heldout.evidence import Artifact, Case, Dossier, Evidence, Finding, Location
from tests.cli.test_example_case import EXAMPLE
from tests.cli.test_scorecard import Run, run
from tests.report.test_html import check_page

__all__ = ["run"]  # a fixture

LEAK = Finding(
    code="LEK108",
    polarity="against",
    severity="high",
    message="The scaler is fitted before the split",
    why="The score is too good.",
    ask="What would the score be without it?",
    locations=(Location(artifact="churn", path="train.py", line=14, snippet="scaler.fit(X)"),),
    share=1.0,
)


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """A case with a person and an agency, the person's work reviewed."""
    at = tmp_path / "case"
    run("case", "new", at, "--role", "ml-engineer-mid")
    case = Case.open(at)
    level = {"level": 1.75, "se": 0.25, "basis": "calibrated", "share": 1.0, "start": 3.0}
    seen = Evidence.model_validate(
        {"competency": "statistics", "source": "repository", "instrument": "review", "version": "1",
         "findings": (LEAK,), "group": "churn", **level}
    )  # fmt: skip
    artifact = Artifact(name="churn", kind="git repository", origin="churn", digest="d")
    case.write_dossier(Dossier(subject="Ada", artifacts=(artifact,), evidence=(seen,)))
    case.add_subject("Acme", "agency")
    return at


def test_the_common_part_is_frozen_and_the_same_for_every_subject(run: Run, folder: Path) -> None:
    code, first, _ = run("interview", "kit", folder, "--interviewers", "Ann,Bob,Cy", "--json", "-")
    assert code == 0
    Case.open(folder).ensure_subject("Dora")
    later = json.loads(run("interview", "kit", folder, "--subject", "Dora", "--json", "-")[1])
    assert later["kit"] == json.loads(first)["kit"]
    code, _, err = run("interview", "kit", folder, "--minutes", "30")
    assert code == 2
    assert "--renew makes another" in err
    assert run("interview", "kit", folder, "--minutes", "30", "--renew")[0] == 0
    assert sorted(path.name for path in (folder / "kits").iterdir()) == ["1.json", "2.json"]
    assert json.loads((folder / "kits/1.json").read_text())["minutes"] == 45


def test_every_interviewer_stays_within_the_time_and_nobody_asks_what_another_asks(run: Run, folder: Path) -> None:
    made = json.loads(run("interview", "kit", folder, "--interviewers", "4", "--minutes", "45", "--json", "-")[1])
    minutes = {one["id"]: one["minutes"] for one in made["kit"]["questions"]}
    for plan in made["kit"]["plans"]:
        asked = [id_ for part in plan["parts"] for id_ in part["questions"]]
        assert len(asked) == len(set(asked))
        for part in plan["parts"]:
            assert sum(minutes[id_] for id_ in part["questions"]) <= 32
    person = made["coverage"]["person"]
    assert {one["need"]["competency"] for one in person} == set(Case.open(folder).role.requires)
    for one in person:
        people = {who for who, _ in (*one["own"], *one["besides"])}
        assert bool(one["why_not"]) == (len(people) < 2 or not one["own"])


def test_what_stays_uncovered_is_told_with_its_reason(run: Run, folder: Path) -> None:
    out = " ".join(run("interview", "kit", folder, "--interviewers", "Ann", "--minutes", "30")[1].split())
    assert "What stays uncovered" in out
    assert "one person alone rates it" in out
    assert "nobody rates it: the time goes to what weighs more or is less known" in out
    assert "no other choice of questions from the bank does better" in out


def test_the_personal_part_is_marked_and_tells_no_level(run: Run, folder: Path) -> None:
    html = folder.parent / "kit.html"
    common = run("interview", "kit", folder, "--interviewers", "Ann,Bob", "--html", html)[1]
    assert "scaler" not in common + html.read_text()
    out = run("interview", "kit", folder, "--subject", "Ada", "--html", html)[1]
    assert "personal What would the score be without it? [train.py:14]" in " ".join(out.split())
    page = check_page(html.read_text())
    assert "Personal, only for Ada" in page.text
    assert "scaler.fit(X)" in page.text
    assert "Sees what hangs on it: The score is too good." in page.text
    assert "1.75" not in out + page.text
    assert page.text.count("asks Ada: second page") == 2


def test_a_vendor_is_asked_as_one(run: Run, folder: Path) -> None:
    person, vendor = (
        run("interview", "kit", folder, "--subject", name, "--interviewers", "Ann,Bob,Cy")[1]
        for name in ("Ada", "Acme")
    )
    assert "vendor-" in vendor
    assert "vendor-" not in person


def test_a_form_holds_the_part_of_its_interviewer_and_a_missing_row_is_told(run: Run, folder: Path) -> None:
    run("interview", "kit", folder, "--interviewers", "Ann,Bob,Cy")
    form = ("interview", "scorecard", "form", folder, "--subject", "Ada", "--json", "-")
    ann, dan = (json.loads(run(*form, "--rater", name)[1]) for name in ("Ann", "Dan"))
    stand_in = json.loads(run(*form, "--rater", "Dan", "--part", "Ann")[1])
    assert 0 < len(ann["ratings"]) < len(dan["ratings"]) == 14
    assert list(stand_in["ratings"]) == list(ann["ratings"])
    assert ann["kit"].startswith("kit 1 (")
    dropped = next(iter(ann["ratings"]))
    del ann["ratings"][dropped]
    for one in ann["ratings"].values():
        one["level"] = 3
    at = folder.parent / "ann.json"
    at.write_text(json.dumps(ann | {"date": "2026-11-20", "seen before": "nothing"}))
    code, _, err = run("interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Ann")
    assert code == 2
    assert f"a row is missing for {dropped}" in err
    at.write_text(at.read_text().replace("kit 1", "kit 7"))
    assert "the case has no kit 'kit 7" in run(
        "interview", "scorecard", "add", folder, at, "--subject", "Ada", "--rater", "Ann"
    )[2]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--interviewers", "0"), "name 1 to 6 interviewers"),
        (("--interviewers", "Ann,ann"), "same name"),
        (("--interviewers", " , "), "names parted by commas"),
        (("--minutes", "5"), "an interview takes 15 to 180 minutes"),
    ],
)
def test_bad_input_is_told_and_no_kit_is_made(run: Run, folder: Path, given: tuple[str, str], words: str) -> None:
    code, _, err = run("interview", "kit", folder, *given)
    assert code == 2
    assert words in err
    assert not (folder / "kits").exists()


def test_a_form_has_a_row_for_what_a_personal_question_speaks_for(run: Run, tmp_path: Path) -> None:
    """Even where no common question of the interviewer's does."""
    at = copytree(EXAMPLE, tmp_path / "hire")
    rater = "Interviewer A (made up)"
    form = ("interview", "scorecard", "form", at, "--rater", rater, "--csv", "-", "--subject")
    assert (
        'handover,"Handover (run and retrain without the author), on HND101 (personal):' in run(*form, "Ada Madeup")[1]
    )
    assert "handover" not in run(*form, "Imaginary Models Ltd")[1]


def test_on_the_terminal_own_questions_are_rated_on_their_own_anchors(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("interview", "kit", folder, "--interviewers", "Ann,Bob")
    case = Case.open(folder)
    blank = blank_for(case, case.subject("Ada"), "Ann", None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda text, default="", **_: "3" if text.startswith("Level") else default)
    code, out, _ = run("interview", "scorecard", "add", folder, "--ask", "--subject", "Ada", "--rater", "Ann")
    assert code == 0
    for question in blank.questions:
        assert " ".join(question.anchors[5].split()) in out
        assert " ".join(case.standard.by_id[question.main].anchors[5].split()) not in out
