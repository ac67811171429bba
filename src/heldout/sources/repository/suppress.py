"""Suppressions: somebody asks for a finding not to count, with a reason; it is shown all the same.

Three ways: `# heldout: ignore[CODE] reason` on the line, the same as the first line of a notebook cell for the
whole cell, and `[[suppress]]` tables with `code`, `path` and `reason` in the repository's `heldout.toml`.
A suppression without a reason is not followed, and a gap says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from heldout.evidence import Finding, Gap, Suppression
from heldout.sources.repository.module import Module

_INLINE = re.compile(r"#\s*heldout:\s*ignore\[([A-Z0-9, *]+)\][:\s-]*(.*)")
SETTINGS = "heldout.toml"


def follow_inline(findings: Iterable[Finding], module: Module) -> tuple[list[Finding], list[Gap]]:
    """Mark the findings of a module that a comment in it suppresses."""
    if "heldout:" not in module.text:
        return list(findings), []
    rules: dict[tuple[int | None, int], tuple[set[str], str]] = {}
    gaps: list[Gap] = []
    for number, line in enumerate(module.lines, start=1):
        if match := _INLINE.search(line):
            place = module.location(number)
            if not match[2].strip():
                gaps.append(Gap(what=str(place), why="a suppression without a reason is not followed"))
                continue
            codes = {code.strip() for code in match[1].split(",")}
            rules[place.cell, place.line or 1] = (codes, match[2].strip())
    marked = []
    for finding in findings:
        for place in finding.locations[:1]:
            at = (place.cell, place.line or 1)
            whole_cell = rules.get((place.cell, 1)) if place.cell is not None else None
            for rule in (rules.get(at), whole_cell):
                if rule and ("*" in rule[0] or finding.code in rule[0]) and finding.suppressed is None:
                    reason = Suppression(reason=rule[1], where=str(place))
                    finding = finding.model_copy(update={"suppressed": reason})  # noqa: PLW2901 - marked in place
        marked.append(finding)
    return marked, gaps


def read_settings(text: str) -> tuple[list[tuple[str, str, str]], list[Gap]]:
    """The (code, path pattern, reason) rules of a `heldout.toml`; what is wrong with it becomes gaps."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return [], [Gap(what=SETTINGS, why=f"is not valid TOML, so it is not followed: {error}")]
    rules, gaps = [], []
    tables = data.get("suppress", [])
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], start=1):
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
