"""Handlers are read from the code of the common frameworks."""

from heldout.sources.repository.module import Module
from heldout.sources.repository.service import Handler, read_service


def handlers(code: str) -> dict[str, Handler]:
    facts = read_service(Module("app.py", code))
    return {} if facts is None else {handler.name: handler for handler in facts.handlers}


def test_a_load_behind_a_test_or_a_cache_is_no_load_at_each_request() -> None:
    code = (
        "import joblib\nfrom flask import Flask\napp = Flask(__name__)\nmodel = None\n\n"
        "@app.route('/predict')\ndef predict():\n    global model\n"
        "    if model is None:\n        model = joblib.load('m')\n"
        "    return model.predict([1])\n\n"
        "@app.route('/score')\ndef score():\n    model = joblib.load('m')\n    return model.predict([1])\n"
    )
    found = handlers(code)
    assert found["predict"].load_line == 0
    assert found["score"].load_line == 15


def test_an_unpickled_table_is_no_model() -> None:
    code = (
        "import pickle\nfrom flask import Flask\napp = Flask(__name__)\n\n"
        "@app.route('/predict')\ndef predict():\n"
        "    rows = pickle.load(open('rows', 'rb'))\n    return model.predict(rows)\n"
    )
    assert handlers(code)["predict"].load_line == 0


def test_view_classes_and_helpers_are_followed() -> None:
    code = (
        "from flask_restful import Resource\nfrom flask import request, abort\n\n"
        "def check(body):\n    if 'x' not in body:\n        abort(400)\n\n"
        "class Score(Resource):\n    def post(self):\n        check(request.json)\n"
        "        return model.predict(request.json['x'])\n"
    )
    post = handlers(code)["post"]
    assert post.predicts
    assert post.raw_line == 10
    assert post.checked


def test_a_route_without_a_model_predicts_nothing() -> None:
    code = (
        "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/')\ndef home():\n"
        "    return 'hello'\n\n"
        "@app.get('/healthz')\ndef health():\n    return 'ok'\n"
    )
    found = handlers(code)
    assert not any(handler.predicts for handler in found.values())
    assert found["health"].health
    assert not found["home"].health


def test_a_client_of_a_service_is_no_service() -> None:
    assert handlers("import requests\n\ndef predict(x):\n    return requests.post('/predict', json=x)\n") == {}
    assert handlers("import aiohttp\n\nclass A:\n    def get(self):\n        return 1\n") == {}


def test_a_load_behind_a_test_for_something_else_is_one_at_each_request() -> None:
    code = (
        "import dill as pickle\nfrom flask import Flask, request\napp = Flask(__name__)\n\n"
        "@app.route('/predict')\ndef predict():\n    rows = request.get_json()\n"
        "    if rows.empty:\n        return 'none'\n"
        "    else:\n        with open('m', 'rb') as f:\n            loaded_model = pickle.load(f)\n"
        "        return loaded_model.predict(rows)\n"
    )
    assert handlers(code)["predict"].load_line == 12
