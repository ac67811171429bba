"""Self-contained pages: one file, no scripts, nothing loaded from anywhere.

The page's security policy allows only its own style sheet, by its hash; even a fault in escaping could
run or load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from heldout.evidence import Dossier
from heldout.report import words
from heldout.report.audit_parts import POINTS, log_link, short
from heldout.report.audit_view import FIRST, audit_view
from heldout.report.chart import GRID, Strip, at, shapes_of, strip
from heldout.report.clean import plain
from heldout.report.growth_curve import seconds
from heldout.report.levels import CARE, NOBODY_LOOKED, Estimate, Missing, Row, rows
from heldout.report.view import View, view
from heldout.sources.handover.result import Audit
from heldout.sources.handover.rubric import rubric
from heldout.standard import Role, Standard
from heldout.wording import percent, within


@dataclass(frozen=True)
class Compared:
    """One competency of a case: the strip with all subjects, and who has no level in it and why."""

    row: Row
    strip: Strip
    missing: dict[str, list[str]]
    """State in words -> the subjects without a level for that reason."""


def render_page(template: str, **values: object) -> str:
    """A page of a template of this package, with the filters, the style sheet and the policy that all pages share."""
    return _environment().get_template(template).render(**values, **_style())


def render_dossier(dossier: Dossier, standard: Standard, role: Role | None = None) -> str:
    """The page of one subject; `role` adds its bars and orders the competencies by its weights."""
    return render_page("dossier.html.j2", view=view(dossier, standard, role))


def render_audit(audit: Audit, logs: str = "") -> str:
    """The page of one audit. `logs` is the audit's folder as seen from where the page will lie; empty: in it."""
    return render_page(
        "audit.html.j2",
        view=audit_view(audit),
        logs=quote(f"{logs.rstrip('/')}/") if logs else "",
        first=FIRST,
        points=POINTS,
        threshold=rubric().holds_from,
    )


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


_CODE = re.compile(r"`([^`\n]+)`")


def _prose(text: str) -> Markup:
    """A message with what stands between backticks as code, everything escaped."""
    parts = _CODE.split(text.strip())
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("heldout.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=_prose,
        percent=percent,
        level=words.level,
        points=words.points,
        count=words.count,
        heading=words.heading,
        named=words.named,
        within=within,
        measured=words.measured,
        day=words.day,
        at=at,
        log_link=log_link,
        seconds=seconds,
        short=short,
    )
    environment.globals.update(grid=GRID)
    return environment


@cache
def _style() -> dict[str, Markup]:
    """The style sheet and the hash that allows it; both are ours, so neither is escaped."""
    loader = PackageLoader("heldout.report")
    text, _, _ = loader.get_source(_environment(), "style.css")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"style": Markup(text), "style_hash": Markup(digest)}  # noqa: S704 - the package's own file
