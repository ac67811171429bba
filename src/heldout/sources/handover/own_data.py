"""T5: does it train on the client's own data, and if not, whose fault is that?"""

from __future__ import annotations

import json
import re

from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.plan import Reading
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.tables_run import OwnData, Parts, among, results
from heldout.sources.handover.training import Round, Training

_ID = {"id": "T5", "area": "retrain"}
_AMBIGUOUS = ("error", "exit_code")
"""Causes that strange data bring about as well as bad code."""
_FIXED = re.compile(r"/|~|[A-Za-z]:[\\\\/]|\.\./")
"""How a path begins that no file of the client's can be put at: it leads out of the delivery."""


def own_data_check(own: OwnData | None, parts: Parts | None, base: Training | None) -> Check:
    """T5: does it train on the client's own data without a change to the code?

    Without data of the client's, a training on a part of the delivered rows shows that the file can be exchanged, which
    earns half.
    """
    if base is None:
        message = "It could not be built here, so it could not be trained on anything."
        return Check(**_ID, state="not_assessable", message=message)
    if own is None:
        if parts is not None and parts.changed and not parts.yours:
            message = f"With {parts.path} exchanged for parts of it, it trained without a change to the code."
            return Check(**_ID, state="pass", credit=0.5, message=f"{message} No data of yours were given (--input).")
        return Check(**_ID, state="not_assessable", message="No data of yours were given to it (--input).")
    if own.round is None:
        message = "It delivers no code that could be trained on yours."
        return Check(**_ID, state="fail", severity="high", message=message)
    if own.trained:
        return _trained(own, own.round, base)
    return _stopped(own, own.round, base)


def _trained(own: OwnData, done: Round, base: Training) -> Check:
    runs = [run for run in done.runs if run.step in own.trained]
    shown = {"command": runs[0].command, "log": runs[0].log}
    if base.trained and results(done) == results(base.rounds[0]):
        read = {path for run in done.runs for path in run.read}
        if read and not any(among(path, read) for path in own.paths):
            message = f"It trained without reading {own.paths[0]}. It reads {_few(sorted(read))}: give yours for that."
            return Check(**_ID, state="not_assessable", message=message, **shown)
        message = f"It trained, and its result is the same as without yours: {own.paths[0]} is not what it trains on."
        return Check(**_ID, state="fail", severity="medium", message=message, **shown)
    message = f"It trained on yours in {done.seconds:.1f} s without a change to the code.{_scored(done)}{_first(own)}"
    return Check(**_ID, state="pass", message=message, **shown)


def _stopped(own: OwnData, done: Round, base: Training) -> Check:
    run = next((run for run in done.runs if run.cause), done.runs[0] if done.runs else None)
    cause = run.cause if run else None
    excuse = _excuse(own, cause, base)
    said = cause.message if cause else "It left nothing behind."
    return Check(
        **_ID,
        state="not_assessable" if excuse else "fail",
        severity="info" if excuse else "high",
        message=f"It does not train on yours.{_first(own)} {said}{excuse}",
        measured={"differences": json.dumps(list(own.differences)[:10])},
        **_shown(run),
    )


def _shown(run: Ran | None) -> dict[str, str]:
    return {"command": run.command, "log": run.log} if run else {}


def _excuse(own: OwnData, cause: Cause | None, base: Training) -> str:
    """Why it may not be the delivery's fault, as a sentence; nothing when it is."""
    if cause is None:
        return ""
    if cause.code in NOT_OFFERED:
        return " That says nothing of your data."
    if cause.code == "data_missing" and not _FIXED.match(cause.subject):
        return f" Give yours for that too: --input {cause.subject}=FILE."
    if cause.code not in _AMBIGUOUS or (base.cause is not None and base.cause.code == cause.code):
        return ""
    if own.fits is None:
        return " Nothing was delivered that shows what such data look like, so it cannot be told whose fault that is."
    return "" if own.fits else " Yours are not of the form of the delivered ones, so that is not held against it."


def _first(own: OwnData) -> str:
    return f" {own.differences[0]}" if own.differences else ""


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (" and more" if len(paths) > 3 else "")


def _scored(done: Round) -> str:
    """What it scored; a number that is printed and written, in two lengths, is named once."""
    kept: list[Reading] = []
    for reading in (reading for run in done.runs for reading in run.readings):
        twice = (
            other.metric == reading.metric and abs(other.value - reading.value) <= other.half_digit + reading.half_digit
            for other in kept
        )
        if not any(twice):
            kept.append(reading)
    numbers = [f"{reading.name or reading.metric} {reading.written}" for reading in kept[:3]]
    return f" It scores {', '.join(numbers)}." if numbers else ""
