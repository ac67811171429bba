"""When a job of continuous integration runs: at each change, or only when something asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_ASKED = re.compile(
    r"head_commit\.message|commits?\[0\]\.message|\binputs\.|\blabels?\b|comment\.body|refs/tags|ref_type"
    r"|event_name\s*==\s*['\"](release|schedule|workflow_dispatch|issue_comment|repository_dispatch)"
    r"|needs\.(?!\w*(chang|filter|path|detect|diff))[\w-]+\.outputs\.[\w-]*(trigger|build|test|release|tag|publish|deploy|run)"
    r"|CIRCLE_TAG|CI_COMMIT_TAG|CI_COMMIT_MESSAGE"
)
"""Conditions under which a job runs at a word in a commit's message, at a label, a tag, a release or by hand."""

_SKIPS = re.compile(r"^[^|&]*(!\s*(contains|startsWith)\(|!=)[^|&]*$|skip[ -]ci|ci[ -]skip|skip-tests", re.IGNORECASE)
"""Conditions that leave out the exception and run at every other change."""

_CHANGES = re.compile(r"event_name\s*==\s*['\"](push|pull_request)")


def is_condition(node: yaml.MappingNode) -> bool:
    """Whether a job or a step has an `if` that most changes do not meet."""
    return any(
        name in ("if", "condition")
        and isinstance(value, yaml.ScalarNode)
        and _ASKED.search(value.value)
        and not _SKIPS.search(value.value)
        and not _CHANGES.search(value.value)
        for name, value in _pairs(node)
    )


def seldom_jobs(root: yaml.Node | None) -> frozenset[str]:
    """Jobs that a change alone does not start: on condition, after one on condition, or at tags alone (CircleCI)."""
    jobs = {name: job for name, job in _pairs(_value(root, "jobs")) if isinstance(job, yaml.MappingNode)}
    seldom = {name for name, job in jobs.items() if is_condition(job)} | _at_tags(root)
    while more := {name for name, job in jobs.items() if not seldom.isdisjoint(_needs(job))} - seldom:
        seldom |= more
    return frozenset(seldom)


def _needs(job: yaml.MappingNode) -> frozenset[str]:
    """The jobs without which this one is left out; none for one that always runs."""
    condition = _value(job, "if")
    if isinstance(condition, yaml.ScalarNode) and re.search(r"always\(\)|cancelled\(\)", condition.value):
        return frozenset()
    named = _value(job, "needs")
    items = named.value if isinstance(named, yaml.SequenceNode) else [named]
    return frozenset(item.value for item in items if isinstance(item, yaml.ScalarNode))


def _at_tags(root: yaml.Node | None) -> set[str]:
    found: dict[str, bool] = {}
    for _, workflow in _pairs(_value(root, "workflows")):
        for job, settings in _listed(_value(workflow, "jobs")):
            ignored = _value(_value(_value(settings, "filters"), "branches"), "ignore")
            none = isinstance(ignored, yaml.ScalarNode) and ignored.value == "/.*/"
            found[job] = found.get(job, True) and none
    return {job for job, none in found.items() if none}


def _listed(jobs: yaml.Node | None) -> Iterator[tuple[str, yaml.Node | None]]:
    for item in jobs.value if isinstance(jobs, yaml.SequenceNode) else ():
        if isinstance(item, yaml.ScalarNode):
            yield item.value, None
        else:
            yield from _pairs(item)


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key.value, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _pairs(node) if name == key), None)
