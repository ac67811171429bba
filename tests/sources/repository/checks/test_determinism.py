"""Randomness and results: which generator is drawn from, which is seeded, and what a README claims."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.determinism import Seeds
from heldout.sources.repository.checks.random_state import RandomState
from heldout.sources.repository.checks.results import SavedMetrics, TraceableResults
from tests.support import findings_of

TRAIN = "import numpy as np\nimport torch\n\nloss = torch.rand(3)\nloss.backward()\nnp.random.shuffle([])\n"


def test_each_library_is_judged_by_itself() -> None:
    found = findings_of({"a.py": TRAIN, "b.py": "import torch\ntorch.manual_seed(1)\n"}, Seeds())
    said = {f.polarity: f.message for f in found}
    assert "set for PyTorch" in said["for"]
    assert "NumPy" in said["against"]
    assert "PyTorch" not in said["against"]


@pytest.mark.parametrize(
    "seed",
    [
        "from pytorch_lightning import seed_everything\nseed_everything(7)\n",
        "from transformers import set_seed\nset_seed(7)\n",
        "import numpy\nimport torch\nnumpy.random.seed(3)\ntorch.cuda.manual_seed_all(3)\n",
    ],
)
def test_helpers_that_seed_everything_count(seed: str) -> None:
    assert [f.polarity for f in findings_of({"a.py": TRAIN, "b.py": seed}, Seeds())] == ["for"]


@pytest.mark.parametrize("seed", ["np.random.seed()", "np.random.seed(None)"])
def test_an_empty_seed_is_none(seed: str) -> None:
    found = findings_of({"a.py": TRAIN.replace("loss =", f"{seed}\nloss =", 1)}, Seeds())
    assert [f.polarity for f in found] == ["against"]


@pytest.mark.parametrize(
    "apart",
    [
        "rng = np.random.default_rng(7)\n",
        "class Model:\n    def __init__(self):\n        self.random_state = np.random.RandomState(seed=41)\n",
        "def seed_all():\n    np.random.seed(3)\n",
    ],
)
def test_what_leaves_the_global_generator_as_it_is_speaks_neither_for_nor_against(apart: str) -> None:
    code = TRAIN.replace("loss =", f"torch.manual_seed(1)\n{apart}loss =", 1)
    said = {f.polarity: f.message for f in findings_of({"a.py": code}, Seeds())}
    assert said["for"] == "A seed is set for PyTorch."
    assert "NumPy" in said["unknown"]
    assert "against" not in said


def test_a_helper_that_another_file_calls_seeds() -> None:
    helper = "import numpy as np\ndef seed_all():\n    np.random.seed(3)\n"
    code = TRAIN.replace("loss =", "from helper import seed_all\nseed_all()\ntorch.manual_seed(1)\nloss =", 1)
    assert [f.polarity for f in findings_of({"a.py": code, "helper.py": helper}, Seeds())] == ["for"]


def test_a_seed_that_a_caller_may_give_is_told_as_that() -> None:
    model = "import numpy as np\nclass Model:\n    def __init__(self, seed=None):\n        self.seed = seed\n"
    model += "    def fit(self, x):\n        np.random.seed(self.seed + 1)\n"
    code = TRAIN.replace("loss =", "torch.manual_seed(1)\nloss =", 1)
    (found,) = findings_of({"a.py": code, "model.py": model}, Seeds())
    assert found.message == "A seed is set for PyTorch; one can be given for NumPy."


KERAS = "from tensorflow import keras\nfrom tensorflow.keras import layers\n{}\nm = keras.Model()\nm.fit([], [])\n"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("keras.Sequential([layers.Rescaling(1 / 255)])", []),
        ("layers.Dropout(0.4, seed=3)", []),
        ("keras.Sequential([layers.Dense(3)])", ["against"]),
        ("layers.RandomRotation(0.1)", ["against"]),
    ],
)
def test_layers_that_hold_no_chance_need_no_seed(made: str, said: list[str]) -> None:
    assert [f.polarity for f in findings_of({"a.py": KERAS.format(made)}, Seeds())] == said


def test_a_state_of_none_is_none_and_each_number_is_a_least_one() -> None:
    code = "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\nSVC().fit([], [])\n"
    code += "train_test_split([], random_state=None)\n" + "train_test_split([], random_state=1)\n" * 3
    (found,) = findings_of({"a.py": code}, RandomState())
    assert "At least 3 calls that split, shuffle or make" in found.message
    assert found.message.endswith("; at least 1 without (tests and documentation apart).")


def test_no_machine_learning_no_finding() -> None:
    assert not findings_of({"a.py": "import random\nprint(random.random())\n"}, Seeds())


def test_splits_that_do_not_shuffle_need_no_state() -> None:
    code = (
        "from sklearn.model_selection import KFold, train_test_split\nfrom sklearn.svm import SVC\nSVC().fit([], [])\n"
    )
    code += "KFold(5)\n" * 5 + "train_test_split([], shuffle=False)\n" * 5
    assert not findings_of({"a.py": code}, RandomState())


def test_settings_kept_with_the_metrics_weigh_more() -> None:
    log = TRAIN + "import wandb\nwandb.log({'loss': 1})\n"
    bare = findings_of({"a.py": log}, SavedMetrics())
    full = findings_of({"a.py": log + "wandb.init(config={'lr': 1})\n"}, SavedMetrics())
    assert bare[0].strength < full[0].strength


TABLE = "## Results\n| model | accuracy |\n|---|---|\n| a | 91.2 |\n| b | 92.3 |\n| c | 93.4 |\n"


@pytest.mark.parametrize(
    ("readme", "polarities"),
    [
        (TABLE, ["against"]),
        (TABLE + "```\npython train.py\n```\n", ["for"]),
        (TABLE + "`python -m train`\n", ["for"]),
        (TABLE + "Run `make results`.\n", []),
        ("| model | size |\n|---|---|\n| a | 91.2 |\n| b | 92.3 |\n| c | 93.4 |\n", []),
        (TABLE + "`python other.py`\n", ["against"]),
    ],
)
def test_results_need_a_command_that_is_there(readme: str, polarities: list[str]) -> None:
    found = findings_of({"train.py": TRAIN, "README.md": readme}, TraceableResults())
    assert [f.polarity for f in found] == polarities


def test_a_library_owes_no_command() -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='net')\n",
        "net/__init__.py": TRAIN,
        "README.md": TABLE,
    }
    assert not findings_of(files, TraceableResults())


def test_the_place_without_a_seed_is_where_something_is_trained() -> None:
    trial = "import torch\n\nif __name__ == '__main__':\n    x = torch.randn(4, 3)\n"
    (finding,) = findings_of({"a_model.py": trial, "train.py": TRAIN.replace("np.random", "np.linalg")}, Seeds())
    assert [place.path for place in finding.locations] == ["train.py"]


def test_a_seed_is_seen_when_a_star_import_brings_the_library() -> None:
    helper = "import numpy as np\n"
    train = "import torch\nfrom helper import *\n\nnp.random.seed(1)\nnp.random.shuffle([])\n"
    learn = "loss = torch.rand(3)\nloss.backward()\ntorch.manual_seed(2)\n"
    files = {"helper.py": helper, "train.py": train + learn}
    assert [f.polarity for f in findings_of(files, Seeds())] == ["for"]
