"""Traps of what counts as evidence: results, data, models and messages that were none on further repositories."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

CODE_OF_THREE = "import numpy\nimport pandas\nimport torch\n" + "".join(
    f"\n\ndef f{n}(x):\n    y = x + {n}\n    z = y * 2\n    return y, z\n" for n in range(60)
)
_WORDS = "The words say what came out and what it means for those who use it. " * 8

EVIDENCE = (
    Trap(
        "MLO111",
        "for",
        "a rule for large files that is commented out, or that no file follows, gives nothing a version",
        {"a.py": TRAIN, ".gitattributes": "# *.pkl filter=lfs diff=lfs merge=lfs -text\n*.json filter=lfs\n"},
    ),
    Trap(
        "SAF101",
        "against",
        "an example of a request shows how a password looks",
        {
            "dtos.py": "class Change:\n    model_config = {\n        'json_schema_extra': {\n            'example': {\n"
            "                'current_password': 'OldPassword123!',\n"
            "                'new_password': 'NewSecurePass456!',\n            }\n        }\n    }\n"
        },
    ),
    Trap(
        "BUS103",
        "for",
        "what a change does to the speed is no goal",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n## Performance impact\n\n" + "The cache saves users time in the store. " * 9,
        },
    ),
    Trap(
        "BUS104",
        "for",
        "a rate that is aimed at was not measured",
        {"a.py": TRAIN, "README.md": "# X\n\n- A/B Test Success Rate: > 80%\n"},
    ),
    Trap(
        "CLD108",
        "for",
        "what a docstring tells of a machine asks for none",
        {
            "a.py": TRAIN,
            "run.py": '"""Train.\n\n- `use_spot_instances=True` would save money\n"""\nimport boto3\n\n'
            "boto3.client('sagemaker').create_training_job(TrainingJobName='x')\n",
        },
    ),
    Trap(
        "DEP106",
        "for",
        "one worker is what a server has anyway",
        {
            "app.py": "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m')\n\n\n"
            "@app.post('/predict')\ndef predict(x: list[float]):\n    return model.predict([x])\n",
            "a.py": TRAIN,
            "Dockerfile": "FROM python:3.12\nCMD ['uvicorn', 'app:app', '--workers', '1']\n",
        },
    ),
    Trap(
        "REP205",
        "for",
        "maps of labels, scores of alerts and the share of chance are no metrics",
        {
            "a.py": TRAIN + "import json\njson.dump({k: int(v) for k, v in label_map.items()}, f)\n"
            "alerts.sort_values('RISK_SCORE').to_csv('alerts.csv')\n"
            "self.writer.add_scalar('exploration/epsilon', e, t)\n"
        },
    ),
    Trap(
        "REP206",
        "for",
        "what is aimed at, the heads of tables and headings state no result, and to fetch data makes none",
        {
            "train.py": TRAIN,
            "get_data.py": "x = 1\n",
            "README.md": "# X\n\n## Results (10% subset)\n\n"
            "| Metric | lr = 0.1 |\n|---|---|\n| Recall | **> 0.85** |\n\n"
            "```\npython train.py\n```\n\n## Scores\n\n",
        },
    ),
    Trap(
        "REP206",
        "for",
        "to fetch the data makes no result",
        {
            "train.py": TRAIN,
            "get_data.py": "x = 1\n",
            "README.md": "# X\n\n## Results\n\n| F1 | 0.91 |\n| AUC | 0.93 |\n\n```\npython get_data.py\n```\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "a drawn tree of folders, a table of programs and an upload bring no data",
        {
            "a.py": TRAIN,
            "Makefile": "sync_data_to_s3:\n\taws s3 sync data/ s3://bucket/data/\n",
            "README.md": "# X\n\n    ├── data  <- Scripts to download or generate data\n\n"
            "| `rollup.py` | Consolidates the data | `out.csv` |\n",
        },
    ),
    Trap(
        "REP106",
        "for",
        "a template's makefile would make either Python",
        {
            "a.py": TRAIN,
            "Makefile": "PYTHON_INTERPRETER = python3\nenv:\nifeq (3,$(findstring 3,$(PYTHON_INTERPRETER)))\n"
            "\tconda create --name x python=3\nelse\n\tconda create --name x python=2.7\nendif\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "the Python that it needs is no limit of the work",
        {"a.py": TRAIN, "README.md": "# X\n\nThis project currently only supports Python 3. " + "\n"},
    ),
    Trap(
        "HND109",
        "for",
        "pages of documentation and the plan of a week deploy no model",
        {
            "a.py": TRAIN,
            "docs/usage.md": "# Use\n\n## Deploy to GitHub Pages\n\n1. Push\n2. Wait\n\n"
            + _WORDS
            + "\n\n## Week 11: deployment\n\n- set up\n\n"
            + _WORDS,
        },
    ),
    Trap(
        "REP201",
        "against",
        "a demonstration picks by chance what it shows",
        {"a.py": TRAIN, "jetson/demo.py": "import random\nimport cv2\n\npath = random.choice(images)\n"},
    ),
    Trap(
        "MLO116",
        "for",
        "a card that nobody has filled in",
        {
            "a.py": TRAIN,
            "docs/model_card.md": "# Model card\n\n## Intended use\n\n"
            + "TODO(author): for whom is this model? " * 4
            + "\n\n## Limitations\n\n"
            + "TODO(author): where must it not be used? " * 4,
        },
    ),
    Trap(
        "MLO104",
        "for",
        "a model that is fitted to make data for tests is fitted by no test",
        {
            "a.py": TRAIN,
            "x/testing/make_model.py": TRAIN,
            "tests/test_a.py": "def test_a():\n    assert f(1) == 2\n",
            ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: pytest\n",
        },
    ),
    Trap(
        "CRF101",
        "against",
        "a window that a tool has drawn",
        {
            "vd1.py": "from PyQt5 import QtWidgets\n\n\nclass Ui_MainWindow(object):\n    def setupUi(self, w):\n"
            + "        w.resize(716, 483)\n" * 400,
            "a.py": "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20)),
        },
    ),
    Trap(
        "REP301",
        "against",
        "where every machine of the kind keeps its programs",
        {
            "a.py": TRAIN + "tool = r'C:\\Program Files\\R\\bin\\R.exe'\n",
            "figs/desktop.ini": "IconFile=C:\\Users\\ada\\x.exe\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "the weights of a model beside it are no data",
        {"a.py": TRAIN, "model/trained_model.onnx.data": "x" * 400, "best_model.h5": "x" * 400},
    ),
    Trap(
        "REP106",
        "against",
        "the tag of an image may name the Python",
        {
            "a.py": CODE_OF_THREE,
            "run/Dockerfile": "FROM rapidsai/rapidsai:cuda10.2-runtime-ubuntu18.04-py3.7\nRUN pip install numpy\n",
        },
    ),
    Trap(
        "REP201",
        "against",
        "a number that is drawn to name a file",
        {"a.py": TRAIN + "import random\npath = 'model_%s' % random.randint(0, 1000)\n"},
    ),
    Trap(
        "COM104",
        "for",
        "the front page in another language or once more in a folder, and plans, are no further texts",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n" + _WORDS.replace(". ", ".\n") + "\n",
            "README_EN.md": "# X\n\n" + "These are the same words told in another language. " * 20,
            "docs/index.rst": "X\n=\n\n" + _WORDS.replace(". ", ".\n") + _WORDS.replace(". ", ".\n"),
            "ROADMAP.md": "# Roadmap\n\n" + _WORDS * 2,
        },
    ),
    Trap(
        "HND101",
        "for",
        "a part of the code that is shown is no way to train",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n```python\n    def train(self):\n        self.model.fit(self.x, self.y)\n```\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "a threshold chosen under a constraint is no limit of the work",
        {"a.py": TRAIN, "README.md": "# X\n\nПорог `0.66` выбран на validation-выборке при ограничении FPR.\n"},
    ),
    Trap(
        "REP303",
        "for",
        "ids of a split and the values of a drawing are no data",
        {"a.py": TRAIN, "v1/ids_test.csv": "id\n" * 99, "boxplots/a/big_test_values.npy": "x" * 400},
    ),
    Trap(
        "REP104",
        "against",
        "a library comes with another that is declared",
        {
            "requirements.txt": "tensorflow\nmatplotlib\n",
            "a.py": "import tensorflow\nimport matplotlib\nimport requests\nimport numpy\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "a framework that a project was begun with tells of itself",
        {"a.py": TRAIN, "app/README.md": "# App\n\n## About Laravel\n\n" + _WORDS},
    ),
    Trap(
        "COM102",
        "for",
        "a picture that stands for one to come shows nothing",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n" + _WORDS + "\n\n![Result](https://via.placeholder.com/300x200?text=Result)\n" * 2,
        },
    ),
    Trap(
        "REP303",
        "for",
        "a place of weights is no place of data",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\nThe data layer is ours.\n\nPretrained models are "
            "[here](https://www.dropbox.com/sh/05/AAC?dl=0)\n",
        },
    ),
    Trap(
        "REP102",
        "for",
        "what a tracker has noted of a machine declares nothing",
        {
            "a.py": TRAIN,
            "archive/wandb_logs/run-20260121_185013-tg0leeox/files/requirements.txt": "numpy==1.0\npandas==1.0\n"
            "scipy==1.0\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "a notebook on a platform of data is no data",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\nIt works on data.\n\nNotebook: https://www.kaggle.com/code/ada/insurance\n",
        },
    ),
    Trap(
        "COM102",
        "for",
        "a table of settings shows no results",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n## Performance\n\n| Parameter | Value |\n|---|---|\n| loss weight | 0.5 |\n"
            "| rate | 0.01 |\n",
        },
    ),
)
