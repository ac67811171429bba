"""Where an audit keeps its things: one audit at a time, and nothing forgotten for ever."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from heldout.errors import InputError, OurFault
from heldout.material import open_material
from heldout.sources.handover.shelf import Shelf, copy_delivery, opened

OLD = time.time() - 30 * 86_400


def test_two_audits_into_one_folder_are_refused(tmp_path: Path) -> None:
    audits = tmp_path / "audits"
    with (
        opened(tmp_path / "kept", audits, "one"),
        pytest.raises(InputError, match="another audit is at work"),
        opened(tmp_path / "kept", audits, "two"),
    ):
        pass
    with opened(tmp_path / "kept", audits, "two") as shelf:
        assert shelf.held.is_dir()


def test_the_same_audit_into_two_folders_shares_nothing(tmp_path: Path) -> None:
    audits = tmp_path / "audits"
    with opened(tmp_path / "a", audits, "one") as first, opened(tmp_path / "b", audits, "one") as second:
        assert first.held != second.held
    with opened(tmp_path / "a", audits, "one") as again:
        assert again.held == first.held, "an interrupted audit finds what it had built"


def test_what_was_forgotten_for_weeks_goes_and_the_rest_stays(tmp_path: Path) -> None:
    audits = tmp_path / "audits"
    folders = {name: audits / name for name in ("forgotten", "fresh")}
    for folder in folders.values():
        (folder / "environments").mkdir(parents=True)
    os.utime(folders["forgotten"], (OLD, OLD))
    with opened(tmp_path / "busy", audits, "busy") as shelf:
        os.utime(shelf.held, (OLD, OLD))
        with opened(tmp_path / "kept", audits, "one"):
            pass
        assert shelf.held.is_dir(), "it is at work"
    assert not folders["forgotten"].exists()
    assert folders["fresh"].exists()


def test_what_we_may_not_read_is_left_out_and_named() -> None:
    nobody = 65_534 if os.geteuid() == 0 else os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("given", "kept", "held"):
            (folder / part).mkdir()
        (folder / "given" / "a.py").write_text("x = 1")
        (folder / "given" / "shut.csv").write_text("a\n1\n")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody, -1)
        (folder / "given" / "shut.csv").chmod(0)
        before = os.geteuid()
        os.seteuid(nobody)
        try:
            with open_material(str(folder / "given")) as material:
                shelf = Shelf(folder / "kept", folder / "held")
                gaps = copy_delivery(material, shelf)
                assert [path.name for path in shelf.delivery.iterdir()] == ["a.py"]
        finally:
            os.seteuid(before)
    assert [gap.what for gap in gaps] == ["shut.csv"]


def test_a_log_that_cannot_be_written_is_our_fault(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder should be")
    with pytest.raises(OurFault, match="could not be written"):
        Shelf(tmp_path, tmp_path / "held").write_log("run-1", "said")
