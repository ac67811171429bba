"""The day whose packages an old delivery was written for."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path

from heldout.material.open import open_material
from heldout.sources.handover.discover import as_of


def commit(folder: Path, name: str, day: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(day)
    stamp = f"{day}T12:00:00+00:00"
    environment = {**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["add", "-A"], [*who, "commit", "-q", "-m", day]):
        subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)


def test_it_is_that_of_the_last_change_to_code_below_the_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    commit(tmp_path, "churn/train.py", "2022-03-21")
    commit(tmp_path, "other/train.py", "2024-05-01")
    commit(tmp_path, "churn/README.md", "2026-07-13")
    with open_material(str(tmp_path)) as material:
        assert as_of(material, "churn") == date(2022, 3, 21)
        assert as_of(material) == date(2024, 5, 1)
        assert as_of(material, "nothing") == date(2026, 7, 13)
