"""The values of expressions."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.names import names_in
from heldout.sources.repository.leakage.parts import Parts
from heldout.sources.repository.leakage.rows import Part, opposite
from heldout.sources.repository.leakage.values import (
    Function,
    Scope,
    Value,
    bounded,
    gather,
    join,
    settle,
)
from heldout.sources.repository.syntax import children

_BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display"}
_EACH = 6
"""The items of a longer list are not gone through one by one."""
_ITEMS = 32
"""The items of a longer list are taken together."""

_ANSWER = re.compile(r"target|label|(^|['\"_])y(_|\d|['\"]|$)", re.IGNORECASE)
"""Names of columns that hold what is to be foretold."""

_SIDES = {ast.Lt: ("<", "yes"), ast.GtE: ("<", "no"), ast.Gt: (">", "yes"), ast.LtE: (">", "no")}


class Expressions(Parts):
    """Evaluation of expressions; calls of the source's own functions are in the subclass."""

    @cached_property
    def _handlers(self) -> dict[type[ast.AST], Callable[[Any], Value]]:
        """What is done with each type of expression: the method of its name."""
        kinds = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.expr)]
        named = {kind: getattr(self, f"_on_{kind.__name__.lower()}", None) for kind in kinds}
        return {kind: handler for kind, handler in named.items() if handler is not None}

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""
        self.spend()
        self.line = self.abroad or node.lineno
        handler = self._handlers.get(type(node))
        if handler is not None:
            return handler(node)
        return gather(self.evaluate(child) for child in children(node) if isinstance(child, ast.expr))

    # -- atoms and containers --------------------------------------------------------------------------------

    def _on_constant(self, node: ast.Constant) -> Value:
        return Value(constant=node.value)

    def _on_name(self, node: ast.Name) -> Value:
        found = self.scope.find(node.id)
        if found is not None:
            return found
        if node.id in _BUILTINS | apis.FUNCTIONS or node.id[:1].isupper() or self.stars:
            return Value(path=node.id)
        # A name that nothing here binds, as in a notebook whose cell is gone: data from outside.
        made = self.source(node, f"the unbound name {node.id}", f"name {node.id}")
        self.module.bind(node.id, made)
        return made

    def _on_tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        if len(node.elts) > _ITEMS and all(isinstance(e, ast.Constant) for e in node.elts):
            return Value(marks=frozenset({"list"}))  # a table of numbers or words: long, and of no rows
        items = [self.evaluate(e.value if isinstance(e, ast.Starred) else e) for e in node.elts]
        result = gather(items)
        plain = not any(isinstance(e, ast.Starred) for e in node.elts)
        result.items = items if plain and len(items) <= _ITEMS else None
        result.marks = frozenset({"list"})
        return result

    _on_list = _on_set = _on_tuple

    def _on_dict(self, node: ast.Dict) -> Value:
        entries: list[Value] = []
        table: dict[str, Value] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.evaluate(item)
            entries.append(value)
            if isinstance(key, ast.Constant):
                table[str(key.value)] = value
        result = gather(entries)
        result.table = table
        result.marks = frozenset({"dict"})
        return result

    def _on_lambda(self, node: ast.Lambda) -> Value:
        return Value(function=Function(node, self.scope))

    def _on_await(self, node: ast.Await | ast.Starred) -> Value:
        return self.evaluate(node.value)

    _on_starred = _on_await

    def _on_namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.scope.bind(node.target.id, value)
        return value

    def _on_joinedstr(self, node: ast.JoinedStr) -> Value:
        for child in node.values:
            if isinstance(child, ast.FormattedValue):
                self.evaluate(child.value)
        return Value()

    # -- operators -------------------------------------------------------------------------------------------

    def _on_binop(self, node: ast.BinOp) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if isinstance(node.op, ast.Mult) and "list" in left.marks | right.marks:
            whole = left if "list" in left.marks else right
            result = gather([whole])
            result.marks = frozenset({"list", "repeated"})
            return result
        if isinstance(node.op, ast.Add) and "list" in left.marks & right.marks:
            result = gather((left, right))
            both = (left.items, right.items)
            result.items = [*both[0], *both[1]] if both[0] is not None and both[1] is not None else None
            result.marks = left.marks | right.marks
            return result
        if isinstance(node.op, ast.BitAnd | ast.BitOr) and (left.mask or right.mask):
            result = gather((left, right))
            result.mask = (left.mask or right.mask) if isinstance(node.op, ast.BitAnd) else None
            return result
        result = self.arithmetic(left, right, node)
        if isinstance(node.op, ast.Sub | ast.Div):
            self.residuals(left, right, node)
        text = left.constant if isinstance(left.constant, str) else right.constant
        if isinstance(text, str) and "/" in text and result.rows:
            # Paths under one folder: other files, other rows.
            return self.part(result, ("path", text))
        return result

    def residuals(self, left: Value, right: Value, node: ast.AST) -> None:
        """Predictions beside answers: `y - predicted`, `predicted == y`."""
        for asked, other in ((left, right), (right, left)):
            if asked.judged and other.rows and not other.judged:
                self.record_evaluation(node, "metric", asked.judged, asked)

    def arithmetic(self, left: Value, right: Value, node: ast.AST) -> Value:
        """Rows with rows, or rows with a number that came from rows."""
        if left.rows and not left.grouped:
            return self.combine(left, [right], node, "used in arithmetic with the rows")
        if right.rows and not right.grouped:
            return self.combine(right, [left], node, "used in arithmetic with the rows")
        result = gather((left, right))
        result.marks = left.marks | right.marks
        result.length_of = left.length_of if not right.length_of else result.length_of
        return result

    def _on_unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        result = value.derived()
        if isinstance(node.op, ast.Invert | ast.Not) and value.mask is not None:
            result.mask = opposite(value.mask)
        if isinstance(node.op, ast.USub):
            result.length_of = value.length_of
            if isinstance(value.constant, int | float):
                result.constant = -value.constant
        return result

    def _on_compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        others = [self.evaluate(c) for c in node.comparators]
        result = self.arithmetic(left, gather(others), node)
        # Whether one number is above another decides a branch; of rows there are as many answers as rows.
        if node is not self.deciding or any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            self.residuals(left, gather(others), node)
        result.pending = frozenset()
        result.mask = self.mask_of(node, left)
        return result

    def mask_of(self, node: ast.Compare, left: Value) -> Part | None:
        """The cut that a comparison makes among the rows, named by what is compared."""
        if not left.rows and "list" not in left.marks and not left.path.startswith("numpy.random"):
            return None
        text = re.sub(r"\s+", "", ast.unparse(node.left).rpartition("[")[2])[-80:]
        other = self.bound_of(node.comparators[0])
        operator = type(node.ops[0])
        if operator in _SIDES:
            sign, side = _SIDES[operator]
            return (f"mask {text}{sign}{other}", side)
        if operator is ast.Eq and isinstance(node.comparators[0], ast.Constant):
            return (f"equal {text}", other)
        if operator is ast.Eq:
            return (f"mask {text}=={other}", "yes")
        return (f"mask {text}=={other}", "no") if operator is ast.NotEq else None

    def bound_of(self, node: ast.expr) -> str:
        """How a bound reads: what a function is called with is another one in each call, whatever its name."""
        value = self.scope.find(node.id) if self.calling and isinstance(node, ast.Name) else None
        if value is None:
            return ast.unparse(node)[-80:]
        if isinstance(value.constant, int | float | str):
            return repr(value.constant)[:80]
        number, _ = self.bounds.setdefault(id(value), (len(self.bounds), value))
        return f"bound {number}"

    def _on_boolop(self, node: ast.BoolOp) -> Value:
        values = [self.evaluate(v) for v in node.values]
        result = values[0]
        for value in values[1:]:
            result = join(result, value)
        return result

    def _on_ifexp(self, node: ast.IfExp) -> Value:
        self.evaluate(node.test)
        return join(self.evaluate(node.body), self.evaluate(node.orelse))

    # -- comprehensions --------------------------------------------------------------------------------------

    def _on_listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        if len(node.generators) == 1 and not node.generators[0].ifs:
            source = self.evaluate(node.generators[0].iter)
            if source.items and len(source.items) <= _EACH and "repeats" not in source.marks:
                return self.comprehended(node, source.items)
        with_names = self.enter_comprehension(node.generators)
        element = self.evaluate(node.elt)
        self.leave_comprehension(with_names)
        result = gather([element])
        result.within = (element,) if element.cls else ()
        result.marks = frozenset({"list", "ones"} if "one" in element.marks else {"list"})
        return result

    _on_setcomp = _on_generatorexp = _on_listcomp

    def comprehended(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, items: list[Value]) -> Value:
        """A comprehension over items that are known one by one."""
        before = self.scope
        target = node.generators[0].target
        self.loops.append((self.site(target), set(names_in(target))))
        made: list[Value] = []
        for item in items:
            self.scope = Scope(outer=before)
            self.assign(target, item)
            made.append(self.evaluate(node.elt))
        self.leave_comprehension(before)
        result = gather(made)
        result.items = made
        result.within = tuple(v for v in made if v.cls)[:_EACH]
        result.marks = frozenset({"list"})
        return result

    def _on_dictcomp(self, node: ast.DictComp) -> Value:
        with_names = self.enter_comprehension(node.generators)
        element = gather((self.evaluate(node.key), self.evaluate(node.value)))
        self.leave_comprehension(with_names)
        return element

    def enter_comprehension(self, generators: list[ast.comprehension]) -> Scope:
        """Bind the names of a comprehension in a scope of its own."""
        before = self.scope
        self.scope = Scope(outer=before)
        self.loops.append((self.site(generators[0].target), set()))
        for generator in generators:
            source = self.evaluate(generator.iter)
            self.loops[-1][1].update(names_in(generator.target))
            self.assign(generator.target, self.element(source))
            for condition in generator.ifs:
                self.evaluate(condition)
        return before

    def leave_comprehension(self, before: Scope) -> None:
        """Back to the scope around it."""
        self.scope = before
        self.loops.pop()

    # -- what statements need --------------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: Value) -> None:
        """Bind or store a value."""
        raise NotImplementedError

    def store(self, base: Value, key: str | None, value: Value, node: ast.AST) -> None:
        """Put a value into a column, an item or an attribute of an object."""
        if key is not None and (base.blueprint is not None or "dict" in base.marks):
            base.table[key] = value
            if "dict" in base.marks:
                whole = gather((base, value))
                base.rows, base.influences, base.pending = whole.rows, whole.influences, whole.pending
            return
        line = self.place(node)
        if key is not None and base.rows:
            base.columns = base.columns.plus(key)
            self.worked_out(base, key, self.origins(base, value), node, partly=base.base is not None)
        # A column of a table of groups that is made of others of it: the table is data of its own.
        pending = value.pending - base.pending if base.grouped else value.pending
        made = settle(pending, line, f"written into {key or 'the rows'}", key)
        # Into an unknown column, often the one that it was read from, what the rows hold already brings nothing new.
        new = value.influences if key is not None else value.influences - base.influences
        if _ANSWER.search(key or (ast.unparse(node.slice) if isinstance(node, ast.Subscript) else "")):
            new = frozenset(i for i in new if i.sort != "future")  # what is to be foretold lies ahead
        came = frozenset(i.then(line, f"written into {key or 'the rows'}", key) for i in new)
        if key is not None and not base.parts and base.base is None:
            # A column that is written anew no longer holds what changed it before.
            base.influences = frozenset(i for i in base.influences if i.column != key)
        if base.rows or base.parts:
            base.influence(made | came, key)
        else:
            base.rows = value.rows
            base.influences = bounded(base.influences | made | came)
        for target in (base, *base.parts):
            if key is not None and (value.judged or not base.rows or value.cls or value.function):
                target.table[key] = value

    @staticmethod
    def origins(base: Value, *values: Value) -> frozenset[str]:
        """The columns of the same rows that values were worked out from."""
        own = {atom.source for atom in base.rows}
        same = [v for v in values if own & {atom.source for atom in v.rows}]
        return frozenset[str]().union(*(v.made_of for v in same))
