"""B1, B3 and B5: what can be judged of a build without running anything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from heldout.sources.handover.discover import discover, static_checks
from heldout.sources.handover.result import Check
from tests.sources.handover.deliveries import Content, delivery
from tests.support import notebook

TRAIN = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nRidge().fit(pd.read_csv('a.csv'), [1])\n"
BASE: dict[str, Content] = {"train.py": TRAIN, "a.csv": "x,y\n1,2\n", "README.md": "```\npython train.py\n```\n"}
PINNED = {"requirements.txt": "pandas==2.2.2\nscikit-learn==1.5.0\n", ".python-version": "3.11\n"}


def check(files: Mapping[str, Content], id_: str, folder: str = ".") -> Check:
    with delivery(files) as material:
        found = static_checks(material, discover(material, folder), folder)
    assert [one.id for one in found] == ["B1", "B3", "B5"]
    return next(one for one in found if one.id == id_)


def test_b1_everything_pinned_and_the_python_stated() -> None:
    found = check({**BASE, **PINNED}, "B1")
    assert (found.state, found.credit) == ("pass", 1.0)
    assert found.measured["fixed"] == 2
    assert found.measured["python"] == "3.11"
    assert "2 of 2 packages with an exact version" in found.message
    assert "requirements.txt:1" in [str(place) for place in found.locations]


def test_b1_without_versions_or_python_earns_less() -> None:
    free = check({**BASE, "requirements.txt": "pandas\nscikit-learn\n"}, "B1")
    half = check({**BASE, "requirements.txt": "pandas>=2\nscikit-learn\n"}, "B1")
    assert (free.state, free.credit) == ("pass", 0.5)
    assert free.credit < half.credit < 1
    assert "no Python version is stated" in free.message


def test_b1_fails_where_nothing_is_declared() -> None:
    found = check(BASE, "B1")
    assert found.state == "fail"
    assert found.measured["steps_without"] == 1
    assert "train.py:1" in [str(place) for place in found.locations]


def test_b1_cannot_be_told_of_a_delivery_that_runs_nothing() -> None:
    assert check({"README.md": "# Nothing\n"}, "B1").state == "not_assessable"


def test_b3_everything_declared_with_other_names_own_modules_and_guards() -> None:
    files = {
        **BASE,
        "requirements.txt": "pandas\nscikit-learn\nopencv-python\n",
        "train.py": TRAIN
        + "import os, json, numpy, cv2, helper\nfrom pkg.inner import x\n"
        + "try:\n    import cupy\nexcept ImportError:\n    pass\n",
        "helper.py": "",
        "pkg/inner.py": "x = 1\n",
    }
    found = check(files, "B3")
    assert (found.state, found.credit) == ("pass", 1.0)


def test_b3_names_what_the_code_of_a_step_imports_and_nothing_declares() -> None:
    found = check({**BASE, **PINNED, "train.py": TRAIN + "import lightgbm\nimport os\n"}, "B3")
    assert found.state == "fail"
    assert "lightgbm" in found.message
    assert found.measured["undeclared"] == 1
    assert [str(place) for place in found.locations] == ["train.py:4"]


def test_b3_what_only_notebooks_and_tests_need_costs_less() -> None:
    files = {
        **BASE,
        **PINNED,
        "nb/a.ipynb": notebook("x = 1", "import seaborn"),
        "tests/test_a.py": "import pytest, faker\n",
    }
    found = check(files, "B3")
    assert (found.state, found.credit) == ("pass", 0.5)
    assert found.measured["beside"] == 2
    assert "nb/a.ipynb, cell 2:1" in [str(place) for place in found.locations]
    assert "pytest" not in found.message


def test_b3_programs_that_are_started_count_unless_documented() -> None:
    code = TRAIN + "import subprocess\nsubprocess.run(['dot', '-Tpng', 'a.dot'])\nsubprocess.run(['git', 'log'])\n"
    found = check({**BASE, **PINNED, "train.py": code}, "B3")
    assert found.state == "fail"
    assert found.measured["programs"] == 1
    assert "dot" in found.message
    readme = "```\npython train.py\n```\nInstall dot of Graphviz first.\n"
    assert check({**BASE, **PINNED, "train.py": code, "README.md": readme}, "B3").state == "pass"


def test_b5_everything_that_is_named_exists_or_is_made() -> None:
    files = {
        **BASE,
        **PINNED,
        "train.py": TRAIN + "import joblib\njoblib.dump(1, 'm.joblib')\n",
        "predict.py": "import joblib\njoblib.load('m.joblib').predict([1])\n",
        "README.md": "```\npython train.py --config config.yaml\npython predict.py\n```\n[Licence](LICENSE.md)\n",
        "config.yaml": "a: 1\n",
        "LICENSE.md": "x",
    }
    found = check(files, "B5")
    assert found.state == "pass", found.message
    assert found.measured["missing"] == 0


@pytest.mark.parametrize(
    ("files", "path", "place"),
    [
        ({"README.md": "```\npython train.py\npython plot.py\n```\n"}, "plot.py", "README.md:3"),
        ({"README.md": "```\npython -m src.train_model\n```\n", "src/a.py": ""}, "src/train_model.py", "README.md:2"),
        ({"README.md": "```\npython train.py --data data/b.csv\n```\n"}, "data/b.csv", "README.md:2"),
        ({"README.md": "[card](docs/CARD.md)\n"}, "docs/CARD.md", "README.md:1"),
        ({"train.py": TRAIN.replace("a.csv", "data/c.csv")}, "data/c.csv", "train.py:3"),
        ({"train.py": "import yaml\nyaml.safe_load(open('conf/c.yaml'))\n" + TRAIN}, "conf/c.yaml", "train.py:2"),
        ({"dvc.yaml": "stages:\n  a:\n    cmd: python train.py\n    deps: [lib/x.py]\n"}, "lib/x.py", "dvc.yaml:3"),
        ({"Makefile": "run: data/d.csv\n\tpython train.py\n"}, "data/d.csv", "Makefile:2"),
        (
            {".github/workflows/c.yml": "jobs:\n  a:\n    steps:\n      - run: python check.py\n"},
            "check.py",
            ".github/workflows/c.yml:4",
        ),
    ],
)
def test_b5_names_what_is_missing_and_who_names_it(files: dict[str, Content], path: str, place: str) -> None:
    found = check({**BASE, **PINNED, **files}, "B5")
    assert found.state == "fail"
    assert path in found.message
    assert place in [str(location) for location in found.locations]
    assert found.measured["missing"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "python train.py --data path/to/data.csv",
        "python train.py --data your_data.csv",
        "python train.py --data <file.csv>",
        "python train.py --out results.csv",
        "python train.py --output-dir out --save model.pkl",
        "python train.py --url https://x.org/a.csv",
        "wget https://x.org/b.zip",
        "cp .env.example .env",
        "python train.py --data data/*.csv",
    ],
)
def test_b5_placeholders_outputs_and_addresses_are_no_files_of_the_delivery(text: str) -> None:
    found = check({**BASE, **PINNED, "README.md": f"```\n{text}\n```\n"}, "B5")
    assert found.state == "pass", found.message


def test_b5_says_when_only_the_capitals_differ() -> None:
    found = check({**BASE, **PINNED, "train.py": TRAIN.replace("a.csv", "A.csv")}, "B5")
    assert "A.csv (there is a.csv)" in found.message


def test_a_plan_that_a_person_edited_is_judged_as_it_is() -> None:
    with delivery({**BASE, **PINNED}) as material:
        plan = discover(material)
        step = plan.steps[0].model_copy(update={"command": "python gone.py"})
        found = static_checks(material, plan.model_copy(update={"steps": (step,)}))
    assert "gone.py" in found[2].message


def test_a_folder_is_judged_alone() -> None:
    files = {**{f"a/{k}": v for k, v in {**BASE, **PINNED}.items()}, "b/README.md": "```\npython gone.py\n```\n"}
    assert check(files, "B5", "a").state == "pass"
    assert check(files, "B5").state == "fail"
