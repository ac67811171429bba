"""Frameworks: the faults in training and evaluation code that a framework does not report."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.checks.statistics import is_package
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, loop_of, names_in, only_in
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_LOOP_LIBRARIES = (
    "pytorch_lightning",
    "lightning",
    "ignite",
    "fastai",
    "catalyst",
    "skorch",
    "transformers",
    "allennlp",
    "poutyne",
    "accelerate",
    "fairseq",
    "mmcv",
)
"""Packages whose trainers set modes and gradients themselves."""


@dataclass(frozen=True, slots=True)
class TorchUse:
    """What one file shows of PyTorch's modes; lines are 0 where there is none."""

    trains: int
    evaluates: int
    layers: int
    to_eval: int
    no_grad: int
    both: tuple[int, ...] = ()
    """Where a function, or the code outside of functions, does both: sets the mode, and frees of gradients."""
    together: int = 0
    """In how many functions, the code outside of them as one, both are done."""
    modes: int = 0
    """In how many of them the mode is set."""


class EvaluationMode(Check):
    """PyTorch evaluates in evaluation mode and without gradients

    What: `model.eval()` and `no_grad` (or `inference_mode`) where PyTorch models are trained and evaluated. Against:
    a repository that trains, has dropout or batch normalisation, and never changes the mode to evaluate.

    Why: In training mode dropout throws values away and batch statistics depend on the batch: the scores are wrong.

    Example: `model.eval()` with `with torch.no_grad():` in `evaluate()` speaks for. A function `test()` that calls a
    model with `nn.Dropout`, and no `.eval()` in the whole repository, speaks against.

    Limits: Repositories whose loop is a library's (Lightning, fastai, ignite ...) are not blamed. Both in fewer than a
    third of the places that set the mode are told, and speak neither for nor against.
    """

    code = "FRW101"
    ml_only = True
    severity = "high"
    moves: ClassVar = {"frameworks": Move(up=0.25, down=0.4)}
    why = "A model evaluated in training mode gives scores that depend on the batch and on chance."
    mend = "Call `model.eval()` before evaluating, wrap it in `torch.no_grad()`, and go back by `model.train()`."
    ask = "What do dropout and batch normalisation do during your evaluation?"

    def on_module(self, module: Module) -> Iterable[object]:
        """Note the places of training, evaluation, layers with a mode, and changes of mode."""
        if "torch" not in module.text:
            return
        dotted = [(c, d) for c, d in module.calls if d.startswith("torch.")]
        asked = [*_to_eval(module)]
        setting = {module.function_of(call) for call in asked}
        free = [c for c, d in dotted if _NO_GRAD.search(d)]
        free_in: dict[ast.AST | None, int] = {module.function_of(c): c.lineno for c in reversed(free)}
        free_in |= {n: f.line for n, f in module.functions if _undecorated_no_grad(module, n)}
        evaluates = [f.line for node, f in module.functions if _EVALUATES.match(f.name) and _applies_model(node)]
        yield TorchUse(
            trains=_line(module.called.get("backward", ())),
            evaluates=min(evaluates, default=0),
            layers=_line([c for c, d in dotted if re.search(r"\.(Dropout\w*|BatchNorm\dd|SyncBatchNorm)$", d)]),
            to_eval=_line(asked),
            no_grad=_line(free) or next((f.line for n, f in module.functions if _undecorated_no_grad(module, n)), 0),
            together=len(setting & free_in.keys()),
            modes=len(setting),
            both=next(((c.lineno, free_in[f]) for c in asked if (f := module.function_of(c)) in free_in), ()),
        )

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge the repository as a whole: training and evaluation often stand in different files."""
        notes = [(n.path, n.note) for n in repo.notes(self)]
        trains = [(p, n.trains) for p, n in notes if n.trains]
        if not trains:
            return
        to_eval = [(p, n.to_eval) for p, n in notes if n.to_eval]
        no_grad = [(p, n.no_grad) for p, n in notes if n.no_grad]
        evaluates = [(p, n.evaluates) for p, n in notes if n.evaluates]
        both = [(p, line) for p, n in notes for line in n.both]
        if both:
            together, modes = sum(n.together for _, n in notes), sum(n.modes for _, n in notes)
            where = (
                "" if together == modes else f", in {together} of at least {modes} functions or files that set the mode"
            )
            said = (
                "Models are applied in evaluation mode (`eval()`) and without gradients (`no_grad` or the like)"
                f"{where}."
            )
            places = [repo.at(*place) for place in both if place[0] == _telling(both, evaluates, trains)[0]]
            share = fraction(together, modes)
            if share >= _MOST:
                yield self.found(said, *places, strength=share)
            else:
                yield self.unknown(said, *places)
        elif to_eval and no_grad:
            yield self.found(
                "Both `eval()` and `no_grad` (or the like) are used, though not seen in one function.",
                repo.at(*_telling(to_eval, evaluates, trains)),
                repo.at(*_telling(no_grad, evaluates, trains)),
                strength=0.6,
            )
        if to_eval and no_grad:
            return
        layers = [(p, n.layers) for p, n in notes if n.layers]
        if any(True for _ in repo.imports(*_LOOP_LIBRARIES)) or not evaluates or to_eval or not layers:
            return
        yield self.against(
            "Models with dropout or batch normalisation are trained and evaluated, and nothing ever sets evaluation"
            " mode.",
            repo.at(*evaluates[0]),
            repo.at(*layers[0]),
            strength=1.0 if not no_grad else 0.8,
        )


_MOST = 0.34
"""The share of the places that set the mode from which on it is a habit to free of gradients too."""

_NO_GRAD = re.compile(r"\.(no_grad|inference_mode|set_grad_enabled)$")


def _telling(places: list[tuple[str, int]], *nearer: list[tuple[str, int]]) -> tuple[str, int]:
    """The place in a file that also evaluates, else in one that trains, else the first."""
    for files in nearer:
        for place in places:
            if any(place[0] == path for path, _ in files):
                return place
    return places[0]


_EVALUATES = re.compile(
    r"_?(eval|evaluate|evaluation|validate|validation|test|test_epoch|val_epoch|eval_epoch|inference)$"
)


def _applies_model(function: ast.AST) -> bool:
    """Whether the function calls something that is named as a model."""
    for node in walk(function):
        if isinstance(node, ast.Call):
            func = node.func
            name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
            if re.fullmatch(r"(model|net|network|encoder|classifier|netG|generator)", name) and node.args:
                return True
    return False


def _to_eval(module: Module) -> Iterator[ast.Call]:
    for call in module.called.get("eval", ()):
        if isinstance(call.func, ast.Attribute) and not call.args:
            yield call
    for call in module.called.get("train", ()):
        if isinstance(call.func, ast.Attribute) and (call.args or argument(call, "mode") is not None):
            given = argument(call, "mode", 0)
            named = given.id if isinstance(given, ast.Name) else given.attr if isinstance(given, ast.Attribute) else ""
            asked = isinstance(given, ast.Compare | ast.UnaryOp) or _OF_MODE.search(named)
            if constant(given) is False or asked:
                yield call


_OF_MODE = re.compile(r"^(is_?)?train(ing)?$|mode$|_training$|^(was|is|flag|state|phase)", re.IGNORECASE)
"""Names of a mode; `model.train(rows)` of one's own class trains."""


def _undecorated_no_grad(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any((module.resolve(d) or "").endswith((".no_grad", ".inference_mode")) for d in function.decorator_list)


def _line(calls: Iterable[ast.Call]) -> int:
    return min((call.lineno for call in calls), default=0)


class TrainingLoop(Check):
    """Training loops that PyTorch runs but that are wrong

    What: A loop with `backward()` and `step()` and nothing that clears the gradients; losses summed up as tensors,
    which keeps the graph of every step.

    Why: Gradients that are not cleared add up over all steps; a sum of loss tensors fills the memory.

    Example: `for x, y in loader: loss = f(x, y); loss.backward(); opt.step()` without `zero_grad` speaks against,
    and so does `total += loss` there; `total += loss.item()` is right.

    Limits: Only files that clear gradients nowhere are reported for the first.
    """

    code = "FRW102"
    ml_only = True
    severity = "high"
    moves: ClassVar = {"frameworks": Move(up=0.1, down=0.35)}
    why = "The loop is the heart of training; its faults show only in the results."
    mend = "Call `optimizer.zero_grad()` in each step, and add up `loss.item()`."
    ask = "Walk me through one step of this loop: what holds gradients, and what is freed when?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look at each loop that calls backward and step."""
        if ".backward(" not in module.text or "torch" not in module.text:
            return
        loops = {}
        for call in module.called.get("backward", ()):
            loop = loop_of(module, call)
            if loop is not None:
                loops[loop] = call
        whole = False
        for loop, call in loops.items():
            stepping = [c for c in walk(loop) if isinstance(c, ast.Call) and _is_step(c)]
            if stepping and "zero_grad" not in module.text and ".grad" not in module.text and not _functional(module):
                yield self.against(
                    "The loop runs `backward()` and `step()`, and nothing in the file clears the gradients.",
                    module.location(call),
                    module.location(stepping[0]),
                )
                return
            summed = _summed_loss(loop, call)
            if summed is not None:
                yield self.against(
                    f"`{ast.unparse(summed.target)}` adds up loss tensors, which keeps the graph of every step.",
                    module.location(summed),
                    severity="medium",
                    strength=0.5,
                )
            whole = whole or bool(stepping)
        if whole and "zero_grad" in module.text:
            yield min(call.lineno for call in loops.values())

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Loops of one's own that clear, go back and step."""
        whole = [(noted.path, noted.note) for noted in repo.notes(self)]
        if whole:
            yield self.found(
                "Training loops of one's own clear gradients, go back and step.",
                *(repo.at(path, line) for path, line in first(whole, 2)),
                files=len(whole),
            )


def _is_step(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    named = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return called_name(call) == "step" and "opt" in named.lower()


def _functional(module: Module) -> bool:
    """Whether gradients may be cleared elsewhere: an own or wrapped optimiser."""
    return any(name.startswith(("apex.", "deepspeed.", "accelerate.")) for _, name in module.calls)


def _summed_loss(loop: ast.AST, backward: ast.Call) -> ast.AugAssign | None:
    """`total += loss` in the loop where `loss.backward()` runs, if nothing goes back from the total."""
    owner = backward.func.value if isinstance(backward.func, ast.Attribute) else None
    if not isinstance(owner, ast.Name):
        return None
    for node in walk(loop):
        if (
            isinstance(node, ast.AugAssign)
            and isinstance(node.op, ast.Add)
            and isinstance(node.value, ast.Name)
            and node.value.id == owner.id
            and isinstance(node.target, ast.Name)
            and not _becomes_number(loop, owner.id)
            and not _goes_back_from(loop, node.target.id)
        ):
            return node
    return None


def _becomes_number(loop: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        and any(
            isinstance(c, ast.Attribute) and c.attr in ("item", "data", "detach", "numpy") for c in walk(node.value)
        )
        for node in walk(loop)
    )


def _goes_back_from(loop: ast.AST, name: str) -> bool:
    return any(isinstance(c, ast.Call) and called_name(c) == "backward" and name in names_in(c) for c in walk(loop))


class DeviceChosen(Practice):
    """The device is chosen, not fixed

    What: A device that is asked for or given by a setting. Against: `.cuda()` in the code, and nothing that asks
    whether there is one.

    Why: Code that demands a graphics card cannot be tested by a colleague or run on a plain server.

    Example: `torch.device("cuda" if torch.cuda.is_available() else "cpu")` speaks for; ten calls of `.cuda()` and no
    such line speak against.

    Limits: Packages of device kernels need their device and are left alone, as is code with a trainer that chooses:
    one that is told to take the graphics card does not.
    """

    code = "FRW108"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.2, down=0.15)}
    why = "Code that chooses its device runs on every machine."
    mend = "Take the device from a setting or from `torch.cuda.is_available()`, and use `.to(device)`."
    ask = "How would a colleague without a graphics card test this code?"
    sentence = "The code chooses its device"
    counted = False
    full = 1
    kinds: ClassVar = {
        "it asks what the machine has": (
            "torch:is_available",
            "torch:get_default_device",
            "tensorflow:list_physical_devices|is_gpu_available",
        ),
        "it leaves that to the trainer": (
            "accelerate:Accelerator",
            "<pytorch_lightning:LightningModule",
            "<lightning:LightningModule",
        ),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether an answer chooses the device: one that is only shown, seeds the card or pins memory does not."""
        if kind != "it asks what the machine has":
            return True
        for node in module.parents(call):
            if isinstance(node, ast.keyword) and node.arg != "device":
                return False
            if isinstance(node, ast.Call) and called_name(node) in ("print", "info", "debug", "write"):
                return False
            if isinstance(node, ast.If):
                return any(_CHOOSES.search(ast.unparse(s)[:2000]) for s in node.body)
            if isinstance(node, ast.stmt):
                return _CHOOSES.search(ast.unparse(node)[:2000]) is not None
        return False

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What asks for a device, and what demands one."""
        yield from super().on_module(module)
        if module.part == "code" and _FIXED.search(module.text):
            yield "fixes"
        if inside := only_in(module, module.called.get("is_available", ())):
            yield inside
        if module.part == "code" and _DEMANDS.search(module.text) and not _ASKS.search(module.text):
            yield "demands"
        if module.part == "code" and any(n.partition(".")[0] == "torch" for n in module.imports):
            lines = [
                c.lineno for c in module.called.get("cuda", ()) if isinstance(c.func, ast.Attribute) and not c.args
            ]
            if _ASKS.search(module.text):
                yield "asks"
            else:
                yield from lines[:20]

    def seen(self, repo: Repository) -> dict[str, list[tuple[str, int, int]]]:
        """What chooses; a trainer that is told what to take leaves nothing open."""
        found = super().seen(repo)
        if any(n.note == "demands" for n in repo.notes(self)):
            found.pop("it leaves that to the trainer", None)
        if any(n.note == "fixes" for n in repo.notes(self)):
            idle = {
                n.path for n in repo.notes(self) if isinstance(n.note, frozenset) and not _used(repo, n.path, n.note)
            }
            found[_ASKED] = [place for place in found.get(_ASKED, []) if place[0] not in idle]
        return {kind: places for kind, places in found.items() if places}

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Fixed devices count only where nothing in the repository asks."""
        found = list(self.praise(repo))
        yield from found
        fixed = [(n.path, n.note) for n in repo.notes(self) if isinstance(n.note, int)]
        asked = any(n.note == "asks" for n in repo.notes(self))
        if len(fixed) >= 3 and not found and not asked and not repo.glob("*.cu"):
            yield self.against(
                f"`.cuda()` is demanded in at least {len(fixed)} places, and nothing asks whether there is such"
                " a device.",
                *(repo.at(path, line) for path, line in first(dict.fromkeys(fixed), 3)),
                places=len(fixed),
            )


def _used(repo: Repository, path: str, names: frozenset[str]) -> bool:
    """Whether another file takes any of the names, or may take all."""
    others = [m for m in repo.modules if m.path != path]
    taken = {name.rpartition(".")[2] for m in others for name in (*m.imports, *m.calls, *m.methods)}
    return is_package(repo) or bool(names & taken) or "*" in taken


_ASKED = "it asks what the machine has"
_FIXED = re.compile(r"\bdevice\s*=\s*[\"']cuda|\.cuda\(\)|\.to\(\s*[\"']cuda")

_CHOOSES = re.compile(
    r"device\b(?!_)[^\n]*=|['\"](cuda(:\d)?|gpu|cpu|mps)['\"]|\.cuda\(\)|\.to\(|set_visible_devices|set_default_device"
    r"|\w*(cuda|gpu)\w*\s*=|return\b.*is_available",
    re.IGNORECASE,
)
"""What makes a choice of a device."""


_DEMANDS = re.compile(r"\baccelerator\s*[=:]\s*[\"'](gpu|cuda)[\"']|\bgpus\s*=\s*[1-9\[-]")
_ASKS = re.compile(
    r"is_available|is_cuda|cuda:0|use_?cuda|no_?cuda|(args|opts?|cfg|config|params|self|conf)\.cuda|--(cuda|gpu|device)|n_gpu"
)


CHECKS: tuple[Check, ...] = (EvaluationMode(), TrainingLoop(), DeviceChosen())
