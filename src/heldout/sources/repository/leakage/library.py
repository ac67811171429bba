"""What functions of libraries do to abstract values."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.columns import NEIGHBOURS, UNSURE
from heldout.sources.repository.leakage.machine import Machine
from heldout.sources.repository.leakage.rows import NONE, Part, Rows, meet, opposite, union, within
from heldout.sources.repository.leakage.values import (
    NOT_CONSTANT,
    Call,
    Influence,
    Influences,
    Value,
    bounded,
    gather,
    leaves,
    settle,
)

_ALONG_COLUMNS = (1, -1, "columns")
_COUNTING = frozenset({"len", "sum", "count_nonzero", "nunique", "unique", "shape", "size"})
_READ_BY_NAME = ("read", "scan", "load", "genfrom")
MOMENT = re.compile(
    r"(?<!candi)(?<!vali)(?<!man)(?<!up)date(?!d)|(?<!life)(?<!run)(?<!over)time(?![nd])(?!s$)"
    r"|(?:^|_)(?:day|month|year|week|hour)(?:_|$)"
)
"""Columns that hold moments, by their lower-case name."""


class Library(Machine):
    """Calls that the source does not define."""

    # -- statistics ------------------------------------------------------------------------------------------

    def statistic(self, value: Value, what: str, node: ast.AST) -> Value:
        """What a reduction leaves: a number that remembers the rows that it was computed over."""
        line = self.place(node)
        # A summary of what was predicted changes no rows; nor does it judge: that takes the answers.
        if not value.rows or value.judged:
            return Value(pending=value.pending, judged=value.judged)
        step = (line, f"the {what} of these rows is computed")
        # The first and the last date say when the rows were gathered, seldom what they hold.
        dated = what.startswith(("min", "max")) and MOMENT.search((value.column or "").lower()) is not None
        made = Influence(
            "statistic",
            value.rows,
            self.here(what),
            line,
            weak=dated,
            of=value.column if value.grouped else None,
            flow=(step,),
            away=bool(self.abroad),
        )
        pending = bounded(value.pending | {made})
        if value.grouped:
            return Value(rows=value.rows, influences=value.influences, pending=pending, grouped=True)
        return Value(pending=pending, judged=value.judged)

    def combine(self, host: Value, others: list[Value], node: ast.AST, note: str) -> Value:
        """Rows joined with numbers: what was computed over rows now influences rows."""
        line = self.place(node)
        result = host.derived()
        result.grouped = host.grouped and all(o.grouped or not o.pending for o in others)
        # An aggregate meets itself again: it is data of its own, not rows with a number of theirs.
        pending: Influences = frozenset().union(*(o.pending for o in others)) - host.pending
        given = [host, *others]
        result.influences = bounded(frozenset(left_out(i, given) for v in given for i in v.influences))
        result.made_of = host.made_of.union(*(o.made_of for o in others if o.rows))
        if host.grouped and host.pending:
            result.pending = bounded(host.pending | pending)
        elif pending:
            result.influences = bounded(result.influences | settle(pending, line, note, host.column))
        result.judged = host.judged.union(*(o.judged for o in others))
        return result

    def touched_by_all(self, value: Value, what: str, node: ast.AST) -> Value:
        """Each row changed by what all of the same rows say."""
        line = self.place(node)
        result = value.derived()
        if value.rows:
            step = (line, f"{what} looks at all of these rows")
            made = Influence(
                "statistic", value.rows, self.here(what), line, value.column, of=value.column, flow=(step,),
                away=bool(self.abroad),
            )  # fmt: skip
            result.influences = bounded(value.influences | {made})
        return result

    # -- parting rows ----------------------------------------------------------------------------------------

    def part(self, value: Value, *parts: Part) -> Value:
        """The rows of a value on the given sides of cuts; still a view of it."""
        result = value.view()
        result.rows = within(value.rows, *parts)
        self.saw_sides(value.rows, *parts)
        result.index = parts[-1:]
        return result

    def split(self, call: Call, name: str) -> Value:
        """`train_test_split`: each argument in two."""
        text = sorted(
            f"{k.arg}={ast.unparse(k.value)}"
            for k in call.node.keywords
            if k.arg in {"test_size", "train_size", "random_state", "shuffle"}
        )
        repeatable = "shuffle=False" in text or any(t.startswith("random_state=") and t[13:].isdigit() for t in text)
        key = f"split {' '.join(text)}" if repeatable else f"split {self.site(call.node)}"
        seed = next((k.value for k in call.node.keywords if k.arg == "random_state"), None)
        by_loop = isinstance(seed, ast.Name) and seed.id in self.moving()
        if not repeatable and (by_loop or drawn_anew(call)):
            self.drawn[key] = self.around()
        many = call.arguments or call.data
        self.record_split(call.node, name, many, shuffled=call.told("shuffle") is not False)
        results: list[Value] = []
        for value in many:
            for side in ("train", "test"):
                piece = self.part(value, (key, side))
                piece.base = None
                results.append(piece)
        result = gather(results)
        result.items = results
        return result

    def folds(self, call: Call, splitter: Value) -> Value:
        """`splitter.split(X)`: pairs of positions, one pair per fold."""
        name = splitter.cls.rpartition(".")[2]
        sort = "split" if name in apis.SINGLE_SPLITS else "fold"
        key = f"{sort} {self.site(call.node)}"
        if sort == "split":
            self.drawn[key] = self.around()
        self.record_split(call.node, f"{name}.split", call.data[:1], shuffled="TimeSeries" not in name, key=key)
        pair = Value(items=[Value(index=((key, "train"),)), Value(index=((key, "test"),))])
        return Value(items=[pair], marks=frozenset({"repeats"}))

    def complement(self, value: Value, dropped: Value) -> Value | None:
        """`frame.drop(part.index)`: the rows on the other side of the part's last cut."""
        other = opposite(dropped.index[-1]) if dropped.index else None
        return self.part(value, other) if other is not None else None

    def cut(self, node: ast.expr, bound: Value, *, after: bool) -> Part:
        """The side of a cut at a bound, named so that the same bound gives the same cut."""
        raise NotImplementedError

    # -- functions of libraries ------------------------------------------------------------------------------

    def library_call(self, path: str, call: Call) -> Value:
        """A call of a function by its resolved dotted name."""
        name = path.rpartition(".")[2]
        for names, handler in _HANDLERS:
            if name in names:
                result = handler(self, call, path)
                if result is not None:
                    return result
        if name in apis.NO_DATA and path.startswith("numpy."):
            return Value()
        return self.unknown(call, name)

    def reduce(self, call: Call, name: str, value: Value) -> Value:
        """A reduction down the rows; along the columns it is a matter of one row."""
        if "pairs" in value.marks:
            return Value(judged=value.judged)
        if value.marks & {"window", "one"}:
            result = value.derived()
            result.marks -= {"window"}
            return result
        if "axis" in call.keywords:
            axis = call.told("axis")
        else:
            axis = next((v.constant for v in call.arguments if v is not value and v.constant in _ALONG_COLUMNS), None)
        if axis in _ALONG_COLUMNS:
            return value.derived()
        column = f" of {value.column}" if value.column else ""
        return self.statistic(value, name + column, call.node)

    def counted(self, call: Call, path: str) -> Value:
        """A number of rows: it tells nothing of what they hold, only where they end."""
        whole = gather(call.data)
        return Value(
            length_of=whole.rows if path in {"len", "numpy.shape", "numpy.size"} else NONE, judged=whole.judged
        )

    def read(self, call: Call, path: str) -> Value:
        """Rows from outside: the same file gives the same rows."""
        name = path.rpartition(".")[2]
        where = next((v.constant for v in call.given if isinstance(v.constant, str)), None)
        if where is None and self.loops and call.given and name.startswith(_READ_BY_NAME):
            value = self.source(call.node, name)
            value.marks = frozenset({"one"})  # one file of many: what is computed over it is of that file alone
            return value
        if where is not None and name.startswith(_READ_BY_NAME):
            split = call.told("split")
            where = f"{where} {split}" if isinstance(split, str) else where
            return self.source(call.node, where, f"file {where}")
        value = self.source(call.node, name)
        if name in {"load_data", "load_dataset"}:
            value.marks = frozenset({"pieces"})
        return value

    def metric(self, call: Call, path: str) -> Value | None:
        """Predictions meet the answers."""
        asked = gather(v for v in call.given if v.judged)
        if not asked.judged:
            return None
        truth = next((a for a, v in zip(call.node.args, call.arguments, strict=False) if not v.judged), None)
        self.record_evaluation(call.node, "metric", asked.judged, asked, truth=truth)
        return Value()

    def cross_validate(self, call: Call, path: str) -> Value:
        """Cross-validation parts the rows that it is given."""
        data = call.data if path.rpartition(".")[2] in apis.CROSS_VALIDATIONS else call.given
        name = path.rpartition(".")[2]
        self.record_split(call.node, name, [v for v in data if v.rows], inner=True)
        self.cross_validated.update(v.cls.rpartition(".")[2] for d in call.given for v in leaves(d) if v.cls)
        rows = gather(v for v in data if v.rows)
        return rows.derived() if name == "cross_val_predict" else Value()

    def resample(self, call: Call, path: str) -> Value | None:
        """`sklearn.utils.resample`: with replacement it makes copies of rows."""
        if "sklearn" not in path or not call.data:
            return None
        result = gather(call.data).derived()
        if call.told("replace") is not False and "n_samples" in call.keywords:
            return self.copied(result, "resample", call.node)
        return result

    def shuffle(self, call: Call, path: str) -> Value | None:
        """`shuffle(X, y)`: all of them in one new order."""
        if len(call.arguments) < 2:
            return None
        result = gather(call.arguments)
        result.items = [a.derived() for a in call.arguments]
        return result

    def copied(self, value: Value, what: str, node: ast.AST) -> Value:
        """Rows that now exist more than once, or that were made from their neighbours."""
        line = self.place(node)
        step = (line, f"{what} makes more rows out of these")
        made = Influence("copies", value.rows, what, line, flow=(step,))
        value.influences = bounded(value.influences | {made})
        return value

    def stack(self, call: Call, path: str, *more: Value) -> Value:
        """Tables put below one another have the rows of all; side by side, those of the first."""
        data = [*more, *call.data]
        pieces = [leaf for value in data if value.rows or value.items for leaf in leaves(value)]
        result = gather(pieces)
        # Below rows as they came, a table of groups is rows like them.
        result.grouped = all(p.grouped for p in pieces if p.rows)
        beside = path.rpartition(".")[2] in apis.SIDE_BY_SIDE or call.told("axis") in _ALONG_COLUMNS
        if beside:
            result.rows = next((p.rows for p in pieces if p.rows), NONE)
        elif len({id(p) for p in pieces}) < len(pieces) or any("repeated" in d.marks for d in data):
            result = self.copied(result, "stacking the same rows", call.node)
        if not result.grouped:
            result.pending = frozenset()
        return result

    def merged(self, call: Call, path: str) -> Value | None:
        """`pandas.merge(a, b)`: the rows of the first, with what the second says."""
        data = call.given
        return self.combine(data[0], data[1:], call.node, "merged into the rows") if len(data) > 1 else None

    def elementwise(self, call: Call, path: str) -> Value:
        """`numpy.where` and its like: rows and numbers put together."""
        host = next((a for a in call.data if a.rows), call.first)
        others = [a for a in call.arguments if a is not host]
        return self.combine(host, others, call.node, f"used in `{path.rpartition('.')[2]}`")

    def self_fitted(self, call: Call, path: str) -> Value | None:
        """`scale`, `zscore`, `qcut`: each row is changed by all."""
        return self.touched_by_all(call.first, path.rpartition(".")[2], call.node) if call.data else None

    def reduced(self, call: Call, path: str) -> Value | None:
        """`numpy.mean(x)`."""
        return self.reduce(call, path.rpartition(".")[2], call.first) if call.data else None

    def split_by_name(self, call: Call, path: str) -> Value:
        """A call that splits."""
        return self.split(call, path.rpartition(".")[2])

    def unknown(self, call: Call, name: str) -> Value:
        """A call that we know nothing of: its result may hold all that it was given."""
        for value in call.arguments:
            if value.function is not None:
                self.invoke(value, [gather(a for a in call.arguments if a is not value)], {}, call.node)
        result = gather(call.given)
        asked = gather(v for v in call.given if v.judged)
        # Predictions beside their own answers are judged; beside other rows they are only passed on.
        if result.judged and any(meet(v.rows, asked.rows) for v in call.given if not v.judged):
            self.record_evaluation(call.node, "metric", result.judged, asked)
        if name not in apis.ROW_BY_ROW:
            result.columns, result.made_of = UNSURE, result.made_of | {NEIGHBOURS}
        if not result.rows:
            result.rows = self.source(call.node, name).rows
            self.guessed.update(atom.source for atom in result.rows)
            if not call.given:
                result.marks = frozenset({"pieces"})
        if all("one" in v.marks for v in call.given if v.rows):
            result.marks |= {"one"} if rows_of(call.given) else frozenset()
        if compares(call, name):
            result.marks |= {"pairs"}
        result.within = tuple(v for g in call.given for v in leaves(g) if v.cls)[:16]
        return result


_Handler = Callable[[Library, Call, str], "Value | None"]
_HANDLERS: tuple[tuple[frozenset[str], _Handler], ...] = (
    (apis.SPLITS, Library.split_by_name),
    (apis.CROSS_VALIDATIONS, Library.cross_validate),
    (apis.METRICS, Library.metric),
    (apis.READERS, Library.read),
    (frozenset({"shuffle"}), Library.shuffle),
    (apis.SELF_FITTED, Library.self_fitted),
    (frozenset({"resample"}), Library.resample),
    (apis.STACKING, Library.stack),
    (frozenset({"merge", "merge_asof", "merge_ordered"}), Library.merged),
    (apis.ELEMENTWISE, Library.elementwise),
    (apis.REDUCTIONS, Library.reduced),
    (_COUNTING, Library.counted),
)


def drawn_anew(call: Call) -> bool:
    """Whether a split at random is another one each time: without a seed, or with one that a name stands for."""
    seed = next((k.value for k in call.node.keywords if k.arg == "random_state"), None)
    if seed is None:
        return call.told("shuffle") is not False
    constant = call.told("random_state")
    return constant is None or (isinstance(seed, ast.Name) and constant is NOT_CONSTANT)


def left_out(influence: Influence, met: list[Value]) -> Influence:
    """What is left of the sum of a group, of which the row's own value is taken: what the others say."""
    own = influence.what.startswith("sum") and any(v.rows and v.column == influence.of for v in met)
    return replace(influence, of=None) if own and influence.of is not None else influence


def compares(call: Call, name: str) -> bool:
    """Whether a call holds rows against others: a matrix of distances or costs has a number for each pair, no rows."""
    sources = [{atom.source for atom in v.rows} for v in call.arguments if v.rows]
    return bool(_OF_PAIRS.search(name)) and (len(sources) < 2 or not sources[0] & sources[1])


_OF_PAIRS = re.compile(r"dist|kernel|similarit|gram|cost|affinity|overlap", re.IGNORECASE)
"""Names of functions that hold one thing against another."""


def gather_pair(value: Value) -> Value:
    """A pair of a key and a value."""
    return Value(items=[Value(), value], rows=value.rows, influences=value.influences, pending=value.pending)


def constants(value: Value) -> frozenset[str]:
    """The strings that a value holds: column names."""
    found = [v.constant for v in leaves(value)]
    return frozenset(c for c in found if isinstance(c, str))


def rows_of(values: Iterable[Value]) -> Rows:
    """The rows of all."""
    return union(v.rows for v in values)
