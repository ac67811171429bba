"""Traps of a fifth reading, of the checks of documents, packaging and craft: projects that nobody had looked at."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_BODY = "\n".join(f"def further_step_{n}(value):\n    return value + {n}\n\n" for n in range(18))
_CODE = f"import pandas as pd\nimport torch\n\n{_BODY}"
_NET = "import torch\n\nopt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)\nfit(x, batch_size=8, epochs=3)\n"
_STEP = "for x in loader:\n    net(x).backward()\n    opt.step()\n"
_PROSE = "The work tells in words what it does and why it does so, at some length. " * 8

FRESH = (
    Trap(
        "REP302",
        "against",
        "words of the command line are settings from outside",
        {"train.py": "import sys\n" + _NET + _STEP + "settings = dict(word.split('=') for word in sys.argv[1:])\n"},
    ),
    Trap(
        "REP302",
        "against",
        "a table of recorded settings is one from outside",
        {
            "train.py": "import pandas as pd\n" + _NET + _STEP,
            "b.py": "import pandas as pd\np = pd.read_csv('params.csv')\n",
        },
    ),
    Trap(
        "REP302",
        "against",
        "as many settings are passed by a name as are written out",
        {"train.py": _NET + _STEP, "b.py": "fit(x, lr=lr, epochs=n, batch_size=size, dropout=d)\n"},
    ),
    Trap(
        "REP303",
        "for",
        "a log of runs with their settings and scores is no data",
        {"train.py": TRAIN, "lgb_record.csv": "num_leaves,learning_rate,val_auc\n" + "31,0.1,0.74\n" * 30},
    ),
    Trap(
        "REP303",
        "for",
        "a place to unpack an archive is no way to it",
        {"train.py": TRAIN, "README.md": "# Birds\n\nUse the dataset: extract the `birds.zip` into `data`.\n"},
    ),
    Trap(
        "REP303",
        "for",
        "a program that is fetched is no data",
        {"train.py": TRAIN, "Makefile": "spark:\n\twget https://a.org/spark/spark-3.3.2-bin-hadoop3.tgz -P data\n"},
    ),
    Trap(
        "REP303",
        "against",
        "the README of a part tells where its data come from",
        {
            "vision/train.py": "import numpy as np\n" + TRAIN + "x = np.load('x.npy')\n",
            "README.md": "# Feelings\n\nSee the folders.\n",
            "vision/README.md": "# Vision\n\nThe dataset is [FER](https://www.kaggle.com/datasets/fer).\n",
        },
    ),
    Trap(
        "COM104",
        "for",
        "a list of names is no text for readers",
        {
            "a.py": _CODE,
            "README.md": f"# Engine\n\n{_PROSE}",
            "docs/api.rst": "API\n===\n\n"
            + "".join(f".. automodule:: engine.parts.part{n}\n   :no-members:\n\n" for n in range(60)),
        },
    ),
    Trap(
        "COM104",
        "for",
        "what is new is a change log",
        {
            "a.py": _CODE,
            "README.md": "# Engine\n\nIt works.\n",
            "docs/whatsnew.rst": f"What's new\n==========\n\n{_PROSE}",
        },
    ),
    Trap(
        "COM101",
        "against",
        "a short page before folders that have a README each",
        {"a/a.py": _CODE, "README.md": "# Engine\n\nSee a.\n", "a/README.md": f"# A\n\n{_PROSE}"},
    ),
    Trap(
        "CRF304",
        "for",
        "a hook in a comment runs nothing",
        {
            "a.py": _CODE,
            ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - id: check-yaml\n  # - id: isort\n",
        },
    ),
    Trap(
        "CRF401",
        "for",
        "a file that reads its data by a function of another is at work when it is imported",
        {
            f"{name}.py": "import utils as u\n\n(D, L) = u.load('a.txt')\n(E, M) = u.load('b.txt')\n" + _BODY
            for name in "abc"
        },
    ),
    Trap(
        "CRF401",
        "against",
        "examples of documentation may run from top to bottom",
        {f"docs-site/examples-src/{n}.py": "\n".join(f"print({k} + {n})" for k in range(40)) + "\n" for n in range(4)}
        | {f"engine/{n}.py": _BODY for n in "ab"},
    ),
    Trap(
        "MLO101",
        "for",
        "a tracker in a class that is only passed on",
        {
            "src/log.py": "from torch.utils.tensorboard import SummaryWriter\n\n\nclass MyLogger:\n"
            "    def __init__(self):\n        self.writer = SummaryWriter('runs')\n",
            "src/__init__.py": "from .log import MyLogger\n",
            "train.py": TRAIN,
        },
    ),
    Trap(
        "CLD102",
        "for",
        "no retries are no care",
        {
            "a.py": "from google.cloud import storage\nfrom prefect import task\n\n\n"
            "@task(retries=0, retry_delay_seconds=2)\n"
            "def put(name):\n    storage.Client().bucket(name).blob('a').upload_from_filename('a')\n"
        },
    ),
    Trap(
        "REP301",
        "against",
        "a folder that the Compose file gives a volume",
        {
            "a.py": "import os\n\nfolder = '/data/db'\nprint(os.listdir(folder))\n",
            "docker-compose.yml": 'services:\n  a:\n    build: .\n    volumes:\n      - "${DIR:?set it}:/data/db:ro"\n',
        },
    ),
    Trap(
        "CRF402",
        "against",
        "another's repository that was put into this one",
        {
            "LICENSE": "MIT License\n\nCopyright (c) 2024 Ada Lovelace\n",
            "other/LICENSE": "MIT License\n\nCopyright (c) 2018 Charles Babbage\n",
            "other/a.py": _BODY * 6,
            "other/b.py": _BODY * 6,
        }
        | {f"own{n}.py": "\n".join(f"def own_{n}_{k}():\n    return {k}\n" for k in range(70)) for n in range(4)},
    ),
    Trap(
        "HND108",
        "for",
        "a step of a library's tutorial prepares its example",
        {
            "setup.py": "from setuptools import setup\nsetup(name='engine', packages=['engine'])\n",
            "engine/__init__.py": TRAIN + _BODY,
            "README.md": f"# Engine\n\n{_PROSE}",
            "docs/search.md": f"# Search\n\n## Prepare the data\n\n{_PROSE}\n\n```\ndata = load()\n```\n",
        },
    ),
    Trap(
        "COM104",
        "for",
        "a template of a report in the package",
        {"a.py": _CODE, "README.md": "# Engine\n\nIt works.\n", "engine/assets/report.md": f"# Report\n\n{_PROSE}"},
    ),
    Trap(
        "HND101",
        "for",
        "a command of a script that is not there trains nothing",
        {"a.py": TRAIN, "README.md": "# Engine\n\n```\npython train.py\n```\n"},
    ),
    Trap(
        "HND108",
        "for",
        "the form of what comes out is not that of the data that go in",
        {"a.py": TRAIN, "README.md": f"# Engine\n\n## Output data format\n\n{_PROSE}\n"},
    ),
    Trap(
        "HND110",
        "for",
        "pictures that were drawn from data are none",
        {"a.py": TRAIN, "data/roc.png": "x" * 60, "data/cluster.png": "x" * 60},
    ),
    Trap(
        "HND105",
        "against",
        "the machine itself as its containers see it",
        {"a.py": TRAIN, ".env": "URI=http://172.17.0.1:5000\n", "b.py": "uri = 'http://172.17.0.1:5000'\n"},
    ),
    Trap(
        "REP303",
        "for",
        "what goes to a bucket is not fetched from it",
        {"train.py": TRAIN, "put.sh": "aws s3 cp ./data/saved ${S3_BUCKET} --endpoint-url=http://localhost:4569/\n"},
    ),
    Trap(
        "REP106",
        "against",
        "a table of the README names the version",
        {"a.py": f"import numpy\nimport torch\n{_BODY * 6}", "README.md": "# Engine\n\n| Python | 3.10 or 3.11 |\n"},
    ),
    Trap(
        "REP302",
        "against",
        "how long a solver may take is no setting to vary",
        {
            "train.py": "from sklearn.linear_model import LogisticRegression\n"
            "a = LogisticRegression(max_iter=1000).fit(X, y)\nb = LogisticRegression(max_iter=2000).fit(X, y)\n"
        },
    ),
    Trap(
        "DEP121",
        "for",
        "the latest of a kind is no version",
        {"a.py": TRAIN, "Dockerfile": "FROM tensorflow/tensorflow:latest-gpu-py3\nCOPY . .\nCMD python a.py\n"},
    ),
    Trap(
        "COM103",
        "for",
        "what others say of something else is no limit of the work",
        {"a.py": TRAIN, "README.md": '# Engine\n\nThey said: "If it doesn\'t work on a toy, it will not work."\n'},
    ),
    Trap(
        "DEP101",
        "for",
        "a route that watches the model answers nobody with it",
        {
            "a.py": TRAIN,
            "b.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/monitor-target')\n"
            "def watch():\n    return report(model.predict(reference))\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "an answer that is written is no place of data",
        {"train.py": TRAIN, "README.md": "# Engine\n\nThe script returns `answer.csv` in the `data` folder.\n"},
    ),
    Trap(
        "REP303",
        "for",
        "what a file of code is for is no way to the data",
        {"train.py": TRAIN, "README.md": "# Engine\n\n- `utils.py`: helpers, like downloading datasets.\n"},
    ),
    Trap(
        "REP303",
        "against",
        "a path of a hosted platform names the data set",
        {"a.py": TRAIN + "import pandas as pd\nx = pd.read_csv('/kaggle/input/womens-reviews/Reviews.csv')\n"},
    ),
    Trap(
        "REP303",
        "for",
        "asking a service how it is fetches no data",
        {"train.py": TRAIN, "Makefile": "proof:\n\tcurl -s -i http://$$DNS/health | tee evidence/data_health.txt\n"},
    ),
    Trap(
        "HND104",
        "for",
        "a request to one's own machine is no link to weights",
        {
            "a.py": TRAIN,
            "README.md": '# Engine\n\n```\ncurl -X POST "http://localhost:8000/reload?path=/app/models/model_a.joblib"\n```\n',
        },
    ),
    Trap(
        "CRF304",
        "for",
        "renewing the hooks checks nothing",
        {
            "a.py": _CODE,
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pre-commit autoupdate\n",
        },
    ),
    Trap(
        "CRF101",
        "against",
        "a long function of a repository that was put into this one",
        {
            "yolo/LICENSE": "GNU GENERAL PUBLIC LICENSE\n",
            "yolo/.github/workflows/ci.yml": "on: push\n",
            "yolo/train.py": "def train():\n" + "    step()\n" * 300,
            "yolo/test_images.py": _BODY,
        }
        | {f"own{n}.py": _BODY for n in range(4)},
    ),
)
