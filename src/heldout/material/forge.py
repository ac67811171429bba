"""List the repositories of a person, group or organisation on GitHub or GitLab by the forge's API.

The token (`GITHUB_TOKEN`, `GITLAB_TOKEN`, or given) goes to the API's host alone and is never shown. Their own
repositories are listed; forks are marked, since most of a fork is other people's work.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast
from urllib.parse import quote, urljoin, urlsplit

from heldout.errors import InputError
from heldout.material.http import Answer, get

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')
_PAGES = 50
_NOT_A_PERSON = frozenset({"features", "topics", "explore", "settings", "marketplace", "search", "about", "login"})


@dataclass(frozen=True)
class Profile:
    """Whose repositories are asked for: a name on a forge, and the API that knows them."""

    forge: Literal["github", "gitlab"]
    name: str
    api: str


@dataclass(frozen=True)
class Listed:
    """One repository of a profile; `url` is what to clone. Sizes are in KiB, None when the forge hides them."""

    name: str
    url: str
    fork: bool
    archived: bool
    empty: bool
    size_kib: int | None
    pushed: str | None


def profile_of(url: str) -> Profile | None:
    """The profile that a URL points at, or None when it points at something else (a repository, say).

    `https://github.com/NAME` and `https://github.com/orgs/NAME`; `https://gitlab.com/NAME` and the same on a host
    that begins with `gitlab.`. The addresses of the APIs can be set: HELDOUT_GITHUB_API, HELDOUT_GITLAB_API.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    names = [part for part in parts.path.split("/") if part]
    if parts.scheme not in {"https", "http"}:
        return None
    if names[:1] in (["orgs"], ["groups"]):
        names = names[1:2]
    if len(names) != 1 or not _NAME.fullmatch(names[0]) or names[0] in _NOT_A_PERSON:
        return None
    if host == "github.com":
        return Profile("github", names[0], os.environ.get("HELDOUT_GITHUB_API", "https://api.github.com").rstrip("/"))
    if host.startswith("gitlab."):
        return Profile("gitlab", names[0], os.environ.get("HELDOUT_GITLAB_API", f"https://{host}/api/v4").rstrip("/"))
    return None


def list_repositories(profile: Profile, token: str | None = None) -> tuple[Listed, ...]:
    """All repositories of a profile, the last pushed first.

    Raises InputError, with what to do, for an unknown name, a refused token, a used-up rate limit and a forge
    that does not answer as its API says.
    """
    secret = token or os.environ.get("GITHUB_TOKEN" if profile.forge == "github" else "GITLAB_TOKEN")
    reader = _Reader(profile, secret)
    found = list(_github(reader) if profile.forge == "github" else _gitlab(reader))
    return tuple(sorted(found, key=lambda listed: (listed.pushed or "", listed.name), reverse=True))


@dataclass(frozen=True)
class _Reader:
    """Reads pages of one forge's API with the token and the messages that belong to it."""

    profile: Profile
    token: str | None

    def one(self, path: str) -> object | None:
        """What is at a path, None when the forge knows no such thing."""
        answer = self._ask(f"{self.profile.api}{path}")
        return None if answer.status == 404 else answer.json()

    def pages(self, path: str) -> Iterator[Mapping[str, object]]:
        """The items of all pages of a list."""
        url: str | None = f"{self.profile.api}{path}"
        for _ in range(_PAGES):
            if url is None:
                return
            answer = self._ask(url)
            items = [] if answer.status == 404 else answer.json()
            if not isinstance(items, list):
                raise InputError(f"{self._host()} did not answer with a list; is the address of its API right?")
            yield from (item for item in items if isinstance(item, dict))
            url = self._next(url, answer)

    def _ask(self, url: str) -> Answer:
        headers = {"Accept": "application/vnd.github+json" if self.profile.forge == "github" else "application/json"}
        if self.token:
            bearer = {"Authorization": f"Bearer {self.token}"}
            headers |= bearer if self.profile.forge == "github" else {"PRIVATE-TOKEN": self.token}
        answer = get(url, headers=headers)
        if answer.status in {200, 404}:
            return answer
        variable = "GITHUB_TOKEN" if self.profile.forge == "github" else "GITLAB_TOKEN"
        if answer.status == 429 or answer.headers.get("x-ratelimit-remaining") == "0":
            when = _when(answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset"))
            mend = "wait" if self.token else f"set {variable}, which allows far more, or wait"
            raise InputError(f"{self._host()} allows no more questions for now{when}; {mend}, or name the repositories")
        if answer.status in {401, 403}:
            raise InputError(f"{self._host()} refuses the request ({answer.status}); check the token in {variable}")
        raise InputError(f"{self._host()} answered with status {answer.status}; try again later")

    def _next(self, url: str, answer: Answer) -> str | None:
        match = _NEXT.search(answer.headers.get("link", ""))
        if match is None:
            return None
        following = urljoin(url, match[1])
        return following if urlsplit(following).netloc == urlsplit(url).netloc else None

    def _host(self) -> str:
        return urlsplit(self.profile.api).netloc.rpartition("@")[2]


def _github(reader: _Reader) -> Iterator[Listed]:
    name = quote(reader.profile.name, safe="")
    account = reader.one(f"/users/{name}")
    if not isinstance(account, dict):
        raise _unknown(reader)
    kind = "orgs" if account.get("type") == "Organization" else "users"
    for item in reader.pages(f"/{kind}/{name}/repos?per_page=100"):
        size = item.get("size")
        yield Listed(
            name=str(item.get("name")),
            url=str(item.get("clone_url")),
            fork=bool(item.get("fork")),
            archived=bool(item.get("archived")),
            empty=size == 0,
            size_kib=size if isinstance(size, int) else None,
            pushed=cast("str | None", item.get("pushed_at")),
        )


def _gitlab(reader: _Reader) -> Iterator[Listed]:
    name = quote(reader.profile.name, safe="")
    users = reader.one(f"/users?username={name}")
    if isinstance(users, list) and users and isinstance(users[0], dict):
        path = f"/users/{users[0].get('id')}/projects?per_page=100"
    elif reader.one(f"/groups/{name}?with_projects=false") is not None:
        path = f"/groups/{name}/projects?per_page=100&include_subgroups=true"
    else:
        raise _unknown(reader)
    for item in reader.pages(path):
        yield Listed(
            name=str(item.get("path_with_namespace") or item.get("path")),
            url=str(item.get("http_url_to_repo")),
            fork=item.get("forked_from_project") is not None,
            archived=bool(item.get("archived")),
            empty=bool(item.get("empty_repo")),
            size_kib=None,
            pushed=cast("str | None", item.get("last_activity_at")),
        )


def _unknown(reader: _Reader) -> InputError:
    host = "GitHub" if reader.profile.forge == "github" else "GitLab"
    return InputError(
        f"{host} knows nobody named {reader.profile.name!r}; check the spelling, or give the address of a repository"
    )


def _when(reset: str | None) -> str:
    if reset is None or not reset.isdigit():
        return ""
    return f" (until {datetime.fromtimestamp(min(int(reset), 4_102_444_800), UTC):%H:%M} UTC)"
