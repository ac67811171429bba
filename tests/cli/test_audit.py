"""`heldout audit` as users meet it: what it refuses, what it writes, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heldout.cli import main
from heldout.evidence import Case
from tests.runs.delivered import TINYSTATS, good, rented
from tests.runs.index import index_of, make_wheel


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *arguments])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name what to audit"),
        (("no-such-folder",), "does not exist"),
        ((".", "--input", "data.csv"), "PATH_IN_DELIVERY=MINE"),
        ((".", "--budget", "0"), "is no time"),
        ((".", "--budget", "nan"), "is no time"),
        ((".", "--budget", "inf"), "is no time"),
        ((".", "--html", "no/such/folder/x.html"), "no such folder"),
        ((".", "--sandbox", "magic"), "is no sandbox"),
        ((".", "--answers", "no-such-file.toml"), "cannot be read"),
        ((".", "--keep", "file.txt/inside"), "cannot be made"),
        ((".", "--ask"), "needs a terminal"),
    ],
)
def test_bad_input_is_told_with_what_to_do(
    arguments: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("")
    assert run(*arguments) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("*.audit")), "nothing is left of what was not begun"


def test_a_plan_is_written_and_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, plan = good(tmp_path / "good"), tmp_path / "plan.toml"
    assert run(str(folder), "--plan", str(plan)) == 0
    assert "python train.py" in plan.read_text()
    assert "nothing was run" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good", "plan.toml"]


def test_a_broken_plan_is_told_by_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, plan = good(tmp_path / "good"), tmp_path / "plan.toml"
    plan.write_text('version = 1\n\n[[step]]\nid = "a"\npurpose = "dance"\ncommand = "x"\n')
    assert run(str(folder), "--plan", str(plan)) == 2
    assert "plan.toml:5" in capsys.readouterr().err


def test_a_form_for_the_answers(tmp_path: Path) -> None:
    form = tmp_path / "answers.toml"
    assert run("--answers-template", str(form)) == 0
    assert "[support]" in form.read_text()


@pytest.mark.usefixtures("needs_sandbox")
def test_a_delivery_that_does_not_hold_ends_with_1_and_keeps_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "tinystats", "1.0", TINYSTATS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["case", "new", "buy", "--role", "vendor-team"])
    folder = rented(tmp_path / "rented")
    with index_of(wheels) as address:
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        code = run(str(folder), "--budget", "2", "--into", "buy", "--subject", "Acme", "--json", "result.json")
    assert code == 1
    said = capsys.readouterr().out
    assert "black box" in said
    kept = tmp_path / "rented.audit"
    assert {path.name for path in kept.iterdir()} >= {"audit.html", "audit.json", "plan.toml", "logs"}
    content = json.loads((tmp_path / "result.json").read_text())
    logs = [run_["log"] for run_ in content["audit"]["runs"]]
    assert all((kept / log).is_file() for log in logs)
    dossier = Case.open(tmp_path / "buy").dossier("Acme")
    levels = {evidence.competency for evidence in dossier.evidence}
    assert {"handover", "reproducibility", "deployment"} <= levels
