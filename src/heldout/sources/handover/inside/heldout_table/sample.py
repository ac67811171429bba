"""A part of the rows: fewer, never more, in their order, with the classes in their shares."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

from . import formats

_FEW = 50
"""Distinct values of a target up to which it is one of classes."""


def subsample(path: str, out: str, fraction: float, seed: int, target: str, table: str) -> dict[str, Any]:
    """Write a part of a table, and tell how many rows it has. Raises CannotError."""
    if not 0 < fraction <= 1:
        raise formats.CannotError(f"a part is more than 0 and at most 1, and not {fraction}: rows are never copied")
    form = formats.form_of(path)
    if form == "images":
        return _images(Path(path), Path(out), fraction, seed)
    if form == "csv":
        return _csv(path, out, fraction, seed, target)
    if form == "sqlite":
        return _sqlite(path, out, fraction, seed, target, formats.chosen_table(path, table))
    rows = formats.read(path, table)
    place = rows.place(target) if target else None
    kept, note = choose([None if place is None else row[place] for row in rows.rows], fraction, seed)
    if form == "parquet":
        _parquet(path, out, kept)
    else:
        rows.rows = [rows.rows[index] for index in kept]
        formats.write(rows, out)
    return note


def choose(labels: list[Any], fraction: float, seed: int) -> tuple[list[int], dict[str, Any]]:
    """Places of the rows that stay, in order, and what that comes to.

    The same seed makes smaller parts lie within larger ones. With labels of few kinds each kind keeps its share, to
    the nearest row, and at least one row.
    """
    chance = random.Random(seed)  # noqa: S311 - a draw that has to be repeatable
    keys = [chance.random() for _ in labels]
    counts = Counter(str(label) for label in labels)
    wanted = max(1, round(fraction * len(labels))) if labels else 0
    shares = _shares(counts, fraction, wanted) if 1 < len(counts) <= _FEW else {}
    kept: list[int] = []
    left = dict(shares)
    for index in sorted(range(len(labels)), key=lambda place: keys[place]):
        label = str(labels[index])
        if not shares and len(kept) < wanted:
            kept.append(index)
        elif left.get(label, 0) > 0:
            left[label] -= 1
            kept.append(index)
    kept.sort()
    note: dict[str, Any] = {"rows_before": len(labels), "rows_after": len(kept), "fraction": fraction, "seed": seed}
    if shares:
        note["classes_before"] = dict(counts)
        note["classes_after"] = dict(Counter(str(labels[index]) for index in kept))
    return kept, note


def _shares(counts: Counter[str], fraction: float, wanted: int) -> dict[str, int]:
    """Rows of each class: its share rounded down and at least 1; what is left goes to the largest remainders."""
    shares = {label: max(1, int(fraction * count)) for label, count in counts.items()}
    order = sorted(counts, key=lambda label: (-((fraction * counts[label]) % 1), label))
    for label in order:
        if sum(shares.values()) >= wanted:
            break
        if shares[label] < counts[label]:
            shares[label] += 1
    return shares


def _csv(path: str, out: str, fraction: float, seed: int, target: str) -> dict[str, Any]:
    """In two passes, and as the text stands, so that quotes, numbers and line ends stay what they are."""
    dialect = formats.dialect_of(path)
    labels: list[Any] = []
    place: int | None = None
    for index, (row, _) in enumerate(formats.raw_records(path, dialect)):
        if index == 0 and target:
            names = formats.names_in(row, dialect)
            if target not in names:
                raise formats.CannotError(f"there is no column {target!r}; there are {', '.join(names[:20])}")
            place = names.index(target)
        if index == 0 and dialect.header:
            continue
        labels.append(row[place] if place is not None and place < len(row) else None)
    kept, note = choose(labels, fraction, seed)
    wanted, number = set(kept), -1 if dialect.header else 0
    with formats.created(out, dialect.encoding) as file:
        for _, text in formats.raw_records(path, dialect):
            if number < 0 or number in wanted:
                file.write(text if text.endswith(("\n", "\r")) else text + dialect.end)
            number += 1
    return note


def _parquet(path: str, out: str, kept: list[int]) -> None:
    """By pyarrow or polars where they are there, which keep types as they are; else by pandas."""
    if formats.has("pyarrow"):
        parquet = import_module("pyarrow.parquet")
        parquet.write_table(parquet.read_table(path).take(kept), out)
    elif formats.has("polars"):
        import_module("polars").read_parquet(path)[kept].write_parquet(out)
    else:
        formats.frame_of(path, "parquet").iloc[kept].to_parquet(out)


def _sqlite(path: str, out: str, fraction: float, seed: int, target: str, table: str) -> dict[str, Any]:
    """A copy of the file, of which the other rows of one table are deleted; all other tables stay whole."""
    shutil.copyfile(path, out)
    with closing(sqlite3.connect(out)) as base:
        name = formats.quoted(table)
        column = formats.quoted(target) if target else "null"
        try:
            found = base.execute(f"select rowid, {column} from {name} order by rowid").fetchall()  # noqa: S608
        except sqlite3.OperationalError as error:
            raise formats.CannotError(f"rows of {table} cannot be told apart: {error}") from error
        kept, note = choose([label for _, label in found], fraction, seed)
        stays = set(kept)
        gone = [(found[index][0],) for index in range(len(found)) if index not in stays]
        base.executemany(f"delete from {name} where rowid = ?", gone)  # noqa: S608
        base.commit()
        base.execute("vacuum")
    return {**note, "table": table}


def _images(folder: Path, out: Path, fraction: float, seed: int) -> dict[str, Any]:
    """A folder with a part of the images of each folder in it, and everything that is no image."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    images = [file for file in files if file.suffix.lower() in formats.IMAGES]
    kept, note = choose([str(file.parent) for file in images], fraction, seed)
    stays = {images[index] for index in kept} | (set(files) - set(images))
    for file in files:
        if file in stays:
            place = out / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, place)
            except OSError:
                shutil.copyfile(file, place)
    return {key: value for key, value in note.items() if not key.startswith("classes")}
