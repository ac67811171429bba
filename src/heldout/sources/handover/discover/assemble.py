"""From candidates to a plan: one step for each command, its purpose, its order, and what remains open."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.code.study import Study, study
from heldout.sources.handover.discover.data import find_data
from heldout.sources.handover.discover.environments import Declared, find_environments, inferred_environment
from heldout.sources.handover.discover.guide import find_guide, installed_files
from heldout.sources.handover.discover.models import find_models
from heldout.sources.handover.discover.purposes import by_code, by_runner, by_word
from heldout.sources.handover.discover.services import find_services
from heldout.sources.handover.discover.steps import candidates
from heldout.sources.handover.discover.view import View, joined, unique
from heldout.sources.handover.plan import Plan, Purpose, Step

MOST_STEPS = 12
_ORDER: tuple[Purpose, ...] = ("prepare", "train", "evaluate", "predict", "test", "serve", "notebook", "other")
_WORTH: dict[Purpose, int] = {
    "train": 0,
    "serve": 1,
    "predict": 2,
    "prepare": 3,
    "test": 1,
    "evaluate": 3,
    "notebook": 4,
    "other": 6,
}


@dataclass
class Draft:
    """A step in the making: the candidate that is believed most, the script behind it, and every place."""

    candidate: Candidate
    script: str | None
    argv: tuple[str, ...]
    missing: str = ""
    """The script or module that it names and that is not there."""
    study: Study = field(default_factory=Study)
    purpose: Purpose = "other"
    places: list[Location] = field(default_factory=list)
    id: str = ""


def assemble(view: View, as_of: date | None) -> Plan:
    """The plan of everything that the finders found."""
    questions: list[str] = []
    drafts = _chosen(_drafts(view), questions)
    declared = find_environments(view, installed_files(view), as_of)
    _name(drafts)
    steps = _ordered([_step(draft, drafts, declared) for draft in drafts])
    environments = list(declared.environments)
    if any(declared.of(posixpath.join(s.folder, ".")) is None for s in steps) or not environments:
        files = unique(
            path for draft in drafts for path in (draft.study.files or ((draft.script,) if draft.script else ()))
        )
        environments.insert(0, inferred_environment(view, files, as_of))
        questions.append(_no_declaration(view))
    studies = [draft.study for draft in drafts]
    made = [path for step in steps for path in step.outputs]
    return Plan(
        environments=tuple(environments),
        steps=steps,
        data=find_data(view, studies, made),
        models=find_models(view, studies),
        services=find_services(view, steps),
        guide=find_guide(view),
        open_questions=unique(questions + declared.questions),
    )


def _no_declaration(view: View) -> str:
    where = "The delivery" if view.folder == "." else view.folder
    return (
        f"{where} declares no packages. The list in the environment `default` was made from what its code imports; "
        "add versions where you know them."
    )


def _drafts(view: View) -> list[Draft]:
    """One draft for each command; the same command in several places is one with several places."""
    found: dict[tuple[str, ...], Draft] = {}
    for candidate in candidates(view):
        script, argv, missing = program_of(view, candidate)
        key = _key(view, candidate, script, argv)
        if key in found:
            found[key].places.append(candidate.location)
            continue
        draft = Draft(candidate, script, argv, missing, places=[candidate.location])
        if script is not None and script.endswith(".py"):
            draft.study = study(view, script, argv, candidate.folder)
        draft.purpose = _purpose(draft)
        found[key] = draft
    return list(found.values())


def _key(view: View, candidate: Candidate, script: str | None, argv: tuple[str, ...]) -> tuple[str, ...]:
    if candidate.notebook is not None:
        return ("notebook", candidate.notebook)
    named = script or program_of(view, candidate)[2]
    if named and "&&" not in candidate.command:
        return (named, *sorted(word.rstrip("/") for word in argv))
    return (candidate.folder, candidate.command)


def program_of(view: View, candidate: Candidate) -> tuple[str | None, tuple[str, ...], str]:
    """The own script that a command starts, its arguments, and the name of a script that is not there."""
    words = candidate.words
    if candidate.notebook is not None or not words:
        return candidate.notebook, (), ""
    name = posixpath.basename(words[0])
    if name.startswith("./"):
        name = name[2:]
    if re.fullmatch(r"python[\d.]*|py|ipython|torchrun|accelerate|deepspeed|bash|sh|streamlit|kernprof", name):
        return _python(view, candidate.folder, words)
    if words[0].startswith("./"):
        path = joined(candidate.folder, words[0])
        return (path, words[1:], "") if path is not None and path in view.tree else (None, words[1:], words[0])
    if name in ("uvicorn", "gunicorn", "hypercorn", "waitress-serve"):
        target = next((w for w in words[1:] if re.fullmatch(r"[\w./]+:[\w()]+", w)), "")
        return _module(view, candidate.folder, target.partition(":")[0], ())
    return None, words[1:], ""


def _python(view: View, folder: str, words: tuple[str, ...]) -> tuple[str | None, tuple[str, ...], str]:
    at = 1
    while at < len(words):
        word = words[at]
        if word == "-m" and at + 1 < len(words):
            return _module(view, folder, words[at + 1], words[at + 2 :])
        if word == "-c":
            return None, (), ""
        if word in ("run", "launch"):
            at += 1
            continue
        if word.startswith("-"):
            at += 2 if word in ("--config_file", "--num_processes", "--nproc_per_node", "-W", "-X") else 1
            continue
        path = joined(folder, word)
        if path is not None and path in view.tree:
            return path, words[at + 1 :], ""
        return None, words[at + 1 :], word
    return None, (), ""


def _module(view: View, folder: str, module: str, argv: tuple[str, ...]) -> tuple[str | None, tuple[str, ...], str]:
    base = joined(folder, module.replace(".", "/")) if re.fullmatch(r"[\w.]+", module) else None
    for path in (f"{base}.py", f"{base}/__main__.py", f"{base}/__init__.py") if base else ():
        if path in view.tree:
            return path, argv, ""
    top = module.partition(".")[0]
    own = bool(base) and "." in module and joined(folder, top) in view.folders
    return None, argv, module if own else ""


def _purpose(draft: Draft) -> Purpose:
    candidate = draft.candidate
    if candidate.purpose is not None:
        return candidate.purpose
    runner = by_runner(candidate.words)
    if runner is not None:
        return runner
    name = (draft.script or draft.missing or candidate.command).removesuffix(".py")
    stem = re.split(r"[/.]", name)[-1] if draft.missing else posixpath.basename(name)
    told = by_code(draft.study.traits, candidate.name or stem)
    return told or by_word(candidate.name or stem) or by_word(stem) or "other"


def _chosen(drafts: list[Draft], questions: list[str]) -> list[Draft]:
    """The most telling drafts; the others are named in a question."""
    there = {d.purpose for d in drafts if not d.missing}
    kept = [d for d in drafts if not (d.missing and d.purpose in there)]
    kept = _one_of_each(kept, questions)
    kept.sort(key=lambda d: (_WORTH[d.purpose], d.candidate.trust, (d.script or "").count("/")))
    for draft in kept[MOST_STEPS:]:
        questions.append(_left_out(draft, f"the plan holds the {MOST_STEPS} most telling steps"))
    return kept[:MOST_STEPS]


def _one_of_each(drafts: list[Draft], questions: list[str]) -> list[Draft]:
    """Of several commands that start one script, the most believed."""
    kept: dict[str, Draft] = {}
    result = []
    for draft in drafts:
        if draft.script is None or draft.candidate.trust <= 20:
            result.append(draft)
            if draft.script is not None:
                kept.setdefault(draft.script, draft)
        elif draft.script not in kept:
            kept[draft.script] = draft
            result.append(draft)
        elif draft.candidate.origin != "inferred":
            questions.append(_left_out(draft, "it starts a script of another step with other arguments"))
    return result


def _left_out(draft: Draft, why: str) -> str:
    command = draft.candidate.command
    shown = command if len(command) <= 120 else f"{command[:117]}..."
    return f"`{shown}` ({draft.places[0]}) is left out: {why}. Add it as a step where it matters."


def _name(drafts: list[Draft]) -> None:
    """An id for each: what the delivery calls it, else its purpose."""
    taken: set[str] = set()
    for draft in drafts:
        name = draft.candidate.name or (posixpath.basename(draft.script or "").rpartition(".")[0] or draft.purpose)
        base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or draft.purpose
        draft.id = next(i for n in range(1, len(drafts) + 2) if (i := base if n == 1 else f"{base}-{n}") not in taken)
        taken.add(draft.id)


def _step(draft: Draft, drafts: list[Draft], declared: Declared) -> Step:
    candidate = draft.candidate
    environment = declared.of(draft.script or candidate.folder)
    return Step(
        id=draft.id,
        purpose=draft.purpose,
        command=candidate.command,
        folder=candidate.folder,
        environment=environment.id if environment else "default",
        origin=candidate.origin,
        after=_after(draft, drafts),
        outputs=candidate.outputs,
        inputs=candidate.inputs,
        variables=dict(candidate.variables),
        notebook=candidate.notebook,
        locations=tuple(dict.fromkeys(draft.places))[:10],
    )


def _after(draft: Draft, drafts: list[Draft]) -> tuple[str, ...]:
    names = set(draft.candidate.after)
    return tuple(d.id for d in drafts if d is not draft and d.candidate.name in names)


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: _ORDER.index(step.purpose)))
