"""A whole audit of a delivery whose every program attacks: it ends with a verdict, and nothing of it is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.sources.handover.rubric import verdict
from tests.runs.auditing import audited, check
from tests.runs.index import index_of

pytestmark = pytest.mark.usefixtures("needs_sandbox")

MARK = "heldout-attacks-4711"
TRAIN = """\
import json, os, signal, subprocess, sys, threading, time
mark, canary = {mark!r}, {canary!r}
signal.signal(signal.SIGTERM, signal.SIG_IGN)


def tried(action):
    try:
        return action()
    except Exception as error:
        return error


os.makedirs("models", exist_ok=True)
with open("models/model.json", "w") as file:
    json.dump({{"slope": 2.0}}, file)
print("MAE: 0.768")
print(tried(lambda: open(canary).read()))
tried(lambda: os.symlink(canary, "models/weights.pkl"))
tried(lambda: os.mkfifo("models/metrics.json"))
tried(lambda: os.truncate(os.open("models/huge.bin", os.O_CREAT | os.O_WRONLY), 1 << 40))
tried(lambda: subprocess.Popen(["setsid", sys.executable, "-c", "import time; time.sleep(600)", mark]))


def close_folders():
    end = time.time() + 1
    while time.time() < end:
        for folder in ("models", "."):
            tried(lambda: os.chmod(folder, 0))
            tried(lambda: os.chmod(folder, 0o700))


threads = [threading.Thread(target=close_folders) for _ in range(2)]
[thread.start() for thread in threads]
sys.stdout.write("\\x1b]0;owned\\x07<script>alert(1)</script>" * 1000 + "\\n")
[thread.join() for thread in threads]
tried(lambda: os.chmod("models", 0))
tried(lambda: os.chmod(".", 0))
for _ in range(3000):
    try:
        if os.fork() == 0:
            time.sleep(600)
    except OSError:
        os._exit(0)
os._exit(0)
"""
PREDICT = "import sys\nwhile True:\n    sys.stdout.write('y' * 65536)\n"


def test_a_delivery_that_attacks_at_every_step_is_audited_to_the_end(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("a secret of this machine")
    canary.chmod(0o600)
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN.format(mark=MARK, canary=str(canary)))
    (folder / "predict.py").write_text(PREDICT)
    (folder / "passwords.csv").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(".")
    (folder / "README.md").write_text("# Slopes\n\nMAE: 0.768\n\n    python train.py\n    python predict.py\n")
    (tmp_path / "index").mkdir()
    with index_of(tmp_path / "index") as index:
        result = audited(folder, tmp_path / "kept", index)

    assert check(result, "U1").state != "pass"
    assert not verdict(result.scores, result.checks).holds
    logs = list((tmp_path / "kept" / "logs").iterdir())
    assert any("MAE: 0.768" in log.read_text("utf-8", "replace") for log in logs)
    assert all("a secret of this machine" not in log.read_text("utf-8", "replace") for log in logs)
    assert (canary.read_text(), canary.stat().st_mode & 0o777) == ("a secret of this machine", 0o600)
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if MARK in _read(path)]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
