"""Dependencies: what counts as declared, fixed, locked, imported; and who is asked."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding
from heldout.sources.repository.checks.dependencies import (
    Declared,
    LockAgrees,
    PythonStated,
    Versions,
)
from heldout.sources.repository.checks.undeclared import Undeclared, Unused
from tests.support import Files, findings_of, notebook

TRAIN = "import torch\nimport sklearn\nfrom sklearn.svm import SVC\n\nSVC().fit([], [])\n"
SETUP = "from setuptools import setup\nsetup(name='thing', install_requires={needs!r})\n"
PACKAGE = {"thing/__init__.py": "import numpy\nimport scipy\nimport pandas\n"}


def against(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.polarity == "against"]


def test_a_readme_that_names_the_libraries_weighs_less() -> None:
    silent = against(findings_of({"a.py": TRAIN, "README.md": "# A\n"}, Declared()))
    told = against(findings_of({"a.py": TRAIN, "README.md": "## Requirements\n- PyTorch (torch) 1.0\n"}, Declared()))
    assert told[0].strength < silent[0].strength
    assert "README" in told[0].message


def test_a_computed_list_is_unknown() -> None:
    files = {"a.py": TRAIN, "setup.py": "from setuptools import setup\nimport x\nsetup(install_requires=x.y())\n"}
    assert [f.polarity for f in findings_of(files, Declared())] == ["unknown"]


@pytest.mark.parametrize(
    ("needs", "polarities"),
    [(["numpy>=1", "scipy>=1", "pandas"], ["for"]), (["numpy", "scipy", "pandas"], [])],
)
def test_a_library_is_asked_for_bounds_only(needs: list[str], polarities: list[str]) -> None:
    found = findings_of({**PACKAGE, "setup.py": SETUP.format(needs=needs)}, Versions())
    assert [f.polarity for f in found] == polarities


def test_a_lock_fixes_what_the_project_leaves_open() -> None:
    lock = "\n".join(f'[[package]]\nname = "{n}"\nversion = "1.0"\n' for n in ("torch", "scikit-learn"))
    project = '[tool.poetry.dependencies]\ntorch = "*"\nscikit-learn = "*"\n'
    found = findings_of({"a.py": TRAIN, "pyproject.toml": project, "poetry.lock": lock}, Versions())
    assert [(f.polarity, f.measured["fixed"]) for f in found] == [("for", 2)]


def test_installing_scripts_beside_a_declaration_do_not_loosen_it() -> None:
    files = {"a.py": TRAIN, "requirements.txt": "torch==1\nscikit-learn==1\n", "install.sh": "pip install a b c d e\n"}
    assert findings_of(files, Versions())[0].measured["dependencies"] == 2


def test_a_stale_lock_is_named() -> None:
    project = '[project]\nname = "x"\ndependencies = ["torch>=2.1", "numpy", "rich ; sys_platform == \'win32\'"]\n'
    lock = '[[package]]\nname = "torch"\nversion = "1.13.0"\n'
    found = against(findings_of({"pyproject.toml": project, "uv.lock": lock}, LockAgrees()))
    assert found[0].measured["differing"] == 2
    assert "torch is locked at 1.13.0" in found[0].message


@pytest.mark.parametrize(
    "code",
    [
        "import cv2\nimport PIL\nimport yaml\nimport sklearn\n",
        "import torch\nimport numpy\n",
        "import torch\ntry:\n    import apex\nexcept ImportError:\n    apex = None\n",
        "import torch\n\n\ndef plot():\n    import seaborn\n    return seaborn\n",
        "import torch\nimport urllib2\nimport distutils\nimport cPickle\n",
        "import torch\nimport sys\nsys.path.append('lib')\nimport inner\nfrom deep import thing\n",
        "import torch\nimport compiled_ops\n",
        "import torch\nfrom . import sibling\nfrom config import LR\n",
    ],
)
def test_no_false_alarm(code: str) -> None:
    files: Files = {
        "a.py": "import tqdm\n" + code,
        "lib/inner.py": "",
        "lib/deep/thing.py": "",
        "src/compiled_ops.cpp": "int x;",
        "requirements.txt": "torch\ntqdm\nopencv-python-headless\nPillow\nPyYAML\nscikit_learn\n",
    }
    assert not against(findings_of(files, Undeclared()))


def test_a_librarys_examples_and_tests_may_import_more() -> None:
    files = {
        **PACKAGE,
        "setup.py": SETUP.format(needs=["numpy", "scipy", "pandas"]),
        "examples/plot.py": "import matplotlib\nimport seaborn\n",
        "tests/test_thing.py": "import pytest\nimport hypothesis\n",
        "docs/conf.py": "import sphinx\n",
    }
    assert not against(findings_of(files, Undeclared()))


def test_what_is_missing_is_listed_with_a_place() -> None:
    found = against(findings_of({"a.py": TRAIN, "requirements.txt": "torch\n"}, Undeclared()))
    assert "sklearn" in found[0].message
    assert (found[0].locations[0].path, found[0].locations[0].line) == ("a.py", 2)


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "from setuptools import setup\nsetup(python_requires='>=3.6')\n"},
        {"setup.py": "# Programming Language :: Python :: 3.7\n"},
        {".github/workflows/ci.yml": "jobs:\n  a:\n    with:\n      python-version: '3.8'\n"},
        {"README.md": "You need Python >= 3.6.\n"},
    ],
)
def test_python_may_be_stated_in_many_places(files: Files) -> None:
    assert [f.polarity for f in findings_of({"a.py": TRAIN, **files}, PythonStated())] == ["for"]


def test_an_sdist_is_not_blamed_for_what_it_cannot_hold() -> None:
    assert not against(findings_of({"a.py": TRAIN + "x = 1\n" * 300}, PythonStated(), kind="sdist"))


def test_modules_that_are_elsewhere_are_not_taken_for_libraries() -> None:
    files = {
        "a.py": "import torch\nimport tqdm\nimport waveglow\nimport MyModel\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://example.org/x\n',
        "b.ipynb": notebook("%%writefile made.py\nx = 1", "import made"),
        "requirements.txt": "torch\ntqdm\n",
    }
    assert not against(findings_of(files, Undeclared()))


def test_a_frameworks_image_brings_the_framework() -> None:
    files = {
        "a.py": "import torch\nimport tqdm\n",
        "Dockerfile": "FROM nvcr.io/nvidia/pytorch:20.03-py3\nRUN pip install tqdm\n",
    }
    assert not against(findings_of(files, Undeclared()))


def test_the_places_are_the_files_that_declare() -> None:
    files = {
        "a.py": "import torch\nimport tqdm\n",
        "docs/requirements.txt": "sphinx\ntorch\n",
        "requirements-test.txt": "pytest\n",
        "requirements.txt": "torch\ntqdm\n",
    }
    (declared,) = findings_of(files, Declared())
    (complete,) = findings_of(files, Undeclared())
    assert [p.path for p in declared.locations] == [
        "requirements.txt",
        "requirements-test.txt",
        "docs/requirements.txt",
    ]
    assert [p.path for p in complete.locations] == ["requirements.txt", "docs/requirements.txt"]


def test_a_conda_export_is_meant_to_list_everything() -> None:
    things = [f"thing{i}=1.0=py36_{i}" for i in range(30)]
    environment = "name: x\ndependencies:\n" + "".join(f"  - {thing}\n" for thing in things)
    assert not findings_of({"a.py": "import torch\n", "environment.yml": environment}, Unused())


def test_a_name_written_together_is_declared() -> None:
    files = {"a.py": "import speech_recognition\nimport tqdm\n", "requirements.txt": "SpeechRecognition>=3.8\ntqdm\n"}
    (finding,) = findings_of(files, Undeclared())
    assert finding.polarity == "for"


def test_a_readme_that_says_python_3_is_not_said_to_be_silent() -> None:
    files = {"a.py": TRAIN + "x = 1\n" * 300, "requirements.txt": "torch\n"}
    assert against(findings_of(files, PythonStated()))
    assert not against(findings_of({**files, "README.md": "Works with Python 3.x.\n"}, PythonStated()))


def test_a_program_for_a_board_needs_nothing_installed_here() -> None:
    files = {
        "requirements.txt": "numpy\nscipy\npandas\n",
        "a.py": "import numpy\nimport scipy\nimport pandas\n",
        "robot/code.py": "import board\nimport busio\nfrom digitalio import Direction\n",
    }
    assert [f.polarity for f in findings_of(files, Undeclared())] == ["for"]


def test_a_guide_to_installation_is_read_however_many_data_folders_have_a_readme() -> None:
    notes = {f"datasets/set{i:02d}/README.md": "# Data\n" for i in range(20)}
    files = notes | {"installation/readme.md": "# Installation\n\nconda create -n env python=3.6\n"}
    (finding,) = findings_of({"a.py": TRAIN + "x = 1\n" * 300, **files}, PythonStated())
    assert (finding.polarity, finding.locations[0].path) == ("for", "installation/readme.md")


def test_names_that_differ_and_what_others_bring_are_declared() -> None:
    code = "import ignite, ipywidgets, traitlets, librosa, six, museval, pandas\n"
    files = {"a.py": code, "requirements.txt": "pytorch-ignite\nipywidgets\nlibrosa\nmuseval\n"}
    assert not against(findings_of(files, Undeclared()))


def test_a_library_with_programs_beside_it_is_praised_for_the_package_only() -> None:
    beside = {"app/serve.py": "import flask\nimport paramiko\n", "README.md": "# Thing\n"}
    setup = {"setup.py": SETUP.format(needs=["numpy", "scipy", "pandas"])}
    (finding,) = findings_of(PACKAGE | setup | beside, Undeclared())
    assert finding.message.startswith("Every library that the package")
