"""The data of a delivery: tables and folders of images that it holds, and those that its code names in vain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.study import Study
from heldout.sources.handover.discover.tables import shape
from heldout.sources.handover.discover.view import View, parent
from heldout.sources.handover.plan import Data

_TABLES = (
    ".csv",
    ".tsv",
    ".parquet",
    ".feather",
    ".jsonl",
    ".ndjson",
    ".xlsx",
    ".xls",
    ".sqlite",
    ".sqlite3",
    ".db",
    ".npz",
    ".npy",
    ".arff",
    ".h5ad",
    ".data",
)
_RESULTS = re.compile(
    r"(^|/)(results?|reports?|outputs?|figures?|figs|logs?|mlruns|predictions?|submissions?|docs?|models?|artifacts?|metrics|evaluation)(/|$)",
    re.IGNORECASE,
)
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
_MOST = 60


def find_data(view: View, studies: Iterable[Study], made: Sequence[str]) -> tuple[Data, ...]:
    """What is there, then what is named but is not; `made` are outputs of steps."""
    found: dict[str, Data] = {}
    reads = [touch for study in studies for touch in study.reads if touch.kind in ("table", "image")]
    named = {touch.path for touch in reads}
    for entry in view.files:
        if (
            entry.suffix in _TABLES
            and len(found) < _MOST
            and (entry.path in named or not _RESULTS.search(parent(entry.path)))
        ):
            rows, columns = shape(view, entry.path)
            found[entry.path] = Data(
                path=entry.path,
                role=_role(entry.path),
                rows=rows,
                columns=columns,
                locations=(Location(path=entry.path),),
            )
    return tuple(found.values())


def _role(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    if re.search(r"(^|[_\W])(test|holdout|valid(ation)?|val|eval)([_\W]|$)", name):
        return "test"
    if re.search(r"sample|example|demo|request|input", name):
        return "sample"
    if re.search(r"train", name):
        return "training"
    return "unknown"
