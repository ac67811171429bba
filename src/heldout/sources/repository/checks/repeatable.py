"""Reproducibility: runs that are asked to repeat, and seeds that can be chosen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, Text, first
from heldout.sources.repository.checks.determinism import is_on
from heldout.sources.repository.checks.paths_and_config import RECORDED, SETTINGS_JSON
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import names_in
from heldout.sources.repository.repository import Repository
from heldout.wording import listed


class DeterministicFlags(Check):
    """Deterministic algorithms are asked for

    What: Settings that make the same seed give the same numbers: deterministic algorithms in PyTorch or TensorFlow,
    cuDNN's deterministic mode, seeded data-loader workers or generators.

    Why: On a GPU, and with several loading processes, a seed alone is not enough.

    Example: `torch.use_deterministic_algorithms(True)` or `DataLoader(..., worker_init_fn=seed_worker)` speaks for.

    Limits: Speaks only for: speed may rightly be preferred. What stands under a switch that is off unless a caller
    turns it on is told as what can be asked for.
    """

    code = "REP203"
    moves: ClassVar = {"reproducibility": Move(up=0.1)}
    ml_only = True
    why = "On a GPU and with several workers a seed alone does not repeat a run."
    _calls = re.compile(
        r"torch\.(use_deterministic_algorithms|set_deterministic)|tensorflow\.config\.experimental\.enable_op_determinism"
        r"|monai\.utils\.set_determinism"
    )
    _flags = ("torch.backends.cudnn.deterministic",)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the settings with their lines."""
        if "determinis" not in module.text and "worker_init_fn" not in module.text and "DETERMINISM" not in module.text:
            return
        for node in module.nodes(ast.Assign):
            on = not isinstance(node.value, ast.Constant) or bool(node.value.value)
            if on and any(module.resolve(t) in self._flags for t in node.targets if isinstance(t, ast.Attribute)):
                yield node.lineno, "cuDNN's deterministic mode", _only_if_asked(module, node)
        for call, name in module.calls:
            if self._calls.fullmatch(name):
                yield call.lineno, "deterministic algorithms", _only_if_asked(module, call)
            elif name == "torch.utils.data.DataLoader" and _seeds_workers(call):
                yield call.lineno, "seeded loader workers", False
            elif name.endswith(".Trainer") and is_on(call, "deterministic"):
                yield call.lineno, "the trainer's deterministic mode", False

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all."""
        notes = repo.notes(self)
        kinds = sorted({noted.note[1] for noted in notes})
        if kinds:
            offered = all(noted.note[2] for noted in notes)
            yield self.found(
                f"Repeatable runs {'can be' if offered else 'are'} asked for by {listed(kinds)}.",
                *(repo.at(noted.path, noted.note[0]) for noted in first(notes, 2)),
                strength=0.7 if len(kinds) == 1 else 1.0,
            )


def _only_if_asked(module: Module, node: ast.AST) -> bool:
    """Whether a setting stands under a switch of its function that is off unless the caller turns it on."""
    function = module.function_of(node)
    if function is None:
        return False
    plain = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    usual = dict(zip(reversed(plain), reversed(function.args.defaults), strict=False))
    off = {name for name, value in usual.items() if isinstance(value, ast.Constant) and not value.value}
    return any(isinstance(around, ast.If) and off & names_in(around.test) for around in module.parents(node))


def _seeds_workers(call: ast.Call) -> bool:
    """Whether what starts a worker is called after a seed: it may do anything else."""
    given = [k.value for k in call.keywords if k.arg == "worker_init_fn"]
    return any("seed" in ast.unparse(value).lower() for value in given)


_SEED_OPTION = re.compile(r"--?(random[-_]?)?seed", re.IGNORECASE)
_SEED_LINE = re.compile(r"^\s*[\"']?(random_?|global_?|manual_?)?seed[\"']?\s*[:=]\s*\d{1,12}\b", re.IGNORECASE)


class SeedSetting(Check):
    """The seed is a setting

    What: A seed that can be chosen from outside: a command-line option, an entry of a settings file, or a field of a
    settings class.

    Why: Only then can a result be tried with other seeds, and its spread be told.

    Example: `parser.add_argument("--seed", type=int, default=1)` or `seed: 42` in a YAML file that the code reads.

    Limits: Speaks only for; a constant in the code is judged by REP201.
    """

    code = "REP204"
    moves: ClassVar = {"reproducibility": Move(up=0.1)}
    ml_only = True
    why = "A seed that can be set from outside lets others repeat a run and see its spread."
    suffixes: ClassVar = (".yaml", ".yml", ".toml", ".json", ".gin", ".ini", ".cfg")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note options and fields named seed."""
        if "seed" not in module.text.lower():
            return
        for node in module.nodes(ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("add_argument", "option", "DEFINE_integer", "Option", "add_option"):
                words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if any(_SEED_OPTION.fullmatch(w) or (name == "DEFINE_integer" and w.endswith("seed")) for w in words):
                    yield node.lineno
        for field in module.nodes(ast.AnnAssign):
            target = field.target
            named = isinstance(target, ast.Name) and target.id in ("seed", "random_seed", "random_state")
            if named and isinstance(module.parent(field), ast.ClassDef):
                yield field.lineno

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Note entries named seed in settings files."""
        written = not text.path.startswith(".") and not RECORDED.search(text.path)
        written = written and (not text.path.endswith(".json") or bool(SETTINGS_JSON.search(text.path)))
        if "seed" in text.text.lower() and len(text.text) < 100_000 and written:
            for number, line in enumerate(text.lines, start=1):
                if len(line) < 300 and _SEED_LINE.match(line):
                    yield number
                    return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all."""
        notes = repo.notes(self)
        if notes:
            yield self.found(
                "The seed is an option, a setting or a declared field, in at least"
                f" {plural(len({n.path for n in notes}), 'file')}.",
                *(repo.at(noted.path, noted.note) for noted in first(notes, 2)),
            )


CHECKS: tuple[Check, ...] = (DeterministicFlags(), SeedSetting())
