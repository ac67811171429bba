"""The values of expressions."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable

from heldout.sources.repository.leakage.estimators import Estimators
from heldout.sources.repository.leakage.library import constants
from heldout.sources.repository.leakage.names import names_in
from heldout.sources.repository.leakage.rows import Part, opposite, positional
from heldout.sources.repository.leakage.values import (
    NOT_CONSTANT,
    Function,
    Scope,
    Value,
    bounded,
    gather,
    join,
    leaves,
    settle,
)

_BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display"}
_SAME = frozenset({"values", "T", "str", "dt", "cat", "data", "target", "images", "A1", "real", "sparse", "array"})
_ROWLESS = frozenset({
    "columns", "dtypes", "dtype", "ndim", "intercept_", "best_params_", "best_score_", "cv_results_", "classes_",
    "feature_names", "target_names", "feature_names_in_", "history", "explained_variance_ratio_", "word_index",
    "vocabulary_", "DESCR", "summary", "params",
})  # fmt: skip
_INDEXERS = frozenset({"loc", "iloc", "at", "iat", "ix"})
_LEARNT = frozenset(
    {"mean_", "var_", "scale_", "min_", "max_", "data_min_", "data_max_", "statistics_", "components_", "labels_"}
)
_CHOOSING = frozenset({"feature_importances_", "coef_", "scores_", "pvalues_", "support_", "ranking_"})
_SIDES = {ast.Lt: ("<", "yes"), ast.GtE: ("<", "no"), ast.Gt: (">", "yes"), ast.LtE: (">", "no")}


class Expressions(Estimators):
    """Evaluation of expressions; calls of the source's own functions are in the subclass."""

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""
        self.spend()
        self.line = node.lineno
        handler: Callable[[ast.expr], Value] | None = getattr(self, f"_on_{type(node).__name__.lower()}", None)
        if handler is not None:
            return handler(node)
        return gather(self.evaluate(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    # -- atoms and containers --------------------------------------------------------------------------------

    def _on_constant(self, node: ast.Constant) -> Value:
        return Value(constant=node.value)

    def _on_name(self, node: ast.Name) -> Value:
        found = self.scope.find(node.id)
        if found is not None:
            return found
        if node.id in _BUILTINS or node.id[:1].isupper() or self.stars:
            return Value(path=node.id)
        # A name that nothing here binds, as in a notebook whose cell is gone: data from outside.
        made = self.source(node, f"the unbound name {node.id}", f"name {node.id}")
        self.module.bind(node.id, made)
        return made

    def _on_tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        items = [self.evaluate(e.value if isinstance(e, ast.Starred) else e) for e in node.elts]
        result = gather(items)
        plain = not any(isinstance(e, ast.Starred) for e in node.elts)
        result.items = items if plain and len(items) <= 32 else None
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
        if isinstance(node.op, ast.USub) and isinstance(value.constant, int | float):
            result.constant = -value.constant
        return result

    def _on_compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        others = [self.evaluate(c) for c in node.comparators]
        result = self.arithmetic(left, gather(others), node)
        self.residuals(left, gather(others), node)
        result.pending = frozenset()
        result.mask = self.mask_of(node, left)
        return result

    def mask_of(self, node: ast.Compare, left: Value) -> Part | None:
        """The cut that a comparison makes among the rows, named by what is compared."""
        if not left.rows and "list" not in left.marks and not left.path.startswith("numpy.random"):
            return None
        text = re.sub(r"\s+", "", ast.unparse(node.left).rpartition("[")[2])[-80:]
        other = ast.unparse(node.comparators[0])[-80:]
        operator = type(node.ops[0])
        if operator in _SIDES:
            sign, side = _SIDES[operator]
            return (f"mask {text}{sign}{other}", side)
        if operator is ast.Eq and isinstance(node.comparators[0], ast.Constant):
            return (f"equal {text}", other)
        if operator is ast.Eq:
            return (f"mask {text}=={other}", "yes")
        return (f"mask {text}=={other}", "no") if operator is ast.NotEq else None

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
        with_names = self.enter_comprehension(node.generators)
        element = self.evaluate(node.elt)
        self.leave_comprehension(with_names)
        result = gather([element])
        result.within = (element,) if element.cls else ()
        result.marks = frozenset({"list"})
        return result

    _on_setcomp = _on_generatorexp = _on_listcomp

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

    def element(self, value: Value) -> Value:
        """Any one of what is iterated over."""
        if value.items:
            result = value.items[0]
            for item in value.items[1:6]:
                result = join(result, item)
            return result
        result = value.derived()
        result.within = value.within
        result.fit = value.fit
        result.cls = value.within[0].cls if value.within else ""
        return result

    # -- parts of objects ------------------------------------------------------------------------------------

    def _on_attribute(self, node: ast.Attribute) -> Value:
        value = self.evaluate(node.value)
        name = node.attr
        if value.path and not value.rows:
            return Value(path=f"{value.path}.{name}")
        known = value.table.get(name)
        if known is not None:
            return known if not value.rows else self.column_of(value, name)
        method = self.find_method(value, name)
        if method is not None:
            return method
        if value.cls or value.fit is not None:
            return self.attribute_of_estimator(value, name)
        return self.attribute_of_data(value, name)

    def attribute_of_data(self, value: Value, name: str) -> Value:
        """An attribute of a frame or array: another look at it, its size, or a column."""
        if name in {"shape", "size"}:
            return Value(length_of=value.rows)
        if name == "index":
            last = next((atom.parts[-1:] for atom in sorted(value.rows, key=str) if atom.parts), ())
            return Value(index=value.index or last, length_of=value.rows, pending=value.pending)
        if name in _ROWLESS:
            return Value()
        if name not in _INDEXERS | _SAME:
            return self.column_of(value, name)
        result = value.view()
        if name in _INDEXERS:
            result.marks |= {"rows"}
        return result

    def attribute_of_estimator(self, value: Value, name: str) -> Value:
        """What an estimator shows of itself after it was fitted."""
        if name in {"best_estimator_", "estimator", "model", "regressor"}:
            return value
        if name in _LEARNT | _CHOOSING and value.fit is not None and value.fit.rows:
            return self.statistic(
                Value(rows=value.fit.rows), f"{value.fit.name}.{name}", ast.Pass(lineno=value.fit.line)
            )
        return Value(bound=(value, name))

    def column_of(self, value: Value, name: str) -> Value:
        """One column of a frame, seen through what was stored into it."""
        result = value.view(name)
        stored = value.table.get(name)
        if stored is not None:
            result.judged = stored.judged
            if not value.rows:
                return stored
        else:
            result.judged = frozenset() if value.table else value.judged
        return result

    def find_method(self, value: Value, name: str) -> Value | None:
        """A method of a class of the source."""
        raise NotImplementedError

    def _on_slice(self, node: ast.Slice) -> Value:
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                self.evaluate(bound)
        return Value()

    def _on_subscript(self, node: ast.Subscript) -> Value:
        value = self.evaluate(node.value)
        index = node.slice
        if value.path and not value.rows:
            inner = self.evaluate(index)
            if value.path.endswith((".r_", ".c_")):
                pieces = list(leaves(inner))
                result = gather(pieces)
                result.rows = pieces[0].rows if value.path.endswith("c_") and pieces else result.rows
                return result
            return inner.derived()
        return self.take(value, index, node)

    def take(self, value: Value, index: ast.expr, node: ast.AST) -> Value:
        """`value[index]`: an item, a column, columns, or some of the rows."""
        if isinstance(index, ast.Slice):
            return self.sliced(value, index)
        if isinstance(index, ast.Tuple) and value.items is None:
            rows = self.take(value, index.elts[0], node) if index.elts else value
            names = self.evaluate(index.elts[1]) if len(index.elts) > 1 else Value()
            return self.columns(rows, names) if constants(names) else self.chosen(rows, names)
        key = self.evaluate(index)
        moving = self.moving()
        unknown = not isinstance(index, ast.Constant) and not moving & set(names_in(index))
        return self.item(value, key, ast.unparse(index)[:80] if unknown else "")

    def item(self, value: Value, key: Value, picked: str = "") -> Value:
        """`value[key]` for a key that is known as a value; `picked` is how an unknown choice of rows reads."""
        constant = key.constant
        if isinstance(constant, str):
            return self.part(value, ("label", constant)) if "rows" in value.marks else self.column_of(value, constant)
        if isinstance(constant, int) and value.items is not None and -len(value.items) <= constant < len(value.items):
            return value.items[constant]
        if isinstance(constant, int) and str(constant) in value.table:
            return value.table[str(constant)]
        if key.mask is not None:
            return self.filtered(value, key)
        if key.index and (not key.rows or value.rows):
            return self.part(value, *key.index)
        if constants(key):
            return self.columns(value, key)
        if key.pending and value.rows:
            return self.chosen(value, key)
        return self.any_item(value, picked)

    def chosen(self, value: Value, names: Value) -> Value:
        """Columns chosen by what was computed over rows."""
        result = value.view()
        result.influences = bounded(value.influences | settle(names.pending, self.line, "columns are chosen by it"))
        return result

    def any_item(self, value: Value, picked: str) -> Value:
        """Some item, or some rows, of which nothing is known but how the choice reads."""
        if value.items is not None:
            return self.element(value)
        if picked and value.rows:
            return self.part(value, ("picked", picked))
        result = value.view()
        result.within, result.length_of = value.within, value.length_of
        result.fit, result.cls = value.fit, value.cls or (value.within[0].cls if value.within else "")
        return result

    def filtered(self, value: Value, mask: Value) -> Value:
        """The rows where a mask holds; a mask made with a number of all rows carries that number along."""
        result = self.part(value, mask.mask) if mask.mask is not None else value.view()
        # The influences of the compared column itself are those of the rows: only what the mask adds counts.
        result.influences = bounded(result.influences | frozenset(i for i in mask.influences if i.column is None))
        return result

    def columns(self, value: Value, names: Value) -> Value:
        """Some columns of a frame, with what changed those only."""
        kept = constants(names)
        result = value.view()
        result.column = next(iter(kept)) if len(kept) == 1 else None
        result.influences = frozenset(i for i in value.influences if i.column is None or i.column in kept)
        return result

    def sliced(self, value: Value, index: ast.Slice) -> Value:
        """`value[a:b]`: rows by position."""
        lower = self.evaluate(index.lower) if index.lower is not None else None
        upper = self.evaluate(index.upper) if index.upper is not None else None
        moving = self.moving()
        bounds = [b for b in (index.lower, index.upper) if b is not None]
        if not bounds or any(n in moving for b in bounds for n in names_in(b)):
            return value.view()
        if value.items is not None:
            return self.some_items(value, lower, upper)
        for bound, after in ((upper, False), (lower, True)):
            if bound is not None and bound.length_of and bound.length_of < value.rows:
                result = value.view()
                result.rows = bound.length_of if not after else value.rows - bound.length_of
                return result
        parts: list[Part] = []
        if index.lower is not None and lower is not None and lower.constant not in (0, None):
            parts.append(self.cut(index.lower, lower, after=True))
        if index.upper is not None and upper is not None and upper.constant is not None:
            parts.append(self.cut(index.upper, upper, after=False))
        return self.part(value, *parts) if parts else value.view()

    def some_items(self, value: Value, lower: Value | None, upper: Value | None) -> Value:
        """A slice of a list whose items are known."""
        start, stop = (None if b is None else b.constant for b in (lower, upper))
        known = (start is None or isinstance(start, int)) and (stop is None or isinstance(stop, int))
        if value.items is None or not known:
            return value.view()
        chosen = value.items[start if isinstance(start, int) else None : stop if isinstance(stop, int) else None]
        result = gather(chosen)
        result.items = chosen
        return result

    def cut(self, node: ast.expr, bound: Value, *, after: bool) -> Part:
        """The side of a cut at a bound: lengths by whose they are, constants and expressions by how they read."""
        if bound.length_of:
            rows = sorted(f"{a.source} {a.parts}" for a in bound.length_of)
            return positional(f"end of {rows[0]}"[:160], after=after)
        if bound.constant is not NOT_CONSTANT:
            return positional(str(bound.constant)[:40], after=after)
        # The same words in another call of a function are another cut.
        return positional(re.sub(r"\s+", "", ast.unparse(node))[:80] + self.context, after=after)

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
        line = getattr(node, "lineno", self.line)
        made = settle(value.pending, line, f"written into {key or 'the rows'}", key)
        came = frozenset(i.then(line, f"written into {key or 'the rows'}", key) for i in value.influences)
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
