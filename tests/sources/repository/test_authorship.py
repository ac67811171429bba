"""Whose work it is, on real little git repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.evidence import Finding, Location
from heldout.material import blame, open_material
from heldout.sources.repository.authorship import Authorship, authorship
from tests.material.repos import commit, git, new_repo
from tests.sources.repository.people import ADA, BOT, GRACE, lines


def attributed(repo: Path, *claims: str, copied: frozenset[str] = frozenset()) -> Authorship:
    with open_material(str(repo)) as material:
        assert material.history is not None
        counts = {e.path: material.tree.read_text(e.path).count("\n") for e in material.tree.files}
        return authorship(material.history, blame(material.history, counts, 5.0), claims, copied=copied)


def at(path: str, first: int | None = None, last: int | None = None) -> Finding:
    place = Location(path=path, line=first, end_line=last)
    return Finding(code="X", polarity="for", message="seen", locations=(place,))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Ada wrote 60 lines of a.py, Grace put 20 under them and 20 in b.py."""
    repo = new_repo(tmp_path / "shared")
    commit(repo, {"a.py": lines("ada", 60)}, who=ADA)
    commit(repo, {"a.py": lines("ada", 60) + lines("grace", 20), "b.py": lines("more", 20)}, who=GRACE)
    return repo


def test_shares_of_two_people(shared: Path) -> None:
    who = attributed(shared, "ada@engine.org")
    assert (who.commit_share, who.line_share, who.share) == (0.5, 0.6, 0.6)
    assert who.coverage == 1.0
    assert [(a.commits, a.lines, a.subject) for a in who.authors] == [(1, 60, True), (1, 40, False)]


def test_nobody_named_no_share(shared: Path) -> None:
    who = attributed(shared)
    assert (who.named, who.share, who.share_of(at("a.py", 1))) == (False, None, None)
    assert len(who.authors) == 2


def test_the_share_of_a_finding_is_that_of_its_lines(shared: Path) -> None:
    who = attributed(shared, "Ada Lovelace")
    assert who.share_of(at("a.py", 1, 60)) == 1.0
    assert who.share_of(at("a.py", 61, 70)) == 0.0
    assert who.share_of(at("a.py", 51, 70)) == 0.5
    assert who.share_of(at("a.py")) == 0.75
    assert who.share_of(at("nowhere.py", 3)) == who.share
    both = at("a.py", 1).model_copy(update={"locations": (*at("a.py", 1).locations, *at("b.py", 1).locations)})
    assert who.share_of(both) == 0.5


def test_co_authors_share_equally(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "pair")
    commit(repo, {"a.py": lines("pair", 40)}, f"Pair\n\nCo-authored-by: {GRACE[0]} <{GRACE[1]}>", ADA)
    commit(repo, {"b.py": lines("alone", 40)}, who=ADA)
    who = attributed(repo, "Grace Hopper")
    assert who.commit_share == 0.25
    assert who.line_share == 0.25
    assert len(who.authors) == 2


def test_programs_are_no_people(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "bots")
    commit(repo, {"a.py": lines("ada", 10)}, who=ADA)
    commit(repo, {"requirements.txt": lines("pin", 50)}, who=BOT)
    who = attributed(repo, "Ada Lovelace")
    assert (who.commit_share, who.line_share) == (1.0, 1.0)
    assert [a.bot for a in who.authors] == [False, True] or [a.bot for a in who.authors] == [True, False]


def test_a_rename_keeps_the_author(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "moved")
    commit(repo, {"old.py": lines("ada", 40)}, who=ADA)
    git(repo, "mv", "old.py", "new.py")
    commit(repo, {}, "Move", GRACE)
    assert attributed(repo, "Ada Lovelace").share_of(at("new.py", 1, 40)) == 1.0


def test_copied_files_are_nobodys(shared: Path) -> None:
    who = attributed(shared, "Grace Hopper", copied=frozenset({"b.py"}))
    assert who.line_share == 0.25
    assert who.share_of(at("b.py", 1)) == 0.0


def test_aliases_add_up(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "alias")
    commit(repo, {"a.py": lines("one", 10)}, who=ADA)
    commit(repo, {"b.py": lines("two", 10)}, who=("alove", "home@place.net"))
    commit(repo, {"c.py": lines("three", 20)}, who=GRACE)
    assert attributed(repo, "Ada Lovelace").line_share == 0.25
    assert attributed(repo, "Ada Lovelace", "home@place.net").line_share == 0.5


def test_a_stranger_is_refused(shared: Path) -> None:
    with pytest.raises(InputError, match="Ada Lovelace"):
        attributed(shared, "Ada Lovelaec")


def test_without_a_history_there_is_no_share() -> None:
    who = authorship(None, None, ["Ada"])
    assert (who.named, who.share, who.authors) == (False, None, ())


def test_copied_files_count_for_nobody_even_when_no_author_is_named() -> None:
    who = Authorship(copied=frozenset({"b.py"}))

    def share(*paths: str) -> float | None:
        places = tuple(Location(path=path, line=1) for path in paths)
        return who.share_of(Finding(code="X", polarity="for", message="x", locations=places))

    assert share("b.py") == 0.0
    assert share("b.py", "a.py") is None
    assert share() is None
