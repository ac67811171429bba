"""What a web service in a module does with a request: its handlers, read from the code.

A handler is a function behind a route (a decorator of FastAPI, Flask and their kin) or an HTTP method of a view
class. What it calls in the same module is followed one step, so that a helper that validates or predicts counts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from heldout.sources.repository.module import Function, Module
from heldout.sources.repository.reading import argument, called_name, constant, defaults_of
from heldout.sources.repository.syntax import walk

FRAMEWORKS = frozenset(
    [
        "fastapi",
        "flask",
        "flask_restful",
        "flask_restx",
        "flask_restplus",
        "quart",
        "sanic",
        "starlette",
        "aiohttp",
        "falcon",
        "litestar",
        "bottle",
        "tornado",
        "django",
        "rest_framework",
        "connexion",
        "robyn",
    ]
)
_VERBS = frozenset(
    {"get", "post", "put", "delete", "patch", "route", "api_route", "websocket", "head", "on_get", "on_post"}
)
_VIEWS = re.compile(
    r"(^|\.)(Resource|MethodView|APIView|GenericAPIView|View|RequestHandler|HTTPEndpoint|HTTPMethodView)$"
)
_PREDICTS = frozenset(
    {"predict", "predict_proba", "predict_one", "infer", "inference", "transcribe", "classify", "forecast"}
)
_ASKS = re.compile(r"predict|infer|score|classif|forecast|recommend|detect|segment|transcri|embed", re.IGNORECASE)
_HEALTH = re.compile(
    r"^/?(api/)?(v\d+/)?_?(health(z|check|/\w+)?|ready|readyz|readiness|live|livez|liveness|ping|status)/?$"
)
_READY = re.compile(r"ready|readiness")
_RAW = frozenset({"json", "get_json", "form", "data", "args", "POST", "GET", "body", "values", "get_data", "files"})
_VALIDATES = frozenset(
    [
        "validate",
        "is_valid",
        "model_validate",
        "parse_obj",
        "model_validate_json",
        "parse_raw",
        "validate_on_submit",
        "parse_args",
        "validate_python",
        "isinstance",
        "check_input",
        "load_json",
    ]
)
_PLAIN = frozenset(
    {"Request", "Response", "WebSocket", "BackgroundTasks", "HttpRequest", "Session", "Any", "Dict", "dict", "None"}
    | {"UploadFile", "bytes", "object", "Mapping", "list", "List", "AsyncSession", "SecurityScopes"}
)
"""Types that say nothing of what is in a request."""
_AROUND = frozenset({"Annotated", "Optional", "Union", "List", "list", "Sequence", "Tuple", "tuple", "Set", "set"})
_LOADS = re.compile(
    r"^(joblib\.load|sklearn\.externals\.joblib\.load|torch\.load|torch\.jit\.load|torch\.hub\.load|onnxruntime\.InferenceSession"
    r"|spacy\.load|transformers\.pipeline|ultralytics\.YOLO|sentence_transformers\.SentenceTransformer"
    r"|(tensorflow\.|tf_keras\.)?(keras\.)?(models\.|saving\.)?load_model|tensorflow\.saved_model\.load|mlflow\..*\.load_model"
    r"|skops\.io\.load|fasttext\.load_model|.*\.from_pretrained)$"
)
_MODEL_NAME = re.compile(
    r"model|clf|classif|pipeline|estimator|vectori[sz]er|scaler|encoder|regress|network", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Handler:
    """One route and what happens behind it; lines are those of the joined source, 0 for none.

    `load_line` is where a model file is loaded at each request, `fetches` whether a helper is called that may load one;
    `raw_line` where the body is taken as it comes;
    `guarded` whether errors are caught, which is no look at the input;
    `masked_line` where a caught error is answered as a success.
    """

    name: str
    route: str
    line: int
    predicts: bool
    health: bool
    ready: bool
    load_line: int
    fetches: bool
    raw_line: int
    typed: bool
    checked: bool
    looks: bool
    """Whether code surely looks at the input; `checked` that it may."""
    refuses_input: bool
    """Whether an input that does not fit is answered by a code of 4xx."""
    refuses: bool
    guarded: bool
    masked_line: int


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A module's handlers, the lines that load a model outside them, and its own start of a server."""

    handlers: tuple[Handler, ...]
    loads: tuple[int, ...]
    debug_line: int
    open_to_all: bool
    error_handlers: int


def is_service_like(module: Module) -> bool:
    """Whether the module imports a web framework at all: the cheap test before the reading."""
    return any(name.partition(".")[0] in FRAMEWORKS for name in module.imports)


@lru_cache(maxsize=2)
def read_service(module: Module) -> ServiceFacts | None:
    """The facts of a module that defines handlers, None for any other."""
    if not is_service_like(module):
        return None
    found = list(_routes(module))
    if not found:
        return None
    helpers = {function.name: function for function, facts in module.functions if not facts.method}
    handlers = tuple(_handler(module, function, route, helpers) for function, route in found)
    inside = {function for function, _ in found}
    loads = tuple(call.lineno for call in model_loads(module) if module.function_of(call) not in inside)
    debug, exposed = 0, False
    for call in module.called.get("run", ()):
        if constant(argument(call, "debug")) is True:
            debug, exposed = call.lineno, constant(argument(call, "host")) in ("0.0.0.0", "::")  # noqa: S104 - read, not bound
    errors = sum(
        1
        for name in ("errorhandler", "exception_handler", "add_exception_handler")
        for _ in module.called.get(name, ())
    )
    return ServiceFacts(handlers, loads, debug, exposed, errors)


def model_loads(module: Module) -> Iterator[ast.Call]:
    """Calls that read a trained model from disk or a hub; a bare unpickling only when its target is named like one."""
    for call, name in module.calls:
        if _LOADS.match(name):
            yield call
        elif name in ("pickle.load", "dill.load", "cloudpickle.load"):
            around = module.parent(call)
            if isinstance(around, ast.Assign) and _MODEL_NAME.search(ast.unparse(around.targets[0])[:80]):
                yield call


def _prefixes(module: Module) -> dict[str, str]:
    """Name of a router or blueprint -> what it puts before its routes, where both are written out."""
    found = {}
    for node in module.nodes(ast.Assign):
        if isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            for key in ("prefix", "url_prefix"):
                before = constant(argument(node.value, key))
                if isinstance(before, str) and before.startswith("/"):
                    found[node.targets[0].id] = before.rstrip("/")
    return found


def _routes(module: Module) -> Iterator[tuple[Function, str]]:
    prefixes = _prefixes(module)
    for function, facts in module.functions:
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call):
                if (module.resolve(decorator) or "").endswith("csrf_exempt"):
                    yield function, function.name
                continue
            if isinstance(decorator.func, ast.Attribute) and decorator.func.attr in _VERBS:
                route = constant(argument(decorator, "path", 0))
                if isinstance(route, str) and (route.startswith("/") or not route):
                    router = decorator.func.value
                    before = prefixes.get(router.id, "") if isinstance(router, ast.Name) else ""
                    if not (before + route).startswith("/"):
                        continue
                    yield function, before + route
                    break
        if facts.method and function.name.removeprefix("on_") in ("get", "post", "put"):
            around = module.parent(function)
            if isinstance(around, ast.ClassDef) and any(_VIEWS.search(ast.unparse(b)[:80]) for b in around.bases):
                yield function, around.name


def _handler(module: Module, function: Function, route: str, helpers: dict[str, Function]) -> Handler:
    own = list(walk(function))
    called = {n.func.id for n in own if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    nodes = [*own, *(part for name in sorted(called & helpers.keys()) for part in walk(helpers[name]))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    load = next(
        (c.lineno for c in model_loads(module) if module.function_of(c) is function and not _cached(module, c)), 0
    )
    health = bool(_HEALTH.match(route.lower()))
    asked = bool(_ASKS.search(route) or _ASKS.search(function.name))
    predicts = not (health or _WATCHES.search(route)) and (
        any(called_name(c) in _PREDICTS for c in calls) or (asked and bool(load or _model_call(calls)))
    )
    refuses = any(_refuses(node) for node in nodes)
    return Handler(
        name=function.name,
        route=route,
        line=function.lineno,
        predicts=predicts,
        health=health,
        ready=bool(_READY.search(route.lower())),
        load_line=load,
        fetches=any(_FETCHES_MODEL.match(called_name(c)) and not _cached(module, c) for c in calls),
        raw_line=next((getattr(n, "lineno", 0) for n in own if _raw(n)), 0),
        typed=_typed(module, function),
        checked=refuses or any(_checks(node) for node in nodes),
        looks=any(_looks(node) for node in nodes),
        refuses_input=any(_refuses(node) and _of_input(module, node) for node in nodes),
        refuses=refuses,
        guarded=any(isinstance(n, ast.Try) for n in own),
        masked_line=_masked(own),
    )


_WATCHES = re.compile(r"monitor|drift|metrics|report|retrain|/train", re.IGNORECASE)
"""Routes that look at the model or make it: they may ask it, but answer nobody with what it says."""

_FETCHES_MODEL = re.compile(
    r"_?(load|build|create|restore)_\w*(model|pipeline|network|predictor|classifier)", re.IGNORECASE
)


def _model_call(calls: list[ast.Call]) -> bool:
    return any(isinstance(c.func, ast.Name | ast.Attribute) and _MODEL_NAME.search(called_name(c)) for c in calls)


def _cached(module: Module, call: ast.Call) -> bool:
    """Whether the load runs once: under a test of what is there already, or in a cached function."""
    for around in module.parents(call):
        if isinstance(around, ast.If) and _THERE.search(ast.unparse(around.test)[:200]):
            return True
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return any("cache" in ast.unparse(d) for d in around.decorator_list)
    return False


_THERE = re.compile(
    rf"{_MODEL_NAME.pattern}|cache|load|\binit|\bready\b|is None|hasattr|globals\(|session", re.IGNORECASE
)
"""A test that asks whether the model is there; any other, such as for an empty request, loads again."""


def _typed(module: Module, function: Function) -> bool:
    if not any(name.partition(".")[0] in ("fastapi", "litestar", "robyn") for name in module.imports):
        return False
    parameters = [a for a in (*function.args.args, *function.args.kwonlyargs) if a.arg not in ("self", "cls")]
    given = defaults_of(function)
    own = [a for a in parameters if not (a.arg in given and _injected(given[a.arg]))]
    types = [a.annotation for a in own if a.annotation is not None and not _injected(a.annotation)]
    # Beside a file or a body that is taken as it is, a number or a text is only an option.
    whole = any(a.annotation is not None and _WHOLE.search(ast.unparse(a.annotation)) for a in parameters)
    return any(not _loose(t) and not (whole and _PLAIN_VALUE.fullmatch(ast.unparse(t))) for t in types)


_WHOLE = re.compile(r"\b(UploadFile|bytes|Request|Any|dict|Dict)\b")
_PLAIN_VALUE = re.compile(r"((Optional|Annotated)\[)?(int|str|float|bool)\b.*", re.DOTALL)


def _injected(value: ast.expr) -> bool:
    """Whether a parameter comes from the service itself, or is a file or a header: not what the model is asked with."""
    return re.search(r"\b(Depends|File|Security|Header|Cookie)\(", ast.unparse(value)[:200]) is not None


def _loose(annotation: ast.expr) -> bool:
    """Whether a type names no fields and no plain value: a file, bytes, any table, the request itself."""
    if isinstance(annotation, ast.BinOp):
        return _loose(annotation.left) and _loose(annotation.right)
    if isinstance(annotation, ast.Subscript):
        inner = annotation.slice
        if _last(annotation.value) not in _AROUND:
            return _loose(annotation.value)
        items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return all(_loose(item) for item in (items[:1] if _last(annotation.value) == "Annotated" else items))
    if isinstance(annotation, ast.Constant):
        return annotation.value is None or str(annotation.value) in _PLAIN
    return _last(annotation) in _PLAIN


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))


def _raw(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _RAW
        and ast.unparse(node.value)[:40].removeprefix("self.").removeprefix("flask.") in ("request", "req")
    )


def _looks(node: ast.AST) -> bool:
    """Whether a call or comparison surely looks at the input: not at the model, a key or what comes out."""
    if not isinstance(node, ast.Call):
        return _checks(node)
    name = called_name(node)
    if name == "isinstance":
        return bool(node.args) and bool(_OF_REQUEST.search(ast.unparse(node.args[0])[:200]))
    return _checks(node) and not _OF_OTHERS.search(name)


_OF_OTHERS = re.compile(
    r"model|health|load|auth|token|key|user|permission|login|drift|limit|transform|perform", re.IGNORECASE
)


def _of_input(module: Module, node: ast.AST) -> bool:
    """Whether a refusal is for what the input holds, and not for whatever went wrong."""
    if not _OF_INPUT.search(ast.unparse(node)[:400]):
        return False
    around = next((a for a in module.parents(node) if isinstance(a, ast.ExceptHandler)), None)
    return around is None or (around.type is not None and not _ANY_ERROR.search(ast.unparse(around.type)))


_OF_INPUT = re.compile(r"\b(400|406|411|413|415|422)\b|HTTP_?(400|413|415|422)|BAD_REQUEST|UNPROCESSABLE|BadRequest")
_ANY_ERROR = re.compile(r"\b(Exception|BaseException)\b")


def _checks(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = called_name(node)
        return (
            name in _VALIDATES
            or name.lower().endswith(("validate", "schema", "_form", "allowed_file"))
            or name.endswith("Form")
            or (name == "load" and "schema" in ast.unparse(node.func)[:80].lower())
            or name.startswith(("validate_", "check_", "_validate", "_check"))
        )
    return (
        isinstance(node, ast.Compare)
        and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops)
        and bool(_OF_REQUEST.search(ast.unparse(node)[:300]))
    )


_OF_REQUEST = re.compile(
    r"request|\b(data|json|form|payload|body|input\w*|args|files?|filename|params?|features?)\b", re.I
)
"""What a route is asked with, by its usual names."""


def _refuses(node: ast.AST) -> bool:
    """Whether the node answers with a 4xx or 5xx code."""
    if isinstance(node, ast.Call):
        name = called_name(node)
        codes = [constant(a) for a in (*node.args, *(k.value for k in node.keywords))]
        text = " ".join(ast.unparse(k.value)[:60] for k in node.keywords if k.arg and "status" in k.arg)
        return name in ("HTTPException", "HttpResponseBadRequest", "HTTPError") or (
            name
            in (
                "abort",
                "Response",
                "JSONResponse",
                "make_response",
                "HttpResponse",
                "JsonResponse",
                "send_error",
                "set_status",
            )
            and (
                any(isinstance(code, int) and 400 <= code < 600 for code in codes)
                or bool(re.search(r"HTTP_[45]", text))
            )
        )
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) >= 2:
        code = constant(node.value.elts[1])
        return (isinstance(code, int) and 400 <= code < 600) or bool(
            re.search(r"HTTP_?[45]|BAD_REQUEST|_ERROR", ast.unparse(node.value)[:200])
        )
    return False


_ANSWERS_WELL = frozenset({"jsonify", "str", "dict", "repr", "format", "render_template", "dumps", "render"})
"""What makes an answer of status 200 out of a text."""


def _masked(nodes: list[ast.AST]) -> int:
    """The line where a caught error is answered as if all were well: the error's text returned without a code."""
    for node in nodes:
        if not isinstance(node, ast.ExceptHandler) or not node.name:
            continue
        for part in node.body:
            value = part.value if isinstance(part, ast.Return) else None
            if value is None or isinstance(value, ast.Tuple) or any(_refuses(n) for n in walk(node)):
                continue
            if isinstance(value, ast.Call) and called_name(value) not in _ANSWERS_WELL:
                continue  # a helper may give the code of an error
            text = ast.unparse(value)[:300]
            if (
                "status" not in text.lower()
                and "code" not in text.lower()
                and re.search(rf"\b{re.escape(node.name)}\b", text)
            ):
                return part.lineno
    return 0
