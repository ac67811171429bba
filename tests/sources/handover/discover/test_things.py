"""Data, models, services, and the vendor's own plan."""

from __future__ import annotations

import json

import pytest

from heldout.errors import InputError
from tests.sources.handover.deliveries import plan_of, step_of

FIT = (
    "import pandas as pd, joblib\nfrom sklearn.linear_model import Ridge\n"
    "df = pd.read_csv('data/a.csv')\ny = df['price']\njoblib.dump(Ridge().fit(df, y), 'models/m.joblib')\n"
)
REQUIREMENTS = {"requirements.txt": "pandas\n"}


def test_data_that_is_there_with_rows_columns_and_target() -> None:
    plan = plan_of(
        {
            **REQUIREMENTS,
            "train.py": FIT,
            "data/a.csv": 'area,note,price\n1,"two\nlines",3\n4,b,6\n',
            "data/test.csv": "area;price\n1;2",
            "results/scores.csv": "a,b\n1,2\n",
            "data/lines.jsonl": '{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n',
        }
    )
    found = {item.path: item for item in plan.data}
    assert set(found) == {"data/a.csv", "data/test.csv", "data/lines.jsonl"}
    first = found["data/a.csv"]
    assert (first.role, first.rows, first.columns, first.target) == ("training", 2, ("area", "note", "price"), "price")
    assert str(first.locations[0]) == "train.py:3"
    second = found["data/test.csv"]
    assert (second.role, second.rows, second.columns, second.target) == ("test", 1, ("area", "price"), "price")
    assert found["data/lines.jsonl"].rows == 2


def test_data_that_is_named_and_absent_with_the_place_and_the_source() -> None:
    plan = plan_of(
        {
            **REQUIREMENTS,
            "train.py": FIT,
            "README.md": "See https://example.org.\n\nDownload a.csv from https://www.kaggle.com/datasets/x/y.\n",
        }
    )
    (item,) = plan.data
    assert (item.path, item.present, item.source) == ("data/a.csv", False, "https://www.kaggle.com/datasets/x/y")
    assert str(item.locations[0]) == "train.py:3"
    assert any("--input data/a.csv=FILE" in question for question in plan.open_questions)


def test_a_pointer_of_dvc_tells_where_data_are() -> None:
    files = {**REQUIREMENTS, "train.py": FIT, "data/a.csv.dvc": "outs:\n- path: a.csv\n"}
    assert plan_of(files).data[0].source == "DVC, but no remote storage is configured"
    plan = plan_of({**files, ".dvc/config": "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/x\n"})
    assert plan.data[0].source == "DVC remote s3://bucket/x"


def test_what_another_step_makes_is_not_absent() -> None:
    prepare = "import pandas as pd\npd.read_csv('data/raw.csv').to_csv('data/a.csv')\n"
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "prepare.py": prepare, "data/raw.csv": "x\n1\n"})
    assert [(item.path, item.present) for item in plan.data] == [("data/raw.csv", True)]


def test_a_folder_of_pictures_is_one_thing() -> None:
    pictures = {f"photos/{kind}/{n}.jpg": b"\xff" for kind in ("cat", "dog") for n in range(20)}
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "data/a.csv": "x\n1\n", **pictures})
    assert {(item.path, item.rows) for item in plan.data} == {("data/a.csv", 1), ("photos", 40)}


def test_models_by_suffix_by_use_and_absent_ones() -> None:
    predict = "import joblib\njoblib.load('models/other.joblib').predict([1])\nimport pickle\n"
    predict += "pickle.load(open('clf', 'rb'))\n"
    plan = plan_of(
        {
            **REQUIREMENTS,
            "train.py": FIT,
            "predict.py": predict,
            "data/a.csv": "price\n1\n",
            "models/m.joblib": b"\0",
            "clf": b"\0",
            "data/x.pkl": b"\0",
            "README.md": "Best model: Gradient Boosting\n\nThe file `m.joblib` is a random forest.\n",
        }
    )
    found = {model.path: model for model in plan.models}
    assert {path: (m.format, m.present) for path, m in found.items()} == {
        "models/m.joblib": ("joblib", True),
        "clf": ("other", True),
        "models/other.joblib": ("joblib", False),
    }
    assert found["models/m.joblib"].documented == "RandomForest"
    assert found["clf"].documented == "GradientBoosting"
    assert any("models/other.joblib" in q and "No step makes it" in q for q in plan.open_questions)


FASTAPI = """
from fastapi import FastAPI
from pydantic import BaseModel, Field
import uvicorn
app = FastAPI()
class House(BaseModel):
    area: float{area}
    rooms: int{rooms}
@app.get("/health")
def health(): return 1
@app.get("/")
def root(): return 1
@app.post("/predict")
def predict(house: House): return 1
if __name__ == "__main__":
    uvicorn.run(app, port=8080)
"""


def test_a_service_with_fields_of_a_model_and_their_examples() -> None:
    code = FASTAPI.format(area=" = Field(..., example=12.5)", rooms=" = 3")
    plan = plan_of({**REQUIREMENTS, "app.py": code})
    (service,) = plan.services
    assert (service.health, service.method, service.path) == ("/health", "POST", "/predict")
    assert json.loads(service.body) == {"area": 12.5, "rooms": 3}
    assert plan.steps[0].port == 8080


def test_a_body_from_a_row_of_the_delivered_data_and_none_from_nothing() -> None:
    code = FASTAPI.format(area="", rooms="")
    plan = plan_of({**REQUIREMENTS, "app.py": code, "data/a.csv": "Rooms,Area,price\n3,120,9\n"})
    assert json.loads(plan.services[0].body) == {"area": 120, "rooms": 3}
    assert "data/a.csv:2" in [str(place) for place in plan.services[0].locations]
    plan = plan_of({**REQUIREMENTS, "app.py": code})
    assert plan.services[0].body == ""
    assert any("valid request" in question for question in plan.open_questions)


def test_a_documented_request_goes_first() -> None:
    readme = (
        "```bash\ncurl -X POST http://localhost:8080/predict \\\n  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"area": 7, "rooms": 1}\'\n```\n'
    )
    code = FASTAPI.format(area=" = 1.0", rooms=" = 3")
    plan = plan_of({**REQUIREMENTS, "app.py": code, "README.md": readme})
    assert json.loads(plan.services[0].body) == {"area": 7, "rooms": 1}
    assert "README.md:2" in [str(place) for place in plan.services[0].locations]


def test_of_two_routes_that_predict_the_one_without_a_login_is_asked_and_templates_are_no_values() -> None:
    code = (
        "from flask import Flask, request\napp = Flask(__name__)\n\n"
        "@app.route('/predict', methods=['POST'])\n@login_required\ndef predict():\n    return request.form['age']\n\n"
        "@app.route('/api/predict', methods=['POST'])\ndef api_predict():\n    return str(request.get_json()['age'])\n"
    )
    pages = {
        "templates/a.html": '<form method="POST" action="/predict"><input name="age" value="{{ age or 1 }}"></form>'
    }
    open_too = {**REQUIREMENTS, "app.py": code, **pages, "README.md": "    python app.py\n"}
    (service,) = plan_of(open_too).services
    assert service.path == "/api/predict"
    guarded = code.replace("/api/predict", "/train").replace("api_predict", "train")
    (service,) = plan_of({**open_too, "app.py": guarded}).services
    assert service.path == "/predict"
    assert "{{" not in service.body
    assert "%7B" not in service.body


def test_flask_with_json_and_with_a_page_and_its_form() -> None:
    head = "from flask import Flask, request\napp = Flask(__name__)\n"
    tail = "if __name__ == '__main__':\n    app.run()\n"
    asked = "@app.route('/predict', methods=['POST'])\ndef predict():\n    d = request.get_json()\n"
    asked += "    return d['area'] + d.get('rooms')\n"
    plan = plan_of({**REQUIREMENTS, "app.py": head + asked + tail, "data/a.csv": "rooms,area\n3,120\n"})
    assert json.loads(plan.services[0].body) == {"area": 120, "rooms": 3}
    falls_back = asked.replace("d.get('rooms')", "d.get('rooms') + d.get('floor level', 2)")
    plan = plan_of({**REQUIREMENTS, "app.py": head + falls_back + tail, "data/a.csv": "rooms,area\n3,120\n"})
    assert json.loads(plan.services[0].body) == {"area": 120, "rooms": 3, "floor level": 2}
    shown = "@app.route('/', methods=['GET', 'POST'])\ndef index():\n    return list(request.form.values())\n"
    page = (
        '<form method="POST"><input name="area" type="number" min="10"><select name="kind">'
        '<option disabled>?</option><option value="b">B</option></select><input type="submit"></form>'
    )
    plan = plan_of({**REQUIREMENTS, "app.py": head + shown + tail, "templates/index.html": page})
    (service,) = plan.services
    assert (service.method, service.path, service.health) == ("POST", "/", "/")
    assert (service.body, service.content_type) == ("area=10&kind=b", "application/x-www-form-urlencoded")


def test_pages_of_streamlit_answer_on_their_own_address() -> None:
    plan = plan_of({**REQUIREMENTS, "app.py": "import streamlit as st\nst.title('x')\n"})
    assert (plan.services[0].health, plan.services[0].method, plan.services[0].path) == ("/_stcore/health", "GET", "/")


def test_claims_are_those_of_the_documents() -> None:
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "README.md": "Accuracy: 91.67%\n"})
    assert [(claim.metric, claim.written, claim.location.line) for claim in plan.claims] == [("accuracy", "91.67%", 1)]


def test_the_plan_of_the_vendor_is_taken_as_it_is_and_completed() -> None:
    given = '[[step]]\nid = "fit"\npurpose = "train"\ncommand = "python train.py --fast"\noutputs = ["models"]\n'
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "data/a.csv": "price\n1\n", "delivery.toml": given})
    assert [(s.id, s.command, s.outputs) for s in plan.steps] == [("fit", "python train.py --fast", ("models",))]
    assert plan.environments[0].files == ("requirements.txt",)
    assert [item.path for item in plan.data] == ["data/a.csv"]


def test_a_plan_of_the_vendor_that_cannot_be_read_is_told_and_passed_over() -> None:
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "delivery.toml": "[[step]]\nid = 1\n"})
    assert step_of(plan, "train.py").purpose == "train"
    assert "delivery.toml cannot be used" in plan.open_questions[0]
    assert "delivery.toml:2" in plan.open_questions[0]


def test_a_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="has no folder nowhere"):
        plan_of({**REQUIREMENTS}, folder="nowhere")


def test_a_request_whose_body_goes_over_lines() -> None:
    readme = '```bash\ncurl -X POST http://localhost:8080/predict -d \'{\n  "area": 7,\n  "rooms": 1\n}\'\n```\n'
    plan = plan_of({**REQUIREMENTS, "app.py": FASTAPI.format(area="", rooms=""), "README.md": readme})
    assert json.loads(plan.services[0].body) == {"area": 7, "rooms": 1}


def test_data_that_differ_only_in_capitals_are_told() -> None:
    plan = plan_of({**REQUIREMENTS, "train.py": FIT, "data/A.csv": "price\n1\n"})
    assert any("though there is data/A.csv" in question for question in plan.open_questions)


def test_a_model_among_the_data_is_one_when_its_name_says_so() -> None:
    code = (
        "import pickle\npickle.load(open('data/knn_regressor.pkl', 'rb'))\npickle.load(open('data/train.pkl', 'rb'))\n"
    )
    files = {"data/knn_regressor.pkl": b"\0", "data/train.pkl": b"\0"}
    plan = plan_of({**REQUIREMENTS, "predict.py": code, **files})
    assert [model.path for model in plan.models] == ["data/knn_regressor.pkl"]


def test_a_delivery_of_which_nothing_runs_has_an_empty_plan() -> None:
    plan = plan_of({"README.md": "# Notes\n", "analysis.R": "x <- 1\n"})
    assert (plan.steps, plan.environments) == ((), ())
    assert any("No command that trains" in question for question in plan.open_questions)


ROUTED = (
    "from fastapi import APIRouter\nimport joblib\nfrom pydantic import BaseModel\n"
    "router = APIRouter(prefix='/predict')\n"
    "class House(BaseModel):\n    area: int = 3\n"
    "@router.post('/')\ndef predict(house: House):\n    return joblib.load('m.joblib').predict([[house.area]])\n"
    "@router.get('/predictions')\ndef history():\n    return []\n"
)


@pytest.mark.parametrize(
    ("included", "path"),
    [
        ("from api.houses import router as houses\napp.include_router(houses)\n", "/predict/"),
        ("from api import houses\napp.include_router(houses.router, prefix='/v1')\n", "/v1/predict/"),
        (
            "from fastapi import APIRouter\nfrom api.houses import router\nall_of_them = APIRouter(prefix='/api')\n"
            "all_of_them.include_router(router)\napp.include_router(all_of_them, prefix='/v2')\n",
            "/v2/api/predict/",
        ),
    ],
)
def test_the_path_of_a_route_begins_with_what_its_router_stands_under(included: str, path: str) -> None:
    main = f"from fastapi import FastAPI\napp = FastAPI()\n{included}"
    files = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": main, "api/__init__.py": "", "api/houses.py": ROUTED}
    (service,) = plan_of({**files, "README.md": "```\nuvicorn main:app\n```\n"}).services
    assert (service.method, service.path, json.loads(service.body)) == ("POST", path, {"area": 3})


def test_a_blueprint_stands_under_its_own_prefix_or_that_of_its_registration() -> None:
    part = "from flask import Blueprint, request\nimport joblib\nbp = Blueprint('a', __name__, url_prefix='/api')\n"
    part += "@bp.route('/predict', methods=['POST'])\ndef predict():\n    area = request.json.get('area', 3)\n"
    part += "    return str(joblib.load('m.joblib').predict([[area]]))\n"
    main = "from flask import Flask\nfrom part import bp\napp = Flask(__name__)\napp.register_blueprint(bp)\n"
    files = {"requirements.txt": "flask\n", "part.py": part, "app.py": main + "app.run()\n"}
    assert plan_of(files).services[0].path == "/api/predict"


def test_a_prefix_that_is_worked_out_is_read_off_the_documented_request() -> None:
    main = "from fastapi import FastAPI\nfrom houses import router\nfrom config import settings\napp = FastAPI()\n"
    main += "app.include_router(router, prefix=settings.api)\n"
    files = {
        "requirements.txt": "fastapi\nuvicorn\n",
        "main.py": main,
        "houses.py": ROUTED,
        "config.py": "settings = 1\n",
    }
    curl = "curl -X POST http://localhost:8000/v7/predict/ -d '{\"area\": 5}'"
    (service,) = plan_of({**files, "README.md": f"```\nuvicorn main:app\n{curl}\n```\n"}).services
    assert (service.path, json.loads(service.body)) == ("/v7/predict/", {"area": 5})
