"""Of all commands that were found, those that make the plan: each effect once, the most believed, the most telling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.code.seen import matches
from heldout.sources.handover.discover.drafts import Draft, draft_of, shell_programs, stem_of
from heldout.sources.handover.discover.steps import candidates
from heldout.sources.handover.discover.view import View
from heldout.sources.handover.plan import Purpose

MOST_STEPS = 12
_DECLARED = 20
"""Finders up to this trust say what is run; several commands of theirs for one script are all meant."""
_WORTH: dict[Purpose, float] = {
    "train": 0,
    "serve": 1,
    "test": 1,
    "predict": 2,
    "evaluate": 2,
    "prepare": 4,
    "notebook": 4,
    "other": 6,
}
_EACH: dict[Purpose, int] = {
    "train": 4,
    "serve": 3,
    "test": 3,
    "predict": 3,
    "evaluate": 3,
    "prepare": 4,
    "notebook": 6,
    "other": 3,
}
"""How many of each purpose a plan holds at most, besides those that a pipeline declares."""
_GATHERERS = re.compile(r"make|dvc|mlflow|snakemake|just")


@dataclass
class Chosen:
    """The drafts that make the plan, and those that are left out with the reason."""

    drafts: list[Draft] = field(default_factory=list)
    left_out: list[tuple[Draft, str]] = field(default_factory=list)


def chosen_drafts(view: View) -> Chosen:
    """The drafts of the plan, the most telling first."""
    chosen = Chosen(_merged(view, candidates(view)))
    _gathered(chosen)
    _same_effect(view, chosen)
    _best_variant(view, chosen)
    _only_helpers(view, chosen)
    _missing(chosen)
    _trained_in_notebooks(chosen)
    _limited(chosen)
    return chosen


def _merged(view: View, found: Sequence[Candidate]) -> list[Draft]:
    """One draft for each command; the same in several places is one with several places."""
    drafts: dict[tuple[str, ...], Draft] = {}
    for candidate in found:
        draft = draft_of(view, candidate)
        if not _here(view, draft):
            continue
        key = _key(draft)
        known = drafts.get(key)
        if known is not None:
            known.places.append(candidate.location)
            if draft.purpose == "test" and known.candidate.words[:1] and known.candidate.words[0] in ("tox", "nox"):
                known.candidate = replace(candidate, trust=known.candidate.trust)  # tox builds environments of its own
        else:
            drafts[key] = draft
    return list(drafts.values())


def _here(view: View, draft: Draft) -> bool:
    """Whether it starts something of the folder where is looked, or is started there."""
    return view.inside(draft.script) if draft.script is not None else view.inside(draft.candidate.folder)


def _key(draft: Draft) -> tuple[str, ...]:
    candidate, program = draft.candidate, draft.program
    if candidate.notebook is not None:
        return ("notebook", candidate.notebook)
    if draft.purpose == "test" and program.script is None:
        return ("test", candidate.folder)
    named = program.script or program.missing
    if named and draft.purpose == "serve":
        return ("serve", named, candidate.words[0] if candidate.words else "")
    if named and "&&" not in candidate.command:
        # Another word than before: `uvicorn app:app` and `python app.py` start the same, each in its way.
        how = "" if candidate.words[:1] and candidate.words[0].startswith("python") else candidate.words[0]
        return (named, how, *sorted(word.rstrip("/") for word in program.argv))
    return (candidate.folder, candidate.command)


def _drop(chosen: Chosen, draft: Draft, why: str = "") -> None:
    chosen.drafts.remove(draft)
    if why:
        chosen.left_out.append((draft, why))


def _gathered(chosen: Chosen) -> None:
    """`make all`, `dvc repro`: what they start are steps of their own."""
    by_trust: dict[str, list[Draft]] = {}
    for draft in chosen.drafts:
        kind = {10: "dvc", 11: "mlflow", 12: "snakemake", 20: "make"}.get(draft.candidate.trust, "")
        by_trust.setdefault(kind, []).append(draft)
    for draft in list(chosen.drafts):
        words = draft.candidate.words
        if draft.candidate.trust <= _DECLARED or not words or not _GATHERERS.fullmatch(words[0]):
            continue
        parts = by_trust.get(words[0], [])
        if words[0] == "mlflow" and words[1:2] != ("run",):
            continue
        for part in parts:
            if words[0] != "make" or part.candidate.name in words[1:]:
                part.places.extend(draft.places)
        if parts:
            _drop(chosen, draft)


def _effect(draft: Draft) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(touch.path for touch in draft.study.reads),
        frozenset(touch.path for touch in draft.study.writes),
    )


def _positional(draft: Draft) -> tuple[str, ...]:
    """Its arguments where no parser is known that fills in their defaults."""
    return () if draft.study.arguments else draft.program.argv


def _same_effect(view: View, chosen: Chosen) -> None:
    """Two commands for one script that read and write the same are one; so is a shell script of known commands."""
    known: dict[tuple[str, object], Draft] = {}
    for draft in list(chosen.drafts):
        script = draft.script
        if script is None or draft.candidate.notebook is not None:
            continue
        if script.endswith(".sh"):
            _shell(view, chosen, draft, known)
            continue
        key = (script, (_effect(draft), draft.study.arguments, _positional(draft), draft.purpose))
        first = known.setdefault(key, draft)
        if first is not draft and draft.study.complete:
            first.places.extend(draft.places)
            _drop(chosen, draft)


def _shell(view: View, chosen: Chosen, draft: Draft, known: dict[tuple[str, object], Draft]) -> None:
    """Drop a shell script whose every command is another step's, with the same effect."""
    scripts = [p.script for p in shell_programs(view, draft.script or "", draft.candidate.folder)]
    others = [d for d in known.values() if d.script in scripts]
    reads = {path for d in others for path in _effect(d)[0]}
    writes = {path for d in others for path in _effect(d)[1]}
    mine = _effect(draft)
    known_all = bool(scripts) and None not in scripts and {d.script for d in others} == set(scripts)
    if known_all and mine[0] <= reads | writes and mine[1] <= writes:
        for other in others:
            other.places.extend(draft.places)
        _drop(chosen, draft)


def _best_variant(view: View, chosen: Chosen) -> None:
    """Of several commands for one script and purpose: what is declared, else the one that finds its inputs.

    Further documented ones stay that make a file which none of those makes: `main.py ohe` beside `main.py`.
    """
    groups: dict[tuple[str, Purpose], list[Draft]] = {}
    for draft in chosen.drafts:
        named = draft.script or draft.program.missing
        if named and draft.candidate.notebook is None:
            groups.setdefault((named, draft.purpose), []).append(draft)
    made = [touch.path for draft in chosen.drafts for touch in draft.study.writes]
    for group in groups.values():
        declared = [draft for draft in group if draft.candidate.trust <= _DECLARED]
        best = min(group, key=lambda d: (absent_inputs(view, d, made) + len(d.study.required), d.candidate.trust))
        kept = {touch.path for draft in declared or [best] for touch in draft.study.writes}
        for draft in group:
            if draft in declared or (draft is best and not declared):
                continue
            more = {touch.path for touch in draft.study.writes} - kept
            lacks = absent_inputs(view, draft, made) or draft.study.required or not draft.study.complete
            if more and not lacks and draft.candidate.origin == "documented":
                kept |= more
                continue
            silent = draft.candidate.origin == "inferred"
            _drop(chosen, draft, "" if silent else "it starts the script of another step with other arguments")


def absent_inputs(view: View, draft: Draft, made: Iterable[str]) -> int:
    """How many of the files that a draft reads are neither delivered nor made by another command."""
    patterns = list(made)
    return sum(
        1
        for touch in draft.study.reads
        if touch.kind != "other"
        and not is_there(view, touch.path)
        and not any(matches(p, touch.path) for p in patterns)
    )


def is_there(view: View, path: str) -> bool:
    """Whether the delivery has this file or folder, or one that a path with `*` means."""
    if "*" not in path:
        return view.exists(path)
    return any(matches(path, entry.path) for entry in view.tree.files)


def _page_of(view: View, script: str) -> bool:
    """Whether a script is a page of a Streamlit app that stands in the folder above."""
    folder = script.rpartition("/")[0]
    return folder.rpartition("/")[2] == "pages" and any(
        entry.suffix == ".py" and entry.path.rpartition("/")[0] == folder.rpartition("/")[0] for entry in view.files
    )


def _only_helpers(view: View, chosen: Chosen) -> None:
    """Scripts that nobody names: those that others import, and those that touch nothing, are no steps."""
    imported = {path for d in chosen.drafts for path in d.study.files if path != d.script}
    tests = [draft for draft in chosen.drafts if draft.purpose == "test"]
    for draft in tests:
        above = [t.candidate.folder for t in tests if t is not draft and t.script is None]
        here = draft.candidate.folder
        if draft.script is None and here != "." and any(f == "." or here.startswith(f"{f}/") for f in above):
            _drop(chosen, draft)
    for draft in list(chosen.drafts):
        if draft.candidate.origin != "inferred" or draft.candidate.notebook is not None:
            continue
        if draft.purpose == "test":
            if len(tests) > 1:
                _drop(chosen, draft)
            continue
        if draft.script is not None and _page_of(view, draft.script):
            _drop(chosen, draft)
            continue
        nothing = not draft.study.reads and not draft.study.writes and draft.study.complete
        aimless = draft.purpose == "other" and "window" not in draft.study.traits
        helper = draft.script in imported and draft.purpose != "serve"
        if helper or aimless or (draft.purpose == "prepare" and nothing):
            _drop(chosen, draft)


def _missing(chosen: Chosen) -> None:
    """A command whose script is not there is a step only where nothing else serves its purpose."""
    there = {draft.purpose for draft in chosen.drafts if not draft.program.missing}
    for draft in list(chosen.drafts):
        needless = draft.purpose in there or draft.purpose == "other"
        if draft.program.missing and needless and draft.candidate.trust > _DECLARED:
            _drop(chosen, draft, f"{draft.program.missing} is not part of the delivery")
    notebooks = [draft for draft in chosen.drafts if draft.candidate.notebook is not None]
    for draft in list(chosen.drafts):
        opened = next((word for word in draft.candidate.words if word.endswith(".ipynb")), "")
        if notebooks and draft not in notebooks and opened and draft.candidate.trust > _DECLARED:
            _drop(chosen, draft, f"{opened} is not part of the delivery")


def _trained_in_notebooks(chosen: Chosen) -> None:
    """Where nothing else trains, the notebooks that do are the training."""
    if any(draft.purpose == "train" for draft in chosen.drafts):
        return
    fitting = [d for d in chosen.drafts if d.purpose == "notebook" and "fit" in d.study.traits]
    keeping = [d for d in fitting if any(touch.kind == "model" for touch in d.study.writes)]
    for draft in (keeping or fitting)[:3]:
        draft.purpose = "train"


def _limited(chosen: Chosen) -> None:
    """The most telling of them; what a training reads is made by a step that is as telling."""
    needed = [touch.path for draft in chosen.drafts if draft.purpose == "train" for touch in draft.study.reads]
    needed += [path for draft in chosen.drafts if draft.purpose == "train" for path in draft.candidate.inputs]

    def worth(draft: Draft) -> tuple[float, int, int, str]:
        value = _WORTH[draft.purpose]
        makes = [*draft.candidate.outputs, *(touch.path for touch in draft.study.writes)]
        if draft.purpose == "prepare" and any(matches(path, one) for path in makes for one in needed):
            value = 0.5
        if draft.candidate.trust <= _DECLARED or draft.candidate.origin == "documented":
            value -= 0.75
        if draft.program.code:
            value += 2
        return (value, draft.candidate.trust, (draft.script or "").count("/"), stem_of(draft))

    chosen.drafts.sort(key=worth)
    counts: dict[Purpose, int] = {}
    for draft in list(chosen.drafts):
        counts[draft.purpose] = counts.get(draft.purpose, 0) + 1
        if counts[draft.purpose] > _EACH[draft.purpose] and draft.candidate.trust > _DECLARED:
            _drop(chosen, draft, f"the plan holds the {_EACH[draft.purpose]} most telling of each kind")
    for draft in chosen.drafts[MOST_STEPS:]:
        chosen.left_out.append((draft, f"the plan holds the {MOST_STEPS} most telling"))
    del chosen.drafts[MOST_STEPS:]
