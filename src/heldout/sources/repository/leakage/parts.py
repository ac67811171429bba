"""Parts of objects: attributes, columns, rows by position, mask or choice."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from heldout.sources.repository.leakage.columns import UNSURE
from heldout.sources.repository.leakage.estimators import Estimators
from heldout.sources.repository.leakage.library import constants
from heldout.sources.repository.leakage.names import names_in
from heldout.sources.repository.leakage.rows import Part, positional
from heldout.sources.repository.leakage.values import NOT_CONSTANT, Value, bounded, gather, join, leaves, settle

_SAME = frozenset({"values", "T", "str", "dt", "cat", "data", "target", "images", "A1", "real", "sparse", "array"})
_ROWLESS = frozenset({
    "columns", "dtypes", "dtype", "ndim", "intercept_", "best_params_", "best_score_", "cv_results_", "classes_",
    "feature_names", "target_names", "feature_names_in_", "history", "explained_variance_ratio_", "word_index",
    "vocabulary_", "DESCR", "summary", "params",
})  # fmt: skip
_INDEXERS = frozenset({"loc", "iloc", "at", "iat", "ix"})
_SIDES = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
_LEARNT = frozenset(
    {"mean_", "var_", "scale_", "min_", "max_", "data_min_", "data_max_", "statistics_", "components_", "labels_"}
)
_CHOOSING = frozenset({"feature_importances_", "coef_", "scores_", "pvalues_", "support_", "ranking_"})


def is_whole(index: ast.expr) -> bool:
    """Whether an index takes everything: `:`."""
    return isinstance(index, ast.Slice) and index.lower is index.upper is index.step is None


def positions(value: Value, key: Value) -> tuple[Part, ...]:
    """The sides of the cuts on which an array of positions lies: `order[:n]` picks other rows than `order[n:]`."""
    if key.index and (not key.rows or value.rows):
        return key.index
    if not value.rows or len(key.rows) != 1 or key.column is not None or key.mask is not None:
        return ()
    atom = next(iter(key.rows))
    return tuple((f"{cut} of {atom.source}", side) for cut, side in atom.parts)


class Parts(Estimators):
    """Looks at parts of abstract objects; most are views that write through."""

    def element(self, value: Value) -> Value:
        """Any one of what is iterated over."""
        if value.items:
            result = value.items[0]
            for item in value.items[1:6]:
                result = join(result, item)
            return result
        result = value.derived()
        if value.column is not None and value.rows and not value.grouped:
            result.marks |= {"one"}  # of a column, the value of one row
        elif "ones" in value.marks:
            result.marks = result.marks - {"list", "ones"} | {"one"}
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
        known = self.member(value, name)
        if known is not None:
            return known if not value.rows else self.column_of(value, name)
        method = self.find_method(value, name)
        if method is not None:
            return method
        if value.cls or value.fit is not None:
            return self.attribute_of_estimator(value, name)
        return self.attribute_of_data(value, name)

    @staticmethod
    def member(value: Value, name: str) -> Value | None:
        """What is known to be stored under a name, in an object or a module of the source."""
        return value.table.get(name) if value.module is None else value.module.find(name)

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
            if len(index.elts) == 2 and is_whole(index.elts[1]):
                return rows
            names = self.evaluate(index.elts[1]) if len(index.elts) > 1 else Value()
            return self.columns(rows, names) if constants(names) else self.chosen(rows, names)
        key = self.evaluate(index)
        moving = self.moving()
        named = "rows" in value.marks or not (moving and moving & set(names_in(index)))
        unknown = not isinstance(index, ast.Constant) and named
        return self.item(value, key, ast.unparse(index)[:80] if unknown else "")

    def item(self, value: Value, key: Value, picked: str = "") -> Value:
        """`value[key]` for a key that is known as a value; `picked` is how an unknown choice of rows reads."""
        constant = key.constant
        if isinstance(constant, str):
            return self.part(value, ("label", constant)) if "rows" in value.marks else self.by_name(value, constant)
        numbered = self.by_number(value, constant) if isinstance(constant, int) else None
        if numbered is not None:
            return numbered
        if key.mask is not None:
            return self.filtered(value, key)
        if places := positions(value, key):
            result = self.part(value, *places)
            result.base = None  # rows picked by their positions are copies
            return result
        if constants(key):
            return self.columns(value, key)
        if key.pending and value.rows:
            return self.chosen(value, key)
        result = self.any_item(value, picked)
        if "place" in key.marks and value.items is None and "list" not in value.marks:
            result.marks |= {"one"}  # `rows[i]` in a loop over positions
        return result

    def by_name(self, value: Value, name: str) -> Value:
        """A column; `splits["X_val"]` are rows that were parted before, kept under the name of their side."""
        side = _SIDES.get(name.lower().removeprefix("x_").removeprefix("y_")) if not value.table else None
        return self.part(value, ("named key", side)) if side else self.column_of(value, name)

    def by_number(self, value: Value, place: int) -> Value | None:
        """A known item of a list or table, or the rows at a place."""
        if value.items is not None:
            return value.items[place] if -len(value.items) <= place < len(value.items) else None
        if str(place) in value.table:
            return value.table[str(place)]
        return self.at(value, place) if value.rows and not value.pending else None

    def at(self, value: Value, place: int) -> Value:
        """One row, or one piece: `pieces[-1]` is no part of `pieces[:-1]`."""
        parts = [positional(str(place), after=True)]
        if place >= 0:
            parts.append(positional(str(place + 1), after=False))
        return self.part(value, *parts)

    def chosen(self, value: Value, names: Value) -> Value:
        """Columns chosen by what was computed over rows."""
        result = value.view()
        # Names that stand in a table beside a mean may have been chosen by it, or not.
        by = frozenset(replace(i, weak=i.weak or i.what.startswith(("mean", "sum"))) for i in names.pending)
        result.influences = bounded(value.influences | settle(by, self.line, "columns are chosen by it"))
        result.columns = UNSURE
        return result

    def any_item(self, value: Value, picked: str) -> Value:
        """Some item, or some rows, of which nothing is known but how the choice reads."""
        if value.items is not None:
            return self.element(value)
        if picked and value.rows:
            result = self.part(value, ("picked", picked))
            result.columns = value.columns if "rows" in value.marks else UNSURE
            return result
        result = value.view()
        result.within, result.length_of = value.within, value.length_of
        result.fit, result.cls = value.fit, value.cls or (value.within[0].cls if value.within else "")
        result.columns = value.columns if "rows" in value.marks else UNSURE
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
        result.columns, result.made_of = value.columns.only(kept), kept
        result.influences = frozenset(i for i in value.influences if i.column is None or i.column in kept)
        return result

    def sliced(self, value: Value, index: ast.Slice) -> Value:
        """`value[a:b]`: rows by position."""
        lower = self.evaluate(index.lower) if index.lower is not None else None
        upper = self.evaluate(index.upper) if index.upper is not None else None
        moving = self.moving()
        bounds = [b for b in (index.lower, index.upper) if b is not None]
        if not bounds or (moving and any(n in moving for b in bounds for n in names_in(b))):
            return value.view()
        if value.items is not None:
            return self.some_items(value, lower, upper)
        for node, bound, after in ((index.upper, upper, False), (index.lower, lower, True)):
            if bound is not None and bound.length_of and bound.length_of < value.rows:
                # `[:len(a)]` and `[-len(a):]` are the rows of a, `[len(a):]` and `[:-len(a)]` the others.
                from_behind = isinstance(node, ast.UnaryOp)
                result = value.view()
                result.rows = bound.length_of if after == from_behind else value.rows - bound.length_of
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
