"""Calls: of builtins, libraries and methods, and of what the source itself defines."""

from __future__ import annotations

import ast
from collections.abc import Callable

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.columns import NEIGHBOURS, UNSURE
from heldout.sources.repository.leakage.estimators import fits_of, short
from heldout.sources.repository.leakage.expressions import Expressions
from heldout.sources.repository.leakage.library import rows_of
from heldout.sources.repository.leakage.rows import NONE
from heldout.sources.repository.leakage.values import Call, Function, Scope, Value, gather
from heldout.sources.repository.syntax import walk

_UNROLLED = 6
_OF_OBJECTS = frozenset({"add", "append", "compile", "set_params", "eval", "train", "to", "cuda", "cpu"})
_PLOTTING = ("matplotlib", "seaborn", "plotly", "bokeh", "altair", "sns.", "plt.", "sys.", "os.", "warnings", "logging")
_CLOCKS = ("datetime.", "time.", "uuid.", "random.", "pendulum.")
_BOOSTERS = ("xgboost", "lightgbm", "catboost", "xgb", "lgb")
_TRANSPARENT = frozenset({"time", "timeit", "capture", "prun", "memit", "debug"})
_FACTORIES = frozenset({"make_pipeline", "make_union", "make_column_transformer"})


class Calls(Expressions):
    """Follows calls a few deep."""

    def _on_call(self, node: ast.Call) -> Value:
        """A call of anything."""
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "run_cell_magic":
            return self.cell_magic(node)
        receiver: Value | None = None
        if isinstance(called, ast.Attribute):
            receiver = self.evaluate(called.value)
            if receiver.path and not receiver.rows:
                function, receiver = Value(path=f"{receiver.path}.{called.attr}"), None
            else:
                function = self.member(receiver, called.attr) or self.find_method(receiver, called.attr) or Value()
        else:
            function = self.evaluate(called)
        arguments = [self.evaluate(a) for a in node.args]
        call = Call(node, arguments, {k.arg or "**": self.evaluate(k.value) for k in node.keywords})
        self.line = self.place(node)
        self.entrust(call)
        if receiver is not None and isinstance(called, ast.Attribute):
            return self.call_method(receiver, called.attr, function, call)
        if function.cls:
            return self.applied_object(function, call)
        if function.function is not None or function.blueprint is not None:
            return self.invoke(function, call.arguments, call.keywords, node)
        if function.path:
            return self.call_path(function.path, call)
        return self.applied_object(function, call)

    def cell_magic(self, node: ast.Call) -> Value:
        """`get_ipython().run_cell_magic("time", "", code)`: the code of a cell, as notebook exports write it."""
        given = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if len(given) != 3 or given[0] not in _TRANSPARENT or not isinstance(given[2], str):
            return Value()
        try:
            body = ast.parse(given[2]).body
        except (SyntaxError, ValueError, MemoryError):
            return Value()
        for part in (p for statement in body for p in walk(statement)):
            if hasattr(part, "lineno"):
                part.lineno = node.lineno
        self.execute(body)
        return Value()

    def call_method(self, receiver: Value, name: str, function: Value, call: Call) -> Value:
        """`receiver.name(...)`: the source's own method, an estimator's, an object's, or one of data."""
        own: Value | None = None
        if function.function is not None:
            arguments, keywords = call.arguments, call.keywords
            if name in apis.FITS:  # predictions that are learnt from are judged by nobody
                arguments = [unjudged(v) for v in arguments]
                keywords = {k: unjudged(v) for k, v in keywords.items()}
            own = self.invoke(function, arguments, keywords, call.node)
        if name == "split" and short(receiver.cls) in apis.FOLDS:
            return self.folds(call, receiver)
        if self.is_estimator_call(receiver, name, call):
            result = self.estimator_method(receiver, name, call)
            return result if own is None or name in apis.FITS else own
        if own is not None:
            return own
        if name == "backward" and receiver.asked:
            return self.step(receiver, call)
        if receiver.cls and not receiver.rows:
            return receiver if name in _OF_OBJECTS else self.unknown(call, name) if call.given else Value()
        return self.data_method(receiver, name, call)

    def call_path(self, path: str, call: Call) -> Value:
        """A call of a builtin, a class of a library, or a function of one."""
        name = short(path)
        builtin = _BUILTINS.get(path)
        if builtin is not None:
            return builtin(self, call)
        if path.startswith(_PLOTTING) or (path.startswith(_CLOCKS) and not rows_of(call.given)):
            return Value()
        if name in apis.FITS and path.startswith(_BOOSTERS):
            booster = Value(cls=path.rpartition(".")[0] + ".Booster")
            self.learn(booster, call, [v for v in call.data if v.rows][:1])
            return booster
        if name == "cv" and "." in path:
            return self.cross_validate(call, path)
        if name[:1].isupper() or name in _FACTORIES:
            return self.instance(path, call)
        return self.library_call(path, call)

    # -- objects of libraries --------------------------------------------------------------------------------

    def instance(self, path: str, call: Call) -> Value:
        """`SomeClass(...)`: rows in other clothes if it is given rows, else an object that may learn."""
        inside = tuple(v for given in call.given for v in self.estimators_in(given))
        tabular = short(path) in {"DataFrame", "Series"} and any(v.pending for v in call.given)
        if (rows_of(call.given) or tabular) and short(path) not in apis.LEARNING_TRANSFORMERS | apis.SEARCHES:
            return self.wrapped(short(path), call)
        return Value(cls=path, within=inside[:16])

    def wrapped(self, name: str, call: Call) -> Value:
        """`DataFrame(x, ...)`, `DMatrix(x, y)`."""
        made = gather(call.given)
        first = next((a for a in call.given if a.rows), made)
        result = first.derived()
        result.influences, result.judged = made.influences, made.judged
        if name in {"DataFrame", "Series"}:
            result.pending = made.pending
            result.table = {k: v for k, v in first.table.items() if v.judged}
        return result

    def applied_object(self, function: Value, call: Call) -> Value:
        """`model(rows)`: what a network says of rows; a loss of it is still of that network."""
        result = gather(call.given)
        result.columns, result.made_of = UNSURE, result.made_of | {NEIGHBOURS}
        fresh = not result.asked
        if fresh:
            result.asked = (function,)
            fits = fits_of(function)
            if result.rows and fits:
                self.record_evaluation(call.node, "predict", fits, result)
                result.judged = frozenset(fits)
        return result

    def step(self, value: Value, call: Call) -> Value:
        """`loss.backward()`: the networks that made the loss learn from its rows."""
        for network in value.asked:
            self.learn(network, call, [value], stepwise=True)
        return Value()

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

    # -- builtins --------------------------------------------------------------------------------------------

    def silent(self, call: Call) -> Value:
        """What gives no rows."""
        return Value()

    def rebuilt(self, call: Call) -> Value:
        """A container made of another."""
        if not call.arguments:
            return Value(items=[], marks=frozenset({"list"}))
        value = call.arguments[0]
        result = value.derived()
        result.items = list(value.items) if value.items is not None else None
        result.marks = value.marks | {"list"} if not value.rows else value.marks
        result.index, result.mask, result.within = value.index, value.mask, value.within
        result.length_of = value.length_of
        return result

    def following(self, call: Call) -> Value:
        """`next(xs)`: the first item, where the items are known."""
        return call.first.items[0] if call.arguments and call.first.items else self.rebuilt(call)

    def unordered(self, call: Call) -> Value:
        """`set(x)`: what was predicted of which row can no longer be told."""
        result = self.rebuilt(call)
        result.judged = frozenset()
        return result

    def extreme(self, call: Call) -> Value:
        """`max(a, b)`: one of them; `max(rows)`: a number of all."""
        if len(call.arguments) > 1:
            return self.combine(call.first, call.arguments[1:], call.node, "compared with it")
        return self.reduce(call, ast.unparse(call.node.func)[:8], call.first) if call.arguments else Value()

    def enumerated(self, call: Call) -> Value:
        """`enumerate(xs)`."""
        inner = call.first
        pairs = [Value(items=[Value(marks=frozenset({"place"})), i]) for i in self.each(inner)]
        return Value(items=pairs, marks=self.mark_of(inner))

    def watched_over(self, call: Call) -> Value:
        """`tqdm(xs)`: the same items, with a bar."""
        return call.first

    def ranged(self, call: Call) -> Value:
        """`range(n)`."""
        ends = call.arguments[-1].length_of if call.arguments else NONE
        return Value(length_of=ends, marks=frozenset({"place"}))

    def converted(self, call: Call) -> Value:
        """`int(x)`, `round(x)`: the same number."""
        result = call.first.derived()
        result.length_of, result.constant = call.first.length_of, call.first.constant
        return result

    def mapped(self, call: Call) -> Value:
        """`map(f, xs)`."""
        if len(call.arguments) > 1 and call.arguments[0].function is not None:
            return self.invoke(call.arguments[0], [self.element(call.arguments[1])], {}, call.node)
        return gather(call.arguments)

    def each(self, value: Value) -> list[Value]:
        """The items of an iterable, one for all if they are not known."""
        return list(value.items[:_UNROLLED]) if value.items else [self.element(value)]

    @staticmethod
    def mark_of(value: Value) -> frozenset[str]:
        """Whether going through a value repeats one step many times."""
        return value.marks & {"repeats"} if value.items else frozenset({"repeats"})

    def zipped(self, call: Call) -> Value:
        """`zip(xs, ys)`."""
        columns = [self.each(a) for a in call.arguments]
        length = max((len(c) for c in columns), default=0)
        rows = [Value(items=[c[i] if i < len(c) else c[-1] for c in columns]) for i in range(length)]
        return Value(items=rows, marks=frozenset[str]().union(*(self.mark_of(a) for a in call.arguments)))

    # -- what the source defines -----------------------------------------------------------------------------

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
            self.doubt(self.place(node), f"calls of `{code.name}` are nested too deep to follow")
            return gather([*arguments, *keywords.values()])
        self.reached.add(code.node)
        before, context, line = self.scope, self.context, self.line
        abroad = self.abroad
        if not abroad and not code.scope.within(self.home):
            self.abroad = self.place(node)
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
        self.scope, self.context, self.line, self.abroad = before, context, line, abroad
        return result

    def entrust(self, call: Call) -> None:
        """Remember a model that is handed over together with rows: what judges it on them may lie there."""
        models = [short(v.cls) for v in call.given if v.cls and not v.rows]
        if models and (rows := rows_of(call.given)):
            self.entrusted.update((model, rows | self.called_aside(call.node)) for model in models)

    def yielded(self, node: ast.AST) -> Value:
        """What a generator function gives, as one value."""
        found = [n.value for n in walk(node) if isinstance(n, ast.Yield) and n.value is not None]
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
        name = made.blueprint.name if made.blueprint is not None else ""
        value = Value(blueprint=made.blueprint, cls=name)
        start = made.table.get("__init__")
        if start is not None and start.function is not None:
            code = start.function
            self.invoke(
                Value(function=Function(code.node, code.scope, code.defaults, this=value)), arguments, keywords, node
            )
        return value


def unjudged(value: Value) -> Value:
    """The same rows, as data of their own where they are predictions."""
    if not value.judged:
        return value
    result = value.derived()
    result.judged = frozenset()
    return result


_Builtin = Callable[[Calls, Call], Value]
_BUILTINS: dict[str, _Builtin] = {
    **dict.fromkeys(("print", "display", "isinstance", "hasattr", "open", "type", "id", "repr", "help"), Calls.silent),
    **dict.fromkeys(
        ("list", "tuple", "sorted", "reversed", "iter", "numpy.array", "numpy.asarray"),
        Calls.rebuilt,
    ),
    **dict.fromkeys(("set", "frozenset"), Calls.unordered),
    "next": Calls.following,
    **dict.fromkeys(("max", "min"), Calls.extreme),
    **dict.fromkeys(
        ("int", "float", "round", "abs", "str", "bool", "math.ceil", "math.floor", "numpy.ceil"), Calls.converted
    ),
    "enumerate": Calls.enumerated,
    **dict.fromkeys(("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "rich.progress.track"), Calls.watched_over),
    "range": Calls.ranged,
    "zip": Calls.zipped,
    "map": Calls.mapped,
    "filter": Calls.mapped,
}
"""Functions whose results must keep what they were made of, by resolved name."""
