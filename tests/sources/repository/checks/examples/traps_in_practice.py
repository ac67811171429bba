"""Traps of practice: continuous integration, dependencies, seeds, devices, queries."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.support import notebook

_WORKFLOW = "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
_OPTIONAL = {
    "pyproject.toml": '[project]\nname = "kit"\nversion = "1"\ndependencies = ["numpy", "pandas"]\n',
    "kit/__init__.py": "import numpy\nimport pandas\n",
    "kit/llm/_openai.py": "import openai\n\n\nclass OpenAI:\n    pass\n",
}

PRACTICE = (
    Trap(
        "CRF305",
        "for",
        "tests whose failure is shrugged off, in a line or in a step, are not run",
        {
            "a.py": "x = 1\n",
            ".github/workflows/cd.yml": _WORKFLOW + '      - run: pytest tests/ -v || echo "No tests yet"\n',
            ".github/workflows/ci.yml": _WORKFLOW + "      - run: pytest tests/\n        continue-on-error: true\n",
        },
    ),
    Trap(
        "CRF301",
        "unknown",
        "a command that may fail does not show that there are tests",
        {
            "a.py": "def f(x):\n    return x\n\n\n" * 90,
            ".github/workflows/cd.yml": _WORKFLOW + "      - run: pytest || true\n",
        },
    ),
    Trap(
        "REP104",
        "against",
        "what a module imports that is itself only tried can be done without",
        {
            **_OPTIONAL,
            "kit/llm/__init__.py": "try:\n    from kit.llm._openai import OpenAI\nexcept ModuleNotFoundError:\n"
            "    OpenAI = None\n",
        },
    ),
    Trap(
        "REP104",
        "against",
        "the installer of Anaconda brings pandas",
        {
            "a.py": TRAIN + "import pandas\nimport torch\n",
            "setup_env.sh": "wget https://repo.continuum.io/archive/Anaconda3-5.0.1-Linux-x86_64.sh\n"
            "pip install torch\n",
        },
    ),
    Trap(
        "REP101",
        "for",
        "a cell that installs one library of many declares nothing",
        {
            "a.ipynb": notebook("!pip install latexify-py==0.3.1", "import numpy, pandas, torch, seaborn\n" + TRAIN),
        },
    ),
    Trap(
        "REP201",
        "for",
        "what one notebook seeds, it seeds for itself",
        {
            "train.py": TRAIN + "import numpy as np\n\nnp.random.shuffle(X)\n",
            "a.ipynb": notebook("import numpy as np", "np.random.seed(0)"),
        },
    ),
    Trap(
        "REP201",
        "against",
        "a method of one's own that is called backward draws nothing",
        {
            "train.py": TRAIN,
            "flips.py": "import torch\n\n\nclass Flip:\n    def __call__(self, model, image):\n"
            "        return self.backward(model(self.forward(image)))\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "weights that are fetched, and a list of folds, are no data",
        {
            "a.py": TRAIN
            + "from keras.utils import get_file\n\n\ndef f(name, url):\n    return get_file(\n        name,\n"
            "        url,\n        cache_subdir='models',\n    )\n",
            "data/folds.csv": "id,fold\n" + "a,1\n" * 200,
        },
    ),
    Trap(
        "FRW107",
        "for",
        "a chain of preprocessing steps holds no model",
        {
            "a.py": TRAIN + "from sklearn.pipeline import Pipeline, make_pipeline\n"
            "from sklearn.preprocessing import OneHotEncoder, StandardScaler\n\n"
            "one = make_pipeline(StandardScaler(), OneHotEncoder())\n"
            "two = Pipeline([('scale', StandardScaler()), ('encoder_cat', made())])\n"
        },
    ),
    Trap(
        "FRW108",
        "for",
        "a trainer that is told to take the graphics card chooses nothing",
        {
            "model.py": "import pytorch_lightning as pl\n\n\nclass Net(pl.LightningModule):\n    pass\n",
            "config.py": "class Config:\n    accelerator = 'gpu'\n",
        },
    ),
    Trap(
        "STA104",
        "for",
        "a split by class that only the caller can ask for",
        {
            "a.py": TRAIN + "from sklearn.model_selection import train_test_split\n\n\ndef cut(X, y, stratify=None):\n"
            "    return train_test_split(X, y, stratify=stratify)\n"
        },
    ),
    Trap(
        "PYT107",
        "for",
        "positions at which two sequences are read are no need of the position",
        {
            "a.py": "".join(
                f"def f{n}(a, b):\n    for i in range(len(a)):\n        use(a[i], b[i])\n\n\n" for n in range(30)
            )
        },
    ),
    Trap(
        "REP106",
        "against",
        "a notebook tells with which Python it was last run",
        {
            "a.ipynb": notebook("import numpy, pandas\n" + "x = 1\n" * 300).replace(
                '"metadata": {"kernelspec"', '"metadata": {"language_info": {"version": "3.12.3"}, "kernelspec"'
            ),
            "requirements.txt": "numpy\npandas\n",
        },
    ),
)
