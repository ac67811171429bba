"""Opening by name: what is accepted, and the message for what is not."""

import os
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.material import Limits, open_material

from .repos import commit, git, new_repo


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A repository behind plain HTTP on loopback, and its address."""
    repo = new_repo(tmp_path / "work")
    commit(repo, {"a.py": "1"})
    git(tmp_path, "clone", "-q", "--bare", str(repo), "served.git")
    git(tmp_path / "served.git", "update-server-info")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield tmp_path / "served.git", f"http://127.0.0.1:{http.server_port}/served.git"
        http.shutdown()
        thread.join()


def test_a_url_is_cloned_with_its_history(remote: tuple[Path, str]) -> None:
    said: list[str] = []
    with open_material(remote[1].replace("//", "//ada:s3cret@"), progress=said.append) as material:
        assert (material.name, material.kind) == ("served", "git")
        assert material.tree.read_text("a.py") == "1"
        assert "s3cret" not in repr(material)
        assert any("not encrypted" in gap.why for gap in material.gaps)
    assert said
    assert not any("s3cret" in line for line in said)


def test_a_url_that_cannot_be_cloned_gets_a_message(remote: tuple[Path, str]) -> None:
    for url, revision in ((remote[1] + "x", None), (remote[1], "nope"), (remote[1], "--upload-pack=x")):
        with pytest.raises(InputError) as caught, open_material(url, revision=revision):
            pass
        assert "s3cret" not in str(caught.value)


def test_one_file_is_a_folder_of_one(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("2")
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    with open_material(str(path)) as material:
        assert [entry.path for entry in material.tree.files] == ["a.ipynb"]
        assert material.tree.read_text("a.ipynb") == "{}"


def test_an_archive_of_a_repository_has_its_history(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1"})
    commit(repo, {"a.py": "2"})
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as archive:
        archive.add(repo, "p")
    with open_material(str(tmp_path / "p.tgz")) as material:
        assert material.has_history
        assert material.tree.read_text("a.py") == "2"


def test_an_archive_without_history(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as archive:
        archive.add(tmp_path / "a.py", "p/a.py")
    with open_material(str(tmp_path / "p.tgz")) as material:
        assert (material.kind, material.history) == ("archive", None)
        assert material.tree.digest.startswith("sha256:")


def test_what_cannot_be_reviewed_gets_a_message(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "data.csv").write_text("1")
    os.mkfifo(tmp_path / "pipe")
    for spec, text in (
        (str(tmp_path / "nothing"), "does not exist"),
        ("", "an empty name"),
        (str(tmp_path / "empty"), "no files"),
        (str(tmp_path / "data.csv"), "no archive"),
        (str(tmp_path / "pipe"), "neither a folder"),
        ("owner/name", "https://github.com/owner/name"),
        ("gopher://x/y", "only https"),
        ("https://github.com/ada", "profile"),
        ("x" * 5000, "does not exist"),
        ("a\0b", "does not exist"),
    ):
        with pytest.raises(InputError, match=text), open_material(spec):
            pass


def test_a_revision_needs_a_history(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    with pytest.raises(InputError, match="revision"), open_material(str(tmp_path), revision="main"):
        pass


def test_a_large_file_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x" * 100)
    with pytest.raises(InputError, match="larger"), open_material(str(tmp_path / "a.py"), limits=Limits(file_bytes=10)):
        pass
