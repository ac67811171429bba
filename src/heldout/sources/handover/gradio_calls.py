"""A call of the function behind an app of Gradio's, from what the app says of itself, and what came of it.

The app's server answers 200 for its page whatever its function does, so the function is called with the values that its
fields start with. The answer comes in two parts: the number of the call, then a stream of what became of it. Both come
from foreign code: nothing in them is trusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from heldout.sources.handover.plan import Service

PATHS = ("/gradio_api/info", "/info")
"""Where an app describes its functions, newer and older."""
BROKE = 500
"""As which a call counts whose function raised: Gradio itself answers 200 for it."""
OURS = "a few words of ours"
"""What is written into a field for free text that starts empty."""

PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAS0lEQVR42u3PMQ0AAAwDoEqv9ErYvQQckD4XAQEBAQEBAQEBAQEB"
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAYHLAB8+AWnmfUycAAAAAElFTkSuQmCC"
)
"""What is put into a field for a picture that starts empty: a grey square of 64 times 64 points."""

_CALL = re.compile(r"/call/[^/?]+$")
_PREDICTS = re.compile(
    r"predict|score|infer|classif|forecast|estimat|recommend|detect|analy|generat|run|main", re.IGNORECASE
)
_ASIDE = re.compile(r"clear|reset|flag|load_example|undo|retry|stop", re.IGNORECASE)
_FILES = re.compile(r"FileData|ImageData|filepath|Blob", re.IGNORECASE)
_WIDE = 200


def call_of(text: str, step: str, path: str) -> Service | None:
    """A call of its function that predicts; None when it describes none, or one that wants a file other than a picture.

    `text` is what stood at `path`, one of PATHS.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    named = told.get("named_endpoints") if isinstance(told, dict) else None
    taking = {
        name: asked
        for name, about in (list(named.items())[:_WIDE] if isinstance(named, dict) else ())
        if isinstance(about, dict)
        and isinstance(asked := about.get("parameters"), list)
        and asked
        and not _ASIDE.search(name)
    }
    best = next((name for name in taking if _PREDICTS.search(name)), next(iter(taking), None))
    values = _values(taking[best]) if best is not None else None
    if best is None or values is None:
        return None
    start = path.removesuffix("/info")
    return Service(step=step, health="/", path=f"{start}/call{best}", body=json.dumps({"data": values}))


def is_ours(body: str) -> bool:
    """Whether words or a picture of ours stand in a call: they need mean nothing to the function."""
    return OURS in body or PICTURE in body


def is_call(path: str) -> bool:
    """Whether an address calls a function of such an app."""
    return bool(_CALL.search(path))


def event_of(path: str, body: str) -> str:
    """The number under which a call was taken; empty when `body` is no answer of this kind."""
    try:
        told = json.loads(body) if is_call(path) else None
    except (ValueError, RecursionError):
        return ""
    number = told.get("event_id") if isinstance(told, dict) else None
    return number if isinstance(number, str) and re.fullmatch(r"[\w-]{1,80}", number) else ""


def outcome(stream: str) -> tuple[int, str]:
    """The status that a call comes to, and what it gave back in plain words."""
    event, data = "", ""
    for line in stream.splitlines():
        if line.startswith("event:"):
            event, data = line.partition(":")[2].strip(), ""
        elif line.startswith("data:") and event in ("complete", "error"):
            data += line.partition(":")[2].strip()
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = data
    if event != "complete":
        words = told.get("error") if isinstance(told, dict) else told
        return BROKE, str(words or "")
    return 200, " ".join(str(part) for part in told) if isinstance(told, list) else str(told)


def _values(asked: Sequence[Any]) -> list[Any] | None:
    """A value for each parameter; None where one wants a file, or nothing says what it wants."""
    values = []
    for one in asked[:_WIDE]:
        if isinstance(one, dict) and one.get("component") == "Image":
            values.append({"url": PICTURE})
            continue
        value = _value(one) if isinstance(one, dict) and not _FILES.search(json.dumps(one.get("type"))) else None
        if value is None or isinstance(value, dict):
            return None
        values.append(value)
    return values


def _value(one: Mapping[str, Any]) -> Any:
    """What the field starts with, its first choice, words of ours, or what Gradio gives as an example."""
    if one.get("parameter_has_default") and one.get("parameter_default") not in (None, ""):
        return one["parameter_default"]
    kind = one.get("type")
    choices = kind.get("enum") if isinstance(kind, dict) else None
    if isinstance(choices, list) and choices:
        return choices[0]
    if isinstance(kind, dict) and kind.get("type") == "string":
        return OURS
    return one.get("example_input")
