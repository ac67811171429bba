"""Examples for the checks of statistics."""

from tests.support import Example

FILLER = "\n".join(f"value_{i} = {i}" for i in range(110)) + "\n"
_TRAIN = (
    "from sklearn.linear_model import LogisticRegression\n"
    "from sklearn.metrics import accuracy_score\n"
    "from sklearn.model_selection import train_test_split\n"
    "X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y)\n"
    "model = LogisticRegression().fit(X_train, y_train)\n"
    "print(accuracy_score(y_test, model.predict(X_test)))\n"
)
_OWN_ROWS = (
    "from sklearn.linear_model import LogisticRegression\n"
    "model = LogisticRegression()\nmodel.fit(X, y)\nprint(model.score(X, y))\n"
)
_SEEDS = (
    "from sklearn.ensemble import RandomForestClassifier\n"
    "best = 0\n"
    "for seed in range(50):\n"
    "    model = RandomForestClassifier(random_state=seed)\n"
    "    model.fit(X_train, y_train)\n"
    "    acc = model.score({rows})\n"
    "    if acc > best:\n"
    "        best = acc\n"
)
_MANY_TESTS = (
    "from scipy.stats import ttest_ind\nfrom sklearn.svm import SVC\n"
    "model = SVC().fit(X, y)\n"
    "for name in names:\n    result = ttest_ind(a[name], b[name])\n    if result.pvalue < 0.05:\n        print(name)\n"
)

EXAMPLES = (
    Example(
        "STA101",
        against={"train.py": _TRAIN + FILLER, "README.md": "# A model\n\nIt predicts churn.\n"},
        favourable={"train.py": "from sklearn.dummy import DummyClassifier\nDummyClassifier().fit(X, y)\n" + _TRAIN},
        quiet={"train.py": _TRAIN + FILLER, "README.md": "# A model\n\nThe baseline scores 0.71.\n"},
    ),
    Example("STA102", against={"train.py": _OWN_ROWS}, favourable={"train.py": _TRAIN}, quiet={"train.py": _TRAIN}),
    Example(
        "STA103",
        favourable={
            "train.py": "from sklearn.model_selection import cross_val_score\nscores = cross_val_score(model, X, y)\n"
            "model.fit(X, y)\n"
        },
    ),
    Example("STA104", favourable={"train.py": _TRAIN}),
    Example(
        "STA105",
        against={
            "train.py": "from keras.layers import Dense\nmodel.add(Dense(8, activation='relu'))\nout = Dense(1)\n"
            "model.compile(loss='mse', optimizer='adam', metrics=['accuracy'])\nmodel.fit(X, y)\n".replace(
                "Dense(8, activation='relu')", "Flatten()"
            )
        },
        favourable={
            "train.py": "from sklearn.metrics import f1_score\nmodel.fit(X, y)\nprint(f1_score(y_test, predicted))\n"
        },
        quiet={
            "train.py": "from keras.layers import Dense\nout = Dense(10, activation='softmax')\n"
            "model.compile(loss='mse', metrics=['accuracy'])\nmodel.fit(X, y)\n"
        },
    ),
    Example(
        "STA106",
        against={"train.py": _TRAIN, "README.md": "# M\n\nThe model reaches an accuracy of 0.912.\n"},
        favourable={
            "train.py": "from sklearn.model_selection import cross_val_score\nscores = cross_val_score(model, X, y)\n"
            "model.fit(X, y)\nprint(scores.mean(), scores.std())\n"
        },
        quiet={"train.py": _TRAIN, "README.md": "# M\n\n```\nlog('accuracy', 0.912)\n```\n"},
    ),
    Example(
        "STA107",
        against={"train.py": _SEEDS.format(rows="X_test, y_test")},
        quiet={"train.py": _SEEDS.format(rows="X_valid, y_valid")},
    ),
    Example(
        "STA108",
        against={"study.py": _MANY_TESTS},
        favourable={
            "study.py": "from scipy.stats import wilcoxon\nfrom sklearn.svm import SVC\n"
            "SVC().fit(X, y)\nprint(wilcoxon(ours, theirs))\n"
        },
        quiet={"study.py": _MANY_TESTS + "from statsmodels.stats.multitest import multipletests\nmultipletests(p)\n"},
    ),
    Example(
        "STA109",
        favourable={
            "train.py": "from sklearn.calibration import CalibratedClassifierCV\n"
            "CalibratedClassifierCV(model).fit(X, y)\n"
        },
    ),
)
