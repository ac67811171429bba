"""Examples for the checks of dependencies."""

from tests.support import Example

_TRAIN = (
    "import numpy as np\nimport pandas as pd\nimport torch\nfrom sklearn.svm import SVC\n\n\n"
    "def train(x, y):\n    model = SVC()\n    model.fit(np.asarray(x), y)\n    return model\n\n\n"
    'if __name__ == "__main__":\n    train(pd.DataFrame(), torch.zeros(1))\n'
)
_FREE = "numpy\npandas\ntorch\nscikit-learn\n"
_PINNED = "numpy==1.18.1\npandas==1.0.3\ntorch==1.4.0\nscikit-learn==0.22\n"
_POETRY = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.8"\nnumpy = "^1.18"\ntorch = "1.4.0"\n'


def _lock(numpy: str) -> str:
    return "\n".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n' for n, v in (("numpy", numpy), ("torch", "1.4.0")))


EXAMPLES = (
    Example(
        "REP101",
        against={"train.py": _TRAIN},
        favourable={"train.py": _TRAIN, "requirements.txt": _FREE},
        quiet={"main.py": "import json\nimport os\n\nprint(json.dumps(dict(os.environ)))\n"},
    ),
    Example(
        "REP102",
        against={"train.py": _TRAIN, "requirements.txt": _FREE},
        favourable={"train.py": _TRAIN, "requirements.txt": _PINNED},
        quiet={
            "setup.py": "from setuptools import *\nsetup(name='x', install_requires=['numpy', 'scipy', 'tqdm'])\n",
            "x/__init__.py": "import numpy\n",
        },
    ),
    Example(
        "REP103",
        against={"pyproject.toml": _POETRY, "poetry.lock": _lock("1.16.0")},
        favourable={"pyproject.toml": _POETRY, "poetry.lock": _lock("1.18.5")},
        quiet={"pyproject.toml": _POETRY},
    ),
    Example(
        "REP104",
        against={"train.py": _TRAIN, "requirements.txt": "torch\ntqdm\n"},
        favourable={"train.py": _TRAIN, "requirements.txt": _FREE},
        quiet={
            "train.py": "import torch\nimport helpers\ntry:\n    import apex\nexcept ImportError:\n    apex = None\n",
            "lib/helpers.py": "",
            "requirements.txt": "torch\n",
        },
    ),
    Example(
        "REP105",
        against={
            "a.py": "import numpy\n",
            "requirements.txt": "\n".join(f"thing{i}==1.0" for i in range(12)) + "\nnumpy\n",
        },
        quiet={"a.py": "import numpy\n", "requirements.txt": "numpy\nipython\n"},
    ),
    Example(
        "REP106",
        against={"train.py": _TRAIN + "x = 1\n" * 200, "requirements.txt": _FREE},
        favourable={"train.py": _TRAIN, "Dockerfile": "FROM python:3.8-slim\nRUN pip install torch\n"},
        quiet={"train.py": _TRAIN + "x = 1\n" * 200, "README.md": "Needs Python 3.7 or newer.\n"},
    ),
)
