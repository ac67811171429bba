"""How to talk to what a delivery serves: port, health, the address that predicts, a request that it should answer."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from heldout.evidence.types import Location
from heldout.material.tree import UnreadableError
from heldout.sources.handover.discover.code.modules import imports_of
from heldout.sources.handover.discover.documents import blocks, documents
from heldout.sources.handover.discover.drafts import Draft
from heldout.sources.handover.discover.forms import forms_in
from heldout.sources.handover.discover.routes import Route, routes_in
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Data, Service, Step

_PORTS = {
    "streamlit": 8501,
    "gradio": 7860,
    "flask": 5000,
    "fastapi": 8000,
    "django": 8000,
    "mlflow": 5000,
    "bentoml": 3000,
    "dash": 8050,
}
_HEALTH = {"streamlit": "/_stcore/health", "mlflow": "/ping", "bentoml": "/readyz", "gradio": "/", "dash": "/"}
_PORT_FLAGS = re.compile(
    r"(?:--port|--server\.port|-p|--server-port)[= ](\d{2,5})|(?:-b|--bind)[= ]\S*?:(\d{2,5})|:(\d{4,5})$"
)
_HEALTHY = re.compile(r"/(health|healthz|ping|status|ready|readyz|live|livez|alive|heartbeat)", re.IGNORECASE)
_PREDICTING = re.compile(
    r"predict|infer|forecast|classify|score|recommend|detect|invocations|pron[oó]stic", re.IGNORECASE
)
_NUMBER = re.compile(r"float|int|number|conint|confloat|Decimal", re.IGNORECASE)
_HEAD = 20_000


def framework_of(view: View, draft: Draft) -> str:
    """Which framework serves: by the program that is started, else by what its code imports."""
    words = draft.candidate.words
    name = words[0].rpartition("/")[2] if words else ""
    if name in ("streamlit", "gradio", "bentoml", "mlflow"):
        return name
    if "manage.py" in words:
        return "django"
    if draft.script is not None and draft.script.endswith(".py"):
        for path in dict.fromkeys((draft.script, *draft.study.files)):
            tree = view.module(path)
            tops = {item.top for item in imports_of(tree)} if tree is not None else set()
            for one in ("streamlit", "gradio", "fastapi", "flask", "dash", "bentoml"):
                if one in tops:
                    return one
    return {"uvicorn": "fastapi", "gunicorn": "flask", "flask": "flask", "fastapi": "fastapi"}.get(name, "")


def port_of(draft: Draft, framework: str = "") -> int | None:
    """Where it listens: as its command says, else its code; with a framework, else where that listens."""
    flag = _PORT_FLAGS.search(draft.candidate.command)
    if flag:
        return int(next(group for group in flag.groups() if group))
    name = draft.candidate.words[0] if draft.candidate.words else ""
    if name in ("uvicorn", "gunicorn", "hypercorn"):
        return 8000
    for key, value in draft.candidate.variables:
        if key == "PORT" and value.isdigit():
            return int(value)
    if draft.study.port is not None and 0 < draft.study.port < 65_536:
        return draft.study.port
    return _PORTS.get(framework)


Made = tuple[str, str, str, str, tuple[Location, ...]]
"""Method, path with its query, body, type of the body, and where that is told."""


@dataclass(frozen=True)
class Request:
    """A request that a document or a client of the delivery shows."""

    method: str
    path: str
    body: str
    content_type: str
    location: Location


def find_services(
    view: View, drafts: Sequence[Draft], steps: Sequence[Step], data: Sequence[Data]
) -> tuple[Service, ...]:
    """One service for each step that serves."""
    shown = tuple(documented_requests(view)) if any(step.purpose == "serve" for step in steps) else ()
    return tuple(
        _service(view, draft, step, shown, data)
        for draft, step in zip(drafts, steps, strict=True)
        if step.purpose == "serve"
    )


def _service(view: View, draft: Draft, step: Step, shown: Sequence[Request], data: Sequence[Data]) -> Service:
    framework = framework_of(view, draft)
    if framework in ("streamlit", "gradio", "dash"):
        return Service(
            step=step.id,
            health=_HEALTH[framework],
            method="GET",
            path="/",
            content_type="text/html",
            locations=step.locations[:3],
        )
    if framework == "mlflow":
        return _mlflow(step, data, view)
    routes = [_with_form(view, route) for route in routes_in(view, draft.study.files)]
    health = next((r for r in routes if "GET" in r.methods and _HEALTHY.search(r.path)), None)
    plain = next((r for r in routes if "GET" in r.methods and "<" not in r.path and "{" not in r.path), None)
    up = health or plain
    best = _predicting(routes)
    known = _shown_for(shown, best)
    if best is None and known is None:
        return Service(step=step.id, health=up.path if up else "", locations=step.locations[:3])
    if known is not None:
        made: Made = (known.method, known.path, known.body, known.content_type, (known.location,))
    else:
        made = _built(view, best, data) if best else ("POST", "/", "", "application/json", ())
    method, path, body, kind, places = made
    where = (*((best.location,) if best else ()), *places)
    return Service(
        step=step.id,
        health=up.path if up else "",
        method="GET" if method == "GET" else "POST",
        path=path,
        body=body,
        content_type=kind,
        locations=tuple(dict.fromkeys(where))[:5] or step.locations[:3],
    )


def _with_form(view: View, route: Route) -> Route:
    """A route with the fields of the page's form that is sent to it, where its code reads them by no name."""
    if "POST" not in route.methods or route.coming == "file" or (route.fields and route.coming != "form"):
        return route
    for form in forms_in(view):
        action = re.sub(r"\{\{.*?\}\}", "", form.action)
        named = re.search(r"url_for\(\s*['\"](\w+)", form.action)
        here = action.rstrip("/") in ("", route.path.rstrip("/")) if not named else named[1] == route.function
        names = {name for name, _ in route.fields}
        if not here or (names and not names <= form.fields.keys()):
            continue
        if form.file:
            return replace(route, fields=(("file", "file"),), coming="file")
        values: dict[str, object] = {name: value for name, value in form.fields.items() if value is not None}
        fields = tuple((name, "") for name in form.fields)
        return replace(route, fields=fields, coming="form", examples=values, location=form.location)
    return route


def _predicting(routes: Sequence[Route]) -> Route | None:
    """The route that predicts: by its path, by its function, else the only one that is posted to; an open one first."""

    def rank(route: Route) -> int:
        named, posted = bool(_PREDICTING.search(route.path)), "POST" in route.methods
        order = ((named and posted), named, (route.predicts and posted), route.predicts, posted)
        return next((at for at, telling in enumerate(order) if telling), len(order))

    def order(route: Route) -> tuple[bool, bool, int]:
        return rank(route) >= 4, route.guarded, rank(route)

    best = min(routes, key=order, default=None)
    return best if best is not None and rank(best) < 5 else None


def _shown_for(shown: Sequence[Request], route: Route | None) -> Request | None:
    """The documented request to a route, or to anything that predicts."""
    if route is not None:
        told = [(r.path.split("?")[0].rstrip("/"), r) for r in shown if r.body or r.method == "GET"]
        here = route.path.rstrip("/")
        same = next((r for path, r in told if path == here), None)
        # What stands before a path can be worked out when it runs: `prefix=settings.API`.
        return same or next((r for path, r in told if here and path.endswith(here)), None)
    return next((r for r in shown if _PREDICTING.search(r.path)), None)


def _built(view: View, route: Route, data: Sequence[Data]) -> tuple[str, str, str, str, tuple[Location, ...]]:
    """A request for a route from its fields: documented values, else those of a row of the delivery's own data."""
    method: Literal["GET", "POST"] = "POST" if "POST" in route.methods or "PUT" in route.methods else "GET"
    if route.coming == "file":
        return method, route.path, "", "multipart/form-data", ()
    values: dict[str, Any] = {}
    row, place = _row(view, data, [name for name, _ in route.fields])
    for name, kind in route.fields:
        if name in route.examples:
            values[name] = route.examples[name]
        elif name in row:
            values[name] = _typed(row[name], kind)
        elif name in route.defaults:
            values[name] = route.defaults[name]
    complete = bool(route.fields) and len(values) == len(route.fields)
    places = (place,) if place is not None and complete and len(route.examples) < len(route.fields) else ()
    if method == "GET":
        query = urlencode(values)
        return method, f"{route.path}?{query}" if query and complete else route.path, "", "application/json", places
    if not complete:
        return (
            method,
            route.path,
            "",
            "application/x-www-form-urlencoded" if route.coming == "form" else "application/json",
            (),
        )
    if route.coming == "form":
        return method, route.path, urlencode(values), "application/x-www-form-urlencoded", places
    return method, route.path, json.dumps(values, ensure_ascii=False), "application/json", places


def _typed(text: str, kind: str) -> Any:
    """A field of a row as its type asks: a number where it is one."""
    if text.lower() in ("true", "false") and "str" not in kind:
        return text.lower() == "true"
    if kind == "bool":
        return text not in ("0", "0.0", "no", "No", "")
    if kind and not _NUMBER.search(kind):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    whole = number.is_integer() and "." not in text and "float" not in kind.lower()
    return int(number) if whole else number


def _row(view: View, data: Sequence[Data], names: Sequence[str]) -> tuple[dict[str, str], Location | None]:
    """A row of a delivered table that has most of these columns, names compared without case and underscores."""
    wanted = {_plain(name): name for name in names}
    best: tuple[int, Data] | None = None
    for item in data:
        if item.present and item.path.endswith((".csv", ".tsv")) and item.columns:
            count = len({_plain(column) for column in item.columns} & wanted.keys())
            if count and (best is None or count > best[0]):
                best = (count, item)
    if best is None:
        return {}, None
    try:
        head = view.tree.read_text(best[1].path, _HEAD).split("\n")[:2]
    except UnreadableError:
        return {}, None
    separator = max(",;\t", key=head[0].count)
    rows = list(csv.reader(head, delimiter=separator))
    if len(rows) < 2:
        return {}, None
    found = {wanted[_plain(c)]: v.strip() for c, v in zip(rows[0], rows[1], strict=False) if _plain(c) in wanted}
    return found, Location(path=best[1].path, line=2)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _mlflow(step: Step, data: Sequence[Data], view: View) -> Service:
    """`mlflow models serve`: the addresses that every such server has; the body from the delivered data."""
    item = next((d for d in data if d.present and d.columns and d.path.endswith(".csv")), None)
    body = ""
    if item is not None:
        names = [column for column in item.columns if column != item.target]
        row, _ = _row(view, [item], names)
        if len(row) == len(names):
            body = json.dumps({"dataframe_split": {"columns": names, "data": [[_typed(row[n], "") for n in names]]}})
    return Service(step=step.id, health="/ping", path="/invocations", body=body, locations=step.locations[:3])


def documented_requests(view: View) -> Iterator[Request]:
    """The requests that documents show: `curl` commands, and `requests.post(...)` with a literal body."""
    for path in documents(view):
        for block in blocks(view.text(path)):
            if "curl" in block.text:
                for command in read_commands(block.text, first_line=block.line, prompted=True):
                    found = _curl(command.words, Location(path=path, line=command.line))
                    if found is not None:
                        yield found


def _curl(words: Sequence[str], place: Location) -> Request | None:
    if not words or words[0] != "curl":
        return None
    method, body, kind, url = "", "", "", ""
    at = 1
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in ("-X", "--request"):
            method, at = following.upper(), at + 1
        elif word in ("-d", "--data", "--data-raw", "--data-binary", "--json", "--data-urlencode"):
            body, at = following, at + 1
            kind = "application/json" if word == "--json" else kind
        elif word in ("-H", "--header"):
            if following.lower().startswith("content-type:"):
                kind = following.partition(":")[2].strip()
            at += 1
        elif word in ("-F", "--form"):
            kind, at = "multipart/form-data", at + 1
        elif re.match(r"(https?://)?(localhost|127\.0\.0\.1|0\.0\.0\.0|<[\w-]+>|[\w.-]+:\d{2,5})", word):
            url = word if "://" in word else f"http://{word}"
        at += 1
    if not url or kind == "multipart/form-data" or body.startswith("@"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = parts.path or "/"
    path += f"?{parts.query}" if parts.query else ""
    method = method or ("POST" if body else "GET")
    default = "application/json" if body.lstrip().startswith(("{", "[")) else "application/x-www-form-urlencoded"
    return Request(method, path, body, kind or (default if body else "application/json"), place)
