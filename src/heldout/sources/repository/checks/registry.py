"""Every check that there is. A new check adds its class to its family's `CHECKS`; a new family adds a line here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from heldout.errors import InputError
from heldout.sources.repository.checks import (
    authorship,
    baselines,
    business,
    cloud,
    cloud_settings,
    containers,
    data_origin,
    data_quality,
    dependencies,
    deployment,
    determinism,
    documentation,
    errors_and_files,
    figures,
    framework_training,
    framework_use,
    frameworks,
    functions,
    handover,
    images,
    infrastructure,
    judgement,
    kernels,
    leakage,
    leftovers,
    loops,
    lost_changes,
    manifests,
    metrics,
    mlops,
    mlops_data,
    mlops_release,
    notebook_shape,
    notebooks,
    output_layers,
    paths_and_config,
    plain_words,
    python_idiom,
    queries,
    random_state,
    repeatable,
    results,
    reuse,
    robustness,
    safety,
    scale,
    serving,
    statistics,
    structure,
    takeover,
    testing,
    tooling,
    uncertainty,
    undeclared,
    unseen,
    untrusted_input,
    wrangling,
)
from heldout.sources.repository.checks.base import Check

FAMILIES = (
    authorship,
    baselines,
    business,
    cloud,
    cloud_settings,
    containers,
    data_origin,
    data_quality,
    dependencies,
    deployment,
    determinism,
    documentation,
    errors_and_files,
    figures,
    plain_words,
    framework_training,
    framework_use,
    frameworks,
    functions,
    handover,
    images,
    infrastructure,
    judgement,
    kernels,
    leakage,
    leftovers,
    loops,
    lost_changes,
    manifests,
    metrics,
    mlops,
    mlops_data,
    mlops_release,
    notebook_shape,
    notebooks,
    output_layers,
    paths_and_config,
    python_idiom,
    queries,
    random_state,
    repeatable,
    results,
    reuse,
    robustness,
    safety,
    scale,
    serving,
    statistics,
    structure,
    takeover,
    testing,
    tooling,
    uncertainty,
    undeclared,
    unseen,
    untrusted_input,
    wrangling,
)


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by code."""
    checks = sorted((check for family in FAMILIES for check in family.CHECKS), key=lambda check: check.code)
    return tuple(checks)


def usual_checks() -> tuple[Check, ...]:
    """Every check but the opinions."""
    return tuple(check for check in all_checks() if not check.off_by_default)


def checks_by_code(codes: Iterable[str]) -> tuple[Check, ...]:
    """The checks with these codes, whole families by their letters (`LEK`) too; raises InputError for others."""
    found: list[Check] = []
    for code in codes:
        wanted = code.strip().upper()
        hits = [c for c in all_checks() if c.code == wanted or (wanted.isalpha() and c.code.startswith(wanted))]
        if not hits:
            raise InputError(f"there is no check {code!r}; `heldout checks` lists them all")
        found.extend(hits)
    return tuple(dict.fromkeys(found))
