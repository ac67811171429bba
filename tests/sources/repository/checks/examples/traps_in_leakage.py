"""Traps of the data flow: what looks as if held-out rows were used, and is not."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import Trap

_COMPARES = (
    "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n\n"
    "X, y = load_iris(return_X_y=True)\na, b, c, d = train_test_split(X, y, random_state=0)\n"
    "one = LogisticRegression().fit(a, c)\nprint(one.score(b, d))\ntwo = SVC().fit(a, c)\nprint(two.score(b, d))\n"
)
_SPLITS = (
    "import pandas as pd\nfrom sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.metrics import accuracy_score\n"
    "from sklearn.model_selection import cross_val_score, train_test_split\n"
    "from sklearn.svm import SVC\n\nX, y = load_iris(return_X_y=True)\n"
    "a, b, c, d = train_test_split(X, y, random_state=0)\n"
)
_PACKAGE = {
    "pyproject.toml": '[project]\nname = "sets"\nversion = "1"\n',
    "src/sets/__init__.py": "",
    "src/sets/core.py": "def f(x):\n    return x\n\n\n" * 40,
}

LEAKS = (
    Trap(
        "LEK103",
        "against",
        "the examples and notebooks of a library show what it does, and choose nothing",
        {**_PACKAGE, "examples/compare.py": "from sets.core import f\n" + _COMPARES},
    ),
    Trap(
        "LEK103",
        "against",
        "a split drawn anew in each round gives each round a test set of its own",
        {
            "a.py": "from sklearn.datasets import load_iris\nfrom sklearn.model_selection import train_test_split\n"
            "from sklearn.svm import SVC\n\n\ndef trial(X, y, seed):\n"
            "    a, b, c, d = train_test_split(X, y, random_state=seed)\n"
            "    return SVC().fit(a, c).score(b, d)\n\n\nX, y = load_iris(return_X_y=True)\n"
            "scores = [trial(X, y, seed) for seed in range(20)]\n"
            "for seed in range(20):\n    scores.append(trial(X, y, seed))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "the state with the lowest training loss is kept; a number that the loss takes is no test row",
        {
            "a.py": "import torch\n\n\ndef objective(model, x, y, risk):\n    return risk.sign * risk(model(x), y)\n\n"
            "\ndef fit(model, x, y, risk, rounds: int):\n    optimizer = torch.optim.Adam(model.parameters())\n"
            "    best = objective(model, x, y, risk)\n    for _ in range(rounds):\n"
            "        optimizer.zero_grad()\n        loss = risk(model(x), y)\n        loss.backward()\n"
            "        optimizer.step()\n        now = objective(model, x, y, risk)\n        if now < best:\n"
            "            best = now\n            state = model.state_dict()\n    return state\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "a comparison by which the code chooses nothing is told, and is no accusation",
        {"compare.py": _COMPARES},
    ),
    Trap(
        "LEK103",
        "against",
        "the best is chosen by cross-validation; the scores on the test rows stand beside it",
        {
            "a.py": _SPLITS + "found = []\nfor model in (SVC(), LogisticRegression()):\n"
            "    inner = cross_val_score(model, a, c).mean()\n    model.fit(a, c)\n"
            "    found.append({'cv_mean': inner, 'test': model.score(b, d)})\n"
            "table = pd.DataFrame(found)\nbest = table.loc[table['cv_mean'].idxmax()]\nprint(best)\n"
        },
    ),
    Trap(
        "LEK103",
        "unknown",
        "two models of two different answers do not compete",
        {
            "a.py": _SPLITS.replace("a, b, c, d =", "a, b, c, d, e, f =").replace("X, y, random", "X, y, y > 1, random")
            + "kind = SVC().fit(a, c)\nprint(accuracy_score(d, kind.predict(b)))\n"
            "large = SVC().fit(a, e)\nprint(accuracy_score(f, large.predict(b)))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "rows that are cut anew for each size of window are not the same test rows",
        {
            "a.py": _SPLITS + "from sklearn.model_selection import StratifiedShuffleSplit\n"
            "from windows import cut\n\nfound = []\nfor size in (10, 20, 30):\n    rows, kinds = cut(X, y, size)\n"
            "    train, test = next(StratifiedShuffleSplit(n_splits=1, random_state=0).split(rows, kinds))\n"
            "    model = SVC().fit(rows[train], kinds[train])\n"
            "    found.append({'size': size, 'score': accuracy_score(kinds[test], model.predict(rows[test]))})\n"
            "table = pd.DataFrame(found)\nbest = table.loc[table['score'].idxmax()]\n"
        },
    ),
    Trap(
        "LEK104",
        "against",
        "copies among the training rows only cross the folds of a search; the test rows take no part",
        {
            "a.py": _SPLITS + "from imblearn.combine import SMOTETomek\n"
            "from sklearn.model_selection import RandomizedSearchCV\n\na, c = SMOTETomek().fit_resample(a, c)\n"
            "found = RandomizedSearchCV(SVC(), {'C': [1, 2]})\nfound.fit(a, c)\nprint(found.score(b, d))\n"
        },
    ),
    Trap(
        "LEK110",
        "for",
        "a file that parts nothing but inside a search is not praised for parting",
        {
            "a.py": "from sklearn.model_selection import GridSearchCV\nfrom sklearn.metrics import r2_score\n\n\n"
            "def judge(model, X_train, y_train, X_test, y_test):\n    found = GridSearchCV(model, {'C': [1]})\n"
            "    found.fit(X_train, y_train)\n    return r2_score(y_test, found.predict(X_test))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "a switch of a function says that it is fitted on the training rows and only applied to the others",
        {
            "a.py": _SPLITS + "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\n\n\n"
            "def scaled(rows, is_train=True):\n    if is_train:\n"
            "        found = scaler.fit_transform(rows)\n    else:\n"
            "        found = scaler.transform(rows)\n    return found\n\n\n"
            "a, b = scaled(a), scaled(b, is_train=False)\nprint(SVC().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "an encoder out of a table, whose class is not seen, may be one that learns nothing of the rows",
        {
            "a.py": _SPLITS.replace(
                "a, b, c, d = train",
                "from tools import encoders\nX = encoders['a'].fit_transform(X)\na, b, c, d = train",
            )
            + "print(SVC().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "a share of the training rows that fit puts aside by itself is no test",
        {
            "a.py": _SPLITS + "from tensorflow import keras\nfrom sklearn.preprocessing import StandardScaler\n"
            "a = StandardScaler().fit_transform(a)\nmodel = keras.Sequential([keras.layers.Dense(3)])\n"
            "model.compile(loss='mse')\nmodel.fit(a, c, validation_split=0.3)\nprint(model.evaluate(b, d))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "what a function of another file computes is not shown at the line of its call",
        {
            "prepare.py": "import pandas as pd\n\n\ndef table(path):\n    df = pd.read_csv(path)\n"
            "    return df.fillna(df.median())\n",
            "train.py": "from prepare import table\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import train_test_split\n\ndf = table('rows.csv')\n"
            "a, b, c, d = train_test_split(df[['x']], df['y'])\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\n",
        },
    ),
    Trap(
        "LEK110",
        "for",
        "a file with a preparation over all rows, in another file too, is not praised",
        {
            "prepare.py": "import pandas as pd\n\n\ndef table(path):\n    df = pd.read_csv(path)\n"
            "    return df.fillna(df.median())\n",
            "train.py": "from prepare import table\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import train_test_split\n\ndf = table('rows.csv')\n"
            "a, b, c, d = train_test_split(df[['x']], df['y'])\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\n",
        },
    ),
    Trap(
        "LEK110",
        "for",
        "rows that stop the training and then judge it are not kept apart",
        {
            "a.py": _SPLITS + "from xgboost import XGBClassifier\nmodel = XGBClassifier(early_stopping_rounds=5)\n"
            "model.fit(a, c, eval_set=[(b, d)])\nprint(model.score(b, d))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "predictions from which a second model learns are no judgement of the first",
        {
            "a.py": "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "class Spread:\n    def fit(self, X, y, predicted):\n        self.of_ = abs(y - predicted).mean()\n"
            "        return self\n\n\nX, y = load_iris(return_X_y=True)\nmodel = LinearRegression()\n"
            "model.fit(X, y)\nspread = Spread()\nspread.fit(X, y, model.predict(X))\n"
        },
    ),
)
