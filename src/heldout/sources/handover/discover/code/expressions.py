"""What expressions come to: names, texts, paths, settings, and the calls in them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import call, functions, library, operators, strings
from heldout.sources.handover.discover.code.frames import Frame
from heldout.sources.handover.discover.code.operators import iterated, truth
from heldout.sources.handover.discover.code.values import (
    HOLE,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Library,
    Method,
    Opaque,
    Source,
    as_text,
    choice,
    lift,
    texts,
)

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.machine import Machine

_ITEMS = 200


def evaluate(machine: Machine, frame: Frame, node: ast.expr | None) -> Any:
    """What is known of an expression's value; its calls are followed on the way."""
    if node is None:
        return None
    machine.tick()
    handler = _EXPRESSIONS.get(type(node))
    return handler(machine, frame, node) if handler is not None else _inner(machine, frame, node)


def _inner(machine: Machine, frame: Frame, node: ast.AST) -> Any:
    """Follow the parts of an expression that is not understood as a whole."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(machine, frame, child)
    return UNKNOWN


def _constant(machine: Machine, frame: Frame, node: ast.Constant) -> Any:
    value = node.value
    if isinstance(value, bytes):
        return value.decode("latin-1")[:200]
    return value if isinstance(value, str | bool | int | float) or value is None else UNKNOWN


def _name(machine: Machine, frame: Frame, node: ast.Name) -> Any:
    return machine.lookup(frame, node.id)


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Any:
    return attribute(machine, frame, evaluate(machine, frame, node.value), node.attr)


def attribute(machine: Machine, frame: Frame, owner: Any, name: str) -> Any:
    """What `owner.name` is."""
    if isinstance(owner, Source):
        if name in owner.names:
            return owner.names[name]
        path = machine.own(frame, f"{owner.path.removesuffix('/__init__.py').replace('/', '.')}.{name}")
        return machine.imported(path) if path is not None else UNKNOWN
    if isinstance(owner, Instance):
        return _of_instance(machine, owner, name)
    if isinstance(owner, Class):
        found = owner.find(name)
        return Function(found.node, found.source, found.around, owner) if isinstance(found, Function) else found
    if isinstance(owner, Library):
        return _of_library(machine, frame, owner, name)
    if isinstance(owner, dict):
        return owner[name] if name in owner else Method(owner, name)
    if texts(owner):
        return strings.attribute(owner, name)
    return Method(owner, name)


def _of_instance(machine: Machine, owner: Instance, name: str) -> Any:
    if name in owner.names:
        return owner.names[name]
    found = owner.of.find(name)
    if not isinstance(found, Function):
        return Method(owner, name) if found is UNKNOWN else found
    bound = Function(found.node, found.source, found.around, owner)
    kinds = {getattr(d, "id", getattr(d, "attr", "")) for d in getattr(found.node, "decorator_list", [])}
    if kinds & {"property", "cached_property", "computed_field"}:
        return functions.call_function(machine, bound, [], {})
    return bound


def _of_library(machine: Machine, frame: Frame, owner: Library, name: str) -> Any:
    dotted = f"{owner.name}.{name}"
    path = machine.own(frame, dotted)
    if path is not None:
        return machine.imported(path)
    return library.constant(machine, dotted)


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Any:
    owner = evaluate(machine, frame, node.value)
    if isinstance(node.slice, ast.Slice):
        return _sliced(machine, frame, owner, node.slice)
    key = evaluate(machine, frame, node.slice)
    if isinstance(owner, Library) and owner.name == "os.environ" and isinstance(key, str):
        machine.seen.variables.setdefault(key, machine.place(frame, node))
        return UNKNOWN
    if isinstance(owner, Opaque) and "data" in owner.state:
        owner = owner.state["data"]
    if isinstance(owner, strings.Parents):
        return owner.at(key)
    try:
        if isinstance(owner, dict) and isinstance(key, str | int | float | bool):
            return owner.get(key, UNKNOWN)
        if isinstance(owner, list | tuple) and isinstance(key, int):
            return owner[key]
    except (IndexError, TypeError):
        pass
    return UNKNOWN


def _sliced(machine: Machine, frame: Frame, owner: Any, node: ast.Slice) -> Any:
    ends = [evaluate(machine, frame, end) for end in (node.lower, node.upper, node.step)]
    if isinstance(owner, str | list | tuple) and all(end is None or isinstance(end, int) for end in ends):
        try:
            return owner[slice(*ends)]
        except ValueError:
            return UNKNOWN
    return UNKNOWN


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Any:
    function = evaluate(machine, frame, node.func)
    args: list[Any] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            inner = evaluate(machine, frame, argument.value)
            args.extend(inner if isinstance(inner, list | tuple) else [UNKNOWN])
        else:
            args.append(evaluate(machine, frame, argument))
    given: dict[str, Any] = {}
    for keyword in node.keywords:
        value = evaluate(machine, frame, keyword.value)
        if keyword.arg is not None:
            given[keyword.arg] = value
        elif isinstance(value, dict):
            given.update({key: inner for key, inner in value.items() if isinstance(key, str)})
    return call.call(machine, frame, node, function, args[:_ITEMS], given)


def _binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Any:
    return operators.binary(node.op, evaluate(machine, frame, node.left), evaluate(machine, frame, node.right))


def _boolean(machine: Machine, frame: Frame, node: ast.BoolOp) -> Any:
    options: list[Any] = []
    for part in node.values:
        value = evaluate(machine, frame, part)
        decided = truth(value)
        if decided is isinstance(node.op, ast.Or):  # `or` ends at the first that is true, `and` at the first false
            options.append(value)
            break
        if decided is None or part is node.values[-1]:
            options.append(value)
    if any(truth(value) is None for value in options) and isinstance(node.op, ast.And):
        return UNKNOWN
    return choice(options)


def _unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Any:
    value = evaluate(machine, frame, node.operand)
    if isinstance(node.op, ast.Not):
        decided = truth(value)
        return UNKNOWN if decided is None else not decided
    return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else UNKNOWN


def _compare(machine: Machine, frame: Frame, node: ast.Compare) -> Any:
    left = evaluate(machine, frame, node.left)
    right, *_ = [evaluate(machine, frame, part) for part in node.comparators]
    if len(node.ops) != 1:
        return UNKNOWN
    op = node.ops[0]
    if isinstance(op, ast.Is | ast.IsNot) and right is None:
        if left is UNKNOWN or isinstance(left, Method):
            return UNKNOWN
        return (left is None) is isinstance(op, ast.Is)
    plain = (str, int, float, bool)
    if not (isinstance(left, plain) and isinstance(right, (*plain, list, tuple, dict))):
        return UNKNOWN
    if HOLE in str(left) or (isinstance(right, str) and HOLE in right):
        return UNKNOWN
    return operators.compared(op, left, right)


def _either(machine: Machine, frame: Frame, node: ast.IfExp) -> Any:
    decided = truth(evaluate(machine, frame, node.test))
    if decided is not None:
        return evaluate(machine, frame, node.body if decided else node.orelse)
    return choice([evaluate(machine, frame, node.body), evaluate(machine, frame, node.orelse)])


def _joined(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Any:
    parts = [evaluate(machine, frame, part) for part in node.values]
    return lift(lambda *given: "".join(as_text(part) for part in given)[:600], *parts) if parts else ""


def _formatted(machine: Machine, frame: Frame, node: ast.FormattedValue) -> Any:
    value = evaluate(machine, frame, node.value)
    return value if texts(value) and node.format_spec is None else as_text(value) if node.format_spec is None else HOLE


def _list(machine: Machine, frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Any:
    found: list[Any] = []
    for item in node.elts[:_ITEMS]:
        value = evaluate(machine, frame, item.value if isinstance(item, ast.Starred) else item)
        found.extend(value if isinstance(item, ast.Starred) and isinstance(value, list) else [value])
    return found[:_ITEMS]


def _dict(machine: Machine, frame: Frame, node: ast.Dict) -> Any:
    found: dict[Any, Any] = {}
    for key, value in list(zip(node.keys, node.values, strict=True))[:_ITEMS]:
        known = evaluate(machine, frame, key) if key is not None else None
        result = evaluate(machine, frame, value)
        if key is None and isinstance(result, dict):
            found.update(result)
        elif isinstance(known, str | int | float):
            found[known] = result
    return found


def _comprehension(machine: Machine, frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Any:
    found: list[Any] = []
    known = _generators(machine, frame, node.generators, lambda: found.append(evaluate(machine, frame, node.elt)))
    return found if known else UNKNOWN


def _dict_comprehension(machine: Machine, frame: Frame, node: ast.DictComp) -> Any:
    found: dict[Any, Any] = {}

    def add() -> None:
        key, value = evaluate(machine, frame, node.key), evaluate(machine, frame, node.value)
        if isinstance(key, str | int):
            found[key] = value

    return found if _generators(machine, frame, node.generators, add) else UNKNOWN


def _generators(machine: Machine, frame: Frame, generators: list[ast.comprehension], then: Callable[[], None]) -> bool:
    """Walk the first generator and follow the element for each item; whether all items were known."""
    first = generators[0]
    items = iterated(evaluate(machine, frame, first.iter))
    simple = len(generators) == 1 and not first.ifs
    for item in items[:20] if items is not None else [UNKNOWN]:
        machine.bind(frame, first.target, item)
        for other in generators[1:]:
            evaluate(machine, frame, other.iter)
            machine.bind(frame, other.target, UNKNOWN)
        then()
    return items is not None and simple


def _lambda(machine: Machine, frame: Frame, node: ast.Lambda) -> Any:
    return Function(node, frame.source, (*frame.around, frame.names))


def _walrus(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Any:
    value = evaluate(machine, frame, node.value)
    machine.bind(frame, node.target, value)
    return value


def _await(machine: Machine, frame: Frame, node: ast.Await) -> Any:
    return evaluate(machine, frame, node.value)


_EXPRESSIONS: dict[type[ast.expr], Callable[[Machine, Frame, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _either,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
}
