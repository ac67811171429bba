"""Drafts of steps: a command with the script behind it, what that does, and for what it is there."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass, field, replace

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.code.files import kind_by_suffix
from heldout.sources.handover.discover.code.study import Study, Touch, combined, study, study_text
from heldout.sources.handover.discover.purposes import by_code, by_runner, by_word
from heldout.sources.handover.discover.shell import Command, read_commands
from heldout.sources.handover.discover.view import View, joined
from heldout.sources.handover.plan import Purpose

_PYTHON = re.compile(
    r"python[\d.]*|py|ipython|torchrun|accelerate|deepspeed|streamlit|kernprof|coverage|fastapi|gradio"
)
_VALUED = frozenset({"--config_file", "--num_processes", "--nproc_per_node", "--nnodes", "--num_gpus", "-W", "-X"})
_SERVED = re.compile(r"([\w./-]+):([A-Za-z_][\w.]*(?:\(.*\))?)")
_FILE_NAME = re.compile(r"[/.]")
_SHELL_COMMANDS = 40
_UNTOLD = 50
"""Trust of a script that nothing names."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a command starts: an own script with its arguments, or the name of one that is not there.

    `entry` is the function that is called when the script is imported and not run.
    """

    script: str | None = None
    argv: tuple[str, ...] = ()
    missing: str = ""
    entry: str = ""
    code: str = ""
    """Code that stands in the command itself."""
    within: str = ""
    """The folder that has to be on Python's path for its module to be found."""


@dataclass(eq=False)
class Draft:
    """A step in the making: the candidate that is believed most, the program behind it, and every place."""

    candidate: Candidate
    program: Program
    study: Study = field(default_factory=Study)
    purpose: Purpose = "other"
    places: list[Location] = field(default_factory=list)
    id: str = ""

    @property
    def script(self) -> str | None:
        """The own script that it starts."""
        return self.program.script


def draft_of(view: View, candidate: Candidate) -> Draft:
    """The draft of a candidate, its code followed.

    Nobody says where an undocumented script is started: it is where it finds what it reads.
    """
    first = _draft(view, candidate)
    if candidate.trust < _UNTOLD or first.script is None or "/" not in first.script or candidate.words[1:2] == ("-m",):
        return first
    folder = first.script.rpartition("/")[0]
    words = _from(folder, candidate.words)
    second = _draft(view, replace(candidate, folder=folder, words=words, command=shlex.join(words)))
    own = any(f"{folder}/{known}" in view.tree for known in ("requirements.txt", "README.md", "readme.md", "Readme.md"))
    before, after = unmet(view, first), unmet(view, second)
    return second if after < before or (after == before and own) else first


def _from(folder: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The same command as it is given in a folder: `uvicorn api.app:app` becomes `uvicorn app:app` in `api`."""
    dotted = f"{folder.replace('/', '.')}."
    return tuple(
        word.removeprefix(dotted if _SERVED.fullmatch(word) and word.startswith(dotted) else f"{folder}/")
        for word in words
    )


def unmet(view: View, draft: Draft) -> int:
    """How many of the files that it reads and does not make are not there."""
    made = {touch.path for touch in draft.study.writes}
    reads = [touch.path for touch in draft.study.reads if touch.path not in made and "*" not in touch.path]
    above = sum(1 for touch in draft.study.outside if touch.path.startswith(".."))
    return above + sum(1 for path in reads if not view.exists(path))


def _draft(view: View, candidate: Candidate) -> Draft:
    program = program_of(view, candidate.words, candidate.folder, candidate)
    draft = Draft(candidate, program, places=[candidate.location])
    draft.study = _study(view, candidate, program) if not program.missing else _of_words(candidate, program)
    draft.purpose = _purpose(draft)
    return draft


def _study(view: View, candidate: Candidate, program: Program) -> Study:
    if program.code:
        return study_text(view, program.code, candidate.location, candidate.folder)
    if program.script is None:
        return Study()
    if program.script.endswith((".py", ".ipynb")):
        return study(view, program.script, program.argv, candidate.folder, program.entry)
    if program.script.endswith(".sh"):
        return combined(
            _study(view, candidate, inner) for inner in shell_programs(view, program.script, candidate.folder)
        )
    return Study()


def _of_words(candidate: Candidate, program: Program) -> Study:
    """What the arguments of a command name, where its script is not there to be read."""
    reads, writes = list[Touch](), list[Touch]()
    for at, word in enumerate(program.argv):
        flag, _, value = word.partition("=") if word.startswith("--") else ("", "", word)
        before = flag or (program.argv[at - 1] if at else "")
        path = joined(candidate.folder, value) if "." in value.rpartition("/")[2] else None
        kind = kind_by_suffix(value)
        if path is not None and kind in ("table", "model", "config") and not word.startswith("-m"):
            into = writes if re.search(r"out|save|dest|to$", before) else reads
            into.append(Touch(path, kind, candidate.location))
    return Study(reads=tuple(reads), writes=tuple(writes))


def shell_commands(view: View, script: str, folder: str) -> list[Command]:
    """The commands of a shell script that run something."""
    found = [c for c in read_commands(view.text(script), folder=folder) if c.kind == "run" and not c.heredoc]
    return found[:_SHELL_COMMANDS]


def shell_programs(view: View, script: str, folder: str) -> list[Program]:
    """The programs that a shell script starts; those of the shell scripts that it calls are left out."""
    programs = [program_of(view, c.words, c.folder) for c in shell_commands(view, script, folder)]
    return [program for program in programs if program.script is None or not program.script.endswith(".sh")]


def program_of(view: View, words: tuple[str, ...], folder: str, candidate: Candidate | None = None) -> Program:
    """What a command starts."""
    if candidate is not None and candidate.notebook is not None:
        return Program(candidate.notebook)
    if candidate is not None and candidate.script:
        return Program(candidate.script, words[1:], entry=candidate.entry)
    if not words:
        return Program()
    name = posixpath.basename(words[0])
    if words[0].startswith("./") or name in ("bash", "sh"):
        script = words[0] if words[0].startswith("./") else next((w for w in words[1:] if not w.startswith("-")), "")
        path = joined(folder, script)
        rest = words[1:] if words[0].startswith("./") else words[2:]
        there = path is not None and path in view.tree
        return Program(path, rest) if there else Program(argv=rest, missing=script)
    if _PYTHON.fullmatch(name):
        return _python(view, folder, words)
    if name in ("uvicorn", "gunicorn", "hypercorn", "waitress-serve", "flask"):
        served = next((found for w in words[1:] if (found := _SERVED.fullmatch(w))), None)
        return _module(view, folder, served[1], ()) if served else Program()
    return Program(argv=words[1:], missing=_pipeline_missing(view, name, words, folder))


def _pipeline_missing(view: View, name: str, words: tuple[str, ...], folder: str) -> str:
    """The file without which a pipeline's own command is nothing: `dvc.yaml` of `dvc repro`."""
    files = _PIPELINES.get(" ".join((name, *words[1:2]))) or _PIPELINES.get(name)
    if files is None or any((joined(folder, path) or path) in view.tree for path in files):
        return ""
    return files[0]


_PIPELINES = {
    "dvc repro": ("dvc.yaml",),
    "dvc exp": ("dvc.yaml",),
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "snakemake": ("Snakefile", "workflow/Snakefile"),
    "mlflow run": ("MLproject",),
    "kedro run": ("pyproject.toml",),
}
"""Command -> the file that says what it does, first choice first."""


def _python(view: View, folder: str, words: tuple[str, ...]) -> Program:
    at = 1
    while at < len(words):
        word = words[at]
        if word == "-m" and at + 1 < len(words):
            return _module(view, folder, words[at + 1], words[at + 2 :])
        if word == "-c":
            return Program(code=words[at + 1] if at + 1 < len(words) else "")
        if word in ("run", "launch", "dev"):
            at += 1
        elif word.startswith("-"):
            at += 2 if word in _VALUED else 1
        else:
            path = joined(folder, word)
            found = path is not None and path in view.tree
            return Program(path, words[at + 1 :]) if found else Program(argv=words[at + 1 :], missing=word)
    return Program()


def _module(view: View, folder: str, module: str, argv: tuple[str, ...]) -> Program:
    """The file of `python -m module`; a missing one is the delivery's own when its package or folder is there."""
    base = joined(folder, module.replace(".", "/")) if re.fullmatch(r"[\w./-]+", module) else None
    for path in (f"{base}.py", f"{base}/__main__.py", f"{base}/__init__.py") if base else ():
        if path in view.tree:
            return Program(path, argv)
    source = joined(folder, "src")
    inner = joined(source, module.replace(".", "/")) if base and source else None
    for path in (f"{inner}.py", f"{inner}/__main__.py", f"{inner}/__init__.py") if inner else ():
        if path in view.tree:
            return Program(path, argv, within="src")
    top = joined(folder, module.partition(".")[0])
    own = base is not None and "." in module and top is not None and top in view.folders
    return Program(argv=argv, missing=module if own else "")


def _purpose(draft: Draft) -> Purpose:
    candidate, program = draft.candidate, draft.program
    if candidate.purpose is not None:
        return candidate.purpose
    runner = by_runner(candidate.words)
    if runner is not None:
        return runner
    name = stem_of(draft)
    told = by_code(draft.study, name)
    if told is not None:
        return told
    named = candidate.name if not _FILE_NAME.search(candidate.name) else ""
    read = (program.script is not None or bool(program.code)) and draft.study.complete
    if read and candidate.origin == "inferred":
        return "other"  # nobody says what it is for, and its code was read
    if program.code:
        return by_word(named) or "other"
    # A name alone makes no training of a script whose code was read and trains nothing.
    found = by_word(name, sure=bool(read)) or by_word(named, sure=bool(read)) or "other"
    return "other" if read and found == "serve" else found


def stem_of(draft: Draft) -> str:
    """The name that tells most of what a command does: of its script, else of the target or stage."""
    program = draft.program
    if program.code:
        return ""
    if program.missing and any(program.missing in files for files in _PIPELINES.values()):
        return " ".join(draft.candidate.words[1:3])
    if program.missing:
        return re.split(r"[/.]", program.missing.removesuffix(".py"))[-1]
    if program.script is not None:
        base = posixpath.basename(program.script).rpartition(".")[0]
        return base if base not in ("__main__", "__init__") else posixpath.basename(posixpath.dirname(program.script))
    return draft.candidate.name or " ".join(draft.candidate.words[1:3])
