"""The fields of a web page's form, with a value that the page itself calls valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from heldout.evidence.types import Location
from heldout.sources.handover.discover.view import View

_PAGES = 40
_PAGE = 200_000
_SILENT = frozenset({"submit", "button", "reset", "image", "search"})


@dataclass
class Form:
    """A form: where it is sent, how, and the value of each field (None where the page tells none)."""

    location: Location
    action: str = ""
    method: str = "GET"
    fields: dict[str, str | None] = field(default_factory=dict)
    file: bool = False
    """Whether it takes a file."""


def forms_in(view: View) -> Iterator[Form]:
    """The forms of the delivery's pages that are posted and have a named field."""
    for entry in view.having(".html", ".htm", ".jinja", ".jinja2", ".j2")[:_PAGES]:
        reader = _Reader(entry.path)
        try:
            reader.feed(view.text(entry.path)[:_PAGE])
        except (AssertionError, ValueError):
            continue
        yield from (form for form in reader.forms if form.fields and form.method == "POST")


_TEMPLATE = re.compile(r"\{\{(?!\s*url_for).*?\}\}|\{%.*?%\}", re.DOTALL)
"""What a template fills in when the page is made, which is no value of a field."""


class _Reader(HTMLParser):
    """Gathers forms with their fields."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: _TEMPLATE.sub("", value or "").strip() for key, value in attrs}
        if tag == "form":
            place = Location(path=self.path, line=self.getpos()[0])
            method = given.get("method", "get").upper()
            self.forms.append(Form(place, given.get("action", ""), method))
        elif self.forms:
            self._field(self.forms[-1], tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        kind = given.get("type", "text").lower()
        if tag == "input" and name and kind not in _SILENT:
            form.file = form.file or kind == "file"
            if kind in ("radio", "checkbox"):
                form.fields.setdefault(name, given.get("value", "on"))
            else:
                form.fields[name] = given.get("value") or given.get("min") or given.get("max") or None
        elif tag == "textarea" and name:
            form.fields[name] = given.get("placeholder") or None
        elif tag == "select" and name:
            self.select = name
            form.fields[name] = None
        elif tag == "option" and self.select and form.fields.get(self.select) is None and "disabled" not in given:
            form.fields[self.select] = given.get("value") or None

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
