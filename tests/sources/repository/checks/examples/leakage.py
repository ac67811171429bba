"""Examples for the checks of leakage."""

from tests.support import Example

_LOAD = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n"
_MODEL = "from sklearn.linear_model import LogisticRegression\n"
_READ = 'df = pd.read_csv("rows.csv")\nX, y = df.drop(columns="y"), df["y"]\n'
_SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)\n"
_FIT = "model = LogisticRegression().fit(X_train, y_train)\nprint(model.score(X_test, y_test))\n"
_HEAD = _LOAD + _MODEL
_SCALER = "from sklearn.preprocessing import StandardScaler\n"
_SVC = "from sklearn.svm import SVC\n"
_SMOTE = "from imblearn.over_sampling import SMOTE\n"
_CLEAN = {"train.py": _HEAD + _READ + _SPLIT + _FIT}

EXAMPLES = (
    Example(
        "LEK101",
        against={"train.py": _HEAD + _SCALER + _READ + "X = StandardScaler().fit_transform(X)\n" + _SPLIT + _FIT},
        quiet={
            "train.py": _HEAD
            + _SCALER
            + _READ
            + _SPLIT
            + "s = StandardScaler().fit(X_train)\nX_train, X_test = s.transform(X_train), s.transform(X_test)\n"
            + _FIT
        },
    ),
    Example(
        "LEK102",
        against={"train.py": _HEAD + _READ + _SPLIT + _FIT.replace("fit(X_train, y_train)", "fit(X, y)")},
        quiet={"train.py": _HEAD + _READ + _SPLIT + _FIT + "print('training', model.score(X_train, y_train))\n"},
    ),
    Example(
        "LEK108",
        against={"train.py": _HEAD + _READ + "model = LogisticRegression().fit(X, y)\nprint(model.score(X, y))\n"},
        quiet={"train.py": _HEAD + _READ + _SPLIT + _FIT + "print('training', model.score(X_train, y_train))\n"},
    ),
    Example(
        "LEK103",
        against={
            "train.py": _HEAD
            + _SVC
            + _READ
            + _SPLIT
            + "scores = {}\nfor model in (SVC(), LogisticRegression(), SVC(C=9)):\n"
            + "    model.fit(X_train, y_train)\n    scores[model] = model.score(X_test, y_test)\n"
            + "best = max(scores, key=scores.get)\n"
        },
        unknown={
            "train.py": _HEAD
            + _SVC
            + _READ
            + _SPLIT
            + "for model in (SVC(), LogisticRegression(), SVC(C=9)):\n"
            + "    print(model.fit(X_train, y_train).score(X_test, y_test))\n"
        },
        quiet=_CLEAN,
    ),
    Example(
        "LEK104",
        against={"train.py": _HEAD + _SMOTE + _READ + "X, y = SMOTE().fit_resample(X, y)\n" + _SPLIT + _FIT},
        quiet={
            "train.py": _HEAD
            + _SMOTE
            + _READ
            + _SPLIT
            + "X_train, y_train = SMOTE().fit_resample(X_train, y_train)\n"
            + _FIT
        },
    ),
    Example(
        "LEK105",
        against={
            "train.py": _HEAD
            + 'df = pd.read_csv("rows.csv")\ndf["rate"] = df.groupby("city")["y"].transform("mean")\n'
            + 'X, y = df.drop(columns="y"), df["y"]\n'
            + _SPLIT
            + _FIT
        },
        quiet=_CLEAN,
    ),
    Example(
        "LEK106",
        against={
            "train.py": _HEAD
            + 'df = pd.read_csv("rows.csv")\ndf["visits"] = df.groupby("patient_id")["x"].transform("count")\n'
            + 'X, y = df.drop(columns="y"), df["y"]\n'
            + _SPLIT
            + _FIT
        },
        quiet=_CLEAN,
    ),
    Example(
        "LEK107",
        against={
            "train.py": _HEAD
            + 'df = pd.read_csv("rows.csv", parse_dates=["date"]).sort_values("date")\n'
            + 'df["next"] = df["price"].shift(-1)\nX, y = df[["price", "next"]], df["y"]\n'
            + _SPLIT
            + _FIT
        },
        quiet=_CLEAN,
    ),
    Example("LEK110", favourable=_CLEAN, quiet=_CLEAN),
)
