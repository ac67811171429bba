"""Links within a delivery: what they lead to stands in their place, as a copy; what leads out of it stays unread.

A checkout follows such links, so code may read `notebooks/data/x.csv` where only `data/x.csv` is delivered. Nothing on
disk is followed for that: where a link leads is worked out from the paths of the tree alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from heldout.evidence.types import Gap
from heldout.material.gaps import Skipped
from heldout.material.scan import keep_within
from heldout.material.tree import LINK, FileEntry, Tree

_HOPS = 40
"""Links on the way to one place, as Linux counts them."""
_LEADS_OUT = "a link that leads out of the delivery, not followed"
_LEADS_NOWHERE = "a link to what is not delivered or to a folder that holds it, not followed"
_MOST = 1_000
"""Links of one delivery that are followed."""


def follow_links(tree: Tree) -> tuple[Tree, tuple[Gap, ...]]:
    """The tree with a copy of what each link leads to within it, and a gap for each reason why others are left out.

    Copies count for the caps of the tree as other files do. Of a linked folder the files are copied, and those that
    links in it lead to; further folders that such links lead to are not.
    """
    links = [entry for entry in tree if entry.symlink]
    if not links:
        return tree, ()
    skipped = Skipped()
    known = _Known(tree)
    lost, copies = list(links[_MOST:]), list[FileEntry]()
    for entry in lost:
        skipped.add(f"more than {_MOST:,} links", entry.path)
    for entry in links[:_MOST]:
        place = known.place(entry.path)
        found = [] if place is None else list(known.copies(entry.path, place, tree.limits.files - len(copies)))
        if not found:
            why = (
                "that leads out of the delivery" if place is None else "to what is not delivered, or that holds itself"
            )
            skipped.add(f"a link {why}, not followed", entry.path)
            lost.append(entry)
        copies += found
    files = keep_within([*known.plain.values(), *lost, *copies], tree.limits, skipped)
    kept = tuple(gap for gap in tree.gaps if gap.why != LINK)
    return replace(tree, files=files, gaps=(*kept, *skipped.gaps())), skipped.gaps()


@dataclass(frozen=True)
class _Known:
    """What a tree holds, by path."""

    tree: Tree

    @cached_property
    def plain(self) -> dict[str, FileEntry]:
        return {entry.path: entry for entry in self.tree if not entry.symlink}

    @cached_property
    def links(self) -> dict[str, str]:
        return {entry.path: entry.target for entry in self.tree if entry.symlink}

    @cached_property
    def paths(self) -> list[str]:
        return sorted(entry.path for entry in self.tree)

    def place(self, path: str) -> str | None:
        """Where a path leads by the links of the tree, relative to its root; None when that is outside, or nowhere."""
        return _place(path, self.links)

    def copies(self, path: str, place: str, most: int) -> Iterator[FileEntry]:
        """The files that stand at `path` when it leads to `place`, at most `most`; none for a folder that holds it."""
        if place in self.plain:
            yield _copy(self.plain[place], path)
            return
        around = f"{place}/" if place else ""
        if path.startswith(around):
            return
        start = bisect_left(self.paths, around)
        for inner in self.paths[start : start + most]:
            if not inner.startswith(around):
                return
            found = self.plain.get(self.place(inner) or "" if inner in self.links else inner)
            if found is not None:
                yield _copy(found, f"{path}/{inner.removeprefix(around)}")


def _copy(entry: FileEntry, path: str) -> FileEntry:
    return replace(entry, path=path, stored=entry.stored or entry.path)


def _place(path: str, links: Mapping[str, str]) -> str | None:
    """Where a path leads by the links of the tree, relative to its root; None when that is outside, or nowhere."""
    found: list[str] = []
    waiting = path.split("/")[::-1]
    hops = 0
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not found:
                return None
            found.pop()
            continue
        found.append(part)
        target = links.get("/".join(found))
        if target is None:
            continue
        hops += 1
        if hops > _HOPS or not target or target.startswith("/"):
            return None
        found.pop()
        waiting += target.split("/")[::-1]
    return "/".join(found)
