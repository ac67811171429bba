"""`heldout audit`, ended in the middle of a training: nothing runs on, and the next start takes it up again."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heldout.sandbox.cgroups import find_hierarchy
from tests.runs.delivered import TINYSTATS, TRAIN, good
from tests.runs.index import index_of, make_wheel

pytestmark = pytest.mark.usefixtures("needs_sandbox")


class Command:
    """The installed command on one delivery whose training takes a second, in a session of its own."""

    def __init__(self, folder: Path, index: str) -> None:
        self.mark = f"train_{secrets.token_hex(8)}.py"
        self.kept, self.temporary, self.told = folder / "kept", folder / "temporary", folder / "told.json"
        self.temporary.mkdir(mode=0o755)
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "UV_DEFAULT_INDEX": index}
        delivery = good(folder / "delivery")
        for name in ("predict.py", "serve.py", "test_line.py", "train.py"):
            (delivery / name).unlink()
        (delivery / self.mark).write_text(TRAIN.replace("def main():\n", "def main():\n    time.sleep(1)\n", 1))
        script = (delivery / self.mark).read_text()
        (delivery / self.mark).write_text(script.replace("import json\n", "import json\nimport time\n", 1))
        (delivery / "README.md").write_text(
            f"# Prices\n\n    pip install -r requirements.txt\n    python {self.mark}\n"
        )
        self.arguments = ("audit", str(delivery), "--keep", str(self.kept), "--json", str(self.told))

    def start(self) -> subprocess.Popen[bytes]:
        command = Path(sys.executable).with_name("heldout")
        return subprocess.Popen(
            # What a shell starts in the background, these tests for example, ignores Ctrl-C, and so would this.
            ["/usr/bin/env", "--default-signal=INT", command, *self.arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def running(self) -> list[int]:
        """Processes of its training, wherever they run."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and self.mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


def wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        assert process is None or process.poll() is None, process.communicate() if process else ""
        time.sleep(0.02)


def groups_of(processes: list[int]) -> dict[Path, int]:
    """The control groups of ours that these processes are in, each with its inode: the next run makes another."""
    found = {}
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        for line in lines:
            _, controllers, path = line.split(":", 2)
            roots = [Path("/sys/fs/cgroup"), *(Path("/sys/fs/cgroup") / name for name in (controllers, "unified"))]
            for place in (root / path.lstrip("/") for root in roots):
                if "heldout-" in path and place.is_dir():
                    found[place] = place.stat().st_ino
    return found


def lives(group: Path, inode: int) -> bool:
    try:
        return group.stat().st_ino == inode
    except FileNotFoundError:
        return False


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the users of a sandbox may pass, which pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="heldout-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.parametrize(
    ("number", "whole_group", "code", "said"),
    [
        (signal.SIGINT, True, 130, b"Interrupted.\n"),  # Ctrl-C: a terminal sends it to all processes of the group
        (signal.SIGTERM, False, 143, b"Stopped.\n"),  # `kill`: to the one process
    ],
)
def test_what_ends_an_audit_leaves_nothing_running_and_is_taken_up_again(
    place: Path, number: int, whole_group: bool, code: int, said: bytes
) -> None:
    (place / "index").mkdir()
    make_wheel(place / "index", "tinystats", "1.0", TINYSTATS)
    with index_of(place / "index") as index:
        command = Command(place, index)
        process = command.start()
        wait_for((command.kept / "steps" / "4-run.json").exists, process)
        groups: dict[Path, int] = {}

        def under_way() -> bool:  # the second training, of five, in its control group where there are any
            running = command.running()
            groups.update(groups_of(running))
            return bool(running) and bool(groups) == bool(find_hierarchy())

        wait_for(under_way, process)
        (os.killpg if whole_group else os.kill)(process.pid, number)
        _, err = process.communicate(timeout=60)

        assert (process.returncode, err.endswith(said)) == (code, True), err
        assert b"the same command goes on from there" in err
        assert not command.running()
        assert not [group for group, inode in groups.items() if lives(group, inode)]
        assert not list(command.temporary.iterdir())
        kept = sorted(path.name for path in (command.kept / "steps").iterdir())
        assert kept == ["1-static.json", "2-build.json", "2-image.json", "3-train.json", "4-run.json"]
        logs = {path: path.stat().st_mtime_ns for path in (command.kept / "logs").iterdir()}

        process = command.start()
        process.communicate(timeout=120)
    assert process.returncode in (0, 1)
    first = [path for path in logs if path.name.startswith(("build-", "train-1-"))]
    assert len(first) >= 2
    assert all(path.stat().st_mtime_ns == logs[path] for path in first), "what was done is not done again"
    trained = next(c for c in json.loads(command.told.read_text())["audit"]["checks"] if c["id"] == "T1")
    assert (trained["state"], trained["measured"]["rounds"]) == ("pass", 5)
