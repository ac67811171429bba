"""Runs the delivery's steps in a workspace and keeps what they left behind: one bench is one fresh copy of it."""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from heldout.errors import InputError
from heldout.sandbox.base import (
    GIB,
    MIB,
    Completed,
    Job,
    Limits,
    Mount,
    Sandbox,
    SandboxFault,
    Space,
    Stamp,
    Verdict,
    Workspace,
)
from heldout.sandbox.environments import Built
from heldout.sources.handover.causes import run_cause
from heldout.sources.handover.claims import kind_of, read_numbers
from heldout.sources.handover.notebooks import NotebookRun, alone_in, read_notebook_run, text_of
from heldout.sources.handover.observation import Observation
from heldout.sources.handover.plan import Reading, Step
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.tools import TOOLS, tools_mount, watching
from heldout.sources.handover.watching import LARGEST_FILE, read_observation

DELIVERY = "delivery"
"""The folder of the workspace that holds the copy of the delivery."""
_WATCHED = "watch"
_NOTEBOOK = "notebook.json"
_READ_BYTES = 2 * MIB
_FOLDERS = 4
"""Missing folders that are made for one command at most."""
_DIGESTED = 512 * MIB
"""A larger file counts as changed when its size does."""

_CODE = (".py", ".pyc", ".so", ".sh", ".ipynb", ".toml", ".cfg")
_MOST_READ = 300
_LAST_WORDS = 1_500
_IPYTHON = re.compile(r"\b(?:IPython|matplotlib_inline|ipykernel|get_ipython)\b")
"""What the end of a traceback names when a package and IPython do not fit together."""

LIMITS = Limits(wall_s=600, cpus=2, memory_bytes=8 * GIB, processes=1024, output_bytes=16 * MIB, shm_bytes=GIB)
SPACE = Space(disk_bytes=4 * GIB, files=400_000)


@dataclass(frozen=True)
class OwnCode:
    """The delivery's own Python code, by its paths."""

    paths: tuple[str, ...]

    def holds(self, module: str) -> bool:
        """Whether some folder of it holds this module or package."""
        path = module.replace(".", "/")
        ends = (f"{path}.py", f"{path}/__init__.py")
        return any(own == end or own.endswith(f"/{end}") for own in self.paths for end in ends) or (
            "." not in module and any(f"/{own}".find(f"/{path}/") >= 0 for own in self.paths)
        )

    def owns(self, package: str) -> bool:
        """Whether a top-level package or module of this name is the delivery's own."""
        return any(package in own.removesuffix(".py").split("/") for own in self.paths)


@dataclass(frozen=True)
class _Written:
    made: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    digests: dict[str, str]
    sizes: dict[str, int]
    read: tuple[str, ...]


@dataclass(frozen=True)
class Workshop:
    """What every run of an audit shares. `write_log` keeps a text by name and gives its path."""

    sandbox: Sandbox
    delivery: Path
    environments: Mapping[str, Built]
    write_log: Callable[[str, str], str]
    code: OwnCode
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the delivery's files."""
    limits: Limits = LIMITS
    space: Space = SPACE
    tell: Callable[[str], None] = lambda _line: None

    @contextmanager
    def bench(self, label: str) -> Iterator[Bench]:
        """A fresh copy of the delivery to run in. Raises SandboxFault."""
        with self.sandbox.workspace(self.space) as workspace:
            workspace.put(self.delivery, DELIVERY)
            yield Bench(self, workspace, label, dict(self.digests))


@dataclass
class Bench:
    """One copy of the delivery, in which steps run one after the other."""

    shop: Workshop
    workspace: Workspace
    label: str
    _digests: dict[str, str] = field(default_factory=dict)
    """Of files that were written by a run, or are as delivered."""
    _runs: int = 0
    output: str = ""
    """What the last run printed, both streams."""
    last_log: str = ""
    """Where the log of the last run is."""

    def put(self, source: Path, path: str) -> None:
        """Lay a file or folder of ours over one of the delivery's."""
        self.workspace.put(source, f"{DELIVERY}/{path}")

    def replace(self, source: Path, path: str) -> None:
        """Put a file or folder of ours in the place of one of the delivery's, of which nothing stays."""
        self.workspace.remove(f"{DELIVERY}/{path}")
        self.put(source, path)

    def write(self, path: str, content: bytes) -> None:
        """Write one file of the delivery's copy."""
        self.workspace.write(f"{DELIVERY}/{path}", content)

    def move(self, source: str, path: str) -> None:
        """Put a file or folder of the workspace (relative to it) in the place of one of the delivery's copy."""
        mode = 'rm -rf -- "$1" && mv -- "$0" "$1"'
        argv = ("/bin/sh", "-c", mode, f"/work/{source}", f"/work/{DELIVERY}/{path}")
        done = self.shop.sandbox.run(Job(argv, self.workspace, limits=replace(self.shop.limits, wall_s=60)))
        if not done.ok:
            raise SandboxFault(f"{path} could not be put into its place: {done.why}")

    def read(self, path: str, limit: int = _READ_BYTES) -> bytes:
        """A file of the copy; InputError when it is none."""
        return self.workspace.read(f"{DELIVERY}/{path}", limit)

    def files(self) -> dict[str, int]:
        """Path and size of every file of the copy."""
        prefix = f"{DELIVERY}/"
        return {n.removeprefix(prefix): size for n, size in self.workspace.names() if n.startswith(prefix)}

    def delete(self, patterns: Iterable[str], keep: Collection[str] = ()) -> tuple[str, ...]:
        """Delete the files that match (paths, folders or globs, relative to the delivery), but `keep`; what went."""
        wanted = [pattern.removeprefix("./").rstrip("/") for pattern in patterns]
        gone = [
            path
            for path in self.files()
            if path not in keep and any(fnmatch.fnmatchcase(path, w) or path.startswith(f"{w}/") for w in wanted if w)
        ]
        for path in gone:
            self.workspace.remove(f"{DELIVERY}/{path}")
        return tuple(gone)

    def run(self, step: Step, *, command: str | None = None, limits: Limits | None = None, plain: bool = False) -> Ran:
        """Run a step to its end and say what became of it; a notebook without IPython if `plain`.

        Raises SandboxFault, never for the step.
        """
        self._runs += 1
        told = _by_our_runner(step, plain) if step.notebook else command or step.command
        self.shop.tell(step.notebook or told)
        before = self._stamps()
        self.workspace.remove(_WATCHED)
        self.workspace.remove(_NOTEBOOK)
        done = self.shop.sandbox.run(self.job(step, told, limits or self.shop.limits))
        return self._told(step, told, done, before)

    def run_found(self, step: Step, *, command: str | None = None, limits: Limits | None = None) -> Ran:
        """Run a step, and once more after what a person would mend in passing, where that may help.

        That is: the folders that it writes into made, where git, which stores no empty ones, did not keep them; the
        delivery's folder on Python's path, when it does not find its own code; without IPython, when a notebook stops
        in what ties its packages to IPython.
        """
        ran = self._with_folders(step, self.run(step, command=command, limits=limits), command, limits)
        if ran.cause is not None and ran.cause.code == "own_code_not_found":
            path = f"/work/{DELIVERY}"
            paths = ":".join(part for part in (path, f"{path}/src", step.variables.get("PYTHONPATH", "")) if part)
            there = step.model_copy(update={"variables": {**step.variables, "PYTHONPATH": paths}})
            again = self._with_folders(there, self.run(there, command=command, limits=limits), command, limits)
            if again.cause is not None and again.cause.code == "own_code_not_found":
                return ran
            mended = (again.mended, "its folder was put on Python's path")
            ran, step = again.model_copy(update={"mended": " and ".join(part for part in mended if part)}), there
        if step.notebook and ran.cause is not None and _IPYTHON.search(self.output[-_LAST_WORDS:]):
            again = self.run(step, limits=limits, plain=True)
            if again.worked:
                mended = (ran.mended, "it was run without IPython, with which its packages do not work")
                return again.model_copy(update={"mended": " and ".join(part for part in mended if part)})
        return ran

    def _with_folders(self, step: Step, ran: Ran, command: str | None, limits: Limits | None) -> Ran:
        """The run again, with each folder made that it only lacked to write into."""
        made: list[str] = []
        while ran.cause is not None and ran.cause.code == "folder_missing" and len(made) < _FOLDERS:
            folder = self._beside(step, ran.cause.subject)
            if folder in made or not self._make_folder(folder):
                break
            made.append(folder)
            ran = self.run(step, command=command, limits=limits)
        if not made:
            return ran
        return ran.model_copy(update={"mended": f"a folder that it writes into was made ({', '.join(made)})"})

    def _beside(self, step: Step, path: str) -> str:
        """A path that a step's program names, relative to the delivery."""
        home = posixpath.dirname(step.notebook) if step.notebook else step.folder
        absolute = f"/work/{DELIVERY}/{path}" in self.output
        return posixpath.normpath(path if absolute else posixpath.join(home, path))

    def _make_folder(self, path: str) -> bool:
        """Whether a folder of the copy could be made."""
        if path.startswith(("/", "..")):
            return False
        argv = ("/bin/sh", "-c", 'mkdir -p -- "$0"', f"/work/{DELIVERY}/{path}")
        return self.shop.sandbox.run(Job(argv, self.workspace, limits=replace(self.shop.limits, wall_s=60))).ok

    def job(self, step: Step, command: str, limits: Limits) -> Job:
        """The job that a command of a step is."""
        built = self.shop.environments[step.environment]
        environment = {
            "PATH": built.path,
            "VIRTUAL_ENV": "/env",
            "MPLBACKEND": "Agg",
            "PYTHONUNBUFFERED": "1",
            "PIP_NO_INDEX": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "HF_HUB_OFFLINE": "1",
            "WANDB_MODE": "offline",
            "QT_QPA_PLATFORM": "offscreen",
            **step.variables,
        }
        environment = watching(environment, f"/work/{_WATCHED}")
        mounts: tuple[Mount, ...] = (*built.mounts, tools_mount())
        return Job(
            argv=("/bin/sh", "-c", command),
            workspace=self.workspace,
            mounts=mounts,
            environment=environment,
            folder=f"{DELIVERY}/{step.folder}",
            limits=limits,
        )

    def tool(self, argv: tuple[str, ...], environment: str, *, wall_s: float = 120.0) -> Completed:
        """Run one of our own scripts inside, with the delivery's environment; it is not watched."""
        built = self.shop.environments[environment]
        limits = replace(self.shop.limits, wall_s=wall_s)
        settings = {"PATH": built.path, "MPLBACKEND": "Agg", "HF_HUB_OFFLINE": "1"}
        mounts = (*built.mounts, tools_mount())
        job = Job(("/env/bin/python", f"{TOOLS}/{argv[0]}", *argv[1:]), self.workspace, mounts, {}, settings, DELIVERY)
        return self.shop.sandbox.run(replace(job, limits=limits))

    def _stamps(self) -> dict[str, Stamp]:
        prefix = f"{DELIVERY}/"
        told = self.workspace.stamps().items()
        return {path.removeprefix(prefix): stamp for path, stamp in told if path.startswith(prefix)}

    def _digest(self, path: str, size: int) -> str:
        try:
            return self.workspace.digest(f"{DELIVERY}/{path}") if size <= _DIGESTED else ""
        except InputError:
            return ""

    def _written(self, before: dict[str, Stamp]) -> _Written:
        """What a run wrote: new files, others than before, and the same again; and what it only read."""
        after = self._stamps()
        written = [p for p in after if (p not in before or after[p].written != before[p].written) and _counts(p)]
        read = [p for p in after if p in before and after[p].read > before[p].read and p not in written]
        digests = {path: self._digest(path, after[path].size) for path in sorted(written)}
        old = {path: digest for path in written if path in before and (digest := self._digests.get(path))}
        self._digests |= digests
        made = tuple(path for path in digests if path not in before)
        same = tuple(path for path in digests if path in before and digests[path] and digests[path] == old.get(path))
        changed = tuple(path for path in digests if path not in made and path not in same)
        told = tuple(sorted(p for p in read if _counts(p) and not p.endswith(_CODE)))[:_MOST_READ]
        return _Written(made, changed, same, digests, {path: after[path].size for path in digests}, told)

    def _told(self, step: Step, command: str, done: Completed, before: dict[str, Stamp]) -> Ran:
        written = self._written(before)
        output, errors = (part.decode("utf-8", "replace") for part in (done.stdout, done.stderr))
        run = self._notebook_run() if step.notebook else None
        output += text_of(run) if run else ""
        self.output = f"{output}\n{errors}"
        readings = [*read_numbers(output, "stdout", "log"), *read_numbers(errors, "stderr", "log")]
        readings += self._alone(step.notebook, run) if step.notebook and run else ()
        for path, size in written.sizes.items():
            readings += self._read(path, size)
        cause = self._cause(done, self.output, bool(written.sizes or readings))
        if cause is not None and cause.code == "usage" and step.origin == "inferred":
            cause = cause.model_copy(
                update={"code": "guess", "message": f"The command is a guess of ours: {cause.message}"}
            )
        log = self.shop.write_log(
            f"{self.label}-{self._runs}-{_plain(step.id)}",
            f"$ {command}\n# {done.verdict.value}, exit code {done.exit_code}, {done.usage.wall_s:.2f} s"
            f"{'; ' + done.why if done.why else ''}\n\n{output}\n{errors}",
        )
        self.last_log = log
        return Ran(
            step=step.id,
            command=command,
            folder=step.folder,
            verdict=done.verdict,
            exit_code=done.exit_code,
            why=done.why,
            wall_s=round(done.usage.wall_s, 3),
            cpu_s=None if done.usage.cpu_s is None else round(done.usage.cpu_s, 3),
            peak_memory_bytes=done.usage.peak_memory_bytes,
            made=written.made,
            changed=written.changed,
            rewritten=written.same,
            read=written.read,
            digests={path: digest for path, digest in written.digests.items() if digest},
            readings=tuple(readings),
            seen=self._seen(),
            cause=cause,
            log=log,
        )

    def _notebook_run(self) -> NotebookRun | None:
        """What became of the notebook that just ran."""
        try:
            return read_notebook_run(self.workspace.read(_NOTEBOOK, LARGEST_FILE * 4))
        except InputError:
            return None

    def _alone(self, notebook: str, run: NotebookRun) -> tuple[Reading, ...]:
        """The numbers that its cells printed alone, which only their code names."""
        try:
            return alone_in(notebook, self.read(notebook), run)
        except InputError:
            return ()

    def _cause(self, done: Completed, output: str, left_something: bool) -> Cause | None:
        cause = run_cause(output, done.verdict, done.why, self.shop.code)
        if cause is None or done.verdict is not Verdict.OK:
            return cause
        # It ended with 0: an exception that it printed counts when it left nothing behind.
        return None if left_something and cause.code not in ("nothing_done",) else cause

    def _read(self, path: str, size: int) -> tuple[Reading, ...]:
        kind = kind_of(path)
        if size > _READ_BYTES or kind is None:
            return ()
        try:
            text = self.read(path).decode("utf-8", "replace")
        except InputError:
            return ()
        return read_numbers(text, path, kind)

    def _seen(self) -> Observation | None:
        files = {}
        for name, size in self.workspace.names():
            if name.startswith(f"{_WATCHED}/") and size <= LARGEST_FILE:
                try:
                    files[name] = self.workspace.read(name, LARGEST_FILE)
                except InputError:
                    continue
        return read_observation(files)


def _by_our_runner(step: Step, plain: bool) -> str:
    """A notebook is run by a script of ours, from its own folder: Jupyter need not be among its packages."""
    path = posixpath.relpath(step.notebook or "", step.folder)
    return f"python {TOOLS}/notebook.py {shlex.quote(path)} --out /work/{_NOTEBOOK}{' --plain' * plain}"


def _counts(path: str) -> bool:
    """Whether a file is a result: what Python and tools keep for themselves is none."""
    parts = path.split("/")
    return not (
        "__pycache__" in parts
        or any(part in (".pytest_cache", ".ipynb_checkpoints", ".mplconfig", ".cache", ".dvc") for part in parts)
        or parts[-1].endswith((".pyc", ".lock"))
        or any(part.endswith(".egg-info") for part in parts)
    )


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[:60]
