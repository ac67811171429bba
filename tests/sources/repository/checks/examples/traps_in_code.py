"""Traps in code: how it is written, tested, and what it computes."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.support import Files

_DEFINES = "\n\n".join(
    f'def step_{i}(rows):\n    """Keep rows."""\n    kept = [r for r in rows if r > {i}]\n'
    f"    total = sum(kept)\n    return total / {i + 1}"
    for i in range(8)
)
_OWN = "\n".join(
    f"def only_{{name}}_{i}(a, b):\n    return a * {i} + b - {i + 2} + the_same_for_all(b)\n" for i in range(60)
)
_TOLD = '    """Classify.\n' + "\n".join(f"    option_{i} : a number, by default {i} units of it" for i in range(60))
_NAMES = (
    "from toolbox.tables import (\n"
    + "\n".join(f"    describe_columns_{i} as describe_{i}," for i in range(60))
    + "\n)\n"
)


def _four(head: str) -> Files:
    """Four files with code of their own below the same beginning."""
    return {f"{n}.py": head.format(name=n) + _OWN.format(name=n) for n in ("a", "b", "c", "d")}


IN_CODE = (
    Trap(
        "CRF401",
        "for",
        "a download or a table at import is work",
        {
            "pkg/a.py": f"import nltk\nnltk.download('stopwords')\n{_DEFINES}",
            "pkg/b.py": f"import pandas as pd\nTABLE = pd.read_csv('table.csv')\n{_DEFINES}",
        },
    ),
    Trap(
        "CRF402",
        "against",
        "the same docstring is no copied code",
        _four(f'def {{name}}(table):\n{_TOLD}\n    """\n    return table\n\n\n'),
    ),
    Trap("CRF402", "against", "the same names in the brackets of an import are no copied code", _four(_NAMES)),
    Trap(
        "SCL104",
        "for",
        "a map of two hundred numbers is no large data",
        {"play.py": "import numpy as np\nboard = np.memmap('b', dtype=np.int8, mode='w+', shape=(20, 10))\n" + TRAIN},
    ),
    Trap(
        "STA101",
        "for",
        "a function that loads a baseline's file compares nothing",
        {"a.py": TRAIN + "\n\ndef load_baseline(path):\n    return open(path).read()\n"},
    ),
    Trap(
        "ROB102",
        "for",
        "a test that finds no missing values tries none",
        {"a.py": TRAIN, "tests/test_a.py": "def test_no_nans_in_features(table):\n    assert table.sum() > 0\n"},
    ),
    Trap(
        "SCL101",
        "against",
        "rows that are printed, a handful of them, and pairs of columns",
        {
            "a.py": "import pandas as pd\n\n\ndef show(df, corr):\n    for _, row in df.iterrows():\n"
            "        print(row.a)\n    for _, row in df.head(10).iterrows():\n        keep(row)\n"
            "    for i in range(len(corr.columns)):\n        use(corr.iloc[i, 0])\n"
        },
    ),
    Trap(
        "STA102",
        "for",
        "what is only predicted is not judged",
        {"a.py": TRAIN + "out = model.predict(X_test)\nout.tofile('submission.csv')\n"},
    ),
    Trap(
        "STA102",
        "against",
        "a score called the training's, in a project that holds out elsewhere",
        {
            "train.py": "from sklearn.metrics import accuracy_score\n"
            + TRAIN.replace("(X, y)", "(X_train, y_train)")
            + "fitted = model.predict(X_train)\ntrain_accuracy = accuracy_score(y_train, fitted)\n",
            "judge.py": "from sklearn.model_selection import train_test_split\na, b = train_test_split(rows)\n",
        },
    ),
    Trap(
        "STA105",
        "against",
        "another file looks closer than at accuracy",
        {
            "train.py": "from sklearn.metrics import accuracy_score\nfrom sklearn.svm import SVC\n"
            "m = SVC(class_weight='balanced').fit(X, y)\nprint(accuracy_score(y, m.predict(X)))\n",
            "judge.py": "from sklearn.metrics import f1_score\nprint(f1_score(y_test, predicted))\n",
        },
    ),
    Trap(
        "CRF101",
        "against",
        "a page in a string is no logic",
        {
            "a.py": _DEFINES,
            "b.py": 'def page(rows):\n    return f"""\n' + "<p>a line of the page</p>\n" * 200 + '"""\n',
        },
    ),
    Trap(
        "WRA110",
        "against",
        "a query that reads a file fetches no table",
        {
            "a.py": "import duckdb\nfor p in paths:\n    duckdb.sql(f\"SELECT * FROM read_csv_auto('{p}')\")\n"
            "duckdb.sql(\"SELECT * FROM read_parquet('x.parquet')\")\n"
        },
    ),
    Trap(
        "CRF305",
        "for",
        "a program in a folder of tests is no test",
        {
            "a.py": _DEFINES,
            ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            "      - run: python tests/fixtures/make_rows.py\n",
        },
    ),
    Trap(
        "PYT112",
        "for",
        "a session that is handed out once is no flow of data",
        {
            f"deps{i}.py": "async def get_session():\n    async with factory() as session:\n        yield session\n"
            for i in range(3)
        },
    ),
    Trap(
        "SCL104",
        "for",
        "cutting up what is in memory bounds nothing",
        {
            "train.py": TRAIN
            + "\n\ndef batches(data, n):\n    for i in range(0, len(data), n):\n        yield data[i : i + n]\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "a table of methods and versions shows no results",
        {
            "train.py": TRAIN,
            "README.md": "# X\n\n| model | kind | backend |\n|---|---|---|\n"
            + "| NCF | pure | needs TensorFlow 1.15 or later |\n" * 5,
        },
    ),
    Trap(
        "FRW105",
        "for",
        "weights put together on the spot were not saved",
        {"net.py": "import torch\n\n\ndef f(net, w):\n    net.load_state_dict({'weight': w})\n    w.backward()\n"},
    ),
    Trap(
        "FRW109",
        "for",
        "the sampler of a search draws no batches",
        {"a.py": TRAIN + "import optuna\nstudy = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))\n"},
    ),
    Trap(
        "LEK102",
        "against",
        "what a player expects of its next moves is no score",
        {
            "dqn.py": "import gym\nimport numpy as np\nfrom keras.models import Sequential\n\n\n"
            "def replay(batch):\n    model = Sequential()\n    q = model.predict(batch)\n"
            "    model.fit(batch, np.max(q))\n    return np.max(model.predict(batch))\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "the standard deviation of the inputs is no spread of results",
        {"train.py": TRAIN, "README.md": "# Drift\n\nDistance of the scaled mean and standard deviation of inputs.\n"},
    ),
    Trap(
        "WRA102",
        "for",
        "a method of one's own is no method of a table",
        {
            "train.py": TRAIN,
            "clean.py": "import pandas as pd\n\n\nclass Clean:\n    def run(self):\n        self.pivot()\n\n"
            "    def pivot(self):\n        return pd.DataFrame()\n",
        },
    ),
    Trap(
        "ROB108",
        "against",
        "one's own machine is no other service",
        {
            "train.py": TRAIN,
            "try_it.py": "import requests\nprint(requests.post('http://localhost:9696/predict', json={}))\n",
        },
    ),
    Trap(
        "STA108",
        "against",
        "a number that nobody holds against a threshold is no test",
        {
            "train.py": TRAIN,
            "compare.py": "from scipy import stats\n\nfor name in names:\n    r, p = stats.pearsonr(x[name], y)\n"
            "    rho, q = other(x[name])\n    if q < 0.05:\n        print(name, r)\n",
        },
    ),
    Trap(
        "STA106",
        "for",
        "the spread of the scores of single rows is none of a result",
        {"train.py": TRAIN, "trace.py": "row = {'context_std': float(context_scores.std())}\n"},
    ),
    Trap(
        "FRW108",
        "for",
        "whoever only seeds the card chooses no device",
        {
            "train.py": "import torch\nmodel = torch.nn.Linear(2, 1)\nif torch.cuda.is_available():\n"
            "    torch.cuda.manual_seed(3)\nmodel(x).sum().backward()\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "what the data were is no model to compare with",
        {
            "train.py": TRAIN,
            "drift.py": '"""Drift of the inputs."""\n\n\ndef build_baseline(rows):\n    return {"mean": rows.mean()}\n',
        },
    ),
    Trap(
        "PYT106",
        "against",
        "an array that each round begins anew is not grown",
        {
            "train.py": TRAIN,
            "parts.py": "import numpy as np\n\n\n"
            + "".join(
                f"def out{i}(series):\n    for one in series:\n        rest = one[:3]\n"
                "        rest = np.concatenate([rest, one[9:]])\n        print(rest)\n\n\n"
                for i in range(3)
            ),
        },
    ),
    Trap(
        "ROB108",
        "against",
        "one's own machine is no other service, whatever its name",
        {
            "train.py": TRAIN,
            "try_it.py": "import requests\n\n\ndef send(port):\n    url = f'http://localhost:{port}/predict'\n"
            "    return requests.post(url, json={})\n",
        },
    ),
)
