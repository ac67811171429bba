"""Traps around a project: its texts, its data, its service and its operation."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_FETCH = "import urllib.request\n{}urllib.request.urlretrieve('https://example.org/{}', 'x')\n"
_SERVICE = (
    "from flask import Flask, jsonify, request\napp = Flask(__name__)\n\n\n@app.post('/predict')\ndef predict():\n"
)

PROJECTS = (
    Trap(
        "COM102",
        "for",
        "faces of the makers, the logo of a sponsor and a small sign are no pictures of anything made",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n<a href='https://github.com/ada'><img src=\"https://github.com/ada.png\""
            ' width="40px"></a>\n'
            '<img src="images/mark.png" height="20">\n![us](docs/images/team/ada.jpg)\n',
        },
    ),
    Trap(
        "COM102",
        "for",
        "rows of a data set, and a table that a program prints in a block of code, are no results",
        {
            "a.py": TRAIN,
            "docs/data.md": "# Rows\n\n| height | weight |\n|---|---|\n| 1.82 | 80.1 |\n| 1.70 | 62.5 |\n",
            "docs/how.md": "# Windows\n\n```\nhour | mean | error\n1 | 10.0 | 0.1\n2 | 11.5 | 0.2\n```\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "words on other pages speak of other things: a layer that is not found, a tool that does not suit, a plan",
        {
            "a.py": TRAIN,
            "docs/backends.md": "# Backends\n\nIf yours is not among those currently available, write a class."
            " Raw values "
            "are not suitable to train with; notebooks have limitations.\n",
            "docs/fixing_the_editor.md": "# Overview\n\n" + "The editor lost rows when somebody pressed a key. " * 9,
            "PLAN.md": "# Plan\n\nDocument limitations of the metadata.\n",
        },
    ),
    Trap(
        "HND102",
        "for",
        "a server of documentation, and a help text, apply no model",
        {
            "a.py": TRAIN,
            "README.md": "# X\n",
            "CONTRIBUTING.md": "# How\n\n```\nmkdocs serve\npython predict.py --help\n```\n",
        },
    ),
    Trap(
        "HND101",
        "for",
        "a command that prints how it is used trains nothing",
        {"a.py": TRAIN, "README.md": "# X\n\n```\npython train.py --help\n```\n"},
    ),
    Trap(
        "HND104",
        "for",
        "a file of data and a scaler are no trained model, nor is what cuts a text into tokens",
        {
            "a.py": TRAIN
            + "from transformers import AutoTokenizer, ViTFeatureExtractor\nAutoTokenizer.from_pretrained('x')\n"
            + "ViTFeatureExtractor.from_pretrained('y')\n",
            "data/train.h5": "x" * 2_000,
            "models/scaler.joblib": "x" * 2_000,
        },
    ),
    Trap(
        "HND105",
        "against",
        "the name of a schema is no address that anybody opens",
        {
            "data/rows.schema.json": '{"$schema": "https://json-schema.org/draft/2020-12/schema",\n'
            '"$id": "https://rows.local/schemas/rows.json"}\n'
        },
    ),
    Trap(
        "HND110",
        "for",
        "reports and specifications in JSON are no sample of the input",
        {"a.py": TRAIN, "data/readiness_report.json": '{"a": 1}' * 20, "data/specs/rows.json": '{"a": 1}' * 20},
    ),
    Trap(
        "REP303",
        "for",
        "weights, vectors, a module and pictures for a window that code fetches are no data",
        {
            "a.py": TRAIN + _FETCH.format("", "glove.zip"),
            "b.py": _FETCH.format("# pictures for the window\n", "cards.zip"),
            "c.py": "from huggingface_hub import hf_hub_download\nhf_hub_download('x', 'net.py',"
            " repo_type='dataset')\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "what a program writes, a list of files and the word in a title say not where data come from",
        {
            "a.py": TRAIN,
            "configs/train_rows.csv": "a,b\n" + "1,2\n" * 100,
            "models/importance_top10.csv": "a,b\n" + "1,2\n" * 100,
            "README.md": "# Scene text: dataset and model analysis\n\n![rows of the test dataset](https://i.example.org/x.png)\n\n"
            "The split of the dataset lies in `Preproc/`. The step produces `data/features.csv`, assuming you have a "
            "dataset; see [the code](https://example.org/x).\n",
        },
    ),
    Trap(
        "REP301",
        "against",
        "a route of a service is no path",
        {
            "a.py": TRAIN + "from fastapi import APIRouter\nrouter = APIRouter()\n\n\n@router.get('/dataset/stats')\n"
            "def stats():\n    return {}\n\n\nclient.get('/data/rows')\n"
        },
    ),
    Trap(
        "REP204",
        "for",
        "a file of data that names the seed it was made with is no setting",
        {"a.py": TRAIN, "data/fixtures/manifest.json": '{\n  "seed": 20260810\n}\n'},
    ),
    Trap(
        "REP201",
        "against",
        "one picture that is drawn to be looked at changes no result",
        {
            "a.py": TRAIN + "import random\nimport numpy as np\nimport matplotlib.pyplot as plt\n\n\ndef look(rows):\n"
            "    plt.imshow(rows[random.randrange(len(rows))])\n    plt.imshow(rows[np.random.randint(len(rows))])\n"
        },
    ),
    Trap(
        "REP202",
        "for",
        "settings that are passed on may hold a state, or may not",
        {
            "a.py": "from sklearn.ensemble import RandomForestClassifier\n"
            + "RandomForestClassifier(**settings).fit(X, y)\n" * 3
        },
    ),
    Trap(
        "REP104",
        "against",
        "an image of a framework and a package that depends on another bring what is imported",
        {
            "a.py": "import torch\nimport torchvision\nimport yaml\nimport pandas\n",
            "requirements.txt": "torch\npyaml\npandas\n",
            "Dockerfile": "FROM nvcr.io/nvidia/pytorch:22.11-py3\nCMD python a.py\n",
        },
    ),
    Trap(
        "REP302",
        "for",
        "a file of YAML that holds rows is no setting",
        {"a.py": TRAIN + "import yaml\n\nwith open('backlog.yml') as f:\n    rows = yaml.safe_load(f)\n"},
    ),
    Trap(
        "DEP102",
        "for",
        "to catch whatever goes wrong is no look at the input",
        {
            "a.py": TRAIN,
            "app.py": _SERVICE + "    try:\n        return jsonify(model.predict(request.json['rows']).tolist())\n"
            "    except Exception:\n        return jsonify(None)\n",
        },
    ),
    Trap(
        "DEP102",
        "against",
        "a route that catches what goes wrong is not without any care",
        {
            "a.py": TRAIN,
            "app.py": _SERVICE + "    try:\n        return jsonify(model.predict(request.json['rows']).tolist())\n"
            "    except Exception:\n        return jsonify(None)\n",
        },
    ),
    Trap(
        "DEP104",
        "against",
        "a helper that is given the text of an error may give its code too",
        {
            "a.py": TRAIN,
            "app.py": _SERVICE + "    try:\n        return model.predict(request.json)\n"
            "    except ValueError as error:\n        return failure('BAD', str(error), 422)\n",
        },
    ),
    Trap(
        "DEP106",
        "for",
        "the time that an installer or another server may take bounds no request",
        {
            "a.py": TRAIN,
            "app.py": _SERVICE + "    return model.predict(request.json)\n",
            "compose.yml": "services:\n  tracking:\n    command: mlflow server --uvicorn-opts"
            " '--timeout-keep-alive 300'\n",
            "deploy.yml": "jobs:\n  x:\n    run: kubectl rollout status app --timeout=10m\n",
            "addons.yml": "image: k8s.gcr.io/autoscaling/cluster-autoscaler:v1\n",
        },
    ),
    Trap(
        "DEP107",
        "for",
        "a program that loads a model and never asks it",
        {
            "predict.py": "import argparse\nimport joblib\n\nargs = argparse.ArgumentParser().parse_args()\n"
            "print(joblib.load('m.joblib'))\n",
            "a.py": TRAIN,
        },
    ),
    Trap(
        "DEP108",
        "for",
        "a model that is only compiled to run faster is not exported",
        {"a.py": TRAIN + "import torch\nnet = torch.jit.script(net)\n"},
    ),
    Trap(
        "DEP121",
        "for",
        "an image of one's own by `latest` has no version",
        {"Dockerfile": "FROM python:3.12\n", "more/Dockerfile": "FROM mine:latest\n"},
    ),
    Trap(
        "MLO106",
        "for",
        "to take back what was written to a database releases no model",
        {"a.py": TRAIN + "\n\ndef rollback_unit_of_work(session):\n    session.rollback()\n"},
    ),
    Trap(
        "MLO104",
        "for",
        "workflows that run other tests than those which fit",
        {
            "a.py": TRAIN,
            "tests/test_fit.py": "def test_fit():\n    assert model.fit(X, y)\n",
            ".github/workflows/ci.yml": "on: [push]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: pytest tests/test_schema.py\n",
        },
    ),
    Trap(
        "MLO116",
        "for",
        "a template that a program fills in is no card of a model",
        {
            "a.py": TRAIN,
            "src/model_card_template.md": "# Model card\n\n## Uses\n\n"
            + "words " * 20
            + "\n\n## Bias\n\n"
            + "so " * 20,
        },
    ),
    Trap(
        "COM102",
        "against",
        "a README that a tool wrote into its folder is not the project's",
        {"a.py": TRAIN, "migrations/README": "Generic configuration.\n"},
    ),
    Trap(
        "COM103",
        "for",
        "common problems, and the overview of one part, are not what the work is about",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n## Problemas comunes\n\n" + "La memoria no alcanza para los datos. " * 9,
            "app/search/README.md": "# Search\n\n## Overview\n\n"
            + "The page shows ten rows at once and then asks. " * 9,
        },
    ),
    Trap(
        "HND104",
        "for",
        "a model that a training wrote into a folder is not fetched from anywhere",
        {"a.py": TRAIN + "from transformers import AutoModel\nAutoModel.from_pretrained(checkpoint_path)\n"},
    ),
    Trap(
        "HND109",
        "for",
        "what is planned is no guide",
        {
            "a.py": TRAIN,
            "docs/guide.md": "# Plans\n\n## Phase 4: Model Serving\n\n" + "- to be done later by somebody\n" * 9,
        },
    ),
    Trap(
        "REP303",
        "for",
        "the page of a book, a form to fill in and the curve of a training tell not where data come from",
        {
            "a.py": TRAIN,
            "catboost_info/learn_error.tsv": "a\tb\n" + "1\t2\n" * 100,
            "forms/template_rows.csv": "a,b\n" + "1,2\n" * 100,
            "README.md": "# X\n\nLive with data:\n- https://example.org/books/work-with-data, the page of the book\n",
        },
    ),
    Trap(
        "REP203",
        "for",
        "what starts a worker may do anything but seed",
        {"a.py": "import torch\ntorch.utils.data.DataLoader(rows, worker_init_fn=open_files)\nloss.backward()\n"},
    ),
    Trap(
        "REP206",
        "against",
        "a folder that is run as a program is a command of the project's own",
        {
            "scripts/__main__.py": TRAIN,
            "README.md": "# X\n\n## Results\n\n| model | F1 |\n|---|---|\n| a | 0.91 |\n| b | 0.87 |\n| c | 0.83 |\n\n"
            "```\npython scripts train\n```\n",
        },
    ),
    Trap(
        "REP104",
        "against",
        "an old name of a library brought the framework along",
        {
            "a.py": "import torch\nfrom tqdm import tqdm\nimport numpy\n",
            "requirements.txt": "pytorch-transformers\nnumpy\n",
        },
    ),
    Trap(
        "MLO111",
        "for",
        "to ask whether something was sent before checks no download",
        {"a.py": TRAIN + "has_been_submitted(table, check_hash=True)\n"},
    ),
    Trap(
        "MLO106",
        "for",
        "a function that only copies what is staged compares nothing",
        {"a.py": TRAIN + "\n\ndef promote_staging(name: str) -> Path:\n    return copy(STAGING, name)\n"},
    ),
    Trap(
        "COM103",
        "for",
        "the limits of a tool, a list of contents, and the card of somebody's model name no limits of the work",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n- [card](MODEL.md): metrics, fairness, limitations\n",
            "docs/proxy.md": "# Proxy\n\n## Important: Prometheus Limitation\n\nIt reads no variables of the"
            " environment.\n",
            "models/bert/README.md": "---\nlanguage: en\nlicense: mit\n---\n# BERT\n\n## Limitations and"
            " bias\n\nMany words.\n",
        },
    ),
    Trap(
        "COM102",
        "for",
        "a button that opens an editor is no picture",
        {"a.py": TRAIN, "README.md": "# X\n\nWords.\n\nMore.\n\n<img src='https://example.org/open%20in%20it.svg'>\n"},
    ),
    Trap(
        "HND107",
        "for",
        "the design of security is no policy on whom to tell",
        {"a.py": TRAIN, "docs/architecture/security.md": "# Security\n\n" + "Tokens are signed and kept. " * 12},
    ),
    Trap(
        "HND108",
        "for",
        "the plan of an experiment is no guide to own data",
        {
            "a.py": TRAIN,
            "docs/ExperimentAnalysis.md": "# E\n\n## Fine-tune the baseline\n\n"
            + "Train with the best data of the last run. " * 9,
        },
    ),
    Trap(
        "REP303",
        "for",
        "a program that an image installs fetches no data",
        {
            "a.py": TRAIN,
            "data/Dockerfile": "FROM python:3.12\nRUN apt-get install -y \\\n    curl \\\n    git # https://x.org\n",
        },
    ),
    Trap(
        "REP304",
        "for",
        "the checksum of a tool fixes no data",
        {"a.py": TRAIN, "scripts/tool.sha256": "5bc4" * 16 + "  tool_8.21_linux_x64.tar.gz\n"},
    ),
    Trap(
        "MLO104",
        "for",
        "to list the tests runs none",
        {
            "a.py": TRAIN,
            "tests/test_fit.py": "def test_fit():\n    assert model.fit(X, y)\n",
            ".github/workflows/ci.yml": "on: [push]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: pytest --collect-only -v\n",
        },
    ),
    Trap(
        "MLO111",
        "for",
        "a row of a database that keeps a hash is no checked download",
        {"a.py": TRAIN + "row = Dataset(file_hash=digest)\nfind_row(file_hash=digest)\n"},
    ),
    Trap(
        "MLO114",
        "for",
        "a setting that is named for drift looks for none",
        {"a.py": TRAIN + "\n\ndef drift_window_days():\n    return 7\n"},
    ),
    Trap(
        "HND101",
        "for",
        "the commands of another repository that was put into this one are not its own",
        {
            "a.py": TRAIN,
            "bert_repo/README.md": "# BERT\n\n```\npython train.py --epochs 3\n```\n",
            "bert_repo/LICENSE": "Apache",
            "bert_repo/CONTRIBUTING.md": "Sign the agreement.",
        },
    ),
    Trap(
        "REP303",
        "against",
        "a README in another language tells of the data too",
        {
            "a.py": TRAIN + "import pandas as pd\npd.read_csv('x.csv')\n",
            "README.md": "# X\n\n数据集: https://pan.baidu.com/s/1\n",
        },
    ),
    Trap(
        "REP303",
        "for",
        "a cache that avoids downloads of data tells of no place",
        {"a.py": TRAIN, "README.md": "# X\n\nSearches the data cache, to reduce duplicate downloads.\n"},
    ),
    Trap(
        "REP104",
        "against",
        "a client of a service brings what it asks with",
        {"a.py": "import requests\nimport numpy\n", "requirements.txt": "google-api-python-client\nnumpy\n"},
    ),
)
