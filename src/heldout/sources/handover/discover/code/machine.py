"""Follow a script's code from its first line, without running it: which paths does it read and write?

Every value that cannot be known from the code is UNKNOWN; both ends of an `if` that cannot be decided are followed.
A budget ends the walk, so that no code can keep it busy.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from enum import Enum
from typing import Any

from heldout.evidence.types import Location
from heldout.sources.handover.discover.code import expressions, functions, operators
from heldout.sources.handover.discover.code.frames import Frame
from heldout.sources.handover.discover.code.modules import own_file
from heldout.sources.handover.discover.code.seen import Seen, place_of
from heldout.sources.handover.discover.code.targets import note_target
from heldout.sources.handover.discover.code.values import (
    EXIT,
    ROOT,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Library,
    Source,
    choice,
    texts,
)
from heldout.sources.handover.discover.view import View

BUDGET = 60_000
"""Statements and expressions that are followed for one script."""
_LEAST = 500
"""What is followed of each even when all scripts together have used up theirs."""
_UNROLLED = 8
_SOURCES = 60
_BUILTINS = frozenset(dir(builtins))


class Spent(Exception):  # noqa: N818 - no error: the walk is over
    """The budget is used up."""


class Signal(Enum):
    """How a block of statements ended."""

    RETURN = 1
    BREAK = 2


class Machine:
    """Follows the code of one script and of the own modules that it imports."""

    def __init__(self, view: View, folder: str, argv: tuple[str, ...] = ()) -> None:
        self.view, self.folder = view, folder
        self.argv: list[Any] = list(argv)
        self.seen = Seen()
        self.script = str(argv[0]) if argv else ""
        self.left = self.given = max(min(BUDGET, view.steps_left), _LEAST)
        self.sources: dict[str, Source] = {}
        self.stack: list[ast.AST] = []
        self.handlers: list[Function] = []
        """Functions that a server calls for a request."""
        self.commands: dict[str, Function] = {}
        """Functions that a command-line library calls, by the name of the command."""
        self.flags: dict[str, Any] = {}
        self.file_ids: dict[str, str | None] = {}

    def run(
        self,
        path: str,
        tree: ast.Module | None,
        place: Callable[[int], tuple[int, int]] | None = None,
        entry: str = "",
    ) -> None:
        """Follow a script from top to bottom, as `python path` runs it; with `entry`, import it and call that."""
        if tree is None:
            return
        name = path.removesuffix(".py").replace("/", ".") if entry else "__main__"
        source = Source(path, self._globals(path, name, tree), place)
        self.sources.setdefault(path, source)
        try:
            self.block(Frame(source.names, source), tree.body)
            if isinstance(source.names.get(entry), Function):
                called = ast.Expr(ast.Call(ast.Name(entry, ast.Load(), lineno=1), [], [], lineno=1))
                self.block(Frame(source.names, source), [called])
            for handler in self.handlers:
                functions.call_function(self, handler, [], {}, unknown=True)
        except Spent:
            pass
        self.view.steps_left -= self.given - self.left

    def imported(self, path: str) -> Source:
        """The module of a file, followed once."""
        known = self.sources.get(path)
        if known is not None:
            return known
        tree = self.view.module(path) if len(self.sources) < _SOURCES else None
        name = path.removesuffix(".py").replace("/", ".")
        source = Source(path, self._globals(path, name, tree))
        self.sources[path] = source
        if tree is not None:
            self.block(Frame(source.names, source), tree.body)
        return source

    def _globals(self, path: str, name: str, tree: ast.Module | None) -> dict[str, Any]:
        doc = ast.get_docstring(tree, clean=False) if tree is not None else None
        return {"__name__": name, "__file__": f"{ROOT}/{path}", "__doc__": doc}

    def tick(self) -> None:
        """Count one step; raises Spent at the end of the budget."""
        self.left -= 1
        if self.left < 0:
            raise Spent

    def place(self, frame: Frame, node: ast.AST) -> Location:
        """Where a piece of code stands."""
        return place_of(frame.source, node)

    # Names -----------------------------------------------------------------------------------------------------------

    def lookup(self, frame: Frame, name: str) -> Any:
        """What a name is bound to."""
        for names in (frame.names, *reversed(frame.around), frame.source.names):
            if name in names:
                return names[name]
        return Library(name) if name in _BUILTINS else UNKNOWN

    def bind(self, frame: Frame, target: ast.expr, value: Any) -> None:
        """Assign a value to a name, an attribute, an item, or several names at once."""
        if isinstance(target, ast.Name):
            names = frame.source.names if target.id in frame.outer else frame.names
            names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(frame, target.elts, value)
        elif isinstance(target, ast.Starred):
            self.bind(frame, target.value, UNKNOWN)
        elif isinstance(target, ast.Attribute):
            owner = expressions.evaluate(self, frame, target.value)
            names = owner.names if isinstance(owner, Instance | Class | Source) else owner
            if isinstance(names, dict):
                names[target.attr] = value
        elif isinstance(target, ast.Subscript):
            owner = expressions.evaluate(self, frame, target.value)
            key = expressions.evaluate(self, frame, target.slice)
            if isinstance(owner, dict) and isinstance(key, str | int):
                owner[key] = value

    def _unpack(self, frame: Frame, targets: list[ast.expr], value: Any) -> None:
        parts = value if isinstance(value, list | tuple) else []
        fits = len(parts) == len(targets) and not any(isinstance(t, ast.Starred) for t in targets)
        for at, target in enumerate(targets):
            self.bind(frame, target, parts[at] if fits else UNKNOWN)

    # Statements ------------------------------------------------------------------------------------------------------

    def block(self, frame: Frame, statements: list[ast.stmt]) -> Signal | None:
        """Follow statements in order until one ends the block."""
        for statement in statements:
            self.tick()
            try:
                signal = self._statement(frame, statement)
            except RecursionError:
                continue
            if signal is not None:
                return signal
        return None

    def _statement(self, frame: Frame, node: ast.stmt) -> Signal | None:
        handler = _STATEMENTS.get(type(node))
        return handler(self, frame, node) if handler is not None else None

    def _expression(self, frame: Frame, node: ast.Expr) -> Signal | None:
        value = expressions.evaluate(self, frame, node.value)
        return Signal.RETURN if value is EXIT else None

    def _assign(self, frame: Frame, node: ast.Assign | ast.AnnAssign) -> None:
        if node.value is None:
            return
        value = expressions.evaluate(self, frame, node.value)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.bind(frame, target, value)
            note_target(self, frame, target, node.value)

    def _augmented(self, frame: Frame, node: ast.AugAssign) -> None:
        before = expressions.evaluate(self, frame, node.target)
        value = operators.binary(node.op, before, expressions.evaluate(self, frame, node.value))
        self.bind(frame, node.target, value)

    def _return(self, frame: Frame, node: ast.Return) -> Signal:
        frame.returned.append(expressions.evaluate(self, frame, node.value) if node.value is not None else None)
        return Signal.RETURN

    def _raise(self, frame: Frame, node: ast.Raise) -> Signal:
        return Signal.RETURN

    def _break(self, frame: Frame, node: ast.stmt) -> Signal:
        return Signal.BREAK

    def _if(self, frame: Frame, node: ast.If) -> Signal | None:
        decided = operators.truth(expressions.evaluate(self, frame, node.test))
        if decided is not None:
            return self.block(frame, node.body if decided else node.orelse)
        before = dict(frame.names)
        first = self.block(frame, node.body)
        after_body = dict(frame.names)
        frame.names.clear()
        frame.names.update(before)
        second = self.block(frame, node.orelse)
        if first is None:
            self._merge(frame, after_body, replaces=second is not None)
        return first if first is second else None

    def _merge(self, frame: Frame, other: dict[str, Any], *, replaces: bool) -> None:
        """Join the names of the other end of an `if`; where this end left the block, the other's are the names."""
        for name, value in other.items():
            mine = frame.names.get(name, UNKNOWN)
            frame.names[name] = value if replaces or mine is value else choice([value, mine])

    def _for(self, frame: Frame, node: ast.For | ast.AsyncFor) -> Signal | None:
        items = operators.iterated(expressions.evaluate(self, frame, node.iter))
        for item in items[:_UNROLLED] if items is not None else [UNKNOWN]:
            self.bind(frame, node.target, item)
            signal = self.block(frame, node.body)
            if signal is Signal.BREAK:
                break
            if signal is Signal.RETURN and items is None:
                break
        return self.block(frame, node.orelse)

    def _while(self, frame: Frame, node: ast.While) -> Signal | None:
        if operators.truth(expressions.evaluate(self, frame, node.test)) is not False:
            self.block(frame, node.body)
        return self.block(frame, node.orelse)

    def _with(self, frame: Frame, node: ast.With | ast.AsyncWith) -> Signal | None:
        for item in node.items:
            value = expressions.evaluate(self, frame, item.context_expr)
            if item.optional_vars is not None:
                self.bind(frame, item.optional_vars, value)
        return self.block(frame, node.body)

    def _try(self, frame: Frame, node: ast.Try) -> Signal | None:
        signal = self.block(frame, node.body)
        after = dict(frame.names)
        for handler in node.handlers:
            self.block(frame, handler.body)
        for name, value in after.items():
            if value is not UNKNOWN:
                frame.names[name] = value
        if signal is None:
            signal = self.block(frame, node.orelse)
        return self.block(frame, node.finalbody) or signal

    def _match(self, frame: Frame, node: ast.Match) -> None:
        expressions.evaluate(self, frame, node.subject)
        for case in node.cases:
            self.block(frame, case.body)

    def _function(self, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        around = frame.around if frame.is_module else (*frame.around, frame.names)
        function = Function(node, frame.source, around)
        frame.names[node.name] = function
        functions.note_decorators(self, frame, function)

    def _class(self, frame: Frame, node: ast.ClassDef) -> None:
        bases = tuple(expressions.evaluate(self, frame, base) for base in node.bases[:8])
        made = Class(node, frame.source, {}, bases)
        inner = Frame(made.names, frame.source, (*frame.around, frame.names) if not frame.is_module else ())
        self.block(inner, node.body)
        frame.names[node.name] = made

    def _import(self, frame: Frame, node: ast.Import) -> None:
        for alias in node.names:
            path = self.own(frame, alias.name)
            if path is not None:
                found: Any = self.imported(path)
                if alias.asname:
                    frame.names[alias.asname] = found
                    continue
            name = alias.asname or alias.name.partition(".")[0]
            top = self.own(frame, name) if not alias.asname else None
            if top is not None:
                frame.names[name] = self.imported(top)
            else:
                frame.names[name] = Library(alias.name if alias.asname else name)

    def _import_from(self, frame: Frame, node: ast.ImportFrom) -> None:
        base = node.module or ""
        path = self.own(frame, base, node.level) if base or node.level else None
        source = self.imported(path) if path is not None else None
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                if source is not None and source.names is not frame.names:
                    frame.names.update({k: v for k, v in source.names.items() if not k.startswith("_")})
                continue
            if source is not None and alias.name in source.names:
                frame.names[name] = source.names[alias.name]
                continue
            inner = self.own(frame, f"{base}.{alias.name}" if base else alias.name, node.level)
            if inner is not None and inner != frame.source.path:
                frame.names[name] = self.imported(inner)
            else:
                frame.names[name] = UNKNOWN if source is not None or node.level else Library(f"{base}.{alias.name}")

    def own(self, frame: Frame, module: str, level: int = 0) -> str | None:
        """The own file that a module's name means in this file."""
        key = f"{frame.source.path}\0{level}\0{module}"
        if key not in self.file_ids:
            self.file_ids[key] = own_file(self.view, frame.source.path, module, level, self.folder)
        return self.file_ids[key]

    def _global(self, frame: Frame, node: ast.Global) -> None:
        frame.outer.update(node.names)

    def _delete(self, frame: Frame, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                frame.names.pop(target.id, None)

    def start(self, path: str, argv: list[Any]) -> None:
        """Follow another own script that this one starts as a program."""
        if path in self.sources or len(self.sources) >= _SOURCES:
            return
        before, self.argv = self.argv, argv
        tree = self.view.module(path)
        if tree is not None:
            source = Source(path, self._globals(path, "__main__", tree))
            self.sources[path] = source
            self.block(Frame(source.names, source), tree.body)
        self.argv = before

    def touch(self, value: Any, kind: Any, frame: Frame, node: ast.AST, *, write: bool = False) -> None:
        """Note that the paths of a value are read or written."""
        note = self.seen.write if write else self.seen.read
        for text in texts(value):
            note(text, kind, self.folder, self.place(frame, node))


_STATEMENTS: dict[type[ast.stmt], Callable[[Machine, Frame, Any], Signal | None]] = {
    ast.Expr: Machine._expression,
    ast.Assign: Machine._assign,
    ast.AnnAssign: Machine._assign,
    ast.AugAssign: Machine._augmented,
    ast.Return: Machine._return,
    ast.Raise: Machine._raise,
    ast.Break: Machine._break,
    ast.Continue: Machine._break,
    ast.If: Machine._if,
    ast.For: Machine._for,
    ast.AsyncFor: Machine._for,
    ast.While: Machine._while,
    ast.With: Machine._with,
    ast.AsyncWith: Machine._with,
    ast.Try: Machine._try,
    ast.Match: Machine._match,
    ast.FunctionDef: Machine._function,
    ast.AsyncFunctionDef: Machine._function,
    ast.ClassDef: Machine._class,
    ast.Import: Machine._import,
    ast.ImportFrom: Machine._import_from,
    ast.Global: Machine._global,
    ast.Nonlocal: Machine._global,
    ast.Delete: Machine._delete,
}
