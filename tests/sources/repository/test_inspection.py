"""Workers, suppressions and gaps: one bad file or check costs only itself."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import pytest

from heldout.evidence import Finding
from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.material.tree import Tree
from heldout.sources.repository.checks.base import Check, Text
from heldout.sources.repository.inspection import inspect
from heldout.sources.repository.module import Module
from heldout.sources.repository.pool import Pool
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.whole import Bounds, judge
from tests.support import Files, look, notebook, write_files


class Names(Check):
    """Says the name of every function."""

    code = "TST001"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        for function, _ in module.functions:
            yield self.against(function.name, module.location(function))
            yield function.name

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        yield self.found(" ".join(sorted(str(noted.note) for noted in repo.notes(self))))


class Deadly(Check):
    """Kills or stops the worker at certain files."""

    code = "TST002"

    def on_module(self, module: Module) -> Iterable[Finding]:
        if "dies" in module.path:
            os._exit(9)
        if "hangs" in module.path:
            time.sleep(60)
        if "raises" in module.path:
            raise ZeroDivisionError("mine")
        yield self.found(f"saw {module.path}")


class Whole(Check):
    """Crashes at the whole repository."""

    code = "TST003"
    parts: ClassVar = ()

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        raise RuntimeError("bug")


def tree_of(folder: Path, files: Files) -> Tree:
    return scan_folder(write_files(folder, files), "folder", Limits())


def test_findings_and_notes_come_back_from_workers(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a.py": "def one(): pass\n", "b.ipynb": notebook("x = 1", "def two():\n    pass")})
    ticks: list[tuple[int, int]] = []
    seen = inspect(tree, [Names()], workers=2, tick=lambda done, total: ticks.append((done, total)))
    assert [f.message for f in seen.findings if f.polarity == "for"] == ["one two"]
    place = next(f for f in seen.findings if f.message == "two").locations[0]
    assert (place.path, place.cell, place.line) == ("b.ipynb", 2, 1)
    assert ticks[-1] == (2, 2)


def test_the_same_with_and_without_workers(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {f"m{i}.py": f"def f{i}(): pass\n" for i in range(30)})
    assert inspect(tree, [Names()], workers=2).findings == inspect(tree, [Names()], workers=0).findings


def test_a_file_that_kills_its_worker_costs_only_itself(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a.py": "x = 1\n", "dies.py": "x = 1\n", "z.py": "x = 1\n"})
    seen = inspect(tree, [Deadly()], workers=1)
    assert [f.message for f in seen.findings] == ["saw a.py", "saw z.py"]
    assert [gap.what for gap in seen.gaps] == ["dies.py"]


def test_a_file_that_hangs_is_given_up(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a.py": "x = 1\n", "hangs.py": "x = 1\n", "z.py": "x = 1\n"})
    with Pool(tree, [Deadly()], "", workers=1, seconds=2) as pool:
        results = list(pool.results([("a.py", 6), ("hangs.py", 6), ("z.py", 6)]))
    assert sorted(r.path for r in results if r.findings) == ["a.py", "z.py"]
    assert "longer than" in next(r for r in results if r.path == "hangs.py").gaps[0].why


class Endless(Check):
    """Searches a text in a time that doubles with every letter."""

    code = "TST005"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """A pattern of the kind that nobody means to write."""
        if re.fullmatch(r"x = '(a|a)*b'", module.lines[0]):
            yield self.found("never")


def test_a_check_that_takes_too_long_on_a_file_costs_only_itself(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a.py": "x = '" + "a" * 60 + "'\ndef one(): pass\n", "b.py": "def two(): pass\n"})
    seen = inspect(tree, [Endless(), Names()], workers=1)
    assert [f.message for f in seen.findings if f.polarity == "for"] == ["one two"]
    assert [(gap.what, gap.why.partition(" ")[0], gap.ours) for gap in seen.gaps] == [("a.py", "TST005", True)]


def test_files_that_are_not_reached_in_time_are_one_gap(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {f"hangs{i}.py": "x = 1\n" for i in range(5)})
    with Pool(tree, [Deadly()], "", workers=1, all_seconds=3) as pool:
        results = list(pool.results([(entry.path, entry.size) for entry in tree.files]))
    assert [gap.what.partition(" ")[0] for result in results for gap in result.gaps] == ["5"]
    assert results[0].gaps[0].ours


class Stuck(Check):
    """Hangs, dies or searches without end over the whole repository."""

    code = "TST006"

    def __init__(self, how: str) -> None:
        self.how = how

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Do as the test says."""
        if self.how == "hangs":
            time.sleep(60)
        if self.how == "dies":
            os._exit(9)
        if self.how == "searches":
            re.fullmatch("(a|a)*b", "a" * 60)
        yield self.found(self.how)


@pytest.mark.parametrize("how", ["hangs", "dies", "searches"])
def test_a_check_of_the_whole_that_does_not_come_back_costs_only_itself(tmp_path: Path, how: str) -> None:
    repo = Repository(tree_of(tmp_path, {"a.py": "x = 1\n"}))
    bounds = Bounds(check=0.5, silence=5 if how == "hangs" else 60)
    judged = judge(repo, [Stuck("before"), Stuck(how), Stuck("after")], bounds)
    assert [[f.message for f in one.findings] for one in judged] == [["before"], [], ["after"]]
    assert [one.gap is not None and one.gap.ours for one in judged] == [False, True, False]


def test_checks_of_the_whole_that_are_not_reached_in_time_are_named(tmp_path: Path) -> None:
    repo = Repository(tree_of(tmp_path, {"a.py": "x = 1\n"}))
    judged = judge(repo, [Stuck("before"), Stuck("hangs"), Names()], Bounds(all=5))
    assert [f.message for f in judged[0].findings] == ["before"]
    reasons = [one.gap.why for one in judged if one.gap is not None]
    assert len(reasons) == 2
    assert "TST006" in reasons[0]
    assert "TST001" in reasons[1]


class OfDocuments(Check):
    """Needs the documents."""

    code = "TST007"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count them."""
        yield self.found(str(len(repo.documents)))


def test_a_fact_that_takes_too_long_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tmp_path / "asked"

    def endless(repo: Repository) -> None:
        with asked.open("a") as file:
            file.write("once ")
        re.fullmatch("(a|a)*b", "a" * 60)

    monkeypatch.setattr("heldout.sources.repository.repository.read_documents", endless)
    repo = Repository(tree_of(tmp_path / "work", {"README.md": "# A\n"}))
    judged = judge(repo, [OfDocuments(), OfDocuments(), Stuck("other")], Bounds(check=0.5))
    assert [one.gap.why if one.gap else "" for one in judged] == [
        "TST007 took longer than 0.5 s and was stopped",
        "TST007 needs the documents of the repository, which took too long to read",
        "",
    ]
    assert asked.read_text() == "once "


def test_a_crash_of_a_check_is_our_fault_and_costs_only_itself(tmp_path: Path) -> None:
    seen = look({"a.py": "x = 1\n", "raises.py": "x = 1\n"}, [Deadly(), Whole(), Names()])
    assert [f.message for f in seen.findings if f.code == "TST002"] == ["saw a.py"]
    assert {gap.what for gap in seen.gaps if gap.ours} == {"raises.py", "the whole repository"}
    assert "ZeroDivisionError" in next(gap for gap in seen.gaps if gap.what == "raises.py").why


def test_a_comment_with_a_reason_suppresses_and_is_shown() -> None:
    seen = look({"a.py": "def f(): pass  # heldout: ignore[TST001] kept for the tutorial\ndef g(): pass\n"}, [Names()])
    marked = {f.message: f.suppressed for f in seen.findings if f.polarity == "against"}
    assert marked["g"] is None
    assert marked["f"] is not None
    assert marked["f"].reason == "kept for the tutorial"


def test_a_suppression_without_a_reason_is_not_followed() -> None:
    seen = look({"a.py": "def f(): pass  # heldout: ignore[TST001]\n"}, [Names()])
    assert all(f.suppressed is None for f in seen.findings)
    assert "without a reason" in seen.gaps[0].why


def test_a_comment_at_the_top_of_a_cell_holds_for_the_cell() -> None:
    book = notebook("# heldout: ignore[TST001] exercise of the course\nx = 1\ndef f(): pass", "def g(): pass")
    marked = {f.message: f.suppressed for f in look({"a.ipynb": book}, [Names()]).findings if f.polarity == "against"}
    assert marked["f"] is not None
    assert marked["g"] is None


class Words(Check):
    """Speaks of a word in any text, and of all files together."""

    code = "TST004"

    def on_text(self, text: Text) -> Iterable[Finding]:
        for number, line in enumerate(text.lines, start=1):
            if "word" in line:
                yield self.against("word", text.location(number))

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        yield self.against("all", *(repo.at(path, 1) for path in repo.paths))


def test_comments_reach_texts_and_findings_of_the_whole() -> None:
    said = "x: word  # heldout: ignore[TST004] wanted\n"
    files = {"a.yaml": said, "b.py": "x = 'word'  # heldout: ignore[*] wanted too\n", "broken.py": "def (: # word\n"}
    marked = [(f.message, f.locations[0].path, f.suppressed is not None) for f in look(files, [Words()]).findings]
    assert marked == [
        ("all", "a.yaml", False),
        ("word", "a.yaml", True),
        ("word", "b.py", True),
        ("word", "broken.py", False),
    ]
    del files["broken.py"]
    whole = look(files, [Words()]).findings[0].suppressed
    assert whole is not None, "every file of the finding carries the comment"
    assert whole.reason == "wanted; wanted too"


def test_huge_or_deep_code_is_named_and_skipped() -> None:
    files = {
        "huge.py": "x = 1\n" * 200_000,
        "deep.py": "x = " + "(" * 5000 + ")" * 5000,
        "chain.py": "x = " + "+".join("1" * 50_000),
        "elif.py": "if x:\n pass\n" + "elif y:\n pass\n" * 20_000,
        "blocks.py": "\n".join(" " * depth + "if x:" for depth in range(3000)),
    }
    seen = look(files, [Names()])
    assert {gap.what for gap in seen.gaps} == set(files)
    assert not [gap for gap in seen.gaps if gap.ours]


def test_settings_suppress_by_path_and_need_a_reason() -> None:
    settings = (
        '[[suppress]]\ncode = "TST001"\npath = "old/*"\nreason = "kept as history"\n[[suppress]]\ncode = "TST001"\n'
    )
    seen = look({"heldout.toml": settings, "old/a.py": "def f(): pass\n", "b.py": "def g(): pass\n"}, [Names()])
    marked = {f.message: f.suppressed for f in seen.findings if f.polarity == "against"}
    assert marked["f"] is not None
    assert marked["g"] is None
    assert any("needs a code and a reason" in gap.why for gap in seen.gaps)


def test_python_2_and_broken_files_are_named_and_skipped() -> None:
    seen = look({"two.py": "print 'x'\n", "bad.py": "def (:\n", "r.ipynb": notebook("x", language="R")}, [Names()])
    reasons = {gap.what: gap.why for gap in seen.gaps}
    assert "Python 2" in reasons["two.py"]
    assert "not valid Python" in reasons["bad.py"]
    assert "notebook in r" in reasons["r.ipynb"]
