"""Findings that were wrong when people read them on real repositories do not come back."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import Trap
from tests.sources.repository.checks.examples.traps_around import AROUND
from tests.sources.repository.checks.examples.traps_in_code import IN_CODE
from tests.sources.repository.checks.examples.traps_in_leakage import LEAKS
from tests.sources.repository.checks.examples.traps_in_method import METHOD
from tests.sources.repository.checks.examples.traps_in_practice import PRACTICE
from tests.sources.repository.checks.examples.traps_in_projects import PROJECTS
from tests.sources.repository.checks.examples.traps_in_texts import TEXTS
from tests.support import findings_of, notebook


@pytest.mark.parametrize(
    "trap",
    [*IN_CODE, *AROUND, *LEAKS, *TEXTS, *PRACTICE, *METHOD, *PROJECTS],
    ids=lambda trap: f"{trap.code}: {trap.why}",
)
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


def test_a_table_on_ones_own_disk_is_none_of_the_operations_in_the_cloud() -> None:
    (check,) = checks_by_code(["CLD101"])
    text = (
        "import boto3\nimport pandas as pd\n{}.to_parquet('y.parquet')\nboto3.client('s3').upload_file('y', 'b', 'k')\n"
    )
    own = findings_of({"a.py": text.format("pd.read_parquet('x.parquet')")}, check)
    theirs = findings_of({"a.py": text.format("pd.read_parquet('s3://b/x.parquet')")}, check)
    assert "read_parquet" not in own[0].message
    assert "read_parquet" in theirs[0].message


def test_replicas_are_counted_for_the_service_that_has_them() -> None:
    (check,) = checks_by_code(["DEP125"])
    text = (
        "# with limits for all\nservices:\n  a:\n    image: a:1\n    deploy:\n      replicas: 1\n"
        "  b:\n    image: b:1\n    deploy:\n      replicas: 2\n      resources:\n        limits:\n          cpus: '1'\n"
    )
    (found,) = findings_of({"a.py": "x = 1\n", "docker-compose.yml": text}, check)
    assert "more than one replica (1)" in found.message
    assert [place.line for place in found.locations] == [12, 10]


def test_to_make_tables_and_indexes_asks_for_nothing() -> None:
    (check,) = checks_by_code(["WRA108"])
    text = (
        "CREATE TABLE t (a int, b int);\nCREATE INDEX i ON t (a);\nSELECT a, count(*) FROM t GROUP BY a;\n"
        "CREATE VIEW v AS SELECT t.a FROM t JOIN u ON t.a = u.a;\n"
    )
    (found,) = findings_of({"schema.sql": text}, check)
    assert found.measured["queries"] == 2


def test_of_very_many_texts_the_longest_are_read_and_the_count_is_a_least_one() -> None:
    (check,) = checks_by_code(["COM104"])
    pages = {
        f"docs/{n:03}.md": "# Page\n\n" + "words that tell how it works " * (20 if n >= 70 else 1) for n in range(150)
    }
    (found,) = findings_of({"a.py": "x = 1\n", "README.md": "# X\n\nA tool.\n", **pages}, check)
    assert found.message.startswith("At least 59 texts")


def test_lines_of_a_notebook_are_those_of_its_cells() -> None:
    (check,) = checks_by_code(["LEK101"])
    cells = (
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler",
        "df = pd.read_csv('a.csv')\ny = df.pop('y')",
        "print(1)\nX = StandardScaler().fit_transform(df)",
        "a, b, c, d = train_test_split(X, y)\nprint(LogisticRegression().fit(a, c).score(b, d))",
    )
    (found,) = findings_of({"a.ipynb": notebook(*cells)}, check)
    assert "StandardScaler (cell 3, line 2)" in found.message
    assert [(place.cell, place.line) for place in found.locations] == [(3, 2), (4, 1)]


def test_of_a_choice_the_place_is_told_and_without_one_there_is_a_question() -> None:
    (check,) = checks_by_code(["LEK103"])
    head = (
        "from sklearn.datasets import load_iris\nfrom sklearn.model_selection import train_test_split\n"
        "from sklearn.svm import SVC\nX, y = load_iris(return_X_y=True)\na, b, c, d = train_test_split(X, y)\n"
        "best = 0\nfor size in (1, 2, 3):\n    score = SVC(C=size).fit(a, c).score(b, d)\n"
    )
    (chosen,) = findings_of({"a.py": head + "    if score > best:\n        best = score\n"}, check)
    (shown,) = findings_of({"a.py": head + "    print(score)\n"}, check)
    assert (chosen.polarity, chosen.locations[0].line) == ("against", 9)
    assert (shown.polarity, shown.locations[0].line, bool(shown.ask)) == ("unknown", 8, True)


def test_a_statement_of_sql_begins_after_its_notes() -> None:
    (check,) = checks_by_code(["WRA108"])
    text = "-- rows of a month\n/* and\nmore */\nSELECT a, count(*) FROM t GROUP BY a;\n"
    (found,) = findings_of({"q.sql": text}, check)
    assert found.locations[0].line == 4
