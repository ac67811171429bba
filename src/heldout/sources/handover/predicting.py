"""U1: does what was delivered answer with predictions - by a command, by a service, by its model?"""

from __future__ import annotations

from collections.abc import Sequence

from heldout.evidence.types import Location
from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.running import Running
from heldout.sources.handover.service_run import Served
from heldout.sources.handover.verdicts import not_built

_GOOD = range(200, 300)
_MAY_FAIL = 0.1
"""Share of many requests at a time that may fail where the same request alone is answered."""


def predicts(plan: Plan, running: Running | None, after: Sequence[Ran], loaded: Check | None) -> Check:
    """U1 from its predicting commands and services, as delivered, else after a training of ours (`after`).

    `loaded` is what loading the delivered model by itself showed, when there was one to load.
    """
    if running is None:
        return Check(id="U1", area="run", state="not_assessable", message=not_built(plan))
    tried = running.of(plan, "predict")
    commands = [run for run in tried if not _excused(run.cause)]
    good = [run for run in commands if run.worked]
    answering = [served for served in running.served if answers(served)]
    if good or answering:
        return _works(plan, good, answering, commands)
    later = [run for run in after if run.worked]
    if later:
        why = tried[0].cause.message if tried and tried[0].cause else "no model was delivered."
        return Check(
            id="U1",
            area="run",
            state="pass",
            credit=0.5,
            severity="medium",
            message=f"It predicts only after a training of ours. As delivered it does not: {why}",
            command=later[0].command,
            log=later[0].log,
            locations=_places(plan, later[0].step),
        )
    served = [one for one in running.served if not _excused(one.cause)]
    if commands or served:
        return _fails(plan, commands, served, loaded)
    if loaded is not None:
        return loaded
    if tried or running.served:
        return _fails(plan, tried, running.served, None)
    if any(not model.present for model in plan.models):
        missing = next(model for model in plan.models if not model.present)
        message = f"Its code looks for a trained model that is not part of the delivery: {missing.path}."
        return Check(
            id="U1", area="run", state="fail", severity="high", message=message, locations=missing.locations[:3]
        )
    message = "No model, command or service that predicts was found. If you need predictions, ask for one."
    return Check(id="U1", area="run", state="not_assessable", message=message)


def answers(served: Served) -> bool:
    """Whether a service came up and answered a valid request, or, when none is known, its front page.

    Of an app that was visited, whether its page came up and, where it has a button that predicts, that did something.
    """
    if served.port is None or served.cause is not None:
        return False
    valid = served.valid
    if valid is not None:
        return valid.status in _GOOD
    health = next((answer for answer in served.answers if answer.kind == "health"), None)
    return health is not None and health.status is not None and health.status < 500


def _works(plan: Plan, good: Sequence[Ran], answering: Sequence[Served], commands: Sequence[Ran]) -> Check:
    said = []
    if good:
        some = f"{len(good)} of {len(commands)} predicting commands work"
        said.append(f"{some if len(commands) > 1 else 'its predicting command works'} as {_as(good)}")
    measured: dict[str, bool | int | float | str | None] = {"commands": len(good), "services": len(answering)}
    for served in answering:
        front = served.valid is None or served.valid.sent == "GET /"
        asked = "a request for its front page" if front else "a valid request"
        if served.page is not None:
            pressed = f" and when “{served.page.button}” is pressed" if served.page.button else ""
            asked = f"without an error when its page is opened{pressed},"
        load = ""
        if served.load:
            load = f", {served.load.per_second:.0f} requests a second from {served.load.threads} at a time"
            if served.load.failed:
                lost = f"{served.load.failed} of {served.load.requests} requests"
                load = f", but of {served.load.threads} at a time it fails {lost}"
            measured |= {"p95_ms": served.load.p95_ms, "per_second": served.load.per_second}
        if served.guide_status:
            asked = f"a request by its own description, and refuses that of its guide ({served.guide_status}),"
        said.append(f"its service answers {asked} after {served.starts_s:.0f} s to start{load}")
    first = good[0] if good else None
    text = "; ".join(said)
    breaks = any(one.load and one.load.failed > _MAY_FAIL * one.load.requests for one in answering)
    return Check(
        id="U1",
        area="run",
        state="pass",
        severity="medium" if breaks else "info",
        credit=0.5 if breaks or (good and not answering and all(run.mended for run in good)) else 1.0,
        message=f"{text[0].upper()}{text[1:]}.",
        command=first.command if first else answering[0].command,
        log=first.log if first else answering[0].log,
        locations=_places(plan, first.step if first else answering[0].step),
        measured=measured,
    )


def _as(good: Sequence[Ran]) -> str:
    """How its commands were given: as they stand, or with what we had to change."""
    mended = [run.mended for run in good if run.mended]
    return "delivered" if len(mended) < len(good) else f"delivered but for this: {mended[0]}"


def _fails(plan: Plan, commands: Sequence[Ran], served: Sequence[Served], loaded: Check | None) -> Check:
    cause: Cause | None = next((run.cause for run in commands if run.cause), None)
    cause = cause or next((one.cause for one in served if one.cause), None)
    refused = next((one for one in served if one.port is not None), None)
    if cause is None and refused is not None and refused.valid is not None:
        said = f"its service answers the request of its own guide with {refused.guide_status or refused.valid.status}"
        said += f", and one by its own description with {refused.valid.status}." if refused.guide_status else "."
    else:
        said = cause.message if cause else "it ended without a result."
    first = commands[0].step if commands else served[0].step
    state = "not_assessable" if _excused(cause) else "fail"
    also = f" {loaded.message}" if loaded is not None and loaded.state == "pass" else ""
    return Check(
        id="U1",
        area="run",
        state=state,
        severity="high" if state == "fail" else "info",
        message=f"It does not predict as delivered: {said[0].lower()}{said[1:]}{also}",
        command=commands[0].command if commands else served[0].command,
        log=commands[0].log if commands else served[0].log,
        locations=_places(plan, first),
        measured={"cause": cause.code if cause else None},
    )


def _excused(cause: Cause | None) -> bool:
    return cause is not None and cause.code in NOT_OFFERED


def _places(plan: Plan, step: str) -> tuple[Location, ...]:
    return next((one.locations[:2] for one in plan.steps if one.id == step), ())
