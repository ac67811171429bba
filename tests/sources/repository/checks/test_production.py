"""Edges of the checks of serving, images, MLOps and cloud: what must not be said."""

import pytest

from heldout.sources.repository.checks.registry import checks_by_code
from tests.sources.repository.checks.examples.handover import EXAMPLES as HANDOVER
from tests.sources.repository.checks.examples.production import EXAMPLES as PRODUCTION
from tests.support import Files, findings_of, look

OURS = [example.code for example in (*PRODUCTION, *HANDOVER)]
TRAIN = "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"


def said(code: str, files: Files, polarity: str = "against") -> list[str]:
    (check,) = checks_by_code([code])
    return [finding.message for finding in findings_of(files, check) if finding.polarity == polarity]


@pytest.mark.parametrize("code", OURS)
def test_a_library_is_not_blamed_for_being_no_service(code: str) -> None:
    library = {
        "src/fit/__init__.py": "",
        "src/fit/model.py": TRAIN,
        "tests/test_model.py": "from fit.model import train\n\n\ndef test_it():\n    assert train([[1]], [1])\n",
        "README.md": "# fit\n\nFits things.\n\n```python\nfrom fit.model import train\n```\n",
        "pyproject.toml": "[project]\nname = 'fit'\n",
    }
    assert said(code, library) == []


@pytest.mark.parametrize("code", OURS)
def test_the_same_input_gives_the_same_findings(code: str) -> None:
    example = next(e for e in (*PRODUCTION, *HANDOVER) if e.code == code)
    (check,) = checks_by_code([code])
    for files in filter(None, (example.against, example.favourable)):
        assert findings_of(files, check) == findings_of(dict(reversed(files.items())), check)


def test_an_image_built_beside_this_one_has_no_version_to_name() -> None:
    assert said("DEP121", {"Dockerfile": "FROM our-base\nRUN x\n"}) == []
    assert said("DEP121", {"Dockerfile": "FROM our-base:latest\nRUN x\n"}) == []
    assert said("DEP121", {"Dockerfile": "FROM nvidia/cuda\nRUN x\n"})


def test_installing_the_project_itself_needs_its_code() -> None:
    assert said("DEP122", {"Dockerfile": "FROM python:3.12\nCOPY . .\nRUN pip install .\n"}) == []


def test_an_image_for_development_may_run_as_root() -> None:
    assert said("DEP123", {"Dockerfile": 'FROM python:3.12\nEXPOSE 8888\nCMD ["jupyter", "lab"]\n'}) == []
    assert said("DEP123", {"Dockerfile": "FROM python:3.12\nRUN python train.py\n"}) == []


def test_placeholders_and_public_settings_are_no_secrets() -> None:
    assert (
        said("DEP124", {"Dockerfile": "FROM a:1\nENV API_KEY=your-key-here\nENV DB_PASSWORD=$PASS\nARG HF_TOKEN\n"})
        == []
    )
    assert said("DEP124", {"Dockerfile": "FROM a:1\nCOPY .env .\n", ".env": "PORT=3000\n"}) == []


def test_secrets_are_never_shown() -> None:
    (check,) = checks_by_code(["DEP124"])
    found = findings_of({"Dockerfile": "FROM a:1\nENV API_KEY=9f86d081884c7d659a2f\n"}, check)
    assert found
    assert "9f86d081884c7d659a2f" not in str(found)
    (check,) = checks_by_code(["CLD103"])
    example = next(e for e in PRODUCTION if e.code == "CLD103")
    found = findings_of(example.against or {}, check)
    assert found
    assert "q8Zr1vLw0pXk3mNb5cVd" not in str(found)


def test_a_pipeline_stage_may_run_a_program_that_is_no_script_of_its_own() -> None:
    stage = (
        "stages:\n  train: {cmd: fit-model data.csv, deps: [data.csv], outs: [model]}\n  b: {cmd: 'python ${script}'}\n"
    )
    assert said("MLO103", {"dvc.yaml": stage, "train.py": TRAIN}) == []


def test_names_of_architectures_and_metadata_are_no_versions() -> None:
    files = {
        f"models/{name}.py": TRAIN for name in ("resnet", "resnet_v2", "mobilenet_v3", "finalize", "newton", "folder")
    }
    assert said("MLO107", files) == []


def test_a_timer_that_only_tests_retrains_nothing() -> None:
    workflow = "on:\n  schedule:\n    - cron: '0 3 * * 1'\njobs:\n  t:\n    steps:\n      - run: pytest\n"
    assert said("MLO105", {".github/workflows/w.yml": workflow, "train.py": TRAIN}, "for") == []


def test_a_download_of_another_model_is_no_registry() -> None:
    code = TRAIN + "\nfrom huggingface_hub import hf_hub_download\nhf_hub_download('a', 'b')\n"
    assert said("MLO102", {"train.py": code}, "for") == []


def test_a_listing_that_is_paged_or_bounded_is_whole() -> None:
    bounded = "import boto3\ns3 = boto3.client('s3')\nx = s3.list_objects_v2(Bucket=b, MaxKeys=1)\n"
    by_hand = "import boto3\ns3 = boto3.client('s3')\nr = s3.list_objects_v2(Bucket=b)\n"
    by_hand += "while r['IsTruncated']:\n    r = more(r)\n"
    assert said("CLD102", {"a.py": bounded, "b.py": by_hand}) == []


def test_keys_of_a_local_service_are_no_keys() -> None:
    code = "import boto3\nboto3.client('s3', aws_access_key_id='minioadmin', aws_secret_access_key='minioadmin')\n"
    assert said("CLD103", {"a.py": code}) == []


def test_a_denial_of_everything_is_no_wide_right() -> None:
    policy = 'resource "x" "y" {\n  policy = jsonencode({ Effect = "Deny", Action = "*", Resource = "*" })\n}\n'
    assert said("CLD107", {"main.tf": policy}) == []


HOSTILE = {
    "Makefile": "train" * 40_000 + "\n" + "\n" * 100_000 + "evaluate" * 20_000,
    "k8s.yaml": "services:\n" + "\n" * 150_000 + " " * 40_000,
    "main.tf": "\n" * 80_000 + "Action" + " " * 40_000 + "Action:" + "\n" * 60_000,
    "run.sh": "gunicorn " * 20_000,
    "settings.json": "http://a.b.c " * 50_000,
    "Dockerfile": "FROM a\nEXPOSE 80\nENV " + "PASSWORD" * 50_000 + "\nRUN " + "pip install " * 30_000,
    "README.md": "# Use case\n" + "saved $1 " * 20_000 + "\n```\n" + "python train.py " * 20_000 + "\n```\n",
    "app.py": "import flask\nimport boto3\nimport torch\n\nx = '"
    + "train model profit threshold weight " * 20_000
    + "'\n",
    "dvc.yaml": "stages: [" + "1, " * 50_000 + "1]\n",
}


def test_long_lines_and_blank_files_take_no_time() -> None:
    checks = checks_by_code(OURS)
    seen = look(HOSTILE | {"train.py": TRAIN}, checks)
    assert not [gap for gap in seen.gaps if gap.ours]
