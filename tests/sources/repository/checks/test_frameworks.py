"""Frameworks and robustness: traps in which a finding would be wrong."""

from __future__ import annotations

from heldout.sources.repository.checks.framework_training import FrameworkData
from heldout.sources.repository.checks.framework_use import ModelTests
from heldout.sources.repository.checks.frameworks import EvaluationMode, TrainingLoop
from heldout.sources.repository.checks.kernels import OwnKernels
from heldout.sources.repository.checks.output_layers import OutputFitsLoss
from heldout.sources.repository.checks.practice import Rule
from heldout.sources.repository.checks.robustness import EdgeCases, InputsChecked
from heldout.sources.repository.checks.scale import ParallelWork, Vectorised
from heldout.sources.repository.checks.unseen import Encoders
from tests.support import findings_of

NET = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))\n"
LOOP = (
    "for x, y in loader:\n    optimizer.zero_grad()\n    loss = f(net(x), y)\n    loss.backward()\n"
    "    optimizer.step()\n"
)
TEST = "def test(model):\n    for x in data:\n        model(x)\n"


def test_a_script_called_test_is_no_test() -> None:
    script = "import torch\nnet.load_state_dict(torch.load(path))\nassert net(x).shape == (4, 2)\n"
    assert not findings_of({"train.py": "import torch\n" + LOOP, "test.py": script}, ModelTests())


def test_a_rule_names_several_calls() -> None:
    rules = Rule.read("types", "pandas:read_csv|read_excel?dtype")
    assert [(r.name, r.keyword) for r in rules] == [("read_csv", "dtype"), ("read_excel", "dtype")]
    assert rules[0].matches("pandas.read_csv")
    assert not rules[0].matches("dask.dataframe.read_csv")
    assert not rules[0].matches(None)


def test_a_default_that_is_spelt_out_is_no_use() -> None:
    code = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
    assert not findings_of({"a.py": code + "f(n_jobs=1)\ng(num_workers=0)\n"}, ParallelWork())
    assert findings_of({"a.py": code + "f(n_jobs=-1)\n"}, ParallelWork())


def test_an_axis_for_the_batch_is_no_broadcasting() -> None:
    code = "import numpy as np\na = np.expand_dims(x, axis=0)\nb = x[np.newaxis, :]\n"
    assert not findings_of({"a.py": code}, Vectorised())
    (finding,) = findings_of({"a.py": code + "d = x[:, None] - y[None, :]\n" * 3}, Vectorised())
    assert "broadcasting" in finding.message


def test_fetching_ahead_shares_no_work() -> None:
    code = "import tensorflow as tf\nds = tf.data.Dataset.range(3)\n"
    assert not findings_of({"a.py": code + "ds.batch(3).prefetch(1)\n"}, ParallelWork())
    assert findings_of({"a.py": code + "ds.map(f, num_parallel_calls=4)\n"}, ParallelWork())


def test_several_places_of_one_kind_are_one_kind() -> None:
    code = "from sklearn.svm import SVC\nSVC().fit(X, y)\n" + "f(n_jobs=-1)\n" * 9
    found = findings_of({"a.py": code}, ParallelWork())
    assert found[0].measured["kinds"] == 1
    assert found[0].measured["places"] == 9


def test_evaluation_mode_in_another_file_is_seen() -> None:
    files = {"train.py": NET + LOOP + TEST}
    assert findings_of(files, EvaluationMode())[0].polarity == "against"
    assert not findings_of(files | {"tools.py": "def prepare(torch, m):\n    m.eval()\n"}, EvaluationMode())


def test_a_trainer_sets_the_mode_itself() -> None:
    files = {"train.py": NET + LOOP + TEST, "main.py": "import pytorch_lightning as pl\npl.Trainer(max_epochs=1)\n"}
    assert not [f for f in findings_of(files, EvaluationMode()) if f.polarity == "against"]


def test_a_loss_that_is_summed_to_go_back_from_is_right() -> None:
    code = "import torch\n" + LOOP + "    loss = loss.item()\n    total += loss\n"
    assert not [f for f in findings_of({"a.py": code}, TrainingLoop()) if f.polarity == "against"]


def test_a_soft_max_in_one_of_two_models_is_not_certain() -> None:
    code = (
        "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
        "class A(nn.Module):\n    def forward(self, x):\n        return F.softmax(x, dim=1)\n"
        "class B(nn.Module):\n    def forward(self, x):\n        return self.head(x)\n"
        "criterion = nn.CrossEntropyLoss()\nloss = criterion(B()(x), y)\nloss.backward()\n"
    )
    assert not findings_of({"a.py": code}, OutputFitsLoss())
    twice = code.replace("criterion(B()(x), y)", "criterion(F.softmax(B()(x), dim=1), y)")
    assert len(findings_of({"a.py": twice}, OutputFitsLoss())) == 1


def test_columns_that_are_aligned_may_be_made_apart() -> None:
    code = (
        "import pandas as pd\nfrom sklearn.svm import SVC\na = pd.get_dummies(train)\nb = pd.get_dummies(test)\n"
        "SVC().fit(a, y)\n"
    )
    assert findings_of({"a.py": code}, Encoders())
    assert not findings_of({"a.py": code + "a, b = a.align(b, join='left', axis=1)\n"}, Encoders())


def test_another_column_is_another_encoding() -> None:
    code = (
        "from sklearn.preprocessing import LabelEncoder\nle = LabelEncoder()\n"
        "train['a'] = le.fit_transform(train['a'])\ntest['b'] = le.fit_transform(test['b'])\nm.fit(train, y)\n"
    )
    assert not findings_of({"a.py": code}, Encoders())


def test_little_code_and_notebooks_owe_no_refusals() -> None:
    small = "from sklearn.svm import SVC\nSVC().fit(X, y)\n" + "def f(x):\n    return x\n" * 20
    assert not findings_of({"a.py": small}, InputsChecked())


def test_an_archive_without_tests_owes_no_edge_cases() -> None:
    tests = {"tests/test_a.py": "\n".join(f"def test_{i}():\n    assert f({i})\n" for i in range(30))}
    assert [f.polarity for f in findings_of(tests, EdgeCases())] == ["against"]
    assert not findings_of(tests, EdgeCases(), kind="sdist")


def test_evaluation_mode_points_at_the_evaluation() -> None:
    files = {
        "a_load.py": (
            "import torch\n\n\ndef load(model):\n    model.eval()\n    with torch.no_grad():\n        return model\n"
        ),
        "z_train.py": (
            "import torch\n\n\ndef train(loss):\n    loss.backward()\n\n\ndef evaluate(model, x):\n    model.eval()\n"
            "    with torch.no_grad():\n        return model(x)\n"
        ),
    }
    (found,) = findings_of(files, EvaluationMode())
    assert [place.path for place in found.locations] == ["z_train.py", "z_train.py"]


def test_a_sampler_that_only_shuffles_is_no_rule_of_ones_own() -> None:
    head = "from torch.utils.data import DataLoader, RandomSampler, SequentialSampler\n"
    stock = (
        head + "s = RandomSampler(d)\nDataLoader(d, sampler=s, batch_size=8)\n"
        "DataLoader(d, sampler=SequentialSampler(d), batch_size=8)\n"
    )
    (plain,) = findings_of({"a.py": NET + stock}, FrameworkData())
    assert "sampling" not in plain.message
    (own,) = findings_of({"a.py": NET + stock + "t = Balanced(d)\nDataLoader(d, sampler=t)\n"}, FrameworkData())
    assert "own rules of collation or sampling" in own.message


def test_a_number_of_classes_is_no_count_of_rows() -> None:
    code = "import numpy as np\nclasses = len(np.unique(y))\n"
    assert not findings_of({"a.py": code}, Vectorised())
    assert findings_of({"a.py": code + "v, n = np.unique(y, return_counts=True)\n" * 3}, Vectorised())


def test_a_kernel_counts_in_full_where_a_test_can_compare_it() -> None:
    kernel = {"ops.py": "import torch\nimport triton\n\n\n@triton.jit\ndef add(x, y, n):\n    pass\n"}
    test = {"tests/test_ops.py": "from ops import add\n\n\ndef test_add():\n    assert add(1, 2, 3) is None\n"}
    (alone,) = findings_of(kernel, OwnKernels())
    (tested,) = findings_of({**kernel, **test}, OwnKernels())
    assert alone.strength < tested.strength
    assert alone.locations[0].path == "ops.py"
