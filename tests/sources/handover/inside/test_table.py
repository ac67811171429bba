"""Tables in every form: their schema, a part of their rows, and each way of spoiling them."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import pstdev

import pytest

from heldout.sandbox.interpreters import Interpreter, interpreters
from heldout.sources.handover.schemas import (
    Schema,
    TableNote,
    compare_schemas,
    read_schema,
    read_table_note,
)
from tests.sources.handover.inside.running import TOOLS, run

HEADER = ["id", "age", "income", "kind", "note", "target"]


def rows(number: int = 200) -> list[list[str]]:
    """Rows with whole numbers, numbers, words, notes with the delimiter and line ends in them, and a rare class."""
    return [
        [str(n), str(20 + n % 50), f"{n * 1.5:.2f}", "xyz"[n % 3], f'say "hi",\nno {n}', "yes" if n % 10 == 0 else "no"]
        for n in range(number)
    ]


def write_csv(path: Path, *, delimiter: str = ",", encoding: str = "utf-8", end: str = "\n", number: int = 200) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerow(HEADER)
        writer.writerows(rows(number))
    return path


def table(folder: Path, *arguments: str, python: str | None = None) -> bytes:
    """The note of one command."""
    extra = {"python": python} if python else {}
    note = folder / "note.json"
    note.unlink(missing_ok=True)
    done = run(folder, str(TOOLS / "table.py"), *arguments, "--note", str(note), **extra)
    assert note.exists(), done.stderr
    assert done.returncode == (1 if json.loads(note.read_bytes())["why"] else 0)
    return note.read_bytes()


def schema(folder: Path, file: str, *arguments: str, python: str | None = None) -> Schema:
    told = read_schema(table(folder, "schema", file, *arguments, python=python))
    assert told is not None
    return told


def noted(folder: Path, *arguments: str) -> TableNote:
    told = read_table_note(table(folder, *arguments))
    assert told is not None
    return told


def read_back(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


@pytest.mark.parametrize("python", interpreters(), ids=str)
@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-16"), ("\t", "utf-8-sig"), ("|", "cp1252")]
)
def test_the_schema_of_a_text_table_on_every_python(
    python: Interpreter, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    write_csv(tmp_path / "d.csv", delimiter=delimiter, encoding=encoding)
    told = schema(tmp_path, "d.csv", python=str(python.home / "bin" / f"python{python.minor}"))
    assert (told.form, told.rows, told.delimiter, told.header) == ("csv", 200, delimiter, True)
    assert [(column.name, column.kind) for column in told.columns] == [
        ("id", "integer"),
        ("age", "integer"),
        ("income", "number"),
        ("kind", "text"),
        ("note", "text"),
        ("target", "truth"),
    ]
    age = told.column("age")
    assert age is not None
    assert (age.low, age.high, age.missing) == (20.0, 69.0, 0)
    kind = told.column("kind")
    assert kind is not None
    assert kind.values == {"x": 67, "y": 67, "z": 66}


def test_gzip_missing_values_and_a_table_without_header(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "d.csv.gz", "wt", encoding="utf-8") as file:
        file.write("1,2.5,a\n2,,b\n3,NA,a\n")
    told = schema(tmp_path, "d.csv.gz")
    assert (told.rows, told.header) == (3, False)
    second = told.column("column 2")
    assert second is not None
    assert (second.kind, second.missing) == ("number", 2)


def test_other_forms_have_the_same_schema(tmp_path: Path) -> None:
    entries = [{"a": n, "b": "xy"[n % 2], "c": None if n == 3 else n / 2} for n in range(8)]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, entries)))
    (tmp_path / "d.json").write_text(json.dumps(entries))
    with closing(sqlite3.connect(tmp_path / "d.db")) as base:
        base.execute("create table small (q integer)")
        base.execute("create table large (a integer, b text, c real)")
        base.executemany("insert into large values (:a, :b, :c)", entries)
        base.commit()
    told = [schema(tmp_path, name) for name in ("d.jsonl", "d.json", "d.db")]
    assert [one.columns for one in told] == [told[0].columns] * 3
    assert [(column.name, column.kind, column.missing) for column in told[0].columns] == [
        ("a", "integer", 0),
        ("b", "text", 0),
        ("c", "number", 1),
    ]
    assert told[2].tables == {"large": 8, "small": 0}


def test_images_are_counted_by_folder(tmp_path: Path) -> None:
    for name in ("cat/1.png", "cat/2.jpg", "dog/3.PNG", "dog/readme.txt"):
        (tmp_path / "pics" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pics" / name).write_bytes(b"x")
    told = schema(tmp_path, "pics")
    assert (told.form, told.rows, told.groups) == ("images", 3, {"cat": 2, "dog": 1})
    assert noted(tmp_path, "subsample", "pics", "part", "--fraction", "0.5").rows_after == 2
    assert sorted(path.name for path in (tmp_path / "part").rglob("*.*")) in (
        ["1.png", "3.PNG", "readme.txt"],
        ["2.jpg", "3.PNG", "readme.txt"],
    )


@pytest.mark.parametrize(
    ("delimiter", "encoding", "end"), [(",", "utf-8", "\n"), (";", "cp1252", "\r\n"), ("\t", "utf-16", "\n")]
)
def test_a_part_keeps_header_dialect_order_and_shares(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    source = write_csv(tmp_path / "d.csv", delimiter=delimiter, encoding=encoding, end=end)
    note = noted(tmp_path, "subsample", "d.csv", "part.csv", "--fraction", "0.25", "--seed", "3", "--target", "target")
    assert (note.rows_before, note.rows_after) == (200, 50)
    assert (note.classes_before, note.classes_after) == ({"yes": 20, "no": 180}, {"yes": 5, "no": 45})
    told = read_back(tmp_path / "part.csv", encoding, delimiter)
    assert told[0] == HEADER
    assert len(told) == 51
    places = [int(row[0]) for row in told[1:]]
    assert places == sorted(set(places))
    # Every record stands as it stood, to the last quote.
    whole = source.read_bytes().decode(encoding).split(end)
    part = (tmp_path / "part.csv").read_bytes().decode(encoding).split(end)
    assert set(part) <= set(whole)


def test_the_same_seed_gives_the_same_part_and_smaller_ones_lie_within(tmp_path: Path) -> None:
    write_csv(tmp_path / "d.csv")
    parts = {}
    for name, fraction, seed in (("a", "0.5", "1"), ("b", "0.5", "1"), ("c", "0.125", "1"), ("d", "0.5", "2")):
        noted(tmp_path, "subsample", "d.csv", f"{name}.csv", "--fraction", fraction, "--seed", seed)
        parts[name] = [row[0] for row in read_back(tmp_path / f"{name}.csv")[1:]]
    assert parts["a"] == parts["b"] != parts["d"]
    assert set(parts["c"]) < set(parts["a"])
    assert len(parts["c"]) == 25


def test_every_class_keeps_a_row_and_rows_are_never_copied(tmp_path: Path) -> None:
    write_csv(tmp_path / "d.csv", number=30)
    note = noted(tmp_path, "subsample", "d.csv", "part.csv", "--fraction", "0.1", "--target", "target")
    assert note.classes_after["yes"] >= 1
    for fraction in ("1.5", "0", "-1"):
        refused = noted(tmp_path, "subsample", "d.csv", "part.csv", "--fraction", fraction)
        assert not refused.done
        assert "rows are never copied" in refused.why
    whole = noted(tmp_path, "subsample", "d.csv", "all.csv", "--fraction", "1")
    assert whole.rows_after == 30
    assert (tmp_path / "all.csv").read_bytes() == (tmp_path / "d.csv").read_bytes()


def test_a_part_of_a_database_leaves_the_other_tables_whole(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "d.db")) as base:
        base.execute('create table "some rows" (a integer, b text)')
        base.execute("create table other (c integer)")
        base.executemany('insert into "some rows" values (?, ?)', [(n, "xy"[n % 4 == 0]) for n in range(100)])
        base.execute("insert into other values (1)")
        base.commit()
    note = noted(tmp_path, "subsample", "d.db", "part.db", "--fraction", "0.2", "--target", "b")
    assert (note.rows_after, note.classes_after) == (20, {"x": 15, "y": 5})
    assert schema(tmp_path, "part.db").tables == {"other": 1, "some rows": 20}
    assert schema(tmp_path, "d.db").tables == {"other": 1, "some rows": 100}


def spoilt(folder: Path, kind: str, *arguments: str) -> tuple[TableNote, list[list[str]]]:
    write_csv(folder / "d.csv", number=60)
    told = noted(folder, "perturb", "d.csv", "bad.csv", "--kind", kind, "--target", "target", *arguments)
    assert told.done, told.why
    return told, read_back(folder / "bad.csv")


def changed(told: list[list[str]]) -> Counter[str]:
    """How many cells of each column are other than they were."""
    return Counter(
        HEADER[place]
        for old, new in zip(rows(60), told[1:], strict=True)
        for place in range(len(HEADER))
        if old[place] != new[place]
    )


@pytest.mark.parametrize("kind", ["missing", "out_of_range", "unseen", "wrong_type"])
def test_one_cell_of_each_row_is_spoilt_and_never_the_answer(tmp_path: Path, kind: str) -> None:
    note, told = spoilt(tmp_path, kind)
    found = changed(told)
    assert sum(found.values()) == 60
    assert "target" not in found
    assert set(found) <= set(note.columns)
    assert (note.rows_before, note.rows_after) == (60, 60)


def test_each_kind_does_what_it_says(tmp_path: Path) -> None:
    assert all("" in row for row in spoilt(tmp_path, "missing")[1][1:])
    ages = [float(row[1]) for row in spoilt(tmp_path, "out_of_range", "--column", "age")[1][1:]]
    assert all(age == int(age) and not 20 <= age <= 69 for age in ages)
    assert {row[3] for row in spoilt(tmp_path, "unseen")[1][1:]} == {"heldout-unseen"}
    assert spoilt(tmp_path, "column_order")[1][0] == HEADER[::-1]
    assert spoilt(tmp_path, "empty")[1] == [HEADER]
    assert len(spoilt(tmp_path, "huge")[1]) == 200_001
    assert [len(row) for row in spoilt(tmp_path, "extra_column")[1][:3]] == [7, 7, 7]
    note, told = spoilt(tmp_path, "missing_column")
    assert len(told[0]) == 5
    assert set(HEADER) - set(told[0]) == set(note.columns)
    assert {row[2] for row in spoilt(tmp_path, "wrong_type", "--column", "income")[1][1:]} == {"not-a-number"}


def test_a_drift_moves_every_number_by_its_spread(tmp_path: Path) -> None:
    note, told = spoilt(tmp_path, "shifted")
    assert set(note.columns) == {"id", "age", "income"}
    moves = {round(float(new[1]) - float(old[1]), 6) for old, new in zip(rows(60), told[1:], strict=True)}
    assert moves == {round(pstdev(20 + n % 50 for n in range(60)))}
    assert f"age by {moves.pop():.0f}" in note.what


def test_spoiling_is_repeatable_and_says_when_it_cannot(tmp_path: Path) -> None:
    first, second = (spoilt(tmp_path, "missing", "--seed", "5")[1] for _ in range(2))
    assert first == second
    assert first != spoilt(tmp_path, "missing", "--seed", "6")[1]
    (tmp_path / "words.csv").write_text("a,b\nx,y\nz,w\n")
    for kind, why in (("out_of_range", "no column of numbers"), ("wrong_type", "no column of numbers")):
        told = noted(tmp_path, "perturb", "words.csv", "bad.csv", "--kind", kind)
        assert not told.done
        assert why in told.why
    assert "no column 'q'" in noted(tmp_path, "perturb", "words.csv", "b", "--kind", "missing", "--target", "q").why


@pytest.mark.parametrize("name", ["absent.csv", "empty.csv", "binary.dat", "folder"])
def test_what_is_no_table_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.dat").write_bytes(b"\x00\x01\x02" * 99)
    (tmp_path / "folder").mkdir()
    content = table(tmp_path, "schema", name)
    assert read_schema(content) is None
    assert name in json.loads(content)["why"]


def test_parquet_keeps_its_types_or_says_what_it_needs(tmp_path: Path) -> None:
    code = "import pandas as p; p.DataFrame({'a': range(40), 'b': ['x', 'y'] * 20}).to_parquet('d.parquet')"
    if run(tmp_path, "-c", code).returncode:
        (tmp_path / "d.parquet").write_bytes(b"PAR1" + b"\x00" * 60)
        assert "pandas" in json.loads(table(tmp_path, "schema", "d.parquet"))["why"]
    else:
        assert noted(tmp_path, "subsample", "d.parquet", "part.parquet", "--fraction", "0.5").rows_after == 20
        assert [c.kind for c in schema(tmp_path, "part.parquet").columns] == ["integer", "text"]


def test_the_same_table_differs_in_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "d.csv")
    told = schema(tmp_path, "d.csv")
    assert compare_schemas(told, told) == ()


def test_differences_are_told_in_plain_words(tmp_path: Path) -> None:
    write_csv(tmp_path / "d.csv")
    expected = schema(tmp_path, "d.csv")
    (tmp_path / "mine.csv").write_text("Age;income;kind;more;target\n20;1000000;q;1;yes\n21;word;x;2;no\n;5;x;3;no\n")
    told = compare_schemas(expected, schema(tmp_path, "mine.csv"))
    assert told == (
        "Columns are parted by commas there and by semicolons here.",
        "It lacks the columns 'id', 'note'.",
        "The column 'age' is called 'Age' here; letters and blanks have to be the same.",
        "The column 'income' holds a mixture, and numbers are expected.",
        "'kind' holds value 'q' that the expected data never had.",
        "It has the column 'more' more, which code that takes all columns would use.",
        "It holds 3 rows, where 200 are expected.",
    )


def test_units_missing_values_order_and_form_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("w,h\n" + "\n".join(f"{50 + n},{150 + n}" for n in range(30)))
    (tmp_path / "b.csv").write_text("h,w\n" + "\n".join(f"{1.5 + n / 100},{50 + n if n else ''}" for n in range(30)))
    told = compare_schemas(schema(tmp_path, "a.csv"), schema(tmp_path, "b.csv"))
    assert told == (
        "1 values of 'w' are missing, where none was before.",
        "'h' goes from 1.5 to 1.79, far beyond the expected 150 to 179: it may be in another unit.",
        "The columns stand in another order, which matters to code that counts them.",
    )
    (tmp_path / "c.jsonl").write_text('{"w": 1, "h": 2}\n')
    assert compare_schemas(schema(tmp_path, "a.csv"), schema(tmp_path, "c.jsonl"))[0] == (
        "A table of text (CSV) is expected, and JSON lines was given."
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"command": "schema", "rows": -1}', b"[" * 9999])
def test_what_is_no_note_is_none(content: bytes) -> None:
    assert read_schema(content) is None
    assert read_table_note(content) is None
