"""The pages of a review and of a case: one subject, or all of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heldout.evidence import Dossier
from heldout.report.chart import Strip, shapes_of, strip
from heldout.report.clean import plain
from heldout.report.levels import CARE, NOBODY_LOOKED, Estimate, Missing, Row, rows
from heldout.report.page import render_page
from heldout.report.view import View, view
from heldout.standard import Role, Standard


@dataclass(frozen=True)
class Compared:
    """One competency of a case: the strip with all subjects, and who has no level in it and why."""

    row: Row
    strip: Strip
    missing: dict[str, list[str]]
    """State in words -> the subjects without a level for that reason."""


def render_dossier(dossier: Dossier, standard: Standard, role: Role | None = None) -> str:
    """The page of one subject; `role` adds its bars and orders the competencies by its weights."""
    return render_page("dossier.html.j2", view=view(dossier, standard, role))


def render_case(title: str, role: Role | None, dossiers: Sequence[Dossier], standard: Standard) -> str:
    """The page that compares the subjects of one case, in the order given; it ranks nobody."""
    views = [view(dossier, standard, role) for dossier in dossiers]
    names = _apart([v.dossier.subject for v in views])
    shapes = shapes_of(names)
    return render_page(
        "case.html.j2",
        title=plain(title),
        role=role,
        subjects=list(zip(names, views, strict=True)),
        compared=_compared(names, views, standard, role, shapes),
        shapes=shapes,
        care=CARE,
    )


def _apart(subjects: Sequence[str]) -> list[str]:
    """The subjects' names, numbered where two are the same."""
    return [
        f"{name} ({subjects[: index + 1].count(name)})" if subjects.count(name) > 1 else name
        for index, name in enumerate(subjects)
    ]


def _compared(
    names: Sequence[str], views: Sequence[View], standard: Standard, role: Role | None, shapes: dict[str, str]
) -> list[Compared]:
    everyone = Dossier(subject="", evidence=tuple(e for v in views for e in v.dossier.evidence))
    compared = []
    for row in rows(everyone, standard, role):
        pairs: list[tuple[str, Estimate]] = []
        missing: list[tuple[str, Missing]] = []
        for name, v in zip(names, views, strict=True):
            own = next((s.row for s in v.sections if s.row.id == row.id), None)
            if own is None:
                missing.append((name, NOBODY_LOOKED))
            elif own.estimates:
                pairs += [(name, estimate) for estimate in own.estimates]
            else:
                missing += [(name, own.missing[0])]
        by_state: dict[str, list[str]] = {}
        for name, m in missing:
            by_state.setdefault(m.in_words, []).append(name)
        compared.append(Compared(row, strip(row, shapes, pairs), by_state))
    return compared
