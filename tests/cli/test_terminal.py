"""What foreign files are called steers nobody's terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.cli.progress import TerminalProgress
from tests.cli.test_standard import run

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\nError: all is well"


def test_the_name_of_a_step_steers_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with TerminalProgress() as progress:
        progress.step(f"Building {HOSTILE}")
        progress.count(1, 2)
    said = capsys.readouterr().err
    assert "Building" in said
    for part in ("\x1b]0;", "\x1b[2J", "\x07", "\x9b", "\u202e"):
        assert part not in said


def test_long_work_tells_its_steps_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalProgress(lines=True) as progress:
        progress.step("Building the environment")
        progress.count(1, 2)
        progress.step(f"Training {HOSTILE}")
    first, second = capsys.readouterr().err.splitlines()
    assert first == "  0:00  Building the environment"
    assert "Training" in second
    assert "\x1b" not in second
    with TerminalProgress() as progress:
        progress.step("Reading")
    assert capsys.readouterr().err == ""


def test_a_message_steers_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "review", tmp_path / HOSTILE.replace("/", ""))
    assert code == 2
    assert "owned" in err
    for part in ("\x1b", "\x07", "\x9b", "\u202e"):
        assert part not in err
