"""Fetch the history of one commit from a git URL into a private bare repository.

Allowed are https, and ssh in both spellings (a private repository is most often reached so; ssh itself may then
use the user's agent and settings, but asks nothing); http and git carry a warning, since anybody on the way can
change what arrives; everything else (`ext::`, `file:`, helpers, anything like an option) is refused. Only the
commit that is reviewed and its ancestors are fetched: no other branches, no tags, no submodules, no LFS.
"""

from __future__ import annotations

import base64
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.git import Git, GitError
from heldout.material.http import redact
from heldout.material.limits import MIB, Limits
from heldout.material.repository import Repository, good_revision, init, resolve

_SCP = re.compile(r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?![/\\:])[\w./~+-]+")
_HOST = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9.:\]-]*")
_SCHEMES = frozenset({"https", "http", "ssh", "git"})
_PLAIN = frozenset({"http", "git"})


@dataclass(frozen=True)
class Remote:
    """A checked address: what git is given (without a password), the scheme, what people are shown."""

    url: str
    scheme: str
    shown: str
    name: str
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Remote({self.shown!r})"


def is_git_url(spec: str) -> bool:
    """Whether a name looks like an address that only git can have been meant for."""
    return "://" in spec or "::" in spec or bool(_SCP.fullmatch(spec))


def check_url(spec: str) -> Remote:
    """The address as git may have it; raises InputError for every scheme and form that is not allowed."""
    if _SCP.fullmatch(spec):
        return Remote(spec, "ssh", spec.rpartition("@")[2], _name(spec.rpartition(":")[2]))
    try:
        parts = urlsplit(spec)
        host, user, password = parts.hostname or "", parts.username or "", parts.password or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise InputError(f"{redact(spec)} is no valid address") from error
    if parts.scheme not in _SCHEMES or "::" in parts.scheme:
        raise InputError(f"{redact(spec)} is not fetched: only https, ssh, http and git addresses are")
    if not _HOST.fullmatch(host) or user.startswith("-") or any(ord(c) < 33 for c in spec):
        raise InputError(f"{redact(spec)} is no valid address")
    shown = redact(spec)
    name = _name(parts.path)
    if parts.scheme == "ssh":
        place = f"{user}@{host}{port}" if user else f"{host}{port}"
        return Remote(urlunsplit(("ssh", place, parts.path, "", "")), "ssh", shown, name)
    plain = urlunsplit((parts.scheme, f"{host}{port}", parts.path, parts.query, ""))
    secret = ""
    if user or password:
        pair = f"{unquote(user)}:{unquote(password)}".encode()
        secret = f"Authorization: Basic {base64.b64encode(pair).decode('ascii')}"
    return Remote(plain, parts.scheme, shown, name, secret)


def clone(
    remote: Remote,
    target: Path,
    limits: Limits,
    revision: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Repository:
    """Fetch a commit (the remote's HEAD by default) with all its ancestors; raises InputError when it cannot be."""
    if revision is not None and not good_revision(revision):
        raise InputError(f"{revision!r} is no revision; give a branch, a tag or a full commit id")
    base = init(target, "sha1")
    git = Git(base.repository, extra=_environment(remote))
    settings = [f"protocol.{remote.scheme}.allow=always"]
    if remote.scheme == "https":
        settings.append("http.followRedirects=" + ("false" if remote.authorization else "initial"))
    args = ("fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head")
    wanted = f"+{revision or 'HEAD'}:refs/heads/reviewed"
    with _Watch(target, limits) as watch:
        try:
            with git.stream(
                *args, "--", remote.url, wanted,
                seconds=limits.seconds, settings=tuple(settings), on_line=progress, stop=watch.over,
            ) as out:  # fmt: skip
                out.read()
        except GitError as error:
            if watch.over.is_set():
                text = f"{remote.shown} is larger than {limits.download_bytes // MIB:,} MiB"
                raise InputError(f"{text}; clone it yourself and name the folder") from error
            raise _message(remote, revision, str(error)) from error
    gaps: tuple[Gap, ...] = ()
    if remote.scheme in _PLAIN:
        gaps = (Gap(what="what arrived", why=f"{remote.scheme} is not encrypted: anybody on the way could change it"),)
    return Repository(base, resolve(base, "refs/heads/reviewed"), gaps)


def _environment(remote: Remote) -> dict[str, str]:
    """What one fetch needs besides: the password (kept off the command line), or ssh without questions."""
    if remote.scheme == "ssh":
        agent = {"SSH_AUTH_SOCK": os.environ["SSH_AUTH_SOCK"]} if "SSH_AUTH_SOCK" in os.environ else {}
        return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oForwardAgent=no -oClearAllForwardings=yes", **agent}
    if not remote.authorization:
        return {}
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": remote.authorization,
    }


def _message(remote: Remote, revision: str | None, said: str) -> InputError:
    low = said.lower()
    if "couldn't find remote ref" in low:
        if revision is None:
            return InputError(f"{remote.shown} has no commits yet; there is nothing to review")
        return InputError(f"{remote.shown} has no branch, tag or commit {revision!r}; give one that it has")
    if any(text in low for text in ("could not read username", "authentication failed", "permission denied", "403")):
        mend = "check the address; for a private one clone it yourself and name the folder"
        return InputError(f"{remote.shown} asks for a login or does not exist; {mend}")
    if "not found" in low or "404" in low:
        return InputError(f"{remote.shown} was not found; check the address")
    return InputError(f"{remote.shown} cannot be fetched: {said}; check the address and the network")


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].removesuffix(".git") or "repository"


class _Watch:
    """Sets `over` once a folder holds more bytes than a download may; looks twice a second."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.over = threading.Event()
        self._done = threading.Event()
        self._folder = folder / "objects" / "pack"
        self._cap = limits.download_bytes
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.5):
            if sum(_size(path) for path in self._folder.glob("*")) > self._cap:
                self.over.set()


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:  # git has just renamed it
        return 0
