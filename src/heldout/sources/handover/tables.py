"""What a delivered table says by itself, read on this side with the standard library: no code of the delivery runs."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from heldout.errors import InputError
from heldout.evidence.types import Frozen

MOST_BYTES = 256 * 1024 * 1024
MOST_ROWS = 2_000_000
_FIELD = 1_000_000
_SAMPLE = 2_000
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")


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


def data_worth(path: Path, name: str = "", target: str | None = None, delimiter: str | None = None) -> DataWorth:
    """Read a delimited text file up to the limits. Raises InputError when it is no such file or holds no rows."""
    header, rows = read_rows(path, delimiter)
    ids = _running(header)
    seen: set[bytes] = set()
    counts: Counter[str] = Counter()
    index = header.index(target) if target in header else None
    sample: list[list[str]] = []
    number = repeated = 0
    complete = True
    for row in rows:
        if number >= MOST_ROWS:
            complete = False
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
        raise InputError(f"{name or path.name} holds no rows")
    return DataWorth(
        name=name or path.name,
        rows=number,
        columns=len(header),
        repeated=repeated,
        chance=_chance(sample),
        classes=dict(counts) if len(counts) <= 50 else {},
        complete=complete,
    )


def read_rows(path: Path, delimiter: str | None = None) -> tuple[list[str], Iterator[list[str]]]:
    """(header, rows) of a delimited text file, its encoding and delimiter found out; raises InputError."""
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES // 2**20} MB and was not read for repeated rows")
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = file.read(65_536)
    found = delimiter or _delimiter(start)
    rows = _rows(path, encoding, found)
    header = next(rows, None)
    if not header:
        raise InputError(f"{path.name} is empty")
    return [name.strip() for name in header], rows


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_FIELD)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            lines = (line.replace("\0", "") for line in file)
            yield from (row for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error as error:
            raise InputError(f"{path.name} is no table of text: {error}") from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(65_536)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start[: max(0, len(start) - 4)].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
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
