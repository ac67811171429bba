"""Hidden state of a notebook: names that are used at the top level before any cell above has defined them.

Static and careful: a construct that can define names out of sight (star imports, %run, exec ...) ends the search.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.sources.repository.module import Module
from heldout.sources.repository.syntax import children, walk

_GIVEN = frozenset(dir(builtins)) | {
    *("In", "Out", "display", "get_ipython", "exit", "quit", "_", "__", "___", "_i", "_ii", "_iii", "_dh", "__name__"),
    *("__file__", "__doc__", "__builtins__", "spark", "sc", "sqlContext", "dbutils", "unicode", "xrange", "raw_input"),
    *("cmp", "file", "buffer", "apply", "coerce", "intern", "execfile"),
    *("basestring", "long", "reduce", "unichr", "reload", "ipython", "sqlc", "displayHTML"),
}
"""Names that are there without a definition: builtins old and new, IPython's, and those of hosted Spark notebooks."""

_OUT_OF_SIGHT = re.compile(
    r"^[ \t]*+%%?[ \t]*+(run|pylab|load|loadpy|store|reset|cython|cythonmagic|R\b|sql|bigquery|macro|edit|recall|rerun"
    r"|autoreload_all|spark|sh_out|javascript|octave|matlab|julia|writefile_and_run|load_ext\s+(?!autoreload|tensorboard|watermark|memory|line))",
    re.MULTILINE,
)
_EXERCISE = re.compile(
    r"your code (goes )?here|fill in|todo[: ]|write your|complete the|start code here", re.IGNORECASE
)
_REACHES = frozenset(["exec", "eval", "globals", "locals", "vars", "execfile", "interact", "load_from_store"])

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES_OF_EXPRESSIONS = (ast.Lambda, *_COMPREHENSIONS)
_IMPORTS = (ast.Import, ast.ImportFrom)
_CAPTURES = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_NOT_AT_ONCE = frozenset({ast.Lambda, ast.Delete})
_PLAIN = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.Call, ast.Attribute, ast.Subscript, ast.Slice, ast.keyword, ast.BinOp}
    | {ast.UnaryOp, ast.BoolOp, ast.Compare, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Constant, ast.Starred}
    | {ast.If, ast.For, ast.While, ast.JoinedStr, ast.FormattedValue, ast.IfExp, ast.Return}
)
"""Nodes that neither bind a name themselves nor open a scope: nearly all of them."""


@dataclass(frozen=True, slots=True)
class HiddenName:
    """A name used before it is defined; `later` tells whether a cell further down defines it."""

    name: str
    line: int
    later: bool


@dataclass(frozen=True, slots=True)
class HiddenState:
    """What was found, or why it could not be told."""

    names: tuple[HiddenName, ...] = ()
    untold: str = ""


def hidden_state(module: Module) -> HiddenState:
    """Names that the notebook's top level uses before it defines them, in the order of cells."""
    if module.notebook is None:
        return HiddenState()
    sources = [cell.source for cell in module.notebook.code_cells]
    reason = _untold(module, sources)
    if reason:
        return HiddenState(untold=reason)
    bound = [frozenset(_bound(statement)) for statement in module.tree.body]
    everything = frozenset().union(*bound)
    walrus = {node.target.id for node in module.nodes(ast.NamedExpr)}
    pardoned = _in_magics(module, sources) | _GIVEN | _globals(module) | walrus
    defined: set[str] = set()
    found: dict[str, HiddenName] = {}
    for statement, names in zip(module.tree.body, bound, strict=True):
        blocks = not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
        own = names if blocks else frozenset()  # within a loop the order of first uses cannot be told
        for name, line in _used(statement):
            if name not in defined and name not in own and name not in pardoned:
                found.setdefault(name, HiddenName(name, line, name in everything))
        defined.update(names)
    return HiddenState(tuple(found.values()))


def _untold(module: Module, sources: list[str]) -> str:
    if module.joined is not None and module.joined.dropped:
        return "a cell is no Python that can be parsed"
    for source in sources:
        if "%" in source and _OUT_OF_SIGHT.search(source):
            return "a magic command may define names"
        if _EXERCISE.search(source):
            return "it is an exercise to be filled in"
    if any(alias.name == "*" for node in module.nodes(ast.ImportFrom) for alias in node.names):
        return "a star import may define names"
    for call in module.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in _REACHES and not (name == "eval" and isinstance(call.func, ast.Attribute)):
            return f"`{name}` may define names"
        if name in ("run_line_magic", "magic", "run_cell_magic"):
            return "a magic command may define names"
    return ""


def _in_magics(module: Module, sources: list[str]) -> set[str]:
    """Every word in a magic or shell line, and in cells of other languages: any may be a definition."""
    words: set[str] = set()
    for source in sources:
        lines = source.split("\n")
        foreign = source.lstrip().startswith("%%")
        for line in lines if foreign else [text for text in lines if text.lstrip()[:1] in ("%", "!", "?")]:
            if foreign and not line.startswith("%%") and re.match(r"%%(time|capture|prun|timeit)\b", source.lstrip()):
                continue
            words.update(re.findall(r"[A-Za-z_]\w*", line[:2_000]))
    return words


def _globals(module: Module) -> set[str]:
    """Names that a function declares global: calling it defines them."""
    return {name for node in module.nodes(ast.Global) for name in node.names}


def _bound(statement: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its own scope, blocks within it included."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is ast.Store:  # type: ignore[attr-defined]  # a Name has a context
                yield node.id  # type: ignore[attr-defined]
            continue
        if kind in _PLAIN:
            stack += children(node)
            continue
        if isinstance(node, _DEFINITIONS):
            yield node.name
            continue
        if isinstance(node, _SCOPES_OF_EXPRESSIONS):
            continue
        if isinstance(node, _IMPORTS):
            yield from ((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, _CAPTURES) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        stack += children(node)


def _used(statement: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that running the statement reads at once: bodies of functions and guarded attempts apart."""
    stack: list[tuple[ast.AST, frozenset[str]]] = [(statement, frozenset())]
    while stack:
        node, local = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is ast.Load and node.id not in local:  # type: ignore[attr-defined]  # a Name has both
                yield node.id, node.lineno  # type: ignore[attr-defined]
            continue
        if kind is ast.Constant:
            continue
        if kind not in _PLAIN:
            if isinstance(node, _FUNCTIONS):
                outer = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
                stack.extend((child, local) for child in outer)
                continue
            if kind in _NOT_AT_ONCE or (isinstance(node, ast.Try) and node.handlers):
                continue
            if isinstance(node, ast.AnnAssign) and node.value is None:
                continue
            local = local | _own_names(node)
        inner = children(node)
        inner.reverse()
        stack += [(child, local) for child in inner]


def _own_names(node: ast.AST) -> frozenset[str]:
    """The names that a class body or a comprehension binds for itself."""
    if isinstance(node, ast.ClassDef):
        return frozenset(name for child in node.body for name in _bound(child)) | {node.name}
    if isinstance(node, _COMPREHENSIONS):
        return frozenset(n.id for g in node.generators for n in walk(g.target) if isinstance(n, ast.Name))
    return frozenset()
