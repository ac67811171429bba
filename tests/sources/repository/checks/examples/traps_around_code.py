"""Traps of texts, images, releases and queries: what eighty further repositories were told, and was wrong."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

CODE_OF_THREE = "import numpy\nimport pandas\nimport torch\n" + "".join(
    f"\n\ndef f{n}(x):\n    y = x + {n}\n    z = y * 2\n    return y, z\n" for n in range(60)
)
_WORDS = "The words say what came out and what it means for those who use it. " * 8

AROUND_CODE = (
    Trap(
        "COM104",
        "for",
        "what a tool writes into a project that it starts, logs, and orders to a program are no texts for readers",
        {
            "a.py": TRAIN,
            "README.md": "# X\n",
            "web/README.md": "# Getting Started with Create React App\n\n" + _WORDS,
            "logs/models.md": "# Models\n\n" + _WORDS,
            "openspec/changes/a/tasks.md": "# Tasks\n\n" + _WORDS,
        },
    ),
    Trap(
        "COM102",
        "for",
        "a table of what metrics mean and of what is aimed at shows no results",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n| Métrica | Descripción | Valor deseable |\n|---|---|---|\n"
            "| Recall | zonas detectadas | 85% |\n| F1 | equilibrio | 0.80 |\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "how one method works is told on its page, not how the project works",
        {"a.py": TRAIN, "README.md": "# X\n", "docs/fairness.md": "# Fairness\n\n## How it works\n\n" + _WORDS},
    ),
    Trap(
        "COM105",
        "against",
        "frames and displays draw with names of their own",
        {
            "a.py": "import matplotlib.pyplot as plt\n"
            + "".join(
                f"\n\ndef f{n}(data, disp):\n    data.age.hist()\n    disp.plot(ax=plt.gca())\n" for n in range(8)
            )
        },
    ),
    Trap(
        "REP101",
        "against",
        "modules that were not committed are no libraries",
        {"a.py": "import modeling\nimport a08_memory_network\nimport tokenization\nimport data_util\n"},
    ),
    Trap(
        "REP303",
        "for",
        "weights that a script fetches are no data",
        {
            "a.py": TRAIN,
            "downloader/entrypoint.sh": "echo 'Downloading model files'\n"
            "gdown https://drive.example/folders/1Z -O $LOCAL_MODEL_DIRECTORY --folder\n",
        },
    ),
    Trap(
        "REP304",
        "for",
        "the checksum of a text fixes no data",
        {
            "a.py": TRAIN,
            "data/plan.sha256": "6ce46dcfbc6d34fbf74c4bbfa9643f10076de3178eea9f37cd9cf1016963c23a  plan.md\n",
        },
    ),
    Trap(
        "HND101",
        "for",
        "words in an indented block are no command",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n    defence-conditioned fit beats the offence-only fit at the game level\n",
        },
    ),
    Trap(
        "HND102",
        "for",
        "what stands behind the hash is not what the command does",
        {"a.py": TRAIN, "README.md": "# X\n\n```\nmake seed   # reseed demo data\n```\n"},
    ),
    Trap(
        "HND104",
        "for",
        "a sample of data may be kept in a file of tensors",
        {
            "a.py": TRAIN + "import torch\nimport urllib.request\npath = 'datasets/sample.pt'\n"
            "print('Downloading the sample dataset')\nurllib.request.urlretrieve(url, path)\n"
            "train_x, train_y = torch.load(path)\n"
        },
    ),
    Trap(
        "HND108",
        "for",
        "paths on which no new data are needed are no guide to them",
        {"a.py": TRAIN, "docs/ways.md": "# Ways\n\n## Paths not blocked (no new data needed)\n\n" + _WORDS + "data\n"},
    ),
    Trap(
        "HND109",
        "for",
        "to open a notebook on a hosted platform deploys nothing, nor does a link to what runs",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n## Google Colab deployment\n\n1. Upload the notebook\n2. Run all cells\n\n"
            + _WORDS
            + "\n\n## Live deployment\n\n- [frontend](http://here.example)\n\n"
            + _WORDS,
        },
    ),
    Trap(
        "HND110",
        "for",
        "plots, dictionaries and counts of gaps in a folder of data are no samples",
        {
            "a.py": TRAIN,
            "data/clean/target_dist.png": "x" * 100,
            "data/data_dictionary.csv": "name,meaning\n" * 9,
            "data/missing_values.csv": "column,count\n" * 9,
        },
    ),
    Trap(
        "JDG101",
        "for",
        "a template for decisions records none",
        {"a.py": TRAIN, "docs/adr/0001-template.md": "# Title\n\n## Alternatives\n\nWhat was considered?\n"},
    ),
    Trap(
        "JDG102",
        "for",
        "limits of a tool, and of somebody else's weights, are none of the work",
        {
            "a.py": TRAIN,
            "docs/proxy.md": "# Proxy\n\n## Important: Prometheus limitation\n\n" + _WORDS,
            "models/bert/README.md": "---\nlanguage: en\nlicense: mit\n---\n\n# BERT\n\n## Limitations\n\n" + _WORDS,
        },
    ),
    Trap(
        "BUS102",
        "for",
        "half of the largest cell decides the colour of a number in a drawing",
        {
            "a.py": TRAIN + "from sklearn.metrics import confusion_matrix, roc_curve\nroc_curve(y, p)\n"
            "cm = confusion_matrix(y, q)\nthresh = cm.max() / 2.\n"
        },
    ),
    Trap(
        "MLO105",
        "for",
        "a job that only tells whether to train anew trains nothing",
        {
            "a.py": TRAIN,
            "dags/watch.py": "from airflow import DAG\n\n# Deciding if retraining is needed\n"
            "def check_retraining_needed():\n    return {'needs_retraining': True}\n\n\n"
            "with DAG('watch', schedule_interval='@daily') as dag:\n    pass\n",
        },
    ),
    Trap(
        "MLO114",
        "for",
        "a drift that is fitted is a term of the model",
        {"a.py": TRAIN + "\n\ndef fit_drift(sub):\n    return sub.mean()\n"},
    ),
    Trap(
        "CRF101",
        "against",
        "steps of a database that a tool has written",
        {
            "alembic/versions/001_first.py": "def upgrade():\n" + "    op.add_column('t', 'c')\n" * 200,
            "a.py": "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20)),
        },
    ),
    Trap(
        "CRF401",
        "against",
        "one file of three is no habit",
        {
            "run.py": "print(len(open('a').read()))\n" * 40,
            "a.py": "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20)),
            "b.py": "".join(f"def g{n}():\n    return {n}\n\n\n" for n in range(20)),
        },
    ),
    Trap(
        "SAF105",
        "against",
        "a number, a column of one's own and a path that the function has made are sent by nobody",
        {
            "a.py": "import duckdb\n\n\ndef f(con, least: int, out):\n"
            "    col, default = 'kept', 0\n    path = 'leads.parquet'\n"
            '    con.execute(f"SELECT a FROM t WHERE s >= {int(least)}")\n'
            '    con.execute(f"UPDATE t SET {col} = {default} WHERE a IS NULL")\n'
            '    con.execute(f"SELECT a FROM t WHERE b >= {least}")\n'
        },
    ),
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
            "archive/wandb_logs/run-20260121_185013-tg0leeox/files/requirements.txt": "numpy==1.0\npandas==1.0\nscipy==1.0\n",
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
            "README.md": "# X\n\n## Performance\n\n| Parameter | Value |\n|---|---|\n| loss weight | 0.5 |\n| rate | 0.01 |\n",
        },
    ),
)
