"""`--kind`: whether a new subject of a case is a person, a freelancer, an agency or a team."""

from __future__ import annotations

from typing import get_args

import click

from heldout.errors import InputError
from heldout.evidence import Case
from heldout.evidence.case import SubjectKind

kind_option = click.option(
    "--kind", type=click.Choice(get_args(SubjectKind)), help="What a subject that is new to the case is, for --into."
)


def check_kind(case: Case | None, subject: str, wanted: SubjectKind | None) -> None:
    """Raise InputError when `wanted` is told without a case, or differs from what the case has the subject as."""
    if wanted is None:
        return
    if case is None:
        raise InputError("--kind goes with --into: it says what the subject is in a case")
    for known in case.subjects:
        if subject in (known.name, known.slug) and known.kind != wanted:
            raise InputError(
                f"the case has {known.name} as {known.kind}, not {wanted}; leave --kind away, or change "
                f"it in {case.path / 'case.toml'}"
            )
