"""B5: do the files that its documents, pipelines and code name exist?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.code.seen import matches
from heldout.sources.handover.discover.documents import documented_commands, documents, place_of
from heldout.sources.handover.discover.drafts import program_of
from heldout.sources.handover.discover.shell import Command
from heldout.sources.handover.discover.static.used import Used
from heldout.sources.handover.discover.steps import candidates
from heldout.sources.handover.discover.view import View, joined, parent
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.result import Check

_PLACES = 15
_NAMED = 6
_FILE = re.compile(
    r"[^\s*?{}$<>|\[\]]{1,200}\.(py|ipynb|sh|ya?ml|json|toml|ini|cfg|csv|tsv|parquet|xlsx?|txt|pkl|pickle|joblib|h5|pt|pth|"
    r"onnx|npz|npy|db|sqlite3?|sql|md|R|conf|env|jsonl|ckpt|keras|model|sav|lock)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<!!)\[[^\]\n]{0,200}\]\(\s*<?([^)\s>#?]{1,300})")
_PLACEHOLDER = re.compile(
    r"(^|[/_.-])(your|my|path|xxx+|foo|bar|some|example|new|input|output|custom|todo|name|sample_?input|file)([/_.-]|$)|\.\.\.|"
    r"^(input|output|data|file|filename|image|photo|video|audio|script|train|test|app|main|model)\.\w+$",
    re.IGNORECASE,
)
_MADE_BY_USE = re.compile(
    r"(^|/)(\.?venv|env|\.env|__pycache__|build|dist|node_modules|mlruns|wandb|logs?|tmp|\.git)(/|$)|\.log$"
)
_WRITING = re.compile(
    r"^-{1,2}(o|out\w*|output[\w-]*|save[\w-]*|dest\w*|to|report[\w-]*|log[\w-]*|export\w*|target[\w-]*dir)$"
)


@dataclass(frozen=True)
class Reference:
    """A path that something names, relative to the delivery, and where it stands."""

    path: str
    location: Location


def references_check(view: View, plan: Plan, used: tuple[Used, ...]) -> Check:
    """Fails for each path that is named and is neither delivered, nor made by a step, nor plainly a placeholder."""
    named: dict[str, Reference] = {}
    for reference in (*_of_code(used), *_of_commands(view), *_of_pipelines(view), *_of_links(view)):
        named.setdefault(reference.path, reference)
    made = [path for step in plan.steps for path in step.outputs]
    made += [touch.path for item in used for draft in item.drafts for touch in draft.study.writes]
    missing = [r for r in named.values() if not _there(view, r.path, made)]
    if not named:
        return Check(id="B5", area="build", state="not_assessable", message="Nothing in it names a file.")
    if not missing:
        return Check(
            id="B5",
            area="build",
            state="pass",
            message=f"Every file that its texts, pipelines and code name ({len(named)}) is there or is made by a step.",
            measured={"named": len(named), "missing": 0},
        )
    shown = ", ".join(_described(view, r) for r in missing[:_NAMED])
    rest = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return Check(
        id="B5",
        area="build",
        state="fail",
        severity="high" if any(_used_by_step(used, r.path) for r in missing) else "medium",
        message=f"{len(missing)} of {len(named)} files that it names {_are(missing)} not part of it: {shown}{rest}.",
        locations=tuple(r.location for r in missing)[:_PLACES],
        measured={"named": len(named), "missing": len(missing)},
        why="What names them stops there, or cannot be followed.",
        mend="Deliver them, or correct the names.",
    )


def _are(missing: list[Reference]) -> str:
    return "are" if len(missing) > 1 else "is"


def _there(view: View, path: str, made: Iterable[str]) -> bool:
    return view.exists(path) or any(matches(pattern, path) or path.startswith(f"{pattern}/") for pattern in made)


def _described(view: View, reference: Reference) -> str:
    """The path, and a delivered one that differs only in capitals: to a file system those are two."""
    same = next((e.path for e in view.tree.files if e.path.lower() == reference.path.lower()), None)
    return f"{reference.path} (there is {same})" if same is not None else reference.path


def _used_by_step(used: tuple[Used, ...], path: str) -> bool:
    return any(
        path == touch.path or path in draft.program.missing
        for item in used
        for draft in item.drafts
        for touch in draft.study.reads
    )


def _of_code(used: tuple[Used, ...]) -> Iterator[Reference]:
    """What the code of the steps reads, and the scripts that they start."""
    for item in used:
        for draft in item.drafts:
            for touch in draft.study.reads:
                if "*" not in touch.path and not _MADE_BY_USE.search(touch.path):
                    yield Reference(touch.path, touch.location)
            if draft.program.missing:
                yield Reference(_as_path(draft.candidate, draft.program.missing), draft.candidate.location)


def _as_path(candidate: Candidate, missing: str) -> str:
    """A missing script or module as the path that was looked for."""
    whole = "/" in missing or missing.endswith((".py", ".sh", ".yaml", "file", "MLproject", ".toml"))
    text = missing if whole else f"{missing.replace('.', '/')}.py"
    return joined(candidate.folder, text) or text


def _of_commands(view: View) -> Iterator[Reference]:
    """What documented commands name: scripts, modules, and files among the arguments."""
    for found in documented_commands(view):
        command = found.command
        if command.heredoc or "<" in command.written or command.kind == "other":
            continue
        place = Location(path=found.path, line=command.line)
        yield from _of_command(view, command, place_of(view, command.folder, command.words), place)


def _of_command(view: View, command: Command, folder: str, place: Location) -> Iterator[Reference]:
    program = program_of(view, command.words, folder) if command.kind == "run" else None
    if program is not None and program.missing and not _PLACEHOLDER.search(program.missing):
        fake = Candidate(command.text, command.words, 0, "documented", place, folder)
        yield Reference(_as_path(fake, program.missing), place)
    before = ""
    for word in command.words[1:]:
        flag, _, value = word.partition("=") if word.startswith("--") else ("", "", word)
        path = _path_of(folder, value)
        if path is not None and not _WRITING.match(flag or before) and (program is None or value != program.missing):
            yield Reference(path, place)
        before = word


def _path_of(folder: str, word: str) -> str | None:
    """The path that a word names, when it plainly names a file and is no placeholder."""
    if not _FILE.fullmatch(word) or "://" in word or _MADE_BY_USE.search(word) or _PLACEHOLDER.search(word):
        return None
    return joined(folder, word)


def _of_pipelines(view: View) -> Iterator[Reference]:
    """The inputs that dvc.yaml, Makefiles and Snakefiles declare, and the scripts and files that workflows name."""
    for candidate in candidates(view):
        if candidate.origin != "declared":
            continue
        for path in candidate.inputs:
            if "*" not in path and not _MADE_BY_USE.search(path):
                yield Reference(path, candidate.location)
        command = Command(candidate.words, candidate.command, candidate.command, 1, kind="run")
        if candidate.words and not candidate.script:
            yield from _of_command(view, command, candidate.folder, candidate.location)


def _of_links(view: View) -> Iterator[Reference]:
    """The files that documents link to; pictures are left out."""
    for path in documents(view):
        for number, line in enumerate(view.lines(path)[:4_000], start=1):
            for found in _LINK.finditer(line[:2_000]):
                target = found[1]
                if "://" in target or target.startswith(("mailto:", "/", "#")) or not _FILE.fullmatch(target):
                    continue
                inside = joined(parent(path), posixpath.normpath(target))
                if inside is not None:
                    yield Reference(inside, Location(path=path, line=number))
