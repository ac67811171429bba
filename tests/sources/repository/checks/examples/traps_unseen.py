"""Traps that repositories which nobody had seen before held."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.support import notebook

_HEAD = (
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\n\n"
)
_TAIL = "a, b, c, d = train_test_split(x, df['y'], random_state=0)\nprint(LogisticRegression().fit(a, c).score(b, d))\n"
_UNKNOWN = _HEAD + (
    "from theirs import RecordMaker\n\ndf = pd.read_csv('a.csv')\nx = RecordMaker().fit_transform(df)\n" + _TAIL
)
_INHERITED = {
    "maker.py": "class Base:\n    def fit_transform(self, x):\n        return x - x.mean()\n\n\n"
    "class Maker(Base):\n    pass\n",
    "a.py": _HEAD + "from maker import Maker\n\ndf = pd.read_csv('a.csv')\nx = Maker().fit_transform(df)\n" + _TAIL,
}
_JUDGED = (
    "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\n"
    + "model = LogisticRegression().fit(a, c)\nprint(accuracy_score(d, model.predict(b)))\n"
    + "x = 1\n" * 120
)

UNSEEN = (
    Trap("LEK101", "against", "a class that is known by nothing may only group the rows", {"a.py": _UNKNOWN}),
    Trap("LEK110", "for", "nor is a file praised in which such a class comes before the split", {"a.py": _UNKNOWN}),
    Trap("LEK110", "for", "what a class inherits its methods from may learn of all rows", _INHERITED),
    Trap(
        "LEK101",
        "against",
        "a mean of costs between two sets of rows is computed over pairs",
        {
            "a.py": "import ot\nfrom sklearn.base import clone\n\n\ndef solve(base, xs, ys, xt, yt):\n"
            "    model = clone(base)\n    costs = ot.dist(xs, xt)\n    costs = costs / costs.mean()\n"
            "    model.fit(xt * costs, yt)\n    return model\n"
        },
    ),
    Trap(
        "LEK102",
        "against",
        "`!=` and `==` of one column in a query part the rows",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import Ridge\n"
            "from sklearn.metrics import mean_squared_error\n\ndf = pd.read_csv('a.csv')\nk = 3\n"
            "known = df.query('fold != @k')\nrest = df.query('fold == @k')\n"
            "model = Ridge().fit(known[['a']], known['y'])\n"
            "print(mean_squared_error(rest['y'], model.predict(rest[['a']])))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "scores of one task are not chosen by because another loop uses the name of their key or of their values",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import Lasso, LogisticRegression, Ridge\n"
            "from sklearn.metrics import accuracy_score, r2_score\n"
            "from sklearn.model_selection import train_test_split\n"
            "from sklearn.neighbors import KNeighborsClassifier\n\n"
            "df, other = pd.read_csv('a.csv'), pd.read_csv('b.csv')\n"
            "a, b, c, d = train_test_split(df[['x']], df['y'], random_state=0)\n"
            "e, f, g, h = train_test_split(other[['x']], other['z'], random_state=0)\n"
            "ks = {}\nfor k in [3, 5]:\n    ks[k] = 1 / k\n"
            "best_k = max(ks, key=ks.get)\nmodel = KNeighborsClassifier(best_k).fit(a, c)\n"
            "print(accuracy_score(d, model.predict(b)))\n"
            "scores = {}\n\n\ndef judge(name, model):\n    model.fit(e, g)\n"
            "    scores[name] = {'r2': r2_score(h, model.predict(f))}\n\n\n"
            "judge('ridge', Ridge())\njudge('lasso', Lasso())\n"
            "table = pd.DataFrame({n: {k: v for k, v in s.items()} for n, s in scores.items()})\n"
            "for name, found in scores.items():\n    print(name, found)\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "a filter that is called with two ranges gives other rows each time",
        {
            "a.py": "import polars as pl\nfrom sklearn.linear_model import LinearRegression\n"
            "from sklearn.metrics import r2_score\n\n\ndef between(df, start, end):\n"
            "    return df.filter((pl.col('day') >= start) & (pl.col('day') <= end))\n\n\n"
            "def train(df, known, asked):\n    a = between(df, known.start, known.end)\n"
            "    b = between(df, asked.start, asked.end)\n"
            "    model = LinearRegression().fit(a.select('x'), a.select('y'))\n"
            "    return r2_score(b.select('y'), model.predict(b.select('x')))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "nor does a mask of a function that is called with two years",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "def of(df, year):\n    return df[df['year'] == year]\n\n\ndef train(df, known, asked):\n"
            "    a, b = of(df, known), of(df, asked)\n    model = LinearRegression().fit(a[['x']], a['y'])\n"
            "    return model.score(b[['x']], b['y'])\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "a score that is good enough, and a stop by the rows of the training, choose nothing",
        {
            "a.py": "from keras.callbacks import EarlyStopping\nfrom sklearn.datasets import load_iris\n"
            "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n"
            "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n\n"
            "X, y = load_iris(return_X_y=True)\na, b, c, d = train_test_split(X, y, random_state=0)\n"
            "stop = EarlyStopping(monitor='categorical_accuracy')\none = LogisticRegression().fit(a, c)\n"
            "accuracy = accuracy_score(d, one.predict(b))\nif accuracy < 0.85:\n    accuracy = 0\n"
            "two = SVC().fit(a, c)\nprint(accuracy_score(d, two.predict(b)))\n"
        },
    ),
    Trap(
        "NBK105",
        "against",
        "a cell that writes a module is a module",
        {
            "a.ipynb": notebook(
                "import pandas as pd\nfrom sklearn.svm import SVC\nSVC().fit([], [])",
                "%%writefile net.py\n" + "x = 1\n" * 200,
                *["x = 1\n" * 30] * 4,
            )
        },
    ),
    Trap(
        "FRW101",
        "for",
        "one place in four is no habit",
        {
            "a.py": "import torch\n\n\ndef train(loss):\n    loss.backward()\n\n\n"
            + "".join(f"def load{i}(model):\n    model.eval()\n\n\n" for i in range(3))
            + "def judge(model, x):\n    model.eval()\n    with torch.no_grad():\n        return model(x)\n"
        },
    ),
    Trap(
        "PYT102",
        "against",
        "copies that an editor keeps are nobody's work",
        {"a.py": TRAIN, ".history/a_20251112.py": "try:\n    f()\nexcept:\n    pass\n" * 5},
    ),
    Trap(
        "STA101",
        "against",
        "the place in a competition is a comparison",
        {"a.py": _JUDGED, "README.md": "# Net\n\nThe 3rd place solution.\n"},
    ),
    Trap(
        "STA101",
        "against",
        "two scores in one sentence of the README stand side by side",
        {"a.py": _JUDGED, "README.md": "# Net\n\nWe got 0.744 by trees, and 0.742 by an ensemble of networks.\n"},
    ),
    Trap("STA101", "against", "a report that is not read may compare", {"a.py": _JUDGED, "paper.pdf": "%PDF"}),
    Trap(
        "STA101",
        "against",
        "of many programs that train nobody can say that none is held against another",
        {"README.md": "# Net\n", **{f"{name}.py": _JUDGED for name in "abc"}},
    ),
    Trap(
        "ROB107",
        "for",
        "NaN as a mark that has to be there is nothing that is kept out",
        {
            "a.py": TRAIN
            + "import numpy as np\n\n\ndef masked(y):\n    if np.any(np.isnan(y)):\n        return 'numbers'\n"
            "    else:\n        raise ValueError('no label is masked')\n"
        },
    ),
    Trap(
        "ROB107",
        "for",
        "a setting that is no number is no datum",
        {
            "a.py": TRAIN + "import numpy as np\n\n\nclass Chooser:\n    def check(self):\n"
            "        if np.isnan(self.threshold):\n            raise ValueError('threshold')\n"
        },
    ),
    Trap(
        "STA104",
        "for",
        "fewer rows of each class are no held-out part",
        {
            "a.py": TRAIN + "from sklearn.model_selection import train_test_split\n"
            "fewer, _ = train_test_split(rows, train_size=100, stratify=labels)\n"
        },
    ),
    Trap(
        "REP205",
        "for",
        "what a network found in each film is no metric, and no submission is",
        {
            "a.py": TRAIN + "result_df = find(model.predict(X))\nresult_df.to_csv(f'{out}/val_results_{fold}.csv')\n"
            "result_df.to_csv('submission.csv')\nmodel.score(X, y)\n"
        },
    ),
    Trap(
        "FRW110",
        "for",
        "a number that is held against the size of the data is no shape",
        {
            "a.py": TRAIN,
            "test_a.py": "import sklearn\n\n\ndef test_tree():\n    assert tree.max_features_ == int(X.shape[1])\n"
            "    assert tree.leaves_ == X.shape[0]\n",
        },
    ),
    Trap(
        "SCL101",
        "against",
        "what is done with the texts or lists of a row has no form on whole columns",
        {
            "a.py": TRAIN
            + "import pandas as pd\n"
            + "df['spans'] = df.apply(lambda row: spans(row['text'], row['marks']), axis=1)\n" * 4
        },
    ),
    Trap(
        "SCL101",
        "against",
        "a file that is read for each row takes longer than the walk",
        {"a.py": TRAIN + "import pandas as pd\nfor _, row in df.iterrows():\n    images.append(imread(row['path']))\n"},
    ),
    Trap(
        "SCL107",
        "for",
        "a number that a script works out and drops tells nobody anything",
        {"a.py": TRAIN, "test_a.py": "import torch\ntorch.cuda.memory_allocated() / 1024**2\n"},
    ),
)
