"""What in a repository is somebody else's: whose a notice of copyright is, and repositories that were put into it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heldout.sources.repository.repository import Repository

NOTICE = re.compile(
    r"copyright[ \t]+(?:\([cC]\)|©)?[ \t]*(?:\d{4}[ \t,–-]*)*(?:by[ \t]+)?(?P<holder>[^\n\d(][^\n]{2,80})",
    re.IGNORECASE,
)
_EMPTY_WORDS = re.compile(
    r"\b(all rights reserved|the|authors?|team|inc|llc|ltd|corporation|corp|contributors?|developers?|and)\b\.?",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"free software foundation|name of|year|yyyy|owner|notice")
"""Holders of the text of a licence, and the blanks in one."""


def find_copies(repo: Repository) -> tuple[str, ...]:
    """Folders that are somebody else's repository, put into this one: with a licence of their own that names only
    strangers, or with a licence and workflows that only the root of a repository starts.

    None where such folders hold half of the code or more: then they are the work.
    """
    licences = repo.glob("licen[cs]e*", "copying*")
    below = {path: path.rpartition("/")[0] for path in licences if "/" in path}
    if not below:
        return ()
    own = " ".join(repo.text(path).text[:3000] for path in licences if path not in below).casefold()
    commits = repo.history.commits if repo.history is not None else ()
    people = {holder_of(name) for name in {p.name for c in commits for p in (c.author, *c.co_authors)}}
    found = set()
    for path, folder in below.items():
        holders = {holder_of(match["holder"]) for match in NOTICE.finditer(repo.text(path).text[:3000])}
        holders = {h for h in holders if h and not _TEMPLATE.search(h)}
        stranger = holders and not any(h in own or committed(h, people) for h in holders)
        if stranger or any(p.startswith(f"{folder}/.github/workflows/") for p in repo.paths):
            found.add(f"{folder}/")
    folders = tuple(sorted(found))
    code = [m for m in repo.modules if m.part == "code"]
    return folders if 2 * sum(m.path.startswith(folders) for m in code) < len(code) else ()


def committed(holder: str, people: Iterable[str]) -> bool:
    """Whether a committer's name is the holder's or a part of it: `cueto` committed what `nathan cueto` holds."""
    words = frozenset(holder.split())
    named = (frozenset(name.split()) for name in people)
    return any(name <= words and max(map(len, name)) > 3 for name in named if name)


def holder_of(text: str) -> str:
    """The name in a notice, without the words that stand in any."""
    plain = _EMPTY_WORDS.sub(" ", text.casefold())
    return " ".join(re.sub(r"[^\w\s&-]", " ", plain).split())[:60]
