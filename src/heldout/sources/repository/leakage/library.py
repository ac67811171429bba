"""What library functions and methods of data do to abstract values."""

from __future__ import annotations

import ast

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.machine import Machine
from heldout.sources.repository.leakage.rows import NONE, Part, Rows, opposite, union, within
from heldout.sources.repository.leakage.values import (
    NOT_CONSTANT,
    Influence,
    Influences,
    Value,
    bounded,
    gather,
    leaves,
    settle,
)

Keywords = dict[str, Value]
_BY_COLUMN = frozenset({1, -1, "columns", "index-wise"})
_DATA_KEYWORDS = ("X", "x", "y", "data", "a", "arrays", "objs", "df")


class Library(Machine):
    """Calls that the source does not define."""

    # -- statistics ------------------------------------------------------------------------------------------

    def statistic(self, value: Value, what: str, node: ast.AST) -> Value:
        """What a reduction leaves: a number that remembers the rows that it was computed over."""
        line = getattr(node, "lineno", self.line)
        if value.judged:
            self.record_evaluation(node, "metric", value.judged, value)
        if not value.rows:
            return Value(pending=value.pending, judged=value.judged)
        made = Influence("statistic", value.rows, what, line, flow=((line, f"the {what} of these rows is computed"),))
        pending = bounded(value.pending | {made})
        if value.grouped:
            return Value(rows=value.rows, influences=value.influences, pending=pending, grouped=True)
        return Value(pending=pending, judged=value.judged)

    def combine(self, host: Value, others: list[Value], node: ast.AST, note: str) -> Value:
        """Rows joined with numbers: what was computed over rows now influences rows."""
        line = getattr(node, "lineno", self.line)
        result = host.derived()
        result.grouped = host.grouped and all(o.grouped or not o.pending for o in others)
        # An aggregate meets itself again: it is data of its own, not rows with a number of theirs.
        pending: Influences = frozenset().union(*(o.pending for o in others)) - host.pending
        result.influences = bounded(host.influences.union(*(o.influences for o in others)))
        if host.grouped and host.pending:
            result.pending = bounded(host.pending | pending)
        elif pending:
            result.influences = bounded(result.influences | settle(host.rows, pending, line, note, host.column))
        result.judged = host.judged.union(*(o.judged for o in others))
        return result

    def touched_by_all(self, value: Value, what: str, node: ast.AST) -> Value:
        """Each row changed by what all of the same rows say."""
        line = getattr(node, "lineno", self.line)
        result = value.derived()
        if value.rows:
            made = Influence(
                "statistic", value.rows, what, line, value.column, flow=((line, f"{what} looks at all of these rows"),)
            )
            result.influences = bounded(value.influences | {made})
        return result

    # -- parting rows ----------------------------------------------------------------------------------------

    def part(self, value: Value, *parts: Part) -> Value:
        """The rows of a value on the given sides of cuts; still a view of it."""
        result = value.view()
        result.rows = within(value.rows, *parts)
        self.saw_sides(value.rows, *parts)
        result.index = parts[-1:]
        if value.items is not None:
            result.items = None
        return result

    def split(self, node: ast.Call, name: str, arguments: list[Value], keywords: Keywords) -> Value:
        """`train_test_split`: each argument in two."""
        text = sorted(
            f"{k.arg}={ast.unparse(k.value)}"
            for k in node.keywords
            if k.arg in {"test_size", "train_size", "random_state", "shuffle"}
        )
        known = any(t.startswith("random_state=") and t[13:].isdigit() for t in text) or "shuffle=False" in text
        key = f"split {' '.join(text)}" if known else f"split {self.site(node)}"
        many = [a for a in arguments if a.rows or a.index] or arguments[:1]
        fixed = keywords.get("shuffle")
        self.record_split(node, name, many, shuffled=not (fixed is not None and fixed.constant is False))
        results: list[Value] = []
        for value in arguments:
            for side in ("train", "test"):
                piece = self.part(value, (key, side))
                piece.base = None
                results.append(piece)
        result = gather(results)
        result.items = results
        return result

    def folds(self, node: ast.AST, splitter: Value, arguments: list[Value]) -> Value:
        """`splitter.split(X)`: pairs of positions, one pair per fold."""
        name = splitter.cls.rpartition(".")[2] or "split"
        self.record_split(node, f"{name}.split", arguments[:1], shuffled="TimeSeries" not in name)
        key = f"fold {self.site(node)}"
        if name in apis.SINGLE_SPLITS:
            key = f"split {self.site(node)}"
        sides = [Value(index=((key, "train"),)), Value(index=((key, "test"),))]
        pair = Value(items=sides)
        return Value(items=[pair], marks=frozenset({"repeats"}))

    def complement(self, value: Value, dropped: Value) -> Value | None:
        """`frame.drop(part.index)`: the rows on the other side of the part's last cut."""
        if not dropped.index:
            return None
        other = opposite(dropped.index[-1])
        return self.part(value, other) if other is not None else None

    # -- functions of libraries ------------------------------------------------------------------------------

    def library_call(self, path: str, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        """A call of a function by its resolved dotted name."""
        name = path.rpartition(".")[2]
        data = [*arguments, *(keywords[k] for k in _DATA_KEYWORDS if k in keywords)]
        if name in apis.SPLITS:
            return self.split(node, name, arguments or data, keywords)
        if name in apis.CROSS_VALIDATIONS:
            return self.cross_validate(node, name, data, keywords)
        if name in apis.METRICS and any(a.judged for a in [*arguments, *keywords.values()]):
            return self.metric(node, [*arguments, *keywords.values()])
        if name in apis.READERS:
            return self.read(node, name, arguments, keywords)
        if name == "shuffle" and len(arguments) > 1:
            result = gather(arguments)
            result.items = [a.derived() for a in arguments]
            return result
        if name in apis.SELF_FITTED and data:
            return self.touched_by_all(data[0], name, node)
        if name == "resample" and data and "sklearn" in path:
            return self.resample(node, data, keywords)
        if name in {"concat", "concatenate", "vstack", "append", "r_", "row_stack", "hstack", "column_stack", "c_"}:
            return self.stack(node, name, data, keywords)
        if name in {"merge", "merge_asof", "merge_ordered"} and len(data) >= 2:
            return self.combine(data[0], data[1:], node, "merged into the rows")
        if name in {"where", "select", "nan_to_num", "clip", "subtract", "divide", "true_divide", "add", "multiply"}:
            host = next((a for a in data if a.rows), data[0] if data else Value())
            return self.combine(host, [a for a in arguments if a is not host], node, f"used in `{name}`")
        if name in apis.REDUCTIONS and data:
            return self.reduce(node, name, data[0], keywords)
        if name in {"len", "sum", "count_nonzero", "nunique", "unique", "shape", "size"}:
            return self.length(node, name, data)
        return self.unknown(node, name, arguments, keywords)

    def reduce(self, node: ast.Call, name: str, value: Value, keywords: Keywords) -> Value:
        """A reduction down the rows; along the columns it is a matter of one row."""
        axis = keywords.get("axis")
        positional = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if (axis is not None and axis.constant in _BY_COLUMN) or (axis is None and positional in {1, "columns"}):
            return value.derived()
        column = f" of {value.column}" if value.column else ""
        return self.statistic(value, name + column, node)

    def length(self, node: ast.Call, name: str, data: list[Value]) -> Value:
        """A number of rows: it tells nothing of what they hold, only where they end."""
        whole = gather(data)
        if whole.judged and name != "len":
            self.record_evaluation(node, "metric", whole.judged, whole)
        return Value(length_of=whole.rows if name in {"len", "shape", "size"} else NONE, judged=whole.judged)

    def read(self, node: ast.Call, name: str, arguments: list[Value], keywords: Keywords) -> Value:
        """Rows from outside: the same file gives the same rows."""
        where = next((v.constant for v in [*arguments, *keywords.values()] if isinstance(v.constant, str)), None)
        if where is not None and name.startswith(("read", "scan", "load", "genfrom")):
            split = keywords.get("split")
            where += f" {split.constant}" if split is not None and isinstance(split.constant, str) else ""
            return self.source(node, where, f"file {where}")
        value = self.source(node, name)
        if name in {"load_data", "load_dataset"}:
            value.marks = frozenset({"pieces"})
        return value

    def metric(self, node: ast.AST, values: list[Value]) -> Value:
        """Predictions meet the answers."""
        asked = gather(v for v in values if v.judged)
        self.record_evaluation(node, "metric", asked.judged, asked)
        return Value()

    def cross_validate(self, node: ast.AST, name: str, data: list[Value], keywords: Keywords) -> Value:
        """Cross-validation parts the rows that it is given, unless it is told fixed folds."""
        self.record_split(node, name, [v for v in data if v.rows], inner=True)
        rows = gather(v for v in data if v.rows)
        return rows.derived() if name == "cross_val_predict" else Value()

    def resample(self, node: ast.AST, data: list[Value], keywords: Keywords) -> Value:
        """`sklearn.utils.resample`: with replacement it makes copies of rows."""
        replaced = keywords.get("replace")
        result = gather(data).derived()
        if (replaced is None or replaced.constant is True) and "n_samples" in keywords:
            return self.copied(result, "resample", node)
        return result

    def copied(self, value: Value, what: str, node: ast.AST) -> Value:
        """Rows that now exist more than once, or that were made from their neighbours."""
        line = getattr(node, "lineno", self.line)
        made = Influence("copies", value.rows, what, line, flow=((line, f"{what} makes more rows out of these"),))
        value.influences = bounded(value.influences | {made})
        return value

    def stack(self, node: ast.Call, name: str, data: list[Value], keywords: Keywords) -> Value:
        """Tables put below one another have the rows of all; side by side, those of the first."""
        pieces: list[Value] = []
        for value in data:
            if value.rows or value.items:
                pieces.extend(leaves(value))
        axis = keywords.get("axis")
        beside = name in apis.SIDE_BY_SIDE or (axis is not None and axis.constant in _BY_COLUMN)
        result = gather(pieces)
        if beside:
            first = next((p for p in pieces if p.rows), result)
            result.rows = first.rows
            result.length_of = NONE
        elif len({id(p) for p in pieces}) < len(pieces) or "repeated" in frozenset().union(*(d.marks for d in data)):
            return self.copied(result, "stacking the same rows", node)
        if result.pending and not result.grouped:
            result.pending = frozenset()
        return result

    def unknown(self, node: ast.AST, name: str, arguments: list[Value], keywords: Keywords) -> Value:
        """A call that we know nothing of: its result may hold all that it was given."""
        for value in arguments:
            if value.function is not None:
                self.invoke(value, [gather(a for a in arguments if a is not value)], {}, node)
        given = [*arguments, *keywords.values()]
        result = gather(given)
        if result.judged and any(v.rows and not v.judged for v in given):
            self.record_evaluation(node, "metric", result.judged, gather(v for v in given if v.judged))
        if not result.rows:
            fresh = self.source(node, name)
            result.rows = fresh.rows
            if not given:
                result.marks = frozenset({"pieces"})
        result.within = tuple(v for g in given for v in leaves(g) if v.cls)[:16]
        return result

    # -- methods of data -------------------------------------------------------------------------------------

    def data_method(self, value: Value, name: str, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        """A method of a frame, series, array, list or group."""
        special = getattr(self, f"_method_{name}", None)
        if special is not None:
            result = special(value, node, arguments, keywords)
            assert isinstance(result, Value)
        elif name in apis.REDUCTIONS or (value.grouped and name in apis.GROUP_REDUCTIONS):
            result = self.reduce(node, name, value, keywords)
        elif name in apis.ROWLESS_METHODS:
            result = Value()
        elif name in apis.JOINING:
            others = [*arguments, *(v for k, v in keywords.items() if k != "inplace")]
            others = [self.applied(o, value, node) for o in others]
            result = self.combine(value, others, node, f"`{name}` puts it into the rows")
        elif name in {"append", "extend", "add", "insert", "appendleft", "setdefault"} and arguments:
            result = self.grow(value, arguments)
        else:
            result = value.derived()
            if not value.rows:
                more = gather([*arguments, *keywords.values()])
                result.rows, result.influences, result.judged = (
                    more.rows,
                    value.influences | more.influences,
                    value.judged | more.judged,
                )
        inplace = keywords.get("inplace")
        if inplace is not None and inplace.constant is True:
            value.influence(result.influences - value.influences)
            if value.base is None and name in {"drop", "query", "dropna"}:
                value.rows = result.rows or value.rows
                value.influences = result.influences
        return result

    def applied(self, argument: Value, value: Value, node: ast.AST) -> Value:
        """What a function given to `apply` or `map` makes of a row."""
        if argument.function is None and argument.bound is None:
            return argument
        row = value.derived()
        return self.invoke(argument, [row], {}, node)

    def grow(self, value: Value, arguments: list[Value]) -> Value:
        """A list takes in more."""
        more = gather(arguments)
        value.rows = union((value.rows, more.rows))
        value.influences = bounded(value.influences | more.influences)
        value.pending = bounded(value.pending | more.pending)
        value.judged |= more.judged
        if value.items is not None and not self.loops and len(value.items) < 32:
            value.items.append(arguments[-1])
        elif value.items is not None:
            value.items = None
        return value

    def _method_append(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        if value.items is None and value.rows and "list" not in value.marks:
            result = self.stack(node, "append", [value, *arguments], keywords)
            return result
        return self.grow(value, arguments)

    def _method_copy(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        result = value.derived()
        result.table = dict(value.table)
        result.items = list(value.items) if value.items is not None else None
        return result

    def _method_sample(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        whole = keywords.get("frac", Value())
        again = keywords.get("replace")
        if again is not None and again.constant is True:
            return self.copied(value.derived(), "sampling with replacement", node)
        if whole.constant in (1, 1.0):
            result = value.derived()
            result.marks |= {"shuffled"}
            return result
        result = self.part(value, (f"sample {self.site(node)}", "taken"))
        result.base = None
        return result

    def _method_drop(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        dropped = arguments[0] if arguments else keywords.get("index", keywords.get("labels", Value()))
        other = self.complement(value, dropped)
        if other is not None:
            other.base = None
            return other
        result = value.derived()
        gone = constants(dropped) | constants(keywords.get("columns", Value()))
        result.influences = frozenset(i for i in value.influences if i.column not in gone)
        return result

    def _method_pop(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        name = arguments[0].constant if arguments else None
        result = value.view(name if isinstance(name, str) else None)
        if isinstance(name, str):
            value.influences = frozenset(i for i in value.influences if i.column != name)
        result.base = None
        return result

    def _method_head(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        if node.args and arguments[0].constant is NOT_CONSTANT:
            return self.part(value, self.cut(node.args[0], arguments[0], after=False))
        return value.view()

    def _method_tail(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        if node.args and arguments[0].constant is NOT_CONSTANT:
            return self.part(value, self.cut(node.args[0], arguments[0], after=True))
        return value.view()

    def _method_take(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        return self.part(value, self.cut(node.args[0], arguments[0], after=False)) if node.args else value.view()

    def _method_skip(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        return self.part(value, self.cut(node.args[0], arguments[0], after=True)) if node.args else value.view()

    def _method_groupby(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        result = value.derived()
        result.grouped = True
        return result

    def _method_rolling(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        result = value.derived()
        result.marks |= {"window"}
        return result

    _method_ewm = _method_expanding = _method_rolling

    def _method_isin(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        result = Value(rows=value.rows)
        if arguments and arguments[0].index:
            result.mask = arguments[0].index[-1]
        return result

    def _method_isnull(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        return Value(rows=value.rows, mask=(f"null {value.column}", "yes") if value.column else None)

    def _method_notnull(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        return Value(rows=value.rows, mask=(f"null {value.column}", "no") if value.column else None)

    _method_isna = _method_isnull
    _method_notna = _method_notnull

    def _method_transform(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        if not value.grouped:
            return self.combine(
                value, [self.applied(a, value, node) for a in arguments], node, "`transform` puts it into the rows"
            )
        how = arguments[0] if arguments else Value()
        name = how.constant if isinstance(how.constant, str) else how.path.rpartition(".")[2]
        made = value.derived()
        made.grouped = False
        if name in apis.REDUCTIONS | {"sum", "count", "size", "nunique"}:
            return self.touched_by_all(made, f"{name} per group", node)
        return self.combine(made, [self.applied(how, value, node)], node, "the group's number is put into each row")

    def _method_agg(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        return self.statistic(value, "summary per group" if value.grouped else "summary", node)

    _method_aggregate = _method_agg

    def _method_align(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        pair = [value.derived(), *(a.derived() for a in arguments[:1])]
        return Value(items=pair)

    def _method_update(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        result = self.combine(value, arguments, node, "`update` puts it into the rows")
        value.influence(result.influences - value.influences)
        return value

    def _method_rank(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        axis = keywords.get("axis")
        return (
            value.derived()
            if axis is not None and axis.constant in _BY_COLUMN
            else self.touched_by_all(value, "rank", node)
        )

    def _method_items(self, value: Value, node: ast.Call, arguments: list[Value], keywords: Keywords) -> Value:
        entries = [gather_pair(v) for v in list(value.table.values())[:8]]
        return Value(items=entries) if entries else value.view()

    def cut(self, node: ast.expr, bound: Value, *, after: bool) -> Part:
        """The side of a cut at a bound, named so that the same bound gives the same cut."""
        raise NotImplementedError


def gather_pair(value: Value) -> Value:
    """A pair of a key and a value."""
    return Value(items=[Value(), value], rows=value.rows, influences=value.influences, pending=value.pending)


def constants(value: Value) -> frozenset[str]:
    """The strings that a value holds: column names."""
    found = [v.constant for v in leaves(value)]
    return frozenset(c for c in found if isinstance(c, str))


def rows_of(values: list[Value]) -> Rows:
    """The rows of all."""
    return union(v.rows for v in values)
