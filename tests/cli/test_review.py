"""`heldout review` and what is handed over, through the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heldout.cli import main
from heldout.evidence import Case
from heldout.report.export import read_dossier
from tests.material.repos import commit
from tests.sources.repository.people import ADA, ml_project

ONLY = ("--check", "CRF", "--workers", "1")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ml_project(tmp_path_factory.mktemp("cli") / "churn")


@pytest.fixture
def case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(capsys, "case", "new", tmp_path / "case", "--role", "ml-engineer-senior")[0] == 0
    return tmp_path / "case"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def test_a_review_is_shown_and_says_who_could_be_named(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, out, err = run(capsys, "review", project, *ONLY)
    assert (code, err) == (0, "")
    assert "Craft" in out
    assert "2 commits  Ada Lovelace" in out
    assert "dependabot" not in out


def test_pages_and_json_are_written(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "x.html", tmp_path / "x.json"
    assert run(capsys, "review", project, "--author", "Ada Lovelace", "--html", page, "--json", data)[0] == 0
    dossier = read_dossier(data.read_text())
    assert dossier.subject == "Ada Lovelace"
    assert any(place.snippet for f in dossier.all_findings() for place in f.locations)
    assert page.read_text().startswith("<!doctype html>")
    assert "Hopper" not in page.read_text() + data.read_text()
    assert {path.stat().st_mode & 0o077 for path in (page, data)} == {0}, "for its owner alone"


def test_json_alone_goes_to_standard_output(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    code, out, err = run(capsys, "review", project, "--json", "-", *ONLY)
    assert (code, err) == (0, "")
    dossier = read_dossier(out)
    assert dossier.subject == "churn"
    assert {f.code[:3] for f in dossier.all_findings()} == {"CRF"}


def test_the_folder_one_stands_in_has_a_name(
    capsys: pytest.CaptureFixture[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert read_dossier(run(capsys, "review", ".", "--json", "-", *ONLY)[1]).subject == "churn"


def test_no_code_leaves_no_code(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path) -> None:
    page = tmp_path / "x.html"
    out = run(capsys, "review", project, "--json", "-", "--no-code", "--html", page)[1]
    dossier = read_dossier(out)
    places = [place for f in dossier.all_findings() for place in f.locations]
    assert any(place.line for place in places)
    assert not any(place.snippet for place in places)
    assert "train_test_split(x" not in out + page.read_text()


def test_evidence_goes_into_a_case(
    capsys: pytest.CaptureFixture[str], project: Path, case: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "review", project, "--into", case, "--subject", "Ada", *ONLY)
    assert (code, "heldout case show" in out) == (0, True)
    assert "Craft" in run(capsys, "case", "show", case)[1]
    page = tmp_path / "case.html"
    assert run(capsys, "case", "show", case, "--html", page)[:2] == (0, f"The page for people: {page}\n")
    assert "Ada" in page.read_text()


def handed_over(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path) -> Path:
    file = tmp_path / "dossier.json"
    assert run(capsys, "review", project, "--author", "Ada Lovelace", "--no-code", "--json", file)[0] == 0
    return file


def test_what_a_new_subject_is_can_be_told(capsys: pytest.CaptureFixture[str], project: Path, case: Path) -> None:
    told = (*ONLY, "--into", case, "--subject", "Eli")
    assert run(capsys, "review", project, *told, "--kind", "freelancer")[0] == 0
    assert Case.open(case).subject("Eli").kind == "freelancer"
    assert run(capsys, "review", project, *told)[0] == 0, "one that the case knows stays what it is"
    assert Case.open(case).subject("Eli").kind == "freelancer"
    code, _, err = run(capsys, "review", project, *told, "--kind", "agency")
    assert (code, "the case has Eli as freelancer, not agency" in " ".join(err.split())) == (2, True)
    assert run(capsys, "review", project, *ONLY, "--kind", "agency")[0] == 2, "without a case"


def test_a_dossier_can_be_handed_over(
    capsys: pytest.CaptureFixture[str], project: Path, case: Path, tmp_path: Path
) -> None:
    file = handed_over(capsys, project, tmp_path)
    for _ in range(2):
        assert run(capsys, "case", "add", case, file, "--subject", "Ada")[0] == 0
    dossier = Case.open(case).dossier("Ada")
    assert [
        [gap.why for gap in a.gaps].count("handed over by the subject; not looked at again here")
        for a in dossier.artifacts
    ] == [1]
    assert any(e.level for e in dossier.evidence)
    assert "handed over by the subject" in " ".join(run(capsys, "case", "show", case)[1].split())


def test_what_was_seen_here_is_not_replaced_by_what_is_handed_over(
    capsys: pytest.CaptureFixture[str], project: Path, case: Path, tmp_path: Path
) -> None:
    file = handed_over(capsys, project, tmp_path)
    assert run(capsys, "review", project, "--into", case, "--subject", "Ada", *ONLY)[0] == 0
    code, _, err = run(capsys, "case", "add", case, file, "--subject", "Ada")
    assert code == 2
    assert "was looked at here already" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("no json", "not JSON"),
        ("{}", "holds no dossier"),
        ('{"schema": 1, "dossier": {"subject": "Ada"}}', "what was looked at"),
        ('{"schema": 1, "dossier": {"subject": 5}}', "damaged at dossier.subject"),
        ('{"schema": 99, "dossier": {}}', "newer Heldout"),
    ],
)
def test_a_bad_dossier_is_refused(
    capsys: pytest.CaptureFixture[str], case: Path, tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "bad.json"
    if text is not None:
        file.write_text(text)
    code, _, err = run(capsys, "case", "add", case, file, "--subject", "Ada")
    assert (code, said in err) == (2, True), err
    assert not Case.open(case).subjects


def test_a_dossier_by_another_standard_is_refused(
    capsys: pytest.CaptureFixture[str], project: Path, case: Path, tmp_path: Path
) -> None:
    file = handed_over(capsys, project, tmp_path)
    content = json.loads(file.read_text())
    content["dossier"]["evidence"][0]["competency"] = "charm"
    file.write_text(json.dumps(content))
    code, _, err = run(capsys, "case", "add", case, file, "--subject", "Ada")
    assert (code, "charm" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--author", "Ada Lovelaec"], "Did you mean: Ada Lovelace"),
        (["--author", "Zzz"], "Leave --author out to see who committed"),
        (["--check", "NONE1"], "there is no check"),
        (["--revision", "nowhere"], "nowhere"),
        (["--into", "absent"], "is no case"),
        (["--role", "king"], "there is no role"),
        (["--html", "absent/x.html"], "cannot write"),
        (["--workers", "0"], "not in the range"),
    ],
)
def test_bad_input_leaves_with_2(
    capsys: pytest.CaptureFixture[str], project: Path, arguments: list[str], said: str
) -> None:
    code, _, err = run(capsys, "review", project, *ONLY, *arguments)
    assert (code, said in err) == (2, True), err


def test_what_does_not_exist_or_is_empty_leaves_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "review", tmp_path / "absent")
    assert (code, "does not exist" in err) == (2, True)
    (tmp_path / "empty").mkdir()
    code, _, err = run(capsys, "review", tmp_path / "empty")
    assert (code, "no files" in err) == (2, True)


def test_a_fault_of_ours_leaves_with_3(
    capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("multiprocessing.process.BaseProcess.start", fail)
        code, _, err = run(capsys, "review", project, *ONLY)
    assert (code, "no worker process" in err, "Nobody was judged" in err) == (3, True, True)
    with monkeypatch.context() as patched:
        patched.setattr("heldout.report.export.write_atomically", fail)
        code, _, err = run(capsys, "review", project, "--html", tmp_path / "x.html", *ONLY)
    assert (code, "No space left" in err) == (3, True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="children are read from /proc")
@pytest.mark.parametrize(
    ("number", "whole_group", "code", "said"),
    [
        (signal.SIGINT, True, 130, b"Interrupted.\n"),  # Ctrl-C: a terminal sends it to all processes of the group
        (signal.SIGTERM, False, 143, b"Stopped.\n"),  # `kill`, or a service that is stopped: to the one process
        (signal.SIGTERM, True, 143, b"Stopped.\n"),
        (signal.SIGHUP, True, 129, b"Stopped.\n"),
    ],
)
def test_what_ends_a_review_leaves_nothing_behind(
    tmp_path: Path, number: int, whole_group: bool, code: int, said: bytes
) -> None:
    """A look that takes a minute stands for a long review."""
    (tmp_path / "work").mkdir()
    (tmp_path / "temp").mkdir()
    (tmp_path / "work" / "a.py").write_text("x = 1\n" * 60)
    script = (
        "import sys, time, heldout.sources.repository.worker as w, heldout.cli as c\n"
        "w.FileInspector.inspect = lambda self, path: time.sleep(60)\n"
        f"sys.argv[1:] = ['review', {str(tmp_path / 'work')!r}]\n"
        "c.main()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temp")}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 30
    while process.poll() is None and len(children.read_text().split()) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    workers = children.read_text().split()
    assert len(workers) == 2
    time.sleep(0.5)
    if whole_group:
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, said)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert not list((tmp_path / "temp").iterdir())


def test_names_with_markup_are_printed_as_they_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    work = tmp_path / "[red]work"
    work.mkdir()
    body = "def f(a=[]):\n    exec(a)\n" + "x = 1\n" * 60
    for name in ("[bold]x.py", "\x1b[31mred\x1b[0m.py", "a\nb.py", "<script>.py", "--help", "broken[i].py"):
        (work / name).write_text("def (" if name.startswith("broken") else body)
    page = tmp_path / "x.html"
    code, out, err = run(capsys, "review", work, "--html", page)
    assert (code, err) == (0, "")
    assert "broken[i].py" in out
    assert "\x1b" not in out
    assert "<script>" not in page.read_text()
    assert "&lt;script&gt;.py" in page.read_text()


def test_a_later_commit_can_be_reviewed(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    first = read_dossier(run(capsys, "review", project, "--json", "-", *ONLY)[1]).artifacts[0].digest
    commit(project, {"later.py": "x = 1\n"}, "Later", ADA)
    again = run(capsys, "review", project, "--json", "-", "--revision", first, *ONLY)[1]
    assert read_dossier(again).artifacts[0].digest == first
