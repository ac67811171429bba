"""What looked like the case and was not: wrong findings on real repositories, in code of our own like theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.support import Files


@dataclass(frozen=True)
class Trap:
    """A repository on which a check must not speak with this polarity."""

    code: str
    polarity: Literal["for", "against", "unknown"]
    why: str
    files: Files


_TRAIN = "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression()\nmodel.fit(X, y)\n"
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


TRAPS = (
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
        {"play.py": "import numpy as np\nboard = np.memmap('b', dtype=np.int8, mode='w+', shape=(20, 10))\n" + _TRAIN},
    ),
    Trap(
        "COM104",
        "for",
        "prompts for a language model are no documentation",
        {
            "main.py": _DEFINES,
            "README.md": "# Agent\n",
            "app/prompts/planner.md": "# Planner\n\n" + "You are the planner of the agent. " * 30,
        },
    ),
    Trap(
        "REP104",
        "against",
        "a declared distribution of a family brings the family's package",
        {
            "a.py": "import numpy\nimport pandas\nfrom opentelemetry import trace\n",
            "requirements.txt": "numpy\npandas\nopentelemetry-sdk\n",
        },
    ),
    Trap(
        "REP301",
        "unknown",
        "a key called content is no path of a platform",
        {"a.py": "import os\n\nroot = os.environ.get('ROOT', '/content/drive/x')\nrow = {'content': 'x', 'n': 1}\n"},
    ),
    Trap(
        "SAF105",
        "against",
        "marks that were made before stand for parameters",
        {
            "a.py": "def f(cur, ids):\n    marks = ','.join('?' * len(ids))\n"
            "    cur.execute(f'SELECT a FROM t WHERE id IN ({marks})', ids)\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "a function that loads a baseline's file compares nothing",
        {"a.py": _TRAIN + "\n\ndef load_baseline(path):\n    return open(path).read()\n"},
    ),
    Trap(
        "REP205",
        "for",
        "scores of customers are no metrics of a model",
        {
            "a.py": "def keep(data_scores, path):\n    data_scores.to_csv(path + '_scores.csv')\n",
            "train.py": _TRAIN,
        },
    ),
    Trap(
        "HND109",
        "for",
        "troubleshooting without a word on how to operate it",
        {"train.py": _TRAIN, "README.md": "# X\n\n## Troubleshooting\n\n" + "Check the settings of the notebook. " * 9},
    ),
    Trap(
        "ROB102",
        "for",
        "a test that finds no missing values tries none",
        {"a.py": _TRAIN, "tests/test_a.py": "def test_no_nans_in_features(table):\n    assert table.sum() > 0\n"},
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
        {"a.py": _TRAIN + "out = model.predict(X_test)\nout.tofile('submission.csv')\n"},
    ),
    Trap(
        "STA102",
        "against",
        "a score called the training's, in a project that holds out elsewhere",
        {
            "train.py": "from sklearn.metrics import accuracy_score\n"
            + _TRAIN.replace("(X, y)", "(X_train, y_train)")
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
        "BUS101",
        "for",
        "the price at which to sell is no gain from predictions",
        {
            "a.py": _TRAIN
            + "\n\ndef f(price, threshold):\n    take_profit_price = price * (1 + threshold / 100)\n"
            + "    return take_profit_price\n"
        },
    ),
    Trap(
        "COM102",
        "against",
        "figures kept beside the code tell what came out",
        {"train.py": _TRAIN, "README.md": "# Net\n\nTrains a network.\n", "plots/loss_curve.png": "x"},
    ),
)
