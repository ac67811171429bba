"""Traps of repositories that nobody had used: what twelve of them were told, and was wrong."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_FILLER = "def f{n}(x):\n    y = x + {n}\n    return y\n\n\n"
CODE = "".join(_FILLER.format(n=n) for n in range(30))
THREE = (
    "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.metrics import roc_auc_score\nfrom sklearn.svm import SVC\n"
    "a = LogisticRegression()\nb = SVC()\nc = RandomForestClassifier()\n"
)
_DRIFT = 'def check_data_drift(train, test):\n    """Compare.\n\n    TODO: all of it.\n    """\n'

OPEN = (
    Trap(
        "REP104",
        "against",
        "a library may stand in the list by its address, with its version",
        {
            "requirements.txt": "numpy\npandas\ngit+https://host.example/pytorch-image-models#egg=timm-0.1.26\n",
            "a.py": "import numpy\nimport pandas\nimport timm\n",
        },
    ),
    Trap(
        "FRW107",
        "for",
        "a chain of a model and nothing else prepares nothing",
        {
            "a.py": TRAIN
            + "from sklearn.pipeline import Pipeline, make_pipeline\nfrom sklearn.linear_model import Ridge\n"
            "a = Pipeline([('regressor', Ridge())])\nb = make_pipeline(Ridge())\n"
            "c = Pipeline(steps=[('model', Ridge())])\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "the formula of an interval is no result with one",
        {
            "a.py": TRAIN,
            "README.md": "# Tests\n\nConfidence intervals (95%) for the lift are computed as:\n\n\\[\n"
            "\\text{CI} = \\text{lift} \\pm z_{0.95} \\cdot SE\n\\]\n",
        },
    ),
    Trap(
        "STA102",
        "for",
        "folds by which rows are encoded judge no model",
        {
            "a.py": TRAIN,
            "wrap.py": "from sklearn.model_selection import StratifiedKFold\n\n\nclass Nested:\n"
            "    def __init__(self, inner, cv=5):\n        self.inner = inner\n"
            "        self.cv = StratifiedKFold(n_splits=cv)\n\n"
            "    def fit(self, X, y):\n        self.inner.fit(X, y)\n\n"
            "    def transform(self, X):\n        return self.inner.transform(X)\n",
        },
    ),
    Trap(
        "STA102",
        "for",
        "a test part that is put together with the training part is not held out",
        {
            "a.py": TRAIN + "\n\ndef load(self):\n    train, y1 = self.read('a', split='train')\n"
            "    test, y2 = self.read('b', split='test')\n    return train + test, y1 + y2\n"
        },
    ),
    Trap(
        "STA102",
        "against",
        "two classes that are each given rows of the same names",
        {
            "a.py": "from sklearn.linear_model import LogisticRegression\n\nBASE = LogisticRegression\n\n\nclass One:\n"
            "    def score(self, X, y):\n        return self.estimator.score(X, y)\n\n\nclass Many:\n"
            "    def again(self, X, y):\n        for learner in self.learners:\n            learner.fit(X, y)\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "models that are fitted, and of which only the mean is judged",
        {
            "a.py": THREE
            + "".join(f"{n}.fit(X, y)\np{n} = {n}.predict_proba(Z)[:, 1]\n" for n in "abc")
            + "both = 0.3 * pa + 0.3 * pb + 0.4 * pc\nprint(roc_auc_score(t, both))\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "parts of an ensemble that is judged alone",
        {
            "a.py": THREE + "from sklearn.ensemble import StackingClassifier\nparts = [('a', a), ('b', b), ('c', c)]\n"
            "whole = StackingClassifier(estimators=parts, final_estimator=LogisticRegression())\n"
            "whole.fit(X, y)\nprint(roc_auc_score(t, whole.predict(Z)))\n"
        },
    ),
    Trap(
        "ROB102",
        "for",
        "missing values in two columns are no missing columns",
        {"a.py": CODE, "tests/test_a.py": "def test_handle_missing_error_2cols():\n    assert f() == 1\n"},
    ),
    Trap(
        "CRF302",
        "for",
        "tests that import modules which are not there",
        {
            "app/main.py": CODE,
            "test/test_app.py": "from app.app import app\n\n\ndef test_one():\n    assert app(1) == 1\n" * 5,
        },
    ),
    Trap(
        "CRF305",
        "for",
        "tests of a folder that is not there",
        {
            "app/main.py": CODE,
            "test/test_app.py": "def test_one():\n    assert f(1) == 1\n",
            "Jenkinsfile": "pipeline {\n  agent any\n  stages {\n    stage('Test') {\n      steps {\n"
            "        sh 'pytest tests/'\n      }\n    }\n  }\n}\n",
        },
    ),
    Trap(
        "CRF401",
        "for",
        "a module that calls a tracker when it is imported",
        {
            "one.py": "import mlflow\n\nmlflow.set_experiment('x')\n" + CODE,
            "two.py": "import mlflow\n\nmlflow.start_run()\n" + CODE,
        },
    ),
    Trap(
        "MLO114",
        "for",
        "a function for drift with nothing in it watches nothing",
        {"a.py": TRAIN, "utils.py": _DRIFT + "    pass\n", "more.py": _DRIFT + "    raise NotImplementedError\n"},
    ),
)
