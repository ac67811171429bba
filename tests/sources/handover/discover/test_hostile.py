"""Deliveries that are made to break or stall the reader: it ends soon, without a crash, with what it could tell."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.material import Limits, Material
from heldout.material.scan import scan_folder
from heldout.sources.handover.discover import discover, static_checks
from heldout.sources.handover.discover.code.machine import BUDGET, Machine
from heldout.sources.handover.discover.view import View, parse
from heldout.sources.handover.plan_file import read_plan, write_plan
from tests.sources.handover.deliveries import Content, delivery

GOOD = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nRidge().fit(pd.read_csv('a.csv'), [1])\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 8)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": bytes(random.Random(1).randrange(256) for _ in range(50_000))},
        {"README.md": "```" * 50_000},
        {"README.md": "`" + "a" * 300_000},
        {"README.md": "    python x.py\n" * 20_000},
        {"README.md": "```sh\n" + "python x.py " + "\\\n" * 5_000},
        {"README.md": "```sh\n" + "'" * 10_000 + "\n```"},
        {"README.md": "```sh\n" + "cd a && " * 5_000 + "\n```"},
        {"train.py": "x = " + "(" * 5_000 + ")" * 5_000},
        {"train.py": "x = 1" + "+1" * 20_000},
        {"train.py": "s = 'a'\n" + "s = s + s\n" * 200 + GOOD},
        {"train.py": "l = [1]\n" + "l = l + l\n" * 200 + GOOD},
        {
            "train.py": "".join(f"def f{n}(): f{n + 1}(); f{n + 1}()\n" for n in range(60))
            + "def f60(): pass\nf0()\n"
            + GOOD
        },
        {"train.py": "def f(): f()\nf()\n" + GOOD},
        {
            "train.py": "for a in range(9):\n"
            + "".join(" " * n + "for b in [1,2,3,4,5,6,7,8]:\n" for n in range(1, 18))
            + " " * 18
            + "x()\n"
        },
        {"train.py": "import b\n" + GOOD, "b.py": "import train\nfrom train import *\n"},
        {"train.py": "x = 10 ** 10 ** 10\ny = 'a' * 10 ** 10\nz = 1 / 0\n" + GOOD},
        {"train.py": "'%s%s' % (1,)\n'{' .format()\n'{0[a].b}'.format(1)\nopen('\\0')\nopen('~')\nopen('')\n" + GOOD},
        {"train.py": "while True:\n    x()\n" + GOOD},
        {"train.py": b"\xff\xfe" + b"\0" * 1000},
        {"a.ipynb": "{"},
        {"a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": None}, 3, {}]})},
        {"a.ipynb": "[" * 100_000},
        {"dvc.yaml": BOMB},
        {"dvc.yaml": "stages: " + "[" * 2_000},
        {"dvc.yaml": "stages:\n  a:\n    cmd: [1, {}, null]\n    deps: {a: 1}\n    outs: [1, {}]\n  1: {cmd: x}\n"},
        {"MLproject": "entry_points:\n  main:\n    command: '{a}'\n    parameters: [1]\n  x: 1\n"},
        {"Makefile": "A = $(A)$(A)\nx: $(A)\n\tpython $(A)\n" * 50},
        {"Makefile": "a" * 300_000 + ": b\n\tpython x\n"},
        {"Snakefile": 'rule a:\n  input: """' + "x" * 100_000},
        {"pyproject.toml": "[tool." + "a." * 5_000 + "b]\n"},
        {"Dockerfile": "CMD [" * 1_000},
        {".github/workflows/a.yml": "jobs: {a: {steps: 3}, b: 1}\n"},
        {"docker-compose.yml": "services: [1]\n"},
        {"data/a.csv": b"\0\xff" * 10_000},
        {"data/a.csv": '"' * 200_000},
        {"data/a.csv": "," * 300_000},
        {"data/a.jsonl": "[" * 50_000},
        {
            "templates/a.html": "<form method=post>" + "<input name=a>" * 20_000,
            "app.py": "from flask import Flask\na = Flask(1)\n",
        },
        {"delivery.toml": "[[step]]\n" * 2_000},
        {"delivery.toml": b"\xff\xfe\0"},
        {"a/" * 40 + "train.py": GOOD},
        {"na\nme.py": GOOD, "-rf.py": GOOD, "$(touch x).py": GOOD, "train 'x'.py": GOOD},
        {
            "params.yaml": "a: &a\n  b: *a\n",
            "train.py": "import yaml\nc = yaml.safe_load(open('params.yaml'))\nopen(c['a']['b'])\n",
        },
    ],
    ids=lambda files: next(iter(files))[:20],
)
def test_a_hostile_delivery_gets_a_plan(files: dict[str, Content]) -> None:
    with delivery(files) as material:
        plan = discover(material)
        checks = static_checks(material, plan)
    assert len(plan.steps) <= 12
    assert len(checks) == 3
    assert read_plan(write_plan(plan), "x") == plan


def test_links_that_form_a_circle_or_lead_out_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.csv").symlink_to("/etc/passwd")
    (tmp_path / "README.md").symlink_to("/etc/passwd")
    plan = discover(Material("x", "folder", "x", scan_folder(tmp_path, "folder", Limits())))
    assert [step.command for step in plan.steps] == ["python train.py"]
    assert all(item.rows is None for item in plan.data)


def test_code_that_never_ends_uses_up_its_budget_and_no_more(tmp_path: Path) -> None:
    code = (
        "".join(f"def f{n}():\n    f{n + 1}(); f{n + 1}(); f{n + 1}()\n" for n in range(13)) + "def f13(): pass\nf0()\n"
    )
    (tmp_path / "a.py").write_text(code, encoding="utf-8")
    machine = Machine(View(scan_folder(tmp_path, "folder", Limits())), ".")
    machine.run("a.py", parse(code))
    assert machine.left == -1
    assert BUDGET <= 100_000


def test_outputs_of_a_plan_never_lead_out_of_the_delivery() -> None:
    code = (
        GOOD + "open('../../x', 'w')\nopen('/etc/x', 'w')\nopen('~/x', 'w')\nopen('ok/../../y', 'w')\nopen('z', 'w')\n"
    )
    with delivery({"train.py": code, "a.csv": "x\n1\n"}) as material:
        (step,) = discover(material).steps
    assert step.outputs == ("z",)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("abc.=()[]{}:'\"\n ,+-*/%<>f0 \\", max_size=120))
def test_any_code_is_followed(code: str) -> None:
    tree = parse(f"import os, sys\n{code}\n")
    with delivery({"a.py": code}) as material:
        machine = Machine(View(material.tree), ".")
        machine.run("a.py", tree)
    assert all(
        not touch.path.startswith(("/", ".."))
        for touch in (*machine.seen.reads.values(), *machine.seen.writes.values())
    )
