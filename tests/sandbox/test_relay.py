"""The relay shows the index to programs inside: read-only, of a day if asked, and never fooled by who asks."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from heldout.sandbox import index as upstream
from heldout.sandbox.base import SandboxFault
from heldout.sandbox.index import UndatedFault, trim
from heldout.sandbox.relay import Relay, check_index, relay
from tests.sandbox.packages import JSON, LocalIndex, local_index, sdist, wheel

OLD, NEW = "2021-05-01T10:00:00Z", "2023-05-01T10:00:00Z"


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    with local_index() as index:
        index.add(wheel("thing", "1.0"), OLD)
        index.add(wheel("thing", "2.0"), NEW, requires_python=">=3.8")
        yield index


@pytest.fixture
def running(index: LocalIndex, tmp_path: Path) -> Iterator[Relay]:
    with relay(tmp_path / "cache", index.address) as running:
        yield running


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("inside", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def ask(running: Relay, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = _Connection(running.socket)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def listed(running: Relay, path: str) -> list[dict[str, object]]:
    status, body, _ = ask(running, path, Accept=JSON)
    assert status == 200, body
    return list(json.loads(body)["files"])


def names(running: Relay, path: str) -> list[object]:
    return [entry["filename"] for entry in listed(running, path)]


def test_a_listing_leads_to_files_by_addresses_of_ours(running: Relay, index: LocalIndex) -> None:
    files = listed(running, "/simple/thing/")
    assert [entry["filename"] for entry in files] == ["thing-1.0-py3-none-any.whl", "thing-2.0-py3-none-any.whl"]
    assert files[1]["requires-python"] == ">=3.8"
    status, body, _ = ask(running, str(files[0]["url"]))
    assert (status, body) == (200, index.content["thing-1.0-py3-none-any.whl"])
    assert running.record.bytes_sent == len(body)
    assert b"127.0.0.1" not in ask(running, "/simple/thing/", Accept=JSON)[1]


def test_an_installer_without_json_gets_a_page(running: Relay) -> None:
    status, body, headers = ask(running, "/simple/thing/")
    assert (status, headers["Content-Type"]) == (200, "text/html")
    assert b'data-requires-python="&gt;=3.8"' in body
    assert b"#sha256=" in body


@pytest.mark.parametrize("asked", ["thing", "Thing", "THING"])
def test_a_name_is_written_in_many_ways(asked: str, running: Relay, index: LocalIndex) -> None:
    index.files["other-thing"] = {}
    assert len(names(running, f"/simple/{asked}/")) == 2
    assert names(running, "/simple/Other_.Thing/") == []


def test_an_index_that_speaks_html_alone_is_read(running: Relay, index: LocalIndex) -> None:
    index.speaks_json = False
    index.add(wheel("local", "1.0+cpu"), yanked="bad")
    files = listed(running, "/simple/local/")
    assert files[0]["filename"] == "local-1.0+cpu-py3-none-any.whl"
    assert files[0]["yanked"] == "bad"
    assert ask(running, str(files[0]["url"]))[1] == index.content["local-1.0+cpu-py3-none-any.whl"]


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2021-04-30", 0), ("2021-05-01", 1), ("2023-04-30", 1), ("2023-05-01", 2), ("2030-01-01", 2)],
)
def test_the_index_is_shown_as_of_the_end_of_a_day(day: str, shown: int, running: Relay) -> None:
    assert len(names(running, f"/asof/{day}/simple/thing/")) == shown
    assert "versions" not in json.loads(ask(running, f"/asof/{day}/simple/thing/", Accept=JSON)[1])


def test_what_builds_packages_is_shown_as_it_is_today(running: Relay, index: LocalIndex) -> None:
    index.add(wheel("setuptools", "70.0"), NEW)
    index.add(wheel("numpy", "2.0"), NEW)
    assert len(names(running, "/asof/2021-06-01/simple/setuptools/")) == 1
    assert names(running, "/asof/2021-06-01/simple/numpy/") == []


def test_a_file_of_unknown_age_is_not_shown_to_be_old(running: Relay, index: LocalIndex) -> None:
    index.add(wheel("thing", "3.0"), None)
    assert len(names(running, "/asof/2030-01-01/simple/thing/")) == 2


def test_an_index_that_tells_no_days_is_our_trouble(running: Relay, index: LocalIndex) -> None:
    index.speaks_json = False
    assert ask(running, "/asof/2022-01-01/simple/thing/", Accept=JSON)[0] == 503
    with pytest.raises(UndatedFault, match="does not tell when"):
        check_index(running.record)


def test_what_was_yanked_is_said(running: Relay, index: LocalIndex) -> None:
    index.add(wheel("thing", "1.5"), yanked="it deletes files")
    assert [entry.get("yanked") for entry in listed(running, "/simple/thing/")] == [None, None, "it deletes files"]
    assert b'data-yanked="it deletes files"' in ask(running, "/simple/thing/")[1]


def test_what_the_index_does_not_have_is_put_down(running: Relay) -> None:
    assert ask(running, "/simple/our-private-thing/")[0] == 404
    assert running.record.missing == {"our-private-thing"}
    check_index(running.record)  # that is no fault of the index


def test_a_file_that_is_not_what_the_index_says_is_not_passed_on(running: Relay, index: LocalIndex) -> None:
    index.add(wheel("thing", "9.0"), hashes={"sha256": "0" * 64})
    entry = listed(running, "/simple/thing/")[-1]
    assert ask(running, str(entry["url"]))[0] == 503
    with pytest.raises(SandboxFault, match="not the file that the index describes"):
        check_index(running.record)


@pytest.mark.parametrize("kind", ["sha512", "md5", "sha1"])
def test_other_hashes_are_checked_as_well(kind: str, running: Relay, index: LocalIndex) -> None:
    good, bad = wheel("other", "1.0"), wheel("other", "2.0")
    index.add(good, hashes={kind: hashlib.new(kind, good[1]).hexdigest()})
    index.add(bad, hashes={kind: hashlib.new(kind, b"else").hexdigest()})
    assert [ask(running, str(entry["url"]))[0] for entry in listed(running, "/simple/other/")] == [200, 503]


def test_a_file_is_fetched_once(running: Relay, index: LocalIndex) -> None:
    entry = listed(running, "/simple/thing/")[0]
    for _ in range(3):
        assert ask(running, str(entry["url"]))[0] == 200
    assert len([path for path in index.asked if "files" in path]) == 1


def test_part_of_a_file_is_given(running: Relay, index: LocalIndex) -> None:
    whole = index.content["thing-1.0-py3-none-any.whl"]
    path = str(listed(running, "/simple/thing/")[0]["url"])
    for asked, expected in (
        ("bytes=0-9", whole[:10]),
        ("bytes=10-", whole[10:]),
        ("bytes=-7", whole[-7:]),
        (f"bytes=3-{10**9}", whole[3:]),
    ):
        status, body, headers = ask(running, path, Range=asked)
        assert (status, body) == (206, expected), asked
        assert headers["Content-Range"].endswith(f"/{len(whole)}")
    for nonsense in ("bytes=9-3", "bytes=-0", "bytes=-", "bytes=a-b", "words=1-2", "bytes=1-2,4-5"):
        assert ask(running, path, Range=nonsense)[:2] == (200, whole), nonsense
    status, body, headers = ask(running, path, "HEAD")
    assert (status, body, int(headers["Content-Length"])) == (200, b"", len(whole))


def test_metadata_is_passed_on_when_the_index_has_it(running: Relay, index: LocalIndex) -> None:
    path = str(listed(running, "/simple/thing/")[0]["url"])
    assert ask(running, f"{path}.metadata")[0] == 404
    index.content["thing-1.0-py3-none-any.whl.metadata"] = b"Name: thing\n"
    assert ask(running, f"{path}.metadata")[:2] == (200, b"Name: thing\n")
    check_index(running.record)


def test_an_index_that_is_down_is_our_fault(index: LocalIndex, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
    with relay(tmp_path, address) as running:
        assert ask(running, "/simple/thing/")[0] == 503
        assert running.record.missing == set()
        with pytest.raises(SandboxFault, match="could not be read"):
            check_index(running.record)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_index_that_refuses_is_our_fault_until_it_does_not(status: int, running: Relay, index: LocalIndex) -> None:
    index.status["/simple/thing/"] = status
    assert ask(running, "/simple/thing/")[0] == 503
    with pytest.raises(SandboxFault, match=str(status)):
        check_index(running.record)
    del index.status["/simple/thing/"]
    assert ask(running, "/simple/thing/")[0] == 200
    check_index(running.record)


def test_a_listing_that_is_not_one_is_our_fault(running: Relay, index: LocalIndex) -> None:
    index.files["broken"] = {"x": {"filename": 3}}
    assert ask(running, "/simple/broken/")[0] == 503
    with pytest.raises(SandboxFault):
        check_index(running.record)


def test_a_huge_listing_is_passed_on_and_not_kept_for_ever(
    running: Relay, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "_REMEMBERED", 25_000)
    for name in ("large", "larger"):
        index.files[name] = {
            str(number): {"filename": f"{name}-{number}.tar.gz", "url": f"../../files/{name}-{number}.tar.gz"}
            for number in range(20_000)
        }
        assert len(names(running, f"/simple/{name}/")) == 20_000
    index.content["large-7.tar.gz"] = b"seven"
    entry = next(entry for entry in listed(running, "/simple/large/") if entry["filename"] == "large-7.tar.gz")
    names(running, "/simple/larger/")
    assert ask(running, str(entry["url"]))[1] == b"seven"  # though its listing had to be read again
    assert index.asked.count("/simple/large/") == 3


def test_a_listing_without_end_is_refused(running: Relay, index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "_LISTING", 100)
    assert ask(running, "/simple/thing/")[0] == 503


def test_names_without_end_are_refused(running: Relay, index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    from heldout.sandbox import relay as module

    monkeypatch.setattr(module, "NAMES", 5)
    answers = [ask(running, f"/simple/secret-in-a-name-{number}/")[0] for number in range(8)]
    assert answers == [404] * 5 + [429] * 3
    assert len(index.asked) == 5


def test_an_index_cannot_send_us_to_this_machine(running: Relay, index: LocalIndex) -> None:
    with local_index() as inner:
        inner.content["secret"] = b"of the machine"
        aside = inner.address.replace("/simple", "/files/secret")
        for number, address in enumerate(
            (aside, aside.replace("127.0.0.1", "localhost"), "http://169.254.169.254/latest", "http://[::1]:1/x")
        ):
            index.add(wheel("pivot", f"{number}.0"), url=address)
        index.add(wheel("pivot", "8.0"), url="../../files/elsewhere")
        index.redirects["/files/elsewhere"] = aside
        index.add(wheel("pivot", "9.0"), url="file:///etc/passwd")
        files = listed(running, "/simple/pivot/")
        assert len(files) == 5
        assert [ask(running, str(entry["url"]))[0] for entry in files] == [503] * 5
        assert inner.asked == []


def test_redirects_within_the_index_are_followed_and_loops_are_not(running: Relay, index: LocalIndex) -> None:
    index.redirects["/simple/moved/"] = "/simple/thing/"
    index.redirects["/simple/loop/"] = "/simple/loop/"
    assert len(names(running, "/simple/moved/")) == 2
    assert ask(running, "/simple/loop/")[0] == 503


def test_a_password_goes_to_the_index_alone_and_into_no_message(index: LocalIndex, tmp_path: Path) -> None:
    index.status["/simple/gone/"] = 500
    with relay(tmp_path, index.address.replace("http://", "http://me:se%40cret@")) as running:
        assert len(names(running, "/simple/thing/")) == 2
        body = ask(running, "/simple/gone/")[1]
    assert index.logins[0].startswith("Basic ")
    assert b"cret" not in body
    assert "cret" not in running.record.fault


HOSTILE = (
    "/", "/simple", "/simple/", "/simple/../../etc/passwd", "/simple/..%2f..%2fetc%2fpasswd/", "/simple/a%00b/",
    "/files/thing/../../etc/passwd", f"/files/thing/{'0' * 40}/x.whl", "/files/thing/short/x.whl",
    "/asof/x/simple/thing/",
    "/asof/2022-13-45/simple/thing/", "http://169.254.169.254/latest/meta-data/", "/simple/%E2%80%AE/", "/simple/-/",
    f"/simple/{'a' * 300}/", "/pypi/thing/json", "/simple/thing/..", "/simple/thing//",
)  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_but_packages_is_answered(path: str, running: Relay, index: LocalIndex) -> None:
    assert ask(running, path)[0] == 404
    assert [asked for asked in index.asked if "thing" not in asked] == []
    check_index(running.record)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "PATCH", "\x1b[2J"])
def test_nothing_can_be_written(method: str, running: Relay, index: LocalIndex) -> None:
    raw(running, f"{method} /simple/thing/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nowned".encode())
    assert index.asked == []
    assert len(names(running, "/simple/thing/")) == 2


def raw(running: Relay, said: bytes, *, read: bool = True) -> bytes:
    with socket.socket(socket.AF_UNIX) as stream:
        stream.settimeout(10)
        stream.connect(str(running.socket))
        try:
            stream.sendall(said)
            stream.shutdown(socket.SHUT_WR)
            return stream.recv(100_000) if read else b""
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_who_speaks_nonsense_or_breaks_off_is_not_the_fault_of_the_index(running: Relay, index: LocalIndex) -> None:
    path = str(listed(running, "/simple/thing/")[0]["url"])
    index.add(("blob-1.0.tar.gz", os.urandom(8 << 20)))
    large = str(listed(running, "/simple/blob/")[0]["url"])
    for said in (
        b"", b"\x00" * 1000, b"GET", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /simple/thing/ HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n", b"\x16\x03\x01\x02\x00\x01",
        f"GET {path} HTTP/1.1\r\nRange: bytes={'9' * 5000}-\r\n\r\n".encode(),
        f"GET {large} HTTP/1.1\r\n\r\n".encode(), f"GET {large} HTTP/1.1\r\nHost: x".encode(),
    ):  # fmt: skip
        raw(running, said)
        raw(running, said, read=False)
    assert len(names(running, "/simple/thing/")) == 2
    check_index(running.record)


def test_idle_connections_do_not_use_up_the_machine(running: Relay) -> None:
    before = threading.active_count()
    held = []
    try:
        for _ in range(400):
            stream = socket.socket(socket.AF_UNIX)
            stream.settimeout(5)
            held.append(stream)
            try:
                stream.connect(str(running.socket))
            except OSError:
                continue
        assert threading.active_count() - before < 200
    finally:
        for stream in held:
            stream.close()
    for _ in range(200):  # until the threads have seen it
        try:
            found = names(running, "/simple/thing/")
        except (OSError, http.client.HTTPException):
            continue
        break
    assert len(found) == 2


def test_an_sdist_is_a_file_like_any_other(running: Relay, index: LocalIndex) -> None:
    index.add(sdist("source", "1.0", {"src/source.py": "x = 1\n"}))
    assert names(running, "/simple/source/") == ["source-1.0.tar.gz"]


def test_the_index_of_the_user_s_own_installer_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert upstream.configured_index() == "https://pypi.org/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    assert upstream.configured_index() == "https://pip.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "own=https://uv.example/simple?a=b")
    assert upstream.configured_index() == "https://uv.example/simple?a=b"


@pytest.mark.parametrize(("most", "room", "left"), [(25, 0, "bc"), (100, 0, "abc"), (0, 0, "c"), (100, 1 << 60, "c")])
def test_of_what_was_downloaded_the_longest_unused_goes_when_it_is_too_much(
    most: int, room: int, left: str, tmp_path: Path
) -> None:
    now = time.time()
    for name, hours in (("a", 9), ("b", 5), ("c", 0)):
        (tmp_path / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / name, (now - hours * 3600, now - hours * 3600))
    trim(tmp_path, most, room)
    assert sorted(file.name for file in tmp_path.iterdir()) == list(left)
