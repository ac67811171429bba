"""False-positive traps of the checks of Python."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.checks.containers import SlowContainers
from heldout.sources.repository.checks.errors_and_files import OpenFiles, SwallowedErrors
from heldout.sources.repository.checks.python_idiom import Globals, IndexLoops, WrongComparisons
from heldout.sources.repository.checks.untrusted_input import Evaluated, PastedSql, UnsafeLoading
from tests.support import findings_of, notebook

INNOCENT: list[tuple[Check, str]] = [
    (SwallowedErrors(), "try:\n    f()\nexcept Exception as error:\n    log(error)\n"),
    (SwallowedErrors(), "try:\n    f()\nexcept:\n    close()\n    raise\n"),
    (
        OpenFiles(),
        "def f(p):\n    file = open(p)\n    try:\n        return file.read()\n    finally:\n        file.close()\n",
    ),
    (OpenFiles(), "import webbrowser\nfrom PIL import Image\n\ndef f(p):\n    return Image.open(p)\n"),
    (
        OpenFiles(),
        "from contextlib import ExitStack\n\ndef f(ps, s):\n    return [s.enter_context(open(p)) for p in ps]\n",
    ),
    (SlowContainers(), "def f(rows, known):\n    for row in rows:\n        if row in known:\n            use(row)\n"),
    (
        SlowContainers(),
        "def f(rows):\n    for row in rows:\n        seen = []\n        seen.append(1)\n        use(row in seen)\n",
    ),
    (
        SlowContainers(),
        "import numpy as np\n\ndef f(classes):\n    a = []\n    for c in classes:\n        a = np.append(a, c)\n",
    ),
    (SlowContainers(), "def f(args):\n    first = args.pop(0)\n    for a in args:\n        a.pop(0)\n"),
    (
        SlowContainers(),
        "def f(x, groups):\n    group = []\n    for y in x:\n        group.append(y)\n    for group in groups:\n"
        "        use(x in group)\n",
    ),
    (WrongComparisons(), "from sqlalchemy import select\nq = select(T).where(T.x == None)\n"),
    (WrongComparisons(), "def f(x):\n    assert (x > 0), 'positive'\n    return x is True or x is None\n"),
    (WrongComparisons(), "def f(model=None):\n    if model == None:\n        model = build()\n    return model\n"),
    (Globals(), "graph = new()\n\ndef f():\n    global graph\n    with graph.as_default():\n        return 1\n"),
    (
        UnsafeLoading(),
        "import pickle, requests\n\ndef f(p):\n    requests.get('x')\n    return pickle.load(open(p, 'rb'))\n",
    ),
    (
        UnsafeLoading(),
        "import yaml, requests\n\ndef f(u):\n    return yaml.load(requests.get(u).text, Loader=yaml.SafeLoader)\n",
    ),
    (Evaluated(), "import subprocess\n\ndef f(p):\n    subprocess.run(f'ls {p}'.split())\n    model.eval()\n"),
    (Evaluated(), "import os\nROOT = 'x'\nos.system('ls ' + ROOT)\nos.system('nvidia-smi')\n"),
    (
        PastedSql(),
        "def f(cur, t):\n    cur.execute('SELECT a FROM {} WHERE x = 1'.format(t))\n    run.execute(f'make {t}')\n",
    ),
    (PastedSql(), "def f(cur, n):\n    query = 'SELECT a FROM t WHERE n = %s'\n    cur.execute(query, (n,))\n"),
]


@pytest.mark.parametrize(("check", "text"), INNOCENT, ids=[f"{c.code}-{i}" for i, (c, _) in enumerate(INNOCENT)])
def test_says_nothing_against_the_innocent(check: Check, text: str) -> None:
    parts = [text.replace("def f", f"def f{i}") for i in range(6)]
    assert not [f for f in findings_of({"a.py": "\n\n".join(parts)}, check) if f.polarity == "against"]


def test_globals_changed_by_attribute_or_item_count() -> None:
    text = "def f():\n    global args\n    args.size = 1\n\ndef g():\n    global record\n    record['a'] = 1\n"
    (finding,) = findings_of({"a.py": text}, Globals())
    assert finding.measured["count"] == 2


def test_a_download_is_followed_to_the_loader() -> None:
    text = "import torch\nfrom urllib.request import urlretrieve\n\ndef f(url, path):\n"
    text += "    urlretrieve(url, path)\n    return torch.load(path)\n"
    (finding,) = findings_of({"a.py": text}, UnsafeLoading())
    assert finding.locations[0].line == 6


@pytest.mark.parametrize(
    "query",
    [
        "f\"SELECT a FROM t WHERE n = '{n}'\"",
        "\"SELECT a FROM t WHERE n = '%s'\" % n",
        '"SELECT a FROM t WHERE n = \'" + n + "\'"',
        "\"DELETE FROM t WHERE n = '{}'\".format(n)",
    ],
)
def test_every_way_to_paste_a_value_into_sql(query: str) -> None:
    direct = f"def f(cur, n):\n    cur.execute({query})\n"
    named = f"def f(cur, n):\n    sql = {query}\n    cur.execute(sql)\n"
    for text in (direct, named):
        (finding,) = findings_of({"a.py": text}, PastedSql())
        assert finding.polarity == "against"


def test_places_in_notebooks_name_the_cell() -> None:
    cell = "try:\n    x = 1\nexcept:\n    pass"
    (finding,) = findings_of({"a.ipynb": notebook("y = 2", cell, cell)}, SwallowedErrors())
    assert [(p.cell, p.line) for p in finding.locations] == [(2, 3), (3, 3)]


def test_the_same_number_weighs_less_in_more_code() -> None:
    bad = "def g():\n    try:\n        h()\n    except:\n        pass\n" * 3
    more = "\n".join(f"x{i} = {i}" for i in range(3000))
    (small,) = findings_of({"a.py": bad}, SwallowedErrors())
    (large,) = findings_of({"a.py": bad, "b.py": more}, SwallowedErrors())
    assert large.strength < small.strength


@pytest.mark.parametrize(
    ("body", "against"),
    [
        ("use(self.names[i], self.data[self.names[i]])", True),
        ("use(self.names[i], scores[i])", False),
        ("self.names[i] = ''", False),
        ("use(other.names[i])", False),
    ],
)
def test_an_attribute_that_is_walked_by_position_counts(body: str, against: bool) -> None:
    loop = f"    for i in range(len(self.names)):\n        {body}\n"
    code = "".join(f"def g{n}(self, other, scores):\n{loop}\n" for n in range(5))
    found = findings_of({"a.py": code}, IndexLoops())
    assert [f.polarity for f in found] == (["against"] if against else [])


def test_a_file_closed_by_hand_counts_among_those_opened() -> None:
    managed = "".join(f"def f{i}(p):\n    with open(p) as file:\n        return file.read()\n\n\n" for i in range(6))
    by_hand = "def g(p):\n    file = open(p, 'w')\n    file.write('x')\n    file.close()\n"
    (finding,) = findings_of({"a.py": managed + by_hand}, OpenFiles())
    assert finding.message == (
        "At least 6 files that are opened are closed by a context manager, and 1 was seen that is not."
    )
