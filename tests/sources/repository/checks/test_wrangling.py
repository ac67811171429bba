"""Wrangling and scale: what certainly holds a frame, what grows, what a query does."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.loops import GrownInLoops, RowLoops
from heldout.sources.repository.checks.lost_changes import LostChanges
from heldout.sources.repository.checks.queries import QueryInLoop, SqlUsed, StarQueries
from heldout.sources.repository.checks.wrangling import Grouping
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import frame_names
from heldout.sources.repository.sql import looks_like_sql, read_sql
from tests.support import findings_of, notebook

READ = "import pandas as pd\ndf = pd.read_csv('x.csv')\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (READ, {"df"}),
        (READ + "clean = df.dropna().reset_index()\n", {"df", "clean"}),
        (READ + "df = df.values\n", set()),
        (READ + "for df in parts:\n    pass\n", set()),
        (READ + "rich = df[df.x > 1]\ncolumn = df['x']\n", {"df", "rich"}),
        ("import pandas as pd\ndef f(rows: pd.DataFrame):\n    return rows\n", {"rows"}),
        ("a = b.copy()\nb = a.copy()\nimport pandas\n", set()),
        ("df = read_csv('x.csv')\n", set()),
    ],
)
def test_names_that_certainly_hold_a_frame(code: str, names: set[str]) -> None:
    assert frame_names(Module("a.py", code)) == names


def test_a_result_that_a_cell_shows_is_not_thrown_away() -> None:
    shown = notebook(READ + "df.sort_values('x')  # best first\n", "df.dropna()\nprint(1)")
    found = findings_of({"a.ipynb": shown}, LostChanges())
    assert ["dropna" in f.message for f in found] == [True]
    assert found[0].locations[0].cell == 2


def test_what_each_round_binds_anew_is_not_grown() -> None:
    code = (
        "import numpy as np\nout = []\nfor p in paths:\n    row = load(p)\n    row = np.append(row, [1])\n"
        "    out.append(row)\n"
    )
    assert not findings_of({"a.py": code}, GrownInLoops())
    grown = "import numpy as np\nfor p in paths:\n    out = np.append(out, load(p))\n"
    assert len(findings_of({"a.py": grown}, GrownInLoops())) == 1


def test_one_row_loop_weighs_less_in_a_large_repository() -> None:
    loop = {"a.py": "import pandas as pd\nfor i, row in df.iterrows():\n    use(row)\n"}
    small = findings_of(loop, RowLoops())
    large = findings_of(loop | {"b.py": "".join(f"x{i} = {i}\n" for i in range(4000))}, RowLoops())
    assert small[0].strength > large[0].strength > 0


@pytest.mark.parametrize(
    "text",
    [
        "select a model from the list",
        "With great power",
        "Update the settings",
        "delete this",
        "Create table of contents",
        "Select one of the models from your folder",
        "insert coin",
        "",
    ],
)
def test_sentences_are_no_queries(text: str) -> None:
    assert not looks_like_sql(text)


def test_a_query_is_read() -> None:
    query = read_sql(
        "WITH r AS (SELECT u, row_number() OVER (PARTITION BY u ORDER BY t) AS n FROM e WHERE d > %s)\n"
        "SELECT r.u, count(*) FROM r LEFT JOIN users AS x ON x.id = r.u JOIN o USING (u) -- join z on q\n"
        "WHERE name <> 'join on' GROUP BY r.u"
    )
    assert (query.kind, query.joins, query.windows, query.named, query.groups) == ("with", 2, 1, 1, 1)
    assert query.parameters == 1
    assert not query.star


@pytest.mark.parametrize(
    ("text", "star"),
    [
        ("SELECT * FROM events", True),
        ("SELECT * FROM events WHERE day = 1", False),
        ("SELECT * FROM events LIMIT 10", False),
        ("SELECT count(*) FROM events", False),
        ("WITH a AS (SELECT x FROM t) SELECT * FROM a", False),
    ],
)
def test_whole_tables(text: str, star: bool) -> None:
    assert read_sql(text).star is star


@pytest.mark.parametrize("piece", ["(", "/*", "'", "select * from ", "--", '"', "[", "join ", "as (select "])
def test_hostile_sql_is_read_in_little_steps(piece: str) -> None:
    text = "select a from b " + piece * 200_000
    assert looks_like_sql(text)
    assert read_sql(text).kind == "select"


def test_one_whole_table_is_not_reported() -> None:
    assert not findings_of({"a.py": "rows = read('SELECT * FROM events')\n"}, StarQueries())


def test_a_docstring_is_no_query() -> None:
    code = 'def f():\n    """SELECT a FROM b JOIN c ON b.x = c.x GROUP BY a"""\n'
    assert not findings_of({"a.py": code}, SqlUsed())


def test_a_query_per_value_is_found_through_a_name() -> None:
    code = "q = 'SELECT n FROM t WHERE id = ?'\nfor i in ids:\n    cur.execute(q, (i,))\n"
    found = findings_of({"a.py": code}, QueryInLoop())
    assert len(found) == 1
    assert "`ids`" in found[0].message


@pytest.mark.parametrize(
    ("call", "counts"),
    [
        ("self.resample(sample_rate)", False),
        ("audio = clip.resample(rate=8000)", False),
        ("df.resample('1H')", True),
        ("df.resample(rule).mean()", True),
        ("df.rolling(3)", True),
    ],
)
def test_a_recording_that_is_resampled_is_no_table(call: str, counts: bool) -> None:
    assert bool(findings_of({"a.py": f"def f(self, df, clip, rule, sample_rate):\n    {call}\n"}, Grouping())) is counts
