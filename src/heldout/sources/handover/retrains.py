"""T1: with its outputs deleted and no network, does training make them again - and if not, why not?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from heldout.sources.handover.causes import NOT_OFFERED
from heldout.sources.handover.discover.code.files import MODEL_SUFFIXES
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.training import Training, came_and_missing
from heldout.sources.handover.verdicts import not_built, places_of, repairs

_AT_HOME = re.compile(r"/|[A-Za-z]:[\\/]")
"""The beginning of a path that is not within the delivery."""
_LONGEST = 80
"""Characters of a command that a sentence quotes."""
_BROKEN_OFF = 0.5
"""What a training that fails after its model was made earns of one that ends well."""


def trains(plan: Plan, training: Training | None, links: Collection[str] = (), *, learns: bool = True) -> Check:
    """T1: with its outputs deleted and no network, does training make them again?

    `links` are the symbolic links of the delivery that lead to nothing in it.
    `learns`: whether any package is there on which what learns could rest; if none is, a training that reads no file
    either, prints no metric and fits nothing that can be followed has learnt nothing.
    """
    if training is None:
        return Check(id="T1", area="retrain", state="not_assessable", message=not_built(plan))
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
    runs = sorted(runs, key=lambda run: _matters(plan, run))
    cause = _root(plan, training, runs) or training.cause
    said = cause.message if cause else "It ended without a word of failure, and left no model, file or metric behind."
    link = _link(plan, runs, cause, links)
    if link and cause:
        said = f"It reads {cause.subject} by the link {link}, which leads to nothing that is part of the delivery."
    said += "" if link else _elsewhere(plan, cause)
    if cause and len(runs) > 1:
        said = f"{said} That is said of `{_called(runs[0])}`, the first to look at of {len(runs)} training commands."
    state = "not_assessable" if cause and cause.code in NOT_OFFERED else "fail"
    places = (*((cause.location,) if cause and cause.location else ()), *places_of(plan, runs[:2]))
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
    left = f" It writes {', '.join(made[:3])}." if made else ""
    return Check(
        id="T1",
        area="retrain",
        state="fail",
        severity="high",
        message="What it calls training learns from nothing: it reads no data, and no library that learns is there."
        f"{left} Nothing in it could be trained on other data.",
        command=trained[0].command if trained else "",
        log=trained[0].log if trained else "",
        locations=places_of(plan, trained[:2]),
        measured={"cause": "nothing_learnt"},
    )


def _matters(plan: Plan, run: Ran) -> tuple[bool, bool, bool]:
    """Sort key of trainings that failed: first what says what is missing, makes a model, and is in the documents."""
    step = next(step for step in plan.steps if step.id == run.step)
    says = run.cause is not None and run.cause.code not in (*NOT_OFFERED, "usage")
    makes = any(pattern.lower().endswith(MODEL_SUFFIXES) for pattern in step.outputs)
    return not says, not makes, step.origin == "inferred"


def _called(run: Ran) -> str:
    """A command as one would know it again."""
    return run.command if len(run.command) <= _LONGEST else f"{run.command[: _LONGEST - 3]}..."


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
    rest = f" {repairs(len(mended))} a repair of ours: {mended[0].mended}." if mended else ""
    if failed:
        first_failed = min(failed, key=lambda run: _matters(plan, run))
        why = first_failed.cause.message if first_failed.cause else "It left nothing behind."
        rest += f" {len(failed)} of {len(tried)} training commands did not work. `{_called(first_failed)}`: {why}"
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
        locations=places_of(plan, good[:2]),
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
