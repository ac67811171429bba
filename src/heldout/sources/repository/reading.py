"""Small readings of syntax that several families of checks share."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from heldout.sources.repository.module import Function, Module
from heldout.sources.repository.syntax import walk

Loop = ast.For | ast.AsyncFor | ast.While
_ROUNDS = 8  # how many names a frame may pass through; longer chains are no script that a person wrote
_BARRIERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument given by keyword, or at a position (from 0); None if it is not given."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and position < len(call.args) and not isinstance(call.args[position], ast.Starred):
        return call.args[position]
    return None


def defaults_of(function: Function) -> dict[str, ast.expr]:
    """The parameters of a function that have a default, each with it."""
    spec = function.args
    placed = reversed([*spec.posonlyargs, *spec.args])
    found = {a.arg: d for a, d in zip(placed, reversed(spec.defaults), strict=False)}
    return found | {a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}


def constant(node: ast.AST | None) -> object:
    """The value of a literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) else None


def says_something(node: ast.expr | None) -> bool:
    """Whether an argument switches something on: not None, False, 0 or 1 (one worker, one row: the default)."""
    if node is None:
        return False
    return not (isinstance(node, ast.Constant) and node.value in (None, False, 0, 1) and node.value is not True)


def loop_of(module: Module, node: ast.AST) -> Loop | None:
    """The innermost loop in whose body the node runs again and again, within the same function."""
    child: ast.AST = node
    for around in module.parents(node):
        if isinstance(around, _BARRIERS):
            return None
        if isinstance(around, ast.For | ast.AsyncFor | ast.While):
            heads: tuple[ast.AST, ...] = (around.test,) if isinstance(around, ast.While) else (around.iter,)
            if child not in heads and child not in around.orelse:
                return around
        child = around
    return None


def switched_off(module: Module, node: ast.AST) -> bool:
    """Whether a node stands in a branch that a literal switches off, itself or by a name that is bound to it alone."""
    child = node
    for around in module.parents(node):
        if isinstance(around, ast.If | ast.IfExp):
            known = _truth(module, around.test)
            body = around.body if isinstance(around.body, list) else [around.body]
            if known is not None and child is not around.test and (child in body) != known:
                return True
        child = around
    return False


def _truth(module: Module, test: ast.expr) -> bool | None:
    """What a test comes to, where literals and names bound to one literal alone decide it."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _truth(module, test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq | ast.NotEq):
        left, right = (literal_of(module, side) for side in (test.left, test.comparators[0]))
        if left is None or right is None:
            return None
        return (left.value == right.value) == isinstance(test.ops[0], ast.Eq)
    found = literal_of(module, test)
    return None if found is None else bool(found.value)


def literal_of(module: Module, node: ast.expr) -> ast.Constant | None:
    """The literal that a node is, or that a name is bound to alone; None for anything else."""
    if isinstance(node, ast.Constant):
        return node
    if not isinstance(node, ast.Name):
        return None
    bound = [n for n in module.nodes(ast.Name) if n.id == node.id and isinstance(n.ctx, ast.Store | ast.Del)]
    given = any(a.arg == node.id for a in module.nodes(ast.arg)) or node.id in module.aliases
    if len(bound) != 1 or given:
        return None
    statement = module.parent(bound[0])
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return value if isinstance(value, ast.Constant) else None


def left_lying(module: Module, call: ast.Call) -> bool:
    """Whether what a call makes goes into a plain name that nothing reads."""
    for around in module.parents(call):
        if isinstance(around, ast.Assign):
            target = around.targets[0]
            if len(around.targets) > 1 or not isinstance(target, ast.Name) or target.id == "_":
                return False
            return not any(n.id == target.id and isinstance(n.ctx, ast.Load) for n in module.nodes(ast.Name))
        if isinstance(around, ast.stmt):
            return False
    return False


def names_in(node: ast.AST) -> frozenset[str]:
    """The plain names that an expression or statement uses."""
    return frozenset(part.id for part in walk(node) if isinstance(part, ast.Name))


def only_in(module: Module, calls: Sequence[ast.Call]) -> frozenset[str]:
    """The functions and classes that hold the calls, or use what holds them, where the file itself uses none of them;
    empty where it does, or hands them to a decorator.
    """
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tops = {node.name: node for node in module.tree.body if isinstance(node, kinds)}
    holders = [next((n for n, node in tops.items() if node in module.parents(call)), "") for call in calls]
    inside = set(holders)
    while more := {name for name, node in tops.items() if names_in(node) & inside} - inside:
        inside |= more
    rest = [node for node in module.tree.body if node not in tops.values()]
    if "" in inside or any(names_in(n) & inside for n in rest) or any(tops[name].decorator_list for name in inside):
        return frozenset()
    return frozenset(inside)


def called_name(call: ast.Call) -> str:
    """The last part of what is called, empty if it is an expression."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def target_names(target: ast.AST) -> frozenset[str]:
    """The names that a loop or an assignment binds."""
    return frozenset(part.id for part in walk(target) if isinstance(part, ast.Name))


def assignments(module: Module) -> Iterator[tuple[ast.expr, ast.expr, ast.stmt]]:
    """(target, value, statement) of every plain assignment; a chained one gives each target."""
    for node in module.nodes(ast.Assign):
        for target in node.targets:
            yield target, node.value, node
    for noted in module.nodes(ast.AnnAssign):
        if noted.value is not None:
            yield noted.target, noted.value, noted


_FRAME_MAKERS = re.compile(
    r"^(pandas|geopandas|dask\.dataframe|modin\.pandas)\.(read_(?!hdf_key)\w+|DataFrame|GeoDataFrame|concat|merge|merge_asof"
    r"|get_dummies|pivot_table|melt|json_normalize|from_dict|DataFrame\.from_\w+)$"
)
_FRAME_KEEPERS = re.compile(
    r"copy|dropna|fillna|merge|drop|reset_index|set_index|sort_values|rename|head|tail|query|sample|assign|astype"
    r"|drop_duplicates|append|replace|reindex|sort_index|join|nlargest|nsmallest|ffill|bfill"
)


def frame_names(module: Module) -> frozenset[str]:
    """Names that hold a pandas frame wherever they are assigned in the module.

    A name that is also bound to something else (an array, a column) is left out: what is said of a frame has
    to be certain.
    """
    if not any(name.partition(".")[0] in ("pandas", "geopandas", "modin", "dask") for name in module.imports):
        return frozenset()
    bound: dict[str, list[ast.expr]] = {}
    for target, value, _ in assignments(module):
        if isinstance(target, ast.Name):
            bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            for name in target_names(target):
                bound.setdefault(name, []).append(value)
    declared = {
        parameter.arg
        for function, _ in module.functions
        for parameter in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if (module.resolve(parameter.annotation) or "").endswith(".DataFrame")
    }
    possible = {*bound, *declared} - _bound_otherwise(module)
    for _ in range(_ROUNDS):
        wrong = {n for n in possible if not all(_is_frame(module, v, possible) for v in bound.get(n, ()))}
        possible -= wrong
        if not wrong:
            break
    else:
        return frozenset()
    # `a = a.copy()` alone shows nothing: each name has to come from a maker or a declared parameter in the end.
    certain = possible & declared
    for _ in range(_ROUNDS):
        certain |= {n for n in possible - certain if any(_is_frame(module, v, certain) for v in bound.get(n, ()))}
    return frozenset(certain)


def _bound_otherwise(module: Module) -> frozenset[str]:
    found: set[str] = set()
    for loop in module.nodes(ast.For):
        found |= target_names(loop.target)
    for item in module.nodes(ast.withitem):
        if item.optional_vars is not None:
            found |= target_names(item.optional_vars)
    return frozenset(found)


def _is_frame(module: Module, value: ast.expr, frames: AbstractSet[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in frames
    if isinstance(value, ast.Call):
        if _FRAME_MAKERS.match(module.resolve(value.func) or ""):
            return True
        if isinstance(value.func, ast.Attribute) and _FRAME_KEEPERS.fullmatch(value.func.attr):
            return _is_frame(module, value.func.value, frames)
        return False
    if isinstance(value, ast.Subscript):
        key = value.slice
        rows = isinstance(key, ast.List | ast.Compare | ast.BoolOp | ast.BinOp | ast.Slice)
        return rows and _is_frame(module, value.value, frames)
    return False
