"""A review of several things: one dossier, and what fails becomes a gap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heldout.errors import InputError, OurFault
from heldout.report.export import dossier_json
from heldout.runs.review import Order, review
from heldout.sources.repository.checks.registry import checks_by_code
from heldout.sources.repository.collect import Brief
from heldout.standard import load_standard
from tests.material.forges import Served, serving
from tests.material.repos import commit, new_repo
from tests.sources.repository.people import ADA, GRACE, lines

STANDARD = load_standard()


def order(*specs: object, claims: tuple[str, ...] = ()) -> Order:
    brief = Brief(subject="Ada", standard=STANDARD, checks=checks_by_code(["CRF"]), claims=claims, workers=1)
    return Order(tuple(str(spec) for spec in specs), brief)


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    repo = new_repo(tmp_path / "work")
    commit(repo, {"a.py": lines("ada", 80)}, who=ADA)
    commit(repo, {"b.py": lines("more", 80)}, who=ADA)
    return repo


@pytest.fixture
def grace(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    repo = new_repo(tmp_path / "elsewhere" / "work")
    commit(repo, {"a.py": lines("grace", 80)}, who=GRACE)
    commit(repo, {"b.py": lines("more", 80)}, who=GRACE)
    return repo


class Heard:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.counts: list[tuple[int, int]] = []

    def step(self, text: str) -> None:
        self.steps.append(text)

    def count(self, done: int, total: int) -> None:
        self.counts.append((done, total))


def test_several_repositories_make_one_dossier(ada: Path, grace: Path) -> None:
    heard = Heard()
    outcome = review(order(ada, grace), heard)
    assert [a.name for a in outcome.dossier.artifacts] == ["work", "work (2)"]
    assert {e.group for e in outcome.dossier.evidence} == {"work", "work (2)"}
    assert outcome.authors == (("Ada Lovelace", 2), ("Grace Hopper", 2))
    assert "Reading work (2)" in heard.steps
    assert (2, 2) in heard.counts
    assert "Lovelace" not in dossier_json(outcome.dossier)


def test_one_that_fails_becomes_a_gap(ada: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 no zip")
    artifacts = review(order(ada, broken, tmp_path / "absent")).dossier.artifacts
    assert [a.kind for a in artifacts] == ["git", "unread", "unread"]
    assert all(a.gaps[0].why and not a.gaps[0].ours for a in artifacts[1:])


def test_a_repository_without_the_subject_names_nobody_else(ada: Path, grace: Path) -> None:
    outcome = review(order(ada, grace, claims=("Ada Lovelace",)))
    text = dossier_json(outcome.dossier)
    assert [a.kind for a in outcome.dossier.artifacts] == ["git", "unread"]
    assert "nobody in its history" in text
    assert "Hopper" not in text
    assert outcome.authors == ()


def test_when_nothing_can_be_reviewed_each_reason_is_given(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing could be reviewed:\n(.|\n)*one(.|\n)*two"):
        review(order(tmp_path / "one", tmp_path / "two"))
    with pytest.raises(InputError, match="does not exist"):
        review(order(tmp_path / "one"))


def test_no_worker_to_be_had_is_our_fault(ada: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", no_process)
    with pytest.raises(OurFault, match="no worker process"):
        review(order(ada))


def test_a_profile_is_its_own_repositories(ada: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        monkeypatch.setenv("HELDOUT_GITHUB_API", server.url)
        listed = [
            {"name": name, "full_name": f"ada/{name}", "private": False, "fork": fork, "archived": False, "size": 1}
            | {"clone_url": f"{server.url}/{name}.git", "default_branch": "main", "pushed_at": "2026-01-01T00:00:00Z"}
            for name, fork in (("churn", False), ("numpy", True))
        ]
        server.answers["/users/ada"] = Served(body=b'{"login": "ada", "type": "User", "public_repos": 2}')
        server.answers["/users/ada/repos?per_page=100"] = Served(body=json.dumps(listed).encode())
        first, lost = review(order(ada, "https://github.com/ada")).dossier.artifacts
    assert lost.origin.endswith("churn.git"), "the fork is not reviewed, and what cannot be cloned is a gap"
    assert {gap.what: gap.why for gap in first.gaps}["numpy"].startswith("forks")
