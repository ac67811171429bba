"""The client's own SQLite file, parquet file and folder of images, from the command line's `--input` to the checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.runs.audit import AuditOrder, plan_of
from heldout.sources.handover.client import parse_input
from heldout.sources.handover.plan_file import write_plan
from heldout.sources.handover.result import Audit
from tests.runs.auditing import audited, check
from tests.runs.index import index_of, repacked
from tests.runs.tabled import (
    FROM_IMAGES,
    FROM_PARQUET,
    FROM_SQLITE,
    MAKES_SQLITE,
    delivery,
    write_images,
    write_parquet,
    write_sqlite,
)

pytestmark = pytest.mark.usefixtures("needs_sandbox")


def on_mine(folder: Path, path: str, mine: Path, index: str) -> Audit:
    return audited(folder, folder.with_suffix(".kept"), index, inputs=(parse_input(f"{path}={mine}"),))


@pytest.fixture
def index(tmp_path: Path) -> object:
    (tmp_path / "index").mkdir()
    with index_of(tmp_path / "index") as address:
        yield address


def test_a_database_of_mine(tmp_path: Path, index: str) -> None:
    folder = delivery(tmp_path / "shop", FROM_SQLITE)
    write_sqlite(folder / "data" / "shop.db", 800)
    result = on_mine(folder, "data/shop.db", write_sqlite(tmp_path / "mine.db", 1600, 2), index)
    told = check(result, "T5")
    assert (told.state, check(result, "T1").state) == ("pass", "pass"), result.checks
    assert "MAE" in told.message
    assert "unit" not in told.message, "that there are more rows is nothing to warn of"
    assert {run.read for run in result.runs} == {("data/shop.db",)}
    assert result.growth is not None, "growth is measured on a database too"
    assert {(p.rows, p.yours) for p in result.growth.points} == {
        *((rows, False) for rows in (100, 200, 400, 800)),
        (1600, True),
    }


def test_a_database_without_its_table_is_told_before_the_error(tmp_path: Path, index: str) -> None:
    folder = delivery(tmp_path / "shop", FROM_SQLITE)
    write_sqlite(folder / "data" / "shop.db", 800)
    mine = write_sqlite(tmp_path / "mine.db", 800, table="orders")
    told = check(on_mine(folder, "data/shop.db", mine, index), "T5")
    assert told.state == "not_assessable", "a file that lacks what theirs has says nothing of their code"
    assert "no table 'sales'" in told.message


def test_a_database_where_none_was_delivered(tmp_path: Path, index: str) -> None:
    folder = delivery(tmp_path / "shop", FROM_SQLITE)
    result = on_mine(folder, "data/shop.db", write_sqlite(tmp_path / "mine.db", 800), index)
    assert (check(result, "T5").state, check(result, "T1").state) == ("pass", "fail")
    assert result.growth is not None
    assert {(p.rows, p.yours) for p in result.growth.points} == {(rows, True) for rows in (100, 200, 400, 800)}


def test_data_of_mine_hold_where_the_delivery_makes_its_own(tmp_path: Path, index: str) -> None:
    folder = delivery(tmp_path / "shop", FROM_SQLITE)
    (folder / "make_data.py").write_text(MAKES_SQLITE)
    readme = (folder / "README.md").read_text()
    (folder / "README.md").write_text(readme.replace("## Train\n", "## Train\n\n    python make_data.py\n"))
    write_sqlite(folder / "data" / "shop.db", 800)
    plan = plan_of(AuditOrder(what=str(folder), kept=tmp_path / "kept"))
    makes = {"purpose": "prepare", "outputs": ("data/shop.db",)}
    steps = tuple(s.model_copy(update=makes if "make_data" in s.command else {}) for s in plan.steps)
    told_plan = (write_plan(plan.model_copy(update={"steps": steps})), "plan.toml")
    mine = write_sqlite(tmp_path / "mine.db", 1600, 2)
    given = (parse_input(f"data/shop.db={mine}"),)
    result = audited(folder, tmp_path / "kept", index, inputs=given, plan=told_plan)
    told = check(result, "T5")
    assert told.state == "pass", told
    assert result.growth is not None, "what it makes and delivers is cut when it is made"
    assert {(p.rows, p.yours) for p in result.growth.points} == {
        *((rows, False) for rows in (100, 200, 400, 800)),
        (1600, True),
    }


def test_a_folder_of_images_of_mine_replaces_theirs_whole(tmp_path: Path, index: str) -> None:
    folder = delivery(tmp_path / "light", FROM_IMAGES)
    write_images(folder / "data" / "train", 340, {"day": 160, "night": 60})
    mine = write_images(tmp_path / "mine", 40, {"day": 160, "dusk": 110}, 2)
    result = on_mine(folder, "data/train", mine, index)
    told = check(result, "T5")
    assert told.state == "pass", "an empty folder `night` left behind would break it"
    assert "'night'" in told.message
    assert [data.path for data in result.plan.data] == ["data/train"], "not every picture for itself"
    assert check(result, "T6").measured.get("rows_high") == 680, "growth is measured on images too"


def test_a_parquet_file_of_mine(tmp_path: Path) -> None:
    wheels = tmp_path / "index"
    wheels.mkdir()
    version = repacked(wheels, "pyarrow")
    folder = delivery(tmp_path / "houses", FROM_PARQUET, f"pyarrow=={version}\n")
    write_parquet(folder / "data" / "sales.parquet", 800)
    with index_of(wheels) as index:
        good = on_mine(folder, "data/sales.parquet", write_parquet(tmp_path / "mine.parquet", 1600, 2), index)
        other = write_parquet(tmp_path / "other.parquet", 800, price="cost")
        bad = on_mine(folder, "data/sales.parquet", other, index)
    assert check(good, "T5").state == "pass", good.checks
    assert check(good, "T6").measured.get("rows_high") == 1600
    assert check(bad, "T5").state == "not_assessable"
    assert "lacks the column 'price'" in check(bad, "T5").message
