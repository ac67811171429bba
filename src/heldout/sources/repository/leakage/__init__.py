"""Leakage by data flow: an abstract interpretation of a source that is parsed and never run.

`analyse` follows rows of data through a module: where they come from, how they are parted, what is computed over
them and which estimators learn from them or are judged on them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from heldout.sources.repository.leakage.interpreter import Interpreter
from heldout.sources.repository.leakage.machine import ExhaustedError
from heldout.sources.repository.leakage.types import Budget, Kind, Leak, Report, Step, Undecided
from heldout.sources.repository.leakage.values import Value
from heldout.sources.repository.leakage.verdicts import report

__all__ = ["Budget", "Kind", "Leak", "Report", "Step", "Undecided", "analyse"]

_UNCALLED = 200


def analyse(
    source_tree: ast.Module,
    *,
    resolve_module: Callable[[str], ast.Module | None] | None = None,
    budget: Budget | None = None,
) -> Report:
    """Find leakage in one module; lines are those of the tree.

    `resolve_module` gives the tree of a sibling module by the name in the import statement (with its leading
    dots), None if it is none of ours. The same tree gives the same report; nothing is raised for any tree: what
    is too deep or too much ends as `Undecided`.
    """
    machine = Interpreter(resolve_module, budget or Budget())
    try:
        machine.execute(source_tree.body)
        _follow_uncalled(machine)
    except ExhaustedError:
        machine.doubt(machine.line, "the source is too large: the analysis stopped at this line")
    except RecursionError:
        machine.doubt(machine.line, "the source is nested too deep to follow")
    return report(machine)


def _follow_uncalled(machine: Interpreter) -> None:
    """Functions of this module that nobody here calls: each parameter stands for rows of its own."""
    machine.scope = machine.module
    named = machine.module.names.values()
    bound = [v for v in named if v.function is not None and v.function.scope.within(machine.home)]
    # The last first: helpers come before those that call them, and are then known to be called.
    for value in bound[:_UNCALLED][::-1]:
        node = value.function.node if value.function is not None else None
        if not isinstance(node, ast.FunctionDef) or node in machine.reached:
            continue
        machine.loops, machine.calling, machine.context = [], [], ""
        parameters = (*node.args.posonlyargs, *node.args.args)
        settings = _settings(node.args)
        arguments: list[Value] = [
            Value() if a.arg in settings else machine.source(a, f"parameter {a.arg}") for a in parameters
        ]
        machine.invoke(value, arguments, {}, node)


def _settings(arguments: ast.arguments) -> frozenset[str]:
    """The parameters that take a number, a text or a switch, by their types or defaults: no rows."""
    parameters = (*arguments.posonlyargs, *arguments.args)
    usual = dict(zip(reversed([a.arg for a in parameters]), reversed(arguments.defaults), strict=False))
    typed = {a.arg for a in parameters if isinstance(a.annotation, ast.Name) and a.annotation.id in _PLAIN}
    told = {
        name
        for name, default in usual.items()
        if isinstance(default, ast.Constant) and isinstance(default.value, bool | int | float | str)
    }
    return frozenset(typed | told)


_PLAIN = frozenset({"bool", "int", "float", "str"})
