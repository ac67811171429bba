"""Statements, and calls of what the source itself defines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.expressions import SPLIT_WORD, Expressions, names_in
from heldout.sources.repository.leakage.machine import Machine
from heldout.sources.repository.leakage.rows import NONE
from heldout.sources.repository.leakage.values import Function, Scope, Value, gather, join

_ROUNDS = 2
_UNROLLED = 6
_SILENT = frozenset(
    {"print", "display", "isinstance", "hasattr", "getattr", "open", "type", "id", "repr", "help", "dir"}
)
_CONTAINERS = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter", "frozenset", "next", "array", "asarray"})


class Interpreter(Expressions):
    """Runs a module abstractly: branches are joined, loops go round twice, calls are followed a few deep."""

    def execute(self, body: Sequence[ast.stmt]) -> Value | None:
        """Run statements; the value is what they return, if anything."""
        returned: Value | None = None
        for statement in body:
            self.spend()
            self.line = statement.lineno
            handler: Callable[[ast.stmt], Value | None] | None = getattr(self, f"_do_{type(statement).__name__}", None)
            if handler is not None:
                value = handler(statement)
                if value is not None:
                    returned = value if returned is None else join(returned, value)
            if isinstance(statement, ast.Return):
                break
        return returned

    # -- simple statements -----------------------------------------------------------------------------------

    def _do_Expr(self, node: ast.Expr) -> None:  # noqa: N802 - named by the syntax node
        self.evaluate(node.value)

    def _do_Assert(self, node: ast.Assert) -> None:  # noqa: N802 - named by the syntax node
        self.evaluate(node.test)

    def _do_Return(self, node: ast.Return) -> Value:  # noqa: N802 - named by the syntax node
        return self.evaluate(node.value) if node.value is not None else Value()

    def _do_Assign(self, node: ast.Assign) -> None:  # noqa: N802 - named by the syntax node
        value = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802 - named by the syntax node
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _do_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802 - named by the syntax node
        left, right = self.evaluate(node.target), self.evaluate(node.value)
        result = self.arithmetic(left, right, node)
        result.items = None
        self.assign(node.target, result)
        if left.rows and isinstance(node.target, ast.Name):
            left.influence(result.influences - left.influences)

    def _do_Delete(self, node: ast.Delete) -> None:  # noqa: N802 - named by the syntax node
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                base = self.evaluate(target.value)
                gone = target.slice.value
                base.influences = frozenset(i for i in base.influences if i.column is None or i.column != gone)

    def _do_Global(self, node: ast.Global) -> None:  # noqa: N802 - named by the syntax node
        self.scope.shared.update(node.names)

    def _do_Import(self, node: ast.Import) -> None:  # noqa: N802 - named by the syntax node
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            own = self.own_module(alias.name)
            value = Value(table=own.names) if own is not None else Value(path=alias.name if alias.asname else name)
            self.scope.bind(name, value)

    def _do_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802 - named by the syntax node
        module = "." * node.level + (node.module or "")
        own = self.own_module(module)
        for alias in node.names:
            if alias.name == "*":
                if own is not None:
                    self.scope.names.update(own.names)
                self.stars = self.stars or own is None
                continue
            known = own.names.get(alias.name) if own is not None else None
            self.scope.bind(alias.asname or alias.name, known or Value(path=f"{module}.{alias.name}"))

    def own_module(self, name: str) -> Scope | None:
        """The names of a sibling module, run once when it is first imported."""
        if self.resolve is None:
            return None
        if name not in self.modules:
            self.modules[name] = None  # a module that imports itself in a circle finds nothing
            tree = self.resolve(name)
            if tree is not None:
                before, outer, context = self.scope, self.module, self.context
                self.scope = self.module = self.modules[name] = Scope()
                self.context = f"{context}<{name}>"
                self.execute([s for s in tree.body if not is_main_guard(s)])
                self.scope, self.module, self.context = before, outer, context
        return self.modules[name]

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:  # noqa: N802 - named by the syntax node
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        values = [self.evaluate(d) for d in node.args.defaults]
        defaults = dict(zip(names[len(names) - len(values) :], values, strict=False))
        self.scope.bind(node.name, Value(function=Function(node, self.scope, defaults)))

    _do_AsyncFunctionDef = _do_FunctionDef  # noqa: N815 - named by the syntax node

    def _do_ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802 - named by the syntax node
        value = Value(blueprint=node)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                value.table[statement.name] = Value(function=Function(statement, self.scope))
        self.scope.bind(node.name, value)

    # -- branches and loops ----------------------------------------------------------------------------------

    def branch(self, *bodies: Sequence[ast.stmt]) -> Value | None:
        """Run alternatives from the same state and join what names stand for after them."""
        start = dict(self.scope.names)
        ends: list[dict[str, Value]] = []
        returned: Value | None = None
        for body in bodies:
            self.scope.names.clear()
            self.scope.names.update(start)
            value = self.execute(body)
            if value is not None:
                returned = value if returned is None else join(returned, value)
            ends.append(dict(self.scope.names))
        merged = ends[0]
        for end in ends[1:]:
            for name, value in end.items():
                mine = merged.get(name)
                merged[name] = value if mine is None or mine is value else join(mine, value)
        self.scope.names.clear()
        self.scope.names.update(merged)
        return returned

    def _do_If(self, node: ast.If) -> Value | None:  # noqa: N802 - named by the syntax node
        self.evaluate(node.test)
        if is_main_guard(node):
            return self.execute(node.body)
        return self.branch(node.body, node.orelse)

    def _do_Match(self, node: ast.Match) -> Value | None:  # noqa: N802 - named by the syntax node
        self.evaluate(node.subject)
        return self.branch(*[case.body for case in node.cases], [])

    def _do_Try(self, node: ast.Try) -> Value | None:  # noqa: N802 - named by the syntax node
        values = [self.execute(node.body)]
        for handler in node.handlers:
            values.append(self.branch(handler.body, []))
        values += [self.execute(node.orelse), self.execute(node.finalbody)]
        return next((v for v in values if v is not None), None)

    _do_TryStar = _do_Try  # noqa: N815 - named by the syntax node

    def _do_With(self, node: ast.With | ast.AsyncWith) -> Value | None:  # noqa: N802 - named by the syntax node
        for item in node.items:
            value = self.evaluate(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        return self.execute(node.body)

    _do_AsyncWith = _do_With  # noqa: N815 - named by the syntax node

    def _do_For(self, node: ast.For | ast.AsyncFor) -> Value | None:  # noqa: N802 - named by the syntax node
        source = self.evaluate(node.iter)
        items: list[Value] = [self.element(source)] * _ROUNDS
        repeats = True
        if source.items and len(source.items) <= _UNROLLED and "repeats" not in source.marks:
            items = list(source.items)
            repeats = len(items) > 1
        elif self.loops > 1:
            items = items[:1]
        self.loops += repeats
        self.loop_names.append(set(names_in(node.target)))
        returned: Value | None = None
        for item in items:
            self.assign(node.target, item)
            value = self.branch(node.body, []) if len(items) > _ROUNDS else self.execute(node.body)
            returned = value or returned
        self.loop_names.pop()
        self.loops -= repeats
        self.execute(node.orelse)
        return returned

    _do_AsyncFor = _do_For  # noqa: N815 - named by the syntax node

    def _do_While(self, node: ast.While) -> Value | None:  # noqa: N802 - named by the syntax node
        self.loops += 1
        self.loop_names.append(set())
        returned: Value | None = None
        for _ in range(1 if self.loops > 2 else _ROUNDS):
            self.evaluate(node.test)
            returned = self.execute(node.body) or returned
        self.loop_names.pop()
        self.loops -= 1
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
            self.evaluate(index.elts[0])
            name = index.elts[1]
            key = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
            self.store(base.view(), key, value, target)
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
        told = "pieces" in value.marks or value.cls == "" and bool(value.rows)
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
        names = list(names_in(target)) or [target.attr if isinstance(target, ast.Attribute) else ""]
        words = [w for n in names for w in n.lower().replace("-", "_").split("_")]
        known = [apis.SPLIT_WORDS[w] for w in words if w in apis.SPLIT_WORDS]
        if not known:
            long = [m.group(0) for n in names for m in SPLIT_WORD.finditer(n.lower()) if len(m.group(0)) > 3]
            known = [apis.SPLIT_WORDS[w] for w in long]
        return known[-1] if known else None

    # -- calls -----------------------------------------------------------------------------------------------

    def _on_Call(self, node: ast.Call) -> Value:  # noqa: N802 - named by the syntax node
        called = node.func
        receiver: Value | None = None
        if isinstance(called, ast.Attribute):
            receiver = self.evaluate(called.value)
            if receiver.path and not receiver.rows:
                function, receiver = Value(path=f"{receiver.path}.{called.attr}"), None
            else:
                function = receiver.table.get(called.attr) or self.find_method(receiver, called.attr) or Value()
        else:
            function = self.evaluate(called)
        arguments = [self.evaluate(a) for a in node.args]
        keywords = {k.arg or "**": self.evaluate(k.value) for k in node.keywords}
        self.line = node.lineno
        if receiver is not None and isinstance(called, ast.Attribute):
            return self.call_method(receiver, called.attr, function, node, arguments, keywords)
        if function.function is not None or function.blueprint is not None:
            return self.invoke(function, arguments, keywords, node)
        if function.path:
            return self.call_path(function.path, node, arguments, keywords)
        result = gather([*arguments, *keywords.values()])
        result.cls = ""
        return result

    def call_method(
        self,
        receiver: Value,
        name: str,
        function: Value,
        node: ast.Call,
        arguments: list[Value],
        keywords: dict[str, Value],
    ) -> Value:
        """`receiver.name(...)`."""
        own = function.function is not None and (receiver.blueprint is not None or bool(receiver.table))
        result: Value | None = None
        if own:
            result = self.invoke(function, arguments, keywords, node)
        if (
            name == "split"
            and "split" in apis.FITS | {receiver.cls.rpartition(".")[2]} | {name}
            and (receiver.cls.rpartition(".")[2] in apis.FOLDS)
        ):
            return self.folds(node, receiver, [*arguments, *(keywords[k] for k in ("X",) if k in keywords)])
        if self.is_estimator_call(receiver, name, arguments, keywords):
            generic = self.estimator_method(receiver, name, node, arguments, keywords)
            return result if result is not None and name not in apis.FITS else generic
        if result is not None:
            return result
        if receiver.cls and not receiver.rows:
            return self.method_of_object(receiver, name, node, arguments, keywords)
        return self.data_method(receiver, name, node, arguments, keywords)

    def method_of_object(
        self, receiver: Value, name: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value]
    ) -> Value:
        """A method of an object of a library that is no fit, prediction or score."""
        if name in {"add", "append", "compile", "set_params", "eval", "train", "to", "cuda", "cpu"}:
            return receiver
        return self.unknown(node, name, arguments, keywords) if arguments or keywords else Value()

    def call_path(self, path: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        """A call of a builtin, a function of a library or a class of one."""
        name = path.rpartition(".")[2]
        if path in _SILENT or path.startswith(
            ("matplotlib", "seaborn", "plotly", "sns.", "plt.", "sys.", "os.", "warnings")
        ):
            for value in (*arguments, *keywords.values()):
                if value.judged and path == "print":
                    continue
            return Value()
        if path in _CONTAINERS and arguments:
            return self.rebuilt(arguments[0])
        if path == "enumerate" and arguments:
            inner = arguments[0]
            return Value(items=[Value(items=[Value(), i]) for i in self.each(inner)], marks=self.mark_of(inner))
        if path == "zip" and arguments:
            return self.zipped(arguments)
        if path in {"map", "filter"} and len(arguments) > 1:
            return self.invoke_any(arguments[0], arguments[1], node)
        if path == "range":
            return Value(length_of=arguments[-1].length_of if arguments else NONE)
        if path in {"int", "float", "round", "abs", "str", "bool"} and arguments:
            result = arguments[0].derived()
            result.length_of = arguments[0].length_of
            result.constant = arguments[0].constant
            return result
        if name in apis.FITS and (
            "xgb" in path or "xgboost" in path or "lgb" in path or "lightgbm" in path or "catboost" in path
        ):
            return self.train_call(path, node, arguments, keywords)
        if name == "cv" and "." in path:
            return self.cross_validate(node, "cv", [*arguments, *keywords.values()], keywords)
        if self.is_class(name):
            inside = tuple(v for a in (*arguments, *keywords.values()) for v in self.estimators_in(a))
            made = gather([*arguments, *keywords.values()])
            if made.rows and name not in apis.LEARNING_TRANSFORMERS | apis.SEARCHES:
                return self.wrapped(name, arguments, keywords, made)
            return Value(cls=path, within=inside[:16])
        return self.library_call(path, node, arguments, keywords)

    def train_call(self, path: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        """`xgboost.train(params, data, ...)`: the booster learns from the second argument."""
        booster = Value(cls=path.rpartition(".")[0] + ".Booster")
        data = [
            a
            for a in (*arguments, *(keywords[k] for k in ("dtrain", "train_set", "pool", "dtrain") if k in keywords))
            if a.rows
        ]
        self.learn(booster, node, data[:1], keywords)
        return booster

    def wrapped(self, name: str, arguments: list[Value], keywords: dict[str, Value], made: Value) -> Value:
        """`DataFrame(x, ...)`, `DMatrix(x, y)`: the rows in other clothes."""
        first = next((a for a in (*arguments, *keywords.values()) if a.rows), made)
        result = first.derived()
        result.influences = made.influences
        result.judged = made.judged
        result.pending = made.pending if name in {"DataFrame", "Series"} else result.pending
        if first.table and name in {"DataFrame", "Series"}:
            result.table = {k: v for k, v in first.table.items() if v.judged}
        return result

    @staticmethod
    def is_class(name: str) -> bool:
        """Whether a library name is, by the custom of writing, a class."""
        return name[:1].isupper() or name in {"make_pipeline", "make_union", "make_column_transformer"}

    def estimators_in(self, value: Value, depth: int = 4) -> list[Value]:
        """Estimators that were handed to a constructor: the steps of a pipeline, the model of a search."""
        if value.cls and not value.rows:
            return [value]
        found = list(value.within)
        if depth and value.items:
            found += [v for item in value.items for v in self.estimators_in(item, depth - 1)]
        if depth and value.table and not value.rows:
            found += [v for item in list(value.table.values())[:16] for v in self.estimators_in(item, depth - 1)]
        return found

    def rebuilt(self, value: Value) -> Value:
        """A container made of another."""
        result = value.derived()
        result.items = list(value.items) if value.items is not None else None
        result.marks = value.marks | {"list"} if not value.rows else value.marks
        result.index, result.mask, result.within = value.index, value.mask, value.within
        result.length_of = value.length_of
        return result

    def each(self, value: Value) -> list[Value]:
        """The items of an iterable, one for all if they are not known."""
        return list(value.items[:_UNROLLED]) if value.items else [self.element(value)]

    @staticmethod
    def mark_of(value: Value) -> frozenset[str]:
        """Whether going through a value repeats one step many times."""
        return value.marks & {"repeats"} if value.items else frozenset({"repeats"})

    def zipped(self, arguments: list[Value]) -> Value:
        """Items side by side."""
        columns = [self.each(a) for a in arguments]
        length = max(len(c) for c in columns)
        rows = [Value(items=[c[i] if i < len(c) else c[-1] for c in columns]) for i in range(length)]
        marks = frozenset().union(*(self.mark_of(a) for a in arguments))
        return Value(items=rows, marks=frozenset(marks))

    def invoke_any(self, function: Value, argument: Value, node: ast.AST) -> Value:
        """`map(f, xs)`."""
        if function.function is not None:
            return self.invoke(function, [self.element(argument)], {}, node)
        return argument.derived()

    def find_method(self, value: Value, name: str) -> Value | None:
        """A method of a class of the source, bound to its object."""
        if value.blueprint is None or name in value.table:
            return None
        made = self.scope.find(value.blueprint.name)
        found = made.table.get(name) if made is not None else None
        if found is None or found.function is None:
            return None
        function = found.function
        return Value(function=Function(function.node, function.scope, function.defaults, this=value))

    def invoke(self, function: Value, arguments: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        """Follow a call into a function or class of the source."""
        if function.blueprint is not None and function.function is None:
            return self.construct(function, arguments, keywords, node)
        code = function.function
        if code is None:
            return gather([*arguments, *keywords.values()])
        if code.node in self.calling or len(self.calling) >= self.budget.calls:
            self.doubt(getattr(node, "lineno", self.line), f"calls of `{code.name}` are nested too deep to follow")
            return gather([*arguments, *keywords.values()])
        self.reached.add(code.node)
        before, context, line = self.scope, self.context, self.line
        self.scope = Scope(outer=code.scope)
        self.context = f"{context}>{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}"
        self.calling.append(code.node)
        self.bind_parameters(code, arguments, keywords)
        if isinstance(code.node, ast.Lambda):
            result = self.evaluate(code.node.body)
        else:
            returned = self.execute(code.node.body)
            result = returned if returned is not None else self.yielded(code.node)
        self.calling.pop()
        self.scope, self.context, self.line = before, context, line
        return result

    def yielded(self, node: ast.AST) -> Value:
        """What a generator function gives, as one value."""
        found = [n.value for n in ast.walk(node) if isinstance(n, ast.Yield) and n.value is not None]
        return gather(self.evaluate(v) for v in found[:4])

    def bind_parameters(self, code: Function, arguments: list[Value], keywords: dict[str, Value]) -> None:
        """Give parameters their values; those that are not given, their defaults."""
        parameters = code.node.args
        names = [a.arg for a in (*parameters.posonlyargs, *parameters.args)]
        given = [code.this, *arguments] if code.this is not None else arguments
        for name in [*names, *(a.arg for a in parameters.kwonlyargs)]:
            self.scope.names[name] = code.defaults.get(name) or Value()
        for name, value in zip(names, given, strict=False):
            self.scope.names[name] = value
        if parameters.vararg is not None:
            rest = [v for v in given[len(names) :] if v is not None]
            self.scope.names[parameters.vararg.arg] = gather(rest)
            self.scope.names[parameters.vararg.arg].items = rest
        for name, value in keywords.items():
            if name in self.scope.names:
                self.scope.names[name] = value

    def construct(self, made: Value, arguments: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        """An object of a class of the source."""
        assert made.blueprint is not None
        value = Value(blueprint=made.blueprint, cls=made.blueprint.name)
        start = made.table.get("__init__")
        if start is not None and start.function is not None:
            code = start.function
            self.invoke(
                Value(function=Function(code.node, code.scope, code.defaults, this=value)), arguments, keywords, node
            )
        return value


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    return isinstance(node.test.left, ast.Name) and node.test.left.id == "__name__"


__all__ = ["Interpreter", "Machine"]
