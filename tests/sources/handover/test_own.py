"""What the files of a delivery say of owning it: each check passes, fails and stays open for its own reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.sandbox.base import Verdict
from heldout.sources.handover.answers import answers_from, questions
from heldout.sources.handover.plan import Model, Plan, Step
from heldout.sources.handover.record import Cause, Ran
from tests.sources.handover.owned import DATA, SHIPPED, own, own_with_history
from tests.support import notebook

PARTS = (
    "## Installation\n\n```bash\npip install -r requirements.txt\n```\n",
    "The data are from https://www.kaggle.com/datasets/somebody/churn.\n",
    "## Training\n\n```bash\npython src/train.py\n```\n",
    "## Prediction\n\nRun `python src/predict.py new.csv`.\n",
)
README = "# Churn\n\n" + "\n".join(PARTS)
LIMITS = "\n## Limitations\n\nIt was trained on one country only and must not be used for any other one.\n"
TERMS = "\nThe dataset is licensed under CC BY 4.0.\n"
MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software"
ADA = ("Ada Lovelace", "ada@engine.org")
GRACE = ("Grace Hopper", "grace@navy.mil")
AGREED = answers_from({q.key: "ours" if q.kind == "words" else "2027-06-30" for q in questions()})


def test_documents_that_cover_everything_earn_everything(tmp_path: Path) -> None:
    check = own(tmp_path, {"README.md": README + LIMITS + TERMS}, plan=DATA)["O1"]
    assert (check.state, check.credit) == ("pass", 1.0)
    assert {str(place) for place in check.locations} == {f"README.md:{n}" for n in (3, 9, 11, 17, 21, 25)}


def test_limits_and_terms_may_be_missing_and_cost_credit(tmp_path: Path) -> None:
    check = own(tmp_path, {"README.md": README})["O1"]
    assert check.state == "pass"
    assert 0 < check.credit < 1
    assert "must not be used for" in check.message


@pytest.mark.parametrize(
    ("section", "title"),
    [("## Install", "install"), ("## Training", "train"), ("## Prediction", "predict"), ("The data", "data")],
)
def test_each_of_the_four_needed_topics_is_needed(tmp_path: Path, section: str, title: str) -> None:
    parts = [part for part in PARTS if not part.startswith(section)]
    text = "# Churn\n\n" + "\n".join(parts)
    check = own(tmp_path, {"README.md": text})["O1"]
    assert check.state == "fail"
    assert check.measured[title] is False
    assert all(check.measured[other] for other in ("install", "data", "train", "predict") if other != title)


def test_documents_in_another_language_are_read(tmp_path: Path) -> None:
    text = (
        "# Demanda\n\n## Instalación\n\nCree el entorno con requirements.txt.\n\nFuente de los datos: el ministerio."
        "\n\n## Entrenamiento\n\n`python entrenar.py` produce el modelo nuevo.\n"
        "\n## Predicción\n\nSe llama con un CSV nuevo.\n"
    )
    assert own(tmp_path, {"README.md": text})["O1"].state == "pass"


def test_the_name_of_the_project_is_no_document_on_a_topic(tmp_path: Path) -> None:
    check = own(tmp_path, {"README.md": "# Training and prediction of churn\n\nSee the code.\n"})["O1"]
    assert not check.measured["train"]
    assert not check.measured["predict"]


def test_no_document_at_all_is_said_so(tmp_path: Path) -> None:
    check = own(tmp_path, {"train.py": "x = 1\n"})["O1"]
    assert check.state == "fail"
    assert check.message.startswith("No document for readers")


def test_where_the_plan_keeps_to_one_folder_others_say_nothing_of_it(tmp_path: Path) -> None:
    files = {"churn/train.py": "x = 1\n", "other/README.md": README, "other/a.py": "P = '/home/grace/x.csv'\n"}
    plan = Plan(steps=(Step(id="train", purpose="train", command="python train.py", folder="churn"),))
    checks = own(tmp_path, files, plan=plan)
    assert checks["O1"].state == "fail"
    assert checks["O6"].state == "pass"


DRIFT = "from evidently import Report\n\nReport([]).run(a, b)\n"
WATCH = Plan(steps=(Step(id="monitor", purpose="other", command="python src/monitor.py"),))


def ran(verdict: Verdict, cause: Cause | None = None) -> tuple[Ran, ...]:
    return (
        Ran(step="monitor", command="python src/monitor.py", verdict=verdict, wall_s=1.0, cause=cause, log="l.txt"),
    )


def test_no_monitoring_fails(tmp_path: Path) -> None:
    assert own(tmp_path, {"src/train.py": "x = 1\n"})["O3"].state == "fail"


def test_monitoring_that_is_only_spoken_of_fails_and_shows_where(tmp_path: Path) -> None:
    check = own(tmp_path, {"README.md": "# X\n\nMonitor the model for data drift.\n"})["O3"]
    assert check.state == "fail"
    assert "only spoken of" in check.message
    assert str(check.locations[0]) == "README.md:3"


def test_a_service_that_counts_requests_watches_no_quality(tmp_path: Path) -> None:
    check = own(tmp_path, {"app.py": "from prometheus_client import Counter\n"})["O3"]
    assert check.state == "fail"
    assert "Prometheus" in check.message


def test_a_watching_job_that_nobody_ran_earns_half(tmp_path: Path) -> None:
    check = own(tmp_path, {"src/monitor.py": DRIFT})["O3"]
    assert (check.state, check.credit) == ("pass", 0.5)


def test_a_watching_job_that_ran_earns_all(tmp_path: Path) -> None:
    check = own(tmp_path, {"src/monitor.py": DRIFT}, plan=WATCH, runs=ran(Verdict.OK))["O3"]
    assert (check.state, check.credit, check.log) == ("pass", 1.0, "l.txt")


def test_a_watching_job_that_does_not_run_fails_with_its_cause(tmp_path: Path) -> None:
    cause = Cause(code="module_missing", message="It imports `evidently`, which is declared nowhere.")
    check = own(tmp_path, {"src/monitor.py": DRIFT}, plan=WATCH, runs=ran(Verdict.FAILED, cause))["O3"]
    assert check.state == "fail"
    assert check.message.endswith("declared nowhere.")


def test_a_test_of_two_samples_in_a_notebook_is_no_watch(tmp_path: Path) -> None:
    assert own(tmp_path, {"explore.ipynb": notebook("ks_2samp(a, b)")})["O3"].state == "fail"


def test_rollback_and_retraining_told_with_versions_side_by_side(tmp_path: Path) -> None:
    text = "# X\n\nRetrain when the error exceeds 5 %. To go back, restore the previous model.\n"
    models = tuple(Model(path=f"models/model_v{n}.joblib", format="joblib") for n in (1, 2))
    check = own(tmp_path, {"README.md": text}, plan=Plan(models=models))["O4"]
    assert (check.state, check.credit) == ("pass", 1.0)
    assert "models/model_v1.joblib beside models/model_v2.joblib" in check.message


def test_a_model_without_a_word_on_going_back_fails(tmp_path: Path) -> None:
    assert own(tmp_path, {"README.md": README}, plan=SHIPPED)["O4"].state == "fail"


def test_a_schedule_that_trains_says_when(tmp_path: Path) -> None:
    flow = "on:\n  schedule:\n    - cron: '0 0 1 * *'\njobs:\n  a:\n    steps:\n      - run: python train.py\n"
    check = own(tmp_path, {".github/workflows/train.yml": flow, "a.py": ""})["O4"]
    assert check.measured["when_to_retrain"] is True


def test_nobody_asked_about_support_is_open_and_no_failure(tmp_path: Path) -> None:
    check = own(tmp_path, {"README.md": "# X\n\n## Contact\n\nWrite to the team.\n"})["O5"]
    assert check.state == "not_assessable"
    assert str(check.locations[0]) == "README.md:3"


def test_terms_that_are_all_agreed_pass(tmp_path: Path) -> None:
    check = own(tmp_path, {"a.py": ""}, answers=AGREED)["O5"]
    assert (check.state, check.credit) == ("pass", 1.0)


def test_terms_left_open_cost_credit_and_one_that_was_refused_fails(tmp_path: Path) -> None:
    most = {q.key: "yes" for q in questions() if q.needed and q.kind == "words"}
    open_ = own(tmp_path, {"a.py": ""}, answers=answers_from(most))["O5"]
    assert open_.state == "pass"
    assert open_.credit < 1
    assert "left open: an end of support" in open_.message
    refused = own(tmp_path, {"a.py": ""}, answers=answers_from(most | {"rights.weights": "no"}))["O5"]
    assert refused.state == "fail"
    assert "rights in the trained model" in refused.message


def test_support_that_is_over_is_not_agreed(tmp_path: Path) -> None:
    answers = AGREED.model_copy(update={"given": AGREED.given | {"support.ends": "2026-01-31"}})
    check = own(tmp_path, {"a.py": ""}, answers=answers)["O5"]
    assert check.state == "fail"
    assert "over already" in check.message


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("train.py", "df = read('/home/ghopper/data/train.csv')\n", "path into their own machine"),
        ("train.py", "df = read(r'C:\\Users\\ghopper\\train.csv')\n", "path into their own machine"),
        ("config.yaml", "data: /Users/ghopper/data.csv\n", "path into their own machine"),
        ("train.ipynb", notebook("df = read('/content/drive/MyDrive/a.csv')"), "path of a hosted platform"),
        ("train.py", "URL = 's3://acme-private-data/train.csv'\n", "store in an account of theirs"),
        (
            ".dvc/config",
            "[core]\n    remote = s\n['remote \"s\"']\n    url = gs://acme-ml/store\n",
            "store in an account",
        ),
        ("train.py", "mlflow.set_tracking_uri('https://mlflow.acme-ml.com')\n", "server of theirs"),
        ("settings.toml", "host = 'http://10.0.3.7/models'\n", "address in a private network"),
        ("requirements.txt", "--extra-index-url https://pypi.acme-ml.com/simple\nacme-core==1.0\n", "private package"),
        ("requirements.txt", "acme-core @ git+ssh://git@github.com/acme/core.git\n", "private repository"),
        (".env", "DB_PASSWORD=kW9xQv72LmTz\n", "file of keys"),
    ],
)
def test_what_only_its_makers_have_fails(tmp_path: Path, path: str, text: str, said: str) -> None:
    check = own(tmp_path, {path: text})["O6"]
    assert check.state == "fail"
    assert said in check.message
    assert check.locations
    assert "ghopper" not in check.model_dump_json()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("train.py", "# was: read('/home/ghopper/train.csv')\n"),
        ("train.py", "df = read('/path/to/train.csv')\nroot = '/home/user/data/x'\n"),
        ("train.py", "roles = {'role': 'user', 'content': text}\n"),
        ("README.md", "Put the data at /home/ada/data.csv or s3://acme-private/data.csv\n"),
        ("Dockerfile", "WORKDIR /srv/app\nCOPY . /srv/app/src\n"),
        ("requirements.txt", "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch\n"),
        ("train.py", "url = 's3://your-bucket/train.csv'\ndb = 'postgresql://u:p@localhost/db'\n"),
        (".env.example", "DB_PASSWORD=changeme\n"),
    ],
)
def test_what_others_can_have_too_passes(tmp_path: Path, path: str, text: str) -> None:
    assert own(tmp_path, {path: text})["O6"].state == "pass"


def test_a_service_that_takes_any_account_is_named_and_does_not_fail(tmp_path: Path) -> None:
    check = own(tmp_path, {"app.py": "import openai\n"})["O6"]
    assert check.state == "pass"
    assert "OpenAI" in check.message


def test_a_secret_is_found_and_shown_nowhere(tmp_path: Path) -> None:
    key = "AKIA" + "Q3ZT7LMN2PXR4SVW"
    check = own(tmp_path, {"deploy.sh": f"export AWS_ACCESS_KEY_ID={key}\n"})["O6"]
    assert (check.state, check.severity) == ("fail", "high")
    assert key not in check.model_dump_json()


def test_without_a_licence_and_without_an_agreement_there_are_no_rights(tmp_path: Path) -> None:
    check = own(tmp_path, {"train.py": ""}, plan=SHIPPED)["O8"]
    assert check.state == "fail"
    assert check.measured == {"code": "not stated", "data": "not stated", "weights": "not stated"}


def test_a_licence_for_code_and_data_covers_the_model_beside_them(tmp_path: Path) -> None:
    check = own(tmp_path, {"LICENSE": MIT, "README.md": "# X\n" + TERMS}, plan=SHIPPED)["O8"]
    assert (check.state, check.credit) == ("pass", 1.0)
    assert check.measured == {"code": "MIT", "data": "CC-BY", "weights": "MIT"}


def test_data_of_which_nothing_is_said_cost_credit(tmp_path: Path) -> None:
    check = own(tmp_path, {"pyproject.toml": '[project]\nlicense = "Apache-2.0"\n'}, plan=DATA)["O8"]
    assert (check.state, check.credit) == ("pass", 0.5)


@pytest.mark.parametrize(
    ("files", "hold"),
    [
        ({"LICENSE": MIT, "README.md": "The images are for research purposes only.\n"}, "research only"),
        ({"LICENSE": MIT, "README.md": "# X\n\n## Dataset\n\nCC BY-NC-SA 4.0, see there.\n"}, "non-commercial"),
        ({"LICENSE": MIT, "data/LICENSE": "Attribution-NonCommercial 4.0 International " * 9}, "non-commercial"),
        ({"LICENSE": MIT, "MODEL_CARD.md": "---\nlicense: cc-by-nc-4.0\n---\n# Card\n"}, "non-commercial"),
        ({"LICENSE": "Attribution-NonCommercial-NoDerivatives 4.0 International"}, "non-commercial"),
    ],
)
def test_terms_that_keep_commercial_use_back_fail(tmp_path: Path, files: dict[str, str], hold: str) -> None:
    check = own(tmp_path, files, plan=SHIPPED)["O8"]
    assert (check.state, check.severity) == ("fail", "high")
    assert hold in check.message
    assert check.clause


def test_commercial_and_non_commercial_use_is_no_restriction(tmp_path: Path) -> None:
    text = "# X\n\nThe data may be used for commercial and non-commercial purposes, licensed under CC BY 4.0.\n"
    assert own(tmp_path, {"LICENSE": MIT, "README.md": text}, plan=DATA)["O8"].state == "pass"


def test_what_was_agreed_stands_above_what_is_stated(tmp_path: Path) -> None:
    files = {"LICENSE": "Attribution-NonCommercial 4.0 International " * 9}
    assert own(tmp_path, files, plan=SHIPPED, answers=AGREED)["O8"].state == "pass"


def test_two_licences_that_disagree_are_both_named(tmp_path: Path) -> None:
    files = {"LICENSE": "Apache License Version 2.0", "README.md": "# X\n\n## License\n\nMIT License\n"}
    assert "Apache-2.0, though README.md:3 names MIT" in own(tmp_path, files)["O8"].message


def test_one_head_fails_and_two_pass_and_nobody_is_named(tmp_path: Path) -> None:
    alone = own_with_history(tmp_path / "a", *[({f"{n}.py": "x"}, ADA) for n in range(3)])["O9"]
    assert alone.state == "fail"
    assert "One person made all 3 commits" in alone.message
    both = own_with_history(tmp_path / "b", ({"a.py": "x"}, ADA), ({"b.py": "y"}, GRACE))["O9"]
    assert both.state == "pass"
    assert both.measured["people"] == 2
    assert "Grace" not in both.model_dump_json()


def test_without_a_history_the_number_of_heads_is_open(tmp_path: Path) -> None:
    assert own(tmp_path, {"a.py": ""})["O9"].state == "not_assessable"
    one = own_with_history(tmp_path / "one", ({"a.py": "x"}, ADA))["O9"]
    assert one.state == "not_assessable"


def test_names_of_people_are_hidden_in_every_message(tmp_path: Path) -> None:
    text = README + "\n## Support\n\nAsk Grace Hopper <grace@navy.mil>.\n"
    checks = own_with_history(
        tmp_path / "repo",
        ({"README.md": text, "a.py": "DATA = '/home/ghopper/Grace Hopper/a.csv'\n"}, ADA),
        ({"b.py": "y"}, GRACE),
    )
    said = "".join(check.model_dump_json() for check in checks.values())
    assert "Grace" not in said
    assert "navy.mil" not in said
    assert "ghopper" not in said


@pytest.mark.parametrize("text", ["#" * 100, "s3://a" * 5_000, "License :: " * 5_000, "\n" * 5_000, '"' * 5_000])
def test_what_nobody_writes_is_read_all_the_same(tmp_path: Path, text: str) -> None:
    files = dict.fromkeys(("README.md", "a.py", "c.yaml", "pyproject.toml", "LICENSE"), text)
    checks = own(tmp_path, files, plan=DATA)
    assert set(checks) == {"O1", "O3", "O4", "O5", "O6", "O8", "O9"}


def test_of_thousands_of_addresses_in_one_file_fifty_are_counted(tmp_path: Path) -> None:
    text = "".join(f"u{n} = 's3://acme-private-{n}/x'\n" for n in range(3_000))
    assert own(tmp_path, {"a.py": text})["O6"].measured["store_in_an_account_of_theirs"] == 50
