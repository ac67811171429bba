"""Findings that were wrong when people read them on real repositories do not come back."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.sources.repository.checks.examples.traps_around import AROUND
from tests.sources.repository.checks.examples.traps_around_code import AROUND_CODE
from tests.sources.repository.checks.examples.traps_in_code import IN_CODE
from tests.sources.repository.checks.examples.traps_in_leakage import LEAKS
from tests.sources.repository.checks.examples.traps_in_method import METHOD
from tests.sources.repository.checks.examples.traps_in_practice import PRACTICE
from tests.sources.repository.checks.examples.traps_in_projects import PROJECTS
from tests.sources.repository.checks.examples.traps_in_texts import TEXTS
from tests.sources.repository.checks.examples.traps_in_the_open import CODE, OPEN, THREE
from tests.sources.repository.checks.examples.traps_of_evidence import EVIDENCE
from tests.support import findings_of, history_of, notebook


@pytest.mark.parametrize(
    "trap",
    [*IN_CODE, *AROUND, *LEAKS, *TEXTS, *PRACTICE, *METHOD, *PROJECTS, *OPEN, *AROUND_CODE, *EVIDENCE],
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
    assert "more than one replica (at least 1)" in found.message
    assert [place.line for place in found.locations] == [12, 10]


def test_to_make_tables_and_indexes_asks_for_nothing() -> None:
    (check,) = checks_by_code(["WRA108"])
    text = (
        "CREATE TABLE t (a int, b int);\nCREATE INDEX i ON t (a);\nSELECT a, count(*) FROM t GROUP BY a;\n"
        "CREATE VIEW v AS SELECT t.a FROM t JOIN u ON t.a = u.a;\n"
    )
    (found,) = findings_of({"schema.sql": text}, check)
    assert found.measured["queries"] == 2


def test_of_very_many_texts_the_longest_are_read() -> None:
    (check,) = checks_by_code(["COM104"])
    pages = {
        f"docs/{n:03}.md": "# Page\n\n" + "words that tell how it works " * (20 if n >= 70 else 1) for n in range(150)
    }
    (found,) = findings_of({"a.py": "x = 1\n", "README.md": "# X\n\nA tool.\n", **pages}, check)
    assert found.measured["pages"] == 59


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


def test_numbers_say_what_they_count_and_what_is_left_out() -> None:
    def told(code: str, files: dict[str, str | bytes]) -> str:
        (check,) = checks_by_code([code])
        (found,) = findings_of(files, check)
        return found.message

    rows = "    for r in more:\n        a = np.append(a, r)\n        b = np.append(b, r)\n"
    grown = "import numpy as np\n\n\ndef f(a, b, more):\n" + rows + "    return a, b\n"
    assert told("PYT106", {"a.py": grown}).startswith("At least 2 lines in loops")
    assert "at least 2 places" in told("SCL102", {"a.py": grown})
    log = "# Changes\n\n" + "".join(
        f"## [v1.3-{name}]\n\n- Some words that tell users what was changed in it and why.\n\n" for name in "ab"
    )
    assert "2 versions" in told("CRF202", {"a.py": "x = 1\n", "CHANGELOG.md": log + log})
    said = "It says why these numbers are taken and what is seen when they are added up. " * 20
    explained = ({"cell_type": "markdown"} for _ in range(6))
    cells = [each for more in explained for each in ((said, more), "x = 1", "y = 2")]
    assert "or of fewer than four code cells" in told("NBK107", {"a.ipynb": notebook(*cells)})
    assert "on fewer than four cells" in told("NBK101", {"a.ipynb": notebook(*["x = 1"] * 5)})


def test_words_of_a_readme_are_no_command() -> None:
    (check,) = checks_by_code(["COM101"])
    text = (
        "# X\n\n"
        + "It tells what an experiment showed and how sure that is. " * 5
        + "\n\nInstall with `pip install pandas`.\n"
    )
    (found,) = findings_of({"a.py": CODE, "README.md": text + "- `pending`\n- `table.csv`\n"}, check)
    assert "it is for and how to install it" in found.message


def test_mutual_information_is_corrected_for_chance_when_it_is_adjusted() -> None:
    (check,) = checks_by_code(["STA105"])
    text = TRAIN + "from sklearn.metrics import {0}\nprint({0}(a, b))\n"
    (plain,) = findings_of({"a.py": text.format("normalized_mutual_info_score")}, check)
    (adjusted,) = findings_of({"a.py": text.format("adjusted_mutual_info_score")}, check)
    assert "chance" not in plain.message
    assert "corrected for chance" in adjusted.message


def test_models_whose_predictions_are_each_judged_are_compared() -> None:
    (check,) = checks_by_code(["STA101"])
    each = "{0}.fit(X, y)\np{0} = {0}.predict(Z)\nprint(roc_auc_score(t, p{0}))\n"
    (named,) = findings_of({"a.py": THREE + "".join(each.format(n) for n in "abc")}, check)
    loop = "for model in (a, b, c):\n    print(roc_auc_score(t, model.fit(X, y).predict(Z)))\n"
    (looped,) = findings_of({"a.py": THREE + loop}, check)
    assert named.polarity == looped.polarity == "for"


@pytest.mark.parametrize("command", ["pytest -x --disable-warnings", "pytest -k tests", "pytest test/", "pytest -n 2"])
def test_options_of_pytest_are_no_folders(command: str) -> None:
    (check,) = checks_by_code(["CRF305"])
    workflow = f"on: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"
    (found,) = findings_of({"a.py": CODE, "test/test_a.py": CODE, ".github/workflows/a.yml": workflow}, check)
    assert "runs tests when code is pushed or proposed" in found.message


@pytest.mark.parametrize(
    ("before", "kept"),
    [("requirements.txt .", True), ("pyproject.toml README.md ./", True), ("api ./api", False)],
)
def test_packages_come_before_the_code_when_only_their_lists_are_copied(before: str, kept: bool) -> None:
    (check,) = checks_by_code(["DEP122"])
    text = (
        f"FROM python:3.12-slim\nRUN pip install uv\nCOPY {before}\n"
        "RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n"
    )
    (found,) = findings_of({"a.py": "x = 1\n", "Dockerfile": text}, check)
    assert ("packages installed before" in found.message) is kept


def test_a_training_step_is_not_shown_as_a_draw() -> None:
    (check,) = checks_by_code(["REP201"])
    step = (
        "import torch\n\nopt = torch.optim.SGD(net.parameters(), 0.1)\n"
        "for x in loader:\n    net(x).backward()\n    opt.step()\n"
    )
    (trained,) = [f for f in findings_of({"train.py": step}, check) if f.polarity == "against"]
    (drawn,) = findings_of({"train.py": step, "a.py": "import torch\nx = torch.rand(3)\n"}, check)
    assert "trains networks of PyTorch, whose starting weights are random" in trained.message
    assert "draws random numbers or starting weights from PyTorch" in drawn.message
    assert [place.path for place in drawn.locations] == ["a.py"]


def test_values_that_somebody_may_send_are_pasted() -> None:
    (check,) = checks_by_code(["SAF105"])
    text = "def f(con, name):\n    text = f\"SELECT a FROM t WHERE n = '{name}'\"\n    con.execute(text)\n"
    (found,) = findings_of({"a.py": text}, check)
    assert found.polarity == "against"
    assert "in at least 1 place" in found.message


def test_fetched_weights_data_and_schedules_are_still_told() -> None:
    def told(code: str, files: dict[str, str]) -> str:
        (check,) = checks_by_code([code])
        return " ".join(f.message for f in findings_of({"a.py": TRAIN, **files}, check) if f.polarity == "for")

    fetch = (
        "import urllib.request\nimport torch\nurllib.request.urlretrieve(url, 'model.pt')\n"
        "net = torch.load('model.pt')\n"
    )
    assert "at least 1 file" in told("HND104", {"b.py": fetch})
    script = {"get.sh": "gdown https://drive.example/1Z -O dataset.zip\n"}
    assert "data are fetched by code or script" in told("REP303", script)
    assert "checksums" in told("REP304", {"data/all.sha256": "6ce46dcfbc6d34fbf74c4bbfa9643f10  train.csv\n"})
    dag = (
        "from airflow import DAG\n\n\ndef train_model():\n    pass\n\n\n"
        "with DAG('t', schedule_interval='@daily') as dag:\n    pass\n"
    )
    assert "sets a schedule" in told("MLO105", {"dags/train.py": dag})
    assert "`compute_drift`" in told("MLO114", {"b.py": "def compute_drift(a, b):\n    return a - b\n"})
    assert "`hug train --epochs 3`" in told("HND101", {"README.md": "# X\n\n```\nhug train --epochs 3\n```\n"})


def test_how_to_use_it_is_not_what_it_is_for_and_code_in_one_line_is_code() -> None:
    (check,) = checks_by_code(["COM101"])
    text = "### Setup\n\n" + "Install what is listed below before you begin to work with it. " * 5
    text += "\n\n```pip install -r requirements.txt```\n\n### Usage\n\n" + "It takes an option for each way. " * 5
    text += "\n\n```python3 main.py```\n\n" + "The figures are written beside it. " * 5
    (found,) = findings_of({"a.py": CODE, "main.py": CODE, "README.md": text}, check)
    assert "tells how to install it and how to run it" in found.message
    assert "what it is for" not in found.message.partition("but not")[0]


def test_resources_and_modules_are_counted_as_such() -> None:
    (check,) = checks_by_code(["CLD106"])
    text = 'resource "aws_s3_bucket" "a" {}\nresource "aws_iam_role" "b" {}\nmodule "net" {\n  source = "./net"\n}\n'
    (found,) = findings_of({"a.py": CODE, "main.tf": text}, check)
    assert "3 blocks of resources and modules" in found.message


def test_a_list_of_files_does_not_tell_how_to_install() -> None:
    (check,) = checks_by_code(["COM101"])
    text = (
        "# X\n\n" + "It tells what an experiment showed and how sure that is. " * 5 + "\n\n```\npython main.py\n```\n"
    )
    files = "\n## Structure\n\n    main.py\n    requirements.txt\n    environment.yml\n"
    (found,) = findings_of({"a.py": CODE, "README.md": text + files}, check)
    assert "how to install it" not in found.message.partition("but not")[0]


def test_messages_of_a_word_tell_no_story() -> None:
    (check,) = checks_by_code(["AUT104"])
    told = [(f"Clip the gradient before step {n}", n, 10) for n in range(30)]
    curt = [(word, n, 10) for n, word in enumerate(["so", "fixxds", "Model", "result.html now", "cleani"] * 6)]
    (found,) = findings_of({"main.py": CODE}, check, history=history_of(*told))
    assert found.polarity == "for"
    assert not [f for f in findings_of({"main.py": CODE}, check, history=history_of(*curt)) if f.polarity == "for"]


@pytest.mark.parametrize(("begun", "stages"), [("", False), ("FROM python:3.12 AS built\nRUN make\n", True)])
def test_to_copy_from_an_image_is_no_stage(begun: str, stages: bool) -> None:
    (check,) = checks_by_code(["DEP122"])
    text = f"{begun}FROM python:3.12-slim\nCOPY --from=built /uv /bin/\nRUN pip install --no-cache-dir -r r.txt\n"
    (found,) = findings_of({"a.py": "x = 1\n", "Dockerfile": text}, check)
    assert ("several stages" in found.message) is stages
