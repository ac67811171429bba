"""What all pages share: self-contained files, no scripts, nothing loaded from anywhere.

The page's security policy allows only its own style sheet, by its hash; even a fault in escaping could
run or load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from heldout.report import words
from heldout.report.chart import GRID, at
from heldout.wording import percent, within


def render_page(template: str, **values: object) -> str:
    """A page of a template of this package, with the filters, the style sheet and the policy that all pages share."""
    return _environment().get_template(template).render(**values, **_style())


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
        pull=words.pull,
        count=words.count,
        heading=words.heading,
        named=words.named,
        within=within,
        measured=words.measured,
        day=words.day,
        at=at,
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
