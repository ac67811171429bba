"""Traps around the code: texts, data, settings, deployment."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap
from tests.support import notebook

_DEFINES = "\n\n".join(
    f'def step_{i}(rows):\n    """Keep rows."""\n    kept = [r for r in rows if r > {i}]\n'
    f"    total = sum(kept)\n    return total / {i + 1}"
    for i in range(8)
)

AROUND = (
    Trap(
        "COM104",
        "for",
        "prompts for a language model are no documentation",
        {
            "main.py": _DEFINES,
            "README.md": "# Agent\n",
            "app/prompts/planner.md": "# Planner\n\n" + "You are the planner of the agent. " * 30,
        },
    ),
    Trap(
        "REP104",
        "against",
        "a declared distribution of a family brings the family's package",
        {
            "a.py": "import numpy\nimport pandas\nfrom opentelemetry import trace\n",
            "requirements.txt": "numpy\npandas\nopentelemetry-sdk\n",
        },
    ),
    Trap(
        "REP301",
        "unknown",
        "a key called content is no path of a platform",
        {"a.py": "import os\n\nroot = os.environ.get('ROOT', '/content/drive/x')\nrow = {'content': 'x', 'n': 1}\n"},
    ),
    Trap(
        "SAF105",
        "against",
        "marks that were made before stand for parameters",
        {
            "a.py": "def f(cur, ids):\n    marks = ','.join('?' * len(ids))\n"
            "    cur.execute(f'SELECT a FROM t WHERE id IN ({marks})', ids)\n"
        },
    ),
    Trap(
        "REP205",
        "for",
        "scores of customers are no metrics of a model",
        {
            "a.py": "def keep(data_scores, path):\n    data_scores.to_csv(path + '_scores.csv')\n",
            "train.py": TRAIN,
        },
    ),
    Trap(
        "HND109",
        "for",
        "troubleshooting without a word on how to operate it",
        {"train.py": TRAIN, "README.md": "# X\n\n## Troubleshooting\n\n" + "Check the settings of the notebook. " * 9},
    ),
    Trap(
        "BUS101",
        "for",
        "the price at which to sell is no gain from predictions",
        {
            "a.py": TRAIN
            + "\n\ndef f(price, threshold):\n    take_profit_price = price * (1 + threshold / 100)\n"
            + "    return take_profit_price\n"
        },
    ),
    Trap(
        "COM102",
        "against",
        "figures kept beside the code tell what came out",
        {"train.py": TRAIN, "README.md": "# Net\n\nTrains a network.\n", "plots/loss_curve.png": "x"},
    ),
    Trap(
        "MLO107",
        "against",
        "folds are numbered, not old",
        {f"kmeans_fold_{i}.joblib": "x" for i in range(5)} | {"train.py": TRAIN},
    ),
    Trap(
        "REP104",
        "against",
        "a name that no library has may be a module that was not committed",
        {
            "a.py": "import numpy\nimport pandas\nimport file_constants as cons\n",
            "requirements.txt": "numpy\npandas\n",
        },
    ),
    Trap(
        "REP106",
        "against",
        "an environment that is made with a version of Python states it",
        {
            "a.py": "import numpy\nimport pandas\n" + "x = 1\n" * 250,
            "requirements.txt": "numpy\npandas\n",
            "env/kaggle.sh": "conda create --name kaggle python=3.6 --yes\n",
        },
    ),
    Trap(
        "REP301",
        "against",
        "a place inside a container, and what a tracker recorded of a run",
        {
            "docker-compose.yml": 'services:\n  a:\n    volumes:\n      - "${PWD}/mlflow:/home/ada/mlflow/"\n',
            "wandb/run-1/files/wandb-metadata.json": '{"root": "/home/ada/toxic"}\n',
            "a.py": TRAIN,
        },
    ),
    Trap(
        "BUS104",
        "for",
        "a hoped-for effect is not measured",
        {"train.py": TRAIN, "README.md": "# X\n\nExpected net impact: +$16k profit per month after action cost.\n"},
    ),
    Trap(
        "HND109",
        "for",
        "a file called deploy in a heading is no guide",
        {
            "train.py": TRAIN,
            "README.md": "# X\n\n## What `deploy.py` keeps\n\n" + "It keeps the number of the run. " * 9,
        },
    ),
    Trap(
        "HND101",
        "for",
        "making the training data trains nothing",
        {"train.py": TRAIN, "README.md": "# X\n\n```bash\npython -m run.preprocess phase=train\n```\n"},
    ),
    Trap(
        "HND110",
        "for",
        "an empty submission is no sample of the input",
        {"train.py": TRAIN, "data/sample_submission.csv": "id,y\n" + "1,0\n" * 40},
    ),
    Trap(
        "MLO102",
        "for",
        "a model that is logged under no name has no version",
        {"train.py": "import mlflow\n" + TRAIN + "mlflow.sklearn.log_model(model, artifact_path='churn')\n"},
    ),
    Trap(
        "MLO111",
        "for",
        "the main branch is no revision",
        {
            "train.py": TRAIN + "from huggingface_hub import hf_hub_download\n\n\ndef f(name, revision='main'):\n"
            "    return hf_hub_download(repo_id=name, filename='x', revision=revision)\n"
        },
    ),
    Trap(
        "REP204",
        "for",
        "what a tool wrote about its run sets no seed",
        {"train.py": TRAIN, "AutoML_1/3_Forest/framework.json": '{\n "seed": 1241\n}\n'},
    ),
    Trap(
        "DEP106",
        "for",
        "the patience of a health check bounds no request",
        {
            "app.py": "import joblib\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n"
            "model = joblib.load('m')\n\n\nclass Row(BaseModel):\n    x: float\n\n\n@app.post('/predict')\n"
            "def predict(row: Row):\n    return {'y': float(model.predict([[row.x]])[0])}\n",
            "train.py": TRAIN,
            "Dockerfile": "FROM python:3.12\nHEALTHCHECK --interval=30s --timeout=5s CMD curl -f http://localhost\n",
        },
    ),
    Trap("DEP121", "for", "`alpine` is no version", {"app.py": TRAIN, "Dockerfile": "FROM nginx:alpine\nCOPY . .\n"}),
    Trap(
        "REP201",
        "against",
        "a picture that a server shows by chance changes no result",
        {"server.py": "import random\n\n\ndef show(images):\n    return random.choice(images)\n", "train.py": TRAIN},
    ),
    Trap(
        "COM102",
        "for",
        "a table of columns and types shows no results",
        {
            "train.py": TRAIN,
            "README.md": "# X\n\n| column | type | range |\n|---|---|---|\n"
            + "| charges | NUMERIC(10.2) | from 18.25 to 118.75 |\n" * 3,
        },
    ),
    Trap(
        "HND109",
        "for",
        "a decision about deployment is no guide to it",
        {
            "train.py": TRAIN,
            "README.md": "# X\n",
            "docs/open.md": "# Open\n\n## Deployment to the cloud\n\n" + "We wait with it until a team needs it. " * 9,
        },
    ),
    Trap(
        "REP205",
        "for",
        "steps and settings are no metrics",
        {"train.py": TRAIN + "import wandb\nwandb.log({'Executed tasks': steps})\nwandb.log(params=params)\n"},
    ),
    Trap(
        "REP303",
        "against",
        "code that names the address of the file says where it comes from",
        {
            "train.ipynb": notebook("import pandas as pd\ndf = pd.read_parquet('data/trips.parquet')", TRAIN),
            "batch.py": "def run(read, year):\n    return read(f'https://example.org/trips_{year}.parquet')\n",
        },
    ),
    Trap(
        "DEP124",
        "against",
        "a value that repeats the name of its variable is a placeholder",
        {"Dockerfile": "FROM python:3.12\nENV API_INTERNAL_SECRET_KEY=internal_secret_key\n"},
    ),
    Trap(
        "DEP101",
        "for",
        "a helper that loads a model inside the route may load it at each request",
        {
            "app.py": "from flask import Flask, request\nfrom helpers import load_model_from_run\n\n"
            "app = Flask(__name__)\n\n\n@app.route('/predict', methods=['POST'])\ndef predict():\n"
            "    model = load_model_from_run(request.form['run'])\n"
            "    return str(model.predict([request.json]))\n",
            "train.py": TRAIN,
        },
    ),
    Trap(
        "MLO114",
        "for",
        "fetching what was measured computes no drift",
        {"train.py": TRAIN, "a.py": "def get_latest_drift(engine):\n    return engine.read('drift')\n"},
    ),
    Trap(
        "MLO106",
        "for",
        "a command in a comment releases nothing",
        {"train.py": TRAIN, "k8s/app.yaml": "kind: Deployment\n# after a failure: kubectl rollout undo deploy/app\n"},
    ),
    Trap(
        "MLO102",
        "for",
        "data kept as an artefact are no model",
        {"train.py": TRAIN + "import wandb\nrun = wandb.init()\nart = run.use_artifact('prices:v3', type='dataset')\n"},
    ),
    Trap(
        "REP301",
        "against",
        "a report that a program wrote is no setting",
        {"train.py": TRAIN, "audit/final_report.json": '{"path": "/home/anna/data/train.csv"}'},
    ),
    Trap(
        "BUS104",
        "for",
        "a numbered heading is no figure of an A/B test",
        {"train.py": TRAIN, "README.md": "# Churn\n\n5. **Model A/B Testing:** route some requests to either.\n"},
    ),
    Trap(
        "SAF101",
        "against",
        "the name of a key in a presigned address is no secret",
        {
            "train.py": TRAIN,
            "notes.txt": "https://x.s3.amazonaws.com/a.png?X-Amz-Credential=ASIA"
            + "QWERTYUIOPASDFGH"
            + "%2F20250101\n",
        },
    ),
    Trap(
        "REP104",
        "against",
        "the image brings the library",
        {
            "requirements.txt": "pandas\nnumpy\nscikit-learn\nxgboost\n",
            "docker/Dockerfile": "FROM apache/airflow:2.10.3\nCOPY dags dags\n",
            "dags/train.py": "import numpy\nimport pandas\nimport pendulum\nimport xgboost\nfrom airflow import DAG\n"
            + TRAIN,
        },
    ),
    Trap(
        "REP303",
        "for",
        "the table of trials of an experiment is no data",
        {
            "train.py": "import pandas as pd\nX = pd.read_csv('x.csv')\n" + TRAIN,
            "experiments/trials_rmse.csv": "trial,rmse\n" + "1,0.5\n" * 60,
        },
    ),
    Trap(
        "REP205",
        "for",
        "tracking that is switched off keeps nothing",
        {"train.py": "import mlflow\nmlflow.autolog(disable=True)\n" + TRAIN},
    ),
    Trap(
        "HND110",
        "for",
        "what is told of a model is no sample of its input",
        {
            "train.py": TRAIN,
            "artifacts/sample_metadata.json": '{"model": "churn", "features": ["age", "place", "sum"]}' * 3,
        },
    ),
    Trap(
        "DEP106",
        "for",
        "how long an installation may take bounds no service",
        {
            "train.py": TRAIN,
            "Dockerfile": 'FROM python:3.12-slim\nENV PIP_DEFAULT_TIMEOUT=300\nCMD ["python", "app.py"]\n',
            "app.py": "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n\n\n"
            "@app.post('/predict')\ndef predict(row: dict):\n    return model.predict([row])\n",
        },
    ),
    Trap(
        "MLO104",
        "for",
        "a comment with a picture of the data trains nothing",
        {
            "train.py": TRAIN,
            ".github/workflows/data.yml": "on: pull_request\njobs:\n  data:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: cml comment create report.md\n",
        },
    ),
    Trap(
        "REP205",
        "for",
        "predictions are no metrics",
        {"train.py": TRAIN + "batch_predicted_result.to_csv('bias-predict-result.csv')\n"},
    ),
    Trap(
        "REP303",
        "for",
        "a list of stop words is not the data",
        {
            "train.py": "import nltk\nimport pandas as pd\nnltk.download('stopwords')\nX = pd.read_csv('x.csv')\n"
            + TRAIN
        },
    ),
    Trap(
        "BUS103",
        "for",
        "an entry of a diary states no goal",
        {
            "train.py": TRAIN,
            "docs/diary.md": "# Diary\n\n## 2026-05-06 \u2014 Stage-2 decay of the agents: a problem statement\n\n"
            "The agents lose money over time in the second stage, and we see that the decay that reduces the target"
            " changes too fast when the number of agents and their cost grow beyond what was tried before.\n",
        },
    ),
    Trap(
        "BUS104",
        "for",
        "what customers pay on average is no effect",
        {"train.py": TRAIN, "README.md": "# Churn\n\n| Average Revenue | $64.76/month | Revenue per customer |\n"},
    ),
    Trap(
        "COM102",
        "for",
        "a table of versions shows no result",
        {
            "train.py": TRAIN,
            "README.md": "# Churn\n\n| Component | Version |\n|---|---|\n| Python | 3.11 |\n| pandas | 2.2 |\n",
        },
    ),
    Trap(
        "BUS103",
        "for",
        "a list of papers with some words on motivation states no goal",
        {
            "train.py": TRAIN,
            "references/order.md": "# Papers\n\n## Level 2: applied churn papers (light math, motivation)\n\n"
            "Customers leave without a word, and managers would like to save the cost of reaching all; these papers"
            " tell how a company can reduce churn, and read well after those of the level before this one.\n",
        },
    ),
    Trap(
        "REP105",
        "against",
        "a lock is meant to name more than what is imported",
        {
            "train.py": TRAIN,
            "config/requirements-lock.txt": "".join(f"library{i}==1.{i}\n" for i in range(40)) + "scikit-learn==1.5\n",
        },
    ),
)
