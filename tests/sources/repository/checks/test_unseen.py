"""What repositories that nobody had seen before showed: wrong findings do not come back, and right ones stay."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.sources.repository.checks.examples.traps_unseen import UNSEEN
from tests.support import findings_of


@pytest.mark.parametrize("trap", UNSEEN, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


@pytest.mark.parametrize(
    ("code", "polarity", "text"),
    [
        ("ROB107", "for", "import numpy as np\nif np.isnan(loss):\n    raise ValueError('no number')\n"),
        ("ROB107", "for", "import torch\nif torch.isfinite(loss):\n    losses.append(loss)\n"),
        ("ROB107", "for", "import numpy as np\nassert not np.any(np.isnan(x))\n"),
        ("REP205", "for", "results_df.to_csv('model_results.csv')\n"),
        ("REP205", "for", "metrics_df.to_csv('out.csv')\n"),
        (
            "SCL101",
            "against",
            "import pandas as pd\ndf['z'] = df.apply(lambda r: r.x * 2 if r.y > 0 else 0, axis=1)\n" * 3,
        ),
        ("SCL101", "against", "import pandas as pd\nfor i, r in df.iterrows():\n    df.at[i, 'z'] = r.x * r.y\n"),
    ],
)
def test_what_is_the_case_is_still_said(code: str, polarity: str, text: str) -> None:
    (check,) = checks_by_code([code])
    files = {"a.py": TRAIN + "model.score(X, y)\n" + text}
    assert polarity in {f.polarity for f in findings_of(files, check)}


def test_a_model_that_is_judged_alone_still_lacks_a_comparison() -> None:
    (check,) = checks_by_code(["STA101"])
    text = (
        TRAIN
        + "from sklearn.metrics import accuracy_score\nprint(accuracy_score(y, model.predict(X)))\n"
        + "x = 1\n" * 120
    )
    found = findings_of({"a.py": text, "README.md": "# Net\n\nA model that got 0.91.\n"}, check)
    assert [f.polarity for f in found] == ["against"]


def test_shapes_in_tests_are_told() -> None:
    (check,) = checks_by_code(["FRW110"])
    test = "import torch\n\n\ndef test_net():\n    assert net(x).shape == (4, 10)\n"
    (found,) = findings_of({"a.py": TRAIN, "test_a.py": test}, check)
    assert "shapes" in found.message


def test_a_switch_that_is_off_by_itself_is_an_offer() -> None:
    (check,) = checks_by_code(["REP203"])
    text = "import torch\n\n\ndef seed_all(deterministic={}):\n    if deterministic:\n"
    text += "        torch.backends.cudnn.deterministic = True\n"
    (offered,) = findings_of({"a.py": TRAIN + text.format("False")}, check)
    (asked,) = findings_of({"a.py": TRAIN + text.format("True")}, check)
    assert offered.message == "Repeatable runs can be asked for by cuDNN's deterministic mode."
    assert asked.message == "Repeatable runs are asked for by cuDNN's deterministic mode."
