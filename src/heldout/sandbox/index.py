"""The package index, read from outside for programs inside, with a cache of what was downloaded.

The index is trusted to be the one that the user names, and no further: a file must have the hash that the index tells,
an address must not lead to this machine or its cloud, and what foreign code makes us fetch is bounded.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import re
import socket
import ssl
import tempfile
import threading
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import urllib3

from heldout.sandbox.base import GIB, SandboxFault
from heldout.sandbox.watch import free_disk

JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{JSON}, text/html;q=0.5"
_HASHES = ("sha256", "sha512", "sha384", "sha1", "md5")
_CHUNK = 1 << 16
_LISTING = 64 << 20
_LARGEST = 4 * GIB
_LEAST_FREE = 2 * GIB
_KEPT, _ROOM, _IN_USE_S = 10 * GIB, 4 * GIB, 3600
"""How much of what was downloaded is kept, how much room is left beside it, and how long a file counts as in use."""
_HOPS = 5
NAMES = 5_000
"""How many different names may be asked for; the largest applications need a tenth of it."""
_REMEMBERED = 300_000
"""Files, over all listings that are kept at hand."""


class IndexFault(Exception):  # noqa: N818 - says whose fault it is
    """The index could not be reached, or what it gave cannot be used: nobody's fault inside."""


@dataclass
class Record:
    """What was asked of the index, so that a failed build gets its cause."""

    missing: set[str] = field(default_factory=set)
    """Names that the index does not have: private packages, or misspelt ones."""
    asked: set[str] = field(default_factory=set)
    bytes_sent: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    """What was asked for -> why the index could not give it; taken back when it could after all."""

    undated: str = ""
    """Why it could not be shown as of a day, if it could not."""

    @property
    def fault(self) -> str:
        """Why the index could not be read, if it could not: our fault, never the delivery's."""
        return next(iter(self.faults.values()), "")

    def forget(self) -> None:
        """Begin anew with what went wrong: a build answers for its own time only."""
        self.faults.clear()
        self.undated = ""


class UndatedFault(SandboxFault):
    """The index does not tell when files were uploaded, so it cannot be shown as of a day; else it can be used."""


def check_index(record: Record) -> None:
    """Raise SandboxFault when the index could not be read, UndatedFault when it tells no days: nobody is blamed."""
    if record.fault:
        raise SandboxFault(record.fault)
    if record.undated:
        raise UndatedFault(record.undated)


def configured_index() -> str:
    """The index that the user's own installer would use."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if told := os.environ.get(name):
            return told.partition("=")[2] if re.match(r"[\w-]+=", told) else told
    return "https://pypi.org/simple"


class Index:
    """The index at an address, which may hold a name and a password. Safe to use from several threads."""

    def __init__(self, address: str, cache: Path, record: Record) -> None:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        self.address = urlunsplit((parts.scheme, host, parts.path.rstrip("/") + "/", "", ""))
        self._login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        self.cache = cache
        self.record = record
        self._listings: OrderedDict[str, dict[str, Any] | None] = OrderedDict()
        self._lock = threading.Lock()
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def listing(self, name: str) -> dict[str, Any] | None:
        """What the index lists under a name, or None when it has none of the kind. Raises IndexFault.

        Its `files` are as the index tells them, but for `url`, which is whole, and `key`, by which we know the file.
        """
        with self._lock:
            if name in self._listings:
                self._listings.move_to_end(name)
                return self._listings[name]
        with self._noted(f"{name}/"):
            found = self._fetch_listing(name)
        with self._lock:
            self._listings[name] = found
            while len(self._listings) > 1 and self._held() > _REMEMBERED:
                self._listings.popitem(last=False)
        return found

    def file(self, name: str, key: str) -> dict[str, Any] | None:
        """What is known of a file that the listing of a name holds. Raises IndexFault."""
        found = self.listing(name) or {}
        return next((entry for entry in found.get("files", ()) if entry["key"] == key), None)

    def content(self, entry: Mapping[str, Any]) -> Path:
        """A file, in our cache. Raises IndexFault."""
        wanted = str(entry.get("hashes", {}).get("sha256", "")).lower()
        if re.fullmatch(r"[0-9a-f]{64}", wanted) and (kept := self.cache / wanted).is_file():
            with suppress(OSError):
                os.utime(kept)  # for `trim`
            return kept
        with self._noted(str(entry["filename"])):
            return self._download(entry)

    def metadata(self, entry: Mapping[str, Any]) -> bytes | None:
        """The metadata of a file, or None when the index has none. Raises IndexFault."""
        with self._noted(f"{entry['filename']}.metadata"), self._opened(f"{entry['url']}.metadata") as answer:
            return answer.read(_LISTING) if _there(answer) else None

    def _held(self) -> int:
        return sum(len(listing["files"]) for listing in self._listings.values() if listing)

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        """Put down a failure as the index's, and take it back when the same thing works later."""
        try:
            yield
        except (urllib3.exceptions.HTTPError, ssl.SSLError, OSError, ValueError, KeyError, TypeError) as error:
            why = f"the package index could not be read, {self.address}{what}: {_plainly(error)}"
            self.record.faults[what] = why
            raise IndexFault(why) from error
        self.record.faults.pop(what, None)

    def _fetch_listing(self, name: str) -> dict[str, Any] | None:
        address = f"{self.address}{name}/"
        with self._opened(address, accept=_ACCEPT) as answer:
            if not _there(answer):
                return None
            body = answer.read(_LISTING + 1, decode_content=True)
            if len(body) > _LISTING:
                raise ValueError("its listing is too long")
            kind = answer.headers.get("Content-Type", "")
            base = answer.geturl() or address
        content = json.loads(body) if "json" in kind else {"files": _links(body.decode("utf-8", "replace"))}
        files = []
        for entry in content["files"]:
            whole = urljoin(urljoin(address, base), str(entry["url"]))
            if urlsplit(whole).scheme in ("http", "https"):
                key = hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()
                files.append({**entry, "url": whole, "key": key})
        return {**content, "files": files}

    def _download(self, entry: Mapping[str, Any]) -> Path:
        told = {name: str(value).lower() for name, value in (entry.get("hashes") or {}).items()}
        kind = next((name for name in _HASHES if told.get(name)), None)
        ours, theirs = hashlib.sha256(), hashlib.new(kind, usedforsecurity=False) if kind else None
        handle, name = tempfile.mkstemp(dir=self.cache, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file, self._opened(str(entry["url"])) as answer:
                if not _there(answer):
                    raise ValueError("the index lists it and does not have it")
                for part in answer.stream(_CHUNK, decode_content=False):
                    file.write(part)
                    for digest in (ours, theirs):
                        if digest is not None:
                            digest.update(part)
                    if file.tell() > _LARGEST:
                        raise ValueError("it is too large")
                    if file.tell() % (_CHUNK << 8) < _CHUNK and free_disk(self.cache)[0] < _LEAST_FREE:
                        raise ValueError(f"the disk under {self.cache} is nearly full")
            if theirs is not None and kind is not None and theirs.hexdigest() != told[kind]:
                raise ValueError("it is not the file that the index describes")
            kept = self.cache / ours.hexdigest()
            Path(name).replace(kept)
            return kept
        finally:
            Path(name).unlink(missing_ok=True)

    @contextmanager
    def _opened(self, address: str, accept: str = "*/*") -> Iterator[urllib3.BaseHTTPResponse]:
        """An answer, with its redirects followed to places where we may go."""
        for _ in range(_HOPS):
            self._allow(address)
            headers = {"Accept": accept, "User-Agent": "heldout"}
            if self._login and urlsplit(address).netloc == urlsplit(self.address).netloc:
                headers |= urllib3.make_headers(basic_auth=self._login)
            answer = self._pool(address).request(
                "GET", address, headers=headers, preload_content=False, redirect=False, timeout=_TIMEOUT
            )
            try:
                if (further := answer.get_redirect_location()) is not None and further is not False:
                    address = urljoin(address, further)
                    continue
                yield answer
                return
            finally:
                answer.close()  # what was not read of it would be taken for the next answer
        raise ValueError("it leads from one address to the next")

    def _allow(self, address: str) -> None:
        """Refuse addresses by which foreign packages could make us call this machine, or its cloud's own services."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it leads to no web address")
        index = urlsplit(self.address)
        if parts.netloc == index.netloc or _proxy(address):
            return
        inner = any(not place.is_global for place in _places(str(index.hostname)))
        for place in _places(parts.hostname):
            if place.is_loopback or place.is_link_local or place.is_unspecified or not (inner or place.is_global):
                raise ValueError(f"it leads to {parts.hostname}, which is not a place for packages")

    def _pool(self, address: str) -> urllib3.PoolManager:
        proxy = _proxy(address)
        with self._lock:
            if proxy not in self._pools:
                retries = urllib3.Retry(2, backoff_factor=0.2, redirect=False)
                context = ssl.create_default_context()
                self._pools[proxy] = (
                    urllib3.ProxyManager(proxy, ssl_context=context, retries=retries, maxsize=16)
                    if proxy
                    else urllib3.PoolManager(ssl_context=context, retries=retries, maxsize=16)
                )
            return self._pools[proxy]


def _plainly(error: Exception) -> str:
    """What went wrong, without the names that a library has for it."""
    if not isinstance(error, urllib3.exceptions.MaxRetryError):
        return str(error)
    words = str(error.reason or error).rpartition(": ")[2]
    return f"{words}; check the network, or name an index that can be reached in PIP_INDEX_URL"


_TIMEOUT = urllib3.Timeout(connect=15, read=120)


def _there(answer: urllib3.BaseHTTPResponse) -> bool:
    """Whether the index has it: it answers 404 or 410 when not. Every other answer says something of the index."""
    if answer.status not in (200, 404, 410):
        raise ValueError(f"the index answered {answer.status}")
    return answer.status == 200


def _proxy(address: str) -> str | None:
    parts = urlsplit(address)
    proxy = urllib.request.getproxies().get(parts.scheme)
    return None if not proxy or urllib.request.proxy_bypass(parts.hostname or "") else proxy


def _places(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    return [ipaddress.ip_address(str(found[4][0]).partition("%")[0]) for found in socket.getaddrinfo(host, None)]


def trim(cache: Path, most: int = _KEPT, room: int = _ROOM) -> None:
    """Delete what was not used for longest until at most `most` bytes are kept and `room` are free on the disk.

    What was used within the hour stays: another audit may be reading it. What cannot be deleted stays too.
    """
    found = []
    with suppress(OSError):
        for file in cache.iterdir():
            told = file.stat()
            found.append((told.st_mtime, told.st_size, file))
    over = max(sum(size for _, size, _ in found) - most, room - free_disk(cache)[0])
    for used, size, file in sorted(found):
        if over <= 0 or time.time() - used < _IN_USE_S:
            return
        with suppress(OSError):
            file.unlink()
            over -= size


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
        entry: dict[str, Any] = {
            "filename": unquote(urlsplit(address).path.rpartition("/")[2]),
            "url": address,
            "hashes": {kind: value} if value else {},
            "yanked": told.get("data-yanked") or "data-yanked" in told,
        }
        if told.get("data-requires-python"):
            entry["requires-python"] = told["data-requires-python"]
        self.files.append(entry)


def _links(page: str) -> list[dict[str, Any]]:
    parser = _Links()
    parser.feed(page)
    return parser.files
