"""The data of a delivery: tables and folders of images that it holds, and those that its code names in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.seen import Touch, matches
from heldout.sources.handover.discover.documents import documents
from heldout.sources.handover.discover.drafts import Draft
from heldout.sources.handover.discover.tables import shape
from heldout.sources.handover.discover.view import View, parent
from heldout.sources.handover.plan import Data, Step

Role = Literal["training", "test", "sample", "unknown"]

TABLES = (
    *(".csv", ".tsv", ".parquet", ".feather", ".jsonl", ".ndjson", ".xlsx", ".xls", ".sqlite", ".sqlite3", ".db"),
    *(".npz", ".npy", ".arff", ".h5ad", ".data"),
)
_RESULTS = re.compile(
    r"(^|/)(results?|reports?|outputs?|figures?|figs|logs?|mlruns|predictions?|submissions?|docs?|models?|artifacts?|"
    r"metrics|evaluation|images?|assets|static|\.github)(/|$)",
    re.IGNORECASE,
)
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
_MANY_PICTURES = 30
_MOST = 60
_UNUSED = 20
"""Tables that no step reads and that are named all the same."""
_TESTING = re.compile(r"(^|[_\W])(test|holdout|valid(ation)?|val|eval)([_\W]|$)", re.IGNORECASE)
_SAMPLE = re.compile(r"sample_|_sample|example|demo|request|input", re.IGNORECASE)
_SOURCE = re.compile(
    r"https?://[^\s)>\]\"'`]*(?:kaggle\.com/|archive\.ics\.uci\.edu|zenodo|figshare|huggingface\.co/datasets|openml\.org|"
    r"drive\.google|data\.world|physionet|dropbox|s3\.amazonaws|storage\.googleapis|dataverse|\.csv\b|\.zip\b|"
    r"data\.gov|grouplens|mendeley|github\.com/[^\s)]+/(?:releases|raw)/)[^\s)>\]\"'`]*",
    re.IGNORECASE,
)


_LOCAL = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\*|[\w-]+[:/])", re.IGNORECASE)
"""Addresses of the machine itself, and of services beside it."""


def find_data(view: View, drafts: Sequence[Draft], steps: Sequence[Step]) -> tuple[Data, ...]:
    """What is there, then what is named and is not; each with how steps use it."""
    uses = _Uses(view, drafts, steps)
    found: dict[str, Data] = {}
    for path in _present(view, uses):
        rows, columns = shape(view, path)
        used = uses.targets(path, direct=not columns)
        target = next((name for name in used if name in columns or not columns), None)
        places = tuple(touch.location for touch in uses.of(path))[:5] or (Location(path=path),)
        found[path] = Data(path=path, role=uses.role(path), rows=rows, columns=columns, target=target, locations=places)
    folders = dict(_picture_folders(view, uses))
    single = [path for path in found if path.lower().endswith(_PICTURES)]
    for path in single:
        if any(path.startswith(f"{folder}/") for folder in folders):
            del found[path]  # the folder stands for its pictures
    found.update(folders)
    for path, touch in uses.absent.items():
        if len(found) < _MOST * 2:
            source = _source(view, path, uses)
            target = next(iter(uses.targets(path)), None)
            found[path] = Data(
                path=path,
                role=uses.role(path),
                present=False,
                target=target,
                source=source,
                locations=(touch.location,),
            )
    return tuple(found.values())


class _Uses:
    """Which step reads which data."""

    def __init__(self, view: View, drafts: Sequence[Draft], steps: Sequence[Step]) -> None:
        self.view = view
        self.drafts = drafts
        self.made = [path for step in steps for path in step.outputs]
        self.reads: dict[str, list[tuple[Draft, Touch]]] = {}
        for draft in drafts:
            for touch in draft.study.reads:
                if touch.kind == "table" or (touch.kind == "image" and _is_picture(touch.path)):
                    self.reads.setdefault(touch.path, []).append((draft, touch))
        self.absent = dict(self._absent())

    def _absent(self) -> Iterator[tuple[str, Touch]]:
        for path, uses in self.reads.items():
            if self._needed(path) and "*" not in path:
                yield path, uses[0][1]
        for draft in self.drafts:
            for path in draft.candidate.inputs:
                data = path.lower().endswith(TABLES) or f"{path}.dvc" in self.view.tree
                if data and path not in self.reads and self._needed(path):
                    yield path, Touch(path, "table", draft.candidate.location)

    def _needed(self, path: str) -> bool:
        """Whether it is neither delivered nor made by a step."""
        made = any(matches(pattern, path) or path.startswith(f"{pattern}/") for pattern in self.made)
        return not self.view.exists(path) and not made

    def is_result(self, path: str) -> bool:
        """Whether a step makes it as a result, and others only show it."""
        return bool(_RESULTS.search(parent(path))) and any(matches(pattern, path) for pattern in self.made)

    def of(self, path: str) -> list[Touch]:
        """The reads of a path, by patterns too."""
        return [touch for _, touch in self._of(path)]

    def _of(self, path: str) -> list[tuple[Draft, Touch]]:
        found = list(self.reads.get(path, ()))
        for pattern, uses in self.reads.items():
            if pattern != path and (path.startswith(f"{pattern}/") or ("*" in pattern and matches(pattern, path))):
                found.extend(uses)
        return found

    def role(self, path: str) -> Role:
        """What a path is for: by the steps that read it, and by its name."""
        name = path.rpartition("/")[2]
        purposes = {draft.purpose for draft, _ in self._of(path)}
        if _TESTING.search(name.rpartition(".")[0]):
            return "test"
        if "train" in purposes:
            return "training"
        if purposes & {"predict", "serve"}:
            return "sample"
        if "evaluate" in purposes:
            return "test"
        if "train" in name.lower():
            return "training"
        if purposes & {"prepare", "notebook"}:
            return "training"
        return "sample" if _SAMPLE.search(name) else "unknown"

    def targets(self, path: str, *, direct: bool = False) -> Iterator[str]:
        """The columns that the steps which read it use as the answer; unless `direct`, then those of the trainings."""
        for draft, _ in self._of(path):
            yield from (name for name, _ in draft.study.targets)
        for draft in self.drafts if not direct else ():
            if draft.purpose == "train":
                yield from (name for name, _ in draft.study.targets)


def _is_picture(path: str) -> bool:
    """Whether a path is of pictures that are data: not of a chart in a report."""
    suffix = path.lower().rpartition(".")[2]
    return ("." not in path.rpartition("/")[2] or f".{suffix}" in _PICTURES) and not _RESULTS.search(parent(path))


def _present(view: View, uses: _Uses) -> Iterator[str]:
    """The delivered files of data: those that are read, and tables that are plainly no results."""
    paths = dict.fromkeys(path for path in uses.reads if path in view.tree and not uses.is_result(path))
    for pattern in uses.reads:
        if "*" in pattern:
            paths.update(dict.fromkeys([e.path for e in view.files if matches(pattern, e.path)][:10]))
    made = set(uses.made)
    others = [
        entry.path
        for entry in view.files
        if entry.suffix in TABLES and not _RESULTS.search(parent(entry.path)) and entry.path not in made
    ]
    paths.update(dict.fromkeys(others[:_UNUSED]))
    for path in uses.made:
        if path in view.tree and path.lower().endswith(TABLES) and not _RESULTS.search(parent(path)):
            paths.setdefault(path)
    yield from list(paths)[:_MOST]


def _picture_folders(view: View, uses: _Uses) -> Iterator[tuple[str, Data]]:
    """Folders that hold many pictures; of one folder for each class, the folder above."""
    counts: dict[str, int] = {}
    for entry in view.files:
        if entry.suffix in _PICTURES and not _RESULTS.search(parent(entry.path)):
            counts[parent(entry.path)] = counts.get(parent(entry.path), 0) + 1
    tops: dict[str, int] = {}
    for folder, count in counts.items():
        siblings = [other for other in counts if parent(other) == parent(folder)]
        top = parent(folder) if len(siblings) > 1 and parent(folder) != "." else folder
        tops[top] = tops.get(top, 0) + count
    for top, count in sorted(tops.items()):
        if count >= _MANY_PICTURES and top != ".":
            yield top, Data(path=top, role=uses.role(top), rows=count, locations=(Location(path=top),))


def _source(view: View, path: str, uses: _Uses) -> str:
    """Where a file is to be had: a pointer of DVC, an address beside its name in a document, else the first there."""
    pointer = f"{path}.dvc"
    if pointer in view.tree:
        return _remote(view) or "DVC, but no remote storage is configured"
    name = path.rpartition("/")[2]
    addresses: list[str] = []
    for document in documents(view):
        lines = view.lines(document)[:4_000]
        for number, line in enumerate(lines):
            for found in _SOURCE.finditer(line[:2_000]):
                near = " ".join(lines[max(0, number - 3) : number + 4])
                if name in near:
                    return found[0].rstrip(".,;")
                addresses.append(found[0].rstrip(".,;"))
    fetched = [url for draft in uses.drafts for url, _ in draft.study.urls if not _LOCAL.match(url)]
    distinct = list(dict.fromkeys([*addresses, *fetched]))
    return distinct[0] if distinct else ""


def _remote(view: View) -> str:
    config = view.text(".dvc/config") if ".dvc/config" in view.tree else ""
    found = re.search(r"^\s*url\s*=\s*(\S{1,300})", config, re.MULTILINE)
    return f"DVC remote {found[1]}" if found else ""
