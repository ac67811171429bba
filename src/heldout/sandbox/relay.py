"""A read-only view of the package index for programs without network: one UNIX socket, nothing but packages behind it.

It speaks the simple API (PEP 503, 691, 700) and can show the index as it was at the end of a day: files uploaded later
are hidden, `/asof/2022-03-21/simple/`. What builds packages is exempt from that (`BUILD_TOOLS`), since a tool of that
day often cannot run on the Pythons of today, and what it makes does not depend on its age. NumPy is no build tool:
what is compiled against it must be of its time.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3

from heldout.sandbox.base import GIB, SandboxFault
from heldout.sandbox.folders import made

JSON = "application/vnd.pypi.simple.v1+json"
# fmt: off
BUILD_TOOLS = frozenset({
    "pip", "setuptools", "wheel", "build", "hatchling", "flit-core", "flit", "poetry-core", "poetry", "pdm-backend",
    "pdm-pep517", "setuptools-scm", "setuptools-git-versioning", "hatch-vcs", "hatch-fancy-pypi-readme",
    "packaging", "tomli", "pathspec", "pluggy", "trove-classifiers", "pyproject-hooks", "meson-python", "meson",
    "ninja", "scikit-build", "scikit-build-core", "cmake", "maturin",
})
# fmt: on
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,100}[a-z0-9])?", re.IGNORECASE)
_PATH = re.compile(r"/(?:asof/(\d{4}-\d\d-\d\d)/)?simple/([^/]+)/?")
_FILE = re.compile(r"/files/([0-9a-f]{40})/([^/]+?)(\.metadata)?")
_CHUNK = 1 << 16
_LISTING = 64 << 20
_LARGEST = 4 * GIB


@dataclass
class Record:
    """What was asked of the relay, so that a failed build gets its cause."""

    missing: set[str] = field(default_factory=set)
    """Names that the index does not have: private packages, or misspelt ones."""
    asked: set[str] = field(default_factory=set)
    bytes_sent: int = 0
    fault: str = ""
    """Why the index could not be reached, if it could not: our fault, never the delivery's."""


@dataclass(frozen=True)
class Relay:
    """A running relay: `socket` is where it listens."""

    socket: Path
    record: Record


@contextmanager
def relay(cache: Path, index: str | None = None) -> Iterator[Relay]:
    """A relay for as long as the block lasts. `cache` keeps downloaded files, checked against the index's hashes.

    `index` is the address of the index, by default the one that pip and uv are told to use by their variables.
    """
    record = Record()
    with tempfile.TemporaryDirectory(prefix="heldout-relay-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103, PTH101 - others pass to the socket, and cannot list
        path = Path(folder) / "index.sock"
        upstream = _Upstream(index or configured_index(), made(cache), record)
        with _Server(str(path), upstream) as server:
            path.chmod(0o666)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="heldout-relay", daemon=True)
            thread.start()
            try:
                yield Relay(path, record)
            finally:
                server.shutdown()
                thread.join()


def configured_index() -> str:
    """The index that the user's own installer would use."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if told := os.environ.get(name):
            return told.partition("=")[2] if told.startswith("default=") else told
    return "https://pypi.org/simple"


class _Upstream:
    """The index itself, and our cache of it."""

    def __init__(self, index: str, cache: Path, record: Record) -> None:
        self.index = index.rstrip("/") + "/"
        self.cache = cache
        self.record = record
        self.pool = urllib3.PoolManager(
            ssl_context=ssl.create_default_context(), retries=urllib3.Retry(2, backoff_factor=0.2), maxsize=16
        )
        self.timeout = urllib3.Timeout(connect=15, read=120)
        self._listings: dict[str, dict[str, Any] | None] = {}
        self._files: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def listing(self, name: str) -> dict[str, Any] | None:
        """What the index lists under a name, or None. Raises urllib3.exceptions.HTTPError, ValueError."""
        with self._lock:
            if name in self._listings:
                return self._listings[name]
        address = urljoin(self.index, name + "/")
        answer = self.pool.request(
            "GET",
            address,
            headers={"Accept": f"{JSON}, text/html;q=0.5"},
            timeout=self.timeout,
            preload_content=False,
        )
        try:
            if answer.status == 404:
                found = None
            elif answer.status != 200:
                raise ValueError(f"the index answered {answer.status} for {name}")
            else:
                found = self._read(answer, answer.geturl() or address)
        finally:
            answer.release_conn()
        with self._lock:
            self._listings[name] = found
        return found

    def _read(self, answer: urllib3.BaseHTTPResponse, address: str) -> dict[str, Any]:
        body = answer.read(_LISTING, decode_content=True)
        kind = answer.headers.get("Content-Type", "")
        content = json.loads(body) if "json" in kind else {"files": _links(body.decode("utf-8", "replace"))}
        address = urljoin(self.index, address)
        files = []
        for entry in content.get("files", ()):
            whole = urljoin(address, str(entry["url"]))
            if urlsplit(whole).scheme not in ("http", "https"):
                continue
            key = hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()
            self._files[key] = {**entry, "url": whole}
            files.append({**entry, "url": f"/files/{key}/{entry['filename']}"})
        return {**content, "files": files}

    def file(self, key: str) -> dict[str, Any] | None:
        """What is known of a file that some listing named."""
        return self._files.get(key)

    def path(self, entry: Mapping[str, Any], metadata: bool) -> Path | bytes:
        """The content of a file: a path in the cache, or the bytes of its metadata. Raises as `listing`."""
        if metadata:
            answer = self.pool.request("GET", entry["url"] + ".metadata", timeout=self.timeout)
            if answer.status != 200:
                raise ValueError(f"the index answered {answer.status}")
            return answer.data
        wanted = str(entry.get("hashes", {}).get("sha256", "")).lower()
        if re.fullmatch(r"[0-9a-f]{64}", wanted) and (kept := self.cache / wanted).is_file():
            return kept
        return self._download(str(entry["url"]), wanted)

    def _download(self, address: str, wanted: str) -> Path:
        told = hashlib.sha256()
        answer = self.pool.request("GET", address, timeout=self.timeout, preload_content=False)
        handle, name = tempfile.mkstemp(dir=self.cache, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                if answer.status != 200:
                    raise ValueError(f"the index answered {answer.status}")
                size = 0
                for part in answer.stream(_CHUNK, decode_content=False):
                    size += len(part)
                    if size > _LARGEST:
                        raise ValueError("the file is too large")
                    told.update(part)
                    file.write(part)
            if wanted and told.hexdigest() != wanted:
                raise ValueError("the file is not the one that the index describes")
            kept = self.cache / told.hexdigest()
            Path(name).replace(kept)
            return kept
        finally:
            Path(name).unlink(missing_ok=True)
            answer.release_conn()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, upstream: _Upstream) -> None:
        self.upstream = upstream
        super().__init__(path, _Handler)


class _Handler(BaseHTTPRequestHandler):
    """One connection: foreign programs speak to it, so everything that it takes is checked."""

    protocol_version = "HTTP/1.1"
    timeout = 300
    server: _Server

    def do_GET(self) -> None:
        self._answer(send=True)

    def do_HEAD(self) -> None:
        self._answer(send=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is kept elsewhere."""

    def address_string(self) -> str:
        return "inside"

    def _answer(self, *, send: bool) -> None:
        up = self.server.upstream
        path = self.path.partition("?")[0].partition("#")[0]
        try:
            if match := _PATH.fullmatch(path):
                self._listing(up, match[2], date.fromisoformat(match[1]) if match[1] else None, send)
            elif (match := _FILE.fullmatch(path)) and (entry := up.file(match[1])):
                self._file(up.path(entry, bool(match[3])), send)
            else:
                self._send(404, "text/plain", b"not a package", send)
        except BrokenPipeError:
            self.close_connection = True
        except (urllib3.exceptions.HTTPError, ssl.SSLError, OSError) as error:
            up.record.fault = f"{up.index} could not be read: {error}"
            self._send(503, "text/plain", b"the index cannot be reached", send)
        except (ValueError, KeyError) as error:
            self._send(502, "text/plain", str(error).encode(), send)

    def _listing(self, up: _Upstream, asked: str, day: date | None, send: bool) -> None:
        if not _NAME.fullmatch(asked):
            self._send(404, "text/plain", b"not a name", send)
            return
        name = re.sub(r"[-_.]+", "-", asked).lower()
        up.record.asked.add(name)
        found = up.listing(name)
        if found is None:
            up.record.missing.add(name)
            self._send(404, "text/plain", b"the index has no such package", send)
            return
        if day is not None and name not in BUILD_TOOLS:
            # A file whose day of upload the index does not tell cannot be shown to be old enough.
            kept = [entry for entry in found["files"] if str(entry.get("upload-time", "9"))[:10] <= day.isoformat()]
            found = {**found, "files": kept, "versions": []}
            found.pop("versions")
        if JSON in self.headers.get("Accept", ""):
            self._send(200, JSON, json.dumps(found).encode(), send)
        else:
            self._send(200, "text/html", _page(found).encode(), send)

    def _file(self, content: Path | bytes, send: bool) -> None:
        if isinstance(content, bytes):
            self._send(200, "application/octet-stream", content, send)
            return
        size = content.stat().st_size
        first, last = _range(self.headers.get("Range", ""), size)
        self.send_response(206 if (first, last) != (0, size - 1) else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if (first, last) != (0, size - 1):
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if not send:
            return
        with content.open("rb") as file:
            file.seek(first)
            left = last - first + 1
            while left > 0 and (part := file.read(min(_CHUNK, left))):
                self.wfile.write(part)
                left -= len(part)
                self.server.upstream.record.bytes_sent += len(part)

    def _send(self, status: int, kind: str, body: bytes, send: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if send:
            self.wfile.write(body)


def _range(asked: str, size: int) -> tuple[int, int]:
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked)
    if not match or not (match[1] or match[2]) or size == 0:
        return 0, size - 1
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    return (first, last) if first <= last else (0, size - 1)


def _page(listing: Mapping[str, Any]) -> str:
    """A listing as the HTML of PEP 503, for installers that know no other."""
    lines = ["<!DOCTYPE html><html><body>"]
    for entry in listing["files"]:
        address = entry["url"]
        if sha := entry.get("hashes", {}).get("sha256"):
            address += f"#sha256={sha}"
        extra = ""
        if entry.get("requires-python"):
            extra += f' data-requires-python="{html.escape(str(entry["requires-python"]))}"'
        if entry.get("yanked"):
            extra += f' data-yanked="{html.escape(str(entry["yanked"]))}"'
        lines.append(f'<a href="{html.escape(address)}"{extra}>{html.escape(entry["filename"])}</a><br>')
    return "\n".join([*lines, "</body></html>"])


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag != "a" or not told.get("href"):
            return
        address, _, fragment = str(told["href"]).partition("#")
        kind, _, value = fragment.partition("=")
        self.files.append(
            {
                "filename": address.rpartition("/")[2],
                "url": address,
                "hashes": {kind: value} if value else {},
                "requires-python": told.get("data-requires-python"),
                "yanked": told.get("data-yanked") or "data-yanked" in told,
            }
        )


def _links(page: str) -> list[dict[str, Any]]:
    parser = _Links()
    parser.feed(page)
    return parser.files


def check_index(record: Record) -> None:
    """Raise SandboxFault when the index could not be reached: nobody is blamed for our network."""
    if record.fault:
        raise SandboxFault(record.fault)
