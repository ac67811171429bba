"""U3: what a delivery makes of input that is spoilt in a known way - does it say so, get it right, or answer blindly?

The rule, for a batch of rows as for a request to a service (`inside/table.py` does the spoiling):

loud    It refused: an exit code other than 0, a status of 400 to 499, or no answer together with words that say why.
        A crash (a traceback, a status of 500 and above, a connection that is closed or kept waiting without an answer)
        is loud too, and is told apart: nobody is misled by it, but the caller learns nothing.
well    It answered, and rightly: other column order, another column or many rows change no answer; for no rows there is
        no answer; for a missing value or an unknown word the row is left unanswered, or the delivery says that it did
        something about it, or holds the step that does (`handles`: an imputer, an encoder that knows unknown words).
silent  It answered as if nothing were wrong: an answer for every row without a word; fewer answers than rows without a
        word; other answers only since the columns stood in another order; an answer for no rows.

Numbers far out of range, a drift of all numbers and texts in other languages are answered by nearly every model; that
is told, and fails nothing. A number written as text is as good as the number, and a very long text may be answered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import Literal

from heldout.evidence.types import Frozen, Location, Measured
from heldout.sources.handover.result import Check

Verdict = Literal["loud", "silent", "well"]
Kind = Literal[
    "missing",
    "out_of_range",
    "unseen",
    "column_order",
    "empty",
    "huge",
    "shifted",
    "extra_column",
    "missing_column",
    "wrong_type",
    "number_as_text",
    "empty_text",
    "very_long",
    "other_language",
    "malformed",
]

MILD: frozenset[str] = frozenset({"out_of_range", "shifted", "other_language"})
"""Kinds of which a silent answer fails nothing."""
UNCHANGED: frozenset[str] = frozenset({"column_order", "extra_column", "number_as_text"})
"""Kinds that must not change an answer."""
_LARGE = frozenset({"huge", "very_long"})
"""Kinds to which an answer is right."""
_NEAR = 1e-6

_WORDS = {
    "missing": "a missing value",
    "out_of_range": "a number far out of range",
    "unseen": "an unknown category",
    "column_order": "another order of columns",
    "empty": "no rows at all",
    "huge": "very many rows",
    "shifted": "drifted numbers",
    "extra_column": "one column or field too many",
    "missing_column": "a column or field left out",
    "wrong_type": "a value of the wrong type",
    "number_as_text": "a number written as text",
    "empty_text": "an empty text",
    "very_long": "a very long text",
    "other_language": "a text in other languages and signs",
    "malformed": "a request that is no sound JSON or text",
}
_SAYS = re.compile(
    r"warn|error|invalid|missing|unknown|unseen|out of range|outside|unexpected|not (?:found|in|allowed|a valid)"
    r"|cannot|could not|can't|required|must (?:be|have)|ignor|skipp|drop|imput|fill(?:ed|ing)|default|drift"
    r"|traceback|exception"
    r"|refus|reject|bad (?:request|input)|nan\b|null\b|empty|no rows|feature names",
    re.IGNORECASE,
)
_CRASH = re.compile(r"Traceback \(most recent call last\)|Internal Server Error|Segmentation fault|core dumped")
_FLEETING = re.compile(r"\d+([.:,]\d+)*|0x[0-9a-f]+")

Answer = float | str | None


class Reply(Frozen):
    """What a delivery gave back for some rows."""

    answers: tuple[Answer, ...] = ()
    """One for each row that was answered, in order; empty when there were none."""
    exit_code: int | None = None
    """Of a command."""
    status: int | None = None
    """Of a response."""
    broke: str = ""
    """What became of a request that nothing answered: "it closed the connection without an answer"."""
    log: str = ""
    """What it printed, or the body of the response."""


class Outcome(Frozen):
    """How one kind of spoilt input was met."""

    kind: Kind
    verdict: Verdict
    reason: str
    """One plain sentence."""
    crash: bool = False
    """Whether it was loud by breaking down."""


def judge_bad_input(
    kind: Kind,
    before: Reply,
    reply: Reply,
    *,
    rows: int,
    handles: Collection[str] = (),
) -> Outcome:
    """Judge one try by the rule of this module.

    `before`: the reply to the sound rows, whose words say nothing about the spoilt ones; `reply`: that to the spoilt
    rows, `rows` of them; `handles`: kinds for which the delivery holds a step.
    """
    after = reply.answers
    said = _said(reply.log, before.log)
    crash = bool(_CRASH.search(reply.log) or reply.broke) or (reply.status is not None and reply.status >= 500)
    if reply.broke or reply.exit_code or (reply.status is not None and reply.status >= 400):
        return Outcome(kind=kind, verdict="loud", reason=_refusal(kind, crash, reply, said), crash=crash)
    if kind == "empty":
        return _of_empty(after, said, crash)
    if not after:
        if said or crash:
            reason = f"Given {_WORDS[kind]}, it gave no answer and said why, though it ended as if all were well."
            return Outcome(kind=kind, verdict="loud", reason=reason, crash=crash)
        return _silent(kind, f"Given {_WORDS[kind]}, it gave no answer and did not say why.")
    if len(after) != rows and not said:
        return _silent(kind, f"Given {_WORDS[kind]}, it answered for {len(after):,} of {rows:,} rows without a word.")
    if kind in UNCHANGED:
        return _of_unchanged(kind, before.answers, after, said)
    if kind in _LARGE:
        reason = f"It answered for all {rows:,} rows." if kind == "huge" else f"It answered to {_WORDS[kind]}."
        return Outcome(kind=kind, verdict="well", reason=reason)
    return _of_values(kind, after, said, handles)


def _refusal(kind: Kind, crash: bool, reply: Reply, said: str) -> str:
    if reply.broke:
        return f"Given {_WORDS[kind]}, {reply.broke}."
    by = f"status {reply.status}" if reply.status is not None else f"exit code {reply.exit_code}"
    if crash:
        return f"Given {_WORDS[kind]}, it broke down ({by})."
    return f"Given {_WORDS[kind]}, it refused ({by})" + (f": {said}" if said else " without a word why") + "."


def _of_empty(after: Sequence[Answer], said: str, crash: bool) -> Outcome:
    if after:
        return _silent("empty", f"Given no rows, it gave {len(after):,} answers.")
    reason = f"Given no rows, it said so: {said}." if said else "Given no rows, it gave no answers."
    return Outcome(kind="empty", verdict="loud" if crash else "well", reason=reason, crash=crash)


def _of_unchanged(kind: Kind, before: Sequence[Answer], after: Sequence[Answer], said: str) -> Outcome:
    other = sum(not _same(one, two) for one, two in zip(before, after, strict=False))
    if not other and len(before) == len(after):
        return Outcome(kind=kind, verdict="well", reason=f"Given {_WORDS[kind]}, it answered as before.")
    if said:
        reason = f"Given {_WORDS[kind]}, {other:,} of {len(after):,} answers changed, and it said something: {said}."
        return Outcome(kind=kind, verdict="loud", reason=reason)
    return _silent(kind, f"Given {_WORDS[kind]}, {other:,} of {len(after):,} answers changed without a word.")


def _of_values(kind: Kind, after: Sequence[Answer], said: str, handles: Collection[str]) -> Outcome:
    unanswered = sum(_none(answer) for answer in after)
    if said:
        return Outcome(kind=kind, verdict="well", reason=f"Given {_WORDS[kind]}, it answered and said so: {said}.")
    if kind != "shifted" and unanswered >= 0.9 * len(after):
        return Outcome(kind=kind, verdict="well", reason=f"Given {_WORDS[kind]}, it left the row unanswered.")
    if kind in handles:
        reason = f"Given {_WORDS[kind]}, it answered, and it holds the step that deals with it."
        return Outcome(kind=kind, verdict="well", reason=reason)
    return _silent(kind, f"Given {_WORDS[kind]} in every row, it answered as if nothing were wrong.")


def _silent(kind: Kind, reason: str) -> Outcome:
    return Outcome(kind=kind, verdict="silent", reason=reason)


def _said(log: str, log_before: str) -> str:
    """The first telling line that the sound rows did not bring about."""
    known = {_FLEETING.sub("#", line).strip() for line in log_before.splitlines()}
    lines = [line.strip() for line in log.splitlines() if _FLEETING.sub("#", line).strip() not in known]
    telling = [line for line in lines if _SAYS.search(line) and not line.startswith(("Traceback", "File "))]
    # Of a traceback the last line has the reason.
    chosen = telling[-1] if telling and _CRASH.search(log) else telling[0] if telling else ""
    return " ".join("".join(char for char in chosen if char.isprintable()).split())[:160].rstrip(".")


def _same(one: Answer, two: Answer) -> bool:
    left, right = _number(one), _number(two)
    if left is None or right is None:
        return one == two or (_none(one) and _none(two))
    return abs(left - right) <= _NEAR * max(1.0, abs(left))


def _number(answer: Answer) -> float | None:
    try:
        told = float(answer) if answer is not None else None
    except ValueError:
        return None
    return told if told is not None and math.isfinite(told) else None


def _none(answer: Answer) -> bool:
    return answer is None or str(answer).strip().lower() in ("", "nan", "none", "null", "<na>")


def u3_check(
    outcomes: Sequence[Outcome],
    *,
    service: bool = False,
    alive: bool = True,
    command: str = "",
    locations: tuple[Location, ...] = (),
    log: str = "",
) -> Check:
    """The rubric's U3 from all kinds that were tried, of a batch prediction or of a service.

    `alive`: whether the service still answered a sound request afterwards. A silent answer fails it, but for those of
    `MILD`; breaking down earns half.
    """
    if not outcomes:
        message = "Nothing that predicts could be given bad input."
        return Check(id="U3", area="run", state="not_assessable", message=message, command=command)
    measured: dict[str, Measured] = {one.kind: one.verdict + (" (broke down)" if one.crash else "") for one in outcomes}
    silent = [one for one in outcomes if one.verdict == "silent" and one.kind not in MILD]
    crashed = [one for one in outcomes if one.crash]
    mild = [one for one in outcomes if one.verdict == "silent" and one.kind in MILD]
    state: Literal["pass", "fail"] = "pass"
    credit = 1.0
    if service and not alive:
        state, told = "fail", [_dead(outcomes)]
    elif silent:
        state, told = "fail", [one.reason for one in silent]
    elif crashed:
        credit, told = 0.5, [_broke(crashed, service)]
    else:
        told = [_held(outcomes, mild)]
    return Check(
        id="U3",
        area="run",
        state=state,
        credit=credit,
        severity="medium" if state == "fail" else "info",
        message=" ".join(told[:3]) + (f" And {len(told) - 3} more such." if len(told) > 3 else ""),
        command=command,
        locations=locations,
        measured=measured,
        log=log,
    )


def _held(outcomes: Sequence[Outcome], mild: Sequence[Outcome]) -> str:
    if not mild and len(outcomes) == 1:
        return f"{outcomes[0].reason} No other kind of bad input was tried."
    if not mild:
        return f"Of {len(outcomes)} kinds of bad input, each was refused or handled."
    kinds = " and ".join(_WORDS[one.kind] for one in mild)
    held = len(outcomes) - len(mild)
    return (
        f"Of {len(outcomes)} kinds of bad input, {held} were refused or handled; {kinds} got an answer without a word."
    )


def _dead(outcomes: Sequence[Outcome]) -> str:
    last = next((one for one in reversed(outcomes) if one.crash), outcomes[-1])
    return f"The service did not answer sound requests any more after {_WORDS[last.kind]}."


def _broke(crashed: Sequence[Outcome], service: bool) -> str:
    kinds = ", ".join(_WORDS[one.kind] for one in crashed[:5])
    end = "a caller cannot tell its own mistake from a broken service" if service else "nobody is told what to mend"
    return f"Bad input is never answered as if it were sound, but it breaks down over {kinds}: {end}."
