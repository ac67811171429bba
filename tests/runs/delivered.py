"""Small deliveries in plain Python: one good, one that serves but cannot be retrained, one broken."""

from __future__ import annotations

import json
import random
from pathlib import Path

TRAIN = '''\
"""Fits a line by least squares and scores it on the last quarter of the rows."""

import csv
import json
from pathlib import Path

import tinystats

HERE = Path(__file__).resolve().parent


def rows(path):
    with open(path, newline="") as file:
        return [(float(r["size"]), float(r["price"])) for r in csv.DictReader(file)]


def main():
    data = rows(HERE / "data" / "houses.csv")
    cut = len(data) * 3 // 4
    train, test = data[:cut], data[cut:]
    slope, intercept = tinystats.line(train)
    errors = [abs(slope * x + intercept - y) for x, y in test]
    mae = sum(errors) / len(errors)
    (HERE / "models").mkdir(exist_ok=True)
    (HERE / "models" / "line.json").write_text(json.dumps({"slope": slope, "intercept": intercept}))
    print(f"Test MAE: {mae:.2f} on {len(test)} rows")


if __name__ == "__main__":
    main()
'''

PREDICT = '''\
"""Predicts the price of one house: python predict.py --size 120"""

import argparse
import json
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=float, required=True)
model = json.loads((Path(__file__).resolve().parent / "models" / "line.json").read_text())
print(f"predicted price: {model['slope'] * parser.parse_args().size + model['intercept']:.1f}")
'''

SERVE = '''\
"""Answers POST /predict with {"size": 120}."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

MODEL = json.loads((Path(__file__).resolve().parent / "models" / "line.json").read_text())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, {"status": "up"})

    def do_POST(self):
        try:
            size = float(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))["size"])
        except (ValueError, KeyError, TypeError):
            self.answer(422, {"error": "send a size"})
            return
        self.answer(200, {"price": MODEL["slope"] * size + MODEL["intercept"]})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
'''

TESTS = """\
import unittest

import tinystats


class Line(unittest.TestCase):
    def test_two_points(self):
        self.assertEqual(tinystats.line([(0, 1), (1, 3)]), (2.0, 1.0))


if __name__ == "__main__":
    unittest.main()
"""

README = """\
# House prices

The price of a house by its size.

## Install

    pip install -r requirements.txt

## Train

    python train.py

The mean absolute error on the test part is {mae}.

## Predict

    python predict.py --size 120

## Serve

    python serve.py

    curl -X POST http://localhost:8000/predict -H 'Content-Type: application/json' -d '{{"size": 120}}'

## Tests

    python -m unittest test_line.py
"""

TINYSTATS = {
    "tinystats.py": (
        "def line(points):\n"
        "    n = len(points)\n"
        "    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n\n"
        "    slope = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)\n"
        "    return slope, my - slope * mx\n"
    )
}
"""A library that the deliveries need from the index."""


def houses(rows: int = 400) -> str:
    """A table of houses, the same each time."""
    chance = random.Random(5)
    lines = ["size,price"]
    for _ in range(rows):
        size = chance.uniform(40, 200)
        lines.append(f"{size:.1f},{3 * size + 50 + chance.gauss(0, 10):.1f}")
    return "\n".join(lines) + "\n"


def good(folder: Path, mae: str = "8.39") -> Path:
    """Everything is there; `mae` is what it claims."""
    files = {
        "README.md": README.format(mae=mae),
        "requirements.txt": "tinystats==1.0\n",
        "train.py": TRAIN,
        "predict.py": PREDICT,
        "serve.py": SERVE,
        "test_line.py": TESTS,
        "data/houses.csv": houses(),
        "models/line.json": '{"slope": 3.0, "intercept": 50.0}',
    }
    return _written(folder, files)


def rented(folder: Path) -> Path:
    """It predicts and serves; its training data are not there."""
    good(folder)
    (folder / "data" / "houses.csv").unlink()
    (folder / "data").rmdir()
    return folder


GUNICORN = {
    "gunicorn.py": (
        "import importlib, os, sys\n"
        "from wsgiref.simple_server import make_server\n\n\n"
        "def main():\n"
        "    sys.path.insert(0, os.getcwd())\n"
        "    module, _, name = sys.argv[1].partition(':')\n"
        "    make_server('127.0.0.1', 8000, getattr(importlib.import_module(module), name)).serve_forever()\n"
    )
}
"""A server of this name, whose program runs an application as the real one does."""

APPLICATION = '''\
"""Answers POST /predict with {"size": 120}."""

import json
from pathlib import Path

MODEL = json.loads((Path(__file__).resolve().parent / "models" / "line.json").read_text())


def app(environ, start_response):
    status, answer = "200 OK", {"status": "up"}
    if environ["REQUEST_METHOD"] == "POST":
        try:
            size = float(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)))["size"])
            answer = {"price": MODEL["slope"] * size + MODEL["intercept"]}
        except (ValueError, KeyError, TypeError):
            status, answer = "422 Unprocessable", {"error": "send a size"}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
'''


FILTER = '''\
"""Says of POST /predict with {"text": "..."} whether it is spam; takes whatever it is given."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            told = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            label = "spam" if "free" in str(told.get("text", "")).lower() else "ham"
        except ValueError:
            self.send_error(400, "send JSON")
            return
        body = json.dumps({"label": label}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
'''


def spam_filter(folder: Path) -> Path:
    """A service for texts that never refuses one."""
    readme = (
        "# Spam filter\n\n    python serve.py\n\n    curl -X POST http://localhost:8000/predict "
        "-H 'Content-Type: application/json' -d '{\"text\": \"win a free prize now\"}'\n"
    )
    return _written(folder, {"serve.py": FILTER, "README.md": readme})


DESCRIBED = """\
    def do_GET(self):
        field = {"type": "string", "example": "hello"}
        schema = {"type": "object", "required": ["text"], "properties": {"text": field}}
        content = {"application/json": {"schema": schema}}
        spec = {"openapi": "3.1.0", "paths": {"/predict": {"post": {"requestBody": {"content": content}}}}}
        body = json.dumps(spec if self.path == "/openapi.json" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        told = json.loads(self.rfile.read(length))
        if "text" not in told:
            self.send_error(422, "text is required")
            return
        label = "spam" if "free" in str(told["text"]).lower() else "ham"
        body = json.dumps({"label": label}).encode()
"""


def described_otherwise(folder: Path) -> Path:
    """A service that refuses the request of its guide, and says itself what it takes."""
    spam_filter(folder)
    before, _, after = FILTER.partition("    def do_POST(self):\n")
    rest = after[after.index("        self.send_response(200)") :]
    (folder / "serve.py").write_text(f"{before}{DESCRIBED}{rest}")
    readme = (folder / "README.md").read_text()
    (folder / "README.md").write_text(readme.replace('{"text":', '{"message":'))
    return folder


IPYTHON = {
    "IPython/__init__.py": "__version__ = '99.0'\n",
    "IPython/core/__init__.py": "",
    "IPython/core/pylabtools.py": "",
    "IPython/core/displayhook.py": "class DisplayHook:\n    pass\n",
    "IPython/core/displaypub.py": "class DisplayPublisher:\n    pass\n",
    "IPython/core/interactiveshell.py": (
        "from types import SimpleNamespace as Of\n\n\n"
        "class InteractiveShell:\n"
        "    @classmethod\n"
        "    def clear_instance(cls):\n"
        "        pass\n\n"
        "    @classmethod\n"
        "    def instance(cls, **kept):\n"
        "        shell = cls()\n"
        "        shell.user_ns, shell.history_manager, shell.compile = kept['user_ns'], Of(), Of()\n"
        "        return shell\n\n"
        "    def run_cell(self, source, store_history):\n"
        "        try:\n"
        "            exec(compile(source, 'ipython-input', 'exec'), self.user_ns)\n"
        "        except Exception as error:\n"
        "            return Of(error_before_exec=None, error_in_exec=error)\n"
        "        return Of(error_before_exec=None, error_in_exec=None)\n"
    ),
}
"""What a notebook's runner uses of IPython."""

OLDPLOTS = {
    "oldplots.py": (
        "import sys\n\n\n"
        "def plot(values):\n"
        "    if 'IPython' in sys.modules:\n"
        "        from IPython.core.pylabtools import backend2gui\n"
    )
}
"""A library of plots that looks for what IPython took away, as matplotlib before 3.9 does."""


def with_notebook(folder: Path) -> Path:
    """Good, with a notebook whose plots do not work with the IPython of today."""
    good(folder)
    (folder / "requirements.txt").write_text("tinystats==1.0\noldplots\nipython\n")
    cells = ["import oldplots", "oldplots.plot([1, 2])\nprint('accuracy: 0.91')"]
    content = {
        "cells": [{"cell_type": "code", "metadata": {}, "source": s, "outputs": []} for s in cells],
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    (folder / "look.ipynb").write_text(json.dumps(content))
    return folder


def behind_gunicorn(folder: Path) -> Path:
    """Good, but for its service, which needs a server that nothing declares."""
    good(folder)
    (folder / "serve.py").write_text(APPLICATION)
    readme = (folder / "README.md").read_text()
    (folder / "README.md").write_text(readme.replace("python serve.py", "gunicorn serve:app --bind 127.0.0.1:8000"))
    return folder


def broken(folder: Path) -> Path:
    """Its training imports code that is not there, and its script says that all went well."""
    good(folder)
    (folder / "train.py").write_text(
        TRAIN.replace("import tinystats", "import tinystats\n\nfrom features import clean")
    )
    (folder / "features").mkdir()
    (folder / "features" / "README.md").write_text("to be written\n")
    (folder / "train.sh").write_text("python train.py\necho '✅ Training completed'\n")
    readme = (folder / "README.md").read_text().replace("python train.py", "bash train.sh")
    (folder / "README.md").write_text(readme)
    for name in ("predict.py", "serve.py", "models/line.json"):
        (folder / name).unlink()
    return folder


def without_folders(folder: Path) -> Path:
    """It writes its model into a folder that git did not keep, and never makes it."""
    good(folder)
    (folder / "train.py").write_text(TRAIN.replace('    (HERE / "models").mkdir(exist_ok=True)\n', ""))
    for name in ("predict.py", "serve.py", "models/line.json"):
        (folder / name).unlink()
    (folder / "models").rmdir()
    return folder


def without_its_input(folder: Path) -> Path:
    """Its guide leaves out which rows to predict; a table of new ones lies there."""
    good(folder)
    code = PREDICT.replace('"--size", type=float', '"--input"').replace("parser.parse_args().size", "size")
    code = code.replace(
        "print(f", "for size in map(float, open(parser.parse_args().input).readlines()[1:]):\n    print(f"
    )
    (folder / "predict.py").write_text(code)
    (folder / "data" / "new_houses.csv").write_text("size\n90\n120\n")
    readme = (folder / "README.md").read_text().replace(" --size 120", "")
    (folder / "README.md").write_text(readme)
    (folder / "serve.py").unlink()
    return folder


def with_settings(folder: Path) -> Path:
    """Its training reads settings first and writes them back last."""
    good(folder)
    read = "    settings = json.loads((HERE / 'best.json').read_text())\n    data = rows("
    keep = "    (HERE / 'best.json').write_text(json.dumps({'share': 0.75, 'slope': slope}))\n    print("
    code = TRAIN.replace("    data = rows(", read).replace("    print(", keep)
    (folder / "train.py").write_text(code.replace("len(data) * 3 // 4", "int(len(data) * settings['share'])"))
    (folder / "best.json").write_text('{"share": 0.75}')
    return folder


def _written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
