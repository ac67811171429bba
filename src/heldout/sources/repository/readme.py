"""The texts for readers that a repository holds, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from heldout.material.document import Document, read_document
from heldout.sources.repository.documents import copied_folders, is_own

if TYPE_CHECKING:
    from heldout.sources.repository.repository import Repository

_DOCUMENTS = 60
"""Texts that are taken apart: who has written sixty pages will not be judged by the next."""
_ENOUGH = 20_000
"""Bytes from which on a text is as good as any longer one."""


def read_documents(repo: Repository) -> tuple[tuple[str, Document], ...]:
    """The texts for readers, the README first if there is one: path and parts; of very many, those with most to say."""
    texts = ((path, repo.text(path).text) for path in _chosen(repo))
    return tuple((path, read_document(text)) for path, text in texts if is_own(path, text))


def _chosen(repo: Repository) -> list[str]:
    paths = list(_paths(repo))
    if len(paths) <= _DOCUMENTS:
        return paths
    sizes = {entry.path: min(entry.size, _ENOUGH) for entry in repo.tree.files}
    front = paths[:1] if repo.readme is not None else []
    kept = sorted(paths[len(front) :], key=lambda path: (-sizes.get(path, 0), path))[: _DOCUMENTS - len(front)]
    return front + sorted(kept)


_FORMAL = re.compile(
    r"(^|/)(licen[cs]e|copying|change|changes|history|news|contribut|code_of|authors|contributors|requirements|security|"
    r"pull_request|issue_template|logs?\.|release|what'?s[_-]?new|third|notice|citation|todo|next_?steps|roadmap|backlog|readme[._-][a-z]{2}([_-][a-z]{2})?\.|top_level|sources|entry_points|claude|agents|gemini|test_result|skill)[^/]*$|(^|/)\.|(^|/)_?(templates|assets|static|resources|prompts?|instructions)/|[._-](system|prompt)\.md$|egg-info|(^|/)(openspec|superpowers|specs?|logs?)/",
    re.IGNORECASE,
)


def _paths(repo: Repository) -> Iterator[str]:
    front = repo.readme.path if repo.readme is not None else None
    if front is not None:
        yield front
    copies = copied_folders(repo)
    for path in repo.paths:
        if path.startswith(copies):
            continue
        if path != front and path.endswith((".md", ".rst", ".qmd", ".Rmd")) and not _FORMAL.search(path):
            yield path
