"""What is to be installed, and for which Python."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.sources.handover.deliveries import Content, plan_of
from tests.support import history_of

TRAIN = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\nRidge().fit(pd.read_csv('a.csv'), [1])\nprint(1)\n"
)
BASE = {"train.py": TRAIN, "a.csv": "x,y\n1,2\n"}


@pytest.mark.parametrize(
    ("files", "first"),
    [
        ({"requirements.txt": "pandas\n"}, "requirements.txt"),
        ({"requirements.txt": "pandas\n".encode("utf-16")}, "requirements.txt"),
        ({"environment.yml": "dependencies:\n  - pandas\n"}, "environment.yml"),
        ({"conda.yaml": "dependencies:\n  - pandas\n"}, "conda.yaml"),
        ({"pyproject.toml": '[project]\nname = "a"\ndependencies = ["pandas"]\n'}, "pyproject.toml"),
        ({"Pipfile": '[packages]\npandas = "*"\n'}, "Pipfile"),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=['pandas'])\n"}, "setup.py"),
        ({"Dockerfile": "FROM python:3.9\nRUN pip install pandas\n"}, "Dockerfile"),
        (
            {
                "poetry.lock": '[[package]]\nname = "pandas"\nversion = "2.0"\n',
                "pyproject.toml": "[tool.poetry.dependencies]\npandas = '^2'\n",
            },
            "poetry.lock",
        ),
        (
            {"requirements.txt": "pandas\n", "setup.py": "from setuptools import setup\nsetup(name='a')\n"},
            "requirements.txt",
        ),
    ],
)
def test_declarations_are_found_first_choice_first(files: dict[str, Content], first: str) -> None:
    plan = plan_of({**BASE, **files})
    assert plan.environments[0].files[0] == first
    assert plan.environments[0].requirements == ()


def test_the_file_that_the_guide_installs_from_goes_first() -> None:
    guide = "```sh\npip install -r requirements-prod.txt\n```\n"
    plan = plan_of({**BASE, "README.md": guide, "requirements.txt": "a\n", "requirements-prod.txt": "pandas\n"})
    assert plan.environments[0].files == ("requirements-prod.txt", "requirements.txt")


def test_what_only_developers_need_goes_on_top() -> None:
    plan = plan_of({**BASE, "requirements.txt": "pandas\n", "requirements-dev.txt": "pytest\n"})
    assert plan.environments[0].files == ("requirements.txt",)
    assert plan.environments[0].also == ("requirements-dev.txt",)


def test_a_subfolder_that_declares_its_own_has_its_own() -> None:
    plan = plan_of(
        {
            **BASE,
            "requirements.txt": "pandas\n",
            "api/requirements.txt": "fastapi\n",
            "api/train_api.py": TRAIN.replace("a.csv", "../a.csv"),
            "docs/requirements.txt": "sphinx\n",
        }
    )
    assert {e.id: e.folder for e in plan.environments} == {"default": ".", "api": "api"}
    assert {s.command: s.environment for s in plan.steps} == {
        "python train.py": "default",
        "python train_api.py": "api",
    }


def test_code_that_lies_in_another_folder_is_no_package_of_the_index() -> None:
    more = {"train.py": TRAIN + "import sys\nsys.path.append('lib')\nimport imputing\n", "lib/imputing.py": ""}
    assert plan_of({**BASE, **more}).environments[0].requirements == ("pandas", "scikit-learn")


def test_without_a_declaration_the_imports_are_listed_and_a_question_says_so() -> None:
    plan = plan_of({**BASE, "train.py": TRAIN + "import helper, cv2, os\n", "helper.py": "import yaml\n"})
    assert plan.environments[0].files == ()
    assert plan.environments[0].requirements == ("opencv-python", "pandas", "pyyaml", "scikit-learn")
    assert "train.py:1" in [str(place) for place in plan.environments[0].locations]
    assert any("declares no packages" in question for question in plan.open_questions)


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".python-version": "3.10.4\n"}, "3.10.4"),
        ({"runtime.txt": "python-3.8.12\n"}, "3.8.12"),
        ({"Dockerfile": "FROM python:3.9-slim\n"}, "3.9"),
        ({"environment.yml": "dependencies:\n  - python=3.7\n  - pandas\n"}, "3.7"),
        (
            {"pyproject.toml": '[project]\nname="a"\nrequires-python = ">=3.9,<3.12"\ndependencies=["pandas"]\n'},
            ">=3.9,<3.12",
        ),
        ({"README.md": "Install Python 3.8 or higher.\n"}, ">=3.8"),
        ({"README.md": "- Python 3.8\u20133.11\n"}, ">=3.8,<3.12"),
        ({"README.md": "It wants Python 3.9 to 3.12.\n"}, ">=3.9,<3.13"),
        ({"README.md": "![p](https://img.shields.io/badge/python-3.12-blue)\n"}, "3.12"),
        ({"README.md": "```\nconda create -n x python==3.7 -y\n```\n"}, "3.7"),
        (
            {".github/workflows/ci.yml": 'jobs:\n  a:\n    steps:\n      - with:\n          python-version: "3.11"\n'},
            "3.11",
        ),
        ({"README.md": "Python 3.8 or higher\n", "Dockerfile": "FROM python:3.11\n"}, "3.11"),
        ({"README.md": "It is fun.\n"}, None),
    ],
)
def test_the_version_of_python(files: dict[str, Content], version: str | None) -> None:
    plan = plan_of({**BASE, "requirements.txt": "pandas\n", **files})
    assert plan.environments[0].python == version
    asked = any("for which Python" in question for question in plan.open_questions)
    assert asked is (version is None)


def test_a_trace_of_earlier_runs_is_no_declaration_but_is_told() -> None:
    plan = plan_of({**BASE, "requirements.txt": "pandas\n", "src/__pycache__/a.cpython-37.pyc": b"\0"})
    # Folders of compiled files are not listed of a folder; of a git commit they are.
    assert plan.environments[0].python is None


def test_packages_are_as_of_the_last_commit() -> None:
    plan = plan_of({**BASE, "requirements.txt": "pandas\n"}, history=history_of(("a", 0, 1), ("b", 40, 1)))
    assert plan.environments[0].as_of == date(2026, 2, 10)


def test_without_a_history_the_newest_file_tells_the_day() -> None:
    day = plan_of({**BASE, "requirements.txt": "pandas\n"}).environments[0].as_of
    assert day is not None
    assert abs((datetime.now(UTC).date() - day).days) <= 1


def test_modules_of_names_that_people_give_to_their_own_are_no_packages_to_install() -> None:
    plan = plan_of({"train.py": "import helpers\nimport pandas as pd\nhelpers.fit(pd.read_csv('rows.csv'))\n"})
    assert plan.environments[0].requirements == ("pandas",)
