"""Traps of a fourth reading, of the checks of code: words that said more than was seen."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_FIT = (
    "import pandas as pd\nfrom sklearn.ensemble import IsolationForest\n"
    "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\n"
    "from sklearn.metrics import accuracy_score\nfrom sklearn.preprocessing import StandardScaler\n\n"
    "df = pd.read_csv('a.csv')\n"
)
_TORCH = "import torch\n\n\ndef train(model, loss):\n    loss.backward()\n\n\n"

AGAIN = (
    Trap(
        "LEK101",
        "against",
        "an importance worked out on the test rows fits no other model",
        {
            "a.py": _FIT + "from eli5.sklearn import PermutationImportance\n\ny = df.pop('y')\n"
            "a, b, c, d = train_test_split(df, y, random_state=0)\nscaler = StandardScaler()\n"
            "a = scaler.fit_transform(a)\nb = scaler.transform(b)\nmodel = LogisticRegression().fit(a, c)\n"
            "print(model.score(b, d))\nshown = PermutationImportance(model).fit(b, d)\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "a detector that gives rows a number of their own is not judged by them",
        {
            "a.py": _FIT + "df['often'] = df['city'].map(df['city'].value_counts())\n"
            "part = df[df['year'] < 2020]\nforest = IsolationForest().fit(part[['often']])\n"
            "rest = df[df['year'] >= 2020]\nrest['odd'] = -forest.score_samples(rest[['often']])\n"
        },
    ),
    Trap(
        "LEK107",
        "against",
        "a later value that is the target is what shall be foretold",
        {
            "a.py": _FIT + "for h in (1, 2):\n    data = df.copy()\n"
            "    data[f'target_t{h}'] = data.groupby('town')['cases'].shift(-h)\n    goal = f'target_t{h}'\n"
            "    feat = [c for c in df.columns if c != goal]\n    train = data[data['year'] < 2019]\n"
            "    model = LogisticRegression()\n    model.fit(train[feat], train[goal])\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "rows that all code calls validation rows may stop the training",
        {
            "a.py": "import lightgbm as lgb\n" + _FIT + "from sklearn.metrics import roc_auc_score\n\n\n"
            "def told(y, score):\n    return roc_auc_score(y, score)\n\n\ny = df.pop('y')\n"
            "X_tr, X_va, y_tr, y_va = train_test_split(df, y, random_state=0)\nlearnt = lgb.Dataset(X_tr, label=y_tr)\n"
            "watched = lgb.Dataset(X_va, label=y_va)\nmodel = lgb.train({}, learnt, valid_sets=[watched],\n"
            "                  callbacks=[lgb.early_stopping(10)])\nscore = model.predict(X_va)\n"
            "print(told(y_va.to_numpy(), score))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "a model of one column at a time weighs the columns",
        {
            "a.py": _FIT + "y = df.pop('y')\nx = df.values\nweights = []\nfor i in range(x.shape[1]):\n"
            "    one = LogisticRegression()\n    one.fit(x[:, i:i + 1], y)\n"
            "    weights.append(accuracy_score(y, one.predict(x[:, i:i + 1])))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "a score that the code calls one of the training hides nothing",
        {
            "a.py": "from sklearn.linear_model import LinearRegression\n"
            "from sklearn.metrics import mean_squared_error\n\n\n"
            "def train(X_train, y_train):\n    model = LinearRegression()\n    model.fit(X_train, y_train)\n"
            "    print(mean_squared_error(y_train, model.predict(X_train)))\n    return model\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "a baseline of which nothing is written yet is none",
        {"a.py": TRAIN + '\n\ndef naive_baseline(x):\n    """The last value."""\n    raise NotImplementedError\n'},
    ),
    Trap(
        "STA102",
        "for",
        "an empty place for validation rows, and the training rows again, hold nothing out",
        {
            "a.py": "from keras.models import Sequential\nmodel = Sequential()\n"
            "model.fit(X_train, y_train, validation_data=())\n"
            "model.fit(X_train, y_train, validation_data=(X_train, y_train))\n"
        },
    ),
    Trap(
        "STA105",
        "for",
        "a confusion matrix that a method `fit` needs tells nobody a result",
        {
            "a.py": TRAIN
            + "from sklearn.metrics import confusion_matrix\n\n\nclass Balanced:\n    def fit(self, X, y):\n"
            "        self.cfm_ = confusion_matrix(y, self.inner.predict(X))\n        return self\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "an interval of the mean sales is none of a result of a model",
        {
            "a.py": TRAIN + "from scipy import stats\n\n\ndef sold(sales):\n    sem = stats.sem(sales)\n"
            "    return stats.t.interval(0.95, len(sales) - 1, loc=sales.mean(), scale=sem)\n"
        },
    ),
    Trap(
        "STA109",
        "for",
        "a division by a temperature that is given calibrates nothing",
        {"a.py": TRAIN + "\n\ndef temperature_scaling(x, t):\n    return x / t\n"},
    ),
    Trap(
        "FRW104",
        "for",
        "a subclass whose methods are empty extends nothing",
        {
            "a.py": "import torch\n\n\nclass Rows(torch.utils.data.Dataset):\n    def __len__(self):\n"
            "        raise NotImplementedError\n\n    def __getitem__(self, i):\n        ...\n"
        },
    ),
    Trap(
        "FRW105",
        "for",
        "weights that are fetched from others were not saved here",
        {
            "a.py": _TORCH + "from torch.utils import model_zoo\n\n\ndef made(model):\n    torch.save(1, 'a')\n"
            "    model.load_state_dict(model_zoo.load_url('https://example.org/w.pth'))\n"
        },
    ),
    Trap(
        "FRW107",
        "for",
        "a transformer of no function is no step of one's own",
        {
            "a.py": TRAIN + "from sklearn.preprocessing import FunctionTransformer\n"
            "nothing = FunctionTransformer(validate=False)\n"
        },
    ),
    Trap(
        "FRW110",
        "for",
        "weights that are loaded to test something else, and values that have to differ",
        {
            "a.py": TRAIN,
            "tests/test_a.py": "import numpy as np\nimport torch\n\n\ndef test_a(model, seen):\n"
            "    model.load_state_dict(torch.load('w.pt'))\n    assert not np.allclose(model(seen), 0)\n",
        },
    ),
    Trap(
        "ROB102",
        "for",
        "a test of which nothing is written yet, and a rule for gaps that is asked by its name",
        {
            "tests/test_a.py": "from a import strategy\n\n\ndef test_empty_input():\n    pass\n\n\n"
            "def test_get_imputation_strategy():\n    assert strategy('age') == 'mean'\n"
        },
    ),
    Trap(
        "ROB108",
        "for",
        "one request of two has a timeout: the calls are not guarded",
        {
            "a.py": TRAIN + "import requests\n\n\ndef f(url):\n    requests.get(url, timeout=3)\n"
            "    return requests.get(url)\n"
        },
    ),
    Trap(
        "SCL101",
        "against",
        "a table of results has a few rows",
        {
            "a.py": "import pandas as pd\n\n\ndef told(results_df, summary):\n    out = []\n"
            "    for _, row in summary.iterrows():\n        out.append(row['name'])\n"
            "    for _, row in results_df.iterrows():\n        out.append(row['name'])\n    return out\n"
        },
    ),
    Trap(
        "SCL102",
        "against",
        "columns put beside a table are few",
        {
            "a.py": "import pandas as pd\n\n\ndef wide(df, names):\n    for name in names:\n"
            "        df = pd.concat([df, pd.get_dummies(df[name])], axis=1)\n    return df\n"
        },
    ),
    Trap(
        "SCL103",
        "for",
        "one sorting of importances is no habit",
        {"a.py": TRAIN + "import numpy as np\norder = np.argsort(model.coef_)\n"},
    ),
    Trap(
        "WRA107",
        "for",
        "a list of patients taken out of a table of visits checks nothing",
        {
            "a.py": "import pandas as pd\n\n\ndef patients(df):\n"
            "    return df[['patient', 'age']].drop_duplicates(subset='patient')\n"
        },
    ),
    Trap(
        "WRA109",
        "against",
        "a query for each of a few columns that are written out cannot be one with a join",
        {
            "a.py": "def told(con):\n    for name in ('tax', 'state'):\n"
            '        con.execute(f"SELECT count(*) FROM t WHERE small_{name} > 1")\n'
            '    for name in columns(con):\n        con.execute(f"SELECT count({name}) FROM t WHERE {name} IS NULL")\n'
        },
    ),
    Trap(
        "WRA110",
        "against",
        "a view that is made, and a source that is declared, fetch nothing",
        {
            "a.py": "def made(con):\n    con.execute('CREATE VIEW a AS SELECT * FROM b')\n"
            "    con.execute('CREATE VIEW c AS SELECT * FROM d')\n"
            "    con.execute('CREATE TABLE e AS SELECT * FROM f')\n"
            "    return PostgreSQLSource(name='x', query='SELECT * FROM features')\n"
        },
    ),
    Trap(
        "PYT103",
        "for",
        "the end of a program is no error with a message",
        {"a.py": "def main():\n    return 0\n\n\nraise SystemExit(main())\n" * 5},
    ),
    Trap(
        "PYT106",
        "against",
        "a free name is looked for among a few",
        {
            "a.py": "def free(folder):\n    taken = [p.name for p in folder]\n    i = j = 1\n"
            "    while f'a_{i}' in taken:\n"
            "        i += 1\n    while f'b_{j}' in taken:\n        j += 1\n    return i, j\n"
        },
    ),
    Trap(
        "PYT113",
        "against",
        "a package that logs in the files that are run does log",
        {
            "setup.py": "",
            "pack/__init__.py": "",
            "pack/main.py": "import logging\n\nlogging.info('a')\n",
            "pack/core.py": "def f(x):\n    print(x)\n" * 20 + "x = 1\n" * 280,
        },
    ),
    Trap(
        "STA101",
        "for",
        "a table of the metrics of one model compares nothing",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\nA model.\n\n| Metric | Value |\n|---|---|\n| AUC | 0.72 |\n| Gini | 0.44 |\n"
            "| KS Statistic | 0.38 |\n",
        },
    ),
    Trap(
        "STA101",
        "for",
        "the points of departure of a contest, and a stand-in of one class, are no baseline",
        {
            "a.py": TRAIN + "from sklearn.dummy import DummyClassifier\n"
            "stand_in = DummyClassifier(strategy='constant', constant=0)\n\n\n"
            "def baseline_total(tasks):\n    return round(sum(t['points'] or 1 for t in tasks), 2)\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "how far the classes lie apart is not how far a result varies",
        {
            "a.py": TRAIN + "import numpy as np\nfolds = 5\nper_class_f1 = [0.3, 0.4]\n"
            "weight = np.mean(per_class_f1) - np.std(per_class_f1)\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "a scaler of the training rows crosses no more than the folds of a search in them",
        {
            "a.py": _FIT + "from sklearn.model_selection import GridSearchCV\nfrom sets import load\n\n"
            "X_train, Y_train = load(kind='train')\nX_test, Y_test = load(kind='test')\nscaler = StandardScaler()\n"
            "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)\n"
            "found = GridSearchCV(LogisticRegression(), {'C': [1, 2]})\nfound.fit(X_train, Y_train)\n"
            "print(found.score(X_test, Y_test))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "a table of groups is data of its own, and so is what is made of its columns",
        {
            "a.py": _FIT + "stocks = df.groupby('symbol').agg(mean=('r', 'mean'), spread=('r', 'std'))\n"
            "stocks['ratio'] = stocks['spread'] / stocks['mean']\nX = stocks[['mean', 'ratio']]\n"
            "a, b, c, d = train_test_split(X, stocks['spread'] > 1, random_state=0)\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "what is chosen before the first of these scores is not chosen by them",
        {
            "a.py": _FIT
            + "y = df.pop('y')\ntable = pd.DataFrame([{'name': n, 'AUC': v} for n, v in earlier.items()])\n"
            "best = table.loc[table['AUC'].idxmax(), 'name']\ntable = []\n"
            "a, b, c, d = train_test_split(df, y, random_state=0)\n"
            "for C in (1, 2, 3):\n    model = LogisticRegression(C=C).fit(a, c)\n"
            "    table.append({'C': C, 'AUC': accuracy_score(d, model.predict(b))})\nprint(table)\n"
        },
    ),
    Trap(
        "LEK107",
        "against",
        "counts by month that are only looked at make no series of the rows",
        {
            "a.py": _FIT + "monthly = df.set_index('START').resample('ME').size()\nprint(monthly)\ny = df.pop('y')\n"
            "a, b, c, d = train_test_split(df, y, random_state=0)\nprint(LogisticRegression().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "what is left over is learnt from, and a score that is printed as one of the training hides nothing",
        {
            "a.py": _FIT + "y = df.pop('y')\nmodel = LogisticRegression()\nmodel.fit(df, y)\n"
            "residuals = abs(y - model.predict(df))\nsecond = LogisticRegression().fit(df, y + residuals)\n"
            "score = second.score(df, y)\nprint(f'Training accuracy: {score:.3f}')\n"
        },
    ),
    Trap(
        "SCL101",
        "against",
        "rows that become lines of a report, or rows on a screen, are few",
        {
            "a.py": "import pandas as pd\n\n\ndef lines(df):\n    out = []\n    for _, row in df.iterrows():\n"
            "        out.append(f\"| {row['name']} |\")\n    return out\n",
            "b.py": "import pandas as pd\nimport streamlit as st\n\nfor _, row in df.iterrows():\n"
            "    shown = row['a']\n"
            "    st.session_state[shown] = row\n",
        },
    ),
    Trap(
        "LEK103",
        "against",
        "the most frequent label of the neighbours is no choice of a model",
        {
            "a.py": _FIT + "import numpy as np\n\n\ndef nearest(rows):\n    preds = []\n    for row in rows:\n"
            "        labels, counts = np.unique(row, return_counts=True)\n"
            "        preds.append(labels[np.argmax(counts)])\n    return preds\n\n\ny = df.pop('y')\n"
            "a, b, c, d = train_test_split(df, y, random_state=0)\nfor C in (1, 2, 3):\n"
            "    preds = LogisticRegression(C=C).fit(a, c).predict(b)\n    counts = accuracy_score(d, preds)\n"
            "    print(counts)\n"
        },
    ),
    Trap(
        "LEK107",
        "against",
        "what is sorted by time after the split was no series before",
        {
            "a.py": _FIT + "y = df.pop('y')\na, b, c, d = train_test_split(df, y, random_state=0)\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\nshown = df.sort_values(['country', 'year'])\n"
            "print(shown)\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "an interval that is calibrated is one of single predictions",
        {
            "a.py": TRAIN + "\n\ndef calibrate_confidence_interval(y_true, low, high):\n"
            "    accuracy = ((y_true > low) & (y_true < high)).mean()\n    return accuracy\n"
        },
    ),
    Trap(
        "FRW105",
        "for",
        "the best state that is kept in memory is not loaded from what was saved",
        {
            "a.py": _TORCH + "def run(model):\n    best = None\n    best = model.state_dict()\n"
            "    torch.save(1, 'a.pt')\n    model.load_state_dict(best)\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "a split for each seed of a list gives each round a test set of its own",
        {
            "a.py": _FIT + "y = df.pop('y')\ntable = []\nfor seed in [1, 2, 3]:\n"
            "    a, b, c, d = train_test_split(df, y, random_state=seed)\n"
            "    model = LogisticRegression().fit(a, c)\n"
            "    table.append({'seed': seed, 'AUC': accuracy_score(d, model.predict(b))})\n"
            "results = pd.DataFrame(table)\nbest = results.loc[results['AUC'].idxmax(), 'seed']\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "classes of equal size are what is to be said",
        {
            "a.py": _FIT + "df['band'] = pd.qcut(df['price'], 3, labels=[0, 1, 2])\nX = df[['rooms', 'age']]\n"
            "y = df['band']\na, b, c, d = train_test_split(X, y, random_state=0)\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "the first training rows are training rows",
        {
            "a.py": _FIT + "from sklearn.model_selection import GridSearchCV\nfrom sets import load\n\n"
            "X_train, Y_train = load(kind='train')\nX_test, Y_test = load(kind='test')\nscaler = StandardScaler()\n"
            "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)\n"
            "found = GridSearchCV(LogisticRegression(), {'C': [1, 2]})\nfound.fit(X_train[:6000], Y_train[:6000])\n"
            "print(found.score(X_test, Y_test))\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "how well the other columns say one of the columns is no score of a model",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "def vif(X):\n    found = {}\n    for name in X.columns:\n        rest = X.drop(columns=name)\n"
            "        own = X[name]\n        model = LinearRegression()\n        model.fit(rest, own)\n"
            "        found[name] = 1 / (1 - model.score(rest, own))\n    return found\n\n\n"
            "print(vif(pd.read_csv('a.csv')))\n"
        },
    ),
    Trap(
        "STA102",
        "against",
        "how well the other columns say one of the columns is no score of a model",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "def vif(X):\n    found = {}\n    for name in X.columns:\n        rest = X.drop(columns=name)\n"
            "        own = X[name]\n        model = LinearRegression()\n        model.fit(rest, own)\n"
            "        found[name] = 1 / (1 - model.score(rest, own))\n    return found\n\n\n"
            "print(vif(pd.read_csv('a.csv')))\n"
        },
    ),
)
