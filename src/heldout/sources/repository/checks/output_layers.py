"""Frameworks: the last layer of a model against the loss that it is trained with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant
from heldout.sources.repository.syntax import walk


class OutputFitsLoss(Check):
    """Output activations that do not fit the loss

    What: A soft-max or sigmoid in front of a loss that applies it itself (`CrossEntropyLoss`, `BCEWithLogitsLoss`,
    `from_logits=True`), and a soft-max over one single output.

    Why: Applied twice, the gradient nearly vanishes and training stalls below what the model could do; a soft-max
    of one output is always 1.

    Example: `nn.CrossEntropyLoss()(F.softmax(net(x), dim=1), y)` and `Dense(1, activation="softmax")` speak against.

    Limits: Only what is certain within one file is reported: the activation stands in the call of the loss, or at
    the end of the only model of the file that is trained with it.
    """

    code = "FRW103"
    ml_only = True
    severity = "high"
    moves: ClassVar = {"frameworks": Move(down=0.4)}
    why = "The loss and the last layer belong together; applied twice, training stalls."
    mend = "Return raw scores from the model and let the loss apply the soft-max or sigmoid."
    ask = "What does the last layer of this model return, and what does the loss expect?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look at PyTorch's and Keras's pairs."""
        if "torch" in module.text:
            yield from self._torch(module)
        if "softmax" in module.text and "Dense" in module.called:
            yield from self._keras(module)

    def _torch(self, module: Module) -> Iterator[Finding]:
        losses = {_loss(module, value): name for name, value in _named_values(module) if _loss(module, value)}
        for kind, twice in _TWICE.items():
            name = losses.get(kind)
            for call in module.nodes(ast.Call):
                is_loss = name is not None and _own_name(call.func) == name
                functional = (module.resolve(call.func) or "").endswith(_FUNCTIONAL[kind])
                if (is_loss or functional) and call.args and _activation(module, call.args[0]) == twice:
                    yield self.against(
                        f"A {twice} stands in front of {kind}, which applies it itself.", module.location(call)
                    )
        models = [c for c in module.nodes(ast.ClassDef) if any(_own_name(b) == "Module" for b in c.bases)]
        if len(models) != 1 or "CrossEntropyLoss" not in losses or "NLLLoss" in module.text:
            return
        for node in models[0].body:
            if isinstance(node, ast.FunctionDef) and node.name == "forward":
                returns = [n for n in walk(node) if isinstance(n, ast.Return) and n.value is not None]
                if returns and all(n.value is not None and _activation(module, n.value) == "soft-max" for n in returns):
                    yield self.against(
                        f"`{models[0].name}` ends in a soft-max and is trained by CrossEntropyLoss, which applies it"
                        " itself.",
                        module.location(returns[-1]),
                        strength=0.8,
                    )

    def _keras(self, module: Module) -> Iterator[Finding]:
        ends = [c for c in module.called["Dense"] if constant(argument(c, "activation", 1)) == "softmax"]
        for call in ends:
            if constant(argument(call, "units", 0)) == 1:
                yield self.against(
                    "A soft-max over one output is always 1: the model cannot learn.", module.location(call)
                )
        plain = [c for c in module.called["Dense"] if argument(c, "activation", 1) is None]
        for call in module.keyworded.get("from_logits", ()):
            if constant(argument(call, "from_logits")) is True and ends and not plain and len(ends) == 1:
                yield self.against(
                    "The model ends in a soft-max, and the loss is told to expect raw scores (`from_logits=True`).",
                    module.location(ends[0]),
                    module.location(call),
                )


_TWICE = {"CrossEntropyLoss": "soft-max", "BCEWithLogitsLoss": "sigmoid"}
_FUNCTIONAL = {
    "CrossEntropyLoss": "torch.nn.functional.cross_entropy",
    "BCEWithLogitsLoss": "torch.nn.functional.binary_cross_entropy_with_logits",
}


def _named_values(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.nodes(ast.Assign):
        for target in node.targets:
            yield _own_name(target), node.value


def _loss(module: Module, value: ast.expr) -> str:
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("cuda", "to"):
        value = value.func.value
    if not isinstance(value, ast.Call):
        return ""
    last = (module.resolve(value.func) or "").rpartition(".")[2]
    return last if last in _TWICE else ""


def _own_name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _activation(module: Module, node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return ""
    dotted = module.resolve(node.func) or ""
    name = called_name(node)
    if dotted in ("torch.nn.functional.softmax", "torch.softmax") or (dotted == "" and name == "softmax"):
        return "soft-max"
    return "sigmoid" if dotted in ("torch.sigmoid", "torch.nn.functional.sigmoid") or name == "sigmoid" else ""


CHECKS: tuple[Check, ...] = (OutputFitsLoss(),)
