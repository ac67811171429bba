"""A small real repository, from git to dossier: valid, redacted, the same every time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heldout.evidence import Dossier
from heldout.material import open_material
from heldout.report.export import dossier_json, read_dossier
from heldout.sources.repository.checks.registry import usual_checks
from heldout.sources.repository.collect import Brief, collect
from heldout.standard import load_standard
from tests.material.repos import commit
from tests.material.test_credentials import SURE
from tests.sources.repository.people import ADA, ml_project
from tests.support import notebook, write_files

STANDARD = load_standard()


def collected(repo: Path, *claims: str, day: int = 1) -> Dossier:
    with open_material(str(repo)) as material:
        brief = Brief(subject="Ada", standard=STANDARD, checks=usual_checks(), claims=claims, workers=1)
        return collect(material, brief, taken_at=datetime(2026, 1, day, tzinfo=UTC))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ml_project(tmp_path_factory.mktemp("collect") / "churn")


@pytest.fixture(scope="module")
def dossier(project: Path) -> Dossier:
    return collected(project, "Ada Lovelace")


def test_a_dossier_says_what_was_seen_and_by_whom(dossier: Dossier) -> None:
    (artifact,) = dossier.artifacts
    assert artifact.measured["machine_learning"] is True
    assert artifact.measured["authors"] == 2
    assert artifact.measured["programs"] == 1
    assert artifact.measured["subject_share_of_commits"] == 0.667
    by_competency = {e.competency: e for e in dossier.evidence}
    assert by_competency["craft"].level is not None
    assert by_competency["statistics"].level is not None
    assert any(f.code.startswith("LEK") for f in by_competency["statistics"].findings)
    assert not [gap for gap in artifact.gaps if gap.ours]
    assert read_dossier(dossier_json(dossier)) == dossier


def test_nobody_else_is_named(dossier: Dossier) -> None:
    text = dossier_json(dossier)
    for word in ("Grace", "Hopper", "grace@", "navy.mil", "ghopper", "dependabot"):
        assert word.casefold() not in text.casefold(), word


def test_without_a_name_nobody_is_named(project: Path) -> None:
    blank = collected(project)
    for word in ("Grace Hopper", "grace@navy.mil", "Ada Lovelace", "ada@engine.org"):
        assert word not in dossier_json(blank)
    assert {e.share for e in blank.evidence} == {None}
    assert any(gap.what == "who wrote it" for gap in blank.artifacts[0].gaps)


def test_the_same_work_gives_the_same_dossier(project: Path, dossier: Dossier) -> None:
    def timeless(text: str) -> object:
        return json.loads(text, object_hook=lambda o: {k: v for k, v in o.items() if k != "taken_at"})

    again = collected(project, "Ada Lovelace", day=2)
    assert timeless(dossier_json(again)) == timeless(dossier_json(dossier))
    assert {e.run_id for e in again.evidence} == {e.run_id for e in dossier.evidence}
    assert {e.taken_at for e in again.evidence} == {datetime(2026, 1, 2, tzinfo=UTC)}


def test_another_claim_is_another_run(project: Path, dossier: Dossier) -> None:
    assert {e.run_id for e in collected(project).evidence}.isdisjoint({e.run_id for e in dossier.evidence})


def test_no_secret_leaves_whoever_points_at_it(tmp_path: Path) -> None:
    """A key in a notebook cell that other checks point at too (an eval, a path), and one at the end of a long line."""
    key = SURE["AWS access key"]
    cell = f"eval(open('/home/ghopper/x').read('{key}'))  # {key}"
    far = "x = 1  # " + "a" * 136 + f" {key}"
    files = {"a.ipynb": notebook("import torch", cell, f"try:\n    pass\nexcept: eval('{key}')"), "b.py": far + "\n"}
    write_files(tmp_path / "keys", files)
    text = dossier_json(collected(tmp_path / "keys"))
    found = {f.code for f in read_dossier(text).all_findings() if f.locations and f.locations[0].path == "a.ipynb"}
    assert len(found) >= 2, "the key is in the snippets of several checks"
    assert key[4:] not in text
    assert key[:12] not in text
    assert "ghopper" not in text


def test_what_nobody_can_parse_is_said_and_not_scored(tmp_path: Path) -> None:
    write_files(tmp_path / "broken", {"a.py": "print 'two'\n", "b.ipynb": "{", "c.py": "x = (" * 300})
    seen = collected(tmp_path / "broken")
    assert {e.state for e in seen.evidence} == {"not_assessable"}
    assert {gap.what for gap in seen.artifacts[0].gaps} >= {"a.py", "b.ipynb", "c.py"}


def test_a_comment_reaches_findings_of_the_whole_repository(tmp_path: Path, project: Path) -> None:
    path = "print(train('/home/ghopper/data/train.csv'))"
    text = (project / "train.py").read_text().replace(path, f"{path}  # heldout: ignore[REP301] my only machine")
    commit(project, {"train.py": text}, "Say why", ADA)
    found = [f for f in collected(project).all_findings() if f.code == "REP301"]
    assert [f.suppressed.reason for f in found if f.suppressed] == ["my only machine"]
    assert len(found) == 1
