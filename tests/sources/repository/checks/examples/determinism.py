"""Examples for the checks of randomness and of results."""

from tests.support import Example

_LOOP = (
    "import random\nimport numpy as np\nimport torch\n\n\ndef train(model, rows, seed):\n{seed}"
    "    random.shuffle(rows)\n    order = np.random.permutation(len(rows))\n    loss = model(torch.randn(3))\n"
    "    loss.backward()\n    return order\n"
)
_UNSEEDED = _LOOP.format(seed="")
_SEEDED = _LOOP.format(seed="    random.seed(seed)\n    np.random.seed(seed)\n    torch.manual_seed(seed)\n")
_SPLIT = "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n" + "".join(
    f"a{i}, b{i} = train_test_split(x{i}{{}})\n" for i in range(4)
)
_FIT = "SVC().fit(a1, b1)\n"
_TABLE = "# Net\n\n## Results\n\n| model | accuracy |\n|---|---|\n| a | 93.1 |\n| b | 94.2 |\n| c | 95.3 |\n"

EXAMPLES = (
    Example(
        "REP201",
        against={"train.py": _UNSEEDED},
        favourable={"train.py": _SEEDED},
        quiet={
            "setup.py": "from setuptools import setup\nsetup(name='net', packages=['net'])\n",
            "net/__init__.py": "",
            "net/train.py": _UNSEEDED,
        },
    ),
    Example(
        "REP202",
        against={"train.py": _SPLIT.format(*[""] * 4) + _FIT},
        favourable={"train.py": _SPLIT.format(*[", random_state=1"] * 4) + _FIT},
        quiet={"train.py": "import numpy as np\nnp.random.seed(3)\n" + _SPLIT.format(*[""] * 4) + _FIT},
    ),
    Example(
        "REP203",
        favourable={"train.py": _SEEDED + "\n\ntorch.use_deterministic_algorithms(True)\n"},
        quiet={"train.py": _UNSEEDED},
    ),
    Example(
        "REP204",
        favourable={
            "train.py": "import argparse\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=1)\n" + _SEEDED
        },
        quiet={"train.py": _SEEDED},
    ),
    Example(
        "REP205",
        favourable={
            "train.py": _SEEDED + "\n\nimport json\n\n\ndef keep(args, metrics, file):\n"
            "    json.dump(vars(args), file)\n    json.dump(metrics, file)\n"
        },
        quiet={"train.py": _SEEDED},
    ),
    Example(
        "REP206",
        against={"train.py": _UNSEEDED, "README.md": _TABLE},
        favourable={"train.py": _UNSEEDED, "README.md": _TABLE + "\nRun `python train.py --lr 0.1`.\n"},
        quiet={"train.py": _UNSEEDED, "README.md": "# Net\n\nNeeds version 3.6 and 12.5 GB.\n"},
    ),
)
