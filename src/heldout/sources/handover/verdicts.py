"""Checks that follow from what was built and run: builds (B2, B4), runs (U1, U4, O7), retrains (T1, T7)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from heldout.evidence.types import Location
from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.ladder import CREDIT, RUNGS
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Attempt, Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.running import Running
from heldout.sources.handover.standing import Standing
from heldout.sources.handover.training import Training, came_and_missing

_UNSATISFIABLE = frozenset({"pins_unsatisfiable", "version_missing", "other_python", "no_wheel", "private_index"})
_AT_HOME = re.compile(r"/|[A-Za-z]:[\\/]")
"""The beginning of a path that is not within the delivery."""
_BROKEN_OFF = 0.5
"""What a training that fails after its model was made earns of one that ends well."""
_NOT_BUILT = "It could not be built here, so this could not be looked at."


def build_checks(plan: Plan, standing: Mapping[str, Standing]) -> tuple[Check, ...]:
    """B2, whether the declared versions can be had today, and B4, whether and after what mending it builds."""
    return _versions(plan, standing), _builds(standing)


def _versions(plan: Plan, standing: Mapping[str, Standing]) -> Check:
    declared = [env for env in plan.environments if env.files]
    if not declared:
        return Check(id="B2", area="build", state="not_assessable", message="It declares no versions to be had.")
    attempts = [a for env in declared for a in standing[env.id].attempts if env.id in standing]
    today = [a for a in attempts if a.rung in ("R0", "R1") and "as of" not in a.recipe]
    places = tuple(place for env in declared for place in env.locations)[:5]
    if any(a.worked for a in today):
        done = next(a for a in today if a.worked)
        message = f"The versions that it asks for can be installed together today: {done.recipe}."
        return Check(id="B2", area="build", state="pass", message=message, command=done.command, locations=places)
    causes = [a.cause for a in today if a.cause]
    if not causes or all(cause.code in NOT_OFFERED for cause in causes):
        message = "Whether its versions can be had could not be told: " + (causes[0].message if causes else "no try.")
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


def _builds(standing: Mapping[str, Standing]) -> Check:
    if not standing:
        message = "It holds no code that needs an environment, and declares none."
        return Check(id="B4", area="build", state="not_assessable", message=message)
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
    return Check(
        id="B4",
        area="build",
        state=state,
        severity="high" if state == "fail" else "info",
        message=" ".join([f"None of {len(attempts)} ways to build it worked. {telling.message}", *untried]),
        command=attempts[0].command,
        log=attempts[0].log,
        measured={"tries": len(attempts), "cause": telling.code},
    )


def run_checks(plan: Plan, running: Running | None, training: Training | None) -> tuple[Check, ...]:
    """U1 is in `predicts`; here U4, its commands and notebooks, and O7, its own tests."""
    if running is None or training is None:
        return (
            Check(id="U4", area="run", state="not_assessable", message=_NOT_BUILT),
            Check(id="O7", area="own", state="not_assessable", message=_NOT_BUILT),
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
    if share >= _MOST_WORK:
        rest = f" One does not: {cause.message}" if cause and share < 1 else ""
        mended = [run for run in good if run.mended]
        rest += f" {_needed(len(mended))} a repair of ours: {mended[0].mended}." if mended else ""
        return Check(
            id="U4",
            area="run",
            state="pass",
            credit=share,
            message=f"{_commands(worked, total)} ran to a result without network.{rest}",
            command=good[0].command if good else next(iter(served.values())).command,
            log=good[0].log if good else next(iter(served.values())).log,
            measured=measured,
            locations=_places(plan, bad[:3]),
        )
    return Check(
        id="U4",
        area="run",
        state="fail",
        severity="high",
        message=f"{_commands(worked, total)} ran to a result. {cause.message if cause else ''}".strip(),
        command=bad[0].command if bad else "",
        log=bad[0].log if bad else "",
        locations=_places(plan, bad[:5]),
        measured={**measured, "cause": cause.code if cause else None},
    )


def _needed(number: int) -> str:
    return "One needed" if number == 1 else f"{number} needed"


def _commands(worked: int, total: int) -> str:
    if worked == total:
        return "Its one command or notebook" if total == 1 else f"All {total} of its commands and notebooks"
    return f"{worked or 'None'} of its {total} commands and notebooks" if total > 1 else "Not one command of it"


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
    places = _places(plan, runs[:3])
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


def trains(plan: Plan, training: Training | None, links: Collection[str] = (), *, learns: bool = True) -> Check:
    """T1: with its outputs deleted and no network, does training make them again?

    `links` are the symbolic links of the delivery, which we do not follow: what is only missed by that is our limit.
    `learns`: whether any package is there on which what learns could rest; if none is, a training that reads no file
    either, prints no metric and fits nothing that can be followed has learnt nothing.
    """
    if training is None:
        return Check(id="T1", area="retrain", state="not_assessable", message=_NOT_BUILT)
    steps = plan.of("train")
    if not steps:
        shipped = [model for model in plan.models if model.present]
        if shipped:
            message = f"It delivers a trained model ({shipped[0].path}) and no code that trains it."
            return Check(
                id="T1",
                area="retrain",
                state="fail",
                severity="high",
                message=message,
                locations=shipped[0].locations,
                measured={"cause": "no_training_code"},
            )
        message = "No code was found that trains a model."
        return Check(id="T1", area="retrain", state="not_assessable", message=message)
    if training.trained and not learns and (nothing := _learns_nothing(plan, training)):
        return nothing
    if training.trained:
        return _trained(plan, training)
    runs = [r for r in (training.first.runs if training.first else ()) if r.step in {s.id for s in steps}]
    cause = _root(plan, training, runs) or training.cause
    said = cause.message if cause else "It ended without a word of failure, and left no model, file or metric behind."
    link = _link(plan, runs, cause, links)
    said = f"It reads {cause.subject} by the link {link}, and links are not followed." if link and cause else said
    said += "" if link else _elsewhere(plan, cause)
    state = "not_assessable" if link or (cause and cause.code in NOT_OFFERED) else "fail"
    places = (*((cause.location,) if cause and cause.location else ()), *_places(plan, runs[:2]))
    return Check(
        id="T1",
        area="retrain",
        state=state,
        severity="high" if state == "fail" else "info",
        message=" ".join(filter(None, (f"{_start(state)} {said}", _partly(plan, runs), _more_time(cause)))),
        command=runs[0].command if runs else steps[0].command,
        log=runs[0].log if runs else "",
        locations=places,
        measured={"cause": cause.code if cause else "nothing_left"},
    )


def _learns_nothing(plan: Plan, training: Training) -> Check | None:
    """T1 of commands that are called training and write the same whatever happens; None where there is more to them."""
    runs = [run for run in (training.first.runs if training.first else ()) if run.counts]
    if any(run.read or run.seen or run.readings for run in runs):
        return None
    trained = [run for run in runs if run.step in {step.id for step in plan.of("train")}]
    made = sorted({path for run in trained for path in (*run.made, *run.changed, *run.rewritten)})
    left = f" and writes {', '.join(made[:3])}" if made else ""
    return Check(
        id="T1",
        area="retrain",
        state="fail",
        severity="high",
        message="What it calls training learns from nothing: it reads no file of data, uses no library that learns"
        f"{left}. There is nothing in it that could be trained on other data.",
        command=trained[0].command if trained else "",
        log=trained[0].log if trained else "",
        locations=_places(plan, trained[:2]),
        measured={"cause": "nothing_learnt"},
    )


def _start(state: str) -> str:
    return "It could not be retrained." if state == "fail" else "Whether it can be retrained could not be told."


def _more_time(cause: Cause | None) -> str:
    """What to do where only our limit of time stopped a training."""
    return "`--budget` gives it more." if cause and (cause.code, cause.subject) == ("limit", "timeout") else ""


def _root(plan: Plan, training: Training, runs: Sequence[Ran]) -> Cause | None:
    """Why the first failed training did so: where a step before it failed, that step's cause, not its consequence."""
    failed = next((run for run in runs if run.cause), None)
    if failed is None or training.first is None:
        return None
    after = {step.id: step.after for step in plan.steps}
    before, waiting = set[str](), list(after.get(failed.step, ()))
    while waiting:
        step = waiting.pop()
        if step not in before:
            before.add(step)
            waiting.extend(after.get(step, ()))
    return next((run.cause for run in training.first.runs if run.step in before and run.cause), failed.cause)


def _link(plan: Plan, runs: Sequence[Ran], cause: Cause | None, links: Collection[str]) -> str:
    """The link of the delivery by which a missing file is reached, if there is one."""
    if cause is None or cause.code != "data_missing":
        return ""
    notebooks = {step.id: posixpath.dirname(step.notebook) for step in plan.steps if step.notebook}
    paths = [posixpath.normpath(posixpath.join(notebooks.get(r.step, r.folder), cause.subject)) for r in runs]
    return next((link for link in links if any(path == link or path.startswith(f"{link}/") for path in paths)), "")


def _elsewhere(plan: Plan, cause: Cause | None) -> str:
    """Where a file that is missing lies under another name or in another folder, as far as one can tell."""
    if cause is None or cause.code != "data_missing":
        return ""
    name = posixpath.basename(cause.subject.replace("\\", "/")).lower()
    other = next((d.path for d in plan.data if d.present and posixpath.basename(d.path).lower() == name), "")
    lacking = next((d.path for d in plan.data if not d.present and posixpath.basename(d.path).lower() == name), "")
    if not other:
        return ""
    if _AT_HOME.match(cause.subject):
        return f" {other} is part of the delivery: its code has to look for it there."
    if other == posixpath.normpath(cause.subject):
        return f" There is {other} as seen from the root, but not from where it runs."
    return f" There is {other}; `--input {lacking or cause.subject}={other}` puts it where it is looked for."


def _trained(plan: Plan, training: Training) -> Check:
    first = training.rounds[0]
    runs = {run.step: run for run in first.runs}
    tried = [step for step in plan.of("train") if step.id in runs]
    good = [runs[id_] for id_ in training.trained]
    made = sorted({path for run in good for path in (*run.made, *run.changed, *run.rewritten)})
    failed = [runs[step.id] for step in tried if step.id not in training.trained]
    left = (
        f"{len(made)} {'file was' if len(made) == 1 else 'files were'} made"
        if made
        else "it printed its results and left no file"
    )
    named = f" ({', '.join(made[:3])})" if made else ""
    last = max(training.rounds[-1].seconds, 0.1)
    times, each = ("once", "") if len(training.rounds) == 1 else (f"{len(training.rounds)} times", " each")
    mended = [run for run in good if run.mended]
    rest = f" {_needed(len(mended))} a repair of ours: {mended[0].mended}." if mended else ""
    if failed:
        why = next((run.cause.message for run in failed if run.cause), "it left nothing behind.")
        rest += f" {len(failed)} of {len(tried)} training commands did not work: {why}"
    broken = [run for run in good if not run.worked]
    if broken:
        why = broken[0].cause.message if broken[0].cause else ""
        rest = " ".join(filter(None, (f"{rest} With its model made, it fails. {why}", _partly(plan, broken[:1]))))
    return Check(
        id="T1",
        area="retrain",
        state="pass",
        credit=min(max(0.5, len(good) / len(tried)), 0.8 if mended else 1.0) * (_BROKEN_OFF if broken else 1),
        message=f"It retrains without network ({times} in {last:.1f} s{each}): {left}{named}.{rest}",
        command=good[0].command,
        log=good[0].log,
        locations=_places(plan, good[:2]),
        measured={
            "rounds": len(training.rounds),
            "seconds": round(first.seconds, 1),
            "files": len(made),
            "commands": len(good),
            "of": len(tried),
        },
    )


def _partly(plan: Plan, runs: Sequence[Ran]) -> str:
    """What came of trainings that broke off, and what did not; nothing when nothing came."""
    steps = {step.id: step for step in plan.steps}
    parts = []
    for run in runs:
        made = sorted({*run.made, *run.changed, *run.rewritten})
        _, missing = came_and_missing(run, steps[run.step])
        said = [f"{len(made)} {'file' if len(made) == 1 else 'files'} ({', '.join(made[:3])})"] if made else []
        said += [f"{r.name or r.metric} {r.written}" for r in run.readings[:2]]
        if said:
            lost = f"; not {', '.join(missing[:3])}" if missing else ""
            parts.append(f"Before it broke off, this came: {', '.join(said)}{lost}.")
    return parts[0] if parts else ""


def _lacks(cause: Cause | None, training: Cause) -> bool:
    """Whether a run failed for lack of the data that training lacks: that is told once, where it belongs.

    Code that looks for a root by its data climbs out of the delivery when they are missing, and writes there.
    """
    return cause is not None and training.code == "data_missing" and cause.code in ("data_missing", "writes_outside")


def _excused(cause: Cause | None) -> bool:
    return cause is not None and cause.code in NOT_OFFERED


def _places(plan: Plan, runs: Iterable[Ran]) -> tuple[Location, ...]:
    steps: dict[str, Step] = {step.id: step for step in plan.steps}
    return tuple(place for run in runs if run.step in steps for place in steps[run.step].locations[:1])
