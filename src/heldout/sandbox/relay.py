"""A read-only view of the package index for programs without network: one UNIX socket, nothing but packages behind it.

It speaks the simple API (PEP 503, 691, 700) and can show the index as it was at the end of a day: files uploaded later
are hidden, `/asof/2022-03-21/simple/`. What builds packages is exempt from that (`BUILD_TOOLS`), since a tool of that
day often cannot run on the Pythons of today, and what it makes does not depend on its age. NumPy is no build tool:
what is compiled against it must be of its time.
"""

from __future__ import annotations

import html
import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import quote, unquote

from heldout.sandbox.folders import made
from heldout.sandbox.index import JSON, NAMES, Index, IndexFault, Record, check_index, configured_index, trim
from heldout.temporary import temporary_folder

__all__ = ["BUILD_TOOLS", "Record", "Relay", "check_index", "relay"]

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
_FILE = re.compile(r"/files/([^/]+)/([0-9a-f]{40})/([^/]+?)(\.metadata)?")
_CHUNK = 1 << 16
_CONNECTIONS = 128
_IDLE_S = 60


@dataclass(frozen=True)
class Relay:
    """A running relay: `socket` is where it listens."""

    socket: Path
    record: Record


@contextmanager
def relay(cache: Path, index: str | None = None) -> Iterator[Relay]:
    """A relay for as long as the block lasts. `cache` keeps downloaded files, checked against the index's hashes.

    What is too much of it is deleted first. `index` is the address of the index, by default the one that pip and uv are
    told to use by their variables.
    """
    record = Record()
    trim(made(cache))
    with temporary_folder() as folder:
        folder.chmod(0o711)  # others pass to the socket, and cannot list
        path = folder / "index.sock"
        with _Server(str(path), Index(index or configured_index(), made(cache), record)) as server:
            path.chmod(0o666)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="heldout-relay", daemon=True)
            thread.start()
            try:
                yield Relay(path, record)
            finally:
                server.shutdown()
                thread.join()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, path: str, index: Index) -> None:
        self.index = index
        self.room = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(path, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for a connection, as long as there are not too many."""
        if not self.room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See one connection through."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever is inside may break off as it likes."""


class _Handler(BaseHTTPRequestHandler):
    """One connection: foreign programs speak to it, so everything that it takes is checked."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    server: _Server
    connection: socket.socket

    def do_GET(self) -> None:
        self._answer(send=True)

    def do_HEAD(self) -> None:
        self._answer(send=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is kept elsewhere."""

    def address_string(self) -> str:
        return "inside"

    def _answer(self, *, send: bool) -> None:
        path = self.path.partition("?")[0].partition("#")[0]
        try:
            if match := _PATH.fullmatch(path):
                self._listing(unquote(match[2]), match[1], send)
            elif match := _FILE.fullmatch(path):
                self._file(match[1], match[2], bool(match[4]), send)
            else:
                self._send(404, "text/plain", b"not a package", send)
        except IndexFault as error:
            self._send(503, "text/plain", str(error).encode("utf-8", "replace"), send)
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def _listing(self, asked: str, until: str | None, send: bool) -> None:
        record = self.server.index.record
        name = re.sub(r"[-_.]+", "-", asked).lower()
        try:
            day = date.fromisoformat(until) if until else None
        except ValueError:
            self._send(404, "text/plain", b"not a day", send)
            return
        if not _NAME.fullmatch(asked):
            self._send(404, "text/plain", b"not a name", send)
            return
        if name not in record.asked and len(record.asked) >= NAMES:
            self._send(429, "text/plain", b"too many names were asked for", send)
            return
        record.asked.add(name)
        found = self.server.index.listing(name)
        if found is None:
            record.missing.add(name)
            self._send(404, "text/plain", b"the index has no such package", send)
            return
        if day is not None and name not in BUILD_TOOLS:
            found = self._as_of(found, name, day)
        shown = {**found, "files": [_shown(entry, name) for entry in found["files"]]}
        if JSON in self.headers.get("Accept", ""):
            self._send(200, JSON, json.dumps(shown).encode(), send)
        else:
            self._send(200, "text/html", _page(shown).encode("utf-8", "replace"), send)

    def _as_of(self, listing: dict[str, Any], name: str, day: date) -> dict[str, Any]:
        """The listing without what came later. A file whose day is not told cannot be shown to be old enough."""
        files = listing["files"]
        if files and not any(entry.get("upload-time") for entry in files):
            index = self.server.index
            why = f"{index.address} does not tell when files were uploaded, so nothing can be shown as of {day}"
            index.record.undated = why
            raise IndexFault(why)
        kept = [entry for entry in files if str(entry.get("upload-time") or "9")[:10] <= day.isoformat()]
        return {key: value for key, value in listing.items() if key != "versions"} | {"files": kept}

    def _file(self, name: str, key: str, metadata: bool, send: bool) -> None:
        index = self.server.index
        entry = index.file(name, key) if name in index.record.asked else None
        if entry is None:
            self._send(404, "text/plain", b"not a file", send)
        elif metadata:
            told = index.metadata(entry)
            kind = "application/octet-stream" if told is not None else "text/plain"
            self._send(404 if told is None else 200, kind, told or b"", send)
        else:
            self._send_file(index.content(entry), send)

    def _send_file(self, content: Path, send: bool) -> None:
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
                self.server.index.record.bytes_sent += len(part)
                self.wfile.write(part)
                left -= len(part)

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
    if not match[1] and int(match[2]) == 0:
        return 0, size - 1
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    return (first, last) if first <= last else (0, size - 1)


def _shown(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A file as those inside see it: by an address of ours."""
    known = {
        key: value for key, value in entry.items() if key not in ("key", "url", "provenance") and value is not None
    }
    return {**known, "url": f"/files/{name}/{entry['key']}/{quote(str(entry['filename']), safe='')}"}


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
