import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.material import Limits
from heldout.material.archive import is_archive, unpack


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo | str, bytes]], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for member, data in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return path


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tars_are_known_by_content_and_lose_a_single_top_folder(tmp_path: Path, mode: str) -> None:
    path = tar_of(tmp_path / "upload.bin", [("p/a.py", b"1"), ("p/b/c.py", b"2")], mode)
    assert is_archive(path)
    assert unpack(path, tmp_path / "out", Limits()) == ()
    assert files(tmp_path / "out") == {"a.py": b"1", "b/c.py": b"2"}


def test_a_zip_with_two_tops_keeps_them(tmp_path: Path) -> None:
    unpack(zip_of(tmp_path / "a.zip", {"a/x.py": b"1", "b/y.py": b"2"}), tmp_path / "out", Limits())
    assert set(files(tmp_path / "out")) == {"a/x.py", "b/y.py"}


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "C:/evil.py", "..\\evil.py"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for number, path in enumerate(
        (
            tar_of(tmp_path / "a.tar.gz", [(name, b"evil"), ("p/ok.py", b"1")]),
            zip_of(tmp_path / "a.zip", {name: b"evil", "p/ok.py": b"1"}),
        )
    ):
        gaps = unpack(path, inner / str(number), Limits())
        assert any("leads out" in gap.why for gap in gaps)
        assert files(inner / str(number)) == {"ok.py": b"1"}
    assert not list(tmp_path.rglob("*evil*"))


def test_links_devices_and_twins_are_not_made(tmp_path: Path) -> None:
    members: list[tuple[tarfile.TarInfo | str, bytes]] = []
    for name, kind in (("s", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("f", tarfile.FIFOTYPE), ("d", tarfile.CHRTYPE)):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        members.append((info, b""))
    members += [("s/x.py", b"through"), ("A.py", b"1"), ("a.py", b"2"), ("A.py", b"3")]
    gaps = unpack(tar_of(tmp_path / "a.tar", members, "w"), tmp_path / "out", Limits())
    assert files(tmp_path / "out") == {"s/x.py": b"through", "A.py": b"1"}
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
    assert any("upper and lower case" in gap.why for gap in gaps)


def test_a_link_in_a_zip_is_not_made(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.py", "1")
    unpack(tmp_path / "a.zip", tmp_path / "out", Limits())
    assert files(tmp_path / "out") == {"a.py": b"1"}


def test_bombs_are_refused_by_what_really_comes_out(tmp_path: Path) -> None:
    zeros = b"\0" * (64 * 1024 * 1024)
    for path in (
        zip_of(tmp_path / "a.zip", {"zeros": zeros}),
        tar_of(tmp_path / "a.tar.gz", [("zeros", zeros)]),
        tar_of(tmp_path / "a.tar.xz", [("zeros", zeros)], "w:xz"),
    ):
        with pytest.raises(InputError, match="bomb"):
            unpack(path, tmp_path / f"{path.name}.out", Limits(file_bytes=2**40))


def test_a_large_member_is_left_out_and_the_rest_unpacked(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tar.gz", [("big.csv", b"x" * 5000), ("a.py", b"1")])
    gaps = unpack(path, tmp_path / "out", Limits(file_bytes=1000))
    assert files(tmp_path / "out") == {"a.py": b"1"}
    assert "big.csv" in gaps[0].what


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"a.py": b"x" * 100, "b.py": b"x" * 100})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # both point at the first member
    path.write_bytes(data)
    with pytest.raises(InputError, match="overlap"):
        unpack(path, tmp_path / "out", Limits())


def test_encrypted_truncated_and_other_files_get_a_message(tmp_path: Path) -> None:
    good = zip_of(tmp_path / "a.zip", {"a.py": b"1" * 1000}).read_bytes()
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[good.index(b"PK\x01\x02") + 8] |= 1
    tarred = tar_of(tmp_path / "a.tar.gz", [("a.py", bytes(range(256)) * 500)]).read_bytes()
    for number, (data, text) in enumerate(
        [
            (bytes(encrypted), "encrypted"),
            (good[:-10], "broken"),
            (tarred[: len(tarred) // 2], "broken"),
            (gzip.compress(b"no tar at all"), "broken"),
            (lzma.compress(b"no tar at all"), "broken"),
            (b"just text", "no zip or tar"),
            (b"", "no zip or tar"),
        ]
    ):
        path = tmp_path / f"bad{number}"
        path.write_bytes(data)
        with pytest.raises(InputError, match=text):
            unpack(path, tmp_path / f"out{number}", Limits())


def test_too_many_members_and_long_headers_are_refused(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tar.gz", [(f"{number}.py", b"") for number in range(30)])
    with pytest.raises(InputError, match="members"):
        unpack(path, tmp_path / "out", Limits(members=20))
    with tarfile.open(tmp_path / "b.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.py")
        info.pax_headers = {"comment": "x" * (2 * 1024 * 1024)}
        archive.addfile(info, io.BytesIO())
    with pytest.raises(InputError, match="header"):
        unpack(tmp_path / "b.tar", tmp_path / "out2", Limits())


def test_an_archive_inside_is_named_and_not_unpacked(tmp_path: Path) -> None:
    gaps = unpack(zip_of(tmp_path / "a.zip", {"x/in.zip": b"PK", "y.py": b""}), tmp_path / "out", Limits())
    assert "x/in.zip" in gaps[0].what
