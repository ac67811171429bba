"""What a repository may hold to stop a review of it: long, deep and repetitive texts, at full size.

`benchmarks/hostile.py` has what takes too long for a test.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.sources.repository.checks.registry import all_checks
from heldout.sources.repository.inspection import Inspection, inspect
from tests.support import notebook

TEXTS = (
    "README.md", "docs/guide.rst", "ci.yaml", ".github/workflows/ci.yml", "environment.yml", "pyproject.toml",
    "setup.cfg", "requirements.txt", "Dockerfile", "Makefile", "Jenkinsfile", "query.sql", "run.sh", "main.tf",
    "LICENSE", "broken.py", ".gitmodules", "justfile", "runtime.txt",
)  # fmt: skip


def reviewed(root: Path) -> Inspection:
    """What a review of a folder sees, in processes with limits as at work."""
    return inspect(scan_folder(root, "folder", Limits()), all_checks(), workers=2)


@pytest.mark.parametrize("unit", [" ", "\n", " \n", "[", "- ", "(", "a", "<img", "\\\n", "select "])
def test_a_text_of_one_thing_a_thousand_times_over_keeps_no_check_busy(tmp_path: Path, unit: str) -> None:
    text = (unit * 300_000)[:300_000]
    line = text.replace("\n", " ")
    for name in TEXTS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "comment.py").write_text(f"# {line}\nimport torch\n")
    (tmp_path / "comments.py").write_text("".join(f"# {line[at : at + 70]}\n" for at in range(0, 300_000, 70)))
    (tmp_path / "string.py").write_text(f"import pandas\nx = {text!r}\n")
    cells = (
        f"# {line}",
        "import pandas\n" + text,
        f"!{line}",
        f"%%bash\n{text}",
        ("", {"cell_type": "markdown", "source": text}),
    )
    (tmp_path / "book.ipynb").write_text(notebook(*cells))
    gaps = reviewed(tmp_path).gaps
    assert not [gap for gap in gaps if gap.ours or "longer than" in gap.why or "stopped" in gap.why], gaps


def test_a_line_of_fifty_megabytes_is_named_and_passed_over(tmp_path: Path) -> None:
    line = b"a" * 50_000_000
    names = {f"one.{suffix}" for suffix in ("py", "md", "json", "ipynb", "yaml", "csv")}
    for name in names:
        (tmp_path / name).write_bytes(line)
    (tmp_path / "small.py").write_text("def one():\n    return 1\n")
    seen = reviewed(tmp_path)
    assert [module.path for module in seen.repository.modules] == ["small.py"]
    assert all(any(name in gap.what for gap in seen.gaps) for name in ("one.ipynb", "one.json"))
    assert any("larger than 8 MiB" in gap.why for gap in seen.gaps)


@pytest.mark.parametrize("mark", ["- ", "[", "{a: ", "? "])
def test_a_deep_text_of_settings_stops_nothing(tmp_path: Path, mark: str) -> None:
    """The library that reads YAML calls itself for every level, in C: too deep a text ended the whole process."""
    for name in (".github/workflows/ci.yml", ".gitlab-ci.yml", "environment.yml", "docker-compose.yml", "dvc.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mark * 60_000)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "deep.ipynb").write_text('{"cells": ' + "[" * 100_000)
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    (tmp_path / "small.py").write_text("import torch\n")
    seen = reviewed(tmp_path)
    assert [module.path for module in seen.repository.modules] == ["small.py"]
    assert not [gap for gap in seen.gaps if gap.ours], seen.gaps


def test_many_rules_of_suppression_are_not_all_followed(tmp_path: Path) -> None:
    rule = {"code": "CRF101", "path": "*a*b*c*d*e*f*", "reason": "why not"}
    tables = "".join(
        "[[suppress]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in rule.items()) for _ in range(1_000)
    )
    (tmp_path / "heldout.toml").write_text(tables)
    (tmp_path / "small.py").write_text("import torch\n")
    assert any("the first 200" in gap.why for gap in reviewed(tmp_path).gaps)
