"""Tools are recognised by use; the catalogue is sound data."""

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.tools import Catalogue, Tool, ToolUse, catalogue, tools_used
from tests.support import Files, look


class Probe(Check):
    """Asks for the tools while the files are still there."""

    code = "TST999"

    def __init__(self) -> None:
        self.seen: dict[str, ToolUse] = {}
        self.aws: list[str] = []

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        self.seen = {use.tool.id: use for use in tools_used(repo, depth="mentioned")}
        self.aws = [use.tool.id for use in tools_used(repo, "cloud-aws")]
        return ()


def used(files: Files) -> dict[str, ToolUse]:
    probe = Probe()
    look(files, [probe])
    return probe.seen


def test_the_catalogue_is_broad_and_every_category_has_alternatives() -> None:
    tools = catalogue().tools
    assert len(tools) >= 90
    categories = [tool.category for tool in tools]
    assert all(categories.count(category) >= 3 for category in set(categories))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "Bad Id", "name": "x", "category": "tracking", "imports": ["x"], "calls": ["x.y"]},
        {"id": "x", "name": "x", "category": "no such", "imports": ["x"], "calls": ["x.y"]},
        {"id": "x", "name": "x", "category": "tracking"},
        {"id": "x", "name": "x", "category": "tracking", "imports": ["x"]},
        {"id": "x", "name": "x", "category": "tracking", "files": [{"path": "x", "says": ["a"]}], "calls": ["x.y"]},
        {"id": "x", "name": "x", "category": "tracking", "imports": ["x"], "calls": ["x.y"], "colour": "red"},
    ],
)
def test_refuses_a_tool_that_cannot_be_recognised(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Tool.model_validate(wrong)


def test_refuses_a_tool_listed_twice() -> None:
    tool = {"id": "x", "name": "x", "category": "tracking", "imports": ["x"], "calls": ["x.y"]}
    with pytest.raises(ValidationError, match="twice"):
        Catalogue.model_validate({"version": "1", "tools": [tool, tool]})


def test_tells_mentioned_from_configured_from_used() -> None:
    seen = used(
        {
            "a.py": "import mlflow\n",
            "b.py": "import wandb as w\n\nw.init(project='x')\n",
            ".dvc/config": "[core]\n",
            "c.py": "from prometheus_client import Counter\nCOUNT = Counter('a', 'b')\n",
        }
    )
    assert seen["mlflow"].depth == "mentioned"
    assert seen["wandb"].depth == "used"
    assert seen["wandb"].places == (("b.py", 3),)
    assert seen["dvc"].depth == "configured"
    assert seen["prometheus"].depth == "used"


def test_a_file_counts_by_what_it_says() -> None:
    assert used({"Makefile": "all:\n\techo aws\n", "notes.yaml": "kind: list\n"}) == {}
    assert used({"infra/main.tf": 'x = 1\nresource "aws_s3_bucket" "b" {}\n'})["terraform"].places == (
        ("infra/main.tf", 2),
    )
    assert used({"Snakefile": "rule a:\n  input: 'x'\n  output: 'y'\n"})["snakemake"].depth == "used"


def test_a_project_is_no_user_of_the_tool_that_it_is() -> None:
    assert "mlflow" not in used(
        {"mlflow/__init__.py": "", "mlflow/run.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}
    )


def test_tests_of_the_project_do_not_count() -> None:
    assert used({"tests/test_a.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}) == {}


def test_picks_by_category() -> None:
    probe = Probe()
    look({"a.py": "import boto3, mlflow\nboto3.client('s3').upload_file('a', 'b', 'c')\nmlflow.autolog()\n"}, [probe])
    assert probe.aws == ["boto3"]
