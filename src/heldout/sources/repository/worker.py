"""What happens to one file, in a worker process: parse it, run the checks that look at files, keep the facts.

A worker holds no secrets and returns plain values; when it dies or hangs, only its current file is lost.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from heldout.evidence import Finding, Gap, Location
from heldout.material.notebook import NotebookError
from heldout.material.paths import part_of
from heldout.material.tree import FileEntry, Tree, UnreadableError
from heldout.sources.repository.checks.base import Check, Text
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module, UnparsableError, parse
from heldout.sources.repository.patience import OutOfTime, Patience
from heldout.sources.repository.suppress import Rules, read_inline

TEXT_BYTES = 1_000_000
"""Text files over this size are data, not something that a person wrote: text checks skip them."""

_SIBLINGS = 128
"""Parsed modules that a worker keeps at hand for those that import them."""

CHECK_SECONDS = 2.0
"""Processor time that one check may use on one file; on real files all of them together use a tenth of it."""

_PER_FILE = 100
"""Findings or notes kept of one check in one file."""

_DATA = frozenset(
    [
        ".csv",
        ".tsv",
        ".jsonl",
        ".svg",
        ".geojson",
        ".lock",
        ".ipynb",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".pdf",
        ".npy",
        ".npz",
        ".pkl",
        ".pickle",
        ".h5",
        ".hdf5",
        ".pt",
        ".pth",
        ".onnx",
        ".zip",
        ".gz",
        ".bz2",
        ".xz",
        ".tar",
        ".whl",
        ".so",
        ".dll",
        ".exe",
        ".bin",
        ".dat",
        ".parquet",
        ".feather",
        ".mp3",
        ".wav",
        ".mp4",
        ".ttf",
        ".woff",
        ".woff2",
        ".eot",
        ".ico",
        ".joblib",
        ".model",
        ".pb",
        ".tflite",
        ".ckpt",
        ".class",
        ".jar",
        ".xlsx",
        ".xls",
        ".doc",
        ".docx",
        ".pptx",
    ]
)


@dataclass
class FileResult:
    """What one file gave: its facts if it is Python that parses, findings, notes by code, suppressions, and gaps."""

    path: str
    facts: ModuleFacts | None = None
    findings: list[Finding] = field(default_factory=list)
    notes: dict[str, list[Any]] = field(default_factory=dict)
    rules: Rules = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


def is_module(entry: FileEntry) -> bool:
    """Whether a file is Python source or a notebook."""
    return entry.suffix in (".py", ".ipynb", ".pyw")


def is_text(entry: FileEntry) -> bool:
    """Whether the text checks look at a file; its content decides the rest (a NUL byte makes it binary)."""
    return entry.size <= TEXT_BYTES and entry.suffix not in _DATA


class FileInspector:
    """Runs the checks on single files of one tree."""

    def __init__(self, tree: Tree, checks: Sequence[Check], artifact: str) -> None:
        self.tree = tree
        self.artifact = artifact
        self.on_module = [check for check in checks if check.looks_at("on_module")]
        self.on_text = [check for check in checks if check.looks_at("on_text")]
        self.siblings = Siblings(tree)
        self.patience = Patience(CHECK_SECONDS)

    def inspect(self, path: str) -> FileResult:
        """Look at one file; whatever is wrong with it becomes a gap."""
        result = FileResult(path)
        entry = self.tree.get(path)
        if entry is None:
            return result
        self.patience.begin()
        try:
            if is_module(entry):
                self._module(path, result)
            if self.on_text and is_text(entry):
                self._text(entry, result)
        except UnreadableError as error:
            result.gaps.append(Gap(what=path, why=str(error)))
        except (RecursionError, MemoryError) as error:
            result.gaps.append(Gap(what=path, why=f"is too deep or too large to look at ({type(error).__name__})"))
        except OutOfTime:
            result.gaps.append(Gap(what=path, why=f"took longer than {CHECK_SECONDS:g} s to read"))
        finally:
            self.patience.rest()
        return result

    def _module(self, path: str, result: FileResult) -> None:
        text = self.tree.read_text(path)
        if part_of(path, text) in ("vendored", "generated"):
            return
        try:
            module = Module(path, text, artifact=self.artifact)
        except (UnparsableError, NotebookError) as error:
            result.gaps.append(Gap(what=path, why=str(error)))
            return
        module.sibling = self.siblings.finder(path)
        if module.joined is not None and module.joined.dropped:
            cells = ", ".join(map(str, module.joined.dropped[:10]))
            result.gaps.append(Gap(what=path, why=f"cells that are no valid Python were left out: {cells}"))
        result.facts = module.facts()
        for check in self.on_module if module.text and not module.text.isspace() else ():
            if module.part in check.parts:
                self._run(check, lambda c=check: c.on_module(module), result)  # type: ignore[misc]
        self._suppressions(module.text, module.location, result)

    def _text(self, entry: FileEntry, result: FileResult) -> None:
        wanted = [
            c for c in self.on_text if not c.suffixes or entry.suffix in c.suffixes or entry.name.lower() in c.suffixes
        ]
        if not wanted:
            return
        content = self.tree.read_text(entry.path)
        if not content or "\0" in content[:8192] or part_of(entry.path, content) in ("vendored", "generated"):
            return
        text = Text(entry.path, content, self.artifact)
        for check in wanted:
            self._run(check, lambda c=check: c.on_text(text), result)  # type: ignore[misc]
        if result.facts is None:
            self._suppressions(content, text.location, result)

    def _suppressions(self, text: str, place: Callable[[int], Location], result: FileResult) -> None:
        result.rules, gaps = read_inline(text, place)
        result.gaps.extend(gaps)

    def _run(self, check: Check, look: Callable[[], Iterable[Finding | object]], result: FileResult) -> None:
        seen = 0
        self.patience.begin()
        try:
            for item in look():
                seen += 1
                if seen > _PER_FILE:
                    result.gaps.append(Gap(what=result.path, why=f"{check.code} stopped after {_PER_FILE} findings"))
                    break
                if isinstance(item, Finding):
                    result.findings.append(item)
                else:
                    result.notes.setdefault(check.code, []).append(item)
        except Exception as error:  # noqa: BLE001 - one check's crash must not cost the report; the gap says whose fault
            result.gaps.append(crash(check, result.path, error))
        except OutOfTime:
            result.gaps.append(overdue(check, result.path, CHECK_SECONDS))


def crash(check: Check, what: str, error: Exception) -> Gap:
    """The gap that a crashed check leaves: our fault, with enough to find it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    return Gap(what=what, why=f"{check.code} failed at {where}: {type(error).__name__}: {error}"[:300], ours=True)


def overdue(check: Check, what: str, seconds: float) -> Gap:
    """The gap that a check leaves which was stopped because it took too long."""
    return Gap(what=what, why=f"{check.code} took longer than {seconds:g} s and was stopped", ours=True)


class Siblings:
    """Finds and parses other modules of the tree by the dotted name under which a module imports them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known = frozenset(entry.path for entry in tree.files if entry.readable and entry.suffix == ".py")
        self._parsed = lru_cache(maxsize=_SIBLINGS)(self._parse)

    def finder(self, path: str) -> Callable[[str], ast.Module | None]:
        """A function from dotted name (`utils.load`, `.helpers`) to the parsed module as seen from `path`."""
        folder = path.rpartition("/")[0]

        def find(dotted: str) -> ast.Module | None:
            for candidate in self._candidates(folder, dotted):
                if candidate in self._known and candidate != path:
                    return self._parsed(candidate)
            return None

        return find

    def _candidates(self, folder: str, dotted: str) -> Iterator[str]:
        level = len(dotted) - len(dotted.lstrip("."))
        tail = dotted.lstrip(".").replace(".", "/")
        if level:
            parts = folder.split("/") if folder else []
            bases = ["/".join(parts[: len(parts) - level + 1])] if level - 1 <= len(parts) else []
        else:
            bases = [folder, "", "src"]
        for base in bases:
            stem = "/".join(part for part in (base, tail) if part)
            yield f"{stem}.py"
            yield f"{stem}/__init__.py"

    def _parse(self, path: str) -> ast.Module | None:
        try:
            return parse(self.tree.read_text(path))
        except (UnparsableError, UnreadableError):
            return None


def limit_self(megabytes: int) -> None:
    """Cap this process's address space, where the system can."""
    if sys.platform != "win32":
        import resource

        size = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
