"""Where events go: one file of JSON lines for each process, capped, never printed, complete up to the last line."""

# pathlib would have to be read first, in programs that never asked for it.
# ruff: noqa: PTH100, PTH103, PTH109, PTH117, PTH118, PTH120

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
import threading
import time
from typing import Any

LARGEST = 2_000_000
"""Bytes of one file."""
MOST = 4000
"""Events of one process."""
EACH = 40
"""Events of one kind at one place that are written at once; of later ones, the last few at the end."""
LAST = 5
TEXT = 200
_HELPERS = ("/heldout_watch/", "/sklearn/metrics/", "/sklearn/utils/")
_BETWEEN = ("/sklearn/base.py", "/contextlib.py")

# As it is before the delivery changes it.
_ROOT = os.path.normpath(os.environ.get("HELDOUT_ROOT") or os.getcwd()).rstrip("/")
_lock = threading.RLock()
_inside = threading.local()
_files: dict[str, str] = {}


class _State:
    """What is known of the file of this process; begun anew in a child."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.path = ""
        self.bytes = 0
        self.events = 0
        self.seen: dict[Any, int] = {}
        self.late: dict[Any, list[str]] = {}


_state = _State()


@contextlib.contextmanager
def within() -> Any:
    """Marks that a wrapped call is under way in this thread: what it calls in turn is not told of."""
    _inside.depth = getattr(_inside, "depth", 0) + 1
    try:
        yield
    finally:
        _inside.depth -= 1


def busy() -> bool:
    """Whether a wrapped call is under way in this thread."""
    return getattr(_inside, "depth", 0) > 0


def count(kind: str, place: str) -> int:
    """How many events of this kind came from this place so far."""
    return _here().seen.get((kind, place), 0)


def write(kind: str, place: str, event: dict[str, Any]) -> None:
    """Add one event. Nothing is raised: a full disk, a lost folder and an odd value all mean that it is lost."""
    with contextlib.suppress(Exception), _lock:
        state = _here()
        if not state.events:
            _put(state, _line("start", "", {"python": sys.version.split()[0], "argv": _short(_argv())}))
        key = (kind, place)
        state.seen[key] = state.seen.get(key, 0) + 1
        line = _line(kind, place, event)
        if state.seen[key] <= EACH:
            _put(state, line)
        elif len(state.late) < 200 or key in state.late:
            state.late[key] = [*state.late.get(key, []), line][-LAST:]


def place(library: bool = True) -> str:
    """`path:line` of the delivery's code that is running, or nothing when it is not at the bottom of this call.

    With `library` false only the code right under the call counts, scikit-learn's own helpers aside: what another
    library scores for its own purposes is no statement of the delivery's.
    """
    frame: Any = sys._getframe(1)
    while frame is not None:
        told = _whose(frame)
        if told:
            return f"{told}:{frame.f_lineno}"
        name = frame.f_code.co_filename
        if not library and not name.endswith(_BETWEEN) and not any(part in name for part in _HELPERS):
            return ""
        frame = frame.f_back
    return ""


def _argv() -> str:
    return " ".join(getattr(sys, "argv", [""]))


def _short(text: Any) -> str:
    return str(text)[:TEXT]


def _whose(frame: Any) -> str:
    name = frame.f_code.co_filename
    if name.startswith("<"):
        if name.startswith(("<ipython-input", "<stdin>")):
            return str(getattr(sys, "heldout_cell", name))
        return name if name == "<string>" and frame.f_globals.get("__name__") == "__main__" else ""
    known = _files.get(name)
    if known is None:
        known = _files[name] = _relative(name)
    return str(getattr(sys, "heldout_cell", known)) if "ipykernel_" in known else known


def _relative(name: str) -> str:
    """The path of a file of the delivery, relative to its folder; empty for a library's."""
    path = name if os.path.isabs(name) else os.path.join(os.getcwd(), name)
    path = os.path.normpath(path)
    tools = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    inside = path.startswith(_ROOT + "/")
    if "/site-packages/" in path or "/dist-packages/" in path or path.startswith(tools + "/"):
        return ""
    if not inside:
        for prefix in {sys.prefix, sys.base_prefix, os.path.dirname(os.__file__)}:
            if path.startswith(prefix.rstrip("/") + "/"):
                return ""
        return path
    return path[len(_ROOT) + 1 :]


def _here() -> _State:
    global _state  # noqa: PLW0603 - one file for each process, whoever forked it
    if _state.pid != os.getpid():
        _state = _State()
    return _state


def _line(kind: str, where: str, event: dict[str, Any]) -> str:
    body = {"e": kind, "place": where}
    body.update(event)
    return json.dumps(body, default=_short, allow_nan=True, separators=(",", ":"))


def _put(state: _State, line: str) -> None:
    raw = line.encode("utf-8", "replace") + b"\n"
    if state.events >= MOST or state.bytes + len(raw) > LARGEST:
        return
    if not state.path:
        folder = os.environ.get("HELDOUT_WATCH", "")
        os.makedirs(folder, exist_ok=True)
        state.path = os.path.join(folder, f"{state.pid}-{time.time_ns()}.jsonl")
    state.events += 1
    state.bytes += len(raw)
    # One write of a whole line, and no file kept open: a run that is stopped leaves whole lines, a fork shares nothing.
    handle = os.open(state.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, raw)
    finally:
        os.close(handle)


@atexit.register
def _finish() -> None:
    with contextlib.suppress(Exception), _lock:
        state = _here()
        if not state.events:
            return
        for lines in state.late.values():
            for line in lines:
                _put(state, line)
        tops = {name.partition(".")[0] for name in list(sys.modules)}
        outer = sorted(top for top in tops if _from_packages(top))[:400]
        _put(state, _line("end", "", {"modules": outer, "calls": sum(state.seen.values())}))


def _from_packages(top: str) -> bool:
    file = getattr(sys.modules.get(top), "__file__", None) or ""
    return "/site-packages/" in file or "/dist-packages/" in file
