"""Statements, and calls of what the source itself defines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from heldout.sources.repository.leakage.calls import Calls
from heldout.sources.repository.leakage.machine import UNCOUNTED
from heldout.sources.repository.leakage.names import names_in, sides_in
from heldout.sources.repository.leakage.siblings import Sibling, is_main_guard
from heldout.sources.repository.leakage.values import Function, Scope, Value, join

_ROUNDS = 2
_UNROLLED = 6
_USUAL = ("train", "test", "val")


class Interpreter(Calls):
    """Runs a module abstractly: branches are joined, loops go round twice, calls are followed a few deep."""

    def execute(self, body: Sequence[ast.stmt]) -> Value | None:
        """Run statements; the value is what they return, if anything."""
        returned: Value | None = None
        for statement in body:
            self.spend()
            self.line = self.abroad or statement.lineno
            handler: Callable[[ast.stmt], Value | None] | None = getattr(
                self, f"_do_{type(statement).__name__.lower()}", None
            )
            if handler is not None:
                value = handler(statement)
                if value is not None:
                    returned = value if returned is None else join(returned, value)
            if isinstance(statement, ast.Return):
                break
        return returned

    # -- simple statements -----------------------------------------------------------------------------------

    def _do_expr(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def _do_assert(self, node: ast.Assert) -> None:
        self.evaluate(node.test)

    def _do_return(self, node: ast.Return) -> Value:
        return self.evaluate(node.value) if node.value is not None else Value()

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        left, right = self.evaluate(node.target), self.evaluate(node.value)
        result = self.arithmetic(left, right, node)
        longer = isinstance(node.op, ast.Add) and not self.loops and left.items is not None and right.items is not None
        result.items = [*(left.items or ()), *(right.items or ())] if longer else None
        self.assign(node.target, result)
        if left.rows and isinstance(node.target, ast.Name):
            left.influence(result.influences - left.influences)

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                base = self.evaluate(target.value)
                gone = target.slice.value
                base.influences = frozenset(i for i in base.influences if i.column is None or i.column != gone)
                base.columns = base.columns.without([str(gone)])

    def _do_global(self, node: ast.Global) -> None:
        self.scope.shared.update(node.names)

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            own = self.own_module(alias.name)
            value = Value(module=own) if own is not None else Value(path=alias.name if alias.asname else name)
            self.scope.bind(name, value)

    def _do_importfrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        own = self.own_module(module)
        for alias in node.names:
            if alias.name == "*":
                if own is not None:
                    self.scope.names.update(own.everything())
                self.stars = self.stars or own is None
                continue
            known = own.find(alias.name) if own is not None else None
            self.scope.bind(alias.asname or alias.name, known or Value(path=f"{module}.{alias.name}"))

    def own_module(self, name: str) -> Sibling | None:
        """A sibling module, by the name under which it is imported."""
        if self.resolve is None:
            return None
        if name not in self.modules:
            tree = self.resolve(name)
            self.modules[name] = Sibling(tree, name, self) if tree is not None else None
        return self.modules[name]

    def execute_in(self, sibling: Sibling, body: Sequence[ast.stmt]) -> None:
        """Run top-level statements of a sibling as if it were imported here, outside of every loop and call."""
        before = self.scope, self.module, self.context, self.line, self.abroad, self.loops, self.calling
        self.scope = self.module = sibling
        self.context = f"<{sibling.name}>"
        self.abroad = self.abroad or self.line
        self.loops, self.calling = [], []
        self.execute(body)
        self.scope, self.module, self.context, self.line, self.abroad, self.loops, self.calling = before

    def _do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        values = [self.evaluate(d) for d in node.args.defaults]
        defaults = dict(zip(names[len(names) - len(values) :], values, strict=False))
        self.scope.bind(node.name, Value(function=Function(node, self.scope, defaults)))

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef) -> None:
        value = Value(blueprint=node)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                value.table[statement.name] = Value(function=Function(statement, self.scope))
        self.scope.bind(node.name, value)

    # -- branches and loops ----------------------------------------------------------------------------------

    def branch(self, *bodies: Sequence[ast.stmt]) -> Value | None:
        """Run alternatives from the same state and join what names stand for after them."""
        around = self.scope
        ends: list[dict[str, Value]] = []
        returned: Value | None = None
        for body in bodies:
            # What a branch binds stays in a layer of its own, so that a branch costs what it binds.
            self.scope = Scope(outer=around, shared=around.shared)
            value = self.execute(body)
            if value is not None:
                returned = value if returned is None else join(returned, value)
            ends.append(self.scope.names)
        self.scope = around
        for name in dict.fromkeys(n for end in ends for n in end):
            before = around.find(name)
            merged: Value | None = None
            for end in ends:
                value = end.get(name, before)
                if value is not None:
                    merged = value if merged is None else join(merged, value)
            if merged is not None:
                around.names[name] = merged
        return returned

    def _do_if(self, node: ast.If) -> Value | None:
        self.deciding = node.test
        asked = self.evaluate(node.test).constant
        if is_main_guard(node):
            return self.execute(node.body)
        if self.calling and isinstance(node.test, ast.Name) and isinstance(asked, bool):
            return self.execute(node.body if asked else node.orelse)  # a switch that this call sets
        if isinstance(node.test, ast.Constant):  # `if False:` is code that never runs
            return self.execute(node.body if node.test.value else node.orelse)
        return self.branch(node.body, node.orelse)

    def _do_match(self, node: ast.Match) -> Value | None:
        self.evaluate(node.subject)
        return self.branch(*[case.body for case in node.cases], [])

    def _do_try(self, node: ast.Try) -> Value | None:
        values = [self.execute(node.body)]
        for handler in node.handlers:
            values.append(self.branch(handler.body, []))
        values += [self.execute(node.orelse), self.execute(node.finalbody)]
        return next((v for v in values if v is not None), None)

    _do_trystar = _do_try

    def _do_with(self, node: ast.With | ast.AsyncWith) -> Value | None:
        for item in node.items:
            value = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        return self.execute(node.body)

    _do_asyncwith = _do_with

    def _do_for(self, node: ast.For | ast.AsyncFor) -> Value | None:
        source = self.evaluate(node.iter)
        items: list[Value] = [self.element(source)] * _ROUNDS
        repeats = True
        if source.items and len(source.items) <= _UNROLLED and "repeats" not in source.marks:
            items = list(source.items)
            repeats = len(items) > 1
        elif len(self.loops) > 1:
            items = items[:1]
        if repeats:
            self.loops.append((self.site(node), set(names_in(node.target))))
            self.handed[self.site(node)] = frozenset(atom.source for item in items for atom in item.rows)
        returned: Value | None = None
        for item in items:
            self.assign(node.target, item)
            value = self.branch(node.body, []) if len(items) > _ROUNDS else self.execute(node.body)
            returned = value or returned
        if repeats:
            self.loops.pop()
        self.execute(node.orelse)
        return returned

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While) -> Value | None:
        self.loops.append((f"{self.site(node)} {UNCOUNTED}", set()))
        returned: Value | None = None
        for _ in range(1 if len(self.loops) > 3 else _ROUNDS):
            self.evaluate(node.test)
            returned = self.execute(node.body) or returned
        self.loops.pop()
        return returned

    # -- binding ---------------------------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: Value) -> None:
        """Bind a name, unpack, or store into an object."""
        if isinstance(target, ast.Name):
            self.scope.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, ast.Attribute):
            self.store(self.evaluate(target.value), target.attr, value, target)
        elif isinstance(target, ast.Subscript):
            self.assign_item(target, value)

    def assign_item(self, target: ast.Subscript, value: Value) -> None:
        """`base[key] = value`: a column, some rows of a column, an item."""
        base = self.evaluate(target.value)
        index = target.slice
        if isinstance(index, ast.Constant):
            self.store(base, str(index.value), value, target)
            return
        if isinstance(index, ast.Tuple) and len(index.elts) > 1:
            where = self.evaluate(index.elts[0])
            name = index.elts[1]
            named = self.evaluate(name).constant
            key = named if isinstance(named, str) else None
            self.store(base.view(), key, value, target)
            if key is not None and base.rows:
                base.columns = base.columns.plus(key)
                self.worked_out(base, key, self.origins(base, value, where), target, partly=True)
            return
        key_value = self.evaluate(index)
        self.store(base.view(), None, value, target)
        if key_value.constant is not None and not base.rows:
            base.judged |= value.judged
            if value.cls:
                base.within = (*base.within[:8], value)

    def unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        """`a, b = value`; pieces of unknown data lie on the sides that their names tell."""
        if value.items is not None and len(value.items) == len(target.elts):
            for name, item in zip(target.elts, value.items, strict=True):
                self.assign(name, item)
            return
        sides = [self.side_of(name) for name in target.elts]
        if "pieces" in value.marks and all(isinstance(e, ast.Tuple | ast.List) for e in target.elts):
            # `(a, b), (c, d) = load_data()`: by custom the training part comes first.
            sides = [side or usual for side, usual in zip(sides, (*_USUAL, *sides), strict=False)]
        told = "pieces" in value.marks or (value.cls == "" and bool(value.rows))
        for name, side in zip(target.elts, sides, strict=True):
            piece = value.view()
            piece.base, piece.within, piece.cls, piece.fit = None, value.within, value.cls, value.fit
            piece.marks = value.marks
            if told and side is not None and len({s for s in sides if s}) > 1:
                piece = self.part(piece, (f"named {self.site(target)}", side))
                piece.base, piece.marks = None, value.marks - {"pieces"}
            self.assign(name, piece)

    def side_of(self, target: ast.expr) -> str | None:
        """Which side of a split a name speaks of."""
        names = list(names_in(target))
        known = sides_in([target.attr] if isinstance(target, ast.Attribute) else names)
        return known[-1] if known else None
