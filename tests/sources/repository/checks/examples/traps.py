"""What looked like the case and was not: wrong findings on real repositories, in code of our own like theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.support import Files, notebook


@dataclass(frozen=True)
class Trap:
    """A repository on which a check must not speak with this polarity."""

    code: str
    polarity: Literal["for", "against", "unknown"]
    why: str
    files: Files


_TRAIN = "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression()\nmodel.fit(X, y)\n"
_DEFINES = "\n\n".join(
    f'def step_{i}(rows):\n    """Keep rows."""\n    kept = [r for r in rows if r > {i}]\n'
    f"    total = sum(kept)\n    return total / {i + 1}"
    for i in range(8)
)
_OWN = "\n".join(
    f"def only_{{name}}_{i}(a, b):\n    return a * {i} + b - {i + 2} + the_same_for_all(b)\n" for i in range(60)
)
_TOLD = '    """Classify.\n' + "\n".join(f"    option_{i} : a number, by default {i} units of it" for i in range(60))
_NAMES = (
    "from toolbox.tables import (\n"
    + "\n".join(f"    describe_columns_{i} as describe_{i}," for i in range(60))
    + "\n)\n"
)


def _four(head: str) -> Files:
    """Four files with code of their own below the same beginning."""
    return {f"{n}.py": head.format(name=n) + _OWN.format(name=n) for n in ("a", "b", "c", "d")}


TRAPS = (
    Trap(
        "CRF401",
        "for",
        "a download or a table at import is work",
        {
            "pkg/a.py": f"import nltk\nnltk.download('stopwords')\n{_DEFINES}",
            "pkg/b.py": f"import pandas as pd\nTABLE = pd.read_csv('table.csv')\n{_DEFINES}",
        },
    ),
    Trap(
        "CRF402",
        "against",
        "the same docstring is no copied code",
        _four(f'def {{name}}(table):\n{_TOLD}\n    """\n    return table\n\n\n'),
    ),
    Trap("CRF402", "against", "the same names in the brackets of an import are no copied code", _four(_NAMES)),
    Trap(
        "SCL104",
        "for",
        "a map of two hundred numbers is no large data",
        {"play.py": "import numpy as np\nboard = np.memmap('b', dtype=np.int8, mode='w+', shape=(20, 10))\n" + _TRAIN},
    ),
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
        "STA101",
        "for",
        "a function that loads a baseline's file compares nothing",
        {"a.py": _TRAIN + "\n\ndef load_baseline(path):\n    return open(path).read()\n"},
    ),
    Trap(
        "REP205",
        "for",
        "scores of customers are no metrics of a model",
        {
            "a.py": "def keep(data_scores, path):\n    data_scores.to_csv(path + '_scores.csv')\n",
            "train.py": _TRAIN,
        },
    ),
    Trap(
        "HND109",
        "for",
        "troubleshooting without a word on how to operate it",
        {"train.py": _TRAIN, "README.md": "# X\n\n## Troubleshooting\n\n" + "Check the settings of the notebook. " * 9},
    ),
    Trap(
        "ROB102",
        "for",
        "a test that finds no missing values tries none",
        {"a.py": _TRAIN, "tests/test_a.py": "def test_no_nans_in_features(table):\n    assert table.sum() > 0\n"},
    ),
    Trap(
        "SCL101",
        "against",
        "rows that are printed, a handful of them, and pairs of columns",
        {
            "a.py": "import pandas as pd\n\n\ndef show(df, corr):\n    for _, row in df.iterrows():\n"
            "        print(row.a)\n    for _, row in df.head(10).iterrows():\n        keep(row)\n"
            "    for i in range(len(corr.columns)):\n        use(corr.iloc[i, 0])\n"
        },
    ),
    Trap(
        "STA102",
        "for",
        "what is only predicted is not judged",
        {"a.py": _TRAIN + "out = model.predict(X_test)\nout.tofile('submission.csv')\n"},
    ),
    Trap(
        "STA102",
        "against",
        "a score called the training's, in a project that holds out elsewhere",
        {
            "train.py": "from sklearn.metrics import accuracy_score\n"
            + _TRAIN.replace("(X, y)", "(X_train, y_train)")
            + "fitted = model.predict(X_train)\ntrain_accuracy = accuracy_score(y_train, fitted)\n",
            "judge.py": "from sklearn.model_selection import train_test_split\na, b = train_test_split(rows)\n",
        },
    ),
    Trap(
        "STA105",
        "against",
        "another file looks closer than at accuracy",
        {
            "train.py": "from sklearn.metrics import accuracy_score\nfrom sklearn.svm import SVC\n"
            "m = SVC(class_weight='balanced').fit(X, y)\nprint(accuracy_score(y, m.predict(X)))\n",
            "judge.py": "from sklearn.metrics import f1_score\nprint(f1_score(y_test, predicted))\n",
        },
    ),
    Trap(
        "BUS101",
        "for",
        "the price at which to sell is no gain from predictions",
        {
            "a.py": _TRAIN
            + "\n\ndef f(price, threshold):\n    take_profit_price = price * (1 + threshold / 100)\n"
            + "    return take_profit_price\n"
        },
    ),
    Trap(
        "COM102",
        "against",
        "figures kept beside the code tell what came out",
        {"train.py": _TRAIN, "README.md": "# Net\n\nTrains a network.\n", "plots/loss_curve.png": "x"},
    ),
    Trap(
        "CRF101",
        "against",
        "a page in a string is no logic",
        {
            "a.py": _DEFINES,
            "b.py": 'def page(rows):\n    return f"""\n' + "<p>a line of the page</p>\n" * 200 + '"""\n',
        },
    ),
    Trap(
        "MLO107",
        "against",
        "folds are numbered, not old",
        {f"kmeans_fold_{i}.joblib": "x" for i in range(5)} | {"train.py": _TRAIN},
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
            "a.py": _TRAIN,
        },
    ),
    Trap(
        "WRA110",
        "against",
        "a query that reads a file fetches no table",
        {
            "a.py": "import duckdb\nfor p in paths:\n    duckdb.sql(f\"SELECT * FROM read_csv_auto('{p}')\")\n"
            "duckdb.sql(\"SELECT * FROM read_parquet('x.parquet')\")\n"
        },
    ),
    Trap(
        "CRF305",
        "for",
        "a program in a folder of tests is no test",
        {
            "a.py": _DEFINES,
            ".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            "      - run: python tests/fixtures/make_rows.py\n",
        },
    ),
    Trap(
        "BUS104",
        "for",
        "a hoped-for effect is not measured",
        {"train.py": _TRAIN, "README.md": "# X\n\nExpected net impact: +$16k profit per month after action cost.\n"},
    ),
    Trap(
        "HND109",
        "for",
        "a file called deploy in a heading is no guide",
        {
            "train.py": _TRAIN,
            "README.md": "# X\n\n## What `deploy.py` keeps\n\n" + "It keeps the number of the run. " * 9,
        },
    ),
    Trap(
        "HND101",
        "for",
        "making the training data trains nothing",
        {"train.py": _TRAIN, "README.md": "# X\n\n```bash\npython -m run.preprocess phase=train\n```\n"},
    ),
    Trap(
        "HND110",
        "for",
        "an empty submission is no sample of the input",
        {"train.py": _TRAIN, "data/sample_submission.csv": "id,y\n" + "1,0\n" * 40},
    ),
    Trap(
        "MLO102",
        "for",
        "a model that is logged under no name has no version",
        {"train.py": "import mlflow\n" + _TRAIN + "mlflow.sklearn.log_model(model, artifact_path='churn')\n"},
    ),
    Trap(
        "MLO111",
        "for",
        "the main branch is no revision",
        {
            "train.py": _TRAIN + "from huggingface_hub import hf_hub_download\n\n\ndef f(name, revision='main'):\n"
            "    return hf_hub_download(repo_id=name, filename='x', revision=revision)\n"
        },
    ),
    Trap(
        "PYT112",
        "for",
        "a session that is handed out once is no flow of data",
        {
            f"deps{i}.py": "async def get_session():\n    async with factory() as session:\n        yield session\n"
            for i in range(3)
        },
    ),
    Trap(
        "REP204",
        "for",
        "what a tool wrote about its run sets no seed",
        {"train.py": _TRAIN, "AutoML_1/3_Forest/framework.json": '{\n "seed": 1241\n}\n'},
    ),
    Trap(
        "SCL104",
        "for",
        "cutting up what is in memory bounds nothing",
        {
            "train.py": _TRAIN
            + "\n\ndef batches(data, n):\n    for i in range(0, len(data), n):\n        yield data[i : i + n]\n"
        },
    ),
    Trap(
        "STA101",
        "for",
        "a table of methods and versions shows no results",
        {
            "train.py": _TRAIN,
            "README.md": "# X\n\n| model | kind | backend |\n|---|---|---|\n"
            + "| NCF | pure | needs TensorFlow 1.15 or later |\n" * 5,
        },
    ),
    Trap(
        "FRW105",
        "for",
        "weights put together on the spot were not saved",
        {"net.py": "import torch\n\n\ndef f(net, w):\n    net.load_state_dict({'weight': w})\n    w.backward()\n"},
    ),
    Trap(
        "DEP106",
        "for",
        "the patience of a health check bounds no request",
        {
            "app.py": "import joblib\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n"
            "model = joblib.load('m')\n\n\nclass Row(BaseModel):\n    x: float\n\n\n@app.post('/predict')\n"
            "def predict(row: Row):\n    return {'y': float(model.predict([[row.x]])[0])}\n",
            "train.py": _TRAIN,
            "Dockerfile": "FROM python:3.12\nHEALTHCHECK --interval=30s --timeout=5s CMD curl -f http://localhost\n",
        },
    ),
    Trap("DEP121", "for", "`alpine` is no version", {"app.py": _TRAIN, "Dockerfile": "FROM nginx:alpine\nCOPY . .\n"}),
    Trap(
        "REP201",
        "against",
        "a picture that a server shows by chance changes no result",
        {"server.py": "import random\n\n\ndef show(images):\n    return random.choice(images)\n", "train.py": _TRAIN},
    ),
    Trap(
        "FRW109",
        "for",
        "the sampler of a search draws no batches",
        {"a.py": _TRAIN + "import optuna\nstudy = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))\n"},
    ),
    Trap(
        "COM102",
        "for",
        "a table of columns and types shows no results",
        {
            "train.py": _TRAIN,
            "README.md": "# X\n\n| column | type | range |\n|---|---|---|\n"
            + "| charges | NUMERIC(10.2) | from 18.25 to 118.75 |\n" * 3,
        },
    ),
    Trap(
        "HND109",
        "for",
        "a decision about deployment is no guide to it",
        {
            "train.py": _TRAIN,
            "README.md": "# X\n",
            "docs/open.md": "# Open\n\n## Deployment to the cloud\n\n" + "We wait with it until a team needs it. " * 9,
        },
    ),
    Trap(
        "REP205",
        "for",
        "steps and settings are no metrics",
        {"train.py": _TRAIN + "import wandb\nwandb.log({'Executed tasks': steps})\nwandb.log(params=params)\n"},
    ),
    Trap(
        "REP303",
        "against",
        "code that names the address of the file says where it comes from",
        {
            "train.ipynb": notebook("import pandas as pd\ndf = pd.read_parquet('data/trips.parquet')", _TRAIN),
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
            "train.py": _TRAIN,
        },
    ),
    Trap(
        "MLO114",
        "for",
        "fetching what was measured computes no drift",
        {"train.py": _TRAIN, "a.py": "def get_latest_drift(engine):\n    return engine.read('drift')\n"},
    ),
    Trap(
        "MLO106",
        "for",
        "a command in a comment releases nothing",
        {"train.py": _TRAIN, "k8s/app.yaml": "kind: Deployment\n# after a failure: kubectl rollout undo deploy/app\n"},
    ),
    Trap(
        "MLO102",
        "for",
        "data kept as an artefact are no model",
        {
            "train.py": _TRAIN
            + "import wandb\nrun = wandb.init()\nart = run.use_artifact('prices:v3', type='dataset')\n"
        },
    ),
    Trap(
        "LEK102",
        "against",
        "what a player expects of its next moves is no score",
        {
            "dqn.py": "import gym\nimport numpy as np\nfrom keras.models import Sequential\n\n\n"
            "def replay(batch):\n    model = Sequential()\n    q = model.predict(batch)\n"
            "    model.fit(batch, np.max(q))\n    return np.max(model.predict(batch))\n"
        },
    ),
    Trap(
        "REP301",
        "against",
        "a report that a program wrote is no setting",
        {"train.py": _TRAIN, "audit/final_report.json": '{"path": "/home/anna/data/train.csv"}'},
    ),
    Trap(
        "BUS104",
        "for",
        "a numbered heading is no figure of an A/B test",
        {"train.py": _TRAIN, "README.md": "# Churn\n\n5. **Model A/B Testing:** route some requests to either.\n"},
    ),
    Trap(
        "STA106",
        "for",
        "the standard deviation of the inputs is no spread of results",
        {"train.py": _TRAIN, "README.md": "# Drift\n\nDistance of the scaled mean and standard deviation of inputs.\n"},
    ),
    Trap(
        "WRA102",
        "for",
        "a method of one's own is no method of a table",
        {
            "train.py": _TRAIN,
            "clean.py": "import pandas as pd\n\n\nclass Clean:\n    def run(self):\n        self.pivot()\n\n"
            "    def pivot(self):\n        return pd.DataFrame()\n",
        },
    ),
    Trap(
        "SAF101",
        "against",
        "the name of a key in a presigned address is no secret",
        {
            "train.py": _TRAIN,
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
            + _TRAIN,
        },
    ),
    Trap(
        "REP303",
        "for",
        "the table of trials of an experiment is no data",
        {
            "train.py": "import pandas as pd\nX = pd.read_csv('x.csv')\n" + _TRAIN,
            "experiments/trials_rmse.csv": "trial,rmse\n" + "1,0.5\n" * 60,
        },
    ),
    Trap(
        "REP205",
        "for",
        "tracking that is switched off keeps nothing",
        {"train.py": "import mlflow\nmlflow.autolog(disable=True)\n" + _TRAIN},
    ),
    Trap(
        "ROB108",
        "against",
        "one's own machine is no other service",
        {
            "train.py": _TRAIN,
            "try_it.py": "import requests\nprint(requests.post('http://localhost:9696/predict', json={}))\n",
        },
    ),
    Trap(
        "STA108",
        "against",
        "a number that nobody holds against a threshold is no test",
        {
            "train.py": _TRAIN,
            "compare.py": "from scipy import stats\n\nfor name in names:\n    r, p = stats.pearsonr(x[name], y)\n"
            "    rho, q = other(x[name])\n    if q < 0.05:\n        print(name, r)\n",
        },
    ),
    Trap(
        "HND110",
        "for",
        "what is told of a model is no sample of its input",
        {
            "train.py": _TRAIN,
            "artifacts/sample_metadata.json": '{"model": "churn", "features": ["age", "place", "sum"]}' * 3,
        },
    ),
    Trap(
        "STA106",
        "for",
        "the spread of the scores of single rows is none of a result",
        {"train.py": _TRAIN, "trace.py": "row = {'context_std': float(context_scores.std())}\n"},
    ),
    Trap(
        "DEP106",
        "for",
        "how long an installation may take bounds no service",
        {
            "train.py": _TRAIN,
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
            "train.py": _TRAIN,
            ".github/workflows/data.yml": "on: pull_request\njobs:\n  data:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: cml comment create report.md\n",
        },
    ),
    Trap(
        "REP205",
        "for",
        "predictions are no metrics",
        {"train.py": _TRAIN + "batch_predicted_result.to_csv('bias-predict-result.csv')\n"},
    ),
    Trap(
        "REP303",
        "for",
        "a list of stop words is not the data",
        {
            "train.py": "import nltk\nimport pandas as pd\nnltk.download('stopwords')\nX = pd.read_csv('x.csv')\n"
            + _TRAIN
        },
    ),
    Trap(
        "BUS103",
        "for",
        "an entry of a diary states no goal",
        {
            "train.py": _TRAIN,
            "docs/diary.md": "# Diary\n\n## 2026-05-06 \u2014 Stage-2 decay of the agents: a problem statement\n\n"
            "The agents lose money over time in the second stage, and we see that the decay that reduces the target"
            " changes too fast when the number of agents and their cost grow beyond what was tried before.\n",
        },
    ),
    Trap(
        "FRW108",
        "for",
        "whoever only seeds the card chooses no device",
        {
            "train.py": "import torch\nmodel = torch.nn.Linear(2, 1)\nif torch.cuda.is_available():\n"
            "    torch.cuda.manual_seed(3)\nmodel(x).sum().backward()\n"
        },
    ),
    Trap(
        "BUS104",
        "for",
        "what customers pay on average is no effect",
        {"train.py": _TRAIN, "README.md": "# Churn\n\n| Average Revenue | $64.76/month | Revenue per customer |\n"},
    ),
    Trap(
        "COM102",
        "for",
        "a table of versions shows no result",
        {
            "train.py": _TRAIN,
            "README.md": "# Churn\n\n| Component | Version |\n|---|---|\n| Python | 3.11 |\n| pandas | 2.2 |\n",
        },
    ),
)
