"""What a failed run asks of its environment."""

from __future__ import annotations

import pytest

from heldout.sources.handover.mending import mend_by_declared, mend_for
from heldout.sources.handover.record import Cause

ALSO = {"requirements-dev.txt": {"pytest", "pytest-cov"}, "requirements-api.txt": {"uvicorn", "scikit-learn"}}


@pytest.mark.parametrize(
    ("code", "subject", "files"),
    [
        ("module_missing", "sklearn.svm", ("requirements-api.txt",)),
        ("program_missing", "uvicorn", ("requirements-api.txt",)),
        ("program_missing", "py.test", ("requirements-dev.txt",)),
        ("usage", "--cov=src", ("requirements-dev.txt",)),
    ],
)
def test_what_the_delivery_declares_elsewhere_comes_first(code: str, subject: str, files: tuple[str, ...]) -> None:
    mend = mend_by_declared(Cause(code=code, message="", subject=subject), ALSO)
    assert mend is not None
    assert mend.files == files
    assert files[0] in mend.why


@pytest.mark.parametrize(("code", "subject"), [("module_missing", "seaborn"), ("error", "KeyError"), ("limit", "")])
def test_what_it_declares_nowhere_is_not_taken_from_there(code: str, subject: str) -> None:
    assert mend_by_declared(Cause(code=code, message="", subject=subject), ALSO) is None


@pytest.mark.parametrize(
    ("program", "package"),
    [("gunicorn", "gunicorn"), ("waitress-serve", "waitress"), ("uvicorn", "uvicorn"), ("streamlit", "streamlit")],
)
def test_a_server_is_added_by_the_name_of_its_package(program: str, package: str) -> None:
    cause = Cause(code="program_missing", message="", subject=program)
    mend = mend_for(cause, ())
    assert mend is not None
    assert mend.packages == (package,)
    assert mend_for(cause, (package,)) is None
