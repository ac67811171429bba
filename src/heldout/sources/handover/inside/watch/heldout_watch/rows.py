"""Rows as numbers: a 64-bit hash for each row of a table, so that equal rows can be counted cheaply.

Only equality is asked of it. Numbers are hashed by their value as a 64-bit float, everything else by its text, so the
same row has the same hash in another process too. Nothing here keeps, changes or draws anything of the delivery's.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import weakref
from typing import Any

MOST_ROWS = 50_000
"""Rows hashed of one table; of more, evenly spaced ones."""
MOST_VALUES = 8_000_000
"""Values hashed of one table."""
BUDGET = 400_000_000
"""Values hashed in one process; after that only sizes are told."""
SKETCH = 256
_BLOCK = 500_000
_KEPT = 32

_spent = [0]
_cache: dict[int, Any] = {}


def numpy() -> Any:
    """NumPy as the delivery imported it; KeyError when it did not: the watch imports nothing itself."""
    return sys.modules["numpy"]


class Rows:
    """What was seen of one table: its size, its names, and hashes of (some of) its rows."""

    __slots__ = ("chance", "columns", "hashes", "names", "rows", "step")

    def __init__(self, rows: int, columns: int | None, names: list[str], step: int = 1) -> None:
        self.rows = rows
        self.columns = columns
        self.names = names
        self.step = step
        self.hashes: Any = None
        self.chance: float | None = None

    @property
    def hashed(self) -> int:
        """Rows that have a hash."""
        return 0 if self.hashes is None else len(self.hashes)


def look(table: Any, keep: bool = True) -> Rows | None:
    """Size, names and hashes of a table, or None when it is none that is known here. Raises nothing.

    With `keep` false it is read anew, and not kept in mind.
    """
    with contextlib.suppress(Exception):
        return _look(table) if keep else _read(table)
    return None


def joined(rows: Rows | None, answers: Any) -> Any:
    """Hashes of rows together with their answers; None when either is unknown."""
    with contextlib.suppress(Exception):
        if rows is None or rows.hashes is None or answers is None:
            return None
        told = _look(answers)
        if told is None or told.rows != rows.rows or told.hashes is None or told.step != rows.step:
            return None
        return _mixed(rows.hashes ^ (told.hashes * _constants(1)))
    return None


def repeated(hashes: Any) -> int | None:
    """How many rows are equal to an earlier one."""
    if hashes is None:
        return None
    np = numpy()

    return int(len(hashes) - len(np.unique(hashes)))


def common(hashes: Any, known: Any) -> int | None:
    """How many of these rows are among the known ones."""
    if hashes is None or known is None:
        return None
    np = numpy()

    return int(np.isin(hashes, known).sum())


def sketch(hashes: Any) -> list[str]:
    """The smallest distinct hashes: enough to estimate, in another process, how many rows two tables share."""
    if hashes is None:
        return []
    np = numpy()

    return [f"{value:x}" for value in np.unique(hashes)[:SKETCH].tolist()]


def digest(values: Any) -> int | None:
    """One number for a column of values in its order."""
    with contextlib.suppress(Exception):
        told = _look(values)
        if told is not None and told.hashes is not None:
            np = numpy()

            order = np.arange(1, len(told.hashes) + 1, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
            return int((told.hashes * order).sum(dtype=np.uint64))
    return None


def _look(table: Any) -> Rows | None:
    if "numpy" not in sys.modules or table is None:
        return None
    key = id(table)
    known = _cache.get(key)
    print_ = _fingerprint(table)
    if known is not None and known[0]() is table and known[1] == print_ and print_ is not None:
        return known[2]  # type: ignore[no-any-return]
    rows = _read(table)
    if rows is not None and print_ is not None:
        with contextlib.suppress(TypeError):
            while len(_cache) >= _KEPT:
                del _cache[next(iter(_cache))]
            _cache[key] = (weakref.ref(table), print_, rows)
    return rows


def _fingerprint(table: Any) -> Any:
    """Shape and a few rows, to notice a table that was changed in place; None when it cannot be had cheaply."""
    np = numpy()

    shape = getattr(table, "shape", None)
    if not isinstance(shape, tuple) or not shape or hasattr(table, "tocsr"):
        return None
    picked = np.unique(np.linspace(0, shape[0] - 1, 16).astype(int)) if shape[0] else []
    part = table.iloc[picked].values if hasattr(table, "iloc") else table[picked]
    return (shape, str(part.tolist()) if part.size < 5000 else part.tobytes())


def _read(table: Any) -> Rows | None:
    if hasattr(table, "iloc"):
        return _frame(table)
    if hasattr(table, "tocsr") and hasattr(table, "nnz"):
        return _sparse(table)
    if isinstance(table, (list, tuple)):
        return _list(list(table))
    if type(table).__module__.split(".")[0] == "torch" and hasattr(table, "detach"):
        table = table.detach().cpu().numpy()
    elif not type(table).__module__.startswith("numpy") and hasattr(table, "to_numpy") and hasattr(table, "columns"):
        names = [str(name)[:80] for name in list(table.columns)[:200]]
        return _array(table.to_numpy(), names)
    if type(table).__module__.split(".")[0] in ("numpy", "pandas"):
        return _array(table, [])
    return None


def _begun(rows: int, columns: int, names: list[str]) -> Rows:
    """Empty, with the step at which rows are taken; a step of 0 means that none is hashed."""
    columns = max(columns, 1)
    most = max(1, min(MOST_ROWS, MOST_VALUES // columns))
    step = -(-rows // most) if rows else 1
    cost = -(-rows // step) * columns
    if _spent[0] + cost > BUDGET:
        return Rows(rows, columns, names, 0)
    _spent[0] += cost
    return Rows(rows, columns, names, step)


def _frame(table: Any) -> Rows | None:
    np = numpy()

    if getattr(table, "ndim", 2) == 1:
        told = _begun(len(table), 1, [])
        part = table.iloc[:: told.step] if told.step > 1 else table
        return _columns(told, [part])
    told = _begun(table.shape[0], table.shape[1], [str(name)[:80] for name in list(table.columns)[:200]])
    if not told.step:
        return told
    part = table.iloc[:: told.step] if told.step > 1 else table
    kinds = {getattr(kind, "kind", "O") if isinstance(kind, np.dtype) else "O" for kind in part.dtypes}
    if kinds and kinds <= set("biuf"):
        return _numbers(told, part.values)
    return _columns(told, [part.iloc[:, index] for index in range(part.shape[1])])


def _array(table: Any, names: list[str]) -> Rows | None:
    np = numpy()

    values = np.asarray(table)
    if values.ndim == 0:
        return None
    if values.ndim != 2:
        values = values.reshape(values.shape[0], -1)
    told = _begun(values.shape[0], values.shape[1], names)
    if not told.step:
        return told
    values = values[:: told.step]
    if values.dtype.kind in "biuf":
        return _numbers(told, values)
    return _columns(told, [values[:, index] for index in range(values.shape[1])])


def _list(table: list[Any]) -> Rows | None:
    np = numpy()

    if not table:
        return None
    first = table[0]
    wide = isinstance(first, (list, tuple)) or getattr(first, "ndim", 0) > 0
    told = _begun(len(table), len(first) if wide and hasattr(first, "__len__") else 1, [])
    if not told.step:
        return told
    part = table[:: told.step]
    if wide:
        with contextlib.suppress(ValueError, TypeError):
            return _numbers(told, np.asarray(part, dtype=float).reshape(len(part), -1))
        return _columns(told, [[repr(row) for row in part]])
    return _columns(told, [part])


def _sparse(table: Any) -> Rows | None:
    np = numpy()

    rows, columns = table.shape
    per_row = max(1, int(table.nnz // max(rows, 1)))
    told = _begun(rows, per_row, [])
    told.columns = columns
    if not told.step:
        return told
    matrix = table.tocsr()[:: told.step] if told.step > 1 else table.tocsr()
    values = matrix.data.astype(np.float64) + 0.0
    each = values.view(np.uint64) ^ (matrix.indices.astype(np.uint64) * _constants(2))
    each = _mixed(each * _constants(3))
    each[values == 0] = 0
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(each, dtype=np.uint64)])
    told.hashes = _mixed(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]])
    return told


def _numbers(told: Rows, values: Any) -> Rows:
    np = numpy()

    if not told.step:
        return told
    count, columns = values.shape
    factors = _factors(columns)
    out = np.empty(count, dtype=np.uint64)
    block = max(1, _BLOCK // max(columns, 1))
    with np.errstate(all="ignore"):
        for start in range(0, count, block):
            part = np.array(values[start : start + block], dtype=np.float64, order="C") + 0.0
            if np.isnan(part.sum()):
                part[part != part] = np.nan  # noqa: PLR0124 - all kinds of not-a-number are one
            out[start : start + block] = _mixed(_mixed(part.view(np.uint64) * factors).sum(axis=1, dtype=np.uint64))
    told.hashes = out
    told.chance = _chance([values[:2000, index] for index in range(columns)]) if 1 < columns <= 100 else None
    return told


def _columns(told: Rows, columns: list[Any]) -> Rows:
    np = numpy()

    if not told.step:
        return told
    factors = _factors(len(columns))
    total: Any = None
    coded = []
    for index, column in enumerate(columns):
        bits = _bits(column)
        coded.append(bits[:2000])
        each = _mixed(bits * factors[index : index + 1])
        total = each if total is None else total + each
    told.hashes = _mixed(total) if total is not None else np.empty(0, np.uint64)
    told.chance = _chance(coded) if 1 < len(columns) <= 100 else None
    return told


def _bits(column: Any) -> Any:
    """64 bits for each value of one column: a number's own, a text's hash."""
    np = numpy()

    kind = getattr(column, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind in "biuf":
        with np.errstate(all="ignore"):
            values = np.array(column, dtype=np.float64) + 0.0
        values[values != values] = np.nan  # noqa: PLR0124
        return values.view(np.uint64)
    values = column.tolist() if hasattr(column, "tolist") else list(column)
    known: dict[Any, int] = {}
    out = np.empty(len(values), dtype=np.uint64)
    for index, value in enumerate(values):
        try:
            bits = known.get(value)
            if bits is None:
                bits = known[value] = _bits_of(value)
        except TypeError:
            bits = _bits_of(value)
        out[index] = bits
    return out


def _bits_of(value: Any) -> int:
    import struct

    if isinstance(value, (bool, int, float)):
        number = float(value) + 0.0
        return int(struct.unpack("<Q", struct.pack("<d", number if number == number else float("nan")))[0])  # noqa: PLR0124
    if value is None or str(value) in ("nan", "NaT", "<NA>"):
        return int(struct.unpack("<Q", struct.pack("<d", float("nan")))[0])
    return int.from_bytes(hashlib.blake2b(str(value).encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _chance(columns: list[Any]) -> float | None:
    """How likely two rows would be equal if their columns had nothing to do with one another."""
    np = numpy()

    likely = 1.0
    for column in columns:
        counts = np.unique(column, return_counts=True)[1].astype(float)
        number = counts.sum()
        if number < 2:
            return None
        likely *= float((counts * (counts - 1)).sum() / (number * (number - 1)))
        if likely < 1e-12:
            return 0.0
    return likely


def _factors(count: int) -> Any:
    np = numpy()

    numbers = np.arange(1, count + 1, dtype=np.uint64) * _constants(0)
    return _mixed(numbers) | np.uint64(1)


def _constants(which: int) -> Any:
    np = numpy()

    # Odd, with their bits well spread; any such would do. As arrays, since a scalar warns when it overflows.
    told = (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
    return np.array([told[which]], dtype=np.uint64)


def _mixed(values: Any) -> Any:
    """Every bit of the input moves about half of the bits of the output (a step of the SplitMix64 generator)."""
    np = numpy()

    values = (values ^ (values >> np.uint64(30))) * np.array([0xBF58476D1CE4E5B9], dtype=np.uint64)
    values = (values ^ (values >> np.uint64(27))) * np.array([0x94D049BB133111EB], dtype=np.uint64)
    return values ^ (values >> np.uint64(31))
