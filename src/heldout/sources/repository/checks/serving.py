"""Deployment: web services that answer with a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, Noted, among, first, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.service import Handler, ServiceFacts, read_service
from heldout.sources.repository.tools import names, places, tools_used


class _ServiceCheck(Check):
    """Base of the checks of web services: each file's service is noted once a check."""

    ml_only = True
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the service that the module defines, if any."""
        service = read_service(module)
        if service is not None:
            yield service

    def services(self, repo: Repository) -> tuple[Noted[ServiceFacts], ...]:
        """The services of the repository, with the files that define them."""
        return tuple(noted for noted in repo.notes(self) if isinstance(noted.note, ServiceFacts))

    def predicting(self, repo: Repository) -> list[tuple[str, Handler]]:
        """(path, handler) of every route behind which a model answers."""
        return [(n.path, h) for n in self.services(repo) for h in n.note.handlers if h.predicts]


class ModelService(_ServiceCheck):
    """A model service that loads its model once

    What: Routes behind which a model answers, and whether the model is loaded at the start of the process or again
    at each request. A serving framework (BentoML, TorchServe, Triton, KServe ...) that is really set up counts too.

    Why: A service makes the model useful to others; one that reads the model from disk at each request is slow
    under any load and may mix two versions of the model.

    Example: `model = joblib.load(path)` at module level, at start-up or in a cached function speaks for;
    `joblib.load` inside the handler speaks against.

    Limits: A load behind a test for the model itself, or a cache, counts as loaded once. Handlers that reach the model
    through another module are recognised only by what they call.
    """

    code = "DEP101"
    moves: ClassVar = {"deployment": Move(up=0.35, down=0.45)}
    severity = "medium"
    why = "A model that others can ask is worth more than one that only its author can run, if it answers quickly."
    mend = "Load the model when the process starts and keep it."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the predicting routes that load at each request with the others."""
        asked = self.predicting(repo)
        slow = [(p, h) for p, h in asked if h.load_line]
        if slow:
            path, handler = slow[0]
            yield self.against(
                f"The route `{handler.route}` loads its model from disk at each request.",
                *(repo.at(p, h.load_line) for p, h in first(slow, 3)),
                strength=ramp(len(slow), 0, 2),
                ask=f"What happens to the answer time of `{handler.name}` in {path} when 50 requests come at once?",
                routes=len(slow),
            )
        serving = tools_used(repo, "serving")
        steady = [(p, h) for p, h in asked if not h.load_line and not h.fetches]
        if steady or serving:
            what = [f"a model answers behind {_routes(steady)} and is not loaded there anew"] if steady else []
            what += [f"there is a setup or client of {names(serving)}"] if serving else []
            yield self.found(
                f"For serving, {', and '.join(what)}.",
                *(repo.at(p, h.line) for p, h in first(steady, 2)),
                *places(repo, serving, 2),
                strength=1.0 if steady else 0.7,
                ask="How did you find out how many requests a second this service can answer?",
                routes=len(steady),
            )


def _routes(found: list[tuple[str, Handler]]) -> str:
    """The names of a few routes: how many there are, callers of one another may tell otherwise."""
    shown = list(dict.fromkeys(h.route if h.route.strip("/") else f"/ ({h.name})" for _, h in found))
    return ", ".join(f"`{route}`" for route in shown[:3]) + (" and others" if len(shown) > 3 else "")


class RequestValidation(_ServiceCheck):
    """Requests checked before the model sees them

    What: Routes that predict: whether their input is declared by types or a schema, checked by code, or taken
    from the request as it comes.

    Why: Real users send empty fields, text for numbers and yesterday's format; an unchecked request ends in a crash
    or, worse, in a confident wrong answer.

    Example: A pydantic model as parameter, a marshmallow or JSON schema, or a test for missing fields that answers
    400 speak for; `model.predict(request.json["x"])` and nothing else speaks against.

    Limits: Checks in middleware, in the framework's configuration or in another module are not followed.
    """

    code = "DEP102"
    moves: ClassVar = {"deployment": Move(up=0.3, down=0.35), "robustness": Move(up=0.15, down=0.15)}
    severity = "medium"
    why = "What the model was never trained on has to be refused before it is asked."
    mend = "Declare the request with pydantic or a schema and answer 4xx to what does not fit."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Sort the predicting routes by how their input is looked at."""
        asked = self.predicting(repo)
        checked = [(p, h) for p, h in asked if h.typed or h.refuses_input or h.looks]
        raw = [(p, h) for p, h in asked if h.raw_line and not (h.typed or h.checked or h.guarded)]
        if checked:
            yield self.found(
                among(len(checked), len(asked), "predicting route", "looks at its", "look at their")
                + f" input before use, {_ways([h for _, h in checked])}.",
                *(repo.at(p, h.line) for p, h in first(checked, 3)),
                strength=(len(checked) / len(asked))
                * (1.0 if any(h.typed or h.refuses_input for _, h in checked) else 0.5),
                checked=len(checked),
                routes=len(asked),
            )
        if raw:
            path, handler = raw[0]
            yield self.against(
                among(len(raw), len(asked), "predicting route", "takes", "take")
                + f" the request as it comes, unchecked: `{handler.route}`.",
                *(repo.at(p, h.raw_line) for p, h in first(raw, 3)),
                strength=len(raw) / len(asked),
                ask=f"What does `{handler.name}` in {path} answer when a field is missing or a number is text?",
                unchecked=len(raw),
                routes=len(asked),
            )


def _ways(handlers: list[Handler]) -> str:
    """How the inputs are looked at: by the types of named fields, by a refusal, or otherwise in code."""
    many = Counter(
        "by declared types" if h.typed else "by a test that answers 4xx" if h.refuses_input else "by code of its own"
        for h in handlers
    )
    if len(many) == 1:
        return next(iter(many))
    return ", ".join(f"{number} of them {way}" for way, number in many.items())


class Health(_ServiceCheck):
    """Health and readiness routes

    What: Routes of a service that tell whether it is alive or ready, such as `/health`, `/ready`, `/ping`.

    Why: Whatever restarts, scales or replaces a service has to ask it something that costs nothing.

    Example: `@app.get("/healthz")` beside `@app.post("/predict")` speaks for.

    Limits: A route is known by its name; that it really looks at the model is not checked. Health checks of serving
    frameworks come with them and are not counted here.
    """

    code = "DEP103"
    moves: ClassVar = {"deployment": Move(up=0.2)}
    why = "A service that can say whether it is ready can be restarted and replaced without its users noticing."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the health routes."""
        found = [(n.path, h) for n in self.services(repo) for h in n.note.handlers if h.health]
        if found:
            ready = any(h.ready for _, h in found)
            yield self.found(
                f"Routes are named for health or readiness: {_routes(found)}.",
                *(repo.at(p, h.line) for p, h in first(found, 3)),
                strength=1.0 if ready else 0.7,
                routes=len(found),
            )


class ErrorAnswers(_ServiceCheck):
    """Errors answered as errors

    What: Routes that answer with 4xx or 5xx codes, error handlers of the application, and routes that catch an
    exception and return its text as if all were well (status 200).

    Why: A caller that gets an error with status 200 takes it for a prediction; an error's text may also tell
    strangers about the inside of the service.

    Example: `raise HTTPException(422, ...)` speaks for; `except Exception as e: return {"error": str(e)}`
    speaks against.

    Limits: An answer's code set by a helper or middleware is not seen; only handlers' own bodies are read.
    """

    code = "DEP104"
    moves: ClassVar = {"deployment": Move(up=0.15, down=0.2)}
    why = "Callers act on the status of an answer before they read it."
    mend = "Answer with a 4xx or 5xx code, log the exception, and keep its text out of the answer."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report refusals and masked errors."""
        handlers = [(n.path, h) for n in self.services(repo) for h in n.note.handlers]
        refusing = sorted(((p, h) for p, h in handlers if h.refuses), key=lambda found: found[1].health)
        masked = [(p, h) for p, h in handlers if h.masked_line]
        central = sum(n.note.error_handlers for n in self.services(repo))
        if refusing or central:
            where = f"`{refusing[0][1].name}`" if refusing else "a handler for the whole service"
            if len(refusing) > 1:
                where += " and other routes"
            yield self.found(
                f"Requests that fail are answered with an error code, for example by {where}.",
                *(repo.at(p, h.line) for p, h in first(refusing or handlers, 3)),
                strength=ramp(len(refusing) + 2 * central, 0, 3),
                refusing=len(refusing),
            )
        if masked:
            path, handler = masked[0]
            yield self.against(
                f"`{handler.name}` returns a caught exception's text as a normal answer.",
                *(repo.at(p, h.masked_line) for p, h in first(masked, 3)),
                strength=ramp(len(masked), 0, 3),
                ask=f"How does a caller of `{handler.name}` in {path} notice that it failed?",
                routes=len(masked),
            )


_SERVER = re.compile(r"\b(gunicorn|uvicorn|hypercorn|waitress|uwsgi|mod_wsgi|passenger|daphne|granian)\b")


class DevelopmentServer(_ServiceCheck):
    """A development server with its debugger on

    What: `app.run(debug=True)` of a service that listens on all addresses, or that its image starts in this way.

    Why: The debugger of Flask's development server runs any code that a visitor types; the server itself answers
    one process' worth of requests and says of itself that it is not meant for use.

    Example: `app.run(host="0.0.0.0", debug=True)` speaks against; the same behind gunicorn in the image does not.

    Limits: Only a literal `debug=True` is seen. It is not said when a production server is started anywhere in
    Dockerfile, Procfile, compose file, requirements or scripts.
    """

    code = "DEP105"
    moves: ClassVar = {"deployment": Move(down=0.3)}
    severity = "medium"
    why = "With the debugger on, whoever reaches the service can run code on it."
    mend = "Start the service with gunicorn, uvicorn or waitress and take debug from the environment."
    ask = "How would this service be started for real users, and what would change?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report debug servers when nothing better starts the service."""
        bare = [n for n in self.services(repo) if n.note.debug_line and n.note.open_to_all]
        if bare and not _production_server(repo):
            yield self.against(
                "The service is started with Flask's debugger on and open to all addresses.",
                *(repo.at(n.path, n.note.debug_line) for n in first(bare, 3)),
                files=len(bare),
            )


def _production_server(repo: Repository) -> bool:
    files = repo.glob(
        "*dockerfile*", "procfile", "*compose*.y*ml", "*.sh", "requirements*.txt", "pyproject.toml", "*.service"
    )
    return any(_SERVER.search(repo.text(path).text) for path in files[:40])


_LIMITS = {
    "a time-out": re.compile(
        r"^[^#\n]*(gunicorn|uvicorn|hypercorn|waitress)\b[^\n]{0,300}--(timeout|graceful-timeout|timeout-keep-alive)\b"
        r"|^[^#\n]*GUNICORN_TIMEOUT\s*=|^\s*proxy_read_timeout",
        re.MULTILINE,
    ),
    "a number of workers": re.compile(
        r"^[^#\n]*(gunicorn|uvicorn|hypercorn)\b[^\n]{0,300}(--workers|\s-w|--threads)\b(?![\s=\"',]{1,6}1\b)",
        re.MULTILINE,
    ),
    "a cap on concurrent requests": re.compile(
        r"^[^#\n]*(--limit-concurrency|containerConcurrency|max_concurrency)", re.MULTILINE
    ),
    "automatic scaling": re.compile(r"^kind:\s*(HorizontalPodAutoscaler|ScaledObject)", re.MULTILINE),
    "batched requests": re.compile(r"^[^#\n]*(dynamic_batching|@batched|batch_wait_timeout)", re.MULTILINE),
}
_SIZE_LIMIT = re.compile(r"^[^#\n]*(MAX_CONTENT_LENGTH|client_max_body_size|max_content_length)", re.MULTILINE)
_RATE_LIMIT = re.compile(r"\b(slowapi|flask_limiter|fastapi_limiter|Ratelimit|django_ratelimit)\b")


_OTHER_SERVERS = re.compile(r"mlflow server|airflow webserver|airflow celery|uvicorn-opts|mlflow ui")
"""Servers of tools, whose settings bound nothing of the service."""


class Limits(_ServiceCheck):
    """Time-outs, sizes and concurrency of a service

    What: Settings that bound what one request or all of them may take: time-outs, body size, workers, concurrency,
    rate limits, batching, automatic scaling, for a service that is in the repository.

    Why: A model is expensive to ask: without bounds, one large request or a burst of them stops it for everyone.

    Example: `gunicorn --workers 2 --timeout 30 app:app`, `app.config["MAX_CONTENT_LENGTH"]`, a Kubernetes
    HorizontalPodAutoscaler or Triton's `dynamic_batching` speak for.

    Limits: Whether the figures are right cannot be read; absence says nothing, the platform may set them.
    """

    code = "DEP106"
    moves: ClassVar = {"deployment": Move(up=0.2)}
    why = "A service that bounds what a request may take survives its busiest day."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the kinds of limits that are set near a service."""
        services = self.services(repo)
        if not services and not tools_used(repo, "serving"):
            return
        found: dict[str, tuple[str, int]] = {}
        files = repo.glob("*dockerfile*", "procfile", "*.sh", "*.y*ml", "*gunicorn*", "config.pbtxt", "*nginx*.conf")[
            :150
        ]
        for path in [p for p in files if not p.startswith(".github/") and "render" not in p.lower()]:
            text = re.sub(r"HEALTHCHECK[^\n]*", "", repo.text(path).text[:100_000])
            if _OTHER_SERVERS.search(text) and not path.lower().endswith(("dockerfile", "procfile")):
                continue
            for kind, pattern in (*_LIMITS.items(), ("a cap on the size of a request", _SIZE_LIMIT)):
                if kind not in found and (match := pattern.search(text)):
                    found[kind] = (path, text.count("\n", 0, match.start()) + 1)
        for noted in services:
            text = repo.text(noted.path).text[:100_000]
            for kind, pattern in (("a cap on the size of a request", _SIZE_LIMIT), ("a rate limit", _RATE_LIMIT)):
                if kind not in found and (match := pattern.search(text)):
                    found[kind] = (noted.path, text.count("\n", 0, match.start()) + 1)
        if found:
            yield self.found(
                f"Settings of a service give it bounds: {', '.join(found)}.",
                *(repo.at(*place) for place in first(found.values(), 4)),
                strength=ramp(len(found), 0, 3),
                kinds=len(found),
            )


CHECKS: tuple[Check, ...] = (
    ModelService(),
    RequestValidation(),
    Health(),
    ErrorAnswers(),
    DevelopmentServer(),
    Limits(),
)
