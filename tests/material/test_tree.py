import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.errors import InputError
from heldout.material import Limits, Tree, UnreadableError, decode
from heldout.material.scan import scan_folder


def scan(folder: Path, **caps: int) -> Tree:
    return scan_folder(folder, "folder", Limits(**caps))


def whys(tree: Tree) -> str:
    return " | ".join(f"{gap.what}: {gap.why}" for gap in tree.gaps)


def test_lists_files_sorted_with_sizes_and_reads_them(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.py").write_text("x = 1\r\ny = 2\r")
    (tmp_path / "a.txt").write_text("hi")
    (tmp_path / "a.txt").chmod(0o755)
    tree = scan(tmp_path)
    assert [(entry.path, entry.size, entry.executable) for entry in tree.files] == [
        ("a.txt", 2, True),
        ("b/two.py", 13, False),
    ]
    assert tree.read_text("b/two.py") == "x = 1\ny = 2\n"
    assert tree.gaps == ()
    assert pickle.loads(pickle.dumps(tree)).read_bytes("a.txt") == b"hi"


def test_digest_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = scan(tmp_path).digest
    assert scan(tmp_path).digest == first
    (tmp_path / "a.py").write_text("2")
    assert scan(tmp_path).digest != first


def test_links_are_listed_and_never_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "passwd").symlink_to("/etc/passwd")
    (root / "cycle").symlink_to(".")
    (root / "a.py").write_text("1")
    tree = scan(root)
    assert [entry.path for entry in tree.files] == ["a.py", "cycle", "passwd"]
    assert "symbolic link" in whys(tree)
    with pytest.raises(UnreadableError):
        tree.read_bytes("passwd")


def test_a_folder_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret"
    (root / "sub").mkdir(parents=True)
    secret.mkdir()
    (root / "sub" / "a.py").write_text("1")
    (secret / "a.py").write_text("secret")
    tree = scan(root)
    (root / "sub" / "a.py").unlink()
    (root / "sub").rmdir()
    (root / "sub").symlink_to(secret)
    with pytest.raises(UnreadableError):
        tree.read_bytes("sub/a.py")


def test_a_pipe_is_left_out_and_one_that_appears_later_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "a.py").write_text("1")
    tree = scan(tmp_path)
    assert [entry.path for entry in tree.files] == ["a.py"]
    assert "pipe.py" in whys(tree)
    (tmp_path / "a.py").unlink()
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(UnreadableError):
        tree.read_bytes("a.py")


def test_a_sparse_giant_is_listed_but_only_its_head_is_read(tmp_path: Path) -> None:
    with (tmp_path / "giant.csv").open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(10 * 1024**3)
    tree = scan(tmp_path)
    assert tree.files[0].size == 10 * 1024**3
    assert "giant.csv" in whys(tree)
    with pytest.raises(UnreadableError):
        tree.read_text("giant.csv")
    assert tree.read_bytes("giant.csv", limit=4) == b"a,b\n"


def test_too_many_files_keep_the_code_and_make_one_gap(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for number in range(300):
        (data / f"{number:04}.png").touch()
    (tmp_path / "src" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "src" / "deep" / "er" / "model.py").write_text("1")
    tree = scan(tmp_path, files=100)
    assert len(tree.files) == 100
    assert "src/deep/er/model.py" in tree
    assert len(tree.gaps) == 1
    assert "more than 100 files" in tree.gaps[0].why


def test_too_many_names_stop_the_listing(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.py").touch()
    tree = scan(tmp_path, entries=50)
    assert len(tree.files) == 50
    assert "more than 50 names" in whys(tree)


def test_too_many_bytes_in_all_keep_code_first(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x" * 900)
    (tmp_path / "z.py").write_bytes(b"x" * 900)
    tree = scan(tmp_path, total_bytes=1000)
    assert {entry.path: entry.readable for entry in tree.files} == {"a.bin": False, "z.py": True}


def test_folders_that_are_too_deep_or_not_the_projects_own_are_named(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "deep.py").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").touch()
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "env" / "x.py").touch()
    (tmp_path / "top.py").touch()
    tree = scan(tmp_path, depth=3)
    assert [entry.path for entry in tree.files] == ["top.py"]
    for part in ("a/b/c", "node_modules", "env"):
        assert part in whys(tree)


def test_names_that_are_no_text_are_escaped_and_still_read(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9\x1b[31m.py"
    with open(raw, "wb") as file:  # noqa: PTH123 - a name of bytes has no Path
        file.write(b"1")
    tree = scan(tmp_path)
    assert tree.files[0].path == "caf\\xe9\\x1b[31m.py"
    tree.files[0].path.encode("utf-8")
    assert tree.read_text(tree.files[0].path) == "1"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx", "x"),
        ("é".encode("utf-16"), "é"),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né"),
        (b"# coding: no-such-codec\nx", "# coding: no-such-codec\nx"),
        (b"# coding: rot13\nx", "# coding: rot13\nx"),
        (b"# coding: punycode\nx", "# coding: punycode\nx"),
        (b"caf\xe9", "café"),
    ],
)
def test_text_is_decoded_as_python_would_and_else_as_well_as_can_be(data: bytes, text: str) -> None:
    assert decode(data) == text


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"# coding: utf-7\n", b"# coding: unicode_escape\n", b"\xff\xfe"])
)
def test_decoding_never_fails(data: bytes, start: bytes) -> None:
    assert "\r" not in decode(start + data)


def test_a_missing_folder_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        scan(tmp_path / "nothing")
