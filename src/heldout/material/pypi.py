"""`pypi:NAME` and `pypi:NAME==VERSION`: the source distribution of a package, by the index's simple API.

Nothing is built or installed. The index is `HELDOUT_INDEX`, else `PIP_INDEX_URL`, else pypi.org; it may answer
in JSON (PEP 691) or in HTML (PEP 503).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from heldout.errors import InputError
from heldout.material.http import download, get
from heldout.material.limits import Limits

DEFAULT_INDEX = "https://pypi.org/simple"
_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Release:
    """One file of a package on an index; `sha256` is empty when the index does not tell it."""

    filename: str
    url: str
    version: Version
    kind: Literal["sdist", "wheel"]
    sha256: str
    yanked: bool


def index_url() -> str:
    """The index to ask, without a slash at the end."""
    chosen = os.environ.get("HELDOUT_INDEX") or os.environ.get("PIP_INDEX_URL") or DEFAULT_INDEX
    return chosen.rstrip("/")


def find_release(spec: str, index: str | None = None) -> Release:
    """The newest file that fits `NAME` or `NAME==VERSION`: the sdist, else a wheel of the same version.

    Pre-releases count only when nothing else is there or the version was named; yanked ones only when named.
    Raises InputError for an unknown name or version, and for an index that cannot be asked.
    """
    try:
        wanted = Requirement(spec)
    except InvalidRequirement as error:
        raise InputError(f"pypi:{spec} is no package; write pypi:NAME or pypi:NAME==VERSION") from error
    if wanted.url or wanted.marker:
        raise InputError(f"pypi:{spec} is no package; write pypi:NAME or pypi:NAME==VERSION")
    name = canonicalize_name(wanted.name)
    page = f"{(index or index_url()).rstrip('/')}/{name}/"
    answer = get(page, headers={"Accept": _ACCEPT})
    if answer.status == 404:
        raise InputError(f"the index has no package {wanted.name!r}; check the spelling, or give a git URL")
    if answer.status != 200:
        raise InputError(f"the index answered with status {answer.status} for {wanted.name!r}; try again later")
    found = _json(answer.json(), answer.url) if "json" in answer.headers.get("content-type", "") else None
    files = found if found is not None else _html(answer.body.decode("utf-8", errors="replace"), answer.url)
    releases = [release for release in map(_release, files) if release is not None]
    named = any(part.operator == "==" for part in wanted.specifier)
    versions = {release.version for release in releases if named or not release.yanked}
    fitting = list(wanted.specifier.filter(versions)) if wanted.specifier else _stable(versions)
    if not fitting:
        raise InputError(f"the index has no sdist or wheel that fits {spec!r}; name another version")
    newest = max(fitting)
    choice = [release for release in releases if release.version == newest]
    return min(
        choice, key=lambda release: (release.kind != "sdist", "none-any" not in release.filename, release.filename)
    )


def fetch_release(
    release: Release, folder: Path, limits: Limits, progress: Callable[[str], None] | None = None
) -> Path:
    """Download a release into a folder and check its SHA-256; raises InputError when they differ."""
    target = folder / "release"
    digest = download(release.url, target, cap=limits.download_bytes, seconds=limits.seconds, progress=progress)
    if release.sha256 and digest != release.sha256:
        raise InputError(f"{release.filename} is not what the index promised (its SHA-256 differs); try again")
    return target


def _stable(versions: set[Version]) -> list[Version]:
    return [version for version in versions if not version.is_prerelease] or list(versions)


@dataclass(frozen=True)
class _File:
    filename: str
    url: str
    sha256: str
    yanked: bool


def _json(page: object, base: str) -> list[_File]:
    files = page.get("files") if isinstance(page, dict) else None
    if not isinstance(files, list):
        raise InputError("the index answered in a form that is not PEP 691; set HELDOUT_INDEX to a simple index")
    found = []
    for file in files:
        if isinstance(file, dict) and isinstance(file.get("filename"), str) and isinstance(file.get("url"), str):
            hashes = file.get("hashes")
            sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
            url = urljoin(base, file["url"])
            found.append(_File(file["filename"], url, _sha(sha256), bool(file.get("yanked"))))
    return found


def _html(page: str, base: str) -> list[_File]:
    parser = _Links()
    parser.feed(page)
    found = []
    for href, yanked in parser.links:
        url, fragment = urldefrag(urljoin(base, href))
        filename = unquote(urlsplit(url).path.rpartition("/")[2])
        found.append(_File(filename, url, _sha(fragment.removeprefix("sha256=")), yanked))
    return found


def _sha(text: object) -> str:
    return text if isinstance(text, str) and _SHA256.fullmatch(text) else ""


class _Links(HTMLParser):
    """The links of a PEP 503 page, and whether each is yanked."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one link."""
        given = dict(attrs)
        href = given.get("href")
        if tag == "a" and href:
            self.links.append((href, "data-yanked" in given))


def _release(file: _File) -> Release | None:
    try:
        if file.filename.endswith(".whl"):
            version = parse_wheel_filename(file.filename)[1]
            return Release(file.filename, file.url, version, "wheel", file.sha256, file.yanked)
        version = parse_sdist_filename(file.filename)[1]
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None
    return Release(file.filename, file.url, version, "sdist", file.sha256, file.yanked)
