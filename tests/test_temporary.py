"""Private folders go when their block ends, and those of killed processes at the next start."""

import os
import subprocess
import sys
import time
from pathlib import Path

from heldout.temporary import temporary_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from heldout.temporary import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "copy").write_text("of a delivery")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def aged(folder: Path) -> None:
    then = time.time() - 2 * 24 * 3600
    os.utime(folder, (then, then))


def test_a_folder_is_private_and_goes_with_its_block(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "deep" / "down").mkdir(parents=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_at_the_next_start_once_it_is_old(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    with temporary_folder(tmp_path):
        assert left.exists()  # it may be somebody's who has only begun
    aged(left)
    with temporary_folder(tmp_path):
        assert not left.exists()


def test_a_folder_in_use_stays_however_old(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder:
        aged(folder)
        with temporary_folder(tmp_path):
            assert folder.exists()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "heldout-results").mkdir()
    aged(tmp_path / "heldout-results")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "heldout-private-link").symlink_to(tmp_path / "thesis")
    with temporary_folder(tmp_path):
        pass
    assert (tmp_path / "heldout-results").exists()
    assert (tmp_path / "thesis").exists()
