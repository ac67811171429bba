"""A workspace keeps foreign files in a folder of limited size, and gives out what was written and nothing else."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sandbox import workspace as module
from heldout.sandbox.base import MIB, Job, Sandbox, SandboxFault, Space
from heldout.sandbox.tree import DEEPEST, remove, walk
from heldout.sandbox.workspace import Folder, open_workspace
from tests.sandbox.conftest import NOBODY, as_user

SMALL = Space(disk_bytes=4 * MIB, files=100)
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has limits that the kernel keeps")


@pytest.fixture(params=["in memory", "on disk"])
def folder(request: pytest.FixtureRequest, place: Path) -> Iterator[Folder]:
    at = place / "kept" if request.param == "on disk" else None
    with open_workspace(SMALL, at) as folder:
        yield folder


def test_what_is_written_is_read(folder: Folder) -> None:
    folder.write("a/b/c.txt", b"one")
    folder.write("a/b/c.txt", b"two")
    folder.write("./top", b"")
    assert folder.read("a/b/c.txt") == b"two"
    assert folder.names() == (("a/b/c.txt", 3), ("top", 0))
    assert folder.digest("a/b/c.txt") == hashlib.sha256(b"two").hexdigest()


@pytest.mark.parametrize("target", ["", ".", "/", "/etc/passwd", "..", "a/../../b", "a\0b", "../x"])
def test_no_path_leads_out(target: str, folder: Folder) -> None:
    for action in (folder.read, folder.digest, lambda target: folder.write(target, b"x")):
        with pytest.raises(InputError):
            action(target)


def test_an_empty_path_is_not_removed(folder: Folder) -> None:
    folder.write("kept", b"x")
    for target in ("..", "/", "../kept"):
        with pytest.raises(InputError):
            folder.remove(target)
    assert folder.names() == (("kept", 1),)


def test_a_folder_of_ours_is_put_in_with_its_modes(folder: Folder, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "empty").mkdir(parents=True)
    (source / "run").write_text("x")
    (source / "run").chmod(0o700)
    (source / "plain").write_text("y")
    (source / "plain").chmod(0o4600)
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    folder.put(source, "there")
    assert folder.names() == (("there/plain", 1), ("there/run", 1))
    assert (folder.path / "there" / "empty").is_dir()
    modes = {name: (folder.path / "there" / name).stat() for name in ("run", "plain")}
    assert modes["run"].st_mode & 0o7777 == 0o755
    assert modes["plain"].st_mode & 0o7777 == 0o644
    assert modes["run"].st_uid == folder.slot.user
    folder.put(source / "plain", "file")
    assert folder.read("file") == b"y"
    folder.put(tmp_path / "source" / "empty", "nothing")
    assert (folder.path / "nothing").is_dir()


def test_links_are_neither_followed_nor_listed(folder: Folder, place: Path) -> None:
    (place / "outside").mkdir()
    (place / "outside" / "secret").write_text("secret")
    (folder.path / "link").symlink_to(place / "outside" / "secret")
    (folder.path / "folder").symlink_to(place / "outside")
    for target in ("link", "folder/secret"):
        for action in (folder.read, folder.digest):
            with pytest.raises(InputError):
                action(target)
    with pytest.raises(InputError):
        folder.write("folder/made", b"x")
    with pytest.raises(InputError):
        folder.put(place / "outside", "folder/deeper")
    folder.remove("folder/secret")
    folder.remove("folder")
    assert folder.names() == ()
    assert [path.name for path in (place / "outside").iterdir()] == ["secret"]


def test_a_hard_link_is_not_a_file_of_its_own(folder: Folder) -> None:
    folder.write("one", b"x")
    os.link(folder.path / "one", folder.path / "two")
    with pytest.raises(InputError):
        folder.read("one")


def test_a_file_that_is_too_long_is_not_read(folder: Folder) -> None:
    folder.write("long", b"x" * 1000)
    assert folder.read("long", 1000) == b"x" * 1000
    with pytest.raises(InputError, match="at most 999"):
        folder.read("long", 999)


def test_a_hole_is_not_hashed(folder: Folder) -> None:
    with (folder.path / "hole").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match="more than the workspace can hold"):
        folder.digest("hole")


@root_only
def test_what_does_not_fit_is_said() -> None:
    with open_workspace(SMALL) as folder:
        with pytest.raises(InputError, match="does not fit"):
            folder.write("big", b"x" * (5 * MIB))
        for number in range(98):
            folder.write(f"d/{number}", b"")
        with pytest.raises(InputError, match="does not fit"):
            folder.write("d/and/one/more", b"")


def test_a_look_from_outside_tells_that_a_folder_on_disk_is_full(place: Path) -> None:
    with open_workspace(SMALL, place / "kept") as folder:
        folder.write("big", b"x" * (3 * MIB))
        assert not folder.full()
        folder.write("more", b"x" * (2 * MIB))
        assert folder.full()


def test_a_full_workspace_is_seen(folder: Folder) -> None:
    assert not folder.full()
    folder.write("big", b"x" * (4 * MIB - 8192))
    size, files = folder.used()
    assert 4 * MIB - 16_384 < size <= 4 * MIB
    assert files == 1
    with (folder.path / "more").open("wb") as file:
        try:
            file.write(b"x" * (16_384))
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            pass
    assert folder.full()


def test_too_many_files_are_seen(folder: Folder) -> None:
    for number in range(150):
        try:
            (folder.path / str(number)).touch()
        except OSError:
            break
    assert folder.full()


def test_what_is_too_deep_to_be_counted_makes_it_full(place: Path) -> None:
    with open_workspace(Space(disk_bytes=64 * MIB, files=10_000), place / "kept") as folder:
        dig(folder.path, DEEPEST - 10)
        assert not folder.full()
        remove(next(folder.path.iterdir()))
        dig(folder.path, DEEPEST + 10)
        assert folder.full()
        remove(next(folder.path.iterdir()))
        assert folder.used() == (0, 0)


def dig(folder: Path, depth: int) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)


@root_only
def test_a_kept_workspace_is_the_user_s_while_it_is_open_and_ours_afterwards(place: Path) -> None:
    at = place / "kept"
    with open_workspace(SMALL, at) as folder:
        folder.write("d/file", b"x")
        (folder.path / "d" / "link").symlink_to("/etc/passwd")
        assert {owner(path) for path in (at, at / "d", at / "d" / "file")} == {folder.slot.user}
    assert {owner(path) for path in (at, at / "d", at / "d" / "file", at / "d" / "link")} == {0}
    assert owner(Path("/etc/passwd")) == 0
    with open_workspace(SMALL, at) as folder:
        assert owner(at / "d" / "file") == folder.slot.user


def owner(path: Path) -> int:
    return path.lstat().st_uid


@root_only
def test_a_kept_workspace_in_a_closed_folder_is_refused(place: Path) -> None:
    (place / "shut").mkdir(mode=0o700)
    with pytest.raises(SandboxFault, match="closed to other users"), open_workspace(SMALL, place / "shut" / "kept"):
        pass


@root_only
def test_a_machine_that_lets_nobody_mount_watches_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(module, "mount_memory", refuse)
    with open_workspace(SMALL) as folder:
        assert not folder.exact
        assert owner(folder.path) == folder.slot.user
        folder.write("x", b"x")
        path = folder.path
    assert not path.exists()


def test_walking_through_what_changes_meanwhile_does_not_lead_out(place: Path) -> None:
    (place / "tree" / "a" / "b").mkdir(parents=True)
    (place / "tree" / "a" / "b" / "inside").touch()
    (place / "outside").mkdir()
    (place / "outside" / "secret").touch()
    (place / "tree" / "link").symlink_to(place / "outside")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for one, other in (("a", "x"), ("link", "a"), ("a", "link"), ("x", "a")):
                (place / "tree" / one).rename(place / "tree" / other)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(300):
            assert not [path for path, _, _ in walk(place / "tree") if "secret" in path]
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: (folder / "file").write_text("x"),
        lambda folder: (folder / "link").symlink_to("/etc"),
        lambda folder: os.mkfifo(folder / "pipe"),
        lambda folder: dig(folder, 900),
        lambda folder: [(folder / f"{number}").mkdir() for number in range(500)],
        lambda folder: (folder / ("a" * 255)).touch(),
        lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n")).touch(),
    ],
)
def test_everything_can_be_removed(make: Callable[[Path], object], place: Path) -> None:
    (place / "tree" / "inner").mkdir(parents=True)
    make(place / "tree" / "inner")
    (place / "tree" / "inner").chmod(0o500)
    (place / "tree").chmod(0)
    os.chown(place / "tree", os.geteuid(), os.getegid())
    remove(place / "tree")
    assert list(place.iterdir()) == []
    remove(place / "tree")  # it need not be there


@root_only
def test_an_ordinary_user_can_remove_what_was_closed_to_its_owner(place: Path) -> None:
    place.chmod(0o777)
    child = os.fork()
    if child == 0:
        os.setresuid(NOBODY, NOBODY, NOBODY)
        try:
            (place / "tree" / "inner").mkdir(parents=True)
            (place / "tree" / "inner" / "file").touch()
            (place / "tree" / "inner").chmod(0)
            (place / "tree").chmod(0o500)
            assert [path for path, _, _ in walk(place / "tree")] == ["inner", "inner/file"]
            (place / "tree" / "inner").chmod(0o100)
            remove(place / "tree")
            os._exit(0 if list(place.iterdir()) == [] else 1)
        except BaseException:  # noqa: BLE001 - told by the exit code
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@root_only
@pytest.mark.parametrize("closing", ["once", "again and again"])
def test_what_a_program_closes_to_its_own_user_is_counted_or_told(closing: str, place: Path) -> None:
    def counted(_: Sandbox, place: Path) -> None:
        with open_workspace(SMALL, place / "kept") as folder:
            folder.write("inner/file", b"x" * 8192)
            inner = place / "kept" / "inner"
            inner.chmod(0o400)  # can be listed, and nothing in it can be asked for
            if closing == "once":
                assert folder.names() == (("inner/file", 8192),)
                assert folder.used() == (8192 + inner.stat().st_blocks * 512, 2)
                assert not folder.full()
                return
            over = threading.Event()

            def close() -> None:
                while not over.is_set():
                    inner.chmod(0)
                    inner.chmod(0o400)

            thread = threading.Thread(target=close)
            thread.start()
            try:
                for _ in range(300):
                    folder.full()
                    folder.names()
            finally:
                over.set()
                thread.join()

    as_user(counted, place)


@root_only
@pytest.mark.parametrize("shut", [".", "inner", "inner/deeper"])
def test_what_a_program_closed_to_its_own_user_can_still_be_used(shut: str, place: Path) -> None:
    def used(sandbox: Sandbox, place: Path) -> None:
        (place / "ours").write_text("ours")
        with sandbox.workspace(SMALL) as space:
            space.write("inner/deeper/file", b"x")

            def close() -> None:
                done = sandbox.run(Job(("/bin/chmod", "0", f"/work/{shut}"), space))
                assert done.verdict == "ok"

            close()
            assert space.names() == (("inner/deeper/file", 1),)
            close()
            assert list(space.stamps()) == ["inner/deeper/file"]
            close()
            assert space.used()[1] == 3
            close()
            assert space.read("inner/deeper/file") == b"x"
            close()
            space.write("inner/deeper/file", b"fresh")
            close()
            space.put(place / "ours", "inner/deeper/ours")
            assert space.digest("inner/deeper/file") == hashlib.sha256(b"fresh").hexdigest()
            close()
            space.remove("inner/deeper/file")
            assert space.names() == (("inner/deeper/ours", 4),)

    as_user(used, place)


@root_only
def test_a_closed_folder_that_turns_into_a_link_while_we_look_is_passed_over(place: Path) -> None:
    def looked(_: Sandbox, place: Path) -> None:
        (place / "kept" / "closed").mkdir(parents=True)
        (place / "kept" / "closed").chmod(0)
        (place / "kept" / "link").symlink_to("/etc")
        over = threading.Event()

        def swap() -> None:
            while not over.is_set():
                for old, new in (("closed", "aside"), ("link", "closed"), ("closed", "link"), ("aside", "closed")):
                    (place / "kept" / old).rename(place / "kept" / new)
                (place / "kept" / "closed").chmod(0)

        thread = threading.Thread(target=swap)
        thread.start()
        try:
            for _ in range(3_000):
                assert all("/" not in path for path, _, _ in walk(place / "kept", []))
        finally:
            over.set()
            thread.join()

    as_user(looked, place)


def test_a_link_to_a_folder_is_removed_and_not_the_folder(place: Path) -> None:
    (place / "kept").mkdir()
    (place / "kept" / "file").touch()
    (place / "link").symlink_to(place / "kept")
    remove(place / "link")
    assert (place / "kept" / "file").exists()
