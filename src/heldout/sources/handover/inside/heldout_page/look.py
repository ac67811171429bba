"""One visit to an app: open it, fill in what is empty, press the button that predicts."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_BUTTONS = (
    re.compile(r"predi|classif|detect|estim|forecast|diagnos|pron[oó]stic|prever|previs|vorhersag", re.IGNORECASE),
    re.compile(r"analy[sz]|recommend|score|evalua|calcul|compute|check|submit|berechn|\brun\b|\bgo\b", re.IGNORECASE),
)
"""What a button that predicts is called, the likeliest first."""
_FIELDS = ("button", "checkbox", "number_input", "radio", "selectbox", "slider", "text_area", "text_input", "metric")
"""What a page shows when there is more to it than an error."""
_WAIT_S = 60
_MOST_PAGES = 6
_FILLS = ("1", "a few words to try it with")
"""What goes into empty fields of text, one after the other: many of them want a number."""


def from_command_line(arguments: list[str]) -> int:
    """`SCRIPT --out FILE`; 0 when the app was looked at, 1 when it could not be."""
    at = arguments.index("--out")
    out = Path(arguments[at + 1])
    script = Path(arguments[0] if at else arguments[2]).absolute()
    try:
        kind = import_module("streamlit.testing.v1").AppTest
    except (ImportError, AttributeError) as error:
        out.write_text(json.dumps({"looked": False, "why": str(error)}))
        return 1
    sys.path.insert(0, str(script.parent))
    beside = sorted((script.parent / "pages").glob("*.py"))[:_MOST_PAGES]
    visits = [_visited(kind, path) for path in (script, *beside)]
    out.write_text(json.dumps({"looked": True, "visits": visits}))
    return 0


def _visited(kind: Any, script: Path) -> dict[str, Any]:
    told: dict[str, Any] = {
        "script": script.name,
        "opened": None,
        "button": "",
        "pressed": None,
        "filled": False,
        "fields": 0,
    }
    app, told["opened"] = _shown(kind.from_file(str(script), default_timeout=_WAIT_S))
    if app is None or told["opened"]["raised"]:
        return told
    told["fields"] = sum(len(getattr(app, name, ())) for name in _FIELDS)
    named = (one for name in _BUTTONS for one in app.button if name.search(str(one.label)) and not one.disabled)
    button = next(named, None)
    if button is None:
        return told
    told["button"] = str(button.label)
    for fill in _FILLS:
        told["filled"] = _filled(app, fill)
        app, told["pressed"] = _shown(button.click())
        if app is None or not told["filled"] or not _trouble(told["pressed"]):
            break
        app, _ = _shown(kind.from_file(str(script), default_timeout=_WAIT_S))
        button = next((one for one in app.button if str(one.label) == told["button"]), None) if app else None
        if button is None:
            break
    return told


def _filled(app: Any, fill: str) -> bool:
    """Put words into the fields of text that are empty; whether there was any."""
    some = False
    for field in (*app.text_input, *app.text_area):
        if not field.value and not field.disabled:
            field.input(fill)
            some = True
    return some


def _trouble(shown: dict[str, Any]) -> bool:
    return bool(shown["raised"] or shown["errors"])


def _shown(app: Any) -> tuple[Any, dict[str, Any]]:
    """The app after a run, or None when the run did not end; what it raised and the errors it showed."""
    try:
        ran = app.run()
    except RuntimeError as error:  # it took too long: what `AppTest` says
        return None, {"raised": [f"RuntimeError: {error}"], "errors": []}
    raised = []
    for one in ran.exception:
        trace = "\n".join(str(line) for line in one.stack_trace)
        kind = str(getattr(one.proto, "type", "") or "Exception")
        raised.append(f"Traceback (most recent call last):\n{trace}\n{kind}: {one.message}")
    return ran, {"raised": raised, "errors": [str(one.value) for one in ran.error]}
