"""Checks that follow from what was built and run: builds (B2, B4), whether its commands run (U4) and its tests (O7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from heldout.evidence.types import Location
from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.ladder import CREDIT, RUNGS
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Attempt, Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.rubric import NOTHING
from heldout.sources.handover.running import Running
from heldout.sources.handover.standing import Standing
from heldout.sources.handover.training import Training

_UNSATISFIABLE = frozenset({"pins_unsatisfiable", "version_missing", "other_python", "no_wheel", "private_index"})


def not_built(plan: Plan) -> str:
    """Why what needs a run could not be looked at."""
    some = plan.environments or plan.steps or plan.models
    return "It could not be built here, so this could not be looked at." if some else "It holds nothing to run."


def build_checks(plan: Plan, standing: Mapping[str, Standing]) -> tuple[Check, ...]:
    """B2, whether the declared versions can be had today, and B4, whether and after what mending it builds."""
    return _versions(plan, standing), _builds(plan, standing)


def _versions(plan: Plan, standing: Mapping[str, Standing]) -> Check:
    declared = [env for env in plan.environments if env.files]
    if not declared:
        return Check(id="B2", area="build", state="not_assessable", message="It declares no versions to be had.")
    attempts = [a for env in declared if env.id in standing for a in standing[env.id].attempts]
    today = [a for a in attempts if a.rung in ("R0", "R1") and "as of" not in a.recipe]
    places = tuple(place for env in declared for place in env.locations)[:5]
    if any(a.worked for a in today):
        done = next(a for a in today if a.worked)
        message = f"The versions that it asks for can be installed together today: {done.recipe}."
        return Check(id="B2", area="build", state="pass", message=message, command=done.command, locations=places)
    causes = [a.cause for a in today if a.cause]
    if not causes or all(cause.code in NOT_OFFERED for cause in causes):
        why = causes[0].message if causes else f"nothing that was run needs {declared[0].files[0]}."
        message = f"Whether its versions can be had could not be told: {why}"
        return Check(id="B2", area="build", state="not_assessable", message=message, locations=places)
    telling = next((c for c in causes if c.code in _UNSATISFIABLE), causes[0])
    tries = f"{len(today)} ways were tried (pip and uv, {_pythons(today)})."
    return Check(
        id="B2",
        area="build",
        state="fail",
        severity="high",
        message=f"{telling.message} {tries}",
        command=today[0].command,
        locations=places,
        log=today[0].log,
        measured={"tries": len(today), "cause": telling.code},
        mend="Write down versions that install together, and try them on an empty machine.",
    )


def _pythons(attempts: Sequence[Attempt]) -> str:
    names = sorted({a.recipe.rpartition(" on Python ")[2].partition(",")[0] for a in attempts}, key=_minor)
    return f"Python {', '.join(names)}"


def _minor(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def _builds(plan: Plan, standing: Mapping[str, Standing]) -> Check:
    if not standing:
        message = "It holds no code that needs an environment, and declares none."
        measured = {} if plan.steps or plan.models else {"cause": NOTHING}
        return Check(id="B4", area="build", state="not_assessable", message=message, measured=measured)
    failed = [s for s in standing.values() if not s.at]
    stands = [s for s in standing.values() if s.at]
    if not stands:
        return _not_built(failed)
    worst = max(stands, key=lambda s: s.rung)
    last = next(a for a in reversed(worst.attempts) if a.worked and a.recipe == worst.note)
    words = RUNGS[worst.rung]
    told = "; ".join(mend for mend in worst.mends if mend not in last.recipe)
    mends = f" {told[0].upper()}{told[1:]}." if told else ""
    part = f" {len(failed)} of {len(standing)} of its environments could not be built." if failed else ""
    tries = len(worst.attempts)
    lost = sum(1 for attempt in worst.attempts if not attempt.worked)
    after = f", at attempt {lost + 1}" if lost else ""
    return Check(
        id="B4",
        area="build",
        state="pass",
        credit=CREDIT[worst.rung] * (len(stands) / len(standing)),
        message=f"It builds {words}{after}: {last.recipe}.{mends}{part}",
        command=last.command,
        log=last.log,
        measured={"rung": worst.rung, "tries": tries, "packages": len(worst.packages), "seconds": worst.seconds},
    )


def _not_built(failed: Sequence[Standing]) -> Check:
    attempts = [a for s in failed for a in s.attempts]
    if not attempts:
        message = "Nothing tells what it needs, so there was nothing to build."
        return Check(id="B4", area="build", state="not_assessable", message=message)
    causes = [a.cause for a in attempts if a.cause]
    telling = next((c for c in causes if c.code in _UNSATISFIABLE), causes[0])
    state = "not_assessable" if all(s.ours for s in failed) else "fail"
    untried = list(dict.fromkeys(s.untried for s in failed if s.untried))
    one = len(attempts) == 1
    ways = (
        "The one way to build it that was tried failed." if one else f"None of {len(attempts)} ways to build it worked."
    )
    return Check(
        id="B4",
        area="build",
        state=state,
        severity="high" if state == "fail" else "info",
        message=" ".join([f"{ways} {telling.message}", *untried]),
        command=attempts[0].command,
        log=attempts[0].log,
        measured={"tries": len(attempts), "cause": telling.code},
    )


def run_checks(plan: Plan, running: Running | None, training: Training | None) -> tuple[Check, ...]:
    """U1 is in `predicts`; here U4, its commands and notebooks, and O7, its own tests."""
    if running is None or training is None:
        return (
            Check(id="U4", area="run", state="not_assessable", message=not_built(plan)),
            Check(id="O7", area="own", state="not_assessable", message=not_built(plan)),
        )
    return _does_its_work(plan, running, training), _tests(plan, running)


def _does_its_work(plan: Plan, running: Running, training: Training) -> Check:
    first = training.first.runs if training.first else ()
    # Training has a check of its own; it counts here only where there is nothing else to run.
    runs = list(running.of(plan, "other", "notebook", "predict")) or ([] if running.served else list(first))
    served = {s.step: s for s in running.served}
    asked = [r for r in runs if not _excused(r.cause)]
    # Data that training lacks are told there; but when everything waits for them, nothing of it runs.
    counted = [r for r in asked if not (training.cause and _lacks(r.cause, training.cause))]
    counted = counted if counted or served else asked
    good = [r for r in counted if r.worked]
    total = len(counted) + sum(1 for s in served.values() if not _excused(s.cause))
    worked = len(good) + sum(1 for s in served.values() if s.port is not None and s.cause is None)
    if not total:
        excuse = next((r.cause.message for r in runs if r.cause), "No command of it was found that could be run.")
        return Check(id="U4", area="run", state="not_assessable", message=excuse)
    bad = [r for r in counted if not r.worked]
    cause = next((r.cause for r in bad if r.cause), next((s.cause for s in served.values() if s.cause), None))
    share = worked / total
    measured: dict[str, bool | int | float | str | None] = {"worked": worked, "of": total}
    if worked and worked < total and _only_notebooks(plan, bad, total - worked):
        noted = "One notebook does" if len(bad) == 1 else f"{len(bad)} notebooks do"
        return Check(
            id="U4",
            area="run",
            state="pass",
            severity="medium",
            credit=_NOTEBOOKS_FAIL,
            message=f"What predicts or is a command of its own runs ({worked} of {total}). {noted} not: "
            + (cause.message if cause else "no result came."),
            command=bad[0].command,
            log=bad[0].log,
            measured={**measured, "cause": cause.code if cause else None},
            locations=places_of(plan, bad[:3]),
        )
    if share >= _MOST_WORK:
        rest = f" One does not: {cause.message}" if cause and share < 1 else ""
        mended = [run for run in good if run.mended]
        rest += f" {repairs(len(mended))} a repair of ours: {mended[0].mended}." if mended else ""
        waiting = len(asked) - len(counted)
        wait = "One more waits" if waiting == 1 else f"{waiting} more wait"
        rest += f" {wait} for data that are not delivered." if waiting else ""
        return Check(
            id="U4",
            area="run",
            state="pass",
            credit=share,
            message=f"{_commands(worked, total)} ran to a result without network.{rest}",
            command=good[0].command if good else next(iter(served.values())).command,
            log=good[0].log if good else next(iter(served.values())).log,
            measured=measured,
            locations=places_of(plan, bad[:3]),
        )
    return Check(
        id="U4",
        area="run",
        state="fail",
        severity="high",
        message=f"{_commands(worked, total)} ran to a result. {cause.message if cause else ''}".strip(),
        command=bad[0].command if bad else "",
        log=bad[0].log if bad else "",
        locations=places_of(plan, bad[:5]),
        measured={**measured, "cause": cause.code if cause else None},
    )


def _only_notebooks(plan: Plan, bad: Sequence[Ran], failed: int) -> bool:
    """Whether nothing failed but notebooks, which look at data and are no part of what runs."""
    notebooks = {step.id for step in plan.steps if step.notebook}
    return len(bad) == failed and all(run.step in notebooks for run in bad)


def repairs(number: int) -> str:
    """How many runs needed a repair, as the start of a sentence."""
    return "One needed" if number == 1 else f"{number} needed"


def _commands(worked: int, total: int) -> str:
    if worked == total:
        return "Its one command or notebook" if total == 1 else f"All {total} of its commands and notebooks"
    return f"{worked or 'None'} of its {total} commands and notebooks" if total > 1 else "Not one command of it"


_NOTEBOOKS_FAIL = 0.6
"""What running earns where services and commands run, and notebooks beside them do not."""
_MOST_WORK = 0.75
"""Share of the commands that must run for the whole to count as running; what does not is named all the same."""


def _tests(plan: Plan, running: Running) -> Check:
    steps = plan.of("test")
    if not steps:
        return Check(id="O7", area="own", state="fail", severity="medium", message="It has no tests of its own.")
    suites = [s for s in running.suites if s.tested.executed]
    ran = sum(s.tested.ran for s in suites)
    failed = sum(s.tested.failed + s.tested.errors for s in suites)
    skipped = sum(s.tested.skipped for s in suites)
    runs = running.of(plan, "test")
    places = places_of(plan, runs[:3])
    log = suites[0].log if suites else runs[0].log if runs else ""
    command = runs[0].command if runs else steps[0].command
    base = {"id": "O7", "area": "own", "command": command, "log": log, "locations": places}
    measured = {"ran": ran, "failed": failed, "skipped": skipped}
    if not runs:
        return Check(**base, state="not_assessable", message="There was no time for its tests.")
    if not suites:
        cause = next((r.cause for r in runs if r.cause), None)
        if cause and cause.code in NOT_OFFERED:
            return Check(**base, state="not_assessable", message=cause.message)
        said = cause.message if cause else "no test runner reported a result."
        return Check(**base, state="fail", severity="medium", message=f"Its tests cannot be run: {said}")
    if not ran:
        message = f"None of its tests ran: {skipped} were skipped, and a skipped test is no pass."
        return Check(**base, state="fail", severity="medium", message=message, measured=measured)
    if failed:
        names = ", ".join(name for s in suites for name in s.tested.names[:3])
        message = f"{failed} of {ran} of its own tests fail" + (f": {names}." if names else ".")
        return Check(**base, state="fail", severity="medium", message=message, measured=measured)
    skips = f" {skipped} more were skipped." if skipped else ""
    message = f"{'Its one test passes' if ran == 1 else f'All {ran} of its tests that ran pass'}.{skips}"
    return Check(**base, state="pass", message=message, measured=measured, credit=ran / (ran + skipped))


def _lacks(cause: Cause | None, training: Cause) -> bool:
    """Whether a run failed for lack of the data that training lacks: that is told once, where it belongs.

    Code that looks for a root by its data climbs out of the delivery when they are missing, and writes there.
    """
    return cause is not None and training.code == "data_missing" and cause.code in ("data_missing", "writes_outside")


def _excused(cause: Cause | None) -> bool:
    return cause is not None and cause.code in NOT_OFFERED


def places_of(plan: Plan, runs: Iterable[Ran]) -> tuple[Location, ...]:
    """Where the plan has the steps of these runs from."""
    steps: dict[str, Step] = {step.id: step for step in plan.steps}
    return tuple(place for run in runs if run.step in steps for place in steps[run.step].locations[:1])
