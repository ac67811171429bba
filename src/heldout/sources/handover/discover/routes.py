"""The addresses that a web service answers, and what each takes: from the decorators and bodies of its functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code.traits import TRAITS, dotted
from heldout.sources.handover.discover.prefixes import prefixes_in
from heldout.sources.handover.discover.view import View

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_GUARD = re.compile(r"login|auth|token_required|requires?_(?:user|role|permission)|jwt", re.IGNORECASE)
_FORM = re.compile(r"request\.form|\.form$")


@dataclass(frozen=True)
class Route:
    """One address: its path and methods, the names of the fields that it takes, and how they come."""

    path: str
    methods: tuple[str, ...]
    location: Location
    fields: tuple[tuple[str, str], ...] = ()
    """Name and type of each field, as far as they are told."""
    coming: Literal["json", "form", "query", "file"] = "json"
    predicts: bool = False
    function: str = ""
    examples: dict[str, object] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    """What its function takes for a field that is not sent."""
    guarded: bool = False
    """Whether only somebody who has logged in is answered, as far as its decorators tell."""


def routes_in(view: View, paths: tuple[str, ...]) -> Iterator[Route]:
    """The routes of these files."""
    models: dict[str, tuple[tuple[str, str], ...]] = {}
    examples: dict[str, dict[str, object]] = {}
    for path in paths:
        tree = view.module(path)
        if tree is not None:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    models[node.name] = _fields(node)
                    examples[node.name] = _examples(node)
    prefixes = prefixes_in(view, paths)
    for path in paths:
        tree = view.module(path)
        if tree is None:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    found = _route(path, node, decorator, models, examples)
                    if found is not None:
                        yield replace(found, path=_whole(prefixes.before(path, _owner(decorator)), found.path))


def _route(
    path: str,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    decorator: ast.expr,
    models: dict[str, tuple[tuple[str, str], ...]],
    examples: dict[str, dict[str, object]],
) -> Route | None:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute) or not decorator.args:
        return None
    first = decorator.args[0]
    name = decorator.func.attr
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)) or name not in (
        *_METHODS,
        "route",
        "api_route",
    ):
        return None
    methods = (name.upper(),) if name in _METHODS else _methods(decorator)
    fields, coming, shown = _taken(node, models, examples)
    return Route(
        first.value if first.value.startswith("/") or not first.value else f"/{first.value}",
        methods,
        Location(path=path, line=decorator.lineno),
        fields,
        coming,
        _predicts(node),
        node.name,
        shown,
        dict(_defaults(node)),
        any(_GUARD.search(ast.unparse(other)) for other in node.decorator_list if other is not decorator),
    )


def _owner(decorator: ast.expr) -> str:
    """The router or application whose decorator it is."""
    func = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted(func.value) if isinstance(func, ast.Attribute) else ""


def _whole(prefix: str, path: str) -> str:
    """A path behind its prefix; with neither, the root."""
    whole = f"{prefix}{path}" or "/"
    return whole if whole.startswith("/") else f"/{whole}"


def _methods(decorator: ast.Call) -> tuple[str, ...]:
    for keyword in decorator.keywords:
        if keyword.arg == "methods" and isinstance(keyword.value, ast.List | ast.Tuple):
            return tuple(str(e.value).upper() for e in keyword.value.elts if isinstance(e, ast.Constant))
    return ("GET",)


def _predicts(node: ast.AST) -> bool:
    """Whether a function predicts, as far as its own lines and names tell."""
    name = getattr(node, "name", "")
    if re.search(r"predict|infer|forecast|classify|score|recommend|detect", name, re.IGNORECASE):
        return True
    calls = (dotted(inner.func).rpartition(".")[2] for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return any(TRAITS.get(call) == "predict" or re.search(r"predict|forecast|infer", call) for call in calls)


def _taken(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    models: dict[str, tuple[tuple[str, str], ...]],
    examples: dict[str, dict[str, object]],
) -> tuple[tuple[tuple[str, str], ...], Literal["json", "form", "query", "file"], dict[str, object]]:
    """The fields that a function takes: of a model in its signature, of `request`, or its plain arguments."""
    plain: list[tuple[str, str]] = []
    coming: Literal["json", "form", "query", "file"] = "query"
    defaults = dict(zip([a.arg for a in node.args.args][-len(node.args.defaults) :], node.args.defaults, strict=False))
    for arg in node.args.args:
        kind = ast.unparse(arg.annotation) if arg.annotation is not None else ""
        name = re.split(r"[\[\].]", kind)[-1] or kind
        inner = next((part for part in re.findall(r"\w+", kind) if models.get(part)), "")
        if inner:
            return models[inner], "json", examples.get(inner, {})
        default = defaults.get(arg.arg)
        called = dotted(default.func).rpartition(".")[2] if isinstance(default, ast.Call) else ""
        if "UploadFile" in kind or called == "File":
            return ((arg.arg, "file"),), "file", {}
        if called == "Form":
            coming = "form"
        if arg.arg not in ("self", "request", "req", "response", "db", "background_tasks"):
            plain.append((arg.arg, name))
    read = list(dict.fromkeys(_read_fields(node)))
    if read:
        forms = any(_FORM.search(dotted(n)) for n in ast.walk(node) if isinstance(n, ast.Attribute))
        return tuple((name, "") for name in read), "form" if forms else "json", {}
    if any("request.files" in dotted(n) for n in ast.walk(node) if isinstance(n, ast.Attribute)):
        return (("file", "file"),), "file", {}
    return tuple(plain), coming, {}


def _defaults(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Fields that are read with something to fall back on: `data.get("age", 40)`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "get":
            key, value = (inner.args[0], _literal(inner.args[1])) if len(inner.args) == 2 else (None, None)
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and value is not None:
                yield key.value, value


def _read_fields(node: ast.AST) -> Iterator[str]:
    """`request.form["age"]`, `request.json.get("age")`, `data["age"]` of a `data = request.get_json()`."""
    bound: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and _is_request(inner.value):
            bound.update(target.id for target in inner.targets if isinstance(target, ast.Name))
    for inner in ast.walk(node):
        owner: ast.expr | None = None
        key: ast.expr | None = None
        if isinstance(inner, ast.Subscript):
            owner, key = inner.value, inner.slice
        elif (
            isinstance(inner, ast.Call)
            and isinstance(inner.func, ast.Attribute)
            and inner.func.attr == "get"
            and inner.args
        ):
            owner, key = inner.func.value, inner.args[0]
        if owner is None or not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            continue
        if _is_request(owner) or (isinstance(owner, ast.Name) and owner.id in bound):
            yield key.value


def _is_request(node: ast.expr) -> bool:
    while isinstance(node, ast.Call | ast.Await):
        if isinstance(node, ast.Call) and dotted(node.func) in ("dict", "json.loads") and node.args:
            node = node.args[0]
        else:
            node = node.func if isinstance(node, ast.Call) else node.value
    return bool(re.match(r"(flask\.)?(request|req)\.(form|json|get_json|args|values|data|POST|GET)", dotted(node)))


def _fields(node: ast.ClassDef) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_alias(item) or item.target.id, ast.unparse(item.annotation))
        for item in node.body
        if isinstance(item, ast.AnnAssign)
        and isinstance(item.target, ast.Name)
        and not item.target.id.startswith("model_")
    )


def _alias(item: ast.AnnAssign) -> str:
    for keyword in item.value.keywords if isinstance(item.value, ast.Call) else ():
        if keyword.arg in ("alias", "validation_alias") and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _examples(node: ast.ClassDef) -> dict[str, object]:
    """The values that a model's fields are documented with: `example=`, the schema's example, defaults."""
    found: dict[str, object] = {}
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None:
            value = _example(item.value)
            if value is not None:
                found[_alias(item) or item.target.id] = value
    for inner in ast.walk(node):
        if isinstance(inner, ast.Dict):
            for key, value_node in zip(inner.keys, inner.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("example", "examples"):
                    value = _literal(value_node)
                    value = value[0] if isinstance(value, list) and value else value
                    if isinstance(value, dict):
                        found.update({str(k): v for k, v in value.items()})
    return found


def _example(node: ast.expr) -> object:
    if not isinstance(node, ast.Call):
        return _literal(node)
    for keyword in node.keywords:
        if keyword.arg in ("example", "examples"):
            value = _literal(keyword.value)
            return value[0] if isinstance(value, list) and value else value
    for keyword in node.keywords:
        if keyword.arg == "default":
            return _literal(keyword.value)
    return _literal(node.args[0]) if node.args else None


def _literal(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return None if value is Ellipsis else value
