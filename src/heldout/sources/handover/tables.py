"""What a delivered table says by itself, read on this side with the standard library: no code of the delivery runs."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import Field

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.material.tree import Tree
from heldout.sources.handover.plan import Data

MOST_BYTES = 64 * 1024 * 1024
"""Of one file; of a larger one the first part is read."""
MOST_ROWS = 1_000_000
_MOST_TABLES = 3
_FIELD = 1_000_000
_SAMPLE = 2_000


class DataWorth(Frozen):
    """How far the rows of a table repeat one another."""

    name: str
    rows: int
    columns: int
    repeated: int
    """Rows that are equal, in all columns but a running number, to an earlier one."""
    chance: float | None = None
    """Probability that two rows are equal if their columns had nothing to do with one another; None for one column."""
    classes: dict[str, int] = Field(default_factory=dict)
    """Rows of each value of the named target, when it has few."""
    complete: bool = True
    """False when reading stopped at a limit."""


def delivered_worth(tree: Tree, data: Sequence[Data]) -> tuple[DataWorth, ...]:
    """What the delivered training data say by themselves; tables that cannot be read are left out."""
    told = []
    wanted = [one for one in data if one.present and one.role in ("training", "unknown")]
    for one in [one for one in wanted if one.path.lower().endswith((".csv", ".tsv", ".txt"))][:_MOST_TABLES]:
        try:
            content = tree.read_bytes(one.path, MOST_BYTES)
            told.append(data_worth(content, one.path, one.target))
        except InputError:
            continue
    return tuple(told)


def data_worth(content: bytes, name: str, target: str | None = None) -> DataWorth:
    """Read a delimited text up to the limits. Raises InputError when it is no such text or holds no rows."""
    whole = len(content) < MOST_BYTES
    header, rows = read_rows(content if whole else content[: content.rfind(b"\n") + 1], name)
    ids = _running(header)
    seen: set[bytes] = set()
    counts: Counter[str] = Counter()
    index = header.index(target) if target in header else None
    sample: list[list[str]] = []
    number = repeated = 0
    for row in rows:
        if number >= MOST_ROWS:
            whole = False
            break
        number += 1
        kept = [value.strip() for place, value in enumerate(row) if place not in ids]
        if len(sample) < _SAMPLE:
            sample.append(kept)
        told = hashlib.blake2b("\x1f".join(kept).encode("utf-8", "surrogatepass"), digest_size=12).digest()
        repeated += told in seen
        seen.add(told)
        if index is not None and index < len(row) and len(counts) <= 50:
            counts[row[index][:60]] += 1
    if not number:
        raise InputError(f"{name} holds no rows")
    return DataWorth(
        name=name,
        rows=number,
        columns=len(header),
        repeated=repeated,
        chance=_chance(sample),
        classes=dict(counts) if len(counts) <= 50 else {},
        complete=whole,
    )


def read_rows(content: bytes, name: str) -> tuple[list[str], Iterator[list[str]]]:
    """(header, rows) of a delimited text, its encoding and delimiter found out; raises InputError."""
    text = content.decode(_encoding(content), "replace").replace("\0", "")
    rows = _rows(text, _delimiter(text[:65_536]), name)
    header = next(rows, None)
    if not header:
        raise InputError(f"{name} is empty")
    return [part.strip() for part in header], rows


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(_FIELD)
    try:
        yield from (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
    except csv.Error as error:
        raise InputError(f"{name} is no table of text: {error}") from error


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content[:65_532].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The cut can go through a character; then all but its beginning is sound.
        return "utf-8-sig" if error.start >= 65_528 else "cp1252"
    return "utf-8-sig"


def _delimiter(start: str) -> str:
    """The candidate that cuts the first lines into the same number of parts, the more the better."""
    lines = [line for line in start.splitlines()[:20] if line.strip()][:-1] or start.splitlines()[:1]
    best, score = ",", (0.0, 0)
    for candidate in (",", ";", "\t", "|"):
        counts = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        if counts and counts[0] > 1:
            agreed = sum(count == counts[0] for count in counts) / len(counts)
            if (agreed, counts[0]) > score:
                best, score = candidate, (agreed, counts[0])
    return best


def _running(header: Sequence[str]) -> set[int]:
    """Columns that number the rows: they make every row unlike every other, and say nothing."""
    names = {"", "id", "index", "unnamed: 0", "row", "rownumber", "row_number", "row_id", "no", "no.", "sno", "s.no"}
    return {place for place, name in enumerate(header) if name.strip().lower() in names and len(header) > 1}


def _chance(sample: Sequence[Sequence[str]]) -> float | None:
    width = min(map(len, sample), default=0)
    if width < 2 or len(sample) < 2:
        return None
    likely = 1.0
    for place in range(width):
        counts = Counter(row[place] for row in sample).values()
        likely *= sum(count * (count - 1) for count in counts) / (len(sample) * (len(sample) - 1))
    return likely
