"""Fetch small answers and capped files over HTTPS (plain HTTP only from this very machine)."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from heldout.errors import InputError
from heldout.material.limits import MIB

if TYPE_CHECKING:
    import urllib3  # at run time only when something is fetched: most reviews are of local work

_CONNECT_SECONDS, _READ_SECONDS = 15.0, 60.0
_REDIRECTS = 5
_ANSWER = 64 * MIB
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """The status, headers (names in lower case) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> object:
        """The body as JSON; raises InputError when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{redact(self.url)} did not answer with JSON; is the address right?") from error


def redact(url: str) -> str:
    """A URL without user, password, query and fragment, safe to print and to store."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def get(url: str, *, headers: Mapping[str, str] | None = None, cap: int = _ANSWER) -> Answer:
    """The answer to a GET, of any status; raises InputError when there is none or it is over `cap` bytes.

    Redirects are followed; given headers (a token) stay with the host that they were given for.
    """
    body = bytearray()
    with _opened(url, dict(headers or {})) as (response, final):
        for chunk in _chunks(response, final, cap, 120.0):
            body += chunk
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, lower, bytes(body), final)


def download(url: str, target: Path, *, cap: int, seconds: float, progress: Callable[[str], None] | None = None) -> str:
    """Write what is at a URL to a file and give its SHA-256; raises InputError when it cannot be had whole."""
    total, told = hashlib.sha256(), 0.0
    with _opened(url, {}) as (response, final), target.open("xb") as file:
        if response.status != 200:
            raise InputError(f"{redact(final)} answered with status {response.status}; try again later")
        done = 0
        for chunk in _chunks(response, final, cap, seconds):
            total.update(chunk)
            file.write(chunk)
            done += len(chunk)
            if progress is not None and time.monotonic() - told > 0.2:
                told = time.monotonic()
                progress(f"downloading: {done / MIB:.1f} MiB")
    return total.hexdigest()


@contextmanager
def _opened(url: str, headers: dict[str, str]) -> Iterator[tuple[urllib3.BaseHTTPResponse, str]]:
    asked = urlsplit(url).netloc
    for _ in range(_REDIRECTS + 1):
        _check(url)
        mine = headers if urlsplit(url).netloc == asked else {}
        response = _request(url, {"User-Agent": "heldout", **mine})
        try:
            location = response.headers.get("location")
            if response.status not in _MOVED or not location:
                yield response, url
                return
        finally:
            response.release_conn()
            response.close()
        url = urljoin(url, location)
    raise InputError(f"{redact(url)} redirects in a circle; is the address right?")


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise InputError(f"{redact(url)} is no valid address") from error
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return
    raise InputError(f"{redact(url)} is not fetched: only https is; give its https address")


def _request(url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
    import urllib.request

    import urllib3

    parts = urlsplit(url)
    proxy = None if is_loopback(parts.hostname) else urllib.request.getproxies().get(parts.scheme)
    if proxy and urllib.request.proxy_bypass(parts.hostname or ""):
        proxy = None
    pool = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
    try:
        timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        return pool.request(
            "GET", url, headers=headers, timeout=timeout, redirect=False, preload_content=False, retries=2
        )
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"{redact(url)} cannot be reached ({type(reason).__name__}); check the network") from error


def _chunks(response: urllib3.BaseHTTPResponse, url: str, cap: int, seconds: float) -> Iterator[bytes]:
    import urllib3

    done, until = 0, time.monotonic() + seconds
    try:
        for chunk in response.stream(256 * 1024):
            done += len(chunk)
            if done > cap:
                raise InputError(f"{redact(url)} is larger than {cap / MIB:,.0f} MiB; it was not fetched")
            if time.monotonic() > until:
                raise InputError(f"{redact(url)} took longer than {seconds:g} s; try again on a faster line")
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise InputError(f"{redact(url)} broke off ({type(error).__name__}); try again") from error
