"""`heldout standard` and the frame around every command, as a user meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import heldout.cli
from heldout.cli import main
from heldout.errors import InputError, OurFault

ROLE = """\
id: fraud-engineer
name: Fraud engineer
version: "2026.1"
summary: Finds fraud.
domain: payments
business_goal: Less fraud.
requires:
  craft: {weight: 1, bar: 3}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "standard")
    assert (code, err) == (0, "")
    for name in ("wrangling", "Statistical thinking", "ml-engineer-senior", "vendor-team"):
        assert name in out


def test_one_competency_with_its_anchors(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "standard", "craft")
    assert code == 0
    rows = [line.split()[0] for line in out.splitlines() if line.startswith(tuple(f"   {n} " for n in range(1, 6)))]
    assert rows == list("12345")
    assert "A stranger can change it safely" in out


def test_a_role_with_its_bars(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "standard", "--role", "ml-engineer-mid")
    assert code == 0
    row = next(line for line in out.splitlines() if "Statistical thinking" in line)
    assert "12%" in row
    assert row.rstrip().endswith("········│········"), "the bar 3 stands in the middle of the scale"
    assert "Not asked for: Domain understanding, Handover" in out


def test_machine_readable(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert len(json.loads(run(capsys, "standard", "--json", "-")[1])["competencies"]) == 16
    assert json.loads(run(capsys, "standard", "craft", "--json", "-")[1])["anchors"]["3"].startswith("A package")
    run(capsys, "standard", "--role", "vendor-team", "--json", tmp_path / "role.json")
    role = json.loads((tmp_path / "role.json").read_text())
    assert len(role["identity"]["digest"]) == 64
    assert sum(role["weights"].values()) == pytest.approx(1)
    code, _, err = run(capsys, "standard", "--json", tmp_path / "no" / "file.json")
    assert code == 2
    assert "cannot write" in err


@pytest.mark.parametrize(("kind", "key"), [("competencies", "competencies"), ("role", "requires")])
def test_schemas(capsys: pytest.CaptureFixture[str], kind: str, key: str) -> None:
    schema = json.loads(run(capsys, "standard", "--schema", kind)[1])
    assert schema["additionalProperties"] is False
    assert key in schema["required"]


def test_own_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "fraud.yaml"
    path.write_text(ROLE)
    assert run(capsys, "standard", "--check", path)[:2] == (
        0,
        f"{path}: the role fraud-engineer, version 2026.1, is right.\n",
    )
    assert "Fraud engineer" in run(capsys, "standard", "--role", path)[1]
    assert "Fraud engineer" in run(capsys, "standard", "--standard", tmp_path, "--role", "fraud-engineer")[1]
    path.write_text(ROLE.replace("bar: 3", "bar: 7").replace("craft", "crafts"))
    code, out, err = run(capsys, "standard", "--check", path)
    assert (code, out) == (2, "")
    assert f"{path}:8:3: there is no competency `crafts`" in err
    assert f"{path}:8:28: `requires.crafts.bar` must be 5.0 or less" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["standard", "crft"], "did you mean `craft`"),
        (["standard", "--role", "nobody"], "there is no role `nobody`"),
        (["standard", "craft", "--role", "vendor-team"], "choose one of"),
        (["standard", "--schema", "x"], "is not one of"),
        (["standard", "--check", "absent.yaml"], "cannot read absent.yaml"),
        (["nothing"], "No such command"),
        (["--nothing"], "No such option"),
        (["standard", "--json"], "requires an argument"),
    ],
)
def test_bad_input_leaves_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "standard" in out
    assert "case" in out
    assert run(capsys, "--version")[1].startswith("heldout, version ")


def test_every_command_loads_and_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    names = heldout.cli.heldout.list_commands(click.Context(heldout.cli.heldout))
    for name in names:
        code, out, _ = run(capsys, name, "--help")
        assert code == 0
        assert "Usage: heldout" in out


def test_help_imports_no_command() -> None:
    program = (
        "import sys, heldout.cli\n"
        "try: heldout.cli.main(['--help'])\n"
        "except SystemExit: print({'yaml', 'rich', 'pydantic'} & set(sys.modules) or 'light')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("light\n")


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make `heldout standard` raise."""

    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setattr("heldout.cli.standard.command", command)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("no such thing; mend it"), 2, "Error: no such thing; mend it\n"),
        (OurFault("the disk is full"), 3, "A fault of ours, not of what you gave: the disk is full\n"),
        (ZeroDivisionError("by zero"), 3, "ZeroDivisionError: by zero\n"),
        (PermissionError(13, "denied"), 3, "A fault of ours"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (BrokenPipeError(), 141, ""),
        (click.ClickException("bad"), 2, "Error: bad"),
    ],
)
def test_whose_fault_it_is(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:

    broken(monkeypatch, error)
    kept = os.dup(1)
    try:
        got, _, err = run(capfd, "standard")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert got == code
    assert said in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:

    broken(monkeypatch, ZeroDivisionError("by zero"))
    code, _, err = run(capsys, "--debug", "standard")
    assert code == 3
    assert "Traceback" in err
    assert "Please report it" in err


@pytest.mark.parametrize("arguments", [["standard"], ["standard", "--json", "-"]])
def test_a_reader_who_leaves_is_no_fault(arguments: list[str]) -> None:
    program = "import heldout.cli; heldout.cli.main()"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
