"""A delivered model that only older packages can read: they are tried, named, and earn half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from heldout.runs.audit import AuditOrder, audit
from tests.material.repos import commit, git, new_repo
from tests.runs.auditing import audited, check
from tests.runs.index import index_of, make_wheel

pytestmark = pytest.mark.usefixtures("needs_sandbox")

FOREST = "class Forest:\n    def predict(self, rows):\n        return [self.weight * row for row in rows]\n"
PREDICT = (
    "import pickle, sys\n\nmodel = pickle.load(open('model.pkl', 'rb'))\n"
    "print('prediction:', model.predict([1.0, 2.0]))\n"
)
SAVED = b"ccopy_reg\n_reconstructor\n(csklearn.ensemble.forest\nForest\nc__builtin__\nobject\nNtR(dVweight\nF2.0\ns%sb."
"""A pickle of a Forest, by the name that its module had once; `%s` is more of its state."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("index")
    old = {"sklearn/__init__.py": "", "sklearn/ensemble/__init__.py": "", "sklearn/ensemble/forest.py": FOREST}
    new = {"sklearn/__init__.py": "", "sklearn/ensemble/__init__.py": "", "sklearn/ensemble/_forest.py": FOREST}
    make_wheel(folder, "scikit_learn", "0.21.3", old)
    make_wheel(folder, "scikit_learn", "1.0", new)
    with index_of(folder, {"scikit_learn-0": "2019-07-01", "scikit_learn-1": "2024-09-01"}) as address:
        yield address


def laid(folder: Path, model: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "predict.py").write_text(PREDICT)
    (folder / "requirements.txt").write_text("scikit-learn\n")
    (folder / "README.md").write_text("# Forest\n\nPredict:\n\n```\npython predict.py\n```\n")
    (folder / "model.pkl").write_bytes(model)
    return folder


def test_the_versions_that_a_model_names_are_tried_and_told(tmp_path: Path, index: str) -> None:
    folder = laid(tmp_path / "forest", SAVED % b"V_sklearn_version\nV0.21.3\ns")
    told = check(result := audited(folder, tmp_path / "kept", index), "U1")
    assert (told.state, told.credit) == ("pass", 0.5)
    assert "only with older packages than install today (scikit-learn 0.21.3 instead of 1.0)" in told.message
    assert "sklearn.ensemble.forest" in told.message
    assert check(result, "B4").measured["rung"] == "R0", "what predicting needs is no matter of the build"


def test_the_packages_of_the_last_commit_are_tried_where_a_model_names_none(tmp_path: Path, index: str) -> None:
    repo = new_repo(tmp_path / "p")
    laid(repo, SAVED % b"")
    git(repo, "add", "-A")
    commit(repo, {"notes.txt": "kept"})
    order = AuditOrder(what=str(repo), kept=tmp_path / "kept", index=index, budget_s=120)
    told = check(audit(order), "U1")
    assert told.state == "pass"
    assert "scikit-learn 0.21.3 instead of 1.0, as of 15 November 2023" in told.message


def test_what_no_older_package_helps_is_told_as_before(tmp_path: Path, index: str) -> None:
    folder = laid(tmp_path / "forest", SAVED % b"V_sklearn_version\nV0.21.3\ns")
    (folder / "predict.py").write_text(PREDICT.replace("model.predict", "model.forecast"))
    (folder / "model.pkl").write_bytes(SAVED.replace(b"Forest", b"Wood") % b"")
    told = check(result := audited(folder, tmp_path / "kept", index), "U1")
    assert told.state == "fail"
    assert "older packages" not in told.message
    assert all("older" not in run.command for run in result.runs)
