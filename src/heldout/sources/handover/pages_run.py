"""What a Streamlit app shows: its script is run inside, since its server answers 200 for a script that raises.

`inside/page.py` opens the app as a visitor would and presses the button that predicts; what it wrote is doubted here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.sandbox.base import Verdict
from heldout.sources.handover import foreign
from heldout.sources.handover.bench import Bench
from heldout.sources.handover.causes import run_cause
from heldout.sources.handover.plan import Step
from heldout.sources.handover.record import Cause
from heldout.sources.handover.tools import TOOLS

_SCRIPT = re.compile(r"\bstreamlit\s+run\b(?P<rest>[^;&|]*)")
_REPORT = "heldout-page.json"
_LARGEST = 8 * 1024 * 1024
_WALL_S = 240.0
_TROUBLE = re.compile(
    r"not (?:be )?(?:found|loaded|exist|available)|missing|fail|could ?n[o']t|cannot|can't|unable|no such|error|"
    r"exception|introuvable|no se (?:encontr|pudo)|n[ãa]o (?:foi|encontr)|nicht gefunden|fehl",
    re.IGNORECASE,
)
"""Words of an error on a page that is shown before anything was entered, and is no notice of another kind."""
_LACKS = re.compile(
    r"(?:\b(?:models?|modelos?|mod[eè]les?|modell|dataset|data|datos|dados|daten|files?)\b|\.(?:pkl|joblib|csv|h5|keras))"
    r"[^.]{0,60}(?:not (?:be )?(?:found|loaded|exist|available)|missing|introuvable|no se encontr|encontrad|"
    r"nicht gefunden)|\bno (?:trained )?models? found",
    re.IGNORECASE,
)
"""An error without which the rest of the page is of no use: what it predicts with is not there."""


class Page(Frozen):
    """One visit to an app."""

    button: str = ""
    """The button that was pressed, if it has one that predicts."""
    cause: Cause | None = None
    """What the script broke down over, or the error that it showed, when it was opened or the button was pressed."""
    seen: str = ""
    """For the log: what was raised and shown, visit by visit."""


def visit(bench: Bench, step: Step) -> Page | None:
    """The app that a step serves, visited; None when it is none of Streamlit's, or nothing could be seen of it."""
    script = script_of(step.command)
    if not script:
        return None
    command = f"python {TOOLS}/page.py {shlex.quote(script)} --out /work/{_REPORT}"
    bench.workspace.remove(_REPORT)
    bench.shop.sandbox.run(bench.job(step, command, replace(bench.shop.limits, wall_s=_WALL_S)))
    try:
        told = foreign.as_object(bench.workspace.read(_REPORT, _LARGEST), _LARGEST)
    except InputError:
        return None
    return read_page(told, bench) if told.get("looked") is True else None


def script_of(command: str) -> str:
    """The script that `streamlit run` is given; empty when the command runs none."""
    found = _SCRIPT.search(command)
    if not found:
        return ""
    try:
        words = shlex.split(found["rest"])
    except ValueError:
        return ""
    return next((word for word in words if word.endswith(".py") and not word.startswith("-")), "")


def read_page(told: dict[str, object], bench: Bench) -> Page:
    """What `inside/page.py` wrote: the first trouble of all its visits, and the button that was pressed."""
    visits = [one for one in foreign.items(told.get("visits")) if isinstance(one, dict)]
    button = next((name for one in visits if (name := foreign.text(one.get("button"), 80).strip())), "")
    cause = next((cause for one in visits for cause in _causes(one, bench)), None)
    return Page(button=button, cause=cause, seen="\n".join(line for one in visits for line in _lines(one)))


def _lines(one: dict[str, object]) -> Iterator[str]:
    for when, name in (("opened", "opened"), ("pressed", f"“{foreign.text(one.get('button'), 80).strip()}” pressed")):
        shown = foreign.fields(one.get(when))
        for words in (*foreign.items(shown.get("raised")), *foreign.items(shown.get("errors"))):
            yield f"> {foreign.text(one.get('script'), 100)}, {name}\n{foreign.text(words, 8_000, keep=chr(10))}"


def _causes(one: dict[str, object], bench: Bench) -> Iterator[Cause]:
    where = foreign.text(one.get("script"), 100)
    opened, pressed = foreign.fields(one.get("opened")), foreign.fields(one.get("pressed"))
    for trace in foreign.items(opened.get("raised")):
        if (cause := _raised(trace, bench)) is not None:
            yield _told(cause, f"Opened, {where} breaks down")
    at_once = foreign.texts(opened.get("errors"), 20, 300)
    alone = not foreign.count(one.get("fields"))  # beside fields to fill in, an error is that of a part of the page
    for words in at_once:
        if _LACKS.search(words) or (alone and _TROUBLE.search(words)):
            yield Cause(code="page_error", message=f"Opened, {where} shows an error: {words}.", subject=words)
    button = foreign.text(one.get("button"), 80).strip()
    ours = one.get("filled") is True  # words of ours in a field that is meant for a number are no fault of the app
    for trace in foreign.items(pressed.get("raised")):
        cause = _raised(trace, bench)
        if cause is not None and not (ours and cause.code == "error"):
            yield _told(cause, f"When “{button}” is pressed, {where} breaks down")
    for words in foreign.texts(pressed.get("errors"), 20, 300):
        if _TROUBLE.search(words) and words not in at_once and not ours:
            message = f"When “{button}” is pressed, {where} shows an error: {words}."
            yield Cause(code="page_error", message=message, subject=words)


def _raised(trace: object, bench: Bench) -> Cause | None:
    return run_cause(foreign.text(trace, 40_000, keep="\n"), Verdict.FAILED, "the script raised", bench.shop.code)


def _told(cause: Cause, when: str) -> Cause:
    return cause.model_copy(update={"message": f"{when}. {cause.message}"})
