"""What a sentence counts is what it says that it counts, and holds for a reader who counts a little otherwise."""

from __future__ import annotations

import pytest

from heldout.evidence import Finding
from heldout.material.paths import part_of
from heldout.sources.repository.checks.base import about, some
from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.traps import Trap
from tests.support import Files, findings_of, notebook

_LONG = "def long(x):\n" + "    x += 1\n" * 90 + "    return x\n\n\n"
_SHORT = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(12))
_WAYS = "def ways(x):\n" + "".join(f"    if x == {n}:\n        x = {n + 1}\n" for n in range(20)) + "    return x\n\n\n"
_TOLD = "".join(f'def g{n}(x):\n    """Add to x."""\n' + "    x += 1\n" * 8 + "    return x\n\n\n" for n in range(6))
_BARE = "".join(f"def h{n}(x):\n" + "    x += 1\n" * 9 + "    return x\n\n\n" for n in range(24))
_MAKES = "".join(f"def k{n}(x):\n    y = x + {n}\n    return y\n\n\n" for n in range(12))
_SETTINGS = "".join(f"NAME_{n} = {n}\n" for n in range(40))
_PURPOSE = "This package predicts how much water a field needs on the next day from weather and soil.\n" * 2
_TESTED = "def test_a():\n    assert k1(1) == 2\n" * 20
_HOOKED = "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pre-commit run -a\n"
_FAILS = "def test_a():\n    try:\n        run()\n    except OSError:\n        assert False\n"
_PLOTS = "import matplotlib.pyplot as plt\n"


def _loads(line: str) -> Files:
    """Two files that define functions and do one thing when they are imported."""
    return {"a.py": line + "\n" + _MAKES, "b.py": line + "\n" + _MAKES}


_WORK = (
    "from sentence_transformers import SentenceTransformer\nmodel = SentenceTransformer('mini')\n",
    "import joblib\ntry:\n    model = joblib.load('m.pkl')\nexcept OSError:\n    model = None\n",
    "from transformers import pipeline\nask = pipeline('text-classification')\n",
    "import torch\nif torch.cuda.is_available():\n    net = torch.load('m.pt')\n",
    "from transformers import AutoModel\n\n\nclass Serves:\n    model = AutoModel.from_pretrained('mini')\n",
    "import json\n\n\ndef read():\n    return json.load(open('a.json'))\n\n\nTABLE = read()\n",
    "import json\n\n\nclass Table:\n    def __init__(self):\n        self.r = json.load(open('a'))\n\n\nT = Table()\n",
    "from water.data import load_rows\nROWS = load_rows()\n",
    "import onnxruntime\nsession = onnxruntime.InferenceSession('m.onnx')\n",
)

TRAPS = (
    *(Trap("CRF401", "for", f"at import this works: {line.split()[-1]}", _loads(line)) for line in _WORK),
    Trap("CRF401", "for", "a call of main without a guard is work", {f"{n}.py": _MAKES + "main()\n" for n in "ab"}),
    Trap("CRF401", "for", "files of settings define nothing", {"a/s.py": _SETTINGS, "b/s.py": _SETTINGS}),
    Trap(
        "COM101",
        "for",
        "a clone installs nothing, and a title is no purpose",
        {
            "a.py": _MAKES,
            "README.md": "# Watering\n\n## Installation\n\n```\ngit clone https://x.org/a.git\ncd a.git\n```\n",
        },
    ),
    Trap(
        "COM101",
        "for",
        "an environment is no run",
        {"a.py": _MAKES, "README.md": "# Water\n\n```\npython -m venv .venv\npip install -r requirements.txt\n```\n"},
    ),
    Trap(
        "COM105",
        "for",
        "a text written large is no title of a figure",
        {"a.py": _PLOTS + "".join(f"def d{n}(x):\n    plt.plot(x)\n    return x.name.title()\n\n\n" for n in range(6))},
    ),
    Trap(
        "CRF304",
        "for",
        "hooks of which none looks at style check none",
        {
            "a.py": "x = 1\n",
            ".pre-commit-config.yaml": "repos:\n- repo: x\n  hooks:\n  - id: check-added-large-files\n",
            ".github/workflows/ci.yml": _HOOKED,
        },
    ),
    Trap(
        "HND107",
        "for",
        "the guide of a repository that was put into this one is not this one's",
        {"README.md": "# Water\n", "model_repo/CONTRIBUTING.md": "Open a request and run the tests. " * 20},
    ),
    Trap(
        "HND108",
        "for",
        "a report of a training is no guide to one",
        {
            "a.py": "import torch\n" + _MAKES,
            "README.md": "# Water\n\n## Focused fine-tuning\n\n"
            + "This trained the last layer with fewer labels, and the data stayed as they were. " * 5,
        },
    ),
    Trap(
        "COM103",
        "for",
        "why one figure was looked at again is not what the work is about",
        {
            "a.py": _MAKES,
            "README.md": "# Water\n\n## Why the first result was taken back\n\n" + "It was seen to be too good. " * 20,
        },
    ),
    Trap(
        "BUS104",
        "for",
        "how much of a plan is done is no effect",
        {
            "a.py": "import sklearn\n" + _MAKES,
            "README.md": "# Water\n\n- Expert level: 33% complete (A/B testing is there)\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "risks for the business are not what the work is about",
        {
            "a.py": _MAKES,
            "README.md": "# Water\n\n## Business risks of a proxy\n\n" + "A field may stay dry for a day. " * 20,
        },
    ),
    Trap(
        "COM104",
        "for",
        "the README of a copied repository is no text of this project",
        {
            "a.py": _MAKES,
            "README.md": "# Water\n",
            "LICENSE": "All rights are mine.\n",
            "extra/base/README.md": "# Base\n\n" + "It makes graphs out of other graphs. " * 40,
            "extra/base/LICENSE": "All rights are those of others.\n",
        },
    ),
    Trap(
        "HND107",
        "for",
        "questions that were asked and answered are no place to ask",
        {"README.md": "# Water\n\n## Question & Answer\n\n1. Are these two models equal? They differ a little.\n"},
    ),
    Trap(
        "HND107",
        "for",
        "a heading without a way to anybody is no place to ask",
        {"README.md": "# Water\n\n## Questions\n\nWhich of the two fields is the wetter one?\n"},
    ),
    Trap(
        "HND108",
        "for",
        "the title of a paper is no guide to training",
        {
            "a.py": "import torch\n" + _MAKES,
            "notes.md": "# Read\n\n## [Fine-tuning for retrieval](https://arxiv.org/abs/1)\n\n"
            + "They train with data of their own and label what is seen in it by hand. " * 5,
        },
    ),
    Trap("CRF201", "for", "the documentation's own functions are none of the code", {"docs/tutorials/a.py": _TOLD}),
    Trap("CRF101", "against", "a long function of the documentation is not the code's", {"docs/conf.py": _LONG * 6}),
)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.code}: {trap.why}")
def test_what_only_looks_like_it_is_not_said(trap: Trap) -> None:
    (check,) = checks_by_code([trap.code])
    assert not [f.message for f in findings_of(trap.files, check) if f.polarity == trap.polarity]


def _said(code: str, files: Files) -> Finding:
    (check,) = checks_by_code([code])
    (found,) = findings_of(files, check)
    return found


@pytest.mark.parametrize(
    ("code", "polarity", "files", "told"),
    [
        ("CRF101", "for", {"a.py": _SHORT}, "Hardly any function line stands in functions of more than 80 lines"),
        ("CRF101", "against", {"a.py": _LONG + _SHORT}, "the longest, `long`, goes from line 1 to 92 of a.py"),
        ("CRF102", "for", {"a.py": _SHORT}, "Hardly any function line"),
        ("CRF102", "against", {"a.py": _WAYS + _SHORT}, "`ways` in a.py has about 21"),
        ("CRF201", "for", {"a.py": _TOLD}, "All or nearly all of some 6 public functions of more than 8 lines"),
        ("CRF201", "against", {"a.py": _BARE}, "Hardly any of some 25 public functions of more than 8 lines"),
        ("CRF401", "for", {"a.py": _MAKES, "b.py": _MAKES}, "All of 2 Python files"),
        (
            "CRF401",
            "for",
            {"a.py": _MAKES + "if __name__ == '__main__':\n    main()\n", "b.py": _MAKES, "settings.py": _SETTINGS},
            "All of 2 Python files",
        ),
        (
            "CRF401",
            "against",
            {f"{n}.py": "print(1)\n" * 40 for n in "abc"},
            "At least 3 of 3 Python files of 30 lines of code or more",
        ),
        (
            "COM101",
            "for",
            {"a.py": _MAKES, "README.md": f"# Water\n\n{_PURPOSE}\n```\npip install -e .\n```\n"},
            "tells what it is for and how to install it",
        ),
        (
            "COM101",
            "for",
            {"a.py": _MAKES, "README.md": f"# Water\n\n{_PURPOSE}\n```\ndocker compose up --build\n```\n"},
            "tells what it is for, how to install it and how to run it",
        ),
        (
            "COM101",
            "for",
            {"a.py": _MAKES, "README.md": f"# Acqua\n\n{_PURPOSE}\nCome eseguire: \\\npython src/run.py \\\n --all\n"},
            "tells what it is for and how to run it",
        ),
        (
            "COM102",
            "for",
            {"a.py": _MAKES, "README.md": f"# Water\n\n{_PURPOSE}\n{_PURPOSE}\n\n![curve of losses](loss.png)\n"},
            "at least one picture",
        ),
        (
            "COM104",
            "for",
            {"a.py": _MAKES, "README.md": "# Water\n", "docs/use.md": "# Use\n\n" + "it waters the field well " * 30},
            "there is a text for readers of some 80 words of prose or more: `docs/use.md`",
        ),
        (
            "COM105",
            "for",
            {f"{n}.py": _PLOTS + "plt.plot([1, 2])\nplt.title('Losses')\n" for n in "abcde"},
            "At least 5 functions, scripts or notebook cells",
        ),
        (
            "HND107",
            "for",
            {"README.md": "# Water\n\n## Questions\n\nOpen an issue, or write to us in the forum of the project.\n"},
            "a section on where to ask",
        ),
        (
            "CRF301",
            "for",
            {
                "a.py": _MAKES,
                "tests/test_a.py": _FAILS,
            },
            "The one test function that was recognised asserts something.",
        ),
        (
            "CRF302",
            "for",
            {"src/water.py": _MAKES * 3, "tests/test_a.py": "from src.water import k1\n\n\n" + _TESTED},
            "At least 1 file of tests uses the project's own code",
        ),
        (
            "CRF302",
            "for",
            {
                "water.py": _MAKES * 3,
                "tests/test_a.py": "import water\n\n\n" + "def test_a():\n    assert water.k1(1) == 2\n" * 20,
                "tests/test_b.py": "def test_b(field):\n    assert field.wet\n",
            },
            "At least 1 file of tests uses the project's own code",
        ),
        (
            "SCL108",
            "for",
            {
                "a.py": "import sklearn\n" + _MAKES * 10,
                "docs/tutorials/b.py": _MAKES * 40,
                "docs/c.ipynb": notebook("x = 1\n" * 900),
            },
            "All or nearly all of some 360 lines of code (docstrings included, tests and documentation apart)"
            " stand outside notebooks",
        ),
    ],
    ids=str,
)
def test_a_count_says_what_it_leaves_out(code: str, polarity: str, files: Files, told: str) -> None:
    found = _said(code, files)
    assert found.polarity == polarity
    assert told in found.message


@pytest.mark.parametrize(
    ("packaged", "files"),
    [
        (True, {"water/a.py": _MAKES, "water/b.py": _MAKES, "pyproject.toml": "[project]\nname = 'water'\n"}),
        (True, {"src/water/a.py": _MAKES, "src/water/b.py": _MAKES, "setup.py": "setup(packages=find_packages())\n"}),
        (False, {"src/a.py": _MAKES, "src/b.py": _MAKES, "pyproject.toml": "[tool.poetry]\nname = 'water'\n"}),
        (False, {"app/a.py": _MAKES, "core/b.py": _MAKES, "pyproject.toml": "[project]\nname = 'water'\n"}),
    ],
)
def test_a_project_is_a_package_when_a_build_would_find_one(packaged: bool, files: Files) -> None:
    assert ("is set up as a package" in _said("CRF401", files).message) is packaged


def test_the_copies_of_two_files_are_told_by_the_least_number_of_lines() -> None:
    block = "".join(f"    value_{n} = table.column('name_{n}').fillna(0).astype(float)\n" for n in range(60))
    own = "".join(f"def only_{{0}}_{n}(a, b):\n    return a * {n} + b - the_same_for_all(b)\n" for n in range(60))
    files = {f"{n}.py": f"def {n}(table):\n{block}\n{own.format(n)}" for n in "abcd"}
    found = _said("CRF402", files)
    assert found.message.startswith("At least 60 lines of d.py stand in a.py too")


def test_a_share_is_told_in_words_that_hold_for_who_counts_otherwise() -> None:
    assert [about(part, 100) for part in (0, 8, 50, 87, 100)] == [
        "hardly any",
        "about 1 in 10",
        "about half",
        "about 9 in 10",
        "all or nearly all",
    ]
    assert [about(part, 10) for part in (1, 5, 8, 10)] == ["few", "about half", "most", "all or nearly all"]
    assert [some(number, "file") for number in (1, 3, 11, 69, 476)] == [
        "1 file",
        "3 files",
        "some 11 files",
        "some 70 files",
        "some 480 files",
    ]


def test_a_folder_of_documentation_is_documentation_whatever_is_in_it() -> None:
    assert [
        part_of(path) for path in ("docs/tutorials/a.py", "doc/conf.py", "examples/a.py", "docs/examples/a.ipynb")
    ] == [
        "docs",
        "docs",
        "example",
        "docs",
    ]
