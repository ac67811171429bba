"""For each way in which held-out rows reach a model: code that leaks, and its honest twin."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from heldout.sources.repository.leakage import Budget, Leak, Report, analyse

HEAD = """\
import numpy as np
import pandas as pd
import xgboost as xgb
from imblearn.over_sampling import SMOTE
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
df = pd.read_csv("data.csv")
y = df["label"]
X = df.drop(columns="label")
"""
FIRST = HEAD.count("\n") + 1
"""The line of the first statement after HEAD."""


def report(body: str, **options: Budget) -> Report:
    return analyse(ast.parse(HEAD + dedent(body).lstrip("\n")), **options)


def kinds(body: str) -> set[str]:
    return {leak.kind for leak in report(body).leaks if leak.certain}


def only(body: str, kind: str) -> Leak:
    found = [leak for leak in report(body).leaks if leak.kind == kind]
    assert len(found) == 1, found
    return found[0]


SPLIT = "a, b, c, d = train_test_split(X, y, random_state=0)\n"
JUDGE = "m = LogisticRegression()\nm.fit(a, c)\nprint(m.score(b, d))\n"
TAIL = SPLIT + JUDGE

PREPROCESSING = {
    "scaler before the split": "X = StandardScaler().fit_transform(X)\n" + TAIL,
    "fit and transform apart": "s = StandardScaler()\ns.fit(X)\nX = s.transform(X)\n" + TAIL,
    "imputer in a pipeline used as transformer": "X = make_pipeline(SimpleImputer(), PCA()).fit_transform(X)\n" + TAIL,
    "text": "X = TfidfVectorizer().fit_transform(df.text)\n" + TAIL,
    "mean of a column": "X['age'] = X['age'].fillna(X['age'].mean())\n" + TAIL,
    "in place": "X['age'].fillna(X['age'].median(), inplace=True)\n" + TAIL,
    "attribute column and mode": "X.age.fillna(X.age.mode()[0], inplace=True)\n" + TAIL,
    "whole frame": "X.fillna(X.mean(), inplace=True)\n" + TAIL,
    "a store through loc": "X.loc[X.age.isnull(), 'age'] = X.age.mean()\n" + TAIL,
    "arithmetic": "X = (X - X.mean()) / X.std()\n" + TAIL,
    "numpy": "X -= np.mean(X, axis=0)\n" + TAIL,
    "an alias": "Z = X\nZ['age'] = Z['age'] / Z['age'].max()\n" + TAIL,
    "a group's mean": "X['age'] = X['age'].fillna(X.groupby('sex')['age'].transform('mean'))\n" + TAIL,
    "a mapped table": "X['t'] = X['town'].map(X.groupby('town')['age'].mean())\n" + TAIL,
    "a merged table": "X = X.merge(X.groupby('town')['age'].mean(), on='town')\n" + TAIL,
    "quantile bins": "X['age'] = pd.qcut(X['age'], 4)\n" + TAIL,
    "a lambda": "mean = X['age'].mean()\nX['age'] = X['age'].apply(lambda v: mean if v is None else v)\n" + TAIL,
    "a helper": "def clean(t):\n    t['age'] = t['age'].fillna(t['age'].mean())\n    return t\nX = clean(X)\n" + TAIL,
    "a helper given to pipe": "def clean(t):\n    return t.fillna(t.mean())\nX = X.pipe(clean)\n" + TAIL,
    "a loop over columns": "for name in ['age', 'fare']:\n    X[name] = X[name].fillna(X[name].mean())\n" + TAIL,
    "a dictionary of means": "X = X.fillna(value={'age': X['age'].mean()})\n" + TAIL,
    "one branch": "if input():\n    X = StandardScaler().fit_transform(X)\n" + TAIL,
    "in a with and a try": "with open('f'):\n    try:\n        X = PCA().fit_transform(X)\n    finally:\n        pass\n"
    + TAIL,
    "an object's attribute": """
        class Work:
            def __init__(self, frame):
                self.frame = frame
            def scale(self):
                self.frame = StandardScaler().fit_transform(self.frame)
        work = Work(X)
        work.scale()
        a, b, c, d = train_test_split(work.frame, y)
        """,
    "cross-validation": "X = StandardScaler().fit_transform(X)\ncross_val_score(LogisticRegression(), X, y)\n",
    "a search": "X = StandardScaler().fit_transform(X)\nGridSearchCV(LogisticRegression(), {}).fit(X, y)\n",
    "folds": """
        X = StandardScaler().fit_transform(X)
        for i, j in KFold(5).split(X):
            m = LogisticRegression().fit(X[i], y[i])
            print(accuracy_score(y[j], m.predict(X[j])))
        """,
    "validation_split": "X = StandardScaler().fit_transform(X)\nmodel = Sequential()\n"
    "model.fit(X, y, validation_split=0.2)\n",
    "slices": """
        X = StandardScaler().fit_transform(X)
        n = int(len(X) * 0.8)
        m = LogisticRegression().fit(X[:n], y[:n])
        print(m.score(X[n:], y[n:]))
        """,
    "masks": """
        df['age'] = df['age'].fillna(df['age'].mean())
        old, new = df[df.year < 2015], df[df.year >= 2015]
        m = LogisticRegression().fit(old[['age']], old.label)
        print(accuracy_score(new.label, m.predict(new[['age']])))
        """,
    "a sample and the rest": """
        X = StandardScaler().fit_transform(X)
        train = X.sample(frac=0.8)
        test = X.drop(train.index)
        m = LogisticRegression().fit(train, y)
        print(m.score(test))
        """,
    "training and test files together": """
        train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
        both = pd.concat([train, test])
        both['age'] = both['age'].fillna(both['age'].mean())
        train = both[:len(train)]
        m = LogisticRegression().fit(train.drop('label', axis=1), train['label'])
        """,
    "test rows scaled by themselves": "s = StandardScaler()\n"
    + SPLIT
    + "a = s.fit_transform(a)\nb = s.fit_transform(b)\n"
    + JUDGE,
}

HONEST = {
    "scaler after the split": SPLIT + "s = StandardScaler()\na = s.fit_transform(a)\nb = s.transform(b)\n" + JUDGE,
    "scaler in a pipeline": SPLIT
    + "m = make_pipeline(StandardScaler(), LogisticRegression())\nm.fit(a, c)\nm.score(b, d)\n",
    "pipeline in cross-validation": "cross_val_score(Pipeline([('s', StandardScaler())]), X, y)\n",
    "mean of the training rows": SPLIT
    + "mean = a['age'].mean()\na['age'] = a['age'].fillna(mean)\nb['age'] = b['age'].fillna(mean)\n"
    + JUDGE,
    "constants": "X = X.fillna(0).astype(float).dropna()\nX['name'] = X['name'].str.lower()\nX = np.log(X)\n" + TAIL,
    "categories renamed": "X['town'] = LabelEncoder().fit_transform(X['town'])\nX = pd.get_dummies(X)\n" + TAIL,
    "one row at a time": "X['total'] = X[['p', 'q']].mean(axis=1)\nX = X.div(X.sum(axis=1), axis=0)\n" + TAIL,
    "a number that is only shown": "print(X['age'].mean())\nX.describe()\nX.hist()\n" + TAIL,
    "a column that is dropped": "X['age'] = X['age'].fillna(X['age'].mean())\nX = X.drop('age', axis=1)\n" + TAIL,
    "columns that are not chosen": "X['age'] = X['age'].fillna(X['age'].mean())\nX = X[['fare', 'sex']]\n" + TAIL,
    "another file's mean": "other = pd.read_csv('o.csv')\nX['age'] = X['age'].fillna(other['age'].mean())\n" + TAIL,
    "a table of groups is the data": "X = df.groupby('town').mean()\na, b = train_test_split(X)\n",
    "a moving window": "X['m'] = X['v'].rolling(7).mean()\na, b = train_test_split(X, shuffle=False)\n",
    "a moving window by group": "X['m'] = X.groupby('g')['v'].rolling(7).agg('mean')\n"
    "a, b = train_test_split(X, shuffle=False)\n",
    "another frame": "Z = X.copy()\nZ['age'] = Z['age'] - Z['age'].mean()\n" + TAIL,
    "fold by fold": """
        for i, j in KFold(5).split(X):
            s = StandardScaler().fit(X.iloc[i])
            m = LogisticRegression().fit(s.transform(X.iloc[i]), y[i])
            print(m.score(s.transform(X.iloc[j]), y[j]))
        """,
}


@pytest.mark.parametrize("body", PREPROCESSING.values(), ids=PREPROCESSING.keys())
def test_numbers_of_all_rows_in_the_features_leak(body: str) -> None:
    assert "preprocessing" in kinds(body)


@pytest.mark.parametrize("body", HONEST.values(), ids=HONEST.keys())
def test_honest_code_has_no_leak_at_all(body: str) -> None:
    assert kinds(body) == set()


def test_the_flow_tells_line_by_line_what_happened() -> None:
    leak = only("mean = X['age'].mean()\nX['age'] = X['age'].fillna(mean)\n" + TAIL, "preprocessing")
    lines = [line for line, _ in leak.flow]
    assert lines == [HEAD.splitlines().index('df = pd.read_csv("data.csv")') + 1, FIRST, FIRST + 1, FIRST + 2]
    notes = dict(leak.flow)
    assert "data.csv" in notes[lines[0]]
    assert "mean of age" in notes[FIRST]
    assert "fillna" in notes[FIRST + 1]
    assert "train_test_split" in notes[FIRST + 2]
    assert leak.line == FIRST + 2


def test_folds_inside_a_clean_training_part_are_a_doubt_not_a_certainty() -> None:
    body = SPLIT + "a = StandardScaler().fit_transform(a)\ncross_val_score(LogisticRegression(), a, c)\n"
    leak = only(body, "preprocessing")
    assert not leak.certain
    assert leak.inner
    assert "the test rows take no part" in leak.message


@pytest.mark.parametrize(
    "body",
    [
        "m = LogisticRegression().fit(X, y)\nprint(m.score(X, y))\n",
        "m = LogisticRegression().fit(X, y)\nprint(accuracy_score(y, m.predict(X)))\n",
        "m = LogisticRegression().fit(X, y)\np = m.predict(X)\nprint((p == y).mean())\n",
        "m = Sequential()\nm.fit(X, y, validation_data=(X, y))\n",
    ],
)
def test_a_model_with_no_other_score_than_one_on_its_own_rows(body: str) -> None:
    assert kinds(body) == {"training_score"}


@pytest.mark.parametrize(
    "body",
    [
        SPLIT + "m = LogisticRegression().fit(X, y)\nprint(m.score(b, d))\n",
        SPLIT + "m = LogisticRegression().fit(a, c)\nm.fit(X, y)\nprint(accuracy_score(d, m.predict(b)))\n",
        "a, b = df.sample(frac=0.8), df.sample(frac=0.2)\n"
        "m = LogisticRegression().fit(a[['p']], a['label'])\nprint(m.score(b[['p']], b['label']))\n",
    ],
)
def test_rows_put_aside_and_learnt_from_overlap(body: str) -> None:
    assert kinds(body) == {"overlap"}


@pytest.mark.parametrize(
    "body",
    [
        TAIL,
        TAIL + "print('training', m.score(a, c))\n",
        "m = LogisticRegression().fit(X[:100], y[:100])\nprint(m.score(X[100:], y[100:]))\n",
        "m = LogisticRegression().fit(X, y)\nm.predict(X)\n",
        "mask = np.random.rand(len(X)) < 0.8\nm = LogisticRegression().fit(X[mask], y[mask])\n"
        "print(m.score(X[~mask], y[~mask]))\n",
        "(p, q), (r, s) = mnist.load_data()\nm = Sequential()\nm.fit(p, q)\nm.evaluate(r, s)\n",
        "m = LogisticRegression()\nm.fit(X, y)\nprint(cross_val_score(m, X, y))\nprint(m.score(X, y))\n",
        "a = df.sample(frac=0.8)\nb = df.drop(a.index)\n"
        "m = LogisticRegression().fit(a[['p']], a['label'])\nprint(m.score(b[['p']], b['label']))\n",
        SPLIT
        + "few, some = a.sample(99), b.sample(9)\nm = LogisticRegression().fit(few, c)\nprint(m.score(some, d))\n",
    ],
)
def test_held_out_rows_do_not_overlap(body: str) -> None:
    assert not kinds(body) & {"overlap", "training_score"}


def test_overlapping_slices_overlap_and_ordered_ones_do_not() -> None:
    body = "m = LogisticRegression().fit(X[:100], y[:100])\nprint(m.score(X[{0}:], y[{0}:]))\n"
    assert "overlap" in kinds(body.format(50))
    assert "overlap" not in kinds(body.format(150))


@pytest.mark.parametrize(
    "body",
    [
        TAIL + "r = RandomForestClassifier().fit(a, c)\nprint(r.score(b, d))\n",
        SPLIT + "for k in range(9):\n    m = LogisticRegression(C=k)\n    m.fit(a, c)\n    print(m.score(b, d))\n",
        SPLIT
        + "for m in [LogisticRegression(), RandomForestClassifier()]:\n    m.fit(a, c)\n    print(m.score(b, d))\n",
        SPLIT
        + "def judge(m):\n    m.fit(a, c)\n"
        + "    return m.score(b, d)\njudge(LogisticRegression())\njudge(RandomForestClassifier())\n",
        SPLIT + "m = Sequential()\nm.fit(a, c, validation_data=(b, d))\nm.evaluate(b, d)\n",
    ],
)
def test_one_test_set_for_several_fits(body: str) -> None:
    assert "multi_test" in kinds(body)


@pytest.mark.parametrize(
    "body",
    [
        TAIL,
        TAIL + "p = m.predict(b)\nprint(accuracy_score(d, p), (p == d).mean())\n",
        SPLIT + "m = Sequential()\nm.fit(a, c, validation_data=(b, d))\n",
        "for i, j in KFold(5).split(X):\n    m = LogisticRegression().fit(X[i], y[i])\n"
        "    print(m.score(X[j], y[j]))\n",
        SPLIT
        + "e, v, f, w = train_test_split(a, c)\nfor k in range(9):\n"
        + "    m = LogisticRegression(C=k).fit(e, f)\n    print(m.score(v, w))\n",
    ],
)
def test_one_fit_per_test_set(body: str) -> None:
    found = report(body).leaks
    test_rows = [leak for leak in found if leak.kind == "multi_test" and "b, d" in body.splitlines()[-1]]
    assert not test_rows


def test_oversampling_before_the_split_leaks_and_after_it_does_not() -> None:
    assert "oversampling" in kinds("X, y = SMOTE().fit_resample(X, y)\n" + TAIL)
    assert "oversampling" in kinds("X = pd.concat([X] + [X[y == 1]] * 9)\n" + TAIL)
    assert kinds(SPLIT + "a, c = SMOTE().fit_resample(a, c)\n" + JUDGE) == set()


def test_held_out_rows_drawn_again_and_again_tell_how_sure_a_score_is() -> None:
    again = "for i in range(99):\n    s = d.sample(n=50, replace=True)\n    print(accuracy_score(s, p[s.index]))\n"
    assert not kinds(SPLIT + "m = LogisticRegression().fit(a, c)\np = pd.Series(m.predict(b), d.index)\n" + again)


def test_the_target_among_the_features() -> None:
    assert "target" in kinds("m = LogisticRegression().fit(df, df['label'])\n")
    assert "target" not in kinds("m = LogisticRegression().fit(X, y)\n")
    taken = "y = df['label']\n{0}\nm = LogisticRegression().fit(df, y)\n"
    assert "target" in kinds(taken.format("print(y)"))
    assert "target" not in kinds(taken.format("df.drop('label', axis=1, inplace=True)"))
    assert "target" not in kinds(taken.format("del df['label']"))
    assert "target" not in kinds(taken.format("df.drop(columns=names, inplace=True)"))


def test_a_feature_made_of_the_target_is_named() -> None:
    body = (
        "df['t'] = df['town'].map(df.groupby('town')['label'].mean())\n"
        "m = LogisticRegression().fit(df.drop('label', axis=1), df['label'])\n"
    )
    assert "mean of label" in only(body, "target").message
    assert not [k for k in report(body.replace("['label'].mean", "['age'].mean")).leaks if k.kind == "target"]


BAND = "df['band'] = df['label'].apply(lambda v: v > 3)\n"
FIT_ALL = "m = LogisticRegression().fit(df.drop(columns='label'), df['label'])\n"


@pytest.mark.parametrize(
    "body",
    [
        BAND + FIT_ALL,
        BAND + "a, b, c, d = train_test_split(df[['p', 'band']], df['label'])\n" + JUDGE,
        BAND + "df['q'] = df['p'] * 2\ny = df.pop('label')\nm = LogisticRegression().fit(df, y)\n",
        "df['band'] = df['label'] / df['size']\n" + FIT_ALL,
        "df['band'] = df['size'] / df['label']\n" + FIT_ALL,
        "df['band'] = np.log1p(df['label'])\n" + FIT_ALL,
        "df['band'] = np.where(df['label'] > 3, 1, 0)\n" + FIT_ALL,
        "df['band'] = 0\ndf.loc[df['label'] > 3, 'band'] = 1\n" + FIT_ALL,
        "df['band'] = df.apply(lambda row: row['label'] * row['size'], axis=1)\n" + FIT_ALL,
        "df = df.assign(band=df['label'] > 3)\n" + FIT_ALL,
        BAND + "X = StandardScaler().fit_transform(df.drop('label', axis=1))\nm = SVC().fit(X, df['label'].values)\n",
        BAND + "train, test = train_test_split(df)\n"
        "m = LogisticRegression().fit(train.drop('label', axis=1), train['label'])\n",
    ],
)
def test_a_feature_worked_out_from_the_target_row_by_row(body: str) -> None:
    leak = only(body, "target")
    assert leak.certain
    assert "'band'" in leak.message


@pytest.mark.parametrize(
    "body",
    [
        "df['late'] = df['delay'] > 15\nm = LogisticRegression().fit(df.drop(columns='late'), df['late'])\n",
        "df['late'] = (df['due'] - df['came']) > 15\nm = SVC().fit(df[['due', 'came', 'p']], df['late'])\n",
    ],
)
def test_a_target_that_can_be_worked_out_from_the_features_is_likely_a_leak(body: str) -> None:
    assert not only(body, "target").certain


@pytest.mark.parametrize(
    "body",
    [
        BAND + "m = LogisticRegression().fit(df.drop(columns=['label', 'band']), df['label'])\n",
        BAND + "df.drop('band', axis=1, inplace=True)\n" + FIT_ALL,
        BAND + "del df['band']\n" + FIT_ALL,
        BAND + "m = LogisticRegression().fit(df[['p', 'q']], df['label'])\n",
        BAND + "m = LogisticRegression().fit(df[chosen(df)], df['label'])\n",
        BAND + "m = LogisticRegression().fit(df.iloc[:, 2:5], df['label'])\n",
        BAND + "m = LogisticRegression().fit(df.select_dtypes('number'), df['label'])\n",
        BAND + "df['band'] = df['size'] > 3\n" + FIT_ALL,
        BAND + "print(df.groupby('band')['p'].mean())\nm = LogisticRegression().fit(df[['p']], df['label'])\n",
        BAND + "t = ColumnTransformer([('n', StandardScaler(), ['p', 'q'])])\n"
        "m = make_pipeline(t, LogisticRegression()).fit(df.drop(columns='label'), df['label'])\n",
        BAND + "m = LogisticRegression().fit(df.drop(columns='band'), df['other'])\n",
        # The target under the same name, in other units.
        "df['label'] = np.log1p(df['label'])\n" + FIT_ALL,
        "df['label'] = df['label'].map({'no': 0, 'yes': 1})\n" + FIT_ALL,
        # What another row says: a lag is what forecasting is made of.
        "df['band'] = df['label'].shift(1)\n" + FIT_ALL,
        "df['band'] = df['label'].rolling(7).mean().shift(1)\n" + FIT_ALL,
        "df['ahead'] = df['v'].shift(-1)\nm = LogisticRegression().fit(df[['v', 'p']], df['ahead'])\n",
        "df['gain'] = df['v'].shift(-1) - df['v']\nm = LogisticRegression().fit(df[['v', 'p']], df['gain'])\n",
        # Only one of two columns that the target is made of stays.
        "df['late'] = df['came'] - df['due']\nm = LogisticRegression().fit(df[['due', 'p']], df['late'])\n",
        # A function that is not known may look at anything.
        "df['band'] = indicator(df['label'])\n" + FIT_ALL,
        # A helper column of a copy.
        "own = df.copy()\nown['band'] = own['label'] / own['size']\nprint(own['band'].mean())\n" + FIT_ALL,
        # The mean of one number for all tells nothing of a row.
        "df['band'] = df['size'] / df['label'].mean()\n" + FIT_ALL,
        # What the others of the group say, without the row's own answer.
        "total = df['town'].map(df.groupby('town')['label'].sum())\n"
        "df['band'] = (total - df['label']) / (df['town'].map(df.groupby('town')['label'].count()) - 1)\n" + FIT_ALL,
        # Other data bring the target in other units, and nothing else.
        "ext = pd.read_csv('ext.csv')\next['label'] = ext['celsius'] + 273\next = ext[['name', 'label']]\n"
        "df = pd.concat([df, ext])\n" + FIT_ALL,
        # Doubled rows of other data are made one before they are put below.
        "ext = pd.read_csv('ext.csv').groupby('name', as_index=False)['label'].mean()\n"
        "df = pd.concat([df, ext])\ndf['band'] = np.log10(df['size'])\n" + FIT_ALL,
        # What an unknown step makes of the table.
        BAND + "X = step(df).fit_transform(df)\nm = LogisticRegression().fit(X, df['label'])\n",
        # Over the training part only.
        "train, test = train_test_split(df)\n"
        "train['band'] = train['town'].map(train.groupby('town')['label'].mean())\n"
        "m = LogisticRegression().fit(train.drop(columns='label'), train['label'])\n",
    ],
)
def test_columns_that_do_not_give_the_target_away(body: str) -> None:
    assert not [leak for leak in report(body).leaks if leak.kind == "target"]


def test_later_rows_in_the_features_are_a_likely_leak_but_not_in_the_target() -> None:
    fit = "m = LogisticRegression().fit(df[['v', 'next']], df['up'])\n"
    assert not only("df['next'] = df['v'].shift(-1)\n" + fit, "time").certain
    ahead = "df['up'] = df['v'].shift(-1)\nm = LogisticRegression().fit(df[['v']], df['up'])\n"
    assert not [k for k in report(ahead).leaks if k.kind == "time"]


def test_rows_in_the_order_of_time_are_not_to_be_shuffled() -> None:
    body = "df = df.sort_values('date')\na, b = train_test_split(df{0})\n"
    assert not only(body.format(""), "time").certain
    assert not report(body.format(", shuffle=False")).leaks


PRICES = "p = pd.read_csv('prices.csv', parse_dates=['day']){0}\n"


@pytest.mark.parametrize(
    "body",
    [
        PRICES.format(".set_index('day').sort_index()") + "a, b = train_test_split(p)\n",
        PRICES.format("") + "p = p.set_index('day')['close'].resample('W').last()\na, b = train_test_split(p)\n",
        PRICES.format("") + "p['lag'] = p['close'].shift(1)\na, b = train_test_split(p, test_size=0.2)\n",
        PRICES.format("") + "p['mean'] = p['close'].rolling(5).mean()\n"
        "for a, b in KFold(5, shuffle=True).split(p):\n    m = SVC().fit(p.iloc[a], p.iloc[a])\n",
    ],
)
def test_a_series_is_not_to_be_shuffled(body: str) -> None:
    assert not only(body, "time").certain


@pytest.mark.parametrize(
    "body",
    [
        PRICES.format(".set_index('day').sort_index()") + "a, b = train_test_split(p, shuffle=False)\n",
        PRICES.format(".set_index('day').sort_index()") + "a, b = p[:'2020'], p['2021':]\nm = SVC().fit(a, a)\n",
        PRICES.format("") + "p['lag'] = p['close'].shift(1)\n"
        "for a, b in TimeSeriesSplit().split(p):\n    m = SVC().fit(p.iloc[a], p.iloc[a])\n",
        # Sorted by a name, and looked at by month: no series.
        PRICES.format(".sort_values('name')") + "print(p.groupby('month').close.mean())\na, b = train_test_split(p)\n",
        PRICES.format(".set_index('name').sort_index()") + "a, b = train_test_split(p)\n",
        # No date stands in candidates, and no time in a sentiment.
        PRICES.format(".sort_values(['candidate', 'sentiment'])") + "a, b = train_test_split(p)\n",
        # Whole series are put on either side.
        PRICES.format("") + "p['lag'] = p.groupby('well')['close'].shift(1)\n"
        "for a, b in GroupKFold().split(p, groups=p['well']):\n    m = SVC().fit(p.iloc[a], p.iloc[a])\n",
    ],
)
def test_a_series_in_its_order_and_what_is_no_series(body: str) -> None:
    assert not [leak for leak in report(body).leaks if leak.kind == "time"]


def test_a_backfill_before_a_split_by_time() -> None:
    body = "df = df.sort_values('date').{0}()\na, b = train_test_split(df, shuffle=False)\n"
    assert "later rows" in only(body.format("bfill"), "time").message
    assert not report(body.format("ffill")).leaks


def test_units_with_many_rows_want_a_split_by_unit() -> None:
    body = "df['n'] = df.groupby('patient_id').cumcount()\n"
    assert "patient_id" in only(body + "a, b = train_test_split(df)\n", "group").message
    assert not report(body + "for i, j in GroupKFold().split(df, y, df.patient_id):\n    pass\n").leaks


@pytest.mark.parametrize(
    ("body", "unit"),
    [
        ("print(df.groupby('subject').size())\na, b, c, d = train_test_split(X, y, stratify=y)\n" + JUDGE, "subject"),
        (
            "df['visits'] = df.groupby('customer_id')['day'].transform('count')\na, b = train_test_split(df)\n",
            "customer_id",
        ),
        ("df['gap'] = df.groupby('user_id')['clock'].diff()\nfor i, j in KFold(5).split(df):\n    pass\n", "user_id"),
    ],
)
def test_rows_of_one_unit_that_a_split_by_rows_tears_apart(body: str, unit: str) -> None:
    leak = only(body, "group")
    assert not leak.certain
    assert repr(unit) in leak.message


@pytest.mark.parametrize(
    "body",
    [
        "print(df.groupby('subject').size())\nfor i, j in GroupShuffleSplit().split(X, y, df.subject):\n    pass\n",
        "print(df.groupby('subject').size())\nids = df['subject'].unique()\na, b = train_test_split(ids)\n",
        # One row for each unit, by the time of the split.
        "df = df.groupby('customer_id').agg({'spent': 'sum'})\na, b = train_test_split(df)\n",
        # Units of what there is one of in a row, and groups that are no units.
        "print(df.groupby('country')['label'].mean())\na, b, c, d = train_test_split(X, y)\n" + JUDGE,
    ],
)
def test_units_kept_together_and_groups_that_are_no_units(body: str) -> None:
    assert not [leak for leak in report(body).leaks if leak.kind == "group"]


def test_boosters_and_their_evaluation_sets() -> None:
    body = (
        SPLIT + "train, test = xgb.DMatrix(a, c), xgb.DMatrix(b, d)\nm = xgb.train({}, {0}, evals=[(test, 'test')])\n"
    )
    assert kinds(body.replace("{0}", "train")) == set()
    assert "overlap" in kinds(body.replace("{0}", "xgb.DMatrix(X, y)"))


def test_helpers_in_sibling_modules_are_followed() -> None:
    helpers = {
        ".clean": "def scaled(t):\n    return (t - t.mean()) / t.std()\ndef lower(t):\n    return t.fillna(0)\n",
    }
    seen: list[str] = []

    def resolve(name: str) -> ast.Module | None:
        seen.append(name)
        return ast.parse(helpers[name]) if name in helpers else None

    source = HEAD + "from .clean import lower, scaled\nX = {0}(X)\n" + TAIL
    assert analyse(ast.parse(source.replace("{0}", "scaled")), resolve_module=resolve).leaks
    assert not analyse(ast.parse(source.replace("{0}", "lower")), resolve_module=resolve).leaks
    assert ".clean" in seen


def test_a_function_that_nobody_calls_is_read_too() -> None:
    body = "def run(table):\n    table = table.fillna(table.mean())\n    return train_test_split(table)\n"
    assert kinds(body) == {"preprocessing"}


def test_what_was_recognised_is_counted() -> None:
    seen = report(TAIL)
    assert (seen.splits, seen.fits, seen.evaluations) == (1, 1, 1)
    assert analyse(ast.parse("import os\nprint(os.name)\n")) == Report()


def test_the_same_source_gives_the_same_report() -> None:
    source = "".join(dedent(body) for body in PREPROCESSING.values() if not body.startswith("\n"))
    assert report(source) == report(source)


def test_many_fits_may_be_judged_on_rows_that_are_called_validation_rows() -> None:
    loop = "for k in range(9):\n    m = LogisticRegression(C=k).fit(X_train, y_train)\n    print(m.score({0}, {1}))\n"
    split = "X_train, X_{0}, y_train, y_{0} = train_test_split(X, y)\n"
    assert "multi_test" in kinds(split.format("test") + loop.format("X_test", "y_test"))
    assert "multi_test" not in kinds(split.format("val") + loop.format("X_val", "y_val"))


def test_clusters_have_no_answer_to_leak() -> None:
    assert kinds("from sklearn.cluster import KMeans\nm = KMeans().fit(X)\nprint(m.score(X))\n") == set()


NETWORK = """
    model = torchvision.models.resnet18()
    loss_of = torch.nn.CrossEntropyLoss()
    train, test = train_test_split(df)
    for epoch in range(9):
        for row in train:
            loss = loss_of(model(row), row.label)
            loss.backward()
    {0}for row in test:
    {0}    right = (model(row) == row.label).sum()
    """


def test_a_network_judged_on_the_test_rows_after_each_epoch() -> None:
    head = "import torch\nimport torchvision\n"
    assert "multi_test" in kinds(head + dedent(NETWORK.format("    ")))
    assert kinds(head + dedent(NETWORK.format(""))) == set()


def test_columns_chosen_by_a_model_of_all_rows() -> None:
    body = (
        "m = RandomForestClassifier().fit({0}, y)\n"
        "best = pd.Series(m.feature_importances_, index=X.columns).nlargest(5).index\n"
        "train, test = train_test_split(X[best])\n"
    )
    assert "preprocessing" in kinds(body.format("X"))
    assert "preprocessing" not in kinds(body.format("pd.read_csv('other.csv')"))


def test_the_code_of_a_timed_cell_is_read() -> None:
    body = "get_ipython().run_cell_magic({0!r}, '', 'X = PCA().fit_transform(X)')\n" + TAIL
    assert "preprocessing" in kinds(body.format("time"))
    assert "preprocessing" not in kinds(body.format("bash"))


def test_the_last_date_is_no_statistic_to_be_sure_of() -> None:
    body = "X['age'] = X['{0}'].max() - X['{0}']\n" + TAIL
    assert not only(body.format("order_date"), "preprocessing").certain
    assert only(body.format("price"), "preprocessing").certain


def test_a_mean_of_the_training_part_in_all_rows_is_honest() -> None:
    body = """
        train, rest = train_test_split(df.index)
        df['age'] = df['age'].fillna(df.loc[train, 'age'].mean())
        m = LogisticRegression().fit(df.loc[train][:100][['age']], y)
        print(m.score(df.loc[rest][['age']]))
        """
    assert kinds(body) == set()


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("pieces[:-1]", "pieces[-1]"),
        ("df.query('part == 0')", "df.query('part == 1')"),
        ("df[df['part'] == 'a']", "df[df['part'] == 'b']"),
        ("df.iloc[order[:50]]", "df.iloc[order[50:]]"),
    ],
)
def test_pieces_that_are_apart_do_not_overlap_and_the_same_piece_does(train: str, test: str) -> None:
    body = "pieces = cut(df)\norder = shuffled(90)\nm = Model()\nm.fit({0})\nprint(m.score({1}))\n"
    assert not kinds(body.format(train, test)) & {"overlap", "training_score"}
    assert kinds(body.format(train, train)) == {"training_score"}


def test_the_loss_of_a_network_on_its_own_rows_is_no_evaluation() -> None:
    body = """
        import torch
        model = torch.nn.DataParallel(Net()) if input() else Net()
        for epoch in range(9):
            for row in df:
                loss = torch.nn.functional.nll_loss(model(row), row.label)
                print(loss.item())
                loss.backward()
        """
    assert kinds(dedent(body)) == set()


OWN_ROWS = "m = LogisticRegression()\nm.fit(X, y)\nprint(m.score(X, y))\n"


def test_a_model_judged_elsewhere_is_not_said_to_know_no_other_rows() -> None:
    assert kinds(OWN_ROWS) == {"training_score"}
    other = "other = pd.read_csv('other.csv')\n"
    assert not kinds(other + OWN_ROWS + "watch(m, other)\n")
    assert not kinds(other + OWN_ROWS.replace("m.fit(X, y)", "m.fit(X, y, other, other)"))
    assert kinds(other + OWN_ROWS + "watch(m, X)\n") == {"training_score"}
    assert not kinds("X_test = df.loc[ids]\n" + OWN_ROWS + "watch(m, X_test)\n")


def test_what_was_not_followed_to_its_end_is_not_said_to_have_no_other_rows() -> None:
    assert not kinds(OWN_ROWS + "def f(x):\n    return f(x)\nf(X)\n")


def test_lines_are_those_of_this_module_when_a_sibling_reads_the_rows() -> None:
    sibling = ast.parse("\n" * 500 + "import pandas as pd\n\ndef load():\n    return pd.read_csv('x.csv')\n")
    body = "from helpers import load\nfrom sklearn.svm import SVC\ndata = load()\nm = SVC()\nm.fit(data, data)\n"
    tree = ast.parse(body + "m.score(data, data)\n")
    leaks = analyse(tree, resolve_module=lambda name: sibling if name == "helpers" else None).leaks
    assert [line for leak in leaks for line, _ in leak.flow] == [3, 5, 6]


@pytest.mark.parametrize(
    "body",
    [
        # An encoding out of fold: nothing is fitted, so no fold is there to judge a model.
        """
        for a, b in KFold(5).split(df):
            means = df.iloc[a].groupby("city")["label"].mean()
            df.loc[df.index[b], "rate"] = df.iloc[b]["city"].map(means).fillna(df["label"].mean())
        """,
        # Code that never runs.
        """
        if False:
            X = StandardScaler().fit_transform(X)
        a, b, c, d = train_test_split(X, y)
        LogisticRegression().fit(a, c).score(b, d)
        """,
    ],
)
def test_what_judges_no_model_leaks_nothing(body: str) -> None:
    assert kinds(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        # The answers of a submission's rows are not there: they are predicted, fold by fold, and judge nothing.
        """
        sent = pd.read_csv("test.csv")
        for a, b in KFold(5).split(X):
            m = LogisticRegression().fit(X.iloc[a], y.iloc[a])
            out = m.predict_proba(sent)[:, 1] / 5
        """,
        # Each round brings rows of its own.
        """
        for train, answers, test in cut_by_hand(X, y):
            m = LogisticRegression().fit(train, answers)
            print(own_score(test, m.predict(test)))
        """,
        # Folds behind a bar of progress.
        """
        from tqdm import tqdm
        for a, b in tqdm(KFold(5).split(X), total=5):
            m = LogisticRegression().fit(X.iloc[a], y.iloc[a])
            print(accuracy_score(y.iloc[b], m.predict(X.iloc[b])))
        """,
        # Sides that were stored under their names.
        """
        import joblib
        parts = joblib.load("parts.joblib")
        m = LogisticRegression().fit(parts["X_train"], parts["y_train"])
        print(accuracy_score(parts["y_val"], m.predict(parts["X_val"])))
        """,
        # Two ways to fit, each stopped by the rows for that.
        """
        def train(kind, X_tr, y_tr, X_va, y_va):
            if kind == "a":
                return xgb.XGBClassifier().fit(X_tr, y_tr, eval_set=[(X_va, y_va)])
            return xgb.XGBRegressor().fit(X_tr, y_tr, eval_set=[(X_va, y_va)])
        """,
        # One ensemble of two models.
        """
        a, b, c, d = train_test_split(X, y)
        one = LogisticRegression().fit(a, c)
        two = xgb.XGBClassifier().fit(a, c)
        mixed = 0.3 * one.predict_proba(b)[:, 1] + 0.7 * two.predict_proba(b)[:, 1]
        print(accuracy_score(d, mixed > 0.5))
        """,
        # The same, with weights that come from a call that is not known.
        """
        weights = chosen(np.ones(2) / 2)
        a, b, c, d = train_test_split(X, y)
        one = LogisticRegression().fit(a, c)
        two = xgb.XGBClassifier().fit(a, c)
        mixed = weights[0] * one.predict(b) + weights[1] * two.predict(b)
        spread = np.quantile(np.abs(d - mixed), 0.9)
        """,
        # What a call that is not known gives is not said to be held-out rows.
        """
        import scipy.stats
        middle = np.median(np.concatenate([y, scipy.stats.norm.rvs(3)]))
        X["age"] = X["age"] / middle
        m = LogisticRegression().fit(X, y)
        """,
    ],
)
def test_rows_that_do_not_judge_twice(body: str) -> None:
    assert kinds(body) == set()


FOLDS = """
    for a, b in KFold(5).split(X):
        m = LogisticRegression().fit(X.iloc[a], y.iloc[a])
        print(accuracy_score(y.iloc[b], m.predict(X.iloc[b])))
"""


@pytest.mark.parametrize(
    "body",
    [
        # An encoding out of fold, then folds for the model.
        """
        enc = np.zeros(len(df))
        for a, b in KFold(5).split(df):
            means = df.iloc[a].groupby("city")["label"].mean()
            enc[b] = df.iloc[b]["city"].map(means)
        df["rate"] = enc
        X = df.drop(columns="label")
        """
        + FOLDS,
        # Each recording by its own mean.
        """
        mel = np.load("mel.npy")
        for i in range(len(mel)):
            mel[i] = (mel[i] - mel[i].mean()) / mel[i].std()
        a, b, c, d = train_test_split(mel, y)
        print(LogisticRegression().fit(a, c).score(b, d))
        """,
        # Each file by its own mean.
        """
        rows = []
        for path in paths():
            h = pd.read_csv(path)
            rows.append(h["gr"] - h["gr"].mean())
        a, b, c, d = train_test_split(np.array(rows), y)
        print(LogisticRegression().fit(a, c).score(b, d))
        """,
        # Each text by its own numbers.
        """
        df["long"] = df["text"].apply(lambda t: np.mean([len(w) for w in t.split()]))
        a, b, c, d = train_test_split(df.drop(columns="label"), y)
        print(LogisticRegression().fit(a, c).score(b, d))
        """,
        # The greater of two numbers.
        """
        share = np.random.beta(1, 1)
        share = max(share, 1 - share)
        X["age"] = X["age"] * share
        """
        + FOLDS,
        # Words of one row put together.
        """
        df["both"] = df[["a", "b"]].agg("_".join, axis=1)
        X = df.drop(columns="label")
        """
        + FOLDS,
        # A column of the training part of a fold is written into a copy.
        """
        for a, b in KFold(5).split(X):
            one, two = X.iloc[a], X.iloc[b]
            one["near"], two["near"] = one["age"] - one["age"].mean(), two["age"] - one["age"].mean()
            m = LogisticRegression().fit(one, y.iloc[a])
            print(accuracy_score(y.iloc[b], m.predict(two)))
        """,
        # What other data say, taken apart again by their number.
        """
        other = pd.read_csv("other.csv")
        every = pd.concat([df, other])
        own, theirs = every.iloc[: len(df)], every.iloc[-len(other) :]
        own["rate"] = own["city"].map(theirs.groupby("city")["label"].mean())
        X = own.drop(columns="label")
        """
        + FOLDS,
        # How far predictions are spread is no score.
        """
        one, two = frames(df)
        m = LogisticRegression().fit(one, y)
        p = m.predict(two)
        if np.std(p) > 0:
            print(p)
        """,
        # A part is put aside, or nothing is.
        """
        if share > 0:
            a, b, c, d = train_test_split(X, y)
        else:
            a, b, c, d = X, None, y, None
        m = xgb.XGBClassifier()
        m.fit(a, c, eval_set=[(b, d)])
        """,
        # Rows that stop the training, beside the training rows.
        """
        import lightgbm as lgb
        for a, b in own_folds(X, y):
            one, two = lgb.Dataset(X.iloc[a], y.iloc[a]), lgb.Dataset(X.iloc[b], y.iloc[b])
            m = lgb.train({}, one, valid_sets=[one, two])
        """,
        # Rows that stop the training, told by what picks them.
        """
        def fit(X_train, y, folds):
            for fit_rows, val_rows in folds:
                m = xgb.XGBClassifier()
                m.fit(X_train.iloc[fit_rows], y[fit_rows], eval_set=[(X_train.iloc[val_rows], y[val_rows])])
        """,
        # Predictions for a submission, summed up over folds; the score is told of other rows.
        """
        sent = pd.read_csv("sent.csv")
        parts = train_test_split(sent)
        total = 0
        for a, b in KFold(5).split(X):
            m = LogisticRegression().fit(X.iloc[a], y.iloc[a])
            total += m.predict(parts[1]) / 5
        print(accuracy_score(parts[1]["label"], m.predict(parts[1])))
        """,
    ],
)
def test_numbers_that_tell_nothing_of_held_out_rows(body: str) -> None:
    assert (
        kinds(dedent(body) if not body.endswith(FOLDS) else dedent(body.removesuffix(FOLDS)) + dedent(FOLDS)) == set()
    )


def test_rows_called_validation_are_no_learnt_ones() -> None:
    body = """
    def fit(X_train, y_train, X_val, y_val):
        m = LogisticRegression().fit(X_train, y_train)
        print(accuracy_score(y_val, m.predict(X_val)))


    one, two = by_date(X)
    fit(one, y, two, y)
    """
    assert kinds(body) == set()


def test_a_score_that_is_called_the_training_score_says_so() -> None:
    body = "y_train, X_train = y, X\nm = LogisticRegression().fit(X_train, y_train)\nprint(m.score(X_train, y_train))\n"
    (leak,) = report(body).leaks
    assert (leak.kind, leak.owned_up) == ("training_score", True)
