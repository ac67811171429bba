import hashlib
import io
import json
import tarfile
import zipfile

import pytest

from heldout.errors import InputError
from heldout.material import Limits, open_material
from heldout.material.http import download, get
from heldout.material.pypi import find_release

from .forges import Served, Server


def sdist(text: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("p-1/p.py")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def wheel() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("p/__init__.py", "x = 1")
        archive.writestr("p-4.dist-info/METADATA", "Name: p")
    return out.getvalue()


@pytest.fixture
def index(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("HELDOUT_INDEX", f"{server.url}/simple/")
    files = []
    for name, data, more in (
        ("p-1.0.tar.gz", sdist("one"), {}),
        ("p-2.0.tar.gz", sdist("two"), {}),
        ("p-2.0-py3-none-any.whl", wheel(), {}),
        ("p-3.0.tar.gz", sdist("three"), {"yanked": "broken"}),
        ("p-4.0rc1.tar.gz", sdist("four"), {}),
    ):
        server.answers[f"/files/{name}"] = Served(body=data)
        sha = hashlib.sha256(data).hexdigest()
        files.append({"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": sha}, **more})
    body = json.dumps({"meta": {"api-version": "1.0"}, "name": "p", "files": files}).encode()
    server.answers["/simple/p/"] = Served(body=body, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"})
    return server


@pytest.mark.parametrize(
    ("spec", "text"), [("p", "two"), ("P==1.0", "one"), ("p==3.0", "three"), ("p==4.0rc1", "four")]
)
def test_the_newest_fitting_sdist_is_unpacked(index: Server, spec: str, text: str) -> None:
    with open_material(f"pypi:{spec}") as material:
        assert (material.kind, material.has_history) == ("sdist", False)
        assert material.tree.read_text("p.py") == text
        assert any("no git history" in gap.why for gap in material.gaps)


@pytest.mark.parametrize("spec", ["nobody", "p==9", "p @ https://example.org/x", "../../x", "", "p; extra == 'a'"])
def test_what_is_not_there_gets_a_message(index: Server, spec: str) -> None:
    with pytest.raises(InputError), open_material(f"pypi:{spec}"):
        pass


def test_an_html_index_and_a_wheel_will_do(index: Server) -> None:
    data = wheel()
    sha = hashlib.sha256(data).hexdigest()
    index.answers["/files/w-4-py3-none-any.whl"] = Served(body=data)
    page = f'<!doctype html><a href="/files/w-4-py3-none-any.whl#sha256={sha}">w</a><a>no link</a>'
    index.answers["/simple/w/"] = Served(body=page.encode(), headers={"Content-Type": "text/html"})
    with open_material("pypi:w") as material:
        assert material.kind == "wheel"
        assert "p/__init__.py" in material.tree
        assert any("only a wheel" in gap.why for gap in material.gaps)


def test_another_file_than_was_promised_is_refused(index: Server) -> None:
    index.answers["/files/p-2.0.tar.gz"] = Served(body=sdist("evil"))
    with pytest.raises(InputError, match="SHA-256"), open_material("pypi:p"):
        pass


def test_downloads_are_capped(index: Server) -> None:
    with pytest.raises(InputError, match="larger"), open_material("pypi:p", limits=Limits(download_bytes=10)):
        pass


def test_plain_http_is_for_this_machine_alone(server: Server) -> None:
    with pytest.raises(InputError, match="only https"):
        get("http://example.org/simple/")
    server.answers["/to"] = Served(302, headers={"Location": "http://example.org/"})
    with pytest.raises(InputError, match="only https"):
        get(f"{server.url}/to")
    server.answers["/circle"] = Served(302, headers={"Location": "/circle"})
    with pytest.raises(InputError, match="circle"):
        get(f"{server.url}/circle")


def test_a_server_that_is_not_there_or_errs(server: Server, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELDOUT_INDEX", "http://127.0.0.1:9/simple")
    with pytest.raises(InputError, match="cannot be reached"):
        find_release("p")
    server.answers["/bad"] = Served(500)
    with pytest.raises(InputError, match="500"):
        download(f"{server.url}/bad", tmp_path / "x", cap=10, seconds=5)
    server.answers["/simple/p/"] = Served(body=b"{", headers={"Content-Type": "application/json"})
    with pytest.raises(InputError, match="JSON"):
        find_release("p", f"{server.url}/simple")
