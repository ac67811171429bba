"""`heldout doctor` on machines with every kind of trouble, and reviews that need none of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import heldout.sandbox.provider as providers
from heldout.sandbox import bubblewrap, probes
from heldout.sandbox.base import Guard, NoSandboxError
from tests.cli.test_standard import run
from tests.sandbox.conftest import sandbox

__all__ = ["sandbox"]


@pytest.fixture
def only_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heldout.cli.doctor.PROVIDERS", ("bubblewrap",))
    monkeypatch.setattr(providers, "PROVIDERS", ("bubblewrap",))


@pytest.fixture
def broken(only_bubblewrap: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose bubblewrap cannot make namespaces; gives back where its kernel's settings stand."""
    program = tmp_path / "usr" / "bwrap"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/") and folder.stat().st_mode & 0o011 != 0o011 and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter([program]))
    monkeypatch.setattr("heldout.sandbox.jail._program", lambda _: ([str(program)], Path("/")))
    settings = tmp_path / "settings"
    monkeypatch.setattr(bubblewrap, "_SETTINGS", settings)
    return settings


def set_to(settings: Path, name: str, value: str) -> None:
    (settings / name).parent.mkdir(parents=True, exist_ok=True)
    (settings / name).write_text(f"{value}\n")


def told(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, dict[str, Any]]:
    """(exit code, what is said, the content as JSON)."""
    code, out, err = run(capsys, "doctor", "--json", "-")
    return code, err, json.loads(out)


def test_every_guard_of_this_machine_is_shown(
    sandbox: object, only_bubblewrap: None, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "doctor")
    assert (code, err) == (0, "")
    assert "bubblewrap: can run foreign code" in out
    for name in ("namespaces", "system calls", "no network", "memory", "processes", "disk", "exact limits"):
        assert name in out
    code, _, content = told(capsys)
    assert (code, content["usable"]) == (0, ["bubblewrap"])
    guards = {guard["name"]: guard for guard in content["guards"]["bubblewrap"]}
    assert guards["no network"] == {
        "name": "no network", "present": True, "detail": "only lo inside", "mend": "", "required": True
    }  # fmt: skip


def test_the_result_is_written_to_a_file_as_well(
    sandbox: object, only_bubblewrap: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "doctor", "--json", tmp_path / "doctor.json")
    assert code == 0
    assert "can run foreign code" in out
    assert json.loads((tmp_path / "doctor.json").read_text())["usable"] == ["bubblewrap"]


def test_a_folder_that_is_not_there_is_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "doctor", "--json", tmp_path / "gone" / "doctor.json")
    assert code == 2
    assert "gone" in err


def test_apparmor_is_recognised_and_the_mend_is_told(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_to(broken, "kernel/apparmor_restrict_unprivileged_userns", "1")
    code, err, content = told(capsys)
    assert code == 3
    assert "reviews work" in err
    (guard,) = content["guards"]["bubblewrap"]
    assert not guard["present"]
    for words in (
        "AppArmor",
        "uid map: Permission denied",
        "apt install bubblewrap",
        "profile",
        "sysctl kernel.apparmor",
    ):
        assert words in guard["detail"]


def test_apparmor_that_does_not_restrict_is_not_blamed(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_to(broken, "kernel/apparmor_restrict_unprivileged_userns", "0")
    detail = told(capsys)[2]["guards"]["bubblewrap"][0]["detail"]
    assert "AppArmor" not in detail
    assert "cannot make a sandbox here" in detail
    assert "Permission denied" in detail


@pytest.mark.parametrize("setting", ["kernel/unprivileged_userns_clone", "user/max_user_namespaces"])
def test_a_kernel_that_refuses_namespaces_is_recognised(
    setting: str, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_to(broken, setting, "0")
    code, _, content = told(capsys)
    assert code == 3
    assert f"sysctl {setting.replace('/', '.')}=1" in content["guards"]["bubblewrap"][0]["detail"]


def test_a_machine_without_bubblewrap_is_told_how_to_get_it(
    only_bubblewrap: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter(()))
    code, out, err = run(capsys, "doctor")
    assert code == 3
    assert "cannot be used" in out
    assert "apt install bubblewrap" in " ".join(out.split())
    assert "Traceback" not in err


def test_a_required_guard_that_is_missing_makes_the_sandbox_useless(
    sandbox: object, only_bubblewrap: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = (Guard("system calls", False, "no filter", "use another machine"), Guard("extra", False, "", "", False))
    monkeypatch.setattr(probes, "bubblewrap_guards", lambda _: missing)
    code, out, _ = run(capsys, "doctor")
    assert code == 3
    assert "To mend: use another machine" in out


def test_a_guard_that_may_be_missing_does_no_harm(
    sandbox: object, only_bubblewrap: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("heldout.sandbox.bubblewrap.find_hierarchy", lambda: None)
    monkeypatch.setattr("heldout.sandbox.probes.find_hierarchy", lambda: None)
    code, out, _ = run(capsys, "doctor")
    assert code == 0
    assert "systemd-run" in out


def test_reviews_work_on_a_machine_without_any_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(name: str) -> object:
        raise NoSandboxError(f"{name} is not here")

    monkeypatch.setattr(providers, "open_sandbox", none)
    monkeypatch.setattr("heldout.cli.doctor.open_sandbox", none)
    assert run(capsys, "doctor")[0] == 3
    with pytest.raises(NoSandboxError, match="bubblewrap is not here; oci: oci is not here"):
        providers.find_sandbox()
    (tmp_path / "train.py").write_text("import numpy as np\n\n\ndef mean(values):\n    return np.mean(values)\n")
    assert run(capsys, "review", tmp_path)[0] == 0
