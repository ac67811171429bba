"""Calls of the delivery's own functions and classes: their arguments bound, their bodies followed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import expressions
from heldout.sources.handover.discover.code.arguments import Parser
from heldout.sources.handover.discover.code.frames import Frame
from heldout.sources.handover.discover.code.values import UNKNOWN, Class, Function, Instance, choice

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.machine import Machine

_DEPTH = 14
_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "websocket", "api", "on_event", "errorhandler"})


def call_function(
    machine: Machine, function: Function, args: list[Any], given: dict[str, Any], *, unknown: bool = False
) -> Any:
    """What an own function returns for these arguments; with `unknown`, none of its arguments is known."""
    node = function.node
    if len(machine.stack) >= _DEPTH or machine.stack.count(node) > 1:
        return UNKNOWN
    names = {} if unknown else bound_arguments(machine, function, args, given)
    if unknown:
        names = {a.arg: UNKNOWN for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        if isinstance(function.owner, Instance) and names:
            names[next(iter(names))] = function.owner
    inner = Frame(names, function.source, function.around)
    machine.stack.append(node)
    try:
        if isinstance(node, ast.Lambda):
            return expressions.evaluate(machine, inner, node.body)
        machine.block(inner, node.body)
    finally:
        machine.stack.pop()
    return choice(inner.returned) if inner.returned else None


def bound_arguments(machine: Machine, function: Function, args: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    """The names of a function's arguments with their values for a call."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    names: dict[str, Any] = {}
    outside = Frame(function.source.names, function.source, function.around)
    for arg, default in zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True):
        names[arg.arg] = expressions.evaluate(machine, outside, default)
    for arg, after in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        names[arg.arg] = expressions.evaluate(machine, outside, after) if after is not None else UNKNOWN
    values = [function.owner, *args] if _takes_owner(function) else list(args)
    for arg, value in zip(positional, values, strict=False):
        names[arg.arg] = value
    known = {arg.arg for arg in (*positional, *spec.kwonlyargs)}
    names.update({key: value for key, value in given.items() if key in known})
    for arg in positional:
        names.setdefault(arg.arg, UNKNOWN)
    if spec.vararg is not None:
        names[spec.vararg.arg] = values[len(positional) :]
    if spec.kwarg is not None:
        names[spec.kwarg.arg] = {key: value for key, value in given.items() if key not in known}
    return names


def _takes_owner(function: Function) -> bool:
    if function.owner is None:
        return False
    kinds = {getattr(d, "id", "") for d in getattr(function.node, "decorator_list", [])}
    if "staticmethod" in kinds:
        return False
    return isinstance(function.owner, Instance) or "classmethod" in kinds


def instantiate(machine: Machine, of: Class, args: list[Any], given: dict[str, Any]) -> Instance:
    """An object of an own class, its `__init__` followed; fields of a dataclass or model are set from the arguments."""
    made = Instance(of)
    start = of.find("__init__")
    if isinstance(start, Function):
        call_function(machine, Function(start.node, start.source, start.around, made), args, given)
    else:
        fields = [s.target.id for s in of.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        made.names.update(zip(fields, args, strict=False))
        made.names.update({key: value for key, value in given.items() if key in fields or of.find(key) is not UNKNOWN})
        after = of.find("__post_init__")
        if isinstance(after, Function):
            call_function(machine, Function(after.node, after.source, after.around, made), [], {})
    return made


def note_decorators(machine: Machine, frame: Frame, function: Function) -> None:
    """Note the functions that a server or a command-line library calls."""
    for decorator in getattr(function.node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in _ROUTES and isinstance(called, ast.Attribute):
            machine.handlers.append(function)
        elif name == "command":
            machine.commands[str(getattr(function.node, "name", ""))] = function


def decorated(machine: Machine, function: Function) -> tuple[str, Parser, dict[str, Any]]:
    """How a function's decorators have it called: `click`, with its options; `hydra`, with its settings; a `group` of
    commands; a `command`; or plainly."""
    parser = Parser()
    kind = ""
    settings: dict[str, Any] = {}
    outside = Frame(function.source.names, function.source, function.around)
    for decorator in reversed(getattr(function.node, "decorator_list", [])):
        if not isinstance(decorator, ast.Call):
            continue
        called = decorator.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        root = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
        args = [expressions.evaluate(machine, outside, argument) for argument in decorator.args]
        given = {k.arg: expressions.evaluate(machine, outside, k.value) for k in decorator.keywords if k.arg}
        if name in ("option", "argument"):
            kind = "click"
            parser.add(args, given)
        elif name == "main" and root == "hydra":
            kind, settings = "hydra", given
        elif name in ("command", "group") and not kind:
            kind = "command" if name == "command" else "group"
    return kind, parser, settings
