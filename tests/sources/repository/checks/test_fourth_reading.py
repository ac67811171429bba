"""What readers of fourteen more repositories found wrong does not come back, and what is like it and right stays."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN
from tests.support import Files, findings_of, notebook


def _said(code: str, files: Files, polarity: str = "for") -> str:
    (check,) = checks_by_code([code])
    return " ".join(f.message for f in findings_of(files, check) if f.polarity == polarity)


def test_a_function_for_features_loads_no_data_set_and_a_data_set_does() -> None:
    feature = "from ogb.utils.features import atom_to_feature_vector\n\nx = atom_to_feature_vector(atom)\n"
    loaded = "from ogb.graphproppred import PygGraphPropPredDataset\n\nd = PygGraphPropPredDataset('ogbg-molhiv')\n"
    assert "standard data set" not in _said("REP303", {"a.py": TRAIN + feature})
    assert "standard data set" in _said("REP303", {"a.py": TRAIN + loaded})


_FETCH = (
    "import wandb\n\nrun = wandb.init(project='p', job_type='fetch')\nart = run.use_artifact('model:latest')\n"
    "art.download()\nrun.finish()\n"
)
_RECORD = TRAIN + "import wandb\n\nwandb.init(project='p', config={'lr': lr})\nwandb.log({'loss': loss})\n"


def test_a_file_that_only_fetches_from_a_tracker_records_nothing() -> None:
    assert "Code in at least 1 file records settings and metrics" in _said("MLO101", {"a.py": _RECORD, "b.py": _FETCH})
    assert not _said("MLO101", {"a.py": TRAIN, "b.py": _FETCH})
    used = _FETCH + "run.log({'auc': auc})\n"
    told = _said("MLO101", {"a.py": _RECORD, "b.py": used})
    assert told.endswith(
        "in at least 2 files records runs with Weights & Biases, settings and metrics among what is recorded."
    )


def test_features_that_are_joined_are_no_columns() -> None:
    joined = "from sklearn.pipeline import make_union\n\nboth = make_union(A(), B())\n"
    assert _said("FRW107", {"a.py": TRAIN + joined}) == "Steps are composed: features of several transformers joined."


_DEFINES = "def f(x):\n    return x\n\n\n" * 20
_BUILD = "[project]\nname = 'thing'\n\n[build-system]\nrequires = ['hatchling']\n\n[tool.hatch.build.targets.wheel]\n"


@pytest.mark.parametrize(
    ("folder", "is_one"), [("src/thing", True), ("src/other", False), ("thing", True), ("src", True)]
)
def test_a_package_that_is_named_has_to_be_there(folder: str, is_one: bool) -> None:
    named = "src/thing" if folder.startswith("src/") else folder
    files: Files = {f"{folder}/a.py": _DEFINES, f"{folder}/b.py": _DEFINES}
    files["pyproject.toml"] = f'{_BUILD}packages = ["{named}"]\n'
    assert ("set up as a package" in _said("CRF401", files)) is is_one


def test_a_schedule_is_no_optimiser() -> None:
    schedule = (
        "from torch.optim.lr_scheduler import LRScheduler\n\n\nclass Slow(LRScheduler):\n"
        "    def get_lr(self):\n        return [self.base / self.last_epoch]\n"
    )
    assert _said("FRW104", {"a.py": TRAIN + schedule}).endswith(": learning-rate schedules.")


def test_what_is_raised_without_a_message_is_told_to_be_left_out() -> None:
    code = (
        "def f(x):\n    try:\n        return g(x)\n    except KeyError as error:\n"
        "        raise ValueError('no g') from error\n\n\n"
    )
    abstract = "class A:\n    def f(self):\n        raise NotImplementedError\n"
    told = _said("PYT103", {"a.py": code * 4 + abstract})
    assert "no other handler was seen (tests, documentation, and what is raised without a message, apart)." in told


def test_cells_of_comments_are_told_to_count_as_none() -> None:
    cells = [(f"x{i} = {i}", {"execution_count": i}) for i in range(1, 6)]
    told = _said("NBK101", {"a.ipynb": notebook(*cells, ("# !pip install x", {"execution_count": None}))})
    assert "cells of comments alone count as none" in told


_VARIES = (
    "from torchvision import transforms\n\ntransform = transforms.Compose([transforms.RandomCrop(4),"
    " transforms.RandomRotation(9)])\n"
)
_DRAWN = (
    "for i in range(3):\n    shown = transform(x)\n    axes[i].imshow(transform(x[i]))\n\n\n"
    "class Net:\n    def __init__(self, transform=None):\n        self.t = transform or transforms.Compose([])\n"
)


@pytest.mark.parametrize(
    ("use", "varied"),
    [(_DRAWN, False), ("", True), (_DRAWN + "data = Data(transform=transform)\n", True)],
)
def test_a_transform_that_is_only_drawn_varies_no_training(use: str, varied: bool) -> None:
    assert bool(_said("ROB105", {"a.py": TRAIN + _VARIES + use})) is varied


def test_a_dataclass_without_fields_is_no_record() -> None:
    empty = "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    def f(self):\n        return 1\n"
    assert not _said("PYT111", {"a.py": empty})
    assert "at least 1." in _said("PYT111", {"a.py": empty + "\n\n@dataclass\nclass B:\n    x: int\n"})


@pytest.mark.parametrize(
    "body",
    [
        "    try:\n        assert f(1) == 2\n    except Exception as e:\n        print(e)\n        return\n",
        "    try:\n        assert f(1) == 2\n    except:\n        pass\n",
        "    return\n    assert f(1) == 2\n",
        "    rows = load()\n    if len(rows) == 0:\n        print('none')\n        return\n    assert f(rows) == 2\n",
        "    if not os.path.exists('data'):\n        return\n    assert f(1) == 2\n",
    ],
)
def test_an_assertion_that_cannot_fail_the_test_is_none(body: str) -> None:
    tests = "".join(f"def test_{i}():\n{body}\n\n" for i in range(4))
    files = {"a.py": TRAIN + _DEFINES, "tests/test_a.py": "from a import f\n\n\n" + tests}
    assert "assert something" not in _said("CRF301", files)


@pytest.mark.parametrize(
    "body",
    [
        "    try:\n        assert f(1) == 2\n    except ValueError:\n        return\n",
        "    try:\n        assert f(1) == 2\n    except Exception as e:\n        pytest.fail(str(e))\n",
        "    try:\n        assert f(1) == 2\n    except AssertionError:\n        print(1)\n        raise\n",
        "    try:\n        f(1)\n    except Exception as e:\n        assert 'x' in str(e)\n",
        "    if f(0):\n        assert f(1) == 2\n        return\n    assert f(1) == 3\n",
    ],
)
def test_an_assertion_that_can_fail_the_test_is_one(body: str) -> None:
    tests = "".join(f"def test_{i}():\n{body}\n\n" for i in range(4))
    files = {"a.py": TRAIN + _DEFINES, "tests/test_a.py": "import pytest\nfrom a import f\n\n\n" + tests}
    assert "All of 4 test functions assert something" in _said("CRF301", files)


def test_what_picks_rows_in_each_round_cannot_be_joined_after_the_loop() -> None:
    grows = "import numpy as np\n\nfor i in range(9):\n{}    a = np.append(a, i)\n"
    assert not _said("SCL102", {"a.py": grows.format("    d = dist[:, a]\n")}, "against")
    assert _said("SCL102", {"a.py": grows.format("    print(a)\n")}, "against")


def test_what_a_model_is_trained_with_is_no_mode() -> None:
    modes = (
        "import torch\n\n\ndef evaluate(m, x):\n    m.eval()\n    with torch.no_grad():\n        return m(x)\n\n\n"
        "def run(m, dataset):\n    loss.backward()\n    m.train({})\n"
    )
    assert _said("FRW101", {"a.py": modes.format("dataset")}).endswith("(`no_grad` or the like).")
    assert "in 1 of at least 2 functions" in _said("FRW101", {"a.py": modes.format("training")})


def test_a_template_of_answers_is_no_sample_of_data() -> None:
    rows = "id,a,b\n" + "1,2,3\n" * 30
    assert not _said("HND110", {"a.py": TRAIN, "data/template-example-with-random-outputs.csv": rows})
    assert _said("HND110", {"a.py": TRAIN, "data/example.csv": rows})


def test_a_command_that_is_cut_says_so() -> None:
    command = (
        "python -m src.inference.inference data/inference/new_data.xlsx configs/config.yaml data/inference/out.xlsx"
    )
    told = _said(
        "HND102", {"a.py": TRAIN, "README.md": f"# A\n\n```\n{command}\n```\n", "src/inference/inference.py": ""}
    )
    assert "configs/config.yaml …`" in told
