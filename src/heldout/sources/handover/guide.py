"""O2, the guide followed: each documented command beside what became of it when it was typed as written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.plan import GuideLine, Plan
from heldout.sources.handover.record import Attempt, Cause, Ran
from heldout.sources.handover.result import Check

Outcome = Literal["worked", "failed", "untried"]

_PLACEHOLDER = re.compile(
    r"<[\w -]{2,40}>|\byour[_-]?\w*|path/to|/path/|\{\w+\}|\[\w+\](?!\S)|\bXXX+\b|\.\.\."
    r"|--\w*(?:path|file|text|data|input|model|dir)(?=\s+--|\s*$)",
    re.IGNORECASE,
)
"""What whoever follows the guide has to fill in first; an option with no value before the next option is one."""

_ROOM = re.compile(
    r"^(?!.*(?:-f|--file|-r)\b).*\b(?:conda|mamba) (?:create|activate)\b|\b(?:venv|virtualenv|activate)\b"
)
"""What makes or enters an environment and installs nothing that is declared."""


@dataclass(frozen=True)
class Followed:
    """One line of the guide and what became of it."""

    line: GuideLine
    outcome: Outcome
    why: str = ""
    log: str = ""


def follow(plan: Plan, runs: Sequence[Ran], attempts: Sequence[Attempt] = ()) -> tuple[Followed, ...]:
    """Every line of the guide with its outcome.

    Lines that install worked when an environment came about as declared; without `attempts`, when anything ran at all.
    Lines that run worked when the first run of that command did. Everything else (git, docker, downloads), and what
    holds a placeholder, was not tried.
    """
    return tuple(_followed(line, plan, runs, attempts) for line in plan.guide)


def guide_check(plan: Plan, runs: Sequence[Ran], attempts: Sequence[Attempt] = ()) -> Check:
    """Whether the guide can be followed command by command; untried commands cost credit and never fail."""
    followed = follow(plan, runs, attempts)
    tried = [one for one in followed if one.outcome != "untried"]
    failed = [one for one in tried if one.outcome == "failed"]
    rest = len(followed) - len(tried)
    measured = {"commands": len(followed), "worked": len(tried) - len(failed), "failed": len(failed), "untried": rest}
    why = "A guide that was never followed by a stranger has holes that only its makers can step over."
    if not followed:
        return Check(
            id="O2",
            area="own",
            state="fail",
            message="The documents hold no commands, so there is no guide that could be followed.",
            severity="medium",
            measured=measured,
            why=why,
            mend="Ask for the commands, from an empty machine to a running system.",
        )
    if not tried:
        return Check(
            id="O2",
            area="own",
            state="not_assessable",
            message=f"None of {_count(len(followed), 'command')} of the guide could be tried here.",
            locations=tuple(one.line.location for one in followed[:3]),
            measured=measured,
            why=why,
        )
    message = f"{len(tried) - len(failed)} of {_count(len(tried), 'tried command')} of the guide worked as written"
    if failed:
        message += f"; the first that did not: `{_short(failed[0].line.command)}`{_because(failed[0].why)}"
    if rest:
        message += f"; {rest} could not be tried here"
    return Check(
        id="O2",
        area="own",
        state="fail" if failed else "pass",
        message=message + ".",
        credit=1.0 if failed else round(len(tried) / len(followed), 3),
        severity="medium" if failed else "info",
        command=failed[0].line.command if failed else "",
        locations=tuple(one.line.location for one in (failed or tried)[:5]),
        measured=measured,
        why=why,
        mend="Have the guide followed on an empty machine by somebody who did not write it, and mended."
        if failed
        else "",
        log=failed[0].log if failed else "",
    )


def _followed(line: GuideLine, plan: Plan, runs: Sequence[Ran], attempts: Sequence[Attempt]) -> Followed:
    if _PLACEHOLDER.search(line.command):
        return Followed(line, "untried", "it has to be filled in first")
    if line.kind == "install":
        return _installed(line, runs, attempts)
    run = _run_of(line, plan, runs)
    if run is None:
        return Followed(line, "untried", "it was not run here")
    if run.worked and run.mended:
        return Followed(line, "failed", f"it works only after a repair: {run.mended}", run.log)
    return Followed(line, _outcome(run.worked, run.cause), _why(run.cause, run.why), run.log)


def _installed(line: GuideLine, runs: Sequence[Ran], attempts: Sequence[Attempt]) -> Followed:
    if not attempts:
        return Followed(line, "worked") if runs else Followed(line, "untried", "nothing was built")
    declared = [attempt for attempt in attempts if attempt.rung == "R0"]
    if any(attempt.worked for attempt in declared):
        return Followed(line, "worked")
    if not declared or _ROOM.search(line.command):
        return Followed(line, "untried", "it was not built in this way")
    first = declared[0]
    return Followed(line, _outcome(False, first.cause), _why(first.cause, ""), first.log)


def _outcome(worked: bool, cause: Cause | None) -> Outcome:
    """What this sandbox does not offer (a screen, a graphics card, more time) makes no command of a guide wrong."""
    if worked:
        return "worked"
    return "untried" if cause is not None and cause.code in NOT_OFFERED else "failed"


def _run_of(line: GuideLine, plan: Plan, runs: Sequence[Ran]) -> Ran | None:
    """The first run of this very command, else of the step that the command belongs to."""
    wanted = (_plain(line.command), line.folder)
    direct = next((run for run in runs if (_plain(run.command), run.folder) == wanted), None)
    if direct is not None:
        return direct
    steps = {step.id for step in plan.steps if (_plain(step.command), step.folder) == wanted}
    return next((run for run in runs if run.step in steps), None)


def _plain(command: str) -> str:
    """A command without what makes no difference: spaces, `python3`, a variable before it, reloading."""
    text = re.sub(r"^(?:[A-Z_]+=\S+\s+)+", "", " ".join(command.split()))
    text = re.sub(r"^python3?(?:\.\d+)?\b", "python", text)
    return re.sub(r"\s+--reload\b", "", text)


def _why(cause: Cause | None, why: str) -> str:
    return cause.message if cause is not None else why


def _because(why: str) -> str:
    if not why:
        return ""
    begun = why[:1].lower() + why[1:] if why[1:2].islower() or why[1:2] == " " else why
    return f" ({begun.rstrip('.')})"


def _short(command: str) -> str:
    first = command.split("\n", maxsplit=1)[0]
    return first if len(first) <= 80 else f"{first[:77]}..."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
