"""Continuous integration is judged by the commands that it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.sources.repository.ci import Ci
from heldout.sources.repository.repository import Repository
from tests.support import Files, write_files

STEPS = """on: [push]
jobs:
  a:
    steps:
      - uses: actions/checkout@v4
      - run: |
          pip install pytest
"""


def ci_of(files: Files) -> Ci:
    with tempfile.TemporaryDirectory() as folder:
        return Repository(scan_folder(write_files(Path(folder), files), "folder", Limits())).ci


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/workflows/a.yml", STEPS + "          python -m pytest -q\n"),
        (".gitlab-ci.yml", "test:\n  script:\n    - pip install .\n    - pytest\n"),
        (".travis.yml", "language: python\nscript: pytest tests\n"),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    steps:\n      - run:\n          name: t\n          command: pytest\n",
        ),
        ("azure-pipelines.yml", "steps:\n- script: |\n    cd x\n    pytest\n"),
        ("appveyor.yml", "test_script:\n  - cmd: python -m unittest discover\n"),
        ("Jenkinsfile", "pipeline { stage('t') { steps { sh 'pytest -x' } } }"),
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n    - step:\n        script:\n          - nosetests\n"),
    ],
)
def test_finds_the_tests_of_every_provider(path: str, text: str) -> None:
    assert ci_of({path: text}).doing("test", on_change=True)


def test_installing_a_test_tool_is_not_running_it() -> None:
    assert not ci_of({".github/workflows/a.yml": STEPS}).doing("test")


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": "PY = python\nall: build check\n\ncheck: unit\n\nunit:\n\tpytest tests\n", "run": "make check"},
        {"tox.ini": "[testenv]\ndeps = pytest\ncommands =\n    coverage run -m pytest\n", "run": "tox -e py311"},
        {"noxfile.py": "def tests(session):\n    session.run('pytest', '-q')\n", "run": "nox"},
        {"justfile": "check:\n    uv run pytest\n", "run": "just check"},
        {"ci/run.sh": "set -e\npytest\n", "run": "bash ci/run.sh"},
    ],
)
def test_follows_a_command_into_the_repository(files: dict[str, str]) -> None:
    command = files["run"]
    others = {path: text for path, text in files.items() if path != "run"}
    tests = ci_of({".github/workflows/a.yml": STEPS + f"          {command}\n", **others}).doing("test")
    assert tests
    assert tests[0].path in others


def test_a_bot_on_a_timer_runs_nothing_at_a_change() -> None:
    text = "on:\n  schedule:\n    - cron: '0 0 * * *'\njobs:\n  s:\n    steps:\n      - run: pytest\n"
    ci = ci_of({".github/workflows/nightly.yml": text})
    assert ci.doing("test")
    assert not ci.doing("test", on_change=True)


def test_tells_the_line_of_a_command() -> None:
    command = ci_of({".github/workflows/a.yml": STEPS + "          pytest \\\n            -q\n"}).doing("test")[0]
    assert (command.line, command.text) == (8, "pytest -q")


def test_knows_purposes_apart() -> None:
    ci = ci_of(
        {
            ".gitlab-ci.yml": "a:\n  script:\n    - ruff check . && mypy src\n    - docker build -t x .\n"
            "    - echo pytest\n"
        }
    )
    assert {p for c in ci.commands for p in c.purposes} == {"lint", "types", "build"}
    assert [c.text for c in ci.matching(r"^docker")] == ["docker build -t x ."]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "a: &a [*a]\n",
        "x: &x {run: pytest}\n" + "".join(f"k{i}: [*x, *x]\n" for i in range(2000)),
        "a: [" * 3000,
    ],
)
def test_hostile_yaml_is_read_without_harm(text: str) -> None:
    assert len(ci_of({".github/workflows/a.yml": text}).files) == 1


JOB = "on: [push, pull_request]\njobs:\n  t:\n{}    steps:\n      - run: pytest\n"


@pytest.mark.parametrize(
    "condition",
    [
        "contains(github.event.head_commit.message, '[run tests]')",
        "startsWith(github.ref, 'refs/tags/')",
        "github.event_name == 'workflow_dispatch' || inputs.tests",
        "needs.asked.outputs.build == 'true'",
        "contains(github.event.pull_request.labels.*.name, 'slow')",
    ],
)
def test_a_job_that_waits_to_be_asked_does_not_run_at_a_change(condition: str) -> None:
    ci = ci_of({".github/workflows/a.yml": JOB.format(f"    if: {condition}\n")})
    assert ci.doing("test")
    assert not ci.doing("test", on_change=True)


@pytest.mark.parametrize(
    "condition",
    [
        "github.actor != 'robot'",
        "\"!contains(github.event.head_commit.message, 'skip ci')\"",
        "github.event_name == 'push' || github.event_name == 'workflow_dispatch'",
        "needs.changes.outputs.build == 'true'",
        "github.repository == 'ada/engine'",
    ],
)
def test_a_job_that_leaves_out_the_exception_runs_at_a_change(condition: str) -> None:
    ci = ci_of({".github/workflows/a.yml": JOB.format(f"    if: {condition}\n")})
    assert ci.doing("test", on_change=True)


def test_a_job_after_one_that_waits_waits_too() -> None:
    text = JOB.format("    needs: [asked]\n") + "  asked:\n    if: inputs.go\n    steps:\n      - run: echo\n"
    assert not ci_of({".github/workflows/a.yml": text}).doing("test", on_change=True)


def test_a_job_of_circleci_for_no_branch_runs_at_tags_alone() -> None:
    steps = "    steps:\n      - run: {}\n"
    jobs = "jobs:\n  t:\n" + steps.format("docker run -it image test") + "  d:\n" + steps.format("python -m build")
    flow = "workflows:\n  a:\n    jobs:\n      - t\n      - d: {filters: {branches: {ignore: /.*/}}}\n"
    ci = ci_of({".circleci/config.yml": jobs + flow})
    assert ci.doing("test", on_change=True)
    assert ci.doing("build")
    assert not ci.doing("build", on_change=True)


def test_follows_an_action_of_the_repository() -> None:
    files = {
        ".github/workflows/a.yml": STEPS + "      - uses: ./.github/actions/test\n",
        ".github/actions/test/action.yml": "runs:\n  using: composite\n  steps:\n    - run: pytest\n",
    }
    assert ci_of(files).doing("test", on_change=True)


@pytest.mark.parametrize(("command", "builds"), [("pip install -e .[test]", False), ("python -m build", True)])
def test_installing_the_project_builds_nothing(command: str, builds: bool) -> None:
    ci = ci_of({".github/workflows/build.yml": "on: push\njobs:\n  build:\n    steps:\n      - run: " + command + "\n"})
    assert bool(ci.doing("build")) is builds


@pytest.mark.parametrize(
    ("command", "purpose"),
    [
        ("hatch run test:all -n 4", "test"),
        ("hatch -e test run pytest", "test"),
        ("pkgmt lint", "lint"),
        ("docker run -it image lint", "lint"),
        ("npm run lint", "lint"),
    ],
)
def test_tells_what_a_runner_runs(command: str, purpose: str) -> None:
    ci = ci_of({".github/workflows/a.yml": f"on: push\njobs:\n  a:\n    steps:\n      - run: {command}\n"})
    assert purpose in ci.commands[0].purposes


@pytest.mark.parametrize("command", ["hatch -e test run pip freeze", "hatch env create test", "make lintel"])
def test_preparing_to_test_tests_nothing(command: str) -> None:
    ci = ci_of({".github/workflows/a.yml": f"on: push\njobs:\n  a:\n    steps:\n      - run: {command}\n"})
    assert not ci.doing("test", "lint")
