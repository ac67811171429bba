"""A valid request from what a running service says of itself (OpenAPI 3, as FastAPI and others publish it).

The description comes from foreign code: it is walked with a limit on depth and size, and nothing in it is trusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from heldout.sources.handover.plan import Service

PATHS = ("/openapi.json", "/api/openapi.json", "/swagger.json")
_PREDICTS = re.compile(r"predict|score|infer|classif|forecast|estimat|recommend|detect|invocation", re.IGNORECASE)
_HEALTH = re.compile(r"health|ready|live|ping|status", re.IGNORECASE)
_DEEP = 6
_WIDE = 200


def service_of(text: str, step: str) -> Service | None:
    """The route that predicts, with a request that its schema allows; None when none is described."""
    try:
        spec = json.loads(text)
    except (ValueError, RecursionError):
        return None
    routes = list(_routes(spec)) if isinstance(spec, dict) else []
    health = next((path for path, method, _ in routes if method == "get" and _HEALTH.search(path)), "")
    telling = [route for route in routes if _PREDICTS.search(route[0])]
    telling = telling or [route for route in routes if route[1] == "post"]
    for path, method, told in sorted(telling, key=lambda route: (route[1] != "post", len(route[0]))):
        made = _request(spec, step, path, method, told, health)
        if made is not None:
            return made
    return None


def _routes(spec: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    paths = spec.get("paths")
    for path, methods in list(paths.items())[:_WIDE] if isinstance(paths, dict) else ():
        for method, told in methods.items() if isinstance(methods, dict) else ():
            if method in ("get", "post") and isinstance(told, dict) and isinstance(path, str):
                found.append((path, method, told))
    return found


def _request(
    spec: Mapping[str, Any], step: str, path: str, method: str, told: Mapping[str, Any], health: str
) -> Service | None:
    query, filled = [], path
    for parameter in told.get("parameters") or ():
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            continue
        value = _sample(spec, parameter.get("schema", parameter), _DEEP)
        if parameter.get("in") == "path":
            filled = filled.replace("{" + parameter["name"] + "}", quote(str(value)))
        elif parameter.get("in") == "query" and parameter.get("required"):
            query.append((parameter["name"], value))
    target = filled + (f"?{urlencode(query)}" if query else "")
    if method == "get":
        return Service(step=step, health=health, method="GET", path=target)
    body = told.get("requestBody")
    content = body.get("content") if isinstance(body, dict) else None
    schema = content.get("application/json", {}).get("schema") if isinstance(content, dict) else None
    if schema is None:
        return None  # files and forms: no request can be made up that would mean anything
    example = content.get("application/json", {}).get("example") if isinstance(content, dict) else None
    sample = example if example is not None else _sample(spec, schema, _DEEP)
    return Service(step=step, health=health, method="POST", path=target, body=json.dumps(sample))


def _sample(spec: Mapping[str, Any], schema: Any, depth: int) -> Any:
    """A value that a schema allows: its example or default where it has one, else the plainest of its type."""
    schema = _resolved(spec, schema)
    if not isinstance(schema, dict) or depth <= 0:
        return None
    for key in ("example", "default", "const"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        options = [o for o in schema.get(key) or () if _resolved(spec, o).get("type") != "null"]
        if options:
            return _sample(spec, options[0], depth - 1)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties")
        items = list(properties.items())[:_WIDE] if isinstance(properties, dict) else []
        return {str(name): _sample(spec, inner, depth - 1) for name, inner in items}
    if kind == "array":
        least = schema.get("minItems")
        count = least if isinstance(least, int) and 0 < least <= _WIDE else 1
        return [_sample(spec, schema.get("items", {}), depth - 1)] * count
    if kind in ("number", "integer"):
        return _number(schema, whole=kind == "integer")
    return {"boolean": False, "string": "text"}.get(str(kind))


def _number(schema: Mapping[str, Any], *, whole: bool) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    bounds = [float(b) for b in (low, high) if isinstance(b, int | float) and not isinstance(b, bool)]
    value = sum(bounds) / 2 if len(bounds) == 2 else (bounds[0] + (1 if low is not None else -1)) if bounds else 1.0
    return int(value) if whole else value


def _resolved(spec: Mapping[str, Any], schema: Any) -> Any:
    """What a `$ref` within the document points at."""
    for _ in range(_DEEP):
        if not (isinstance(schema, dict) and isinstance(schema.get("$ref"), str)):
            break
        here: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            here = here.get(part) if isinstance(here, dict) else None
        schema = here
    return schema if schema is not None else {}
