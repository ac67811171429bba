"""What can be mended about an environment after a run in it failed: packages that nothing declares, and time travel."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from heldout.material.declarations import normalise
from heldout.material.import_names import DISTRIBUTIONS
from heldout.sources.handover.record import Cause

_USUAL = {
    "sklearn": "scikit-learn",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "skimage": "scikit-image",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "IPython": "ipython",
    "pkg_resources": "setuptools<81",
    "distutils": "setuptools<81",
}
"""The package to take where several bring an import."""


_PROGRAMS = {
    name: name
    for name in (
        "pytest",
        "dvc",
        "mlflow",
        "snakemake",
        "kedro",
        "uvicorn",
        "gunicorn",
        "streamlit",
        "flask",
        "papermill",
        "hypercorn",
        "daphne",
    )
} | {"py.test": "pytest", "jupyter": "nbconvert", "waitress-serve": "waitress"}
"""Programs that are packages of the index."""

TEST_TOOLS = frozenset({"pytest", "pytest-cov", "pytest-mock", "nose", "hypothesis", "httpx"})
"""What only tests need: that an installation for users lacks it is no fault of a delivery, and costs no rung."""


_FOR_TESTS = re.compile(r"dev|test", re.IGNORECASE)

OLDER = "packages were taken as they were on the day of the last commit"


@dataclass(frozen=True)
class Mend:
    """A change to an environment that a failed run asks for."""

    packages: tuple[str, ...] = ()
    """To be added."""
    files: tuple[str, ...] = ()
    """Declarations of the delivery's own, to be installed on top."""
    older: bool = False
    """Packages as of the day of the last commit."""
    why: str = ""


def mend_for(cause: Cause, added: Collection[str]) -> Mend | None:
    """What a failure asks for, or None when nothing of ours would help. `added` was added before."""
    if cause.code == "module_missing":
        package = package_of(cause.subject)
        if package and package not in added:
            return Mend((package,), why=f"{package} was added, which the code imports and nothing declares")
        return None
    if cause.code == "program_missing":
        program = _PROGRAMS.get(cause.subject)
        if program and program not in added:
            return Mend((program,), why=f"{program} was added, which it calls and nothing declares")
        return None
    if cause.code in ("api_changed", "error", "exit_code"):
        return Mend(older=True, why=OLDER)
    return None


def mend_by_declared(cause: Cause, also: Mapping[str, Collection[str]]) -> Mend | None:
    """The delivery's own further declarations that bring what a run lacked; `also` are their packages by path.

    Tests that are called in a way that their runner does not know lack a plugin of it: those for tests are taken.
    """
    wanted = package_of(cause.subject) if cause.code == "module_missing" else _PROGRAMS.get(cause.subject, "")
    if cause.code in ("usage", "guess"):
        files = [path for path in also if _FOR_TESTS.search(path)]
    else:
        files = [path for path, packages in also.items() if wanted and normalise(wanted) in packages]
    if not files:
        return None
    return Mend(files=tuple(files), why=f"its own {' and '.join(files)} was added, which brings what a command lacked")


def package_of(module: str) -> str:
    """The package of the index that brings an import."""
    top = module.partition(".")[0]
    if top in _USUAL:
        return _USUAL[top]
    names = sorted(DISTRIBUTIONS.get(top, ()))
    return names[0] if len(names) == 1 else normalise(top)
