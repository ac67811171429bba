"""What could not be told, in plain words with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from heldout.sources.handover.discover.code.seen import matches
from heldout.sources.handover.discover.drafts import Draft
from heldout.sources.handover.discover.pythons import trace_of
from heldout.sources.handover.plan import Data, Model, Service, Step

if TYPE_CHECKING:
    from heldout.sources.handover.discover.assemble import Found

_NAMED = 8
_COMMAND = 90


def find_questions(
    found: Found, data: tuple[Data, ...], models: tuple[Model, ...], services: tuple[Service, ...]
) -> Iterator[str]:
    """The open questions of a plan, the dearest first."""
    yield from _about_steps(found)
    yield from _about_data(data, found)
    yield from _about_models(models, found)
    yield from _about_services(services)
    yield from _about_environments(found)
    yield from _left_out(found)


def _about_steps(found: Found) -> Iterator[str]:
    purposes = {step.purpose for step in found.steps}
    if "train" not in purposes:
        yield "No command that trains was found. Add a step with purpose `train`, or the retraining cannot be assessed."
    if not purposes & {"predict", "serve"}:
        yield "No command or service that predicts was found. Add one with purpose `predict` or `serve` if there is."
    for draft, step in zip(found.chosen.drafts, found.steps, strict=True):
        where = f"`{_short(step.command)}` ({step.locations[0]})"
        yield from _about_purpose(draft, step, where)
        if draft.program.missing:
            yield f"{where} starts {draft.program.missing}, which is not part of the delivery. Ask the makers for it."
        unread = [t.path for t in draft.study.reads if t.kind == "config" and not found.view.exists(t.path)]
        if step.purpose == "train" and unread:
            yield f"{where} reads its settings from {_listed(unread)}, which is not part of the delivery. Ask for it."
        elif step.purpose == "train" and not step.outputs and draft.study.complete and draft.script is not None:
            yield f"{where} writes no file, as far as its code tells: all that there is to compare is what it prints."
        elif step.purpose == "train" and not step.outputs:
            yield f"What {where} writes could not be told. Add its `outputs`: a retraining is judged by what it makes."
        if "window" in draft.study.traits and step.purpose == "other":
            yield f"{where} opens a window and waits for a person, and nobody sits before an audit: it is not run."
        if "client" in draft.study.traits and step.purpose == "other":
            yield f"{where} asks a service, which must be up: it is not run by itself."
        yield from _about_needs(draft, where)


def _about_purpose(draft: Draft, step: Step, where: str) -> Iterator[str]:
    """What nobody says of a step, and was told from its code."""
    if step.notebook is not None and step.purpose == "train":
        yield f"Nothing trains but {where}, which is taken for the training. Correct that where it is wrong."
    elif step.origin == "inferred" and step.purpose not in ("notebook", "test") and "window" not in draft.study.traits:
        yield (
            f"{where} is named by no document and no pipeline; that it is there to {_verb(step.purpose)} was told "
            "from its name and code. Correct its purpose, or take it out, where that is wrong."
        )


def _about_needs(draft: Draft, where: str) -> Iterator[str]:
    names = [name for name, _ in draft.study.variables if name not in dict(draft.candidate.variables)]
    if names:
        yield f"{where} reads the environment variables {_listed(names)}. Set in its `variables` what it needs."
    if draft.study.required:
        yield f"{where} needs the arguments {_listed(draft.study.required)}; nothing says which. Add them to it."
    if draft.study.outside:
        places = [f"{touch.path} ({touch.location})" for touch in draft.study.outside]
        yield f"{where} uses paths outside of the delivery: {_listed(places)}. Ask the makers what is to be there."
    if not draft.study.complete and draft.script is not None and draft.script.endswith((".py", ".ipynb")):
        yield f"The code of {where} could not be followed to its end; check its inputs and outputs."


def _about_data(data: tuple[Data, ...], found: Found) -> Iterator[str]:
    for item in data:
        if not item.present:
            named = f" (named at {item.locations[0]})" if item.locations else ""
            source = (
                f" It is said to be had at {item.source}." if item.source else " Nothing says where it is to be had."
            )
            same = next((e.path for e in found.view.files if e.path.lower() == item.path.lower()), None)
            if same is not None:
                named += f", though there is {same}: to a file system those are two"
            yield f"{item.path} is not part of the delivery{named}.{source} Give yours with --input {item.path}=FILE."
    trained = any(step.purpose == "train" for step in found.steps)
    for item in data:
        if item.role == "training" and item.present and item.target is None and item.columns and trained:
            yield f"Which column of {item.path} is the answer could not be told. Add its `target`."


def _about_models(models: tuple[Model, ...], found: Found) -> Iterator[str]:
    made = {path for step in found.steps for path in step.outputs}
    for model in models:
        if not model.present:
            again = any(matches(path, model.path) or model.path.startswith(f"{path}/") for path in made)
            text = f"The model {model.path} ({model.locations[0]}) is not part of the delivery. "
            yield text + ("A training makes it." if again else "No step makes it. Ask the makers for it.")


def _about_services(services: tuple[Service, ...]) -> Iterator[str]:
    for service in services:
        if not service.body and service.method == "POST":
            yield (
                f"What a valid request to the service `{service.step}` looks like could not be told. "
                "Add a `body` that it should answer."
            )


def _about_environments(found: Found) -> Iterator[str]:
    if found.undeclared:
        where = "The delivery" if found.view.folder == "." else found.view.folder
        yield (
            f"{where} declares no packages for some of its steps. The list in the environment `default` was made "
            "from what the code imports; add versions where you know them."
        )
    for environment in found.environments:
        if environment.python is None:
            trace = trace_of(found.view)
            ran = f" {trace[1]} was made with {trace[0]}." if trace is not None else ""
            yield f"Nothing says for which Python the environment `{environment.id}` is.{ran} Add `python` if you can."


def _left_out(found: Found) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for draft, why in found.chosen.left_out:
        reasons.setdefault(why, []).append(f"`{_short(draft.candidate.command)}` ({draft.places[0]})")
    for why, commands in reasons.items():
        yield f"Left out, because {why}: {_listed(commands)}. Add as a step what matters."
    folders = sorted({(d.script or d.candidate.folder).rpartition("/")[0] for d, _ in found.chosen.left_out} - {""})
    if len(folders) >= 6:
        yield f"This looks like several projects in one. Audit one at a time by its folder: {_listed(folders)}."


def _verb(purpose: str) -> str:
    return {"prepare": "prepare data", "other": "do something else"}.get(purpose, purpose)


def _short(command: str) -> str:
    flat = " ".join(command.split())
    return flat if len(flat) <= _COMMAND else f"{flat[: _COMMAND - 3]}..."


def _listed(items: Iterable[str]) -> str:
    every = list(items)
    rest = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
