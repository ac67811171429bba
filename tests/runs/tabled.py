"""Small deliveries whose data are no text: an SQLite file, a folder of images, a parquet file."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_LINE = """
cut = len(rows) * 3 // 4
train, test = rows[:cut], rows[cut:]
mx, my = sum(x for x, _ in train) / cut, sum(y for _, y in train) / cut
slope = sum((x - mx) * (y - my) for x, y in train) / sum((x - mx) ** 2 for x, _ in train)
mae = sum(abs(slope * (x - mx) + my - y) for x, y in test) / len(test)
Path("models").mkdir(exist_ok=True)
Path("models/line.json").write_text(json.dumps({"slope": slope, "at": mx, "level": my}))
print(f"Test MAE: {mae:.3f} on {len(test)} rows")
"""

FROM_SQLITE = f'''\
"""Fits a line to the sales in data/shop.db."""

import json
import sqlite3
from pathlib import Path

rows = sqlite3.connect("data/shop.db").execute("SELECT size, price FROM sales ORDER BY id").fetchall()
{_LINE}'''

FROM_PARQUET = f'''\
"""Fits a line to data/sales.parquet."""

import json
from pathlib import Path

import pyarrow.parquet

table = pyarrow.parquet.read_table("data/sales.parquet")
rows = list(zip(table["size"].to_pylist(), table["price"].to_pylist()))
{_LINE}'''

FROM_IMAGES = '''\
"""Tells pictures apart by their mean brightness: a folder for each class in data/train."""

import json
from pathlib import Path

DATA = Path("data/train")


def brightness(path):
    content = path.read_bytes()
    pixels = content[int.from_bytes(content[10:14], "little") :]
    return sum(pixels) / len(pixels)


means, test = {}, []
for name in sorted(folder.name for folder in DATA.iterdir()):
    values = [brightness(path) for path in sorted((DATA / name).glob("*.bmp"))]
    cut = len(values) * 3 // 4
    means[name] = sum(values[:cut]) / cut
    test += [(value, name) for value in values[cut:]]
right = sum(min(means, key=lambda n: abs(means[n] - value)) == name for value, name in test)
Path("models").mkdir(exist_ok=True)
Path("models/means.json").write_text(json.dumps(means))
print(f"Test accuracy: {right / len(test):.3f} on {len(test)} pictures of {', '.join(means)}")
'''


MAKES_SQLITE = '''\
"""Makes data/shop.db of made-up sales."""

import random
import sqlite3

chance = random.Random(1)
sizes = [chance.uniform(40, 200) for _ in range(800)]
with sqlite3.connect("data/shop.db") as base:
    base.execute("create table sales (id integer primary key, size real, price real)")
    base.executemany("insert into sales (size, price) values (?, ?)", [(s, 3 * s + chance.gauss(0, 9)) for s in sizes])
'''


def delivery(folder: Path, train: str, requirements: str = "") -> Path:
    """A training alone, without its data."""
    (folder / "data").mkdir(parents=True)
    (folder / "train.py").write_text(train)
    install = "    pip install -r requirements.txt\n" if requirements else ""
    (folder / "README.md").write_text(f"# Prices\n\n## Train\n\n{install}    python train.py\n")
    if requirements:
        (folder / "requirements.txt").write_text(requirements)
    return folder


def sales(count: int, seed: int) -> list[tuple[float, float]]:
    """(size, price) of houses."""
    chance = random.Random(seed)
    return [(size := chance.uniform(40, 200), 3 * size + 50 + chance.gauss(0, 10)) for _ in range(count)]


def write_sqlite(path: Path, count: int, seed: int = 1, table: str = "sales") -> Path:
    """A database with one table."""
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"create table {table} (id integer primary key, size real, price real)")
        base.executemany(f"insert into {table} (size, price) values (?, ?)", sales(count, seed))
        base.commit()
    return path


def write_parquet(path: Path, count: int, seed: int = 1, **names: str) -> Path:
    """A parquet file; `names` are others for its columns."""
    rows = sales(count, seed)
    columns = {"size": [size for size, _ in rows], "price": [price for _, price in rows]}
    pq.write_table(pa.table({names.get(name, name): values for name, values in columns.items()}), path)
    return path


def write_images(folder: Path, count: int, levels: dict[str, int], seed: int = 1) -> Path:
    """A folder of bitmaps of 8 x 8 for each class, of this mean brightness."""
    chance = random.Random(seed)
    for name, level in levels.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = bytes(min(255, max(0, round(chance.gauss(level, 20)))) for _ in range(8 * 8 * 3))
            size = (8).to_bytes(4, "little")
            head = b"BM" + (54 + len(pixels)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
            form = (40).to_bytes(4, "little") + size * 2 + b"\x01\x00\x18\x00" + bytes(24)
            (folder / name / f"{number:04}.bmp").write_bytes(head + form + pixels)
    return folder
