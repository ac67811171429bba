"""Statistics: what a finding must not say."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.checks.baselines import BaselineCompared
from heldout.sources.repository.checks.metrics import MetricFits
from heldout.sources.repository.checks.statistics import HeldOut
from heldout.sources.repository.checks.uncertainty import BestOfSeeds, Uncertainty
from tests.sources.repository.checks.examples.statistics import FILLER
from tests.support import findings_of

TRAINS = "from sklearn.metrics import accuracy_score\nmodel.fit(X_train, y_train)\naccuracy_score(y_test, p)\n"


def against(files: dict[str, str], check: Check) -> list[str]:
    return [f.message for f in findings_of(files, check) if f.polarity == "against"]


def test_a_package_for_others_owes_no_baseline() -> None:
    code = {"model.py": "from sklearn.svm import SVC\n" + TRAINS + FILLER, "README.md": "# Tool\n"}
    assert against(code, BaselineCompared())
    assert not against(code | {"setup.py": "setup(name='tool')\n"}, BaselineCompared())


def test_an_archive_without_its_readme_owes_no_baseline() -> None:
    code = {"model.py": "from sklearn.svm import SVC\n" + TRAINS + FILLER}
    assert not [f for f in findings_of(code, BaselineCompared(), kind="sdist") if f.polarity == "against"]


def test_a_table_of_results_in_the_readme_is_a_comparison() -> None:
    table = "| model | F1 |\n|---|---|\n| baseline | 0.71 |\n| ours | 0.78 |\n| previous | 0.75 |\n"
    found = findings_of({"model.py": "from sklearn.svm import SVC\n" + TRAINS, "README.md": table}, BaselineCompared())
    assert [f.polarity for f in found] == ["for"]
    assert found[0].locations[0].path == "README.md"


def test_the_baseline_of_a_policy_gradient_is_no_comparison() -> None:
    code = "import torch\nclass Baseline:\n    pass\nadvantage = reward - baseline\nloss.backward()\n"
    assert not [f for f in findings_of({"policy.py": code}, BaselineCompared()) if f.polarity == "for"]


@pytest.mark.parametrize(
    "between",
    ["X, y = load_more()\n", "X = other_rows\n"],
)
def test_other_rows_under_the_same_name_are_other_rows(between: str) -> None:
    code = "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(X, y)\n" + between + "model.score(X, y)\n"
    sure = against({"train.py": code.replace(between, "")}, HeldOut())
    assert sure
    assert "`X`, `y`" in sure[0]
    if between.startswith("X ="):
        assert not against({"train.py": code}, HeldOut())


def test_a_model_name_that_is_used_again_is_not_trusted() -> None:
    code = (
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.linear_model import LinearRegression\n"
        "from sklearn.metrics import mean_squared_error\n"
        "model = RandomForestClassifier()\n{again}model.fit(X, y)\npredicted = model.predict(X_test)\n"
        "mean_squared_error(y_test, predicted)\n"
    )
    assert against({"a.py": code.format(again="")}, MetricFits())
    assert not against({"a.py": code.format(again="model = LinearRegression()\n")}, MetricFits())


def test_rare_classes_with_accuracy_alone() -> None:
    code = (
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n"
        "m = LogisticRegression(class_weight='balanced').fit(X_train, y_train)\n"
        "accuracy_score(y_test, m.predict(X_test))\n"
    )
    assert against({"a.py": code}, MetricFits())
    assert not against({"a.py": code + "from sklearn.metrics import recall_score\nrecall_score(y, p)\n"}, MetricFits())


def test_the_default_weight_is_no_sign_of_rare_classes() -> None:
    code = (
        "from xgboost import XGBClassifier\nfrom sklearn.metrics import accuracy_score\n"
        "m = XGBClassifier(scale_pos_weight={weight}).fit(X_train, y_train)\n"
        "accuracy_score(y_test, m.predict(X_test))\n"
    )
    assert not against({"a.py": code.format(weight="1")}, MetricFits())
    assert against({"a.py": code.format(weight="negatives / positives")}, MetricFits())


def test_a_plus_minus_in_the_readme_is_an_uncertainty() -> None:
    files = {"train.py": "model.fit(X, y)\n", "README.md": "Accuracy: 0.81 ± 0.02\n"}
    assert [f.polarity for f in findings_of(files, Uncertainty())] == []  # no framework: no machine learning
    files["train.py"] = "from sklearn.svm import SVC\n" + TRAINS
    assert [f.polarity for f in findings_of(files, Uncertainty())] == ["for"]


def test_mean_and_spread_over_seeds_is_no_choice_of_the_best() -> None:
    code = (
        "import numpy as np\nfrom sklearn.svm import SVC\nscores = []\nfor seed in range(5):\n"
        "    m = SVC(random_state=seed).fit(X_train, y_train)\n    scores.append(m.score(X_test, y_test))\n"
        "print(np.mean(scores), np.std(scores))\n"
    )
    assert not against({"a.py": code}, BestOfSeeds())
    assert [f.polarity for f in findings_of({"a.py": code}, Uncertainty())] == ["for"]
