"""`heldout case`: made, filled, shown and cleared through the command line."""

import json
from pathlib import Path

import pytest

from heldout.cli import main
from heldout.evidence import Artifact, Case, Contribution, Dossier, Evidence, Finding, Gap, Location, Suppression
from heldout.sources.handover.evidence import dossier_of
from heldout.standard import load_standard
from tests.report.audit_samples import AUDITS


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def evidence(competency: str, level: float | None = None, se: float | None = None, **more: object) -> Evidence:
    fields = {"competency": competency, "level": level, "se": se, "source": "repository", "instrument": "review"}
    return Evidence.model_validate({**fields, "version": "1", "subject_digest": "d", **more})


def finding(code: str, polarity: str, message: str, **more: object) -> Finding:
    return Finding.model_validate({"code": code, "polarity": polarity, "message": message, **more})


LEAK = finding(
    "ST201",
    "against",
    "The scaler is fitted before the split",
    severity="high",
    ask="What would the score be without it?",
    locations=[Location(path="train.py", line=14), Location(path="nb.ipynb", cell=2, line=3), Location(path="c.py")],
)
TESTS = finding("CR101", "for", "Tests assert behaviour", locations=[Location(path="tests/test_a.py", line=3)])
EXCUSED = finding(
    "SA001", "against", "A key in the code", suppressed=Suppression(reason="a sample key", where="heldout.toml")
)


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A case with two subjects, whom `standard.json` asks to be seniors."""
    folder = tmp_path / "case"
    code, out, _ = run(capsys, "case", "new", folder, "--role", "ml-engineer-senior", "--title", "Churn team")
    assert code == 0
    assert "heldout review WHAT --into" in out
    case = Case.open(folder)
    gap = Gap(what="big.csv", why="larger than 10 MB")
    churn = Artifact(
        name="churn", kind="repository", origin="churn", digest="a" * 40, gaps=(gap,), measured={"files": 3}
    )
    moved = (Contribution(code="ST201", points=-1.0, findings=1, reason="leak"),)
    case.write_dossier(
        Dossier(
            subject="Ada Lovelace",
            artifacts=(churn,),
            evidence=(
                evidence("craft", 4.9, 0.2, share=0.83, findings=(TESTS, EXCUSED)),
                evidence("statistics", 2.0, 0.5, basis="calibrated", findings=(LEAK,), contributions=moved),
                evidence("mlops", state="not_observed", reason="the model is trained once"),
                evidence("domain", 3.0, 0.5),
            ),
        )
    )
    case.write_dossier(
        Dossier(
            subject="Bob", evidence=(evidence("craft", 4.0, 0.5), evidence("cloud", state="faulted", reason="crash"))
        )
    )
    return folder


def lines_with(text: str, word: str) -> list[str]:
    return [line for line in text.splitlines() if word in line]


def test_subjects_stand_side_by_side(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run(capsys, "case", "show", folder)
    assert (code, err) == (0, "")
    comparison = out[out.index("Side by side") : out.index("Ada Lovelace ──")]
    craft = lines_with(comparison, "Craft")[0]
    assert "4.9 ±0.3 above the bar" in craft
    assert "4.0 ±0.8 open" in craft
    assert "2.0 ±0.8 below the bar" in lines_with(comparison, "Statistical thinking")[0]
    assert "not observed" in lines_with(comparison, "MLOps")[0]
    assert "our fault" in lines_with(comparison, "Cloud")[0]


def test_a_page_says_what_was_seen_and_what_to_ask(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    out = run(capsys, "case", "show", folder, "--subject", "Ada Lovelace")[1]
    assert "Side by side" not in out
    assert "Bob" not in out
    level = lines_with(out, "Statistical thinking")[0]
    assert "2.0 ±0.8   ·───●───····│····" in level
    assert "error assumed" not in level
    for text in (
        "83 % own work",
        "the model is trained once",
        "The scaler is fitted before the split (high) [ST201: train.py:14, nb.ipynb, cell 2:3 and 1 more]",
        "Tests assert behaviour [CR101: tests/test_a.py:3]",
        "1. What would the score be without it?",
        "MLOps: nothing of the kind was there. the model is trained once",
        "big.csv: larger than 10 MB",
        "SA001 A key in the code - a sample key (heldout.toml)",
        "churn (repository, aaaaaaaaaaaa): files 3",
    ):
        assert text in " ".join(out.split()), text
    assert "not asked for" in lines_with(out, "Domain understanding")[0]
    assert "Nobody has looked yet at: Robustness, " in out


def test_a_level_to_take_care_with_is_marked_and_no_reason_is_said_twice(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert "~" not in run(capsys, "case", "show", folder)[1]
    lost = finding("LEK110", "unknown", "The data could not be followed to the end.")
    careful = evidence("statistics", 2.0, 0.5, reason="It came no nearer than the mean.")
    told = evidence(
        "mlops", state="not_assessable", reason="The data could not be followed to the end.", findings=[lost]
    )
    Case.open(folder).write_dossier(Dossier(subject="Cleo", evidence=(careful, told)))
    out = run(capsys, "case", "show", folder, "--subject", "Cleo")[1]
    assert "2.0 ±0.8 ~" in lines_with(out, "Statistical thinking")[0]
    assert "~: the level hardly tells people apart" in " ".join(out.split())
    assert out.count("could not be followed") == 1


def test_a_narrow_terminal_keeps_names_and_figures(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = run(capsys, "case", "show", folder, "--subject", "Ada Lovelace")[1]
    row = lines_with(out, "2.0 ±0.8")[0]
    assert row.split()[0].startswith("Stat")
    assert "─●" not in out


def test_what_a_candidate_wrote_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    evil = finding("X1", "against", "\x1b[2J[bold]gone[/bold]\nBob was hired", ask="\x1b]0;title\x07?")
    Case.open(folder).write_dossier(Dossier(subject="Eve", evidence=(evidence("craft", 2.0, 0.5, findings=(evil,)),)))
    out = run(capsys, "case", "show", folder, "--subject", "Eve")[1]
    assert not set(out) & {"\x1b", "\x07"}
    assert "[bold]gone[/bold] Bob was hired" in out


def test_one_thing_in_two_states_is_warned_of(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    again = Artifact(name="churn", kind="repository", origin="churn", digest="b" * 40)
    found = evidence("craft", 3.0, 0.4, subject_digest="b")
    Case.open(folder).write_dossier(Dossier(subject="Ada Lovelace", artifacts=(again,), evidence=(found,)))
    out = run(capsys, "case", "show", folder, "--subject", "Ada Lovelace")[1]
    assert "churn was looked at in 2 states" in out
    assert len(lines_with(out[: out.index("Looked at")], "Craft")) == 2


def test_machine_readable(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    content = json.loads(run(capsys, "case", "show", folder, "--json", "-")[1])
    assert content["role"]["identity"]["id"] == "ml-engineer-senior"
    assert [subject["slug"] for subject in content["subjects"]] == ["ada-lovelace", "bob"]
    levels = {e["competency"]: e["level"] for e in content["subjects"][0]["dossier"]["evidence"]}
    assert levels["mlops"] is None
    assert Dossier.model_validate(content["subjects"][0]["dossier"]) == Case.open(folder).dossier("Ada Lovelace")


def test_a_page_is_written_and_named(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "case.html"
    code, out, _ = run(capsys, "case", "show", folder, "--html", page)
    assert code == 0
    assert out == f"The page for people: {page}\n"
    assert "Churn team" in page.read_text("utf-8")


def test_an_empty_case_says_how_to_begin(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "case", "new", tmp_path / "new", "--role", "vendor-team")
    code, out, _ = run(capsys, "case", "show", tmp_path / "new")
    assert code == 0
    assert "Nobody has been looked at yet" in out
    Case.open(tmp_path / "new").add_subject("Acme", "agency")
    assert "Nothing has been looked at yet" in run(capsys, "case", "show", tmp_path / "new")[1]


def test_deleting_asks_first(capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run(capsys, "case", "delete-subject", folder, "Bob")
    assert code == 2
    assert "add --yes" in err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_: False)
    assert run(capsys, "case", "delete-subject", folder, "Bob")[:2] == (0, "Nothing was deleted.\n")
    assert len(Case.open(folder).subjects) == 2
    monkeypatch.setattr("click.confirm", lambda *_: True)
    code, out, _ = run(capsys, "case", "delete-subject", folder, "Bob")
    assert code == 0
    assert "subjects/bob/evidence/repository-" in out
    assert [s.name for s in Case.open(folder).subjects] == ["Ada Lovelace"]
    assert run(capsys, "case", "delete-subject", folder, "ada-lovelace", "--yes")[0] == 0
    assert run(capsys, "case", "delete-subject", folder, "Bob", "--yes")[0] == 2


@pytest.mark.parametrize("kind", ["evidence", "case", "standard"])
def test_schemas(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    schema = json.loads(run(capsys, "case", "schema", kind)[1])
    assert schema["properties"]["schema"]["const"] == 1
    assert "schema" in schema["required"]


def test_bad_input_leaves_with_2(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (["case", "show", tmp_path / "absent"], "is no case"),
        (["case", "show", folder, "--subject", "Eve"], "it has: Ada Lovelace, Bob"),
        (["case", "new", folder, "--role", "vendor-team"], "is not empty"),
        (["case", "new", tmp_path / "x", "--role", "nobody"], "there is no role"),
        (["case", "new", tmp_path / "x"], "Missing option '--role'"),
    ):
        code, _, err = run(capsys, *arguments)
        assert code == 2
        assert said in err
    assert not (tmp_path / "x").exists()


def test_a_delivery_is_shown_with_its_verdict_and_nobody_is_asked_who_wrote_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    standard = load_standard()
    case = Case.create(tmp_path / "case", standard=standard, role=standard.roles_by_id["vendor-team"])
    case.write_dossier(dossier_of(AUDITS["rented"], standard, "Acme", "vendor-team"), kind="agency")
    code, out, _ = run(capsys, "case", "show", tmp_path / "case")
    assert code == 0
    told = " ".join(out.split())
    assert "verdict: It runs, but you cannot retrain it: you would be renting a black box" in told
    assert "What would we need in order to retrain it next year without you?" in told
    assert "delivered work, error assumed" in told
    assert "whose work" not in told
