"""What tests of the scripts that run inside share: a folder of files, and a Python that runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from heldout.sources.handover.observation import Observation
from heldout.sources.handover.watching import read_observation

TOOLS = Path(str(files("heldout.sources.handover"))) / "inside"


def run(
    folder: Path, *arguments: str, python: str = sys.executable, watch: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A Python with nothing in its environment but what is told, in this folder; watched into `.watch` if asked."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    if watch:
        variables |= {"PYTHONPATH": str(TOOLS / "watch"), "HELDOUT_WATCH": str(folder / ".watch")}
    return subprocess.run(
        [python, *arguments],
        cwd=folder,
        env={**variables, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def watched(folder: Path, code: str, name: str = "train.py") -> Observation:
    """What the watch saw of a script, which has to run through."""
    (folder / name).write_text(code, encoding="utf-8")
    done = run(folder, name, watch=True)
    assert done.returncode == 0, done.stderr
    seen = read_observation({path.name: path.read_bytes() for path in (folder / ".watch").glob("*")})
    assert seen is not None
    return seen
