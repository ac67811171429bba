"""Examples for the checks of serving, images, MLOps and cloud."""

from tests.support import Example

_TRAIN = (
    "import joblib\nfrom sklearn.linear_model import LogisticRegression\n\n\n"
    "def train(x, y):\n    model = LogisticRegression()\n    model.fit(x, y)\n    return model\n"
)
_SLOW = """
import joblib
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    model = joblib.load("model.joblib")
    return jsonify(model.predict([request.json["x"]]).tolist())


if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)
"""
_GOOD = """
import os

import joblib
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
model = joblib.load(os.environ["MODEL"])


class Row(BaseModel):
    x: float


@app.get("/ready")
def ready():
    return {"ready": True}


@app.post("/predict")
def predict(row: Row):
    if row.x < 0:
        raise HTTPException(status_code=422, detail="x is negative")
    return {"y": float(model.predict([[row.x]])[0])}
"""
_MASKED = """
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    try:
        return jsonify(model.predict(request.json["x"]))
    except Exception as e:
        return jsonify({"error": str(e)})
"""
_BAD = {"app.py": _SLOW, "train.py": _TRAIN}
_FINE = {"app.py": _GOOD, "train.py": _TRAIN}
_LIBRARY = {"shop/model.py": _TRAIN, "README.md": "# Shop\n\nA library.\n"}
_COMMAND = """
import argparse

import joblib
import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--input")
args = parser.parse_args()
model = joblib.load("model.joblib")
rows = pd.read_csv(args.input)
rows["score"] = model.predict_proba(rows)[:, 1]
rows.to_csv("scores.csv")
"""
_EXPORT = (
    "import torch\nimport torch.nn as nn\n\ntorch.onnx.export(net, x, 'net.onnx')\ntorch.testing.assert_close(a, b)\n"
)
_CLIENT = """
from fastapi.testclient import TestClient
from app import app

client = TestClient(app)


def test_predict():
    assert client.post("/predict", json={"x": 1}).status_code == 200
"""
_IMAGE = """
FROM python:3.11-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN useradd app
USER app
EXPOSE 8000
CMD ["uvicorn", "app:app", "--workers", "2", "--limit-concurrency", "20"]
"""
_BAD_IMAGE = """
FROM python
ENV API_KEY=9f86d081884c7d659a2f
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8000
CMD ["python", "app.py"]
"""
_POD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: scorer}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: scorer
          image: registry.example.com/scorer:%s
%s
"""
_PROBES = """
          readinessProbe: {httpGet: {path: /ready, port: 8000}}
          resources: {limits: {memory: 1Gi, cpu: "1"}}
"""
_TRACKED = _TRAIN + "\nimport mlflow\n\nmlflow.log_params({'c': 1})\nmlflow.log_metric('auc', 0.8)\n"
_DVC = """
stages:
  prepare: {cmd: python prepare.py, deps: [raw.csv], outs: [data.csv]}
  train: {cmd: python train.py, deps: [data.csv], outs: [model.joblib]}
"""
_CI = "on: [push]\njobs:\n  train:\n    steps:\n      - run: python train.py --fast\n"
_CRON = "on:\n  schedule:\n    - cron: '0 3 * * 1'\njobs:\n  train:\n    steps:\n      - run: python train.py\n"
_GATE = _TRAIN + (
    "\nfrom mlflow.tracking import MlflowClient\n\n\ndef is_better(new, old):\n    return new > old\n\n\n"
    "def promote(client: MlflowClient):\n    client.transition_model_version_stage('churn', 3, 'Production')\n"
)
_CARD = """
# Model card

## Intended use

Ranks the customers that the retention team calls in the coming week; it is not meant for prices or credit at all.

## Training data

Contracts of private customers from 2019 to 2023, one row for each customer and month, labelled by cancellation.

## Evaluation

On the contracts of 2024 the area under the curve is 0.81, with a 95 % interval from 0.79 to 0.83 over customers.

## Limitations

Business customers and contracts of less than three months were left out, so the scores say nothing of them here.
"""
_S3 = """
import boto3
from botocore.exceptions import ClientError


def keys(bucket, prefix):
    s3 = boto3.client("s3")
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from page["Contents"]
        s3.upload_file("model.joblib", bucket, "model.joblib")
        s3.download_file(bucket, "a", "a")
    except ClientError as error:
        raise RuntimeError("storage failed") from error
"""
_BAD_S3 = """
import boto3

s3 = boto3.client("s3", aws_access_key_id="KQ4BQW3RTY5UIOP7ASD9", aws_secret_access_key="q8Zr1vLw0pXk3mNb5cVd")
for item in s3.list_objects_v2(Bucket="johns-ml-bucket-2")["Contents"]:
    s3.download_file("johns-ml-bucket-2", item["Key"], "x")
"""
_TF = """
variable "region" {}
resource "aws_s3_bucket" "artefacts" { bucket = var.bucket }
resource "aws_s3_bucket_lifecycle_configuration" "old" { bucket = aws_s3_bucket.artefacts.id }
resource "aws_iam_role" "train" {}
resource "aws_iam_policy" "train" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "x" }] })
}
resource "aws_sagemaker_model" "m" {}
"""
_WIDE = """
resource "aws_iam_policy" "all" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
"""

_RULES = "import pandera as pa\nrules = pa.DataFrameSchema({'a': pa.Column(int)})\n"

EXAMPLES = (
    Example("DEP101", against=_BAD, favourable=_FINE, quiet=_LIBRARY),
    Example("DEP102", against=_BAD, favourable=_FINE, quiet=_LIBRARY),
    Example("DEP103", favourable=_FINE, quiet=_BAD),
    Example("DEP104", against={"app.py": _MASKED, "train.py": _TRAIN}, favourable=_FINE, quiet=_FINE),
    Example("DEP105", against=_BAD, quiet=_BAD | {"Procfile": "web: gunicorn app:app\n"}),
    Example("DEP106", favourable=_FINE | {"Dockerfile": _IMAGE}, quiet=_LIBRARY),
    Example("DEP107", favourable={"predict.py": _COMMAND, "train.py": _TRAIN}, quiet=_LIBRARY),
    Example("DEP108", favourable={"export.py": _EXPORT}, quiet=_LIBRARY),
    Example("DEP109", favourable=_FINE | {"tests/test_app.py": _CLIENT}, quiet=_FINE),
    Example("DEP121", against={"Dockerfile": _BAD_IMAGE}, favourable={"Dockerfile": _IMAGE}, quiet=_LIBRARY),
    Example("DEP122", against={"Dockerfile": _BAD_IMAGE}, favourable={"Dockerfile": _IMAGE}, quiet=_LIBRARY),
    Example("DEP123", against={"Dockerfile": _BAD_IMAGE}, favourable={"Dockerfile": _IMAGE}, quiet=_LIBRARY),
    Example("DEP124", against={"Dockerfile": _BAD_IMAGE}, quiet={"Dockerfile": _IMAGE}),
    Example(
        "DEP125",
        against={"k8s/app.yaml": _POD % ("latest", "")},
        favourable={"k8s/app.yaml": _POD % ("1.4.2", _PROBES)},
        quiet={"k8s/app.yaml": _POD % ("1.4.2", "")},
    ),
    Example("MLO101", favourable={"train.py": _TRACKED}, quiet={"train.py": "import mlflow\n" + _TRAIN}),
    Example(
        "MLO102",
        favourable={"train.py": _TRAIN + "\nimport mlflow\nmlflow.register_model('runs:/1', 'churn')\n"},
        quiet=_LIBRARY,
    ),
    Example(
        "MLO103",
        against={"dvc.yaml": _DVC, "train.py": _TRAIN},
        favourable={"dvc.yaml": _DVC, "train.py": _TRAIN, "prepare.py": "print(1)\n"},
        quiet=_LIBRARY,
    ),
    Example("MLO104", favourable={".github/workflows/ci.yml": _CI, "train.py": _TRAIN}, quiet=_LIBRARY),
    Example("MLO105", favourable={".github/workflows/w.yml": _CRON, "train.py": _TRAIN}, quiet=_LIBRARY),
    Example("MLO106", favourable={"release.py": _GATE}, quiet=_LIBRARY),
    Example(
        "MLO107",
        against={"train.py": _TRAIN, "train_new.py": _TRAIN, "train_final.py": _TRAIN},
        quiet={"train.py": _TRAIN, "resnet.py": _TRAIN, "resnet_v2.py": _TRAIN},
    ),
    Example(
        "MLO111",
        favourable={"train.py": _TRAIN, "data/train.csv.dvc": "outs:\n- md5: a304afb96060aad90176268345e10355\n"},
        quiet=_LIBRARY,
    ),
    Example(
        "MLO112",
        favourable={
            "train.py": _TRAIN,
            "rules.py": _RULES,
        },
        quiet=_LIBRARY,
    ),
    Example(
        "MLO113",
        favourable={"train.py": _TRAIN + "\nimport feast\nstore = feast.FeatureStore('.')\n"},
        quiet={"feast/__init__.py": "", "train.py": _TRAIN + "\nimport feast\nfeast.FeatureStore('.')\n"},
    ),
    Example(
        "MLO114",
        favourable={"train.py": _TRAIN, "watch.py": "import evidently\nevidently.Report(metrics=[]).run(a, b)\n"},
        quiet=_LIBRARY,
    ),
    Example(
        "MLO115",
        favourable={
            "train.py": _TRAIN + "\nimport hydra\n\n\n@hydra.main(config_path='conf')\ndef main(cfg):\n    train(cfg)\n"
        },
        quiet=_LIBRARY,
    ),
    Example("MLO116", favourable={"train.py": _TRAIN, "MODEL_CARD.md": _CARD}, quiet=_LIBRARY),
    Example("CLD101", favourable={"store.py": _S3}, quiet={"store.py": "import boto3\n"}),
    Example(
        "CLD102", against={"store.py": _BAD_S3}, favourable={"store.py": _S3}, quiet={"store.py": "import boto3\n"}
    ),
    Example("CLD103", against={"store.py": _BAD_S3}, favourable={"store.py": _S3}, quiet={"store.py": _S3}),
    Example("CLD104", against={"store.py": _BAD_S3}, favourable={"store.py": _S3}, quiet=_LIBRARY),
    Example(
        "CLD105",
        favourable={
            "store.py": _S3,
            "tests/test_store.py": "from moto import mock_aws\n\n\n@mock_aws\ndef test_it():\n    assert 1\n",
        },
        quiet={"store.py": _S3},
    ),
    Example("CLD106", favourable={"main.tf": _TF}, quiet=_LIBRARY),
    Example("CLD107", against={"main.tf": _WIDE}, favourable={"main.tf": _TF}, quiet={"main.tf": _TF}),
    Example("CLD108", favourable={"main.tf": _TF}, quiet=_LIBRARY),
)
