"""A slot is one user, one folder and one control group at a time, whoever asks and however holders end."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from heldout.sandbox import cgroups, slots
from heldout.sandbox.base import Limits, SandboxFault, Space

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user for each slot")


@pytest.fixture
def own(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Slots of this test alone."""
    monkeypatch.setenv("HELDOUT_DATA", str(place / "data"))
    (place / "locks").mkdir()
    monkeypatch.setattr(slots, "_locks", lambda: place / "locks")
    monkeypatch.setattr(slots, "_here", set())
    monkeypatch.setattr(slots, "find_hierarchy", lambda: None)
    return place


def test_each_holder_has_a_slot_of_its_own(own: Path) -> None:
    with slots.lease() as one, slots.lease() as two:
        assert (one.number, two.number) == (0, 1)
        assert one.folder != two.folder
        assert one.mark != two.mark
    with slots.lease() as again:
        assert again.number == 0


def test_threads_never_share_a_slot(own: Path) -> None:
    held: set[int] = set()
    guard, together = threading.Lock(), threading.Barrier(4)

    def work(_: int) -> None:
        with slots.lease() as slot:
            with guard:
                assert slot.number not in held
                held.add(slot.number)
            (slot.folder / "mine").write_text("x")
            together.wait(60)  # four hold one at this moment
            with guard:
                held.remove(slot.number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(20)))
    assert held == set()


def test_processes_never_share_a_slot(own: Path) -> None:
    with slots.lease() as slot:
        child = os.fork()
        if child == 0:
            slots._here.clear()  # as another program, which knows nothing of ours
            with slots.lease() as other:
                os._exit(other.number)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == slot.number + 1


def test_when_all_are_taken_it_is_said(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "MOST", 3)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(slots.lease())
        with pytest.raises(SandboxFault, match="all 3 slots are taken"), slots.lease():
            pass
    with slots.lease() as slot:
        assert slot.number == 0


def test_a_slot_is_empty_before_and_after(own: Path) -> None:
    with slots.lease() as slot:
        (slot.folder / "left" / "deep").mkdir(parents=True)
        folder = slot.folder
    assert list(folder.iterdir()) == []
    (folder / "of old").touch()
    with slots.lease() as slot:
        assert list(slot.folder.iterdir()) == []


def test_nobody_else_passes_to_a_slot_s_folder(own: Path) -> None:
    with slots.lease() as slot:
        told = slot.folder.stat()
        assert told.st_mode & 0o007 == 0
        if os.geteuid() == 0:
            assert (told.st_mode & 0o777, told.st_uid, told.st_gid) == (0o710, 0, slot.user)


def test_a_failing_holder_gives_its_slot_back(own: Path) -> None:
    with pytest.raises(ZeroDivisionError), slots.lease():
        raise ZeroDivisionError
    with slots.lease() as slot:
        assert slot.number == 0


def killed_holder(fill: bool = True) -> Path:
    """A process that takes a slot, leaves something in it, and is killed; its folder."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        slots._here.clear()
        lease = slots.lease()
        slot = lease.__enter__()
        if fill:
            (slot.folder / "work").mkdir()
            if os.geteuid() == 0:
                slots.mount_memory(slot.folder / "work", Space(disk_bytes=1 << 20), slot.user)
            (slot.folder / "work" / "left").write_text("x")
        os.write(writer, os.fsencode(slot.folder))
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        return Path(os.fsdecode(told.read()))


def test_what_a_killed_holder_left_is_swept_away(own: Path) -> None:
    folder = killed_holder()
    assert (folder / "work" / "left").exists()
    slots.sweep()
    assert list(folder.iterdir()) == []
    slots.sweep()


def test_the_next_holder_clears_up_though_it_works_elsewhere(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = killed_holder()
    monkeypatch.setenv("HELDOUT_DATA", str(own / "another"))
    with slots.lease() as slot:
        assert slot.folder != folder
        assert list(folder.iterdir()) == []


def test_what_is_held_is_not_swept(own: Path) -> None:
    with slots.lease() as slot:
        (slot.folder / "mine").touch()
        slots.sweep()
        child = os.fork()
        if child == 0:
            slots._here.clear()
            slots.sweep()
            os._exit(0)
        os.waitpid(child, 0)
        assert (slot.folder / "mine").exists()


@root_only
def test_users_of_slots_are_nobody_on_this_machine() -> None:
    import pwd

    users = [slots.user_of(number) for number in range(slots.MOST)]
    assert len(set(users)) == slots.MOST
    assert not set(users) & {entry.pw_uid for entry in pwd.getpwall()}


@root_only
@pytest.mark.parametrize(
    ("ranges", "base"),
    [("0 0 4294967295\n", 2_019_000_000), ("0 100000 65536\n", 61_000), ("0 1000 1\n1 100000 65535\n", 61_000)],
)
def test_a_container_with_fewer_ids_has_slots_as_well(ranges: str, base: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda _: ranges)
    assert slots.user_of(3) == base + 3


@root_only
def test_a_container_with_too_few_ids_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda _: "0 1000 1\n")
    with pytest.raises(SandboxFault, match="65,536"):
        slots.user_of(0)


@root_only
def test_memory_file_systems_hold_what_they_were_given(place: Path) -> None:
    folder = place / "mounted"
    folder.mkdir()
    slots.mount_memory(folder, Space(disk_bytes=1 << 20, files=5), 12_345)
    try:
        told = folder.stat()
        assert (told.st_uid, told.st_mode & 0o777) == (12_345, 0o700)
        for number in range(5):
            (folder / str(number)).touch()
        with pytest.raises(OSError, match="No space"):
            (folder / "more").touch()
        with (folder / "0").open("wb", buffering=0) as file:
            assert file.write(bytes(2 << 20)) <= 1 << 20
            with pytest.raises(OSError, match="No space"):
                file.write(b"x")
    finally:
        slots.unmount(folder)
    assert list(folder.iterdir()) == []
    slots.unmount(folder)


def test_groups_of_the_same_name_are_not_shared() -> None:
    hierarchy = cgroups.find_hierarchy()
    if hierarchy is None:
        pytest.skip("this machine lets us make no control groups")
    name = f"test-{os.getpid()}"
    group = cgroups.open_group(hierarchy, name, Limits())
    try:
        with pytest.raises(SandboxFault):
            cgroups.open_group(hierarchy, name, Limits())
    finally:
        with_nothing = group.members()
        group.remove()
    assert with_nothing == set()
