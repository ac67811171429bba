"""From drafts to a plan: ids, outputs, order, environments, and what remains open."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from heldout.sources.handover.claims import contradictions, find_claims
from heldout.sources.handover.discover.choose import Chosen, chosen_drafts, is_there
from heldout.sources.handover.discover.code.seen import matches
from heldout.sources.handover.discover.data import find_data
from heldout.sources.handover.discover.drafts import Draft, stem_of
from heldout.sources.handover.discover.environments import Declared, find_environments, inferred_environment
from heldout.sources.handover.discover.guide import find_guide, installed_files
from heldout.sources.handover.discover.models import find_models
from heldout.sources.handover.discover.questions import find_questions
from heldout.sources.handover.discover.services import find_services, framework_of, port_of
from heldout.sources.handover.discover.view import View, unique
from heldout.sources.handover.plan import Claim, Environment, Plan, Purpose, Step

_ORDER: tuple[Purpose, ...] = ("prepare", "train", "evaluate", "predict", "test", "serve", "notebook", "other")
_CODE = (".py", ".ipynb", ".sh", ".r", ".smk")
_OUTPUTS = 60
_CONTRADICTIONS = 5


@dataclass
class Found:
    """Everything that goes into a plan, as far as it was found."""

    view: View
    chosen: Chosen
    steps: tuple[Step, ...] = ()
    environments: list[Environment] = field(default_factory=list)
    undeclared: bool = False
    """Whether some step runs with packages that nobody declared."""
    declared: Declared = field(default_factory=Declared)


def assemble(view: View, as_of: date | None) -> Plan:
    """The plan of everything that the finders found."""
    found = Found(view, chosen_drafts(view))
    drafts = found.chosen.drafts
    drafts.sort(key=lambda draft: _ORDER.index(draft.purpose))
    found.declared = find_environments(view, installed_files(view), as_of)
    _name(drafts)
    found.steps = _linked(view, drafts, [_step(view, draft, found.declared) for draft in drafts])
    order = [step.id for step in found.steps]
    drafts.sort(key=lambda draft: order.index(draft.id))
    _environments(found, as_of)
    data = find_data(view, drafts, found.steps)
    models = find_models(view, drafts)
    services = find_services(view, drafts, found.steps, data)
    claims = claims_here(view)
    return Plan(
        environments=tuple(found.environments),
        steps=found.steps,
        data=data,
        models=models,
        services=services,
        claims=claims,
        guide=find_guide(view),
        open_questions=unique((*find_questions(found, data, models, services), *_contradicting(claims))),
    )


def _contradicting(claims: tuple[Claim, ...]) -> list[str]:
    """Where the documents contradict one another, as far as a person reads."""
    every = contradictions(claims)
    rest = len(every) - _CONTRADICTIONS
    return [
        *every[:_CONTRADICTIONS],
        *([f"The documents contradict one another in {rest} more places."] if rest > 0 else []),
    ]


def claims_here(view: View) -> tuple[Claim, ...]:
    """What the documents and results of the folder where is looked claim."""
    if view.folder == ".":
        return find_claims(view.tree)
    inside = tuple(entry for entry in view.tree.files if view.inside(entry.path))
    return find_claims(replace(view.tree, files=inside))


def _environments(found: Found, as_of: date | None) -> None:
    """The declared environments that steps use, and one from the imports for what nobody declares."""
    used = {step.environment for step in found.steps}
    kept = [e for e in found.declared.environments if e.id in used]
    found.environments = kept or found.declared.environments[:1]
    known = {environment.id for environment in found.environments}
    drafts = [d for d, s in zip(found.chosen.drafts, found.steps, strict=True) if s.environment not in known]
    if drafts or (found.steps and not found.environments):
        files = unique(path for draft in drafts for path in (*draft.study.files, draft.script or "") if path)
        found.environments.insert(0, inferred_environment(found.view, files, found.declared, as_of))
        found.undeclared = True


def _name(drafts: list[Draft]) -> None:
    """An id for each: what the delivery calls it, else the script's name, else its purpose."""
    taken: set[str] = set()
    for draft in drafts:
        named = draft.candidate.name
        name = named if named and "/" not in named and "." not in named else stem_of(draft)
        if draft.purpose == "test" and draft.script is None:
            name = "tests"
        base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or draft.purpose
        draft.id = next(i for n in range(1, len(drafts) + 2) if (i := base if n == 1 else f"{base}-{n}") not in taken)
        taken.add(draft.id)


def _step(view: View, draft: Draft, declared: Declared) -> Step:
    candidate = draft.candidate
    environment = declared.of(draft.script or posixpath.join(candidate.folder, "."))
    outputs = _outputs(view, draft)
    return Step(
        id=draft.id,
        purpose=draft.purpose,
        command=candidate.command,
        folder=candidate.folder,
        environment=environment.id if environment else "default",
        origin=candidate.origin,
        outputs=outputs,
        inputs=_inputs(draft),
        variables={
            **({"PYTHONPATH": draft.program.within} if draft.program.within else {}),
            **dict(candidate.variables),
        },
        port=port_of(draft, framework_of(view, draft)) if draft.purpose == "serve" else None,
        notebook=candidate.notebook,
        downloads="download" in draft.study.traits,
        locations=tuple(dict.fromkeys(draft.places))[:10],
    )


def _outputs(view: View, draft: Draft) -> tuple[str, ...]:
    """What it makes: as declared, and what its code writes; not a delivered table that it reads before."""
    before = {touch.path: touch.order for touch in draft.study.reads if touch.kind == "table"}
    fetched = "download" in draft.study.traits
    kept = {path for path, order in before.items() if view.exists(path) or fetched}
    made = {t.path for t in draft.study.writes if t.path in before and t.order < before[t.path] and not fetched}
    written = [
        touch.path
        for touch in draft.study.writes
        if (touch.path not in kept or touch.path in made)
        and not touch.path.endswith((*_CODE, ".gitkeep", ".env"))
        and touch.path not in view.folders
        and not _too_wide(view, touch.path, before)
    ]
    every = unique((*draft.candidate.outputs, *written))
    inside = [path for path in every if any(path.startswith(f"{other}/") for other in every)]
    return tuple(path for path in every if path not in inside)[:_OUTPUTS]


def _too_wide(view: View, pattern: str, read: Iterable[str]) -> bool:
    """Whether a pattern says too little to delete by it: it means what is read, or begins with what is not known."""
    if "*" not in pattern:
        return False
    if pattern.rpartition("/")[2].startswith("*") and "/" not in pattern:
        return True
    return any(matches(pattern, path) for path in read)


def _inputs(draft: Draft) -> tuple[str, ...]:
    made = {touch.path for touch in draft.study.writes if touch.kind != "table"}
    read = [touch.path for touch in draft.study.reads if touch.path not in made]
    declared = [path for path in draft.candidate.inputs if not path.lower().endswith(_CODE)]
    return unique((*declared, *read))[:_OUTPUTS]


def _linked(view: View, drafts: list[Draft], steps: list[Step]) -> tuple[Step, ...]:
    """The steps with what must have run before: as declared, and what makes an input that is not delivered."""
    after: dict[str, list[str]] = {step.id: [] for step in steps}
    by_name = {draft.candidate.name: draft.id for draft in drafts if draft.candidate.after or draft.candidate.outputs}
    for at, (draft, step) in enumerate(zip(drafts, steps, strict=True)):
        wanted = [by_name[name] for name in draft.candidate.after if name in by_name]
        for path in (one for one in step.inputs if not is_there(view, one)):
            maker = next((s.id for s in steps[:at] if s.purpose in ("prepare", "train") and _makes(s, path)), None)
            wanted.extend([maker] if maker is not None else [])
        for before in unique(wanted):
            if before != step.id and not _reaches(after, before, step.id):
                after[step.id].append(before)
    linked = [step.model_copy(update={"after": tuple(after[step.id])}) for step in steps]
    return tuple(_sorted(linked))


def _sorted(steps: list[Step]) -> list[Step]:
    """Each step after those that come before it, otherwise in the order given."""
    waiting, done = list(steps), list[Step]()
    while waiting:
        ready = {step.id for step in done}
        step = next((one for one in waiting if set(one.after) <= ready), waiting[0])
        waiting.remove(step)
        done.append(step)
    return done


def _makes(step: Step, path: str) -> bool:
    """Whether a step makes this file."""
    return any(
        matches(pattern, path) or matches(path, pattern) or path.startswith(f"{pattern}/") for pattern in step.outputs
    )


def _reaches(after: dict[str, list[str]], start: str, goal: str) -> bool:
    """Whether `goal` comes before `start` already, so that the other way round would be a circle."""
    stack, seen = [start], set[str]()
    while stack:
        here = stack.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            stack.extend(after.get(here, ()))
    return False
