"""Starts a delivered service without network and asks it: a valid request, bad ones, and many at a time."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException

from heldout.evidence.types import Frozen
from heldout.sandbox.base import Service, Verdict
from heldout.sources.handover import gradio_calls, openapi
from heldout.sources.handover.bench import Bench
from heldout.sources.handover.causes import run_cause
from heldout.sources.handover.pages_run import Page, visit
from heldout.sources.handover.plan import Service as Planned
from heldout.sources.handover.plan import Step
from heldout.sources.handover.record import Cause
from heldout.sources.handover.replies import readable, seen_text, trouble_in
from heldout.sources.handover.spoiling import spoil, spoil_address

PORTS = (8000, 5000, 8080, 8501, 7860, 3000, 8888, 80)
"""Where services of the usual frameworks listen when nothing says."""

_PRINTED = re.compile(
    rb"(?:https?://(?:\[[^\s\]]*\]|[^\s/:\[]*):|\bport[ =:]+|\b(?:0\.0\.0\.0|127\.0\.0\.1|localhost):)(\d{2,5})\b",
    re.IGNORECASE,
)
"""A port in what a server says of itself."""
_SAID, _MOST_PRINTED = 20_000, 4
_STARTS_S = 90.0
_ANSWER = 512 * 1024
_LAST_WORDS = 6_000
_PATIENCE_S = 20.0
_MANY = 200
_THREADS = 8
_PAGE = "text/html"
"""What is planned for an app that shows a page."""
_LOAD_S = 8.0


class Answer(Frozen):
    """One request and what came back. `status` is None when nothing did."""

    kind: str
    """`valid`, `health`, or how the request was spoilt: `missing_field`, `wrong_type`, `empty` ..."""
    sent: str
    status: int | None = None
    broke: str = ""
    """What became of the request when nothing came back, in the words of a sentence about the service."""
    body: str = ""
    """The first 2,000 characters, of a page without its scripts and styles."""
    seconds: float = 0.0
    alive: bool = True
    """Whether the service still ran afterwards."""


class Load(Frozen):
    """Many requests at a time."""

    requests: int
    failed: int
    """Without an answer, or with one of 500 and more."""
    threads: int
    per_second: float
    p50_ms: float
    p95_ms: float


class Served(Frozen):
    """How a service did."""

    step: str
    command: str
    port: int | None = None
    """Where it was found listening; None when it did not come up."""
    starts_s: float | None = None
    answers: tuple[Answer, ...] = ()
    guide_status: int | None = None
    """With what it refused the request that its guide shows, when another, by its own description, was tried then."""
    load: Load | None = None
    peak_memory_bytes: int | None = None
    page: Page | None = None
    """Of an app of Streamlit's: what its script showed."""
    cause: Cause | None = None
    """Why it did not come up, or why its page is of no use though the server answers."""
    log: str = ""

    @property
    def valid(self) -> Answer | None:
        """The answer to the valid request, if one was sent."""
        return next((answer for answer in self.answers if answer.kind == "valid"), None)


@dataclass
class _Door:
    """Opens connections to a service on one port."""

    service: Service
    port: int
    step: str

    def ask(self, kind: str, method: str, path: str, body: bytes, content_type: str, *, whole: bool = False) -> Answer:
        """Send one request on a connection of its own; `whole` keeps more of the answer than a report shows."""
        began = time.monotonic()
        status, text, broke = None, "", ""
        try:
            status, text = self._exchange(method, path, body, content_type)
            if event := gradio_calls.event_of(path, text):
                status, text = gradio_calls.outcome(self._exchange("GET", f"{path}/{event}", b"", "")[1])
            text = text if whole else readable(text)[:2000]
        except TimeoutError:
            broke = f"it gave no answer within {_PATIENCE_S:.0f} s"
        except (OSError, HTTPException, ValueError):
            broke = "it closed the connection without an answer"
        alive = self.service.running()
        return Answer(
            kind=kind,
            sent=f"{method} {path} {body[:300].decode('utf-8', 'replace')}".strip(),
            seconds=round(time.monotonic() - began, 4),
            alive=alive,
            status=status,
            broke=broke if alive or not broke else f"{broke} and ended",
            body=text,
        )

    def _exchange(self, method: str, path: str, body: bytes, content_type: str) -> tuple[int, str]:
        """Status and text of one answer. Raises OSError, HTTPException, ValueError."""
        with contextlib.closing(_connection(self.service.connect(self.port), _PATIENCE_S)) as connection:
            headers = {"Host": f"localhost:{self.port}", "Connection": "close"}
            if body or method == "POST":
                headers["Content-Type"] = content_type
            connection.request(method, path or "/", body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_ANSWER).decode("utf-8", "replace")


def try_service(bench: Bench, step: Step, planned: Planned | None) -> Served:
    """Start the step, ask it, stop it. Raises SandboxFault, never for the service."""
    limits = replace(bench.shop.limits, wall_s=_STARTS_S + 240)
    job = bench.job(step, step.command, limits)
    bench.shop.tell(step.command)
    began = time.monotonic()
    with bench.shop.sandbox.serve(job) as service:
        port = find_port(service, step.port, began + _STARTS_S)
        starts = time.monotonic() - began
        answers, refused = list[Answer](), list[Answer]()
        load = None
        if port is not None:
            door = _Door(service, port, step.id)
            front, planned = planned, _completed(door, planned)
            answers = list(_conversation(door, planned))
            if _no_fair_call(planned, answers):
                planned, answers = front, list(_conversation(door, front))
            if _refused(answers) and (other := _described(door, planned)) is not None:
                refused, planned = answers, other
                answers = list(_conversation(door, other))
            load = _many(door, planned) if _answered(answers) else None
        alive = service.running()
        done = service.stop()
    output = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
    page = visit(bench, step) if port is not None else None
    cause = page.cause if page else None
    if port is None or (cause is None and not any(answer.status for answer in answers)):
        # A server whose workers die may listen for a moment and never answer.
        cause = run_cause(output, done.verdict, done.why, bench.shop.code)
    if port is None and cause is None:
        cause = _silent(step.port, alive)
    cause = cause or _said_in(answers) or _broken(bench, answers, output)
    told = "\n\n".join(filter(None, (_log(step, [*refused, *answers], output), page.seen if page else "")))
    log = bench.shop.write_log(f"{bench.label}-{re.sub(r'[^a-zA-Z0-9-]+', '-', step.id)}", told)
    return Served(
        step=step.id,
        command=step.command,
        port=port,
        starts_s=round(starts, 2) if port is not None else None,
        answers=tuple(answers),
        guide_status=_refused(refused),
        load=load,
        peak_memory_bytes=done.usage.peak_memory_bytes,
        page=page,
        cause=cause,
        log=log,
    )


def _broken(bench: Bench, answers: list[Answer], output: str) -> Cause | None:
    """Why it breaks down over a valid request, by its last words (that request is the last) and its answer."""
    valid = next((answer for answer in answers if answer.kind == "valid"), None)
    if valid is None or valid.status is None or valid.status < 500:
        return None
    told = f"{output[-_LAST_WORDS:]}\n{seen_text(valid.body)}"
    cause = run_cause(told, Verdict.FAILED, f"it answered with {valid.status}", bench.shop.code)
    if cause is None or cause.code == "exit_code":
        return None
    return cause.model_copy(
        update={"message": f"It breaks down over a valid request ({valid.status}). {cause.message}"}
    )


def _said_in(answers: list[Answer]) -> Cause | None:
    """The error that stands in an answer of 200 to the valid request: what predicts is not there."""
    valid = next((answer for answer in answers if answer.kind == "valid"), None)
    front = next((answer.body for answer in answers if answer.kind == "health"), "")
    words = trouble_in(valid.body, front) if valid is not None and valid.status == 200 else ""
    if not words:
        return None
    message = f"In place of a prediction it answers an error: {words}. Its status says that all is well."
    return Cause(code="answer_error", message=message, subject=words)


def find_port(service: Service, told: int | None, deadline: float) -> int | None:
    """The port on which it answers to a connection, by trying; None when it ends or the time is over.

    Tried are the one that the plan tells, those that it prints itself, and the usual ones.
    """
    while time.monotonic() < deadline and service.running():
        printed = [int(found) for found in _PRINTED.findall(b"\n".join(service.output())[-_SAID:])]
        tried: list[int] = [*([told] if told else []), *printed[-_MOST_PRINTED:], *PORTS]
        for port in dict.fromkeys(tried):
            if _listens(service, port):
                return port
        time.sleep(0.25)
    return None


def _silent(told: int | None, still_running: bool) -> Cause:
    """Why no port was found of a program that did not say that it failed."""
    if told is None and still_running:
        usual = ", ".join(str(port) for port in PORTS)
        message = f"It runs, and nothing says on which port: none of {usual} answers. Name it as `port` in the plan."
        return Cause(code="guess", message=message)
    where = f"port {told}" if told else "any port"
    return Cause(
        code="not_listening", message=f"It was started, and within {_STARTS_S:.0f} s did not listen on {where}."
    )


def _completed(door: _Door, planned: Planned | None) -> Planned | None:
    """The request that the delivery documents, else one by the description that the service gives of itself."""
    if planned is not None and planned.content_type == _PAGE:
        return _called(door) or planned
    if planned is not None and (planned.body or planned.method == "GET"):
        return planned
    return _described(door, planned) or planned


def _called(door: _Door) -> Planned | None:
    """A call of the function behind a page of Gradio's; None for other pages, and where it wants a file."""
    for path in gradio_calls.PATHS:
        answer = door.ask("description", "GET", path, b"", "", whole=True)
        if answer.status == 200 and (found := gradio_calls.call_of(answer.body, door.step, path)):
            return found
    return None


def _no_fair_call(planned: Planned | None, answers: list[Answer]) -> bool:
    """Whether a call of ours failed for what we asked: words or a picture of ours, or an address that old ones lack."""
    valid = next((answer for answer in answers if answer.kind == "valid"), None)
    if planned is None or valid is None or not gradio_calls.is_call(planned.path) or valid.status == 200:
        return False
    return gradio_calls.is_ours(planned.body) or valid.status in (404, 405)


def _described(door: _Door, planned: Planned | None) -> Planned | None:
    """A request by the description that the service gives of itself; None when it gives none."""
    for path in openapi.PATHS:
        answer = door.ask("description", "GET", path, b"", "", whole=True)
        if answer.status == 200 and (found := openapi.service_of(answer.body, door.step)):
            return found.model_copy(update={"health": planned.health or found.health} if planned else {})
    return None


def _refused(answers: list[Answer]) -> int | None:
    """The status with which the valid request was called a wrong one; None when it was not."""
    valid = next((answer for answer in answers if answer.kind == "valid"), None)
    return valid.status if valid is not None and valid.status in (400, 404, 405, 415, 422) else None


def _listens(service: Service, port: int) -> bool:
    try:
        service.connect(port, 1.0).close()
    except OSError:
        return False
    return True


def _conversation(door: _Door, planned: Planned | None) -> Iterator[Answer]:
    health = planned.health if planned and planned.health else "/"
    yield door.ask("health", "GET", health, b"", "")
    if planned is None or (not planned.body and planned.method == "POST"):
        return
    body = planned.body.encode()
    yield door.ask("valid", planned.method, planned.path, body, planned.content_type)
    yield door.ask("same_again", planned.method, planned.path, body, planned.content_type)
    for kind, path, spoilt in _spoilt(planned):
        yield door.ask(kind, planned.method, path, spoilt, planned.content_type)
        if not door.service.running():
            return
    yield door.ask("valid_after", planned.method, planned.path, body, planned.content_type)


def _spoilt(planned: Planned) -> Iterator[tuple[str, str, bytes]]:
    """(kind, path, body) of each spoilt request; none to Gradio, which checks what its fields take itself."""
    if gradio_calls.is_call(planned.path):
        return
    if planned.method == "GET":
        yield from ((kind, path, b"") for kind, path in spoil_address(planned.path).items())
        return
    for kind, body in spoil(planned.body, planned.content_type).items():
        yield kind, planned.path, body


def _answered(answers: list[Answer]) -> bool:
    telling = [a for a in answers if a.kind in ("valid", "health")]
    return any(a.status is not None and a.status < 400 for a in telling)


def _many(door: _Door, planned: Planned | None) -> Load | None:
    """Some two hundred valid requests from eight threads, or as many as go into eight seconds."""
    if not door.service.running():
        return None
    post = planned is not None and bool(planned.body or planned.method == "GET")
    method, path = (planned.method, planned.path) if planned and post else ("GET", planned.health if planned else "/")
    body = planned.body.encode() if planned and post else b""
    kind = planned.content_type if planned else ""
    taken: list[tuple[float, bool]] = []
    lock, end = threading.Lock(), time.monotonic() + _LOAD_S

    def work() -> None:
        for _ in range(_MANY // _THREADS):
            if time.monotonic() > end:
                return
            answer = door.ask("load", method, path or "/", body, kind)
            with lock:
                taken.append((answer.seconds, answer.status is not None and answer.status < 500))

    began = time.monotonic()
    threads = [threading.Thread(target=work, daemon=True) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not taken:
        return None
    times = sorted(seconds for seconds, _ in taken)
    return Load(
        requests=len(taken),
        failed=sum(1 for _, good in taken if not good),
        threads=_THREADS,
        per_second=round(len(taken) / (time.monotonic() - began), 1),
        p50_ms=round(1000 * times[len(times) // 2], 1),
        p95_ms=round(1000 * times[min(len(times) - 1, int(0.95 * len(times)))], 1),
    )


def _connection(stream: socket.socket, timeout: float) -> HTTPConnection:
    stream.settimeout(timeout)
    connection = http.client.HTTPConnection("localhost")
    connection.sock = stream
    return connection


def _log(step: Step, answers: list[Answer], output: str) -> str:
    lines = [f"$ {step.command}", ""]
    for answer in answers:
        lines.append(f"> {answer.kind}: {answer.sent}")
        lines.append(f"< {answer.broke or answer.status} in {answer.seconds:.3f} s: {answer.body[:400]}")
    return "\n".join([*lines, "", output])
