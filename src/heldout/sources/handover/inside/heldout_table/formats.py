"""Of which form a table is, and its rows one by one."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Iterator

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_SAMPLE = 65_536
_FIELD = 10_000_000


class CannotError(Exception):
    """Why something could not be done with a file, in words."""


class Dialect:
    """How a delimited text is written."""

    def __init__(self, encoding: str, delimiter: str, quote: str, end: str, header: bool) -> None:
        self.encoding = encoding
        self.delimiter = delimiter
        self.quote = quote
        self.end = end
        self.header = header

    def told(self) -> dict[str, Any]:
        """As it is written in a note."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, "header": self.header}


def form_of(path: str) -> str:
    """csv, jsonl, json, sqlite, parquet, excel or images. Raises CannotError for what is none of them."""
    place = Path(path)
    if place.is_dir():
        if any(file.suffix.lower() in IMAGES for file in place.rglob("*")):
            return "images"
        raise CannotError(f"{path} is a folder without images")
    if not place.is_file():
        raise CannotError(f"{path} is not there")
    with place.open("rb") as file:
        start = file.read(64)
    if not start:
        raise CannotError(f"{path} is empty")
    if start.startswith(b"SQLite format 3\x00"):
        return "sqlite"
    if start.startswith(b"PAR1"):
        return "parquet"
    suffix = place.suffix.lower()
    if suffix in (".xlsx", ".xls", ".xlsm", ".ods"):
        return "excel"
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if suffix == ".json":
        return "json" if start.lstrip()[:1] == b"[" else "jsonl"
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")):
        raise CannotError(f"{path} is of no form that is read here")
    return "csv"


def opened(path: str, encoding: str) -> Any:
    """The text of a file, unpacked where it is packed, its line ends as they are."""
    if _packed(path):
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding=encoding, errors="surrogateescape", newline="")
    return open(path, encoding=encoding, errors="surrogateescape", newline="")  # noqa: PTH123


def created(path: str, encoding: str) -> Any:
    """A file to write text to, packed where its name says so."""
    if path.endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path, "wb"), encoding=encoding, errors="surrogateescape", newline="")
    return open(path, "w", encoding=encoding, errors="surrogateescape", newline="")  # noqa: PTH123


def _packed(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def dialect_of(path: str) -> Dialect:
    """Encoding, delimiter, quote, line end and whether there is a header, from the beginning of the file."""
    opener: Any = gzip.open if _packed(path) else open
    with opener(path, "rb") as file:
        raw = file.read(_SAMPLE)
    encoding = _encoding(raw)
    text = raw.decode(encoding, "replace")
    end = "\r\n" if "\r\n" in text else "\n" if "\n" in text else "\r" if "\r" in text else "\n"
    if len(raw) == _SAMPLE:
        text = text[: text.rfind(end) + 1] or text
    lines = text.split("\n")
    quote = "'" if sum(line.startswith("'") for line in lines) > len(lines) / 2 else '"'
    delimiter = _delimiter(text, path, quote)
    return Dialect(encoding, delimiter, quote, end, _has_header(_first(text, delimiter, quote)))


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if raw.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        raw[: max(0, len(raw) - 4)].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if not any(byte in raw for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)) else "latin-1"
    return "utf-8"


def _first(text: str, delimiter: str, quote: str) -> list[list[str]]:
    """The first records of a text; none when it cannot be cut so."""
    told = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote):
            if row:
                told.append(row)
            if len(told) == 30:
                break
    except csv.Error:
        return []
    return told


def _delimiter(text: str, path: str, quote: str) -> str:
    best, score = ("\t" if path.lower().endswith((".tsv", ".tab")) else ","), (0.0, 0)
    for candidate in (",", ";", "\t", "|"):
        counts = [len(row) for row in _first(text, candidate, quote)]
        if counts and counts[0] > 1:
            agreed = sum(count == counts[0] for count in counts) / len(counts)
            if (agreed, counts[0]) > score:
                best, score = candidate, (agreed, counts[0])
    return best


def _has_header(rows: list[list[str]]) -> bool:
    if len(rows) < 2:
        return True
    first = rows[0]
    if any(number(value) is not None for value in first):
        return False
    return len(set(first)) == len(first)


def number(text: Any) -> float | None:
    """The number that a value is, or None; a decimal comma counts as a point."""
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, (int, float)):
        return float(text)
    plain = str(text).strip()
    try:
        return float(plain) if plain and plain[-1:] not in "fFnN" else None
    except ValueError:
        pass
    if plain.count(",") == 1 and "." not in plain:
        try:
            return float(plain.replace(",", "."))
        except ValueError:
            return None
    return None


def raw_records(path: str, dialect: Dialect) -> Iterator[tuple[list[str], str]]:
    """(values, the text as it stands) of each record of a delimited text, header first where there is one."""
    csv.field_size_limit(_FIELD)
    with opened(path, dialect.encoding) as file:
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in file:
                taken.append(line)
                yield line.replace("\0", "")

        for row in csv.reader(lines(), delimiter=dialect.delimiter, quotechar=dialect.quote):
            text = "".join(taken)
            taken.clear()
            if row:
                yield row, text


class Rows:
    """All rows of a table in memory, with the names of its columns; values are texts for a delimited text."""

    def __init__(self, names: list[str], rows: list[list[Any]], form: str) -> None:
        self.names = names
        self.rows = rows
        self.form = form
        self.dialect: Dialect | None = None
        self.frame: Any = None

    def place(self, name: str) -> int:
        """Where a column stands. Raises CannotError when there is none of the name."""
        if name not in self.names:
            raise CannotError(f"there is no column {name!r}; there are {', '.join(self.names[:20])}")
        return self.names.index(name)


def read(path: str, table: str = "", most: int | None = None) -> Rows:
    """The rows of a table, at most so many. Raises CannotError for a folder and for what cannot be read."""
    form = form_of(path)
    if form == "csv":
        return _read_csv(path, most)
    if form in ("jsonl", "json"):
        return _read_json(path, form, most)
    if form == "sqlite":
        return _read_sqlite(path, table, most)
    if form in ("parquet", "excel"):
        return _read_frame(path, form, most)
    raise CannotError(f"{path} is a folder of images, which has no rows")


def _read_csv(path: str, most: int | None) -> Rows:
    dialect = dialect_of(path)
    records = raw_records(path, dialect)
    first = next(records, None)
    if first is None:
        raise CannotError(f"{path} is empty")
    names = names_in(first[0], dialect)
    rows = [] if dialect.header else [first[0]]
    for row, _ in records:
        if most is not None and len(rows) >= most:
            break
        rows.append((row + [""] * len(names))[: max(len(names), len(row))])
    told = Rows(names, [list(row) for row in rows], "csv")
    told.dialect = dialect
    return told


def names_in(first: list[str], dialect: Dialect) -> list[str]:
    """Names of the columns, given the first record; `column 1` and so on where there is no header."""
    return [name.strip() if dialect.header else f"column {place + 1}" for place, name in enumerate(first)]


def _read_json(path: str, form: str, most: int | None) -> Rows:
    with opened(path, "utf-8-sig") as file:
        try:
            entries = json.load(file) if form == "json" else [json.loads(line) for line in file if line.strip()]
        except ValueError as error:
            raise CannotError(f"{path} is no JSON: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CannotError(f"{path} is JSON, and no list of objects")
    names: dict[str, None] = {}
    for entry in entries:
        names.update(dict.fromkeys(map(str, entry)))
    return Rows(list(names), [[entry.get(name) for name in names] for entry in entries[:most]], form)


def _base(path: str) -> Any:
    return closing(sqlite3.connect(f"file:{Path(path).absolute()}?mode=ro", uri=True))


def tables_of(path: str) -> dict[str, int]:
    """Rows of each table of an SQLite file."""
    with _base(path) as base:
        names = [row[0] for row in base.execute("select name from sqlite_master where type = 'table' order by name")]
        return {
            name: base.execute(f"select count(*) from {quoted(name)}").fetchone()[0]  # noqa: S608 - a quoted name
            for name in names
            if not name.startswith("sqlite_")
        }


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def chosen_table(path: str, table: str) -> str:
    """The named table, or the largest."""
    tables = tables_of(path)
    if not tables:
        raise CannotError(f"{path} holds no table")
    if table and table not in tables:
        raise CannotError(f"{path} has no table {table!r}; there are {', '.join(tables)}")
    return table or max(sorted(tables), key=lambda name: tables[name])


def _read_sqlite(path: str, table: str, most: int | None) -> Rows:
    name = chosen_table(path, table)
    limit = "" if most is None else f" limit {int(most)}"
    with _base(path) as base:
        found = base.execute(f"select * from {quoted(name)}{limit}")  # noqa: S608 - a quoted name
        names = [column[0] for column in found.description]
        return Rows(names, [list(row) for row in found], "sqlite")


def pandas() -> Any:
    """The environment's pandas. Raises CannotError when it has none."""
    try:
        return import_module("pandas")
    except ImportError as error:
        raise CannotError(f"this form needs pandas, which cannot be imported: {error}") from error


def frame_of(path: str, form: str) -> Any:
    """A parquet or Excel file as pandas reads it. Raises CannotError with pandas' own reason."""
    library = pandas()
    try:
        return library.read_parquet(path) if form == "parquet" else library.read_excel(path)
    except ImportError as error:
        raise CannotError(f"pandas cannot read this form here: {' '.join(str(error).split())[:200]}") from error


def has(module: str) -> bool:
    """Whether the environment has a package that can be imported."""
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def _read_parquet(path: str, most: int | None) -> Rows:
    """A parquet file by what an environment without pandas reads it with."""
    if has("pyarrow"):
        table = import_module("pyarrow.parquet").read_table(path)
        table = table if most is None else table.slice(0, most)
        columns = [column.to_pylist() for column in table.columns]
        return Rows([str(name) for name in table.column_names], [list(row) for row in zip(*columns)], "parquet")
    if has("polars"):
        frame = import_module("polars").read_parquet(path, n_rows=most)
        return Rows([str(name) for name in frame.columns], [list(row) for row in frame.rows()], "parquet")
    raise CannotError("this form needs pandas, pyarrow or polars, and none of them can be imported")


def _read_frame(path: str, form: str, most: int | None) -> Rows:
    if form == "parquet" and not has("pandas"):
        return _read_parquet(path, most)
    frame = frame_of(path, form)
    frame = frame if most is None else frame.iloc[:most]
    plain = frame.astype(object).where(frame.notna(), None)
    told = Rows([str(name) for name in frame.columns], [list(row) for row in plain.values.tolist()], form)
    told.frame = frame
    return told


def write(rows: Rows, path: str) -> None:
    """Write rows in the form in which they were read. Raises CannotError for a form that is only read."""
    if rows.form == "csv" and rows.dialect is not None:
        _write_csv(rows, path, rows.dialect)
    elif rows.form == "jsonl":
        with created(path, "utf-8") as file:
            for row in rows.rows:
                file.write(json.dumps(dict(zip(rows.names, row)), ensure_ascii=False) + "\n")
    elif rows.form == "json":
        with created(path, "utf-8") as file:
            json.dump([dict(zip(rows.names, row)) for row in rows.rows], file, ensure_ascii=False, indent=1)
    elif rows.form in ("parquet", "excel"):
        _write_frame(rows, path)
    else:
        raise CannotError(f"tables of the form {rows.form} are not written here")


def _write_csv(rows: Rows, path: str, dialect: Dialect) -> None:
    with created(path, dialect.encoding) as file:
        writer = csv.writer(file, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator=dialect.end)
        if dialect.header:
            writer.writerow(rows.names)
        writer.writerows(rows.rows)


def _write_frame(rows: Rows, path: str) -> None:
    frame = pandas().DataFrame(rows.rows, columns=rows.names)
    for name in rows.names:
        if rows.frame is not None and name in rows.frame.columns:
            try:
                frame[name] = frame[name].astype(rows.frame[name].dtype)
            except (ValueError, TypeError):
                kinds = {type(value) for value in frame[name] if value is not None}
                frame[name] = frame[name].astype(str) if len(kinds) > 1 else frame[name]
    if rows.form == "parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_excel(path, index=False)
