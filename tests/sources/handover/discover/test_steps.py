"""Commands as each kind of place names them, and what becomes of them in the plan."""

from __future__ import annotations

import pytest

from heldout.sources.handover.plan import Plan
from tests.sources.handover.deliveries import plan_of, step_of
from tests.support import notebook

FIT = (
    "import pandas as pd, joblib, sys\nfrom sklearn.linear_model import Ridge\n"
    "df = pd.read_csv('data/a.csv')\njoblib.dump(Ridge().fit(df, df), 'models/m.joblib')\n"
)
PREDICT = "import joblib\nprint(joblib.load('models/m.joblib').predict([[1]]))\n"
PREPARE = "import pandas as pd\npd.read_csv('data/raw.csv').to_csv('data/a.csv')\n"
EVALUATE = (
    "import joblib\nfrom sklearn.metrics import f1_score\nm = joblib.load('models/m.joblib')\n"
    "print(f1_score([1], m.predict([1])))\n"
)
BASE = {"requirements.txt": "pandas\nscikit-learn\n", "data/a.csv": "x,y\n1,2\n"}


def commands(plan: Plan) -> dict[str, str]:
    return {step.command: step.purpose for step in plan.steps}


def test_stages_of_dvc_with_their_order_and_outputs() -> None:
    plan = plan_of(
        {
            **BASE,
            "prep.py": PREPARE,
            "fit.py": FIT,
            "params.yaml": "out: models\n",
            "dvc.yaml": (
                "stages:\n  prepare:\n    cmd: python prep.py\n    deps: [data/raw.csv, prep.py]\n"
                "    outs: [data/a.csv]\n"
                "  train:\n    cmd: python fit.py\n    deps: [data/a.csv]\n    outs:\n      - ${out}/m.joblib\n"
                "    metrics:\n      - scores.json:\n          cache: false\n"
            ),
            "README.md": "```\ndvc repro\n```\n",
        }
    )
    prepare, train = step_of(plan, "prep.py"), step_of(plan, "fit.py")
    assert [step.purpose for step in plan.steps] == ["prepare", "train"]
    assert train.after == (prepare.id,)
    assert train.outputs == ("models/m.joblib", "scores.json")
    assert train.origin == "declared"
    assert str(train.locations[0]) == "dvc.yaml:7"
    assert "README.md:2" in [str(place) for place in train.locations]
    assert prepare.inputs == ("data/raw.csv",)


def test_entry_points_of_mlflow_with_their_defaults() -> None:
    plan = plan_of(
        {
            **BASE,
            "train.py": FIT,
            "MLproject": "name: a\nentry_points:\n  main:\n    parameters:\n      alpha: {type: float, default: 0.5}\n"
            "      name: {default: 'a b'}\n    command: 'python train.py {alpha} {name}'\n",
        }
    )
    assert step_of(plan, "train.py").command == "python train.py 0.5 'a b'"


def test_targets_of_a_makefile_with_their_variables() -> None:
    plan = plan_of(
        {
            **BASE,
            "src/fit.py": FIT,
            "src/prep.py": PREPARE,
            "Makefile": (
                "PY ?= python\nSRC := src\n.PHONY: train all\n\nall: train\n\ntrain: data/a.csv\n"
                "\t@echo training\n\tsource .venv/bin/activate && $(PY) $(SRC)/fit.py\n\n"
                "data/a.csv: data/raw.csv\n\t$(PY) $(SRC)/prep.py\n\nclean:\n\trm -rf models\n"
            ),
            "README.md": "```\nmake all\n```\n",
        }
    )
    train = step_of(plan, "fit.py")
    assert (train.command, train.purpose, train.origin, train.id) == ("python src/fit.py", "train", "declared", "train")
    assert str(train.locations[0]) == "Makefile:9"
    prepare = step_of(plan, "prep.py")
    assert prepare.outputs == ("data/a.csv",)
    assert train.after == (prepare.id,)
    assert len(plan.steps) == 2


def test_rules_of_snakemake() -> None:
    plan = plan_of(
        {
            **BASE,
            "fit.py": FIT,
            "Snakefile": 'rule all:\n    input: "models/m.joblib"\n\nrule train:\n    input:\n'
            '        data="data/a.csv"\n'
            '    output: "models/m.joblib"\n    shell: "python fit.py {input.data}"\n\n'
            'rule each:\n    output: "plots/{name}.png"\n    shell: "python plot.py {wildcards.name}"\n',
        }
    )
    assert commands(plan) == {"python fit.py data/a.csv": "train"}
    assert step_of(plan, "fit.py").outputs == ("models/m.joblib",)


def test_a_kedro_project_is_run_as_a_whole() -> None:
    plan = plan_of(
        {
            "pyproject.toml": '[tool.kedro]\npackage_name = "a"\n[project]\nname="a"\ndependencies=["kedro"]\n',
            "conf/base/catalog.yml": "raw:\n  filepath: data/01_raw/a.csv\nmodel:\n  filepath: data/06_models/m.pkl\n",
            "data/01_raw/a.csv": "x\n1\n",
        }
    )
    step = step_of(plan, "kedro run")
    assert (step.purpose, step.inputs, step.outputs) == ("train", ("data/01_raw/a.csv",), ("data/06_models/m.pkl",))


def test_console_scripts_are_followed_into_their_function() -> None:
    plan = plan_of(
        {
            "pyproject.toml": '[project]\nname="a"\ndependencies=["pandas"]\n[project.scripts]\n'
            'learn = "pkg.cli:main"\n',
            "src/pkg/cli.py": "def main():\n" + "".join(f"    {line}\n" for line in FIT.splitlines()),
            "data/a.csv": "x\n1\n",
        }
    )
    assert commands(plan) == {"learn": "train"}
    assert step_of(plan, "learn").outputs == ("models/m.joblib",)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"Dockerfile": 'FROM python:3.9\nRUN pip install x\nCMD ["python", "/app/serve.py"]\n'}, "python serve.py"),
        (
            {"Dockerfile": "FROM python:3.9\nRUN pip install x\nCMD uvicorn serve:app --port $PORT\n"},
            "uvicorn serve:app --port 8000",
        ),
        ({"Procfile": "web: gunicorn serve:app\n"}, "gunicorn serve:app"),
        ({"docker-compose.yml": "services:\n  a:\n    command: uvicorn serve:app\n"}, "uvicorn serve:app"),
    ],
)
def test_what_a_container_or_platform_starts(files: dict[str, str], command: str) -> None:
    serve = "from fastapi import FastAPI\nimport uvicorn\napp = FastAPI()\nif __name__ == '__main__':\n"
    serve += "    uvicorn.run(app)\n"
    plan = plan_of({**BASE, "serve.py": serve, **files})
    found = next(step for step in plan.steps if step.origin == "declared")
    assert (found.purpose, found.port) == ("serve", 8000)
    assert found.command.split()[:2] == command.split()[:2] or found.command.endswith("serve.py")


def test_commands_of_workflows() -> None:
    plan = plan_of(
        {
            **BASE,
            "src/fit.py": FIT.replace("data/", "../data/"),
            "test_a.py": "def test_a():\n    pass\n",
            ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: |\n"
            "          pip install -r requirements.txt\n"
            "          pytest -q\n      - run: python fit.py\n        working-directory: src\n"
            "      - run: x ${{ secrets.A }}\n",
        }
    )
    assert commands(plan) == {"python fit.py": "train", "pytest -q": "test"}
    assert step_of(plan, "fit.py").folder == "src"
    assert str(step_of(plan, "pytest").locations[0]) == ".github/workflows/ci.yml:6"


@pytest.mark.parametrize(
    "text",
    [
        "```bash\npython fit.py\n```\n",
        "```\n$ python fit.py\n```\n",
        "```console\n$ python fit.py\nscore 0.9\n```\n",
        "## Kullanım\n\n~~~sh\npython fit.py\n~~~\n",
        "# 训练\n\n    python fit.py\n",
        "Run `python fit.py` to train.\n",
        "**`$ python fit.py`**\n",
        "1. Train:\n\n   ```sh\n   python fit.py\n   ```\n",
        "```bash\npip install x\n### Next\n```bash\npython fit.py\n```\n",
        "```python fit.py```\n",
        "```text\nproject/\n├── fit.py\n└── data/\n\nTrain the model\n\npython fit.py\n",
    ],
)
def test_commands_of_documents(text: str) -> None:
    plan = plan_of({**BASE, "fit.py": FIT, "README.md": text})
    step = step_of(plan, "python fit.py")
    assert (step.purpose, step.origin) == ("train", "documented")
    assert text.split("\n")[(step.locations[0].line or 0) - 1].strip("*`$ ").find("python fit.py") >= 0


def test_restructured_text_has_blocks_too() -> None:
    plan = plan_of(
        {
            **BASE,
            "fit.py": FIT,
            "README.rst": "Use\n===\n\n.. code-block:: bash\n\n   python fit.py\n\nor::\n\n   python x.py\n",
        }
    )
    assert step_of(plan, "fit.py").origin == "documented"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nimport x\npython = 1\n```\n",
        "```\nproject/\n├── fit.py\n```\n",
        "```yaml\npython: fit.py\n```\n",
        "```bash\ngit clone x\ncd x\npip install -r requirements.txt\ndocker build .\n```\n",
        "```bash\npython fit.py --data <your file>\n```\n",
        "python fit.py trains the model.\n",
    ],
)
def test_what_is_no_command_to_run_makes_no_documented_step(text: str) -> None:
    plan = plan_of({**BASE, "fit.py": FIT, "README.md": text})
    assert [step.origin for step in plan.steps] == ["inferred"]


def test_the_guide_keeps_every_documented_command_in_order() -> None:
    text = "```bash\ngit clone https://x/y.git\ncd y\npip install -r requirements.txt\nexport A=1\ncd src\n"
    text += "python fit.py\n```\n"
    plan = plan_of({**BASE, "src/fit.py": FIT.replace("data/", "../data/"), "README.md": text})
    assert [(line.kind, line.command, line.folder) for line in plan.guide] == [
        ("other", "git clone https://x/y.git", "."),
        ("install", "pip install -r requirements.txt", "."),
        ("run", "python fit.py", "src"),
    ]
    assert step_of(plan, "fit.py").folder == "src"
    assert step_of(plan, "fit.py").variables == {"A": "1"}


def test_a_script_is_found_where_it_is_and_not_where_the_document_forgets_to_go() -> None:
    plan = plan_of({**BASE, "code/fit.py": FIT.replace("data/", "../data/"), "README.md": "```\npython fit.py\n```\n"})
    assert step_of(plan, "fit.py").folder == "code"


@pytest.mark.parametrize("name", ["model_test.py", "test_model.py"])
def test_a_training_that_is_called_as_tests_are_is_one_when_it_holds_none(name: str) -> None:
    assert step_of(plan_of({**BASE, name: FIT}), name).purpose == "train"
    checked = FIT.replace("df = ", "def test_it():\n    assert True\ndf = ")
    assert not [step for step in plan_of({**BASE, name: checked}).steps if name in step.command]
    assert not plan_of({**BASE, name: "import requests\nprint(requests.get('http://localhost'))\n"}).steps


@pytest.mark.parametrize(("second", "folders"), [(PREPARE, {"a"}), (PREPARE + "print(2)\n", set[str]())])
def test_of_copies_that_are_the_same_any_is_what_a_document_means(second: str, folders: set[str]) -> None:
    files = {**BASE, "data/raw.csv": "x,y\n1,2\n", "fit.py": FIT, "a/prep.py": PREPARE, "old/b/prep.py": second}
    plan = plan_of({**files, "README.md": "```\npython prep.py\npython fit.py\n```\n"})
    assert {step.folder for step in plan.steps if step.command == "python prep.py"} == folders


def test_a_notebook_that_is_named_and_not_there_is_no_step_beside_one_that_is() -> None:
    book = '{"cells": [{"cell_type": "code", "source": "print(1)", "metadata": {}, "outputs": [], '
    book += '"execution_count": null}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    text = "```\njupyter notebook everything.ipynb\n```\n"
    plan = plan_of({**BASE, "fit.py": FIT, "books/look.ipynb": book, "README.md": text})
    assert [step.notebook for step in plan.steps if step.purpose == "notebook"] == ["books/look.ipynb"]
    assert any("everything.ipynb is not part of the delivery" in question for question in plan.open_questions)


def test_notebooks_are_steps_once() -> None:
    cells = notebook("x = 1")
    plan = plan_of(
        {**BASE, "nb/a.ipynb": cells, "README.md": "```\njupyter notebook nb/a.ipynb\n```\n", "b.ipynb": cells}
    )
    assert [(s.purpose, s.notebook, s.origin) for s in plan.steps] == [
        ("notebook", "nb/a.ipynb", "documented"),
        ("notebook", "b.ipynb", "inferred"),
    ]
    assert plan.steps[0].folder == "nb"
    assert "--execute" in plan.steps[0].command


@pytest.mark.parametrize(
    ("name", "code", "purpose"),
    [
        ("fit.py", FIT, "train"),
        ("src/main.py", FIT, "train"),
        ("train_eval.py", FIT + "from sklearn.metrics import f1_score\nf1_score([1], [1])\n", "train"),
        ("predict.py", PREDICT, "predict"),
        ("run_inference.py", PREDICT, "predict"),
        ("evaluate.py", EVALUATE, "evaluate"),
        ("test.py", EVALUATE, "evaluate"),
        ("prepare.py", PREPARE, "prepare"),
        (
            "download_data.py",
            "import requests\nopen('data/b.csv', 'wb').write(requests.get('http://x/b.csv').content)\n",
            "prepare",
        ),
        ("churn_prediction.py", FIT + "joblib.load('models/m.joblib').predict([1])\n", "train"),
        ("gui.py", PREDICT + "import tkinter\ntkinter.Tk().mainloop()\n", "other"),
        ("app.py", "import streamlit as st\n" + PREDICT + "st.title('x')\n", "serve"),
        (
            "server.py",
            "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n",
            "serve",
        ),
        ("demo.py", "import gradio as gr\ngr.Interface(fn=len, inputs='text', outputs='text').launch()\n", "serve"),
    ],
)
def test_purposes_are_told_from_names_and_code(name: str, code: str, purpose: str) -> None:
    plan = plan_of({**BASE, name: code, "README.md": f"```\npython {name}\n```\n"})
    assert step_of(plan, name.rpartition("/")[2]).purpose == purpose


@pytest.mark.parametrize(
    ("files", "command", "port"),
    [
        ({"app.py": "import streamlit as st\nst.title('x')\n"}, "streamlit run app.py", 8501),
        ({"api.py": "from fastapi import FastAPI\napp = FastAPI()\n"}, "uvicorn api:app", 8000),
        (
            {"api/main.py": "from fastapi import FastAPI\nWEIGHTS = open('weights.pkl')\napp = FastAPI()\n"},
            "uvicorn main:app",
            8000,
        ),
        ({"web.py": "from flask import Flask\nsite = Flask(__name__)\n"}, "flask --app web:site run", 5000),
        (
            {
                "web.py": "from flask import Flask\na = Flask(__name__)\nif __name__ == '__main__':\n"
                "    a.run(port=81)\n"
            },
            "python web.py",
            81,
        ),
    ],
)
def test_a_service_that_nobody_documents_is_started_in_its_own_way(
    files: dict[str, str], command: str, port: int
) -> None:
    plan = plan_of({**BASE, "api/weights.pkl": "w", **files})
    assert [(s.command, s.purpose, s.port, s.origin) for s in plan.steps] == [(command, "serve", port, "inferred")]
    assert plan.services[0].step == plan.steps[0].id


def test_a_training_under_a_condition_is_a_step() -> None:
    code = (
        "import os, joblib\nfrom sklearn.linear_model import Ridge\n"
        "if not os.path.exists('m.joblib'):\n    joblib.dump(Ridge().fit([[1]], [1]), 'm.joblib')\n"
        "else:\n    print('there is a model')\n"
    )
    plan = plan_of({**BASE, "train_model.py": code, "m.joblib": b"x"})
    step = step_of(plan, "train_model.py")
    assert (step.purpose, step.outputs) == ("train", ("m.joblib",))


def test_helpers_and_scripts_that_touch_nothing_are_no_steps() -> None:
    plan = plan_of(
        {
            **BASE,
            "train.py": "from model import fit\nfit()\n",
            "model.py": "def fit():\n"
            + "".join(f"    {x}\n" for x in FIT.splitlines())
            + "if __name__ == '__main__':\n    fit()\n",
            "colors.py": "def red(): return 1\nif __name__ == '__main__':\n    print(red())\n",
        }
    )
    assert commands(plan) == {"python train.py": "train"}


def test_of_several_commands_for_one_script_the_one_that_finds_its_inputs_is_taken() -> None:
    code = FIT.replace("'data/a.csv'", "sys.argv[1]")
    text = "```\npython fit.py data/your_data.csv\npython fit.py data/a.csv\n```\n"
    plan = plan_of({**BASE, "fit.py": code, "README.md": text})
    assert commands(plan) == {"python fit.py data/a.csv": "train"}
    assert any("python fit.py data/your_data.csv" in question for question in plan.open_questions)


def test_a_documented_command_that_makes_a_file_of_its_own_stays_beside_another_for_its_script() -> None:
    code = FIT.replace("joblib.dump", "way = sys.argv[1] if len(sys.argv) > 1 else 'a'\njoblib.dump")
    code = code.replace("'models/m.joblib'", "f'models/{way}.joblib'")
    text = "Run\n\n```python3 fit.py```\n\nor\n\n```python3 fit.py b```\n\nor\n\n```python3 fit.py a```\n"
    plan = plan_of({**BASE, "fit.py": code, "README.md": text})
    assert commands(plan) == {"python fit.py": "train", "python fit.py b": "train"}


def test_modes_of_one_script_are_steps_of_their_own() -> None:
    code = (
        "import argparse, joblib\nfrom sklearn.linear_model import Ridge\np = argparse.ArgumentParser()\n"
        "p.add_argument('--mode')\n"
        "a = p.parse_args()\nif a.mode == 'train':\n    joblib.dump(Ridge().fit([1], [1]), 'm.joblib')\n"
        "else:\n    joblib.load('m.joblib').predict([1])\n"
    )
    plan = plan_of(
        {**BASE, "main.py": code, "README.md": "```\npython main.py --mode train\npython main.py --mode predict\n```\n"}
    )
    assert commands(plan) == {"python main.py --mode train": "train", "python main.py --mode predict": "predict"}
    assert plan.steps[1].after == (plan.steps[0].id,)


def test_a_shell_script_of_known_commands_is_no_step_and_another_one_is() -> None:
    files = {**BASE, "fit.py": FIT, "README.md": "```\npython fit.py\n```\n"}
    assert commands(plan_of({**files, "run.sh": "#!/bin/bash\npython fit.py\n"})) == {"python fit.py": "train"}
    other = plan_of({**files, "run.sh": "#!/bin/bash\npython fit.py\npython more.py\n", "more.py": PREDICT})
    assert commands(other)["bash run.sh"] == "train"


def test_a_missing_script_is_a_step_only_where_nothing_else_serves_its_purpose() -> None:
    readme = "```\npython -m src.train_model --data data/a.csv --out models\n```\n"
    plan = plan_of({**BASE, "README.md": readme, "src/predict.py": PREDICT})
    step = step_of(plan, "train_model")
    assert (step.purpose, step.inputs) == ("train", ("data/a.csv",))
    assert any("src.train_model, which is not part" in question for question in plan.open_questions)
    there = plan_of({**BASE, "README.md": readme, "src/predict.py": PREDICT, "fit.py": FIT})
    assert not [s for s in there.steps if "train_model" in s.command]


def test_a_step_comes_after_what_makes_its_missing_input_and_not_after_what_is_delivered() -> None:
    files = {
        "requirements.txt": "pandas\n",
        "prepare.py": PREPARE,
        "train.py": FIT,
        "data/raw.csv": "x\n1\n",
        "predict.py": PREDICT,
    }
    plan = plan_of(files)
    after = {step.purpose: step.after for step in plan.steps}
    assert after == {"prepare": (), "train": ("prepare",), "predict": ("train",)}
    plan = plan_of({**files, "data/a.csv": "x\n1\n", "models/m.joblib": b"\0"})
    assert all(step.after == () for step in plan.steps)


def test_a_delivered_table_that_is_read_before_it_is_written_is_no_output() -> None:
    code = FIT + "df.to_csv('data/a.csv')\n"
    assert step_of(plan_of({**BASE, "train.py": code}), "train.py").outputs == ("models/m.joblib",)


def test_a_circle_in_a_makefile_is_cut() -> None:
    plan = plan_of(
        {**BASE, "Makefile": "a: b\n\tpython fit.py\nb: a\n\tpython prep.py\n", "fit.py": FIT, "prep.py": PREPARE}
    )
    after = {step.id: step.after for step in plan.steps}
    assert sorted(len(value) for value in after.values()) == [0, 1]


def test_downloading_steps_are_marked() -> None:
    code = "import requests\nopen('data/b.csv', 'wb').write(requests.get('http://x/b.csv').content)\n"
    plan = plan_of({**BASE, "fetch.py": code, "train.py": FIT.replace("a.csv", "b.csv")})
    assert {step.id: step.downloads for step in plan.steps} == {"fetch": True, "train": False}


def test_a_server_of_the_machine_itself_is_no_download() -> None:
    code = FIT + "import mlflow\nmlflow.set_tracking_uri('http://127.0.0.1:9090')\n"
    assert not step_of(plan_of({**BASE, "train.py": code}), "train.py").downloads


def test_inferred_steps_are_asked_about() -> None:
    plan = plan_of({**BASE, "train.py": FIT})
    assert any("`python train.py` (train.py:1) is named by no document" in question for question in plan.open_questions)
    assert any("No command or service that predicts" in question for question in plan.open_questions)


def test_a_plan_stays_bounded_and_names_the_rest() -> None:
    files = {f"p{n}/train.py": FIT for n in range(20)}
    plan = plan_of({**BASE, **files})
    assert len(plan.steps) == 4
    assert any("the plan holds the 4 most telling of each kind" in question for question in plan.open_questions)
    assert any("several projects in one" in question for question in plan.open_questions)


def test_a_folder_limits_the_plan_and_paths_stay_of_the_whole() -> None:
    files = {f"p{n}/train.py": FIT.replace("data/a.csv", "../data/a.csv") for n in range(3)}
    plan = plan_of({**BASE, **files}, folder="p1")
    assert [(s.command, s.folder, s.inputs, s.outputs) for s in plan.steps] == [
        ("python train.py", "p1", ("data/a.csv",), ("p1/models/m.joblib",))
    ]


def test_documents_in_a_folder_of_pages_speak_of_the_root() -> None:
    text = "```\npython -m pkg.fit\n```\n"
    fit = "def main():\n    pass\n" + FIT
    plan = plan_of({**BASE, "pkg/fit.py": fit, "docs/how-to/train.md": text, "docs/conf.py": "x = 1\n"})
    step = step_of(plan, "pkg.fit")
    assert (step.folder, step.origin) == (".", "documented")


def test_a_shell_within_a_shell_is_opened() -> None:
    compose = "services:\n  a:\n    command: sh -c 'echo hi && python fit.py'\n"
    plan = plan_of({**BASE, "fit.py": FIT, "docker-compose.yml": compose})
    assert (step_of(plan, "fit.py").command, step_of(plan, "fit.py").origin) == ("python fit.py", "declared")


@pytest.mark.parametrize(
    "text",
    [
        "```\ndvc repro\n```\n",
        "```\nmake train\n```\n",
        "```\nmlflow run .\n```\n",
        "```\nsnakemake --cores 1\n```\n",
        "```\nmlflow models list\nbentoml list\npython -m http.server\n```\n",
        "```\n/home/me/venv/bin/python /home/me/fit.py\n```\n",
        "```\nstreamlit run\njupyter notebook\n```\n",
    ],
)
def test_commands_without_what_they_need_run_nothing(text: str) -> None:
    plan = plan_of({**BASE, "fit.py": FIT, "README.md": text})
    assert [step.command for step in plan.steps] == ["python fit.py"]


def test_any_version_of_python_is_the_environments() -> None:
    plan = plan_of({**BASE, "fit.py": FIT, "README.md": "```\npython3.11 fit.py\n```\n"})
    assert step_of(plan, "fit.py").command == "python fit.py"


def test_a_module_of_a_source_folder_is_found_with_a_path_for_it() -> None:
    serve = "from fastapi import FastAPI\napp = FastAPI()\n"
    plan = plan_of({**BASE, "src/pkg/api.py": serve, "Procfile": "web: uvicorn pkg.api:app\n"})
    assert [(s.command, s.variables) for s in plan.steps] == [("uvicorn pkg.api:app", {"PYTHONPATH": "src"})]


def test_where_nothing_else_trains_the_notebook_that_does_is_the_training() -> None:
    cells = notebook(
        "import pandas as pd\nfrom sklearn.linear_model import Ridge", "Ridge().fit(pd.read_csv('data/a.csv'), 1)"
    )
    plan = plan_of({**BASE, "a.ipynb": cells, "b.ipynb": notebook("print(1)")})
    assert [(s.notebook, s.purpose) for s in plan.steps] == [("a.ipynb", "train"), ("b.ipynb", "notebook")]
    assert any("Nothing trains but" in question for question in plan.open_questions)
    both = plan_of({**BASE, "a.ipynb": cells, "train.py": FIT})
    assert [(s.notebook, s.purpose) for s in both.steps] == [(None, "train"), ("a.ipynb", "notebook")]


def test_pages_of_an_app_are_not_started_alone() -> None:
    page = "import streamlit as st\nst.title('x')\n"
    plan = plan_of({**BASE, "Home.py": page, "pages/1_A.py": page})
    assert [step.command for step in plan.steps] == ["streamlit run Home.py"]


def test_a_client_of_a_service_is_not_run_by_itself() -> None:
    client = "import requests\nprint(requests.post('http://localhost:5000/predict', json={}).json())\n"
    plan = plan_of({**BASE, "request_pred.py": client, "README.md": "```\npython request_pred.py\n```\n"})
    assert step_of(plan, "request_pred").purpose == "other"
    assert any("asks a service" in question for question in plan.open_questions)


def test_patterns_that_say_too_little_are_no_outputs() -> None:
    code = FIT + "import datetime\nname = datetime.now()\ndf.to_csv(f'{name}.csv')\ndf.to_csv(f'data/{name}.csv')\n"
    code += "df.to_csv(f'out/{name}.csv')\n"
    assert step_of(plan_of({**BASE, "train.py": code}), "train.py").outputs == ("models/m.joblib", "out/*.csv")


def test_what_a_pipeline_declares_is_not_cut_to_a_few_of_each_kind() -> None:
    stages = "".join(f"  t{n}:\n    cmd: python t{n}.py\n    outs: [m{n}.joblib]\n" for n in range(6))
    plan = plan_of({**BASE, **{f"t{n}.py": FIT for n in range(6)}, "dvc.yaml": f"stages:\n{stages}"})
    assert [step.purpose for step in plan.steps] == ["train"] * 6


def test_a_script_that_only_imports_an_application_serves_nothing() -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n"
    load = "from app import app\nimport pandas as pd\npd.read_csv('data/a.csv').to_csv('data/b.csv')\n"
    plan = plan_of({**BASE, "app.py": app, "load_data.py": load})
    assert {step.command: step.purpose for step in plan.steps} == {
        "flask --app app:app run": "serve",
        "python load_data.py": "prepare",
    }


@pytest.mark.parametrize(
    ("text", "commands_found"),
    [
        ("```powershell\npython src\\fit.py\n```\n", ["python src/fit.py"]),
        ("```\npython src/fit.py --help\nflask db upgrade\n```\n", []),
        ("```\n./deploy.sh\n```\n", []),
    ],
)
def test_paths_of_windows_help_and_deploying_scripts(text: str, commands_found: list[str]) -> None:
    files = {"src/fit.py": FIT, "deploy.sh": "docker build .\ndocker push x\n", "README.md": text}
    plan = plan_of({**BASE, **files})
    assert [step.command for step in plan.steps if step.origin == "documented"] == commands_found
