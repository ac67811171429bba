"""What a reading of findings about unseen projects showed: wrong ones do not come back, and the right ones stay."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.sources.repository.checks.examples.traps_of_fresh_projects import FRESH
from tests.support import findings_of, history_of

NET = (
    "import torch\n\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfit(x, batch_size=8, epochs=3)\nloss.backward()\n"
)
USES = "import numpy as np\nimport psutil\nimport torch\n"


@pytest.mark.parametrize("trap", FRESH, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    said = [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]
    assert not said


def test_settings_that_are_written_out_are_named_as_they_were_seen() -> None:
    (check,) = checks_by_code(["REP302"])
    (found,) = findings_of({"train.py": NET}, check)
    assert found.polarity == "against"
    assert "3 training settings (`batch_size`, `epochs`, `lr`) are written into calls in 1 file" in found.message


def test_rows_are_data_and_scores_of_runs_are_none() -> None:
    (check,) = checks_by_code(["REP303"])
    rows = "age,height,city\n" + "31,180,Rome\n" * 30
    (found,) = findings_of({"train.py": TRAIN, "people.csv": rows}, check)
    assert "files in formats of data" in found.message


def test_the_readme_of_a_part_is_named_as_one() -> None:
    (check,) = checks_by_code(["REP303"])
    part = "# Vision\n\nThe dataset is [FER](https://www.kaggle.com/datasets/fer).\n"
    (found,) = findings_of({"vision/train.py": TRAIN, "README.md": "# Feelings\n", "vision/README.md": part}, check)
    assert "a README in a folder names data" in found.message
    assert found.locations[0].path == "vision/README.md"


def test_what_a_lock_of_requirements_holds_is_declared() -> None:
    (check,) = checks_by_code(["REP104"])
    files = {"a.py": USES, "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['numpy', 'torch']\n"}
    (missing,) = findings_of(files, check)
    assert "imports psutil without declaring it" in missing.message
    (locked,) = findings_of(files | {"requirements.lock": "numpy==2.0.0\ntorch==2.5.0\npsutil==6.0.0\n"}, check)
    assert locked.polarity == "for"


def test_a_list_that_conda_exported_holds_exact_versions() -> None:
    (check,) = checks_by_code(["REP102"])
    (found,) = findings_of({"a.py": USES, "requirements.txt": "numpy=1.19.2=py37_0\ntorch=1.7.0=pypi_0\n"}, check)
    assert found.message.startswith("2 of 2 dependencies have an exact version")


def test_a_message_of_one_word_says_nothing() -> None:
    (check,) = checks_by_code(["AUT104"])
    told = [(f"Read the table number {n} by its key", n, 20) for n in range(36)]
    idle = [(word, 40, 20) for word in ("retoque", "dumbo", "added Log.txt", "things")]
    (found,) = findings_of({"main.py": TRAIN}, check, history=history_of(*told, *idle))
    assert found.message.startswith("At least 4 of 40 commit messages")


def test_a_tracker_that_is_used_counts() -> None:
    (check,) = checks_by_code(["MLO101"])
    log = "from torch.utils.tensorboard import SummaryWriter\n\n\ndef logger():\n    return SummaryWriter('runs')\n"
    train = TRAIN + "from log import logger\n\nlogger().add_scalar('loss', 1.0, 0)\n"
    (found,) = findings_of({"log.py": log, "train.py": train}, check)
    assert "TensorBoard" in found.message


def test_a_route_is_named_with_what_its_router_puts_before_it() -> None:
    (check,) = checks_by_code(["DEP101"])
    text = (
        "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/classify')\n\n\n@router.post('/')\n"
        "def classify(body: Body):\n    return model.predict(body.rows)\n"
    )
    (found,) = findings_of({"a.py": TRAIN, "routes.py": text}, check)
    assert "`/classify/`" in found.message


def test_the_tests_as_a_whole_are_shown_before_a_part_of_them() -> None:
    (check,) = checks_by_code(["CRF305"])
    steps = "".join(f"      - run: {c}\n" for c in ("pytest a/test_links.py", "pytest --codspeed", "pytest --cov"))
    workflow = f"on: [push]\njobs:\n  t:\n    steps:\n{steps}"
    (found,) = findings_of({"a.py": TRAIN, ".github/workflows/a.yml": workflow}, check)
    assert "(`pytest --cov`)" in found.message


def test_a_default_among_several_can_be_replaced() -> None:
    (check,) = checks_by_code(["REP301"])
    text = "import os\n\nD = os.environ.get('D', '/home/ada/data' if os.name == 'nt' else '/home/ada/other')\n"
    (found,) = findings_of({"a.py": text}, check)
    assert found.severity == "low"


def test_what_is_left_out_as_anothers_is_named() -> None:
    (check,) = checks_by_code(["CRF101"])
    files = {f"own{n}.py": f"def a{n}():\n    return {n}\n\n\ndef b{n}():\n    return {n}\n" for n in range(4)}
    (found,) = findings_of(files, check)
    assert "left out" not in found.message
    licence = "MIT License\n\nCopyright (c) 2018 Charles Babbage\n"
    other = {"other/LICENSE": licence, "other/a.py": "def c():\n" + "    step()\n" * 300}
    (without,) = findings_of(files | other, check)
    assert "; `other/` left out as another's" in without.message
    assert without.message.startswith("Hardly any")
