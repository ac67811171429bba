"""Small real repositories of several people, for the tests of the whole way from git to dossier."""

from __future__ import annotations

from pathlib import Path

from tests.material.repos import commit, new_repo
from tests.support import notebook

ADA = ("Ada Lovelace", "ada@engine.org")
GRACE = ("Grace Hopper", "grace@navy.mil")
BOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")


def lines(name: str, count: int) -> str:
    """Code of this many lines that differ from those of any other name."""
    return "".join(f"{name}_{number} = {number}\n" for number in range(count))


TRAIN = (
    '"""Train the model."""\n\nimport numpy as np\nimport pandas as pd\n'
    "from sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n\n\n"
    "def train(path):\n"
    '    """Fit on the rows of a file."""\n'
    "    data = pd.read_csv(path)\n"
    "    x = StandardScaler().fit_transform(data.drop(columns='y'))\n"
    "    x_train, x_test, y_train, y_test = train_test_split(x, data['y'])\n"
    "    model = LogisticRegression().fit(x_train, y_train)\n"
    "    return model.score(x_test, y_test)\n\n\n"
    "# Author: Grace Hopper <grace@navy.mil>\n"
    "print(train('/home/ghopper/data/train.csv'))\n"
)


def ml_project(folder: Path) -> Path:
    """A little ML project: Ada's code, a part by Grace, a program's commit, and names and paths to hide."""
    repo = new_repo(folder)
    commit(repo, {"train.py": TRAIN, "clean.py": lines("clean", 60)}, "Train, with Grace Hopper's help", ADA)
    commit(repo, {"report.py": lines("report", 30) + "# thanks to grace@navy.mil\n"}, "Report", GRACE)
    book = notebook("import pandas as pd\n# written by: Grace Hopper", "df = pd.read_csv('x.csv')\ndf.shape")
    commit(repo, {"explore.ipynb": book, "README.md": "# Churn\n\nBy Grace Hopper and Ada Lovelace.\n"}, "Explore", ADA)
    commit(repo, {"requirements.txt": "pandas==2.0.0\nscikit-learn\n"}, "Bump pandas", BOT)
    return repo
