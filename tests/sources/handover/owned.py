"""Small made-up deliveries: a dict of texts becomes opened material, with a history where one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from heldout.material import open_material
from heldout.sources.handover.answers import Answers
from heldout.sources.handover.own import own_checks
from heldout.sources.handover.plan import Data, Model, Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check
from tests.material.repos import commit, new_repo
from tests.support import write_files

TODAY = date(2026, 11, 23)
DATA = Plan(data=(Data(path="data/train.csv"),))
SHIPPED = Plan(data=(Data(path="data/train.csv"),), models=(Model(path="models/model.joblib", format="joblib"),))


def own(
    folder: Path,
    files: Mapping[str, str],
    *,
    plan: Plan | None = None,
    answers: Answers | None = None,
    runs: tuple[Ran, ...] = (),
) -> dict[str, Check]:
    """The checks of ownership on a folder of these files, by id."""
    write_files(folder, files)
    with open_material(str(folder)) as material:
        checks = own_checks(material, plan or Plan(), answers, runs, today=TODAY)
    return {check.id: check for check in checks}


def own_with_history(folder: Path, *commits: tuple[dict[str, str], tuple[str, str]]) -> dict[str, Check]:
    """The same on a git repository made of (files, who) commits."""
    repo = new_repo(folder)
    for number, (files, who) in enumerate(commits):
        commit(repo, files, f"Step {number}", who)
    with open_material(str(repo)) as material:
        checks = own_checks(material, Plan(), None, (), today=TODAY)
    return {check.id: check for check in checks}
