"""Suppressions: somebody asks for a finding not to count, with a reason; it is shown all the same.

Three ways: `# heldout: ignore[CODE] reason` on the line (of code, settings, a Dockerfile ...), the same as the first
line of a notebook cell for the whole cell, and `[[suppress]]` tables with `code`, `path` and `reason` in the
repository's `heldout.toml`. A suppression without a reason is not followed, and a gap says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from heldout.evidence import Finding, Gap, Location, Suppression
from heldout.material.toml import TomlError, parse_toml

_INLINE = re.compile(r"#\s*heldout:\s*ignore\[([A-Z0-9, *]+)\][:\s-]*(.*)")
SETTINGS = "heldout.toml"
_REASON = 300
"""Characters kept of a reason."""
_MOST_RULES = 200
"""Rules of a settings file that are followed: each is held against every finding."""


Rules = dict[tuple[str, int | None, int], tuple[frozenset[str], str]]
"""Path, cell and line of a comment -> the codes that it names, and its reason."""


def read_inline(text: str, place: Callable[[int], Location]) -> tuple[Rules, list[Gap]]:
    """The suppressions that comments of one file ask for; `place` tells where a line (from 1) of `text` is."""
    rules: Rules = {}
    gaps: list[Gap] = []
    if "heldout:" not in text:
        return rules, gaps
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _INLINE.search(line):
            at = place(number)
            if match[2].strip():
                codes = frozenset(code.strip() for code in match[1].split(","))
                rules[at.path, at.cell, at.line or 1] = (codes, match[2].strip()[:_REASON])
            else:
                gaps.append(Gap(what=str(at), why="a suppression without a reason is not followed"))
    return rules, gaps


def follow_inline(findings: Iterable[Finding], rules: Rules) -> list[Finding]:
    """Mark the findings that comments suppress: the first place in every file of a finding has to carry one."""
    return [_marked(finding, rules) for finding in findings] if rules else list(findings)


def _marked(finding: Finding, rules: Rules) -> Finding:
    firsts: dict[str, Location] = {}
    for place in finding.locations:
        firsts.setdefault(place.path, place)
    reasons = [_reason(finding.code, place, rules) for place in firsts.values()]
    if not reasons or not all(reasons):
        return finding
    said = Suppression(reason="; ".join(dict.fromkeys(filter(None, reasons))), where=str(finding.locations[0]))
    return finding.model_copy(update={"suppressed": said})


def _reason(code: str, place: Location, rules: Rules) -> str:
    asked = [rules.get((place.path, place.cell, place.line or 1))]
    if place.cell is not None:
        asked.append(rules.get((place.path, place.cell, 1)))
    return next((reason for codes, reason in filter(None, asked) if codes & {code, "*"}), "")


def read_settings(text: str) -> tuple[list[tuple[str, str, str]], list[Gap]]:
    """The (code, path pattern, reason) rules of a `heldout.toml`; what is wrong with it becomes gaps."""
    try:
        data = parse_toml(text)
    except TomlError as error:
        return [], [Gap(what=SETTINGS, why=f"is not valid TOML, so it is not followed: {error}")]
    rules, gaps = [], []
    tables = data.get("suppress", [])
    tables = tables if isinstance(tables, list) else [tables]
    if len(tables) > _MOST_RULES:
        gaps.append(Gap(what=SETTINGS, why=f"only the first {_MOST_RULES} of its suppressions are followed"))
    for number, table in enumerate(tables[:_MOST_RULES], start=1):
        values = table if isinstance(table, dict) else {}
        code, path, reason = (
            values.get(key, default) for key, default in (("code", ""), ("path", "*"), ("reason", ""))
        )
        if not (
            isinstance(code, str) and isinstance(path, str) and isinstance(reason, str) and code and reason.strip()
        ):
            gaps.append(
                Gap(
                    what=f"{SETTINGS}, suppress {number}",
                    why="needs a code and a reason, so it is not followed",
                )
            )
            continue
        rules.append((code, path, reason.strip()))
    return rules, gaps


def follow_settings(findings: Sequence[Finding], rules: Sequence[tuple[str, str, str]]) -> list[Finding]:
    """Mark the findings that the settings suppress: every place of a finding has to match the pattern."""
    marked = []
    for finding in findings:
        for code, path, reason in rules:
            if (
                finding.suppressed is None
                and code == finding.code
                and all(fnmatchcase(place.path, path) for place in finding.locations)
            ):
                update = {"suppressed": Suppression(reason=reason, where=SETTINGS)}
                finding = finding.model_copy(update=update)  # noqa: PLW2901 - marked in place
        marked.append(finding)
    return marked
