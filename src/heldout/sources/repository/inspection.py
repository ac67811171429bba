"""Runs the checks over a tree: single files, then the whole repository, both in processes with limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heldout.evidence import Finding, Gap
from heldout.material.paths import part_of
from heldout.material.tree import Tree
from heldout.sources.repository.checks.base import Check, Noted
from heldout.sources.repository.pool import Pool
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.suppress import SETTINGS, Rules, follow_inline, follow_settings, read_settings
from heldout.sources.repository.whole import judge, judge_here
from heldout.sources.repository.worker import FileInspector, FileResult, is_module, is_text

if TYPE_CHECKING:
    from heldout.material.history import History

Tick = Callable[[int, int], None]
"""Called with the number of files looked at and the number of files to look at."""


@dataclass(frozen=True)
class Inspection:
    """Everything that the checks saw: the repository's facts, findings in a stable order, and gaps."""

    repository: Repository
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]


def inspect(
    tree: Tree,
    checks: Sequence[Check],
    *,
    history: History | None = None,
    artifact: str = "",
    workers: int = 2,
    tick: Tick | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Inspection:
    """Run the checks over every file and then over the whole.

    With `workers=0` everything happens in this process: for material that one trusts, such as a test's.
    `meanwhile` is called once in this process while the workers are busy. Raises OurFault when no worker can be
    started.
    """
    files = _worth_reading(tree)
    results = _look(tree, checks, artifact, files, workers, tick, meanwhile)
    repository = _repository(tree, results, history, artifact)
    findings = [finding for result in results for finding in result.findings]
    gaps = [*tree.gaps, *(gap for result in results for gap in result.gaps)]
    judging = [check for check in checks if check.looks_at("on_repository")]
    for judged in judge(repository, judging) if workers else judge_here(repository, judging):
        findings.extend(judged.findings)
        if judged.gap is not None:
            gaps.append(judged.gap)
    rules_by_line: Rules = {place: rule for result in results for place, rule in result.rules.items()}
    findings = follow_inline(findings, rules_by_line)
    if SETTINGS in tree:
        rules, wrong = read_settings(repository.text(SETTINGS).text)
        findings = follow_settings(findings, rules)
        gaps.extend(wrong)
    if not repository.ml.present:
        silent = {check.code for check in checks if check.ml_only}
        findings = [finding for finding in findings if finding.code not in silent]
    findings.sort(key=_order)
    return Inspection(repository, tuple(findings), tuple(gaps))


def _worth_reading(tree: Tree) -> list[tuple[str, int]]:
    return [
        (entry.path, entry.size)
        for entry in tree.files
        if entry.readable
        and (is_module(entry) or is_text(entry))
        and part_of(entry.path) not in ("vendored", "generated")
    ]


def _look(
    tree: Tree,
    checks: Sequence[Check],
    artifact: str,
    files: Sequence[tuple[str, int]],
    workers: int,
    tick: Tick | None,
    meanwhile: Callable[[], None] | None,
) -> list[FileResult]:
    """The results of all files, by path."""
    results: list[FileResult] = []

    def keep(result: FileResult) -> None:
        results.append(result)
        if tick is not None:
            tick(len(results), len(files))

    if workers:
        with Pool(tree, checks, artifact, workers=workers) as pool:
            for result in pool.results(files, begun=meanwhile):
                keep(result)
    else:
        inspector = FileInspector(tree, checks, artifact)
        for path, _ in files:
            keep(inspector.inspect(path))
        if meanwhile is not None:
            meanwhile()
    return sorted(results, key=lambda result: result.path)


def _repository(tree: Tree, results: Sequence[FileResult], history: History | None, artifact: str) -> Repository:
    taken: dict[str, list[Noted[Any]]] = defaultdict(list)
    for result in results:
        for code, notes in result.notes.items():
            taken[code].extend(Noted(result.path, note) for note in notes)
    return Repository(
        tree=tree,
        modules=tuple(result.facts for result in results if result.facts is not None),
        taken={code: tuple(notes) for code, notes in taken.items()},
        history=history,
        artifact=artifact,
    )


def _order(finding: Finding) -> tuple[str, str, int, int, str]:
    place = finding.locations[0] if finding.locations else None
    if place is None:
        return (finding.code, "", 0, 0, finding.message)
    return (finding.code, place.path, place.cell or 0, place.line or 0, finding.message)
